"""Charts of a report's content, drawn from the figures that stand in it."""

from collections.abc import Callable

from django.core.cache import cache

from portal import charts, maps
from portal.charts import About, Chart

KEPT_FOR = 24 * 60 * 60
DRAWING = 1  # counted up when a chapter is drawn otherwise


def drawn_chapter(chapter: dict) -> dict:
    """A chapter with its charts drawn."""
    return {**chapter, "sections": [_with_charts(section) for section in chapter["sections"]]}


def kept_chapter(chapter: dict, *, digest: str) -> dict:
    """The same for a report whose content no longer changes: drawn once, and kept for every process."""
    key = f"indicators.report:{DRAWING}:{digest}:{chapter['id']}"
    found = cache.get(key)
    if found is None:
        found = drawn_chapter(chapter)
        cache.set(key, found, KEPT_FOR)
    return found


def _with_charts(section: dict) -> dict:
    return {**section, "blocks": [{**block, **_drawn(block)} for block in section["blocks"]]}


def _drawn(block: dict) -> dict:
    """The chart of a block that is one."""
    draw = DRAWERS.get(block["kind"])
    return {"chart": draw(block)} if draw else {}


def _about(block: dict) -> About:
    return About(block["name"], block["title"], unit=block.get("unit", ""), note=block.get("note", ""))


def _line(block: dict) -> Chart:
    series = dict(block["series"])
    return charts.line(
        _about(block), block["times"], series, decimals=block["decimals"], base=block.get("base")
    )


def _interval(block: dict) -> Chart:
    columns = ("区", "最好", "位次", "最差")
    return charts.interval(_about(block), block["rows"], columns=columns, is_rank=True)


def _map(block: dict) -> Chart:
    return maps.district_map(_about(block), block["values"], columns=("区", "水平分值"))


def _bar(block: dict) -> Chart:
    return charts.bar(
        _about(block),
        block["rows"],
        columns=("项目", "数值"),
        decimals=block.get("decimals", 0),
        highlight=block.get("highlight", ()),
    )


def _waterfall(block: dict) -> Chart:
    return charts.waterfall(_about(block), block["start"], block["steps"], block["end"])


DRAWERS: dict[str, Callable[[dict], Chart]] = {
    "line": _line,
    "interval": _interval,
    "map": _map,
    "bar": _bar,
    "waterfall": _waterfall,
}
