from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.http import QueryDict
from django.utils import timezone

from outreach.models import Evidence
from portal.regions import Region
from resources import actions, queries, sample
from resources.actions.evidence import count_open_days
from resources.models import MenuEntry, Resource
from resources.queries import MenuQuery
from resources.sample.codes import SAMPLE
from tests.factories import RegionFactory
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory

MONDAY_NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shenzhen


def menu(at=MONDAY_NOON, **asked) -> MenuQuery:
    return MenuQuery.read(asked, at=at)


def titles(query: MenuQuery) -> list[str]:
    return [row.title for row in query.page().rows]


@pytest.fixture
def three(city):
    """A free venue of 海洋 for minors, a paid lecture for seniors, a course for minors, in two districts."""
    sea, space = TopicFactory(code="sea", name="海洋"), TopicFactory(code="space", name="天文")
    south, north = RegionFactory(name="南山区"), RegionFactory(name="光明区")
    lecture = KindFactory(code="lecture", name="科普讲座", is_place=False)
    made = [
        ResourceFactory(
            published=True,
            title="南山区海洋馆",
            region=RegionFactory(subdistrict=True, parent=south),
            audiences=["minors", "general"],
            is_free=True,
            topics=[sea],
            hours_as="周一至周五 09:00-17:00",
        ),
        ResourceFactory(
            published=True,
            title="星空讲座",
            region=north,
            kind=lecture,
            audiences=["seniors"],
            topics=[space],
            is_free=False,
        ),
        ResourceFactory(
            published=True,
            title="海洋课程",
            region=north,
            kind=KindFactory(code="course", name="科普课程"),
            audiences=["minors"],
            topics=[sea, space],
            hours_as="周末 09:00-17:00",
        ),
    ]
    actions.refresh_opening(MONDAY_NOON)
    return made


def test_only_published_resources_stand_in_the_menu(city):
    ResourceFactory()
    ResourceFactory(submitted=True)
    shown = ResourceFactory(published=True)

    assert titles(menu()) == [shown.title]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "海洋"}, {"南山区海洋馆", "海洋课程"}),
        ({"q": "hyg"}, {"南山区海洋馆"}),
        ({"q": "haiyangguan"}, {"南山区海洋馆"}),
        ({"q": "海洋馆"}, {"南山区海洋馆"}),
        ({"kind": "lecture"}, {"星空讲座"}),
        ({"audience": "minors"}, {"南山区海洋馆", "海洋课程"}),
        ({"topic": "space"}, {"星空讲座", "海洋课程"}),
        ({"free": "1"}, {"南山区海洋馆"}),
        ({"open": "now"}, {"南山区海洋馆"}),
        ({"open": "weekend"}, {"海洋课程"}),
        ({"q": "海洋", "audience": "minors", "topic": "space"}, {"海洋课程"}),
        ({"q": "海洋", "free": "1", "open": "weekend"}, set()),
        ({"q": "！！"}, set()),
    ],
)
def test_the_menu_answers_what_is_asked(three, asked, found):
    query = menu(**asked)

    assert set(titles(query)) == found
    assert query.total == len(found)


@pytest.fixture
def two(city):
    """A step-free venue for 5 to 7, without booking, open at weekends; a laboratory for groups from 15 on."""
    ResourceFactory(
        published=True,
        title="童梦馆",
        ages_from=5,
        ages_to=7,
        booking="none",
        accessibility=["step_free", "nursing"],
        hours_as="周末 09:00-17:00",
    )
    lab = {"ages_from": 15, "booking": "group", "hours_as": "周三 09:00-17:00"}
    ResourceFactory(published=True, title="高能实验室", **lab)
    ResourceFactory(published=True, title="未说明馆", hours_as="周二 09:00-17:00")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"age": "0-5"}, {"童梦馆"}),
        ({"age": "6-11"}, {"童梦馆"}),
        ({"age": "12-14"}, set()),
        ({"age": "15-17"}, {"高能实验室"}),
        ({"weekday": "6"}, {"童梦馆"}),
        ({"weekday": "3"}, {"高能实验室"}),
        ({"booking": "none"}, {"童梦馆"}),
        ({"booking": "group"}, {"高能实验室"}),
        ({"accessible": "nursing"}, {"童梦馆"}),
        ({"accessible": "lift"}, set()),
        ({"age": "6-11", "weekday": "3"}, set()),
    ],
)
def test_the_menu_is_filtered_by_age_weekday_booking_and_accessibility(two, asked, found):
    assert set(titles(menu(**asked))) == found


