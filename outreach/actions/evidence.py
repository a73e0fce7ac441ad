"""Figures of an organisation's year, written by the upper apps."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from outreach.models import Evidence, EvidenceItem, EvidenceWanted
from portal.organizations import Organization


@transaction.atomic
def write_evidence(
    values: dict[int, Decimal],
    *,
    item: str,
    year: int,
    source: str,
    links: dict[int, str] | None = None,
    at: datetime,
) -> int:
    """Keep one item of one year for many organisations (id → value); returns how many.

    The clock's: what it counts it counts again each night, and the latest count stands. An organisation
    that is left out keeps what it had. Raises ValueError for an unknown item or a negative value.
    """
    if item not in EvidenceItem.values or any(value < 0 for value in values.values()):
        raise ValueError("佐证数据的项目或数值不对。")
    links = links or {}
    rows = [
        Evidence(
            organization_id=organization,
            item=item,
            year=year,
            value=value,
            link=links.get(organization, ""),
            source=source,
            counted_at=at,
        )
        for organization, value in values.items()
    ]
    Evidence.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["organization", "item", "year"],
        update_fields=["value", "link", "source", "counted_at"],
    )
    return len(rows)


def want_evidence(organizations: Iterable[Organization], year: int) -> None:
    """Ask for these bodies' figures of a year, each once until they are counted."""
    rows = [EvidenceWanted(organization=body, year=year) for body in organizations]
    EvidenceWanted.objects.bulk_create(rows, ignore_conflicts=True)


def evidence_counted(year: int, *, until: datetime) -> int:
    """Nobody waits any more for figures of a year asked for before a moment; returns how many did."""
    return EvidenceWanted.objects.filter(year=year, asked_at__lte=until).delete()[0]
