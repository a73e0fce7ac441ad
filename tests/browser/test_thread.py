"""The portal's thread, each step in the browser by the person who does it, one step on the other's work."""

import io
import random
import re
from datetime import date, timedelta

import openpyxl
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from events.models import Event, SignUp
from indicators import actions as indicators
from indicators import sample as indicators_sample
from indicators.models import AnnualReport, Return, StatForm, Vintage
from outreach import actions as outreach
from portal.audit import AuditEntry
from portal.jobs import Job
from portal.organizations import Organization
from portal.regions import Region, load
from portal.roles import Role
from portal.scope import scope
from resources.models import Resource
from talent.models import Person
from tests.browser.steps import (
    answer_plain_question,
    code_of_the_moment,
    download,
    follow,
    give_second_factor,
    go_by,
    is_sound,
    press,
    says,
    work,
)
from tests.events.factories import EventFactory, SessionFactory
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory, in_shenzhen
from tests.talent.factories import PersonFactory
from tests.youth_credits.factories import enrol, name, number
from youth_credits.actions import DATA, load_rules
from youth_credits.models import Batch, Credit, Student

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-2026"


@pytest.fixture
def nanshan(db):
    load()
    return Region.objects.get(code="440305000000")


@pytest.fixture
def city_staff(nanshan):
    return UserFactory(username="staff", name="林晓", holding=(Role.STAFF, Region.objects.city()), mfa=True)


@pytest.fixture
def officer(nanshan):
    return UserFactory(username="officer", name="陈南", holding=(Role.DISTRICT, nanshan), mfa=True)


@pytest.fixture
def unit(nanshan):
    return OrganizationFactory(region=nanshan, name="南山海洋馆")


# --- the public -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "script"), [(390, False), (1280, True)], ids=["phone", "desk"])
def test_anybody_finds_a_venue_and_signs_up(visit, nanshan, unit, width, script):
    venue = ResourceFactory(
        published=True,
        title="南山科技馆",
        region=nanshan,
        organization=unit,
        audiences=["minors"],
        topics=[TopicFactory(name="海洋")],
        hours_as="每天 09:00-17:00",
        **in_shenzhen(),
    )
    ResourceFactory(published=True, title="福田科技馆", region=Region.objects.get(code="440304000000"))
    event = EventFactory(published=True, organization=unit, title="深海来客", resource=venue)
    session = SessionFactory(event=event, capacity=3)
    guest = visit(width=width, script=script)
    guest.open("/")
    says(guest, "南山科技馆")
    is_sound(guest)

    for words in ("科技馆", "kjg"):
        guest.page.locator("#home-q, #menu-q").fill(words)
        press(guest, "搜索", inside="main, .hero")
        says(guest, "南山科技馆", "福田科技馆")
    for option in ("南山区", "科普场馆", "未成年人", "海洋"):
        if width < 900:
            guest.page.locator("details.filter > summary").click()
        go_by(guest, guest.page.locator(".facet a", has_text=option))
    says(guest, "共 1 项")
    follow(guest, "南山科技馆")
    says(guest, "开放时间", "09:00", "17:00", "深海来客")
    expect(guest.page.locator(".chart__picture svg")).to_be_visible()
    follow(guest, "深海来客")
    follow(guest, "报名")

    press(guest, "提交报名")
    says(guest, "请更正以下内容")
    guest.page.get_by_label("联系人姓名").fill("欧阳海")
    guest.page.get_by_label("手机号").fill("13900139000")
    guest.page.get_by_label("人数").fill("2")
    guest.page.get_by_label("电子邮箱").fill("sea@mail.test")
    answer_plain_question(guest)
    press(guest, "提交报名")
    says(guest, "报名码", SignUp.objects.get().code, "2 人")
    assert "欧阳海" not in guest.page.content()
    session.refresh_from_db()
    assert session.seats_taken == 2
    file = download(guest, guest.page.get_by_role("link", name="加入日历"))
    assert "SUMMARY:深海来客" in file.decode()

    assert work() >= 1
    guest.open(re.search(r"/events/sign-up/\S+", mail.outbox[0].body)[0])
    press(guest, "取消报名")
    says(guest, "名额已退回")
    session.refresh_from_db()
    assert session.seats_taken == 0


