"""A term made public, appeals against it, their days, and where they climb to."""

import uuid
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from portal.audit import AuditEntry
from portal.calendar import SHANGHAI, term
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from portal.scope import scope
from tests.factories import RegionFactory, UserFactory
from tests.youth_credits.factories import HELD, record, row, uploaded, workbook
from youth_credits import actions, queries
from youth_credits.models import Appeal, Credit, Publication
from youth_credits.sheets import first_faults
from youth_credits.tasks import oversight_night

TERM = term(HELD)
PUBLISHED_AT = datetime(2026, 1, 12, 9, tzinfo=SHANGHAI)  # a Monday


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(PUBLISHED_AT, tick=False) as now:
        yield now


@pytest.fixture
def batch(school, school_clerk, students):
    return record(school, school_clerk, students)


@pytest.fixture
def published(batch, school, school_verifier, guardian):
    actions.verify(batch, by=school_verifier)
    return actions.publish(TERM, school=school, by=school_verifier, at=PUBLISHED_AT)


@pytest.fixture
def officer_of_education(school):
    return UserFactory(username="education", holding=(Role.EDUCATION, school.region), mfa=True)


def file(published, student, guardian, *, at=PUBLISHED_AT, **more):
    values = {"ground": "credits", "statement": "做了两小时，只算了一小时。", "key": uuid.uuid4()} | more
    if "entry" not in values:
        values["entry"] = queries.published_entries(published, student).first().pk
    with scope(f"guardian:{guardian.pk}"):
        return actions.appeal(published, student, by=guardian, at=at, **values)


@pytest.fixture
def filed(published, students, guardian):
    return file(published, students[0], guardian)


def reread(appeal):
    return Appeal.objects.select_related("organization__region", "region", "created_by").get(pk=appeal.pk)


# --- Publication ----------------------------------------------------------------------------------


def test_a_term_is_not_published_while_entries_wait_for_the_verifier(batch, school, school_verifier):
    with pytest.raises(Refused, match="待审核"):
        actions.publish(TERM, school=school, by=school_verifier, at=PUBLISHED_AT)


def test_guardians_are_told_and_may_appeal_for_five_working_days(published, guardian):
    """Monday the first of the five, Friday the last."""
    assert published.appeals_until == date(2026, 1, 16)
    assert Notice.objects.filter(recipient=guardian, text__contains="公示").count() == 1


def test_a_published_term_takes_no_new_entries(published, school, school_clerk, students):
    with pytest.raises(Refused, match="已公示"):
        record(school, school_clerk, students, title="又一次")


def test_the_database_itself_refuses_entries_of_a_published_term(
    published, school, school_clerk, students, monkeypatch
):
    monkeypatch.setattr("youth_credits.actions.batches.queries.locked_term", lambda *_: None)
    with pytest.raises(DatabaseError, match="published term"), transaction.atomic():
        record(school, school_clerk, students, title="又一次")


def test_a_sheet_for_a_published_term_names_the_day(published, school, school_clerk, run_jobs):
    batch = uploaded(school, school_clerk, workbook([row(活动名称="又一次")]))
    run_jobs()
    batch.refresh_from_db()

    assert (batch.rows_new, batch.rows_faulty) == (0, 1)
    assert "已公示" in first_faults(batch)[0].reason


def test_a_term_opened_again_takes_entries(published, school, school_clerk, school_verifier, students):
    actions.reopen(published, note="采纳申诉", by=school_verifier)

    assert record(school, school_clerk, students, title="又一次").rows_new == len(students)


def test_what_was_published_is_taken_back_only_once_its_term_is_open_again(
    filed, published, students, school_verifier, guardian
):
    batch = queries.entry_of(filed).batch
    with pytest.raises(Refused, match="已公示。请先在“学期公示”重新开放登记"):
        actions.return_entries(batch, [filed.entry], note="只有一小时", by=school_verifier)
    with pytest.raises(Refused, match="已公示"):
        actions.give_back(batch, note="只有一小时", by=school_verifier)

    actions.reopen(published, note="采纳申诉", by=school_verifier)
    actions.return_entries(batch, [filed.entry], note="只有一小时", by=school_verifier)

    assert queries.transcript_entries(students[0]) == []
    assert len(queries.transcript_entries(students[1])) == 1
    assert Notice.objects.filter(recipient=guardian, text__contains="退回了孩子已审核的学分记录").count() == 1


