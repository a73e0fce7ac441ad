from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from portal.roles import Role
from resources import actions
from resources.models import Resource
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory, in_shenzhen

MENU = "/menu/"


def queries_of(client, url) -> int:
    """Queries of a page made anew."""
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url, secure=True).status_code == 200
    return len(captured)


@pytest.fixture
def as_unit(client, unit_clerk):
    client.force_login(unit_clerk)
    return client


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def owned(unit, unit_clerk):
    return ResourceFactory(organization=unit, region=unit.region, created_by=unit_clerk, title="潮汐馆")


# --- Public ---------------------------------------------------------------------------------------


def test_the_menu_needs_no_account_and_no_more_queries_for_fifteen_than_for_one(client, city):
    ResourceFactory(published=True, topics=[TopicFactory()], hours_as="每天 09:00-17:00")
    client.get(MENU, secure=True)
    one = queries_of(client, MENU)
    for _ in range(14):
        ResourceFactory(published=True, topics=[TopicFactory()], hours_as="每天 09:00-17:00", **in_shenzhen())

    assert queries_of(client, MENU) == one <= 18


def test_a_search_costs_no_more_queries_either(client, city):
    ResourceFactory(published=True, title="海洋馆")
    client.get(f"{MENU}?q=海洋", secure=True)  # words that a process reads once
    one = queries_of(client, f"{MENU}?q=海洋")
    for _ in range(14):
        ResourceFactory(published=True)

    assert queries_of(client, f"{MENU}?q=海洋") == one <= 18


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=1000000000",
        "sort=password",
        "after=%00",
        "after=bm90IGpzb24",
        "after=WzEsMiwzXQ",  # [1,2,3]
        "after=WyJhIiwiYiIsImMiXQ",  # ["a","b","c"]
        "after=W0luZmluaXR5LDEsMV0",  # [Infinity,1,1]
        "after=WyJcdTAwMDAiLCJcdTAwMDAiLDFd",  # NUL
        "before=WyJcdWQ4MDAiLCJcdWQ4MDAiLDFd&sort=name",  # a lone surrogate
        "q=%00",
        "q=%F0%28%8C%28",
        "q=" + "海" * 10_000,
        "q=.*%2B%3F%5E%24%7B%7D%28%29%7C%5B%5D%5C%25_'%22%3B--",
        "district=440300000000&kind=%27&topic=%00&audience=%FF&free=maybe&open=never",
        "q=a&q=b&district=1&district=2",
    ],
)
@pytest.mark.parametrize("page", [MENU, "/search/", "/desk/resources/"])
def test_hostile_parameters_never_break_a_page(as_staff, page, query):
    ResourceFactory(published=True, title="海洋馆")

    assert as_staff.get(f"{page}?{query}", secure=True).status_code in {200, 400, 404}


def test_the_page_of_a_resource_shows_what_is_public_and_nothing_else(client, unit):
    kind = KindFactory()
    resource = ResourceFactory(
        published=True,
        organization=unit,
        kind=kind,
        details={"area": 1200, "staff": 7},
        contact="内部联系人甲",
        contact_phone="13800000000",
        public_phone="0755-12345678",
        public_notice="闭馆一天",
        hours_as="每天 00:00-23:59",
        **in_shenzhen(position_source="第三方名录"),
    )

    page = client.get(resource.get_absolute_url(), secure=True).content.decode()

    for words in ("1200", "0755-12345678", "闭馆一天", "现在开放", "第三方名录", "未经核实", unit.name):
        assert words in page
    for hidden in ("内部联系人甲", "13800000000", "专职人员"):
        assert hidden not in page


@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
def test_what_is_not_published_is_not_found(client, status):
    resource = ResourceFactory(status=status)

    assert client.get(f"/menu/{resource.code}/", secure=True).status_code == 404
    assert client.get("/menu/nothing/", secure=True).status_code == 404


def test_an_empty_menu_says_what_to_do(client, city):
    page = client.get(f"{MENU}?q=没有这个", secure=True).content.decode()

    assert "没有找到符合条件的资源" in page
    assert "查看全部资源" in page


def test_typed_markup_is_shown_as_text(client, city):
    ResourceFactory(published=True, title="<img src=x onerror=alert(1)>")

    assert b"<img src=x" not in client.get(MENU, secure=True).content
    assert b"<script>alert" not in client.get(f"{MENU}?q=<script>alert(1)</script>", secure=True).content


