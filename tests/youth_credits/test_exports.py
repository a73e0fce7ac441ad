"""What is handed on to the bureau: its order of columns, a manifest, and no cell that runs."""

import csv
import hashlib
import io
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.audit import AuditEntry
from portal.scope import scope
from tests.youth_credits.factories import HELD, enrol, name, number
from youth_credits import actions
from youth_credits.actions import Occasion
from youth_credits.models import Export
from youth_credits.queries import RuleBook


@pytest.fixture
def asked(rules, school, school_clerk, run_jobs):
    """A school with three children and an entry each, of which the export of a kind was written."""

    def ask(kind: str) -> Export:
        with scope(f"school:{school.pk}"):
            students = enrol(school, school_clerk)
            actions.record_class(
                Occasion(RuleBook().find("A1", HELD), HELD, "=1+1 水火箭"),
                students,
                minutes=120,
                school=school,
                key=uuid.uuid4(),
                by=school_clerk,
            )
            made = actions.ask_export(school, kind=kind, school_year=2025, key=uuid.uuid4(), by=school_clerk)
        run_jobs()
        with scope(f"school:{school.pk}"):
            return Export.objects.select_related("file").get(pk=made.pk)

    return ask


def _read(made) -> list[dict]:
    return list(csv.DictReader(io.StringIO(made.file.read().decode("utf-8-sig"), newline="")))


def test_the_manifest_is_that_of_the_file(asked):
    made = asked("credits")

    assert made.rows == len(_read(made)) == 3
    assert made.sha256 == hashlib.sha256(made.file.read()).hexdigest()


def test_the_columns_stand_in_the_bureaus_order_with_whole_numbers(asked):
    rows = _read(asked("credits"))

    assert list(rows[0]) == [header for header, _ in actions.columns_of("credits")]
    assert {row["学籍号"] for row in rows} == {number(serial) for serial in range(3)}
    assert rows[0]["学分"] == "1.00"


def test_no_cell_runs(asked):
    rows = _read(asked("credits"))

    assert all(row["活动名称"] == "'=1+1 水火箭" for row in rows)


def test_the_roll_goes_out_too_and_both_are_in_the_trail(asked):
    rows = _read(asked("roll"))

    assert {row["姓名"] for row in rows} == {name(serial) for serial in range(3)}
    assert AuditEntry.objects.filter(action="export", subject_type="youth_credits.roll").exists()
    assert AuditEntry.objects.filter(action="ask_export").exists()


def test_without_a_second_factor_nothing_is_handed_out(asked, signed_in, school_clerk):
    made = asked("roll")

    answer = signed_in(school_clerk).get(reverse("youth_credits:export_file", args=[made.uuid]))

    assert answer.status_code == 302


def test_another_school_finds_no_export(asked, signed_in, other_clerk):
    made = asked("roll")

    answer = signed_in(other_clerk, factor=True).get(reverse("youth_credits:export_file", args=[made.uuid]))

    assert answer.status_code == 404


def test_a_manifest_is_whole_or_absent(asked, school):
    made = asked("roll")

    with scope(f"school:{school.pk}"), pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=made.pk).update(sha256="")
