"""Titles as the public reads them: who holds what on a day, and what that count rests on."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from django.db.models import Count, Q
from django.urls import reverse

from outreach.models import Assessment, Title, TitleKind, TitleTransfer
from portal.calendar import local_today
from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.regions import Region, district_code
from portal.search import MAX_QUERY, Entry, matching_ids
from portal.templatetags.portal_tags import cn_date

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class StatedCount:
    """How many titles of a kind a document says there were on a day."""

    on: date
    level: str
    kind: str
    count: int
    basis: str


@cache
def stated_counts() -> tuple[StatedCount, ...]:
    """What documents say, the oldest first; the portal's own register may have fewer."""
    rows = json.loads((DATA / "stated_counts.json").read_text(encoding="utf-8"))
    return tuple(StatedCount(**{**row, "on": date.fromisoformat(row["on"])}) for row in rows)


@dataclass(frozen=True)
class BaseQuery:
    """What is asked of the list of titles; anything unknown is not asked for."""

    on: date
    district: str = ""
    level: str = ""
    kind: str = ""
    category: str = ""
    q: str = ""

    @classmethod
    def read(cls, params) -> "BaseQuery":
        today = local_today()
        try:
            on = date.fromisoformat(params.get("on", ""))
        except ValueError:
            on = today
        district = params.get("district", "")[:12].replace("\0", "")
        kind = params.get("kind", "")[:30].replace("\0", "")
        return cls(
            on=on if date(1990, 1, 1) <= on <= date(2100, 1, 1) else today,
            district=district if Region.objects.districts().filter(code=district).exists() else "",
            level=_known(params.get("level", ""), TitleKind.Level.values),
            kind=kind if TitleKind.objects.filter(code=kind).exists() else "",
            category=_known(params.get("category", ""), Title.Category.values),
            q=clean_text(params.get("q", ""))[:MAX_QUERY],
        )

    def titles(self):
        """The titles asked for that stand on the day, with what a list shows."""
        rows = Title.objects.in_force(self.on).select_related("kind", "organization", "region")
        asked = {"kind__level": self.level, "kind__code": self.kind, "category": self.category}
        rows = rows.filter(**{name: value for name, value in asked.items() if value})
        if self.district:
            rows = rows.filter(region__path__contains=f"/{self.district}/")
        return rows.filter(_named(self.q)) if self.q else rows

    @property
    def stated(self) -> StatedCount | None:
        """What a document says of this very question, if it does."""
        if self.district or self.category or self.q:
            return None
        return next(
            (
                row
                for row in reversed(stated_counts())
                if row.on <= self.on
                and self.kind in ("", row.kind)
                and self.level in ("", row.level)
                and (self.kind or self.level)
            ),
            None,
        )


def _known(value: str, values: list[str]) -> str:
    return value if value in values else ""


def _named(q: str) -> Q:
    """Titles whose holder is found under these words, or, on another day, has them in its name."""
    spelled = "".join(q.lower().split())
    found = Q(organization__in=matching_ids(q, kind="base")) | Q(organization__name__icontains=q)
    return found | Q(organization__pinyin__contains=spelled) if spelled.isascii() else found


def counts(titles) -> dict[str, int]:
    """How many of these titles stand in each district, by its code."""
    rows = titles.annotate(district=district_code()).values("district").annotate(count=Count("pk"))
    return {row["district"]: row["count"] for row in rows.order_by("district") if row["district"]}


def kind_counts(on: date) -> list[dict]:
    """How many titles of each kind stand on a day: code, name, level, count, in the order of levels."""
    rows = Title.objects.in_force(on).values("kind__code").annotate(count=Count("pk")).order_by("kind__code")
    found = {row["kind__code"]: row["count"] for row in rows}
    order = list(TitleKind.Level.values)
    kinds = sorted(TitleKind.objects.all(), key=lambda kind: (order.index(kind.level), kind.pk))
    return [
        {
            "code": kind.code,
            "name": kind.name,
            "level": kind.get_level_display(),
            "count": found.get(kind.code, 0),
        }
        for kind in kinds
    ]


