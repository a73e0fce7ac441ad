"""A census round: prepared, opened for its units, joined by others, no longer answered."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from resources.actions.census.people import clerks, officers, tell
from resources.models import Resource, ResourceKind
from resources.models.census import (
    ROUND_FLOW,
    CensusAnswer,
    CensusForm,
    CensusRound,
    CensusUnit,
)
from resources.queries.census import (
    expected_organizations,
    known_resources,
    reminder,
    values_of,
)

BATCH = 1000
NOBODYS = "（无登记单位的资源）"


@transaction.atomic
def create_round(*, kinds: Iterable[ResourceKind], by: User, **values) -> CensusRound:
    """Prepare a round. Raises PermissionDenied for anybody but the association's staff."""
    city = Region.objects.city()
    require(by, Perm.CENSUS_MANAGE, city)
    asked = CensusRound(region=city, created_by=by, **values)
    asked.full_clean()
    asked.save()
    _write_forms(asked, kinds)
    audit.record(asked, "create", by=by)
    return asked


@transaction.atomic
def edit_round(asked: CensusRound, *, kinds: Iterable[ResourceKind], by: User, **values) -> CensusRound:
    """Change a round that nobody has been asked yet; of one that runs, the days and the guide alone.

    Raises Refused once it is closed.
    """
    require(by, Perm.CENSUS_MANAGE, asked)
    held = CensusRound.objects.select_for_update().get(pk=asked.pk)
    if held.status == CensusRound.Status.CLOSED:
        raise Refused("已关闭的普查不能修改。")
    if held.status != CensusRound.Status.DRAFT:
        values = {name: value for name, value in values.items() if name not in ("unit_kinds", "year")}
    changes = {
        name: [str(getattr(held, name)), str(value)]
        for name, value in values.items()
        if getattr(held, name) != value
    }
    for name, value in values.items():
        setattr(held, name, value)
    held.full_clean()
    held.save(update_fields=list(values))
    if held.status == CensusRound.Status.DRAFT:
        held.forms.all().delete()
        _write_forms(held, kinds)
    audit.record(held, "change", by=by, changes=changes)
    return held


def _write_forms(asked: CensusRound, kinds: Iterable[ResourceKind]) -> None:
    CensusForm.objects.bulk_create(
        CensusForm(
            round=asked,
            kind=kind,
            code=kind.code,
            name=kind.name,
            is_place=kind.is_place,
            fields=kind.fields,
            position=kind.position,
        )
        for kind in kinds
    )


@transaction.atomic
def open_round(asked: CensusRound, *, by: User) -> CensusRound:
    """Freeze forms and expected units, fill in what the register says of each, and tell everybody.

    Raises Refused if no kind or no unit is asked, or another round runs.
    """
    require(by, Perm.CENSUS_MANAGE, asked)
    held = CensusRound.objects.select_for_update(of=("self",)).select_related("region").get(pk=asked.pk)
    running = CensusRound.objects.filter(status__in=["open", "checking"]).exclude(pk=held.pk).first()
    if running:
        raise Refused(f"“{running}”还没有关闭，同时只能进行一次普查。")
    codes = list(held.forms.values_list("code", flat=True))
    if not codes:
        raise Refused("请先选择普查哪些资源类型。")
    _freeze_forms(held, codes)
    count = _expect_units(held, codes, by=by)
    if not count:
        raise Refused("没有符合条件的单位，请先核对单位登记和普查范围。")
    ROUND_FLOW.take(held, "open", by=by, note=f"{count} 个单位")
    for units in _by_clerk(held):
        tell(units[0], f"“{held}”已开始，请于{held.due_on:%Y年%-m月%-d日}前核对并提交。", units[1])
    for district in Region.objects.districts():
        text = f"“{held}”已开始，请督促本区单位于{held.due_on:%Y年%-m月%-d日}前填报，并及时核查。"
        tell(officers(district), text, held.get_absolute_url())
    return held


