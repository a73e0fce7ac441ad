"""Pass cards: a class at a time, the same numbers again, of a name no more than papers show, audited."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from events import actions as events
from events.models import Event
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.events.factories import EventFactory, ResultFactory, SessionFactory
from tests.factories import UserFactory
from tests.youth_credits.factories import CourseFactory, enrol, name
from youth_credits import actions, queries
from youth_credits.models import OutingSeat, StudentPass


def _print(students, school, by):
    return actions.print_passes(students, school=school, label="五年级1班", by=by)


def test_cards_make_passes_once_and_bear_the_same_numbers_again(students, in_school, school_clerk):
    first = _print(students, in_school, school_clerk)
    again = _print(students, in_school, school_clerk)

    assert [one.number for one in first] == [one.number for one in again]
    assert StudentPass.objects.count() == len(students)
    assert queries.pass_counts(in_school, (5, 1)) == {"heads": 3, "held": 3}


def test_a_card_shows_no_whole_name(students, in_school, school_clerk):
    cards = _print(students, in_school, school_clerk)

    assert [one.name for one in cards] == [one.name_masked for one in students]
    assert all("*" in one.name for one in cards)


def test_each_printing_is_kept_as_an_export(students, in_school, school_clerk):
    _print(students, in_school, school_clerk)

    entry = AuditEntry.objects.get(subject_type="youth_credits.pass_cards")
    assert "五年级1班" in entry.note


def test_cards_are_printed_by_the_children_s_own_school_and_for_somebody(
    students, in_school, school_clerk, other_clerk
):
    with pytest.raises(PermissionDenied):
        _print(students, in_school, other_clerk)
    with pytest.raises(Refused, match="另选班级"):
        _print([], in_school, school_clerk)


def test_the_page_answers_with_a_sheet_of_cards(signed_in, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk)
    browser = signed_in(school_clerk, factor=True)
    url = reverse("youth_credits:pass_cards")

    page = browser.get(f"{url}?class=5-1").content.decode()
    refused = browser.post(url)
    answer = browser.post(f"{url}?class=5-1")

    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages)
    with scope(f"school:{school.pk}"):
        numbers = set(StudentPass.objects.values_list("number", flat=True))
    assert "本班 3 人" in page
    assert refused.status_code == 422
    assert len(numbers) == 3
    assert all(number in text for number in numbers)
    assert name(0) not in text


def test_without_a_second_factor_nothing_is_printed(signed_in, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk)

    answer = signed_in(school_clerk).post(f"{reverse('youth_credits:pass_cards')}?class=5-1")

    assert answer.status_code == 302
    with scope(f"school:{school.pk}"):
        assert not StudentPass.objects.exists()


# --- A card that was lost ---------------------------------------------------------------------------


@pytest.fixture
def host(unit):
    return UserFactory(username="host", holding=(Role.UNIT, unit))


@pytest.fixture
def held(students, in_school, school_clerk) -> StudentPass:
    """The card of the first child, given a while ago."""
    actions.issue_passes(students, by=school_clerk)
    StudentPass.objects.update(issued_at=timezone.now() - timedelta(days=9))
    return StudentPass.objects.select_related("student__school__region").get(student=students[0])


def _session(unit, host, *, began: timedelta, **event):
    starts = timezone.now() - began
    event = EventFactory(organization=unit, region=unit.region, created_by=host, published=True, **event)
    return SessionFactory(event=event, starts_at=starts, ends_at=starts + timedelta(hours=1))


def _who_visited(school) -> set[int]:
    return {student.pk for visit in queries.visits_to_record(school) for _, student in visit.people}


def test_a_lost_card_gives_way_to_another_number(held, students, school_clerk):
    made = actions.replace_pass(held, by=school_clerk, at=timezone.now())

    held.refresh_from_db()
    assert made.number != held.number
    assert held.ended_at is not None
    assert queries.passes_of([students[0].pk]) == {students[0].pk: made.number}
    assert [one.pk for one in queries.passes_held(students[0])] == [made.pk, held.pk]
    assert AuditEntry.objects.filter(action="replace_pass").count() == 1


def test_the_lost_number_is_nobodys_from_that_moment_and_the_new_one_is_the_childs(
    held, students, in_school, school_clerk, unit, host
):
    made = actions.replace_pass(held, by=school_clerk, at=timezone.now() - timedelta(hours=4))
    session = _session(unit, host, began=timedelta(hours=2))

    events.check_in(session, [held.number], at=timezone.now(), by=host)
    assert _who_visited(in_school) == set()

    events.check_in(session, [made.number], at=timezone.now(), by=host)
    assert _who_visited(in_school) == {students[0].pk}


def test_visits_before_the_loss_still_count(held, students, in_school, school_clerk, unit, host):
    session = _session(unit, host, began=timedelta(hours=5))
    events.check_in(session, [held.number], at=timezone.now() - timedelta(hours=4), by=host)

    actions.replace_pass(held, by=school_clerk, at=timezone.now())

    assert _who_visited(in_school) == {students[0].pk}
    batch = actions.record_visit(in_school, session.pk, kind="A6", by=school_clerk)
    assert batch.rows_new == 1


def test_a_visit_before_the_loss_that_the_host_notes_later_counts(
    held, students, in_school, school_clerk, unit, host
):
    session = _session(unit, host, began=timedelta(hours=5))
    actions.replace_pass(held, by=school_clerk, at=timezone.now() - timedelta(hours=1))

    events.check_in(session, [held.number], at=timezone.now(), by=host)

    assert _who_visited(in_school) == {students[0].pk}


def test_results_go_by_the_card_in_use_at_the_competition(
    held, students, in_school, school_clerk, unit, host
):
    before = _session(unit, host, began=timedelta(hours=30), kind=Event.Kind.COMPETITION)
    after = _session(unit, host, began=timedelta(hours=2), kind=Event.Kind.COMPETITION)
    actions.replace_pass(held, by=school_clerk, at=timezone.now() - timedelta(hours=20))

    for session in (before, after):
        ResultFactory(session=session, pass_hash=events.pass_hash(held.number))

    assert [one.session.pk for one in queries.results_to_record(in_school)] == [before.pk]


def test_a_second_click_replaces_nothing(held, school_clerk):
    actions.replace_pass(held, by=school_clerk, at=timezone.now())

    with pytest.raises(Refused, match="已停用"):
        actions.replace_pass(held, by=school_clerk, at=timezone.now())
    assert StudentPass.objects.filter(student=held.student).count() == 2


def test_outings_to_come_go_by_the_new_number(held, students, in_school, school_clerk, unit):
    course = CourseFactory(organization=unit, approved=True)
    outing = actions.plan_outing(
        course,
        students,
        starts_at=timezone.now() + timedelta(days=2),
        school=in_school,
        key=held.student.uuid,
        by=school_clerk,
    )

    made = actions.replace_pass(held, by=school_clerk, at=timezone.now())

    numbers = set(OutingSeat.objects.filter(outing=outing).values_list("pass_number", flat=True))
    assert made.number in numbers
    assert held.number not in numbers


def test_another_school_replaces_no_card(held, other_clerk):
    with pytest.raises(PermissionDenied):
        actions.replace_pass(held, by=other_clerk, at=timezone.now())


def test_a_card_never_ends_before_it_was_issued(held):
    with pytest.raises(IntegrityError, match="student_pass_ends_after"), transaction.atomic():
        StudentPass.objects.filter(pk=held.pk).update(ended_at=held.issued_at - timedelta(days=1))


def test_the_school_declares_a_loss_on_the_childs_page_and_prints_one_card(
    signed_in, school, school_clerk, rules
):
    with scope(f"school:{school.pk}"):
        child = enrol(school, school_clerk)[0]
        number = actions.issue_passes([child], by=school_clerk)[child.pk]
        held = StudentPass.objects.get(student=child).pk
    browser = signed_in(school_clerk, factor=True)

    page = browser.get(child.get_absolute_url()).content.decode()
    answer = browser.post(reverse("youth_credits:student_card_lost", args=[child.uuid, held]))
    card = browser.post(reverse("youth_credits:student_card", args=[child.uuid]))

    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(card.content)).pages)
    with scope(f"school:{school.pk}"):
        new = StudentPass.objects.get(student=child, ended_at=None).number
    assert number not in page
    assert f"******{number[-4:]}" in page
    assert answer.url == child.get_absolute_url()
    assert new in text
    assert number not in text


@pytest.mark.django_db(transaction=True)
def test_of_two_who_declare_one_card_lost_at_once_one_gets_a_number(school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        child = enrol(school, school_clerk)[0]
        actions.issue_passes([child], by=school_clerk)
        held = StudentPass.objects.select_related("student__school__region").get(student=child)

    def lose(_) -> str:
        try:
            with scope(f"school:{school.pk}"):
                actions.replace_pass(held, by=school_clerk, at=timezone.now())
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "replaced"

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(lose, range(2)))

    assert said == ["refused", "replaced"]
    with scope(f"school:{school.pk}"):
        assert StudentPass.objects.filter(student=child).count() == 2
