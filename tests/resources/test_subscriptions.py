from datetime import datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from portal import jobs, plain_question
from portal.encryption import sign
from portal.errors import Refused
from portal.jobs import Job
from resources import tasks
from resources.actions import subscriptions as actions
from resources.models import Interests, Resource, Subscription
from resources.queries.recommend import Wanted, recommend
from tests.events.factories import SessionFactory
from tests.factories import RegionFactory, UserFactory
from tests.resources.factories import ResourceFactory, TopicFactory

SHENZHEN = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 8, tzinfo=SHENZHEN)
TUESDAY = MONDAY + timedelta(days=1)


def typed(**more) -> dict:
    question, token = plain_question.ask()
    one, other = (plain_question.NUMBERS.index(word) for word in (question[0], question[2]))
    return {
        "mail": "Reader@example.cn",
        "every": "day",
        "answer": str(one + other),
        "token": token,
        "key": "7c1cf1a7-8f0e-4c38-a0a8-2b6a5c9c6b11",
        **more,
    }


def run_jobs() -> None:
    for job in Job.objects.filter(state="queued"):
        jobs.HANDLERS[job.kind](job)


def send(at: datetime) -> list[str]:
    mail.outbox.clear()
    for mail_hash in actions.due(at):
        tasks._send_digest(mail_hash, at)
    return [message.body for message in mail.outbox]


@pytest.fixture
def subscribed(client, city):
    """Subscribed to 海洋, every day, and confirmed by the link of the mail."""
    client.post("/menu/subscribe/?q=海洋&near=22.546,114.057", typed(), secure=True)
    entry = Subscription.objects.get()
    actions.confirm(entry, at=MONDAY - timedelta(days=1))
    entry.refresh_from_db()
    return entry


def token_of(entry: Subscription) -> str:
    return sign(str(entry.uuid), purpose="menu_subscription")


def test_nothing_is_sent_before_the_address_says_yes(client, city):
    client.post("/menu/subscribe/?q=海洋", typed(), secure=True)
    entry = Subscription.objects.get()
    run_jobs()
    confirm = mail.outbox[0].body
    ResourceFactory(published=True, title="海洋馆")

    assert token_of(entry).partition(":")[0] in confirm
    assert "海洋" in confirm
    assert send(TUESDAY) == []
    client.get(f"/menu/s/{token_of(entry)}/", secure=True)  # a mail program looks at the link
    assert Subscription.objects.get().confirmed_at is None
    client.post(f"/menu/s/{token_of(entry)}/", secure=True)
    assert Subscription.objects.get().confirmed_at is not None


def test_the_address_is_sealed_and_the_position_no_part_of_the_question(subscribed):
    assert b"example" not in bytes(subscribed.mail_sealed)
    assert subscribed.mail == "reader@example.cn"
    assert subscribed.question == "q=%E6%B5%B7%E6%B4%8B"


def test_one_mail_a_day_with_what_is_new_and_none_without(subscribed):
    ResourceFactory(published=True, title="海洋馆", published_at=MONDAY - timedelta(hours=1))
    ResourceFactory(published=True, title="天文馆", published_at=MONDAY - timedelta(hours=1))

    first, again, next_day = send(MONDAY), send(MONDAY), send(TUESDAY)

    assert len(first) == 1
    assert "海洋馆" in first[0]
    assert "天文馆" not in first[0]
    assert "/menu/s/" in first[0]
    assert (again, next_day) == ([], [])


def test_several_questions_of_one_address_come_in_one_mail(client, subscribed):
    client.post("/menu/subscribe/?q=天文", typed(key="11111111-8f0e-4c38-a0a8-2b6a5c9c6b11"), secure=True)
    actions.confirm(Subscription.objects.get(confirmed_at=None), at=MONDAY - timedelta(days=1))
    ResourceFactory(published=True, title="海洋馆", published_at=MONDAY - timedelta(hours=1))
    ResourceFactory(published=True, title="天文馆", published_at=MONDAY - timedelta(hours=1))

    bodies = send(MONDAY)

    assert len(bodies) == 1
    assert "海洋馆" in bodies[0]
    assert "天文馆" in bodies[0]


