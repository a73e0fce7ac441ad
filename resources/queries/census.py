"""The census: what a round asks, how far it is, what an answer changes, what stands there already."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.roles import Perm, roles_with
from portal.search import syllables_of
from portal.waiting import Waiting
from resources.models import (
    Accessibility,
    Audience,
    Dimension,
    Language,
    Licence,
    Likeness,
    Resource,
    Spirit,
    Topic,
)
from resources.models.census import UNANSWERED, CensusAnswer, CensusForm, CensusRound, CensusUnit
from resources.models.registry import labels_of, shown_value
from resources.rules import plain_name

# --- What is asked of a resource ------------------------------------------------------------------

# No inner contacts: they are no matter of the public directory.
ASKED = {
    "title": "名称",
    "summary": "一句话介绍",
    "audiences": "面向人群",
    "ages_from": "适合年龄自（岁）",
    "ages_to": "适合年龄至（岁）",
    "topics": "科普主题",
    "dimensions": "科普内容",
    "spirits": "科学家精神",
    "languages": "语言",
    "accessibility": "无障碍与便利设施",
    "capacity": "可同时接待（人）",
    "address": "地址",
    "hours_text": "每周开放时间",
    "hours_note": "开放说明",
    "is_free": "收费情况",
    "cost": "收费说明",
    "prices_text": "优惠",
    "booking": "预约方式",
    "booking_note": "预约说明",
    "booking_url": "预约网址",
    "public_phone": "公开电话",
    "website": "网址",
    "licence": "使用许可",
}
# Asked since 2026-11; sheets and rounds of before stay as they are.
ASKED_LATER = ("dimensions", "spirits", "languages", "accessibility", "capacity", "prices_text", "licence")
OF_PLACES = ("hours_text", "hours_note")
LISTED = {
    "audiences": Audience,
    "dimensions": Dimension,
    "spirits": Spirit,
    "languages": Language,
    "accessibility": Accessibility,
}
CHOSEN = {"booking": Resource.Booking, "licence": Licence}
EMPTY = {
    **{name: [] for name in (*LISTED, "topics")},
    **dict.fromkeys(("ages_from", "ages_to", "capacity", "is_free")),
    "licence": Licence.UNKNOWN.value,
}
DETAILS = "details"


def asked_of(form: CensusForm) -> list[str]:
    """The names asked of one kind, besides its own fields."""
    return [name for name in ASKED if form.is_place or name not in OF_PLACES]


def values_of(resource: Resource, form: CensusForm) -> dict:
    """What the register says of a resource, as a census keeps it: plain JSON."""
    values = {name: getattr(resource, name) for name in asked_of(form) if name != "topics"}
    values["topics"] = [topic.code for topic in resource.topics.all()]
    codes = {declared["code"] for declared in form.fields}
    values[DETAILS] = {
        code: value
        for code, value in resource.details.items()
        if code in codes and value not in (None, "", [])
    }
    return values


def blank_values(form: CensusForm) -> dict:
    """The values of a row that is added, before anything is typed."""
    return {name: EMPTY.get(name, "") for name in asked_of(form)} | {DETAILS: {}}


def topic_names() -> dict[str, str]:
    return dict(Topic.objects.values_list("code", "name"))


def text_of(name: str, value, topics: dict[str, str]) -> str:
    """One value as people read it."""
    if name in LISTED:
        return labels_of(LISTED[name], value or [])
    if name == "topics":
        return "、".join(topics.get(code, code) for code in value or [])
    if name == "is_free":
        return {True: "免费", False: "收费", None: ""}[value]
    if name in CHOSEN:
        return dict(CHOSEN[name].choices).get(value, "")
    return "" if value is None else str(value)


def details_of(values: dict, form: CensusForm) -> list[tuple[str, str]]:
    """The kind's own fields that are filled in: label and text."""
    details = values.get(DETAILS, {})
    return [
        (declared["label"], shown_value(details[declared["code"]]))
        for declared in form.fields
        if details.get(declared["code"]) not in (None, "", [])
    ]


def details_text(values: dict, form: CensusForm) -> str:
    return "\n".join(f"{label}：{text}" for label, text in details_of(values, form))


def changed_names(before: dict, values: dict) -> list[str]:
    return [name for name, value in values.items() if value != before.get(name, EMPTY.get(name, ""))]


def told(answer: CensusAnswer, topics: dict[str, str]) -> list[tuple[str, str, str]]:
    """What a row changes or adds: (label, before, now)."""
    lines = []
    for name in changed_names(answer.before, answer.values):
        if name == DETAILS:
            was, now = (
                dict(details_of(answer.before, answer.form)),
                dict(details_of(answer.values, answer.form)),
            )
            labels = [declared["label"] for declared in answer.form.fields]
            lines += [
                (label, was.get(label, ""), now.get(label, ""))
                for label in labels
                if was.get(label) != now.get(label)
            ]
        else:
            was, now = (text_of(name, values.get(name), topics) for values in (answer.before, answer.values))
            lines.append((ASKED[name], was, now))
    return [line for line in lines if line[1] != line[2]]


