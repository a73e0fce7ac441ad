"""What people type for a day, a duration, a time of day: read where it can only mean one thing.

Every reading raises Misread, with a reason and a remedy, where it can mean two things or none. Whoever
shows what was read compares `value` with what it was typed as.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

FEWEST_BARE_MINUTES = 10  # a smaller number without a unit is credit or hours as often as minutes
EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))  # Excel counts days from either, by workbook
SERIALS = range(36_526 - 1_462, 73_051)  # 2000 to 2099 in one system or the other


class Misread(ValueError):
    """What is wrong with a typed value, and how to mend it."""

    def __init__(self, reason: str, remedy: str):
        super().__init__(f"{reason}，{remedy}。")
        self.reason, self.remedy = reason, remedy


ONE_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}  # full-width letters, digits and signs


def _normal(value: object) -> str:
    """One width of digits and signs, no blanks. A number too long to be written out is nothing."""
    try:
        text = str(value)
    except ValueError:
        return ""
    return "".join(text.translate(ONE_WIDTH).split())


# --- Days -----------------------------------------------------------------------------------------

DAY_TEXT = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))")
UNKNOWN_DAY = ("日期无法识别或不存在", "请按 2026-09-01 的格式填写")


def read_day(value: object, *, first: date | None = None, last: date | None = None) -> date:
    """A day from a date, a text (2026-09-01, 2026/9/1, 2026年9月1日, 20260901), or Excel's count of days.

    A count means one day in workbooks that count from 1900 and another, four years later, in those that
    count from 1904: the one that lies from `first` to `last` is meant, that of 1900 if neither is given.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _normal(value)
    if re.fullmatch(r"[0-9]{5}", text) and int(text) in SERIALS:
        return _of_serial(int(text), first, last)
    match = DAY_TEXT.fullmatch(text)
    if match is None or isinstance(value, bool):
        raise Misread(*UNKNOWN_DAY)
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        raise Misread(*UNKNOWN_DAY) from None


def _of_serial(count: int, first: date | None, last: date | None) -> date:
    days = [epoch + timedelta(days=count) for epoch in EPOCHS]
    if first is None or last is None:
        return days[0]
    fitting = [day for day in days if first <= day <= last]
    if len(fitting) != 1:
        raise Misread(f"日期是表格软件的序号 {count}，无法确定是哪一天", "请按 2026-09-01 的格式填写")
    return fitting[0]


# --- Durations ------------------------------------------------------------------------------------

DIGITS = {name: number for number, name in enumerate("零一二三四五六七八九")} | {"两": 2}
NUMBER = r"[0-9]+(?:\.[0-9]+)?|[零一二两三四五六七八九十]{1,3}|半"
HOURS = r"(?:小时|钟头|hours?|hrs?|h)"
MINUTES = r"(?:分钟|分|minutes?|mins?|m)"
DURATION = re.compile(
    rf"(?:({NUMBER})个?(半)?{HOURS})?(半)?(?:({NUMBER}){MINUTES})?|([0-9]{{1,2}}):([0-5][0-9])(?::00)?",
    re.IGNORECASE,
)
BARE = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
ASK_MINUTES = "请填分钟数，例如 90；按小时填写请写明单位，例如“2小时”"


def read_minutes(value: object, *, most: int) -> int:
    """Whole minutes from a number of minutes, or from a text with its unit: 90, 2小时, 1.5h, 两小时, 1:30."""
    text = _normal(value)
    if not text or value is None:
        raise Misread("没有填写时长", "请填整数分钟，例如 90")
    if not BARE.fullmatch(text):
        return _within(_with_unit(text), most)
    bare = Decimal(text)
    if 0 < bare < FEWEST_BARE_MINUTES:
        raise Misread(f"只填了 {bare:f}，像是学分或小时数，不像分钟", ASK_MINUTES)
    return _within(bare, most)


def _within(minutes: Decimal, most: int) -> int:
    if not 1 <= minutes <= most or minutes != minutes.to_integral_value():
        raise Misread(f"时长不是 1 至 {most:,} 之间的整数", "请填整数分钟，例如 90")
    return int(minutes)


def _with_unit(text: str) -> Decimal:
    match = DURATION.fullmatch(text)
    if match is None:
        raise Misread("时长不是数字", ASK_MINUTES)
    hours, half, also_half, minutes, clock_hours, clock_minutes = match.groups()
    if clock_hours:
        if int(clock_hours) >= 24:
            raise Misread(f"“{text[:10]}”不像活动时长", ASK_MINUTES)
        return Decimal(int(clock_hours) * 60 + int(clock_minutes))
    if hours is None and minutes is None:
        raise Misread("时长不是数字", ASK_MINUTES)
    total = Decimal(60) * _count(hours) if hours else Decimal(0)
    if half or also_half:
        total += 30
    return total + (_count(minutes) if minutes else 0)


def _count(text: str) -> Decimal:
    """A number in digits or in words up to 九十九."""
    if text == "半":
        return Decimal("0.5")
    if text[0] not in DIGITS and text[0] != "十":
        return Decimal(text)
    tens, ten, ones = text.rpartition("十")
    if (not ten and len(text) > 1) or len(tens) > 1 or len(ones) > 1 or ones == "十":
        raise Misread("时长不是数字", ASK_MINUTES)
    return Decimal((DIGITS[tens] if tens else 1) * 10 * bool(ten) + (DIGITS[ones] if ones else 0))


# --- Times of day ---------------------------------------------------------------------------------

TIME_TEXT = re.compile(r"([0-9]{1,2})(?::|点|时)(?:([0-9]{1,2})分?|(半))?(?::[0-9]{2})?")


def read_time(value: object) -> time | None:
    """A time of day from 14:30, 14：30, 14点30分, or Excel's part of a day; nothing is no time."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, float) and 0 < value < 1:
        minutes = round(value * 1440)
        return time(minutes // 60, minutes % 60) if minutes < 1440 else None
    text = _normal(value)
    if text.startswith("24:"):
        raise Misread("没有 24 点这个时间", "午夜请填 00:00，并核对活动日期是哪一天")
    match = TIME_TEXT.fullmatch(text)
    if match:
        hour, minute = int(match[1]), 30 if match[3] else int(match[2] or 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Misread("开始时间无法识别", "请按 14:30 的格式填写")
