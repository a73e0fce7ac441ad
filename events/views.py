"""HTTP of events: what the public sees and signs up for, what units enter, what staff decide."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.forms import inlineformset_factory
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events import actions, queries
from events.forms import AttendanceForm, CheckInForm, EventForm, ResultsForm, SessionForm, SignUpForm
from events.models import REVIEW, Event, Result, Session, SessionMove, SignUp
from portal import audit, history, ics, plain_question
from portal.accounts import may
from portal.calendar import weekend_of
from portal.encryption import sign, unsign
from portal.errors import ChangedMeanwhile, Refused
from portal.fields import NoteForm, ReasonForm
from portal.keyset import page_by_key
from portal.middleware import client_address
from portal.regions import Level, Region
from portal.roles import Perm
from resources.models import Audience

SessionFormSet = inlineformset_factory(
    Event, Session, form=SessionForm, extra=2, can_delete=False, max_num=60, absolute_max=100
)
WHEN = {"": "全部未来场次", "week": "七天内", "weekend": "本周末", "past": "已结束"}


# --- the public ----------------------------------------------------------------------------------


@login_not_required
@require_safe
def event_list(request):
    now = timezone.now()
    asked = _asked(request.GET)
    sessions = _narrow(Session.objects.public(), asked, now)
    page = page_by_key(
        sessions.select_related("event__region", "event__resource"),
        order=("-starts_at", "-pk") if asked["when"] == "past" else ("starts_at", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=20,
    )
    context = {
        "page": page,
        "asked": asked,
        "districts": Region.objects.districts(),
        "kinds": Event.Kind.choices,
        "audiences": Audience.choices,
        "when_choices": WHEN.items(),
    }
    return render(request, "events/event_list.html", context)


def _asked(query) -> dict:
    """What the address asks for; anything unknown counts as not asked."""
    known = {
        "kind": dict(Event.Kind.choices),
        "audience": dict(Audience.choices),
        "when": WHEN,
    }
    asked = {
        name: query.get(name, "") if query.get(name, "") in choices else "" for name, choices in known.items()
    }
    district = query.get("district", "")
    return {**asked, "district": district if district.isascii() and district.isdigit() else ""}


def _narrow(sessions, asked: dict, now):
    if asked["district"]:
        sessions = sessions.filter(event__region__path__contains=f"/{asked['district'][:12]}/")
    if asked["kind"]:
        sessions = sessions.filter(event__kind=asked["kind"])
    if asked["audience"]:
        sessions = sessions.filter(event__audiences__contains=[asked["audience"]])
    if asked["when"] == "past":
        return sessions.filter(ends_at__lte=now)
    sessions = sessions.filter(ends_at__gt=now)
    if asked["when"] == "week":
        sessions = sessions.filter(starts_at__lt=now + timedelta(days=7))
    if asked["when"] == "weekend":
        start, end = weekend_of(now)
        sessions = sessions.filter(ends_at__gt=start, starts_at__lt=end)
    return sessions


@login_not_required
@require_safe
def event_detail(request, pk):
    now = timezone.now()
    event = get_object_or_404(
        queries.with_next_session(
            Event.objects.shown().select_related("region", "resource", "organization", "edition"), now
        ),
        pk=pk,
    )
    sessions = [(session, session.sign_up_is_open(now)) for session in event.coming_sessions]
    return render(request, "events/event_detail.html", {"event": event, "sessions": sessions})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request, pk):
    session = get_object_or_404(
        Session.objects.public().select_related("event__resource", "event__region"),
        pk=pk,
        event__needs_sign_up=True,
    )
    now = timezone.now()
    form = SignUpForm(request.POST or None, largest_party=session.event.largest_party)
    if request.method == "POST" and form.is_valid():
        try:
            entry = _take_seats(request, session, form.cleaned_data, now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("events:sign_up_made", token=sign(str(entry.uuid), purpose="sign_up"))
    context = {"form": form, "session": session, "is_open": session.sign_up_is_open(now)}
    return render(request, "events/sign_up.html", context, status=422 if form.is_bound else 200)


def _take_seats(request, session, typed: dict, now) -> SignUp:
    sentence = "报名过于频繁，请一小时后再试，或电话联系主办单位。"
    plain_question.limit("sign-up-address", client_address(request), most=60, seconds=3600, sentence=sentence)
    plain_question.limit("sign-up-mobile", typed["mobile"], most=10, seconds=3600, sentence=sentence)
    return actions.sign_up(
        session,
        name=typed["name"],
        mobile=typed["mobile"],
        head_count=typed["head_count"],
        mail=typed["mail"],
        at=now,
        key=typed["key"],
    )


def _entry_of(token: str) -> SignUp:
    try:
        key = unsign(token, purpose="sign_up")
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal
    return get_object_or_404(SignUp.objects.select_related("session__event__resource"), uuid=key)


@login_not_required
@require_safe
def sign_up_made(request, token):
    entry = _entry_of(token)
    context = {
        "entry": entry,
        "token": token,
        "event": entry.session.event,
        "holds": queries.whereabouts_of(entry),
        "can_cancel": entry.session.starts_at > timezone.now(),
    }
    return render(request, "events/sign_up_made.html", context)


@login_not_required
@require_POST
def sign_up_cancel(request, token):
    entry = _entry_of(token)
    actions.withdraw(entry, at=timezone.now())
    messages.success(request, "报名已取消，名额已退回。")
    return redirect("events:sign_up_made", token=token)


def _calendar_entry(request, session: Session) -> ics.Entry:
    event = session.event
    return ics.Entry(
        uid=f"session-{session.pk}@{request.get_host()}",
        title=event.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=event.where,
        url=request.build_absolute_uri(event.get_absolute_url()),
        version=event.revision,
        changed_at=event.published_at or event.created_at,
        text=event.summary[:500],
        is_cancelled=session.cancelled_at is not None or event.status == Event.Status.CANCELLED,
    )


def _calendar_answer(name: str, entries, file_name: str) -> HttpResponse:
    answer = HttpResponse(ics.calendar_file(name, entries), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


@login_not_required
@require_safe
def session_calendar(request, pk):
    session = get_object_or_404(
        Session.objects.filter(event__in=Event.objects.shown()).select_related("event__resource"), pk=pk
    )
    return _calendar_answer(
        session.event.title, [_calendar_entry(request, session)], f"session-{session.pk}.ics"
    )


@login_not_required
@require_safe
def calendar(request):
    """The feed of sessions to come, for the city or for `?district=` one district."""
    now = timezone.now()
    sessions = _narrow(Session.objects.public(), {**_asked(request.GET), "when": ""}, now)
    sessions = sessions.select_related("event__resource").order_by("starts_at", "pk")[:500]
    return _calendar_answer(
        "深圳科普活动", [_calendar_entry(request, session) for session in sessions], "shenzhen-events.ics"
    )


# --- units and staff -----------------------------------------------------------------------------


@require_safe
def desk_list(request):
    if not request.user.can(Perm.EVENT_VIEW):
        raise PermissionDenied("您没有查看活动的权限。")
    events = Event.objects.for_user(request.user, Perm.EVENT_VIEW).select_related("region", "organization")
    status = request.GET.get("status", "")
    status = status if status in Event.Status.values else ""
    if status:
        events = events.filter(status=status)
    page = page_by_key(
        events,
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    may_add = request.user.can(Perm.EVENT_EDIT)
    context = {
        "page": page,
        "status": status,
        "tabs": _tabs(queries.status_counts(request.user), status),
        "may_add": may_add,
        "actions": [("新增活动", reverse("events_desk:new"), "primary")] if may_add else [],
    }
    return render(request, "events/desk_list.html", context)


def _tabs(counts: dict[str, int], status: str) -> list[dict]:
    """One for all events and one for each state, with how many there are."""
    every = {"label": "全部", "url": "?", "current": not status, "count": sum(counts.values())}
    states = [
        {"label": label, "url": f"?status={code}", "current": status == code, "count": counts[code]}
        for code, label in Event.Status.choices
    ]
    return [every, *states]


def _choices(user) -> dict:
    organizations = user.organizations_for(Perm.EVENT_EDIT).order_by("name", "pk")
    places = Region.objects.inhabited().filter(level__lte=Level.DISTRICT).order_by("code")
    if not user.can(Perm.EVENT_REVIEW):
        places = places.filter(pk__in=organizations.values("region"))
    return {"places": places, "organizations": organizations}


@require_http_methods(["GET", "HEAD", "POST"])
def desk_form(request, pk=None):
    if not request.user.can(Perm.EVENT_EDIT):
        raise PermissionDenied("您没有登记活动的权限。")
    event = None
    if pk is not None:
        event = get_object_or_404(Event.objects.for_user(request.user, Perm.EVENT_EDIT), pk=pk)
    revision = event.revision if event else None  # as stored, whatever becomes of the form
    choices = _choices(request.user)
    first = choices["organizations"].select_related("region").first() if event is None else None
    initial = {"organization": first, "region": first and first.region} if first else None
    form = EventForm(request.POST or None, instance=event, initial=initial, **choices)
    dates = SessionFormSet(request.POST or None, instance=event, prefix="sessions")
    if request.method == "POST" and form.is_valid() and dates.is_valid():
        try:
            saved = _save(form, dates, request)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as fault:  # a rule over more than the form holds, as seats already taken
            form.add_error(None, fault.messages)
        else:
            messages.success(request, "已保存。")
            return redirect(saved.get_desk_url())
    context = {
        "form": form,
        "dates": dates,
        "event": event,
        "revision": revision,
        "warning": _warning(event, request.user),
    }
    return render(request, "events/desk_form.html", context, status=422 if form.is_bound else 200)


def _warning(event: Event | None, user) -> str:
    """What a change of this event brings with it, said before it is made."""
    if event is None or event.status != Event.Status.PUBLISHED:
        return ""
    signed = queries.parties_of(event)
    told = (
        (f"已有 {signed} 组观众报名：改动时间或地点时，给留有邮箱的发邮件，平台开通短信时另发短信。")
        if signed
        else ""
    )
    if may(user, Perm.EVENT_REVIEW, event):
        return f"活动已发布，保存后立即公开。{told}"
    return f"活动已发布，修改后须重新审核，其间不公开。{told}只改名额或报名截止时间，无需审核。"


def _save(form, dates, request) -> Event:
    return actions.save_with_sessions(
        form.save(commit=False), dates.save(commit=False), by=request.user, seen=_seen(request)
    )


def _seen(request) -> int | None:
    """The revision that the page sent was made of; None where it does not say."""
    seen = request.POST.get("revision", "")
    return int(seen) if seen.isdecimal() and len(seen) < 9 else None


def _of_desk(request, pk, perm=Perm.EVENT_VIEW) -> Event:
    events = Event.objects.for_user(request.user, perm).select_related(
        "region", "resource", "organization", "edition__brand", "created_by"
    )
    waiting = SessionMove.objects.filter(announced_at=None)
    return get_object_or_404(
        events.prefetch_related("sessions", Prefetch("sessions__moves", waiting, to_attr="waiting_moves")),
        pk=pk,
    )


@require_safe
def desk_detail(request, pk):
    return render(request, "events/desk_detail.html", _desk_context(request, _of_desk(request, pk)))


def _desk_context(request, event: Event, **more) -> dict:
    mine = Event.objects.filter(pk=event.pk)
    context = {
        "event": event,
        "facts": queries.desk_facts(event),
        "steps": [(name, step) for name, step in REVIEW.open_to(request.user, event) if name in STEPS],
        "history": REVIEW.timeline(event),
        "now": timezone.now(),
        "may_edit": mine.for_user(request.user, Perm.EVENT_EDIT).exists(),
        "may_see_sign_ups": mine.for_user(request.user, Perm.SIGNUP_VIEW).exists(),
    }
    return {**context, **more}


STEPS = {
    "submit": (actions.submit, "已提交审核。"),
    "publish": (actions.publish, "活动已发布。"),
    "send_back": (actions.send_back, "已退回，填报人会收到通知。"),
    "cancel": (actions.cancel, "活动已取消：给留有邮箱的报名者发邮件，平台开通短信时另发短信。"),
}
DECISIONS = {"publish", "send_back"}  # on what was read, and nothing newer


@require_POST
def desk_step(request, pk, step):
    if step not in STEPS:
        raise Http404
    event = _of_desk(request, pk, REVIEW.steps[step].needs)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    more = {} if step == "submit" else {"note": note}
    if step in DECISIONS:
        more["seen"] = _seen(request) or 0
    act, done = STEPS[step]
    try:
        act(event, by=request.user, **more)
    except ChangedMeanwhile as refusal:
        others = history.changed_since(event, more["seen"])
        context = _desk_context(request, event, refusal=str(refusal), others=others, taken=step, note=note)
        return render(request, "events/desk_detail.html", context, status=409)
    messages.success(request, done)
    return redirect(event.get_desk_url())


@require_POST
def desk_attendance(request, pk):
    session = get_object_or_404(
        Session.objects.filter(
            event__in=Event.objects.for_user(request.user, Perm.EVENT_EDIT)
        ).select_related("event__region"),
        pk=pk,
    )
    form = AttendanceForm(request.POST)
    if not form.is_valid():
        raise Refused("到场人次请填写 0 或以上的整数。")
    actions.report_attendance(session, visits=form.cleaned_data["visits"], at=timezone.now(), by=request.user)
    messages.success(request, "到场人次已记录。")
    return redirect(session.event.get_desk_url())


@require_POST
def desk_check_in(request, pk):
    """Passes shown at the door. Whose they are, nobody learns here."""
    sessions = Session.objects.filter(event__in=Event.objects.for_user(request.user, Perm.EVENT_EDIT))
    session = get_object_or_404(sessions.select_related("event__region"), pk=pk)
    form = CheckInForm(request.POST)
    if not form.is_valid():
        raise Refused(next(iter(form.errors["numbers"])))
    numbers = form.cleaned_data["numbers"]
    new = actions.check_in(session, numbers, at=timezone.now(), by=request.user)
    messages.success(request, f"已签到 {new} 张通行证，重复 {len(numbers) - new} 张。")
    return redirect(session.event.get_desk_url())


@require_http_methods(["GET", "HEAD", "POST"])
def desk_results(request, pk):
    """The results of a competition's session: pass number, award, certificate, a line each."""
    sessions = Session.objects.filter(event__in=Event.objects.for_user(request.user, Perm.EVENT_EDIT))
    session = get_object_or_404(sessions.select_related("event__region", "event__organization"), pk=pk)
    form = ResultsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        rows = form.cleaned_data["rows"]
        entered = actions.enter_results(session, rows, at=timezone.now(), by=request.user)
        if not entered.faults:
            messages.success(request, f"新录入 {entered.new} 条成绩，已有 {entered.same} 条。")
            return redirect("events_desk:results", pk=session.pk)
        form.refuse(entered.faults)
    return _results_page(request, session, form, status=422 if form.is_bound else 200)


