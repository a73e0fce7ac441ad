from io import BytesIO

import openpyxl
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from events.models import Event
from events.sheets import EventSheet
from tests.batches import keep_waiting_sheets


def workbook(**row) -> SimpleUploadedFile:
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, list(EventSheet.columns))
    sheet.write_row(1, 0, [row.get(header, "") for header in EventSheet.columns])
    book.close()
    return SimpleUploadedFile("活动.xlsx", target.getvalue())


def test_audiences_are_written_in_words_on_the_way_in_and_out(client, staff, unit):
    client.force_login(staff)
    row = {
        "活动名称": "海洋讲座",
        "活动类别": "科普讲座",
        "主办单位": unit.name,
        "所属区域": unit.region.name,
    }
    row |= {"地点": "市民中心", "适合人群": "未成年人、社会公众", "免费": "是", "每次报名最多人数": 5}

    answer = client.post(reverse("admin:events_event_import"), {"sheet": workbook(**row)}, secure=True)
    token = {"token": answer.context["token"]}
    client.post(reverse("admin:events_event_process_import"), token, secure=True)
    keep_waiting_sheets()
    assert Event.objects.get().audiences == ["minors", "general"]

    sheet = client.post(reverse("admin:events_event_export"), {"format": "0", "resource": "0"}, secure=True)
    headers, out = openpyxl.load_workbook(BytesIO(sheet.content)).active.values
    assert out[headers.index("适合人群")] == "未成年人、社会公众"


def test_an_unknown_audience_is_a_fault_of_its_row(client, staff, unit):
    client.force_login(staff)
    row = {"活动名称": "海洋讲座", "主办单位": unit.name, "适合人群": "%s%n"}

    answer = client.post(reverse("admin:events_event_import"), {"sheet": workbook(**row)}, secure=True)

    assert answer.context["preview"].counts["faulty"] == 1
    assert any(header == "适合人群" for header, _ in answer.context["preview"].faulty[0].problems)
