"""The whole report as plain data: summary, chapters, numbers of tables and figures."""

from indicators import sources
from indicators.models import Vintage, VintageCell
from indicators.queries.annual.closing_chapters import method_chapter, national_chapter
from indicators.queries.annual.index_chapter import growth_sentence, index_chapter
from indicators.queries.annual.material import Report
from indicators.queries.annual.project_chapters import project_chapter
from indicators.queries.annual.totals import as_float, item_words, short_words
from portal.charts import figure_text
from portal.templatetags.portal_tags import cn_date

NUMERALS = "一二三四五六七八九十"
KEPT_ROWS = 8  # a table of at most so many rows is not broken over pages; of a longer one, its ends are


def content_of(vintage: Vintage, year: int, *, version: int, corrections: str) -> dict:
    """The whole content of one report, as plain data."""
    report = Report(vintage, year)
    chapters = [index_chapter(report)]
    plan = sources.plan_of(report.year)
    projects = sources.projects_of(plan) if plan else []
    for project, measures in projects:
        chapters.append(project_chapter(report, project, measures))
    chapters += [national_chapter(report), method_chapter(report)]
    for number, chapter in enumerate(chapters, start=1):
        _number(chapter, number)
    sample = any("sample" in cell.flags for _, _, some in report.profile.pillars for cell in _cells(some))
    return {
        "title": f"深圳市科普发展年度报告（{report.year}）",
        "running": f"深圳市科普发展年度报告（{report.year}）",
        "subtitle": "科普统计与科普发展指数",
        "period": f"统计期间：{report.year}年1月1日至12月31日",
        "date": f"第{version}版　{cn_date(report.vintage.created_at)}",
        "number": f"指数版本：{report.vintage.edition.name}　结果编号：{report.vintage.digest}",
        "note": "本报告含示例数据，仅供系统演示，不得引用。" if sample else "",
        "corrections": corrections,
        "summary": _summary(report),
        "chapters": chapters,
    }


def _summary(report: Report) -> dict:
    city = report.overview.city
    before = next((cell for cell in report.profile.series if cell.year == report.year - 1), None)
    keys = [
        ["科普发展指数", figure_text(city.growth, 1), f"{report.vintage.edition.base_year}年=100"],
        ["水平分值", figure_text(city.score, 1), "1–100分"],
    ]
    for key in ("KJ100", "KR300", "KH111", "KC312"):
        if key in report.totals:
            total = report.totals[key]
            name = {"KJ100": "科普经费筹集额", "KR300": "注册科普志愿者"}.get(key)
            name = name or {"KH111": "科普讲座参加人次", "KC312": "市级及以下科普基地"}[key]
            keys.append([name, *short_words(total.value, total.item.unit)])
    words = [
        growth_sentence(report, city, before),
        *(
            "，".join(item_words(report.totals[key]) for key in chapter["lead"][:3] if key in report.totals)
            + "。"
            for chapter in report.plan_file["chapters"].values()
        ),
    ]
    pillars = [
        [pillar.name, as_float(cell.score)]
        for pillar, cell, _ in report.profile.pillars
        if cell.state != "not_applicable"
    ]
    block = {
        "kind": "bar",
        "name": "pillars",
        "title": f"{report.year}年全市各领域水平分值",
        "unit": "分",
        "decimals": 1,
        "rows": pillars,
        "number": "1",
    }
    return {"keys": keys, "paragraphs": [text for text in words if len(text) > 1], "blocks": [block]}


def _number(chapter: dict, number: int) -> None:
    """Chapter and section headings with their numerals, tables and charts with their numbers."""
    chapter["contents"] = "" if number == 1 or chapter["id"].startswith("p") else "plain"
    is_appendix = chapter["title"].startswith("附录")
    chapter["title"] = chapter["title"] if is_appendix else f"{NUMERALS[number - 1]}、{chapter['title']}"
    tables = charts = 0
    for place, section in enumerate(chapter["sections"]):
        section["title"] = f"（{NUMERALS[place]}）{section['title']}"
        for block in section["blocks"]:
            block["keep"] = len(block.get("rows", ())) <= KEPT_ROWS
            if block["kind"] in ("table", "words"):
                tables += 1
                block["number"] = f"{number}-{tables}"
            else:
                charts += 1
                block["number"] = f"{number}-{charts}"


def _cells(standings: list) -> list[VintageCell]:
    return [one.cell for one in standings]
