"""Whether two resources may be one: names, addresses and numbers without what people write differently."""

import re
import unicodedata
from itertools import pairwise
from math import cos, hypot, radians

DISTRICTS = "福田|罗湖|盐田|南山|宝安|龙岗|龙华|坪山|光明|大鹏|深汕"
ALIKE = 0.5  # share of pairs of characters in common from which names look alike
NEAR_METRES = 100
_BRACKETS = re.compile(r"[（(【\[〔].*?[）)】\]〕]")
_PLACE = re.compile(rf"({DISTRICTS})(?:新区|特别合作区|区)")
_CITY = re.compile(r"^(?:广东省)?(?:深圳市|深圳)")
_OTHER = re.compile(r"[\W_]+")


def plain_name(title: str) -> str:
    """A name without brackets, spaces, marks, the city before it, and 区 behind a district's name."""
    text = unicodedata.normalize("NFKC", title).lower()
    text = _OTHER.sub("", _BRACKETS.sub("", text)) or _OTHER.sub("", text)
    text = _PLACE.sub(r"\1", text)
    rest = _CITY.sub("", text)
    return rest if len(rest) >= 2 else text


def plain_address(address: str) -> str:
    """An address without province, city and marks; "" where too little is said to compare."""
    text = unicodedata.normalize("NFKC", address).lower()
    text = _CITY.sub("", _PLACE.sub(r"\1", _OTHER.sub("", _BRACKETS.sub("", text)))).replace("号", "")
    return text if len(text) >= 6 else ""


def plain_phone(phone: str) -> str:
    """The digits of the first number, without the city's prefix; "" for none."""
    digits = re.sub(r"\D", "", re.split(r"[、，,;；/转]", phone)[0])
    digits = re.sub(r"^(?:86)?0755", "", digits)
    return digits if 7 <= len(digits) <= 13 else ""


def plain_code(details: dict) -> str:
    """A number given from outside, like the ISBN of a book."""
    return re.sub(r"[^0-9X]", "", str(details.get("isbn") or "").upper())


def likeness(one: str, other: str) -> float:
    """How much two plain names have in common, by pairs of characters: 0 to 1."""
    first, second = ({a + b for a, b in pairwise(name)} or {name} for name in (one, other))
    return 2 * len(first & second) / (len(first) + len(second))


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two points (latitude, longitude) of the city, on the flat."""
    north = (one[0] - other[0]) * 111_195
    east = (one[1] - other[1]) * 111_195 * cos(radians(one[0]))
    return hypot(north, east)
