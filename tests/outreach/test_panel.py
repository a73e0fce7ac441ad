"""A panel: drawn by field and replayed, free of conflict, blind, discussing when apart, counted exactly."""

import io
import re
import threading
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from outreach.actions import panel as actions
from outreach.actions import visits
from outreach.models import (
    Criterion,
    PanelDraw,
    PanelMember,
    Recusal,
    Review,
    Scheme,
    Score,
)
from outreach.queries.panel import counted, discussed, seen, sheets_of
from outreach.scoring import plain
from portal.accounts import User
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.notices import Notice
from portal.roles import Role
from portal.tasks import deliver_notices, digest
from tests.access.matrix import PARAMETER, patterns
from tests.outreach.factories import AssessmentFactory, TitleFactory
from tests.outreach.panel import (
    blind_file,
    crawl,
    hand_in,
    members,
    points_for,
    reviewing,
    signed_in,
    visited,
)


@pytest.fixture
def case(city, staff):
    members(city, 6)
    round, (application,) = reviewing(city)
    actions.draw_panels(round, by=staff, seed="one")
    application.refresh_from_db()
    return application


def sheets(case):
    return list(Review.objects.filter(application=case).select_related("member__user").order_by("letter"))


# --- Drawing ----------------------------------------------------------------------------------------


def test_a_panel_has_an_odd_number_of_five_or_more():
    with pytest.raises(IntegrityError, match="scheme_panel_is_odd"), transaction.atomic():
        Scheme.objects.create(code="x", name="示例", level="city", basis="示例", panel_size=6)


def test_a_draw_can_be_replayed(case):
    draw = PanelDraw.objects.get()

    again = actions.drawn_from(draw.pool, draw.wanted, seed=draw.seed, number=case.number)

    assert again == draw.drawn
    assert len(set(again)) == 5
    assert {sheet.member_id for sheet in sheets(case)} == set(again)


def test_cases_are_shared_out_evenly(city, staff):
    members(city, 10)
    round, _ = reviewing(city, cases=4)

    actions.draw_panels(round, by=staff)

    loads = [member.reviews.count() for member in PanelMember.objects.all()]
    assert max(loads) - min(loads) <= 1


def test_members_of_another_field_are_not_drawn(city, staff):
    members(city, 5)
    PanelMember.objects.update(categories=["research"])
    round, _ = reviewing(city)

    with pytest.raises(Refused, match="只有 0 位"):
        actions.draw_panels(round, by=staff)


def test_a_member_of_the_applicants_body_is_never_drawn(city, staff):
    pool = members(city, 6)
    round, (application,) = reviewing(city)
    PanelMember.objects.filter(pk=pool[0].pk).update(organization=application.organization)

    actions.draw_panels(round, by=staff)

    assert pool[0].pk not in {sheet.member_id for sheet in sheets(application)}
    with pytest.raises(IntegrityError, match="review_without_conflict"), transaction.atomic():
        Review.objects.create(application=application, member_id=pool[0].pk, letter="Z")


def test_who_has_an_account_of_the_body_is_refused_by_the_database(city, case):
    other = members(city, 1)[0]
    other.user.grants.create(role=Role.UNIT, organization=case.organization)

    with pytest.raises(IntegrityError, match="review_without_conflict"), transaction.atomic():
        Review.objects.create(application=case, member=other, letter="Z")


def test_a_declared_interest_is_refused_by_the_database(city, case):
    other = members(city, 1)[0]
    Recusal.objects.create(member=other, organization=case.organization, reason="项目合作")

    with pytest.raises(IntegrityError, match="review_without_conflict"), transaction.atomic():
        Review.objects.create(application=case, member=other, letter="Z")


def test_who_recuses_is_replaced(case):
    first = sheets(case)[0]

    actions.recuse(first, reason="与申报单位有项目合作", by=first.member.user)

    standing = [sheet for sheet in sheets(case) if sheet.status == "open"]
    assert len(standing) == 5
    assert first.member_id not in {sheet.member_id for sheet in standing}


# --- Scoring ----------------------------------------------------------------------------------------


def keep(sheet, **points):
    actions.save_scores(
        sheet,
        {code.removeprefix("c"): value for code, value in points.items()},
        notes={},
        opinion="",
        by=sheet.member.user,
    )


