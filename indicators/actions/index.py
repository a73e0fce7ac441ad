"""The figures and the index: counting, computing a vintage, freezing and publishing it."""

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import scipy
from django.db import connection, transaction
from django.db.models import QuerySet

from indicators import method, sources
from indicators.models import (
    ComputeRun,
    Edition,
    Figure,
    FigureSource,
    IndicatorVersion,
    Observation,
    Vintage,
    VintageCell,
    VintageContribution,
)
from indicators.queries.panel import (
    STATES,
    Assembled,
    assemble,
    goalposts,
    last_year_handed_in,
    scored,
    tree_of,
)
from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm

LOCK = 7_304_110  # advisory lock of the night: of two, one leaves
METHOD = "1"  # part of every digest: raised when the arithmetic itself changes
Cell = VintageCell.Level


# ---------------------------------------------------------------- figures


@transaction.atomic
def count_figures(years: list[int], *, at: datetime) -> int:
    """Count every counted source for every year, in the ledger and registers; returns how many changed.

    What the clock does: no permission is asked, and the time stands in the row.
    """
    own = FigureSource.objects.filter(is_counted=True, name__in=sources.FIGURES).order_by("name")
    values = {
        (source.pk, code, year): value
        for source in own
        for year in years
        for code, value in (sources.count_figures(source.name, year) or {}).items()
    }
    return _keep_counted(values, Figure.objects.filter(source__in=own, year__in=years), at)


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
    return _keep_counted(values, before, at)


def _keep_counted(values: dict[tuple[int, str, int], Decimal], rows: QuerySet, at: datetime) -> int:
    """Write what was counted in place of the counted `rows`; returns how many were written or went."""
    regions = {region.code: region.pk for region in Region.objects.districts()}
    held = {
        (row.source_id, row.region_id, row.year): row for row in rows.filter(origin=Figure.Origin.COUNTED)
    }
    fresh, seen = [], set()
    for (source, code, year), counted in values.items():
        key, value = (source, regions[code], year), counted.quantize(Decimal("0.01"))
        seen.add(key)
        if key not in held or held[key].value != value:
            fresh.append(_counted(key, value, at))
    Figure.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["source", "region", "year", "origin"],
        update_fields=["value", "counted_at"],
    )
    gone = [row.pk for key, row in held.items() if key not in seen]
    Figure.objects.filter(pk__in=gone).delete()
    return len(fresh) + len(gone)


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


# ---------------------------------------------------------------- computing


@transaction.atomic
def compute(
    *, at: datetime, year: int | None = None, by: User | None = None, draws: int | None = None
) -> ComputeRun | None:
    """Count the figures and compute the current edition for all years up to `year`; the same inputs give no
    new vintage. None if another computation is running.

    Raises Refused if no return has been accepted yet, or no edition is loaded.
    """
    if by is not None:
        require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    if not _alone():
        return None
    began = time.monotonic()
    edition = Edition.objects.order_by("code").last()
    last_year = year or last_year_handed_in()
    if edition is None or last_year is None or last_year < edition.base_year:
        raise Refused("还没有审核通过的年报，无法计算指数。")
    changed = count_figures(list(range(edition.first_year, last_year + 1)), at=at)
    assembled = assemble(edition, last_year)
    _set_goalposts(assembled, by)
    vintage, is_new = _vintage(assembled, draws or edition.draws, at, by)
    if is_new:
        _store_observations(assembled, at)
    return ComputeRun.objects.create(
        at=at,
        vintage=vintage,
        is_new=is_new,
        figures_changed=changed,
        seconds=Decimal(str(round(time.monotonic() - began, 2))),
        by=by,
    )


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return cursor.fetchone()[0]


def _set_goalposts(assembled: Assembled, by: User | None) -> None:
    """Goalposts are set once per edition, from the first year in which the city has a value."""
    found = goalposts(assembled)
    for one in assembled.indicators:
        if one.code in found:
            one.high, one.goalpost_basis = found[one.code]
            IndicatorVersion.objects.filter(pk=one.pk, high=None).update(
                high=one.high, goalpost_basis=one.goalpost_basis
            )
            audit.record(one, "goalpost", by=by, changes={"high": ["", str(one.high)]})


