"""The turn of the school year, and transfers: both halves, and what neither school learns."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal.calendar import local_today
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import (
    HELD,
    CourseFactory,
    enrol,
    name,
    number,
    record,
    roll_workbook,
    uploaded,
)
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.models import (
    Batch,
    CourseClaim,
    Credit,
    Enrolment,
    RollOver,
    Student,
    StudentYear,
    TotalsWanted,
    TransferIn,
    TransferOut,
)
from youth_credits.queries import Exceptions, RuleBook, number_hash

RULE = Exceptions(frozenset({9}))


def _plan(school, said=RULE, year=2026):
    return queries.plan_roll_over(school, year, said)


def _roll_over(school, by, said=RULE, **more):
    return actions.roll_over(school, _plan(school, said), said, key=uuid.uuid4(), by=by, **more)


def _typed(*serials):
    return {number_hash(number(serial)): number(serial) for serial in serials}


# --- The turn of the school year -------------------------------------------------------------------


def test_everybody_moves_up_a_grade_on_the_first_of_september(students, in_school, school_clerk):
    made = _roll_over(in_school, school_clerk)

    assert (made.promoted, made.repeated, made.left) == (3, 0, 0)
    assert set(Student.objects.values_list("grade", "class_number")) == {(6, 1)}
    assert list(
        Enrolment.objects.filter(student=students[0])
        .order_by("starts_on")
        .values_list("grade", "starts_on", "ends_on")
    ) == [(5, date(2025, 9, 1), date(2026, 9, 1)), (6, date(2026, 9, 1), None)]


def test_the_turn_of_the_year_and_its_undoing_ask_for_new_totals(students, in_school, school_clerk):
    made = _roll_over(in_school, school_clerk)
    wanted = set(TotalsWanted.objects.values_list("school", "school_year"))
    with scope("ledger"):
        TotalsWanted.objects.all().delete()

    actions.undo_roll_over(made, by=school_clerk)

    assert {(in_school.pk, 2025), (in_school.pk, 2026)} <= wanted
    assert set(TotalsWanted.objects.values_list("school_year", flat=True)) == {2025, 2026}


def test_repeating_and_leaving_children_are_named_and_the_leaving_grade_goes(in_school, school_clerk):
    enrol(in_school, school_clerk, heads=2, first=20, grade=6)
    enrol(in_school, school_clerk)
    said = Exceptions(frozenset({6, 9}), _typed(0), _typed(1))

    made = _roll_over(in_school, school_clerk, said)

    assert (made.promoted, made.repeated, made.left) == (1, 1, 3)
    assert sorted(Student.objects.active().values_list("grade", flat=True)) == [5, 6]


def test_the_preview_tells_heads_before_and_after_and_numbers_that_are_unknown(students, in_school):
    plan = _plan(in_school, Exceptions(frozenset({9}), _typed(0), _typed(77)))

    assert plan.classes == [
        {"label": "五年级1班", "before": 3, "after": 1},
        {"label": "六年级1班", "before": 0, "after": 2},
    ]
    assert plan.unknown == (number(77),)


def test_children_entered_for_the_new_year_stay_as_they_are(students, in_school, school_clerk):
    Enrolment.objects.filter(student=students[0]).update(starts_on=date(2026, 9, 3))

    made = _roll_over(in_school, school_clerk)

    assert made.promoted == 2
    assert Student.objects.get(pk=students[0].pk).grade == 5


def test_a_roll_that_changed_after_the_preview_is_refused(students, in_school, school_clerk):
    plan = _plan(in_school)
    Student.objects.filter(pk=students[0].pk).update(class_number=4)

    with pytest.raises(Refused, match="预览之后名册有变化"):
        actions.roll_over(in_school, plan, RULE, key=uuid.uuid4(), by=school_clerk)


def test_a_double_click_and_a_second_time_change_nothing(students, in_school, school_clerk):
    plan, key = _plan(in_school), uuid.uuid4()
    actions.roll_over(in_school, plan, RULE, key=key, by=school_clerk)

    actions.roll_over(in_school, plan, RULE, key=key, by=school_clerk)

    with pytest.raises(Refused, match="已办理升级"):
        actions.roll_over(in_school, plan, RULE, key=uuid.uuid4(), by=school_clerk)
    assert Student.objects.get(pk=students[0].pk).grade == 6


def test_undone_within_seven_days_everything_is_as_before(students, in_school, school_clerk):
    made = _roll_over(in_school, school_clerk, Exceptions(frozenset({9}), _typed(0), _typed(1)))

    assert actions.undo_roll_over(made, by=school_clerk) == 3

    assert set(Student.objects.values_list("grade", "is_active")) == {(5, True)}
    assert set(Enrolment.objects.values_list("grade", "ends_on")) == {(5, None)}
    with pytest.raises(Refused, match="已撤销"):
        actions.undo_roll_over(made, by=school_clerk)


def test_undoing_leaves_alone_whom_somebody_changed_since(students, in_school, school_clerk):
    made = _roll_over(in_school, school_clerk)
    Student.objects.filter(pk=students[0].pk).update(class_number=2)

    assert actions.undo_roll_over(made, by=school_clerk) == 2
    assert Student.objects.get(pk=students[0].pk).grade == 6


def test_after_seven_days_it_stands(students, in_school, school_clerk):
    made = _roll_over(in_school, school_clerk)

    with pytest.raises(Refused, match="超过 7 天"):
        actions.undo_roll_over(made, by=school_clerk, at=timezone.now() + timedelta(days=8))


def test_the_database_takes_one_roll_over_a_year(students, in_school, school_clerk):
    _roll_over(in_school, school_clerk)
    other = RollOver.objects.create(
        organization=in_school, region=in_school.region, school_year=2025, created_by=school_clerk
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        RollOver.objects.filter(pk=other.pk).update(school_year=2026)


def test_another_school_cannot_roll_over_this_one(students, in_school, other_clerk):
    with pytest.raises(PermissionDenied):
        _roll_over(in_school, other_clerk)


def test_the_page_previews_first_and_moves_on_confirmation(signed_in, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk)
    client = signed_in(school_clerk, factor=True)
    typed = {"leaving": "9", "key": str(uuid.uuid4()), "repeated": "", "left": ""}
    url = reverse("youth_credits:roll_over")

    page = client.post(url, typed)
    assert "待办理 <strong>3</strong> 人" in page.content.decode()
    answer = client.post(url, {**typed, "seen": page.context["plan"].seen, "confirm": "1"})

    assert answer.status_code == 302
    with scope(f"school:{school.pk}"):
        assert set(Student.objects.values_list("grade", flat=True)) == {6}


# --- Transfers -------------------------------------------------------------------------------------


@pytest.fixture
def child(school, school_clerk, rules):
    """A child of the old school with one credit."""
    with scope(f"school:{school.pk}"):
        student = enrol(school, school_clerk, heads=1)[0]
        rule = RuleBook().find("A1", HELD)
        actions.record_class(
            Occasion(rule, HELD, "植物"),
            [student],
            minutes=120,
            school=school,
            key=uuid.uuid4(),
            by=school_clerk,
        )
    return student


def _ask(school, by, serial=0, **more):
    values = {"number": number(serial), "name": name(serial), "grade": 6, "class_number": 2}
    with scope(f"school:{school.pk}"):
        return actions.ask_transfer(
            school, **values | {"on": date(2026, 3, 1), "key": uuid.uuid4(), "by": by} | more
        )


def _outs(school):
    with scope(f"school:{school.pk}"):
        return list(TransferOut.objects.select_related("organization__region", "region", "student"))


def _status(asked) -> str:
    with scope("steward"):
        return TransferIn.objects.get(pk=asked.pk).status


def _answer(school, by, *, agrees=True, note=""):
    [out] = _outs(school)
    with scope(f"school:{school.pk}"):
        actions.answer_release(out, agrees=agrees, note=note, by=by)


def test_asked_by_the_new_and_released_by_the_old_the_child_moves_with_its_ledger(
    child, school, school_clerk, other_school, other_clerk, run_jobs
):
    asked = _ask(other_school, other_clerk)
    run_jobs()
    _answer(school, school_clerk)
    run_jobs()

    assert _status(asked) == "done"
    with scope(f"school:{other_school.pk}"):
        moved = Student.objects.get()
        assert (moved.grade, moved.class_number, moved.name) == (6, 2, name(0))
        assert StudentYear.objects.get().credits == 1
        assert Credit.objects.select_related("activity").get().activity.name == "植物"
    with scope(f"school:{school.pk}"):
        assert not Student.objects.exists()
        assert Credit.objects.count() == 1  # its own part
    with scope("ledger"):
        assert queries.unbalanced() == []


def test_the_old_school_may_begin_and_the_new_one_hears_no_name(
    child, school, school_clerk, other_school, other_clerk, run_jobs
):
    with scope(f"school:{school.pk}"):
        actions.release(child, to=other_school, key=uuid.uuid4(), by=school_clerk)
    run_jobs()

    heard = Notice.objects.get(recipient=other_clerk).text
    assert name(0) not in heard
    assert school.name not in heard
    asked = _ask(other_school, other_clerk)
    run_jobs()
    assert _status(asked) == "done"


@pytest.mark.parametrize(("serial", "said"), [(0, {"name": "别的名字"}), (55, {})])
def test_an_unknown_child_and_a_wrong_name_answer_like_one_that_waits(
    child, school, other_school, other_clerk, run_jobs, serial, said
):
    asked = _ask(other_school, other_clerk, serial, **said)
    run_jobs()

    assert _status(asked) == "asked"
    assert _outs(school) == []
    assert not Notice.objects.filter(recipient=other_clerk).exists()


def test_a_refusal_reaches_the_new_school_as_the_one_sentence(
    child, school, school_clerk, other_school, other_clerk, run_jobs
):
    asked = _ask(other_school, other_clerk)
    run_jobs()
    _answer(school, school_clerk, agrees=False, note="家长没有来过")
    run_jobs()

    assert _status(asked) == "closed"
    text = Notice.objects.get(recipient=other_clerk).text
    assert text == actions.moves.NOT_DONE


def test_a_child_that_finished_its_school_is_held_back_by_nobody(
    child, school, other_school, other_clerk, run_jobs
):
    with scope(f"school:{school.pk}"):
        Student.objects.update(is_active=False)

    asked = _ask(other_school, other_clerk)
    run_jobs()

    assert _status(asked) == "done"
    with scope(f"school:{other_school.pk}"):
        assert Student.objects.get().is_active


def test_the_asking_school_sees_no_half_of_the_other(child, school, other_school, other_clerk, run_jobs):
    _ask(other_school, other_clerk)
    run_jobs()

    with scope(f"school:{other_school.pk}"):
        assert TransferOut.objects.count() == 0
    with scope(f"school:{school.pk}"):
        assert TransferIn.objects.count() == 0


def test_asking_twice_is_refused_and_the_same_form_is_once(child, other_school, other_clerk):
    key = uuid.uuid4()
    _ask(other_school, other_clerk, key=key)

    assert _ask(other_school, other_clerk, key=key).uuid == key
    with pytest.raises(Refused, match="正在办理"):
        _ask(other_school, other_clerk)


def test_the_own_child_cannot_be_asked_for(child, school, school_clerk):
    with pytest.raises(Refused, match="已在本校名册"):
        _ask(school, school_clerk)


def test_a_withdrawn_request_asks_the_old_school_no_more(child, school, other_school, other_clerk, run_jobs):
    asked = _ask(other_school, other_clerk)
    run_jobs()
    with scope(f"school:{other_school.pk}"):
        actions.withdraw_transfer(
            TransferIn.objects.select_related("organization__region", "region").get(pk=asked.pk),
            by=other_clerk,
        )
    run_jobs()

    assert [out.status for out in _outs(school)] == ["closed"]


def test_a_child_released_to_one_school_is_not_released_to_another(
    child, school, school_clerk, other_school, district
):
    third = OrganizationFactory(region=district, school=True)
    with scope(f"school:{school.pk}"):
        actions.release(child, to=other_school, key=uuid.uuid4(), by=school_clerk)
        with pytest.raises(Refused, match="已同意转往另一所学校"):
            actions.release(child, to=third, key=uuid.uuid4(), by=school_clerk)


def test_a_release_taken_back_keeps_the_child(
    child, school, school_clerk, other_school, other_clerk, run_jobs
):
    with scope(f"school:{school.pk}"):
        actions.release(child, to=other_school, key=uuid.uuid4(), by=school_clerk)
    [out] = _outs(school)
    with scope(f"school:{school.pk}"):
        actions.take_back_release(out, by=school_clerk)
    asked = _ask(other_school, other_clerk)
    run_jobs()

    assert _status(asked) == "asked"


def test_what_nobody_answers_ends_after_thirty_days(child, school, other_school, other_clerk, run_jobs):
    asked = _ask(other_school, other_clerk)
    run_jobs()

    with scope("steward"):
        assert actions.close_old_transfers(at=timezone.now() + timedelta(days=31)) == 2
    assert _status(asked) == "closed"


def test_a_roll_asks_for_the_children_it_cannot_enter(child, school, other_school, other_clerk, run_jobs):
    rows = [
        {"学籍号": number(serial), "姓名": name(serial), "年级": "六年级", "班级": 1} for serial in (0, 1)
    ]
    with scope(f"school:{other_school.pk}"):
        batch = uploaded(other_school, other_clerk, roll_workbook(rows), kind=Batch.Kind.ROLL)
    run_jobs()
    with scope(f"school:{other_school.pk}"):
        batch = Batch.objects.select_related("organization__region", "region", "created_by").get(pk=batch.pk)
        actions.keep(batch, only_good=True, by=other_clerk)
    run_jobs()

    with scope(f"school:{other_school.pk}"):
        assert TransferIn.objects.get().number_masked.startswith("G440")
        assert "提出转入申请" in Batch.objects.get(pk=batch.pk).note
    run_jobs()
    assert len(_outs(school)) == 1


def test_the_old_school_keeps_the_line_of_a_child_that_has_gone(
    signed_in, child, school, school_clerk, other_school, other_clerk, run_jobs
):
    _ask(other_school, other_clerk)
    run_jobs()
    client = signed_in(school_clerk)
    assert child.name_masked in client.get("/desk/credits/transfers/?side=out").text
    _answer(school, school_clerk)
    run_jobs()

    page = client.get("/desk/credits/transfers/?side=out").text

    assert other_school.name in page
    assert "已转出" in page
    assert child.name_masked not in page


def test_the_notice_of_a_request_leads_to_the_requests_of_other_schools(
    child, school_clerk, other_school, other_clerk, run_jobs
):
    _ask(other_school, other_clerk)
    run_jobs()

    assert Notice.objects.get(recipient=school_clerk).link.endswith("/transfers/?side=out")


def test_a_request_that_is_refused_keeps_what_was_typed(signed_in, child, school_clerk):
    typed = {"number": number(0), "name": name(0), "grade": 6, "class_number": 2}

    answer = signed_in(school_clerk).post(
        "/desk/credits/transfers/new/", typed | {"starts_on": local_today(), "key": uuid.uuid4()}
    )

    assert answer.status_code == 422
    assert "该学籍号已在本校名册中" in answer.text
    assert number(0) in answer.text


def test_another_schools_clerk_cannot_answer(child, school, other_school, other_clerk, run_jobs):
    _ask(other_school, other_clerk)
    run_jobs()

    with pytest.raises(PermissionDenied):
        _answer(school, other_clerk)


# --- At once ---------------------------------------------------------------------------------------


def _at_once(*works):
    def do(work):
        try:
            return work()
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


@pytest.mark.django_db(transaction=True)
def test_two_roll_overs_at_once_move_everybody_up_once(rules, district):
    school = OrganizationFactory(region=district, school=True)
    clerk = UserFactory(holding=(Role.SCHOOL, school))
    with scope(f"school:{school.pk}"):
        enrol(school, clerk, heads=30)

    def work():
        with scope(f"school:{school.pk}"):
            return _roll_over(school, clerk).promoted

    answers = _at_once(work, work)

    assert 30 in answers
    with scope(f"school:{school.pk}"):
        assert set(Student.objects.values_list("grade", flat=True)) == {6}
        assert Enrolment.objects.filter(ends_on=None).count() == 30


@pytest.mark.django_db(transaction=True)
def test_of_two_schools_that_take_the_same_child_one_gets_it(rules, district):
    old, one, two = (OrganizationFactory(region=district, school=True) for _ in range(3))
    clerks = {school.pk: UserFactory(holding=(Role.SCHOOL, school)) for school in (old, one, two)}
    with scope(f"school:{old.pk}"):
        enrol(old, clerks[old.pk], heads=1)
        Student.objects.update(is_active=False)  # held back by nobody: both may take it
    asked = [_ask(school, clerks[school.pk]) for school in (one, two)]

    def work(one_asked):
        with scope("steward"):
            actions.match_transfer(str(one_asked.uuid), at=timezone.now())

    _at_once(lambda: work(asked[0]), lambda: work(asked[1]))

    assert sorted(_status(one_asked) for one_asked in asked) == ["asked", "done"]
    with scope("steward"):
        assert Enrolment.objects.filter(ends_on=None).count() == 1
        assert Student.objects.get().school_id in (one.pk, two.pk)


def test_a_school_takes_back_what_it_recorded_of_a_child_that_has_moved_since(
    in_school, students, other_school, school_clerk, school_verifier, other_clerk
):
    day = date(2025, 10, 15)
    course = CourseFactory(approved=True)
    batch = actions.record_class(
        actions.Occasion(RuleBook().find("A5", day), day, course.title, course.organization.name),
        students,
        minutes=120,
        school=in_school,
        key=uuid.uuid4(),
        by=school_clerk,
    )
    actions.verify(batch, by=school_verifier)
    batch.refresh_from_db()
    child = students[0]
    with scope("steward"):
        student = Student.objects.select_related("school").get(pk=child.pk)
        actions.transfer(student, to=other_school, grade=5, class_number=2, on=date(2026, 2, 1), by=None)
    with scope("ledger"):
        for school in (in_school, other_school):
            actions.refresh_totals(school.pk, 2025)

    assert actions.give_back(batch, note="没有上课", by=school_verifier) == 3

    with scope(f"school:{other_school.pk}"):
        student = Student.objects.get(pk=child.pk)
        assert queries.transcript_entries(student) == []
        assert [year.credits for year in queries.years_of(student)] == [0]
        assert not CourseClaim.objects.filter(student=student).exists()
    told = Notice.objects.filter(recipient=other_clerk, text__contains="原学校冲销")
    assert [one.link for one in told] == [student.get_absolute_url()]
    with scope("ledger"):
        assert TotalsWanted.objects.filter(school=other_school, school_year=2025).exists()
        assert queries.flaws(date(2026, 3, 1)) == []


def test_an_entry_of_a_child_that_has_moved_is_shown_without_the_child_and_returned(
    signed_in, in_school, students, other_school, school_clerk, school_verifier
):
    batch = record(in_school, school_clerk, students)
    entry = Credit.objects.get(student=students[0])
    masked = students[0].name_masked
    with scope("steward"):
        student = Student.objects.select_related("school").get(pk=students[0].pk)
        actions.transfer(student, to=other_school, grade=5, class_number=2, on=date(2026, 2, 1), by=None)
    client = signed_in(school_verifier, factor=True)

    page = client.get(batch.get_absolute_url()).text
    client.post(f"{batch.get_absolute_url()}return-entries/", {"chosen": entry.pk, "note": "没有到场"})

    assert f'value="{entry.pk}" aria-label="选择：已转出的学生"' in page
    assert masked not in page
    with scope(f"school:{other_school.pk}"):
        assert StudentYear.objects.get(student=students[0].pk).entries == 0


def test_a_school_enters_nothing_new_for_a_child_that_has_moved(
    in_school, students, other_school, school_clerk
):
    record(in_school, school_clerk, students)
    entry = Credit.objects.filter(student=students[0]).values().get()
    with scope("steward"):
        student = Student.objects.select_related("school").get(pk=students[0].pk)
        actions.transfer(student, to=other_school, grade=5, class_number=2, on=date(2026, 2, 1), by=None)

    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Credit.objects.create(**entry | {"id": entry["id"] + 1000})
