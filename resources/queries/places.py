"""Where somebody starts from: a rounded position of the browser, or a place the city knows.

Nothing here is kept: a position is read from the address of the page, and pages about one are never cached.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from django.db.models import Q

from portal import maps, search
from portal.identifiers import clean_text
from portal.regions import Level, Region
from resources.models import Resource, StartingPlace
from resources.queries.columns import Columns, columns

DECIMALS = 3  # about a hundred metres
CITY = (22.39, 23.15, 113.70, 115.45)  # south, north, west, east, as the registry checks positions
_POSITION = re.compile(r"(-?\d{1,3}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)")
PLACE, RESOURCE = "p-", "r-"  # before the codes of places and of resources
MOST_FOUND = 8
SOURCE = "街道的中心按该街道有坐标资源的平均位置计算；区的中心取自本平台示意图。"


@dataclass(frozen=True)
class Place:
    """A point to start from. `code` is how the address of a page says it."""

    code: str
    label: str
    latitude: float
    longitude: float
    group: str = ""

    @property
    def is_exact(self) -> bool:
        """A place or a resource by its own point, not a region around it."""
        return self.code.startswith((PLACE, RESOURCE))


@cache
def _district_middles() -> dict[str, tuple[float, float]]:
    drawn = json.loads(maps.DATA.read_text(encoding="utf-8"))["districts"]
    return {row["code"]: (row["lat"], row["lon"]) for row in drawn}


class StartingPoints:
    """The points that this menu knows: a position, a region, or a resource with a point."""

    def __init__(self, columns: Columns):
        self.columns = columns

    @staticmethod
    def written(text: str) -> str:
        """How the address says it: a position rounded to three decimals, a region's code, or the code of a
        place or a resource behind its letter; else "".
        """
        if re.fullmatch(r"\d{12}|[pr]-[a-z0-9]{4,12}", text):
            return text
        found = _POSITION.fullmatch(text.strip()[:40])
        if not found:
            return ""
        latitude, longitude = (round(float(part), DECIMALS) for part in found.groups())
        south, north, west, east = CITY
        if not (south <= latitude <= north and west <= longitude <= east):
            return ""
        return f"{latitude:.{DECIMALS}f},{longitude:.{DECIMALS}f}"

    def find(self, code: str) -> Place | None:
        """The place of a code as `written` gives it; None for one that is not known."""
        if "," in code:
            latitude, longitude = map(float, code.split(","))
            return Place(code, "您的位置", latitude, longitude)
        if code[:2] in (PLACE, RESOURCE):
            return _of_code(code)
        region = Region.objects.filter(code=code, level__in=(Level.DISTRICT, Level.SUBDISTRICT)).first()
        return self._of_region(region) if region else None

    def all(self, regions) -> list[Place]:
        """Every district and subdistrict whose middle is known, in the order given."""
        found = (self._of_region(region) for region in regions)
        return [place for place in found if place]

    def _of_region(self, region: Region) -> Place | None:
        if region.level == Level.DISTRICT:
            middle = _district_middles().get(region.code)
            return Place(region.code, f"{region.name}中部", *middle) if middle else None
        inside = (self.columns.street == region.pk) & ~np.isnan(self.columns.latitude)
        if not inside.any():
            return None
        latitude, longitude = self.columns.latitude[inside].mean(), self.columns.longitude[inside].mean()
        return Place(region.code, region.name, float(latitude), float(longitude))


# --- By name --------------------------------------------------------------------------------------


def starts_named(text: str) -> list[Place]:
    """Places and venues with a point that bear this name, one alone where it is meant exactly. Where no
    venue of this name has a point, the middles of the regions they lie in."""
    name = clean_text(text)[:60]
    if not name:
        return []
    active = StartingPlace.objects.filter(is_active=True)
    exact = active.filter(name__in=[name, f"{name}站"]).order_by("name").first()
    if exact:
        return [_of_place(exact)]
    alike = active.filter(Q(name__contains=name) | Q(aliases__contains=name)).order_by("name")[:MOST_FOUND]
    found = [_of_place(row) for row in alike]
    hits = search.find(name, kinds=["resource"], limit=MOST_FOUND)
    keys = [hit.subject_id for hit in hits]
    by_key = Resource.objects.published().select_related("region__parent").in_bulk(keys)
    named = [by_key[key] for key in keys if key in by_key]
    venues = [row for row in named if row.latitude is not None]
    if not found and not venues:
        return _around(named)
    if not found and venues and venues[0].title == name:
        venues = venues[:1]
    return (found + [_of_resource(row) for row in venues])[:MOST_FOUND]


def _around(venues: list[Resource]) -> list[Place]:
    """The middles of the regions in which venues without a point lie; of the district where that of the
    subdistrict is not known."""
    start = StartingPoints(columns())
    found: dict[str, Place] = {}
    for row in venues:
        place = start.find(row.region.code) or (row.region.parent and start.find(row.region.parent.code))
        if place:
            words = f"{place.label}（“{row.title}”的坐标尚未登记）"
            found.setdefault(place.code, replace(place, label=words))
    return list(found.values())


def _of_code(code: str) -> Place | None:
    if code.startswith(PLACE):
        row = StartingPlace.objects.filter(code=code[2:], is_active=True).first()
        return _of_place(row) if row else None
    row = Resource.objects.published().filter(code=code[2:], latitude__isnull=False).first()
    return _of_resource(row) if row else None


def _of_place(row: StartingPlace) -> Place:
    label = f"{row.name}（{row.get_kind_display()}）" if row.kind != row.Kind.LANDMARK else row.name
    return Place(f"{PLACE}{row.code}", label, float(row.latitude), float(row.longitude))


def _of_resource(row: Resource) -> Place:
    return Place(f"{RESOURCE}{row.code}", row.title, float(row.latitude), float(row.longitude))
