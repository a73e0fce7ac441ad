"""Rights over a child's data: in time, in writing, and erased without a trace but the ledger's sums."""

import uuid
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from portal.calendar import SHANGHAI, local_today
from portal.documents import IssuedPaper
from portal.errors import Refused
from portal.files import Attachment
from portal.roles import Role
from portal.scope import scope
from tests.factories import UserFactory
from tests.youth_credits.factories import name, number, odd_things_of, record, row, uploaded, workbook
from youth_credits import actions, queries
from youth_credits.models import (
    Credit,
    Enrolment,
    FamilyClaim,
    GuardianSlip,
    OutingSeat,
    RetentionPlan,
    RetentionRule,
    RightsRequest,
    SpecialCase,
    Student,
    StudentPass,
    StudentYear,
    TimeLimit,
)
from youth_credits.sheets import child_workbook

NOW = timezone.now


def asked(student, guardian, *, kind="deletion", **more):
    values = {"statement": "已转到外地", "key": uuid.uuid4(), "at": NOW()} | more
    with scope(f"guardian:{guardian.pk}"):
        return actions.ask_right(student, kind=kind, by=guardian, **values)


def reread(request):
    return RightsRequest.objects.select_related("organization__region", "region", "created_by").get(
        pk=request.pk
    )


@time_machine.travel(datetime(2026, 1, 12, 9, tzinfo=SHANGHAI))
def test_a_request_is_due_fifteen_working_days_later(students, guardian):
    assert asked(students[0], guardian, kind="access").due_on == date(2026, 2, 2)


def test_the_same_kind_is_not_asked_twice_while_it_waits(students, guardian):
    asked(students[0], guardian)
    with pytest.raises(Refused, match="正在办理"):
        asked(students[0], guardian)


def test_a_refusal_is_in_writing(students, guardian, school_verifier):
    request = asked(students[0], guardian)
    with pytest.raises(Refused, match="书面"):
        actions.refuse_right(request, words=" ", by=school_verifier, at=NOW())

    actions.refuse_right(request, words="学籍仍在本校。", by=school_verifier, at=NOW())

    assert (reread(request).status, reread(request).answer) == ("refused", "学籍仍在本校。")


def test_the_database_itself_wants_a_refusal_in_writing(students, guardian):
    request = asked(students[0], guardian)
    with pytest.raises(DatabaseError), transaction.atomic():
        RightsRequest.objects.filter(pk=request.pk).update(status="refused")


def test_a_guardian_asks_for_the_own_child_only(students, guardian):
    with pytest.raises(DatabaseError):
        asked(students[1], guardian)


def test_a_request_past_its_day_is_told_to_the_city_once(students, guardian, staff):
    request = asked(students[0], guardian)
    later = NOW() + timedelta(days=40)
    with scope("steward"):
        counts = [actions.mark_overdue(at=later), actions.mark_overdue(at=later)]

    assert counts == [1, 0]
    assert reread(request).is_overdue


def test_a_copy_has_everything_of_one_child_and_nothing_of_another(students, guardian, school, school_clerk):
    record(school, school_clerk, students)

    book = load_workbook(child_workbook(students[0]))

    text = "\n".join(
        str(cell) for sheet in book for cells in sheet.iter_rows(values_only=True) for cell in cells if cell
    )
    assert name(0) in text
    assert number(0) in text
    assert "植物标本制作" in text
    assert name(1) not in text
    assert number(1) not in text


# --- Erasing --------------------------------------------------------------------------------------


def everything() -> str:
    """The text of every row of every table, as somebody with the whole database would find it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p')"
            " AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition"
        )
        texts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            texts.append(cursor.fetchone()[0])
    return " ".join(texts)


@pytest.fixture
def erased(students, guardian, school, school_clerk, school_verifier, run_jobs):
    """The first child with all that can hang on one, erased at the guardian's request."""
    child = students[0]
    batch = record(school, school_clerk, students)
    actions.verify(batch, by=school_verifier)
    prize = row(0, 类别="A8", 活动名称="创新大赛", 获奖等级="市级一等奖", 证书编号="SZ-2025-0042")
    sheet = uploaded(school, school_clerk, workbook([prize]))
    run_jobs()
    sheet.refresh_from_db()
    actions.keep(sheet, only_good=False, by=school_clerk)
    run_jobs()
    actions.issue_transcript(child, by=school_clerk)
    before = {
        "sums": list(
            StudentYear.objects.order_by("pk").values_list("student", "credits", "minutes", "entries")
        ),
        "entries": Credit.objects.count(),
        "hashes": (bytes(child.number_hash).hex(), bytes(child.name_hash).hex()),
        "sealed": bytes(child.name_sealed).hex(),
        "certificates": Credit.objects.filter(certificate="SZ-2025-0042").count(),
    }
    request = asked(child, guardian)
    actions.grant_right(request, words="", by=school_verifier, at=NOW())
    run_jobs()
    return child, before


