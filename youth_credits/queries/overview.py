"""Totals without a name: of the city by district, of a district by school, of a school by class."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from django.db.models import Count, DecimalField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Floor

from portal.organizations import Organization
from portal.regions import Region
from youth_credits.method.suppression import protect
from youth_credits.models import Grade, SpecialCase, Student, StudentYear
from youth_credits.queries.rules import RuleBook
from youth_credits.queries.totals import schools_waiting, spread

BANDS = ("没有学分", "不足一半", "一半以上", "达到最低学分")
FEWEST_SCHOOLS = 5  # of fewer there is no usual

ZERO = Decimal(0)


@dataclass(frozen=True)
class Overview:
    """Heads by place and by how far they are towards their minimum; hidden cells are None. The last line and
    column are totals.
    """

    year: int
    minimum: Decimal  # the city's
    names: list[str]
    cells: list[list[int | None]]
    waiting: int  # schools with entries that the kept totals have not met yet

    @property
    def rows(self) -> list[dict]:
        return [
            {"name": name, "cells": cells}
            for name, cells in zip([*self.names, "合计"], self.cells, strict=True)
        ]

    @property
    def heads(self) -> int | None:
        return self.cells[-1][-1] if self.cells else None

    @property
    def reached(self) -> int | None:
        return self.cells[-1][-2] if self.cells else None


def year_minimum(year: int) -> Decimal:
    """The credits asked for in a school year, by the rules in force in the city at its end."""
    rules = RuleBook().set_on(date(year + 1, 8, 31))
    return rules.year_minimum if rules else ZERO


def overview(region: Region, year: int, *, by_school: bool) -> Overview:
    """A region's children by district, or by school, and by how far they are, from the kept totals. Under
    scope "ledger".
    """
    places = spread(region.path, year, by_school=by_school)
    names = [one.place for one in places]
    if not by_school:
        known = dict(Region.objects.districts().values_list("code", "name"))
        names = [known.get(code, "市直属") for code in names]
    return Overview(
        year,
        year_minimum(year),
        names,
        protect([one.bands for one in places]),
        waiting=schools_waiting(region.path, year),
    )


def district_median_coverage(school: Organization, year: int) -> Decimal | None:
    """The middle share of children with any entry among the schools of a school's district, in percent; None
    for fewer than five schools. From the kept totals, under scope "ledger".
    """
    district = "/".join(school.region.path.split("/")[:2]) + "/"
    places = spread(district, year, by_school=True)
    if len(places) < FEWEST_SCHOOLS:
        return None
    return round(median(Decimal(100 * one.active_heads) / one.heads for one in places), 1)


# --- One school, under its own scope ----------------------------------------------------------------


def _wanted(school: Organization, year: int):
    """The credits asked of a child of a school: the minimum of its area, or the approved share of it, cut
    down to the rules' step.
    """
    decimals = DecimalField(max_digits=8, decimal_places=2)
    rules = RuleBook(school).set_on(date(year + 1, 8, 31))
    if rules is None:
        return Value(ZERO, output_field=decimals)
    shares = SpecialCase.objects.filter(
        student=OuterRef("pk"), school_year=year, status=SpecialCase.Status.APPROVED
    )
    steps = Floor(F("share") * rules.year_minimum / rules.step, output_field=decimals)
    lowered = shares.annotate(lowered=steps * rules.step).values("lowered")[:1]
    return Coalesce(Subquery(lowered), rules.year_minimum, output_field=decimals)


def _with_credits(school: Organization, year: int):
    of_year = StudentYear.objects.filter(student=OuterRef("pk"), school_year=year)
    decimals = DecimalField(max_digits=8, decimal_places=2)
    return (
        Student.objects.active()
        .filter(school=school)
        .annotate(
            year_credits=Coalesce(Subquery(of_year.values("credits")[:1]), ZERO, output_field=decimals),
            year_minutes=Coalesce(Subquery(of_year.values("minutes")[:1]), 0),
            year_entries=Coalesce(Subquery(of_year.values("entries")[:1]), 0),
            wanted=_wanted(school, year),
        )
    )


def classes_of_year(school: Organization, year: int, grades: list[int]) -> list[dict]:
    """Each class in the credit system: heads, those with any entry, those who reached the minimum, those
    behind, and minutes.
    """
    rows = (
        _with_credits(school, year)
        .filter(grade__in=grades)
        .values("grade", "class_number")
        .annotate(
            heads=Count("pk"),
            reached=Count("pk", filter=Q(year_entries__gt=0)),
            done=Count("pk", filter=Q(year_credits__gte=F("wanted"))),
            minutes=Sum("year_minutes"),
        )
        .order_by("grade", "class_number")
    )
    return [
        {
            **row,
            "label": f"{Grade(row['grade']).label}{row['class_number']}班",
            "value": f"{row['grade']}-{row['class_number']}",
            "behind": row["heads"] - row["done"],
            "hours": row["minutes"] // 60,
        }
        for row in rows
    ]


def behind(school: Organization, year: int, grade: int, class_number: int):
    """The children of a class who have not reached what is asked of them, furthest behind first."""
    return (
        _with_credits(school, year)
        .filter(grade=grade, class_number=class_number, year_credits__lt=F("wanted"))
        .only("uuid", "grade", "class_number", "number_masked", "name_masked", "is_active")
        .order_by("year_credits", "pk")
    )
