"""The ledger as it grows: an import and a class page at N entries a school year, after one and after five.

Ours at 5 × N against ours at 1 × N (the goal is 1.1 times); beside that the balances of a school of 3,000 and
the city's spread from kept totals. N is a tenth of a city's school year (400,000) unless `--size` says so.
Entries are made by SQL as a batch makes them: the ledger's trigger claims and adds up as for anybody.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.credit_import import Lane, ours
from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.database import as_owner
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.scope import scope
from youth_credits import actions, queries
from youth_credits.models import Batch, RollOut

SIZE = 400_000  # entries a school year
FULL_SIZE = 4_000_000
YEARS = (2025, 2024, 2023, 2022, 2021)  # the sheet is of the first
SHEET = 10_000  # rows
LARGE_SCHOOL = 3_000
ACTIVITIES = 10  # of a school and year, and so entries of a child and year
RUNS = 7

CHILDREN = """
INSERT INTO youth_credits_student (uuid, school_id, grade, class_number, number_sealed, number_hash,
    number_masked, name_sealed, name_hash, name_masked, turns_14_year, consent_version, is_active)
SELECT gen_random_uuid(), %(school)s, 5 + n %% 4, 1 + n / 4 %% 20, '',
    sha256(('c' || %(school)s || '-' || n)::bytea), 'G4403**********0000', '', sha256(n::text::bytea), '学*',
    2028, '', true
FROM generate_series(1, %(heads)s) AS n;
INSERT INTO youth_credits_enrolment (student_id, school_id, grade, class_number, starts_on)
SELECT id, school_id, grade, class_number, '2021-09-01'
FROM youth_credits_student WHERE school_id = %(school)s;
"""
HELD = """
INSERT INTO youth_credits_activity (school_id, rule_id, held_on, name, provider, course)
SELECT %(school)s, r.id, make_date(%(year)s, 10, 1) + n, '基准活动' || %(year)s || '-' || n, '',
    gen_random_uuid()
FROM generate_series(1, %(activities)s) AS n
JOIN youth_credits_creditrule r ON r.code = (ARRAY['A1', 'A4', 'A9', 'A10', 'A5'])[1 + n %% 5]
JOIN youth_credits_creditruleset s ON s.id = r.rule_set_id AND s.version = 1
"""
ENTRIES = """
INSERT INTO youth_credits_credit (student_id, school_id, batch_id, activity_id, rule_id, recorder_id,
    school_year, minutes, earned, credits, surplus_minutes, source, reason, award, certificate)
SELECT s.id, s.school_id, %(batch)s, a.id, a.rule_id, %(by)s, %(year)s, 60, 0.25, 0.25, 0,
    'workbook', '', '', ''
FROM youth_credits_student s
JOIN youth_credits_activity a ON a.school_id = s.school_id
    AND a.held_on >= make_date(%(year)s, 9, 1) AND a.held_on < make_date(%(year)s + 1, 9, 1)
WHERE s.school_id = %(school)s
"""


def run() -> dict:
    call_command("reference_data", verbosity=0)
    size = int(os.environ.get("BENCH_SIZE") or SIZE)
    city = _city(size)
    load = [os.getloadavg()[0]]
    found: dict[int, dict] = {}
    for stored, year in enumerate(YEARS, start=1):
        for school, batch in city:
            _fill(school, batch, year)
        if stored in (1, len(YEARS)):
            with as_owner() as owner, owner.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            # Other children each time: what is taken back stays in the ledger.
            lane = Lane(SHEET, "440305" if stored == 1 else "440306")
            found[stored] = _measure(lane, city[0][0])
    load.append(os.getloadavg()[0])
    once, five = found[1], found[len(YEARS)]
    return {
        "unit": "seconds",
        **{name: round(seconds, 4) for name, seconds in five.items()},
        "growth": {name: round(five[name] / once[name], 2) for name in once},
        "size": f"{size:,} entries a school year, 1 and {len(YEARS)} years; sheet of {SHEET:,} rows",
        "load": [round(one, 2) for one in load],
        "cores": os.cpu_count(),
        "versions": {"python": platform.python_version(), "postgresql": connection.pg_version},
        "at": local_today().isoformat(),
    }


def _city(size: int) -> list[tuple[Organization, Batch]]:
    """Schools enough for so many entries a year, the first one of 3,000 children."""
    districts = list(Region.objects.districts())
    clerk = User.objects.create(username="growth", name="基准（示例）")
    left, made = max(size // ACTIVITIES, LARGE_SCHOOL), []
    while left > 0:
        heads = LARGE_SCHOOL if not made else min(left, 1_000)
        left -= heads
        school = Organization.objects.create(
            name=f"增长基准学校{len(made)}（示例）",
            kind=Organization.Kind.SCHOOL,
            region=districts[len(made) % len(districts)],
        )
        with scope("steward"), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(CHILDREN, {"school": school.pk, "heads": heads})
            batch = Batch.objects.create(
                kind=Batch.Kind.CREDITS, region=school.region, organization=school, created_by=clerk
            )
        made.append((school, batch))
    Grant.objects.create(user=clerk, role=Role.SCHOOL, organization=made[0][0])
    RollOut.objects.create(
        region=Region.objects.city(),
        grade_from=1,
        grade_to=9,
        starts_on=date(2020, 9, 1),
        basis="基准（示例）",
        created_by=clerk,
    )
    return made


def _fill(school: Organization, batch: Batch, year: int) -> None:
    values = {"school": school.pk, "year": year, "activities": ACTIVITIES}
    with scope("steward"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL jit = off")
        cursor.execute(HELD, values)
        cursor.execute(ENTRIES, values | {"batch": batch.pk, "by": batch.created_by_id})
    with scope("ledger"):
        actions.refresh_totals(school.pk, year)


def _measure(lane: Lane, school: Organization) -> dict:
    """Median seconds of each thing that must not grow."""
    client = Client(HTTP_HOST="localhost", secure=not settings.DEBUG)
    client.force_login(User.objects.get(username="growth"))
    year = YEARS[0]

    def page() -> None:
        answer = client.get("/desk/credits/students/?class=5-1")
        if answer.status_code != 200:
            raise RuntimeError(f"the class page answered {answer.status_code}")

    def balances() -> None:
        with scope(f"school:{school.pk}"):
            if len(queries.balances(school, year)) != LARGE_SCHOOL:
                raise RuntimeError("a balance is missing")

    def city() -> None:
        with scope("ledger"):
            found = queries.spread(Region.objects.city().path, year, by_school=False)
        if not found:
            raise RuntimeError("the city is empty")

    return {
        "credit_import": statistics.median(lane.timed(ours, keep_others=True) for _ in range(RUNS)),
        "class_page": _median(page),
        "balances_of_3000": _median(balances),
        "city_spread": _median(city),
    }


def _median(work: Callable[[], object]) -> float:
    work()  # warm
    seconds = []
    for _ in range(RUNS * 3):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
