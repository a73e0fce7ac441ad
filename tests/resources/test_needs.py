"""Needs: posted by anybody, followed by a link, looked after by the district, forgotten in time."""

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import jobs
from portal.audit import AuditEntry
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.jobs import Job
from portal.roles import Role
from resources import queries
from resources.actions import bookings, needs
from resources.models import Booking, BookingTerms, Need
from resources.queries import needs as reads
from resources.rules import read_hours
from tests.factories import RegionFactory, UserFactory
from tests.resources.factories import TopicFactory
from tests.resources.needs import (
    NOW,
    BookableFactory,
    BookingFactory,
    NeedFactory,
    ProgrammeFactory,
    at,
    typed,
)

NEW = "/needs/new/"


@pytest.fixture
def sea(db):
    return TopicFactory(name="海洋", code="sea")


@pytest.fixture
def form(district, sea):
    return lambda **more: typed(district, [sea], **more)


def post(client, data, address=NEW):
    return client.post(address, data, secure=True)


def read(client, address) -> str:
    answer = client.get(address, secure=True)
    assert answer.status_code == 200, address
    return answer.content.decode()


# --- Posting --------------------------------------------------------------------------------------


def test_anybody_posts_a_need_and_follows_it_by_its_link(client, form, officer, sea):
    resource = BookableFactory(topics=[sea], title="深海讲座")

    answer = post(client, form())
    need = Need.objects.get()
    page = read(client, answer["Location"])

    assert (need.status, need.created_by.username) == ("submitted", "system")
    assert need.mobile == "13700137000"
    assert b"13700137000" not in bytes(need.mobile_sealed)
    assert "给四年级讲海洋" in page
    assert "13700137000" not in page
    assert resource.title in page
    assert "主题是海洋" in page
    assert need.title in officer.notices.get().text
    assert not Job.objects.filter(kind="need_mail").exists()


def test_whoever_gives_an_address_gets_the_link_by_mail(client, form, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda pk: None)
    post(client, form(mail="teacher@school.test"))

    jobs.run(Job.objects.get(kind="need_mail").pk)

    assert mail.outbox[0].to == ["teacher@school.test"]
    link = mail.outbox[0].body.split("/needs/n/")[1].split("/")[0]
    assert "给四年级讲海洋" in read(client, f"/needs/n/{link}/")


def test_the_same_form_sent_twice_is_one_need(client, form):
    data = form()
    answers = [post(client, data) for _ in range(2)]

    assert Need.objects.count() == 1
    assert [answer.status_code for answer in answers] == [302, 302]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"answer": "99"}, "回答不正确"),
        ({"token": "forged"}, "验证问题"),
        ({"homepage": "http://spam.example"}, "请将此项留空"),
        ({"title": " "}, "想要什么"),
        ({"topics": []}, "主题"),
        ({"mobile": "12345"}, "手机号"),
        ({"head_count": "0"}, "人数"),
        ({"head_count": "9" * 30}, "人数"),
        ({"ages_from": "12", "ages_to": "8"}, "年龄上限"),
        ({"starts_on": "2020-01-01"}, "不能早于今天"),
        ({"ends_on": "2099-01-01"}, "一年以内"),
        ({"ends_on": "2020-01-01"}, "不能早于最早"),
        ({"asker_name": ""}, "请填写单位名称"),
        ({"key": "../etc"}, "UUID"),
        ({"weekdays": ["9"]}, "9"),
    ],
)
def test_a_wrong_form_says_what_to_do_and_keeps_what_was_typed(client, form, wrong, says):
    answer = post(client, form(details="请带显微镜", **wrong))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page.split("请更正以下内容")[1].split("</div>")[0]
    assert "请带显微镜" in page
    assert not Need.objects.exists()


def test_posts_from_one_mobile_are_limited(client, form):
    codes = [post(client, form()).status_code for _ in range(21)]

    assert codes == [302] * 20 + [422]


def test_somebody_signed_in_is_not_asked_and_finds_their_needs(client, form, school, school_clerk):
    client.force_login(school_clerk)
    data = {name: value for name, value in form().items() if name not in ("answer", "token")}

    assert post(client, data).status_code == 302

    need = Need.objects.get()
    assert (need.created_by, need.organization) == (school_clerk, school)
    assert need.title in read(client, "/needs/mine/")