# --- The desk -------------------------------------------------------------------------------------


def filled(kind, **values) -> dict:
    return {
        "title": "潮汐馆",
        "summary": "看潮起潮落",
        "audiences": ["minors"],
        "hours_text": "每天 9:00-17:00",
        "x_area": "1,200",
        **values,
    }


def test_a_unit_enters_a_resource_with_the_fields_of_its_kind(as_unit, unit):
    kind = KindFactory()
    url = reverse("resources_desk:new") + "?kind=venue"
    assert "展览面积" in as_unit.get(url, secure=True).content.decode()

    answer = as_unit.post(url, filled(kind, region=unit.region_id, organization=unit.name), secure=True)

    resource = Resource.objects.get()
    assert answer.status_code == 302
    assert (resource.organization, resource.details, resource.hours.count()) == (unit, {"area": 1200}, 7)


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(as_unit, unit):
    wrong = filled(
        KindFactory(),
        region=unit.region_id,
        organization=unit.name,
        hours_text="周八 9:00-10:00",
        x_area="很大",
        ages_from="9",
        ages_to="3",
        longitude="114.05",
    )

    answer = as_unit.post(reverse("resources_desk:new") + "?kind=venue", wrong, secure=True)

    page = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("看不懂“周八”", "应为数字", "年龄上限不能小于下限", "经度和纬度应同时填写"):
        assert sentence in page
    assert "周八 9:00-10:00" in page


def test_the_database_s_rules_are_told_in_the_form_too(as_unit, unit):
    far = filled(
        KindFactory(),
        region=unit.region_id,
        organization=unit.name,
        longitude="116.40",
        latitude="39.90",
        position_source="手误",
    )

    answer = as_unit.post(reverse("resources_desk:new") + "?kind=venue", far, secure=True)

    assert answer.status_code == 422
    assert "坐标不在深圳市范围内" in answer.content.decode()


def test_a_unit_sees_and_reaches_only_its_own(as_unit, owned, district):
    stranger = OrganizationFactory(region=district)
    other = ResourceFactory(organization=stranger, region=district, title="别家馆")
    page = as_unit.get(reverse("resources_desk:list"), secure=True).content.decode()

    assert "潮汐馆" in page
    assert "别家馆" not in page
    for name in ("detail", "edit"):
        assert as_unit.get(reverse(f"resources_desk:{name}", args=[other.pk]), secure=True).status_code == 404
    step = reverse("resources_desk:step", args=[other.pk, "submit"])
    assert as_unit.post(step, secure=True).status_code == 404


def test_a_unit_cannot_put_its_resource_under_another_unit(as_unit, owned, district):
    other = OrganizationFactory(region=district)
    values = filled(owned.kind, region=district.pk, organization=other.name, revision=owned.revision)

    answer = as_unit.post(reverse("resources_desk:edit", args=[owned.pk]), values, secure=True)

    owned.refresh_from_db()
    assert answer.status_code in {403, 422}
    assert owned.organization != other


def test_the_later_of_two_editors_sees_what_changed_and_keeps_what_was_typed(as_unit, owned, unit, staff):
    actions.edit(owned, by=staff, title="潮汐科学馆")
    url = reverse("resources_desk:edit", args=[owned.pk])
    values = filled(
        owned.kind, region=unit.region_id, organization=unit.name, revision=1, summary="我写的介绍"
    )

    answer = as_unit.post(url, values, secure=True)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "把“名称”从“潮汐馆”改为“潮汐科学馆”" in page
    assert str(staff) in page
    assert "我写的介绍" in page
    assert 'name="revision" value="2"' in page
    assert as_unit.post(url, {**values, "revision": 2}, secure=True).status_code == 302


def test_the_way_from_unit_to_menu_by_its_buttons(client, owned, unit_clerk, staff):
    def press(step, **values):
        url = reverse("resources_desk:step", args=[owned.pk, step])
        values = {"revision": owned.revision, **values}
        return client.post(url, values, secure=True).status_code

    client.force_login(unit_clerk)
    assert press("submit") == 302
    assert press("publish") == 404
    client.force_login(staff)
    assert press("send_back") == 422
    assert press("send_back", note="请补充") == 302
    client.force_login(unit_clerk)
    assert "请补充" in client.get(owned.get_desk_url(), secure=True).content.decode()
    assert press("submit") == 302
    client.force_login(staff)
    assert press("publish") == 302
    client.logout()
    assert client.get(owned.get_absolute_url(), secure=True).status_code == 200