@pytest.mark.parametrize(
    "asked", [{}, {"age": "6-11"}, {"weekday": "3", "booking": "group"}, {"accessible": "nursing"}]
)
def test_counts_of_these_filters_are_the_lengths_of_their_lists(two, asked):
    query = menu(**asked)

    for facet in query.facets:
        for option in facet.options:
            wanted = {name: getattr(query, name) for name in ("q", *MenuQuery.PARTS)}
            opened = menu(**{**wanted, facet.name: option.value})
            assert option.count == opened.total == opened.entries().count(), (facet.name, option.value)


def test_a_filter_that_is_set_is_named_and_can_be_taken_away(two):
    assert menu(age="6-11", booking="none").chosen == [
        ("6–11 岁", "/menu/?booking=none"),
        ("无需预约", "/menu/?age=6-11"),
    ]


def test_a_condition_finds_what_its_mask_lets_through(two):
    for asked in ({"age": "15-17"}, {"weekday": "7"}, {"booking": "none"}, {"accessible": "step_free"}):
        query = menu(**asked)
        by_index = MenuEntry.objects.filter(*query.conditions.values())
        assert sorted(by_index.values_list("pk", flat=True)) == sorted(query.keys.tolist())


@pytest.fixture
def with_lists(city):
    """Two venues and a course; a venue's kind has a list of one value, one of several, and one for staff."""
    lists = [
        {
            "code": "category",
            "label": "场馆类别",
            "type": "choice",
            "choices": ["科技馆", "天文台"],
            "public": True,
        },
        {
            "code": "seasons",
            "label": "季节",
            "type": "choices",
            "choices": ["春", "夏", "秋"],
            "public": True,
        },
        {"code": "grade", "label": "等级", "type": "choice", "choices": ["甲等"], "public": False},
    ]
    kind = KindFactory(code="venue", fields=lists)
    first = {"category": "天文台", "seasons": ["春", "秋"], "grade": "甲等"}
    ResourceFactory(published=True, kind=kind, title="星空馆", details=first)
    ResourceFactory(
        published=True, kind=kind, title="科技馆", details={"category": "科技馆", "seasons": ["春"]}
    )
    ResourceFactory(published=True, kind=KindFactory(code="course", fields=[]), title="天文课")


def read(address: str) -> MenuQuery:
    return MenuQuery.read(QueryDict(address.partition("?")[2]), at=MONDAY_NOON)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("?kind=venue&x_category=天文台", {"星空馆"}),
        ("?kind=venue&x_seasons=春", {"星空馆", "科技馆"}),
        ("?kind=venue&x_seasons=春&x_category=科技馆", {"科技馆"}),
        ("?kind=venue&x_seasons=夏", set()),
        ("?kind=venue&x_category=水族馆", {"星空馆", "科技馆"}),
        ("?kind=venue&x_grade=甲等", {"星空馆", "科技馆"}),
        ("?kind=course&x_category=天文台", {"天文课"}),
        ("?x_category=天文台", {"星空馆", "科技馆", "天文课"}),
    ],
)
def test_the_menu_is_filtered_by_the_lists_of_the_kind_asked_for(with_lists, asked, found):
    assert set(titles(read(asked))) == found


def test_counts_of_a_kind_s_own_lists_are_the_lengths_of_what_their_links_open(with_lists):
    for asked in ("?kind=venue", "?kind=venue&x_seasons=春", "?kind=venue&x_category=天文台&x_seasons=秋"):
        for facet in read(asked).facets:
            for option in facet.options:
                if not option.chosen:
                    assert option.count == read(option.url).total, (asked, facet.name, option.value)


