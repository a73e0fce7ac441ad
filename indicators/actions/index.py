"""Computing the index: from what is known tonight to a vintage with all its results."""

import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import scipy
from django.db import connection, transaction

from indicators import method
from indicators.actions.figure_evidence import check_evidence
from indicators.actions.figures import count_sources
from indicators.models import (
    ComputeRun,
    Edition,
    IndicatorVersion,
    Observation,
    Vintage,
    VintageCell,
    VintageContribution,
)
from indicators.queries.editions import edition_in_force, link_of
from indicators.queries.panel import (
    STATES,
    Assembled,
    assemble,
    carried_on,
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
MOST_CHANGES = 500  # kept of a night: more are a load, not a change to be read one by one
Cell = VintageCell.Level


# ---------------------------------------------------------------- computing


@dataclass
class Steps:
    """What a night did, one after the other: name, seconds, and what came of it in words."""

    done: list[dict]

    @contextmanager
    def step(self, name: str) -> Iterator[dict]:
        began, told = time.monotonic(), {"name": name, "seconds": 0.0, "words": ""}
        yield told
        told["seconds"] = round(time.monotonic() - began, 3)
        self.done.append(told)


def years_to_compute(year: int | None = None) -> tuple[Edition, list[int]]:
    """The edition in force, and the years it is computed for: up to `year`, or the last one handed in.

    Raises Refused if no return has been accepted yet, or no edition is in force.
    """
    edition, last_year = edition_in_force(), year or last_year_handed_in()
    if edition is None or last_year is None or last_year < edition.first_year:
        raise Refused("还没有审核通过的年报，无法计算指数。")
    return edition, list(range(edition.first_year, last_year + 1))


@transaction.atomic
def compute(
    *,
    at: datetime,
    year: int | None = None,
    by: User | None = None,
    draws: int | None = None,
    before: Sequence[dict] = (),
    changes: Sequence[dict] = (),
) -> ComputeRun | None:
    """Count the figures and compute the edition in force for all years up to `year`; the same inputs give no
    new vintage. None if another computation is running.

    `before` and `changes` are the steps of the night that went before, and which figures changed in them.
    Raises Refused if no return has been accepted yet, or no edition is in force.
    """
    if by is not None:
        require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    if not _alone():
        return None
    began, steps = time.monotonic(), Steps(list(before))
    edition, years = years_to_compute(year)
    counted = count_sources(years, at=at)
    moved = [*changes, *(change for one in counted for change in one.changes)]
    steps.done += [one.told() for one in counted if one.years]
    with steps.step("核对依据") as told:
        told["words"] = check_evidence(years)
    with steps.step("汇集数据") as told:
        assembled = assemble(edition, years[-1])
        _set_goalposts(assembled, by)
        told["words"] = (
            f"{len(assembled.indicators)} 项指标，{len(assembled.regions)} 个区域，{len(years)} 年"
        )
    with steps.step("计算指数") as told:
        vintage, is_new = _vintage(assembled, draws or edition.draws, at, by)
        told["words"] = f"新结果 {vintage.short}" if is_new else f"输入未变，沿用 {vintage.short}"
    if is_new:
        with steps.step("保存指标数据") as told:
            told["words"] = f"{_store_observations(assembled, at)} 个单元格"
    return ComputeRun.objects.create(
        at=at,
        vintage=vintage,
        is_new=is_new,
        figures_changed=len(moved),
        changes=moved[:MOST_CHANGES],
        steps=steps.done,
        seconds=Decimal(str(round(time.monotonic() - began + sum(one["seconds"] for one in before), 2))),
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
            # A draft copied before this moment has the same goalpost.
            IndicatorVersion.objects.filter(
                edition__predecessor=assembled.edition, edition__adopted_at=None, code=one.code, high=None
            ).update(high=one.high, goalpost_basis=one.goalpost_basis)
            audit.record(one, "goalpost", by=by, changes={"high": ["", str(one.high)]})


def _vintage(assembled: Assembled, draws: int, at: datetime, by: User | None) -> tuple[Vintage, bool]:
    """The vintage of these inputs: the one there is, or a new one with all its results."""
    edition = assembled.edition
    tree = tree_of(edition, assembled.indicators)
    panel = scored(assembled.panel, assembled.indicators)
    more = {"edition": edition.code, "base": str(edition.base_year), "draws": draws, "method": METHOD}
    if edition.predecessor_id:
        chain = link_of(edition)
        if chain is None:
            raise Refused(f"上一版本没有{edition.link_year}年的结果，不能衔接。请先算出上一版本。")
        more |= {"base": str(edition.link_year), "chain": chain}
    content = method.canonical(method.inputs(tree, panel, **more))
    digest = method.fingerprint(content)
    known = Vintage.objects.filter(digest=digest).first()
    if known is not None:
        return known, False
    results = Results.rebuilt(content)
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
        libraries=libraries(),
        steps=[{"name": "输入", "digest": digest}, *results.steps()],
        beats=results.beats(),
        created_at=at,
        created_by=by,
    )
    for row in (*cells, *contributions):
        row.vintage = vintage
    VintageCell.objects.bulk_create(cells, batch_size=1000)
    VintageContribution.objects.bulk_create(contributions, batch_size=1000)
    return vintage, True


def libraries() -> dict[str, str]:
    """Versions of what the arithmetic stands on."""
    return {"numpy": np.__version__, "scipy": scipy.__version__}


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
    def rebuilt(cls, content: bytes) -> "Results":
        """All results from a vintage's canonical inputs, and from nothing else."""
        tree, panel, more = method.read_inputs(content)
        levels = method.levels(tree, panel)
        growth = method.growth(tree, panel, base=more["base"])
        if "chain" in more:
            growth = carried_on(growth, tree, panel, more["chain"]["values"])
        seed = method.seed_of(method.fingerprint(content))
        years = range(1, len(panel.periods))
        return cls(
            tree=tree,
            panel=panel,
            levels=levels,
            growth=growth,
            doubt=method.uncertainty(tree, panel, seed=seed, draws=more["draws"]),
            points=method.contributions(tree, panel, levels),
            changes=[None, *(method.change(tree, panel, year - 1, year) for year in years)],
        )

    def steps(self) -> list[dict]:
        """The log: every step with the digest of its outcome, so that a rebuild tells where it differs."""
        parts = {
            "指标值": self.levels.rates,
            "指标分值": self.levels.scores,
            "领域分值": self.levels.pillars,
            "水平分值": self.levels.index,
            "发展指数": [self.growth.pillars, self.growth.total],
            "贡献分": np.round(self.points, method.ROUNDED_TO),
            "逐年变化": [np.round(one.items(), method.ROUNDED_TO) for one in self.changes if one is not None],
            "位次区间": [self.doubt.index_ranks, self.doubt.pillar_ranks, self.doubt.beats],
            "分值区间": [self.doubt.index_scores, self.doubt.pillar_scores],
        }
        return [
            {"name": name, "digest": method.fingerprint(method.canonical(part))}
            for name, part in parts.items()
        ]

    def beats(self) -> dict[str, dict[str, dict[str, str]]]:
        """Year, district, other district: the share of draws in which the one has the higher index."""
        units, found = self.panel.units, {}
        for y, year in enumerate(self.panel.periods):
            known = [u for u in range(len(units)) if np.isfinite(self.doubt.beats[y, u]).any()]
            found[year] = {
                units[u]: {units[v]: f"{self.doubt.beats[y, u, v]:.4f}" for v in known if v != u}
                for u in known
            }
        return found


def _number(value: float, decimals: int = 2) -> Decimal | None:
    return method.half_up(float(value), decimals) if np.isfinite(value) else None


def _place(value: int) -> int | None:
    return int(value) or None


def _rows(assembled: Assembled, results: Results) -> tuple[list[VintageCell], list[VintageContribution]]:
    """The rows of a vintage, with the terms that every figure was added up from."""
    cells, contributions = result_rows(results, {region.code: region for region in assembled.regions})
    places = {one.code: i for i, one in enumerate(assembled.indicators)}
    units = {region.code: u for u, region in enumerate(assembled.regions)}
    for cell in cells:
        if cell.level == Cell.INDICATOR:
            u, y = units[cell.region.code], assembled.years.index(cell.year)
            _tell_terms(assembled, results.levels, cell, (u, y, places[cell.node]))
    return cells, contributions


def result_rows(
    results: Results, regions: Mapping[str, Region]
) -> tuple[list[VintageCell], list[VintageContribution]]:
    """What a vintage's inputs come to, as rows not yet kept: figures without the terms behind them."""
    cells, contributions = [], []
    for u, code in enumerate(results.panel.units):
        for y, year in enumerate(results.panel.periods):
            here = {"region": regions[code], "year": int(year)}
            cells.append(_index_cell(results, u, y, here))
            cells += _pillar_cells(results, u, y, here)
            cells += _indicator_cells(results, u, y, here)
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


def _indicator_cells(results: Results, u: int, y: int, here: dict) -> Iterator[VintageCell]:
    levels, panel = results.levels, results.panel
    for i, one in enumerate(results.tree.indicators):
        yield VintageCell(
            **here,
            level=Cell.INDICATOR,
            node=one.code,
            score=_number(levels.scores[u, y, i]),
            rate=_number(levels.rates[u, y, i], 6),
            numerator=_number(panel.numerator[u, y, i], 4),
            denominator=_number(panel.denominator[u, y, i], 4),
            state=STATES[method.State(panel.state[u, y, i])],
            rank=_place(levels.ranks[u, y, i]),
        )


def _tell_terms(
    assembled: Assembled, levels: method.Levels, cell: VintageCell, place: tuple[int, int, int]
) -> None:
    """Numerator and denominator as they are known, goalposts or not, with their terms and marks."""
    panel = assembled.panel
    cell.numerator, cell.denominator = (
        _number(panel.numerator[place], 4),
        _number(panel.denominator[place], 4),
    )
    cell.state = STATES[method.State(panel.state[place])]
    cell.terms = assembled.terms.get((cell.node, cell.region.code, cell.year), [])
    cell.flags = _flags(levels, *place, cell.terms or _below(assembled, cell.node, cell.year), cell.year)


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


def _store_observations(assembled: Assembled, at: datetime) -> int:
    """Keep what is known now; returns how many cells."""
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
    return len(rows)
