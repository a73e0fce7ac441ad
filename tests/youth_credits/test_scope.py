"""Row-level security against the database itself: what one school's request can reach of another's."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import BatchFactory, enrol, number
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.models import AccessCase, Batch, Credit, Guardianship, Student
from youth_credits.queries import RuleBook

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = [
    "student",
    "enrolment",
    "guardianship",
    "accesscase",
    "batch",
    "rollchange",
    "activity",
    "activityshare",
    "credit",
    "occasionclaim",
    "courseclaim",
    "certificateclaim",
    "teamcertificate",
    "studentyear",
    "export",
    "familyclaim",
    "outingseat",
    "rollover",
    "rolloverline",
    "specialcase",
    "studentpass",
    "suspicionentry",
    "transferin",
    "visitrecord",
    "resultrecord",
    "transferout",
    "guardianslip",
    "consent",
    "appeal",
    "spotcheck",
    "drawnentry",
    "credential",
    "rightsrequest",
    "retentionplan",
    "nomination",
    "project",
    "credittotal",
    "totalswanted",
]


def ask(sql: str, values=None) -> list:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def counted(table: str) -> int:
    return ask(f"SELECT count(*) FROM youth_credits_{table}")[0][0]


@pytest.fixture
def two_schools(rules, district):
    """Schools A and B, each with two children who have a credit, a guardian and a case; ids of B's rows."""
    schools = []
    for first in (0, 10):
        school = OrganizationFactory(region=district, school=True)
        clerk = UserFactory(holding=(Role.SCHOOL, school))
        guardian = UserFactory(holding=(Role.GUARDIAN, school))
        with scope(f"school:{school.pk}"):
            children = enrol(school, clerk, heads=2, first=first)
            rule = RuleBook().find("A1", date(2025, 10, 1))
            actions.record_class(
                Occasion(rule, date(2025, 10, 1), "植物标本制作"),
                children,
                minutes=120,
                school=school,
                key=uuid.uuid4(),
                by=clerk,
            )
            Guardianship.objects.create(guardian=guardian, student=children[0], school=school)
        with scope("steward"):
            AccessCase.objects.create(
                student=children[0], school=school, reason="核查", requested_by=guardian
            )
        schools.append((school, clerk, guardian, children))
    return schools


