"""The whole report as plain data: its parts in their order, numbers of tables and figures, the annex."""

from collections.abc import Callable, Iterable

from indicators.models import AnnualReport, ReportPart
from indicators.queries.annual.annex import annex_of
from indicators.queries.annual.closing_chapters import method_chapter, national_chapter
from indicators.queries.annual.district_chapters import comparison_chapter, districts_chapter
from indicators.queries.annual.index_chapter import growth_sentence, index_chapter
from indicators.queries.annual.indicator_chapters import indicators_chapter, items_chapter
from indicators.queries.annual.material import Report
from indicators.queries.annual.named import Run
from indicators.queries.annual.project_chapters import project_chapter
from indicators.queries.annual.totals import as_float, short_words
from portal.charts import figure_text
from portal.templatetags.portal_tags import cn_date

KEPT_ROWS = 13  # a table of at most so many rows is not broken over pages; of a longer one, its ends are
HEADING_SIGN = "# "  # a line of people's words that begins so is a heading

Kind = ReportPart.Kind
CHAPTERS: dict[str, Callable[[Report], dict]] = {
    Kind.INDEX: index_chapter,
    Kind.NATION: national_chapter,
    Kind.DISTRICTS: districts_chapter,
    Kind.COMPARISON: comparison_chapter,
    Kind.INDICATORS: indicators_chapter,
    Kind.ITEMS: items_chapter,
    Kind.METHOD: method_chapter,
}


def content_of(report: AnnualReport, parts: Iterable[ReportPart] | None = None) -> dict:
    """The whole content of one report, as plain data; with `parts` only these as they are given, for a look.

    Raises NameFault if a part's words name a figure that is not known or not published.
    """
    material = Report(report.vintage, report.region, report.year)
    given = {part.code: part for part in parts or ()}
    shown = [given.get(part.code, part) for part in report.parts.all() if part.is_on or part.code in given]
    made = [_chapter(material, part) if parts is None or part.code in given else None for part in shown]
    chapters = _numbered(made, shown)
    return {
        "title": report.name,
        "title_lines": list(report.name_lines),
        "running": report.name,
        "issuer": report.issuer,
        "author": report.issuer,
        "subtitle": "科普统计与科普发展指数",
        "period": f"统计期间：{report.year}年1月1日至12月31日",
        "date": f"第{report.version}版　{cn_date(report.vintage.created_at)}",
        "number": f"指数版本：{report.vintage.edition.name}　结果编号：{report.vintage.digest}",
        "note": "本报告含示例数据，仅供系统演示，不得引用。" if is_sample(material) else "",
        "corrections": report.corrections,
        "chapters": chapters,
        "annex": annex_of(material) if parts is None else [],
    }


def is_sample(material: Report) -> bool:
    """Whether any result of the year stands on sample figures."""
    return any("sample" in cell.flags for cell in material.cells.values() if cell.year == material.year)


def _chapter(material: Report, part: ReportPart) -> dict:
    if part.kind == Kind.PROJECT:
        made = project_chapter(material, part.code.removeprefix("p").replace("-", "."))
    elif part.kind == Kind.SUMMARY:
        made = _summary(material)
    elif part.kind == Kind.WORDS:
        made = {"sections": []}
    else:
        made = CHAPTERS[part.kind](material)
    return {
        "lead": "",
        "keys": [],
        **made,
        "id": part.code,
        "title": part.title,
        "words": _words(material, part.text),
    }


def _words(material: Report, text: str) -> list[dict]:
    """What people wrote, paragraph by paragraph, the figures looked up."""
    found: list[dict] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.startswith(HEADING_SIGN):
            found.append({"head": line.removeprefix(HEADING_SIGN).strip()})
        else:
            found.append({"runs": material.names.runs(line)})
    return found


def _summary(material: Report) -> dict:
    index = material.profile.index
    keys = [
        ["科普发展指数", figure_text(index.growth, 1), f"{material.vintage.edition.base_year}年=100"],
        ["水平分值", figure_text(index.score, 1), "1–100分"],
    ]
    for key, name in material.plan_file["keys"]:
        if key in material.totals:
            total = material.totals[key]
            keys.append([name, *short_words(total.value, total.item.unit)])
    words = [growth_sentence(material)]
    for chapter in material.plan_file["chapters"].values():
        known = [material.totals[key] for key in chapter["lead"][:3] if key in material.totals]
        told = "；".join(total.words for total in known if total.value is not None)
        words += [f"{told}。"] if told else []
    pillars = [
        [pillar.name, as_float(cell.score)]
        for pillar, cell, _ in material.profile.pillars
        if cell.state != "not_applicable"
    ]
    block = {
        "kind": "bar",
        "name": "pillars",
        "title": f"{material.year}年{material.place}各领域水平分值",
        "unit": "分",
        "decimals": 1,
        "rows": pillars,
    }
    paragraphs: list[list[Run]] = [material.runs(text) for text in words]
    return {"keys": keys, "sections": [{"id": "", "title": "", "paragraphs": paragraphs, "blocks": [block]}]}


# ---------------------------------------------------------------- numbers of chapters, tables, figures


def _numbered(chapters: list[dict | None], parts: list[ReportPart]) -> list[dict]:
    """Headings with their numerals, tables and charts with their numbers; what was not made keeps its own."""
    number, letters, found = 0, iter("ABCDEFGH"), []
    for chapter, part in zip(chapters, parts, strict=True):
        is_appendix = part.title.startswith("附录")
        is_counted = part.kind != Kind.SUMMARY and not is_appendix
        number += is_counted
        sign = next(letters, "Z") if is_appendix else str(number) if is_counted else ""
        if chapter is not None:
            chapter["title"] = f"{numeral(number)}、{chapter['title']}" if is_counted else chapter["title"]
            _number(chapter, sign)
            found.append(chapter)
    return found


def _number(chapter: dict, sign: str) -> None:
    """Numerals of sections; numbers of tables and charts within the chapter, 表 2-1, 图 A-3."""
    counts = {"表": 0, "图": 0}
    head = f"{sign}-" if sign else ""
    for place, section in enumerate(chapter["sections"], start=1):
        if section["title"]:
            section["title"] = f"（{numeral(place)}）{section['title']}"
        for block in section["blocks"]:
            word = "表" if block["kind"] in ("table", "words") else "图"
            counts[word] += 1
            block["number"] = f"{head}{counts[word]}"
            block["place"] = f"{word} {block['number']}"
            block["keep"] = word == "图" or len(block["rows"]) <= KEPT_ROWS


DIGITS = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """十一, 二十: a number below a hundred as headings count."""
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return f"{DIGITS[tens] if tens > 1 else ''}十{DIGITS[ones] if ones else ''}"