def test_a_condition_finds_what_the_mask_of_a_kind_s_own_list_lets_through(with_lists):
    for asked in ("?kind=venue&x_category=天文台", "?kind=venue&x_seasons=春&x_category=科技馆"):
        query = read(asked)
        by_index = MenuEntry.objects.filter(*query.conditions.values())
        assert sorted(by_index.values_list("pk", flat=True)) == sorted(query.keys.tolist())


def test_a_value_of_a_kind_s_list_is_named_carried_along_and_goes_with_its_kind(with_lists):
    query = read("?kind=venue&x_seasons=春")

    assert ("春", "/menu/?kind=venue") in query.chosen
    assert ("x_seasons", "春") in query.kept
    assert "x_seasons" in query.address(free="1")
    kinds = next(facet for facet in query.facets if facet.name == "kind")
    assert all("x_seasons" not in option.url for option in kinds.options)


def test_a_district_holds_what_lies_in_its_subdistricts(three):
    south = Region.objects.get(name="南山区")

    assert titles(menu(district=south.code)) == ["南山区海洋馆"]


def test_open_now_follows_the_clock_to_the_minute(three):
    assert menu(at=MONDAY_NOON.replace(hour=8, minute=59), open="now").total == 1
    assert menu(at=MONDAY_NOON.replace(hour=9, minute=0), open="now").total == 0


def test_values_that_are_not_known_are_not_asked_for(three):
    asked = menu(
        district="x", kind="' OR 1=1", audience="all", topic="nope", free="yes", open="often", sort="pw"
    )

    assert (asked.total, asked.chosen) == (3, [])


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"q": "海洋"},
        {"audience": "minors"},
        {"topic": "sea", "free": "1"},
        {"open": "weekend"},
        {"kind": "course"},
    ],
)
def test_every_count_is_the_length_of_the_list_its_link_opens(three, asked):
    query = menu(**asked)
    assert query.facets
    for facet in query.facets:
        for option in facet.options:
            wanted = {name: getattr(query, name) for name in ("q", *MenuQuery.PARTS)}
            opened = menu(**{**wanted, facet.name: option.value})
            assert option.count == opened.total == len(titles(opened)), (facet.name, option.value)


def test_counts_agree_with_lists_over_many_resources(regions, staff):
    actions.load_reference()
    sample.load(students=0, resources=150, years=2, rng=Random(7), by=staff)
    for asked in (
        {},
        {"audience": "seniors"},
        {"q": "科技", "free": "1"},
        {"open": "weekend", "kind": "open_lab"},
    ):
        query = menu(**asked)
        for facet in query.facets:
            for option in facet.options:
                if not option.chosen:
                    params = {name: getattr(query, name) for name in ("q", *MenuQuery.PARTS)} | {
                        facet.name: option.value
                    }
                    opened = menu(**params)
                    assert option.count == opened.entries().count() > 0


def test_a_value_that_would_find_nothing_is_not_offered(three):
    kinds = next(facet for facet in menu(q="海洋").facets if facet.name == "kind")

    assert {option.value for option in kinds.options} == {"venue", "course"}


def test_the_best_match_comes_first_and_pages_lose_nothing(city):
    for number in range(30):
        ResourceFactory(published=True, title=f"关于海洋的第{number}课")
    ResourceFactory(published=True, title="海洋")
    query = menu(q="海洋")
    first = query.page(size=20)

    second = query.page(after=first.next, size=20)

    assert first.rows[0].title == "海洋"
    assert len({row.pk for row in [*first.rows, *second.rows]}) == 31
    assert [row.pk for row in query.page(before=second.previous, size=20).rows] == [
        row.pk for row in first.rows
    ]


@pytest.mark.parametrize("sort", ["soon", "new", "name"])
def test_every_order_pages_through_all_rows_once(city, sort):
    made = {ResourceFactory(published=True).pk for _ in range(7)}
    query, seen, after = menu(sort=sort), [], ""
    while True:
        page = query.page(after=after, size=3)
        seen += [row.pk for row in page.rows]
        if not page.next:
            break
        after = page.next

    assert len(seen) == 7
    assert set(seen) == made


