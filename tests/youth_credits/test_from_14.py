"""From 14 on a child decides itself; and what a school keeps open for a child ends when the child leaves."""

import io
import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from portal.calendar import local_today
from portal.documents import IssuedPaper
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.factories import UserFactory
from tests.youth_credits.factories import (
    bind,
    enrol,
    name,
    number,
    record,
    roll_workbook,
    uploaded,
)
from tests.youth_credits.test_guardians import opened, printed
from youth_credits import actions, queries
from youth_credits.actions import promising
from youth_credits.models import (
    Batch,
    Consent,
    Credit,
    Guardianship,
    Nomination,
    RollOverLine,
    Student,
)
from youth_credits.queries import Exceptions

NOW = timezone.now
TODAY = local_today()
THIS_YEAR = TODAY.year


@pytest.fixture
def grown(students, school, school_clerk, guardian) -> Student:
    """The guardian's child, 14 since last year; nobody ever consented. One entry in the ledger."""
    record(school, school_clerk, students[:1])
    Student.objects.filter(pk=students[0].pk).update(
        turns_14_year=THIS_YEAR - 1, consented_on=None, consent_version="", withdrawn_on=None
    )
    return Student.objects.select_related("school__region").get(pk=students[0].pk)


@pytest.fixture
def young(students, school, school_clerk, guardian) -> Student:
    """The guardian's child, under 14, with a guardian's consent and one entry in the ledger."""
    record(school, school_clerk, students[:1])
    return Student.objects.select_related("school__region").get(pk=students[0].pk)


def entries_seen(guardian) -> int:
    with scope(f"guardian:{guardian.pk}"):
        return Credit.objects.count()


def grow(student: Student) -> Student:
    """The child turns 14."""
    Student.objects.filter(pk=student.pk).update(turns_14_year=THIS_YEAR - 1)
    return Student.objects.select_related("school__region").get(pk=student.pk)


# --- Who decides ------------------------------------------------------------------------------------


def test_at_14_no_guardians_consent_is_asked_for(grown, guardian):
    assert grown.has_consent(TODAY)
    assert entries_seen(guardian) == 1
    with scope(f"guardian:{guardian.pk}"):
        assert queries.progress(queries.wards().get()) is not None


def test_until_the_end_of_the_year_of_the_birthday_a_child_is_protected_as_under_14(young):
    young.turns_14_year, young.withdrawn_on = THIS_YEAR, TODAY

    assert not young.has_consent(TODAY)
    assert young.has_consent(date(THIS_YEAR + 1, 1, 1))


def test_a_guardians_no_ends_when_the_child_is_14(young, guardian):
    with scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(young, by=guardian, at=NOW())
    Student.objects.filter(pk=young.pk).update(withdrawn_on=TODAY - timedelta(days=800))
    before = entries_seen(guardian)

    child = grow(young)

    assert (before, entries_seen(guardian)) == (0, 1)
    assert not child.has_refused_itself


def test_a_guardian_neither_consents_for_a_child_of_14_nor_takes_it_back(grown, guardian):
    for act in (actions.consent_as_guardian, actions.withdraw_as_guardian):
        with pytest.raises(Refused, match="由本人决定"), scope(f"guardian:{guardian.pk}"):
            act(grown, by=guardian, at=NOW())


def test_the_database_takes_no_guardians_consent_for_a_child_of_14(grown, guardian):
    with pytest.raises(DatabaseError, match="row-level security"), scope(f"guardian:{guardian.pk}"):
        Consent.objects.create(
            student=grown, kind="given", version="x", way="account", on=TODAY, guardian=guardian
        )


def test_a_child_of_14_says_no_and_nobody_but_the_school_sees_its_credits(grown, guardian, school_clerk):
    said = actions.withdraw_consent(grown, on=TODAY, signer="王子涵", by=school_clerk)

    grown.refresh_from_db()
    assert (said.way, said.signer, grown.has_refused_itself) == ("child", "王子涵", True)
    assert entries_seen(guardian) == 0
    assert Credit.objects.count() == 1
    with pytest.raises(Refused, match="本人不同意"):
        actions.issue_transcript(grown, by=school_clerk)
    with pytest.raises(Refused, match="无须重复"):
        actions.withdraw_consent(grown, on=TODAY, signer="王子涵", by=school_clerk)


