"""Children of promise: with a consent of its own, step by step, seen by school and guardian; the mentor sees
the projects alone.
"""

import uuid
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal.audit import AuditEntry
from portal.errors import Refused
from portal.notices import Notice
from portal.scope import scope
from tests.factories import UserFactory
from tests.talent.factories import PersonFactory
from youth_credits import actions, queries
from youth_credits.actions import promising
from youth_credits.models import Nomination

NOW = timezone.now


@pytest.fixture
def named(students, guardian, school_clerk):
    return promising.nominate(
        students[0], field="nature", statement="喜欢观察鸟类。", key=uuid.uuid4(), by=school_clerk
    )


def agreed(named, guardian):
    with scope(f"guardian:{guardian.pk}"):
        promising.agree(named, by=guardian, at=NOW())
    return named


def test_the_guardian_is_asked(named, guardian):
    assert Notice.objects.filter(recipient=guardian, text__contains="推荐").count() == 1


def test_what_the_guardian_is_asked_waits_on_the_desk_until_it_is_answered(named, guardian):
    title = "待您决定的科学潜质培养推荐"
    [waiting] = [one for one in queries.oversight_waiting(guardian) if one.title == title]
    assert waiting.items == [("自然科学", reverse("guardian:nomination", args=[named.uuid]))]

    agreed(named, guardian)

    assert title not in [one.title for one in queries.oversight_waiting(guardian)]


def test_nothing_begins_without_the_guardian(named, school_verifier):
    person = PersonFactory()
    with pytest.raises(Refused, match="不能开始培养"):
        promising.start(named, mentor_code=person.code, by=school_verifier, at=NOW())


def test_the_database_itself_wants_consent_and_mentor(named):
    for values in ({"status": "consented"}, {"status": "active", "consented_at": NOW()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Nomination.objects.filter(pk=named.pk).update(**values)


def test_with_consent_comes_a_mentor_and_a_project(named, guardian, school_clerk, school_verifier):
    agreed(named, guardian)
    promising.start(named, mentor_code=PersonFactory().code.lower(), by=school_verifier, at=NOW())

    project = promising.add_project(named, title="湿地鸟类", starts_on=date(2026, 3, 1), by=school_clerk)
    promising.report_project(project, words="记录了 30 种。", ended_on=date(2026, 6, 1), by=school_clerk)

    assert named.projects.get().report == "记录了 30 种。"


def test_a_mentor_who_is_not_in_the_pool_is_refused(named, guardian, school_verifier):
    agreed(named, guardian)
    with pytest.raises(Refused, match="人才编号"):
        promising.start(named, mentor_code="NOBODY", by=school_verifier, at=NOW())


def test_a_guardian_ends_it_at_any_time(named, guardian, school_verifier, school_clerk):
    agreed(named, guardian)
    promising.start(named, mentor_code=PersonFactory().code, by=school_verifier, at=NOW())
    with scope(f"guardian:{guardian.pk}"):
        promising.decline(named, by=guardian, at=NOW())

    with pytest.raises(Refused, match="开始培养后"):
        promising.add_project(named, title="湿地鸟类", starts_on=date(2026, 3, 1), by=school_clerk)


def test_another_guardian_and_an_office_see_nothing(named, school):
    for other in ("guardian:999999", f"office:{school.region_id}", "ledger"):
        with scope(other):
            assert Nomination.objects.count() == 0


def test_a_guardian_names_no_child(named, students, guardian, school):
    with pytest.raises(DatabaseError), scope(f"guardian:{guardian.pk}"):
        Nomination.objects.create(
            student=students[0],
            organization=school,
            region=school.region,
            created_by=guardian,
            field="maths",
            statement_sealed=b"",
        )


def test_school_and_guardian_go_through_it_on_their_pages(signed_in, named, guardian, school_verifier):
    client = signed_in(guardian)
    assert "喜欢观察鸟类" in client.get(f"/desk/guardian/nominations/{named.uuid}/").content.decode()
    client.post(f"/desk/guardian/nominations/{named.uuid}/agree/")

    page = signed_in(school_verifier).get(f"/desk/credits/nominations/{named.uuid}/").content.decode()

    assert "安排导师" in page


# --- The mentor ------------------------------------------------------------------------------------


@pytest.fixture
def mentor():
    return PersonFactory(account=UserFactory(username="mentor"))


@pytest.fixture
def running(named, guardian, school_clerk, school_verifier, mentor):
    """A development under the mentor, with a project."""
    agreed(named, guardian)
    promising.start(named, mentor_code=mentor.code, by=school_verifier, at=NOW())
    promising.add_project(named, title="湿地鸟类", starts_on=date(2026, 3, 1), by=school_clerk)
    return named


def seen_by(person):
    with scope(f"mentor:{person.account_id}"):
        return [one.title for row in queries.mentored(person.account) for one in row.shown_projects]


def test_a_mentor_reads_the_own_projects_and_nobody_else_does(running, mentor):
    other = PersonFactory(account=UserFactory(username="other_mentor"))

    assert seen_by(mentor) == ["湿地鸟类"]
    assert seen_by(other) == []


def test_of_the_child_a_mentor_reads_nothing_even_by_raw_statements(running, mentor):
    with scope(f"mentor:{mentor.account_id}"), connection.cursor() as cursor:
        for table in ("student", "enrolment", "credit", "studentyear", "guardianship", "studentpass"):
            cursor.execute(f"SELECT count(*) FROM youth_credits_{table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("UPDATE youth_credits_project SET title = 'x' RETURNING 1")
        assert cursor.fetchall() == []


def test_when_the_guardian_goes_the_mentor_sees_nothing_from_then_on(running, mentor, guardian):
    with scope(f"guardian:{guardian.pk}"):
        promising.decline(running, by=guardian, at=NOW())

    assert seen_by(mentor) == []


def test_consent_taken_back_altogether_ends_what_runs(running, mentor, guardian, students):
    with scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(students[0], by=guardian, at=NOW())

    running.refresh_from_db()
    assert running.status == "declined"
    assert seen_by(mentor) == []


def test_consent_taken_back_on_paper_ends_what_runs(running, mentor, students, school_clerk):
    actions.withdraw_consent(students[0], on=date(2026, 3, 2), signer="王大明", by=school_clerk)

    assert seen_by(mentor) == []


def test_who_has_left_the_pool_sees_nothing(running, mentor):
    type(mentor).objects.filter(pk=mentor.pk).update(left_on=date(2026, 3, 2), leaving_reason="离任")

    assert seen_by(mentor) == []


def test_each_look_of_a_mentor_is_logged_and_shows_no_child(signed_in, running, mentor, students):
    page = signed_in(mentor.account).get(reverse("mentor:projects")).content.decode()

    assert "湿地鸟类" in page
    assert students[0].name_masked not in page
    assert students[0].class_label not in page
    assert AuditEntry.objects.filter(actor_id=mentor.account_id, note="导师查看课题").count() == 1