def test_what_is_on_soonest_comes_first(city):
    ResourceFactory(published=True)
    second = ResourceFactory(published=True)
    actions.note_next_session(second.pk, timezone.now() + timedelta(days=1))

    assert menu().page().rows[0] == second


def test_an_empty_list_says_what_to_try(three):
    query = menu(q="海洋", free="1", open="weekend")

    assert query.total == 0
    assert [label for label, _ in query.suggestions][-3:] == ["不限“海洋”", "不限免费", "不限本周末开放"]


def test_counts_by_district_know_what_stood_there_on_a_day(three, staff):
    Resource.objects.update(listed_on=date(2025, 1, 1))
    Resource.objects.filter(title="星空讲座").update(listed_on=date(2026, 1, 1))
    gone = Resource.objects.get(title="海洋课程")
    actions.archive(gone, by=staff, note="停办")
    north = Region.objects.get(name="光明区").code

    assert queries.count_by_district(date(2025, 6, 1))[north] == 1
    assert queries.count_by_district(timezone.localdate())[north] == 1
    assert list(queries.records(["lecture"], north)) == [Resource.objects.get(title="星空讲座")]
    assert queries.count_by_district(date(2025, 6, 1), ["lecture"]) == {}


def test_an_organisation_s_open_days_are_written_down_for_its_assessment(unit):
    own = {"organization": unit, "region": unit.region, "published": True}
    ResourceFactory(**own, hours_as="周六 09:00-17:00")
    ResourceFactory(**own, hours_as="周日 09:00-17:00")
    ResourceFactory(**own)

    assert count_open_days(datetime(2026, 12, 31, 12, tzinfo=UTC)) == 1

    found = {row.year: row for row in Evidence.objects.filter(organization=unit, item="open_days")}
    assert found[2026].value == 104
    assert found[2025].value == 104
    assert found[2026].source == "资源库登记的开放时间"


def test_open_days_of_a_year_are_counted_from_the_weekly_hours(city):
    weekends = ResourceFactory(hours_as="周末 09:00-17:00")

    assert queries.open_days(weekends, 2026) == 104
    assert queries.open_days(ResourceFactory(), 2026) is None


@pytest.mark.parametrize(
    ("at", "is_open", "words"),
    [
        ("2026-11-24 09:00", False, "今天 10:00 开放"),
        ("2026-11-24 10:00", True, "现在开放，至 12:00"),
        ("2026-11-24 12:30", False, "今天 14:00 开放"),
        ("2026-11-24 17:00", False, "今天已关闭"),
        ("2026-11-23 10:00", False, "今天不开放"),
    ],
)
def test_what_is_said_of_today(city, at, is_open, words):
    resource = ResourceFactory(hours_as="周二 10:00-12:00 14:00-17:00")
    moment = timezone.make_aware(datetime.fromisoformat(at))

    opening = queries.opening(resource, moment)

    assert (opening.is_open, opening.words) == (is_open, words)


def test_the_desk_counts_what_waits_for_each(unit, unit_clerk, staff, officer):
    ResourceFactory(organization=unit, region=unit.region, created_by=unit_clerk, submitted=True)
    ResourceFactory(organization=unit, region=unit.region, created_by=unit_clerk, status="returned")

    assert [(each.title, each.count) for each in queries.waiting_for(staff)] == [("待审核资源", 1)]
    assert [(each.title, each.count) for each in queries.waiting_for(unit_clerk)] == [("被退回的资源", 1)]
    waiting = queries.waiting_for(officer)
    assert [(each.title, each.count) for each in waiting] == [("待区级核对的资源", 1)]


def test_structured_data_cannot_leave_its_script_element(city):
    resource = ResourceFactory(published=True, title="</script><script>alert(1)</script>", is_free=True)

    data = str(queries.schema_org(resource))

    assert "<" not in data
    assert "\\u003C/script" in data


def test_sample_rows_are_the_same_for_the_same_arguments_and_marked(regions, staff):
    actions.load_reference()

    sample.load(students=0, resources=40, years=2, rng=Random(3), by=staff)

    made = Resource.objects.filter(code__startswith=SAMPLE)
    assert made.count() == 41  # one of them entered twice
    assert not made.exclude(title__contains="（示例）").exists()
