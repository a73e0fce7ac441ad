"""The joint meeting's members, meetings and follow-ups, and the yearly report of duties."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from outreach.models import (
    MEETING_STEPS,
    REPORT_STEPS,
    Duty,
    DutyAnswer,
    DutyReport,
    Meeting,
    Member,
    MemberPost,
)
from outreach.queries.coordination import duties_of
from portal import audit, files
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

# --- Members --------------------------------------------------------------------------------------


@transaction.atomic
def appoint(post: MemberPost, *, by: User) -> MemberPost:
    """Name a member's leader, division or liaison from a day on; who was it before ends the day before.

    Raises Refused for a day before the present one's began.
    """
    _require_member(post.member, by)
    Member.objects.select_for_update(of=("self",)).get(pk=post.member_id)
    before = MemberPost.objects.filter(member=post.member, role=post.role, until=None).first()
    if before:
        if post.since <= before.since:
            raise Refused(f"起始日期须晚于现任的起始日期（{cn_date(before.since)}）。")
        MemberPost.objects.filter(pk=before.pk).update(until=date.fromordinal(post.since.toordinal() - 1))
    post.full_clean()
    post.save(force_insert=True)
    audit.record(post, "appoint", by=by)
    return post


def _require_member(member: Member, by: User) -> None:
    """The association, or the member's own clerks."""
    if not by.can(Perm.COORDINATION_MANAGE):
        require(by, Perm.TASK_REPORT, member.organization)


# --- Meetings -------------------------------------------------------------------------------------


@transaction.atomic
def save_meeting(meeting: Meeting, *, attendees: Iterable[Member], by: User) -> Meeting:
    """Plan a meeting, or change it before its minutes are out; the same form plans it once."""
    city = Region.objects.city()
    require(by, Perm.COORDINATION_MANAGE, city)
    if meeting.pk:
        stored = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if stored.status != Meeting.Status.PLANNED:
            raise Refused("纪要已发布，会议不能再修改。")
    else:
        made = Meeting.objects.filter(key=meeting.key, created_by=by).first()
        if made:
            return made
        meeting.region, meeting.created_by = city, by
    is_new = meeting.pk is None
    meeting.full_clean()
    meeting.save()
    members = list(attendees)
    meeting.attendees.set(members)
    audit.record(meeting, "create" if is_new else "change", by=by)
    if is_new:
        _tell(meeting, members, f"会议通知：{meeting.title}，{cn_date(meeting.held_on)}。")
    return meeting


@transaction.atomic
def publish_minutes(
    meeting: Meeting, *, minutes: str, upload: files.Examined | None = None, by: User
) -> None:
    """Keep the minutes and send them to who took part. Raises Refused without words, or before the day."""
    require(by, Perm.COORDINATION_MANAGE, meeting)
    words = clean_text(minutes, multiline=True)[:10000]
    if not words:
        raise Refused("请填写会议纪要。")
    if meeting.held_on > local_today():
        raise Refused("会议日期还没有到，不能发布纪要；日期有变请先修改会议。")
    kept = {"minutes": words}
    if upload is not None:
        kept["minutes_file"] = files.keep(
            upload, by=by, region=meeting.region, needs=Perm.COORDINATION_MANAGE
        )
    Meeting.objects.filter(pk=meeting.pk).update(**kept)
    for name, value in kept.items():
        setattr(meeting, name, value)
    MEETING_STEPS.take(meeting, "minute", by=by)
    _tell(meeting, meeting.attendees.all(), f"会议纪要已发布：{meeting.title}。")


@transaction.atomic
def close_meeting(meeting: Meeting, *, by: User) -> None:
    """Close a meeting. Raises Refused while a follow-up of it is open."""
    require(by, Perm.COORDINATION_MANAGE, meeting)
    Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    waiting = meeting.tasks.open().count()
    if waiting:
        raise Refused(f"还有 {waiting} 项会议议定的任务没有办结，不能办结会议。")
    MEETING_STEPS.take(meeting, "close_meeting", by=by)


