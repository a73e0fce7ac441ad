from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.errors import Refused
from portal.notices import Notice
from portal.organizations import Organization
from portal.roles import Role
from resources.actions import census, directory, kinds, registry
from resources.actions.census import checks
from resources.models import (
    CensusAnswer,
    CensusDirectory,
    CensusEntry,
    CensusForm,
    CensusRound,
    CensusUnit,
    Resource,
    ResourceKind,
)
from resources.queries.census import board, duplicates, reminder, told, topic_names, units_for
from resources.queries.directory import difference, entries
from tests.concurrency import at_once
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.resources.census import checked, handed_in, open_round, prepare, sheet_of
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory

NEW = {
    "title": "潮间带观察站",
    "summary": "退潮时看得见的海",
    "audiences": ["minors"],
    "details": {"area": 30},
}


@pytest.fixture
def known(unit, unit_clerk):
    """Two resources in the menu that the unit looks after."""
    own = {"organization": unit, "region": unit.region, "created_by": unit_clerk, "published": True}
    return [ResourceFactory(title=title, **own) for title in ("潮汐馆", "灯塔馆")]


@pytest.fixture
def sheet(known, staff, officer, unit):
    return sheet_of(open_round(staff), unit)


def row(sheet, title: str) -> CensusAnswer:
    return sheet.answers.select_related("form", "unit").get(title=title)


def change(sheet, title: str, *, by, **values) -> CensusAnswer:
    found = row(sheet, title)
    return census.answer(found, answer="change", values={**found.values, **values}, by=by)


# --- What is asked ---


def test_a_unit_tells_languages_accessibility_and_how_many_it_receives(
    sheet, staff, officer, unit_clerk, known
):
    change(sheet, "潮汐馆", by=unit_clerk, languages=["cantonese"], accessibility=["lift"], capacity=120)
    checked(sheet, by=unit_clerk, officer=officer)

    census.accept_unit(sheet, by=staff)

    known[0].refresh_from_db()
    assert (known[0].languages, known[0].accessibility, known[0].capacity) == (["cantonese"], ["lift"], 120)


# --- Opening --------------------------------------------------------------------------------------


def test_opening_freezes_who_is_expected_with_what_the_register_says_of_each(staff, unit, known):
    ResourceFactory(organization=unit, region=unit.region, title="未公开的草稿")
    OrganizationFactory(region=unit.region, kind=Organization.Kind.SCHOOL)
    OrganizationFactory(region=unit.region, is_active=False)

    asked = open_round(staff)
    OrganizationFactory(region=unit.region)

    assert [sheet.organization for sheet in asked.units.all()] == [unit]
    rows = asked.units.get().answers.order_by("pk")
    assert [answer.title for answer in rows] == ["潮汐馆", "灯塔馆"]
    assert all(answer.answer == "" and answer.before == answer.values for answer in rows)
    assert rows[0].before["audiences"] == ["general"]


def test_the_form_of_a_kind_stays_as_it_was_when_the_round_was_opened(staff, sheet):
    kind = ResourceKind.objects.get(code="venue")
    kind.fields = [*kind.fields, {"code": "halls", "label": "展厅数", "type": "number", "public": True}]

    kinds.save_kind(kind, by=staff)

    assert [declared["code"] for declared in sheet.round.forms.get().fields] == ["area", "staff"]


def test_what_nobody_looks_after_is_answered_by_its_region(staff, officer, unit):
    ResourceFactory(region=officer.grants.get().region, published=True, title="无主展馆")

    asked = open_round(staff)

    nobodys = asked.units.get(organization=None)
    assert nobodys.region == officer.grants.get().region
    assert nobodys in units_for(officer)
    assert census.confirm_all(nobodys, by=officer) == 1


def test_two_rounds_do_not_run_at_once(staff, sheet):
    with pytest.raises(Refused, match="还没有关闭"):
        open_round(staff, title="又一次普查")


def test_only_the_association_opens_a_round(staff, officer, unit):
    with pytest.raises(PermissionDenied):
        census.open_round(prepare(staff), by=officer)