def test_points_off_the_ladder_are_refused(case):
    with pytest.raises(Refused, match="分档"):
        keep(sheets(case)[0], c1=Decimal(5))


@pytest.mark.parametrize(("code", "points"), [("1", 5), ("5", "15.5"), ("5", "3.25"), ("5", -1), ("4a", 8)])
def test_the_database_refuses_points_off_the_ladder(case, code, points):
    line = Criterion.objects.get(form=case.round.form, code=code)

    with pytest.raises(IntegrityError, match="score_within_ladder"), transaction.atomic():
        Score.objects.create(review=sheets(case)[0], criterion=line, points=points)


def test_a_draft_is_kept_and_may_be_changed(case):
    sheet = sheets(case)[0]
    keep(sheet, c1=Decimal(4))
    keep(sheet, c1=Decimal(8), c5=Decimal("10.5"))

    assert dict(sheet.scores.values_list("criterion__code", "points")) == {"1": 8, "5": Decimal("10.5")}


def test_two_windows_do_not_overwrite_each_other(case):
    sheet = sheets(case)[0]
    keep(sheet, c1=Decimal(4))

    with pytest.raises(ChangedMeanwhile):
        actions.save_scores(sheet, {"1": Decimal(8)}, notes={}, opinion="", seen=1, by=sheet.member.user)


def test_a_sheet_with_an_empty_line_is_not_handed_in(case):
    sheet = sheets(case)[0]
    keep(sheet, c1=Decimal(4))

    with pytest.raises(Refused, match="未评分"):
        actions.submit_scores(sheet, by=sheet.member.user)


def test_a_sheet_handed_in_stays(case):
    sheet = sheets(case)[0]
    hand_in(sheet)

    with pytest.raises(Refused, match="不能再修改"):
        keep(sheet, c1=Decimal(4))
    with pytest.raises(IntegrityError, match="score_stays_once_handed_in"), transaction.atomic():
        Score.objects.filter(review=sheet).update(points=0)


def test_nobody_scores_on_anothers_sheet(case):
    one, two = sheets(case)[:2]

    with pytest.raises(PermissionDenied):
        actions.save_scores(one, {"1": Decimal(4)}, notes={}, opinion="", by=two.member.user)


def test_a_wide_spread_forces_a_discussion(case):
    for number, sheet in enumerate(sheets(case)):
        hand_in(sheet, "0.3" if number == 0 else "0.9")

    second = Review.objects.filter(application=case, turn=2)
    assert second.count() == 5
    others = discussed(second.first())
    assert [row.letter for row in others] == ["A", "B", "C", "D", "E"]
    assert max(row.total for row in others) - min(row.total for row in others) > 20
    assert Notice.objects.filter(text__contains="合议").count() == 6


def test_who_recuses_in_the_discussion_is_replaced_in_it(case, city):
    members(city, 1)
    for number, sheet in enumerate(sheets(case)):
        hand_in(sheet, "0.3" if number == 0 else "0.9")
    second = list(Review.objects.filter(application=case, turn=2).order_by("letter"))

    actions.recuse(second[0], reason="合议时发现有合作", by=second[0].member.user)

    for sheet in Review.objects.filter(application=case, status="open"):
        assert sheet.turn == 2
        hand_in(sheet)
    assert len(sheets_of(case, 2)) == 5
    assert Review.objects.filter(application=case, turn=1).count() == 5


def test_a_narrow_spread_needs_no_discussion(case):
    for sheet in sheets(case):
        hand_in(sheet)

    assert not Review.objects.filter(application=case, turn=2).exists()


@pytest.mark.django_db(transaction=True)
def test_the_last_two_sheets_at_once_open_one_discussion(case):
    *early, one, two = sheets(case)
    for number, sheet in enumerate(early):
        hand_in(sheet, "0.3" if number == 0 else "0.9")
    faults = []

    def last(sheet):
        try:
            hand_in(sheet)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=last, args=(sheet,)) for sheet in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert Review.objects.filter(application=case, turn=2).count() == 5