def _tell(meeting: Meeting, members: Iterable[Member], text: str) -> None:
    for member in members:
        people = people_with(Perm.TASK_REPORT, member.organization)
        notify(people.filter(grants__organization=member.organization), text, link=meeting.get_absolute_url())


# --- Duties ---------------------------------------------------------------------------------------


@transaction.atomic
def assign_duty(duty: Duty, bodies: Iterable, *, by: User) -> None:
    """Say which bodies have a duty."""
    require(by, Perm.COORDINATION_MANAGE, Region.objects.city())
    chosen = list(bodies)
    duty.bodies.set(chosen)
    audit.record(duty, "assign_duty", by=by, note="、".join(body.name for body in chosen))


@transaction.atomic
def open_reports(*, year: int, due_on: date, by: User) -> int:
    """Ask every member that has duties for its report of a year; again it asks those not asked yet."""
    city = Region.objects.city()
    require(by, Perm.COORDINATION_MANAGE, city)
    if due_on < local_today():
        raise Refused("填报期限不能早于今天。")
    asked = 0
    for member in Member.objects.filter(left_on=None).select_related("organization__region"):
        body = member.organization
        if not duties_of(body).exists():
            continue
        defaults = {"due_on": due_on, "region": body.region, "created_by": by}
        report, is_new = DutyReport.objects.get_or_create(organization=body, year=year, defaults=defaults)
        if is_new:
            asked += 1
            audit.record(report, "open", by=by)
            people = people_with(Perm.TASK_REPORT, body).filter(grants__organization=body)
            text = f"请填报 {year} 年履职自评，{cn_date(due_on)}前提交。"
            notify(people, text, link=report.get_absolute_url(), kind=Notice.Kind.TASK)
    return asked


@transaction.atomic
def fill_report(
    report: DutyReport,
    *,
    summary: str,
    told: Mapping[int, tuple[str, files.Examined | None]],
    is_done: bool,
    by: User,
) -> None:
    """Keep what was written on each duty (duty → words, file); when done it is handed in.

    Raises Refused if handed in without a summary or with a duty left out.
    """
    require(by, Perm.TASK_REPORT, report)
    stored = DutyReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if stored.status not in (DutyReport.Status.DRAFT, DutyReport.Status.RETURNED):
        raise Refused("自评已提交，不能再修改；需要更改请联系市科协退回。")
    for duty in duties_of(report.organization):
        text, upload = told.get(duty.pk, ("", None))
        answer, _ = DutyAnswer.objects.get_or_create(report=report, duty=duty)
        kept = {"text": clean_text(text, multiline=True)[:1000]}
        if upload is not None:
            kept["proof"] = files.keep(
                upload,
                by=by,
                region=report.region,
                organization=report.organization,
                needs=Perm.TASK_VIEW,
            )
        DutyAnswer.objects.filter(pk=answer.pk).update(**kept)
    words = clean_text(summary, multiline=True)[:2000]
    DutyReport.objects.filter(pk=report.pk).update(summary=words)
    report.summary = words
    if is_done:
        empty = report.answers.filter(text="").select_related("duty").first()
        if not words or empty:
            raise Refused(f"请填写“{empty.duty.name}”的履职情况。" if empty else "请填写总体情况。")
        REPORT_STEPS.take(report, "submit_duties", by=by)
        people = people_with(Perm.COORDINATION_MANAGE, Region.objects.city())
        notify(people, f"{report.organization}已提交履职自评。", link=report.get_absolute_url())


@transaction.atomic
def decide_report(report: DutyReport, *, is_accepted: bool, note: str = "", by: User) -> None:
    """Accept a report, or send it back with the reason."""
    REPORT_STEPS.take(report, "accept_duties" if is_accepted else "return_duties", by=by, note=note)
    people = people_with(Perm.TASK_REPORT, report.organization).filter(
        grants__organization=report.organization
    )
    text = f"履职自评{report.get_status_display()}：{report.year} 年。{note}"
    notify(people, text, link=report.get_absolute_url(), kind=Notice.Kind.TASK)
