"""What the nameless totals are made of, school by school, under scope "ledger"."""

# ruff: noqa: S608  SQL of our own names

from dataclasses import dataclass
from datetime import date

from django.db import connection

from youth_credits.queries.minimum import MET, RULES_OF_SCHOOL

_SCHOOL_OF_YEAR = """
    SELECT DISTINCT ON (e.student_id) e.student_id, e.school_id, e.grade FROM youth_credits_enrolment e
    WHERE e.starts_on < %(end)s AND (e.ends_on IS NULL OR e.ends_on > %(start)s)
    ORDER BY e.student_id, e.starts_on DESC
"""


@dataclass(frozen=True)
class AtSchool:
    """What one school adds to a total. `path` is that of the region in which it lies."""

    school: int
    name: str
    path: str
    figure: int


def _by_school(figures: str, *, before: str = "", **values) -> list[AtSchool]:
    """`figures` selects a school_id and its figure; `before` are the tables it needs beside `home`."""
    with connection.cursor() as cursor:
        # Compiling the policies of every table takes seconds, reading the rows milliseconds.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            f"""
            WITH home AS ({_SCHOOL_OF_YEAR}) {before}, figures AS ({figures})
            SELECT o.id, o.name, g.path, f.figure FROM figures f
            JOIN portal_organization o ON o.id = f.school_id JOIN portal_region g ON g.id = o.region_id
            WHERE f.figure <> 0 ORDER BY g.path, o.id
            """,
            values,
        )
        return [AtSchool(key, name, path, int(figure)) for key, name, path, figure in cursor.fetchall()]


def of_year(year: int) -> dict:
    """The first day of a school year, the one after its last, and its number, as statements name them."""
    return {"start": date(year, 9, 1), "end": date(year + 1, 9, 1), "year": year}


def students_in_scope_by_school(on: date) -> list[AtSchool]:
    """The students that `students_in_scope_by_district` counts, per school. Under scope "ledger"."""
    return _by_school(
        """
        SELECT school_id, count(*) AS figure FROM youth_credits_enrolment e JOIN rules r USING (school_id)
        WHERE e.grade BETWEEN r.grade_from AND r.grade_to
            AND e.starts_on < %(end)s AND (e.ends_on IS NULL OR e.ends_on > %(start)s) GROUP BY school_id
        """,
        before=f", rules AS ({RULES_OF_SCHOOL})",
        start=on,
        end=date.fromordinal(on.toordinal() + 1),
    )


def minutes_by_school(year: int) -> list[AtSchool]:
    """The minutes (分钟) that `hours_by_district` tells in whole hours, per school. Under scope "ledger"."""
    return _by_school(
        """
        SELECT school_id, sum(minutes) AS figure FROM youth_credits_studentyear y JOIN home USING (student_id)
        WHERE y.school_year = %(year)s GROUP BY school_id
        """,
        **of_year(year),
    )


def reached_minimum_by_school(year: int) -> list[AtSchool]:
    """The students that `reached_minimum_by_district` counts, per school. Under scope "ledger"."""
    return _by_school(
        "SELECT school_id, count(*) AS figure FROM met GROUP BY school_id", before=f", {MET}", **of_year(year)
    )
