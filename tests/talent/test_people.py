from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from portal.audit import AuditEntry
from portal.errors import Refused
from talent import actions, queries
from talent.models import Person, ServiceHours
from tests.factories import RegionFactory
from tests.talent.factories import PersonFactory

TODAY = date(2026, 3, 5)


def test_a_mobile_is_kept_sealed_and_shown_masked(staff):
    person = actions.save_person(PersonFactory.build(region=RegionFactory()), mobile="13800138000", by=staff)

    with connection.cursor() as cursor:
        cursor.execute("SELECT mobile_sealed, mobile_hash FROM talent_person")
        stored = b"".join(bytes(part) for part in cursor.fetchone())
    assert b"13800138000" not in stored
    assert person.mobile == "13800138000"
    assert person.mobile_masked == "138****8000"


def test_a_sealed_mobile_cannot_be_moved_to_another_person(staff):
    first = actions.save_person(PersonFactory.build(region=RegionFactory()), mobile="13800138000", by=staff)
    second = PersonFactory(region=first.region)

    Person.objects.filter(pk=second.pk).update(
        mobile_sealed=first.mobile_sealed, mobile_hash=first.mobile_hash
    )

    second.refresh_from_db()
    with pytest.raises(Exception):  # noqa: B017, PT011  any refusal to unseal will do
        _ = second.mobile


def test_the_same_person_is_not_entered_twice_in_one_category(staff):
    region = RegionFactory()
    actions.save_person(PersonFactory.build(name="李四", region=region), mobile="13800138000", by=staff)

    with pytest.raises(ValidationError, match="已以同一类别入库"):
        actions.save_person(PersonFactory.build(name="李四", region=region), mobile="13800138000", by=staff)


def test_an_officer_of_a_district_enters_nobody(officer):
    with pytest.raises(PermissionDenied):
        actions.save_person(PersonFactory.build(region=RegionFactory()), by=officer)


def test_the_trail_names_a_person_by_number_only(staff):
    person = actions.save_person(PersonFactory.build(name="李四", region=RegionFactory()), by=staff)

    assert AuditEntry.objects.get(subject_id=str(person.pk)).subject_name == f"人才 {person.pk}"


def test_hours_are_taken_back_by_an_entry_and_never_deleted(staff):
    person = PersonFactory()
    service = actions.record_service(
        person, served_on=date(2026, 3, 1), minutes=90, activity="展馆讲解", today=TODAY, by=staff
    )

    actions.take_back(service, reason="重复登记", by=staff)

    assert queries.hours_of(person) == 0
    assert ServiceHours.objects.count() == 2
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        ServiceHours.objects.update(activity="改")


def test_hours_are_taken_back_once(staff):
    service = actions.record_service(
        PersonFactory(), served_on=date(2026, 3, 1), minutes=90, activity="讲解", today=TODAY, by=staff
    )
    actions.take_back(service, reason="重复登记", by=staff)

    with pytest.raises(Refused, match="已冲正"):
        actions.take_back(service, reason="重复登记", by=staff)


@pytest.mark.parametrize(
    ("day", "sentence"), [(date(2026, 3, 6), "晚于今天"), (date(2023, 1, 1), "入库期间")]
)
def test_hours_lie_within_a_person_s_time(staff, day, sentence):
    with pytest.raises(Refused, match=sentence):
        actions.record_service(
            PersonFactory(), served_on=day, minutes=60, activity="讲解", today=TODAY, by=staff
        )


def test_a_day_has_no_more_than_twelve_hours_of_one_service(staff):
    with pytest.raises(IntegrityError, match="service_minutes_fit_a_day"), transaction.atomic():
        ServiceHours.objects.create(
            person=PersonFactory(), served_on=TODAY, minutes=721, activity="讲解", recorded_by=staff
        )


def test_people_and_hours_are_counted_in_their_district(staff, district):
    person = PersonFactory(region=district)
    PersonFactory(region=RegionFactory(), category=Person.Category.EXPERT)
    actions.record_service(
        person, served_on=date(2026, 3, 1), minutes=90, activity="讲解", today=TODAY, by=staff
    )

    assert queries.people_by_district(TODAY, Person.Category.VOLUNTEER) == {district.code: 1}
    hours = queries.service_hours_by_district(date(2026, 1, 1), date(2027, 1, 1))
    assert hours == {district.code: Decimal("1.5")}


def test_somebody_who_left_no_longer_counts(district):
    PersonFactory(region=district, left_on=date(2025, 1, 1))

    assert queries.people_by_district(TODAY, Person.Category.VOLUNTEER) == {}