# Each answers with rows; none of them may be school B's.
ATTACKS = {
    "every student": "SELECT school_id FROM youth_credits_student",
    "a student by key": "SELECT school_id FROM youth_credits_student WHERE id = %(student)s",
    "a student by number hash": "SELECT school_id FROM youth_credits_student WHERE number_hash = %(hash)s",
    "every credit": "SELECT school_id FROM youth_credits_credit",
    "credits of one child": "SELECT school_id FROM youth_credits_credit WHERE student_id = %(student)s",
    "claims": "SELECT school_id FROM youth_credits_occasionclaim WHERE school_id = %(school)s",
    "claims of one child": "SELECT entry FROM youth_credits_occasionclaim WHERE student_id = %(student)s",
    "courses of one child": "SELECT entry FROM youth_credits_courseclaim WHERE student_id = %(student)s",
    "certificates": "SELECT entry FROM youth_credits_certificateclaim WHERE school_id = %(school)s",
    "a partition by its own name": "SELECT school_id FROM youth_credits_credit_2025"
    " WHERE school_id = %(school)s",
    "totals": "SELECT student_id FROM youth_credits_studentyear WHERE student_id = %(student)s",
    "enrolments": "SELECT school_id FROM youth_credits_enrolment WHERE school_id = %(school)s",
    "batches": "SELECT organization_id FROM youth_credits_batch WHERE organization_id = %(school)s",
    "roll changes": "SELECT school_id FROM youth_credits_rollchange WHERE school_id = %(school)s",
    "activities": "SELECT school_id FROM youth_credits_activity WHERE school_id = %(school)s",
    "guardians": "SELECT school_id FROM youth_credits_guardianship WHERE school_id = %(school)s",
    "cases": "SELECT school_id FROM youth_credits_accesscase WHERE school_id = %(school)s",
    "a join": "SELECT s.id FROM youth_credits_credit c JOIN youth_credits_student s ON s.id = c.student_id"
    " WHERE s.school_id = %(school)s",
    "a join from outside": "SELECT s.id FROM portal_organization o JOIN youth_credits_student s"
    " ON s.school_id = o.id WHERE o.id = %(school)s",
    "a subquery": "SELECT 1 WHERE EXISTS (SELECT FROM youth_credits_student WHERE school_id = %(school)s)",
    "a lateral join": "SELECT x.id FROM portal_organization o,"
    " LATERAL (SELECT id FROM youth_credits_student WHERE school_id = o.id) x WHERE o.id = %(school)s",
    "a recursive query": "WITH RECURSIVE r AS (SELECT id, school_id FROM youth_credits_student"
    " UNION SELECT s.id, s.school_id FROM youth_credits_student s JOIN r ON true)"
    " SELECT id FROM r WHERE school_id = %(school)s",
    "a union": "SELECT school_id FROM youth_credits_student WHERE school_id = %(school)s"
    " UNION ALL SELECT school_id FROM youth_credits_credit WHERE school_id = %(school)s",
    "a leaky comparison": "SELECT school_id FROM youth_credits_student"
    " WHERE 1 / nullif(school_id - %(school)s, 0) IS NULL",
    "an aggregate": "SELECT 1 FROM youth_credits_student WHERE school_id = %(school)s HAVING count(*) > 0",
    "a window": "SELECT max(school_id) OVER () FROM youth_credits_student WHERE school_id = %(school)s",
    "a table sample": "SELECT school_id FROM youth_credits_student TABLESAMPLE SYSTEM (100)"
    " WHERE school_id = %(school)s",
    "the whole table as a row": "SELECT 1 FROM youth_credits_student s"
    " WHERE (to_jsonb(s) ->> 'school_id')::bigint = %(school)s",
    "a row lock": "SELECT school_id FROM youth_credits_student WHERE school_id = %(school)s FOR UPDATE",
    "a cast in the wrong place": "SELECT school_id FROM youth_credits_student"
    " WHERE school_id = %(school)s OR true AND school_id = %(school)s",
    "an update that returns": "UPDATE youth_credits_student SET is_active = false"
    " WHERE school_id = %(school)s RETURNING id",
    "a delete that returns": "DELETE FROM youth_credits_enrolment WHERE school_id = %(school)s RETURNING id",
    "an upsert": "INSERT INTO youth_credits_student (uuid, school_id, grade, class_number, number_sealed,"
    " number_hash, number_masked, name_sealed, name_hash, name_masked, turns_14_year, consent_version,"
    " is_active) VALUES (gen_random_uuid(), %(mine)s, 5, 1, '', %(hash)s, '', '', '', '', 2028, '', true)"
    " ON CONFLICT (number_hash) DO NOTHING RETURNING school_id",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_query_of_one_school_reaches_a_row_of_another(two_schools, attack):
    (school, *_), (other, _, _, children) = two_schools
    child = children[0]
    values = {"school": other.pk, "mine": school.pk, "student": child.pk, "hash": child.number_hash}

    with scope(f"school:{school.pk}"):
        rows = ask(ATTACKS[attack], values)

    assert [row for row in rows if row[0] == other.pk or "WHERE" in ATTACKS[attack]] == []


def test_the_attacks_find_rows_where_they_may(two_schools):
    """The seeded defect: under the steward's scope most of the attacks do find what they look for."""
    (school, *_), (other, _, _, children) = two_schools
    values = {
        "school": other.pk,
        "mine": school.pk,
        "student": children[0].pk,
        "hash": children[0].number_hash,
    }
    found = 0
    for attack in ATTACKS.values():
        with scope("steward"):
            found += bool(ask(attack, values))
            transaction.set_rollback(True)

    assert found >= 25


# Each is refused by the database, or changes nothing.
WRITES = {
    "a credit for another's child": "INSERT INTO youth_credits_credit (student_id, school_id, batch_id,"
    " activity_id, rule_id, recorder_id, school_year, minutes, earned, credits, surplus_minutes, source,"
    " reason, award, certificate) SELECT %(student)s, school_id, batch_id, activity_id, rule_id, recorder_id,"
    " school_year, minutes, earned, credits, surplus_minutes, source, reason, award, certificate"
    " FROM youth_credits_credit LIMIT 1",
    "a guardian for another's child": "INSERT INTO youth_credits_guardianship"
    " (guardian_id, student_id, school_id, confirmed_at) VALUES (%(user)s, %(student)s, %(mine)s, now())",
    "an enrolment of another's child": "INSERT INTO youth_credits_enrolment"
    " (student_id, school_id, grade, class_number, starts_on)"
    " VALUES (%(student)s, %(mine)s, 5, 1, '2020-01-01')",
    "a child put into another school": "UPDATE youth_credits_student SET school_id = %(school)s",
    "a share for oneself": "INSERT INTO youth_credits_activityshare (activity_id, school_id)"
    " SELECT id, %(mine)s FROM youth_credits_activity LIMIT 1",
    "a case approved by oneself": "UPDATE youth_credits_accesscase SET approved_by_id = %(user)s,"
    " approved_at = now(), ends_at = now() + interval '1 day'",
    "totals of another's child": "INSERT INTO youth_credits_studentyear"
    " (student_id, school_year, credits, off_campus_credits, minutes, entries)"
    " VALUES (%(student)s, 2020, 1, 0, 1, 1)",
    "policies off": "ALTER TABLE youth_credits_student DISABLE ROW LEVEL SECURITY",
    "a mightier role": "SET ROLE portal_owner",
    "security off": "SET LOCAL row_security = off; SELECT count(*) FROM youth_credits_student",
    "copy in": "COPY youth_credits_student FROM PROGRAM 'true'",
}


@pytest.mark.parametrize("attack", WRITES)
def test_no_statement_of_one_school_writes_into_another(two_schools, attack):
    (school, clerk, _, _), (other, _, _, children) = two_schools
    values = {"school": other.pk, "mine": school.pk, "student": children[0].pk, "user": clerk.pk}

    try:
        with scope(f"school:{school.pk}"):
            ask(WRITES[attack], values)
    except DatabaseError:
        return

    with scope("steward"):
        assert not AccessCase.objects.filter(approved_at__isnull=False).exists()
    assert attack == "a case approved by oneself", "this statement should have been refused"


def test_copy_out_gives_only_ones_own(two_schools):
    school = two_schools[0][0]

    query = "COPY (SELECT school_id FROM youth_credits_student) TO STDOUT"
    with scope(f"school:{school.pk}"), connection.cursor() as cursor, cursor.copy(query) as copy:
        rows = b"".join(copy).split()

    assert {int(row) for row in rows} == {school.pk}


def test_a_view_keeps_the_bounds_of_who_asks(two_schools):
    """Views here would have to be security_invoker; the portal has none over children's tables."""
    found = ask(
        "SELECT DISTINCT c.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid"
        " JOIN pg_class c ON c.oid = r.ev_class JOIN pg_class t ON t.oid = d.refobjid"
        " WHERE t.relname LIKE 'youth_credits_%%' AND c.relkind IN ('v', 'm')"
    )

    assert found == []


def test_no_function_runs_with_its_owners_rights(two_schools):
    found = ask(
        "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
        " WHERE prosecdef AND n.nspname = current_schema()"
    )

    assert found == []


@pytest.mark.parametrize("table", TABLES)
def test_without_a_scope_no_row_exists(two_schools, table):
    with transaction.atomic():
        assert counted(table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_every_table_with_a_child_is_bound_and_forced(table):
    found = ask(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s",
        [f"youth_credits_{table}"],
    )

    assert found == [(True, True)]


def test_every_table_of_the_app_is_bound_but_the_rules():
    names = [
        name
        for (name,) in ask(
            "SELECT relname FROM pg_class WHERE relname LIKE 'youth_credits%%' AND relkind IN ('r', 'p')"
            " AND NOT relispartition"
        )
    ]

    assert {name.removeprefix("youth_credits_") for name in names} - set(TABLES) == {
        "creditruleset",
        "creditrule",
        "competition",
        "course",
        "outing",
        "providerfigure",
        "rollout",
        "suspicion",
        "uploadmark",
        "consenttext",
        "timelimit",
        "publication",
        "hoursaward",
        "incident",
        "retentionrule",
        "ruletrial",
        "ruletrial_schools",
    }


def test_the_ledger_has_no_names(two_schools):
    with scope("ledger"):
        seen = {table for table in TABLES if counted(table)}

    assert seen == {"batch", "credit", "enrolment", "occasionclaim", "studentyear", "totalswanted"}


def test_every_partition_is_bound_and_has_no_policy_of_its_own():
    found = ask(
        "SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
        " WHERE i.inhparent = 'youth_credits_credit'::regclass AND (NOT c.relrowsecurity"
        " OR NOT c.relforcerowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))"
    )

    assert found == []


def test_the_ledger_cannot_write(two_schools):
    with scope("ledger"):
        assert ask("UPDATE youth_credits_studentyear SET credits = 99 RETURNING id") == []


def test_a_guardian_sees_the_own_child_and_no_other(two_schools):
    _, (_, _, guardian, children) = two_schools

    with scope(f"guardian:{guardian.pk}"):
        students = list(Student.objects.values_list("pk", flat=True))
        credits = set(Credit.objects.values_list("student", flat=True))
        batches = Batch.objects.count()  # that of the own child's entry, not the roll

    assert (students, credits, batches) == ([children[0].pk], {children[0].pk}, 1)


def approve(case, **values):
    with scope("steward"):
        AccessCase.objects.filter(pk=case.pk).update(
            **{
                "status": AccessCase.Status.APPROVED,
                "approved_by": UserFactory(),
                "approved_at": timezone.now() - timedelta(minutes=1),
                "ends_at": timezone.now() + timedelta(hours=1),
            }
            | values
        )


def seen_in(case) -> int:
    with scope(f"case:{case.pk}"):
        return Student.objects.count()


def test_a_case_opens_one_child_when_approved_and_until_it_ends(two_schools):
    with scope("steward"):
        case = AccessCase.objects.order_by("pk").first()
    before = seen_in(case)
    approve(case)
    during = seen_in(case)
    approve(case, approved_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))

    assert (before, during, seen_in(case)) == (0, 1, 0)


def test_a_child_under_14_without_consent_is_seen_by_its_school_alone(two_schools):
    with scope("steward"):
        case = AccessCase.objects.order_by("pk").first()
        Student.objects.filter(pk=case.student_id).update(consented_on=None, consent_version="")
    approve(case)

    assert seen_in(case) == 0
    with scope(f"school:{two_schools[0][0].pk}"):
        assert Student.objects.count() == 2


def test_a_connection_used_again_carries_no_scope_along(two_schools):
    school = two_schools[0][0]
    for _ in range(500):
        with scope(f"school:{school.pk}"):
            assert Student.objects.count() == 2
        with transaction.atomic():
            assert Student.objects.count() == 0


def test_schools_at_once_on_many_connections_never_mix(two_schools):
    def look(turn):
        school = two_schools[turn % 2][0]
        try:
            with scope(f"school:{school.pk}"):
                return set(Student.objects.values_list("school", flat=True)) == {school.pk}
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(look, range(120)))


