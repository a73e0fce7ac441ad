"""The guardian's own pages: an account by a slip, the children, their credits, consent."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit, plain_question
from portal.calendar import local_today, school_year
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.middleware import client_address
from portal.roles import Perm
from portal.scope import scope
from youth_credits import actions, queries
from youth_credits.forms.guardians import AgreeForm, CodeForm, OpenAccountForm
from youth_credits.forms.rights import CredentialForm
from youth_credits.models import Student

TOO_OFTEN = "尝试过于频繁，请一小时后再试，或联系学校。"
CRUMBS = (("工作台", "/desk/"), ("我的孩子", "/desk/guardian/"))


def guardian_page(view: Callable) -> Callable:
    """The view runs, and its page is drawn, under the scope of the guardian who asks."""

    @wraps(view)
    def page(request, *args, **kwargs):
        if not request.user.can(Perm.WARD_VIEW):
            raise PermissionDenied("这些页面供监护人使用。")
        with scope(f"guardian:{request.user.pk}"):
            return view(request, *args, **kwargs)

    return page


def own_child(uuid) -> Student:
    return get_object_or_404(queries.wards(), uuid=uuid)


def child_crumbs(student: Student, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*CRUMBS, (student.name_masked, reverse("guardian:child", args=[student.uuid])), *more]


# --- An account -----------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_account(request):
    """Open an account with the code of a slip. Nothing of the child is shown before one has signed in."""
    form = OpenAccountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            plain_question.limit(
                "guardian-code", client_address(request), most=30, seconds=3600, sentence=TOO_OFTEN
            )
            user = actions.open_account(
                typed["code"],
                name=typed["name"],
                password=typed["password"],
                email=typed["email"],
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            return render(request, "youth_credits/guardian_opened.html", {"account": user})
    status = 422 if form.is_bound else 200
    return render(request, "youth_credits/guardian_open.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@guardian_page
def add_child(request):
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            plain_question.limit(
                "guardian-code", str(request.user.pk), most=10, seconds=3600, sentence=TOO_OFTEN
            )
            actions.add_child(form.cleaned_data["code"], by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, "已添加。")
            return redirect("guardian:children")
    context = {"form": form, "crumbs": [*CRUMBS, ("添加孩子", "")]}
    return render(request, "youth_credits/guardian_add.html", context, status=422 if form.is_bound else 200)


# --- The children ---------------------------------------------------------------------------------


@require_safe
@guardian_page
def children(request):
    today = local_today()
    year = school_year(today)
    rows = [
        {
            "student": one,
            "has_consent": one.has_consent(today),
            "is_under_14": one.is_under_14(today),
            "year": queries.year_of(one, year),
        }
        for one in queries.wards().prefetch_related("years")
    ]
    context = {"rows": rows, "crumbs": [("工作台", "/desk/"), ("我的孩子", "")]}
    return render(request, "youth_credits/guardian_children.html", context)


@require_safe
@guardian_page
def child(request, uuid):
    student = own_child(uuid)
    audit.viewed(student, by=request.user, reason="监护人查看")
    today = local_today()
    context = {
        "student": student,
        "has_consent": student.has_consent(today),
        "is_under_14": student.is_under_14(today),
        "history": list(queries.consents(student)),
        "nominations": list(student.nominations.order_by("-pk")[:10]),
        "requests": list(student.rights_requests.order_by("-pk")[:20]),
        "cases": list(student.access_cases.order_by("-pk")[:20]),
        "crumbs": [*CRUMBS, (student.name_masked, "")],
    }
    if context["has_consent"]:
        context["progress"] = queries.progress(student, today)
        context["claims"] = list(queries.claims(student)[:20])
        context["credentials"] = list(
            student.credentials.select_related("paper", "award").order_by("-pk")[:20]
        )
        context["credential_form"] = CredentialForm(awards=queries.awards_reached(student))
        context["published"] = list(queries.published_for(student, today))
        context["appeals"] = list(student.appeals.order_by("-pk")[:20])
        context["page"] = page_by_key(
            queries.entries(student),
            order=("-activity__held_on", "-pk"),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    return render(request, "youth_credits/guardian_child.html", context)


# --- Consent --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@guardian_page
def consent(request, uuid):
    student = own_child(uuid)
    form = AgreeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.consent_as_guardian(student, by=request.user, at=timezone.now())
        messages.success(request, "已记录您的同意，现在可以看到孩子的学分了。您可以随时撤回。")
        return redirect("guardian:child", uuid=student.uuid)
    context = {
        "student": student,
        "form": form,
        "text": queries.consent_text(local_today()),
        "is_under_14": student.is_under_14(local_today()),
        "crumbs": child_crumbs(student, ("监护人同意书", "")),
    }
    return render(
        request, "youth_credits/guardian_consent.html", context, status=422 if form.is_bound else 200
    )


@require_POST
@guardian_page
def withdraw(request, uuid):
    student = own_child(uuid)
    actions.withdraw_as_guardian(student, by=request.user, at=timezone.now())
    messages.success(request, "已撤回，立即生效。除学校外任何人都看不到孩子的学分，已开具的成绩单作废。")
    return redirect("guardian:child", uuid=student.uuid)
