"""The database itself keeps one school's children from another, on pooled connections too."""

import random
import threading

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

from events.models import CheckIn
from portal.database import as_owner
from portal.roles import Role
from portal.scope import _set, scope
from tests.events.factories import ResultFactory, SessionFactory
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import enrol, moves_of, odd_things_of
from youth_credits import actions
from youth_credits.actions import DATA, load_rules
from youth_credits.models import (
    OutingSeat,
    ResultRecord,
    RollOver,
    RollOverLine,
    Student,
    SuspicionEntry,
    VisitRecord,
)

REQUESTS = 10_000
SET = "SELECT set_config('portal.scope', %s, true)"
HOLDERS = "SELECT DISTINCT school_id FROM youth_credits_student"


@pytest.fixture
def two_schools(transactional_db):
    load_rules(DATA / "rules_v1.json")
    schools = []
    for number in range(2):
        school = OrganizationFactory(school=True)
        clerk = UserFactory(holding=(Role.SCHOOL, school))
        with scope(f"school:{school.pk}"):
            enrol(school, clerk, first=number * 10)
        schools.append(school)
    return schools


def _address() -> str:
    kept = connection.get_connection_params()
    return make_conninfo(
        "", **{key: kept[key] for key in ("host", "port", "dbname", "user", "password") if kept.get(key)}
    )


def _one_request(pool, who: int | None, chance: random.Random) -> bool:
    """Whether a request of school `who`, or of nobody, sees its own children and no others."""
    try:
        with pool.connection() as conn, conn.transaction():
            if who:
                conn.execute(SET, [f"school:{who}"])
            seen = {school for (school,) in conn.execute(HOLDERS).fetchall()}
            if chance.random() < 0.05:
                raise InterruptedError  # a view that fails
    except InterruptedError:
        pass
    return seen == ({who} if who else set())


