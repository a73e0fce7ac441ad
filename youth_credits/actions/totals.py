"""Kept totals: which of them are wanted anew, and how they are counted, a school and a year at a time."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from portal.calendar import local_today, school_year
from youth_credits.models import TotalsWanted

WANT = """
INSERT INTO youth_credits_totalswanted (school_id, school_year, wanted_at)
SELECT %(school)s, year, now() FROM unnest(%(years)s::int[]) AS year ON CONFLICT DO NOTHING
"""

# A child counts where it was last in the school year, in the grade it then had.
REFRESH = """
DELETE FROM youth_credits_credittotal WHERE school_year = %(year)s AND school_id = %(school)s;
INSERT INTO youth_credits_credittotal
    (school_year, school_id, grade, share, quarters, heads, active_heads, off_campus, minutes)
SELECT %(year)s, %(school)s, grade, coalesce(share, 1), floor(coalesce(credits, 0) * 4)::int, count(*),
    count(*) FILTER (WHERE entries > 0), coalesce(sum(off_campus_credits), 0), coalesce(sum(minutes), 0)
FROM (
    SELECT DISTINCT ON (e.student_id) e.student_id, e.grade FROM youth_credits_enrolment e
    WHERE e.school_id = %(school)s AND e.starts_on < %(end)s AND (e.ends_on IS NULL OR e.ends_on > %(start)s)
        AND NOT EXISTS (SELECT FROM youth_credits_enrolment l
            WHERE l.student_id = e.student_id AND l.school_id <> e.school_id
                AND l.starts_on > e.starts_on AND l.starts_on < %(end)s)
    ORDER BY e.student_id, e.starts_on DESC
) home
LEFT JOIN youth_credits_studentyear y ON y.student_id = home.student_id AND y.school_year = %(year)s
LEFT JOIN youth_credits_shares_asked(%(year)s) asked ON asked.student_id = home.student_id
GROUP BY grade, 4, 5
"""


def want_totals(school: int, years: Iterable[int]) -> None:
    """Note that a school's totals of some years are to be counted anew."""
    with connection.cursor() as cursor:
        cursor.execute(WANT, {"school": school, "years": sorted(set(years))})


@transaction.atomic
def refresh_totals(school: int, year: int) -> None:
    """Count a school's totals of a year anew. Under scope "ledger"."""
    wanted = TotalsWanted.objects.filter(school=school, school_year=year)
    # Whoever enters something meanwhile waits here and asks again: nothing is lost between.
    wanted.delete()
    values = {"school": school, "year": year, "start": date(year, 9, 1), "end": date(year + 1, 9, 1)}
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, values)


def want_totals_since(school: int, on: date) -> None:
    """Note that children came, went or moved on a day: every school year from then on is counted anew."""
    want_totals(school, range(school_year(on), school_year(local_today()) + 1))


WANT_MISSING = """
INSERT INTO youth_credits_totalswanted (school_id, school_year, wanted_at)
SELECT DISTINCT e.school_id, year, now() FROM youth_credits_enrolment e
JOIN (SELECT %(now)s AS year UNION SELECT DISTINCT school_year FROM youth_credits_studentyear) y
    ON e.starts_on < make_date(year + 1, 9, 1) AND (e.ends_on IS NULL OR e.ends_on > make_date(year, 9, 1))
WHERE NOT EXISTS (
    SELECT FROM youth_credits_credittotal t WHERE (t.school_year, t.school_id) = (year, e.school_id))
ON CONFLICT DO NOTHING
"""


def want_missing_totals(on: date) -> int:
    """Ask for the totals that a school has none of: a new school year begins without any. Under scope
    "ledger".
    """
    with connection.cursor() as cursor:
        cursor.execute(WANT_MISSING, {"now": school_year(on)})
        return cursor.rowcount


def want_all_totals(on: date) -> int:
    """Ask for the running school year of every school with children, whatever is known of changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO youth_credits_totalswanted (school_id, school_year, wanted_at)"
            " SELECT DISTINCT school_id, %s, now() FROM youth_credits_enrolment"
            " WHERE ends_on IS NULL OR ends_on > %s ON CONFLICT DO NOTHING",
            [school_year(on), on],
        )
        return cursor.rowcount
