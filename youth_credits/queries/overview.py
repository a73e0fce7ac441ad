"""Totals without a name: of the city by district, of a district by school, of a school by class."""

# ruff: noqa: S608  SQL of our own names
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, DecimalField, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from portal.organizations import Organization
from portal.regions import Region
from youth_credits.method.suppression import protect
from youth_credits.models import Grade, SpecialCase, Student, StudentYear
from youth_credits.queries.rules import RuleBook

BANDS = ("没有学分", "不足一半", "一半以上", "达到最低学分")
FEWEST_SCHOOLS = 5  # of fewer there is no usual

ZERO = Decimal(0)


@dataclass(frozen=True)
class Overview:
    """Heads by place and by how far they are; hidden cells are None. The last line and column are totals."""

    year: int
    minimum: Decimal
    names: list[str]
    cells: list[list[int | None]]

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


# Whoever was at a school of the credit system in a school year, and the credits of that year.
_HEADS = """
WITH home AS (
    SELECT DISTINCT ON (e.student_id) e.student_id, e.school_id, e.grade FROM youth_credits_enrolment e
    WHERE e.starts_on < %(end)s AND (e.ends_on IS NULL OR e.ends_on > %(start)s)
    ORDER BY e.student_id, e.starts_on DESC
), place AS (
    SELECT o.id AS school_id, o.name, g.path FROM portal_organization o
    JOIN portal_region g ON g.id = o.region_id WHERE starts_with(g.path, %(path)s)
), reach AS (
    SELECT p.school_id, r.grade_from, r.grade_to FROM place p
    JOIN youth_credits_rollout r ON (r.organization_id IS NULL OR r.organization_id = p.school_id)
        AND r.starts_on < %(end)s AND (r.ends_on IS NULL OR r.ends_on > %(start)s)
    JOIN portal_region g ON g.id = r.region_id AND starts_with(p.path, g.path)
), heads AS (
    SELECT p.school_id, p.name, substr(p.path, 14, 12) AS district, h.student_id,
        coalesce(y.credits, 0) AS credits, coalesce(y.entries, 0) AS entries
    FROM home h JOIN place p USING (school_id)
    LEFT JOIN youth_credits_studentyear y ON y.student_id = h.student_id AND y.school_year = %(year)s
    WHERE EXISTS (SELECT FROM reach r
        WHERE r.school_id = h.school_id AND h.grade BETWEEN r.grade_from AND r.grade_to)
)
"""


def _ask(select: str, year: int, path: str, **values) -> list[tuple]:
    values |= {"start": date(year, 9, 1), "end": date(year + 1, 9, 1), "year": year, "path": path}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(f"{_HEADS} {select}", values)
        return cursor.fetchall()


def year_minimum(year: int) -> Decimal:
    """The credits asked for in a school year, by the rules in force at its end."""
    rules = RuleBook().set_on(date(year + 1, 8, 31))
    return rules.year_minimum if rules else ZERO


def overview(region: Region, year: int, *, by_school: bool) -> Overview:
    """A region's children by district, or by school, and by how far they are. Under scope "ledger"."""
    minimum = year_minimum(year)
    key = "name" if by_school else "district"
    rows = _ask(
        f"""SELECT {key}, count(*) FILTER (WHERE credits = 0),
            count(*) FILTER (WHERE credits > 0 AND credits < %(half)s),
            count(*) FILTER (WHERE credits > 0 AND credits >= %(half)s AND credits < %(minimum)s),
            count(*) FILTER (WHERE credits > 0 AND credits >= %(minimum)s)
        FROM heads GROUP BY {key} ORDER BY {key}""",
        year,
        region.path,
        half=minimum / 2,
        minimum=minimum,
    )
    names = [name for name, *_ in rows]
    if not by_school:
        known = dict(Region.objects.districts().values_list("code", "name"))
        names = [known.get(code, "市直属") for code in names]
    return Overview(year, minimum, names, protect([row[1:] for row in rows]))


def district_median_coverage(school: Organization, year: int) -> Decimal | None:
    """The middle share of children with any entry among the schools of a school's district, in percent; None
    for fewer than five schools. Under scope "ledger".
    """
    district = "/".join(school.region.path.split("/")[:2]) + "/"
    rows = _ask(
        """SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY share) FROM (
            SELECT 100.0 * count(*) FILTER (WHERE entries > 0) / count(*) AS share
            FROM heads GROUP BY school_id) s""",
        year,
        district,
    )
    [(schools, middle)] = rows
    return round(Decimal(middle), 1) if schools >= FEWEST_SCHOOLS else None


# --- One school, under its own scope ----------------------------------------------------------------


def _wanted(year: int, minimum: Decimal):
    """The credits asked of a child: the minimum, or its share of it."""
    special = SpecialCase.objects.filter(
        student=OuterRef("pk"), school_year=year, status=SpecialCase.Status.APPROVED
    ).values("share")[:1]
    decimals = DecimalField(max_digits=8, decimal_places=3)
    return Coalesce(Subquery(special), Decimal(1), output_field=decimals) * minimum


def _with_credits(school: Organization, year: int):
    minimum = year_minimum(year)
    of_year = StudentYear.objects.filter(student=OuterRef("pk"), school_year=year)
    decimals = DecimalField(max_digits=8, decimal_places=2)
    return (
        Student.objects.active()
        .filter(school=school)
        .annotate(
            year_credits=Coalesce(Subquery(of_year.values("credits")[:1]), ZERO, output_field=decimals),
            year_minutes=Coalesce(Subquery(of_year.values("minutes")[:1]), 0),
            year_entries=Coalesce(Subquery(of_year.values("entries")[:1]), 0),
            wanted=_wanted(year, minimum),
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