def titles_of(organization: Organization) -> list[Title]:
    """Every title a body has or had, those in force first."""
    today = local_today()
    rows = (
        Title.objects.filter(organization=organization).select_related("kind").order_by("-valid_from", "-pk")
    )
    return sorted(rows, key=lambda title: not title.is_in_force(today))


def standing(title: Title, on: date) -> tuple[str, str]:
    """How a title stands on a day: the code of its state, and the words."""
    if title.withdrawn_on and title.withdrawn_on <= on:
        return "revoked", "已撤销"
    if title.valid_until < on:
        return "expired", "已到期"
    if title.valid_from > on:
        return "planned", "尚未生效"
    if title.is_provisional:
        late = "，期满待确认" if title.provisional_until < on else ""
        return "provisional", f"暂定（至{cn_date(title.provisional_until)}）{late}"
    return "valid", "有效"


@dataclass(frozen=True)
class Step:
    """Something that was decided of a title, and on which day."""

    on: date
    label: str
    state: str = "done"  # of the sign beside it: done or returned


@dataclass(frozen=True)
class Course:
    """What became of one kind of title that a body has or had, the oldest first."""

    kind: TitleKind
    steps: list[Step]


def courses_of(titles: list[Title], on: date) -> list[Course]:
    """What was decided of these titles of one body, by kind; what is still open is told to nobody."""
    keys = [title.pk for title in titles]
    years = Assessment.objects.filter(title__in=keys, status__in=["passed", "failed"]).order_by("pk")
    moves = TitleTransfer.objects.filter(title__in=keys).select_related("former", "present").order_by("pk")
    found: dict[int, list[Title]] = {}
    for title in sorted(titles, key=lambda one: (one.valid_from, one.pk)):
        found.setdefault(title.kind_id, []).append(title)
    return [
        Course(own[0].kind, sorted(_steps(own, list(years), list(moves), on), key=lambda step: step.on))
        for own in found.values()
    ]


def _steps(titles: list[Title], years: list, moves: list, on: date) -> list[Step]:
    steps = []
    keys = {title.pk for title in titles}
    for number, title in enumerate(titles):
        word = "重新认定" if number else "授予称号"
        tail = f"，暂定至{cn_date(title.provisional_until)}" if title.provisional_until else ""
        steps.append(Step(title.valid_from, f"{word}，有效期至{cn_date(title.valid_until)}{tail}"))
        if title.confirmed_on:
            steps.append(Step(title.confirmed_on, "转为正式称号"))
        renewed = number + 1 < len(titles)
        if title.withdrawn_on and title.withdrawn_on <= on:
            steps.append(Step(title.withdrawn_on, "撤销称号", "returned"))
        elif title.valid_until < on and not renewed:
            steps.append(Step(title.valid_until, "有效期届满", "returned"))
    for year in years:
        if year.title_id in keys:
            state = "returned" if year.status == "failed" else "done"
            steps.append(Step(local_today(year.decided_at), f"{year.year} 年度考核：{year.outcome}", state))
    steps += [
        Step(move.on, f"由{move.former.name}变更为{move.present.name}")
        for move in moves
        if move.title_id in keys
    ]
    return steps


def holders():
    """The bodies that have or had a title: they have a public page."""
    return Organization.objects.filter(pk__in=Title.objects.values("organization")).select_related("region")


def searchable_bases(on: date | None = None, organizations: Iterable[int] | None = None) -> Iterator[Entry]:
    """What bodies with a title in force enter into the search: all of them, or those of these keys."""
    titles = Title.objects.in_force(on or local_today()).select_related("kind", "organization__region")
    if organizations is not None:
        titles = titles.filter(organization__in=organizations)
    for _, held in groupby(titles.order_by("organization", "pk"), key=lambda title: title.organization_id):
        rows = list(held)
        holder = rows[0].organization
        kinds = "、".join(dict.fromkeys(title.kind.name for title in rows))
        yield Entry(
            kind="base",
            subject_id=holder.pk,
            title=holder.name,
            text="，".join(filter(None, [kinds, holder.region.name, holder.address])),
            url=reverse("base", args=[holder.pk]),
        )
