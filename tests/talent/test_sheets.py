"""The sheet of the talent pool: a code makes a row the same person, a name never does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.audit import AuditEntry
from portal.roles import Perm
from portal.sheets import read_table
from talent.models import Person
from tests.batches import keep_waiting_sheets
from tests.portal.hostile import xlsx
from tests.talent.factories import PersonFactory

HEADERS = ["人才编号", "姓名", "类别", "职称层级", "专业领域", "所属区域", "所属单位"]
HEADERS += ["入库日期", "退出日期", "退出原因", "资料来源"]


def row(district, *, code="", name="王伟", field="海洋科学"):
    return [code, name, "科技志愿者", "无", field, district.name, "", "2026-03-01", "", "", ""]


@pytest.fixture
def as_staff(client, staff, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    client.force_login(staff)
    return client


def upload(client, *rows):
    sheet = SimpleUploadedFile("人才.xlsx", xlsx(list(rows), HEADERS))
    return client.post(reverse("admin:talent_person_import"), {"sheet": sheet})


def confirm(client, page):
    token = page.context_data["token"]
    answer = client.post(reverse("admin:talent_person_process_import"), {"token": token}, follow=True)
    keep_waiting_sheets()
    return answer


def test_a_namesake_is_pointed_out_and_entered_as_somebody_else(as_staff, district):
    known = PersonFactory(name="王伟", region=district, field="天文学")

    page = upload(as_staff, row(district))

    assert f"已有同名人员 {known.code}" in page.content.decode()
    assert "有 1 行可能与已有记录重复" in page.content.decode()
    confirm(as_staff, page)
    known.refresh_from_db()
    assert known.field == "天文学"
    assert Person.objects.filter(name="王伟").count() == 2


def test_two_of_one_name_in_a_sheet_are_pointed_out(as_staff, district):
    page = upload(as_staff, row(district), row(district))

    assert "本表第 2 行也是“王伟”" in page.content.decode()


def test_somebody_is_changed_by_their_code(as_staff, district):
    known = PersonFactory(name="王伟", region=district)

    page = upload(as_staff, row(district, code=known.code, name="王炜"))

    assert page.context_data["preview"].hinted == 0
    confirm(as_staff, page)
    known.refresh_from_db()
    assert (known.name, known.field) == ("王炜", "海洋科学")
    assert Person.objects.count() == 1


def test_a_code_that_nobody_has_is_a_fault(as_staff, district):
    page = upload(as_staff, row(district, code="AAAA2222"))

    assert "没有这个编号的人员" in page.content.decode()
    assert not page.context_data["preview"].can_be_kept


def test_what_was_exported_comes_back_as_the_same_people(as_staff, district, tmp_path):
    PersonFactory.create_batch(3, region=district, name="王伟")

    content = as_staff.post(reverse("admin:talent_person_export"), {"format": "0"}).content

    table = read_table(content, expect=HEADERS)
    assert [line[1] for line in table.rows] == ["王伟"] * 3
    assert {line[0] for line in table.rows} == set(Person.objects.values_list("code", flat=True))
    page = as_staff.post(
        reverse("admin:talent_person_import"), {"sheet": SimpleUploadedFile("人才.xlsx", content)}
    )
    assert page.context_data["preview"].counts == {"new": 0, "update": 0, "skip": 3, "faulty": 0}
    entry = AuditEntry.objects.get(action="export")
    assert (entry.subject_name, entry.note) == ("3 行", "含个人信息：姓名")


def test_names_stay_in_for_whoever_may_not_take_them_out(as_staff, district, monkeypatch):
    PersonFactory(region=district, name="王伟")
    kept = {"staff": frozenset({Perm.PERSON_VIEW, Perm.PERSON_EDIT, Perm.DESK_VIEW})}
    monkeypatch.setattr("portal.roles.PERMS", kept)

    content = as_staff.post(reverse("admin:talent_person_export"), {"format": "1"}).content.decode(
        "utf-8-sig"
    )

    assert "王伟" not in content
    assert AuditEntry.objects.get(action="export").note == ""


def test_opening_somebody_is_recorded_without_the_name(as_staff, staff, district):
    person = PersonFactory(name="王伟", region=district)

    as_staff.get(reverse("admin:talent_person_change", args=[person.pk]))

    entry = AuditEntry.objects.get(action="view")
    assert (entry.actor_id, entry.subject_id, entry.subject_name) == (
        staff.pk,
        str(person.pk),
        f"人才 {person.pk}",
    )


def test_nobody_is_viewed_by_opening_an_empty_form(as_staff):
    as_staff.get(reverse("admin:talent_person_add"))

    assert not AuditEntry.objects.filter(action="view").exists()
