"""A register's sheet as a batch: kept by a job, once, whole or not at all, and taken back as a whole."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal import audit, batches, jobs
from portal.audit import AuditEntry
from portal.batches import SheetBatch
from portal.errors import Refused
from portal.jobs import Job
from portal.organization_sheet import OrganizationSheet, change_organization
from portal.organizations import Organization
from portal.pending_sheets import PendingSheet
from portal.roles import Perm
from portal.sheets import read_table
from tests.concurrency import at_once
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.portal.hostile import xlsx

HEADERS = list(OrganizationSheet.columns)
WHERE = {"view": Perm.ORGANIZATION_VIEW.value, "edit": Perm.ORGANIZATION_EDIT.value}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def promised(staff, district):
    """What confirming a sheet of these rows leaves: a batch whose job waits."""

    def promise(*rows, only_good: bool = False) -> SheetBatch:
        filled = [[name, "", "企业", "", "", district.name, "", place, "是", ""] for name, place in rows]
        return batches.promise(
            PendingSheet.keep(xlsx(filled, HEADERS)),
            sheet=OrganizationSheet,
            where=WHERE,
            title="单位",
            back="/admin/",
            by=staff,
            only_good=only_good,
        )

    return promise


@pytest.fixture
def kept(promised, district):
    """A batch with one new and one changed organisation, kept."""
    OrganizationFactory(name="甲", kind="enterprise", region=district, address="旧址")
    batch = promised(("甲", "新址"), ("乙", "东路"))
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    return batch


def taken_back(batch, by) -> SheetBatch:
    asked = batches.ask_undo(batch, by=by, at=timezone.now())
    jobs.run(asked.undo_job_id)
    batch.refresh_from_db()
    return batch


def address_of(name: str) -> str:
    return Organization.objects.get(name=name).address


def test_a_confirmed_sheet_waits_for_its_job(promised):
    batch = promised(("乙", "东路"))

    assert not Organization.objects.filter(name="乙").exists()
    assert (batch.job.kind, batch.job.title) == ("sheet_keep", "导入单位")


def test_the_job_keeps_new_and_changed_rows_and_tells_who_asked(kept, staff):
    assert (kept.rows_new, kept.rows_changed, kept.rows_same) == (1, 1, 0)
    assert address_of("甲") == "新址"
    assert address_of("乙") == "东路"
    assert staff.notices.get().text == "单位已导入：新增 1 条，更新 1 条，未变 0 条。"
    assert AuditEntry.objects.get(action="import").note == str(kept)


def test_a_job_delivered_twice_keeps_once(kept):
    assert batches.keep(kept.pk, at=timezone.now()) is None
    assert Organization.objects.filter(name="乙").count() == 1
    assert kept.rows.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_keep_once(promised):
    batch = promised(("乙", "东路"))

    done = at_once(*[lambda: batches.keep(batch.pk, at=timezone.now())] * 2)

    assert sorted(one is None for one in done) == [False, True]
    assert Organization.objects.filter(name="乙").count() == 1


def test_a_job_killed_at_its_end_leaves_nothing_and_does_it_when_it_comes_again(promised, monkeypatch):
    batch = promised(("乙", "东路"))
    monkeypatch.setattr(batches, "notify", _killed)

    assert jobs.run(batch.job_id) is False
    assert not Organization.objects.filter(name="乙").exists()

    monkeypatch.undo()
    assert jobs.run(batch.job_id) is True
    assert Organization.objects.filter(name="乙").count() == 1


def _killed(*_, **__):
    raise SystemError("killed")


def test_a_row_that_has_become_wrong_keeps_the_whole_sheet_out(promised, staff, district):
    batch = promised(("乙", "东路"), ("丙", "四" * 201))
    jobs.run(batch.job_id)
    batch.refresh_from_db()

    assert batch.refused_at
    assert (batch.rows_new, batch.rows_faulty) == (1, 1)
    assert [(fault.line, fault.column) for fault in batch.read_faults()] == [(3, "地址")]
    assert not Organization.objects.filter(name="乙").exists()


@pytest.fixture
def half_kept(promised, staff):
    """A batch of which the right rows were asked for: one of its two is wrong."""
    batch = promised(("乙", "东路"), ("丙", "四" * 201), only_good=True)
    jobs.run(batch.job_id)
    batch.refresh_from_db()
    return batch


def test_of_a_sheet_the_right_rows_alone_are_kept_if_that_was_asked_for(half_kept, staff):
    assert (half_kept.rows_new, half_kept.rows_faulty) == (1, 1)
    assert address_of("乙") == "东路"
    assert not Organization.objects.filter(name="丙").exists()
    assert staff.notices.get().text == "单位已导入：新增 1 条，更新 0 条，未变 0 条，有误未导入 1 行。"


def test_a_key_that_names_nothing_is_a_fault_of_its_column(staff):
    sheet = OrganizationSheet.opened(by=staff, where=WHERE)
    row = ["乙", "", "企业", "", "", "火星区", "", "东路", "是", ""]

    looked = sheet.preview(sheet.read(xlsx([row], HEADERS)))

    assert looked.rows[0].problems == [("所属区域", "没有找到“火星区”，请核对后重填。")]


def test_the_rows_left_out_come_back_alone_with_their_faults(client, half_kept, staff):
    client.force_login(staff)

    page = client.get(half_kept.get_absolute_url()).content.decode()
    sheet = client.get(f"{half_kept.get_absolute_url()}faults/").content

    assert "有误未导入 1 行" in page
    assert [row[0] for row in read_table(sheet, expect=HEADERS).rows] == ["丙"]


def test_the_right_rows_that_were_kept_are_taken_back_as_a_batch(half_kept, staff):
    batch = taken_back(half_kept, staff)

    assert batch.rows_undone == 1
    assert not Organization.objects.filter(name="乙").exists()


def test_a_sheet_without_a_right_row_is_not_kept(promised):
    batch = promised(("乙", "四" * 201), ("丙", "四" * 201), only_good=True)
    jobs.run(batch.job_id)
    batch.refresh_from_db()

    assert batch.refused_at
    assert batch.rows_faulty == 2


def test_a_batch_taken_back_removes_new_records_and_restores_changed_ones(kept, staff):
    taken_back(kept, staff)

    assert not Organization.objects.filter(name="乙").exists()
    assert address_of("甲") == "旧址"
    assert kept.rows_undone == 2
    assert AuditEntry.objects.filter(action="undo_import", subject_name="乙").exists()


def test_a_record_edited_since_stays_as_it_is(kept, staff):
    change_organization(Organization.objects.get(name="甲"), by=staff, address="更新的地址")

    taken_back(kept, staff)

    assert address_of("甲") == "更新的地址"
    assert kept.rows_undone == 1
    assert kept.rows.get(name="甲").why_kept.startswith(staff.name)


def test_a_look_at_a_record_is_no_edit(kept, staff):
    audit.viewed(Organization.objects.get(name="甲"), by=staff)

    taken_back(kept, staff)

    assert address_of("甲") == "旧址"


def test_a_new_record_that_others_use_stays(kept, staff):
    UserFactory(holding=("unit", Organization.objects.get(name="乙")))

    taken_back(kept, staff)

    assert Organization.objects.filter(name="乙").exists()
    assert kept.rows.get(name="乙").why_kept == "已被其他记录使用"
    assert address_of("甲") == "旧址"


def test_what_one_may_no_longer_change_stays(kept, staff):
    Organization.objects.filter(name="甲").update(region=RegionFactory())
    staff.grants.update(region=Organization.objects.get(name="乙").region)

    taken_back(kept, staff)

    assert address_of("甲") == "新址"
    assert kept.rows.get(name="甲").why_kept


def test_a_batch_is_taken_back_once(kept, staff):
    taken_back(kept, staff)

    assert batches.undo(kept.pk, at=timezone.now()) is None
    with pytest.raises(Refused, match="已经撤销"):
        batches.ask_undo(kept, by=staff, at=timezone.now())


def test_after_thirty_days_nothing_is_taken_back(kept, staff):
    with pytest.raises(Refused, match="已超过 30 天"):
        batches.ask_undo(kept, by=staff, at=timezone.now() + timedelta(days=30))


def test_what_rows_said_before_is_sealed_and_forgotten_after_its_time(kept):
    changed = kept.rows.get(is_new=False)
    assert "旧址".encode() not in bytes(changed.before)

    batches.forget(at=timezone.now() + timedelta(days=32))

    changed.refresh_from_db()
    assert bytes(changed.before) == b""


def test_one_finds_ones_task_again_with_its_result(client, kept, staff):
    client.force_login(staff)

    listed = client.get("/desk/jobs/", secure=True).content.decode()
    page = client.get(kept.get_absolute_url(), secure=True).content.decode()

    assert kept.get_absolute_url() in listed
    assert "导入单位" in listed
    assert "已导入：新增 1 条，更新 1 条，未变 0 条。" in page
    assert "撤销本批次" in page


def test_before_taking_back_one_sees_what_would_stay(client, kept, staff):
    change_organization(Organization.objects.get(name="甲"), by=staff, address="更新的地址")
    client.force_login(staff)

    page = client.get(f"{kept.get_absolute_url()}undo/", secure=True).content.decode()

    assert "撤销 1 行；导入后被修改过的 1 行保留" in page
    assert "甲" in page


def test_taking_back_is_asked_for_by_a_post(client, kept, staff):
    client.force_login(staff)

    client.post(f"{kept.get_absolute_url()}undo/", secure=True)
    client.post(f"{kept.get_absolute_url()}undo/", secure=True)

    (job,) = Job.objects.filter(kind="sheet_undo")
    jobs.run(job.pk)
    assert "已撤销本批次" in client.get(kept.get_absolute_url(), secure=True).content.decode()


def test_the_sheet_that_was_not_kept_comes_back_with_its_faults(client, promised, staff):
    batch = promised(("乙", "东路"), ("丙", "四" * 201))
    jobs.run(batch.job_id)
    client.force_login(staff)

    sent = client.get(f"{batch.get_absolute_url()}faults/", secure=True)

    rows = read_table(sent.content, expect=["行号", "列", "填写内容", "错误原因"]).rows
    assert rows[0][:2] == (3, "地址")


def test_a_task_that_was_broken_off_begins_again(client, promised, staff):
    batch = promised(("乙", "东路"))
    Job.objects.filter(pk=batch.job_id).update(state="failed", ended_at=timezone.now(), fault="中断")
    client.force_login(staff)

    assert "重试" in client.get(batch.get_absolute_url(), secure=True).content.decode()
    client.post(f"{batch.get_absolute_url()}again/", secure=True)

    assert jobs.run(batch.job_id) is True
