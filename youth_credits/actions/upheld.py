"""What fraud that was upheld comes to: a count for the yearly assessment, and a question about courses."""

from datetime import datetime
from decimal import Decimal

from outreach.actions.evidence import write_evidence
from outreach.models import EvidenceItem
from portal.accounts import people_with
from portal.calendar import local_today
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import queries
from youth_credits.models import Suspicion

SOURCE = "查实违规的学分疑点"


def count_upheld(*, at: datetime, only: Organization | None = None) -> int:
    """Write how many findings about each body were upheld last year and this one; no person, no child.

    A body without one has no row. Every night, and for `only` one body as soon as one is upheld.
    """
    year = local_today(at).year
    written = 0
    for each in (year - 1, year):
        counts = queries.upheld_by_organization(each, only=only)
        values = {pk: Decimal(count) for pk, count in counts.items()}
        written += write_evidence(values, item=EvidenceItem.CREDIT_FRAUD, year=each, source=SOURCE, at=at)
    return written


def follow_up(suspicion: Suspicion, *, at: datetime) -> None:
    """A finding was upheld: count it where it counts, and ask about the courses of a base."""
    if suspicion.kind not in queries.COUNTED_WHEN_UPHELD:
        return
    body = suspicion.organization
    count_upheld(at=at, only=body)
    if queries.courses_to_stop(body).exists():
        notify(
            people_with(Perm.COURSE_REVIEW, body),
            f"{body.name}有学分违规查实，请决定是否停课。",
            link=queries.stop_address(body),
            kind=Notice.Kind.TASK,
        )
