from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from portal import plain_question, search
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from resources import queries
from resources.actions import routes as actions
from resources.actions.routes import Stop
from resources.models import Resource, Route, RouteStop
from resources.models.registry import new_code
from resources.queries.routes import duration_words
from tests.factories import UserFactory
from tests.resources.factories import ResourceFactory, in_shenzhen


@pytest.fixture
def places(city):
    return [ResourceFactory(published=True, title=f"第{n}站馆", **in_shenzhen()) for n in "一二三"]


def stops(places) -> list[Stop]:
    return [Stop(place, 60, "看点", "walk", 15) for place in places]


def route(places, by, **more) -> Route:
    values = {"title": "一日三馆", "summary": "走一走", "region": by.grants.get().region, **more}
    return actions.save_route(Route(**values), stops(places), by=by)


@pytest.fixture
def published(places, staff):
    made = route(places, staff, seasons=["autumn"], audiences=["minors"], ages_from=8)
    actions.submit_route(made, by=staff)
    actions.publish_route(made, by=staff)
    return made


def test_the_last_stop_leads_nowhere_and_the_length_is_staying_and_travelling(places, staff):
    made = route(places, staff)

    assert [(stop.travel, stop.travel_minutes) for stop in made.stops.all()] == [
        ("walk", 15),
        ("walk", 15),
        ("", None),
    ]
    assert made.minutes == 3 * 60 + 2 * 15
    assert duration_words(made.minutes) == "约 3 小时 30 分钟"


def test_a_route_has_at_least_two_stops_and_ways_between(places, staff):
    with pytest.raises(Refused, match="2 至 10 站"):
        route(places[:1], staff)
    broken = [Stop(place, 30) for place in places]
    with pytest.raises(Refused, match="第 1 站到下一站"):
        actions.save_route(Route(title="断", summary="断", region=places[0].region), broken, by=staff)


def test_a_route_edited_by_somebody_faster_is_refused(places, staff):
    made = route(places, staff)
    actions.save_route(made, stops(places), by=staff, seen=made.revision)

    with pytest.raises(Refused, match="已被他人修改"):
        actions.save_route(made, stops(places), by=staff, seen=1)


def test_only_whoever_may_edit_there_builds_a_route(places, officer, staff):
    line = Route(title="线", summary="线", region=places[0].region)

    with pytest.raises(PermissionDenied):
        actions.save_route(line, stops(places), by=officer)


def test_a_published_route_is_read_found_and_printed(client, published):
    listed = client.get("/routes/", secure=True).content.decode()
    page = client.get(published.get_absolute_url(), secure=True).content.decode()
    printed = client.get(f"{published.get_absolute_url()}guide.pdf", secure=True)
    words = "".join(one.extract_text() for one in PdfReader(BytesIO(printed.content)).pages)

    assert "一日三馆" in listed
    assert "第二站馆" in page
    assert "步行约 15 分钟到下一站" in page
    assert "第三站馆" in words
    assert [entry.title for entry in search.find("一日三馆")] == ["一日三馆"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 1),
        ({"season": "autumn"}, 1),
        ({"season": "summer"}, 0),
        ({"audience": "minors"}, 1),
        ({"audience": "seniors"}, 0),
        ({"season": "' OR 1=1"}, 1),
        ({"district": "440399000000"}, 1),
    ],
)
def test_the_list_answers_what_is_asked(published, asked, count):
    assert queries.routes.RouteQuery.read(asked).routes().count() == count


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "archived"])
def test_what_is_not_published_is_not_found(client, published, status):
    Route.objects.update(status=status)

    for address in (published.get_absolute_url(), f"{published.get_absolute_url()}guide.pdf"):
        assert client.get(address, secure=True).status_code == 404


def test_a_place_that_closes_takes_its_routes_with_it(client, published, places):
    Resource.objects.filter(pk=places[0].pk).update(status="draft")

    assert client.get(published.get_absolute_url(), secure=True).status_code == 404


def test_a_route_is_not_published_before_its_places(places, staff):
    made = route(places, staff)
    Resource.objects.filter(pk=places[0].pk).update(status="draft")
    actions.submit_route(made, by=staff)

    with pytest.raises(Refused, match="尚未发布"):
        actions.publish_route(made, by=staff)


def test_the_list_costs_no_more_for_more_routes(client, places, staff):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/routes/?season=winter&n={Route.objects.count()}", secure=True)
        return len(captured)

    def add():
        made = route(places, staff)
        actions.submit_route(made, by=staff)
        actions.publish_route(made, by=staff)

    add()
    one = cost()
    for _ in range(5):
        add()

    assert cost() == one


# --- Proposals ------------------------------------------------------------------------------------


