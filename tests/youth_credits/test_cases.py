"""A record opened from outside the school: a reason, a second person, a time; and draws among entries."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.audit import AuditEntry
from portal.calendar import day_start, local_today, term
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import enrol, number, record
from youth_credits import actions, queries
from youth_credits.models import AccessCase, Batch, Credit, DrawnEntry, SpotCheck, Student

NOW = timezone.now


@pytest.fixture
def asker(school):
    return UserFactory(username="education", holding=(Role.EDUCATION, school.region), mfa=True)


@pytest.fixture
def second(staff):
    return staff


@pytest.fixture
def office(school):
    return f"office:{school.region_id}"


def asked(school, asker, office, serial=0):
    with scope(office):
        return actions.request_case(school, number(serial), reason="处理来信", by=asker, at=NOW())


@pytest.fixture
def case(students, school, school_clerk, asker, office):
    record(school, school_clerk, students)
    return asked(school, asker, office)


def seen(case) -> int:
    with scope(f"case:{case.pk}"):
        return Credit.objects.count()


def approve(case, by):
    with scope(f"office:{case.school.region_id}"):
        actions.approve_case(case, by=by, at=NOW())


def test_a_record_opens_only_after_a_second_person_approved(case, second):
    before = seen(case)
    approve(case, second)

    assert (before, seen(case)) == (0, 1)


def test_nobody_approves_the_own_request(case, asker):
    with pytest.raises(Refused, match="另一人"):
        approve(case, asker)


def test_the_database_itself_knows_that_approver_and_asker_are_two(case):
    with pytest.raises(IntegrityError), transaction.atomic(), scope("steward"):
        AccessCase.objects.filter(pk=case.pk).update(
            status="approved",
            approved_by=case.requested_by,
            approved_at=NOW(),
            ends_at=NOW() + timedelta(days=1),
        )


def test_a_case_ends_by_itself_and_may_be_ended_before(case, second, asker, office):
    approve(case, second)
    with scope(office):
        actions.end_case(case, by=asker, at=NOW())

    assert seen(case) == 0
    assert not case.is_open(NOW())


def test_an_office_sees_no_child_at_all(case, office):
    with scope(office):
        assert Student.objects.count() == Credit.objects.count() == 0
        assert AccessCase.objects.count() == 1


def test_a_number_nobody_has_at_the_school_is_refused_and_written_down(students, school, asker, office):
    with pytest.raises(Refused, match="没有此学籍号"):
        asked(school, asker, office, serial=99)


def test_the_school_is_told_when_a_case_is_approved(case, second, school_verifier):
    approve(case, second)

    assert Notice.objects.filter(recipient=school_verifier, text__contains="查阅").count() == 1


def test_a_child_without_consent_stays_hidden_from_an_approved_case(case, second):
    """Basis: 青少年科普学分工作规则."""
    approve(case, second)
    with scope("steward"):
        Student.objects.update(consented_on=None, consent_version="")

    assert seen(case) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", [Role.EDUCATION, Role.STAFF])
def test_opening_a_record_without_approval_is_refused_and_written_down(signed_in, rules, district, role):
    """Basis: 青少年科普学分工作规则."""
    school = OrganizationFactory(region=district, school=True)
    clerk = UserFactory(holding=(Role.SCHOOL, school))
    office = district.parent if role == Role.STAFF else district
    asker = UserFactory(holding=(role, office), mfa=True)
    with scope(f"school:{school.pk}"):
        student = enrol(school, clerk, heads=1)[0]
    case = asked(school, asker, f"office:{office.pk}")
    client = signed_in(asker)

    answers = [
        client.get(f"/desk/oversight/cases/{case.uuid}/record/").status_code,
        client.get(f"/desk/credits/students/{student.uuid}/").status_code,
    ]

    assert answers == [403, 403]
    assert AuditEntry.objects.filter(action="denied", actor_id=asker.pk).count() == 2


def test_every_view_of_an_approved_record_is_written_down_and_shown_to_the_school(
    signed_in, case, second, asker, school_clerk
):
    approve(case, second)
    client = signed_in(asker)
    for _ in range(2):
        page = client.get(f"/desk/oversight/cases/{case.uuid}/record/")

    assert "植物标本制作" in page.content.decode()
    assert AuditEntry.objects.filter(action="view", subject_id=str(case.pk)).count() == 2
    assert "2 次" in signed_in(school_clerk).get("/desk/credits/views/").content.decode()


# --- Spot checks ----------------------------------------------------------------------------------


@pytest.fixture
def verified(students, school, school_clerk, school_verifier):
    for title in ("标本", "火箭", "水质", "星空", "种子", "机器人", "湿地"):
        batch = record(school, school_clerk, students, title=title)
        actions.verify(batch, by=school_verifier)


@pytest.fixture
def check(verified, school, asker, office) -> SpotCheck:
    with scope(office):
        return actions.draw_check(
            school.region, of=term(local_today()), share=Decimal("0.2"), by=asker, at=NOW()
        )


def test_a_draw_takes_the_share_rounded_up(check):
    assert (check.population, check.drawn) == (21, 5)


def test_the_same_seed_draws_the_same_entries_whatever_happened_since(check, school, school_clerk, students):
    record(school, school_clerk, students, title="后来的", held_on=date(2025, 11, 1))
    with scope("steward"):
        first = list(DrawnEntry.objects.order_by("pk").values_list("entry", flat=True))
    with scope("ledger"):
        again = queries.draw_again(check)

    assert [entry for entry, _, _ in again.drawn] == first
    assert again.digest == check.digest


def test_another_seed_draws_others(check, school):
    with scope("ledger"):
        drawn = {
            queries.draw(
                seed=seed,
                share=check.share,
                schools=check.schools,
                of=check.period,
                last=check.last_entry,
                at=check.drawn_at,
            ).digest
            for seed in ("a", "b", "c")
        }
    assert len(drawn) == 3


def test_what_was_verified_in_another_term_is_drawn_with_that_one(verified, school, asker, office):
    earlier = term(local_today()).previous
    with scope(f"school:{school.pk}"):
        batch = Batch.objects.filter(kind=Batch.Kind.GRID).order_by("pk").first()
        Batch.objects.filter(pk=batch.pk).update(verified_at=day_start(earlier.start))

    with scope(office):
        now = actions.draw_check(school.region, of=earlier.next, share=Decimal(1), by=asker, at=NOW())
        before = actions.draw_check(school.region, of=earlier, share=Decimal(1), by=asker, at=NOW())
        with pytest.raises(Refused, match="另选学期"):
            actions.draw_check(school.region, of=earlier.previous, share=Decimal(1), by=asker, at=NOW())

    assert (now.population, before.population) == (18, 3)


def test_a_draw_below_five_in_a_hundred_is_refused(verified, school, asker, office):
    with pytest.raises(Refused, match="5%"), scope(office):
        actions.draw_check(school.region, of=term(local_today()), share=Decimal("0.04"), by=asker, at=NOW())


def test_the_command_draws_again_and_says_that_it_agrees(check, capsys):
    call_command("replay_draw", str(check.uuid))

    assert "一致" in capsys.readouterr().out


def test_a_drawn_record_is_a_case_once_a_second_person_approved_the_check(check, second, asker, office):
    with scope(office):
        drawn = DrawnEntry.objects.select_related("spot_check__region", "school__region").first()
        with pytest.raises(Refused, match="批准后"):
            actions.open_drawn(drawn, by=asker, at=NOW())
        actions.approve_check(check, by=second, at=NOW())
        drawn = DrawnEntry.objects.select_related("spot_check__region", "school__region").get(pk=drawn.pk)
        case = actions.open_drawn(drawn, by=asker, at=NOW())

    with scope(f"case:{case.pk}"):
        assert set(Credit.objects.values_list("student", flat=True)) == {drawn.student_id}


def test_the_record_of_a_drawn_child_says_which_entry_was_drawn_and_leads_back(
    check, second, asker, office, signed_in
):
    with scope(office):
        actions.approve_check(check, by=second, at=NOW())
        drawn = DrawnEntry.objects.select_related("spot_check__region", "school__region").first()
        case = actions.open_drawn(drawn, by=asker, at=NOW())

    page = signed_in(asker).get(reverse("oversight:record", args=[case.uuid]))

    text = page.content.decode()
    assert reverse("oversight:drawn", args=[check.uuid, drawn.uuid]) in text
    assert text.count(">抽中<") == len(page.context["drawn"])


def test_a_check_is_not_closed_while_entries_were_not_looked_at(check, second, asker, office):
    with scope(office):
        actions.approve_check(check, by=second, at=NOW())
        with pytest.raises(Refused, match="没有核查"):
            actions.finish_check(check, outcome="良好", by=asker, at=NOW())


def test_what_is_found_wrong_is_told_to_the_school(check, second, asker, office, school_verifier):
    with scope(office):
        actions.approve_check(check, by=second, at=NOW())
        drawn = DrawnEntry.objects.select_related("spot_check__region", "school__region").first()
        actions.note_finding(drawn, finding="wrong", note="签到表没有此人", by=asker, at=NOW())

    assert Notice.objects.filter(recipient=school_verifier, text__contains="不属实").exists()
