"""Where and for whom the credit system is in force: written down by the association."""

import csv

from django.db import transaction

from portal import audit
from portal.accounts import User, require, system_user
from portal.errors import Refused
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from youth_credits.actions.reference import DATA
from youth_credits.models import RollOut

KEPT = ("grade_from", "grade_to", "starts_on", "ends_on", "basis")


@transaction.atomic
def save_roll_out(row: RollOut, *, by: User) -> RollOut:
    """Keep a row of the register, new or changed. Its place stays: another place is another row.

    Raises Refused for an organisation that is no school or lies elsewhere.
    """
    require(by, Perm.CREDIT_MANAGE, row.region)
    school = row.organization
    if school and school.kind != Organization.Kind.SCHOOL:
        raise Refused("“所属单位”应为中小学校；整个区实施的不填。")
    if school and not school.region.path.startswith(row.region.path):
        raise Refused("这所学校不在所选区域内，请核对。")
    if row.pk is None:
        row.created_by = by
        row.full_clean()
        row.save()
        audit.record(row, "create", by=by)
        return row
    before = RollOut.objects.get(pk=row.pk)
    changes = {
        name: [getattr(before, name), getattr(row, name)]
        for name in KEPT
        if getattr(before, name) != getattr(row, name)
    }
    if changes:
        row.full_clean()
        row.save(update_fields=list(changes))
        audit.record(row, "change", by=by, changes=changes)
    return row


@transaction.atomic
def load_roll_out() -> int:
    """The places of the file; what is written down already stays as it is."""
    with (DATA / "roll_out.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        RollOut.objects.get_or_create(
            region=Region.objects.get(code=row["region_code"]),
            organization=None,
            grade_from=int(row["grade_from"]),
            starts_on=row["starts_on"],
            defaults={
                "grade_to": int(row["grade_to"]),
                "basis": row["basis"],
                "created_by": system_user(),
            },
        )
    return len(rows)