def _freeze_forms(asked: CensusRound, codes: list[str]) -> None:
    """The kinds as they are today; they may have changed since the round was prepared."""
    asked.forms.all().delete()
    _write_forms(asked, ResourceKind.objects.current().filter(code__in=codes))


def _expect_units(asked: CensusRound, codes: list[str], *, by: User) -> int:
    organizations = list(expected_organizations(asked))
    resources = list(known_resources(asked, codes))
    owners = {row.pk for row in organizations}
    units = [_unit(asked, row.region, row, by) for row in organizations]
    nobodys = {
        row.region_id: row.region
        for row in resources
        if row.organization_id is None or not row.organization.is_active
    }
    units += [_unit(asked, region, None, by) for region in nobodys.values()]
    CensusUnit.objects.bulk_create(units, batch_size=BATCH)
    by_owner = {unit.organization_id or ("region", unit.region_id): unit for unit in units}
    forms = {form.code: form for form in asked.forms.all()}
    rows = []
    for resource in resources:
        has_owner = resource.organization_id in owners
        unit = by_owner.get(resource.organization_id if has_owner else ("region", resource.region_id))
        if unit is not None and (has_owner or not getattr(resource.organization, "is_active", False)):
            rows.append(_known_row(unit, forms[resource.kind.code], resource))
    CensusAnswer.objects.bulk_create(rows, batch_size=BATCH)
    return len(units)


def _unit(asked: CensusRound, region: Region, organization: Organization | None, by: User) -> CensusUnit:
    name = organization.name if organization else f"{region.name}{NOBODYS}"
    return CensusUnit(round=asked, region=region, organization=organization, name=name, created_by=by)


def _known_row(unit: CensusUnit, form: CensusForm, resource: Resource) -> CensusAnswer:
    values = values_of(resource, form)
    return CensusAnswer(
        unit=unit, form=form, resource=resource, title=resource.title, before=values, values=values
    )


def _by_clerk(asked: CensusRound) -> list[tuple[list[User], str]]:
    """Who answers, with the address to go to: their sheet, or the round where they have several."""
    found = reminder(CensusUnit.objects.filter(round=asked), timezone.localdate())
    return [
        (
            [found.users[key]],
            units[0].get_absolute_url() if len(units) == 1 else asked.get_absolute_url(),
        )
        for key, units in found.people.items()
    ]


@transaction.atomic
def join(asked: CensusRound, *, organization: Organization, by: User) -> CensusUnit:
    """Add a unit to a round that is open already, with the resources it has today.

    Raises PermissionDenied outside one's region, Refused unless the round runs or if the unit is in it.
    """
    require(by, Perm.CENSUS_CHECK, organization)
    held = CensusRound.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if not held.is_running:
        raise Refused("只有进行中的普查可以补入单位。")
    if held.units.filter(organization=organization).exists():
        raise Refused(f"“{organization}”已在这次普查中。")
    unit = _unit(held, organization.region, organization, by)
    unit.is_late_joiner = True
    unit.full_clean()
    unit.save()
    forms = {form.code: form for form in held.forms.all()}
    known = known_resources(held, forms).filter(organization=organization)
    CensusAnswer.objects.bulk_create(_known_row(unit, forms[row.kind.code], row) for row in known)
    audit.record(unit, "create", by=by, note=str(held))
    tell(clerks(unit), f"贵单位已列入“{held}”，请尽快核对并提交。", unit.get_absolute_url())
    return unit


@transaction.atomic
def start_checking(asked: CensusRound, *, by: User) -> None:
    """No more answers from now on, but of units that are handed back."""
    ROUND_FLOW.take(asked, "start_checking", by=by)


@transaction.atomic
def resume(asked: CensusRound, *, by: User, note: str) -> None:
    """Let units answer again. Raises Refused without a reason."""
    ROUND_FLOW.take(asked, "resume", by=by, note=note)
