"""Bookings: asked, answered, moved, held and reported; at once and by the clock."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal import files, jobs
from portal.audit import AuditEntry
from portal.calendar import Day, local_today
from portal.errors import Refused
from portal.jobs import Job
from portal.roles import Role
from resources import queries
from resources.actions import bookings, needs
from resources.actions.bookings import Wish, WishRefused
from resources.models import Booking, BookingTerms, Need, SpecialDays
from resources.queries import booking as times
from resources.queries import needs as reads
from resources.rules import read_hours
from resources.rules.booking import dates_of, is_within, monday_of
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.factories import ResourceFactory
from tests.resources.needs import NOW, BookableFactory, BookingFactory, NeedFactory, at

THURSDAY = local_today(NOW) + timedelta(days=15)


@pytest.fixture(autouse=True)
def _travel():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lecture(unit):
    return BookableFactory(organization=unit, title="深海讲座")


def wish(resource, hour=10, day=THURSDAY, hours=1) -> Wish:
    return Wish(resource, at(day, hour), at(day, hour + hours))


def asked(resource, **more) -> Booking:
    return bookings.request(NeedFactory(open=True), wish(resource, **more), at=NOW)


# --- Asking ---------------------------------------------------------------------------------------


def test_a_request_waits_for_its_owner_who_is_told(lecture, unit_clerk, staff):
    booking = asked(lecture)

    assert (booking.status, booking.organization, booking.answer_by) == (
        "requested",
        lecture.organization,
        local_today(NOW) + timedelta(days=7),  # five working days from a Wednesday
    )
    assert "深海讲座" in unit_clerk.notices.get().text
    assert not staff.notices.exists()
    assert AuditEntry.objects.filter(action="request_booking", actor_name="访客").exists()


@pytest.mark.parametrize(
    ("terms", "asks", "says"),
    [
        ({"is_open": False}, {}, "不接受预约"),
        ({"lead_days": 30}, {}, "至少提前 30 天"),
        ({"most_heads": 30}, {}, "每批最多 30 人"),
        ({}, {"hours": 13, "hour": 9}, "最长 12 小时"),
        ({}, {"day": local_today(NOW) - timedelta(days=1)}, "至少提前"),
        ({}, {"day": local_today(NOW) + timedelta(days=400)}, "一年以内"),
    ],
)
def test_a_request_outside_the_owner_s_terms_is_refused(unit, terms, asks, says):
    resource = BookableFactory(organization=unit, terms=terms)

    with pytest.raises(WishRefused, match=says):
        asked(resource, **asks)
    assert not Booking.objects.exists()


def test_only_declared_spans_are_booked_where_there_are_any(lecture, unit_clerk):
    bookings.declare_terms(
        BookingTerms(resource=lecture), spans=read_hours("周四 10:00-11:30"), by=unit_clerk
    )
    lecture.refresh_from_db()

    assert asked(lecture, hour=10)
    with pytest.raises(WishRefused, match="公布的时段"):
        asked(lecture, hour=14)


def test_what_is_not_open_is_not_booked_and_the_day_and_reason_are_said(unit):
    museum = BookableFactory(organization=unit, title="海洋馆", hours_as="周二至周日 09:00-12:00 14:00-17:00")
    special = {"resource": museum, "starts_on": THURSDAY, "ends_on": THURSDAY}

    assert asked(museum, hour=10, day=THURSDAY + timedelta(days=1))
    with pytest.raises(WishRefused, match="2026年12月10日只在 09:00–12:00、14:00–17:00 开放"):
        asked(museum, hour=3)
    with pytest.raises(WishRefused, match="只在 09:00–12:00、14:00–17:00 开放"):
        asked(museum, hour=11, hours=2)
    with pytest.raises(WishRefused, match="2026年12月14日不开放，请换一天"):
        asked(museum, day=THURSDAY + timedelta(days=4))
    closed = SpecialDays.objects.create(**special, reason="停电检修")
    with pytest.raises(WishRefused, match="2026年12月10日不开放（停电检修）"):
        asked(museum)
    SpecialDays.objects.filter(pk=closed.pk).update(times="18:00-21:00", reason="夜场")
    with pytest.raises(WishRefused, match="只在 18:00–21:00 开放（夜场）"):
        asked(museum)
    assert asked(museum, hour=19)


def test_without_weekly_hours_only_what_is_said_of_a_day_binds(lecture):
    Day.objects.create(day=THURSDAY, is_working=False, name="台风停业", source=Day.Source.MANUAL)
    SpecialDays.objects.create(
        resource=lecture, starts_on=THURSDAY + timedelta(days=1), ends_on=THURSDAY + timedelta(days=1)
    )

    assert asked(lecture, hour=20)
    with pytest.raises(WishRefused, match="不开放（特别安排）"):
        asked(lecture, day=THURSDAY + timedelta(days=1))
    type(lecture).objects.update(holiday_rule="closed")
    lecture.refresh_from_db()
    with pytest.raises(WishRefused, match="不开放（台风停业）"):
        asked(lecture, hour=20)


def test_declared_spans_stand_on_closed_weekdays_but_not_on_closed_days(unit, unit_clerk):
    museum = BookableFactory(organization=unit, terms={"lead_days": 1}, hours_as="周五至周日 09:00-17:00")
    bookings.declare_terms(museum.booking_terms, spans=read_hours("周四 10:00-11:00"), by=unit_clerk)
    museum = times.with_terms(type(museum).objects).get(pk=museum.pk)

    assert asked(museum, hour=10)
    SpecialDays.objects.create(resource=museum, starts_on=THURSDAY, ends_on=THURSDAY, reason="布展")
    museum = times.with_terms(type(museum).objects).get(pk=museum.pk)
    with pytest.raises(WishRefused, match="不开放（布展）"):
        asked(museum, hour=10)
    days = [local_today(slot.starts_at) for slot in times.free_slots(museum, times.terms_of(museum), NOW)]
    assert THURSDAY not in days
    assert THURSDAY + timedelta(days=7) in days


def test_an_owner_who_offers_a_closed_day_is_told(lecture, unit_clerk):
    booking, later = asked(lecture), THURSDAY + timedelta(days=1)
    SpecialDays.objects.create(resource=lecture, starts_on=THURSDAY, ends_on=later, reason="布展")

    with pytest.raises(Refused, match="2026年12月11日不开放（布展）"):
        bookings.propose(booking, starts_at=at(later, 10), ends_at=at(later, 11), at=NOW, by=unit_clerk)
    with pytest.raises(Refused, match="2026年12月10日不开放（布展）"):
        bookings.accept(booking, at=NOW, by=unit_clerk)
    with pytest.raises(Refused, match="不开放（布展）"):
        bookings.offer(NeedFactory(), wish(lecture), at=NOW, by=unit_clerk)


@pytest.mark.parametrize(
    "resource",
    [
        lambda: BookableFactory(booking="none"),
        lambda: ResourceFactory(booking="advance"),
        lambda: ResourceFactory(published=True, booking="advance", organization=None),
    ],
    ids=["without booking", "not published", "nobody's"],
)
def test_what_nobody_offers_for_booking_is_not_booked(db, resource):
    with pytest.raises(WishRefused, match="不接受预约"):
        asked(resource())


def test_one_need_asks_for_one_resource_once(lecture):
    need = NeedFactory(open=True)
    bookings.request(need, wish(lecture), at=NOW)

    with pytest.raises(WishRefused, match="已经预约了"):
        bookings.request(need, wish(lecture, hour=15), at=NOW)


# --- Answering ------------------------------------------------------------------------------------


def test_an_accepted_booking_matches_its_need_and_tells_the_asker(lecture, unit_clerk):
    booking = asked(lecture)
    needs_mail(booking.need)

    bookings.accept(booking, at=NOW, by=unit_clerk)

    booking.need.refresh_from_db()
    assert (booking.status, booking.need.status) == ("accepted", "accepted")
    assert Job.objects.get(kind="need_mail").payload["what"] == "accepted"


def needs_mail(need: Need) -> None:
    Need.objects.filter(pk=need.pk).update(mail_sealed=b"x")
    need.mail_sealed = b"x"


def test_nobody_but_the_owner_answers(lecture, officer):
    booking = asked(lecture)
    stranger = UserFactory(holding=(Role.UNIT, OrganizationFactory()))

    for person in (officer, stranger):
        for act in (
            lambda by: bookings.accept(booking, at=NOW, by=by),
            lambda by: bookings.decline(booking, note="忙", at=NOW, by=by),
            lambda by: bookings.report(booking, visits=1, at=NOW, by=by),
        ):
            with pytest.raises(PermissionDenied):
                act(person)


def test_a_second_party_at_one_time_is_refused(lecture, unit_clerk):
    first, second = asked(lecture), asked(lecture)
    bookings.accept(first, at=NOW, by=unit_clerk)

    with pytest.raises(Refused, match="已有其他预约"):
        bookings.accept(second, at=NOW, by=unit_clerk)
    with pytest.raises(WishRefused, match="已被预约"):
        asked(lecture)
    assert Booking.objects.get(pk=second.pk).status == "requested"


def test_a_resource_serves_as_many_at_once_as_it_has_lanes(unit, unit_clerk):
    resource = BookableFactory(organization=unit, terms={"lanes": 2})
    three = [asked(resource) for _ in range(3)]
    for booking in three[:2]:
        bookings.accept(booking, at=NOW, by=unit_clerk)

    assert sorted(Booking.objects.holding().values_list("lane", flat=True)) == [1, 2]
    with pytest.raises(Refused, match="已有其他预约"):
        bookings.accept(three[2], at=NOW, by=unit_clerk)


def test_no_more_in_a_week_than_the_owner_serves(unit, unit_clerk):
    resource = BookableFactory(organization=unit, terms={"most_per_week": 1})
    first, same_week = asked(resource), asked(resource, day=THURSDAY + timedelta(days=1))
    next_week = asked(resource, day=THURSDAY + timedelta(days=7))
    bookings.accept(first, at=NOW, by=unit_clerk)

    with pytest.raises(Refused, match="这一周已接满"):
        bookings.accept(same_week, at=NOW, by=unit_clerk)
    bookings.accept(next_week, at=NOW, by=unit_clerk)


def test_a_proposed_day_is_kept_for_the_asker_and_taken_by_their_word(lecture, unit_clerk):
    booking = asked(lecture)
    later = THURSDAY + timedelta(days=1)
    bookings.propose(
        booking, starts_at=at(later, 15), ends_at=at(later, 16), note="周四有展", at=NOW, by=unit_clerk
    )

    with pytest.raises(WishRefused, match="已被预约"):
        asked(lecture, day=later, hour=15)
    bookings.agree(booking, at=NOW)
    booking.need.refresh_from_db()
    assert (booking.status, booking.need.status) == ("accepted", "accepted")
    assert booking.starts_at == at(later, 15)
    assert unit_clerk.notices.filter(text__contains="已同意改期").exists()


def two_times(resource, hour=10, other_hour=14) -> Wish:
    next_day = THURSDAY + timedelta(days=1)
    return Wish(
        resource,
        at(THURSDAY, hour),
        at(THURSDAY, hour + 1),
        other=(at(next_day, other_hour), at(next_day, other_hour + 1)),
    )


def test_of_two_times_the_owner_accepts_one_with_one_press(client, lecture, unit_clerk):
    booking = bookings.request(NeedFactory(open=True), two_times(lecture), at=NOW)
    client.force_login(unit_clerk)
    page = client.get(booking.get_desk_url(), secure=True).content.decode()

    assert page.count("接受 ") == 2
    assert "备选时间：" in page
    step = reverse("bookings_desk:step", args=[booking.pk, "accept"])
    assert client.post(step, {"time": "other"}, secure=True).status_code == 302
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == ("accepted", at(THURSDAY + timedelta(days=1), 14))
    assert booking.other_starts_at is None
    assert "接受备选时间" in AuditEntry.objects.get(action="accept").note


def test_the_other_time_is_refused_where_it_is_taken_and_the_first_still_stands(lecture, unit_clerk):
    taken = asked(lecture, hour=14, day=THURSDAY + timedelta(days=1))
    booking = bookings.request(NeedFactory(open=True), two_times(lecture), at=NOW)
    bookings.accept(taken, at=NOW, by=unit_clerk)

    with pytest.raises(Refused, match="已有其他预约"):
        bookings.accept(booking, other=True, at=NOW, by=unit_clerk)
    booking.refresh_from_db()
    bookings.accept(booking, at=NOW, by=unit_clerk)
    assert booking.starts_at == at(THURSDAY, 10)


def test_a_second_time_that_nobody_named_is_not_accepted(lecture, unit_clerk):
    with pytest.raises(Refused, match="没有备选时间"):
        bookings.accept(asked(lecture), other=True, at=NOW, by=unit_clerk)


def test_a_proposal_takes_the_place_of_both_times(lecture, unit_clerk):
    booking = bookings.request(NeedFactory(open=True), two_times(lecture), at=NOW)
    new = booking.other_starts_at

    bookings.propose(booking, starts_at=new, ends_at=new + timedelta(hours=2), at=NOW, by=unit_clerk)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.other_starts_at) == (new, None)


def test_what_is_wrong_with_a_second_time_is_said_of_it(lecture, unit_clerk):
    same = Wish(lecture, at(THURSDAY, 10), at(THURSDAY, 11), other=(at(THURSDAY, 10), at(THURSDAY, 12)))
    late = Wish(lecture, at(THURSDAY, 10), at(THURSDAY, 11), other=(NOW, NOW + timedelta(hours=1)))

    for wrong, says in ((same, "与首选时间不同"), (late, "至少提前")):
        with pytest.raises(WishRefused, match=says) as refused:
            bookings.request(NeedFactory(open=True), wrong, at=NOW)
        assert refused.value.is_other


def test_a_request_with_two_times_lapses_after_the_later(lecture):
    booking = bookings.request(NeedFactory(open=True), two_times(lecture), at=NOW)

    assert bookings.lapse(at=at(THURSDAY, 12)) == 0
    assert bookings.lapse(at=at(THURSDAY + timedelta(days=1), 15)) == 1
    booking.refresh_from_db()
    assert booking.status == "expired"


def test_declining_says_why_and_frees_the_time(lecture, unit_clerk):
    booking = asked(lecture)
    bookings.accept(booking, at=NOW, by=unit_clerk)

    with pytest.raises(Refused, match="理由"):
        bookings.decline(booking, note=" ", at=NOW, by=unit_clerk)
    bookings.decline(booking, note="讲师生病", at=NOW, by=unit_clerk)

    booking.need.refresh_from_db()
    assert (booking.status, booking.answer, booking.need.status) == ("refused", "讲师生病", "waiting")
    assert asked(lecture)


def test_taking_back_the_last_accepted_booking_opens_the_need_again(lecture, unit_clerk):
    booking = asked(lecture)
    bookings.accept(booking, at=NOW, by=unit_clerk)

    bookings.take_back(booking, at=NOW)

    booking.need.refresh_from_db()
    assert booking.need.status == "waiting"
    assert unit_clerk.notices.filter(text__contains="撤回").exists()


def test_what_is_accepted_is_not_taken_back_on_its_day(lecture, unit_clerk):
    booking = asked(lecture)
    bookings.accept(booking, at=NOW, by=unit_clerk)

    with pytest.raises(Refused, match="不能再撤回"):
        bookings.take_back(booking, at=at(THURSDAY, 11))


# --- The district, and units that respond ---------------------------------------------------------


def test_what_nobody_answers_goes_up_to_the_district_once(lecture, unit_clerk, officer):
    booking = asked(lecture)

    assert bookings.escalate(at=NOW + timedelta(days=7)) == 0
    assert bookings.escalate(at=NOW + timedelta(days=8)) == 1
    assert bookings.escalate(at=NOW + timedelta(days=9)) == 0

    assert "无人答复" in officer.notices.get().text
    with time_machine.travel(NOW + timedelta(days=8)):
        titles = [tile.title for tile in queries.needs_waiting(officer)]
        shown = reads.bookings_at_desk(officer, state="late", at=timezone.now())
        assert "超期未答复的预约" in titles
        assert list(shown) == [booking]


def test_the_district_gives_it_to_another(lecture, officer, unit_clerk):
    booking = asked(lecture)
    other = BookableFactory(organization__region=officer.grants.get().region)

    with pytest.raises(Refused, match="理由"):
        bookings.reassign(booking, wish(other), note="", at=NOW, by=officer)
    with pytest.raises(PermissionDenied):
        bookings.reassign(booking, wish(other), note="超期", at=NOW, by=unit_clerk)
    made = bookings.reassign(booking, wish(other), note="超期未答复", at=NOW, by=officer)

    assert (booking.status, made.status, made.need, made.resource) == (
        "undone",
        "requested",
        booking.need,
        other,
    )


def test_the_district_asks_on_the_asker_s_behalf(lecture, officer):
    need = NeedFactory(region=officer.grants.get().region)

    booking = bookings.assign(need, wish(lecture), at=NOW, by=officer)

    assert (booking.need, booking.status) == (need, "requested")
    with pytest.raises(PermissionDenied):
        bookings.assign(NeedFactory(), wish(lecture), at=NOW, by=officer)


def test_a_unit_offers_what_is_its_own_and_the_asker_decides(lecture, unit_clerk):
    need = NeedFactory()
    booking = bookings.offer(need, wish(lecture), note="可以上门", at=NOW, by=unit_clerk)

    assert booking.status == "proposed"
    assert need not in queries.unmatched_needs()
    with pytest.raises(PermissionDenied):
        bookings.offer(need, wish(BookableFactory()), at=NOW, by=unit_clerk)
    with pytest.raises(Refused, match="已有其他预约"):
        bookings.offer(NeedFactory(), wish(lecture), at=NOW, by=unit_clerk)
    bookings.agree(booking, at=NOW)
    need.refresh_from_db()
    assert need.status == "accepted"
    with pytest.raises(Refused, match="不再需要"):
        bookings.offer(need, wish(lecture, hour=15), at=NOW, by=unit_clerk)


def test_what_a_refusal_lacks_stands_beside_its_field_and_the_typing_stays(client, lecture, unit_clerk):
    booking = asked(lecture)
    client.force_login(unit_clerk)
    step = reverse("bookings_desk:step", args=[booking.pk, "decline"])

    for typed, says in (("", "请写明理由"), ("忙" * 301, "300")):
        answer = client.post(step, {"note": typed}, secure=True)

        assert answer.status_code == 422
        form = answer.context["refusal_form"]
        assert form["note"].value() == typed
        assert says in str(form.errors["note"])
        assert str(form["note"]) in answer.content.decode()
    assert client.post(step, {"note": "讲师生病"}, secure=True).status_code == 302
    booking.refresh_from_db()
    assert booking.answer == "讲师生病"


# --- The day, and after it ------------------------------------------------------------------------


def test_both_sides_are_reminded_on_the_day_before_once(lecture, unit_clerk):
    booking = asked(lecture)
    needs_mail(booking.need)
    bookings.accept(booking, at=NOW, by=unit_clerk)
    before = at(THURSDAY - timedelta(days=1), 2)

    assert bookings.remind(at=before - timedelta(days=1)) == 0
    assert [bookings.remind(at=before), bookings.remind(at=before)] == [1, 0]

    assert unit_clerk.notices.filter(text__startswith="提醒").count() == 1
    assert Job.objects.filter(kind="need_mail", payload__what="reminder").count() == 1


def test_attendance_completes_the_booking_and_its_need(lecture, unit_clerk):
    booking = asked(lecture)
    bookings.accept(booking, at=NOW, by=unit_clerk)

    with pytest.raises(Refused, match="尚未到"):
        bookings.report(booking, visits=38, at=NOW, by=unit_clerk)
    bookings.report(booking, visits=38, at=at(THURSDAY, 12), by=unit_clerk)
    bookings.report(booking, visits=40, at=at(THURSDAY, 13), by=unit_clerk)

    booking.need.refresh_from_db()
    assert (booking.status, booking.attendance, booking.need.status) == ("done", 40, "done")


def test_a_booking_is_rated_once_after_it_was_held(lecture, unit_clerk):
    booking = asked(lecture)
    bookings.accept(booking, at=NOW, by=unit_clerk)

    with pytest.raises(Refused, match="才能评价"):
        bookings.rate(booking, rating=5, words="", at=NOW)
    bookings.report(booking, visits=38, at=at(THURSDAY, 12), by=unit_clerk)
    bookings.rate(booking, rating=4, words="孩子们爱听", at=at(THURSDAY, 13))
    bookings.rate(booking, rating=1, words="改主意", at=at(THURSDAY, 14))

    kept = Booking.objects.get()
    assert (kept.rating, kept.rating_words) == (4, "孩子们爱听")
    assert queries.rating_of(lecture).mean == 4.0
    assert "孩子们" not in repr(AuditEntry.objects.get(action="rate").changes)


def test_proof_is_kept_where_the_owner_and_those_above_see_it(lecture, unit_clerk, officer):
    booking = asked(lecture)
    upload = files.examine(SimpleUploadedFile("签到.pdf", b"%PDF-1.7 x"), kinds={"pdf"})
    with pytest.raises(Refused, match="接受预约后"):
        bookings.add_proof(booking, upload=upload, caption="签到表", by=unit_clerk)
    bookings.accept(booking, at=NOW, by=unit_clerk)

    proof = bookings.add_proof(booking, upload=upload, caption="签到表", by=unit_clerk)

    stranger = UserFactory(holding=(Role.UNIT, OrganizationFactory()))
    who = [files.may_read(person, proof.attachment) for person in (unit_clerk, officer, stranger)]
    assert who == [True, True, False]


# --- The clock ------------------------------------------------------------------------------------


def test_what_was_never_answered_lapses_when_its_day_comes(lecture):
    booking = asked(lecture)

    assert bookings.lapse(at=at(THURSDAY, 9)) == 0
    assert bookings.lapse(at=at(THURSDAY, 10)) == 1

    booking.refresh_from_db()
    booking.need.refresh_from_db()
    assert (booking.status, booking.need.status) == ("expired", "waiting")


def test_a_proposed_day_is_not_kept_for_ever(lecture, unit_clerk):
    booking = asked(lecture, day=THURSDAY + timedelta(days=20))
    bookings.propose(booking, starts_at=at(THURSDAY, 15), ends_at=at(THURSDAY, 16), at=NOW, by=unit_clerk)

    assert bookings.lapse(at=NOW + timedelta(days=7)) == 0
    assert bookings.lapse(at=NOW + timedelta(days=8)) == 1
    assert asked(lecture, hour=15)


# --- At once --------------------------------------------------------------------------------------


def at_once(*works):
    """What each of these does when all are done at the same time: its answer or its refusal."""

    def do(work):
        try:
            return work()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


@pytest.fixture
def no_worker(monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda pk: None)


@pytest.mark.django_db(transaction=True)
def test_of_eight_requests_accepted_at_once_for_one_time_exactly_one_is(lecture, unit_clerk, no_worker):
    eight = [asked(lecture) for _ in range(8)]

    answers = at_once(*[lambda b=b: bookings.accept(b, at=NOW, by=unit_clerk) for b in eight])

    assert answers.count(None) == 1
    assert Booking.objects.holding().count() == 1
    assert Booking.objects.filter(status="requested").count() == 7


@pytest.mark.django_db(transaction=True)
def test_of_an_acceptance_and_a_withdrawal_at_once_one_stands(lecture, unit_clerk, no_worker):
    for hour in range(9, 13):
        booking = asked(lecture, hour=hour)
        need = Need.objects.get(pk=booking.need_id)
        own = Booking.objects.select_related("resource", "need").get(pk=booking.pk)

        at_once(
            lambda own=own: bookings.accept(own, at=NOW, by=unit_clerk),
            lambda need=need: needs.take_back_need(need, at=NOW),
        )

        booking.refresh_from_db()
        need.refresh_from_db()
        assert (booking.status, need.status) == ("withdrawn", "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_eight_times_at_once_is_one_need(district, no_worker):
    key = uuid.uuid4()
    values = {name: getattr(NeedFactory.build(region=district), name) for name in needs.EDITABLE}

    def post():
        return needs.post_need(
            key=key, values=values, topics=[], contact="陈老师", mobile="13700137000", at=NOW
        )

    made = at_once(*[post] * 8)

    assert {need.uuid for need in made} == {key}
    assert Need.objects.count() == 1


# --- The database ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"ends_at": at(THURSDAY, 9)}, "booking_ends_after_it_starts"),
        ({"other_starts_at": at(THURSDAY, 14)}, "booking_other_time_is_whole_and_another"),
        (
            {"other_starts_at": at(THURSDAY, 10), "other_ends_at": at(THURSDAY, 11)},
            "booking_other_time_is_whole_and_another",
        ),
        ({"accepted_at": None}, "booking_accepted_has_its_time"),
        ({"status": "done"}, "booking_done_has_its_attendance"),
        ({"status": "refused", "answer": ""}, "booking_declined_says_why"),
        ({"rating": 6, "rated_at": NOW}, "booking_rated_in_five_steps"),
        ({"rating": 5, "rated_at": NOW}, "booking_rated_in_five_steps"),
    ],
)
def test_the_database_refuses(lecture, values, name):
    BookingFactory(resource=lecture, status="accepted", accepted_at=NOW, starts_at=at(THURSDAY, 10))

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Booking.objects.update(**values)


@pytest.mark.parametrize("status", ["proposed", "accepted"])
def test_the_database_refuses_two_in_one_lane_at_one_time(lecture, status):
    held = {"resource": lecture, "accepted_at": NOW}
    BookingFactory(**held, status=status, starts_at=at(THURSDAY, 10))
    other = BookingFactory(**held, starts_at=at(THURSDAY, 10, 30))
    row = Booking.objects.filter(pk=other.pk)

    with pytest.raises(IntegrityError, match="booking_is_alone_in_its_time"), transaction.atomic():
        row.update(status="accepted")
    row.update(status="accepted", lane=2)
    row.update(lane=1, starts_at=at(THURSDAY, 11), ends_at=at(THURSDAY, 12))


def test_terms_that_make_no_sense_are_refused(lecture, unit_clerk, officer):
    with pytest.raises(ValidationError):
        bookings.declare_terms(BookingTerms(resource=lecture, lanes=0), spans=[], by=unit_clerk)
    with pytest.raises(PermissionDenied):
        bookings.declare_terms(BookingTerms(resource=lecture), spans=[], by=officer)


# --- Times ----------------------------------------------------------------------------------------


def test_free_slots_leave_out_what_is_taken_and_full_weeks(unit, unit_clerk):
    resource = BookableFactory(organization=unit, terms={"most_per_week": 2, "lead_days": 1})
    bookings.declare_terms(resource.booking_terms, spans=read_hours("周四、周五 10:00-11:00"), by=unit_clerk)
    resource = times.with_terms(type(resource).objects).get(pk=resource.pk)
    BookingFactory(resource=resource, status="accepted", accepted_at=NOW, starts_at=at(THURSDAY, 10))

    slots = times.free_slots(resource, times.terms_of(resource), NOW)

    days = [local_today(slot.starts_at) for slot in slots]
    assert THURSDAY not in days
    assert THURSDAY + timedelta(days=1) in days
    assert slots[0].value == "2026-11-26T10:00/11:00"
    BookingFactory(
        resource=resource, status="accepted", accepted_at=NOW, starts_at=at(THURSDAY + timedelta(days=1), 10)
    )
    days = [local_today(slot.starts_at) for slot in times.free_slots(resource, times.terms_of(resource), NOW)]
    assert THURSDAY + timedelta(days=7) in days
    assert THURSDAY + timedelta(days=1) not in days


def test_spans_hold_a_time_only_as_a_whole():
    spans = read_hours("周四 10:00-11:30")

    assert is_within(spans, at(THURSDAY, 10), at(THURSDAY, 11))
    assert not is_within(spans, at(THURSDAY, 11), at(THURSDAY, 12))
    assert not is_within(spans, at(THURSDAY, 10), at(THURSDAY + timedelta(days=1), 11))
    assert is_within([], at(THURSDAY, 3), at(THURSDAY, 4))
    assert [day for day, _, _ in dates_of(spans, THURSDAY, 15)] == [
        THURSDAY,
        THURSDAY + timedelta(days=7),
        THURSDAY + timedelta(days=14),
    ]
    assert monday_of(THURSDAY) == THURSDAY - timedelta(days=3)
