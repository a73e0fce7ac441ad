"""What the cells of a school's sheets mean. A cell that cannot be read says so, and how to mend it."""

from datetime import date
from decimal import Decimal, InvalidOperation

from events import actions as events
from portal.calendar import local_today
from portal.identifiers import check_student_number, clean_text
from portal.sheets import (
    as_text,
)
from youth_credits.forms import first_open_day
from youth_credits.queries import normal_name
from youth_credits.rules import Misread, read_day, read_minutes, read_time

MOST_MINUTES = 30_000  # of a club's whole term

NUMBER, NAME, ACTIVITY, KIND, DAY, MINUTES = "学籍号", "姓名", "活动名称", "类别", "活动日期", "时长（分钟）"
PROVIDER, START, AWARD, GRANTED, CERTIFICATE = "举办单位", "开始时间", "获奖等级", "认定学分", "证书编号"
GRADE, CLASS, CONSENT = "年级", "班级", "监护人同意日期"

CREDIT_HEADERS = [NUMBER, NAME, ACTIVITY, KIND, DAY, MINUTES, PROVIDER, START, AWARD, GRANTED, CERTIFICATE]
CREDIT_OPTIONAL = {PROVIDER, START, AWARD, GRANTED, CERTIFICATE}
ROLL_HEADERS = [NUMBER, NAME, GRADE, CLASS, CONSENT]
ROLL_OPTIONAL = {CONSENT}


# Whatever cannot be read says so in the same way, here and in forms.
CellFault = Misread


def day_of(value) -> date:
    """Any day. Raises CellFault."""
    return read_day(value)


def activity_day(value) -> date:
    """A day on which an activity can have been that is entered today. Raises CellFault."""
    if value is None:
        raise CellFault("没有填写活动日期", "请补填")
    today = local_today()
    first = first_open_day(today)
    day = read_day(value, first=first, last=today)
    if day > today:
        raise CellFault("活动日期晚于今天", "请在活动举办之后填报")
    if day < first:
        raise CellFault("活动日期不在本学年或上一学年", f"{first:%Y-%m-%d} 以前的活动不再填报，请核对年份")
    return day


def minutes_of(value) -> int:
    """Raises CellFault unless it is a whole number of minutes from 1 to 30,000."""
    return read_minutes(value, most=MOST_MINUTES)


time_of = read_time


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


def certificate_of(value, *, is_required: bool) -> tuple[str, bool]:
    """The number of a certificate, and whether it is a team's. Raises CellFault."""
    text = text_of(value, CERTIFICATE, most=70, is_required=is_required)
    number, is_team = events.certificate_of(text)
    if is_team and not number:
        raise CellFault("只写了“团队”，没有证书编号", "请补填证书编号，例如“SZ-7 团队”")
    return text_of(number, CERTIFICATE, most=60), is_team
