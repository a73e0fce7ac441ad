"""What the cells of a school's sheets mean. A cell that cannot be read says so, and how to mend it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from portal.calendar import local_today
from portal.identifiers import check_student_number, clean_text
from portal.sheets import (
    as_text,
)
from youth_credits.forms import EARLIEST
from youth_credits.queries import normal_name

MOST_MINUTES = 30_000  # of a club's whole term
EXCEL_EPOCH = date(1899, 12, 30)

NUMBER, NAME, ACTIVITY, KIND, DAY, MINUTES = "学籍号", "姓名", "活动名称", "类别", "活动日期", "时长（分钟）"
PROVIDER, START, AWARD, GRANTED, CERTIFICATE = "举办单位", "开始时间", "获奖等级", "认定学分", "证书编号"
GRADE, CLASS, CONSENT = "年级", "班级", "监护人同意日期"

CREDIT_HEADERS = [NUMBER, NAME, ACTIVITY, KIND, DAY, MINUTES, PROVIDER, START, AWARD, GRANTED, CERTIFICATE]
CREDIT_OPTIONAL = {PROVIDER, START, AWARD, GRANTED, CERTIFICATE}
ROLL_HEADERS = [NUMBER, NAME, GRADE, CLASS, CONSENT]
ROLL_OPTIONAL = {CONSENT}


class CellFault(ValueError):
    """What is wrong with a cell, and how to mend it."""

    def __init__(self, reason: str, remedy: str):
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


def day_of(value) -> date:
    """A day from a date, a text (2026-09-01, 2026/9/1, 2026年9月1日, 20260901), or Excel's count of days.

    Raises CellFault.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int) and 36_526 <= value <= 73_050:
        return EXCEL_EPOCH + timedelta(days=value)
    text = as_text(value).strip()
    digits = text.translate(str.maketrans("年月/.", "----")).rstrip("日")
    if digits.isdigit() and len(digits) == 8:
        digits = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        year, month, day = (int(part) for part in digits.split("-"))
        return date(year, month, day)
    except ValueError:
        raise CellFault("日期无法识别或不存在", "请按 2026-09-01 的格式填写") from None


def activity_day(value) -> date:
    """A day on which an activity can have been. Raises CellFault."""
    if value is None:
        raise CellFault("没有填写活动日期", "请补填")
    day = day_of(value)
    if day > local_today():
        raise CellFault("活动日期晚于今天", "请在活动举办之后填报")
    if day < EARLIEST:
        raise CellFault("活动日期过早", "请核对年份")
    return day


def minutes_of(value) -> int:
    """Raises CellFault unless it is a whole number of minutes from 1 to 30,000."""
    text = as_text(value).removesuffix("分钟").strip()
    try:
        number = Decimal(text)
        whole = int(number)
    except (InvalidOperation, ValueError, OverflowError):
        raise CellFault("时长不是数字" if text else "没有填写时长", "请填整数分钟，例如 90") from None
    if whole != number or not 1 <= whole <= MOST_MINUTES:
        raise CellFault("时长不是 1 至 30,000 之间的整数", "请填整数分钟，例如 90")
    return whole


def time_of(value) -> time | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.time()
    parts = as_text(value).replace("：", ":").split(":")
    try:
        return time(*(int(part) for part in parts[:2]))
    except (ValueError, TypeError):
        raise CellFault("开始时间无法识别", "请按 14:30 的格式填写") from None


def granted_of(value) -> Decimal | None:
    if value is None:
        return None
    try:
        number = Decimal(as_text(value))
    except InvalidOperation:
        raise CellFault("认定学分不是数字", "请填 2 至 4 之间的数") from None
    if not number.is_finite() or not 0 <= number <= 100:
        raise CellFault("认定学分不在范围内", "请填 2 至 4 之间的数")
    return number


def text_of(value, header: str, *, most: int = 100, is_required: bool = False) -> str:
    text = clean_text(as_text(value))
    if is_required and not text:
        raise CellFault(f"没有填写{header}", "请补填")
    if len(text) > most:
        raise CellFault(f"{header}超过 {most} 个字", "请缩短")
    return text


def number_of(value) -> str:
    try:
        return check_student_number(as_text(value))
    except ValueError as fault:
        reason, _, remedy = str(fault).rstrip("。").partition("，")
        raise CellFault(reason, remedy or "请核对") from None


def name_of(value) -> str:
    return normal_name(text_of(value, NAME, most=30, is_required=True))