def _vintage(assembled: Assembled, draws: int, at: datetime, by: User | None) -> tuple[Vintage, bool]:
    """The vintage of these inputs: the one there is, or a new one with all its results."""
    edition = assembled.edition
    tree = tree_of(edition, assembled.indicators)
    panel = scored(assembled.panel, assembled.indicators)
    content = method.canonical(
        method.inputs(
            tree, panel, edition=edition.code, base=str(edition.base_year), draws=draws, method=METHOD
        )
    )
    digest = method.fingerprint(content)
    known = Vintage.objects.filter(digest=digest).first()
    if known is not None:
        return known, False
    results = Results.of(tree, panel, base=str(edition.base_year), draws=draws, seed=method.seed_of(digest))
    cells, contributions = _rows(assembled, results)
    vintage = Vintage.objects.create(
        edition=edition,
        digest=digest,
        result_digest=method.fingerprint(method.canonical([_told(row) for row in (*cells, *contributions)])),
        seed=str(method.seed_of(digest)),
        draws=draws,
        first_year=assembled.years[0],
        last_year=assembled.years[-1],
        inputs=zlib.compress(content, 9),
        libraries={"numpy": np.__version__, "scipy": scipy.__version__},
        created_at=at,
        created_by=by,
    )
    for row in (*cells, *contributions):
        row.vintage = vintage
    VintageCell.objects.bulk_create(cells, batch_size=1000)
    VintageContribution.objects.bulk_create(contributions, batch_size=1000)
    return vintage, True


@dataclass(frozen=True, eq=False)
class Results:
    """All that one vintage tells, as arrays."""

    tree: method.Tree
    panel: method.Panel
    levels: method.Levels
    growth: method.Growth
    doubt: method.Uncertainty
    points: np.ndarray
    changes: list  # per year a method.Change, None for the first

    @classmethod
    def of(cls, tree: method.Tree, panel: method.Panel, *, base: str, draws: int, seed: int) -> "Results":
        levels = method.levels(tree, panel)
        years = range(1, len(panel.periods))
        return cls(
            tree=tree,
            panel=panel,
            levels=levels,
            growth=method.growth(tree, panel, base=base),
            doubt=method.uncertainty(tree, panel, seed=seed, draws=draws),
            points=method.contributions(tree, panel, levels),
            changes=[None, *(method.change(tree, panel, year - 1, year) for year in years)],
        )


def _number(value: float, decimals: int = 2) -> Decimal | None:
    return method.half_up(float(value), decimals) if np.isfinite(value) else None


def _place(value: int) -> int | None:
    return int(value) or None


def _rows(assembled: Assembled, results: Results) -> tuple[list[VintageCell], list[VintageContribution]]:
    cells, contributions = [], []
    for u, region in enumerate(assembled.regions):
        for y, year in enumerate(assembled.years):
            here = {"region": region, "year": year}
            cells.append(_index_cell(results, u, y, here))
            cells += _pillar_cells(results, u, y, here)
            cells += _indicator_cells(assembled, results, u, y, here)
            contributions += _contributions(results, u, y, here)
    return cells, contributions


def _index_cell(results: Results, u: int, y: int, here: dict) -> VintageCell:
    levels, doubt = results.levels, results.doubt
    return VintageCell(
        **here,
        level=Cell.INDEX,
        node=results.tree.index.code,
        score=_number(levels.index[u, y]),
        growth=_number(results.growth.total[u, y]),
        coverage=_number(levels.index_coverage[u, y], 4),
        rank=_place(levels.index_ranks[u, y]),
        rank_low=_place(doubt.index_ranks[u, y, 0]),
        rank_high=_place(doubt.index_ranks[u, y, 2]),
        score_low=_number(doubt.index_scores[u, y, 0]),
        score_high=_number(doubt.index_scores[u, y, 2]),
    )


def _pillar_cells(results: Results, u: int, y: int, here: dict) -> Iterator[VintageCell]:
    levels, doubt = results.levels, results.doubt
    for p, pillar in enumerate(results.tree.pillars):
        coverage = levels.pillar_coverage[u, y, p]
        yield VintageCell(
            **here,
            level=Cell.PILLAR,
            node=pillar.code,
            score=_number(levels.pillars[u, y, p]),
            growth=_number(results.growth.pillars[u, y, p]),
            coverage=_number(coverage, 4),
            state="" if np.isfinite(coverage) else Observation.State.NOT_APPLICABLE,
            rank=_place(levels.pillar_ranks[u, y, p]),
            rank_low=_place(doubt.pillar_ranks[u, y, p, 0]),
            rank_high=_place(doubt.pillar_ranks[u, y, p, 2]),
            score_low=_number(doubt.pillar_scores[u, y, p, 0]),
            score_high=_number(doubt.pillar_scores[u, y, p, 2]),
        )


def _indicator_cells(
    assembled: Assembled, results: Results, u: int, y: int, here: dict
) -> Iterator[VintageCell]:
    levels, panel = results.levels, assembled.panel
    for i, one in enumerate(assembled.indicators):
        terms = assembled.terms.get((one.code, here["region"].code, here["year"]), [])
        yield VintageCell(
            **here,
            level=Cell.INDICATOR,
            node=one.code,
            score=_number(levels.scores[u, y, i]),
            rate=_number(levels.rates[u, y, i], 6),
            numerator=_number(panel.numerator[u, y, i], 4),
            denominator=_number(panel.denominator[u, y, i], 4),
            state=STATES[method.State(panel.state[u, y, i])],
            terms=terms,
            rank=_place(levels.ranks[u, y, i]),
            flags=_flags(levels, u, y, i, terms or _below(assembled, one.code, here["year"]), here["year"]),
        )


