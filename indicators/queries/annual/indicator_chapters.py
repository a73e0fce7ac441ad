"""A page for each indicator, and the tables of what was returned."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from indicators.models import Denominator, FigureSource, IndicatorVersion, VintageCell
from indicators.queries.annual.district_chapters import flags_of
from indicators.queries.annual.material import Report
from indicators.queries.annual.named import RATE_DECIMALS
from indicators.queries.annual.totals import as_float, percent_words
from portal.charts import figure_text
from portal.templatetags.portal_tags import exact


def indicators_chapter(report: Report) -> dict:
    """A section for each indicator: how it is counted, the years, the districts."""
    labels = {source.name: source.label for source in FigureSource.objects.all()}
    return {
        "id": "indicators",
        "sections": [_indicator(report, one, labels) for one in report.method.indicators],
    }


def _indicator(report: Report, one: IndicatorVersion, labels: dict[str, str]) -> dict:
    cell = report.cell(one.code)
    words = [_how_counted(one, labels), _standing(report, one)]
    marks = flags_of(cell)
    if marks:
        words.append(f"说明：{'；'.join(marks)}。")
    is_of_city = one.levels == IndicatorVersion.Levels.CITY
    blocks = [_years(report, one)] if is_of_city else [_districts(report, one), _table(report, one)]
    return {
        "id": f"i-{one.code.replace('_', '-')}",
        "title": f"{one.name}（{one.pillar.name}）",
        "paragraphs": [report.runs(text) for text in words if text],
        "blocks": blocks,
        "is_page": not is_of_city,
    }


def _how_counted(one: IndicatorVersion, labels: dict[str, str]) -> str:
    above, below = _terms(one.numerator, labels), _terms(one.denominator, labels)
    per = f"，乘以{exact(one.per)}" if one.per != 1 else ""
    high = figure_text(one.high, 2)
    basis = one.goalpost_basis.replace(" ", "")  # a blank is stretched where lines are justified
    return (
        f"怎么计算：{one.definition}分子为{above}，分母为{below}{per}。"
        f"目标值{figure_text(one.low)}–{high}{one.unit}（{basis or '本年没有目标值'}）。"
    )


def _terms(terms: list[dict], labels: dict[str, str]) -> str:
    return "、".join(_term(term, labels) for term in terms)


def _term(term: dict, labels: dict[str, str]) -> str:
    if "key" in term:
        name = f"年报{term['key']}"
    elif "denominator" in term:
        name = Denominator.Kind(term["denominator"]).label
    else:
        name = labels.get(term.get("figure", ""), "区数")
    return f"{name}×{term['times']}" if term.get("times", 1) != 1 else name


def _standing(report: Report, one: IndicatorVersion) -> str:
    cell = report.cell(one.code)
    if cell is None or cell.rate is None:
        return f"{report.year}年{report.place}没有公布的数。"
    text = f"{report.year}年{report.place}为{{{{指标.{one.name}}}}}{_unit(one)}"
    before = report.cell(one.code, year=report.year - 1)
    if before is not None and before.rate:
        text += f"，比上年{{{{指标.{one.name}.增速}}}}" if one.unit != "%" else _points(cell, before)
    text += f"，分值{{{{指标.{one.name}.分值}}}}分" if cell.score is not None else ""
    if not report.is_city:
        return f"{text}；全市为{{{{全市.指标.{one.name}}}}}{_unit(one)}。"
    known = [
        (found.rate, district.name)
        for district in report.districts
        if (found := report.cell(one.code, district)) is not None and found.rate is not None
    ]
    if not known:
        return f"{text}。"
    (_, top), (_, low) = max(known), min(known)
    return (
        f"{text}。各区中最高的是{top}（{{{{{top}.指标.{one.name}}}}}{_unit(one)}），"
        f"最低的是{low}（{{{{{low}.指标.{one.name}}}}}{_unit(one)}）。"
    )


def _points(now: VintageCell, before: VintageCell) -> str:
    """，比上年提高1.20个百分点: a share moves by points, of the figures as they are printed."""
    places = Decimal(1).scaleb(-RATE_DECIMALS)
    step = now.rate.quantize(places, ROUND_HALF_UP) - before.rate.quantize(places, ROUND_HALF_UP)
    return f"，比上年{'提高' if step > 0 else '下降'}{abs(step)}个百分点" if step else "，与上年持平"


def _unit(one: IndicatorVersion) -> str:
    return one.unit


def _years(report: Report, one: IndicatorVersion) -> dict:
    series = [[report.place, [_rate(report, one, year=year) for year in report.years]]]
    if not report.is_city:
        series.append(["全市", [_rate(report, one, report.city, year) for year in report.years]])
    return {
        "kind": "line",
        "name": f"i-{one.code.replace('_', '-')}-years",
        "title": f"{report.place}{one.name}",
        "unit": one.unit,
        "times": [str(year) for year in report.years],
        "series": series,
        "decimals": 2,
    }


def _rate(report: Report, one: IndicatorVersion, region=None, year: int | None = None) -> float | None:
    cell = report.cell(one.code, region, year)
    return as_float(cell.rate) if cell else None


def _districts(report: Report, one: IndicatorVersion) -> dict:
    return {
        "kind": "bar",
        "name": f"i-{one.code.replace('_', '-')}",
        "title": f"{report.year}年各区{one.name}",
        "unit": one.unit,
        "decimals": 2,
        "rows": [
            *([district.name, _rate(report, one, district)] for district in report.districts),
            ["全市", _rate(report, one, report.city)],
        ],
        "highlight": [report.place],
    }


def _table(report: Report, one: IndicatorVersion) -> dict:
    rows = []
    for name, region in [*((d.name, d) for d in report.districts), ("全市", report.city)]:
        cells = [report.cell(one.code, region, year) for year in report.years]
        now = cells[-1]
        rows.append(
            [
                name,
                *(figure_text(cell and cell.rate, 2) for cell in cells),
                figure_text(now and now.score, 1),
            ]
        )
    return {
        "kind": "table",
        "title": f"各区{one.name}",
        "unit": one.unit,
        "columns": ["区", *(f"{year}年" for year in report.years), "分值"],
        "rows": rows,
        "source": report.source,
    }


# ---------------------------------------------------------------- what was returned


def items_chapter(report: Report) -> dict:
    """Every item of the form by its table; the districts' values stand in the workbook."""
    sections = []
    for (table, name), found in groupby(
        report.totals.values(), key=lambda total: (total.item.table, total.item.table_name)
    ):
        sections.append(
            {
                "id": f"t-{table.lower()}",
                "title": f"{name}（{table}）",
                "paragraphs": [],
                "blocks": [
                    {
                        "kind": "table",
                        "title": f"{report.year}年{report.place}{name}统计",
                        "columns": [
                            "指标",
                            "代码",
                            "单位",
                            f"{report.year}年",
                            f"{report.year - 1}年",
                            "增速",
                        ],
                        "rows": [
                            [
                                total.item.name,
                                total.item.key,
                                total.item.unit,
                                total.text,
                                total.said(total.before),
                                percent_words(total.growth),
                            ]
                            for total in found
                        ],
                        "source": report.source,
                    }
                ],
            }
        )
    lead = "各区的分项数值见本报告附表（电子表格）。“—”为不适用或没有数据。"
    return {"id": "items", "lead": lead, "sections": sections}
