"""Everything that changes the talent pool and its hours, and who of it may sit on panels."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from outreach.actions import keep_panel_member, panel_member_follows
from outreach.models import PanelMember
from portal import audit, history
from portal.accounts import User, require
from portal.calendar import local_today
from portal.encryption import blind, seal
from portal.errors import Refused
from portal.identifiers import check_mobile
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from talent.models import Person, ServiceHours
from talent.queries import panel_member_of

MOBILE = "person.mobile"


@transaction.atomic
def save_person(person: Person, *, mobile: str | None = None, by: User) -> Person:
    """Enter somebody or keep changes; a mobile is sealed, and None leaves it as it is.

    Where they sit on panels, their body there follows; who leaves the pool is taken off the panels.
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
    entries = [entry for entry in (before, person) if entry is not None and entry.is_fit_for_panels]
    for account in {entry.account for entry in entries if entry.account}:
        _follow(account, by=by)
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


# --- Panels ---------------------------------------------------------------------------------------


@transaction.atomic
def keep_on_panels(person: Person, *, categories: Iterable[str], by: User) -> PanelMember:
    """Put somebody of the pool among those who are drawn for panels, or keep what they know.

    Raises Refused for somebody without an account, of another category, or no longer in the pool.
    """
    require(by, Perm.TITLE_MANAGE, Region.objects.city())
    if not person.is_fit_for_panels:
        raise Refused("只有科普专家、首席科学传播专家和专家指导委员会委员可以入评委库。")
    if person.account is None:
        raise Refused("该专家还没有关联本人账号，不能入评委库。请先在人才登记中填写本人账号。")
    if not Person.objects.serving(local_today()).filter(pk=person.pk).exists():
        raise Refused("该专家不在人才库中，不能入评委库。")
    return keep_panel_member(
        person.account, organization=_body_of(person.account), categories=categories, by=by
    )


@transaction.atomic
def take_off_panels(person: Person, *, by: User) -> PanelMember:
    """Somebody is drawn for no further panel. Raises Refused if they are not drawn for any."""
    require(by, Perm.TITLE_MANAGE, Region.objects.city())
    member = panel_member_of(person)
    if member is None or not member.is_active:
        raise Refused("该专家不在评委库中。")
    return keep_panel_member(
        member.user,
        organization=member.organization,
        categories=member.categories,
        is_active=False,
        by=by,
    )


@transaction.atomic
def panels_follow(*, at: datetime) -> int:
    """Take off the panels whose last day in the pool has come; returns how many."""
    gone = Person.objects.fit_for_panels().filter(
        left_on__lte=local_today(at), account__panel_member__is_active=True
    )
    accounts = {person.account for person in gone.select_related("account").order_by("pk")}
    return sum(_follow(account, at=at) is not None for account in accounts)


def _follow(account: User, *, by: User | None = None, at: datetime | None = None) -> PanelMember | None:
    entries = Person.objects.fit_for_panels().staying(local_today(at)).filter(account=account)
    return panel_member_follows(
        account,
        organization=_body_of(account, at=at),
        is_active=entries.exists(),
        by=by,
        note="随人才库登记变更",
    )


def _body_of(account: User, *, at: datetime | None = None) -> Organization | None:
    """The body of whoever has an account, after their first entry that names one; those in force first."""
    entries = Person.objects.fit_for_panels().filter(account=account, organization__isnull=False)
    entries = entries.select_related("organization").order_by("pk")
    entry = entries.staying(local_today(at)).first() or entries.first()
    return entry.organization if entry else None


def create_person(*, by: User, mobile: str = "", code: str = "", **fields) -> Person:
    """Enter somebody from plain values, under a new code. Raises as `save_person` does."""
    return save_person(Person(**fields), mobile=mobile or None, by=by)


def change_person(person: Person, *, by: User, mobile: str = "", code: str = "", **fields) -> Person:
    """Change plain values of somebody; the code stays. Raises as `save_person` does."""
    for name, value in fields.items():
        setattr(person, name, value)
    return save_person(person, mobile=mobile or None, by=by)
