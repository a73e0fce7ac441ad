"""The desk: needs that the district looks after, bookings that owners answer, how something is booked."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.accounts import may
from portal.calendar import local_today
from portal.encryption import sign
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.roles import Perm
from resources.actions import bookings, needs
from resources.forms.bookings import (
    AssignForm,
    OfferForm,
    ProofForm,
    RefusalForm,
    ReportForm,
    TermsForm,
    TimeForm,
)
from resources.models import BOOKING_STEPS, NEED_STEPS, Booking, BookingTerms, Need, Resource
from resources.queries import matching
from resources.queries import needs as queries
from resources.queries.booking import with_terms

CALENDAR_DAYS = 60


def _page(request, rows, order=("-pk",)):
    return page_by_key(
        rows, order=order, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )


def _tabs(names: dict[str, str], counts: dict[str, int], state: str) -> list[dict]:
    return [
        {"label": label, "url": f"?state={code}", "current": state == code, "count": counts[code]}
        for code, label in names.items()
    ]


def _state(request, names: dict[str, str]) -> str:
    state = request.GET.get("state", "")
    return state if state in names else ""


# --- Needs ----------------------------------------------------------------------------------------


@require_safe
def need_list(request):
    if not request.user.can(Perm.NEED_VIEW):
        raise PermissionDenied("您没有查看科普需求的权限。")
    day, state = local_today(), _state(request, queries.NEED_TABS)
    page = _page(request, queries.needs_at_desk(request.user, state=state, on=day))
    context = {
        "page": page,
        "tabs": _tabs(queries.NEED_TABS, queries.need_counts(request.user, on=day), state),
        "may_commission": state == "unmatched" and request.user.can(Perm.WORK_MANAGE),
    }
    return render(request, "resources/need_list.html", context)


def _need(request, pk, perm=Perm.NEED_VIEW) -> Need:
    rows = Need.objects.for_user(request.user, perm).select_related(
        "region__parent", "programme", "created_by"
    )
    return get_object_or_404(rows.prefetch_related("topics"), pk=pk)


@require_safe
def need_detail(request, pk):
    return _need_shown(request, _need(request, pk))


def _need_shown(request, need: Need, *, status: int = 200, **more):
    now = timezone.now()
    handles = may(request.user, Perm.NEED_HANDLE, need)
    if handles and need.contact_sealed:
        audit.viewed(need, by=request.user, reason="查看需求联系方式")
    waits = need.status in queries.UNSERVED
    facts = queries.inner_facts(need) if handles else queries.need_facts(need)
    context = {
        "need": need,
        "facts": [("编号", str(need.pk)), *facts],
        "actions": _commission(request.user, need),
        "contact": [("联系人", need.contact), ("手机号", need.mobile)] if handles else [],
        "bookings": queries.bookings_of(need),
        "steps": NEED_STEPS.open_to(request.user, need),
        "timeline": NEED_STEPS.timeline(need),
        "proposals": matching.proposals(need, at=now) if waits else [],
        "speakers": matching.speakers(need, on=local_today(now)) if waits else [],
        "may_assign": handles and need.is_live,
        "assign_form": AssignForm(auto_id="assign_%s"),
        "refusal_form": RefusalForm(auto_id="refusal_%s"),
        **more,
    }
    return render(request, "resources/need_detail.html", context, status=status)


def _commission(user, need: Need) -> list[tuple[str, str, str]]:
    """The button that begins a call for works which answer a need nobody serves."""
    is_free = user.can(Perm.WORK_MANAGE) and queries.unmatched_needs().filter(pk=need.pk).exists()
    return [("征集作品回应", f"{reverse('works_desk:call_new')}?need={need.pk}", "")] if is_free else []


@require_POST
def need_step(request, pk, step):
    if step not in ("admit", "turn_down"):
        raise Http404("没有这个步骤。")
    need = _need(request, pk, Perm.NEED_HANDLE)
    if step == "turn_down":
        return _turned_down(request, need)
    needs.admit(need, at=timezone.now(), by=request.user)
    messages.success(request, "已受理，需求已列入供需对接板。")
    return redirect(need.get_desk_url())


def _turned_down(request, need: Need):
    form = RefusalForm(request.POST, auto_id="refusal_%s")
    if form.is_valid():
        try:
            needs.turn_down(need, note=form.cleaned_data["note"], at=timezone.now(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已办结，对方会看到理由。")
            return redirect(need.get_desk_url())
    return _need_shown(request, _need(request, need.pk), status=422, refusal_form=form)


@require_POST
def need_assign(request, pk):
    need = _need(request, pk, Perm.NEED_HANDLE)
    form = AssignForm(request.POST, auto_id="assign_%s")
    if form.is_valid():
        try:
            made = bookings.assign(need, form.wish, at=timezone.now(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已向“{made.resource.title}”提出预约，对方会收到通知。")
            return redirect(need.get_desk_url())
    return _need_shown(request, need, status=422, assign_form=form)


# --- What a unit may respond to -------------------------------------------------------------------


@require_safe
def wanted_list(request):
    """Needs nobody serves, for units that could: without who asks."""
    _may_answer(request)
    rows = queries.unmatched_needs(on=local_today())
    page = _page(request, rows)
    context = {
        "page": page,
        "rows": [(row, queries.public_words(row), queries.need_facts(row)) for row in page.rows],
    }
    return render(request, "resources/need_wanted.html", context)


def _may_answer(request) -> None:
    if not request.user.can(Perm.BOOKING_ANSWER):
        raise PermissionDenied("您没有答复预约的权限。")


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request, pk):
    _may_answer(request)
    need = get_object_or_404(queries.unmatched_needs(on=local_today()), pk=pk)
    form = OfferForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = bookings.offer(need, form.wish, note=form.note_words, at=timezone.now(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提出，时间先为对方保留，等待对方确认。")
            return redirect(made.get_desk_url())
    context = {
        "need": need,
        "words": queries.public_words(need),
        "facts": queries.need_facts(need),
        "form": form,
    }
    return render(request, "resources/need_offer.html", context, status=422 if form.is_bound else 200)


# --- Bookings -------------------------------------------------------------------------------------


@require_safe
def booking_list(request):
    if not request.user.can(Perm.BOOKING_VIEW):
        raise PermissionDenied("您没有查看预约的权限。")
    now, state = timezone.now(), _state(request, queries.BOOKING_TABS)
    rows = queries.bookings_at_desk(request.user, state=state, at=now)
    page = _page(request, rows.select_related("resource", "need__region__parent", "organization"))
    may_answer = request.user.can(Perm.BOOKING_ANSWER)
    context = {
        "page": page,
        "today": local_today(now),
        "tabs": _tabs(queries.BOOKING_TABS, queries.booking_counts(request.user, at=now), state),
        "actions": [("可响应的需求", reverse("bookings_desk:wanted"), "")] if may_answer else [],
        "feeds": _feeds(request) if may_answer else [],
    }
    return render(request, "resources/booking_list.html", context)


def _feeds(request) -> list[tuple[str, str]]:
    """The calendar of each of one's units, by a link of its own."""
    mine = request.user.places_for(Perm.BOOKING_ANSWER)[1]
    rows = request.user.organizations_for(Perm.BOOKING_ANSWER).filter(pk__in=mine).order_by("name", "pk")
    return [
        (row.name, reverse("needs:feed", args=[sign(str(row.pk), purpose="booking_feed")])) for row in rows
    ]


