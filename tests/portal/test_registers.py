"""A register's sheet: preview first, then all rows or none, through the page's form and the app's action."""

import pytest
from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import path, reverse

from portal import audit, registers
from portal.accounts import require
from portal.admin_site import RegisterPermissions, RegisterSite
from portal.audit import AuditEntry
from portal.batches import SheetBatch
from portal.errors import Refused
from portal.organizations import Organization
from portal.register_pages import RegisterSheets
from portal.registers import RegisterResource
from portal.roles import Perm, Role
from portal.sheets import read_table
from portal.urls import urlpatterns as portal_addresses
from tests.batches import keep_waiting_sheets
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.portal.hostile import csv, xlsx

HEADERS = ["单位名称", "性质", "所属区域", "联系人", "在用"]


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["name", "kind", "region", "contact", "is_active"]


@transaction.atomic
def create(*, by, **fields):
    require(by, Perm.ORGANIZATION_EDIT, fields["region"])
    if fields["name"] == "已满":
        raise Refused("名额已满。")
    organization = Organization.objects.create(**fields)
    audit.record(organization, "create", by=by)
    return organization


@transaction.atomic
def change(organization, *, by, **fields):
    require(by, Perm.ORGANIZATION_EDIT, organization.region)
    before = {name: getattr(organization, name) for name in fields}
    for name, value in fields.items():
        setattr(organization, name, value)
    organization.save()
    changed = {
        name: [str(before[name]), str(value)] for name, value in fields.items() if before[name] != value
    }
    audit.record(organization, "change", by=by, changes=changed)
    return organization


class OrganizationSheet(RegisterResource):
    columns = dict(zip(HEADERS, ["name", "kind", "region", "contact", "is_active"], strict=True))
    keys = ("name",)
    lookups = {"region": ("name", "code")}
    form = OrganizationForm
    create = staticmethod(create)
    change = staticmethod(change)

    class Meta(RegisterResource.Meta):
        model = Organization


site = RegisterSite(name="admin")


@admin.register(Organization, site=site)
class OrganizationAdmin(RegisterSheets, RegisterPermissions, admin.ModelAdmin):
    resource_classes = [OrganizationSheet]
    view_perm, edit_perm = Perm.ORGANIZATION_VIEW, Perm.ORGANIZATION_EDIT


