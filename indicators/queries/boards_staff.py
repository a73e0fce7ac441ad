"""What a board adds for those who work with the figures: returns, marks, differences, the last runs."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F

from indicators.models import (
    YEARLY_FORM,
    ComputeRun,
    Observation,
    Period,
    Return,
    ReturnCell,
    Vintage,
    VintageCell,
)
from indicators.queries.index import FLAG_WORDS, latest_runs
from portal.accounts import User, may
from portal.charts import About, Chart
from portal.regions import Level, Region
from portal.roles import Perm

MOST_DIFFERENCES = 10
STATES = (Observation.State.MISSING, Observation.State.CARRIED)


@dataclass(frozen=True)
class Difference:
    """A cell in which a district reported another number than the portal counts."""

    cell: ReturnCell
    percent: Decimal | None

    @property
    def filing(self) -> Return:
        return self.cell.filing


@dataclass
class StaffPart:
    """What only those see who may look into the index of the region."""

    period: Period | None
    returns: list[tuple[Return, bool]]  # with whether it is late
    marks: list[tuple[str, list[str]]]  # a mark, and what it stands at
    differences: list[Difference]
    runs: list[ComputeRun]
    newer: Vintage | None
    shown: dict[str, Chart | None]

    @property
    def standing(self) -> tuple[int, int, int]:
        """Submitted, accepted, all."""
        rows = [row for row, _ in self.returns]
        return (
            sum(1 for row in rows if row.first_submitted_at),
            sum(1 for row in rows if row.status == Return.Status.ACCEPTED),
            len(rows),
        )


def staff_part(user: User, region: Region, vintage: Vintage, year: int, on: date) -> StaffPart | None:
    """None for whoever may not look into the index of this region."""
    if not may(user, Perm.INDEX_VIEW, region):
        return None
    period = Period.objects.filter(form__code=YEARLY_FORM).select_related("form").order_by("-year").first()
    runs = latest_runs(5)
    differences = _differences(user, region, year)
    return StaffPart(
        period=period,
        returns=_returns(user, region, period, on),
        marks=_marks(region, vintage, year),
        differences=differences,
        runs=runs,
        newer=runs[0].vintage if runs and runs[0].vintage_id != vintage.pk else None,
        shown={"difference_table": _table(region, year, differences) if differences else None},
    )


def _returns(user: User, region: Region, period: Period | None, on: date) -> list[tuple[Return, bool]]:
    if period is None:
        return []
    rows = (
        Return.objects.for_user(user, Perm.RETURN_VIEW)
        .filter(period=period, region__path__startswith=region.path)
        .named()
        .order_by("region__code", "pk")
    )
    return [(row, row.is_late(on)) for row in rows]


def _marks(region: Region, vintage: Vintage, year: int) -> list[tuple[str, list[str]]]:
    """Each mark with what it stands at: of a district the indicators, of the city how many cells."""
    cells = VintageCell.objects.filter(vintage=vintage, year=year, level=VintageCell.Level.INDICATOR)
    names = dict(vintage.edition.indicators.values_list("code", "name"))
    state_words = dict(Observation.State.choices)
    if region.level == Level.MUNICIPALITY:
        tally: Counter[str] = Counter()
        for flags, state in cells.filter(region__level=Level.DISTRICT).values_list("flags", "state"):
            tally.update(FLAG_WORDS[flag] for flag in flags)
            tally.update([state_words[state]] if state in STATES else [])
        return [(words, [f"{count} 处"]) for words, count in tally.most_common()]
    found: dict[str, list[str]] = {}
    for node, flags, state in (
        cells.filter(region=region).order_by("pk").values_list("node", "flags", "state")
    ):
        for words in [FLAG_WORDS[flag] for flag in flags] + ([state_words[state]] if state in STATES else []):
            found.setdefault(words, []).append(names.get(node, node))
    return list(found.items())


def _differences(user: User, region: Region, year: int) -> list[Difference]:
    """Accepted cells that differ most from what the portal counts, by the share of the difference."""
    cells = (
        ReturnCell.objects.filter(
            filing__in=Return.objects.for_user(user, Perm.RETURN_VIEW).accepted(),
            filing__region__path__startswith=region.path,
            filing__period__year=year,
            counted_value__isnull=False,
            state=ReturnCell.State.NUMBER,
        )
        .exclude(value=F("counted_value"))
        .select_related("item", "filing__region", "filing__period")
    )
    found = [
        Difference(cell, (cell.value / cell.counted_value - 1) * 100 if cell.counted_value else None)
        for cell in cells
    ]
    found.sort(key=lambda one: (one.percent is not None, -abs(one.percent or 0), one.cell.pk))
    return found[:MOST_DIFFERENCES]


def _table(region: Region, year: int, differences: list[Difference]) -> Chart:
    about = About(
        "differences", f"{region.name}{year}年填报数与平台统计数不同的项目",
        source="数据来源：审核通过的统计年报。",
        how="取审核通过的年报中与平台统计数不同的项目，按相差的比例从大到小。",
    )  # fmt: skip
    rows = [
        (
            one.filing.region.name,
            one.cell.item.key,
            one.cell.item.name,
            one.cell.item.unit,
            one.cell.value,
            one.cell.counted_value,
            one.percent and one.percent.quantize(Decimal("0.1")),
            one.cell.note,
        )
        for one in differences
    ]
    columns = ["区", "代码", "指标", "单位", "填报数", "平台统计数", "相差（%）", "说明"]
    return about.table(columns, rows)