def _booking(request, pk, perm: Perm | None = None) -> Booking:
    rows = Booking.objects.for_user(request.user, perm) if perm else queries.visible_bookings(request.user)
    return get_object_or_404(
        rows.select_related(
            "resource__region",
            "resource__kind",
            "organization__region",
            "region",
            "need__region__parent",
            "need__programme",
            "need__created_by",
        ),
        pk=pk,
    )


@require_safe
def booking_detail(request, pk):
    return _shown(request, _booking(request, pk))


def _shown(request, booking: Booking, *, status: int = 200, **more):
    now, need = timezone.now(), booking.need
    answers = may(request.user, Perm.BOOKING_ANSWER, booking)
    handles = may(request.user, Perm.NEED_HANDLE, booking)
    sees_contact = (answers or handles) and booking.is_live and need.contact_sealed is not None
    if sees_contact:
        audit.viewed(booking, by=request.user, reason="查看预约联系方式")
    steps = {name for name, _ in BOOKING_STEPS.open_to(request.user, booking)}
    context = {
        "booking": booking,
        "need": need,
        "facts": queries.inner_facts(need) if answers or handles else queries.need_facts(need),
        "contact": [("联系人", need.contact), ("手机号", need.mobile)] if sees_contact else [],
        "is_late": booking.status == Booking.Status.REQUESTED and booking.answer_by < local_today(now),
        "steps": steps,
        "may_see_terms": may(request.user, Perm.BOOKING_VIEW, booking.resource),
        "may_report": answers
        and booking.starts_at <= now
        and booking.status in (Booking.Status.ACCEPTED, Booking.Status.DONE),
        "may_prove": answers and booking.status in (Booking.Status.ACCEPTED, Booking.Status.DONE),
        "proofs": list(booking.proofs.select_related("attachment")),
        "timeline": BOOKING_STEPS.timeline(booking),
        "refusal_form": RefusalForm(auto_id="refusal_%s"),
        "time_form": TimeForm(auto_id="time_%s"),
        "report_form": ReportForm(initial={"visits": booking.attendance}, auto_id="report_%s"),
        "report_words": "填报到场" if booking.attendance is None else "更正到场人次",
        "proof_form": ProofForm(auto_id="proof_%s"),
        "assign_form": AssignForm(auto_id="assign_%s"),
        **more,
    }
    return render(request, "resources/booking_detail.html", context, status=status)