def test_a_late_joiner_brings_its_resources_and_has_until_the_check(staff, officer, sheet, district):
    late = OrganizationFactory(region=district, name="迟来的单位")
    ResourceFactory(organization=late, region=district, published=True, title="迟来的馆")

    joined = census.join(sheet.round, organization=late, by=officer)

    assert [answer.title for answer in joined.answers.all()] == ["迟来的馆"]
    assert not joined.is_late(sheet.round.due_on + timedelta(days=1))
    with pytest.raises(Refused, match="已在这次普查中"):
        census.join(sheet.round, organization=late, by=staff)


def test_a_district_lets_nobody_join_elsewhere(sheet, officer):
    with pytest.raises(PermissionDenied):
        census.join(sheet.round, organization=OrganizationFactory(), by=officer)


# --- Answering ------------------------------------------------------------------------------------


def test_answers_are_drafts_until_the_sheet_is_handed_in(sheet, unit_clerk, known):
    change(sheet, "潮汐馆", by=unit_clerk, summary="重新开放的潮汐馆")

    sheet.refresh_from_db()
    known[0].refresh_from_db()
    assert sheet.status == CensusUnit.Status.FILLING
    assert known[0].summary == "看得见的深海"
    assert told(row(sheet, "潮汐馆"), topic_names()) == [("一句话介绍", "看得见的深海", "重新开放的潮汐馆")]


def test_a_change_that_changes_nothing_is_a_confirmation(sheet, unit_clerk):
    assert change(sheet, "潮汐馆", by=unit_clerk).answer == CensusAnswer.Answer.CONFIRM


def test_what_is_gone_says_why(sheet, unit_clerk):
    with pytest.raises(Exception, match="原因"):
        census.answer(row(sheet, "潮汐馆"), answer="gone", by=unit_clerk)


def test_of_two_who_answer_a_row_the_second_is_told(sheet, unit_clerk, officer):
    seen = row(sheet, "潮汐馆")
    census.answer(seen, answer="confirm", by=officer, seen=seen.revision)

    with pytest.raises(Refused, match="刚被他人作答"):
        census.answer(seen, answer="gone", reason="拆除", by=unit_clerk, seen=seen.revision)


def test_the_rest_is_confirmed_in_one_press_and_what_was_answered_stays(sheet, unit_clerk):
    census.answer(row(sheet, "灯塔馆"), answer="gone", reason="已拆除", by=unit_clerk)

    assert census.confirm_all(sheet, by=unit_clerk) == 1
    assert row(sheet, "灯塔馆").answer == "gone"


def test_a_sheet_with_open_rows_is_not_handed_in(sheet, unit_clerk):
    with pytest.raises(Refused, match="还有 2 条没有作答"):
        census.submit_unit(sheet, by=unit_clerk)


def test_another_unit_does_not_answer(sheet):
    stranger = UserFactory(holding=(Role.UNIT, OrganizationFactory(region=sheet.region)))

    with pytest.raises(PermissionDenied):
        census.confirm_all(sheet, by=stranger)


def test_while_it_is_checked_only_what_was_handed_back_is_answered(sheet, staff, officer, unit_clerk):
    handed_in(sheet, by=unit_clerk)
    census.start_checking(sheet.round, by=staff)
    with pytest.raises(Refused, match="不能修改"):
        census.confirm_all(sheet, by=unit_clerk)

    census.send_back(sheet, note="请核对开放时间", by=officer, notes={row(sheet, "潮汐馆").pk: "闭馆日不对"})

    assert row(sheet, "潮汐馆").check_note == "闭馆日不对"
    assert census.answer(row(sheet, "潮汐馆"), answer="confirm", by=unit_clerk)
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="请核对开放时间").exists()


# --- Checking and the register --------------------------------------------------------------------