def test_a_draft_is_shown_again_and_handed_in_from_its_page(case):
    sheet = sheets(case)[0]
    browser = signed_in(sheet.member.user)
    given = points_for(sheet, Decimal("0.9"))
    typed = {f"points-{code}": plain(value) for code, value in given.items()}
    browser.post(sheet.get_absolute_url(), {**typed, "opinion": "可以。", "seen": 1})
    shown = browser.get(sheet.get_absolute_url()).context["form"]

    again = {name: shown[name].value() for name in shown.fields}
    browser.post(sheet.get_absolute_url(), {**again, "submit": "1"})

    sheet.refresh_from_db()
    assert sheet.status == "submitted"


# --- The visit --------------------------------------------------------------------------------------


def test_a_visit_is_kept_as_a_draft_and_finished_complete(case, staff):
    visits.save_visit(
        case, visited_on=None, answers={"area": ("good", "")}, measured_area=None, summary="", by=staff
    )

    with pytest.raises(Refused, match="未核查"):
        visits.save_visit(
            case,
            visited_on=None,
            answers={"area": ("good", "")},
            measured_area=None,
            summary="",
            is_done=True,
            by=staff,
        )
    visited(case, staff)
    case.refresh_from_db()
    assert case.visit.is_done


def test_a_poor_finding_says_what_was_seen(case, staff):
    answers = {item["code"]: ("poor", "") for item in case.round.form.visit_items}

    with pytest.raises(Refused, match="请写明情况"):
        visits.save_visit(
            case,
            visited_on=case.round.apply_from,
            answers=answers,
            measured_area=1,
            summary="",
            is_done=True,
            by=staff,
        )


# --- Counting ---------------------------------------------------------------------------------------


def test_a_total_waits_for_every_sheet_and_the_visit(case, staff):
    with pytest.raises(Refused, match="没有提交"):
        actions.count_scores(case, by=staff)
    for sheet in sheets(case):
        hand_in(sheet)
    with pytest.raises(Refused, match="现场核查"):
        actions.count_scores(case, by=staff)


def test_a_total_explains_itself(case, staff):
    for sheet in sheets(case):
        hand_in(sheet)
    visited(case, staff)
    case.refresh_from_db()
    rule = case.round.form.extras.get(code="credit")

    actions.find_extras(case, {rule.pk: (1, "承担学分课程三门")}, by=staff)
    actions.count_scores(case, by=staff)

    case.refresh_from_db()
    lines = case.breakdown["lines"]
    assert case.total == sum(Decimal(points) for _, _, _, points, _ in lines) + 2
    words = {code: text for code, _, _, _, text in lines}
    assert words["4a"] == "min(1, 展教面积（平方米） 1200 ÷ 900) × 8"
    assert "去掉最高 12、最低 12" in words["1"]


def test_a_bonus_without_proof_is_refused(case, staff):
    rule = case.round.form.extras.first()

    with pytest.raises(Refused, match="依据"):
        actions.find_extras(case, {rule.pk: (1, " ")}, by=staff)


def test_medians_are_of_the_rounds_own_category(city, staff):
    members(city, 5)
    round, cases = reviewing(city, cases=3)
    for application, visitors in zip(cases, (1000, 2000, 60000), strict=True):
        type(application).objects.filter(pk=application.pk).update(visitors=visitors, sessions=10)
    actions.draw_panels(round, by=staff)
    first = type(cases[0]).objects.with_all().get(pk=cases[0].pk)
    for sheet in sheets(first):
        hand_in(sheet)

    found, _ = counted(first)

    # sessions 10 of 2×10: 3 points; visitors 1000 of 2×2000: 1.5 points
    assert found.of("7") == Decimal("4.50")


# --- Nobody leaks -----------------------------------------------------------------------------------

TELLING = {
    "name": "深圳市海蓝科技馆有限公司",
    "short_name": "海蓝馆",
    "credit_code": "91440300MA5EQXL17P",
    "address": "后海大道九百号",
    "contact": "欧阳联系",
    "phone": "13911112222",
}


