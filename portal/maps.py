"""Maps without borders: a tile for each district, and a sketch of the city with places on it.

Both are schematic on purpose: an official outline needs a map review number, an open one a clear licence
(docs/decisions). They are drawn from `portal/data/district-map.json`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from math import cos, pi, radians, sqrt
from pathlib import Path

from portal.charts import (
    ACCENT,
    FONT,
    INK,
    LINE,
    MAIN,
    QUIET,
    SURFACE,
    WIDTH,
    About,
    Chart,
    Figure,
    figure_text,
)

DATA = Path(__file__).parent / "data" / "district-map.json"
SCHEMATIC = "示意图，非标准地图"

# Five tones from the surface to the first chart colour; static/css/charts.css mixes the same shares.
TONE_SHARES = (0.08, 0.22, 0.36, 0.50, 0.64)


def mixed(share: float) -> str:
    """The tone that holds `share` of the main colour, the rest being the surface."""
    pairs = [(int(MAIN[at : at + 2], 16), int(SURFACE[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(main * share + ground * (1 - share)):02x}" for main, ground in pairs)


TONES = tuple(mixed(share) for share in TONE_SHARES)


@dataclass(frozen=True, slots=True)
class District:
    code: str
    name: str
    col: int
    row: int
    lon: float
    lat: float
    land_km2: float

    @property
    def radius_km(self) -> float:
        return sqrt(self.land_km2 / pi)


@cache
def districts() -> tuple[District, ...]:
    """The districts of the drawn city, in the order of their codes."""
    return tuple(District(**row) for row in json.loads(DATA.read_text())["districts"])


def _text(
    x: float, y: float, words: str, *, size: int = 12, fill: str = INK, anchor: str = "middle", **more: str
):
    extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in more.items())
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="{size}" fill="{fill}" '
        f'text-anchor="{anchor}"{extra}>{escape(words)}</text>'
    )


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}">{"".join(parts)}</svg>'
    )


# ---------------------------------------------------------------- one tile for each district


def _classes(values: Sequence[float]) -> list[tuple[float, float]]:
    """Up to five classes of equal width from the lowest to the highest value."""
    low, high = min(values), max(values)
    if low == high:
        return [(low, high)]
    width = (high - low) / len(TONES)
    return [(low + place * width, low + (place + 1) * width) for place in range(len(TONES))]


def _class_of(value: float, classes: Sequence[tuple[float, float]]) -> int:
    return next((place for place, (_, top) in enumerate(classes) if value < top), len(classes) - 1)


def _name(x: float, y: float, name: str) -> list[str]:
    """A name on a tile, on two lines if it is long."""
    if len(name) <= 5:
        return [_text(x, y + 4, name)]
    return [_text(x, y - 4, name[:-3]), _text(x, y + 12, name[-3:])]


def district_map(
    about: About,
    values: Mapping[str, Figure],
    *,
    columns: Sequence[str] = ("区", "数值"),
    decimals: int = 1,
) -> Chart:
    """The districts as tiles, each with its name and figure; the tone says the same again. Keys are region
    codes.
    """
    known = [float(value) for value in values.values() if value is not None]
    classes = _classes(known) if known else []
    side, gap, tall = WIDTH / 7, 5, 70
    parts = []
    for district in districts():
        value = values.get(district.code)
        x, y = district.col * side + gap / 2, district.row * (tall + gap)
        tone = TONES[_class_of(float(value), classes)] if value is not None else SURFACE
        edge = f'stroke="{LINE}"' if value is not None else f'stroke="{QUIET}" stroke-dasharray="4 3"'
        middle = x + (side - gap) / 2
        shown = "无数据" if value is None else figure_text(value, decimals)
        parts += [
            f'<rect x="{x:.1f}" y="{y + 1:.1f}" width="{side - gap:.1f}" height="{tall}" rx="6" '
            f'fill="{tone}" {edge}/>',
            *_name(middle, y + 26, district.name),
            _text(middle, y + 58, shown, size=15 if value is not None else 12, font_weight="bold"),
        ]
    bottom = 3 * (tall + gap) + 8
    for place, (low, high) in enumerate(classes):
        x = place * WIDTH / 5 + gap / 2
        span = "–".join(dict.fromkeys(figure_text(edge, decimals) for edge in (low, high)))
        tone = TONES[place]
        parts.append(
            f'<rect x="{x:.1f}" y="{bottom}" width="14" height="12" rx="3" fill="{tone}" stroke="{LINE}"/>'
        )
        parts.append(_text(x + 19, bottom + 10.5, span, size=11, fill=QUIET, anchor="start"))
    rows = [(district.name, values.get(district.code)) for district in districts()]
    told = "，".join(
        f"{name} {'无数据' if value is None else figure_text(value, decimals)}" for name, value in rows
    )
    return about.chart(_svg(bottom + 22, parts), columns, rows, f"{SCHEMATIC}。{told}。")


# ---------------------------------------------------------------- places on a sketch of the city


@dataclass(frozen=True, slots=True)
class _Frame:
    """A window of the earth drawn at one scale: degrees WGS-84 to points of the picture."""

    west: float
    south: float
    east: float
    north: float
    left: float
    top: float
    per_km: float

    KM = 111.32  # of one degree of latitude

    @property
    def km_of_lon(self) -> float:
        return self.KM * cos(radians((self.south + self.north) / 2))

    @property
    def width(self) -> float:
        return (self.east - self.west) * self.km_of_lon * self.per_km

    @property
    def height(self) -> float:
        return (self.north - self.south) * self.KM * self.per_km

    def holds(self, lon: float, lat: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = self.left + (lon - self.west) * self.km_of_lon * self.per_km
        return x, self.top + (self.north - lat) * self.KM * self.per_km


CITY = _Frame(113.72, 22.40, 114.64, 22.87, left=0, top=0, per_km=WIDTH / (0.92 * 102.76))
# The cooperation zone lies 30 km further east: an inset at half the scale.
EAST = _Frame(114.92, 22.74, 115.20, 23.02, left=WIDTH - 84, top=6, per_km=2.7)


def place_map(about: About, places: Sequence[tuple[str, float, float]], *, district: str = "") -> Chart:
    """Places (name, longitude, latitude in WGS-84) on a sketch of the city; `district` is the code to set
    off.

    Up to three places carry their names, more carry numbers in the order of the table. Places outside the
    city are left out of the picture and stay in the table.
    """
    is_many = len(places) > 3
    parts = [
        f'<rect x="{EAST.left:.0f}" y="{EAST.top:.0f}" width="{EAST.width:.0f}" '
        f'height="{EAST.height:.0f}" rx="6" fill="none" stroke="{LINE}" stroke-dasharray="4 3"/>'
    ]
    pins = [frame.at(lon, lat) for _, lon, lat in places for frame in (CITY, EAST) if frame.holds(lon, lat)]
    for frame in (CITY, EAST):
        for one in districts():
            if frame.holds(one.lon, one.lat):
                parts += _disc(frame, one, is_chosen=one.code == district, pins=[] if is_many else pins)
    parts += _scale_bar()
    for number, (name, lon, lat) in enumerate(places, start=1):
        frame = next((frame for frame in (CITY, EAST) if frame.holds(lon, lat)), None)
        if frame:
            parts += _pin(*frame.at(lon, lat), str(number) if is_many else name, is_number=is_many)
    rows = [(name, lon, lat) for name, lon, lat in places]
    told = f"标出：{'、'.join(name for name, _, _ in places)}。" if places else "没有可标出的地点。"
    return about.chart(_svg(CITY.height, parts), ("地点", "经度", "纬度"), rows, f"{SCHEMATIC}。{told}")


def _disc(
    frame: _Frame, district: District, *, is_chosen: bool, pins: Sequence[tuple[float, float]]
) -> list[str]:
    x, y = frame.at(district.lon, district.lat)
    # A pin on the district's name: the name stands above the pin, whose own name stands below it.
    under = [pin_y for pin_x, pin_y in pins if abs(pin_x - x) < 28 and abs(pin_y - y) < 16]
    name_y = min(under) - 12 if under else y + 4
    radius = (
        district.radius_km * frame.per_km * 0.82
    )  # a little smaller than the land, so that neighbours part
    tone = TONES[2] if is_chosen else TONES[0]
    name = district.name.removesuffix("特别合作区")
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{tone}" stroke="{LINE}"/>',
        _text(x, name_y, name, fill=INK if is_chosen else QUIET, size=12),
    ]


def _scale_bar() -> list[str]:
    x, y, length = 12, CITY.height - 14, 10 * CITY.per_km
    return [
        f'<path d="M{x},{y - 5:.1f}V{y:.1f}H{x + length:.1f}V{y - 5:.1f}" fill="none" stroke="{QUIET}"/>',
        _text(x + length + 6, y + 1, f"10 公里 · {SCHEMATIC}", fill=QUIET, anchor="start", size=11),
    ]


def _pin(x: float, y: float, words: str, *, is_number: bool) -> list[str]:
    if is_number:
        return [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="{SURFACE}" stroke="{ACCENT}" stroke-width="2"/>',
            _text(x, y + 4, words, size=11, font_weight="bold"),
        ]
    side = "start" if x < WIDTH * 0.12 else "end" if x > WIDTH * 0.88 else "middle"
    name_y = y + 23 if y < CITY.height - 30 else y - 14
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="{ACCENT}" stroke="{SURFACE}" stroke-width="2"/>',
        # A broad stroke below the letters keeps them legible on any ground.
        _text(x, name_y, words, size=14, anchor=side, fill=SURFACE, stroke=SURFACE, stroke_width="4"),
        _text(x, name_y, words, size=14, anchor=side, font_weight="bold"),
    ]
