"""Reads of the entries of one child."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from portal.calendar import school_year_label
from youth_credits.models import Batch, Credit, Student, StudentYear
from youth_credits.models.ledger import standing

Status = Batch.Status


@dataclass(frozen=True)
class Year:
    """One school year of one child."""

    year: int
    credits: Decimal
    off_campus: Decimal
    minutes: int
    by_code: dict[str, Decimal]

    @property
    def label(self) -> str:
        return school_year_label(self.year)


def entries(student: Student):
    """Every entry of a child, taken back and taking back too, newest first; `is_standing` says which."""
    return (
        Credit.objects.filter(student=student)
        .annotate(is_standing=standing())
        .select_related("activity", "rule", "batch")
        .order_by("-activity__held_on", "-pk")
    )


def years_of(student: Student) -> list[Year]:
    """The school years of a child, newest first, with credits by kind; what takes back is negative."""
    sums = (
        Credit.objects.filter(student=student)
        .values("school_year", "rule__code")
        .annotate(total=Sum("credits"))
    )
    by_year: dict[int, dict[str, Decimal]] = {}
    for row in sums:
        kinds = by_year.setdefault(row["school_year"], {})
        kinds[row["rule__code"]] = kinds.get(row["rule__code"], Decimal(0)) + row["total"]
    return [
        Year(
            row.school_year,
            row.credits,
            row.off_campus_credits,
            row.minutes,
            by_year.get(row.school_year, {}),
        )
        for row in StudentYear.objects.filter(student=student).order_by("-school_year")
    ]


def transcript_entries(student: Student) -> list[Credit]:
    """What a transcript shows: standing entries of verified batches, oldest first."""
    return list(
        Credit.objects.filter(standing(), student=student, batch__status=Status.VERIFIED)
        .select_related("activity", "rule")
        .order_by("activity__held_on", "pk")
    )