def facts_of(answer: CensusAnswer, topics: dict[str, str]) -> list[tuple[str, str]]:
    """Everything a row says now, for whoever checks it."""
    said = [(ASKED[name], text_of(name, answer.values.get(name), topics)) for name in asked_of(answer.form)]
    return [pair for pair in said + details_of(answer.values, answer.form) if pair[1]]


# --- Who is expected ------------------------------------------------------------------------------


def expected_organizations(asked: CensusRound):
    """The organisations a round expects, by region and name."""
    rows = Organization.objects.active().filter(kind__in=asked.unit_kinds).select_related("region")
    return rows.order_by("region__path", "name", "pk")


def known_resources(asked: CensusRound, codes: Iterable[str]):
    """What stands in the menu of the kinds asked."""
    return (
        Resource.objects.published()
        .filter(kind__code__in=list(codes))
        .select_related("kind", "organization", "region")
        .prefetch_related("topics", "hours", "concessions")
        .order_by("pk")
    )


# --- Rounds, units, rows --------------------------------------------------------------------------


def rounds_for(user: User):
    """The rounds somebody sees: staff all of them, others those that were opened."""
    rows = CensusRound.objects.order_by("-year", "-pk")
    return rows if user.can(Perm.CENSUS_MANAGE) else rows.exclude(status=CensusRound.Status.DRAFT)


def units_for(user: User, perm: Perm = Perm.CENSUS_VIEW):
    """Units of opened rounds that somebody may see, with round and region."""
    rows = CensusUnit.objects.for_user(user, perm).exclude(round__status=CensusRound.Status.DRAFT)
    return rows.select_related("round", "region", "organization__region", "round__region")


def with_counts(units):
    """Units with how many rows they have, and how many of them say what."""
    said = {
        f"{code or 'open'}_count": Count("answers", filter=Q(answers__answer=code))
        for code in CensusAnswer.Answer.values
    }
    return units.annotate(row_count=Count("answers"), **said)


def rows_of(unit: CensusUnit):
    """A unit's rows in the order of its sheet: by kind, known ones first."""
    return unit.answers.select_related("form", "resource", "answered_by").order_by(
        "form__position", "is_new", "pk"
    )


# --- The board ------------------------------------------------------------------------------------


@dataclass
class Line:
    """One line of the board: a region below the one looked at, or the units that stand there itself."""

    name: str
    code: str
    total: int = 0
    todo: int = 0
    filling: int = 0
    submitted: int = 0
    checked: int = 0
    accepted: int = 0
    returned: int = 0
    late: int = 0
    oldest_at: datetime | None = None
    has_parts: bool = False

    @property
    def handed_in(self) -> int:
        return self.submitted + self.checked + self.accepted

    @property
    def share(self) -> float | None:
        return self.handed_in / self.total if self.total else None

    def add(self, other: "Line") -> None:
        for name in ("total", *CensusUnit.Status.values, "late"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        waiting = [at for at in (self.oldest_at, other.oldest_at) if at]
        self.oldest_at = min(waiting, default=None)

    def waiting_days(self, on: date) -> int | None:
        """How long the one that waits longest for a check has waited."""
        return (on - timezone.localdate(self.oldest_at)).days if self.oldest_at else None


@dataclass
class Board:
    """How far a round is in one region: the sum, and a line for each part."""

    region: Region
    total: Line
    lines: list[Line]


def late_units(asked: CensusRound, on: date) -> Q:
    """Units that have not handed in although their day has passed, or did so after it."""
    due = _end_of(asked.due_on)
    joined = _end_of(asked.check_due_on)
    late = Q(is_late_joiner=False, first_submitted_at__gte=due)
    late |= Q(is_late_joiner=True, first_submitted_at__gte=joined)
    if on > asked.due_on:
        late |= Q(is_late_joiner=False, first_submitted_at=None)
    if on > asked.check_due_on:
        late |= Q(is_late_joiner=True, first_submitted_at=None)
    return late


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))


def board(asked: CensusRound, region: Region, units, on: date) -> Board:
    """Progress below a region, of those `units` that somebody may see."""
    place = len(region.path) + 1
    counted = (
        units.filter(round=asked, region__path__startswith=region.path)
        .annotate(part=Substr("region__path", place, 12), deeper=Substr("region__path", place + 13, 12))
        .values("part", "deeper")
        .annotate(
            **{code: Count("pk", filter=Q(status=code)) for code in CensusUnit.Status.values},
            total=Count("pk"),
            late=Count("pk", filter=late_units(asked, on)),
            oldest_at=Min("submitted_at", filter=Q(status__in=["submitted", "checked"])),
        )
        .order_by("part", "deeper")
    )
    own = Line(name=f"{region.name}本级", code="")
    lines = {row.code: Line(name=row.name, code=row.code) for row in _parts(region)}
    for row in counted:
        deeper, part = row.pop("deeper"), row.pop("part")
        line = lines.get(part, own) if part else own
        line.add(Line(name="", code="", **row))
        line.has_parts = line.has_parts or bool(deeper)
    total = Line(name="合计", code="")
    for line in [*lines.values(), own]:
        total.add(line)
    keep_all = region.level == Level.MUNICIPALITY
    shown = [line for line in lines.values() if keep_all or line.total] + ([own] if own.total else [])
    return Board(region, total, shown)


