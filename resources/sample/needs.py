"""Invented needs and bookings of the sample city, marked so: some asked, some answered, some held."""

import random
import uuid
from datetime import datetime, time, timedelta

from django.utils import timezone

from portal.accounts import User
from portal.calendar import ONE_DAY, add_working_days, local_today
from portal.encryption import blind, seal
from portal.regions import Region
from resources.models import (
    Audience,
    Booking,
    BookingSlot,
    BookingTerms,
    Need,
    Programme,
    Resource,
    Topic,
)
from resources.models.needs import MOBILE, NAME

# What is wanted, about what, under which programme, for whom, by whom, and of what age.
WANTED = (
    ("请科学家讲一次科研故事", "scientists", "spirit_school", Audience.MINORS, Need.Asker.SCHOOL, (12, 15)),
    ("四年级海洋科学课", "earth", "outreach_school", Audience.MINORS, Need.Asker.SCHOOL, (9, 10)),
    ("机器人社团开放日", "robotics", "outreach_school", Audience.MINORS, Need.Asker.SCHOOL, (10, 14)),
    (
        "老年人防诈骗讲座",
        "anti_fraud",
        "outreach_community",
        Audience.SENIORS,
        Need.Asker.COMMUNITY,
        (None, None),
    ),
    ("社区急救培训", "first_aid", "outreach_community", Audience.GENERAL, Need.Asker.COMMUNITY, (None, None)),
    ("员工安全生产科普", "laboratory_safety", "", Audience.WORKERS, Need.Asker.FIRM, (None, None)),
    ("人工智能专题报告", "artificial_intelligence", "", Audience.OFFICIALS, Need.Asker.OFFICE, (None, None)),
    ("亲子观星活动", "space", "", Audience.MINORS, Need.Asker.PERSON, (6, 12)),
)
NAMES = {
    Need.Asker.SCHOOL: "示例学校",
    Need.Asker.COMMUNITY: "示例社区",
    Need.Asker.FIRM: "示例企业",
    Need.Asker.OFFICE: "示例单位",
    Need.Asker.PERSON: "",
}
HOURS = (9, 10, 14, 15)
MOBILE_SHOWN = "13800000000"


def load_needs(*, rng: random.Random, by: User) -> None:
    """Three needs a district, bookings of resources that are booked by request; once."""
    if Need.objects.filter(title__contains="（示例）").exists():
        return
    topics = {row.code: row for row in Topic.objects.all()}
    programmes = {row.code: row for row in Programme.objects.all()}
    today, now = local_today(), timezone.now()
    asked = [
        (region, WANTED[(place * 3 + number) % len(WANTED)])
        for place, region in enumerate(Region.objects.districts())
        for number in range(3)
    ]
    made = [_need(region, wanted, programmes, today, rng, by) for region, wanted in asked]
    Need.objects.bulk_create(made)
    for need, (_, wanted) in zip(made, asked, strict=True):
        need.topics.set([topics[wanted[1]]] if wanted[1] in topics else [])
    bookable = Resource.objects.published().filter(
        booking__in=[Resource.Booking.ADVANCE, Resource.Booking.GROUP], organization__isnull=False
    )
    own = list(bookable.filter(organization__grants__user__username="unit").distinct().order_by("pk")[:6])
    rows = own + list(bookable.exclude(pk__in=[row.pk for row in own]).order_by("pk")[:12])
    _terms(rows)
    _bookings(made, rows, today, now)


