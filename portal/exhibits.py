"""Charts and tables of a page as files: SVG, PNG, XLSX and CSV under the page's own address.

A page hands its charts to `respond`. Without `?file=` they are shown, each with the addresses of its files;
with `?file=trend.xlsx` the same view, after the same checks and for the same scope, answers with that file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from io import BytesIO
from typing import Any

import vl_convert
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from portal.charts import FONT, INK, QUIET, SURFACE, WIDTH, Chart
from portal.sheets import Column, Page, write_csv, write_workbook

PNG_SCALE = 2  # 960 points wide: sharp on paper and on a screen
TITLE_SIZE, SMALL_SIZE = 15, 11
EDGE = 16


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A chart on its page, with the (name, address) of each of its files."""

    chart: Chart
    files: tuple[tuple[str, str], ...]


def respond(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    shown: Mapping[str, Chart | None],
    *,
    status: int = 200,
    address: str = "",
) -> HttpResponse:
    """The page, each of its charts as an Exhibit under its key (None where there is none); or the file that
    `?file=` asks for. The page is told the time (`now`), for the head of a print. `address`
    is where the page is read, if not here. Raises Http404 for a file that the page has not.
    """
    asked = request.GET.get("file")
    if asked is not None:
        return _answer(request, [chart for chart in shown.values() if chart is not None], asked)
    exhibits = {
        key: chart and Exhibit(chart, _files(request, chart, address)) for key, chart in shown.items()
    }
    return render(request, template, {"now": timezone.now(), **context, **exhibits}, status=status)


def _files(request: HttpRequest, chart: Chart, address: str = "") -> tuple[tuple[str, str], ...]:
    """Addresses of the files, with whatever else the page was asked for."""
    kept = request.GET.copy()
    kept.pop("file", None)
    before = f"{kept.urlencode()}&" if kept else ""
    kinds = FORMATS if chart.svg else TABLES
    return tuple((kind.upper(), f"{address}?{before}file={chart.name}.{kind}") for kind in kinds)


def _answer(request: HttpRequest, charts: list[Chart], asked: str) -> HttpResponse:
    name, _, kind = asked.partition(".")
    chart = next((chart for chart in charts if chart.name == name), None)
    if chart is None or kind not in (FORMATS if chart.svg else TABLES):
        raise Http404("本页没有这个文件。")
    content_type, write = FORMATS[kind]
    page = request.build_absolute_uri(request.path)
    answer = HttpResponse(write(chart, page), content_type=content_type)
    answer["Cache-Control"] = "private"  # a kept page has no name to be saved under
    file = re.sub(r'[\\/:*?"<>|\s]+', " ", chart.title).strip()[:80] or chart.name
    answer["Content-Disposition"] = content_disposition_header(True, f"{file}.{kind}")
    return answer


# ---------------------------------------------------------------- the picture


def picture(chart: Chart) -> str:
    """The chart as a drawing of its own: its title above it, its unit, note and source below."""
    width, height = _size(chart.svg)
    head = _lines(chart.title, TITLE_SIZE, width)
    unit = f"单位：{chart.unit}。" if chart.unit else ""
    foot = [line for words in (unit + chart.note, chart.source) for line in _lines(words, SMALL_SIZE, width)]
    top = EDGE + len(head) * 21 + 6
    whole = top + height + 10 + len(foot) * 16 + EDGE
    parts = [f'<rect width="{width + 2 * EDGE:.0f}" height="{whole:.0f}" fill="{SURFACE}"/>']
    parts += [_text(EDGE + 15 + place * 21, line, TITLE_SIZE, INK) for place, line in enumerate(head)]
    parts.append(str(chart.svg).replace("<svg ", f'<svg x="{EDGE}" y="{top}" ', 1))
    below = top + height + 22
    parts += [_text(below + place * 16, line, SMALL_SIZE, QUIET) for place, line in enumerate(foot)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 2 * EDGE:.0f}" height="{whole:.0f}" '
        f'viewBox="0 0 {width + 2 * EDGE:.0f} {whole:.0f}">{"".join(parts)}</svg>'
    )


def _size(svg: str) -> tuple[float, float]:
    """Width and height of a drawing by its opening tag."""
    opening = svg.split(">", 1)[0]
    found = {name: re.search(rf'\s{name}="([\d.]+)"', opening) for name in ("width", "height")}
    return tuple(float(match[1]) if match else float(WIDTH) for match in found.values())


def _lines(words: str, size: int, width: float) -> list[str]:
    """Words broken to the width: a Chinese character is as wide as its size, any other about half."""
    lines, line, used = [], "", 0.0
    for sign in words:
        wide = size * (1 if ord(sign) > 0x2E7F else 0.58)
        if used + wide > width:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + sign, used + wide
    return [*lines, line] if line else lines


def _text(y: float, words: str, size: int, fill: str) -> str:
    weight = ' font-weight="bold"' if size == TITLE_SIZE else ""
    return (
        f'<text x="{EDGE}" y="{y:.0f}" font-family="{FONT}, sans-serif" font-size="{size}" fill="{fill}"'
        f"{weight}>{escape(words)}</text>"
    )


def _svg(chart: Chart, page: str) -> bytes:
    return picture(chart).encode()


def _png(chart: Chart, page: str) -> bytes:
    return vl_convert.svg_to_png(picture(chart), scale=PNG_SCALE)


# ---------------------------------------------------------------- the table


def _rows(chart: Chart) -> list[list]:
    """The rows as a spreadsheet wants them: years as numbers, no trailing noughts."""
    return [[_plain(cell) for cell in row] for row in chart.rows]


def _plain(cell: object) -> object:
    if isinstance(cell, Decimal):
        return Decimal(f"{cell.normalize():f}")
    return int(cell) if _is_year(cell) else cell


def _is_year(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) == 4 and cell.isascii() and cell.isdecimal()


def _xlsx(chart: Chart, page: str) -> bytes:
    about = [
        ("标题", chart.title),
        ("单位", chart.unit),
        ("说明", chart.note),
        ("如何计算", chart.how),
        ("来源", chart.source),
        ("页面", page),
        ("下载时间", timezone.localtime().replace(microsecond=0)),
    ]
    columns = [Column(header=name, width=18 if place == 0 else 0) for place, name in enumerate(chart.columns)]
    target = BytesIO()
    write_workbook(
        target,
        [
            Page(name="数据", columns=columns, rows=_rows(chart)),
            Page(
                name="说明",
                columns=[Column(header="项目", width=12), Column(header="内容", width=90)],
                rows=[row for row in about if row[1] != ""],
            ),
        ],
    )
    return target.getvalue()


def _csv(chart: Chart, page: str) -> bytes:
    target = BytesIO()
    write_csv(target, chart.columns, _rows(chart))
    return target.getvalue()


FORMATS = {
    "svg": ("image/svg+xml", _svg),
    "png": ("image/png", _png),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "csv": ("text/csv; charset=utf-8", _csv),
}
TABLES = ("xlsx", "csv")
