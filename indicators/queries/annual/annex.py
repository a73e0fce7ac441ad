"""The annex: every figure of the report's year as sheets of a workbook, districts side by side."""

from decimal import Decimal

from indicators.models import Observation
from indicators.queries.annual.material import Report

STATES = dict(Observation.State.choices)


def annex_of(report: Report) -> list[dict]:
    """The sheets as plain data: name, columns, rows; a missing number is None."""
    return [
        _about(report),
        _scores(report),
        _pillars(report),
        _indicators(report),
        _items(report),
        _years(report),
    ]


def _about(report: Report) -> dict:
    rows = [
        ["报告", f"{report.place}，{report.year}年"],
        ["指数版本", report.vintage.edition.name],
        ["指数结果编号", report.vintage.digest],
        ["空格", "缺数据、不适用，或涉及未成年人且数值过小而不公布"],
        ["来源", report.source],
    ]
    return {"name": "说明", "columns": ["项目", "内容"], "rows": rows}


def _number(value: Decimal | None) -> int | float | None:
    """As a spreadsheet keeps it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _regions(report: Report) -> list:
    return [report.city, *report.districts]


def _scores(report: Report) -> dict:
    rows = []
    for region in _regions(report):
        for year in report.years:
            cell = report.cell(report.method.index.code, region, year)
            if cell is not None:
                low, high = cell.rank_low, cell.rank_high
                values = map(_number, (cell.score, cell.growth, cell.score_low, cell.score_high))
                rows.append([region.code, region.name, year, *values, low, high])
    columns = [
        "区划代码",
        "区域",
        "年份",
        "水平分值",
        "发展指数",
        "分值区间下",
        "分值区间上",
        "位次区间上",
        "位次区间下",
    ]
    return {"name": "指数", "columns": columns, "rows": rows}


def _pillars(report: Report) -> dict:
    rows = []
    for region in _regions(report):
        for year in report.years:
            cells = [report.cell(pillar.code, region, year) for pillar in report.method.pillars]
            rows.append([region.code, region.name, year, *(_number(cell and cell.score) for cell in cells)])
    columns = ["区划代码", "区域", "年份", *(pillar.name for pillar in report.method.pillars)]
    return {"name": "领域分值", "columns": columns, "rows": rows}


def _indicators(report: Report) -> dict:
    rows = []
    for one in report.method.indicators:
        for region in _regions(report):
            for year in report.years:
                cell = report.cell(one.code, region, year)
                if cell is not None:
                    values = map(_number, (cell.numerator, cell.denominator, cell.rate, cell.score))
                    head = [one.pillar.name, one.name, one.unit, region.code, region.name, year]
                    rows.append([*head, *values, STATES.get(cell.state, "")])
    columns = ["领域", "指标", "单位", "区划代码", "区域", "年份", "分子", "分母", "指标值", "分值", "取值"]
    return {"name": "指标", "columns": columns, "rows": rows}


def _items(report: Report) -> dict:
    """The year's returns: a line for each item, a column for each district."""
    rows = []
    for key, total in report.totals.items():
        values = [total.of(report.year, region) for region in _regions(report)]
        rows.append([total.item.table, key, total.item.name, total.item.unit, *map(_number, values)])
    columns = ["表号", "代码", "指标", "单位", "全市", *(district.name for district in report.districts)]
    return {"name": f"{report.year}年统计数据", "columns": columns, "rows": rows}


def _years(report: Report) -> dict:
    """The report's region over the years."""
    years = sorted({year for total in report.totals.values() for year in total.years})
    rows = [
        [
            total.item.table,
            key,
            total.item.name,
            total.item.unit,
            *(_number(total.of(year)) for year in years),
        ]
        for key, total in report.totals.items()
    ]
    columns = ["表号", "代码", "指标", "单位", *(f"{year}年" for year in years)]
    return {"name": f"{report.place}历年"[:31], "columns": columns, "rows": rows}
