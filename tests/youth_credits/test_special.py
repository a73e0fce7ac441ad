"""Less is asked of a child for a reason: declared, proved, decided by a second person, shown as progress."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Session
from portal.calendar import local_today, school_year
from portal.errors import Refused
from portal.files import made
from portal.scope import scope
from tests.events.factories import SessionFactory
from tests.factories import RegionFactory
from tests.youth_credits.factories import CourseFactory, enrol, record
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.models import Guardianship, SpecialCase, Student
from youth_credits.queries import RuleBook

YEAR = school_year(local_today())
PROOF = made(b"%PDF-1.4 proof", "证明.pdf", "pdf")


def _ask(student, by, **more):
    values = {
        "kind": "illness",
        "on": date(YEAR, 9, 2),
        "share": Decimal("0.5"),
        "reason": "住院",
        "proof": PROOF,
    }
    return actions.ask_special(student, **values | {"key": uuid.uuid4(), "by": by} | more)


def test_half_the_minimum_is_asked_once_the_verifier_approves(students, school_clerk, school_verifier):
    case = _ask(students[0], school_clerk)
    assert queries.progress(students[0]).minimum.credits == 6

    actions.decide_special(case, "approve", by=school_verifier)

    found = queries.progress(students[0])
    assert (found.minimum.credits, found.minimum.off_campus, found.minimum.kinds) == (3, Decimal("1.5"), 1)


def test_a_late_transfer_is_counted_from_its_day_without_a_proof(students, school_clerk):
    case = _ask(students[0], school_clerk, kind="late", on=date(YEAR, 10, 20), share=None, proof=None)

    assert case.share == Decimal("0.8")


@pytest.mark.parametrize(
    ("values", "said"),
    [({"proof": None}, "上传证明"), ({"kind": "late", "on": date(YEAR, 9, 1)}, "无须申报")],
)
def test_what_has_no_ground_is_refused(students, school_clerk, values, said):
    with pytest.raises(Refused, match=said):
        _ask(students[0], school_clerk, **values)


def test_a_second_one_in_the_year_is_refused_and_the_same_form_is_once(students, school_clerk):
    key = uuid.uuid4()
    first = _ask(students[0], school_clerk, key=key)

    assert _ask(students[0], school_clerk, key=key) == first
    with pytest.raises(Refused, match="已有在办或已批准"):
        _ask(students[0], school_clerk)


def test_nobody_decides_on_the_own_declaration(students, in_school, school_clerk, school_verifier):
    case = _ask(students[0], school_clerk)
    SpecialCase.objects.filter(pk=case.pk).update(created_by=school_verifier)
    case.refresh_from_db()

    with pytest.raises(Refused, match="不同的人"):
        actions.decide_special(case, "approve", by=school_verifier)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialCase.objects.filter(pk=case.pk).update(
            status="approved", decided_by=school_verifier, decided_at=case.created_at
        )


def test_a_new_school_sees_what_was_approved(students, school, other_school, school_clerk, school_verifier):
    case = _ask(students[0], school_clerk)
    actions.decide_special(case, "approve", by=school_verifier)
    with scope("steward"):
        actions.transfer(students[0], to=other_school, grade=5, class_number=1, on=local_today(), by=None)

    with scope(f"school:{other_school.pk}"):
        assert queries.progress(students[0]).minimum.credits == 3


def test_progress_tells_what_is_missing_and_what_would_fill_it(students, in_school, school_clerk):
    course = CourseFactory(approved=True, organization__region=in_school.region)
    rule = RuleBook().find("A1", date(YEAR, 9, 10))
    actions.record_class(
        Occasion(rule, date(YEAR, 9, 10), "植物"),
        students[:1],
        minutes=240,
        school=in_school,
        key=uuid.uuid4(),
        by=school_clerk,
    )

    found = queries.progress(students[0])

    assert (found.credits, found.missing.credits, found.missing.off_campus, found.missing.kinds) == (
        2,
        4,
        3,
        1,
    )
    assert found.would_fill[0].rule.family == "off_campus"
    assert found.courses == [course]
    text = render_to_string("youth_credits/_progress.html", {"progress": found})
    assert "还差 <strong>4.00</strong> 学分" in text
    assert course.title in text


def _near(school, **event) -> Session:
    values = {"organization__region": school.region, "audiences": ["minors"], "kind": Event.Kind.EXHIBITION}
    return SessionFactory(
        event__published=True, **{f"event__{name}": of for name, of in (values | event).items()}
    )


def test_progress_tells_what_is_on_soon_near_the_school(students, in_school):
    session = _near(in_school, title="恐龙化石展")

    found = queries.progress(students[0])

    assert found.sessions == [session]
    assert "恐龙化石展" in render_to_string("youth_credits/_progress.html", {"progress": found})


def test_events_that_are_full_elsewhere_for_others_or_over_are_not_suggested(students, in_school):
    _near(in_school, organization__region=RegionFactory())
    _near(in_school, audiences=["officials"])
    full, past = _near(in_school), _near(in_school)
    Session.objects.filter(pk=full.pk).update(seats_taken=F("capacity"))
    Session.objects.filter(pk=past.pk).update(starts_at=timezone.now() - timedelta(hours=1))

    assert queries.progress(students[0]).sessions == []


def test_while_credits_off_campus_are_missing_no_event_of_a_kind_in_school_is_suggested(students, in_school):
    _near(in_school, kind=Event.Kind.LECTURE)
    visit = _near(in_school, kind=Event.Kind.OPEN_DAY)

    assert queries.progress(students[0]).sessions == [visit]


def test_a_kind_whose_cap_is_full_is_not_suggested(students, in_school, school_clerk):
    _near(in_school)
    for day in range(10, 14):
        held = date(YEAR, 9, day)
        visit = Occasion(RuleBook().find("A6", held), held, f"参观{day}")
        actions.record_class(
            visit, students[:1], minutes=120, school=in_school, key=uuid.uuid4(), by=school_clerk
        )

    assert queries.progress(students[0]).sessions == []


def test_nothing_is_recommended_to_a_child_under_14_without_consent(students, in_school):
    """Basis: 青少年科普学分工作规则."""
    CourseFactory(approved=True, organization__region=in_school.region)
    _near(in_school)
    before = queries.progress(students[0]).courses
    Student.objects.filter(pk=students[0].pk).update(
        consented_on=None, consent_version="", turns_14_year=YEAR + 5
    )

    child = Student.objects.select_related("school__region").get(pk=students[0].pk)

    assert before
    assert queries.progress(child).courses == queries.progress(child).sessions == []


def test_a_guardian_sees_the_progress_of_the_own_child(
    students, in_school, school_clerk, school_verifier, staff
):
    case = _ask(students[0], school_clerk)
    actions.decide_special(case, "approve", by=school_verifier)
    Guardianship.objects.create(guardian=staff, student=students[0], school=in_school)

    with scope(f"guardian:{staff.pk}"):
        assert queries.progress(students[0]).minimum.is_lowered
        assert SpecialCase.objects.count() == 1


def test_the_pages_of_recorder_and_verifier(signed_in, school, school_clerk, school_verifier, rules):
    with scope(f"school:{school.pk}"):
        [student, *_] = enrol(school, school_clerk)
    url = reverse("youth_credits:special_new", args=[student.uuid])
    typed = {"key": str(uuid.uuid4()), "kind": "late", "on": f"{YEAR}-10-20", "reason": "转入"}

    assert (
        "请上传证明材料" in signed_in(school_clerk).post(url, {**typed, "kind": "illness"}).content.decode()
    )
    assert signed_in(school_clerk).post(url, typed).status_code == 302
    decide = reverse("youth_credits:special_decide", args=[typed["key"]])
    assert signed_in(school_verifier, factor=True).post(decide, {"step": "approve"}).status_code == 302

    with scope(f"school:{school.pk}"):
        assert SpecialCase.objects.get().status == "approved"


def test_the_childs_page_asks_for_the_lowered_minimum(
    signed_in, school, school_clerk, school_verifier, rules
):
    with scope(f"school:{school.pk}"):
        [student, *_] = enrol(school, school_clerk)
        record(school, school_clerk, [student], held_on=date(YEAR, 9, 5))
        SpecialCase.objects.create(
            organization=school,
            region=school.region,
            student=student,
            school_year=YEAR,
            kind=SpecialCase.Kind.DISABILITY,
            share=0,
            reason="残疾",
            status=SpecialCase.Status.APPROVED,
            created_by=school_clerk,
            decided_by=school_verifier,
            decided_at=timezone.now(),
        )

    page = signed_in(school_clerk).get(student.get_absolute_url()).content.decode()

    assert "已达降低后的最低要求" in page
    assert "未达学年最低要求" not in page