def test_a_child_of_14_says_yes_again(grown, guardian, school_clerk):
    actions.withdraw_consent(grown, on=TODAY, signer="王子涵", by=school_clerk)

    actions.give_consent(grown, on=TODAY, signer="王子涵", by=school_clerk)

    assert entries_seen(guardian) == 1


def test_the_no_of_a_child_makes_its_papers_void(grown, guardian, school_clerk, school_verifier):
    actions.verify(Batch.objects.get(kind="grid"), by=school_verifier)
    actions.issue_transcript(grown, by=school_clerk)

    actions.withdraw_consent(grown, on=TODAY, signer="王子涵", by=school_clerk)

    assert IssuedPaper.objects.get().revoke_reason == "学生本人撤回同意"


def test_a_paper_that_a_guardian_signed_before_decides_nothing_after_14(grown, school_clerk):
    with pytest.raises(Refused, match="由学生本人重新签字"):
        actions.give_consent(grown, on=date(THIS_YEAR - 1, 6, 1), signer="王大明", by=school_clerk)


def test_a_guardian_is_not_reminded_of_a_consent_that_is_not_the_guardians(grown, guardian, school_clerk):
    actions.withdraw_consent(grown, on=TODAY, signer="王子涵", by=school_clerk)

    assert not [one for one in queries.oversight_waiting(guardian) if "同意书" in one.title and one.count]


def test_the_pages_of_guardian_and_school_say_who_decides(signed_in, school, school_clerk, district, rules):
    with scope(f"school:{school.pk}"):
        child = enrol(school, school_clerk)[0]
        parent = UserFactory(username="parent", holding=(Role.GUARDIAN, district.parent))
        bind(parent, child)
        Student.objects.filter(pk=child.pk).update(turns_14_year=THIS_YEAR - 1)
    here = f"/desk/guardian/{child.uuid}/"
    browser = signed_in(school_clerk)

    page = browser.get(child.get_absolute_url()).content.decode()
    paper = {"on": TODAY.isoformat(), "signer": "王子涵"}
    browser.post(reverse("youth_credits:student_withdraw", args=[child.uuid]), paper)
    parents = signed_in(parent)
    shown = parents.get(here).content.decode()
    listed = parents.get("/desk/guardian/").content.decode()

    assert "签字的学生本人" in page
    assert "由孩子本人决定" in shown
    assert "撤回同意</summary>" not in shown
    assert "阅读同意书" not in shown + listed
    assert "本人不同意" in listed


# --- A roll that is uploaded again ------------------------------------------------------------------


def roll(school, clerk, run_jobs, **cells) -> Batch:
    row = {"学籍号": number(0), "姓名": name(0), "年级": "五年级", "班级": 2, **cells}
    batch = uploaded(school, clerk, roll_workbook([row]), kind=Batch.Kind.ROLL)
    run_jobs()
    batch = Batch.objects.select_related("organization__region", "region", "created_by").get(pk=batch.pk)
    actions.keep(batch, only_good=False, by=clerk)
    run_jobs()
    batch.refresh_from_db()
    return batch


def test_a_roll_with_an_old_day_of_consent_undoes_no_withdrawal(
    young, in_school, guardian, school_clerk, run_jobs
):
    with scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(young, by=guardian, at=NOW())

    batch = roll(in_school, school_clerk, run_jobs, 监护人同意日期=date(2025, 9, 1))

    young.refresh_from_db()
    assert (young.class_number, young.withdrawn_on) == (2, TODAY)
    assert entries_seen(guardian) == 0
    assert "未改变" in batch.note


def test_a_roll_with_a_later_day_of_consent_is_a_new_yes(young, in_school, guardian, school_clerk, run_jobs):
    with scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(young, by=guardian, at=NOW() - timedelta(days=3))

    roll(in_school, school_clerk, run_jobs, 监护人同意日期=TODAY)

    assert entries_seen(guardian) == 1


def test_a_roll_says_nothing_for_a_child_of_14(grown, in_school, guardian, school_clerk, run_jobs):
    actions.withdraw_consent(grown, on=TODAY - timedelta(days=1), signer="王子涵", by=school_clerk)

    roll(in_school, school_clerk, run_jobs, 监护人同意日期=TODAY)

    assert entries_seen(guardian) == 0


# --- Children of promise ----------------------------------------------------------------------------


def named(student, by) -> Nomination:
    return promising.nominate(student, field="life", statement="爱观察", key=uuid.uuid4(), by=by)


