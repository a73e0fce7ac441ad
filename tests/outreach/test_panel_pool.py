"""The pool of panel members, whom a group keeps away, and who is drawn in another's place."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from outreach.actions import keep_panel_member, panel_member_follows
from outreach.actions import panel as actions
from outreach.models import PanelDraw, PanelMember, Review
from outreach.queries.decisions import panel_sheets
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.notices import Notice
from portal.organizations import Organization
from portal.roles import Role
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.panel import hand_in, members, reviewing, signed_in


@pytest.fixture
def expert(city):
    return UserFactory(name="林专家", holding=(Role.EXPERT, city))


@pytest.fixture
def case(city, staff):
    members(city, 6)
    round, (application,) = reviewing(city)
    actions.draw_panels(round, by=staff, seed="one")
    application.refresh_from_db()
    return application


def open_sheet(case) -> Review:
    rows = Review.objects.filter(application=case, status="open")
    return rows.select_related("member__user", "application__round__scheme").order_by("letter").first()


# --- The pool ---------------------------------------------------------------------------------------


def test_a_member_is_entered_changed_and_taken_out_by_one_action(expert, staff):
    body = OrganizationFactory()
    keep_panel_member(expert, organization=None, categories=["venue"], by=staff)
    keep_panel_member(expert, organization=body, categories=["venue", "public"], by=staff)
    keep_panel_member(expert, organization=body, categories=["venue"], is_active=False, by=staff)

    member = PanelMember.objects.get()
    assert (member.organization, member.categories, member.is_active) == (body, ["venue"], False)
    entries = AuditEntry.objects.filter(subject_type="outreach.PanelMember").order_by("pk")
    assert [entry.action for entry in entries] == ["create", "change", "change"]


def test_an_account_that_cannot_score_is_not_entered(staff):
    with pytest.raises(Refused, match="没有评审打分的权限"):
        keep_panel_member(UserFactory(), organization=None, categories=["venue"], by=staff)


def test_an_account_out_of_use_is_not_entered(expert, staff):
    expert.is_active = False
    expert.save(update_fields=["is_active"])

    with pytest.raises(Refused, match="已停用"):
        keep_panel_member(expert, organization=None, categories=["venue"], by=staff)


def test_only_who_runs_accreditation_keeps_the_pool(expert, officer):
    with pytest.raises(PermissionDenied):
        keep_panel_member(expert, organization=None, categories=["venue"], by=officer)


def test_nobody_is_taken_in_by_following_the_talent_pool(expert, staff):
    keep_panel_member(expert, organization=None, categories=["venue"], is_active=False, by=staff)

    assert panel_member_follows(expert, organization=None, is_active=True, by=staff, note="随人才库") is None
    assert not PanelMember.objects.get().is_active


def test_the_register_keeps_a_member_by_the_same_action(expert, staff):
    browser = signed_in(staff)
    address = reverse("admin:outreach_panelmember_add")
    typed = {"user": expert.pk, "organization": "", "categories": ["venue"], "is_active": "on"}
    browser.post(address, typed)

    member = PanelMember.objects.get()
    browser.post(
        reverse("admin:outreach_panelmember_change", args=[member.pk]),
        {"organization": "", "categories": ["public"]},
    )

    member.refresh_from_db()
    assert (member.user, member.categories, member.is_active) == (expert, ["public"], False)


# --- Groups -----------------------------------------------------------------------------------------


def related(kind: str, body: Organization) -> Organization:
    """A body above, below or beside another."""
    above = OrganizationFactory()
    if kind == "above":
        Organization.objects.filter(pk=body.pk).update(parent=above)
        return above
    if kind == "below":
        return OrganizationFactory(parent=body)
    Organization.objects.filter(pk=body.pk).update(parent=above)
    return OrganizationFactory(parent=above)


@pytest.mark.parametrize("kind", ["above", "below", "beside"])
def test_a_member_of_the_same_group_is_neither_drawn_nor_taken_by_the_database(city, staff, kind):
    pool = members(city, 6)
    round, (application,) = reviewing(city)
    sister = related(kind, application.organization)
    PanelMember.objects.filter(pk=pool[0].pk).update(organization=sister)

    actions.draw_panels(round, by=staff)

    drawn = set(Review.objects.filter(application=application).values_list("member", flat=True))
    assert drawn == {member.pk for member in pool[1:]}
    with pytest.raises(IntegrityError, match="review_without_conflict"), transaction.atomic():
        Review.objects.create(application=application, member_id=pool[0].pk, letter="Z")


def test_who_has_an_account_of_a_sister_body_is_refused_by_the_database(city, case):
    other = members(city, 1)[0]
    other.user.grants.create(role=Role.UNIT, organization=related("beside", case.organization))

    with pytest.raises(IntegrityError, match="review_without_conflict"), transaction.atomic():
        Review.objects.create(application=case, member=other, letter="Z")


def test_bodies_of_no_common_group_keep_nobody_away(city, staff):
    members(city, 5)
    PanelMember.objects.update(organization=OrganizationFactory(parent=OrganizationFactory()))
    round, _ = reviewing(city)

    assert actions.draw_panels(round, by=staff) == 1


def test_who_came_into_a_conflict_after_the_draw_does_not_hand_in(case):
    sheet = open_sheet(case)
    sister = related("beside", case.organization)
    PanelMember.objects.filter(pk=sheet.member_id).update(organization=sister)

    with pytest.raises(Refused, match="不能由您提交"):
        hand_in(sheet)
    case.refresh_from_db()
    assert [row["review"].letter for row in panel_sheets(case) if row["has_conflict"]] == [sheet.letter]
    with pytest.raises(IntegrityError, match="review_without_conflict"), transaction.atomic():
        Review.objects.filter(pk=sheet.pk).update(status="submitted", submitted_at=sheet.assigned_at)


# --- Drawn again ------------------------------------------------------------------------------------


def test_staff_draws_somebody_else_before_the_sheet_is_handed_in(case, staff):
    sheet = open_sheet(case)

    actions.redraw_member(sheet, reason="评委出差", by=staff)

    standing = Review.objects.filter(application=case, status="open")
    assert standing.count() == 5
    assert not standing.filter(member=sheet.member).exists()
    assert PanelDraw.objects.filter(application=case).count() == 2
    assert AuditEntry.objects.get(action="redraw").note == "评委出差"
    assert Notice.objects.filter(recipient=sheet.member.user, text__contains="已改派").count() == 1


def test_nobody_is_drawn_again_without_a_reason(case, staff):
    with pytest.raises(Refused, match="理由"):
        actions.redraw_member(open_sheet(case), reason=" ", by=staff)


def test_a_sheet_handed_in_is_not_drawn_again(case, staff):
    sheet = open_sheet(case)
    hand_in(sheet)
    sheet.refresh_from_db()

    with pytest.raises(Refused, match="已提交"):
        actions.redraw_member(sheet, reason="评委出差", by=staff)


def test_a_member_does_not_draw_somebody_else(case):
    sheet = open_sheet(case)

    with pytest.raises(PermissionDenied):
        actions.redraw_member(sheet, reason="想换人", by=sheet.member.user)


def test_a_sheet_that_went_to_somebody_else_is_gone_from_the_members_list(case, staff):
    sheet = open_sheet(case)
    actions.redraw_member(sheet, reason="评委出差", by=staff)
    browser = signed_in(sheet.member.user)

    assert case.number not in browser.get(reverse("titles_desk:reviews")).content.decode()
    assert browser.get(sheet.get_absolute_url()).status_code == 404


def test_the_page_of_a_panel_draws_again_and_says_so(case, staff):
    sheet = open_sheet(case)
    browser = signed_in(staff)

    page = browser.post(reverse("titles_desk:redraw", args=[sheet.pk]), {"note": "评委出差"}, follow=True)

    assert f"代替评委{sheet.letter}" in page.content.decode()
    without = browser.post(reverse("titles_desk:redraw", args=[open_sheet(case).pk]), {}, follow=True)
    assert "请写明重新抽取的理由" in without.content.decode()


def test_letters_go_on_after_z():
    assert [actions._letter(number) for number in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]
