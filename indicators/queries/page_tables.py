"""Tables of the index pages as files: the figures of the page, their source and how they were counted."""

from decimal import Decimal

from indicators.models import VintageCell
from indicators.queries.evidence import Behind
from indicators.queries.figure_evidence import Kept
from indicators.queries.index import Drill, Opened, Overview, Profile, Standing
from indicators.queries.items import ItemHistory
from indicators.queries.pictures import (
    HOW_GROWTH,
    HOW_LEVEL,
    HOW_RANKS,
    how_of,
    source_words,
)
from indicators.sources import Line
from portal.charts import About, Chart
from portal.regions import Region
from portal.templatetags.portal_tags import cn_time

HIDDEN = "不公布"


def of_districts(found: Overview) -> Chart:
    """The districts of a year: ranks with their intervals, scores, pillars."""
    about = About(
        "districts",
        f"{found.year}年各区位次、分值和领域",
        unit="分（发展指数无单位）",
        source=source_words(found.vintage),
        how=HOW_LEVEL + HOW_RANKS,
    )
    kept = [place for place in range(len(found.method.pillars)) if not _is_city_only(found, place)]
    columns = ["区", "位次", "位次区间上", "位次区间下", "水平分值", "发展指数"]
    rows = [
        (
            row.region.name,
            row.cell.rank,
            row.cell.rank_low,
            row.cell.rank_high,
            row.cell.score,
            row.cell.growth,
            *(row.pillars[place] and row.pillars[place].score for place in kept),
        )
        for row in found.rows
    ]
    return about.table([*columns, *(found.method.pillars[place].name for place in kept)], rows)


def _is_city_only(found: Overview, place: int) -> bool:
    cells = [row.pillars[place] for row in found.rows]
    return all(cell is None or cell.state == "not_applicable" for cell in cells)


def of_indicators(found: Profile) -> Chart:
    """Every indicator of a region in a year, pillar by pillar."""
    about = About(
        "indicators",
        f"{found.region.name}{found.year}年全部指标",
        source=source_words(found.vintage),
        how=HOW_LEVEL,
    )
    rows = [
        (pillar.name, *_standing(one))
        for pillar, cell, standings in found.pillars
        if cell.state != "not_applicable"
        for one in standings
    ]
    return about.table(["领域", *STANDING], rows)


def of_pillar(found: Opened) -> dict[str, Chart]:
    """A pillar's indicators in a year, and the pillar over the years."""
    name = f"{found.region.name}{found.pillar.name}"
    source = source_words(found.vintage)
    indicators = About("indicators", f"{name}：{found.year}年的指标", source=source, how=HOW_LEVEL)
    years = About("years", f"{name}：各年分值", unit="分", source=source, how=HOW_LEVEL + HOW_GROWTH)
    return {
        "indicators": indicators.table(STANDING, [_standing(one) for one in found.standings]),
        "series": years.table(
            ["年份", "分值", "发展指数", "覆盖率"],
            [(str(cell.year), cell.score, cell.growth, cell.coverage) for cell in found.series],
        ),
    }


STANDING = ("指标", "指标值", "单位", "分值", "全市分值", "贡献分", "取值")


def _standing(one: Standing) -> tuple:
    state = HIDDEN if "hidden" in one.cell.flags else one.cell.get_state_display()
    city = one.city.score if one.city else None
    return one.indicator.name, one.cell.rate, one.indicator.unit, one.cell.score, city, one.points, state


def of_drill(found: Drill) -> dict[str, Chart]:
    """An indicator opened: the districts of its year, and what its value was added up from."""
    source, how = source_words(found.vintage), how_of(found.indicator)
    name = f"{found.indicator.name}（{found.indicator.unit}）"
    districts = About("districts", f"{found.year}年各区{name}", source=source, how=how)
    terms = About("terms", f"{found.region.name}{found.year}年{name}的构成", source=source, how=how)
    rows = [
        (
            side,
            term["name"],
            _value(term),
            Decimal(term["times"]),
            term["unit"],
            str(term["year"]),
            term["note"],
        )
        for side, part in (("分子", found.above), ("分母", found.below))
        for term in ({"note": ""} | one for one in part)
    ]
    return {
        "district_table": districts.table(
            ["区", "分子", "分母", "指标值", "分值", "取值"], [_district(cell) for cell in found.districts]
        ),
        "term_table": terms.table(["部分", "项目", "数值", "倍数", "单位", "年份", "出处"], rows)
        if rows
        else None,
    }


def _value(term: dict) -> Decimal | str:
    return "不适用" if term["value"] == "-" else Decimal(term["value"])


def _district(cell: VintageCell) -> tuple:
    state = HIDDEN if "hidden" in cell.flags else cell.get_state_display()
    return cell.region.name, cell.numerator, cell.denominator, cell.rate, cell.score, state


def of_records(title: str, behind: Behind, lines: list[Line]) -> Chart:
    """The records behind a count, all of them."""
    moment = f"第 {behind.kept.number} 次提交时存下的记录" if behind.kept else "登记，下载时的记录"
    about = About("records", title, source=f"{behind.label}，{moment}。")
    has_amounts = any(line.amount is not None for line in lines)
    heads = ["记录", "日期", *(["到场（人次）"] if has_amounts else [])]
    rows = [(line.words, line.on, *([line.amount] if has_amounts else [])) for line in lines]
    return about.table(heads, rows)


def of_grounds(found: Kept, place: Region, lines: list[Line]) -> Chart:
    """The records behind a figure that the portal counted, all of them."""
    kept = found.evidence
    about = About(
        "records",
        f"{place.name}{kept.year}年{kept.source.label}计入的记录",
        source=f"平台统计，{cn_time(kept.counted_at)}统计时存下的记录。",
        how=kept.source.basis,
    )
    has_amounts = any(line.amount is not None for line in lines)
    heads = ["记录", "日期", *([f"数量（{kept.word}）"] if has_amounts else [])]
    rows = [(line.words, line.on, *([line.amount] if has_amounts else [])) for line in lines]
    return about.table(heads, rows)


def of_item(region: Region, found: ItemHistory) -> Chart:
    """One cell of the form over the accepted years."""
    item = found.cells[0].item
    about = About(
        "years",
        f"{region.name}{item.key} {item.name}",
        unit=item.unit,
        source=f"{region.name}科普统计年报（{item.table_name}，{item.table}），审核通过的年份。",
        how=item.definition,
    )
    rows = [
        (
            str(cell.filing.period.year),
            "不适用" if cell.state == cell.State.NOT_APPLICABLE else cell.value,
            cell.get_source_display() + ("（示例）" if cell.filing.is_sample else ""),
        )
        for cell in found.cells
    ]
    return about.table(["年份", "数值", "来源"], rows)
