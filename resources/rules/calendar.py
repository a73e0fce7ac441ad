"""Days that differ, and who pays less: lines as people write them, to rows and back."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

SPECIAL_EXAMPLE = "2026-10-01至2026-10-03 闭馆（国庆布展）；2026-12-24 10:00-21:00（科技之夜）"
PRICE_EXAMPLE = "老年人 免费（65 岁以上，凭身份证）；学生 半价 周二至周五；所有人 免费 周三"
MOST_TIMES = 4
_DATE = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_DATES = re.compile(rf"^{_DATE}(?:\s*(?:至|到|[-–—~])\s*{_DATE})?")
_TIME = re.compile(r"([01]?\d|2[0-4])[:：]([0-5]\d)\s*[-–—~至到]+\s*([01]?\d|2[0-4])[:：]([0-5]\d)")
_NOTE = re.compile(r"[（(]((?:[^（）()]|[（(][^（）()]*[）)])*)[）)]")  # brackets may hold brackets
_PERCENT = re.compile(r"^(\d{1,3})\s*[%％]$")
_TENTHS = re.compile(r"^([1-9](?:\.\d)?|[一二三四五六七八九])折$")
_DIGITS = "一二三四五六七八九"
DAYS = "一二三四五六日"


@dataclass(frozen=True, order=True, slots=True)
class Special:
    """Days on which other hours hold; no times: closed."""

    starts_on: date
    ends_on: date
    times: tuple[tuple[time, time], ...] = ()
    reason: str = ""


@dataclass(frozen=True, order=True, slots=True)
class Price:
    """Who pays how many per cent of the price (0: free), on which weekdays and days."""

    group: str
    percent: int
    weekdays: tuple[int, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    note: str = ""


def _lines(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[；;\n]+", text) if part.strip()]


def _note_of(line: str, most: int = 80) -> tuple[str, str]:
    """What stands in brackets, and the line without it."""
    note = "；".join(found.strip() for found in _NOTE.findall(line))
    if len(note) > most:
        raise ValueError(f"“{line}”括号里的说明最多 {most} 个字。")
    return note, _NOTE.sub(" ", line).strip()


def _date(parts: Iterable[str], line: str) -> date:
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise ValueError(f"“{line}”中的日期不存在，请核对。") from None


def _days(found: re.Match, line: str) -> tuple[date, date]:
    first = _date(found.groups()[:3], line)
    last = _date(found.groups()[3:], line) if found[4] else first
    if last < first:
        raise ValueError(f"“{line}”的结束日期早于开始日期。")
    if (last - first).days > 1100:
        raise ValueError(f"“{line}”超过三年，请分开写或改为下架。")
    return first, last


# --- Special days ---------------------------------------------------------------------------------


def read_special(text: str) -> list[Special]:
    """Days with other hours from text like SPECIAL_EXAMPLE; parts are separated by ； or new lines.

    Raises ValueError with a Chinese sentence that names the part it does not understand.
    """
    found = sorted(_special(line) for line in _lines(text))
    for first, second in pairwise(found):
        if second.starts_on <= first.ends_on:
            raise ValueError(f"{second.starts_on:%Y-%m-%d} 写了两次，同一天只能有一种安排。")
    return found


def _special(line: str) -> Special:
    reason, bare = _note_of(line)
    dates = _DATES.match(bare)
    if dates is None:
        raise ValueError(f"“{line}”应以日期开头，例如：{SPECIAL_EXAMPLE}")
    first, last = _days(dates, line)
    rest = bare[dates.end() :]
    times = read_times(rest)
    if not times and not re.search(r"[闭休停]", rest):
        raise ValueError(f"“{line}”应写“闭馆”或开放时间，例如：{SPECIAL_EXAMPLE}")
    return Special(first, last, times, reason)


def read_times(text: str) -> tuple[tuple[time, time], ...]:
    """The stretches of one day: “09:00-12:00 14:00-17:00”. Raises ValueError if they make no sense."""
    spans = sorted((_clock(found[1], found[2]), _clock(found[3], found[4])) for found in _TIME.finditer(text))
    if any(closes <= opens for opens, closes in spans):
        raise ValueError(f"“{text.strip()}”的关闭时间应晚于开放时间；过午夜的请分两天写。")
    if any(second[0] < first[1] for first, second in pairwise(spans)):
        raise ValueError(f"“{text.strip()}”的时间有重叠，请核对。")
    if len(spans) > MOST_TIMES:
        raise ValueError(f"一天最多写 {MOST_TIMES} 段开放时间。")
    return tuple(spans)


def _clock(hour: str, minute: str) -> time:
    """24:00 is the last minute of the day."""
    return time(23, 59) if int(hour) == 24 else time(int(hour), int(minute))


def written_times(times: Iterable[tuple[time, time]]) -> str:
    return " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in times)


def written_dates(first: date, last: date) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d}至{last:%Y-%m-%d}"


def written_special(days: Iterable[Special]) -> str:
    """Days with other hours as text that `read_special` reads."""
    lines = []
    for day in sorted(days):
        words = f"{written_dates(day.starts_on, day.ends_on)} {written_times(day.times) or '闭馆'}"
        lines.append(f"{words}（{day.reason}）" if day.reason else words)
    return "；".join(lines)


# --- Prices ---------------------------------------------------------------------------------------


def read_prices(text: str, groups: dict[str, str]) -> list[Price]:
    """Who pays less, from text like PRICE_EXAMPLE; `groups` gives the code of each group's name.

    Raises ValueError with a Chinese sentence that names the part it does not understand.
    """
    found = [_price(line, groups) for line in _lines(text)]
    if len(set(found)) < len(found):
        raise ValueError("有两行优惠完全相同，请删去一行。")
    return sorted(found, key=_in_order)


def _in_order(price: Price) -> tuple:
    return price.group, price.percent, price.weekdays, price.starts_on or date.min, price.note


def _price(line: str, groups: dict[str, str]) -> Price:
    note, bare = _note_of(line)
    words = re.split(r"[\s，,]+", bare)
    if len(words) < 2 or words[0] not in groups:
        raise ValueError(f"“{line}”应以人群开头（{'、'.join(groups)}），例如：{PRICE_EXAMPLE}")
    percent = _percent(words[1], line)
    weekdays: tuple[int, ...] = ()
    first = last = None
    for word in words[2:]:
        dates = _DATES.fullmatch(word)
        if dates:
            first, last = _days(dates, line)
        else:
            weekdays += _weekdays(word, line)
    return Price(groups[words[0]], percent, tuple(sorted(set(weekdays))), first, last, note)


def _percent(word: str, line: str) -> int:
    """How much of the price is paid, in per cent."""
    if word in ("免费", "免票", "免"):
        return 0
    if word in ("半价", "半票"):
        return 50
    if found := _TENTHS.match(word):
        tenths = _DIGITS.index(found[1]) + 1 if found[1] in _DIGITS else float(found[1])
        return round(tenths * 10)
    found = _PERCENT.match(word)
    if found and 0 < int(found[1]) < 100:
        return int(found[1])
    raise ValueError(f"“{line}”应写明“免费”“半价”或“八折”。")


def _weekdays(word: str, line: str) -> tuple[int, ...]:
    days: list[int] = []
    named = {"周末": (6, 7), "工作日": (1, 2, 3, 4, 5), "每天": ()}
    for part in word.split("、"):
        span = re.fullmatch(r"周?([一二三四五六日])至周?([一二三四五六日])", part)
        one = re.fullmatch(r"(?:每?周)?([一二三四五六日])", part)
        if part in named:
            days.extend(named[part])
        elif span:
            days.extend(range(DAYS.index(span[1]) + 1, DAYS.index(span[2]) + 2))
        elif one:
            days.append(DAYS.index(one[1]) + 1)
        else:
            raise ValueError(f"看不懂“{line}”中的“{part}”，例如：{PRICE_EXAMPLE}")
    return tuple(days)


def written_percent(percent: int) -> str:
    if percent == 0:
        return "免费"
    if percent == 50:
        return "半价"
    return f"{percent // 10}折" if percent % 10 == 0 else f"{percent / 10:g}折"


def written_weekdays(days: Iterable[int]) -> str:
    return "、".join(f"周{DAYS[day - 1]}" for day in days)


def written_price(price: Price, names: dict[str, str]) -> str:
    """One price as `read_prices` reads it; `names` gives the name of each group's code."""
    words = [names[price.group], written_percent(price.percent)]
    if price.weekdays:
        words.append(written_weekdays(price.weekdays))
    if price.starts_on and price.ends_on:
        words.append(written_dates(price.starts_on, price.ends_on))
    line = " ".join(words)
    return f"{line}（{price.note}）" if price.note else line


def written_prices(prices: Iterable[Price], names: dict[str, str]) -> str:
    return "；".join(written_price(price, names) for price in sorted(prices, key=_in_order))


# --- Holidays -------------------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


HOLIDAY, ADJUSTED = "holiday", "adjusted"  # what a day is, beside its weekday
AS_USUAL, CLOSED, AS_WEEKEND = "usual", "closed", "weekend"  # what a place does on such days
SUNDAY, FRIDAY = 7, 5


def weekday_kept(day: date, sort: str, rule: str) -> int:
    """The weekday (1 Monday … 7 Sunday) whose hours hold on a day; 0: closed.

    A place that keeps weekends has Sunday's hours on a public holiday, and Friday's on a weekend that is
    worked in exchange.
    """
    if sort == HOLIDAY and rule == CLOSED:
        return 0
    if rule == AS_WEEKEND and sort:
        return SUNDAY if sort == HOLIDAY else FRIDAY
    return day.isoweekday()