def test_a_term_is_archived_once_the_days_are_over_and_no_appeal_is_open(filed, published, clock):
    clock.move_to(PUBLISHED_AT + timedelta(days=8))
    with scope("steward"):
        before = actions.archive_due(at=PUBLISHED_AT + timedelta(days=8))
        Appeal.objects.filter(pk=filed.pk).update(status="withdrawn")
        after = actions.archive_due(at=PUBLISHED_AT + timedelta(days=8))

    assert (before, after) == (0, 1)


# --- Appeals --------------------------------------------------------------------------------------


def test_an_appeal_is_due_ten_working_days_later(filed):
    assert filed.due_on == date(2026, 1, 26)
    assert filed.statement == "做了两小时，只算了一小时。"


def test_an_appeal_after_the_last_day_is_refused(published, students, guardian, clock):
    clock.move_to(PUBLISHED_AT + timedelta(days=5))
    with pytest.raises(Refused, match="已于2026年1月16日结束"):
        file(published, students[0], guardian, at=PUBLISHED_AT + timedelta(days=5))


def test_the_same_appeal_sent_twice_is_one(published, students, guardian):
    key = uuid.uuid4()

    assert file(published, students[0], guardian, key=key) == file(published, students[0], guardian, key=key)


def test_the_same_ground_once_decided_is_refused_with_reference_to_the_decision(
    filed, published, students, guardian, school_verifier
):
    """Basis: 青少年科普学分工作规则."""
    actions.answer(filed, is_upheld=False, words="记录与签到表一致。", by=school_verifier, at=PUBLISHED_AT)

    again = file(published, students[0], guardian)

    assert (again.status, again.first_id) == ("refused", filed.pk)


def test_the_same_ground_still_waiting_is_not_filed_again(filed, published, students, guardian):
    with pytest.raises(Refused, match="正在办理"):
        file(published, students[0], guardian)


def test_a_guardian_appeals_for_no_other_child(published, students, guardian):
    with pytest.raises((DatabaseError, Refused)):
        file(published, students[1], guardian, entry=None, ground="missing")


def test_the_school_s_answer_is_written_and_told(filed, school_verifier, guardian):
    actions.answer(filed, is_upheld=True, words="漏看了一页，已更正。", by=school_verifier, at=PUBLISHED_AT)

    assert (reread(filed).status, reread(filed).answer) == ("upheld", "漏看了一页，已更正。")
    assert Notice.objects.filter(recipient=guardian, text__contains="采纳").exists()


def test_the_district_decides_within_twenty_working_days_of_being_asked(
    filed, school_verifier, guardian, officer_of_education
):
    actions.answer(filed, is_upheld=False, words="记录无误。", by=school_verifier, at=PUBLISHED_AT)
    with scope(f"guardian:{guardian.pk}"):
        actions.escalate(reread(filed), by=guardian, at=PUBLISHED_AT)
    assert reread(filed).due_on == date(2026, 2, 9)

    with scope(f"office:{filed.region_id}"):
        actions.decide(
            reread(filed), is_granted=True, words="应计一学分。", by=officer_of_education, at=PUBLISHED_AT
        )

    assert (reread(filed).status, reread(filed).decision) == ("granted", "应计一学分。")


def test_the_district_is_not_asked_after_five_working_days(filed, school_verifier, guardian, clock):
    actions.answer(filed, is_upheld=False, words="记录无误。", by=school_verifier, at=PUBLISHED_AT)
    later = PUBLISHED_AT + timedelta(days=8)
    clock.move_to(later)
    with pytest.raises(Refused, match="届满"), scope(f"guardian:{guardian.pk}"):
        actions.escalate(reread(filed), by=guardian, at=later)


def test_what_a_school_leaves_unanswered_climbs_to_the_district(filed, officer_of_education, clock):
    late = datetime(2026, 1, 27, 2, tzinfo=SHANGHAI)
    clock.move_to(late)

    oversight_night(at=late)

    assert reread(filed).status == "escalated"
    climbed = AuditEntry.objects.get(action="climb")
    assert f"{filed.due_on:%Y年%-m月%-d日}" in climbed.note
    assert Notice.objects.filter(recipient=officer_of_education).count() == 1