def test_after_an_erasure_nothing_tells_who_the_child_was(erased):
    child, before = erased
    with scope("steward"):
        text = everything()

    assert before["certificates"] == 1
    for trace in (
        name(0),
        number(0),
        child.number_masked,
        *before["hashes"],
        before["sealed"],
        "SZ-2025-0042",
    ):
        assert trace not in text
    assert not Attachment.objects.exists()


def test_after_an_erasure_no_entry_tells_an_award_or_why_it_was_taken_back(
    students, school, school_clerk, school_verifier, run_jobs
):
    prize = row(0, 类别="A8", 活动名称="创新大赛", 获奖等级="市级一等奖", 证书编号="SZ-2025-0042")
    sheet = uploaded(school, school_clerk, workbook([prize]))
    run_jobs()
    sheet.refresh_from_db()
    actions.keep(sheet, only_good=False, by=school_clerk)
    run_jobs()
    sheet.refresh_from_db()
    entry = Credit.objects.get(award="市级一等奖")
    actions.return_entries(sheet, [entry.pk], note="王子涵没有参赛", by=school_verifier)

    with scope("steward"):
        actions.erase(students[0], reason="监护人请求删除", at=NOW())

    told = Credit.objects.filter(student=students[0]).values_list("award", "certificate", "note")
    assert list(told) == [("", "", "")] * 2


