"""Open data of the index: vintages, scores, what they are made of, two vintages side by side. Read-only."""

from decimal import Decimal

from django.http import Http404
from ninja import Query, Router, Schema

from indicators.models import Vintage, VintageCell
from indicators.queries import index as queries
from indicators.queries import results
from indicators.queries.revisions import revision
from indicators.queries.scenarios import change_table, pairs, target_of
from portal.regions import Level, Region

router = Router(tags=["指数"])
Cell = VintageCell.Level


class VintageOut(Schema):
    vintage: str
    kind: str
    edition: str
    base_year: int
    first_year: int
    last_year: int
    published_on: str | None
    supersedes: str | None
    note: str


class CellOut(Schema):
    year: int
    region_code: str
    region: str
    level: str
    node: str
    name: str
    score: Decimal | None
    growth: Decimal | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    rate: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    state: str
    coverage: Decimal | None
    flags: list[str]


class TermOut(Schema):
    side: str
    name: str
    value: str
    times: str
    unit: str
    year: int
    kind: str


class MoveOut(Schema):
    node: str
    name: str
    numerator: Decimal | None
    denominator: Decimal | None
    coverage: Decimal | None
    weights: Decimal | None
    total: Decimal


class ChangeOut(Schema):
    year: int
    before: Decimal
    now: Decimal
    items: list[MoveOut]


class RevisedOut(Schema):
    year: int
    region_code: str
    node: str
    old_score: Decimal | None
    new_score: Decimal | None
    old_growth: Decimal | None
    new_growth: Decimal | None


class CauseOut(Schema):
    year: int
    region_code: str
    name: str
    words: str


class RevisionOut(Schema):
    old: str
    new: str
    method: list[str]
    is_comparable: bool
    revised: list[RevisedOut]
    causes: list[CauseOut]


class WayOut(Schema):
    node: str
    name: str
    numerator: Decimal
    wanted: Decimal | None
    best_index: Decimal


class TargetOut(Schema):
    year: int
    score: Decimal
    target: Decimal
    ways: list[WayOut]


def _vintage(name: str) -> Vintage:
    found = queries.vintage_named(name)
    if found is None:
        raise Http404("没有这一次计算结果。")
    return found


def _region(code: str) -> Region:
    found = Region.objects.filter(code=code, level__lte=Level.DISTRICT).first()
    if found is None:
        raise Http404("没有这个区。")
    return found


SCORE, RANK = Query(None, ge=1, le=100), Query(None, ge=1, le=99)
NAME = Query("", max_length=64, description="结果编号，至少前 12 位；不写为现行结果")


@router.get("vintages", response=list[VintageOut], summary="已发布的指数结果，新的在前")
def vintages(request):
    return [
        VintageOut(
            vintage=row.digest,
            kind=row.kind,
            edition=row.edition.code,
            base_year=row.edition.base_year,
            first_year=row.first_year,
            last_year=row.last_year,
            published_on=row.published_at.date().isoformat() if row.published_at else None,
            supersedes=row.supersedes.digest if row.supersedes else None,
            note=row.note,
        )
        for row in queries.published_vintages()
    ]


@router.get("scores", response=list[CellOut], summary="一次结果中某年某层的分值")
def scores(request, year: int, level: str = Query("index", max_length=10), vintage: str = NAME):
    rows = results.open_data(_vintage(vintage))
    return [row for row in rows if row["year"] == year and row["level"] == level]


@router.get("regions/{code}", response=list[CellOut], summary="一个区（或全市）各年的全部分值")
def region(request, code: str, vintage: str = NAME):
    place = _region(code)
    return [row for row in results.open_data(_vintage(vintage)) if row["region_code"] == place.code]


@router.get("regions/{code}/change", response=ChangeOut, summary="比上年变化的构成")
def change(request, code: str, year: int, vintage: str = NAME):
    found = change_table(_vintage(vintage), _region(code), year)
    if found is None or found.year != year:
        raise Http404("没有相邻两年的分值。")
    items = [
        MoveOut(
            node=row.code,
            name=row.name,
            numerator=row.numerator,
            denominator=row.denominator,
            coverage=row.coverage,
            weights=row.weights,
            total=row.total,
        )
        for row in found.rows
    ]
    return ChangeOut(year=year, before=found.before.score, now=found.now.score, items=items)


@router.get("regions/{code}/terms", response=list[TermOut], summary="一项指标的分子、分母由什么相加")
def terms(request, code: str, node: str = Query(max_length=30), year: int = Query(), vintage: str = NAME):
    found = queries.drill(_vintage(vintage), _region(code), node, year)
    if found is None or found.year != year:
        raise Http404("没有这项指标。")
    return [
        TermOut(
            **{name: str(term[name]) for name in ("side", "name", "value", "times", "unit", "kind")},
            year=term["year"],
        )
        for term in (*found.above, *found.below)
    ]


@router.get("regions/{code}/target", response=TargetOut, summary="要到一个分值或位次，各项指标单独要到多少")
def target(
    request,
    code: str,
    year: int,
    score: Decimal | None = SCORE,
    rank: int | None = RANK,
    vintage: str = NAME,
):
    found = target_of(_vintage(vintage), _region(code), year, score=score, rank=rank)
    if found is None:
        raise Http404("这次计算没有该区的分值。")
    ways = [
        WayOut(
            node=way.code,
            name=way.name,
            numerator=way.numerator,
            wanted=way.wanted,
            best_index=way.best_index,
        )
        for way in found.ways
    ]
    return TargetOut(year=found.year, score=found.cell.score, target=found.score, ways=ways)


@router.get("pairs", response=dict[str, dict[str, Decimal | None]], summary="行高于列的模拟所占份额（%）")
def beats(request, year: int, vintage: str = NAME):
    found = pairs(_vintage(vintage), year)
    if found is None or found.year != year:
        raise Http404("这次计算没有保存两两比较。")
    return {
        row.code: {
            other.code: share for other, share in zip(found.regions, shares, strict=True) if other != row
        }
        for row, shares in found.rows
    }


@router.get("compare", response=RevisionOut, summary="两次结果的差别和原因")
def compare(request, a: str = Query(max_length=64), b: str = Query(max_length=64)):
    found = revision(_vintage(a), _vintage(b))
    return RevisionOut(
        old=found.old.digest,
        new=found.new.digest,
        method=found.method_words,
        is_comparable=found.is_comparable,
        revised=[
            RevisedOut(
                year=one.year,
                region_code=one.region.code,
                node=one.node,
                old_score=one.old.score,
                new_score=one.new.score,
                old_growth=one.old.growth,
                new_growth=one.new.growth,
            )
            for one in found.moved
        ],
        causes=[
            CauseOut(year=one.year, region_code=one.region.code, name=one.name, words=one.words)
            for one in found.causes
        ],
    )