@pytest.fixture
def telling(case, staff):
    """A case whose texts, files and visit are full of who applies."""
    body = case.organization
    for name, value in TELLING.items():
        setattr(body, name, value)
    body.save()
    type(case).objects.filter(pk=case.pk).update(
        legal_person="司马法人",
        contact="上官申报",
        phone="13933334444",
        summary="海蓝科技馆有限公司（海蓝馆）由司马法人创办，电话13933334444，见91440300ma5eqxl17p。",
        plan=f"后海大道九百号扩建，联系上官申报。{case.region.name}支持。",
        other_titles="海蓝馆获全国先进",
    )
    case.refresh_from_db()
    answers = {item["code"]: ("good", "海蓝馆自述") for item in case.round.form.visit_items}
    visits.save_visit(
        case,
        visited_on=case.round.apply_from,
        answers=answers,
        measured_area=1200,
        summary="深圳市海蓝科技馆有限公司情况属实。",
        is_done=True,
        by=staff,
    )
    return case


FORBIDDEN = (*TELLING.values(), "海蓝", "司马法人", "上官申报", "13933334444", "91440300ma5eqxl17p")


def leaks(text: str) -> list[str]:
    return [word for word in FORBIDDEN if word.lower() in text.lower()]


def test_the_projection_of_a_case_names_nobody(telling):
    assert leaks(str(seen(telling))) == []


def test_the_projection_shows_what_was_typed_and_no_key_of_the_case(telling):
    labels = [label for label, _ in seen(telling).figures]

    assert (labels[0], labels[-1], len(labels)) == ("建筑面积（平方米）", "展示自有技术或生产", 27)
    assert str(telling._meta.pk.verbose_name) not in labels


def test_the_form_of_this_leak_would_be_seen(telling):
    assert leaks(telling.summary) != []


def test_a_member_reaches_no_page_file_or_mail_with_the_applicants_name(telling, staff):
    first, *others = sheets(telling)
    blind_file(telling, staff)
    for number, sheet in enumerate([first, *others]):
        hand_in(sheet, "0.3" if number == 0 else "0.9")
    member = first.member.user
    browser = signed_in(member)

    found = crawl(browser)

    assert any("/reviews/" in address for address in found)
    assert any("/files/" in address for address in found)
    assert {address: leaks(text) for address, text in found.items() if leaks(text)} == {}
    told = Notice.objects.filter(recipient=member)
    assert told.exists()
    assert [leaks(notice.text + notice.link) for notice in told if leaks(notice.text + notice.link)] == []


def test_a_member_opens_no_other_page_of_the_case(telling, staff):
    browser = signed_in(sheets(telling)[0].member.user)
    kept = blind_file(telling, staff)
    addresses = [
        telling.get_absolute_url(),
        reverse("titles_desk:receipt", args=[telling.pk]),
        reverse("titles_desk:panel", args=[telling.pk]),
        reverse("titles_desk:visit", args=[telling.pk]),
        reverse("titles_desk:summary", args=[telling.round_id]),
        reverse("titles_desk:decision", args=[telling.round_id]),
        reverse("titles_desk:cases"),
        kept.attachment.get_absolute_url(),
    ]

    assert [browser.get(address).status_code in (403, 404) for address in addresses] == [True] * 8


# Public pages name every body that has a title or shows something; they tie no number of a case to it.
GUESSED = re.compile(r"^(desk|files|verify|api|admin|metrics)")


def guesses(case, sheet) -> Iterator[str]:
    """Every address behind the sign-in, with each number, key and token that a member might guess."""
    keys = [case.pk, case.round_id, sheet.pk]
    uuids = [row.attachment_id for row in case.files.all()]
    words = [case.number, case.organization.credit_code, "certificate"]
    fit = {"int": keys, "uuid": uuids or [uuid.uuid4()], "slug": words, "str": words, "path": words}
    for name, route in patterns():
        parts = PARAMETER.findall(route)
        if not GUESSED.match(route) or not name or len(parts) > 3 or "^" in route:
            continue
        for row in product(*[fit.get(kind or "str", keys) for kind, _ in parts]):
            with suppress(NoReverseMatch):
                values = {parameter: value for (_, parameter), value in zip(parts, row, strict=True)}
                yield reverse(name, kwargs=values)


