"""What the portal counts for a return, and from which records."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from events.models import Brand, Edition, Session
from indicators import actions, sources
from indicators.models import Figure
from portal.calendar import SHANGHAI
from portal.regions import Region
from resources.models import Need
from tests.events.factories import EventFactory
from tests.factories import OrganizationFactory
from tests.resources.factories import ResourceFactory, TopicFactory
from tests.resources.needs import NeedFactory, ProgrammeFactory


def held(region: Region, by, *, kind: str, attendance: int | None, **event) -> Session:
    """One session of 2026 in a district."""
    day = datetime(2026, 5, 25, 10, tzinfo=SHANGHAI)
    event = {"organization": None, **event}
    one = EventFactory(region=region, published=True, kind=kind, created_by=by, **event)
    return Session.objects.create(
        event=one, starts_at=day, ends_at=day.replace(hour=12), capacity=90, attendance=attendance
    )


def test_science_week_is_what_its_organisers_put_under_it(reference, nanshan, city_staff):
    week = Edition.objects.create(
        brand=Brand.objects.create(code="science_week", name="科技活动周"),
        year=2026,
        starts_on=date(2026, 5, 23),
        ends_on=date(2026, 5, 30),
    )
    mine = held(nanshan, city_staff, kind="lecture", attendance=80, edition=week)
    held(nanshan, city_staff, kind="lecture", attendance=50)

    counted = sources.count_cells(2026)

    assert (counted["KH170"][nanshan.code], counted["KH171"][nanshan.code]) == (1, 80)
    assert list(sources.COUNTERS["KH170"].records(nanshan.code, 2026)) == [mine]


def test_activities_for_pupils_count_out_of_school_only(reference, nanshan, city_staff):
    school = OrganizationFactory(region=nanshan, school=True)
    held(nanshan, city_staff, kind="workshop", attendance=30, audiences=["minors"])
    held(nanshan, city_staff, kind="workshop", attendance=30, audiences=["minors"], organization=school)
    held(nanshan, city_staff, kind="workshop", attendance=30, audiences=["seniors"])

    counted = sources.count_cells(2026)

    assert (counted["KE140.1"][nanshan.code], counted["KE140.2"][nanshan.code]) == (1, 30)


def test_visits_to_open_units_are_those_of_the_units_counted(reference, nanshan, city_staff):
    held(nanshan, city_staff, kind="open_day", attendance=42)
    assert "KH181" not in sources.count_cells(2026)

    unit = OrganizationFactory(region=nanshan)
    held(nanshan, city_staff, kind="open_day", attendance=8, organization=unit)

    counted = sources.count_cells(2026)
    assert (counted["KH180"][nanshan.code], counted["KH181"][nanshan.code]) == (1, 8)


def venue(region: Region, by, **values):
    details = {"category": "科技馆", **values.pop("details", {})}
    return ResourceFactory(region=region, created_by=by, published=True, details=details, **values)


def test_areas_are_added_up_where_every_venue_has_its_own(reference, nanshan, city_staff):
    year, futian = timezone.localdate().year, Region.objects.get(code="440304000000")
    for area in (900, 1100.5):
        venue(nanshan, city_staff, details={"exhibition_area": area})
    venue(futian, city_staff, details={"exhibition_area": 700})
    venue(futian, city_staff)

    counted = sources.count_cells(year)["KC112"]

    assert counted[nanshan.code] == Decimal("2000.5")
    assert counted[futian.code] is None
    assert counted["440303000000"] == 0


def test_free_days_follow_the_weekly_hours_of_free_venues(reference, nanshan, city_staff):
    year = timezone.localdate().year
    venue(nanshan, city_staff, is_free=True, hours_as="周六 09:00-17:00")
    venue(nanshan, city_staff, is_free=False)

    assert sources.count_cells(year)["KC115"][nanshan.code] in (52, 53)


def test_needs_are_figures_per_topic_programme_and_district(reference, nanshan):
    sea, sky = TopicFactory(code="sea", name="海洋"), TopicFactory(code="sky", name="星空")
    spring = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    NeedFactory(region=nanshan, created_at=spring, topics=[sea, sky], programme=ProgrammeFactory())
    NeedFactory(region=nanshan, created_at=spring, topics=[sea], open=True, status=Need.Status.MATCHED)
    gone = NeedFactory(region=nanshan, created_at=spring, topics=[sky])
    actions.count_needs(2026, at=spring)

    gone.delete()
    changed = actions.count_needs(2026, at=spring)

    rows = Figure.objects.filter(region=nanshan, year=2026).values_list("source__label", "value")
    assert dict(rows) == {
        "科普需求": 2,
        "已对接的科普需求": 1,
        "科普需求·主题·海洋": 2,
        "科普需求·主题·星空": 1,
        "科普需求·项目·科学家精神进校园": 1,
    }
    assert changed == 2
    elsewhere = Figure.objects.exclude(region=nanshan).filter(source__label__startswith="科普需求")
    assert set(elsewhere.values_list("value", flat=True)) == {0}
    assert actions.count_needs(2026, at=spring) == 0