def _below(assembled: Assembled, code: str, year: int) -> list[dict]:
    """What the city's sum was added up from: the terms of all districts."""
    return [
        term for region in assembled.regions for term in assembled.terms.get((code, region.code, year), [])
    ]


def _flags(levels: method.Levels, u: int, y: int, i: int, terms: list[dict], year: int) -> list[str]:
    below = [term for term in terms if term["kind"] == "denominator"]
    marks = {
        "capped": bool(levels.is_capped[u, y, i]),
        "few": bool(levels.is_few[u, y, i]),
        "older_denominator": any(term["year"] != year for term in below),
        "unverified": any("未核实" in term.get("note", "") for term in below),
        "sample": any("示例" in term.get("note", "") for term in terms),
    }
    return [mark for mark, holds in marks.items() if holds]


def _contributions(results: Results, u: int, y: int, here: dict) -> Iterator[VintageContribution]:
    index = method.published(results.levels.index[u, y])
    points = method.largest_remainder(results.points[u, y], index)
    change = results.changes[y]
    count, pillars = len(results.tree.indicators), len(results.tree.pillars)
    items = np.full(4 * count + 2 * pillars, np.nan)
    if change is not None:
        moved = index - method.published(results.levels.index[u, y - 1])
        items = method.largest_remainder(change.items()[u], moved)
    numerator, denominator, coverage, weights = items[: 4 * count].reshape(4, count)
    for i, one in enumerate(results.tree.indicators):
        yield VintageContribution(
            **here,
            node=one.code,
            points=_number(points[i]),
            change_numerator=_number(numerator[i]),
            change_denominator=_number(denominator[i]),
            change_coverage=_number(coverage[i]),
            change_weights=_number(weights[i]),
        )
    for p, pillar in enumerate(results.tree.pillars):
        yield VintageContribution(
            **here,
            node=pillar.code,
            change_coverage=_number(items[4 * count + p]),
            change_weights=_number(items[4 * count + pillars + p]),
        )


def _told(row) -> dict:
    """A result row as the digest of results reads it: without database keys."""
    skipped = {"id", "vintage", "region"}
    values = {f.name: getattr(row, f.attname) for f in row._meta.fields if f.name not in skipped}
    return {**values, "region": row.region.code}


def _store_observations(assembled: Assembled, at: datetime) -> None:
    panel, rows = assembled.panel, []
    for u, region in enumerate(assembled.regions):
        for y, year in enumerate(assembled.years):
            for i, one in enumerate(assembled.indicators):
                rows.append(
                    Observation(
                        indicator=one,
                        region=region,
                        year=year,
                        state=STATES[method.State(panel.state[u, y, i])],
                        numerator=_number(panel.numerator[u, y, i], 4),
                        denominator=_number(panel.denominator[u, y, i], 4),
                        terms=assembled.terms.get((one.code, region.code, year), []),
                        updated_at=at,
                    )
                )
    Observation.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["indicator", "region", "year"],
        update_fields=["state", "numerator", "denominator", "terms", "updated_at"],
    )


# ---------------------------------------------------------------- freezing and publishing


@transaction.atomic
def freeze(vintage: Vintage, *, note: str, by: User) -> None:
    """Keep a nightly vintage for a publication. Raises Refused unless it is a nightly one."""
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    frozen = Vintage.objects.filter(pk=vintage.pk, kind=Vintage.Kind.NIGHTLY).update(
        kind=Vintage.Kind.FROZEN, note=note[:200]
    )
    if not frozen:
        raise Refused("只有夜间试算的结果可以冻结。")
    vintage.refresh_from_db()
    audit.record(vintage, "freeze", by=by, note=note)


@transaction.atomic
def publish(vintage: Vintage, *, at: datetime, by: User) -> None:
    """Publish a frozen vintage; from now on the database refuses any change of it or of its method.

    Raises Refused unless it is frozen.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    before = Vintage.objects.filter(kind=Vintage.Kind.PUBLISHED).order_by("-published_at").first()
    done = Vintage.objects.filter(pk=vintage.pk, kind=Vintage.Kind.FROZEN).update(
        kind=Vintage.Kind.PUBLISHED, published_at=at, supersedes=before
    )
    if not done:
        raise Refused("请先冻结再发布。")
    vintage.refresh_from_db()
    audit.record(vintage, "publish", by=by)