def typed(places, **more) -> dict:
    question, token = plain_question.ask()
    one, other = (plain_question.NUMBERS.index(word) for word in (question[0], question[2]))
    data = {
        "title": "我家附近的半日",
        "summary": "老少都能走",
        "answer": str(one + other),
        "token": token,
        "key": new_code(),
        "stops-TOTAL_FORMS": str(len(places)),
        "stops-INITIAL_FORMS": "0",
    }
    for number, place in enumerate(places):
        data |= {
            f"stops-{number}-resource": place.title,
            f"stops-{number}-stay_minutes": "40",
            f"stops-{number}-travel": "metro",
            f"stops-{number}-travel_minutes": "20",
        }
    return data | more


def test_anybody_proposes_a_route_and_staff_decide(client, places, staff):
    answer = client.post("/routes/propose/", typed(places), secure=True)
    made = Route.objects.get()

    assert answer.status_code == 302
    assert (made.status, made.is_proposed, made.stops.count()) == ("submitted", True, 3)
    assert Notice.objects.filter(recipient=staff, text__contains="我家附近的半日").exists()
    assert [each.count for each in queries.routes_waiting(staff)] == [1]
    actions.publish_route(made, by=staff)
    assert client.get(made.get_absolute_url(), secure=True).status_code == 200


def test_the_same_proposal_sent_twice_is_one(client, places):
    form = typed(places)
    for _ in range(2):
        client.post("/routes/propose/", form, secure=True)

    assert Route.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "99"},
        {"homepage": "http://spam.example"},
        {"token": "forged"},
        {"title": ""},
        {"stops-0-resource": "没有这个地方"},
        {"stops-0-travel": ""},
        {"key": "../../etc"},
        {"stops-TOTAL_FORMS": "1"},
    ],
)
def test_a_wrong_proposal_is_shown_again_and_nothing_kept(client, places, wrong):
    answer = client.post("/routes/propose/", typed(places, **wrong), secure=True)

    assert answer.status_code == 422
    assert not Route.objects.exists()


def test_proposals_from_one_address_are_limited(client, places):
    answers = [client.post("/routes/propose/", typed(places), secure=True) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [302] * 10 + [422]


# --- The desk -------------------------------------------------------------------------------------


def test_staff_build_edit_and_publish_a_route_at_the_desk(client, places, staff):
    client.force_login(staff)
    form = {name: value for name, value in typed(places).items() if name not in ("answer", "token", "key")}

    client.post("/desk/routes/new/", form, secure=True)
    made = Route.objects.get()
    for step in ("submit", "publish"):
        client.post(f"/desk/routes/{made.pk}/{step}/", secure=True)
    page = client.get(made.get_desk_url(), secure=True).content.decode()

    assert "已发布" in page
    assert "我家附近的半日" in client.get("/desk/routes/", secure=True).content.decode()
    assert client.get(f"/desk/routes/{made.pk}/edit/", secure=True).status_code == 200


def test_a_route_sent_back_without_a_reason_says_so_beside_the_field(client, places, staff):
    made = route(places, staff)
    actions.submit_route(made, by=staff)
    client.force_login(staff)

    answer = client.post(f"/desk/routes/{made.pk}/send_back/", {"note": " "}, secure=True)

    assert answer.status_code == 422
    assert "理由" in str(answer.context["form"].errors["note"])
    made.refresh_from_db()
    assert made.status == "submitted"


def test_whoever_entered_a_route_and_their_unit_hear_what_became_of_it(places, staff, unit, unit_clerk):
    colleague = UserFactory(holding=(Role.UNIT, unit))
    made = route(places, unit_clerk, region=unit.region, organization=unit)
    actions.submit_route(made, by=unit_clerk)
    actions.return_route(made, by=staff, note="缺一站")
    actions.submit_route(made, by=unit_clerk)
    actions.publish_route(made, by=staff)

    for person in (unit_clerk, colleague):
        told = list(person.notices.order_by("pk").values_list("text", flat=True))
        assert told == [f"线路“{made.title}”被退回：缺一站", f"线路“{made.title}”已发布。"]


def test_a_district_reads_but_does_not_build(client, officer, places):
    client.force_login(officer)

    assert client.get("/desk/routes/new/", secure=True).status_code == 403


# --- The database ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [
        (Route, {"title": ""}, "route_has_a_title"),
        (Route, {"seasons": ["monsoon"]}, "route_seasons_are_known"),
        (Route, {"audiences": ["robots"]}, "route_audiences_are_known"),
        (Route, {"ages_from": 9, "ages_to": 8}, "route_ages_in_order"),
        (Route, {"published_at": None}, "route_published_has_its_time"),
        (RouteStop, {"travel": "walk", "travel_minutes": None}, "route_stop_says_how_and_how_long"),
        (RouteStop, {"stay_minutes": 1}, "route_stop_takes_time"),
    ],
)
def test_the_database_refuses(published, model, values, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**values)


def test_a_title_of_nothing_is_refused(places, staff):
    with pytest.raises(ValidationError):
        route(places, staff, title="　")