def test_a_school_that_is_signed_in_need_not_say_again_who_it_is(client, school, school_clerk):
    client.force_login(school_clerk)

    page = client.get(NEW, secure=True).context["form"]

    assert page["asker"].value() == "school"
    assert page["asker_name"].value() == school.name
    assert page["contact"].value() == school_clerk.name


def test_the_address_fills_in_the_form(client, sea, district):
    programme = ProgrammeFactory()
    asked = f"?topic=sea&place={district.code}&audience=seniors&programme={programme.code}&head_count=30"

    page = read(client, NEW + asked)

    assert f'value="{district.pk}" selected' in page
    assert 'value="seniors" selected' in page
    assert f'value="{programme.pk}" selected' in page
    assert 'value="30"' in page
    assert "checked" in page.split(f'value="{sea.pk}"')[1][:80]


@pytest.mark.parametrize(
    "asked",
    [
        "?place=%00",
        "?topic=' OR 1=1&topic=",
        "?head_count=1e9",
        "?audience=robots",
        "?item=../x",
        "?basket=1",
    ],
)
def test_an_address_that_makes_no_sense_gives_an_empty_form(client, db, asked):
    assert client.get(NEW + asked, secure=True).status_code == 200


# --- The basket -----------------------------------------------------------------------------------


def test_several_items_of_the_basket_become_one_need_with_several_bookings(client, form, sea):
    lecture, kit = BookableFactory(title="深海讲座", topics=[sea]), BookableFactory(title="显微镜箱")
    for each in (lecture, kit):
        client.post("/needs/basket/add/", {"item": each.code}, secure=True)
    assert "深海讲座" in read(client, "/needs/basket/")
    day = f"{local_today() + timedelta(days=14):%Y-%m-%d}"
    times = {
        f"{part}_{each.code}": value
        for each in (lecture, kit)
        for part, value in (("day", day), ("from", "10:00"), ("length", "90"))
    }

    answer = post(client, form(item=[lecture.code, kit.code], **times))

    need = Need.objects.get()
    page = read(client, answer["Location"])
    assert {booking.resource for booking in need.bookings.all()} == {lecture, kit}
    assert (need.status, list(need.topics.all())) == ("waiting", [sea])
    assert "待答复" in page
    assert "预约单是空的" in read(client, "/needs/basket/")


def test_a_wish_that_cannot_be_had_stands_beside_its_field_and_nothing_is_kept(client, form):
    lecture = BookableFactory(terms={"lead_days": 30})
    times = {
        f"day_{lecture.code}": f"{local_today() + timedelta(days=7):%Y-%m-%d}",
        f"from_{lecture.code}": "10:00",
        f"length_{lecture.code}": "60",
    }

    answer = post(client, form(item=[lecture.code], **times))

    assert answer.status_code == 422
    assert "至少提前 30 天" in answer.content.decode()
    assert not Need.objects.exists()


def test_a_declared_time_is_chosen_from_those_still_free(client, form, unit, unit_clerk):
    lecture = BookableFactory(organization=unit, terms={"lead_days": 1})
    bookings.declare_terms(lecture.booking_terms, spans=read_hours("每天 10:00-11:00"), by=unit_clerk)
    day = local_today() + timedelta(days=3)
    slot = f"{day:%Y-%m-%d}T10:00/11:00"

    assert f'value="{slot}"' in read(client, f"{NEW}?item={lecture.code}")
    assert post(client, form(item=[lecture.code], **{f"slot_{lecture.code}": slot})).status_code == 302
    assert Booking.objects.get().starts_at == at(day, 10)
    wrong = form(item=[lecture.code], **{f"slot_{lecture.code}": f"{day:%Y-%m-%d}T03:00/04:00"})
    assert post(client, wrong).status_code == 422


