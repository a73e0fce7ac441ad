"""The share of citizens with scientific literacy: over the years, beside nation and target, by group."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from indicators import sources
from indicators.models import LiteracyResult
from portal import charts
from portal.calendar import local_today
from portal.charts import About, Chart

Area, Kind = LiteracyResult.Area, LiteracyResult.Kind
TARGET = "literacy"
OWN, NATION, PATH = "深圳市", "全国", "目标"
HOW = (
    "具备科学素质的比例，是抽样调查的有效样本中达到公民科学素质标准的加权比例。误差为95%置信区间的半宽："
    "有公布数的用公布数；没有公布而知道样本量的，按简单随机抽样估算（未计抽样设计的影响，实际误差更大）；"
    "都没有的不列。年份之间、地区之间的差小于误差之和的，不能说有高低。"
)
HOW_TARGET = "目标为本市规划所定：基期值与目标值之间没有单独规定的年份，按直线推算。"


@dataclass(frozen=True)
class Asked:
    """Which results the page lists: of a kind of area, a kind of group, a year; "" and None are all."""

    area: str = ""
    group: str = ""
    year: int | None = None

    @classmethod
    def read(cls, params) -> "Asked":
        """The question of an address; anything unknown is left out."""
        area, group, year = params.get("area", ""), params.get("group", ""), params.get("year", "")
        is_year = year.isascii() and year.isdecimal() and len(year) == 4
        return cls(
            area=area if area in Area.values else "",
            group=group if group in Kind.values else "",
            year=int(year) if is_year else None,
        )

    def holds(self, result: LiteracyResult) -> bool:
        return (
            self.area in ("", result.area_kind)
            and self.group in ("", result.group_kind)
            and self.year in (None, result.survey.year)
        )


@dataclass
class Literacy:
    """All that is known, and what of it was asked for."""

    results: list[LiteracyResult]
    listed: list[LiteracyResult]
    latest: LiteracyResult | None  # the city as a whole
    nation: LiteracyResult | None  # of the same year, or the last before it
    target: tuple[int, Decimal] | None
    years: list[int]
    has_samples: bool
    charts: dict[str, Chart | None]

    @property
    def lead(self) -> Decimal | None:
        """Percentage points before the nation, of the same year only."""
        if self.latest is None or self.nation is None or self.nation.survey.year != self.latest.survey.year:
            return None
        return self.latest.percent - self.nation.percent


@dataclass(frozen=True)
class Offer:
    """A survey's share that may be kept as what the plan's target reached in its year."""

    result: LiteracyResult
    kept: Decimal | None  # what the plan has for the year
    address: str  # the plan's own form, filled in: its keeper confirms there

    @property
    def is_kept(self) -> bool:
        return self.kept == self.result.percent


def offers(on: date | None = None) -> list[Offer]:
    """The city's shares within the years of the plan's target, the latest first; [] without a target."""
    target = sources.target_of(TARGET, on or local_today())
    if target is None or target.is_counted:
        return []  # what is counted needs nobody's hand
    rows = LiteracyResult.objects.filter(area_kind=Area.OWN, group_kind=Kind.ALL).select_related("survey")
    own = _by_year(list(rows), Area.OWN)
    kept = {actual.year: actual.value for actual in target.actuals.all()}
    form = reverse("plan_desk:target_actual", args=[target.plan_id, target.pk])
    return [
        Offer(own[year], kept.get(year), f"{form}?{_filled_in(own[year])}")
        for year in sorted(own, reverse=True)
        if target.baseline_year < year <= target.target_year
    ]


def _filled_in(result: LiteracyResult) -> str:
    survey = result.survey
    source = f"{survey.name}（{survey.source}）"[:200]
    return urlencode({"year": survey.year, "value": f"{result.percent:f}", "source": source})


def literacy(asked: Asked, on: date | None = None) -> Literacy:
    """Every survey's results with charts; the listed ones as asked for."""
    results = sorted(LiteracyResult.objects.select_related("survey"), key=_order)
    whole = [one for one in results if one.group_kind == Kind.ALL]
    own = _by_year(whole, Area.OWN)
    nation = _by_year(whole, Area.NATION)
    target = sources.target_of(TARGET, on or local_today())
    latest = own[max(own)] if own else None
    before = [year for year in nation if latest is None or year <= latest.survey.year]
    listed = [one for one in results if asked.holds(one)]
    return Literacy(
        results=results,
        listed=listed,
        latest=latest,
        nation=nation[max(before)] if before else None,
        target=(target.target_year, target.target) if target else None,
        years=sorted({one.survey.year for one in results}, reverse=True),
        has_samples=any(one.survey.is_sample for one in results),
        charts={
            "trend": _trend(own, nation, target),
            "groups": _groups(results),
            "places": _places(whole),
            "results": _table(listed),
        },
    )


def _order(one: LiteracyResult) -> tuple:
    """The latest year first, the city after the nation, the whole before its groups."""
    kinds = Kind.values.index(one.group_kind)
    return -one.survey.year, one.survey_id, Area.values.index(one.area_kind), kinds, one.position, one.pk


