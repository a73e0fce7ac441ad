"""The sample joint meeting: who speaks for the members, meetings and a year of reports. All invented."""

import uuid
from datetime import date, timedelta
from random import Random

from django.utils import timezone

from outreach.models import DutyAnswer, DutyReport, Meeting, Member, MemberPost, Task
from outreach.queries.coordination import duties_of
from portal.accounts import User
from portal.calendar import local_today
from portal.regions import Region

SURNAMES = "赵钱孙李周吴郑王冯陈"
DECIDED = ("各单位报送科普月活动安排（示例）", "梳理本系统开放的科普资源（示例）")


def load(*, rng: Random, by: User) -> None:
    members = list(Member.objects.select_related("organization__region"))
    for member in members:
        _posts(member, rng)
    _meetings(members, by)
    _reports(members[:12], by)


def _posts(member: Member, rng: Random) -> None:
    since = date(local_today().year - 1, 3, 1)
    for role, name, post in (
        ("leader", f"{rng.choice(SURNAMES)}分管（示例）", "分管负责人"),
        ("division", "综合处（示例）", ""),
        ("liaison", f"{rng.choice(SURNAMES)}联络（示例）", "联络员"),
    ):
        phone = "" if role == "leader" else "0755-00000000"
        MemberPost.objects.create(member=member, role=role, name=name, post=post, phone=phone, since=since)


def _meetings(members: list[Member], by: User) -> None:
    city, today = Region.objects.city(), local_today()
    for number, (title, kind, back, status) in enumerate(
        (
            ("科普工作联席会议全体会议（示例）", "plenary", 60, "running"),
            ("联络员会议（示例）", "liaisons", 120, "closed"),
            ("应急科普专题会议（示例）", "special", -20, "planned"),
        )
    ):
        meeting = Meeting.objects.create(
            key=uuid.uuid5(uuid.NAMESPACE_OID, title),
            title=title,
            kind=kind,
            held_on=today - timedelta(days=back),
            place="市科协会议室（示例）",
            agenda="一、通报全年工作；二、审议年度报告；三、部署重点任务。（示例）",
            minutes="" if status == "planned" else "会议审议通过年度报告，议定下列任务。（示例）",
            status=status,
            region=city,
            created_by=by,
        )
        meeting.attendees.set(members if kind == "plenary" else members[number::3])
        if status == "running":
            for title in DECIDED:
                for member in members[3:6]:
                    _follow_up(meeting, title, member, by)


def _follow_up(meeting: Meeting, title: str, member: Member, by: User) -> None:
    body = member.organization
    Task.objects.create(
        key=uuid.uuid5(uuid.NAMESPACE_OID, f"{title} {body.name}"),
        title=title,
        text="由联席会议议定。（示例）",
        source=meeting.region,
        region=body.region,
        organization=body,
        meeting=meeting,
        due_on=local_today() + timedelta(days=25),
        created_by=by,
    )


def _reports(members: list[Member], by: User) -> None:
    year = local_today().year - 1
    for number, member in enumerate(members):
        body = member.organization
        duties = list(duties_of(body))
        if not duties:
            continue
        status = ("accepted", "submitted", "draft")[number % 3]
        done = status != "draft"
        report = DutyReport.objects.create(
            organization=body,
            region=body.region,
            created_by=by,
            year=year,
            due_on=date(year + 1, 3, 31),
            summary="全年履行科普职责，按计划推进。（示例）" if done else "",
            status=status,
            submitted_at=timezone.now() if done else None,
        )
        for duty in duties:
            DutyAnswer.objects.create(report=report, duty=duty, text="已按规定开展。（示例）" if done else "")
