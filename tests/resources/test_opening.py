"""The opening calendar: holidays, special days, prices, and what of it the menu knows."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal.calendar import Day, day_start
from resources import actions, queries
from resources.models import Concession, HolidayRule, MenuEntry, Resource, SpecialDays, group_bit
from resources.rules import Price, Special, read_prices, read_special, written_prices, written_special
from tests.resources.factories import ResourceFactory

GROUPS = {str(group.label): str(group.value) for group in Concession.Group}
NAMES = {code: label for label, code in GROUPS.items()}
# Announced: 1 to 8 October 2025 off; Sunday 28 September and Saturday 11 October worked in exchange.
HOLIDAY, WORKED = date(2025, 10, 1), date(2025, 10, 11)


def place(rule=HolidayRule.USUAL, hours="周一至周五 09:00-17:00；周日 10:00-12:00", **more):
    return ResourceFactory(hours_as=hours, holiday_rule=rule, **more)


def hours_on(resource, day) -> list[str]:
    return [f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in queries.spans(resource, day)]


# --- Lines ----------------------------------------------------------------------------------------


def test_special_days_are_read_and_written_back():
    text = "2026年10月1日至10月3日 闭馆"
    with pytest.raises(ValueError, match="日期"):
        read_special(text.replace("10月1日", "13月1日"))

    found = read_special("2026/12/24 10:00-21:00（科技之夜）；2026-10-01 至 2026-10-03 闭馆（布展）")

    assert found[0] == Special(date(2026, 10, 1), date(2026, 10, 3), (), "布展")
    assert found[1].times == ((time(10), time(21)),)
    assert read_special(written_special(found)) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("国庆闭馆", "以日期开头"),
        ("2026-02-30 闭馆", "不存在"),
        ("2026-10-03至2026-10-01 闭馆", "早于"),
        ("2026-10-01 照常", "闭馆"),
        ("2026-10-01 17:00-09:00", "晚于"),
        ("2026-10-01 09:00-12:00 11:00-13:00", "重叠"),
        ("2026-10-01至2026-10-05 闭馆；2026-10-03 闭馆", "写了两次"),
        ("2026-10-01至2036-10-03 闭馆", "三年"),
    ],
)
def test_special_days_that_make_no_sense_are_told_apart(text, words):
    with pytest.raises(ValueError, match=words):
        read_special(text)


def test_prices_are_read_and_written_back():
    text = "老年人 免费（65 岁以上）；学生 半价 周二至周五；所有人 免费 周三"
    text += "；教师 免费 2026-09-10；军人 八折；残疾人 85%"

    found = read_prices(text, GROUPS)

    assert Price("students", 50, (2, 3, 4, 5)) in found
    assert Price("teachers", 0, (), date(2026, 9, 10), date(2026, 9, 10)) in found
    assert Price("military", 80) in found
    assert read_prices(written_prices(found, NAMES), GROUPS) == found


@pytest.mark.parametrize(
    "text", ["免费", "外星人 免费", "学生 便宜", "学生 100%", "学生 半价 礼拜八", "学生 免费；学生 免费"]
)
def test_prices_that_make_no_sense_are_refused(text):
    with pytest.raises(ValueError, match=r"优惠|人群|例如|打折|相同|写明"):
        read_prices(text, GROUPS)


# --- One day --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "holiday", "worked"),
    [
        (HolidayRule.USUAL, ["09:00-17:00"], []),
        (HolidayRule.CLOSED, [], []),
        (HolidayRule.WEEKEND, ["10:00-12:00"], ["09:00-17:00"]),
    ],
)
def test_holidays_and_weekends_worked_in_exchange_follow_the_place_s_rule(rule, holiday, worked):
    resource = place(rule)

    assert hours_on(resource, HOLIDAY) == holiday
    assert hours_on(resource, WORKED) == worked


def test_a_day_kept_by_hand_is_a_holiday_like_an_announced_one():
    resource = place(HolidayRule.CLOSED)
    Day.objects.create(day=date(2025, 6, 17), is_working=False, name="台风停业", source=Day.Source.MANUAL)

    assert hours_on(resource, date(2025, 6, 17)) == []
    assert hours_on(resource, date(2025, 6, 18)) == ["09:00-17:00"]


def test_what_is_said_of_the_day_goes_before_rule_and_week():
    resource = place(HolidayRule.CLOSED)
    for first, last, times in ((HOLIDAY, HOLIDAY, "08:00-20:00"), (date(2025, 6, 2), date(2025, 6, 4), "")):
        SpecialDays.objects.create(resource=resource, starts_on=first, ends_on=last, times=times, reason="展")

    assert hours_on(resource, HOLIDAY) == ["08:00-20:00"]
    assert hours_on(resource, date(2025, 6, 3)) == []


def test_days_of_a_year_are_counted_by_the_same_rules(django_assert_num_queries):
    usual, closed = place(hours="每天 09:00-17:00"), place(HolidayRule.CLOSED, hours="每天 09:00-17:00")
    SpecialDays.objects.create(resource=usual, starts_on="2025-03-01", ends_on="2025-03-10", reason="装修")
    off = sum(bool(queries.Calendar.between(day, day).sorts.get(day) == "holiday") for day in _days(2025))

    usual = queries.shown(Resource.objects.filter(pk=usual.pk)).get()
    with django_assert_num_queries(1):  # the calendar
        assert queries.open_days(usual, 2025) == 355
    assert queries.open_days(closed, 2025) == 365 - off
    assert off > 20


def _days(year):
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]


def test_special_days_of_one_resource_do_not_overlap_and_end_after_they_start():
    resource, other = place(), place()
    SpecialDays.objects.create(resource=resource, starts_on="2025-03-01", ends_on="2025-03-10")
    SpecialDays.objects.create(resource=other, starts_on="2025-03-05", ends_on="2025-03-05")

    with pytest.raises(IntegrityError, match="special_days_do_not_overlap"), transaction.atomic():
        SpecialDays.objects.create(resource=resource, starts_on="2025-03-10", ends_on="2025-03-11")
    with pytest.raises(IntegrityError, match="special_days_end_after_they_start"), transaction.atomic():
        SpecialDays.objects.create(resource=resource, starts_on="2025-04-10", ends_on="2025-04-01")
    with pytest.raises(IntegrityError, match="special_days_times_are_stretches"):
        SpecialDays.objects.create(
            resource=resource, starts_on="2025-05-10", ends_on="2025-05-10", times="早上"
        )


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"percent": 100}, "concession_is_less_than_the_price"),
        ({"weekdays": [8]}, "concession_weekdays_of_seven"),
        ({"starts_on": "2025-01-02", "ends_on": "2025-01-01"}, "concession_days_are_whole"),
        ({"starts_on": "2025-01-02"}, "concession_days_are_whole"),
    ],
)
def test_a_price_makes_sense(values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        Concession.objects.create(resource=place(), group="seniors", **values)


# --- The menu -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", HolidayRule.values)
def test_the_menu_knows_the_same_stretches_as_the_page(rule):
    at = day_start(date(2025, 9, 27))
    resource = place(rule, hours="周二至周五 09:00-12:00 14:00-17:00；周日 10:00-15:00", published=True)
    SpecialDays.objects.create(
        resource=resource, starts_on="2025-10-03", ends_on="2025-10-04", times="08:00-09:00 20:00-21:00"
    )
    SpecialDays.objects.create(resource=resource, starts_on="2025-10-09", ends_on="2025-10-09")

    actions.refresh_opening(at)

    days = [date(2025, 9, 27) + timedelta(days=number) for number in range(15)]
    wanted = [
        (datetime.combine(day, span.opens), datetime.combine(day, span.closes))
        for day in days
        for span in queries.spans(resource, day)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(t) AT TIME ZONE 'Asia/Shanghai', upper(t) AT TIME ZONE 'Asia/Shanghai'"
            " FROM resources_menuentry, unnest(open_times) t ORDER BY 1"
        )
        assert cursor.fetchall() == wanted
    assert wanted


def test_open_now_respects_a_holiday():
    shut, open_ = place(HolidayRule.CLOSED, published=True), place(published=True)
    noon = day_start(HOLIDAY) + timedelta(hours=11)
    actions.refresh_opening(noon)

    asked = queries.MenuQuery.read({"open": "now"}, at=noon)

    assert [row.pk for row in asked.page().rows] == [open_.pk]
    assert asked.total == asked.counts.open["now"] == 1
    assert shut.menu_entry


def test_the_night_moves_the_menu_on_as_one_set(django_assert_max_num_queries):
    for _ in range(5):
        place(published=True)

    with django_assert_max_num_queries(8):
        assert actions.refresh_opening(timezone.now()) == 5


def test_free_for_a_group_is_counted_and_found():
    free = place(published=True, is_free=True)
    seniors = place(published=True, is_free=False)
    Concession.objects.create(resource=seniors, group="seniors", percent=0)
    half = place(published=True, is_free=False)
    Concession.objects.create(resource=half, group="seniors", percent=50)
    wednesdays = place(published=True, is_free=False)
    Concession.objects.create(resource=wednesdays, group="everybody", percent=0, weekdays=[3])
    over = place(published=True, is_free=False)
    Concession.objects.create(resource=over, group="everybody", starts_on="2020-01-01", ends_on="2020-01-02")
    actions.refresh([row.pk for row in (free, seniors, half, wednesdays, over)])

    asked = queries.MenuQuery.read({"free_for": "seniors"}, at=timezone.now())

    assert {row.pk for row in asked.page().rows} == {free.pk, seniors.pk}
    facet = next(facet for facet in asked.facets if facet.name == "free_for")
    assert {option.value: option.count for option in facet.options}["seniors"] == asked.total == 2
    assert {option.value: option.count for option in facet.options}["students"] == 1
    assert MenuEntry.objects.get(pk=half.pk).free_bits & group_bit("seniors") == 0


# --- Entered and shown ----------------------------------------------------------------------------


def test_a_unit_types_its_calendar_and_everybody_reads_it(client, unit, unit_clerk, staff):
    resource = place(organization=unit, region=unit.region, created_by=unit_clerk)
    client.force_login(unit_clerk)
    today = timezone.localdate()
    typed = {
        "title": resource.title,
        "summary": resource.summary,
        "audiences": ["general"],
        "region": resource.region_id,
        "organization": unit.name,
        "hours_text": "每天 09:00-17:00",
        "special_text": f"{today} 闭馆（停电检修）；{today + timedelta(days=20)} 10:00-21:00（夜场）",
        "holiday_rule": "closed",
        "prices_text": "老年人 免费（凭证）；学生 半价 周三",
        "revision": str(resource.revision),
    }

    answer = client.post(reverse("resources_desk:edit", args=[resource.pk]), typed, secure=True)

    assert answer.status_code == 302, answer.context["form"].errors
    resource.refresh_from_db()
    actions.submit(resource, by=unit_clerk)
    actions.publish(resource, by=staff)
    page = client.get(resource.get_absolute_url(), secure=True).content.decode()
    for words in (
        "09:00–17:00",
        "今天不开放（停电检修）",
        "夜场",
        "10:00-21:00",
        "法定节假日闭馆",
        "老年人",
        "半价 周三",
        "凭证",
    ):
        assert words in page
    desk = client.get(resource.get_desk_url(), secure=True).content.decode()
    assert "把“特别安排”从“空”改为" in desk
    assert "把“优惠”从“空”改为" in desk


def test_what_cannot_be_read_stands_beside_its_field(client, unit, unit_clerk):
    resource = place(organization=unit, region=unit.region, created_by=unit_clerk)
    client.force_login(unit_clerk)
    typed = {
        "title": "馆",
        "special_text": "国庆闭馆",
        "prices_text": "大家 免费",
        "hours_text": "每天 9:00-17:00",
    }

    answer = client.post(reverse("resources_desk:edit", args=[resource.pk]), typed, secure=True)

    assert answer.status_code == 422
    assert "以日期开头" in str(answer.context["form"].errors["special_text"])
    assert "以人群开头" in str(answer.context["form"].errors["prices_text"])
