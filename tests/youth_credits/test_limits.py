"""Time limits and periods of keeping: kept one by one or by a sheet, which is previewed."""

import io
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.audit import AuditEntry
from portal.calendar import local_today
from portal.errors import Refused
from portal.registers import dataset_of
from portal.roles import Role
from portal.sheets import read_table
from tests.factories import UserFactory
from youth_credits import queries
from youth_credits.actions.limits import change_limit, change_period, create_limit
from youth_credits.models import RetentionRule, TimeLimit
from youth_credits.sheets.limits import PeriodSheet, TimeLimitSheet

TODAY = local_today()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def staff(rules, city, staff):
    return staff


def sheet(kind, *rows):
    """A sheet of a register, as a file that was read."""
    target = io.BytesIO()
    headers = list(kind.columns)
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, headers)
        for line, row in enumerate(rows, start=1):
            page.write_row(line, 0, row)
    return dataset_of(read_table(target.getvalue(), expect=headers))


def problems(result) -> list:
    return [problem for row in result.rows for problem in row.problems]


def test_a_limit_to_come_is_entered_and_counts_from_its_day(staff):
    create_limit(step="answer", working_days=8, in_force_from=TOMORROW, basis="新办法", by=staff)

    assert queries.working_days("answer", TODAY) == 10
    assert queries.working_days("answer", TOMORROW) == 8
    assert AuditEntry.objects.filter(action="create", subject_type="youth_credits.TimeLimit").exists()


def test_a_limit_that_counts_already_is_neither_changed_nor_entered(staff):
    with pytest.raises(Refused, match="不能修改"):
        change_limit(TimeLimit.objects.get(step="answer"), working_days=3, by=staff)
    with pytest.raises(Refused, match="须晚于今天"):
        create_limit(step="answer", working_days=3, in_force_from=TODAY, basis="新办法", by=staff)


def test_limits_are_the_associations_to_keep(staff, officer):
    with pytest.raises(PermissionDenied):
        create_limit(step="answer", working_days=8, in_force_from=TOMORROW, basis="新办法", by=officer)
    with pytest.raises(PermissionDenied):
        change_period(RetentionRule.objects.get(subject="slip"), days=60, by=officer)


def test_what_was_looked_at_is_kept_three_years(staff):
    with pytest.raises(IntegrityError, match="three_years"), transaction.atomic():
        RetentionRule.objects.filter(subject="case").update(days=1094)


def test_a_sheet_of_limits_is_previewed_and_then_kept(staff):
    row = ("学校答复申诉", TOMORROW.isoformat(), 8, "新办法")

    seen = TimeLimitSheet(by=staff).preview(sheet(TimeLimitSheet, row))
    assert (problems(seen), TimeLimit.objects.filter(step="answer").count()) == ([], 1)

    TimeLimitSheet(by=staff).keep(sheet(TimeLimitSheet, row))
    assert queries.working_days("answer", TOMORROW) == 8


def test_a_sheet_with_a_limit_of_the_past_keeps_nothing(staff):
    rows = [
        ("学校答复申诉", TOMORROW.isoformat(), 8, "新办法"),
        ("区教育局作出决定", TODAY.isoformat(), 15, "新办法"),
        ("没有的环节", TOMORROW.isoformat(), 15, "新办法"),
    ]

    result = TimeLimitSheet(by=staff).keep(sheet(TimeLimitSheet, *rows))

    assert len(problems(result)) == 2
    assert not TimeLimit.objects.filter(working_days=8).exists()


def test_a_sheet_of_periods_changes_those_that_are_there(staff):
    row = ("未使用的监护人开户单", 45, 3, "新办法")

    PeriodSheet(by=staff).keep(sheet(PeriodSheet, row))

    rule = RetentionRule.objects.get(subject="slip")
    assert (rule.days, rule.notice_days, rule.basis) == (45, 3, "新办法")
    assert AuditEntry.objects.filter(action="change", subject_type="youth_credits.RetentionRule").exists()


def test_a_limit_that_counts_is_refused_beside_its_form(signed_in, rules, city):
    keeper = UserFactory(username="keeper", holding=(Role.STAFF, city))
    limit = TimeLimit.objects.get(step="answer")
    url = reverse("admin:youth_credits_timelimit_change", args=[limit.pk])
    said = {
        "step": "answer",
        "in_force_from": limit.in_force_from.isoformat(),
        "working_days": 3,
        "basis": "x",
    }

    answer = signed_in(keeper, factor=True).post(url, said)

    assert answer.status_code == 200
    assert "已启用的期限不能修改" in answer.content.decode()
    limit.refresh_from_db()
    assert limit.working_days == 10
