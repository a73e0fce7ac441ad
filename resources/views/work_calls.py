"""Calls for works at the desk: drafted, published, called off, finished."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Refused, add_faults
from portal.fields import NoteForm
from portal.keyset import page_by_key
from portal.regions import Region
from portal.roles import Perm
from resources.actions import works as actions
from resources.forms.works import CallForm, StandardSet, standards_of
from resources.models import CALL_FLOW, WorkApplication, WorkCall
from resources.queries import works as queries
from resources.rules.works import yuan
from resources.views.works import call_facts


def _number(request, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def _check_manager(request) -> None:
    if not request.user.can(Perm.WORK_MANAGE):
        raise PermissionDenied("您没有管理作品征集的权限。")


@require_safe
def desk_calls(request):
    _check_manager(request)
    now = timezone.now()
    page = page_by_key(
        WorkCall.objects.for_user(request.user, Perm.WORK_MANAGE),
        order=queries.CALL_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "rows": [(call, *call.state(now)) for call in page.rows],
        "page": page,
        "actions": [("新建征集", reverse("works_desk:call_new"), "primary")],
    }
    return render(request, "resources/work_desk_calls.html", context)


def _call(request, pk) -> WorkCall:
    return get_object_or_404(
        WorkCall.objects.for_user(request.user, Perm.WORK_MANAGE).select_related("region", "need"), pk=pk
    )


@require_http_methods(["GET", "HEAD", "POST"])
def call_form(request, pk=None):
    _check_manager(request)
    call = _call(request, pk) if pk else None
    status, title = (call.status, call.title) if call else (WorkCall.Status.DRAFT, "")
    initial = {} if call else {"year": timezone.localdate().year, "need": _number(request, "need")}
    form = CallForm(request.POST or None, instance=call, initial=initial)
    standards = StandardSet(request.POST or None, prefix="standards", initial=standards_of(call))
    if request.method == "POST" and form.is_valid() and standards.is_valid():
        made = form.save(commit=False)
        if call is None:
            made.region = Region.objects.city()
        try:
            actions.save_call(
                made,
                standards.standards,
                topics=form.cleaned_data["topics"],
                by=request.user,
                seen=form.cleaned_data["seen"],
            )
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(made.get_desk_url())
    context = {
        "form": form,
        "standards": standards,
        "call": call,
        "call_title": title,
        "is_draft": status == WorkCall.Status.DRAFT,
    }
    return render(request, "resources/work_call_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def call_detail(request, pk):
    return _call_shown(request, _call(request, pk))


def _call_shown(request, call: WorkCall, *, status: int = 200, form=None):
    state, words = call.state(timezone.now())
    counts = queries.stage_counts(request.user) if call.pk is None else _counts_of(request.user, call)
    context = {
        "call": call,
        "state": state,
        "state_words": words,
        "facts": [
            *call_facts(call),
            ("已占用经费", yuan(call.bound_yuan)),
            ("还可支持", yuan(call.free_yuan)),
            ("评审期限", f"{call.review_days} 天"),
            ("第三份评审", f"两份相差超过 {call.spread_limit.normalize():f} 分"),
        ],
        "criteria": queries.criteria_of(call),
        "counts": counts,
        "works": [
            (work, *queries.stage_of(work))
            for work in queries.works_at_desk(request.user, call=call.pk).order_by("-score", "pk")[:200]
        ],
        "steps": CALL_FLOW.open_to(request.user, call),
        "timeline": CALL_FLOW.timeline(call),
        "form": form or NoteForm(),
        "may_edit": call.status in (WorkCall.Status.DRAFT, WorkCall.Status.PUBLISHED),
    }
    return render(request, "resources/work_call_detail.html", context, status=status)


def _counts_of(user, call: WorkCall) -> list[tuple[str, int]]:
    works = queries.works_at_desk(user, call=call.pk)
    return [
        ("收到申报", works.handed_in().count()),
        ("予以支持", works.filter(status=WorkApplication.Status.SUPPORTED).count()),
    ]


@require_POST
def call_step(request, pk, step):
    if step not in CALL_FLOW.steps:
        raise Http404("没有这个步骤。")
    call = _call(request, pk)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    if CALL_FLOW.steps[step].wants_note and not note:
        form.add_error("note", "请写明理由。")
        return _call_shown(request, call, status=422, form=form)
    if step == "publish":
        actions.publish_call(call, by=request.user, at=timezone.now())
    elif step == "cancel":
        actions.cancel_call(call, by=request.user, note=note, at=timezone.now())
    else:
        actions.finish_call(call, by=request.user)
    messages.success(request, f"已{CALL_FLOW.steps[step].label}。")
    return redirect(call.get_desk_url())
