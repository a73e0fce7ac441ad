from io import BytesIO

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal import batches
from portal.audit import AuditEntry
from portal.batches import SheetBatch
from portal.search import SearchEntry, matching_ids
from resources.models import Resource, ResourceKind, Topic
from resources.sheets.registry import ResourceSheet
from tests.batches import keep_waiting_sheets
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory

IMPORT = "admin:resources_resource_import"


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff)
    return client


def workbook(*rows: dict) -> SimpleUploadedFile:
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    headers = list(ResourceSheet.columns)
    sheet.write_row(0, 0, headers)
    for place, row in enumerate(rows, 1):
        sheet.write_row(place, 0, [row.get(header, "") for header in headers])
    book.close()
    return SimpleUploadedFile("资源.xlsx", target.getvalue())


def new_row(district, **values) -> dict:
    return {
        "名称": "海洋探索馆",
        "资源类型": "科普场馆",
        "一句话介绍": "看得见的深海",
        "面向人群": "未成年人、社会公众",
        "科普主题": "海洋",
        "扩展内容": "展览面积（平方米）：1200",
        "所属区域": district.name,
        "每周开放时间": "周二至周日 9:00-17:00",
        "收费情况": "免费",
        "预约方式": "无需预约",
        **values,
    }


def preview(client, *rows):
    return client.post(reverse(IMPORT), {"sheet": workbook(*rows)}, secure=True)


def keep(client, answer):
    token = answer.context["token"]
    sent = client.post(reverse("admin:resources_resource_process_import"), {"token": token}, secure=True)
    keep_waiting_sheets()
    return client.get(sent.headers["Location"], secure=True)


def test_a_sheet_is_previewed_before_anything_is_kept_and_then_goes_the_page_s_way(as_staff, district):
    KindFactory()
    TopicFactory(code="sea", name="海洋")

    answer = preview(as_staff, new_row(district))
    assert answer.context["preview"].counts == {"new": 1, "update": 0, "skip": 0, "faulty": 0}
    assert not Resource.objects.exists()
    keep(as_staff, answer)

    resource = Resource.objects.get()
    assert (resource.status, resource.is_free, resource.details) == ("draft", True, {"area": 1200})
    assert (resource.hours.count(), resource.topics.get().code) == (6, "sea")
    assert matching_ids("海洋探索", kind="resource", public_only=False).exists()


def exported(client) -> list[dict]:
    answer = client.post(
        reverse("admin:resources_resource_export"), {"format": "0", "resource": "0"}, secure=True
    )
    assert answer.status_code == 200
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)
    return [
        dict(zip(rows[0], ["" if cell is None else cell for cell in row], strict=True)) for row in rows[1:]
    ]


def taken_back(staff):
    batch = SheetBatch.objects.get()
    batches.ask_undo(batch, by=staff, at=timezone.now())
    return batches.undo(batch.pk, at=timezone.now())


def test_new_resources_taken_back_are_gone_from_the_search_too(as_staff, staff, district):
    KindFactory()
    TopicFactory(code="sea", name="海洋")
    keep(as_staff, preview(as_staff, new_row(district)))
    made = Resource.objects.get()

    taken_back(staff)

    assert not Resource.objects.exists()
    assert not SearchEntry.objects.filter(kind="resource", subject_id=made.pk).exists()


def test_a_changed_resource_taken_back_says_again_what_it_said(as_staff, staff, district):
    TopicFactory(code="sea", name="海洋")
    own = ResourceFactory(
        title="海洋探索馆", summary="旧的介绍", region=district, hours_as="周一 09:00-12:00", is_free=False
    )
    keep(as_staff, preview(as_staff, new_row(district, **{"资源编号": own.code})))
    own.refresh_from_db()
    assert (own.summary, own.hours.count()) == ("看得见的深海", 6)

    assert taken_back(staff).rows_undone == 1

    own.refresh_from_db()
    assert (own.summary, own.is_free, own.hours.count()) == ("旧的介绍", False, 1)
    assert not own.topics.exists()


