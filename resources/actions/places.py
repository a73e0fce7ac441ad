"""Entering the places to start from."""

from django.db import transaction

from portal import audit, history
from portal.accounts import User, require
from portal.regions import Region
from portal.roles import Perm
from resources.models import StartingPlace


@transaction.atomic
def save_place(place: StartingPlace, *, by: User) -> StartingPlace:
    """Keep a place. Raises PermissionDenied for anybody but the association's staff, ValidationError where
    a rule says no.
    """
    require(by, Perm.RESOURCE_REVIEW, Region.objects.city())
    before = history.stored(place)
    place.full_clean()
    place.save()
    changes = history.differences(before, place)
    audit.record(place, "change" if before else "create", by=by, changes=changes)
    return place


def create_place(*, by: User, **fields) -> StartingPlace:
    """Enter a place from plain values. Raises as `save_place` does."""
    return save_place(StartingPlace(**fields), by=by)


def change_place(place: StartingPlace, *, by: User, **fields) -> StartingPlace:
    """Change plain values of a place. Raises as `save_place` does."""
    for name, value in fields.items():
        setattr(place, name, value)
    return save_place(place, by=by)
