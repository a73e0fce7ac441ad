"""What the registry knows of an organisation's year, for its assessment."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from outreach.actions.evidence import write_evidence
from outreach.models import EvidenceItem
from portal.calendar import local_today
from resources.models import Resource
from resources.queries.opening import days_open
from resources.queries.registry import shown

SOURCE = "资源库登记的开放时间"


def count_open_days(at: datetime) -> int:
    """Write how many days of last year and of this one each organisation was open: any of its places in the
    menu, by the hours, special days and holiday rules that the register has today. Every night.

    Returns how many organisations there are. Who has no hours in the register keeps what was known.
    """
    places: dict[int, list[Resource]] = defaultdict(list)
    rows = Resource.objects.published().filter(organization__isnull=False, kind__is_place=True)
    for row in shown(rows).order_by("organization_id", "pk"):
        if row.hours.all() or row.special_days.all():
            places[row.organization_id].append(row)
    today = local_today(at)
    for year in (today.year - 1, today.year):
        write_evidence(
            {key: Decimal(count) for key, count in days_open(places, year, until=today).items()},
            item=EvidenceItem.OPEN_DAYS,
            year=year,
            source=SOURCE,
            links={key: own[0].get_absolute_url() for key, own in places.items()},
            at=at,
        )
    return len(places)