def test_what_goes_out_comes_in_unchanged_and_a_change_is_seen(as_staff, district):
    resource = ResourceFactory(
        region=district,
        topics=[TopicFactory(name="海洋")],
        hours_as="每天 09:00-17:00",
        details={"area": 300},
        is_free=False,
        contact="李四",
    )
    ResourceFactory(region=district)
    rows = exported(as_staff)
    assert "李四" not in str(rows)

    same = preview(as_staff, *rows)
    assert [row.problems for row in same.context["preview"].faulty] == []
    assert same.context["preview"].counts == {"new": 0, "update": 0, "skip": 2, "faulty": 0}
    changed = [{**row, "收费情况": "免费"} if row["资源编号"] == resource.code else row for row in rows]
    answer = preview(as_staff, *changed)
    assert answer.context["preview"].counts == {"new": 0, "update": 1, "skip": 1, "faulty": 0}
    assert answer.context["preview"].rows[0].changed == [("收费情况", "收费", "免费")]
    keep(as_staff, answer)

    resource.refresh_from_db()
    assert (resource.is_free, resource.contact) == (True, "李四")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"资源编号": "nothing1"}, "没有这个编号"),
        ({"名称": ""}, "名称"),
        ({"资源类型": "飞船"}, "飞船"),
        ({"每周开放时间": "周八 9:00-10:00"}, "看不懂"),
        ({"扩展内容": "体积：3"}, "看不懂"),
        ({"所属单位": "没有的单位"}, "没有找到这个单位"),
        ({"经度": 114.05}, "同时填写"),
        ({"面向人群": "外星人"}, "外星人"),
    ],
)
def test_a_faulty_row_says_what_is_wrong_and_nothing_is_kept(as_staff, district, values, sentence):
    KindFactory()
    TopicFactory(name="海洋")

    answer = preview(as_staff, new_row(district), new_row(district, **values))

    assert answer.context["preview"].counts["faulty"] == 1
    told = str(answer.context["preview"].faulty[0].problems)
    assert sentence in told
    assert not Resource.objects.exists()


# --- The register's pages -------------------------------------------------------------------------


def register_values(resource, **values) -> dict:
    return {
        "kind": resource.kind_id,
        "title": resource.title,
        "summary": resource.summary,
        "audiences": resource.audiences,
        "region": resource.region_id,
        "booking": "none",
        "seen": resource.revision,
        **values,
    }


def test_the_register_finds_by_pinyin_and_by_code(as_staff, district):
    found = ResourceFactory(region=district, title="南山区海洋馆")
    ResourceFactory(region=district, title="天文台")
    for asked in ("hyg", "haiyang", found.code):
        url = reverse("admin:resources_resource_changelist")
        page = as_staff.get(url, {"q": asked}, secure=True).content.decode()
        assert "南山区海洋馆" in page
        assert "天文台" not in page


def test_a_change_in_the_register_goes_through_the_action(as_staff, district):
    resource = ResourceFactory(region=district, published=True)
    url = reverse("admin:resources_resource_change", args=[resource.pk])
    assert as_staff.get(url, secure=True).status_code == 200

    values = register_values(resource, title="新名字", hours_text="每天 9:00-17:00", note="核对")
    answer = as_staff.post(url, values, secure=True)

    resource.refresh_from_db()
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert (resource.title, resource.revision, resource.hours.count()) == ("新名字", 2, 7)
    history = reverse("admin:resources_resource_history", args=[resource.pk])
    page = as_staff.get(history, secure=True).content.decode()
    assert "改为“新名字”" in page
    assert "说明：核对" in page


def test_a_new_resource_from_the_register_is_a_draft(as_staff, district):
    like = Resource(kind=KindFactory(), title="新馆", region=district, audiences=["minors"])
    values = register_values(like, details_text="展览面积（平方米）：9")

    answer = as_staff.post(reverse("admin:resources_resource_add"), values, secure=True)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Resource.objects.get().details == {"area": 9}


def test_two_people_in_the_register_do_not_overwrite_each_other(as_staff, district):
    resource = ResourceFactory(region=district)
    Resource.objects.update(revision=2)

    url = reverse("admin:resources_resource_change", args=[resource.pk])
    answer = as_staff.post(url, register_values(resource, title="我的名字"), secure=True)

    page = answer.content.decode()
    assert "刚被他人修改" in page
    assert "我的名字" in page
    assert 'name="seen" value="2"' in page


def test_no_select_of_the_register_offers_more_than_two_hundred(as_staff, district):
    url = reverse("admin:resources_resource_change", args=[ResourceFactory(region=district).pk])

    page = as_staff.get(url, secure=True).content.decode()

    assert all(block.count("<option") <= 200 for block in page.split("<select")[1:])


def test_a_new_kind_takes_one_form(as_staff, city):
    values = {
        "code": "drone",
        "name": "无人机体验",
        "position": 5,
        "freshness_months": 6,
        "grace_days": 30,
        "fields_text": "height | 高度（米） | number\nseason | 季节 | choices | 春、秋 | 内部",
    }

    answer = as_staff.post(reverse("admin:resources_resourcekind_add"), values, secure=True)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    kind = ResourceKind.objects.get(code="drone")
    assert [field["label"] for field in kind.fields] == ["高度（米）", "季节"]
    assert kind.fields[1]["public"] is False


