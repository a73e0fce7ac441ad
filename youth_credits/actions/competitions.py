"""The list of recognised competitions: kept by the association, one by one or by a sheet."""

import json

from django.db import transaction

from portal import history
from portal.accounts import User, require
from portal.identifiers import clean_text
from portal.regions import Region
from portal.roles import Perm
from youth_credits.actions.reference import DATA
from youth_credits.actions.registers import keep_row, put
from youth_credits.models import Competition


@transaction.atomic
def save_competition(row: Competition, *, by: User) -> Competition:
    """Keep a competition of the list. What is in the ledger stays as it is; the list counts from now on.

    Raises PermissionDenied for anybody but the association's staff, ValidationError where a rule says no.
    """
    require(by, Perm.CREDIT_MANAGE, Region.objects.city())
    before = history.stored(row)
    row.name = clean_text(row.name)
    names = dict.fromkeys(map(clean_text, row.aliases))
    row.aliases = [name for name in names if name and name != row.name]
    return keep_row(row, before, by=by)


def create_competition(*, by: User, **fields) -> Competition:
    """Enter a competition from plain values. Raises as `save_competition` does."""
    return save_competition(Competition(**fields), by=by)


def change_competition(row: Competition, *, by: User, **fields) -> Competition:
    """Change plain values of a competition. Raises as `save_competition` does."""
    return save_competition(put(row, fields), by=by)


@transaction.atomic
def load_competitions() -> int:
    """The competitions of the file; what is written down already stays as it is."""
    rows = json.loads((DATA / "competitions.json").read_text(encoding="utf-8"))["competitions"]
    for row in rows:
        name, valid_from = row.pop("name"), row.pop("valid_from")
        Competition.objects.get_or_create(name=name, valid_from=valid_from, defaults=row)
    return len(rows)
