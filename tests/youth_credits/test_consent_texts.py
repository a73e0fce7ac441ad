"""Texts to consent to, in versions, and the awards for hours: kept by the association in their registers."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.audit import AuditEntry
from portal.calendar import local_today
from portal.errors import Refused
from portal.roles import Role
from tests.factories import UserFactory
from tests.youth_credits.factories import BatchFactory, number, roll_workbook, uploaded
from youth_credits import actions, queries
from youth_credits.actions.consent_texts import save_consent_text
from youth_credits.actions.hours_awards import save_hours_award
from youth_credits.models import Batch, Consent, ConsentText, HoursAward, Student

TODAY = local_today()
SAID = {
    "version": "2027-1",
    "title": "监护人同意书",
    "body": "一、新的一段。\n\n二、又一段。",
    "basis": "新规定",
}


@pytest.fixture
def staff(rules, city, staff):
    return staff


@pytest.fixture
def keeper(signed_in, rules, city):
    return signed_in(UserFactory(username="keeper", holding=(Role.STAFF, city)), factor=True)


def to_come(days: int = 1) -> ConsentText:
    return ConsentText(**SAID, in_force_from=TODAY + timedelta(days=days))


@pytest.fixture
def two_texts(rules):
    """A second text, in force since ten days ago."""
    return ConsentText.objects.create(**SAID, in_force_from=TODAY - timedelta(days=10))


# --- Texts -----------------------------------------------------------------------------------------


def test_a_version_to_come_is_entered_and_mended_until_its_day(staff):
    text = save_consent_text(to_come(), by=staff)
    text.title = "青少年科普学分监护人同意书（修订）"
    save_consent_text(text, by=staff)

    assert queries.consent_text(TODAY).version == "2026-1"
    assert queries.consent_text(TODAY + timedelta(days=1)).title.endswith("（修订）")
    trail = AuditEntry.objects.filter(subject_type="youth_credits.ConsentText").order_by("pk")
    assert list(trail.values_list("action", flat=True)) == ["create", "change"]


def test_a_text_in_force_is_neither_changed_nor_entered(staff):
    text = ConsentText.objects.get()
    text.body = "别的话"

    with pytest.raises(Refused, match="不能修改"):
        save_consent_text(text, by=staff)
    with pytest.raises(Refused, match="须晚于今天"):
        save_consent_text(to_come(0), by=staff)


def test_the_database_lets_nobody_change_a_text_in_force(staff):
    save_consent_text(to_come(), by=staff)

    for change in (
        lambda: ConsentText.objects.filter(version="2026-1").update(body="别的话"),
        lambda: ConsentText.objects.filter(version="2026-1").delete(),
    ):
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            change()
    assert ConsentText.objects.filter(version="2027-1").update(body="别的话") == 1


def test_texts_are_the_associations_to_keep(rules, officer):
    with pytest.raises(PermissionDenied):
        save_consent_text(to_come(), by=officer)


def test_a_new_text_is_entered_on_its_page_and_one_in_force_refused_there(keeper):
    typed = {**SAID, "in_force_from": (TODAY + timedelta(days=1)).isoformat()}
    add = reverse("admin:youth_credits_consenttext_add")
    old = ConsentText.objects.get()

    early = keeper.post(add, {**typed, "in_force_from": TODAY.isoformat()})
    kept = keeper.post(add, typed)
    refused = keeper.post(
        reverse("admin:youth_credits_consenttext_change", args=[old.pk]), {**typed, "version": "2026-1"}
    )

    assert "须晚于今天" in early.content.decode()
    assert kept.status_code == 302
    assert ConsentText.objects.get(version="2027-1").paragraphs == ["一、新的一段。", "二、又一段。"]
    assert "不能修改" in refused.content.decode()


# --- What is recorded ------------------------------------------------------------------------------


def test_a_roll_records_the_version_in_force_on_the_day_of_each_consent(two_texts, in_school, school_clerk):
    batch = BatchFactory(organization=in_school, created_by=school_clerk, kind=Batch.Kind.ROLL)
    days = (TODAY - timedelta(days=11), TODAY - timedelta(days=10), None)
    rows = [actions.RollRow(line, number(line), "王子涵", 5, 1, day) for line, day in enumerate(days)]

    actions.update_roll(rows, batch=batch, on=TODAY)

    assert [child.consent_version for child in Student.objects.order_by("pk")] == ["2026-1", "2027-1", ""]
    versions = Consent.objects.order_by("student").values_list("version", flat=True)
    assert list(versions) == ["2026-1", "2027-1"]


def test_a_later_roll_with_a_new_day_of_consent_records_its_version(two_texts, in_school, school_clerk):
    for day in (None, TODAY):
        batch = BatchFactory(organization=in_school, created_by=school_clerk, kind=Batch.Kind.ROLL)
        actions.update_roll([actions.RollRow(2, number(0), "王子涵", 5, 1, day)], batch=batch, on=TODAY)

    assert Student.objects.get().consent_version == "2027-1"


def test_a_roll_with_a_consent_older_than_any_text_is_a_fault(in_school, school_clerk, run_jobs, found):
    cells = {
        "学籍号": number(0),
        "姓名": "王子涵",
        "年级": "五年级",
        "班级": 1,
        "监护人同意日期": "2017-09-01",
    }
    batch = uploaded(in_school, school_clerk, roll_workbook([cells]), kind=Batch.Kind.ROLL)

    run_jobs()

    batch.refresh_from_db()
    assert found(batch) == [(2, "监护人同意日期", "该日期没有适用的监护人同意书")]


def test_a_child_without_a_number_gets_the_version_of_its_day(two_texts, in_school, school_clerk):
    child = actions.add_student(
        in_school,
        name="王子涵",
        born_on=TODAY.replace(year=TODAY.year - 11, day=1),
        grade=5,
        class_number=1,
        on=TODAY,
        consented_on=TODAY - timedelta(days=11),
        key=uuid.uuid4(),
        by=school_clerk,
    )

    assert child.consent_version == "2026-1"


# --- Awards for hours ------------------------------------------------------------------------------


def test_awards_are_switched_on_and_their_hours_changed_on_their_page(keeper):
    award = HoursAward.objects.get(hours=30)
    typed = {
        "hours": 40,
        "name": award.name,
        "in_force_from": award.in_force_from.isoformat(),
        "basis": "市科协决定",
        "is_active": "on",
    }

    answer = keeper.post(reverse("admin:youth_credits_hoursaward_change", args=[award.pk]), typed)

    assert answer.status_code == 302
    award.refresh_from_db()
    assert (award.hours, award.is_active) == (40, True)
    assert AuditEntry.objects.filter(action="change", subject_type="youth_credits.HoursAward").exists()


def test_awards_are_the_associations_to_keep_and_within_bounds(staff, officer):
    award = HoursAward.objects.get(hours=30)

    with pytest.raises(PermissionDenied):
        save_hours_award(award, by=officer)
    award.hours = 0
    with pytest.raises(ValidationError, match="1 至 10,000"):
        save_hours_award(award, by=staff)


def test_an_award_that_begins_later_is_not_given_yet(students, monkeypatch):
    HoursAward.objects.filter(hours=30).update(is_active=True)
    HoursAward.objects.filter(hours=65).update(is_active=True, in_force_from=TODAY + timedelta(days=1))
    row_of = type("Row", (), {"minutes": 70 * 60})
    monkeypatch.setattr("youth_credits.queries.rights.transcript_entries", lambda student: [row_of])

    assert [award.hours for award in queries.awards_reached(students[0])] == [30]
