"""The chapters of the index: the region and its pillars, the districts, one district beside the others."""

from indicators.method import growth_percent
from indicators.models import VintageCell
from indicators.queries.annual.material import Report
from indicators.queries.annual.totals import as_float, change_words, percent_words
from portal.charts import figure_text
from portal.regions import Region


def growth_sentence(report: Report) -> str:
    """How the index stands, with its figures by name."""
    cell, before = report.profile.index, report.profile.before
    base = report.vintage.edition.base_year
    if cell.growth is None:
        text = f"{report.year}年{report.place}科普发展指数未达到公布要求"
        known = cell.score is not None
        return f"{text}；水平分值为{{{{指数.水平分值}}}}分。" if known else f"{text}。"
    text = f"{report.year}年，{report.place}科普发展指数为{{{{指数.发展指数}}}}（{base}年=100）"
    if before and before.growth is not None:
        text += f"，{change_words(growth_percent(cell.growth, before.growth, 1))}"
    return f"{text}；水平分值为{{{{指数.水平分值}}}}分。"


def index_chapter(report: Report) -> dict:
    sections = [_own_section(report)]
    sections += [_districts_section(report)] if report.is_city else [_place_section(report)]
    return {"id": "index", "sections": sections}


def _own_section(report: Report) -> dict:
    return {
        "id": "index-own",
        "title": report.place,
        "paragraphs": [
            report.runs(growth_sentence(report)),
            report.runs(
                "发展指数反映快慢，逐年衔接；水平分值反映高低，在目标值之间折算。两者含义不同，不能互相换算。"
            ),
        ],
        "blocks": [*_trends(report, report.region), _pillar_table(report), *_waterfall(report)],
    }


def _trends(report: Report, region: Region) -> list[dict]:
    """The growth index over the years where there is one, and the level scores."""
    cells = [report.cell(report.method.index.code, region, year) for year in report.years]
    times = [str(year) for year in report.years]
    growth = [as_float(cell and cell.growth) for cell in cells]
    scores = [as_float(cell and cell.score) for cell in cells]
    name = "全市" if region == report.city else region.name
    found = []
    if any(value is not None for value in growth):
        found.append(
            {
                "kind": "line",
                "name": f"trend-{region.code}",
                "title": f"{name}科普发展指数（{report.vintage.edition.base_year}年=100）",
                "times": times,
                "series": [["发展指数", growth]],
                "base": 100,
                "decimals": 1,
            }
        )
    city = [as_float(cell and cell.score) for cell in _of_city(report)]
    series = [[name, scores]] if region == report.city else [[name, scores], ["全市", city]]
    found.append(
        {
            "kind": "line",
            "name": f"level-{region.code}",
            "title": f"{name}水平分值" if region == report.city else f"{name}水平分值与全市比较",
            "unit": "分",
            "times": times,
            "series": series,
            "decimals": 1,
        }
    )
    return found


def _of_city(report: Report) -> list[VintageCell | None]:
    return [report.cell(report.method.index.code, report.city, year) for year in report.years]


def _pillar_table(report: Report) -> dict:
    rows = []
    for pillar, cell, _ in report.profile.pillars:
        old = report.cell(pillar.code, year=report.year - 1)
        row = [
            pillar.name,
            figure_text(cell.score, 1),
            figure_text(old.score if old else None, 1),
            figure_text(cell.growth, 1),
            percent_words(growth_percent(cell.growth, old.growth if old else None, 1)),
        ]
        if not report.is_city:
            city = report.cell(pillar.code, report.city)
            row.insert(2, figure_text(city and city.score, 1))
        rows.append(row)
    columns = ["领域", "水平分值", "上年", "发展指数", "指数增速"]
    if not report.is_city:
        columns.insert(2, "全市")
    return {
        "kind": "table",
        "title": f"{report.year}年{report.place}各领域",
        "columns": columns,
        "rows": rows,
        "source": report.source,
    }


