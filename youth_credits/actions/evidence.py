"""What bases did for pupils in a year, for their assessment: how many outings, and nothing of any child."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Count

from outreach.actions.evidence import write_evidence
from outreach.models import EvidenceItem
from portal.calendar import day_start, local_today
from youth_credits.models import Outing

SOURCE = "基地确认到场的学分课程外出"


def count_credit_outings(at: datetime) -> int:
    """Write how many classes came to the courses of each base last year and this one. Every night.

    Counted are outings that the base confirmed and nobody cancelled; a base without one has no row: not known
    is not nought. Returns how many rows were written.
    """
    today = local_today(at)
    written = 0
    for year in (today.year - 1, today.year):
        start, end = (day_start(today.replace(year=each, month=1, day=1)) for each in (year, year + 1))
        came = Outing.objects.filter(
            confirmed_at__isnull=False,
            came__gte=1,
            cancelled_at=None,
            starts_at__gte=start,
            starts_at__lt=end,
        )
        counts = came.values("base").annotate(count=Count("pk")).order_by("base")
        written += write_evidence(
            {row["base"]: Decimal(row["count"]) for row in counts},
            item=EvidenceItem.CREDIT_ACTIVITIES,
            year=year,
            source=SOURCE,
            at=at,
        )
    return written