def test_two_declared_times_are_asked_for_and_both_are_shown(client, form, unit, unit_clerk):
    lecture = BookableFactory(organization=unit, terms={"lead_days": 1})
    bookings.declare_terms(lecture.booking_terms, spans=read_hours("每天 10:00-11:00"), by=unit_clerk)
    days = [local_today() + timedelta(days=number) for number in (3, 4)]
    first, other = (f"{day:%Y-%m-%d}T10:00/11:00" for day in days)
    sent = {f"slot_{lecture.code}": first, f"slot2_{lecture.code}": first}

    same = post(client, form(item=[lecture.code], **sent))
    assert "备选时间应与首选时间不同" in str(same.context["form"].errors[f"slot2_{lecture.code}"])
    sent[f"slot2_{lecture.code}"] = other
    answer = post(client, form(item=[lecture.code], **sent))
    booking, need = Booking.objects.get(), Need.objects.get()
    assert (booking.starts_at, booking.other_starts_at) == (at(days[0], 10), at(days[1], 10))
    assert (need.starts_on, need.ends_on) == tuple(days)
    assert "备选：" in read(client, answer.url)


def test_half_of_a_second_time_is_said_beside_the_other_half(client, form):
    lecture = BookableFactory()
    day = f"{local_today() + timedelta(days=9):%Y-%m-%d}"
    sent = {f"day_{lecture.code}": day, f"from_{lecture.code}": "10:00", f"length_{lecture.code}": "60"}

    half = post(client, form(item=[lecture.code], **sent, **{f"day2_{lecture.code}": day}))
    assert half.status_code == 422
    assert half.context["form"].errors[f"from2_{lecture.code}"]
    whole = {f"day2_{lecture.code}": day, f"from2_{lecture.code}": "14:00"}
    assert post(client, form(item=[lecture.code], **sent, **whole)).status_code == 302
    assert Booking.objects.get().other_ends_at == at(local_today() + timedelta(days=9), 15)


def test_what_is_not_booked_here_does_not_get_into_the_basket(client, db):
    closed = BookableFactory(terms={"is_open": False})

    assert client.post("/needs/basket/add/", {"item": closed.code}, secure=True).status_code == 409
    assert "预约单是空的" in read(client, "/needs/basket/")
    assert "加入预约单" not in read(client, closed.get_absolute_url())


def test_an_item_is_dropped_from_the_basket(client, db):
    lecture = BookableFactory(title="深海讲座")
    assert "加入预约单" in read(client, lecture.get_absolute_url())
    client.post("/needs/basket/add/", {"item": lecture.code}, secure=True)

    read(client, "/needs/basket/")
    client.post("/needs/basket/drop/", {"item": lecture.code}, secure=True)

    assert "预约单是空的" in read(client, "/needs/basket/")


# --- Following ------------------------------------------------------------------------------------


def test_the_asker_changes_and_withdraws_by_the_link(client, form, sea):
    need = NeedFactory(topics=[sea])
    link = need.get_absolute_url()

    data = form(title="给五年级讲海洋", seen="1", key=str(need.uuid), mobile="13700137001")
    assert post(client, data, f"{link}change/").status_code == 302
    need.refresh_from_db()
    assert (need.title, need.mobile, need.revision) == ("给五年级讲海洋", "13700137001", 2)
    assert post(client, form(seen="1", key=str(need.uuid)), f"{link}change/").status_code == 422

    client.post(f"{link}withdraw/", secure=True)
    need.refresh_from_db()
    assert need.status == "withdrawn"
    assert client.get(f"{link}change/", secure=True).status_code == 409


def test_the_trail_of_a_change_names_nobody(client, form, sea):
    need = NeedFactory(topics=[sea], address="海洋路1号")
    data = form(seen="1", key=str(need.uuid), address="海洋路2号")
    post(client, data, f"{need.get_absolute_url()}change/")

    entry = AuditEntry.objects.get(action="change")
    assert "海洋路" not in repr(entry.changes)


@pytest.mark.parametrize("token", ["nothing", "00000000-0000-4000-8000-000000000000:x:y"])
@pytest.mark.parametrize("page", ["", "change/", "book/abcd/", "1.ics"])
def test_a_link_that_was_not_signed_is_not_there(client, db, token, page):
    NeedFactory()

    assert client.get(f"/needs/n/{token}/{page}", secure=True).status_code == 404


