"""The awards for hours of practice: which there are, from how many hours on, and whether they are given."""

from django.db import transaction

from portal import history
from portal.accounts import User, require
from portal.regions import Region
from portal.roles import Perm
from youth_credits.actions.registers import keep_row
from youth_credits.models import HoursAward


@transaction.atomic
def save_hours_award(award: HoursAward, *, by: User) -> HoursAward:
    """Keep an award. What was given out stays; hours and switch count for whoever asks from now on.

    Raises PermissionDenied for anybody but the association's staff, ValidationError where a rule says no.
    """
    require(by, Perm.CREDIT_MANAGE, Region.objects.city())
    return keep_row(award, history.stored(award), by=by)