# --- units and staff ------------------------------------------------------------------------------


def test_staff_sign_in_with_a_second_factor_and_see_what_waits(visit, city_staff, unit):
    city_staff.set_password(PASSWORD)
    city_staff.save(update_fields=["password"])
    ResourceFactory(submitted=True, title="潮间带实验室", region=unit.region, organization=unit)
    EventFactory(submitted=True, title="观鸟", organization=unit)
    staff = visit(width=390)
    staff.open("/desk/")

    staff.page.locator("input[name=login]").fill("staff")
    staff.page.locator("input[name=password]").fill(PASSWORD)
    press(staff, "登录")
    staff.page.locator("input[name=code]").fill(code_of_the_moment(city_staff))
    go_by(staff, staff.page.locator("main button[type=submit]").first)

    says(staff, "工作台", "待审核资源", "潮间带实验室", "观鸟")


def test_a_resource_goes_from_the_unit_to_staff_back_and_to_the_public(visit, city_staff, unit):
    KindFactory()
    TopicFactory(name="海洋")
    clerk = UserFactory(username="unit", holding=(Role.UNIT, unit))
    keeper, staff = visit(clerk), visit(city_staff)

    keeper.open("/desk/resources/new/")
    follow(keeper, "科普场馆")
    press(keeper, "存为草稿")
    says(keeper, "请更正以下内容")
    keeper.page.get_by_label("名称", exact=False).first.fill("南山海洋馆")
    press(keeper, "存为草稿")
    says(keeper, "已存为草稿")
    press(keeper, "提交审核")
    says(keeper, "一句话介绍")
    follow(keeper, "修改")
    keeper.page.get_by_label("一句话介绍").fill("看得见的深海")
    keeper.page.get_by_label("未成年人").check()
    keeper.page.get_by_label("海洋", exact=True).check()
    press(keeper, "保存")
    press(keeper, "提交审核")
    says(keeper, "已提交")

    staff.open("/desk/")
    follow(staff, "南山海洋馆")
    staff.page.get_by_text("退回", exact=True).first.click()
    staff.page.get_by_label("退回的理由").fill("请补充地址。")
    press(staff, "退回", exact=True)
    says(staff, "已退回")

    keeper.open("/desk/inbox/")
    says(keeper, "南山海洋馆", "请补充地址。")
    follow(keeper, "南山海洋馆")
    follow(keeper, "修改")
    keeper.page.get_by_label("地址").first.fill("后海滨路 1 号")
    press(keeper, "保存")
    press(keeper, "提交审核")
    staff.open("/desk/")
    follow(staff, "南山海洋馆")
    press(staff, "发布", exact=True)
    says(staff, "已发布")

    resource = Resource.objects.get()
    keeper.open("/desk/inbox/")
    says(keeper, "已发布")
    guest = visit(width=390)
    guest.open(resource.get_absolute_url())
    says(guest, "看得见的深海", "后海滨路 1 号")
    is_sound(guest)


