"""One round of accreditation in the browser, each step by the person who does it."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from outreach.models import Application, PanelMember, Review, Round, Title
from portal.regions import Region, load
from portal.roles import Role
from tests.browser.steps import answer_plain_question, follow, go_by, is_sound, press, says
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.factories import FILLED, form_of_bases
from tests.outreach.panel import hand_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PDF = {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 proof"}


def picture() -> dict:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(target, "PNG")
    return {"name": "制度.png", "mimeType": "image/png", "buffer": target.getvalue()}


@pytest.fixture
def people():
    load()
    city, nanshan = Region.objects.city(), Region.objects.get(code="440305000000")
    unit = OrganizationFactory(region=nanshan, name="南山海蓝馆有限公司")
    form_of_bases()
    experts = [UserFactory(username=f"expert{n}", holding=(Role.EXPERT, city), mfa=True) for n in range(5)]
    for expert in experts:
        PanelMember.objects.create(user=expert, categories=["venue"])
    return {
        "unit": UserFactory(username="unit", holding=(Role.UNIT, unit)),
        "district": UserFactory(username="district", holding=(Role.DISTRICT, nanshan), mfa=True),
        "staff": UserFactory(username="staff", holding=(Role.STAFF, city), mfa=True),
        "experts": experts,
    }


def fill(at, values: dict) -> None:
    for name, value in values.items():
        control = at.page.locator(f"#id_{name}")
        if isinstance(value, bool):
            control.select_option("true" if value else "false")
        else:
            control.fill(str(value))


def choose(at, name: str, value: str) -> None:
    at.page.locator(f"[name={name}][value={value}]").check()


def test_a_round_goes_from_the_notice_to_the_certificate(visit, people):
    staff, unit, guest = visit(people["staff"]), visit(people["unit"], width=390), visit(width=390)
    asked = announce(staff)
    case = apply(unit)
    recommend(visit(people["district"]), unit, case)
    draw(staff, asked)
    score_blind(visit, case)
    look_at_the_place(visit(people["staff"], width=390), case)
    propose(staff, asked, case)
    object_and_answer(guest, staff, asked, case)
    decide(staff, unit, guest, asked, case)


def announce(staff) -> Round:
    """Staff writes the notice and puts it before the public."""
    today = timezone.localdate()
    staff.open("/desk/titles/new/")
    staff.page.get_by_label("认定方案").select_option(label="深圳市科普基地、科普示范点认定")
    staff.page.get_by_label("评分表").select_option(index=1)
    for label, text in (("标题", "年度认定"), ("通知正文", "请按时申报。")):
        staff.page.get_by_label(label).fill(text)
    for name, day in (("apply_from", today), ("apply_until", today), ("recommend_until", today)):
        staff.page.locator(f"#id_{name}").fill(day.isoformat())
    form = Round._meta.get_field("form").related_model.objects.get(scheme__code="city_base")
    staff.page.locator("#id_form").select_option(str(form.pk))
    press(staff, "保存为草稿")
    press(staff, "发布通知")
    says(staff, "通知已发布")
    return Round.objects.get()


def apply(unit) -> Application:
    """The unit applies, on a phone."""
    unit.open("/desk/titles/")
    follow(unit, "申报", exact=False, inside="main .rows")
    press(unit, "建立草稿")
    fill(unit, {name: value for name, value in FILLED.items() if name != "other_titles"})
    unit.page.locator("#id_open_days").fill("400")
    press(unit, "保存草稿")
    says(unit, "请更正以下内容")
    assert unit.page.locator("#id_visitors").input_value() == "20000"
    unit.page.locator("#id_open_days").fill("300")
    press(unit, "保存并核对")
    says(unit, "其他已获称号", "的证明材料")
    follow(unit, "其他已获称号")
    unit.page.locator("#id_other_titles").fill("无")
    press(unit, "保存草稿")
    for proves in ("legal", "safety", "1"):
        unit.page.locator("#id_proves").select_option(proves)
        unit.page.set_input_files("#id_file", picture() if proves == "1" else PDF)
        if proves == "1":
            unit.page.locator("#id_is_blind").check()
        press(unit, "上传材料")
        says(unit, "材料已保存")
    case = Application.objects.get()
    unit.open(f"/desk/titles/cases/{case.pk}/check/")
    press(unit, "确认提交")
    says(unit, "已提交")
    receipt = fetched(unit, unit.page.get_by_role("link", name="下载申报表和回执"))
    assert "南山海蓝馆有限公司" in "".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(receipt)).pages).split()
    )
    return case


def recommend(district, unit, case) -> None:
    """The district returns with a word on one field, then recommends."""
    district.open("/desk/")
    follow(district, "南山海蓝馆有限公司")
    district.page.locator("summary", has_text="退回补正").click()
    district.page.get_by_label("退回的理由").fill("请核对人次。")
    district.page.locator("summary", has_text="逐栏写意见").click()
    district.page.locator("#remark-visitors").fill("与上年相差较大")
    press(district, "退回", exact=True)
    unit.open("/desk/inbox/")
    says(unit, "请核对人次")
    unit.open(f"/desk/titles/cases/{case.pk}/edit/")
    says(unit, "与上年相差较大")
    unit.page.locator("#id_visitors").fill("18000")
    press(unit, "保存并核对")
    press(unit, "确认提交")
    district.open(f"/desk/titles/cases/{case.pk}/")
    district.page.get_by_label("本区排序").fill("1")
    district.page.get_by_label("推荐意见").fill("同意推荐。")
    press(district, "推荐", exact=True)
    says(district, "已推荐")


def draw(staff, asked) -> None:
    """The formal check, and the panel."""
    form = asked.form
    staff.open("/desk/")
    follow(staff, "南山海蓝馆有限公司")
    follow(staff, "形式审查")
    for gate in form.gates.all():
        choose(staff, f"met-{gate.pk}", "yes")
    staff.page.locator("[name=blind]").check()
    press(staff, "保存并通过")
    says(staff, "形式审查通过")
    staff.open(asked.get_desk_url())
    press(staff, "转入评审")
    follow(staff, "评审与认定")
    staff.page.locator("summary", has_text="抽取评委").click()
    press(staff, "抽取评委")
    says(staff, "已为 1 件申报抽取评委")


def score_blind(visit, case) -> None:
    """Two of five experts in the browser, the others by fixture."""
    form = case.round.form
    sheets = list(Review.objects.select_related("member__user").order_by("letter"))
    for sheet in sheets[:2]:
        expert = visit(sheet.member.user)
        expert.open("/desk/")
        follow(expert, case.number)
        assert "海蓝" not in expert.page.content()
        score(expert, form)
        press(expert, "提交评分")
        says(expert, "评分已提交")
    for sheet in sheets[2:]:
        hand_in(sheet, "1")


def look_at_the_place(phone, case) -> None:
    """The visit, on a phone without a signal for a while."""
    form = case.round.form
    phone.open(f"/desk/titles/cases/{case.pk}/visit/")
    for item in form.visit_items:
        choose(phone, f"answer-{item['code']}", "good")
    phone.page.context.set_offline(True)
    phone.page.locator("#id_summary").fill("与申报一致。")
    phone.page.get_by_role("button", name="完成核查").click()
    says(phone, "没有网络")
    phone.page.context.set_offline(False)
    phone.open(f"/desk/titles/cases/{case.pk}/visit/")
    assert phone.page.locator("#id_summary").input_value() == "与申报一致。"
    press(phone, "完成核查")
    says(phone, "现场核查已完成")


def propose(staff, asked, case) -> None:
    """The count, the proposal, the notice."""
    staff.open(f"/desk/titles/cases/{case.pk}/panel/")
    press(staff, "保存并计算总分")
    says(staff, "得分说明", "去掉最高")
    staff.open(f"/desk/titles/{asked.pk}/decision/")
    press(staff, "形成拟认定名单")
    says(staff, "拟认定 1 家")
    staff.page.locator("summary", has_text="发布公示").click()
    press(staff, "发布公示")
    says(staff, "公示")


def object_and_answer(guest, staff, asked, case) -> None:
    """Somebody objects, twice on the same ground; staff answers."""
    guest.open(asked.get_absolute_url())
    says(guest, "拟认定名单公示", "南山海蓝馆有限公司")
    follow(guest, "提出异议")
    object_to(guest)
    says(guest, "异议已受理")
    guest.open(f"/bases/cases/{case.pk}/objections/")
    object_to(guest)
    says(guest, "同一理由的异议已经受理")
    staff.open("/desk/titles/objections/")
    follow(staff, "YY-")
    choose(staff, "is_upheld", "no")
    staff.page.get_by_label("处理决定和依据").fill("经核查数据属实。")
    press(staff, "保存决定")
    says(staff, "处理决定已保存")


def decide(staff, unit, guest, asked, case) -> None:
    """The decision after the notice, the certificate, and anybody checks it."""
    today = timezone.localdate()
    asked.refresh_from_db()
    Round.objects.filter(pk=asked.pk).update(
        notice_from=today - timedelta(days=9), notice_until=today - timedelta(days=1)
    )
    staff.open(f"/desk/titles/{asked.pk}/decision/")
    press(staff, "作出认定决定")
    says(staff, "已授予")
    staff.open(asked.get_desk_url())
    press(staff, "结束批次")
    says(staff, "批次已结束")
    title = Title.objects.select_related("paper").get(kind__code="base")
    unit.open(f"/desk/titles/cases/{case.pk}/")
    says(unit, "认定结果", title.number)
    paper = fetched(unit, unit.page.get_by_role("link", name="证书（PDF）").first)
    words = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())
    assert title.number in words
    guest.open(title.paper.get_absolute_url())
    says(guest, "有效", "南山海蓝馆有限公司")
    guest.open("/bases/")
    follow(guest, "南山海蓝馆有限公司")
    says(guest, title.number, "有效")
    is_sound(guest)


def fetched(at, link) -> bytes:
    """The file a link leads to. A PDF is written while one waits, on a busy machine for long."""
    answer = at.page.context.request.get(at.url + link.get_attribute("href"), timeout=120_000)
    assert answer.ok
    return answer.body()


def score(at, form) -> None:
    """The highest points of each line."""
    for row in form.criteria.all():
        control = at.page.locator(f"[name='points-{row.code}']")
        if row.how == "ladder":
            control.select_option(f"{row.ladder[-1]:.0f}")
        elif row.how == "range":
            control.fill(f"{row.points:.0f}")


def object_to(at) -> None:
    at.page.get_by_label("理由", exact=False).first.select_option("figures")
    at.page.get_by_label("事实与理由").fill("接待人次不实。")
    at.page.set_input_files("#id_proof", PDF)
    at.page.get_by_label("您的姓名或单位").fill("孙某")
    at.page.get_by_label("联系电话").fill("13700137000")
    answer_plain_question(at)
    go_by(at, at.page.get_by_role("button", name="提交异议"))
