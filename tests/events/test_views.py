import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events import actions
from events.models import Event, SignUp
from portal import plain_question
from portal.audit import AuditEntry
from portal.encryption import sign
from portal.roles import Role
from portal.templatetags.portal_tags import cn_until
from tests.events.factories import EventFactory, SessionFactory
from tests.factories import UserFactory

NUMBERS = "零一二三四五六七八九"


def answer_to(question: str) -> str:
    """What a person reads and answers."""
    one, other = question.split("等于")[0].split("加")
    return str(NUMBERS.index(one) + NUMBERS.index(other))


def typed(page, **changes) -> dict:
    """A sign-up as a person fills it in on the page."""
    form = page.context["form"]
    return {
        "name": "王小明",
        "mobile": "138 0013 8000",
        "head_count": 2,
        "mail": "",
        "token": form["token"].value(),
        "key": str(form["key"].value()),
        "answer": answer_to(form.fields["answer"].help_text),
        "homepage": "",
        **changes,
    }


@pytest.fixture
def session():
    return SessionFactory()


@pytest.fixture
def form_page(client, session):
    return client.get(reverse("events:sign_up", args=[session.pk]))


def send(client, session, data):
    return client.post(reverse("events:sign_up", args=[session.pk]), data, follow=True)


def test_anyone_signs_up_and_gets_a_code_and_a_calendar_file(client, session, form_page):
    page = send(client, session, typed(form_page))

    entry = SignUp.objects.get()
    assert entry.code in page.content.decode()
    assert "王*明" in page.content.decode()
    assert "王小明" not in page.content.decode()
    file = client.get(reverse("events:session_calendar", args=[session.pk]))
    (event,) = Calendar.from_ical(file.content).walk("VEVENT")
    assert str(event["summary"]) == session.event.title
    assert event["dtstart"].dt == session.starts_at.replace(microsecond=0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"answer": "99"}, "回答不正确"),
        ({"mobile": "12345"}, "手机号码应为 11 位"),
        ({"head_count": 6}, "每次报名最多 5 人"),
        ({"head_count": "9" * 400}, "每次报名最多 5 人"),
        ({"name": ""}, "联系人姓名：此项必填"),
        ({"homepage": "http://spam"}, "请将此项留空"),
        ({"token": "forged"}, "验证问题：此项必填"),
        ({"key": "no-uuid"}, "UUID"),
    ],
)
def test_a_fault_is_a_sentence_and_keeps_what_was_typed(client, session, form_page, changes, sentence):
    page = send(client, session, typed(form_page, **changes))

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert changes.get("name", "王小明") in page.content.decode()
    assert not SignUp.objects.exists()


def test_an_address_that_asks_too_often_is_told_to_wait(client, session, monkeypatch):
    for number in range(61):
        page = client.get(reverse("events:sign_up", args=[session.pk]))
        page = send(client, session, typed(page, mobile=f"139{number:08d}", head_count=1))

    assert "过于频繁" in page.content.decode()


def test_the_form_says_what_becomes_of_a_name_before_it_is_sent(form_page):
    page = form_page.content.decode()

    assert page.index("活动结束后三个月删除") < page.index("提交报名")


def test_a_sign_up_is_withdrawn_by_its_link(client, session, form_page):
    send(client, session, typed(form_page))
    token = sign(str(SignUp.objects.get().uuid), purpose="sign_up")

    page = client.post(reverse("events:sign_up_cancel", args=[token]), follow=True)

    assert "报名已取消" in page.content.decode()


def made_page(client, entry) -> str:
    token = sign(str(entry.uuid), purpose="sign_up")
    return client.get(reverse("events:sign_up_made", args=[token])).content.decode()


def test_the_sign_up_page_says_what_moved(client, session, form_page, staff):
    send(client, session, typed(form_page))
    was = session.starts_at
    session.starts_at += timedelta(hours=1)

    actions.save_sessions(session.event, [session], by=staff)

    page = made_page(client, SignUp.objects.get())
    assert "时间或地点有变更" in page
    assert page.index(f"原定：{cn_until(was, session.ends_at)}") < page.index(
        cn_until(session.starts_at, session.ends_at)
    )