def _need(region, wanted, programmes, today, rng: random.Random, by: User) -> Need:
    title, _, programme, audience, asker, (low, high) = wanted
    key = uuid.UUID(int=rng.getrandbits(128), version=4)
    starts_on = today + rng.randrange(5, 20) * ONE_DAY
    posted = timezone.now() - rng.randrange(1, 12) * ONE_DAY
    is_open = rng.random() < 0.7
    return Need(
        uuid=key,
        region=region,
        created_by=by,
        created_at=posted,
        title=f"{title}（示例）",
        details="示例需求，内容为虚构。",
        programme=programmes.get(programme),
        audience=audience,
        ages_from=low,
        ages_to=high,
        head_count=rng.choice((20, 40, 60, 120)),
        starts_on=starts_on,
        ends_on=starts_on + 30 * ONE_DAY,
        weekdays=rng.choice(([], [3, 5], [6, 7])),
        asker=asker,
        asker_name=f"{region.name}{NAMES[asker]}" if NAMES[asker] else "",
        contact_sealed=seal("示例联系人", field=NAME, owner=key),
        mobile_sealed=seal(MOBILE_SHOWN, field=MOBILE, owner=key),
        mobile_hash=blind(MOBILE_SHOWN, purpose=MOBILE),
        status=Need.Status.OPEN if is_open else Need.Status.SUBMITTED,
        accepted_at=posted + timedelta(hours=5) if is_open else None,
    )


def _terms(rows: list[Resource]) -> None:
    """Every other resource declares spans of the week."""
    for row in rows[::2]:
        terms = BookingTerms.objects.create(
            resource=row, lead_days=3, most_per_week=4, most_heads=200, note="请提前十分钟到场（示例）。"
        )
        BookingSlot.objects.bulk_create(
            BookingSlot(terms=terms, weekday=day, opens=time(hour), closes=time(hour + 1, 30))
            for day in (3, 5, 6)
            for hour in (10, 14)
        )


def _bookings(made: list[Need], rows: list[Resource], today, now: datetime) -> None:
    """Asked, late, proposed, accepted and held, one resource each."""
    open_needs = [need for need in made if need.status == Need.Status.OPEN]
    shapes = (
        {"status": Booking.Status.REQUESTED, "days": 9},
        {"status": Booking.Status.REQUESTED, "days": 12, "late": True},
        {"status": Booking.Status.PROPOSED, "days": 10, "answered_at": now},
        {"status": Booking.Status.ACCEPTED, "days": 6, "accepted_at": now},
        {"status": Booking.Status.DONE, "days": -6, "accepted_at": now, "ended_at": now},
        {"status": Booking.Status.ACCEPTED, "days": -1, "accepted_at": now},
    )
    for number, (need, row) in enumerate(zip(open_needs, rows, strict=False)):
        shape = shapes[number % len(shapes)]
        _booking(need, row, shape, today, now, number)


def _booking(need: Need, row: Resource, shape: dict, today, now: datetime, number: int) -> None:
    day = today + shape["days"] * ONE_DAY
    starts_at = timezone.make_aware(datetime.combine(day, time(HOURS[number % len(HOURS)])))
    is_late, is_done = shape.get("late", False), shape["status"] == Booking.Status.DONE
    Booking.objects.create(
        need=need,
        resource=row,
        region=row.region,
        organization=row.organization,
        created_by=need.created_by,
        created_at=now - (12 if is_late else 1) * ONE_DAY,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        head_count=need.head_count,
        status=shape["status"],
        answer_by=today - 2 * ONE_DAY if is_late else add_working_days(today, 4),
        escalated_at=now if is_late else None,
        answered_at=shape.get("answered_at"),
        accepted_at=shape.get("accepted_at"),
        ended_at=shape.get("ended_at"),
        answer="这一天更方便（示例）。" if shape["status"] == Booking.Status.PROPOSED else "",
        attendance=need.head_count - 3 if is_done else None,
        rating=5 if is_done else None,
        rating_words="讲得生动（示例）" if is_done else "",
        rated_at=now if is_done else None,
    )
    Need.objects.filter(pk=need.pk).update(starts_on=min(need.starts_on, day))
    states = {Booking.Status.ACCEPTED: Need.Status.MATCHED, Booking.Status.DONE: Need.Status.DONE}
    if shape["status"] in states:
        Need.objects.filter(pk=need.pk).update(
            status=states[shape["status"]], ended_at=now if is_done else None
        )
