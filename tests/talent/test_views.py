from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.audit import AuditEntry
from portal.roles import Role
from talent import actions, queries
from talent.models import Person, ServiceHours
from tests.factories import RegionFactory, UserFactory
from tests.talent.factories import PersonFactory

TODAY = timezone.localdate()


def serve(person, by, *, minutes=90, activity="展馆讲解", on=TODAY):
    return actions.record_service(
        person, served_on=on, minutes=minutes, activity=activity, today=TODAY, by=by
    )


@pytest.fixture
def person(unit):
    return PersonFactory(region=unit.region, organization=unit)


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff)
    return client


def page_of(client, person):
    return client.get(reverse("talent_desk:person", args=[person.code]))


def record(client, person, **changes):
    values = {"served_on": TODAY.isoformat(), "minutes": 120, "activity": "科普进社区", **changes}
    return client.post(reverse("talent_desk:person", args=[person.code]), values, follow=True)


def test_staff_write_down_hours_and_take_them_back_with_a_reason(as_staff, person):
    assert "已登记服务时长" in record(as_staff, person).content.decode()
    assert queries.hours_of(person) == 2

    service = ServiceHours.objects.get()
    page = as_staff.post(
        reverse("talent_desk:take_back", args=[service.pk]), {"reason": "登错了人"}, follow=True
    )

    assert "已冲正：登错了人" in page.content.decode()
    assert queries.hours_of(person) == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"minutes": 721}, "720"),
        ({"served_on": (TODAY + timedelta(days=1)).isoformat()}, "不能晚于今天"),
        ({"activity": ""}, "必填"),
        ({"activity": "展馆讲解"}, "该人员当日同一服务已登记"),
    ],
)
def test_a_faulty_service_is_told_beside_the_form(as_staff, staff, person, changes, sentence):
    serve(person, staff)

    page = record(as_staff, person, **changes)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert ServiceHours.objects.count() == 1


def test_nothing_is_taken_back_without_a_reason(as_staff, staff, person):
    service = serve(person, staff)

    as_staff.post(reverse("talent_desk:take_back", args=[service.pk]), {"reason": " "})

    assert ServiceHours.objects.count() == 1


def test_an_officer_reads_the_hours_of_the_district_and_writes_none(client, officer, person, staff):
    client.force_login(officer)
    service = serve(person, staff)

    assert "登记</button>" not in page_of(client, person).content.decode()
    assert record(client, person).status_code == 404
    take_back = reverse("talent_desk:take_back", args=[service.pk])
    assert client.post(take_back, {"reason": "x"}).status_code == 404
    assert page_of(client, PersonFactory(region=RegionFactory())).status_code == 404


def test_opening_somebody_s_hours_is_recorded(as_staff, person):
    page_of(as_staff, person)

    assert AuditEntry.objects.get(action="view").subject_name == f"人才 {person.pk}"


def test_the_list_adds_up_this_year_and_all_years(as_staff, staff, person):
    serve(person, staff)
    serve(person, staff, on=date(2024, 5, 1), minutes=60)

    page = as_staff.get(reverse("talent_desk:people"))

    ((_, of_year, total),) = page.context["rows"]
    assert (of_year, total) == (1.5, 2.5)


def test_a_name_is_found_and_stands_in_no_address(as_staff, person):
    PersonFactory(name="别人", category=Person.Category.EXPERT)

    page = as_staff.post(reverse("talent_desk:people"), {"sought": "别人"})

    assert [row.name for row, *_ in page.context["rows"]] == ["别人"]
    assert as_staff.get(reverse("talent_desk:people"), {"sought": "别人"}).context["rows"][0][0] == person


def test_units_are_listed_with_their_people_s_hours(as_staff, staff, person, unit):
    serve(person, staff)
    PersonFactory(organization=unit, region=unit.region)

    page = as_staff.get(reverse("talent_desk:units"))

    assert page.context["rows"] == [(unit, 2, 1.5)]
    listed = as_staff.get(reverse("talent_desk:people"), {"category": "all", "unit": unit.pk})
    assert len(listed.context["rows"]) == 2


@pytest.mark.parametrize("query", ["after=x", "category=%00", "unit=%00", "unit=" + "9" * 400, "unit=１"])
def test_any_filter_gives_a_page(as_staff, query):
    assert as_staff.get(f"{reverse('talent_desk:people')}?{query}").status_code == 200


def test_the_list_costs_the_same_queries_for_one_as_for_fifteen(
    as_staff, unit, django_assert_max_num_queries
):
    PersonFactory.create_batch(15, organization=unit, region=unit.region)

    with django_assert_max_num_queries(14):
        as_staff.get(reverse("talent_desk:people"))


def test_a_volunteer_sees_one_s_own_hours_and_nobody_else_s(client, staff, person):
    volunteer = UserFactory(holding=(Role.VOLUNTEER, person.region))
    Person.objects.filter(pk=person.pk).update(account=volunteer)
    serve(person, staff)
    serve(PersonFactory(region=person.region), staff, activity="别人的服务")
    client.force_login(volunteer)

    page = client.get(reverse("talent_desk:mine")).content.decode()

    assert "展馆讲解" in page
    assert "1.5 小时" in page
    assert "别人的服务" not in page
    assert page_of(client, person).status_code == 404


def test_an_account_that_nobody_linked_is_told_whom_to_ask(client):
    client.force_login(UserFactory())

    assert "请联系市科协" in client.get(reverse("talent_desk:mine")).content.decode()