def test_a_returned_resource_says_why_before_anything_else(as_unit, owned, unit_clerk, staff):
    actions.submit(owned, by=unit_clerk)
    actions.send_back(owned, by=staff, note="请补充讲师和时长。")

    page = as_unit.get(owned.get_desk_url(), secure=True).text

    assert page.index("请补充讲师和时长。") < page.index('id="facts"')


@pytest.mark.parametrize("step", ["publish", "send_back"])
def test_a_decision_is_on_what_was_read(as_staff, owned, unit_clerk, step):
    actions.submit(owned, by=unit_clerk)
    actions.edit(owned, by=unit_clerk, title="审核员没见过的名称")
    url = reverse("resources_desk:step", args=[owned.pk, step])

    answer = as_staff.post(url, {"revision": owned.revision, "note": "缺开放时间"}, secure=True)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "您打开页面后，这条资源有修改" in page
    assert "改为“审核员没见过的名称”。</li>" in page
    assert "缺开放时间" in page
    owned.refresh_from_db()
    assert owned.status == Resource.Status.SUBMITTED
    assert f'name="revision" value="{owned.revision}"' in page


def test_a_decision_that_does_not_say_what_was_read_is_refused(as_staff, owned, unit_clerk):
    actions.submit(owned, by=unit_clerk)

    answer = as_staff.post(reverse("resources_desk:step", args=[owned.pk, "publish"]), secure=True)

    assert answer.status_code == 409


def test_a_step_that_does_not_exist_is_not_found(as_staff, owned):
    assert (
        as_staff.post(reverse("resources_desk:step", args=[owned.pk, "revise"]), secure=True).status_code
        == 404
    )
    assert (
        as_staff.get(reverse("resources_desk:step", args=[owned.pk, "publish"]), secure=True).status_code
        == 405
    )


def test_the_desk_s_list_costs_the_same_for_fifteen_as_for_one(as_staff, unit):
    ResourceFactory(organization=unit, region=unit.region)
    url = reverse("resources_desk:list")
    as_staff.get(url, secure=True)
    one = queries_of(as_staff, url)
    for _ in range(14):
        ResourceFactory(organization=OrganizationFactory(), region=unit.region)

    assert queries_of(as_staff, url) == one <= 24


def test_a_picture_is_added_with_words_for_those_who_cannot_see_it(as_unit, owned):
    data = BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    url = reverse("resources_desk:picture_add", args=[owned.pk])
    upload = {"picture": SimpleUploadedFile("a.png", data.getvalue())}

    assert as_unit.post(url, {**upload, "alt": ""}, secure=True).status_code == 422
    upload = {"picture": SimpleUploadedFile("a.png", data.getvalue())}
    assert as_unit.post(url, {**upload, "alt": "大门"}, secure=True).status_code == 302
    svg = {"picture": SimpleUploadedFile("a.svg", b"<svg onload='x'/>"), "alt": "坏图"}
    assert as_unit.post(url, svg, secure=True).status_code == 422

    row = owned.pictures.get()
    remove = reverse("resources_desk:picture_remove", args=[owned.pk, row.pk])
    assert as_unit.post(remove, secure=True).status_code == 302
    assert not owned.pictures.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.EXPERT, Role.SCHOOL])
def test_other_roles_have_nothing_here(client, city, school, role):
    place = school if role == Role.SCHOOL else city
    client.force_login(UserFactory(holding=(role, place), mfa=True))

    assert client.get(reverse("resources_desk:list"), secure=True).status_code == 403
    assert client.get(reverse("resources_desk:new"), secure=True).status_code == 403


def test_units_are_offered_while_one_types_and_only_those_one_may_see(as_unit, unit, district):
    OrganizationFactory(region=district, name="示例别家")
    url = reverse("resources_desk:organizations")

    assert as_unit.get(url, {"q": "示例"}, secure=True).json() == [unit.name]
    assert as_unit.get(url, {"q": ""}, secure=True).json() == []
