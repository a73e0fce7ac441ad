"""Children of promise: with a consent of its own, step by step, seen by school and guardian alone."""

import uuid
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from portal.errors import Refused
from portal.notices import Notice
from portal.scope import scope
from tests.talent.factories import PersonFactory
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