def test_topics_are_kept_by_staff_and_read_by_nobody_else_in_the_register(as_staff, client, officer):
    values = {"code": "ocean", "name": "海洋科学", "position": 1, "group": "everyday", "is_active": "on"}
    assert as_staff.post(reverse("admin:resources_topic_add"), values, secure=True).status_code == 302
    assert Topic.objects.filter(code="ocean").exists()

    client.force_login(officer)
    assert client.get(reverse("admin:resources_topic_changelist"), secure=True).status_code in {302, 403}


# --- Ten thousand rows ----------------------------------------------------------------------------


def looked(staff, *rows):
    sheet = ResourceSheet(by=staff)
    dataset = sheet.read(workbook(*rows).read())
    return sheet.look(dataset), dataset.table.notes


def test_many_rows_are_previewed_with_few_queries(staff, district, unit, django_assert_max_num_queries):
    KindFactory()
    TopicFactory(name="海洋")
    rows = [new_row(district, 名称=f"海洋馆{number}", 所属单位=unit.name) for number in range(300)]

    with django_assert_max_num_queries(25):
        result, _ = looked(staff, *rows)

    assert {row.import_type for row in result.rows} == {"new"}
    assert not any(row.problems for row in result.rows)


def test_the_quick_look_finds_the_same_faults_as_the_form(staff, district):
    KindFactory()
    TopicFactory(name="海洋")
    wrong = {
        "名称": "",
        "资源类型": "飞船",
        "面向人群": "外星人",
        "适合年龄自（岁）": "130",
        "所属区域": "天边",
        "所属单位": "没有这个单位",
        "每周开放时间": "随时",
        "特别安排": "国庆闭馆",
        "优惠": "大家 免费",
        "扩展内容": "体积：3",
        "纬度": "22.5",
        "网址": "javascript:1",
        "资源编号": "nothing1",
        "预约方式": "爬墙",
    }
    rows = [new_row(district, **{header: value}) for header, value in wrong.items()]

    result, _ = looked(staff, *rows)
    slow = ResourceSheet(by=staff)
    tried = slow.import_data(
        slow.read(workbook(*rows).read()),
        dry_run=True,
        raise_errors=False,
        rollback_on_validation_errors=True,
    )

    for header, quick, careful in zip(wrong, result.rows, tried.rows, strict=True):
        assert quick.problems, header
        assert sorted(quick.problems) == sorted(careful.problems), header


def test_the_quick_look_foresees_what_the_action_refuses(unit, unit_clerk, staff):
    KindFactory()
    TopicFactory(name="海洋")
    shown = ResourceFactory(published=True, region=unit.region)

    foreign, _ = looked(unit_clerk, new_row(unit.region))
    emptied, _ = looked(staff, new_row(unit.region, 资源编号=shown.code, 面向人群=""))

    assert foreign.rows[0].problems == [("", "您没有在此处新增或修改的权限。")]
    assert emptied.rows[0].problems == [("", "已发布的资源必须写明面向人群。")]


def test_rows_that_may_be_there_already_are_pointed_out(staff, district):
    KindFactory()
    TopicFactory(name="海洋")
    ResourceFactory(title="南山区海洋馆")

    _, notes = looked(staff, new_row(district, 名称="南山海洋馆"), new_row(district, 名称="天文台"))

    assert notes == ["有 1 行可能与已有资源或其他行重复（第 2行），请核对。"]


def test_many_rows_are_kept_as_one_set_and_none_if_one_is_refused(
    staff, district, unit, django_assert_max_num_queries
):
    KindFactory()
    TopicFactory(name="海洋")
    changed = ResourceFactory(region=district, title="旧名")
    rows = [
        new_row(district, 名称=f"海洋馆{number}", 特别安排="2026-12-24 10:00-21:00", 优惠="老年人 免费")
        for number in range(200)
    ]
    sheet = ResourceSheet(by=staff)
    dataset = sheet.read(workbook(*rows, new_row(district, 名称="新名", 资源编号=changed.code)).read())

    with django_assert_max_num_queries(160):
        result = sheet.keep(dataset)

    assert not any(row.problems for row in result.rows)
    made = Resource.objects.get(title="海洋馆7")
    assert (made.hours.count(), made.special_days.count(), made.concessions.count()) == (6, 1, 1)
    assert (made.topics.count(), made.details, made.created_by) == (1, {"area": 1200}, staff)
    assert AuditEntry.objects.filter(action="create", note="表格导入").count() == 200
    assert matching_ids("海洋馆199", kind="resource", public_only=False).exists()
    changed.refresh_from_db()
    assert changed.title == "新名"

    sheet = ResourceSheet(by=staff)
    bad = sheet.keep(
        sheet.read(workbook(new_row(district, 名称="独一馆"), new_row(district, 名称="")).read())
    )
    assert [bool(row.problems) for row in bad.rows] == [False, True]
    assert not Resource.objects.filter(title="独一馆").exists()
