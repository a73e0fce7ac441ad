"""The ledger's SQL against the plain reference, and what only the database can refuse."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.calendar import SHANGHAI, school_year, term
from portal.errors import Refused
from portal.scope import scope
from tests.factories import OrganizationFactory
from tests.youth_credits.factories import BatchFactory
from tests.youth_credits.reference import Attendance, count
from youth_credits import actions, queries
from youth_credits.actions import Occasion, entry_line, weigh, worth_of
from youth_credits.actions.ledger import write
from youth_credits.models import Activity, Batch, CourseClaim, Credit, OccasionClaim, StudentYear
from youth_credits.queries import RuleBook
from youth_credits.rules import earned

CASES = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3", "A4", "A5", "A6", "A8", "A9", "A10"]),
        st.integers(0, 500),  # days since 1 September 2024
        st.sampled_from(["甲", "乙", "丙"]),
        st.sampled_from(["", "科技馆", "湿地"]),
        st.sampled_from([20, 45, 60, 120, 180, 300]),
        st.sampled_from(["参赛", "校级二等奖", "市级一等奖", "国家级一等奖"]),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda case: case[:4],
)


def put(school, student, cases, by):
    """Enter cases as one batch; returns credits and reasons by case."""
    book = RuleBook()
    occasions, lines = [], []
    for number, (code, day, name, provider, minutes, award) in enumerate(cases):
        held_on = date(2024, 9, 1) + timedelta(days=day)
        rule = book.find(code, held_on)
        occasions.append(Occasion(rule, held_on, name, provider))
        worth = worth_of(book.rules[rule.pk], minutes, award=award if code == "A8" else "")
        lines.append(entry_line(number + 2, student.pk, number, worth))
    found = weigh(school, occasions, lines)
    batch = BatchFactory(organization=school, created_by=by)
    write(batch)
    return found


def reference(cases):
    book = RuleBook()
    ordered = sorted(enumerate(cases), key=lambda pair: (pair[1][1], pair[0]))
    attendances = []
    for _, (code, day, name, provider, minutes, award) in ordered:
        held_on = date(2024, 9, 1) + timedelta(days=day)
        rule = book.rules[book.find(code, held_on).pk]
        entry = earned(rule, minutes, award=award if code == "A8" else "")
        year, half = school_year(held_on), term(held_on).code
        attendances.append(Attendance(rule, year, str(day), half, f"{name}\0{provider}", provider, entry))
    return {case[:4]: result for (_, case), result in zip(ordered, count(attendances), strict=True)}


def kept(student):
    start = date(2024, 9, 1)
    return {
        (
            credit.rule.code,
            (credit.activity.held_on - start).days,
            credit.activity.name,
            credit.activity.provider,
        ): (credit.credits, credit.reason)
        for credit in Credit.objects.filter(student=student)
        .select_related("activity", "rule")
        .order_by("activity__held_on", "pk")
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES)
def test_the_sets_count_what_the_rules_say_one_by_one(students, in_school, school_clerk, cases):
    with transaction.atomic():
        put(in_school, students[0], cases, school_clerk)

        assert kept(students[0]) == reference(cases)
        assert queries.unbalanced() == []
        transaction.set_rollback(True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=CASES, cut=st.integers(0, 25))
def test_two_sheets_in_order_count_what_one_sheet_counts(students, in_school, school_clerk, cases, cut):
    cases = sorted(cases, key=lambda case: case[1])
    with transaction.atomic():
        for part in (cases[:cut], cases[cut:]):
            if part:
                put(in_school, students[0], part, school_clerk)

        assert kept(students[0]) == reference(cases)
        assert queries.unbalanced() == []
        transaction.set_rollback(True)


def test_the_fourth_course_at_one_base_earns_nothing_and_says_why(students, in_school, school_clerk):
    cases = [("A5", day, f"课程{day}", "湿地", 120, "") for day in (1, 2, 3, 4)]

    put(in_school, students[0], cases, school_clerk)

    assert list(kept(students[0]).values()) == [(1, "")] * 3 + [(0, "provider_cap")]
    assert StudentYear.objects.get(student=students[0]).minutes == 480


def test_the_same_course_counts_once_ever(students, in_school, school_clerk):
    cases = [("A5", day, "湿地课程", "湿地", 120, "") for day in (1, 400)]

    put(in_school, students[0], cases, school_clerk)

    assert list(kept(students[0]).values()) == [(1, ""), (0, "repeated")]


def test_a_higher_award_for_the_same_work_adds_the_difference(students, in_school, school_clerk):
    put(in_school, students[0], [("A8", 1, "水质监测", "", 60, "校级一等奖")], school_clerk)
    put(in_school, students[0], [("A8", 90, "水质监测", "", 60, "市级一等奖")], school_clerk)

    assert StudentYear.objects.get(student=students[0]).credits == 2


def test_what_is_above_the_cap_is_kept_as_minutes(students, in_school, school_clerk):
    put(in_school, students[0], [("A9", 1, "讲解", "", 600, "")], school_clerk)

    credit = Credit.objects.get()
    assert (credit.earned, credit.credits, credit.surplus_minutes, credit.reason) == (
        Decimal("2.50"),
        Decimal("2.00"),
        120,
        "year_cap",
    )


@pytest.fixture
def batch(students, in_school, school_clerk):
    put(
        in_school, students[0], [("A1", 1, "甲", "", 120, ""), ("A5", 2, "乙", "湿地", 120, "")], school_clerk
    )
    return Batch.objects.get(kind=Batch.Kind.CREDITS)


@pytest.mark.parametrize(
    "values", [{"credits": 9}, {"minutes": 1}, {"reason": "year_cap"}, {"award": "参赛"}]
)
def test_an_entry_cannot_be_changed(batch, values):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Credit.objects.update(**values)


def test_an_entry_cannot_be_deleted(batch):
    delete = "DELETE FROM youth_credits_credit"
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(delete)


def negative(credit: Credit, **values) -> Credit:
    """The entry that takes another one back, unless told otherwise."""
    mirror = Credit.objects.get(pk=credit.pk)
    mirror.pk, mirror.reverses, mirror.reason, mirror.source = None, credit.pk, "reversal", "reversal"
    for field in ("minutes", "surplus_minutes", "earned", "credits"):
        setattr(mirror, field, -getattr(credit, field))
    for field, value in values.items():
        setattr(mirror, field, value)
    return mirror


def test_an_entry_is_taken_back_once(batch):
    credit = Credit.objects.first()
    negative(credit).save(force_insert=True)

    with pytest.raises(IntegrityError, match="reverses_id_school_year"), transaction.atomic():
        negative(credit).save(force_insert=True)


@pytest.mark.parametrize("values", [{"credits": Decimal("-0.25")}, {"minutes": -1}, {"school_year": 2025}])
def test_a_reversal_takes_back_the_whole_of_its_entry(batch, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        negative(Credit.objects.first(), **values).save(force_insert=True)


def test_the_same_entry_twice_is_refused_by_the_database(batch):
    credit = Credit.objects.first()
    credit.pk = None

    with pytest.raises(IntegrityError, match="youth_credits_occasionclaim_pkey"), transaction.atomic():
        credit.save(force_insert=True)


def test_a_course_counts_once_ever_in_the_database(batch):
    credit = Credit.objects.get(rule__code="A5")
    activity = Activity.objects.get(pk=credit.activity_id)
    activity.pk, activity.held_on = None, activity.held_on + timedelta(days=400)
    activity.save(force_insert=True)
    credit.pk, credit.activity, credit.school_year = None, activity, 2025

    with pytest.raises(IntegrityError, match="youth_credits_courseclaim_pkey"), transaction.atomic():
        credit.save(force_insert=True)


def test_a_certificate_is_entered_once_for_a_child_at_whatever_school(batch, students):
    first = Credit.objects.first()
    school = OrganizationFactory(region=first.school.region, school=True)
    with scope("steward"):
        activity = Activity.objects.get(pk=first.activity_id)
        activity.pk, activity.school = None, school
        activity.save(force_insert=True)
        other = BatchFactory(organization=school, created_by=batch.created_by)
        entry = {"school": school, "batch": other, "activity": activity, "certificate": "2025-7"}
        copied(first, student=students[1], **entry).save(force_insert=True)

        with pytest.raises(IntegrityError, match="certificateclaim_pkey"), transaction.atomic():
            copied(first, student=students[2], **entry).save(force_insert=True)
        with pytest.raises(IntegrityError, match="certificate_once_per_student"), transaction.atomic():
            copied(first, student=students[1], certificate="2025-7").save(force_insert=True)


def copied(credit: Credit, **values) -> Credit:
    twin = Credit.objects.get(pk=credit.pk)
    twin.pk = None
    for field, value in values.items():
        setattr(twin, field, value)
    return twin


def test_what_is_taken_back_frees_what_it_held(batch, students, in_school, school_clerk):
    credit = Credit.objects.get(rule__code="A5")

    actions.reverse(batch, only=[credit.pk], note="登记有误", by=school_clerk)

    assert not CourseClaim.objects.exists()
    assert set(OccasionClaim.objects.values_list("entry", flat=True)) == set(
        Credit.objects.filter(rule__code="A1").values_list("pk", flat=True)
    )
    reversal = Credit.objects.get(reverses=credit.pk)
    assert (reversal.note, reversal.recorder, reversal.credits) == ("登记有误", school_clerk, -credit.credits)


def test_an_entry_says_where_it_came_from_and_who_entered_it(batch, school_clerk):
    entry = Credit.objects.select_related("rule__rule_set", "recorder").first()

    assert (entry.source, entry.recorder, entry.rule.rule_set.version) == ("workbook", school_clerk, 1)


def test_entries_of_a_year_lie_in_its_partition(batch):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM youth_credits_credit")

        assert cursor.fetchall() == [("youth_credits_credit_2024",)]


def test_a_partition_asked_by_its_own_name_shows_and_takes_nothing(batch):
    insert = "INSERT INTO youth_credits_credit_2024 SELECT * FROM youth_credits_credit LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM youth_credits_credit_2024")
        assert cursor.fetchone() == (0,)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(insert)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO youth_credits_occasionclaim (student_id, activity_id, entry, school_id, school_year)"
        " SELECT student_id, 0, id, school_id, school_year FROM youth_credits_credit",
        "INSERT INTO youth_credits_courseclaim (student_id, course, code, level, entry)"
        " SELECT student_id, gen_random_uuid(), 'A5', 1, id FROM youth_credits_credit",
        "INSERT INTO youth_credits_certificateclaim (school_id, certificate, student_id, entry)"
        " SELECT school_id, 'X' || id, student_id, id FROM youth_credits_credit",
        "INSERT INTO youth_credits_studentyear (student_id, school_year, credits, off_campus_credits,"
        " minutes, entries) SELECT student_id, 2020, 1, 1, 1, 1 FROM youth_credits_credit LIMIT 1",
    ],
)
def test_claims_and_totals_are_written_by_the_ledger_alone(batch, statement):
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_no_statement_frees_a_claim_or_changes_a_total(batch):
    with connection.cursor() as cursor:
        for statement in (
            "DELETE FROM youth_credits_occasionclaim",
            "UPDATE youth_credits_occasionclaim SET entry = 0",
            "DELETE FROM youth_credits_courseclaim",
            "UPDATE youth_credits_studentyear SET credits = 9",
        ):
            cursor.execute(statement)
            assert cursor.rowcount == 0, statement


def test_counts_that_do_not_add_up_are_refused_by_the_database(batch):
    with pytest.raises(IntegrityError, match="batch_counts_add_up"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(rows_read=5, rows_new=4)


def test_an_entry_cannot_name_another_rule_than_its_activity(batch):
    credit = Credit.objects.first()
    other = RuleBook().find("A10", date(2025, 9, 1))
    activity = Activity.objects.create(
        school=credit.school, rule=other, held_on=date(2024, 9, 9), name="丁", course=credit.activity.course
    )
    values = {"pk": None, "activity": activity}
    for field, value in values.items():
        setattr(credit, field, value)

    with pytest.raises(IntegrityError, match="another school"), transaction.atomic():
        credit.save(force_insert=True)


def test_a_student_with_entries_cannot_be_deleted(batch):
    student = Credit.objects.first().student_id

    with (
        pytest.raises(IntegrityError, match="never deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM youth_credits_student WHERE id = %s", [student])


def test_an_entry_cannot_name_a_student_who_is_not_there(batch):
    credit = Credit.objects.first()
    credit.pk, credit.student_id = None, 0

    with pytest.raises(IntegrityError, match="not there"), transaction.atomic(), scope("steward"):
        credit.save(force_insert=True)


def test_a_child_is_not_in_two_places_at_once(students, in_school, school_clerk):
    book = RuleBook()
    rule = book.find("A1", date(2025, 9, 2))
    at = datetime(2025, 9, 2, 14, tzinfo=SHANGHAI)
    worth = worth_of(book.rules[rule.pk], 90)
    occasions = [Occasion(rule, date(2025, 9, 2), "甲"), Occasion(rule, date(2025, 9, 2), "乙")]
    lines = [
        entry_line(2, students[0].pk, 0, worth, when=actions.when_of(at, 90)),
        entry_line(3, students[0].pk, 1, worth, when=actions.when_of(at + timedelta(minutes=60), 90)),
        entry_line(4, students[1].pk, 1, worth, when=actions.when_of(at + timedelta(minutes=60), 90)),
    ]

    found = weigh(in_school, occasions, lines)

    assert [(fault.line, fault.kind, fault.other) for fault in found.faults] == [(3, "overlap", 2)]
    assert found.new == 2


def test_undoing_a_batch_leaves_both_entries_and_a_balance_of_nothing(batch, school_clerk):
    Batch.objects.filter(pk=batch.pk).update(status=Batch.Status.KEPT, kept_at=batch.created_at)
    batch.refresh_from_db()

    assert actions.undo(batch, by=school_clerk) == 2

    year = StudentYear.objects.get()
    assert Credit.objects.count() == 4
    assert (year.credits, year.off_campus_credits, year.minutes, year.entries) == (0, 0, 0, 0)
    assert queries.unbalanced() == []


def test_after_an_undo_the_same_activities_can_be_entered_again(batch, students, in_school, school_clerk):
    Batch.objects.filter(pk=batch.pk).update(status=Batch.Status.KEPT, kept_at=batch.created_at)
    batch.refresh_from_db()
    actions.undo(batch, by=school_clerk)

    found = put(in_school, students[0], [("A5", 2, "乙", "湿地", 120, "")], school_clerk)

    assert found.new == 1
    assert StudentYear.objects.get().credits == 1


def test_a_batch_is_not_undone_after_thirty_days(batch, school_clerk):
    Batch.objects.filter(pk=batch.pk).update(status=Batch.Status.KEPT, kept_at=batch.created_at)
    batch.refresh_from_db()

    with pytest.raises(Refused, match="30 天"):
        actions.undo(batch, by=school_clerk, at=batch.created_at + timedelta(days=31))


def test_the_proof_finds_a_total_that_was_touched(batch):
    with scope("steward"):
        StudentYear.objects.update(credits=5)

    assert [flaw.kind for flaw in queries.flaws(date(2026, 1, 1))] == ["balance"]


def test_the_proof_finds_a_claim_without_its_entry_and_an_entry_without_its_claim(batch):
    with scope("steward"):
        OccasionClaim.objects.filter(entry=Credit.objects.first().pk).update(entry=1)

    kinds = [flaw.kind for flaw in queries.flaws(date(2026, 1, 1))]

    assert kinds == ["claim", "claim", "reference"]


def test_the_proof_finds_a_year_without_its_partition():
    assert [flaw.number for flaw in queries.flaws(date(2029, 1, 1))] == [2030]
