"""Titles as the public reads them: who holds what on a day, and what that count rests on."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Count

from outreach.models import Title, TitleKind
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region, district_code

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
        )

    def titles(self):
        """The titles asked for that stand on the day, with what a list shows."""
        rows = Title.objects.in_force(self.on).select_related("kind", "organization", "region")
        asked = {"kind__level": self.level, "kind__code": self.kind, "category": self.category}
        rows = rows.filter(**{name: value for name, value in asked.items() if value})
        if self.district:
            rows = rows.filter(region__path__contains=f"/{self.district}/")
        return rows

    @property
    def stated(self) -> StatedCount | None:
        """What a document says of this very question, if it does."""
        if self.district or self.category:
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


def holders():
    """The bodies that have or had a title: they have a public page."""
    return Organization.objects.filter(pk__in=Title.objects.values("organization")).select_related("region")
