"""What the registry knows of an organisation's year, for its assessment."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from django.db.models import Count

from outreach.actions.evidence import write_evidence
from outreach.models import EvidenceItem
from portal.calendar import day_start, local_today
from resources.models import Resource
from resources.queries.opening import days_open
from resources.queries.registry import shown

SOURCE = "资源库登记的开放时间"
ITEMS_SOURCE = "当年在资源菜单发布的课程、讲座、影视、图文等"


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


def count_information_items(at: datetime) -> int:
    """Write how many courses, lectures, films and other content, no places, each organisation brought into
    the menu last year and this one. Every night.

    Returns how many rows were written. Who brought none has no row: not known is not nought.
    """
    today = local_today(at)
    written = 0
    for year in (today.year - 1, today.year):
        start, end = (day_start(today.replace(year=each, month=1, day=1)) for each in (year, year + 1))
        rows = Resource.objects.filter(
            organization__isnull=False, kind__is_place=False, published_at__gte=start, published_at__lt=end
        ).exclude(status=Resource.Status.DRAFT)
        counts = rows.values("organization").annotate(count=Count("pk")).order_by("organization")
        written += write_evidence(
            {row["organization"]: Decimal(row["count"]) for row in counts},
            item=EvidenceItem.INFORMATION_ITEMS,
            year=year,
            source=ITEMS_SOURCE,
            at=at,
        )
    return written