def test_a_weekly_mail_comes_on_monday(subscribed):
    Subscription.objects.update(every="week")
    ResourceFactory(published=True, title="海洋馆", published_at=MONDAY - timedelta(hours=20))

    assert send(TUESDAY) == []
    assert len(send(MONDAY)) == 1


def test_leaving_deletes_the_address(client, subscribed):
    client.post(f"/menu/s/{token_of(subscribed)}/leave/", secure=True)

    assert not Subscription.objects.exists()
    assert client.get(f"/menu/s/{token_of(subscribed)}/", secure=True).status_code == 404


def test_what_nobody_confirms_is_forgotten_after_two_days(client, city):
    client.post("/menu/subscribe/", typed(), secure=True)
    at = timezone.now()

    assert actions.forget_unconfirmed(at=at + timedelta(hours=47)) == 0
    assert actions.forget_unconfirmed(at=at + timedelta(hours=49)) == 1
    assert not Subscription.objects.exists()


def test_the_same_wish_twice_is_one_and_says_nothing_about_it(client, subscribed):
    again = client.post("/menu/subscribe/?q=海洋", typed(), secure=True)

    assert again.status_code == 302
    assert Subscription.objects.count() == 1


def test_an_address_has_twenty_questions_at_most(city):
    for number in range(21):
        key = UUID(int=number)
        wish = {"question": f"q={number}", "every": "day", "mail": "a@example.cn", "at": MONDAY, "key": key}
        if number < 20:
            actions.subscribe(**wish)
    with pytest.raises(Refused, match="最多 20 个"):
        actions.subscribe(**wish)


@pytest.mark.parametrize(
    "wrong", [{"answer": "99"}, {"mail": "nobody"}, {"homepage": "x"}, {"every": "hour"}]
)
def test_a_wrong_wish_is_shown_again(client, city, wrong):
    assert client.post("/menu/subscribe/", typed(**wrong), secure=True).status_code == 422
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("token", ["x", "x:y:z", "7c1cf1a7-8f0e-4c38-a0a8-2b6a5c9c6b11"])
def test_a_forged_link_leads_nowhere(client, subscribed, token):
    assert client.get(f"/menu/s/{token}/", secure=True).status_code == 404


# --- Feed, calendar -------------------------------------------------------------------------------


def test_any_question_is_a_feed_that_parses(client, city):
    ResourceFactory(published=True, title="海洋馆 <b>")
    ResourceFactory(published=True, title="天文馆")

    answer = client.get("/menu/feed.atom?q=海洋", secure=True)
    tree = ElementTree.fromstring(answer.content)  # noqa: S314  our own

    atom = "{http://www.w3.org/2005/Atom}"
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert [entry.findtext(f"{atom}title") for entry in tree.findall(f"{atom}entry")] == ["海洋馆 <b>"]


def test_any_question_is_a_calendar_of_what_is_on_there(client, city):
    place = ResourceFactory(published=True, title="海洋馆")
    SessionFactory(event__published=True, event__title="夜观潮间带", event__resource=place)

    answer = client.get("/menu/calendar.ics?q=海洋", secure=True)
    (entry,) = Calendar.from_ical(answer.content).walk("VEVENT")

    assert str(entry["summary"]) == "夜观潮间带"


# --- Recommendations ------------------------------------------------------------------------------


@pytest.fixture
def fitting(city):
    south = RegionFactory(name="南山区", code="440305000000")
    space = TopicFactory(code="space", name="天文航天")
    with time_machine.travel(MONDAY, tick=False):  # the menu knows when it is open from that day on
        fits = ResourceFactory(
            published=True,
            title="少年天文馆",
            region=south,
            topics=[space],
            audiences=["minors"],
            ages_from=8,
            ages_to=12,
            hours_as="每天 09:00-17:00",
        )
    ResourceFactory(published=True, title="别的", audiences=["seniors"])
    ResourceFactory(published=True, title="给大孩子的天文课", topics=[space], ages_from=15)
    return fits


