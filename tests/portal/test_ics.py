from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from portal.ics import Entry, calendar_file

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)  # 12:00 in Shenzhen


def entry(**changes):
    values = {
        "uid": "session-1@kepu",
        "title": "讲座；带分号,逗号",
        "starts_at": NOON,
        "ends_at": NOON + timedelta(hours=2),
        "place": "市民中心",
        "url": "https://kepu.example/events/1/",
        "version": 3,
        "changed_at": NOON,
        **changes,
    }
    return Entry(**values)


def test_times_are_said_in_the_zone_of_shenzhen():
    (event,) = Calendar.from_ical(calendar_file("活动", [entry()])).walk("VEVENT")

    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert event["dtstart"].dt.hour == 12


def test_a_title_comes_back_as_it_was():
    (event,) = Calendar.from_ical(calendar_file("活动", [entry()])).walk("VEVENT")

    assert str(event["summary"]) == "讲座；带分号,逗号"


def test_a_change_counts_up_and_a_cancelled_one_says_so():
    (event,) = Calendar.from_ical(calendar_file("活动", [entry(is_cancelled=True)])).walk("VEVENT")

    assert (event["sequence"], str(event["status"])) == (3, "CANCELLED")