def test_what_the_district_leaves_undecided_is_told_to_the_city_once(filed, staff, clock):
    for day in (date(2026, 1, 27), date(2026, 3, 20), date(2026, 3, 21)):
        at = datetime(day.year, day.month, day.day, 2, tzinfo=SHANGHAI)
        clock.move_to(at)
        oversight_night(at=at)

    assert reread(filed).is_overdue
    assert Notice.objects.filter(recipient=staff, text__contains="逾期").count() == 1


def test_who_enters_an_appeal_from_paper_does_not_answer_it(published, students, school, school_clerk):
    both = UserFactory(holding=(Role.SCHOOL, school))
    both.grants.create(role=Role.SCHOOL_VERIFIER, organization=school)
    paper = actions.appeal_on_paper(
        published,
        students[1],
        ground="missing",
        statement="漏了一次。",
        signer="李大明",
        on=date(2026, 1, 12),
        key=uuid.uuid4(),
        by=both,
    )

    with pytest.raises(Refused, match="不同的人"):
        actions.answer(paper, is_upheld=True, words="好。", by=both, at=PUBLISHED_AT)


def test_an_office_sees_an_appeal_only_once_it_has_climbed(filed, school_verifier, guardian):
    with scope(f"office:{filed.region_id}"):
        before = Appeal.objects.count()
    actions.answer(filed, is_upheld=False, words="记录无误。", by=school_verifier, at=PUBLISHED_AT)
    with scope(f"guardian:{guardian.pk}"):
        actions.escalate(reread(filed), by=guardian, at=PUBLISHED_AT)

    with scope(f"office:{filed.region_id}"):
        assert (before, Appeal.objects.count()) == (0, 1)
    with scope(f"office:{RegionFactory().pk}"):
        assert Appeal.objects.count() == 0


def test_a_guardian_files_and_follows_an_appeal_on_the_own_pages(
    signed_in, published, students, guardian, school_verifier
):
    entry = queries.published_entries(published, students[0]).first()
    client, child = signed_in(guardian), f"/desk/guardian/{students[0].uuid}/"
    assert "核对并申诉" in client.get(child).content.decode()

    form = {"key": uuid.uuid4(), "entry": entry.pk, "ground": "minutes", "statement": "少了半小时"}
    answer = client.post(f"{child}appeal/", form)

    page = client.get(answer["Location"]).content.decode()
    assert "少了半小时" in page
    with scope(f"guardian:{guardian.pk}"):
        assert Publication.objects.get().appeals.count() == 1
    assert "待学校答复" in signed_in(school_verifier).get("/desk/credits/appeals/").content.decode()


def test_an_appeal_without_its_entry_says_so_beside_the_field(signed_in, published, students, guardian):
    page = signed_in(guardian).post(
        f"/desk/guardian/{students[0].uuid}/appeal/",
        {"key": uuid.uuid4(), "ground": "minutes", "statement": "少了半小时"},
    )

    assert page.status_code == 422
    assert "请选择针对的记录" in page.content.decode()
    assert "少了半小时" in page.content.decode()


# --- What follows where it was right ----------------------------------------------------------------


@pytest.fixture
def upheld(filed, published, school_verifier):
    actions.answer(filed, is_upheld=True, words="点名册上确为请假。", by=school_verifier, at=PUBLISHED_AT)
    return reread(filed)


def reopened(published, by) -> None:
    actions.reopen(published, note="采纳申诉", by=by)


def test_the_entry_alone_that_an_appeal_was_right_about_is_taken_back(
    upheld, published, batch, school_clerk, school_verifier
):
    reopened(published, school_verifier)

    actions.take_back_appealed(reread(upheld), by=school_verifier)

    assert not queries.entry_of(upheld).is_standing
    back = Credit.objects.get(reverses=upheld.entry)
    assert back.note == f"学分申诉 {upheld.pk}：学校已采纳"
    assert Credit.objects.filter(batch=batch, credits__lt=0).count() == 1
    assert Notice.objects.filter(recipient=school_clerk, text__contains="请按正确情况重新登记").exists()
    with pytest.raises(Refused, match="已冲销"):
        actions.take_back_appealed(reread(upheld), by=school_verifier)


def test_what_the_district_granted_is_taken_back_too(
    filed, published, guardian, school_verifier, officer_of_education
):
    actions.answer(filed, is_upheld=False, words="记录无误。", by=school_verifier, at=PUBLISHED_AT)
    with scope(f"guardian:{guardian.pk}"):
        actions.escalate(reread(filed), by=guardian, at=PUBLISHED_AT)
    with scope(f"office:{published.region_id}"):
        actions.decide(
            reread(filed), is_granted=True, words="请更正。", by=officer_of_education, at=PUBLISHED_AT
        )
    reopened(published, school_verifier)

    actions.take_back_appealed(reread(filed), by=school_verifier)

    assert not queries.entry_of(filed).is_standing