def _results_page(request, session: Session, form: ResultsForm, *, status: int = 200, **more):
    page = page_by_key(
        Result.objects.filter(session=session),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=50,
    )
    context = {
        "session": session,
        "form": form,
        "page": page,
        "is_open": session.event.is_competition and session.starts_at <= timezone.now(),
        "note_form": ReasonForm(),
        "crumbs": [
            ("活动管理", reverse("events_desk:list")),
            (session.event.title, session.event.get_desk_url()),
            ("竞赛成绩", ""),
        ],
    }
    return render(request, "events/desk_results.html", context | more, status=status)


@require_POST
def desk_result_withdraw(request, pk):
    events = Event.objects.for_user(request.user, Perm.EVENT_EDIT)
    rows = Result.objects.select_related("session__event__region", "session__event__organization")
    result = get_object_or_404(rows.filter(session__event__in=events), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _results_page(
            request, result.session, ResultsForm(), status=422, note_form=form, refused=result.pk
        )
    note = form.cleaned_data["note"]
    actions.withdraw_result(result, note=note, at=timezone.now(), by=request.user)
    messages.success(request, "已撤回，已登记学分的学校会看到。")
    return redirect("events_desk:results", pk=result.session_id)


@require_safe
def desk_sign_ups(request, pk):
    session = get_object_or_404(
        Session.objects.filter(
            event__in=Event.objects.for_user(request.user, Perm.SIGNUP_VIEW)
        ).select_related("event"),
        pk=pk,
    )
    page = page_by_key(
        queries.sign_ups_of(session),
        order=("pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    audit.viewed(session, by=request.user, reason="查看报名名单")
    context = {
        "session": session,
        "page": page,
        "back": reverse("events_desk:detail", args=[session.event_id]),
    }
    return render(request, "events/desk_sign_ups.html", context)