def test_an_event_goes_from_the_unit_to_staff_back_and_to_the_public(visit, city_staff, unit):
    clerk = UserFactory(username="unit", holding=(Role.UNIT, unit))
    keeper, staff = visit(clerk, width=390), visit(city_staff)
    begins = (timezone.localtime() + timedelta(days=7)).replace(hour=9, minute=0)

    keeper.open("/desk/events/")
    follow(keeper, "新增活动")
    keeper.page.get_by_label("活动名称").fill("夜观潮间带")
    keeper.page.get_by_label("活动类别").select_option(label=Event.Kind.LECTURE.label)
    keeper.page.get_by_label("地点", exact=False).last.fill("深圳湾公园")
    keeper.page.locator("[name=sessions-0-starts_at]").fill(begins.strftime("%Y-%m-%dT%H:%M"))
    press(keeper, "保存")
    says(keeper, "请更正以下内容")
    assert keeper.page.get_by_label("活动名称").input_value() == "夜观潮间带"
    ends = begins + timedelta(hours=2)
    keeper.page.locator("[name=sessions-0-ends_at]").fill(ends.strftime("%Y-%m-%dT%H:%M"))
    press(keeper, "保存")
    press(keeper, "提交审核")
    says(keeper, "待审核")

    staff.open("/desk/")
    follow(staff, "夜观潮间带")
    staff.page.locator("summary", has_text="退回修改").click()
    staff.page.get_by_label("退回修改的理由").fill("请写明集合地点。")
    press(staff, "退回修改")
    says(staff, "已退回")

    keeper.open("/desk/")
    says(keeper, "夜观潮间带", "请写明集合地点。")
    follow(keeper, "夜观潮间带")
    follow(keeper, "修改")
    keeper.page.locator("[name=summary]").fill("在日出剧场集合。")
    press(keeper, "保存")
    press(keeper, "提交审核")
    staff.open("/desk/")
    follow(staff, "夜观潮间带")
    press(staff, "发布", exact=True)
    says(staff, "已发布")

    guest = visit(width=390)
    guest.open("/events/")
    follow(guest, "夜观潮间带")
    says(guest, "在日出剧场集合。", "深圳湾公园")