def test_a_child_of_14_agrees_itself_to_be_developed(grown, guardian, school_clerk):
    made = named(grown, school_clerk)
    with pytest.raises(Refused, match="由本人决定"), scope(f"guardian:{guardian.pk}"):
        promising.agree(
            Nomination.objects.select_related("student", "organization__region", "region").get(),
            by=guardian,
            at=NOW(),
        )

    promising.agree_on_paper(made, signer="王子涵", on=TODAY, by=school_clerk, at=NOW())

    made.refresh_from_db()
    assert made.status == "consented"


# --- A slip again, and leaving ----------------------------------------------------------------------


def test_a_slip_again_ends_the_accounts_of_before_where_the_school_says_so(young, guardian, school_clerk):
    slip = actions.reissue_slip(young, ends_bonds=True, printing=uuid.uuid4(), by=school_clerk, at=NOW())

    assert entries_seen(guardian) == 0
    assert not Guardianship.objects.exists()
    assert opened(slip)


def test_a_slip_again_for_the_other_parent_leaves_the_first_account(young, guardian, school_clerk):
    slip = actions.reissue_slip(young, ends_bonds=False, printing=uuid.uuid4(), by=school_clerk, at=NOW())

    opened(slip)

    assert Guardianship.objects.count() == 2
    assert entries_seen(guardian) == 1


def test_the_school_prints_one_slip_on_the_childs_page(signed_in, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        child = enrol(school, school_clerk)[0]
    url = reverse("youth_credits:student_slip", args=[child.uuid])
    assert signed_in(school_clerk).post(url, {"key": uuid.uuid4()}).status_code == 302

    answer = signed_in(school_clerk, factor=True).post(url, {"key": uuid.uuid4()})

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert name(0) in text
    assert name(1) not in text


def leave(school, by) -> None:
    """The class moves up, and the first child leaves."""
    said = Exceptions(frozenset({5}))
    plan = queries.plan_roll_over(school, 2026, said)
    actions.roll_over(school, plan, said, key=uuid.uuid4(), by=by)
    assert RollOverLine.objects.filter(fate="left").exists()


def test_codes_nobody_used_open_nothing_after_the_child_has_left(young, students, in_school, school_clerk):
    slip = printed(students[:1], in_school, school_clerk)[0]

    leave(in_school, school_clerk)

    with pytest.raises(Refused):
        opened(slip)
    young.refresh_from_db()
    with pytest.raises(Refused, match="已离校"):
        actions.reissue_slip(young, ends_bonds=False, printing=uuid.uuid4(), by=school_clerk, at=NOW())


def test_what_runs_for_a_child_of_promise_ends_when_it_leaves(young, in_school, school_clerk):
    made = named(young, school_clerk)

    leave(in_school, school_clerk)

    made.refresh_from_db()
    assert (made.status, made.ended_at is not None) == ("ended", True)


def test_a_guardian_goes_on_seeing_a_child_that_left_and_claims_nothing_new(
    young, in_school, guardian, school_clerk
):
    leave(in_school, school_clerk)

    assert entries_seen(guardian) == 1
    with scope(f"guardian:{guardian.pk}"):
        child = queries.wards().get()
        with pytest.raises(Refused, match="已离校"):
            actions.claim_family_activity(
                child,
                kind="A6",
                name="看化石",
                provider="博物馆",
                held_on=TODAY,
                minutes=60,
                proof=None,
                key=uuid.uuid4(),
                by=guardian,
            )


def test_a_transfer_ends_what_the_old_school_kept_open(
    young, students, in_school, other_school, other_clerk, school_clerk, run_jobs
):
    slip = printed(students[:1], in_school, school_clerk)[0]
    made = named(young, school_clerk)
    actions.release(young, to=other_school, key=uuid.uuid4(), by=school_clerk)
    with scope(f"school:{other_school.pk}"):
        place = {"grade": 5, "class_number": 1, "on": TODAY}
        asked = {"number": number(0), "name": name(0), "key": uuid.uuid4()}
        actions.ask_transfer(other_school, **asked, **place, by=other_clerk)
    run_jobs()

    with pytest.raises(Refused):
        opened(slip)
    with scope("steward"):
        assert Student.objects.get(pk=young.pk).school == other_school
        assert Nomination.objects.get(pk=made.pk).status == "ended"