def _parts(region: Region):
    return Region.objects.filter(parent=region).order_by("code")


# --- Reminding ------------------------------------------------------------------------------------


@dataclass
class Reminder:
    """Who would be told: people with their units, and the units that nobody signs in for."""

    people: dict[int, list[CensusUnit]] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    without: list[CensusUnit] = field(default_factory=list)

    @property
    def units(self) -> list[CensusUnit]:
        """Every unit once."""
        every = [unit for units in self.people.values() for unit in units] + self.without
        return list({unit.pk: unit for unit in every}.values())


def reminder(units, on: date) -> Reminder:
    """Whom to tell of the units that have not answered; each was told once a day at most."""
    midnight = timezone.make_aware(datetime.combine(on, datetime.min.time()))
    units = list(
        units.unanswered()
        .filter(Q(reminded_at=None) | Q(reminded_at__lt=midnight))
        .select_related("round", "region", "organization")
        .order_by("region__path", "name", "pk")
    )
    clerks = defaultdict(list)
    grants = Grant.objects.in_force(on).filter(
        role__in=roles_with(Perm.CENSUS_FILL),
        organization__in=[unit.organization_id for unit in units if unit.organization_id],
        user__is_active=True,
    )
    found = Reminder()
    for grant in grants.select_related("user").order_by("pk"):
        clerks[grant.organization_id].append(grant.user)
    for unit in units:
        people = clerks.get(unit.organization_id, [])
        for person in people:
            found.users[person.pk] = person
            found.people.setdefault(person.pk, []).append(unit)
        if not people:
            found.without.append(unit)
    return found


# --- Likely the same ------------------------------------------------------------------------------


def duplicates(rows: Iterable[CensusAnswer], *, user: User) -> dict[int, list[Resource]]:
    """Resources of the register, of those `user` may read, that an added row may already be, by the row's
    key: names that are written or sound the same, among what is compared with it.
    """
    asked = {}
    for row in rows:
        if row.is_new and row.resource_id is None:
            name = plain_name(row.title)
            group = "place" if row.form.is_place else row.form.code
            asked[row.pk] = (group, name, "".join(syllables_of(name)))
    if not asked:
        return {}
    names, sounds = ({keys[place] for keys in asked.values()} for place in (1, 2))
    may_read = Q(resource__status=Resource.Status.PUBLISHED) | Q(
        resource__in=Resource.objects.for_user(user, Perm.RESOURCE_VIEW)
    )
    known = (
        Likeness.objects.filter(Q(name_key__in=names) | Q(sound_key__in=sounds), may_read)
        .exclude(resource__status=Resource.Status.ARCHIVED)
        .select_related("resource__organization", "resource__region")
        .order_by("resource_id")
    )
    found = defaultdict(list)
    for like in known:
        for key, (group, name, sound) in asked.items():
            if like.group == group and (like.name_key == name or like.sound_key == sound):
                found[key].append(like.resource)
    return {key: same[:3] for key, same in found.items()}


# --- What waits -----------------------------------------------------------------------------------


def census_waiting(user: User, on: date | None = None) -> list[Waiting]:
    """What of a census waits for somebody: to answer, to check, to accept."""
    if not user.can(Perm.CENSUS_VIEW):
        return []
    today = on or local_today()
    found = []
    for asked in CensusRound.objects.filter(status__in=["open", "checking"]).order_by("due_on", "pk"):
        found += _waiting_in(asked, user, today)
    return found


def _waiting_in(asked: CensusRound, user: User, today: date) -> list[Waiting]:
    found = []
    if user.can(Perm.CENSUS_MANAGE):
        found.append(_queue(asked, user, "checked", "待市级核查"))
    elif user.can(Perm.CENSUS_CHECK):
        found.append(_queue(asked, user, "submitted", "待区级核查"))
    else:
        mine = units_for(user, Perm.CENSUS_FILL).filter(round=asked, status__in=UNANSWERED)
        is_late = asked.is_late(today)
        until = "已逾期" if is_late else f"{asked.due_on.month}月{asked.due_on.day}日截止"
        rows = mine.order_by("name", "pk")
        found.append(_line(f"待填报：{asked}，{until}", rows, asked.get_absolute_url(), is_late=is_late))
    return [waiting for waiting in found if waiting.count]


def _queue(asked: CensusRound, user: User, status: str, words: str) -> Waiting:
    rows = units_for(user).filter(round=asked, status=status).order_by("submitted_at", "pk")
    url = reverse("census_desk:units", args=[asked.pk])
    return _line(f"{words}：{asked}", rows, f"{url}?status={status}")


def _line(title: str, rows, url: str, *, is_late: bool = False) -> Waiting:
    items = [(unit.name, unit.get_absolute_url()) for unit in rows[:5]]
    return Waiting(title=title, count=rows.count(), url=url, items=items, is_late=is_late)
