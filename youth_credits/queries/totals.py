"""Nameless totals, under scope "ledger"."""

# ruff: noqa: S608  SQL of our own names

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from portal.regions import Level, code_starts
from youth_credits.models.totals import QUARTERS, TotalsWanted
from youth_credits.queries.by_school import (
    AtSchool,
    minutes_by_school,
    of_year,
    reached_minimum_by_school,
    students_in_scope_by_school,
)
from youth_credits.queries.minimum import RULES_OF_SCHOOL

# The ledger's trigger alone writes these totals: they change with the entries of the same school year.
WRITTEN_WITH = {"youth_credits_studentyear": "youth_credits_credit"}


def _by_place(schools: list[AtSchool], levels: Sequence[Level]) -> dict[str, int]:
    """What schools add up to, per code of a place of these levels: each counts in its district and, where it
    lies in one, in its subdistrict."""
    places: dict[str, int] = defaultdict(int)
    for school in schools:
        for start in map(code_starts, levels):
            places[school.path[start - 1 : start + 11]] += school.figure
    places.pop("", None)
    return dict(places)


def students_in_scope_by_district(on: date, *, levels: Sequence[Level] = (Level.DISTRICT,)) -> dict[str, int]:
    """Students on the rolls on a day, of the grades that the rules of their school's area in force then are
    for; per code of a district or, asked so, of a subdistrict, or of both.

    Under scope "ledger".
    """
    return _by_place(students_in_scope_by_school(on), levels)


def hours_by_district(year: int, *, levels: Sequence[Level] = (Level.DISTRICT,)) -> dict[str, int]:
    """Whole hours of recorded science practice in a school year, per code of a district or, asked so, of a
    subdistrict, or of both. Under scope "ledger"."""
    return {place: minutes // 60 for place, minutes in _by_place(minutes_by_school(year), levels).items()}


def reached_minimum_by_district(year: int, *, levels: Sequence[Level] = (Level.DISTRICT,)) -> dict[str, int]:
    """Students who met what was asked of them in a year, in sum, off campus and in kinds; per code of a
    district or, asked so, of a subdistrict, or of both.

    Under scope "ledger". Each by the own minimum: the rules of the school's area in force when the school
    year ends, lowered where that was approved.
    """
    return _by_place(reached_minimum_by_school(year), levels)


@dataclass(frozen=True)
class Spread:
    """How the children of one place are spread over what they have of what is asked of a year."""

    place: str  # a district's code, or a school's name
    heads: int
    active_heads: int
    bands: tuple[int, ...]  # none, less than half, half and more, the minimum
    minutes: int


# A school's grades that were in the credit system at some time of the year. Each child is asked by the rules
# of its school's area, at the share that was approved; where no rules are in force, for anything at all.
SPREAD = f"""
WITH reach AS MATERIALIZED (
    SELECT DISTINCT o.id AS school_id, o.name, substr(p.path, %(code_starts)s, 12) AS district, grade
    FROM youth_credits_rollout r
    JOIN portal_region g ON g.id = r.region_id
    JOIN portal_region p ON starts_with(p.path, g.path) AND starts_with(p.path, %(path)s)
    JOIN portal_organization o ON o.region_id = p.id
        AND (r.organization_id IS NULL OR r.organization_id = o.id)
    CROSS JOIN generate_series(r.grade_from::int, r.grade_to::int) AS grade
    WHERE r.starts_on < %(end)s AND (r.ends_on IS NULL OR r.ends_on > %(start)s)
), rules AS MATERIALIZED (
    SELECT school_id, step, year_minimum, ceil(year_minimum * {QUARTERS})::int AS whole
    FROM ({RULES_OF_SCHOOL}) r
), total AS (
    SELECT t.*, name, district, coalesce(CASE WHEN share = 1 THEN whole
        ELSE ceil(floor(year_minimum * share / step) * step * {QUARTERS})::int END, 1) AS wanted
    FROM youth_credits_credittotal t JOIN reach USING (school_id, grade) LEFT JOIN rules USING (school_id)
    WHERE t.school_year = %(year)s
)
SELECT {{place}}, sum(heads), sum(active_heads), sum(heads) FILTER (WHERE quarters = 0 AND wanted > 0),
    sum(heads) FILTER (WHERE quarters > 0 AND quarters * 2 < wanted),
    sum(heads) FILTER (WHERE quarters > 0 AND quarters * 2 >= wanted AND quarters < wanted),
    sum(heads) FILTER (WHERE quarters >= wanted), sum(minutes)
FROM total GROUP BY {{key}} ORDER BY {{key}}
"""


def spread(path: str, year: int, *, by_school: bool) -> list[Spread]:
    """A region's children in the credit system by district, or by school, from the kept totals. Under scope
    "ledger".

    Each child by the own minimum. Counts are whole: whoever shows them hides small cells. Who is less than a
    quarter short of a limit is below it.
    """
    values = of_year(year) | {"path": path, "code_starts": code_starts(Level.DISTRICT)}
    place, key = ("name", "name, school_id") if by_school else ("district", "district")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(SPREAD.format(place=place, key=key), values)
        rows = [[row[0], *(int(value or 0) for value in row[1:])] for row in cursor.fetchall()]
    return [Spread(row[0], row[1], row[2], tuple(row[3:7]), row[7]) for row in rows]


def schools_waiting(path: str, year: int) -> int:
    """Schools of a region whose kept totals of a year are to be counted anew. Under scope "ledger"."""
    wanted = TotalsWanted.objects.filter(school_year=year, school__region__path__startswith=path)
    return wanted.count()