def test_nothing_is_taken_back_while_the_term_is_public(upheld, school_verifier):
    with pytest.raises(Refused, match="重新开放登记"):
        actions.take_back_appealed(upheld, by=school_verifier)


def test_nothing_is_taken_back_for_an_appeal_that_waits_or_was_refused(filed, published, school_verifier):
    reopened(published, school_verifier)

    with pytest.raises(Refused, match="才能据此冲销"):
        actions.take_back_appealed(reread(filed), by=school_verifier)


def test_the_recorder_takes_nothing_back(upheld, published, school_clerk, school_verifier):
    reopened(published, school_verifier)

    with pytest.raises(PermissionDenied):
        actions.take_back_appealed(reread(upheld), by=school_clerk)


def test_the_school_reads_what_to_do_next_and_the_verifier_does_it(
    signed_in, upheld, published, school_verifier
):
    client = signed_in(school_verifier, factor=True)
    page = client.get(upheld.get_absolute_url()).text
    assert published.get_absolute_url() in page
    assert "冲销这条记录</button>" not in page
    reopened(published, school_verifier)
    assert "冲销这条记录</button>" in client.get(upheld.get_absolute_url()).text

    answer = client.post(f"{upheld.get_absolute_url()}take-back/", follow=True)

    assert "这条记录已冲销" in answer.text


def test_the_guardian_reads_the_last_day_to_go_on_and_no_button_after_it(
    signed_in, filed, guardian, school_verifier, clock
):
    actions.answer(filed, is_upheld=False, words="记录无误。", by=school_verifier, at=PUBLISHED_AT)
    address = f"/desk/guardian/appeals/{filed.uuid}/"
    client = signed_in(guardian)
    assert "2026年1月19日" in client.get(address).text

    clock.move_to(PUBLISHED_AT + timedelta(days=8))
    page = signed_in(guardian).get(address).text

    assert "期限已于2026年1月19日届满" in page
    assert "提请区教育局处理</button>" not in page


def test_of_two_terms_that_are_public_each_can_be_appealed_against(
    signed_in, published, students, guardian, school, school_clerk, school_verifier
):
    later = record(school, school_clerk, students, held_on=date(2026, 2, 3), title="看星星")
    actions.verify(later, by=school_verifier)
    spring = actions.publish(term(date(2026, 2, 3)), school=school, by=school_verifier, at=PUBLISHED_AT)
    client, child = signed_in(guardian), f"/desk/guardian/{students[0].uuid}/"
    page = client.get(child).text
    assert f"appeal/?of={published.uuid}" in page
    assert f"appeal/?of={spring.uuid}" in page
    assert "看星星" not in client.get(f"{child}appeal/?of={published.uuid}").text

    form = {"key": uuid.uuid4(), "ground": "missing", "statement": "少了一次"}
    client.post(f"{child}appeal/?of={published.uuid}", form)

    with scope(f"guardian:{guardian.pk}"):
        assert Appeal.objects.get().publication == published


def test_a_child_that_moved_appeals_against_its_former_school_which_answers(
    signed_in, published, students, guardian, school, school_verifier, other_school
):
    with scope("steward"):
        actions.transfer(students[0], to=other_school, grade=5, class_number=2, on=date(2026, 1, 10), by=None)
    client, child = signed_in(guardian), f"/desk/guardian/{students[0].uuid}/"
    assert f"{school.name} {published.period.label}正在公示" in client.get(child).text
    client.post(
        f"{child}appeal/?of={published.uuid}",
        {"key": uuid.uuid4(), "ground": "missing", "statement": "少了一次"},
    )

    client = signed_in(school_verifier)
    assert "已转出的学生" in client.get("/desk/credits/appeals/").text
    with scope(f"school:{school.pk}"):
        filed = Appeal.objects.get()
    assert "少了一次" in client.get(filed.get_absolute_url()).text
    client.post(f"{filed.get_absolute_url()}answer/", {"verdict": "upheld", "note": "补记。"})

    with scope(f"guardian:{guardian.pk}"):
        assert Appeal.objects.get().status == Appeal.Status.UPHELD
