"""Small multiples: one small line for each of many things, side by side, with their table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.charts import FONT, INK, LINE, MAIN, QUIET, STRONG, WIDTH, About, Chart, Figure, figure_text

ACROSS = 3  # panels beside each other in the picture; a page lays them out as its width allows
WIDE, TALL = 144, 52  # of one line
GAP, HEAD, FOOT = 24, 36, 16
EDGE = 5


@dataclass(frozen=True, slots=True)
class Panel:
    """One of them as a page shows it: its line follows the colour of the text around it."""

    name: str
    text: str
    svg: SafeString
    key: str = ""


@dataclass(frozen=True, slots=True)
class Multiples:
    """The panels for a page, and the chart that is downloaded: all of them in one picture."""

    chart: Chart
    panels: tuple[Panel, ...]


def multiples(
    about: About,
    times: Sequence[str],
    series: Mapping[str, Sequence[Figure]],
    *,
    behind: Mapping[str, Sequence[Figure]] | None = None,
    keys: Mapping[str, str] | None = None,
    decimals: int | Mapping[str, int] = 0,
    shared: bool = False,
    first_column: str = "项目",
) -> Multiples:
    """A panel per series, in the order given. `behind` is a paler line to compare with; `shared` gives all
    panels one scale, else each has its own. `keys` are what a page makes links of.
    """
    behind, keys = behind or {}, keys or {}
    whole = [
        value for values in (*series.values(), *behind.values()) for value in values if value is not None
    ]
    panels, parts = [], []
    for place, (name, values) in enumerate(series.items()):
        pale = behind.get(name, ())
        known = whole if shared else [value for value in (*values, *pale) if value is not None]
        low, high = _span(known)
        places = decimals if isinstance(decimals, int) else decimals.get(name, 0)
        last = next((value for value in reversed(values) if value is not None), None)
        text = figure_text(last, places)
        lines = (_path(values, low, high), _path(pale, low, high), _dot(values, low, high))
        panels.append(Panel(name, text, _small(*lines), keys.get(name, "")))
        parts.append(_drawn(place, name, text, times, lines))
    rows = -(-len(series) // ACROSS)
    tall = rows * (HEAD + TALL + FOOT + 12)
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{tall}" '
        f'viewBox="0 0 {WIDTH} {tall}">{"".join(parts)}</svg>'
    )
    told = "；".join(f"{panel.name} {panel.text}" for panel in panels)
    table = [(name, *values) for name, values in series.items()]
    chart = about.chart(
        picture, [first_column, *times], table, f"最近的数：{told}。" if told else "没有数据。"
    )
    return Multiples(chart, tuple(panels))


def _span(known: Sequence[Figure]) -> tuple[float, float]:
    low, high = (float(min(known)), float(max(known))) if known else (0.0, 1.0)
    pad = (high - low) * 0.08 or max(abs(high) * 0.05, 1.0)
    return low - pad, high + pad


def _points(values: Sequence[Figure], low: float, high: float) -> list[tuple[float, float] | None]:
    step = (WIDE - 2 * EDGE) / max(len(values) - 1, 1)
    return [
        None
        if value is None
        else (EDGE + place * step, TALL - EDGE - (float(value) - low) / (high - low) * (TALL - 2 * EDGE))
        for place, value in enumerate(values)
    ]


def _path(values: Sequence[Figure], low: float, high: float) -> str:
    """A line with gaps where figures are missing."""
    path, pen = [], "M"
    for point in _points(values, low, high):
        if point is None:
            pen = "M"
            continue
        path.append(f"{pen}{point[0]:.1f},{point[1]:.1f}")
        pen = "L"
    return "".join(path)


def _dot(values: Sequence[Figure], low: float, high: float) -> tuple[float, float] | None:
    return next((point for point in reversed(_points(values, low, high)) if point), None)


def _small(path: str, pale: str, dot: tuple[float, float] | None) -> SafeString:
    """For a page: the words beside it say the same, so it is for the eye only."""
    circle = ""
    if dot:
        at = [f"{one:.1f}" for one in dot]
        circle = format_html('<circle cx="{}" cy="{}" r="3" fill="currentColor"/>', *at)
    return format_html(
        '<svg aria-hidden="true" focusable="false" viewBox="0 0 {} {}">'
        '<path d="{}" fill="none" stroke="currentColor" stroke-opacity="0.3" stroke-width="1.5"/>'
        '<path d="{}" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>{}</svg>',
        WIDE,
        TALL,
        pale,
        path,
        circle,
    )


def _drawn(place: int, name: str, text: str, times: Sequence[str], lines: tuple) -> str:
    """For the picture: name and last figure above the line, the first and last time below it."""
    path, pale, dot = lines
    x = (place % ACROSS) * (WIDE + GAP)
    y = (place // ACROSS) * (HEAD + TALL + FOOT + 12)
    circle = f'<circle cx="{dot[0]:.1f}" cy="{dot[1]:.1f}" r="3" fill="{MAIN}"/>' if dot else ""
    ends = ((EDGE, "start", times[0]), (WIDE - EDGE, "end", times[-1])) if times else ()
    below = "".join(_text(at, HEAD + TALL + 13, word, 10, QUIET, anchor) for at, anchor, word in ends)
    return (
        f'<g transform="translate({x},{y})">{_text(EDGE, 13, _short(name), 12, INK)}'
        f"{_text(EDGE, 30, text, 14, INK)}"
        f'<g transform="translate(0,{HEAD})"><path d="M{EDGE},{TALL}H{WIDE - EDGE}" stroke="{LINE}"/>'
        f'<path d="{pale}" fill="none" stroke="{STRONG}" stroke-width="1.5"/>'
        f'<path d="{path}" fill="none" stroke="{MAIN}" stroke-width="2" stroke-linejoin="round"/>{circle}</g>'
        f"{below}</g>"
    )


def _short(name: str) -> str:
    """As much of a name as fits above its panel."""
    return name if len(name) <= 11 else f"{name[:10]}…"


def _text(x: float, y: float, words: str, size: int, fill: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="{FONT}" font-size="{size}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
