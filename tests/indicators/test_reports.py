import io

import pytest
from django.db import Error, transaction
from django.urls import reverse
from pypdf import PdfReader

from indicators import actions
from indicators.actions.reports import pdf_of
from indicators.models import AnnualReport, Vintage
from indicators.queries.annual import checklist
from outreach import actions as outreach
from portal import jobs
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.conftest import AT

NEARLY_EMPTY = 250  # characters on a page, its head and number among them

pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture
def staff(db):
    return UserFactory(name="林晓", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def asked(staff):
    outreach.load_reference()
    return actions.ask_report(year=2025, corrections="", by=staff)


@pytest.fixture
def made(asked, monkeypatch):
    """A report whose PDF was not set in type: enough for what happens to it afterwards."""
    monkeypatch.setattr("indicators.actions.reports.pdf_of", lambda content, *, made_at: b"%PDF-1.7 made")
    jobs.run(asked.job_id)
    asked.refresh_from_db()
    return asked


def test_the_report_reads_back_as_it_was_meant(asked, night):
    data = pdf_of(asked.content, made_at=night.created_at)

    assert data == pdf_of(asked.content, made_at=night.created_at)
    reader = PdfReader(io.BytesIO(data))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    pages = [page.extract_text() for page in reader.pages]
    words = "".join("".join(pages).split())
    for project in (
        "科普管理系统化工程",
        "科技资源科普化工程",
        "科普人才专业化工程",
        "科普活动品牌化工程",
        "青少年创新能力培养工程",
    ):
        assert project in words
    assert night.digest in words
    assert "目录" in words
    assert "示例数据" in words
    assert "科普发展指数" in pages[1].replace(" ", "")
    fonts = {
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object().keys()
        & {"/FontFile", "/FontFile2", "/FontFile3"}
        != set()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    }
    assert fonts == {True}
    # The cover, and the page where the report ends, may be short; a page of three rows is a fault of layout.
    assert [number for number, text in enumerate(pages[1:-1], start=2) if len(text) < NEARLY_EMPTY] == []


def test_tables_add_up_to_the_city(asked):
    chapter = next(one for one in asked.content["chapters"] if one["id"] == "p4-1")
    table = next(
        block
        for section in chapter["sections"]
        for block in section["blocks"]
        if block["kind"] == "table" and block["columns"][0] == "区"
    )
    *districts, city = table["rows"]
    assert len(districts) == 11
    for place in range(1, len(city)):
        numbers = [float(row[place].replace(",", "")) for row in districts]
        assert round(sum(numbers), 2) == float(city[place].replace(",", ""))


def test_only_one_report_of_a_year_is_made_at_a_time(asked, staff):
    with pytest.raises(Refused, match="正在生成"):
        actions.ask_report(year=2025, corrections="", by=staff)


def test_a_year_without_an_index_has_no_report(staff):
    with pytest.raises(Refused, match="还没有计算到2031年"):
        actions.ask_report(year=2031, corrections="", by=staff)


def test_the_job_done_twice_is_one_file(made):
    digest, file = made.digest, made.file_id

    actions.write_report(made.pk)

    made.refresh_from_db()
    assert (made.state, made.digest, made.file_id) == (AnnualReport.State.READY, digest, file)


def test_a_published_report_is_written_once_and_so_is_its_vintage(made, staff, night):
    actions.publish_report(made, at=AT, by=staff)

    assert Vintage.objects.get(pk=night.pk).kind == Vintage.Kind.PUBLISHED
    with pytest.raises(Error, match="written once"), transaction.atomic():
        AnnualReport.objects.filter(pk=made.pk).update(corrections="改")
    with pytest.raises(Refused, match="尚未发布"):
        actions.publish_report(made, at=AT, by=staff)


def test_a_correction_is_a_new_version_that_says_what_changed(made, staff):
    actions.publish_report(made, at=AT, by=staff)
    with pytest.raises(Refused, match="写明更正内容"):
        actions.ask_report(year=2025, corrections=" ", by=staff)

    second = actions.ask_report(year=2025, corrections="更正表2-1", by=staff)

    assert (second.version, AnnualReport.objects.filter(year=2025).count()) == (2, 2)


def test_everybody_downloads_what_is_published_and_nothing_else(made, staff, client):
    address = reverse("reports:file", args=[made.pk])
    assert client.get(address).status_code == 404

    actions.publish_report(made, at=AT, by=staff)
    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == b"%PDF-1.7 made"
    assert "第1版" in client.get("/reports/").content.decode()


def test_staff_see_what_is_missing_before_they_press(staff, client, night):
    found = {one.label: one.is_there for one in checklist(2026)}
    assert found["各区年报全部通过"] is False
    assert {one.label: one.is_there for one in checklist(2025)}["各区年报全部通过"] is True

    client.force_login(staff)
    page = client.get("/desk/reports/?year=2025").content.decode()
    assert "2025年报告所需" in page


def test_pressing_the_button_makes_a_report(staff, client, night):
    client.force_login(staff)

    response = client.post("/desk/reports/", {"year": "2025"})

    report = AnnualReport.objects.get()
    assert response.url == report.get_absolute_url()
    assert "正在生成" in client.get(report.get_absolute_url()).content.decode()