def _waterfall(report: Report) -> list[dict]:
    found = report.profile
    if not found.changes or found.before is None or None in (found.before.score, found.index.score):
        return []
    return [
        {
            "kind": "waterfall",
            "name": "change",
            "title": f"{found.before.year}—{found.year}年{report.place}水平分值的变化",
            "unit": "分",
            "start": [f"{found.before.year}年", as_float(found.before.score)],
            "steps": [[name, as_float(value)] for name, value in found.changes],
            "end": [f"{found.year}年", as_float(found.index.score)],
            "note": "每个领域使总分增减的分值，相加等于总变化。",
        }
    ]


RANK_WORDS = (
    "公民科学素质没有区级数据，各区分值不含成效领域。位次以区间表示：改变权重、剔除指标、计入随机误差后，"
    "九成模拟结果落在该区间；区间相互重叠的区，先后不能分清。"
)


def _districts_section(report: Report) -> dict:
    return {
        "id": "index-districts",
        "title": "各区",
        "paragraphs": [report.runs(words) for words in (RANK_WORDS, *_growth_gap_words(report))],
        "blocks": [_interval(report), _map(report), _district_table(report), _pillars_by_district(report)],
    }


def _place_section(report: Report) -> dict:
    """One district among the others."""
    cell = report.profile.index
    words = []
    if cell.rank_low is not None:
        words.append(
            f"{report.year}年{report.place}水平分值在全市十一个区中居{{{{指数.位次区间}}}}，"
            "全市为{{全市.指数.水平分值}}分。"
        )
    mine = [f"{region.name}：{told}。" for region, told in report.overview.ungrown if region == report.region]
    if mine:
        words.append(f"{GAP_WORDS}{''.join(mine)}")
    return {
        "id": "index-place",
        "title": "在全市各区中",
        "paragraphs": [report.runs(text) for text in (*words, RANK_WORDS)],
        "blocks": [_interval(report), _map(report), _district_table(report)],
    }


def _interval(report: Report) -> dict:
    rows = [row for row in report.overview.rows if row.cell.rank is not None]
    return {
        "kind": "interval",
        "name": "ranks",
        "title": f"{report.year}年各区位次及区间",
        "rows": [[row.region.name, row.cell.rank_low, row.cell.rank, row.cell.rank_high] for row in rows],
    }


def _map(report: Report) -> dict:
    return {
        "kind": "map",
        "name": "map",
        "title": f"{report.year}年各区水平分值",
        "unit": "分",
        "values": {row.region.code: as_float(row.cell.score) for row in report.overview.rows},
        "note": "区块位置为示意，不作为行政区划界线依据。",
    }


def _district_table(report: Report) -> dict:
    rows = [
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
        "kind": "table",
        "title": f"{report.year}年各区水平分值与发展指数",
        "columns": ["区", "位次区间", "水平分值", "分值区间", "发展指数"],
        "rows": rows,
        "note": "“—”为未公布：缺数据，或计数少于16而不能逐年衔接。",
        "source": report.source,
    }


def _pillars_by_district(report: Report) -> dict:
    """Every district's pillars side by side; a pillar that districts have not is left out."""
    pillars = [
        (place, pillar)
        for place, pillar in enumerate(report.method.pillars)
        if any(row.pillars[place] and row.pillars[place].score is not None for row in report.overview.rows)
    ]
    return {
        "kind": "table",
        "title": f"{report.year}年各区分领域水平分值",
        "unit": "分",
        "columns": ["区", *(pillar.name for _, pillar in pillars), "总分"],
        "rows": [
            [
                row.region.name,
                *(figure_text(row.pillars[place] and row.pillars[place].score, 1) for place, _ in pillars),
                figure_text(row.cell.score, 1),
            ]
            for row in report.overview.rows
        ],
        "source": report.source,
    }


GAP_WORDS = (
    "以下各区不编制发展指数：括号内的指标每年计数少于16，逐年升降多出于偶然，不作衔接；分值和位次不受影响。"
)


def _growth_gap_words(report: Report) -> list[str]:
    """Which districts have no growth index, and why."""
    without = report.overview.ungrown
    if not without:
        return []
    return [GAP_WORDS, "".join(f"{region.name}：{words}。" for region, words in without)]
