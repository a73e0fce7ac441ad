"""How far the plan is: its measures and its targets."""

from django.db import transaction

from outreach.models import Measure, TargetActual
from portal import audit, history
from portal.accounts import User, require
from portal.regions import Region
from portal.roles import Perm


@transaction.atomic
def report_progress(measure: Measure, *, progress: str, note: str, by: User) -> None:
    """Say how far a measure of the plan is."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    before = history.stored(measure)
    measure.progress, measure.note = progress, note
    measure.full_clean()
    measure.save(update_fields=["progress", "note"])
    audit.record(measure, "progress", by=by, changes=history.differences(before, measure))


@transaction.atomic
def report_actual(actual: TargetActual, *, by: User) -> None:
    """Keep what one year reached of a target."""
    require(by, Perm.PLAN_EDIT, Region.objects.city())
    before = history.stored(actual)
    actual.full_clean()
    actual.save()
    old = f"（原为 {before.value}）" if before else ""
    audit.record(actual.target, "actual", by=by, note=f"{actual.year} 年：{actual.value}{old}")