def test_a_pooled_connection_carries_no_scope_into_the_next_request(two_schools):
    """Two schools, strangers and requests that fail, in turn, on three connections."""
    one, two = (school.pk for school in two_schools)
    whose = [one, two, None, one, None, two] * (REQUESTS // 6 + 1)
    good = []

    def some(start: int) -> None:
        chance = random.Random(start)
        good.extend(_one_request(pool, who, chance) for who in whose[start:REQUESTS:4])

    with ConnectionPool(_address(), min_size=1, max_size=3, open=True) as pool:
        threads = [threading.Thread(target=some, args=(start,)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(good) == REQUESTS
    assert all(good)


def test_a_setting_of_the_session_would_bleed_and_this_test_would_see_it(two_schools):
    """The control: without SET LOCAL the next request on the connection sees the school."""
    with ConnectionPool(_address(), min_size=1, max_size=1, open=True) as pool:
        with pool.connection() as conn:
            conn.execute("SELECT set_config('portal.scope', %s, false)", [f"school:{two_schools[0].pk}"])
        with pool.connection() as conn:
            assert conn.execute(HOLDERS).fetchall() == [(two_schools[0].pk,)]


def _policies() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2"
        )
        return cursor.fetchall()


def _guarded() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            # A partition is asked through its table; that each is bound, test_scope looks at.
            " WHERE n.nspname = 'public' AND c.relrowsecurity AND NOT c.relispartition ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def test_every_guarded_table_is_guarded_from_its_owner_too(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
            " AND relnamespace = 'public'::regnamespace"
        )
        assert cursor.fetchall() == []
    assert {"youth_credits_student", "youth_credits_credit", "youth_credits_enrolment"} <= set(_guarded())
    assert {table for table, _ in _policies()} == set(_guarded())


def test_with_the_guard_of_a_table_taken_away_a_query_leaks(two_schools):
    """The mutation: these tests have teeth. Each table without its policies, in a transaction undone."""
    other = two_schools[1].pk
    leaks = {}
    for table in _guarded():
        with as_owner(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                without = cursor.fetchone()[0]
                cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
                _set(f"school:{other}")
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                leaks[table] = without - cursor.fetchone()[0]
            transaction.set_rollback(True)
    connections["default"].close()

    assert leaks["youth_credits_student"] == 3
    assert leaks["youth_credits_enrolment"] == 3


def test_with_one_policy_turned_into_yes_the_guard_s_own_test_fails(two_schools):
    """Each policy that reads, made to say yes to everybody: a query without a scope then finds rows."""
    caught = []
    for table, policy in _policies():
        with as_owner(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                assert cursor.fetchone()[0] == 0, f"{table} shows rows without a scope"
                cursor.execute(f'DROP POLICY "{policy}" ON "{table}"')
                cursor.execute(f'CREATE POLICY "{policy}" ON "{table}" USING (true)')
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                if cursor.fetchone()[0]:
                    caught.append(table)
            transaction.set_rollback(True)
    connections["default"].close()

    assert "youth_credits_student" in caught
    assert Student.objects.count() == 0


# What moves, courses, visits, claims and exports keep of children; the column of their school.
KEPT = {
    "rollover": "organization_id",
    "rolloverline": "school_id",
    "transferin": "organization_id",
    "transferout": "organization_id",
    "specialcase": "organization_id",
    "export": "organization_id",
    "familyclaim": "organization_id",
    "studentpass": "school_id",
    "outingseat": "school_id",
    "suspicionentry": "school_id",
    "visitrecord": "school_id",
    "resultrecord": "school_id",
}
ATTACKS = (
    "SELECT 1 FROM {table} WHERE {school} = %(other)s",
    "SELECT 1 FROM {table} t WHERE (to_jsonb(t) ->> '{school}')::bigint = %(other)s FOR UPDATE",
    "UPDATE {table} SET {school} = {school} WHERE {school} = %(other)s RETURNING 1",
    "DELETE FROM {table} WHERE {school} = %(other)s RETURNING 1",
)


@pytest.fixture
def kept_things(two_schools):
    """Each of those tables with a row of either school; the base of their outings."""
    base = OrganizationFactory()
    for school in two_schools:
        clerk = UserFactory(holding=(Role.SCHOOL, school))
        with scope(f"school:{school.pk}"):
            one, two, three = Student.objects.select_related("school__region").order_by("pk")
            moves_of(school, clerk, one)
            things = odd_things_of(school, base, clerk, two)
            numbers = actions.issue_passes([three], by=clerk)
            at = {"student": three, "school": school}
            RollOverLine.objects.create(
                **at, roll_over=RollOver.objects.get(), fate="promoted", grade_before=5, class_before=1
            )
            OutingSeat.objects.create(
                **at, outing=things["outing"], base=base, pass_number=numbers[three.pk], family_name="王"
            )
            SuspicionEntry.objects.create(school=school, suspicion=things["suspicion"], entry=1)
            seen = CheckIn.objects.create(
                session=SessionFactory(), pass_hash=school.pk.to_bytes(32, "big"), at=timezone.now()
            )
            VisitRecord.objects.create(**at, check_in=seen, is_counted=True)
            ResultRecord.objects.create(**at, result=ResultFactory(), is_counted=False)
    return base


@pytest.mark.parametrize("table", KEPT)
def test_no_statement_of_one_school_reaches_what_another_keeps(two_schools, kept_things, table):
    mine, other = two_schools
    names = {"table": f"youth_credits_{table}", "school": KEPT[table]}

    with scope(f"school:{mine.pk}"), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {names['table']}")
        assert cursor.fetchone() == (1,)
        for attack in ATTACKS:
            cursor.execute(attack.format(**names), {"other": other.pk})
            assert cursor.fetchall() == [], attack
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {names['table']}")
        assert cursor.fetchone() == (0,)


def test_a_base_reads_the_seats_of_its_outings_and_nothing_else(two_schools, kept_things):
    with scope(f"base:{kept_things.pk}"), connection.cursor() as cursor:
        for table in [*KEPT, "student", "enrolment", "credit", "studentyear"]:
            cursor.execute(f"SELECT count(*) FROM youth_credits_{table}")
            assert cursor.fetchone() == ((2 if table == "outingseat" else 0),), table
        cursor.execute("DELETE FROM youth_credits_outingseat RETURNING 1")
        assert cursor.fetchall() == []