def test_staff_import_a_register_after_a_preview(visit, city_staff, unit, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    staff = visit(city_staff)
    staff.open("/admin/portal/organization/")
    is_sound(staff)
    go_by(staff, staff.page.get_by_role("link", name="导入").first)
    template = download(staff, staff.page.get_by_role("link", name="模板"))
    book = openpyxl.load_workbook(io.BytesIO(template))
    headers = [cell.value.lstrip("*") for cell in book.active[1]]
    assert "单位名称" in headers

    def fill(*rows):
        sheet = openpyxl.load_workbook(io.BytesIO(template))
        sheet.active.delete_rows(2, sheet.active.max_row)
        for row in rows:
            sheet.active.append([row.get(header) for header in headers])
        path = tmp_path / "单位.xlsx"
        sheet.save(path)
        staff.page.set_input_files("input[type=file]", path)
        go_by(staff, staff.page.get_by_role("button", name="上传并预览"))

    good = {"单位名称": "深圳湾观鸟会", "单位性质": "学会", "所属区域": "南山区", "启用": "是"}
    fill(good | {"单位性质": "航母"})
    assert "有 1 行有误" in staff.page.content()
    assert not Organization.objects.filter(name="深圳湾观鸟会").exists()
    fill(good | {"单位性质": Organization.Kind.SOCIETY.label})
    go_by(staff, staff.page.get_by_role("button", name="确认导入"))
    assert work() == 1

    assert Organization.objects.get(name="深圳湾观鸟会").region.name == "南山区"


# --- a district's return --------------------------------------------------------------------------


def test_a_return_is_filled_sent_back_answered_and_locked(visit, city_staff, officer, nanshan):
    indicators.load_reference()
    PersonFactory.create_batch(3, region=nanshan, category="full_time", created_by=city_staff)
    form = StatForm.objects.get(code="kp")
    year = timezone.localdate().year
    indicators.open_period(
        form,
        year=year,
        opens_on=timezone.localdate(),
        due_on=timezone.localdate() + timedelta(days=60),
        by=city_staff,
    )
    filing = Return.objects.get(region=nanshan)
    district, staff = visit(officer), visit(city_staff, width=390)

    district.open("/desk/")
    follow(district, f"南山区{year}年度科普统计年报")
    cell = district.page.locator("#v-KR100")
    expect(cell).to_have_value("3")
    go_by(district, district.page.locator("#c-KR100").get_by_role("link", name="来源"))
    says(district, "计入的记录", *Person.objects.values_list("name", flat=True))
    assert AuditEntry.objects.filter(action="view", note__contains="KR100").exists()
    district.open(filing.get_absolute_url())
    district.page.locator("#v-KR120").fill("5")
    district.page.locator("summary", has_text="经费").click()
    district.page.locator("#v-KJ100").fill("一百万")
    press(district, "保存草稿")
    says(district, "已保存")
    expect(district.page.locator("#c-KR120")).to_contain_text("应不大于 KR100")
    expect(district.page.locator("#v-KJ100")).to_have_value("一百万")
    press(district, "提交")
    says(district, "已填的数都已保存")

    district.page.evaluate(
        """for (const cell of document.querySelectorAll('input[name^="v-"]')) {
            if (!cell.value || cell.value === "一百万") cell.value = "0";
        }"""
    )
    district.page.locator("#v-KR120").fill("2")
    press(district, "提交")
    says(district, "报表已提交")

    staff.open("/desk/")
    follow(staff, f"南山区{year}年度科普统计年报")
    row = staff.page.locator("#c-KJ100")
    row.get_by_text("提意见").click()
    row.get_by_role("textbox").fill("经费不应为 0，请核对。")
    go_by(staff, row.get_by_role("button", name="记下"))
    staff.page.locator("summary", has_text="退回").click()
    staff.page.get_by_label("理由").fill("一处请核对。")
    go_by(staff, staff.page.locator("details[open]").get_by_role("button", name="退回"))
    says(staff, "已退回")

    district.open("/desk/inbox/")
    says(district, "退回")
    district.open(filing.get_absolute_url())
    district.page.get_by_role("link", name="KJ100").first.click()
    expect(district.page.locator("#c-KJ100")).to_contain_text("经费不应为 0，请核对。")
    for key in ("KJ100", "KJ120"):
        district.page.locator(f"#v-{key}").fill("80")
    press(district, "提交")
    says(district, "报表已提交")
    staff.open(filing.get_absolute_url())
    expect(staff.page.locator("#c-KJ100")).to_contain_text("上次提交")
    press(staff, "通过")

    district.open(filing.get_absolute_url())
    says(district, "已锁定")
    assert district.page.locator("#v-KJ100").count() == 0
    is_sound(district)


# --- a school -------------------------------------------------------------------------------------


@pytest.fixture
def school(nanshan):
    load_rules(DATA / "rules_v1.json")
    return OrganizationFactory(region=nanshan, school=True)


@pytest.fixture
def school_clerk(school):
    clerk = UserFactory(username="school", name="许师", holding=(Role.SCHOOL, school))
    TOTP.activate(clerk, generate_totp_secret())
    with scope(f"school:{school.pk}"):
        enrol(school, clerk)
    return clerk


@pytest.fixture
def verifier(school):
    return UserFactory(username="verifier", name="谢核", holding=(Role.SCHOOL_VERIFIER, school), mfa=True)


def filled(template, *rows) -> bytes:
    """The downloaded template with these rows, by header."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    headers = [cell.value.lstrip("*") for cell in book.worksheets[0][1]]
    for line, row in enumerate(rows, start=2):
        for column, header in enumerate(headers, start=1):
            book.worksheets[0].cell(line, column).value = row.get(header)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def credit(serial: int, **cells) -> dict:
    return {
        "学籍号": number(serial),
        "姓名": name(serial),
        "活动名称": "植物标本制作",
        "类别": "A1",
        "活动日期": date(2025, 10, 15),
        "时长（分钟）": 90,
        **cells,
    }


def upload(at, data: bytes) -> None:
    """Send a sheet of credits, let the worker check it, and look at what it found."""
    at.open("/desk/credits/import/")
    at.page.set_input_files("input[type=file]", {"name": "学分.xlsx", "mimeType": "", "buffer": data})
    at.page.get_by_role("button", name="上传并检查").click()
    at.page.wait_for_url("**/desk/credits/batches/*/")
    at.page.get_by_text("处理进度").first.wait_for()
    says(at, "处理进度")
    is_sound(at)
    assert work() == 1
    go_by(at, at.page.get_by_role("link", name="刷新进度"))


def test_a_school_uploads_keeps_the_good_rows_and_undoes(visit, school, school_clerk):
    clerk = visit(school_clerk, width=390)
    give_second_factor(clerk, school_clerk)
    clerk.open("/desk/")
    clerk.open("/desk/credits/")
    is_sound(clerk)
    follow(clerk, "导入学分表")
    template = download(clerk, clerk.page.get_by_role("link", name="下载空白模板"))

    upload(clerk, filled(template, credit(0), credit(1), credit(2, 姓名="张三")))
    says(clerk, "读取 3 行 ＝ 新增 2 ＋ 相同 0 ＋ 有误 1")
    faults = openpyxl.load_workbook(
        io.BytesIO(download(clerk, clerk.page.get_by_role("link", name="下载错误清单")))
    )
    assert any("姓名" in str(cell.value) for row in faults.worksheets[0].iter_rows() for cell in row)
    press(clerk, "仅导入正确的 2 行")
    assert work() == 1
    go_by(clerk, clerk.page.get_by_role("link", name="刷新进度"))
    says(clerk, "撤销本批次")
    with scope(f"school:{school.pk}"):
        assert Credit.objects.count() == 2
    clerk.page.locator("summary", has_text="撤销本批次").click()
    says(clerk, "将冲销 2 条记录")
    press(clerk, "确认撤销")
    says(clerk, "冲回 2 条")
    with scope(f"school:{school.pk}"):
        assert sum(row.credits for row in Credit.objects.all()) == 0


def test_a_verified_childs_transcript_is_valid_for_anybody_without_a_full_name(
    visit, school, school_clerk, verifier
):
    clerk, head, guest = visit(school_clerk), visit(verifier), visit(width=390)
    give_second_factor(clerk, school_clerk)
    give_second_factor(head, verifier)
    template = download(clerk, _at(clerk, "/desk/credits/import/").get_by_role("link", name="下载空白模板"))
    upload(clerk, filled(template, *(credit(serial) for serial in range(3))))
    press(clerk, "全部导入（3 行）")
    work()

    head.open("/desk/")
    follow(head, "待审核")
    go_by(head, head.page.locator("main table a").first)
    press(head, "审核通过本批次")
    says(head, "已审核通过")
    with scope(f"school:{school.pk}"):
        assert Batch.objects.filter(status=Batch.Status.VERIFIED).count() == 1
        child = Student.objects.order_by("pk").first()

    clerk.open("/desk/credits/students/")
    follow(clerk, child.name_masked)
    says(clerk, "植物标本制作")
    paper = PdfReader(io.BytesIO(download(clerk, clerk.page.get_by_role("button", name="开具成绩单"))))
    words = "".join("".join(page.extract_text() for page in paper.pages).split())
    assert name(0) in words
    assert "植物标本制作" in words
    number_of_paper, code = re.search(r"编号(KPXF-\d{4}-\d{6})校验码(\w{8})", words).groups()
    guest.open("/verify/")
    guest.page.get_by_label("编号").fill(number_of_paper)
    guest.page.get_by_label("校验码").fill(code)
    press(guest, "核验")
    says(guest, "有效", child.name_masked)
    assert name(0) not in guest.page.content()
    assert number(0) not in guest.page.content()
    is_sound(guest)


def _at(at, path):
    at.open(path)
    return at.page


# --- the night, the index, the annual report ------------------------------------------------------


@pytest.fixture
def six_years(city_staff):
    """The plan, and returns of 2020 to 2025, accepted."""
    outreach.load_reference()
    indicators.load_reference()
    indicators_sample.load(students=0, resources=0, years=6, rng=random.Random("thread"), by=city_staff)
    Job.objects.all().delete()  # the sample promises an index: here each test computes its own


def test_after_the_night_anybody_goes_from_the_index_to_the_cell_counted(visit, six_years):
    at = timezone.now()
    first = indicators.compute(at=at, draws=200)
    again = indicators.compute(at=at + timedelta(days=1), draws=200)
    assert again.vintage == first.vintage
    assert Vintage.objects.count() == 1
    guest = visit(width=390)

    guest.open("/index/")
    is_sound(guest)
    says(guest, "2020年=100", first.vintage.short)
    follow(guest, "南山区", exact=True)
    says(guest, "水平分值")
    go_by(guest, guest.page.locator("main a[href*='/440305000000/input/']").first)
    go_by(guest, guest.page.locator("main table th a").first)
    says(guest, "分子", "分母", "统计年报")
    go_by(guest, guest.page.locator("main a[href*='/items/']").first)
    says(guest, "2025")


def test_the_annual_report_is_written_signed_and_published_and_its_figures_lead_to_their_records(
    visit, six_years, city_staff
):
    indicators.compute(at=timezone.now(), draws=200)
    lead = UserFactory(username="lead", name="江签", holding=(Role.STAFF, Region.objects.city()), mfa=True)
    staff, signer = visit(city_staff), visit(lead)
    staff.open("/desk/")
    go_by(staff, staff.page.locator("a[href='/desk/reports/']").first)
    press(staff, "开始编制")
    report = AnnualReport.objects.get()
    report.parts.filter(code__in=["districts", "indicators", "items"]).update(is_on=False)  # sooner in type
    follow(staff, "科普活动品牌化工程")
    staff.page.locator("[name=text]").fill("全年讲座参加 @@ 人次。")
    staff.page.locator("[name=figure]").select_option("项目.KH111")
    press(staff, "插入", exact=True)
    press(staff, "保存", exact=True)
    is_sound(staff)
    staff.open(report.get_absolute_url())
    staff.page.locator("[name=number]").fill("深科协〔2026〕12号")
    staff.page.locator("[name=recipient]").fill("各区科协")
    press(staff, "保存", exact=True)
    press(staff, "送审", exact=True)
    assert work() >= 1
    signer.open(report.get_absolute_url())
    is_sound(signer)
    written = PdfReader(io.BytesIO(download(signer, signer.page.get_by_role("link", name="下载 PDF"))))
    words = "".join("".join(page.extract_text() for page in written.pages).split())
    assert "科普管理系统化工程" in words
    assert Vintage.objects.get().digest in words
    press(signer, "签发", exact=True)
    assert work() >= 1
    staff.open(report.get_absolute_url())
    press(staff, "发布", exact=True)

    guest = visit(width=390)
    guest.open("/reports/")
    is_sound(guest)
    file = download(guest, guest.page.locator("main a[href*='/file/']").first)
    assert file.startswith(b"%PDF")
    letter = PdfReader(io.BytesIO(download(guest, guest.page.locator("main a[href*='/letter/']").first)))
    assert "深科协〔2026〕12号" in letter.pages[0].extract_text().replace(" ", "")
    go_by(guest, guest.page.locator("main th a").first)
    go_by(guest, guest.page.get_by_role("link", name="科普活动品牌化工程").first)
    is_sound(guest)
    says(guest, "全年讲座参加")
    go_by(guest, guest.page.locator("main a[href*='/items/KH111/']").first)
    says(guest, "各区之和", "KH111")
    go_by(guest, guest.page.locator("main a[href*='/440305000000/items/KH111/']").first)
    says(guest, "审核通过", "2025")