def test_an_award_may_be_blanked_and_never_rewritten(students, school, school_clerk):
    record(school, school_clerk, students[:1])

    with scope("steward"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Credit.objects.update(award="市级一等奖")
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Credit.objects.update(award="", credits=0)


def test_an_erasure_takes_claims_special_cases_passes_and_seats_with_it(students, school, school_clerk, unit):
    child = students[0]
    with scope("steward"):
        outing = odd_things_of(school, unit, school_clerk, child)["outing"]
        StudentPass.objects.create(student=child, school=school, number="P4T7Q2K9X1C5", number_hash=b"1" * 32)
        seat = OutingSeat.objects.create(
            outing=outing,
            student=child,
            school=school,
            base=unit,
            pass_number="P4T7Q2K9X1C5",
            family_name="欧阳",
        )

        actions.erase(child, reason="监护人请求删除", at=NOW())

        seat.refresh_from_db()
        left = [
            model.objects.filter(student=child).count() for model in (FamilyClaim, SpecialCase, StudentPass)
        ]
    assert (left, seat.pass_number, seat.family_name) == ([0, 0, 0], "", "")


def test_after_an_erasure_the_ledger_has_its_entries_and_its_sums(erased):
    _, before = erased
    sums = list(StudentYear.objects.order_by("pk").values_list("student", "credits", "minutes", "entries"))

    assert (sums, Credit.objects.count()) == (before["sums"], before["entries"])
    with scope("ledger"):
        assert queries.unbalanced() == []


def test_after_an_erasure_papers_say_nothing_and_the_guardian_sees_nothing(erased, guardian):
    paper = IssuedPaper.objects.get()
    with scope(f"guardian:{guardian.pk}"):
        assert Student.objects.count() == 0

    assert (paper.masked_name, paper.public_facts, paper.revoked_at is None) == ("", [], False)


# --- Retention ------------------------------------------------------------------------------------

TONIGHT = datetime(2027, 3, 20, 2, tzinfo=SHANGHAI)


@pytest.fixture
def leavers(students):
    """Of three children one left long enough ago, one a day too late, and one is still there."""
    RetentionRule.objects.filter(subject="student").update(days=1095, notice_days=30)
    long_ago = TONIGHT.date() - timedelta(days=1095)
    for child, left_on in ((students[0], long_ago), (students[1], long_ago + timedelta(days=1))):
        Student.objects.filter(pk=child.pk).update(is_active=False)
        Enrolment.objects.filter(student=child).update(starts_on=date(2020, 9, 1), ends_on=left_on)
    return students


def test_what_is_due_on_a_day_is_exactly_what_left_long_enough_ago(leavers):
    rule = RetentionRule.objects.get(subject="student")
    with scope("steward"):
        assert actions.due(rule, TONIGHT.date()) == [leavers[0].pk]
        assert actions.due(rule, TONIGHT.date() - timedelta(days=1)) == []


def test_a_night_shows_first_and_carries_out_after_the_days_of_notice(leavers):
    with scope("steward"), time_machine.travel(TONIGHT, tick=False) as clock:
        first = actions.retention_night(at=TONIGHT)
        shown = RetentionPlan.objects.get()
        early = TONIGHT + timedelta(days=29)
        clock.move_to(early)
        before = actions.retention_night(at=early)[0]
        then = TONIGHT + timedelta(days=30)
        clock.move_to(then)
        carried = actions.retention_night(at=then)[0]

        assert (first, shown.count, before, carried) == ((0, 1), 1, 0, 1)
        gone = Student.objects.filter(erased_at__isnull=False)
        assert [child.pk for child in gone] == [leavers[0].pk]


def test_a_plan_too_large_for_a_night_goes_on_the_next(leavers, monkeypatch):
    monkeypatch.setattr("youth_credits.actions.retention.MOST_A_NIGHT", 1)
    Enrolment.objects.filter(student__in=leavers[:2]).update(ends_on=date(2021, 1, 1))
    with scope("steward"), time_machine.travel(TONIGHT, tick=False) as clock:
        actions.retention_night(at=TONIGHT)
        carried = []
        for days in (30, 31):
            then = TONIGHT + timedelta(days=days)
            clock.move_to(then)
            carried.append(actions.retention_night(at=then)[0])

        plan = RetentionPlan.objects.get()
        assert (carried, plan.status, plan.done_count) == ([1, 1], "done", 2)


def test_a_plan_that_somebody_stopped_is_not_carried_out(leavers, staff):
    with scope("steward"), time_machine.travel(TONIGHT, tick=False) as clock:
        actions.retention_night(at=TONIGHT)
        actions.stop_plan(RetentionPlan.objects.get(), note="有争议", by=staff, at=TONIGHT)
        later = TONIGHT + timedelta(days=31)
        clock.move_to(later)
        actions.retention_night(at=later)

        assert not Student.objects.filter(erased_at__isnull=False, pk=leavers[0].pk).exists()


def test_an_unused_slip_goes_thirty_days_after_it_expired(students, school, school_clerk):
    actions.print_slips(
        students[:1], school=school, printing=uuid.uuid4(), label="", by=school_clerk, at=TONIGHT
    )
    rule = RetentionRule.objects.get(subject="slip")
    expires = GuardianSlip.objects.get().expires_at
    with scope("steward"):
        early = actions.due(rule, (expires + timedelta(days=30)).date())
        late = actions.due(rule, (expires + timedelta(days=32)).date())

    assert (early, len(late)) == ([], 1)


# --- The year's report ----------------------------------------------------------------------------


def test_a_year_s_report_counts_as_one_would_by_hand(
    signed_in, students, guardian, school, school_clerk, school_verifier
):
    asked(students[0], guardian, kind="access")
    request = asked(students[0], guardian, kind="copy")
    actions.refuse_right(request, words="本人可直接下载。", by=school_verifier, at=NOW())
    client = signed_in(school_clerk)
    for _ in range(3):
        client.get(f"/desk/credits/students/{students[0].uuid}/")

    page = client.get("/desk/credits/protection/").content.decode()
    with scope(f"school:{school.pk}"):
        figures = {
            f"{title}：{word}": count
            for title, rows in queries.protection_report(school, local_today().year)
            for word, count in rows
        }

    assert figures["学生与同意：在校学生"] == 3
    assert figures["学生与同意：未满14周岁且监护人同意"] == 3
    assert figures["校内查看与导出：打开学生记录"] == 3
    assert (figures["监护人请求：收到"], figures["监护人请求：不予办理（书面说明理由）"]) == (2, 1)
    assert "未满14周岁且监护人同意" in page


# --- What documents set ----------------------------------------------------------------------------


def test_of_a_steps_time_limits_one_is_in_force_and_later_ones_are_to_come(rules):
    today = local_today()
    TimeLimit.objects.create(
        step="answer", working_days=8, in_force_from=today - timedelta(days=1), basis="新规则"
    )
    TimeLimit.objects.create(
        step="answer", working_days=6, in_force_from=today + timedelta(days=1), basis="更新规则"
    )

    found = [
        (limit.working_days, state) for limit, state in queries.time_limits(today) if limit.step == "answer"
    ]

    assert found == [(6, "尚未启用"), (8, "现行"), (10, "已被取代")]


def test_the_citys_page_shows_limits_and_periods_with_their_basis(signed_in, rules, city):
    keeper = UserFactory(username="keeper", holding=(Role.STAFF, city))

    page = signed_in(keeper, factor=True).get(reverse("protection:start")).content.decode()

    assert "学校 10 个工作日内答复" in page
    assert "个人信息保护法第十九条：失效后 30 日" in page
    assert "维护办理期限" in page


def test_what_the_association_changed_stays_when_the_file_is_loaded_again(rules):
    RetentionRule.objects.filter(subject="slip").update(days=7)
    TimeLimit.objects.filter(step="answer").update(working_days=8)

    actions.load_protection(actions.DATA / "protection.json")

    assert RetentionRule.objects.get(subject="slip").days == 7
    assert TimeLimit.objects.get(step="answer").working_days == 8