def test_the_sign_up_page_keeps_the_old_time_during_a_review(client, session, form_page):
    clerk = UserFactory(holding=(Role.UNIT, session.event.organization))
    send(client, session, typed(form_page))
    was = cn_until(session.starts_at, session.ends_at)
    session.starts_at += timedelta(hours=1)

    actions.save_sessions(session.event, [session], by=clerk)

    page = made_page(client, SignUp.objects.get())
    assert "正在审核" in page
    assert was in page
    assert reverse("events:session_calendar", args=[session.pk]) not in page


def test_the_sign_up_page_says_that_the_event_was_called_off(client, session, form_page, staff):
    send(client, session, typed(form_page))

    actions.cancel(session.event, note="台风", by=staff)

    page = made_page(client, SignUp.objects.get())
    assert "活动已取消" in page
    assert "取消报名</button>" not in page


@pytest.mark.parametrize("token", ["x", "0" * 300, "11111111-1111-1111-1111-111111111111"])
def test_a_forged_link_is_not_found(client, token):
    assert client.get(reverse("events:sign_up_made", args=[token])).status_code == 404


def test_a_link_signed_for_something_else_is_not_found(client):
    token = sign("11111111-1111-1111-1111-111111111111", purpose="other")

    assert client.get(reverse("events:sign_up_made", args=[token])).status_code == 404


def test_a_sign_up_page_does_not_exist_for_a_draft(client):
    session = SessionFactory(event__published=False)

    assert client.get(reverse("events:sign_up", args=[session.pk])).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "before=%00",
        "district=4403%00",
        "kind=nope",
        "when=" + "x" * 10_000,
        "district=" + "9" * 5000,
    ],
)
def test_any_filter_gives_a_page(client, session, query):
    assert client.get(f"{reverse('events:list')}?{query}").status_code == 200


def test_the_list_costs_the_same_queries_for_one_as_for_fifteen(client, django_assert_max_num_queries):
    SessionFactory.create_batch(15)

    with django_assert_max_num_queries(8):
        page = client.get(reverse("events:list"))

    assert page.content.decode().count("agenda__row") == 15


def test_filters_narrow_the_list(client, session):
    other = SessionFactory(event__kind=Event.Kind.FILM)

    page = client.get(reverse("events:list"), {"kind": "film", "district": other.event.region.code})

    assert [row.pk for row in page.context["page"]] == [other.pk]


def test_what_is_over_is_shown_when_asked_for(client, session):
    over = SessionFactory(past=True)

    assert [row.pk for row in client.get(reverse("events:list")).context["page"]] == [session.pk]
    past = client.get(reverse("events:list"), {"when": "past"})
    assert [row.pk for row in past.context["page"]] == [over.pk]


def test_the_feed_has_the_zone_and_every_session(client, session):
    feed = Calendar.from_ical(client.get(reverse("events:calendar")).content)

    assert len(feed.walk("VTIMEZONE")) == 1
    assert [str(event["uid"]) for event in feed.walk("VEVENT")] == [f"session-{session.pk}@testserver"]


def test_a_unit_enters_an_event_with_its_session(client, unit, unit_clerk):
    client.force_login(unit_clerk)
    starts = timezone.localtime() + timedelta(days=3)

    page = client.post(
        reverse("events_desk:new"),
        {
            "organization": unit.name,
            "region": unit.region_id,
            "title": "量子之夜",
            "kind": "lecture",
            "place": "一号厅",
            "largest_party": 5,
            "sessions-TOTAL_FORMS": 1,
            "sessions-INITIAL_FORMS": 0,
            "sessions-0-starts_at": f"{starts:%Y-%m-%dT%H:%M}",
            "sessions-0-ends_at": f"{starts + timedelta(hours=1):%Y-%m-%dT%H:%M}",
            "sessions-0-capacity": 40,
        },
        follow=True,
    )

    event = Event.objects.get()
    assert page.redirect_chain, page.context["form"].errors
    assert (event.created_by, event.sessions.get().capacity) == (unit_clerk, 40)


def test_a_session_that_may_stay_empty_is_not_marked_as_required(client, unit_clerk):
    client.force_login(unit_clerk)

    page = client.get(reverse("events_desk:new"), secure=True).content.decode()

    label = page.split('for="id_sessions-1-starts_at"')[1].split("</label>")[0]
    assert "开始时间" in label
    assert "必填" not in label


