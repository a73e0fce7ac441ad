"""Two records of one thing: found, or told apart."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.roles import Perm
from resources.models import DuplicatePair
from resources.queries.likeness import all_pairs, pairs_of


@transaction.atomic
def note_duplicates(key: int) -> int:
    """Write the likely pairs of one resource that was entered or changed; returns how many are open."""
    found = pairs_of(key)
    mine = models.Q(first=key) | models.Q(second=key)
    _write_pairs(found, DuplicatePair.objects.filter(mine))
    return DuplicatePair.objects.filter(mine, dismissed_at=None).count()


@transaction.atomic
def note_duplicates_of(keys: Sequence[int]) -> None:
    """Write the likely pairs of many resources that were entered at once."""
    mine = models.Q(first__in=keys) | models.Q(second__in=keys)
    _write_pairs(all_pairs(keys), DuplicatePair.objects.filter(mine))


@transaction.atomic
def find_duplicates(at: datetime) -> int:
    """Compare the whole register; returns how many pairs wait for a decision. Every night."""
    _write_pairs(all_pairs(), DuplicatePair.objects.all(), at)
    return DuplicatePair.objects.filter(dismissed_at=None).count()


def _write_pairs(found: dict, known, at: datetime | None = None) -> None:
    """Keep what was found; what is alike no more goes, unless somebody said that it is two things."""
    gone = [row.pk for row in known.filter(dismissed_at=None) if (row.first_id, row.second_id) not in found]
    DuplicatePair.objects.filter(pk__in=gone).delete()
    DuplicatePair.objects.bulk_create(
        (
            DuplicatePair(first_id=first, second_id=second, reasons=reasons, found_at=at or timezone.now())
            for (first, second), reasons in found.items()
        ),
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["reasons"],
        batch_size=2000,
    )


@transaction.atomic
def dismiss_pair(pair: DuplicatePair, *, by: User) -> None:
    """Remember that two that look alike are two things."""
    for resource in (pair.first, pair.second):
        require(by, Perm.RESOURCE_REVIEW, resource)
    DuplicatePair.objects.filter(pk=pair.pk).update(dismissed_at=timezone.now(), dismissed_by=by)
    audit.record(pair, "dismiss", by=by, name=f"{pair.first} / {pair.second}")