def test_one_link_opens_no_other_need_s_booking(client, db):
    mine, other = NeedFactory(open=True), BookingFactory(status="proposed")

    for step in ("agree", "take_back"):
        answer = client.post(f"{mine.get_absolute_url()}{other.pk}/{step}/", secure=True)
        assert answer.status_code == 404
    assert client.get(f"{mine.get_absolute_url()}{other.pk}.ics", secure=True).status_code == 404


def test_the_asker_answers_a_proposed_day_takes_it_to_the_calendar_and_rates(client, unit, unit_clerk):
    booking = BookingFactory(resource=BookableFactory(organization=unit))
    link = booking.need.get_absolute_url()
    day = local_today() + timedelta(days=20)
    bookings.propose(
        booking, starts_at=at(day, 15), ends_at=at(day, 16), note="换一天", at=timezone.now(), by=unit_clerk
    )
    assert "换一天" in read(client, link)

    client.post(f"{link}{booking.pk}/agree/", secure=True)
    calendar = client.get(f"{link}{booking.pk}.ics", secure=True)
    assert f"DTSTART;TZID=Asia/Shanghai:{day:%Y%m%d}T150000" in calendar.content.decode()

    Booking.objects.filter(pk=booking.pk).update(status="done", attendance=9, ended_at=timezone.now())
    assert client.post(f"{link}{booking.pk}/rate/", {"rating": "6"}, secure=True).status_code == 422
    client.post(f"{link}{booking.pk}/rate/", {"rating": "5", "words": "好"}, secure=True)
    assert Booking.objects.get().rating == 5


def test_the_asker_books_one_of_those_proposed(client, sea):
    need, lecture = NeedFactory(topics=[sea]), BookableFactory(topics=[sea])
    code = lecture.code
    address = f"{need.get_absolute_url()}book/{code}/"
    day = f"{local_today() + timedelta(days=14):%Y-%m-%d}"

    assert lecture.title in read(client, address)
    sent = {f"day_{code}": day, f"from_{code}": "10:00", f"length_{code}": "60"}
    assert post(client, sent, address).status_code == 302
    assert post(client, sent, address).status_code == 422
    assert Booking.objects.get().need == need


# --- The district ---------------------------------------------------------------------------------


def test_the_district_admits_or_turns_down_with_a_reason(officer):
    need, other = (NeedFactory(region=officer.grants.get().region) for _ in range(2))

    needs.admit(need, at=NOW, by=officer)
    with pytest.raises(Refused, match="理由"):
        needs.turn_down(other, note="", at=NOW, by=officer)
    needs.turn_down(other, note="与科普无关", at=NOW, by=officer)

    other.refresh_from_db()
    assert (need.status, other.status, other.note) == ("waiting", "refused", "与科普无关")
    with pytest.raises(PermissionDenied):
        needs.admit(NeedFactory(), at=NOW, by=officer)


def test_turning_down_without_a_reason_says_so_beside_the_field(client, officer):
    need = NeedFactory(region=officer.grants.get().region)
    client.force_login(officer)

    answer = post(client, {"note": " "}, f"{need.get_desk_url()}turn_down/")

    assert answer.status_code == 422
    assert "请写明理由" in str(answer.context["refusal_form"].errors["note"])
    assert '<details class="plain-fold stepfold" open>' in answer.content.decode()
    need.refresh_from_db()
    assert need.status == "submitted"


def test_what_may_not_be_turned_down_keeps_the_reason_typed(client, officer):
    booking = BookingFactory(need__region=officer.grants.get().region)
    client.force_login(officer)

    answer = post(client, {"note": "已有预约"}, f"{booking.need.get_desk_url()}turn_down/")

    assert answer.status_code == 422
    assert "请先处理预约" in answer.content.decode()
    assert answer.context["refusal_form"]["note"].value() == "已有预约"


