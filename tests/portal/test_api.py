from tests.events.factories import EventFactory, SessionFactory
from tests.resources.factories import ResourceFactory


def test_anyone_reads_published_events_and_no_inner_field(client):
    session = SessionFactory(event__contact="内部电话")
    EventFactory(title="草稿活动")

    answer = client.get("/api/v1/events/")

    assert [item["title"] for item in answer.json()["items"]] == [session.event.title]
    assert "内部电话" not in answer.content.decode()
    assert answer.json()["items"][0]["sessions"][0]["seats_left"] == 30


def test_anyone_reads_published_resources_and_no_inner_field(client):
    shown = ResourceFactory(published=True, contact="内部联系人", hours_as="每天 09:00-17:00")
    ResourceFactory(title="草稿资源")

    answer = client.get("/api/v1/resources/")

    (item,) = answer.json()["items"]
    assert (item["code"], item["opening_hours"]) == (shown.code, "每天 09:00-17:00")
    assert "内部联系人" not in answer.content.decode()


def test_a_page_of_resources_costs_few_queries(client, django_assert_max_num_queries):
    ResourceFactory.create_batch(15, published=True)

    with django_assert_max_num_queries(11):
        client.get("/api/v1/resources/")


def test_pages_follow_by_key(client):
    SessionFactory.create_batch(101)

    first = client.get("/api/v1/events/").json()
    second = client.get("/api/v1/events/", {"after": first["next"]}).json()

    assert (len(first["items"]), len(second["items"]), second["next"]) == (100, 1, None)


def test_a_page_of_events_costs_few_queries(client, django_assert_max_num_queries):
    SessionFactory.create_batch(15)

    with django_assert_max_num_queries(8):
        client.get("/api/v1/events/")


def test_hostile_keys_are_answered(client):
    assert client.get("/api/v1/events/", {"after": "x" * 10_000}).status_code == 422
    assert client.get("/api/v1/events/", {"after": "\0"}).status_code in (200, 422)


def test_the_api_is_described(client):
    schema = client.get("/api/v1/openapi.json").json()

    assert "/api/v1/events/" in schema["paths"]


def test_the_open_data_page_lists_what_the_description_has(client):
    assert "/api/v1/events/" in client.get("/open-data/").content.decode()


def test_nothing_is_written_by_the_api(client):
    assert client.post("/api/v1/events/", {}).status_code == 405
