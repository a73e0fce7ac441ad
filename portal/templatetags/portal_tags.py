"""What templates need beyond Django: numbers and dates as people write them, signs, the main navigation."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import format_html

from portal import history, icons, navigation

register = template.Library()

MISSING = "—"
WEEKDAYS = "一二三四五六日"


# --- numbers ---------------------------------------------------------------------------------------


def _decimal(value: object) -> Decimal | None:
    """The number in `value`, or None where there is none: a missing figure is never 0."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain(number: Decimal, places: int) -> str:
    """Rounded half up to at most `places` decimals, thousands apart, no trailing noughts."""
    text = f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


@register.filter
def exact(value: object, places: int | None = None) -> str:
    """A figure to check: 1,234,567; with `places` always that many decimals."""
    if type(value) is int and places is None:
        return f"{value:,}"
    number = _decimal(value)
    if number is None:
        return MISSING
    if places is not None:
        return f"{number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP):,f}"
    return _plain(number, max(0, -int(number.as_tuple().exponent)))


@register.filter
def wan(value: object) -> str:
    """A figure to read: 1.23万, 2.4亿; below 10,000 as it is."""
    number = _decimal(value)
    if number is None:
        return MISSING
    size = abs(number)
    for unit, word in ((Decimal(10**8), "亿"), (Decimal(10**4), "万")):
        places = 2 if size < unit * 100 else 1
        scaled = (size / unit).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if size >= unit or (scaled >= 1 and unit > 10**4):
            return f"{'-' if number < 0 else ''}{_plain(scaled, places).replace(',', '')}{word}"
    return _plain(number, 2)


@register.filter
def figure(value: object) -> object:
    """A cell of a data table: a number exactly, no number as a dash, words as they are."""
    return exact(value) if value is None or isinstance(value, int | float | Decimal) else value


@register.filter
def unlocalized(value: object) -> str:
    """A number for a machine: no thousands apart."""
    number = _decimal(value)
    return "" if number is None else f"{number:f}"


@register.filter
def percent(value: object, places: int = 1) -> str:
    """A ratio as a percentage: 0.1234 is 12.3%."""
    number = _decimal(value)
    return MISSING if number is None else f"{_plain(number * 100, int(places))}%"


@register.filter
def distance(kilometres: float) -> str:
    """A straight distance as people say it: 约 1.2 公里（直线）, 约 300 米（直线）."""
    if kilometres < 1:
        return f"约 {max(100, round(kilometres * 10) * 100)} 米（直线）"
    return f"约 {_plain(Decimal(str(kilometres)), 1 if kilometres < 10 else 0)} 公里（直线）"


# --- dates -----------------------------------------------------------------------------------------


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def cn_date(value: date | datetime | None) -> str:
    """2026年11月23日"""
    if not value:
        return MISSING
    day = _local(value)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def cn_day(value: date | datetime | None) -> str:
    """11月23日（周一）"""
    if not value:
        return MISSING
    day = _local(value)
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


@register.filter
def cn_time(value: datetime | None) -> str:
    """2026年11月23日 09:05"""
    if not value:
        return MISSING
    moment = _local(value)
    return f"{cn_date(moment)} {moment:%H:%M}"


@register.filter
def cn_until(start: datetime | None, end: datetime | None) -> str:
    """A span with nothing said twice: 2026年11月23日 09:00–11:30"""
    if not start or not end:
        return cn_time(start)
    first, last = _local(start), _local(end)
    if first.date() == last.date():
        return f"{cn_time(first)}–{last:%H:%M}"
    shown = f"{last.month}月{last.day}日" if first.year == last.year else cn_date(last)
    return f"{cn_time(first)}–{shown} {last:%H:%M}"


# --- signs, navigation, forms ----------------------------------------------------------------------


@register.simple_tag
@cache
def icon(name: str) -> str:
    """A sign for the eye only; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        icons.ICONS[name],
    )


register.filter("tone", icons.tone)
register.filter("sign", icons.sign)


def _request(context: template.Context) -> HttpRequest | None:
    """The request, also inside `include … only`, which keeps it on the context but not in it."""
    return getattr(context, "request", None) or context.get("request")


@register.simple_tag(takes_context=True)
def main_navigation(context: template.Context) -> list[dict]:
    """The public sections, the present one marked."""
    request = _request(context)
    return navigation.public_sections(request.path if request else "")


@register.simple_tag(takes_context=True)
def desk_navigation(context: template.Context) -> list[dict]:
    """The desk's menu, on the pages of the desk only."""
    request = _request(context)
    if request is None or not request.path.startswith("/desk/") or not request.user.is_authenticated:
        return []
    return navigation.desk_groups(request.user, request.path)


@register.simple_tag(takes_context=True)
def account_tabs(context: template.Context) -> list[dict]:
    """The pages about one's own account."""
    request = _request(context)
    return navigation.account_tabs(request.path if request else "")


@register.simple_tag(takes_context=True)
def csrf_field(context: template.Context) -> str:
    """The hidden CSRF field, also inside `include … only`, where Django's own tag finds no token."""
    request = _request(context)
    if request is None:
        return ""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))


@register.simple_tag(takes_context=True)
def address_here(context: template.Context) -> str:
    """Path and query of the present page, to come back to; the home page where it was posted to."""
    request = _request(context)
    return request.get_full_path() if request and request.method in ("GET", "HEAD") else "/"


@register.filter
def wrong_fields(form: BaseForm) -> list[BoundField]:
    """The bound fields of a form that carry errors, in the order of the page."""
    return [form[name] for name in form.fields if form.errors.get(name)]


@register.filter
def place(field: BoundField) -> str:
    """The id of the control a person goes to: of the first one in a group."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label


@register.filter
def is_single_box(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def item(values: list, position: int) -> object:
    """The value at a position of a list; None beyond its end."""
    return values[position] if 0 <= position < len(values) else None


@register.simple_tag
def pairs(*words: object) -> list[tuple[object, object]]:
    """The words two by two: breadcrumbs written where they are used."""
    return list(zip(words[::2], words[1::2], strict=True))


# --- the audit trail -------------------------------------------------------------------------------


@register.filter
def act(code: str) -> str:
    """What an entry's code says was done: 修改."""
    return history.act_name(code)


@register.filter
def kind_of_record(code: str) -> str:
    """What an entry is about: 科普活动."""
    return history.kind_name(code)