def said(answer) -> str:
    """Everything that an answer tells: headers, and the text inside a PDF or a workbook."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"%PDF"):
        inside = body.decode("latin-1")
        with suppress(PdfReadError):  # a file of the tests that is none but by its first letters
            reader = PdfReader(io.BytesIO(body))
            inside += " ".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    elif body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inside = " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    else:
        inside = body.decode("utf-8", "replace")
    return inside + unquote(str(dict(answer.headers)))


def test_no_address_that_a_member_guesses_tells_who_applies(telling, staff):
    blind_file(telling, staff)
    sheet = sheets(telling)[0]
    browser = signed_in(sheet.member.user)
    browser.raise_request_exception = False
    addresses = sorted(set(guesses(telling, sheet)))

    told = {
        address: [word for word in leaks(said(browser.get(address))) if word.lower() not in address.lower()]
        for address in addresses  # a page may say which address was not found
    }

    assert len(addresses) > 500
    assert {address: words for address, words in told.items() if words} == {}


def test_a_guess_by_staff_would_show_the_name(telling, staff):
    """The same walk sees the leak where there is one: in a page, a PDF and a file's name."""
    browser = signed_in(staff)
    kept = blind_file(telling, staff)

    for address in (
        telling.get_absolute_url(),
        reverse("titles_desk:receipt", args=[telling.pk]),
        kept.attachment.get_absolute_url(),
    ):
        assert leaks(said(browser.get(address))), address


def test_no_mail_to_a_member_tells_who_applies(telling, staff, mailoutbox):
    panel = sheets(telling)
    for number, sheet in enumerate(panel):
        User.objects.filter(pk=sheet.member.user_id).update(email=f"m{number}@example.org", wants_digest=True)
    for number, sheet in enumerate(panel):
        hand_in(sheet, "0.3" if number == 0 else "0.9")
    actions.remind_members(telling.round, by=staff)
    Notice.objects.filter(recipient=panel[1].member.user).update(kind=Notice.Kind.URGENT)

    deliver_notices()
    digest(SimpleNamespace(progress=lambda *told: None, payload={}))

    mails = [f"{mail.subject} {mail.body} {mail.message()}" for mail in mailoutbox]
    assert {address for mail in mailoutbox for address in mail.to} >= {"m0@example.org", "m1@example.org"}
    assert [leaks(text) for text in mails if leaks(text)] == []


def test_no_word_of_a_last_day_a_reminder_or_a_redraw_tells_who_applies(telling, staff):
    sheet = sheets(telling)[0]
    actions.move_due_day(telling.round, local_today() + timedelta(days=3), by=staff)
    for days in (2, 9):
        actions.remind_of_scores(at=timezone.now() + timedelta(days=days))
    actions.redraw_member(sheet, reason="海蓝馆的司马法人是评委的亲属", by=staff)

    told = Notice.objects.filter(recipient__panel_member__isnull=False)
    assert told.filter(text__contains="评分截止").count() >= 10
    assert told.filter(text__contains="改派").count() == 1
    assert [notice.text for notice in told if leaks(notice.text + notice.link)] == []
    found = crawl(signed_in(sheet.member.user))
    assert {address: leaks(text) for address, text in found.items() if leaks(text)} == {}


def test_a_members_search_finds_nothing_of_a_case(telling):
    browser = signed_in(sheets(telling)[0].member.user)

    for words in ("海蓝", telling.number, "司马法人"):
        page = browser.get("/search/", {"q": words}).content.decode()
        assert "没有找到相关内容" in page


def test_who_reads_a_bodys_year_with_its_name_is_not_drawn_for_its_case(city, staff):
    pool = members(city, 6)
    round, (application,) = reviewing(city)
    AssessmentFactory(
        title=TitleFactory(organization=application.organization), reported=True, checked_by=pool[0]
    )

    actions.draw_panels(round, by=staff)

    drawn = set(Review.objects.filter(application=application).values_list("member", flat=True))
    assert drawn == {member.pk for member in pool[1:]}


def test_a_file_that_nobody_looked_at_is_not_shown(telling, staff):
    kept = blind_file(telling, staff, is_checked=False)
    sheet = sheets(telling)[0]
    browser = signed_in(sheet.member.user)

    answer = browser.get(reverse("titles_desk:review_file", args=[sheet.pk, f"f{kept.pk}"]))

    assert answer.status_code == 404