def test_another_schools_child_in_a_roll_gives_one_fixed_sentence(two_schools):
    (school, clerk, _, _), _ = two_schools
    with scope(f"school:{school.pk}"):
        batch = BatchFactory(organization=school, created_by=clerk, kind=Batch.Kind.ROLL)
        rows = [actions.RollRow(2, number(10), "王子涵", 5, 1)]
        outcome, clashes = actions.update_roll(rows, batch=batch, on=date(2025, 9, 1))

        assert (outcome.new, outcome.faulty, clashes) == (0, 1, [2])
        assert Student.objects.count() == 2


def test_a_child_who_changes_schools_takes_the_ledger_along(two_schools):
    (school, _, _, children), (other, *_) = two_schools
    child = children[0]
    with scope("steward"):
        student = Student.objects.select_related("school").get(pk=child.pk)
        actions.transfer(student, to=other, grade=5, class_number=2, on=date(2026, 2, 1), by=None)

    with scope(f"school:{other.pk}"):
        student = Student.objects.get(pk=child.pk)
        names = [credit.activity.name for credit in queries.entries(student)]
        total = queries.years_of(student)[0].credits
    with scope(f"school:{school.pk}"):
        gone = Student.objects.filter(pk=child.pk).exists()
        own_part = Credit.objects.filter(student_id=child.pk).count()

    assert (names, total, gone, own_part) == (["植物标本制作"], 1, False, 1)