def _by_year(results: list[LiteracyResult], kind: str) -> dict[int, LiteracyResult]:
    """One result a year; a published one before a sample."""
    found: dict[int, LiteracyResult] = {}
    for one in sorted(results, key=lambda row: not row.survey.is_sample):
        if one.area_kind == kind:
            found[one.survey.year] = one
    return found


def path_of(target, years: list[int]) -> list[Decimal | None]:
    """What the target asks for in each year, on the straight line from its baseline; None outside."""
    first, last = target.baseline_year, target.target_year
    step = (target.target - target.baseline) / (last - first)
    return [
        (target.baseline + step * (year - first)).quantize(Decimal("0.01")) if first <= year <= last else None
        for year in years
    ]


def _sources(results: list[LiteracyResult]) -> str:
    named = dict.fromkeys(f"{one.survey.name}（{one.survey.source}）" for one in results)
    return f"数据来源：{'；'.join(list(named)[:6])}。" if named else ""


def _note(results: list[LiteracyResult], words: str = "") -> str:
    samples = sorted({one.survey.year for one in results if one.survey.is_sample})
    said = f"{'、'.join(map(str, samples))}年为示例数据，不是公布数。" if samples else ""
    return words + said


def _trend(own: dict[int, LiteracyResult], nation: dict[int, LiteracyResult], target) -> Chart | None:
    used = [*own.values(), *nation.values()]
    if not used:
        return None
    ends = [target.baseline_year, target.target_year] if target else []
    years = list(range(min([*own, *nation, *ends]), max([*own, *nation, *ends]) + 1))
    series = {
        OWN: [own[year].percent if year in own else None for year in years],
        NATION: [nation[year].percent if year in nation else None for year in years],
    }
    if target:
        series[PATH] = path_of(target, years)
    aim = f"目标：{target.target_year}年达到{target.target.normalize():f}%以上。" if target else ""
    about = About(
        "trend", "公民具备科学素质的比例", unit="%", source=_sources(used),
        note=_note(used, aim),
        how=HOW + (HOW_TARGET if target else ""),
    )  # fmt: skip
    base = float(target.target) if target else None
    return charts.line(about, [str(year) for year in years], series, decimals=1, base=base, joins=True)


def _groups(results: list[LiteracyResult]) -> Chart | None:
    """The groups of the city's last survey that has any, each with its interval where it is known."""
    grouped = [one for one in results if one.area_kind == Area.OWN and one.group_kind != Kind.ALL]
    if not grouped:
        return None
    survey = grouped[0].survey
    rows = [one for one in grouped if one.survey_id == survey.pk]
    rows.sort(key=lambda one: (Kind.values.index(one.group_kind), one.position, one.pk))
    about = About(
        "groups", f"{survey.year}年深圳市各人群具备科学素质的比例", unit="%", source=_sources(rows),
        note=_note(rows, "线段为95%置信区间。"), how=HOW,
    )  # fmt: skip
    lines = [(f"{one.get_group_kind_display()}·{one.group}", *_span(one)) for one in rows]
    if all(one.margin_reckoned is None for one in rows):
        return charts.bar(about, [(label, value) for label, _, value, _ in lines], decimals=1)
    return charts.interval(about, lines, columns=("人群", "下限", "比例", "上限"), decimals=1)


def _span(one: LiteracyResult) -> tuple[Decimal, Decimal, Decimal]:
    margin = one.margin_reckoned or Decimal(0)
    return max(one.percent - margin, Decimal(0)), one.percent, min(one.percent + margin, Decimal(100))


def _places(whole: list[LiteracyResult]) -> Chart | None:
    """Places side by side in the last year in which several were surveyed."""
    by_year: dict[int, dict[str, LiteracyResult]] = defaultdict(dict)
    for one in sorted(whole, key=lambda row: not row.survey.is_sample):
        if one.area_kind != Area.DISTRICT:
            by_year[one.survey.year][one.area] = one
    years = [year for year, places in by_year.items() if len(places) > 1]
    if not years:
        return None
    year = max(years)
    rows = sorted(by_year[year].values(), key=lambda one: -one.percent)
    about = About(
        "places", f"{year}年深圳与全国和其他地方", unit="%", source=_sources(rows), note=_note(rows), how=HOW
    )
    own = [one.area for one in rows if one.area_kind == Area.OWN]
    bars = [(one.area, one.percent) for one in rows]
    return charts.bar(about, bars, columns=("地域", "比例"), decimals=2, highlight=own)


def _table(results: list[LiteracyResult]) -> Chart:
    about = About(
        "results", "公民科学素质调查结果", unit="%", source=_sources(results), note=_note(results), how=HOW
    )
    rows = [
        (
            str(one.survey.year),
            one.survey.name,
            one.area,
            one.get_group_kind_display(),
            one.group,
            one.percent,
            one.sample_size,
            one.margin_reckoned,
            ("公布" if one.is_margin_published else "估算") if one.margin_reckoned is not None else "",
            one.rank_note,
            one.survey.source,
            "示例" if one.survey.is_sample else "",
        )
        for one in results
    ]
    columns = ["年份", "调查", "地域", "分组", "人群", "比例（%）", "样本量（人）", "误差（±百分点）"]
    return about.table([*columns, "误差来历", "排名说明", "出处", "标记"], rows)
