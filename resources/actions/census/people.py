"""Who is told what in a census."""

from collections.abc import Iterable

from portal.accounts import User, people_with
from portal.notices import Notice, notify
from portal.regions import Region
from portal.roles import Perm
from resources.models.census import (
    CensusUnit,
)


def officers(region: Region):
    """Who checks in a region and below it, the city's staff left out."""
    city = people_with(Perm.CENSUS_MANAGE, region)
    return people_with(Perm.CENSUS_CHECK, region).exclude(pk__in=city.values("pk"))


def tell(people: Iterable[User], text: str, link: str, kind: str = Notice.Kind.TASK) -> None:
    notify(people, text, link=link, kind=kind)


def clerks(unit: CensusUnit) -> list[User]:
    """Who answers for a unit: its own people; where it has none, the officers of its region."""
    if unit.organization_id:
        own = people_with(Perm.CENSUS_FILL, unit).filter(grants__organization=unit.organization_id)
        if own:
            return list(own)
    return list(officers(unit.region))
