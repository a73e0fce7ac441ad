"""Saying by which figure a target of the plan is counted, and writing what it came to into the plan."""

from django.db import transaction

from indicators import sources
from indicators.models import TargetFigure
from indicators.queries.target_figures import counted_years, figures_to_choose
from outreach.actions import count_target, write_counted
from portal.accounts import User, require
from portal.audit import AuditEntry
from portal.calendar import local_today
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm

Figure = TargetFigure.Figure


@transaction.atomic
def link_target(target, figure: str, *, by: User) -> None:
    """Count a target by a figure from now on; "" leaves it to be typed again.

    What the figure came to so far is written at once. Raises Refused for a figure that there is not.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    names = dict(figures_to_choose())
    if figure and figure not in names:
        raise Refused("平台没有这项数据，请重新选择。")
    _link(target, figure, names.get(figure, "不取数，由人工登记"), by=by)


def _link(target, figure: str, words: str, *, by: User | None) -> None:
    held = TargetFigure.objects.filter(target=target)
    if list(held.values_list("figure", flat=True)) == ([figure] if figure else []):
        return
    held.delete()
    if target.is_counted:
        count_target(target, is_counted=False, note="", by=by)
    if figure:
        TargetFigure.objects.create(target=target, figure=figure)
        count_target(target, is_counted=True, note=words, by=by)
        _fill(target, figure)


@transaction.atomic
def count_from_the_start() -> int:
    """Count the literacy target by the surveys, once: what people chose since, nothing included, stays."""
    target = sources.target_of(Figure.LITERACY, local_today())
    if target is None or _was_linked(target):
        return 0
    _link(target, Figure.LITERACY, Figure.LITERACY.label, by=None)
    return 1


def _was_linked(target) -> bool:
    return AuditEntry.objects.filter(
        subject_type=target._meta.label, subject_id=str(target.pk), action="link_figure"
    ).exists()


@transaction.atomic
def fill_targets() -> int:
    """Write what the linked figures came to into the plan's targets; returns how many years changed."""
    rows = TargetFigure.objects.select_related("target").order_by("pk")
    return sum(_fill(row.target, row.figure) for row in rows)


def _fill(target, figure: str) -> int:
    return write_counted(target, counted_years(figure, target.baseline_year + 1, target.target_year))