@require_POST
def booking_step(request, pk, step):
    if step not in ("accept", "decline"):
        raise Http404("没有这个步骤。")
    booking = _booking(request, pk, Perm.BOOKING_ANSWER)
    if step == "decline":
        return _declined(request, booking)
    is_other = request.POST.get("time") == "other"
    bookings.accept(booking, other=is_other, at=timezone.now(), by=request.user)
    messages.success(request, "已接受，对方会收到通知。")
    return redirect(booking.get_desk_url())


def _declined(request, booking: Booking):
    form = RefusalForm(request.POST, auto_id="refusal_%s")
    if form.is_valid():
        try:
            bookings.decline(booking, note=form.cleaned_data["note"], at=timezone.now(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已婉拒，对方会看到理由。")
            return redirect(booking.get_desk_url())
    return _shown(request, _booking(request, booking.pk), status=422, refusal_form=form)


@require_POST
def booking_propose(request, pk):
    booking = _booking(request, pk, Perm.BOOKING_ANSWER)
    form = TimeForm(request.POST, auto_id="time_%s")
    if form.is_valid():
        try:
            bookings.propose(
                booking,
                starts_at=form.starts_at,
                ends_at=form.ends_at,
                note=form.note_words,
                at=timezone.now(),
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提议新的时间，时间先为对方保留。")
            return redirect(booking.get_desk_url())
    return _shown(request, _booking(request, pk, Perm.BOOKING_ANSWER), status=422, time_form=form)


@require_POST
def booking_reassign(request, pk):
    booking = _booking(request, pk, Perm.NEED_HANDLE)
    form = AssignForm(request.POST, auto_id="assign_%s")
    if form.is_valid():
        note = form.note_words or "原单位未按时答复"
        try:
            made = bookings.reassign(booking, form.wish, note=note, at=timezone.now(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已转派“{made.resource.title}”，对方会收到通知。")
            return redirect("bookings_desk:list")
    return _shown(request, _booking(request, pk, Perm.NEED_HANDLE), status=422, assign_form=form)


@require_POST
def booking_report(request, pk):
    booking = _booking(request, pk, Perm.BOOKING_ANSWER)
    form = ReportForm(request.POST, auto_id="report_%s")
    if not form.is_valid():
        return _shown(request, booking, status=422, report_form=form)
    bookings.report(booking, visits=form.cleaned_data["visits"], at=timezone.now(), by=request.user)
    messages.success(request, "到场人次已记录，预约已完成。")
    return redirect(booking.get_desk_url())


@require_POST
def booking_prove(request, pk):
    booking = _booking(request, pk, Perm.BOOKING_ANSWER)
    form = ProofForm(request.POST, request.FILES, auto_id="proof_%s")
    if not form.is_valid():
        return _shown(request, booking, status=422, proof_form=form)
    bookings.add_proof(
        booking,
        upload=form.cleaned_data["upload"],
        caption=form.cleaned_data["caption"],
        by=request.user,
    )
    messages.success(request, "佐证已上传。")
    return redirect(booking.get_desk_url())


# --- How one resource is booked -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request, pk):
    """The calendar of a resource's bookings, and the terms its owner declares."""
    perm = Perm.BOOKING_ANSWER if request.method == "POST" else Perm.BOOKING_VIEW
    resource = get_object_or_404(with_terms(Resource.objects.for_user(request.user, perm)), pk=pk)
    declared = getattr(resource, "booking_terms", None) or BookingTerms(resource=resource)
    form = TermsForm(request.POST or None, instance=declared)
    if request.method == "POST" and form.is_valid():
        try:
            bookings.declare_terms(form.save(commit=False), spans=form.cleaned_data["slots"], by=request.user)
        except ValidationError as fault:
            form.add_error(None, fault.messages)
        else:
            messages.success(request, "预约规则已保存。")
            return redirect("bookings_desk:terms", pk=pk)
    today = local_today()
    rows = queries.bookings_of_resource(resource, start=today, end=today + timedelta(days=CALENDAR_DAYS))
    context = {
        "resource": resource,
        "form": form,
        "rows": rows,
        "days": CALENDAR_DAYS,
        "may_edit": may(request.user, Perm.BOOKING_ANSWER, resource),
    }
    return render(request, "resources/booking_terms.html", context, status=422 if form.is_bound else 200)