def test_staff_call_for_works_from_a_need_that_nobody_serves(client, staff, officer):
    need, served = NeedFactory(region=officer.grants.get().region), BookingFactory().need
    commission = f"/desk/works/calls/new/?need={need.pk}"
    client.force_login(staff)
    page = read(client, need.get_desk_url())

    assert commission in page
    assert commission in read(client, "/desk/needs/?state=unmatched")
    assert commission not in read(client, "/desk/needs/")
    assert ("编号", str(need.pk)) in client.get(need.get_desk_url(), secure=True).context["facts"]
    assert f'value="{need.pk}"' in read(client, commission)
    assert "calls/new" not in read(client, served.get_desk_url())
    client.force_login(officer)
    assert "calls/new" not in read(client, need.get_desk_url())
    assert "calls/new" not in read(client, "/desk/needs/?state=unmatched")


def test_the_form_promises_what_the_settings_say(client, settings):
    settings.BOOKING_ANSWER_DAYS, settings.NEED_KEPT_MONTHS = 3, 9
    lecture = BookableFactory()

    page = read(client, f"{NEW}?item={lecture.code}")

    assert "3 个工作日内答复" in page
    assert "结束 9 个月后自动删除" in page


def test_the_desk_shows_who_asks_to_the_district_alone_and_writes_it_down(client, officer):
    need = NeedFactory(region=officer.grants.get().region)
    client.force_login(officer)
    page = read(client, need.get_desk_url())

    assert "13700137000" in page
    assert AuditEntry.objects.filter(action="view", subject_id=str(need.pk)).exists()
    assert "待受理的科普需求" in read(client, "/desk/")


def test_the_board_names_nobody_and_gives_the_asker_s_words_once_admitted(client, sea):
    need = NeedFactory(topics=[sea], title="请到我家来", details="电话 13800000000", address="我家")
    admitted = NeedFactory(open=True, topics=[sea], title="社区看鲸鱼")
    BookingFactory(need=NeedFactory(open=True, topics=[sea], title="有人接的"))

    page = read(client, "/needs/")

    assert admitted.title in page
    assert "海洋（面向未成年人）" in page
    for secret in (need.title, need.details, need.address, "有人接的", "陈老师", "海洋小学"):
        assert secret not in page
    row = reads.board(on=local_today())[0]
    assert (row.topic, row.asked, row.unserved, row.heads) == (sea, 3, 2, 120)


def test_lists_cost_the_same_for_one_row_as_for_many(client, officer, staff, sea):
    region = officer.grants.get().region

    def cost(address) -> int:
        with CaptureQueriesContext(connection) as captured:
            read(client, address)
        return len(captured)

    client.force_login(staff)
    read(client, "/desk/")  # what the first page of a sitting costs
    addresses = ["/needs/", "/desk/needs/", "/desk/bookings/", "/desk/bookings/wanted/"]
    NeedFactory(open=True, region=region, topics=[sea])
    BookingFactory(need__region=region)
    before = [cost(address) for address in addresses]
    NeedFactory.create_batch(14, open=True, region=region, topics=[sea])
    for _ in range(14):
        BookingFactory(need__region=region)

    assert [cost(address) for address in addresses] == before


def test_the_desk_answers_bookings(client, unit, unit_clerk):
    lecture = BookableFactory(organization=unit, title="深海讲座")
    first, second = BookingFactory(resource=lecture), BookingFactory(resource=lecture)
    client.force_login(unit_clerk)
    assert "待答复的预约" in read(client, "/desk/")
    assert "13700137000" in read(client, first.get_desk_url())

    client.post(f"{first.get_desk_url()}accept/", secure=True)
    day = local_today() + timedelta(days=15)
    sent = {"day": f"{day:%Y-%m-%d}", "begins": "10:00", "length": "60", "note": "改一天"}
    client.post(f"{second.get_desk_url()}propose/", sent, secure=True)
    assert client.post(f"{second.get_desk_url()}propose/", {}, secure=True).status_code == 422

    assert [row.status for row in Booking.objects.order_by("pk")] == ["accepted", "proposed"]
    page = read(client, f"/desk/bookings/of/{lecture.pk}/")
    assert first.need.title in page
    sent = {"is_open": "on", "slots": "周三 10:00-11:00", "lead_days": "5", "lanes": "2"}
    client.post(f"/desk/bookings/of/{lecture.pk}/", sent, secure=True)
    assert BookingTerms.objects.get().slots_text == "周三 10:00-11:00"
    wrong = client.post(f"/desk/bookings/of/{lecture.pk}/", {**sent, "slots": "随便"}, secure=True)
    assert wrong.status_code == 422
    assert "看不懂" in wrong.content.decode()


