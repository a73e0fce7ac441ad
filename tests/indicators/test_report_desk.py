"""A report on its way: begun, written, handed in, remarked upon, signed by another, published, corrected."""

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicators import actions
from indicators.models import AnnualReport, ReportPart, Vintage
from outreach import actions as outreach
from portal import jobs
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory

NANSHAN, FUTIAN = "440305000000", "440304000000"
Status = AnnualReport.Status

pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture
def writer(db):
    return UserFactory(name="林晓", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def signer(db):
    return UserFactory(name="江签", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture(autouse=True)
def _files(monkeypatch):
    """Files are not set in type here: enough for what happens to them afterwards."""
    module = "indicators.actions.reports"
    monkeypatch.setattr(f"{module}.pdf_of", lambda content, *, made_at: b"%PDF-1.7 made")
    monkeypatch.setattr(f"{module}.letter_of", lambda report: b"%PDF-1.7 letter")


@pytest.fixture
def draft(writer):
    outreach.load_reference()
    report = actions.begin_report(region=Region.objects.city(), year=2025, corrections="", by=writer)
    report.parts.filter(code__in=["districts", "indicators", "items"]).update(is_on=False)
    return report


def headed(report, number, writer):
    actions.write_letter_head(report, number=number, recipient="各区科协", copies="", by=writer)
    return AnnualReport.objects.get(pk=report.pk)


def work(report):
    jobs.run(AnnualReport.objects.get(pk=report.pk).job_id)
    report.refresh_from_db()


@pytest.fixture
def submitted(draft, writer):
    report = headed(draft, "深科协〔2026〕12号", writer)
    actions.submit_report(report, by=writer)
    work(report)
    return report


@pytest.fixture
def signed(submitted, signer):
    actions.sign_report(submitted, by=signer)
    work(submitted)
    return submitted


@pytest.fixture
def published(signed, writer):
    actions.publish_report(signed, at=timezone.now(), by=writer)
    return signed


# ---------------------------------------------------------------- begun and written


def test_a_report_begins_with_a_chapter_for_each_project_of_the_plan(draft):
    codes = list(draft.parts.values_list("code", flat=True))

    assert codes[:7] == ["summary", "index", "p4-1", "p4-2", "p4-3", "p4-4", "p4-5"]
    assert draft.parts.get(code="p4-1").title == "科普管理系统化工程"


def test_beginning_twice_is_one_report(draft, writer):
    again = actions.begin_report(region=draft.region, year=2025, corrections="", by=writer)

    assert again == draft


def test_a_new_year_begins_from_the_last_year_s_parts(writer):
    outreach.load_reference()
    city = Region.objects.city()
    old = actions.begin_report(region=city, year=2024, corrections="", by=writer)
    words = actions.add_words(old, title="大事记", by=writer)
    actions.write_part(words, title="大事记", text="科普月举办。", seen=0, by=writer)
    actions.switch_part(old.parts.get(code="nation"), on=False, by=writer)
    actions.move_part(old.parts.get(code="p4-2"), up=True, by=writer)

    new = actions.begin_report(region=city, year=2025, corrections="", by=writer)

    assert list(new.parts.values_list("code", flat=True))[:4] == ["summary", "index", "p4-2", "p4-1"]
    assert new.parts.get(code="words-1").text == "科普月举办。"
    assert not new.parts.get(code="nation").is_on


def test_words_of_others_are_not_overwritten_in_silence(draft, writer, signer):
    part = draft.parts.get(code="index")
    actions.write_part(part, title=part.title, text="先写的。", seen=0, by=signer)

    with pytest.raises(Refused, match="已被他人修改"):
        actions.write_part(part, title=part.title, text="后写的。", seen=0, by=writer)

    assert draft.parts.get(code="index").text == "先写的。"


def test_a_name_that_gives_no_figure_is_not_kept(draft, writer):
    part = draft.parts.get(code="index")

    with pytest.raises(Refused, match=r"没有“项目\.KH999”"):
        actions.write_part(part, title=part.title, text="{{项目.KH999}}", seen=0, by=writer)


def test_a_part_of_words_is_not_taken_in_without_words(draft, writer):
    part = actions.add_words(draft, title="大事记", by=writer)

    with pytest.raises(Refused, match="须写上文字"):
        actions.switch_part(part, on=True, by=writer)
    with pytest.raises(IntegrityError, match="has_words_if_it_is_on"), transaction.atomic():
        ReportPart.objects.filter(pk=part.pk).update(is_on=True)


def test_what_the_portal_sets_is_left_out_not_taken_away(draft, writer):
    with pytest.raises(Refused, match="不列入"):
        actions.remove_words(draft.parts.get(code="index"), by=writer)


def test_a_letter_has_a_proper_number_of_its_own(draft, writer):
    with pytest.raises(Refused, match="六角括号"):
        headed(draft, "深科协[2026]12号", writer)
    headed(draft, "深科协〔2026〕12号", writer)
    region = Region.objects.get(code=NANSHAN)
    other = actions.begin_report(region=region, year=2025, corrections="", by=writer)

    with pytest.raises(Refused, match="已用于另一份报告"):
        headed(other, "深科协〔2026〕12号", writer)


# ---------------------------------------------------------------- reviewed and signed


def test_without_a_letter_s_number_nothing_is_handed_in(draft, writer):
    with pytest.raises(Refused, match="发文字号"):
        actions.submit_report(draft, by=writer)


def test_the_page_says_before_the_button_that_the_letter_comes_first(client, draft, writer):
    client.force_login(writer)
    before = client.get(draft.get_absolute_url()).content.decode()

    headed(draft, "深科协〔2026〕12号", writer)

    assert "须先填好下方的" in before
    assert "须先填好下方的" not in client.get(draft.get_absolute_url()).content.decode()


def test_what_is_handed_in_is_no_longer_written(submitted, writer):
    part = submitted.parts.get(code="index")

    with pytest.raises(Refused, match="退回修改后"):
        actions.write_part(part, title=part.title, text="改", seen=0, by=writer)


def test_whoever_wrote_or_handed_in_does_not_sign(submitted, writer):
    with pytest.raises(Refused, match="签发人不能是"):
        actions.sign_report(submitted, by=writer)
    with pytest.raises(IntegrityError, match="signed_by_somebody_else"), transaction.atomic():
        AnnualReport.objects.filter(pk=submitted.pk).update(
            status=Status.SIGNED, signed_by=writer, signed_at=timezone.now()
        )


def test_an_open_remark_keeps_a_report_from_being_signed(submitted, writer, signer):
    part = submitted.parts.get(code="p4-1")
    remark = actions.add_remark(part, place="表 2-1", text="核对单位。", by=signer)
    with pytest.raises(Refused, match="退回修改"):
        actions.sign_report(submitted, by=signer)
    actions.send_report_back(submitted, note="请核对", by=signer)
    with pytest.raises(Refused, match="1条审核意见"):
        actions.submit_report(submitted, by=writer)

    actions.answer_remark(remark, reply="已核对，无误。", at=timezone.now(), by=writer)
    actions.submit_report(submitted, by=writer)

    assert submitted.status == Status.REVIEW
    assert submitted.file is None


def test_a_remark_sent_twice_is_one(submitted, signer):
    part = submitted.parts.get(code="p4-1")

    first = actions.add_remark(part, place="", text="核对单位。", by=signer)
    second = actions.add_remark(part, place="", text="核对单位。", by=signer)

    assert first == second


def test_every_step_stands_in_the_trail_with_its_person(published, writer, signer):
    taken = AuditEntry.objects.filter(
        subject_type="indicators.AnnualReport",
        subject_id=str(published.pk),
        action__in=["submit", "sign", "publish"],
    )

    assert list(taken.order_by("pk").values_list("action", "actor_id")) == [
        ("submit", writer.pk),
        ("sign", signer.pk),
        ("publish", writer.pk),
    ]


def test_the_job_done_twice_is_one_file(submitted):
    digest, file = submitted.digest, submitted.file_id

    actions.write_report(submitted.pk)

    submitted.refresh_from_db()
    assert (submitted.state, submitted.digest, submitted.file_id) == (AnnualReport.State.READY, digest, file)


# ---------------------------------------------------------------- published


def test_a_report_that_is_not_signed_is_not_published(submitted, writer):
    with pytest.raises(Refused, match="不能发布"):
        actions.publish_report(submitted, at=timezone.now(), by=writer)


def test_a_published_report_is_written_once_with_its_parts_and_its_vintage(published):
    assert Vintage.objects.get(pk=published.vintage_id).kind == Vintage.Kind.PUBLISHED
    for rows, values in (
        (AnnualReport.objects.filter(pk=published.pk), {"corrections": "改"}),
        (published.parts.all(), {"text": "改"}),
    ):
        with pytest.raises(Error, match="written once"), transaction.atomic():
            rows.update(**values)


def test_a_correction_is_a_new_version_that_says_what_changed(published, writer):
    with pytest.raises(Refused, match="写明更正内容"):
        actions.begin_report(region=published.region, year=2025, corrections=" ", by=writer)

    second = actions.begin_report(region=published.region, year=2025, corrections="更正表2-1", by=writer)

    assert (second.version, second.status, AnnualReport.objects.filter(year=2025).count()) == (2, "draft", 2)
    assert not second.parts.get(code="districts").is_on


def test_a_district_waits_for_the_city_s_figures(writer, signer):
    outreach.load_reference()
    head = UserFactory(holding=(Role.DISTRICT_HEAD, Region.objects.get(code=NANSHAN)), mfa=True)
    officer = UserFactory(holding=(Role.DISTRICT, Region.objects.get(code=NANSHAN)), mfa=True)
    region = Region.objects.get(code=NANSHAN)
    report = actions.begin_report(region=region, year=2025, corrections="", by=officer)
    report = headed(report, "深南科协〔2026〕3号", officer)
    actions.submit_report(report, by=officer)
    work(report)
    actions.sign_report(report, by=head)
    work(report)

    with pytest.raises(Refused, match="全市报告发布后"):
        actions.publish_report(report, at=timezone.now(), by=officer)


# ---------------------------------------------------------------- pages


def test_everybody_reads_what_is_published_and_nothing_else(signed, writer, client):
    addresses = [
        reverse("reports:page", args=[signed.pk]),
        reverse("reports:chapter", args=[signed.pk, "p4-1"]),
        *(reverse(f"reports:{what}", args=[signed.pk]) for what in ("file", "annex", "letter")),
    ]
    assert {client.get(address).status_code for address in addresses} == {404}

    actions.publish_report(signed, at=timezone.now(), by=writer)

    assert {client.get(address).status_code for address in addresses} == {200}
    file = client.get(addresses[2])
    assert file["Content-Disposition"].startswith("attachment")
    assert b"".join(file.streaming_content) == b"%PDF-1.7 made"
    assert "第1版" in client.get("/reports/").content.decode()
    chapter = client.get(addresses[1]).content.decode()
    assert 'href="/reports/items/KJ100/?year=2025"' in chapter


def test_staff_begin_write_and_hand_in_on_pages(writer, client):
    outreach.load_reference()
    client.force_login(writer)
    city = Region.objects.city()

    begun = client.post("/desk/reports/", {"region": city.pk, "year": "2025"})
    report = AnnualReport.objects.get()
    assert begun.url == report.get_absolute_url()
    part = report.parts.get(code="p4-4")
    typed = {"title": part.title, "text": "讲座@@人次", "seen": "0", "figure": "项目.KH111", "do": "insert"}
    inserted = client.post(part.get_absolute_url(), typed).content.decode()
    assert "讲座{{项目.KH111}}人次" in inserted
    wrong = client.post(part.get_absolute_url(), {**typed, "text": "{{项目.KH999}}", "do": "save"})
    assert wrong.status_code == 422
    assert "没有“项目.KH999”" in wrong.content.decode()
    shown = client.post(part.get_absolute_url(), {**typed, "text": "讲座{{项目.KH111}}人次", "do": "preview"})
    assert "/reports/items/KH111/" in shown.content.decode()
    client.post(part.get_absolute_url(), {**typed, "text": "讲座{{项目.KH111}}人次", "do": "save"})
    client.post(
        reverse("reports_desk:letter_head", args=[report.pk]),
        {"number": "深科协〔2026〕12号", "recipient": "各区科协"},
    )
    client.post(reverse("reports_desk:step", args=[report.pk, "submit"]))

    report.refresh_from_db()
    assert report.status == Status.REVIEW
    assert "正在生成" in client.get(report.get_absolute_url()).content.decode()


def test_a_district_sees_its_own_reports_alone(draft, client):
    officer = UserFactory(holding=(Role.DISTRICT, Region.objects.get(code=NANSHAN)), mfa=True)
    client.force_login(officer)

    assert client.get(draft.get_absolute_url()).status_code == 404
    page = client.get("/desk/reports/").content.decode()
    assert "南山区" in page
    assert "福田区</option>" not in page


def test_a_reviewer_says_something_about_one_table(submitted, signer, client):
    client.force_login(signer)
    part = submitted.parts.get(code="p4-1")
    page = client.get(part.get_absolute_url()).content.decode()
    assert "表 2-1 2025年全市科普经费筹集" in page

    client.post(
        reverse("reports_desk:remark", args=[submitted.pk, "p4-1"]),
        {"place": "表 2-1 2025年全市科普经费筹集", "text": "核对单位"},
    )

    assert part.remarks.get().written_by == signer


def test_the_list_costs_the_same_for_one_report_as_for_eleven(writer, client):
    outreach.load_reference()
    client.force_login(writer)
    counts = []
    for districts in (Region.objects.districts()[:1], Region.objects.districts()):
        for region in districts:
            actions.begin_report(region=region, year=2025, corrections="", by=writer)
        client.get("/desk/reports/")  # what a first request looks up once
        with CaptureQueriesContext(connection) as found:
            client.get("/desk/reports/")
        counts.append(len(found))

    assert counts[0] == counts[1]
