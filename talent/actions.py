"""Everything that changes the talent pool and its hours."""

from datetime import date

from django.db import transaction

from portal import audit, history
from portal.accounts import User, require
from portal.encryption import blind, seal
from portal.errors import Refused
from portal.identifiers import check_mobile
from portal.roles import Perm
from talent.models import Person, ServiceHours

MOBILE = "person.mobile"


@transaction.atomic
def save_person(person: Person, *, mobile: str | None = None, by: User) -> Person:
    """Enter somebody or keep changes; a mobile is sealed, and None leaves it as it is.

    Raises PermissionDenied outside one's places and ValidationError where a rule says no.
    """
    before = history.stored(person)
    if before:
        require(by, Perm.PERSON_EDIT, before)
    else:
        person.created_by = by
    require(by, Perm.PERSON_EDIT, person)
    if mobile is not None:
        number = check_mobile(mobile) if mobile else ""
        person.mobile_sealed = seal(number, field=MOBILE, owner=person.uuid) if number else None
        person.mobile_hash = blind(number, purpose=MOBILE) if number else None
    person.full_clean()
    changes = history.differences(before, person)
    if before and before.mobile_hash != person.mobile_hash:
        changes["mobile_sealed"] = ["", ""]
    person.save(update_fields=[*changes, "mobile_hash"] if before else None)
    audit.record(person, "change" if before else "create", by=by, name=f"人才 {person.pk}", changes=changes)
    return person


@transaction.atomic
def record_service(
    person: Person, *, served_on: date, minutes: int, activity: str, today: date, by: User
) -> ServiceHours:
    """Write down hours given. Raises Refused for a day to come or outside the person's time in the pool."""
    require(by, Perm.PERSON_EDIT, person)
    if served_on > today:
        raise Refused("服务日期不能晚于今天。")
    if served_on < person.entered_on or (person.left_on and served_on > person.left_on):
        raise Refused("服务日期不在该人员的入库期间内。")
    service = ServiceHours(
        person=person, served_on=served_on, minutes=minutes, activity=activity, recorded_by=by
    )
    service.full_clean()
    service.save()
    audit.record(service, "create", by=by)
    return service


@transaction.atomic
def take_back(service: ServiceHours, *, reason: str, by: User) -> ServiceHours:
    """Correct an entry by one that takes it back. Raises Refused if that was done already."""
    require(by, Perm.PERSON_EDIT, service.person)
    if service.reverses_id:
        raise Refused("冲正记录不能再次冲正。")
    entry, is_new = ServiceHours.objects.get_or_create(
        reverses=service,
        defaults={
            "person": service.person,
            "served_on": service.served_on,
            "minutes": -service.minutes,
            "activity": service.activity,
            "reason": reason,
            "recorded_by": by,
        },
    )
    if not is_new:
        raise Refused("该记录已冲正。")
    audit.record(entry, "reverse", by=by, note=reason)
    return entry


def create_person(*, by: User, mobile: str = "", code: str = "", **fields) -> Person:
    """Enter somebody from plain values, under a new code. Raises as `save_person` does."""
    return save_person(Person(**fields), mobile=mobile or None, by=by)


def change_person(person: Person, *, by: User, mobile: str = "", code: str = "", **fields) -> Person:
    """Change plain values of somebody; the code stays. Raises as `save_person` does."""
    for name, value in fields.items():
        setattr(person, name, value)
    return save_person(person, mobile=mobile or None, by=by)