def test_a_unit_s_calendar_is_had_by_its_own_link(client, unit, unit_clerk):
    lecture = BookableFactory(organization=unit, title="深海讲座")
    BookingFactory(resource=lecture, status="accepted", accepted_at=timezone.now())
    client.force_login(unit_clerk)
    link = read(client, "/desk/bookings/").split('href="/needs/feed/')[1].split('"')[0]
    client.logout()

    feed = client.get(f"/needs/feed/{link}", secure=True).content.decode()

    assert "深海讲座" in feed
    assert "陈老师" not in feed


# --- The clock ------------------------------------------------------------------------------------


def test_a_need_whose_last_day_is_over_ends_unless_something_is_on(db):
    with time_machine.travel(NOW):
        over, served = NeedFactory(), NeedFactory(open=True)
        BookingFactory(need=served)
    later = NOW + timedelta(days=28)

    assert needs.expire(at=later) == 1

    assert [Need.objects.get(pk=need.pk).status for need in (over, served)] == ["expired", "waiting"]


def test_who_asked_is_forgotten_six_months_after_the_end_and_not_before(db):
    with time_machine.travel(NOW):
        ended = NeedFactory(details="请找王老师", address="我家", asker="person", asker_name="王家")
        running = NeedFactory()
        needs.take_back_need(ended, at=NOW)
    half_a_year = at(NOW.date(), 0).replace(year=2027, month=5, day=25)

    assert needs.erase_contacts(at=half_a_year) == 0
    assert needs.erase_contacts(at=half_a_year + timedelta(days=1)) == 1
    assert needs.erase_contacts(at=half_a_year + timedelta(days=2)) == 0

    ended.refresh_from_db()
    running.refresh_from_db()
    assert (ended.mobile, ended.contact, ended.details, ended.address, ended.asker_name) == ("",) * 5
    assert ended.title
    assert running.mobile == "13700137000"


# --- Figures --------------------------------------------------------------------------------------


def test_figures_count_what_was_asked_for_per_district_topic_and_programme(sea, city):
    here, there = RegionFactory(), RegionFactory()
    programme = ProgrammeFactory()
    start, end = NOW.date(), NOW.date() + timedelta(days=2)
    NeedFactory(region=here, created_at=at(start, 0), topics=[sea], programme=programme)
    NeedFactory(region=here, created_at=at(start, 23, 59), open=True)
    NeedFactory(region=there, created_at=at(start, 12), topics=[sea])
    NeedFactory(region=there, created_at=at(end, 0))
    NeedFactory(region=there, created_at=at(start, 1), status="refused", ended_at=NOW)
    done = NeedFactory(region=here, created_at=at(start, 2), status="done", ended_at=NOW, programme=programme)
    BookingFactory(
        need=done,
        status="done",
        accepted_at=NOW,
        ended_at=NOW,
        attendance=38,
        starts_at=at(start, 9),
    )

    assert queries.needs_by_region(start, end) == {here.code: 3, there.code: 1}
    assert queries.needs_by_region(start, end, programme=programme.code) == {here.code: 2}
    assert queries.needs_by_topic(start, end) == {(here.code, "sea"): 1, (there.code, "sea"): 1}
    assert queries.needs_by_programme(start, end) == {(here.code, programme.code): 2}
    assert queries.matched_by_region(start, end) == {here.code: 1}
    assert queries.bookings_by_region(start, end, programme=programme.code) == {here.code: 1}
    assert queries.booking_visits_by_region(start, end) == {here.code: 38}
    assert queries.needs_by_region(end, end + timedelta(days=1)) == {there.code: 1}


