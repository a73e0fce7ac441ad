"""The desk's list: filters with counts, the kind's own lists among them."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from portal.audit import AuditEntry
from portal.errors import Refused
from portal.roles import Perm, Role
from resources import actions, queries
from resources.models import BulkChange, DeskFilter, Resource
from tests.factories import RegionFactory, UserFactory
from tests.resources.factories import KindFactory, ResourceFactory
from tests.resources.test_registry import CATEGORIES
from tests.resources.test_views import queries_of

LIST = "/desk/resources/"


def asked(user, **params):
    return queries.DeskQuery.read(params, user=user, on=timezone.localdate())


@pytest.fixture
def three(city, district):
    venue = KindFactory(code="venue", fields=CATEGORIES)
    course = KindFactory(code="course", name="课程", fields=[])
    place = RegionFactory(subdistrict=True, parent=district)
    return [
        ResourceFactory(
            kind=venue,
            region=place,
            title="甲馆",
            is_free=True,
            audiences=["minors", "seniors"],
            accessibility=["nursing"],
            details={"category": "天文台", "seasons": ["春", "秋"], "grade": "甲等"},
        ),
        ResourceFactory(
            kind=venue,
            region=place,
            title="乙馆",
            published=True,
            details={"category": "科技馆", "seasons": ["春"]},
        ),
        ResourceFactory(kind=course, region=RegionFactory(), title="丙课", is_free=False),
    ]


@pytest.mark.parametrize(
    ("params", "titles"),
    [
        ({"kind": "venue"}, {"甲馆", "乙馆"}),
        ({"kind": "venue", "x_category": "天文台"}, {"甲馆"}),
        ({"kind": "venue", "x_seasons": "春"}, {"甲馆", "乙馆"}),
        ({"kind": "venue", "x_seasons": "秋"}, {"甲馆"}),
        ({"kind": "venue", "x_grade": "甲等"}, {"甲馆"}),
        ({"kind": "venue", "x_category": "' OR 1=1"}, {"甲馆", "乙馆"}),
        ({"x_category": "天文台"}, {"甲馆", "乙馆", "丙课"}),
        ({"audience": "seniors"}, {"甲馆"}),
        ({"accessible": "nursing"}, {"甲馆"}),
        ({"free": "0"}, {"丙课"}),
        ({"free": "none"}, {"乙馆"}),
        ({"status": "published", "fresh": "never"}, {"乙馆"}),
        ({"q": "jiaguan"}, {"甲馆"}),
    ],
)
def test_the_list_is_what_is_asked(three, staff, params, titles):
    assert {row.title for row in asked(staff, **params).rows()} == titles


def test_every_count_is_the_length_of_the_list_its_link_opens(three, staff):
    for params in ({}, {"kind": "venue"}, {"kind": "venue", "x_seasons": "春"}, {"free": "1"}):
        question = asked(staff, **params)
        for facet in question.facets:
            for option in facet.options:
                if not option.chosen:
                    narrowed = asked(staff, **{**question.params, facet.name: option.value})
                    assert option.count == narrowed.rows().count() > 0, (facet.name, option.value)


def test_lists_of_another_kind_do_not_stay_in_the_address(three, staff):
    question = asked(staff, kind="venue", x_category="天文台")

    assert "x_category" in question.query
    assert "x_category" not in question.address(kind="course")


def test_nobody_counts_what_they_may_not_see(three, district):
    officer = UserFactory(holding=(Role.DISTRICT, three[2].region))

    question = asked(officer)

    assert question.total == 1
    assert [
        option.value for facet in question.facets if facet.name == "kind" for option in facet.options
    ] == ["course"]


def test_a_full_list_costs_as_many_queries_as_a_short_one(client, three, staff):
    client.force_login(staff)
    address = f"{LIST}?kind=venue"
    client.get(address, secure=True)
    few = queries_of(client, address)
    for _ in range(14):
        ResourceFactory(kind=three[0].kind, region=three[0].region, details={"category": "天文台"})

    assert queries_of(client, address) == few <= 30


def test_the_page_offers_the_kind_s_own_lists(client, three, staff):
    client.force_login(staff)

    page = client.get(reverse("resources_desk:list") + "?kind=venue", secure=True).content.decode()

    for words in ("场馆类别", "天文台", "适宜季节", "内部评级"):
        assert words in page


# --- Many at once ---------------------------------------------------------------------------------


BULK = "/desk/resources/bulk/"


def test_one_field_of_all_that_match_after_a_preview(client, three, staff):
    client.force_login(staff)
    address = f"{BULK}?kind=venue&field=public_phone"
    typed = {"value": "88880000", "note": "总机改号"}
    before = AuditEntry.objects.count()

    page = client.post(address, typed, secure=True)
    assert "找到 2 条" in page.content.decode()
    assert AuditEntry.objects.count() == before
    assert not Resource.objects.filter(public_phone="88880000").exists()
    client.post(address, {**typed, "confirm": "1", "previewed": page.context["previewed"]}, secure=True)

    assert {row.title for row in Resource.objects.filter(public_phone="88880000")} == {"甲馆", "乙馆"}
    entries = AuditEntry.objects.filter(action="bulk_edit")
    batch = BulkChange.objects.get()
    assert (entries.count(), batch.count, batch.query) == (2, 2, "kind=venue")
    assert {entry.note for entry in entries} == {f"批量修改第 {batch.pk} 批：总机改号"}
    change = queries.history(three[0])[0]
    assert (change.what, change.sentences) == ("批量修改", ["把“公开电话”从“空”改为“88880000”"])


@pytest.mark.parametrize("change", ["value", "count", "nothing"])
def test_what_was_not_shown_is_not_done(client, three, staff, change):
    client.force_login(staff)
    address = f"{BULK}?kind=venue&field=public_phone"
    typed = {"value": "88880000", "note": "总机改号"}
    shown = client.post(address, typed, secure=True).context["previewed"]
    if change == "value":
        typed["value"] = "99990000"
    elif change == "count":
        ResourceFactory(kind=three[0].kind)
    else:
        shown = ""

    page = client.post(address, {**typed, "confirm": "1", "previewed": shown}, secure=True)

    assert "预览" in page.content.decode()
    assert not BulkChange.objects.exists()


def test_all_or_none_and_a_reason(three, staff):
    question = asked(staff)
    with pytest.raises(Refused, match="没有修改任何一条"):
        actions.edit_many(question, field="audiences", value=[], note="清空", expected=3)
    with pytest.raises(ValidationError):
        actions.edit_many(question, field="cost", value="免费", note="", expected=3)
    with pytest.raises(Refused, match="重新预览"):
        actions.edit_many(question, field="cost", value="免费", note="核对", expected=2)
    with pytest.raises(TypeError):
        actions.edit_many(question, field="title", value="一样", note="核对", expected=3)
    assert not Resource.objects.exclude(revision=1).exists()


def test_what_a_unit_changes_of_published_ones_is_reviewed_again(client, unit, unit_clerk):
    own = ResourceFactory(organization=unit, region=unit.region, published=True)
    foreign = ResourceFactory(published=True)
    question = queries.DeskQuery.read({}, user=unit_clerk, on=timezone.localdate(), perm=Perm.RESOURCE_EDIT)

    preview = actions.preview_bulk(question, field="cost", value="十元")
    actions.edit_many(question, field="cost", value="十元", note="调价", expected=1)

    assert (preview.found, preview.reviewed_again) == (1, 1)
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.cost, own.status, foreign.cost) == ("十元", "submitted", "")


def test_many_cost_few_queries_each(three, staff, django_assert_max_num_queries):
    for _ in range(20):
        ResourceFactory(kind=three[0].kind)

    with django_assert_max_num_queries(60):
        actions.edit_many(asked(staff), field="cost", value="十元", note="调价", expected=23)


def test_confirming_many_moves_the_day_on(three, staff):
    today = timezone.localdate()

    actions.edit_many(asked(staff, kind="venue"), field="confirmed_on", value=today, note="年检", expected=2)

    assert Resource.objects.filter(confirm_by__gt=today).count() == 2


# --- A former value -------------------------------------------------------------------------------


def test_a_former_value_comes_back_by_a_button(client, three, staff):
    resource = three[0]
    actions.edit(resource, by=staff, title="改错了", capacity=9)
    client.force_login(staff)
    part = next(part for part in queries.history(resource)[0].parts if part.field == "title")
    assert "恢复旧值" in client.get(resource.get_desk_url(), secure=True).content.decode()

    client.post(
        reverse("resources_desk:value_restore", args=[resource.pk]),
        {"version": part.version, "field": part.field},
        secure=True,
    )

    resource.refresh_from_db()
    assert (resource.title, resource.capacity) == ("甲馆", 9)
    assert queries.history(resource)[0].note.startswith("恢复")


@pytest.mark.parametrize("field", ["status", "code", "password", ""])
def test_only_what_people_write_comes_back(three, staff, field):
    actions.edit(three[0], by=staff, title="改错了")
    version = three[0].versions.first()

    with pytest.raises(Refused, match="不能恢复"):
        actions.restore_value(three[0], version=version, field=field, by=staff)
    with pytest.raises(Refused, match="不能恢复"):
        actions.restore_value(three[1], version=version, field="title", by=staff)


# --- Filters --------------------------------------------------------------------------------------


def test_a_filter_is_kept_counted_on_the_desk_and_dropped(client, three, staff):
    client.force_login(staff)
    save = reverse("resources_desk:filter_save")
    client.post(
        save, {"name": "场馆", "sharing": "private", "query": "kind=venue&x_evil=1&page=9"}, secure=True
    )

    row = DeskFilter.objects.get()
    assert row.query == "kind=venue"
    assert ("场馆", 2) in [(each.title, each.count) for each in queries.waiting_for(staff)]
    assert "场馆" in client.get("/desk/", secure=True).content.decode()
    client.post(reverse("resources_desk:filter_drop", args=[row.pk]), secure=True)
    assert not DeskFilter.objects.exists()


def test_filters_are_shared_with_unit_or_role_and_with_nobody_else(three, unit, unit_clerk, officer, staff):
    colleague = UserFactory(holding=(Role.UNIT, unit))
    other = UserFactory(holding=(Role.DISTRICT, RegionFactory()))
    actions.save_filter(name="给单位", query="kind=venue", sharing="unit", by=unit_clerk)
    actions.save_filter(name="给区里", query="kind=venue", sharing="role", by=officer)
    actions.save_filter(name="自己的", query="kind=venue", sharing="private", by=officer)

    def seen(person):
        return [row.name for row in DeskFilter.objects.seen_by(person)]

    assert seen(colleague) == ["给单位"]
    assert seen(other) == ["给区里"]
    assert seen(staff) == []
    with pytest.raises(Refused, match="单位"):
        actions.save_filter(name="x", query="", sharing="unit", by=staff)
    with pytest.raises(PermissionDenied):
        actions.drop_filter(DeskFilter.objects.get(name="给区里"), by=other)


def test_a_filter_that_finds_nothing_says_0_and_beyond_eight_the_message_says_so(client, three, staff):
    client.force_login(staff)
    save = reverse("resources_desk:filter_save")
    typed = {"sharing": "private", "query": "status=archived"}

    said = [
        client.post(save, typed | {"name": f"第{number}个"}, secure=True, follow=True).content.decode()
        for number in range(1, 10)
    ]

    assert ("第1个", 0) in [(each.title, each.count) for each in queries.waiting_for(staff)]
    assert "工作台上会显示条数" in said[7]
    assert "工作台只显示按名称排在前 8 个的条数" in said[8]
    assert "第9个" not in [each.title for each in queries.waiting_for(staff)]


def test_what_a_filter_lacks_stands_in_its_form_and_the_list_leads_on(client, three, staff, unit_clerk):
    client.force_login(staff)
    save = reverse("resources_desk:filter_save")
    typed = {"name": "名" * 21, "sharing": "role", "query": "kind=venue"}

    answer = client.post(save, typed, secure=True)

    assert answer.status_code == 422
    assert answer.context["filter_form"].errors["name"]
    assert answer.context["filter_form"]["sharing"].value() == "role"
    assert answer.context["asked"].kind == "venue"
    leads = client.get(f"{save}?status=draft&kind=venue", secure=True)
    assert leads.headers["Location"] == f"{reverse('resources_desk:list')}?status=draft&kind=venue"
    typed |= {"name": "场馆", "sharing": "unit"}
    assert "不在任何单位任职" in client.post(save, typed, secure=True).content.decode()


def test_two_filters_of_one_name_are_refused(client, three, staff):
    client.force_login(staff)
    for _ in range(2):
        answer = client.post(
            reverse("resources_desk:filter_save"),
            {"name": "场馆", "sharing": "private", "query": "kind=venue"},
            secure=True,
            follow=True,
        )

    assert "同名" in answer.content.decode()
    assert DeskFilter.objects.count() == 1