def test_what_the_city_accepts_goes_into_the_register(sheet, staff, officer, unit_clerk, known):
    TopicFactory(code="sea", name="海洋")
    change(sheet, "潮汐馆", by=unit_clerk, summary="重新开放", topics=["sea"], details={"area": 900})
    census.answer(row(sheet, "灯塔馆"), answer="gone", reason="已拆除", by=unit_clerk)
    census.add_row(sheet, form=sheet.round.forms.get(), values=NEW, by=unit_clerk)
    handed_in(sheet, by=unit_clerk)
    census.check_unit(sheet, by=officer)

    census.accept_unit(sheet, by=staff)

    tide, light = (Resource.objects.get(pk=resource.pk) for resource in known)
    assert (tide.summary, tide.details, tide.confirmed_on) == (
        "重新开放",
        {"area": 900},
        timezone.localdate(),
    )
    assert [topic.code for topic in tide.topics.all()] == ["sea"]
    assert tide.is_public
    assert light.status == Resource.Status.ARCHIVED
    added = Resource.objects.get(title="潮间带观察站")
    assert added.is_public
    assert (added.organization, added.details) == (sheet.organization, {"area": 30})
    assert row(sheet, "潮间带观察站").resource == added


def test_only_what_the_unit_changed_is_written_over_what_others_changed_since(
    sheet, staff, officer, unit_clerk, known
):
    change(sheet, "潮汐馆", by=unit_clerk, summary="重新开放")
    registry.edit(known[0], by=staff, cost="成人 20 元")
    checked(sheet, by=unit_clerk, officer=officer)

    census.accept_unit(sheet, by=staff)

    known[0].refresh_from_db()
    assert (known[0].summary, known[0].cost) == ("重新开放", "成人 20 元")


def test_accepting_twice_writes_once(sheet, staff, officer, unit_clerk):
    census.add_row(sheet, form=sheet.round.forms.get(), values=NEW, by=unit_clerk)
    checked(sheet, by=unit_clerk, officer=officer)
    census.accept_unit(sheet, by=staff)

    with pytest.raises(Refused):
        census.accept_unit(sheet, by=staff)

    assert Resource.objects.filter(title="潮间带观察站").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_a_sheet_at_once_one_writes_it(sheet, staff, officer, unit_clerk, city):
    other = UserFactory(holding=(Role.STAFF, city), mfa=True)
    census.add_row(sheet, form=sheet.round.forms.get(), values=NEW, by=unit_clerk)
    checked(sheet, by=unit_clerk, officer=officer)

    done = at_once(*[lambda by=by: census.accept_unit(sheet, by=by) for by in (staff, other)])

    assert sorted(isinstance(one, Refused) for one in done) == [False, True]
    assert Resource.objects.filter(title="潮间带观察站").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_a_row_at_once_one_is_told(sheet, staff, unit_clerk):
    found = row(sheet, "潮汐馆")

    def answer(by, reason):
        return census.answer(found, answer="gone", reason=reason, by=by, seen=found.revision)

    done = at_once(lambda: answer(unit_clerk, "搬走了"), lambda: answer(staff, "停办了"))

    (refusal,) = [one for one in done if isinstance(one, Refused)]
    assert "刚被他人作答" in str(refusal)


@pytest.mark.django_db(transaction=True)
def test_who_answers_while_a_round_is_closed_is_in_time_or_is_told(sheet, staff, officer, unit_clerk):
    handed_in(sheet, by=unit_clerk)
    census.send_back(sheet, note="请补充", by=officer)
    census.start_checking(sheet.round, by=staff)

    closed, answered = at_once(
        lambda: directory.close_round(sheet.round, by=staff, at=timezone.now()),
        lambda: change(sheet, "潮汐馆", by=unit_clerk, summary="改在关闭之际"),
    )

    assert isinstance(closed, CensusDirectory)
    said = row(sheet, "潮汐馆").values["summary"]
    if isinstance(answered, Refused):
        assert "不能修改" in str(answered)
        assert said != "改在关闭之际"
    else:
        assert said == "改在关闭之际"


