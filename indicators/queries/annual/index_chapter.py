"""The chapter of the index: city, pillars, districts."""

from indicators.method import growth_percent
from indicators.models import VintageCell
from indicators.queries.annual.material import Report
from indicators.queries.annual.totals import as_float, percent_words
from portal.charts import figure_text
from portal.regions import Level

Cell = VintageCell.Level


def growth_sentence(report: Report, city: VintageCell, before: VintageCell | None) -> str:
    base = report.vintage.edition.base_year
    if city.growth is None:
        return f"{report.year}年全市科普发展指数未达到公布要求。"
    text = f"{report.year}年，全市科普发展指数为{figure_text(city.growth, 1)}（{base}年=100）"
    if before and before.growth is not None:
        change = growth_percent(city.growth, before.growth, 1)
        text += f"，比上年{'提高' if change >= 0 else '下降'}{abs(change)}%"
    return text + f"；水平分值为{figure_text(city.score, 1)}分。"


def index_chapter(report: Report) -> dict:
    city = report.overview.city
    before = next((cell for cell in report.profile.series if cell.year == report.year - 1), None)
    trend = report.overview.trend
    upto = [(year, growth) for year, growth, _ in trend if year <= report.year]
    return {
        "id": "index",
        "title": "科普发展指数",
        "sections": [
            {
                "id": "index-city",
                "title": "全市",
                "paragraphs": [
                    growth_sentence(report, city, before),
                    "发展指数反映快慢，逐年衔接；水平分值反映高低，在目标值之间折算。两者含义不同，不能互相换算。",
                ],
                "blocks": [
                    {
                        "kind": "line",
                        "name": "trend",
                        "title": f"全市科普发展指数（{report.vintage.edition.base_year}年=100）",
                        "times": [str(year) for year, _ in upto],
                        "series": [["发展指数", [as_float(value) for _, value in upto]]],
                        "base": 100,
                        "decimals": 1,
                    },
                    _pillar_table(report),
                ],
            },
            _district_section(report),
        ],
    }


def _pillar_table(report: Report) -> dict:
    before = {
        cell.node: cell
        for cell in VintageCell.objects.filter(
            vintage=report.vintage,
            level=Cell.PILLAR,
            year=report.year - 1,
            region__level=Level.MUNICIPALITY,
        )
    }
    rows = []
    for pillar, cell, _ in report.profile.pillars:
        old = before.get(pillar.code)
        rows.append(
            [
                pillar.name,
                figure_text(cell.score, 1),
                figure_text(old.score if old else None, 1),
                figure_text(cell.growth, 1),
                percent_words(growth_percent(cell.growth, old.growth if old else None, 1)),
            ]
        )
    return {
        "kind": "table",
        "title": f"{report.year}年全市各领域",
        "columns": ["领域", "水平分值", "上年", "发展指数", "指数增速"],
        "rows": rows,
        "source": report.source,
    }


def _district_section(report: Report) -> dict:
    rows = [row for row in report.overview.rows if row.cell.rank is not None]
    table = [
        [
            row.region.name,
            row.place,
            figure_text(row.cell.score, 1),
            f"{figure_text(row.cell.score_low, 1)}–{figure_text(row.cell.score_high, 1)}",
            figure_text(row.cell.growth, 1),
        ]
        for row in report.overview.rows
    ]
    return {
        "id": "index-districts",
        "title": "各区",
        "paragraphs": [
            "公民科学素质没有区级数据，各区分值不含成效领域。位次以区间表示：改变权重、剔除指标、计入随机误差后，"
            "九成模拟结果落在该区间；区间相互重叠的区，先后不能分清。",
            *_growth_gap_words(report),
        ],
        "blocks": [
            {
                "kind": "interval",
                "name": "ranks",
                "title": f"{report.year}年各区位次及区间",
                "rows": [
                    [row.region.name, row.cell.rank_low, row.cell.rank, row.cell.rank_high] for row in rows
                ],
            },
            {
                "kind": "map",
                "name": "map",
                "title": f"{report.year}年各区水平分值",
                "unit": "分",
                "values": {row.region.code: as_float(row.cell.score) for row in report.overview.rows},
                "note": "区块位置为示意，不作为行政区划界线依据。",
            },
            {
                "kind": "table",
                "title": f"{report.year}年各区水平分值与发展指数",
                "columns": ["区", "位次区间", "水平分值", "分值区间", "发展指数"],
                "rows": table,
                "note": "“—”为未公布：缺数据，或计数少于16而不能逐年衔接。",
                "source": report.source,
            },
        ],
    }


def _growth_gap_words(report: Report) -> list[str]:
    """Which districts have no growth index, and why."""
    without = report.overview.ungrown
    if not without:
        return []
    told = "".join(f"{region.name}：{words}。" for region, words in without)
    return [
        "以下各区不编制发展指数：括号内的指标每年计数少于16，逐年升降多出于偶然，不作衔接；分值和位次不受影响。",
        told,
    ]
