"""Calendar files: events with a stable UID and the zone of Shenzhen, for phones and office calendars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Timezone, TimezoneStandard
from icalendar import Event as CalendarEvent

SHENZHEN = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One date. `uid` never changes for the same thing; `version` grows when it does."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str
    version: int
    changed_at: datetime
    text: str = ""
    is_cancelled: bool = False


def calendar_file(name: str, entries: Iterable[Entry]) -> bytes:
    """An iCalendar file of the entries. Basis: RFC 5545."""
    calendar = Calendar()
    calendar.add("prodid", "-//Shenzhen Science Outreach//CN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add_component(_zone())
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _zone() -> Timezone:
    zone = Timezone()
    zone.add("tzid", "Asia/Shanghai")
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1991, 9, 15))  # noqa: DTZ001  no summer time since: local by definition
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(entry: Entry) -> CalendarEvent:
    event = CalendarEvent()
    event.add("uid", entry.uid)
    event.add("sequence", entry.version)
    event.add("dtstamp", entry.changed_at)
    event.add("summary", entry.title)
    event.add("dtstart", entry.starts_at.astimezone(SHENZHEN))
    event.add("dtend", entry.ends_at.astimezone(SHENZHEN))
    event.add("location", entry.place)
    event.add("description", entry.text)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", timedelta(hours=-24))
    event.add_component(alarm)
    return event
