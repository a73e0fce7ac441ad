"""Published figures that staff enter each year: what the index divides by, and the national series."""

from django.db import transaction

from indicators.models import Denominator, NationalSeries
from portal import audit, history
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm


@transaction.atomic
def save_denominator(row: Denominator, *, by: User) -> Denominator:
    """Enter population or students of a place and year, or correct them; the next night counts with it.

    Raises Refused for a sample row.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    if row.is_sample:
        raise Refused("示例数据不作修改，请按有公布数的年份另行录入。")
    before = history.stored(row)
    row.unit = Denominator.UNIT
    row.full_clean()
    row.save()
    changes = history.differences(before, row)
    audit.record(row, "change" if before else "create", by=by, changes=changes)
    return row


@transaction.atomic
def save_national(row: NationalSeries, *, by: User) -> NationalSeries:
    """Enter a national figure of a known series, or correct one; name and unit are those of the series.

    Raises Refused for a series that the portal does not know.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    before = history.stored(row)
    known = NationalSeries.objects.filter(item=row.item).exclude(pk=row.pk).order_by("-year").first()
    if known is None and not before:
        raise Refused("没有这个项目代码，请从已有的项目中选择。")
    if known is not None:
        row.name, row.unit = known.name, known.unit
    # Neither is published of every figure.
    row.full_clean(
        exclude=[name for name in ("growth_percent", "share_percent") if getattr(row, name) is None]
    )
    row.save()
    changes = history.differences(before, row)
    audit.record(row, "change" if before else "create", by=by, changes=changes)
    return row


def create_denominator(*, by: User, **fields) -> Denominator:
    """A new row of the sheet."""
    return save_denominator(Denominator(**fields), by=by)


def change_denominator(row: Denominator, *, by: User, **fields) -> Denominator:
    """A row of the sheet that is known: what it says differently is corrected."""
    for name, value in fields.items():
        setattr(row, name, value)
    return save_denominator(row, by=by)


def create_national(*, by: User, **fields) -> NationalSeries:
    """A new row of the sheet."""
    return save_national(NationalSeries(**fields), by=by)


def change_national(row: NationalSeries, *, by: User, **fields) -> NationalSeries:
    """A row of the sheet that is known: what it says differently is corrected."""
    for name, value in fields.items():
        setattr(row, name, value)
    return save_national(row, by=by)
