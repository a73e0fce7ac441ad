"""The figures of the portal: counted where something has changed, or entered by staff with their source."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from indicators import sources
from indicators.actions.figure_evidence import keep_evidence
from indicators.models import CountMark, Figure, FigureSource, SubdistrictFigure
from portal import audit
from portal.accounts import User, require
from portal.changed import Written, tables_read
from portal.regions import Level, Region
from portal.roles import Perm

COUNTING = "2"  # part of every mark: raised when something is counted otherwise, so that all is counted anew


@dataclass
class Counted:
    """What one count came to: the years counted anew, what changed, and how long it took."""

    label: str
    years: list[int] = field(default_factory=list)
    left: int = 0  # years in which nothing was written since
    changes: list[dict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def words(self) -> str:
        if not self.years:
            return "数据未变，沿用上次结果"
        years = "、".join(str(year) for year in self.years)
        rest = f"，其余 {self.left} 个年份数据未变" if self.left else ""
        return f"重新统计 {years} 年，变动 {len(self.changes)} 项{rest}"

    def told(self) -> dict:
        """As a step of the night."""
        return {"name": f"统计：{self.label}", "seconds": round(self.seconds, 3), "words": self.words}


# ---------------------------------------------------------------- only what has changed


@dataclass(frozen=True)
class _Marks:
    """The marks of one count, beside how much is written now: taken before anything is counted."""

    key: str
    held: dict[int, CountMark]
    written: Written

    @classmethod
    def of(cls, key: str, years: list[int], written: Written) -> "_Marks":
        rows = CountMark.objects.filter(key=key, year__in=years)
        return cls(key, {row.year: row for row in rows}, written)

    def state(self, tables: list[str], year: int) -> str:
        """What a count of a year read: tables, entries of its school year, the day it counts on."""
        followed = {sources.WRITTEN_WITH.get(name, name) for name in tables}
        state = self.written.to(followed, only=str(sources.school_year(year)))
        return hashlib.sha256(f"{COUNTING}:{sources.end_of(year)}:{state}".encode()).hexdigest()

    def is_same(self, year: int) -> bool:
        """Whether nothing was written since the year was last counted."""
        mark = self.held.get(year)
        return mark is not None and mark.mark == self.state(mark.tables, year)

    @contextmanager
    def counting(self, year: int, at: datetime, *, also: str = "") -> Iterator[None]:
        """Mark what the count of a year inside reads; under the key `also` too, where it counts for both."""
        with tables_read() as tables:
            yield
        read = sorted(tables)
        mark = {"mark": self.state(read, year), "tables": read, "counted_at": at}
        for key in filter(None, (self.key, also)):
            CountMark.objects.update_or_create(key=key, year=year, defaults=mark)


@transaction.atomic
def count_source(name: str, years: list[int], *, at: datetime, full: bool = False) -> Counted:
    """Count one figure, of the districts and of their subdistricts, for the years in which something it reads
    was written since; for all with `full`.

    What the clock does: no permission is asked, and the time stands in the row. Told again, it finds its own
    marks and leaves; killed, it has counted nothing.
    """
    began = time.monotonic()
    source = FigureSource.objects.filter(name=name, is_counted=True).first()
    if source is None or name not in sources.FIGURES:
        return Counted(name, left=len(years))
    marks = _Marks.of(name, years, Written.now())
    due = [year for year in years if full or not marks.is_same(year)]
    counted = Counted(source.label, due, len(years) - len(due))
    values, of_streets, lines = {}, [], {}
    for year in due:
        with marks.counting(year, at, also=_of_streets(name)):
            districts, subdistricts, lines[year] = sources.count_both_levels(name, year)
        known = ((code, value) for code, value in (districts or {}).items() if value is not None)
        values |= {(source.pk, code, year): value for code, value in known}
        of_streets += _keep_subdistricts(name, year, subdistricts or {}, at)
    if due:
        rows = Figure.objects.filter(source=source, year__in=due)
        counted.changes = [*_keep_counted(values, rows, at), *of_streets]
    for year, placed in lines.items():
        keep_evidence(source, year, placed, at=at)
    counted.seconds = time.monotonic() - began
    return counted


def count_sources(years: list[int], *, at: datetime, full: bool = False) -> list[Counted]:
    """Count every figure that the portal counts, each in a transaction of its own: a night that is killed
    goes on where it was."""
    return [count_source(name, years, at=at, full=full) for name in sources.FIGURES]


@transaction.atomic
def count_subdistricts(years: list[int], *, at: datetime, full: bool = False) -> Counted:
    """Count what the portal can tell of every subdistrict, where something was written since; with `full`
    all, but what the counts of the same moment have counted with the districts."""
    began = time.monotonic()
    whole, written = Counted("街道数据"), Written.now()
    due_anywhere: set[int] = set()
    for key in (*sources.FIGURES, *sources.SUBDISTRICT_CELLS):
        marks = _Marks.of(_of_streets(key), years, written)
        due = [
            year for year in years if not marks.is_same(year) or (full and marks.held[year].counted_at != at)
        ]
        due_anywhere |= set(due)
        for year in due:
            with marks.counting(year, at):
                found = sources.count_subdistricts(key, year)
            whole.changes += _keep_subdistricts(key, year, found or {}, at)
    whole.years = sorted(due_anywhere)
    whole.left = len(years) - len(whole.years)
    whole.seconds = time.monotonic() - began
    return whole


def _of_streets(key: str) -> str:
    """The key of a mark: the count of a figure, or of a cell, per subdistrict."""
    return f"街道:{key}"


def _keep_subdistricts(key: str, year: int, found: dict, at: datetime) -> list[dict]:
    codes = {row.code: row for row in Region.objects.filter(level=Level.SUBDISTRICT)}
    held = {row.region.code: row for row in _of_key(key, year).select_related("region")}
    values = {code: value.quantize(Decimal("0.01")) for code, value in found.items() if value is not None}
    fresh = [code for code, value in values.items() if code not in held or held[code].value != value]
    SubdistrictFigure.objects.bulk_create(
        [
            SubdistrictFigure(key=key, region=codes[code], year=year, value=values[code], counted_at=at)
            for code in fresh
        ],
        update_conflicts=True,
        unique_fields=["key", "region", "year"],
        update_fields=["value", "counted_at"],
    )
    gone = [row.pk for code, row in held.items() if code not in values]
    SubdistrictFigure.objects.filter(pk__in=gone).delete()
    return [{"what": "subdistrict", "key": key, "region": codes[code].name, "year": year} for code in fresh]


def _of_key(key: str, year: int) -> QuerySet:
    return SubdistrictFigure.objects.filter(key=key, year=year)


# ---------------------------------------------------------------- what people asked for


NEEDS = "由供需对接统计：当年提出的需求，不含未受理和撤回的；一项需求有几个主题的，各计一次"


@transaction.atomic
def count_needs(year: int, *, at: datetime) -> int:
    """Count what was asked for in a year, per district and topic; returns how many figures changed.

    What the clock does, every night for the running year and the one before.
    """
    values = {}
    for figure in sources.need_figures(year):
        about = {"label": figure.label, "unit": "项", "is_counted": True, "basis": NEEDS}
        source, _ = FigureSource.objects.get_or_create(name=figure.name, defaults=about)
        values |= {(source.pk, code, year): value for code, value in figure.counts.items()}
    before = Figure.objects.filter(source__basis=NEEDS, year=year)
    return len(_keep_counted(values, before, at))


def _keep_counted(values: dict[tuple[int, str, int], Decimal], rows: QuerySet, at: datetime) -> list[dict]:
    """Write what was counted in place of the counted `rows`; returns what changed, with old and new."""
    names = {region.pk: region.name for region in Region.objects.districts()}
    regions = {region.code: region.pk for region in Region.objects.districts()}
    held = {
        (row.source_id, row.region_id, row.year): row for row in rows.filter(origin=Figure.Origin.COUNTED)
    }
    fresh, seen, changes = [], set(), []
    for (source, code, year), counted in values.items():
        key, value = (source, regions[code], year), counted.quantize(Decimal("0.01"))
        seen.add(key)
        if key not in held or held[key].value != value:
            fresh.append(_counted(key, value, at))
            changes.append(_change(key, names, held.get(key), value))
    Figure.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["source", "region", "year", "origin"],
        update_fields=["value", "counted_at"],
    )
    gone = {key: row for key, row in held.items() if key not in seen}
    Figure.objects.filter(pk__in=[row.pk for row in gone.values()]).delete()
    return [*changes, *(_change(key, names, row, None) for key, row in gone.items())]


def _change(
    key: tuple[int, int, int], names: dict[int, str], held: Figure | None, now: Decimal | None
) -> dict:
    source, region, year = key
    return {
        "what": "figure",
        "source": source,
        "region": names[region],
        "year": year,
        "old": None if held is None else str(held.value),
        "new": None if now is None else str(now),
    }


def _counted(key: tuple[int, int, int], value: Decimal, at: datetime) -> Figure:
    source, region, year = key
    return Figure(
        source_id=source,
        region_id=region,
        year=year,
        value=value,
        origin=Figure.Origin.COUNTED,
        counted_at=at,
    )


@transaction.atomic
def enter_figure(
    source: FigureSource, *, region: Region, year: int, value: Decimal, basis: str, by: User
) -> Figure:
    """Enter a figure from elsewhere, or correct one; its origin is always told."""
    require(by, Perm.INDEX_COMPUTE, region)
    row = Figure.objects.filter(
        source=source, region=region, year=year, origin=Figure.Origin.ENTERED
    ).first() or Figure(source=source, region=region, year=year, origin=Figure.Origin.ENTERED)
    before = str(row.value) if row.pk else ""
    row.value, row.basis = value, basis
    row.full_clean()
    row.save()
    audit.record(row, "enter", by=by, changes={"value": [before, str(value)]}, note=basis)
    return row
