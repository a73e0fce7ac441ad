"""The cells of an application as its page shows them, and who filled them."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from outreach.models import Application, ApplicationCell
from outreach.queries.rounds import TYPED, known_facts

CELLS = ("category", *TYPED)


def as_text(value) -> str:
    """A value as its control carries it: yes and no as true and false, money with its cents."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(value).replace("\r\n", "\n")


def cell_text(application: Application, name: str) -> str:
    """What a cell of an application shows; "unknown" is a question of yes or no not answered yet."""
    value = getattr(application, name)
    if value is None and application._meta.get_field(name).get_internal_type() == "BooleanField":
        return "unknown"
    return as_text(value)


def said(application: Application, name: str) -> str:
    """What a cell says, in words."""
    value = getattr(application, name)
    if value in (None, ""):
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(application.get_category_display() if name == "category" else as_text(value))


def cells_to_fill(application: Application) -> list[str]:
    """The cells that people fill: not what the portal counts itself, nor a category where there is none."""
    known = known_facts(application.organization, application.round.data_year)
    has_categories = application.round.scheme.has_categories
    return [name for name in CELLS if name not in known and (name != "category" or has_categories)]


def fillers(application: Application) -> dict[str, ApplicationCell]:
    """Who last filled each cell, by its name."""
    rows = ApplicationCell.objects.filter(application=application).select_related("changed_by")
    return {row.name: row for row in rows.order_by("pk")}


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%-m月%-d日 %H:%M}"
