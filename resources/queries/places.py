"""Where somebody starts from: a rounded position of the browser, or a place the city knows.

Nothing here is kept: a position is read from the address of the page, and pages about one are never cached.
"""

import json
import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from portal import maps
from portal.regions import Level, Region
from resources.queries.columns import Columns

DECIMALS = 3  # about a hundred metres
CITY = (22.39, 23.15, 113.70, 115.45)  # south, north, west, east, as the registry checks positions
_POSITION = re.compile(r"(-?\d{1,3}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)")
SOURCE = "街道的中心按该街道有坐标资源的平均位置计算；区的中心取自本平台示意图。"


@dataclass(frozen=True)
class Place:
    """A point to start from. `code` is how the address of a page says it."""

    code: str
    label: str
    latitude: float
    longitude: float
    group: str = ""


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
        """How the address says it: a position rounded to three decimals, or a region's code; else ""."""
        if re.fullmatch(r"\d{12}", text):
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