def test_each_recommendation_says_why(fitting):
    wanted = Wanted(topics=("space",), audience="minors", district="440305000000", age=10)

    found = recommend(wanted, at=MONDAY)

    assert found == [(fitting, "在南山区·主题是天文航天·面向未成年人·适合8–12岁·本周末开放")]


def test_nothing_declared_nothing_recommended(fitting):
    assert recommend(Wanted(), at=MONDAY) == []


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"audience": "seniors"}, 1),
        ({"district": "440305000000"}, 1),
        ({"topics": ("space",)}, 2),
        ({"topics": ("space",), "audience": "seniors"}, 0),
        ({"topics": ("nosuch",), "audience": "minors"}, 1),
        ({"topics": ("space",), "age": 40}, 1),
    ],
)
def test_whom_it_is_for_is_kept_to_and_the_place_is_a_wish(fitting, asked, count):
    assert len(recommend(Wanted(**asked), at=MONDAY)) == count


def test_the_address_may_say_what_one_is_interested_in(client, fitting):
    page = client.get(
        "/menu/suggested/?topics=space&audience=minors&district=440305000000&is_grown=on", secure=True
    ).content.decode()

    assert "在南山区·主题是天文航天·面向未成年人" in page
    assert not Interests.objects.exists()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("age=9&is_grown=on", 'href="/menu/?age=6-11"'),
        ("age=9", 'href="/menu/?age=6-11"'),
        ("age=13&is_grown=on", 'href="/menu/?age=12-14"'),
        ("", "请先确认“我已满 14 周岁”"),
        ("age=14", "请先确认“我已满 14 周岁”"),
    ],
)
def test_the_page_recommends_to_nobody_under_fourteen(client, fitting, asked, says):
    answer = client.get(f"/menu/suggested/?topics=space&audience=minors&{asked}", secure=True)

    assert answer.context["cards"] == []
    assert says in answer.content.decode()


def test_the_page_recommends_nothing_to_the_account_of_a_child(client, fitting, city):
    client.force_login(UserFactory(holding=("student", city)))

    answer = client.get("/menu/suggested/?topics=space&is_grown=on", secure=True)

    assert answer.context["cards"] == []


def test_one_declares_interests_sees_reasons_and_takes_them_back(client, fitting):
    person = UserFactory()
    client.force_login(person)
    form = {"topics": ["space"], "audience": "minors", "age": "9", "is_grown": "on"}

    client.post("/menu/mine/", form, secure=True)
    page = client.get("/menu/mine/", secure=True).content.decode()
    client.post("/menu/mine/", {"forget": "1"}, secure=True)

    assert "主题是天文航天" in page
    assert not Interests.objects.exists()


def test_without_saying_that_one_is_fourteen_nothing_is_kept(client, fitting):
    client.force_login(UserFactory())

    assert client.post("/menu/mine/", {"topics": ["space"]}, secure=True).status_code == 422
    assert not Interests.objects.exists()


def test_the_account_of_a_child_has_no_recommendations(fitting, city):
    child = UserFactory(holding=("student", city))

    with pytest.raises(Refused, match="14 周岁"):
        actions.declare_interests(by=child, topics=["space"])


def test_the_page_of_a_child_recommends_nothing(client, fitting, city):
    child = UserFactory(holding=("student", city))
    Interests.objects.create(user=child, topics=["space"])
    client.force_login(child)

    assert "主题是天文航天" not in client.get("/menu/mine/", secure=True).content.decode()


def test_what_somebody_looked_at_changes_nothing(client, fitting):
    before = recommend(Wanted(topics=("space",)), at=MONDAY)
    for resource in Resource.objects.all():
        client.get(resource.get_absolute_url(), secure=True)

    assert recommend(Wanted(topics=("space",)), at=MONDAY) == before