def test_a_fault_in_the_last_row_leaves_the_register_and_the_sheet_as_they_were(
    sheet, staff, officer, unit_clerk, known, monkeypatch
):
    change(sheet, "潮汐馆", by=unit_clerk, summary="重新开放")
    census.add_row(sheet, form=sheet.round.forms.get(), values=NEW, by=unit_clerk)
    checked(sheet, by=unit_clerk, officer=officer)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(checks, "publish", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        census.accept_unit(sheet, by=staff)
    monkeypatch.undo()

    known[0].refresh_from_db()
    sheet.refresh_from_db()
    assert known[0].summary == "看得见的深海"
    assert sheet.status == CensusUnit.Status.CHECKED
    assert not sheet.answers.exclude(applied_at=None).exists()
    assert census.accept_all(sheet.round, by=staff).done == 1
    assert Resource.objects.filter(title="潮间带观察站").count() == 1


def test_a_sheet_that_cannot_be_written_is_named_and_the_others_are_accepted(
    sheet, staff, officer, unit_clerk, district
):
    other = census.join(sheet.round, organization=OrganizationFactory(region=district), by=staff)
    checked(other, by=staff, officer=officer)
    change(sheet, "潮汐馆", by=unit_clerk, ages_from=9, ages_to=3)
    checked(sheet, by=unit_clerk, officer=officer)

    result = census.accept_all(sheet.round, by=staff)

    assert result.done == 1
    assert "潮汐馆" in result.refused[0]
    assert "年龄" in result.refused[0]


def test_the_city_does_not_accept_what_no_district_has_checked(sheet, staff, unit_clerk):
    handed_in(sheet, by=unit_clerk)

    with pytest.raises(Refused, match="待区级核查"):
        census.accept_unit(sheet, by=staff)


def test_a_district_checks_no_other_district(sheet, unit_clerk):
    handed_in(sheet, by=unit_clerk)
    far = UserFactory(holding=(Role.DISTRICT, RegionFactory()))

    with pytest.raises(PermissionDenied):
        census.check_unit(sheet, by=far)


def test_an_added_row_that_the_register_has_is_seen(sheet, unit_clerk, district):
    there = ResourceFactory(title="深圳市潮间带·观察站", region=district, published=True)
    ResourceFactory(title="潮间带观察站", region=district)  # another's draft
    added = census.add_row(sheet, form=sheet.round.forms.get(), values=NEW, by=unit_clerk)

    assert duplicates([added], user=unit_clerk) == {added.pk: [there]}


# --- The board and reminding ----------------------------------------------------------------------


def test_the_board_counts_down_to_the_community(staff, officer, district, unit, unit_clerk, known):
    street = RegionFactory(subdistrict=True, parent=district)
    OrganizationFactory(region=street)
    asked = open_round(staff)
    handed_in(sheet_of(asked, unit), by=unit_clerk)
    later = asked.due_on + timedelta(days=1)

    city = board(asked, asked.region, units_for(staff), later)
    inside = board(asked, district, units_for(officer), later)

    line = next(line for line in city.lines if line.code == district.code)
    assert (line.total, line.handed_in, line.todo, line.late) == (2, 1, 1, 1)
    assert [(part.name, part.total) for part in inside.lines] == [
        (street.name, 1),
        (f"{district.name}本级", 1),
    ]


def test_who_is_late_is_told_once_a_day_and_officers_of_units_without_an_account(
    sheet, staff, officer, unit_clerk, district
):
    silent = OrganizationFactory(region=district)
    census.join(sheet.round, organization=silent, by=staff)
    Notice.objects.all().delete()
    at = timezone.now()

    found = census.remind(sheet.round, units=units_for(staff), by=staff, at=at)

    assert len(found.people) == len(found.without) == 1
    assert Notice.objects.get(recipient=unit_clerk).text.startswith("催办")
    assert "没有账号" in Notice.objects.get(recipient=officer).text
    assert reminder(units_for(staff), timezone.localdate(at)).units == []


@pytest.mark.parametrize(("days", "reminded"), [(-7, 1), (-5, 0), (0, 1), (3, 0), (7, 1)])
def test_the_clock_reminds_before_and_after_the_day(sheet, days, reminded):
    at = timezone.now() + (sheet.round.due_on + timedelta(days=days) - timezone.localdate())

    assert census.remind_by_clock(at=at) == reminded


# --- Closing --------------------------------------------------------------------------------------


def closed(asked, by) -> CensusDirectory:
    census.start_checking(asked, by=by)
    return directory.close_round(asked, by=by, at=timezone.now())


def test_a_round_is_not_closed_while_sheets_wait_unless_somebody_says_why(sheet, staff, unit_clerk):
    handed_in(sheet, by=unit_clerk)
    census.start_checking(sheet.round, by=staff)
    with pytest.raises(Refused, match="还有 1 个单位"):
        directory.close_round(sheet.round, by=staff, at=timezone.now())

    made = directory.close_round(sheet.round, by=staff, at=timezone.now(), reason="年度名录须按期发布")

    assert CensusRound.objects.get().close_note == "年度名录须按期发布"
    assert made.job.kind == "census_directory"


@pytest.mark.parametrize("model", [CensusRound, CensusForm, CensusUnit, CensusAnswer, CensusEntry])
def test_the_database_lets_nothing_of_a_closed_round_change(model, sheet, staff):
    closed(sheet.round, staff)
    what = {"title": "改"} if model in (CensusRound, CensusAnswer, CensusEntry) else {"name": "改"}

    for attempt in (lambda: model.objects.update(**what), lambda: model.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="closed census"), transaction.atomic():
            attempt()


def test_nothing_is_added_to_a_closed_round(sheet, staff, unit):
    closed(sheet.round, staff)
    row_of = {"round": sheet.round, "region": unit.region, "name": "补", "created_by": staff}

    with pytest.raises(DatabaseError, match="closed census"):
        CensusUnit.objects.bulk_create([CensusUnit(**row_of)])


def test_the_files_of_a_closed_round_are_written_once_with_their_digests(sheet, staff, known, monkeypatch):
    monkeypatch.setattr(directory, "pdf_of", lambda *_: b"%PDF-1.7 ")
    made = directory.write_directory(closed(sheet.round, staff).pk)

    assert made.state == "ready"
    assert made.pdf.sha256 == made.pdf_digest
    assert directory.write_directory(made.pk) is None
    with pytest.raises(DatabaseError, match="directory never changes"):
        CensusDirectory.objects.update(pdf_digest="0" * 64)


def test_the_directory_holds_what_stands_in_the_menu_and_says_what_was_verified(
    sheet, staff, officer, unit_clerk, known
):
    ResourceFactory(published=True, title="别处的馆", region=RegionFactory())
    checked(sheet, by=unit_clerk, officer=officer)
    census.accept_unit(sheet, by=staff)

    closed(sheet.round, staff)

    found = {entry.title: entry.is_verified for entry in entries(sheet.round)}
    assert found == {"潮汐馆": True, "灯塔馆": True, "别处的馆": False}
    assert "专职人员（人）" not in {label for entry in entries(sheet.round) for label, _ in entry.facts}


def test_two_rounds_differ_in_what_was_added_is_gone_and_changed(staff, sheet, unit, known):
    assert difference(sheet.round) is None
    closed(sheet.round, staff)
    first = CensusRound.objects.get()
    registry.edit(known[0], by=staff, summary="重新开放")
    registry.archive(known[1], by=staff, note="拆除")
    ResourceFactory(published=True, title="新馆", organization=unit, region=unit.region)
    second = open_round(staff, title="下一次普查")

    closed(second, staff)

    second.refresh_from_db()
    found = difference(second)
    assert found.before == first
    assert [entry.title for entry in found.added] == ["新馆"]
    assert [entry.title for entry in found.gone] == ["灯塔馆"]
    assert found.changed[0].lines == [("一句话介绍", "看得见的深海", "重新开放")]
    assert [(line.before, line.added, line.gone, line.changed, line.now) for line in found.by_kind] == [
        (2, 1, 1, 1, 2)
    ]
    assert directory.difference_workbook(second, found)[:2] == b"PK"


def test_a_kind_that_only_one_round_asked_is_no_difference(staff, sheet, unit):
    closed(sheet.round, staff)
    kind = KindFactory(code="course", name="科普课程", is_place=False, fields=[])
    ResourceFactory(published=True, kind=kind, organization=unit, region=unit.region)
    second = open_round(staff, title="下一次普查")
    closed(second, staff)

    second.refresh_from_db()
    found = difference(second)

    assert found.is_nothing
    assert found.only_now == ["科普课程"]
