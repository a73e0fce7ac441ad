"""A small census: rounds, units and their answers, for the tests."""

from datetime import timedelta

from django.utils import timezone

from portal.organizations import Organization
from resources.actions import census
from resources.models import CensusRound, CensusUnit, ResourceKind

KINDS = [Organization.Kind.ENTERPRISE]


def prepare(
    by, *, title: str = "2026年科普资源普查", opens: int = -10, due: int = 20, **values
) -> CensusRound:
    """A round of all kinds there are, its days counted from today."""
    today = timezone.localdate()
    values.setdefault("unit_kinds", KINDS)
    return census.create_round(
        title=title,
        year=today.year,
        opens_on=today + timedelta(days=opens),
        due_on=today + timedelta(days=due),
        check_due_on=today + timedelta(days=due + 10),
        closes_on=today + timedelta(days=due + 20),
        kinds=ResourceKind.objects.current(),
        by=by,
        **values,
    )


def open_round(by, **values) -> CensusRound:
    return census.open_round(prepare(by, **values), by=by)


def sheet_of(asked: CensusRound, organization) -> CensusUnit:
    return asked.units.select_related("round", "region", "organization__region").get(
        organization=organization
    )


def handed_in(sheet: CensusUnit, *, by) -> CensusUnit:
    census.confirm_all(sheet, by=by)
    return census.submit_unit(sheet, by=by)


def checked(sheet: CensusUnit, *, by, officer) -> CensusUnit:
    handed_in(sheet, by=by)
    census.check_unit(sheet, by=officer)
    return sheet