urlpatterns = [
    path("admin/", site.urls),
    *(address for address in portal_addresses if str(address.pattern) != "admin/"),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def page(client, staff, district, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    client.defaults["wsgi.url_scheme"] = "https"
    client.force_login(staff)
    return client


def address(name):
    return reverse(f"admin:portal_organization_{name}")


def upload(page, rows, headers=HEADERS):
    data = rows if isinstance(rows, bytes) else xlsx(rows, headers)
    return page.post(address("import"), {"sheet": SimpleUploadedFile("单位.xlsx", data)})


def confirm(page, answer, **more):
    """Confirm a preview, let the worker do it, and look at what became of it."""
    sent = page.post(address("process_import"), {"token": answer.context["token"], **more})
    keep_waiting_sheets()
    return page.get(sent.headers["Location"])


def test_a_preview_counts_new_changed_and_same_rows_and_keeps_nothing(page, district):
    OrganizationFactory(name="甲", region=district, contact="老张")
    OrganizationFactory(name="乙", region=district, contact="老李")

    answer = upload(
        page,
        [
            ["甲", "企业", district.name, "老王", "是"],
            ["乙", "企业", district.name, "老李", "是"],
            ["丙", "场馆", district.code, None, "否"],
        ],
    )

    preview = answer.context["preview"]
    assert preview.counts == {"new": 1, "update": 1, "skip": 1, "faulty": 0}
    assert [row.changed for row in preview.rows if row.import_type == "update"] == [
        [("联系人", "老张", "老王")]
    ]
    assert "确认导入 2 条" in answer.content.decode()
    assert Organization.objects.get(name="甲").contact == "老张"
    assert not Organization.objects.filter(name="丙").exists()
    assert not AuditEntry.objects.filter(action__in=["create", "change"]).exists()


def test_an_empty_yes_or_no_of_a_new_row_is_what_a_new_form_shows(page, district):
    answer = upload(page, [["丙", "场馆", district.name, "小丁", None]])

    confirm(page, answer)

    assert Organization.objects.get(name="丙").is_active


def test_a_word_that_is_neither_yes_nor_no_is_a_fault(page, district):
    answer = upload(page, [["丙", "场馆", district.name, "小丁", "停用"]])

    assert answer.context["preview"].counts["faulty"] == 1
    assert "请填“是”或“否”，现为“停用”。" in answer.content.decode()


def test_confirming_keeps_every_row_through_the_actions(page, district):
    OrganizationFactory(name="甲", region=district, contact="老张")
    answer = upload(
        page, [["甲", "企业", district.name, "老王", "是"], ["丙", "场馆", district.name, "小丁", "否"]]
    )

    done = confirm(page, answer)

    assert "新增 1 条，更新 1 条，未变 0 条" in done.content.decode()
    assert Organization.objects.get(name="甲").contact == "老王"
    new = Organization.objects.get(name="丙")
    assert (new.kind, new.region, new.is_active) == (Organization.Kind.VENUE, district, False)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["change", "create", "import"]


def test_of_a_long_sheet_the_cells_are_looked_at_and_the_job_finds_what_the_action_refuses(
    page, district, monkeypatch
):
    monkeypatch.setattr(registers, "MOST_TRIED", 2)
    OrganizationFactory(name="甲", region=district, contact="老张", kind="enterprise")
    rows = [["甲", "企业", district.code, "老王", "是"], ["丙", "场馆", district.name, None, "是"]]

    wrong = upload(page, [*rows, ["", "场馆", district.name, None, "是"]])
    looked = upload(page, [*rows, ["已满", "场馆", district.name, None, "是"]])
    told = confirm(page, looked).content.decode()

    assert wrong.context["preview"].counts["faulty"] == 1
    assert looked.context["preview"].counts == {"new": 2, "update": 1, "skip": 0, "faulty": 0}
    assert "预览只核对了每一格的内容" in looked.content.decode()
    assert "名额已满" in told
    assert not Organization.objects.filter(name="丙").exists()


def test_a_sheet_is_confirmed_once(page, district, tmp_path):
    answer = upload(page, [["丙", "场馆", district.name, "小丁", "是"]])
    confirm(page, answer)

    again = confirm(page, answer)

    assert "已导入：新增 1 条" in again.content.decode()
    assert Organization.objects.filter(name="丙").count() == 1
    assert SheetBatch.objects.count() == 1


def test_every_faulty_row_is_named_at_once_and_nothing_is_kept(page, district):
    rows = [
        ["丙", "场馆", district.name, None, "是"],
        ["", "场馆", district.name, None, "是"],
        ["丁", "航母", district.name, None, "是"],
        ["戊", "企业", "火星区", None, "是"],
        ["已满", "企业", district.name, None, "是"],
        ["己", "企业", district.name, "四" * 31, "是"],
    ]

    answer = upload(page, rows)

    preview = answer.context["preview"]
    assert preview.counts == {"new": 1, "update": 0, "skip": 0, "faulty": 5}
    problems = {row.line: row.problems for row in preview.faulty}
    assert problems[3][0][0] == "单位名称"
    assert problems[4][0][0] == "性质"
    assert problems[5] == [("所属区域", "没有找到“火星区”，请核对后重填。")]
    assert problems[6] == [("", "名额已满。")]
    assert problems[7][0][0] == "联系人"
    assert "确认导入" not in answer.content.decode()
    refused = confirm(page, answer).content.decode()
    assert "一行也没有导入" in refused
    assert "没有找到“火星区”" in refused
    assert not Organization.objects.filter(name="丙").exists()


def test_the_right_rows_of_a_faulty_sheet_can_be_kept_by_a_second_button(page, district):
    answer = upload(
        page, [["丙", "场馆", district.name, None, "是"], ["丁", "航母", district.name, None, "是"]]
    )
    assert "只导入正确的 1 条" in answer.content.decode()

    confirm(page, answer, only_good="1")

    assert Organization.objects.filter(name="丙").exists()
    assert not Organization.objects.filter(name="丁").exists()


def test_the_faulty_sheet_can_be_fetched_mended_and_sent_again(page, district):
    answer = upload(page, [["丙", "航母", district.name, None, "是"]])

    fetched = page.post(address("sheet_faults"), {"token": answer.context["token"]})

    assert "filename*=utf-8''" in fetched["Content-Disposition"]
    assert read_table(fetched.content, expect=HEADERS).rows == [("丙", "航母", district.name, None, "是")]
    assert read_table(fetched.content, expect=["行号", "列", "填写内容", "错误原因"]).rows[0][:3] == (
        2,
        "性质",
        "航母",
    )


def test_a_person_changes_only_what_lies_within_reach(page, district):
    elsewhere = RegionFactory()
    page.force_login(UserFactory(holding=(Role.STAFF, district), mfa=True))

    answer = upload(page, [["外区新单位", "企业", elsewhere.name, "黑客", "是"]])

    (row,) = answer.context["preview"].faulty
    assert row.problems == [("", "您没有在此处新增或修改的权限。")]


def test_a_column_that_is_not_there_changes_nothing(page, district):
    OrganizationFactory(name="甲", region=district, contact="老张")
    answer = upload(page, [["甲", "场馆", district.name, "是"]], ["单位名称", "性质", "所属区域", "在用"])

    confirm(page, answer)

    kept = Organization.objects.get(name="甲")
    assert (kept.contact, kept.kind) == ("老张", Organization.Kind.VENUE)


def test_another_persons_sheet_cannot_be_confirmed(page, staff, district, client, city):
    answer = upload(page, [["丙", "场馆", district.name, None, "是"]])
    token = answer.context["token"].replace(f"{staff.pk}|", f"{staff.pk + 1}|", 1)

    page.post(address("process_import"), {"token": token})

    assert not Organization.objects.filter(name="丙").exists()


def test_a_file_that_is_no_sheet_is_answered_beside_its_field_and_not_kept(page, tmp_path):
    answer = upload(page, b"%PDF-1.7")

    assert answer.status_code == 422
    assert "这是 PDF 文件" in answer.content.decode()
    assert not (tmp_path / "pending_sheets").exists()


def test_a_waiting_sheet_lies_sealed_on_the_disk(page, district, tmp_path):
    upload(page, csv([["秘密单位", "企业", district.name, "", "是"]], HEADERS))

    (waiting,) = (tmp_path / "pending_sheets").iterdir()
    assert "秘密单位".encode() not in waiting.read_bytes()
    assert waiting.stat().st_mode & 0o777 == 0o600


def test_the_template_has_the_columns_and_can_be_filled(page):
    data = page.get(address("sheet_template"))

    assert data.status_code == 200
    assert "性质" in str(read_table(data.content, expect=["列", "怎么填", "示例"]).rows)


def test_the_template_names_the_limit_that_holds(page):
    data = page.get(address("sheet_template"))

    notes = str(read_table(data.content, expect=["列", "怎么填", "示例"]).rows)
    assert "10,000 行" in notes
    assert "50,000 行" not in notes


@pytest.mark.parametrize("number", [0, 1])
def test_an_export_comes_back_unchanged_and_leaves_personal_fields_out(page, district, number):
    OrganizationFactory(name="=HYPERLINK(1)", region=district, contact="老张")
    OrganizationFactory(name="+8675512345678", region=district)

    assert "联系人" not in page.get(address("export")).content.decode()
    out = page.post(address("export"), {"format": str(number), "resource": "0"})

    assert out.status_code == 200
    table = read_table(out.content, expect=["单位名称", "性质", "所属区域", "在用"])
    assert {row[0] for row in table.rows} >= {"=HYPERLINK(1)", "+8675512345678"}
    assert "老张" not in str(read_table(out.content, expect=None).rows)
    back = upload(page, out.content)
    assert back.context["preview"].counts["faulty"] == 0
    assert back.context["preview"].counts["skip"] == len(table)
    assert AuditEntry.objects.filter(action="export").exists()


def test_the_pages_carry_no_inline_style_script_or_handler(page, district):
    pages = [
        page.get(address("import")),
        upload(page, [["丙", "航母", district.name, None, "是"], ["丁", "场馆", district.name, None, "是"]]),
        page.get(address("export")),
        page.get(address("changelist")),
    ]

    for answer in pages:
        text = answer.content.decode()
        assert " style=" not in text
        assert "<style" not in text
        assert "onclick" not in text
        assert "onchange" not in text
        assert "<script>" not in text


def test_pages_of_a_sheet_speak_chinese(page):
    for name in ("import", "export"):
        text = page.get(address(name)).content.decode()
        assert "Submit" not in text
        assert "This import" not in text