def test_the_needs_behind_a_figure_are_as_many_as_it_says(client, sea, city):
    here, there = RegionFactory(), RegionFactory()
    NeedFactory(region=here, created_at=NOW, topics=[sea], title="想听海洋故事", open=True)
    NeedFactory(region=here, created_at=NOW, status="refused", ended_at=NOW, topics=[sea])
    NeedFactory(region=here, created_at=NOW, title="没有主题")
    NeedFactory(region=here, created_at=NOW - timedelta(days=400), topics=[sea])
    NeedFactory(region=there, created_at=NOW, topics=[sea], status="done", ended_at=NOW)
    page = f"/needs/counted/?year={NOW.year}"

    counts = [
        client.get(f"{page}{more}").context["count"]
        for more in ("", f"&district={here.code}", f"&district={here.code}&topic=sea", "&matched=1")
    ]

    assert counts == [3, 2, 1, 1]
    start, end = date(NOW.year, 1, 1), date(NOW.year + 1, 1, 1)
    assert queries.needs_by_region(start, end) == {here.code: 2, there.code: 1}


def test_behind_a_figure_a_need_not_admitted_is_read_by_its_topic_alone(client, sea, city):
    district = RegionFactory()
    NeedFactory(region=district, created_at=NOW, topics=[sea], title="王老师想请人")
    NeedFactory(region=district, created_at=NOW, topics=[sea], title="想听海洋故事", open=True)

    html = client.get(f"/needs/counted/?year={NOW.year}").content.decode()

    assert "想听海洋故事" in html
    assert "王老师" not in html


def test_unmatched_needs_are_live_and_asked_of_nobody(sea, district):
    free = NeedFactory(region=district, topics=[sea], programme=ProgrammeFactory())
    NeedFactory(status="withdrawn", ended_at=NOW)
    BookingFactory(need=NeedFactory(open=True))
    turned_away = NeedFactory(open=True)
    BookingFactory(need=turned_away, status="refused", answer="忙")

    assert list(queries.unmatched_needs()) == [free, turned_away]
    for narrowed in ({"topic": "sea"}, {"district": district.code}, {"programme": "spirit_school"}):
        assert list(queries.unmatched_needs(**narrowed)) == [free]
    assert list(queries.unmatched_needs(on=local_today() + timedelta(days=60))) == []


# --- The database ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"title": ""}, "need_says_what"),
        ({"ends_on": "2020-01-01"}, "need_ends_after_it_starts"),
        ({"ages_from": 9, "ages_to": 8}, "need_ages_in_order"),
        ({"head_count": 0}, "need_is_for_somebody"),
        ({"weekdays": [8]}, "need_weekdays_of_seven"),
        ({"status": "done"}, "need_ended_has_its_time"),
        ({"erased_at": NOW}, "need_erased_keeps_nobody"),
    ],
)
def test_the_database_refuses(db, values, name):
    NeedFactory()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Need.objects.update(**values)


def test_a_change_made_of_an_older_page_is_refused(sea, district):
    need = NeedFactory(region=district)
    values = {name: getattr(need, name) for name in needs.EDITABLE}
    asker = {"contact": "陈老师", "mobile": "13700137000"}
    needs.change_need(need, values=values, topics=[sea], seen=1, **asker)

    with pytest.raises(ChangedMeanwhile):
        needs.change_need(need, values=values, topics=[sea], seen=1, **asker)


def test_a_unit_reads_no_need_of_others_at_the_desk(client, unit, unit_clerk):
    need = NeedFactory(region=unit.region)
    client.force_login(unit_clerk)

    assert client.get(need.get_desk_url(), secure=True).status_code == 404
    wanted = read(client, "/desk/bookings/wanted/")
    assert "13700137000" not in wanted
    assert "响应" in wanted


def test_a_key_of_one_need_makes_no_second(district, sea):
    key = uuid.uuid4()
    need = NeedFactory(uuid=key)
    values = {name: getattr(need, name) for name in needs.EDITABLE}
    person = UserFactory(holding=(Role.DISTRICT, district))

    again = needs.post_need(
        key=key, values=values, topics=[], contact="别人", mobile="13700137009", at=NOW, by=person
    )

    assert again == need
    assert Need.objects.get().contact == "陈老师"