def test_a_unit_that_takes_away_taken_seats_is_told_beside_its_form(client, unit, unit_clerk):
    session = SessionFactory(event__organization=unit, seats_taken=5)
    client.force_login(unit_clerk)

    page = client.post(
        reverse("events_desk:edit", args=[session.event_id]),
        {
            "revision": 1,
            "organization": unit.name,
            "region": unit.region_id,
            "title": session.event.title,
            "kind": "lecture",
            "place": "一号厅",
            "largest_party": 5,
            "sessions-TOTAL_FORMS": 1,
            "sessions-INITIAL_FORMS": 1,
            "sessions-0-id": session.pk,
            "sessions-0-starts_at": f"{timezone.localtime(session.starts_at):%Y-%m-%dT%H:%M}",
            "sessions-0-ends_at": f"{timezone.localtime(session.ends_at):%Y-%m-%dT%H:%M}",
            "sessions-0-capacity": 2,
        },
    )

    assert page.status_code == 422
    assert "名额不能少于已报名人数" in page.content.decode()
    session.event.refresh_from_db()
    assert (session.event.place, session.event.revision, page.context["revision"]) == ("市民中心", 1, 1)


def test_a_unit_cannot_enter_for_another_organization(client, unit_clerk):
    other = EventFactory().organization
    client.force_login(unit_clerk)

    page = client.post(
        reverse("events_desk:new"),
        {
            "organization": other.name,
            "region": other.region_id,
            "title": "x",
            "kind": "lecture",
            "place": "y",
            "largest_party": 1,
            "sessions-TOTAL_FORMS": 0,
            "sessions-INITIAL_FORMS": 0,
        },
    )

    assert page.status_code == 422
    assert "没有找到" in page.content.decode()


def test_staff_publish_from_the_event_s_page(client, staff):
    event = EventFactory(submitted=True)
    client.force_login(staff)

    page = client.post(
        reverse("events_desk:step", args=[event.pk, "publish"]), {"revision": event.revision}, follow=True
    )

    assert "活动已发布" in page.content.decode()
    assert Event.objects.published().get() == event


@pytest.mark.parametrize("step", ["publish", "send_back"])
def test_a_decision_is_on_what_was_read(client, staff, unit, unit_clerk, step):
    event = EventFactory(organization=unit, submitted=True)
    read = event.revision
    actions.change_event(event, by=unit_clerk, title="审核员没见过的题目")
    client.force_login(staff)

    answer = client.post(
        reverse("events_desk:step", args=[event.pk, step]), {"revision": read, "note": "缺地址"}
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "改为“审核员没见过的题目”" in page
    assert f'name="revision" value="{event.revision}"' in page
    assert "缺地址</textarea>" in page
    assert Event.objects.get().status == Event.Status.SUBMITTED


def test_a_decision_that_does_not_say_what_was_read_is_refused(client, staff):
    event = EventFactory(submitted=True)
    client.force_login(staff)

    assert client.post(reverse("events_desk:step", args=[event.pk, "publish"])).status_code == 409


def test_a_foreign_event_is_not_found_on_the_desk(client, unit_clerk):
    client.force_login(unit_clerk)

    assert client.get(reverse("events_desk:detail", args=[EventFactory().pk])).status_code == 404


def test_the_desk_s_list_has_a_tab_for_each_state(client, unit, unit_clerk):
    EventFactory(organization=unit, submitted=True)
    EventFactory.create_batch(2, organization=unit)
    EventFactory(published=True)
    client.force_login(unit_clerk)

    page = client.get(reverse("events_desk:list"), {"status": "draft"})

    assert len(page.context["page"]) == 2
    counts = {tab["label"]: (tab["count"], tab["current"]) for tab in page.context["tabs"]}
    assert counts["全部"] == (3, False)
    assert counts["草稿"] == (2, True)
    assert counts["待审核"] == (1, False)


def test_the_desk_s_list_is_closed_to_whoever_has_no_events(client):
    client.force_login(UserFactory())

    assert client.get(reverse("events_desk:list")).status_code == 403


def test_opening_a_sign_up_list_is_recorded(client, staff, session):
    client.force_login(staff)

    client.get(reverse("events_desk:sign_ups", args=[session.pk]))

    assert AuditEntry.objects.filter(action="view", actor_id=staff.pk).count() == 1


@pytest.mark.parametrize(("one", "other", "right"), [(3, 4, "7"), (9, 9, "十八"), (5, 5, "十"), (1, 2, "三")])
def test_a_plain_question_takes_digits_and_numerals(one, other, right):
    token = sign(f"{one}-{other}-{uuid.uuid4().hex}", purpose="plain_question")

    assert plain_question.is_right(token, right)
    assert not plain_question.is_right(token, "零")
