"""The districts in the city's report, a page or two each; a district beside the others in its own."""

from indicators.models import VintageCell
from indicators.queries import index as queries
from indicators.queries.annual.material import Report
from indicators.queries.annual.totals import as_float
from portal.charts import figure_text
from portal.regions import Region

LEADING = 3  # indicators named as strong or weak


def districts_chapter(report: Report) -> dict:
    """A section for each district: where it stands, over the years and by pillar, and its indicators."""
    return {"id": "districts", "sections": [_profile(report, district) for district in report.districts]}


def _profile(report: Report, district: Region) -> dict:
    index = report.cell(report.method.index.code, district)
    words = []
    if index is not None and index.score is not None:
        words.append(
            f"{report.year}年{district.name}科普水平分值为{{{{{district.name}.指数.水平分值}}}}分"
            "（全市{{全市.指数.水平分值}}分），位次区间为"
            f"{{{{{district.name}.指数.位次区间}}}}"
            + ("" if index.growth is None else f"，发展指数为{{{{{district.name}.指数.发展指数}}}}")
            + "。"
        )
    words += _strong_and_weak(report, district)
    words.append(_main_figures(report, district))
    return {
        "id": f"d{district.code[:6]}",
        "title": district.name,
        "paragraphs": [report.runs(text) for text in words if text],
        "blocks": [_years(report, district), _pillars(report, district), _table(report, district)],
        "is_page": True,
        "is_pair": True,  # the two charts side by side: the table has room below them
    }


def _leads(report: Report, district: Region) -> list[tuple[str, VintageCell, VintageCell]]:
    """The district's indicators beside the city's, the farthest ahead first."""
    found = []
    for one in report.method.indicators:
        cell, city = report.cell(one.code, district), report.cell(one.code, report.city)
        if cell and city and cell.score is not None and city.score is not None:
            found.append((one.name, cell, city))
    return sorted(found, key=lambda row: (row[2].score - row[1].score, row[1].node))


def _strong_and_weak(report: Report, district: Region) -> list[str]:
    leads = _leads(report, district)
    ahead = [name for name, cell, city in leads[:LEADING] if cell.score > city.score]
    behind = [name for name, cell, city in reversed(leads[-LEADING:]) if cell.score < city.score]
    words = []
    if ahead:
        words.append(f"分值高于全市较多的指标：{'、'.join(ahead)}。")
    if behind:
        words.append(f"分值低于全市较多的指标：{'、'.join(behind)}。")
    return ["".join(words)] if words else []


def _main_figures(report: Report, district: Region) -> str:
    keys = [key for key in report.plan_file["main"] if key in report.totals]
    known = [report.totals[key] for key in keys if report.totals[key].of(report.year, district) is not None]
    if not known:
        return f"{district.name}本年没有审核通过的年报数据。"
    return f"{'，'.join(total.spoken(district.name) for total in known)}。"


def _years(report: Report, district: Region) -> dict:
    index = report.method.index.code
    own = [report.cell(index, district, year) for year in report.years]
    city = [report.cell(index, report.city, year) for year in report.years]
    return {
        "kind": "line",
        "name": f"d{district.code[:6]}-years",
        "title": f"{district.name}水平分值与全市比较",
        "unit": "分",
        "times": [str(year) for year in report.years],
        "series": [
            [district.name, [as_float(cell and cell.score) for cell in own]],
            ["全市", [as_float(cell and cell.score) for cell in city]],
        ],
        "decimals": 1,
    }


def _pillars(report: Report, district: Region) -> dict:
    cells = [(pillar.name, report.cell(pillar.code, district)) for pillar in report.method.pillars]
    return {
        "kind": "bar",
        "name": f"d{district.code[:6]}-pillars",
        "title": f"{report.year}年{district.name}各领域水平分值",
        "unit": "分",
        "decimals": 1,
        "rows": [
            [name, as_float(cell.score)] for name, cell in cells if cell and cell.state != "not_applicable"
        ],
    }


def _table(report: Report, district: Region) -> dict:
    rows = []
    for one in report.method.indicators:
        cell, city = report.cell(one.code, district), report.cell(one.code, report.city)
        if cell is None or cell.state == "not_applicable":
            continue
        before = report.cell(one.code, district, report.year - 1)
        rows.append(
            [
                one.name,
                one.unit,
                figure_text(cell.rate, 2),
                figure_text(before and before.rate, 2),
                figure_text(city and city.rate, 2),
                figure_text(cell.score, 1),
            ]
        )
    return {
        "kind": "table",
        "title": f"{report.year}年{district.name}各项指标",
        "columns": ["指标", "单位", f"{report.year}年", f"{report.year - 1}年", "全市", "分值"],
        "rows": rows,
        "note": f"“—”为缺数据，或涉及未成年人且数值较小而不公布。来源：{report.source}",
    }


# ---------------------------------------------------------------- one district beside the others


def comparison_chapter(report: Report) -> dict:
    """Each pillar's indicators of all districts side by side."""
    sections = []
    for pillar in report.method.pillars:
        shown = [
            one
            for one in report.method.under(pillar)
            if any(_is_there(report.cell(one.code, district)) for district in report.districts)
        ]
        if not shown:
            continue
        sections.append(
            {
                "id": f"compare-{pillar.code}",
                "title": pillar.name,
                "paragraphs": [],
                "blocks": [_pillar_bars(report, pillar), _side_by_side(report, pillar, shown)],
            }
        )
    return {"id": "comparison", "sections": sections}


def _is_there(cell: VintageCell | None) -> bool:
    return cell is not None and cell.rate is not None


def _pillar_bars(report: Report, pillar) -> dict:
    city = report.cell(pillar.code, report.city)
    rows = [(district, report.cell(pillar.code, district)) for district in report.districts]
    return {
        "kind": "bar",
        "name": f"compare-{pillar.code}",
        "title": f"{report.year}年各区{pillar.name}领域水平分值",
        "unit": "分",
        "decimals": 1,
        "rows": [
            *([district.name, as_float(cell and cell.score)] for district, cell in rows),
            ["全市", as_float(city and city.score)],
        ],
        "highlight": [report.place],
    }


def _side_by_side(report: Report, pillar, shown: list) -> dict:
    regions = [*report.districts, report.city]
    names = [*(district.name for district in report.districts), "全市"]
    return {
        "kind": "table",
        "title": f"{report.year}年各区{pillar.name}领域指标",
        "columns": ["区", *(f"{one.name}（{one.unit}）" for one in shown)],
        "rows": [
            [name, *(figure_text(_rate(report.cell(one.code, region)), 2) for one in shown)]
            for name, region in zip(names, regions, strict=True)
        ],
        "source": report.source,
    }


def _rate(cell: VintageCell | None):
    return cell.rate if cell else None


def flags_of(cell: VintageCell | None) -> list[str]:
    """The marks of a result in words."""
    return [queries.FLAG_WORDS[flag] for flag in cell.flags] if cell else []
