"""HTTP of the talent pool: hours of service at the desk, and one's own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.accounts import may
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.roles import Perm
from talent import actions, queries
from talent.forms import PanelForm, PersonSearch, ServiceForm, TakeBackForm
from talent.models import Person, ServiceHours


@require_http_methods(["GET", "HEAD", "POST"])
def person_list(request):
    """People with their hours. A name is looked for by POST, so that it stands in no address."""
    if not request.user.can(Perm.PERSON_VIEW):
        raise PermissionDenied("您没有查看科普人才的权限。")
    people = Person.objects.for_user(request.user, Perm.PERSON_VIEW)
    search = PersonSearch(request.POST or None)
    category = request.GET.get("category", Person.Category.VOLUNTEER)
    unit = request.GET.get("unit", "")
    if search.is_bound and search.is_valid():
        people, category, unit = queries.named(people, search.cleaned_data["sought"]), "", ""
    else:
        people = queries.narrowed(people, category=category, unit=unit)
    page = page_by_key(
        people.select_related("organization", "region"),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    year = timezone.localdate().year
    hours = queries.hours_by_person([person.pk for person in page], year)
    context = {
        "page": page,
        "rows": [(person, *hours[person.pk]) for person in page],
        "year": year,
        "search": search,
        "asked": {"category": category, "unit": unit},
        "categories": Person.Category.choices,
        "tabs": _tabs("people"),
    }
    return render(request, "talent/person_list.html", context, status=422 if search.errors else 200)


def _tabs(here: str) -> list[dict]:
    return [
        {"label": label, "url": reverse(f"talent_desk:{name}"), "current": name == here}
        for name, label in (("people", "按人员"), ("units", "按单位"))
    ]


@require_safe
def unit_list(request):
    """Organisations whose people gave hours this year."""
    if not request.user.can(Perm.PERSON_VIEW):
        raise PermissionDenied("您没有查看科普人才的权限。")
    people = Person.objects.for_user(request.user, Perm.PERSON_VIEW)
    page = page_by_key(
        queries.units_of(people),
        order=("name", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    year = timezone.localdate().year
    hours = queries.hours_by_unit(people, [unit.pk for unit in page], year)
    context = {
        "page": page,
        "rows": [(unit, *hours[unit.pk]) for unit in page],
        "year": year,
        "tabs": _tabs("units"),
    }
    return render(request, "talent/unit_list.html", context)


def _person(request, code: str, perm: Perm) -> Person:
    people = Person.objects.for_user(request.user, perm)
    return get_object_or_404(people.select_related("organization", "region", "account"), code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def person_detail(request, code):
    """Somebody's hours; by POST one more service is written down."""
    posted = request.method == "POST"
    person = _person(request, code, Perm.PERSON_EDIT if posted else Perm.PERSON_VIEW)
    form = ServiceForm(request.POST or None, initial={"served_on": timezone.localdate()})
    if posted and form.is_valid() and _recorded(person, form, request.user):
        messages.success(request, "已登记服务时长。")
        return redirect("talent_desk:person", code=person.code)
    audit.viewed(person, by=request.user, reason="查看服务时长", name=f"人才 {person.pk}")
    return _person_page(request, person, form=form, status=422 if posted else 200)


def _recorded(person: Person, form: ServiceForm, user) -> bool:
    """Whether the service was kept; what a rule said against it stands in the form."""
    try:
        actions.record_service(person, today=timezone.localdate(), by=user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("served_on", str(refusal))
    except ValidationError as fault:
        form.add_error(None, fault.messages)
    return not form.errors


def _person_page(request, person: Person, *, form: ServiceForm, status: int = 200, **more):
    page = page_by_key(
        queries.services_of([person.pk]),
        order=("-served_on", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    member = queries.panel_member_of(person)
    context = {
        "person": person,
        "page": page,
        "form": form,
        "years": queries.hours_by_year([person.pk]),
        "total": queries.hours_of(person),
        "may_edit": may(request.user, Perm.PERSON_EDIT, person),
        "member": member,
        "panel_form": PanelForm(initial={"categories": member.categories if member else []}),
        "keeps_panels": person.is_fit_for_panels and request.user.can(Perm.TITLE_MANAGE),
    }
    return render(request, "talent/person_detail.html", {**context, **more}, status=status)


@require_POST
def person_panel(request, code):
    """Put somebody among those who are drawn for panels, keep what they know, or take them off."""
    if not request.user.can(Perm.TITLE_MANAGE):
        raise PermissionDenied("您没有管理评委库的权限。")
    person = _person(request, code, Perm.PERSON_VIEW)
    form = PanelForm(request.POST)
    if "out" in request.POST:
        member = actions.take_off_panels(person, by=request.user)
        messages.success(request, f"已移出评委库。{queries.left_open(member)}")
    elif form.is_valid():
        actions.keep_on_panels(person, categories=form.cleaned_data["categories"], by=request.user)
        messages.success(request, "评委库已保存。")
    else:
        messages.error(request, "请至少选一个评审类别。")
    return redirect("talent_desk:person", code=person.code)


@require_POST
def service_take_back(request, pk):
    people = Person.objects.for_user(request.user, Perm.PERSON_EDIT)
    service = get_object_or_404(
        ServiceHours.objects.filter(person__in=people).select_related("person__region"), pk=pk
    )
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        raise Refused("请填写冲正的原因。")
    actions.take_back(service, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, "已冲正，原记录保留。")
    return redirect("talent_desk:person", code=service.person.code)


@require_safe
def my_hours(request):
    """One's own hours, of all one's entries in the pool."""
    people = list(request.user.talents.select_related("organization", "region").order_by("pk"))
    keys = [person.pk for person in people]
    page = page_by_key(
        queries.services_of(keys),
        order=("-served_on", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    years = queries.hours_by_year(keys)
    context = {
        "people": people,
        "page": page,
        "years": years,
        "total": sum(hours for _, hours in years),
    }
    return render(request, "talent/my_hours.html", context)
