"""Charts: one declaration, drawn to SVG on the server, for page and PDF alike, with its table beside it.

A chart carries the light colours of `static/css/tokens.css` as attributes, which is what paper needs; on
screen `static/css/charts.css` lets each follow its token, so that dark mode is read as well. No `style`
attribute is written: the content security policy would drop it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from html import escape
from typing import Any

import vl_convert
from django.utils.safestring import SafeString, mark_safe

Figure = float | int | Decimal | None

# The names are those of static/css/tokens.css; a test compares the values.
INK, QUIET, LINE, STRONG, SURFACE = "#14282c", "#5a6867", "#ded6c7", "#867e6f", "#fffdf9"
SERIES = ("#1b8388", "#cb5a52", "#a9781f", "#5b7fb8", "#558a52", "#9367a5", STRONG)
MAIN, ACCENT = SERIES[0], SERIES[1]
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [10, 4], [1, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right")

FONT = "Noto Sans CJK SC"
WIDTH = 480  # read without scrolling on a telephone, enlarged by a fifth on a desk
STEP = 28
DRAWN_KEPT = 256  # pictures kept per process; one drawing takes about 60 ms
VEGA_LITE = "v6_4"

MISSING = "—"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the table of the same figures. `svg` is safe to print into a page, "" where there is
    the table alone; `how` says how the figures were counted.
    """

    name: str
    title: str
    svg: SafeString
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    unit: str = ""
    source: str = ""
    note: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a reader must know of a chart besides its figures. `name` is unique on its page."""

    name: str
    title: str
    unit: str = ""
    source: str = ""
    note: str = ""
    how: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.name):
            raise ValueError(f"图表名称 {self.name} 只能用小写字母、数字和连字符。")

    def chart(
        self, picture: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], summary: str
    ) -> Chart:
        """The chart with this picture, which gets the title and `summary` for those who cannot see it."""
        return self._with(titled(picture, name=self.name, title=self.title, summary=summary), columns, rows)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Chart:
        """The figures alone, to be read and downloaded like those of a picture."""
        return self._with(SafeString(""), columns, rows)

    def _with(self, svg: SafeString, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Chart:
        return Chart(
            name=self.name,
            title=self.title,
            svg=svg,
            columns=tuple(columns),
            rows=tuple(tuple(row) for row in rows),
            unit=self.unit,
            source=self.source,
            note=self.note,
            how=self.how,
        )


def figure_text(value: Figure, decimals: int = 0) -> str:
    """A figure as a label shows it: half-up, thousands apart; a dash where there is none."""
    if value is None or value != value:
        return MISSING
    return f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"


# ---------------------------------------------------------------- from specification to SVG


CONFIG = {
    "aria": False,
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "domainColor": STRONG,
        "gridColor": LINE,
        "labelColor": INK,
        "labelFontSize": 13,
        "labelLimit": 200,
        "labelPadding": 6,
        "ticks": False,
        "titleColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {
        "labelColor": INK,
        "labelFontSize": 13,
        "orient": "top",
        "symbolType": "square",
        "title": None,
    },
    "text": {"color": INK, "fontSize": 13},
}


@lru_cache(maxsize=DRAWN_KEPT)
def _drawn(specification: str) -> str:
    """Draw a Vega-Lite specification. Nothing is fetched: data stand in the specification."""
    return vl_convert.vegalite_to_svg(json.loads(specification), vl_version=VEGA_LITE, allowed_base_urls=[])


def _draw(specification: Mapping[str, Any], *, height: Any, right: float = 4) -> str:
    """`right` is the room kept free beside the plot for labels that reach beyond it."""
    whole = {
        "width": WIDTH,
        "height": height,
        "padding": {"left": 4, "top": 4, "bottom": 4, "right": right},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": CONFIG,
        **specification,
    }
    return _drawn(json.dumps(whole, sort_keys=True, ensure_ascii=False))


def titled(svg: str, *, name: str, title: str, summary: str) -> SafeString:
    """An SVG fit for a page: ids of its own, no inline styles, a title and a description.

    Vega counts clip and gradient ids up per process: left alone, bytes would differ and ids clash on a
    page.
    """
    svg = re.sub(r'\sstyle="([^"]*)"', _as_attributes, svg)
    # One picture, one name: the roles Vega gives to its parts would each ask for a name of their own.
    svg = re.sub(r'\s(?:role|aria-[a-z]+)="[^"]*"', "", svg)
    for place, old in enumerate(dict.fromkeys(re.findall(r'\sid="([^"]+)"', svg))):
        new = f"{name}-{place}"
        svg = svg.replace(f'id="{old}"', f'id="{new}"')
        svg = svg.replace(f"url(#{old})", f"url(#{new})").replace(f'href="#{old}"', f'href="#{new}"')
    head = (
        f' role="img" aria-labelledby="{name}-title {name}-about">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-about">{escape(summary)}</desc>'
    )
    opening, rest = svg.split(">", 1)
    return mark_safe(opening + head + rest)  # noqa: S308  escaped by the renderer, and above


def _as_attributes(match: re.Match[str]) -> str:
    pairs = (pair.split(":", 1) for pair in match[1].split(";") if ":" in pair)
    return "".join(f' {key.strip()}="{value.strip()}"' for key, value in pairs)


def _extremes(rows: Sequence[tuple[str, Figure]], decimals: int, unit: str) -> str:
    known = [(label, value) for label, value in rows if value is not None]
    if not known:
        return "没有数据。"
    low, high = min(known, key=lambda row: row[1]), max(known, key=lambda row: row[1])
    return (
        f"共 {len(rows)} 项，最高为{high[0]} {figure_text(high[1], decimals)}{unit}，"
        f"最低为{low[0]} {figure_text(low[1], decimals)}{unit}。"
    )


def _labels(rows: Sequence[Sequence[Any]], **more: Any) -> dict[str, Any]:
    """The rows in the order given, those without a figure as well."""
    return {
        "field": "label",
        "type": "nominal",
        "scale": {"domain": [row[0] for row in rows]},
        "axis": {"title": None, "domain": False, **more},
    }


def _room(words: Sequence[str]) -> float:
    """Points the longest of these labels needs beside its mark: Chinese characters are twice as wide."""
    return max((sum(13.5 if ord(sign) > 0x2E7F else 7.5 for sign in word) for word in words), default=0) + 14


def _domain(values: Sequence[float], words: Sequence[str]) -> list[float]:
    """From zero or the lowest value to the highest, with room for the labels beyond the bars."""
    low, high = min([*values, 0]), max([*values, 0])
    span = (high - low) or 1.0
    share = min(_room(words) / (WIDTH * 0.75), 0.3)
    return [low - span * share if low < 0 else 0, high + span * share if high > 0 or low == 0 else 0]


def _plain(value: Figure) -> float | None:
    return None if value is None else float(value)


# ---------------------------------------------------------------- the kinds of chart


def bar(
    about: About,
    rows: Sequence[tuple[str, Figure]],
    *,
    columns: Sequence[str] = ("项目", "数值"),
    decimals: int = 0,
    highlight: Sequence[str] = (),
    reference: tuple[str, Figure] | None = None,
) -> Chart:
    """Horizontal bars in the order given, each with its figure; `reference` is a line such as the city's
    value.
    """
    values = [
        {
            "label": label,
            "value": _plain(value),
            "at": _plain(value) or 0,
            "text": "无数据" if value is None else figure_text(value, decimals),
            "tone": ACCENT if label in highlight else MAIN,
        }
        for label, value in rows
    ]
    words = [row["text"] for row in values]
    domain = _domain([row["at"] for row in values], words)
    across = {
        "type": "quantitative",
        "axis": {"title": about.unit or None, "titleAnchor": "end", "tickCount": 5},
        "scale": {"domain": domain, "nice": False},
    }
    beyond = {"expr": "datum.at < 0 ? 'right' : 'left'"}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.62}},
            "encoding": {
                "x": {"field": "value", **across},
                "color": {"field": "tone", "type": "nominal", "scale": None},
            },
        },
        {
            "mark": {"type": "text", "align": beyond, "dx": {"expr": "datum.at < 0 ? -6 : 6"}},
            "encoding": {"x": {"field": "at", **across}, "text": {"field": "text", "type": "nominal"}},
        },
    ]
    if domain[0] < 0:
        layers.insert(0, _rule_at(0, STRONG))
    if reference and reference[1] is not None:
        layers.append(_rule_at(float(reference[1]), ACCENT, dash=[5, 4]))
        layers.append(_word_at(float(reference[1]), f"{reference[0]} {figure_text(reference[1], decimals)}"))
    drawn = {"data": {"values": values}, "encoding": {"y": _labels(rows)}, "layer": layers}
    summary = _extremes(rows, decimals, about.unit)
    return about.chart(_draw(drawn, height={"step": STEP}), columns, rows, summary)


def _rule_at(place: float, colour: str, dash: Sequence[int] = (1, 0)) -> dict[str, Any]:
    return {
        "data": {"values": [{"place": place}]},
        "mark": {"type": "rule", "color": colour, "strokeDash": list(dash), "strokeWidth": 1.5},
        "encoding": {"x": {"field": "place", "type": "quantitative"}, "y": {}},
    }


def _word_at(place: float, word: str) -> dict[str, Any]:
    return {
        "data": {"values": [{"place": place, "word": word}]},
        "mark": {"type": "text", "baseline": "bottom", "dy": -4, "color": QUIET, "fontSize": 12},
        "encoding": {
            "x": {"field": "place", "type": "quantitative"},
            "y": {"value": 0},
            "text": {"field": "word"},
        },
    }


def stacked(
    about: About,
    rows: Sequence[tuple[str, Mapping[str, Figure]]],
    *,
    first_column: str = "项目",
    decimals: int = 0,
) -> Chart:
    """Horizontal bars made of parts; the legend stands in the order of the parts. At most seven of them."""
    parts = tuple(dict.fromkeys(part for _, row in rows for part in row))
    _refuse_too_many(parts)
    values = [
        {"label": label, "part": part, "order": order, "value": _plain(row.get(part))}
        for label, row in rows
        for order, part in enumerate(parts)
    ]
    totals = [(label, sum((value for value in row.values() if value is not None), 0)) for label, row in rows]
    words = [figure_text(total, decimals) for _, total in totals]
    colour = {
        "field": "part",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": parts, "range": SERIES[: len(parts)]},
        "legend": {"columns": 4},
    }
    drawn = {
        "encoding": {"y": _labels(rows)},
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "height": {"band": 0.66}, "stroke": SURFACE, "strokeWidth": 1},
                "encoding": {
                    "x": {
                        "field": "value",
                        "type": "quantitative",
                        "stack": "zero",
                        "axis": {"title": about.unit or None, "titleAnchor": "end", "tickCount": 5},
                    },
                    "color": colour,
                    "order": {"field": "order", "type": "quantitative"},
                },
            },
            {
                "data": {
                    "values": [
                        {"label": label, "total": float(total), "text": word}
                        for (label, total), word in zip(totals, words, strict=True)
                    ]
                },
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {
                    "x": {"field": "total", "type": "quantitative"},
                    "text": {"field": "text", "type": "nominal"},
                },
            },
        ],
    }
    table = [(label, *(row.get(part) for part in parts)) for label, row in rows]
    return about.chart(
        _draw(drawn, height={"step": STEP}, right=_room(words)),
        (first_column, *parts),
        table,
        f"各项由{'、'.join(parts)}相加。{_extremes(totals, decimals, about.unit)}",
    )


def _refuse_too_many(parts: Sequence[str]) -> None:
    if len(parts) > len(SERIES):
        raise ValueError(f"一张图最多区分 {len(SERIES)} 个系列，现有 {len(parts)} 个。")


def line(
    about: About,
    times: Sequence[str],
    series: Mapping[str, Sequence[Figure]],
    *,
    first_column: str = "年份",
    decimals: int = 0,
    highlight: Sequence[str] = (),
    base: float | None = None,
    joins: bool = False,
) -> Chart:
    """Lines over time, named at their ends; a gap where a figure is missing, unless it `joins` what is known.
    `base` draws a line at, say, 100.

    With `highlight` only these are coloured and named and the others stay in the background.
    """
    named = [name for name in series if name in highlight] if highlight else list(series)
    _refuse_too_many(named)
    tones = {name: SERIES[place] for place, name in enumerate(named)}
    values = [
        {
            "time": time,
            "value": _plain(value),
            "series": name,
            "tone": tones.get(name, LINE),
            "width": 2.5 if name in tones else 1.25,
        }
        for name, points in series.items()
        for time, value in zip(times, points, strict=True)
        if value is not None or not joins
    ]
    known = [row["value"] for row in values if row["value"] is not None] + (
        [base] if base is not None else []
    )
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    pad = (high - low) * 0.08 or max(abs(high) * 0.05, 1.0)
    domain = [low - pad if low < 0 or low - pad > 0 else 0, high + pad]
    vertical = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False},
        "axis": {
            "title": about.unit or None,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleY": -10,
            "tickCount": 5,
        },
    }
    across = {
        "field": "time",
        "type": "ordinal",
        "sort": None,
        "scale": {"domain": list(times)},
        "axis": {"title": None, "labelAngle": 0, "grid": False, "labelOverlap": True},
    }
    order = {
        "scale": {"domain": named, "range": [DASHES[place] for place in range(len(named))]},
        "legend": None,
    }
    shape = {"scale": {"domain": named, "range": list(SHAPES[: len(named)])}, "legend": None}
    layers: list[dict[str, Any]] = [
        {
            "transform": [{"filter": {"field": "series", "oneOf": group}}],
            "mark": {"type": "line", "strokeWidth": {"expr": "datum.width"}, "interpolate": "linear"},
            "encoding": {
                "x": across,
                "y": vertical,
                "detail": {"field": "series", "type": "nominal"},
                "stroke": {"field": "tone", "type": "nominal", "scale": None},
                **({"strokeDash": {"field": "series", "type": "nominal", **order}} if group is named else {}),
            },
        }
        for group in ([name for name in series if name not in tones], named)
        if group
    ]
    layers.append(
        {
            "transform": [
                {"filter": {"field": "series", "oneOf": named}},
                {"filter": "isValid(datum.value)"},
            ],
            "mark": {"type": "point", "filled": True, "size": 46, "opacity": 1},
            "encoding": {
                "x": across,
                "y": vertical,
                "fill": {"field": "tone", "type": "nominal", "scale": None},
                "shape": {"field": "series", "type": "nominal", **shape},
            },
        }
    )
    ends = _ends(times, {name: series[name] for name in named}, gap=(domain[1] - domain[0]) * 0.075)
    words = [f"{name} {figure_text(value, decimals)}" for name, _, _, value in ends]
    room = max(_room(words) - WIDTH * 0.4 / max(len(times), 1), 4)
    layers.append(
        {
            "data": {
                "values": [
                    {"time": time, "value": place, "text": word}
                    for (_, time, place, _), word in zip(ends, words, strict=True)
                ]
            },
            "mark": {"type": "text", "align": "left", "dx": 10},
            "encoding": {"x": across, "y": vertical, "text": {"field": "text", "type": "nominal"}},
        }
    )
    if base is not None:
        layers.insert(
            0,
            {
                "data": {"values": [{"value": base}]},
                "mark": {"type": "rule", "color": STRONG, "strokeDash": [3, 3]},
                "encoding": {"y": {"field": "value", "type": "quantitative", "scale": {"domain": domain}}},
            },
        )
    table = [(time, *(points[place] for points in series.values())) for place, time in enumerate(times)]
    return about.chart(
        _draw({"data": {"values": values}, "layer": layers}, height=250, right=room),
        (first_column, *series),
        table,
        _story(times, {name: series[name] for name in named}, decimals, about.unit),
    )


def _ends(
    times: Sequence[str], series: Mapping[str, Sequence[Figure]], gap: float
) -> list[tuple[str, str, float, Figure]]:
    """Where the name of each line stands: at its last point, moved apart where two would touch."""
    last = []
    for name, points in series.items():
        known = [(time, value) for time, value in zip(times, points, strict=True) if value is not None]
        if known:
            last.append((name, *known[-1]))
    last.sort(key=lambda end: float(end[2]))
    places: list[float] = []
    for _, _, value in last:
        places.append(max(float(value), places[-1] + gap) if places else float(value))
    # A pile that was pushed up sinks back by half, so that names stay beside their lines.
    sink = max((place - float(end[2]) for place, end in zip(places, last, strict=True)), default=0) / 2
    return [
        (name, time, place - sink, value) for (name, time, value), place in zip(last, places, strict=True)
    ]


def _story(times: Sequence[str], series: Mapping[str, Sequence[Figure]], decimals: int, unit: str) -> str:
    sentences = []
    for name, points in series.items():
        known = [(time, value) for time, value in zip(times, points, strict=True) if value is not None]
        if known:
            (start, first), (end, last) = known[0], known[-1]
            sentences.append(
                f"{name}：{start} {figure_text(first, decimals)}，{end} {figure_text(last, decimals)}"
            )
    return ("；".join(sentences) + (f"（{unit}）。" if unit else "。")) if sentences else "没有数据。"


def interval(
    about: About,
    rows: Sequence[tuple[str, Figure, Figure, Figure]],
    *,
    columns: Sequence[str] = ("区", "下限", "数值", "上限"),
    decimals: int = 0,
    is_rank: bool = False,
    highlight: Sequence[str] = (),
) -> Chart:
    """A dot and its range per row: (label, low, value, high). Ranks are written 第 3–5 位, the best on the
    left.
    """

    def text(row: tuple[str, Figure, Figure, Figure]) -> str:
        low, high = (figure_text(row[place], decimals) for place in (1, 3))
        if None in row[1:]:
            return "未公布"
        if is_rank:
            return f"第 {low} 位" if low == high else f"第 {low}–{high} 位"
        return low if low == high else f"{low}–{high}"

    known = [float(value) for row in rows for value in row[1:] if value is not None] or [0.0, 1.0]
    pad = (max(known) - min(known)) * 0.05 or 1.0
    domain = [0.5, max(known[0], *known) + 0.5] if is_rank else [min(known) - pad, max(known) + pad]
    values = [
        {
            "label": row[0],
            "low": _plain(row[1]),
            "value": _plain(row[2]),
            "high": _plain(row[3]),
            "end": max(float(row[2]), float(row[3])) if None not in row[1:] else domain[0],
            "text": text(row),
            "tone": ACCENT if row[0] in highlight else MAIN,
        }
        for row in rows
    ]
    whole = {"format": "d", "values": list(range(1, int(domain[1]) + 1))} if is_rank else {"tickCount": 6}
    across = {
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {"title": about.unit or ("名次" if is_rank else None), "titleAnchor": "end", **whole},
    }
    tone = {"field": "tone", "type": "nominal", "scale": None}
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 9, "opacity": 0.4, "strokeCap": "round"},
            "encoding": {"x": {"field": "low", **across}, "x2": {"field": "high"}, "stroke": tone},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "stroke": SURFACE},
            "encoding": {"x": {"field": "value", **across}, "fill": tone},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 12, "fontSize": 12},
            "encoding": {"x": {"field": "end", **across}, "text": {"field": "text", "type": "nominal"}},
        },
    ]
    drawn = {"data": {"values": values}, "encoding": {"y": _labels(rows)}, "layer": layers}
    told = "；".join(f"{row[0]}{text(row)}" for row in rows)
    picture = _draw(drawn, height={"step": STEP}, right=_room([row["text"] for row in values]))
    return about.chart(picture, columns, rows, f"{told}。" if told else "没有数据。")


def scatter(
    about: About,
    rows: Sequence[tuple[str, Figure, Figure]],
    *,
    columns: tuple[str, str, str],
    decimals: int = 1,
    named: Sequence[str] = (),
) -> Chart:
    """A point per row (label, across, up) beside the line on which both are equal; `named` ones are written
    out as far as none covers another, all stand in the table. `columns` name the label and both axes.
    """
    points = [(label, _plain(x), _plain(y)) for label, x, y in rows if x is not None and y is not None]
    most = max((max(x, y) for _, x, y in points), default=1.0) * 1.1 or 1.0
    sides = _sides([point for point in points if point[0] in named], most)
    values = [
        {"right": "", "left": "", "x": x, "y": y} | ({sides[label]: label} if label in sides else {})
        for label, x, y in points
    ]

    def axis(name: str, title: str) -> dict[str, Any]:
        scale = {"domain": [0, most], "nice": False}
        return {
            "field": name,
            "type": "quantitative",
            "scale": scale,
            "axis": {"title": title, "tickCount": 5},
        }

    across, up = axis("x", columns[1]), axis("y", columns[2])
    layers = [
        {
            "data": {"values": [{"x": 0, "y": 0}, {"x": most, "y": most}]},
            "mark": {"type": "line", "color": STRONG, "strokeDash": [4, 4], "strokeWidth": 1},
            "encoding": {"x": across, "y": up},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 0.85, "color": MAIN},
            "encoding": {"x": across, "y": up},
        },
        *(
            {
                "mark": {"type": "text", "align": align, "dx": shift, "fontSize": 12},
                "encoding": {"x": across, "y": up, "text": {"field": side, "type": "nominal"}},
            }
            for side, align, shift in (("right", "left", 8), ("left", "right", -8))
        ),
    ]
    drawn = {"data": {"values": values}, "layer": layers}
    summary = _extremes([(label, y) for label, _, y in rows], decimals, about.unit)
    return about.chart(_draw(drawn, height=300, right=_room(named)), columns, rows, summary)


def _sides(points: Sequence[tuple[str, float, float]], most: float) -> dict[str, str]:
    """On which side of its point each label stands so that none covers another; without room on either, it
    is left out.
    """
    found: dict[str, str] = {}
    placed: list[tuple[str, float, float]] = []
    for label, x, y in sorted(points, key=lambda point: (-point[2], point[0])):
        has_room = {"right": True, "left": _room([label]) < x / most * WIDTH * 0.6}
        for side in ("right", "left"):
            near = [one for one in placed if one[0] == side and abs(one[2] - y) < most * 0.06]
            if has_room[side] and not near:
                found[label] = side
                placed.append((side, x, y))
                break
    return found


def waterfall(
    about: About,
    start: tuple[str, Figure],
    steps: Sequence[tuple[str, Figure]],
    end: tuple[str, Figure],
    *,
    columns: Sequence[str] = ("项目", "影响"),
    decimals: int = 2,
) -> Chart:
    """From a start to an end by signed steps: what raised and what lowered a figure.

    Start and end are ticks, not bars: the axis does not begin at zero.

    Raises ValueError if the steps do not lead from start to end within one unit of the last decimal.
    """
    first, last = float(start[1] or 0), float(end[1] or 0)
    ends = [
        {"label": label, "to": value, "end": value, "text": figure_text(value, decimals)}
        for label, value in ((start[0], first), (end[0], last))
    ]
    moves, level = [], first
    for label, step in steps:
        size = float(step or 0)
        moves.append(
            {
                "label": label,
                "from": level,
                "to": level + size,
                "end": max(level, level + size),
                "text": ("+" if size > 0 else "") + figure_text(step, decimals),
                "tone": MAIN if size >= 0 else ACCENT,
            }
        )
        level += size
    if abs(level - last) > 10.0**-decimals + 1e-9:
        raise ValueError("各项之和与起止数值不符。")
    reached = [first, last, *(row["to"] for row in moves)]
    pad = (max(reached) - min(reached)) * 0.12 or 1.0
    across = {
        "type": "quantitative",
        "scale": {"domain": [min(reached) - pad, max(reached) + pad], "nice": False, "zero": False},
        "axis": {"title": about.unit or None, "titleAnchor": "end", "tickCount": 5},
    }
    words = {"x": {"field": "end", **across}, "text": {"field": "text", "type": "nominal"}}
    drawn = {
        "encoding": {"y": _labels([start, *steps, end])},
        "layer": [
            {
                "data": {"values": moves},
                "mark": {"type": "bar", "height": {"band": 0.6}},
                "encoding": {
                    "x": {"field": "from", **across},
                    "x2": {"field": "to"},
                    "color": {"field": "tone", "type": "nominal", "scale": None},
                },
            },
            {
                "data": {"values": ends},
                "mark": {"type": "tick", "thickness": 4, "color": STRONG, "height": {"band": 0.7}},
                "encoding": {"x": {"field": "to", **across}},
            },
            {
                "data": {"values": [*moves, *ends]},
                "mark": {"type": "text", "align": "left", "dx": 7},
                "encoding": words,
            },
        ],
    }
    told = "，".join(f"{row['label']} {row['text']}" for row in (ends[0], *moves, ends[1]))
    picture = _draw(drawn, height={"step": STEP}, right=_room([row["text"] for row in moves]))
    return about.chart(picture, columns, [start, *steps, end], f"{told}。")


def sparkline(values: Sequence[Figure], *, label: str, width: int = 96, height: int = 26) -> SafeString:
    """A line the size of a word, in the colour of the text around it; gaps where figures are missing."""
    known = [float(value) for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    span = (high - low) or 1.0
    step = (width - 8) / max(len(values) - 1, 1)
    path, pen, last = [], "M", None
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        last = (4 + place * step, height - 4 - (float(value) - low) / span * (height - 8))
        path.append(f"{pen}{last[0]:.1f},{last[1]:.1f}")
        pen = "L"
    dot = f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.5" fill="currentColor"/>' if last else ""
    return mark_safe(  # noqa: S308  numbers and an escaped label only
        f'<svg class="sparkline" role="img" aria-label="{escape(label)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><path d="{"".join(path)}" fill="none" stroke="currentColor" '
        f'stroke-width="1.5" stroke-linejoin="round"/>{dot}</svg>'
    )
