"""The pages of a sheet in the browser: nothing for axe, nothing for the policy, nothing too wide."""

import os

import pytest

from tests.browser.steps import work
from tests.factories import OrganizationFactory
from tests.portal.hostile import xlsx
from tests.portal.test_registers import HEADERS

pytestmark = [pytest.mark.urls("tests.portal.test_registers"), pytest.mark.django_db(transaction=True)]


def is_sound(at, name):
    if folder := os.environ.get("SHOTS"):
        at.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert at.axe() == []
    assert at.complaints == []
    assert at.wider_than_the_screen() <= 0


@pytest.mark.parametrize("width", [390, 1280])
def test_a_sheet_goes_from_upload_to_confirmation(visit, staff, district, settings, tmp_path, width):
    settings.DATA_DIR = tmp_path
    OrganizationFactory(name="南山科技馆", region=district, contact="王明")
    at = visit(staff, width=width)
    at.open("/admin/portal/organization/import/")
    is_sound(at, f"import-{width}")

    faulty = [["深圳市某某研究院", "航母", district.name, None, "是"], ["", "企业", "火星区", None, "是"]]
    at.page.set_input_files(
        "input[type=file]", {"name": "单位.xlsx", "mimeType": "", "buffer": xlsx(faulty, HEADERS)}
    )
    at.page.click("text=上传并预览")
    at.page.wait_for_selector("text=有 2 行有误")
    is_sound(at, f"faulty-{width}")

    good = [
        ["南山科技馆", "场馆", district.name, "李雷", "是"],
        ["深圳市某某研究院", "科研机构", district.name, "韩梅梅", "是"],
    ]
    at.page.set_input_files(
        "input[type=file]", {"name": "单位.xlsx", "mimeType": "", "buffer": xlsx(good, HEADERS)}
    )
    at.page.click("text=上传并预览")
    at.page.wait_for_selector("text=核对后确认")
    is_sound(at, f"preview-{width}")

    at.page.click("text=确认导入 2 条")
    at.page.wait_for_selector("text=导入单位")
    is_sound(at, f"waiting-{width}")
    assert work() == 1
    at.page.wait_for_selector("text=已导入：新增 1 条，更新 1 条")
    is_sound(at, f"kept-{width}")

    at.page.click("text=撤销本批次")
    at.page.wait_for_selector("text=撤销 2 行")
    is_sound(at, f"undo-{width}")
    at.page.click("button:has-text('撤销本批次')")
    work()
    at.page.wait_for_selector("text=已撤销本批次")
    is_sound(at, f"undone-{width}")
    at.open("/desk/jobs/")
    is_sound(at, f"jobs-{width}")
    at.open("/admin/portal/organization/export/")
    is_sound(at, f"export-{width}")
