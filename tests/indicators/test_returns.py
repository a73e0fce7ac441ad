import random
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction
from django.utils import timezone

from indicators import actions, sample
from indicators.actions.rounds import count_again
from indicators.models import CellRemark, Return, ReturnCell
from indicators.queries.returns import check, standings, waiting_for
from indicators.rules import evaluate
from portal.calendar import SHANGHAI
from portal.errors import Refused
from portal.notices import Notice
from portal.regions import Region
from portal.roles import Role
from talent.models import Person
from tests.factories import UserFactory
from tests.indicators.returns import cell, fill_everything, typed

# ---------------------------------------------------------------- opening and counting


def test_opening_a_year_gives_every_district_its_return_and_tells_its_officers(filing, officer):
    assert Return.objects.count() == 11
    assert filing.cells.count() == 111
    assert "南山区2026年度科普统计年报已开放填报" in officer.notices.get().text


def test_a_year_is_opened_once(filing, reference, city_staff):
    with pytest.raises(Refused, match="已经开启"):
        actions.open_period(
            reference, year=2026, opens_on=date(2026, 11, 1), due_on=date(2027, 3, 31), by=city_staff
        )


def volunteers(region_code: str, count: int, by) -> None:
    region = Region.objects.get(code=region_code)
    Person.objects.bulk_create(
        Person(
            region=region,
            created_by=by,
            name=f"示例{number}",
            category=Person.Category.VOLUNTEER,
            entered_on=date(2026, 1, 1),
        )
        for number in range(count)
    )


def test_what_the_portal_counts_is_filled_in_with_its_source(reference, nanshan, city_staff):
    volunteers("440305007000", 3, city_staff)

    actions.open_period(
        reference, year=2026, opens_on=date(2026, 11, 1), due_on=date(2027, 3, 31), by=city_staff
    )

    held = cell(Return.objects.get(region=nanshan), "KR300")
    assert (held.value, held.source, held.counted_value) == (3, ReturnCell.Source.COUNTED, 3)


def test_dapeng_is_counted_for_itself_and_not_for_longgang(reference, city_staff):
    volunteers("440307010000", 4, city_staff)  # 大鹏街道: its code begins like 龙岗's

    actions.open_period(
        reference, year=2026, opens_on=date(2026, 11, 1), due_on=date(2027, 3, 31), by=city_staff
    )

    found = {row.region.name: cell(row, "KR300").value for row in Return.objects.select_related("region")}
    assert found["大鹏新区"] == 4
    assert found["龙岗区"] == 0
    assert sum(found.values()) == 4


def test_what_nobody_has_recorded_anywhere_is_not_filled_with_noughts(filing):
    assert cell(filing, "KR300").state == ReturnCell.State.EMPTY


def test_counting_again_refreshes_counted_cells_and_leaves_entered_ones(filing, officer, city_staff):
    actions.save_draft(filing, typed(filing, "KR300", "500"), by=officer)
    volunteers("440305007000", 5, city_staff)

    count_again(filing, by=officer)

    held = cell(filing, "KR300")
    assert (held.value, held.counted_value, held.source) == (500, 5, ReturnCell.Source.ENTERED)
    assert "KR300" in check(filing).overwritten


COUNTED_NOW = {"KR100": 72, "KR110": 27, "KR200": 108, "KR300": 264, "KE120": 54, "KC110": 0, "KC312": 17,
               "KH110": 9, "KH111": 173, "KH120": 5, "KH121": 3621, "KH130": 2, "KH131": 0}  # fmt: skip


def test_the_samples_history_is_of_the_size_of_what_the_portal_counts(filing):
    counts = {key: Decimal(value) for key, value in COUNTED_NOW.items()}
    before, now = (
        sample.values_for(filing.region, year, 1_795_826, 1.0, random.Random(year), counts)
        for year in (2025, 2026)
    )
    rules, names = filing.period.form.rules.all(), {}
    faults = [fault for rule in rules for fault in evaluate(rule, now, before, names)]

    assert {key: now[key] for key in counts} == counts
    assert [fault for fault in faults if fault.severity == "must"] == []
    assert len(faults) <= 5


# ---------------------------------------------------------------- filling


@pytest.mark.parametrize(
    ("text", "state", "value"),
    [
        ("0", ReturnCell.State.NUMBER, Decimal(0)),
        ("-", ReturnCell.State.NOT_APPLICABLE, None),
        ("1,200", ReturnCell.State.NUMBER, Decimal(1200)),
    ],
)
def test_zero_and_not_applicable_are_different(filing, officer, text, state, value):
    actions.save_draft(filing, typed(filing, "KC110", text), by=officer)

    held = cell(filing, "KC110")
    assert (held.state, held.value) == (state, value)


def test_what_is_no_number_is_kept_as_typed(filing, officer):
    saved = actions.save_draft(filing, typed(filing, "KC110", "大约三个"), by=officer)

    held = cell(filing, "KC110")
    assert (held.state, held.text) == (ReturnCell.State.EMPTY, "大约三个")
    assert "请填数字" in saved.faults["KC110"]


def test_the_database_keeps_state_and_value_together(filing):
    with pytest.raises(Error, match="return_cell_has_a_value"), transaction.atomic():
        filing.cells.filter(item__key="KC110").update(state="number", value=None)


def test_an_officer_of_another_district_cannot_fill_it(filing):
    stranger = UserFactory(holding=(Role.DISTRICT, Region.objects.get(code="440304000000")))

    with pytest.raises(PermissionDenied):
        actions.save_draft(filing, typed(filing, "KC110", "1"), by=stranger)


# ---------------------------------------------------------------- two officers, one return


def test_the_later_of_two_officers_sees_both_values_and_overwrites_nothing(filing, officer, colleague):
    seen = cell(filing, "KC110")
    actions.save_draft(filing, typed(filing, "KC110", "5", seen=seen), by=officer)

    saved = actions.save_draft(filing, typed(filing, "KC110", "7", seen=seen), by=colleague)

    conflict = saved.conflicts["KC110"]
    assert (conflict.theirs, conflict.mine, conflict.by) == ("5", "7", "陈南")
    assert cell(filing, "KC110").value == 5


def test_a_cell_left_alone_never_undoes_what_a_colleague_entered(filing, officer, colleague):
    seen = cell(filing, "KC110")
    actions.save_draft(filing, typed(filing, "KC110", "5", seen=seen), by=officer)

    saved = actions.save_draft(filing, typed(filing, "KC110", "", seen=seen), by=colleague)

    assert not saved.conflicts
    assert cell(filing, "KC110").value == 5


def test_two_who_type_the_same_have_no_conflict(filing, officer, colleague):
    seen = cell(filing, "KC110")
    actions.save_draft(filing, typed(filing, "KC110", "5", seen=seen), by=officer)

    assert not actions.save_draft(filing, typed(filing, "KC110", "5", seen=seen), by=colleague).conflicts


def test_a_value_and_a_note_by_two_people_are_both_kept(filing, officer, colleague):
    seen = cell(filing, "KC110")
    actions.save_draft(filing, typed(filing, "KC110", "5", seen=seen), by=officer)

    saved = actions.save_draft(filing, typed(filing, "KC110", "", "新馆开放", seen=seen), by=colleague)

    held = cell(filing, "KC110")
    assert (saved.conflicts, held.value, held.note) == ({}, 5, "新馆开放")


def test_two_hundred_rounds_of_two_officers_lose_nothing(filing, officer, colleague):
    rng = random.Random(8)
    keys = ["KC110", "KC210", "KR120"]
    pages = {person: {key: cell(filing, key) for key in keys} for person in (officer, colleague)}
    for number in range(200):
        person = rng.choice((officer, colleague))
        key = rng.choice(keys)
        if rng.random() < 0.4:
            pages[person][key] = cell(filing, key)
        seen, before = pages[person][key], cell(filing, key)
        saved = actions.save_draft(filing, typed(filing, key, str(number), seen=seen), by=person)
        after = cell(filing, key)
        if saved.conflicts:
            assert after.text == before.text == saved.conflicts[key].theirs
            assert saved.conflicts[key].mine == str(number)
        else:
            assert before.version == seen.version or before.text == seen.text
            assert after.text == str(number)


# ---------------------------------------------------------------- submitting and reviewing


def test_an_unfinished_return_is_not_submitted_and_says_what_is_left(filing, officer):
    with pytest.raises(Refused, match="111 项未填"):
        actions.submit(filing, by=officer)


def test_a_sum_that_does_not_add_up_blocks_the_submission(filing, officer):
    fill_everything(filing, officer)
    actions.save_draft(filing, typed(filing, "KJ150", "99999", "说明"), by=officer)

    with pytest.raises(Refused, match="1 处必须更正"):
        actions.submit(filing, by=officer)


def test_a_cell_with_what_is_no_number_is_to_be_corrected_not_filled(filing, officer):
    fill_everything(filing, officer)
    actions.save_draft(filing, typed(filing, "KJ210", "1.2.3", "说明"), by=officer)

    with pytest.raises(Refused) as refusal:
        actions.submit(filing, by=officer)

    assert "项未填" not in str(refusal.value)
    assert "处必须更正" in str(refusal.value)


def test_submitting_tells_the_association(submitted, city_staff):
    assert submitted.status == Return.Status.SUBMITTED
    notice = Notice.objects.filter(recipient=city_staff, kind="task").latest("pk")
    assert "已提交" in notice.text


def test_a_submitted_return_is_not_changed(submitted, officer):
    with pytest.raises(Refused, match="不能修改"):
        actions.save_draft(submitted, typed(submitted, "KC110", "9"), by=officer)


def test_late_is_judged_by_the_first_submission(submitted, officer, city_staff):
    first = datetime(2027, 3, 31, 23, 59, tzinfo=SHANGHAI)
    Return.objects.filter(pk=submitted.pk).update(first_submitted_at=first)
    submitted.refresh_from_db()
    actions.send_back(submitted, note="请核对经费", by=city_staff)

    actions.submit(submitted, by=officer)

    submitted.refresh_from_db()
    assert not submitted.is_late(date(2027, 5, 1))
    Return.objects.filter(pk=submitted.pk).update(first_submitted_at=first.replace(month=4, day=1))
    submitted.refresh_from_db()
    assert submitted.is_late(date(2027, 5, 1))


def test_sending_back_needs_a_reason_and_reaches_the_district(submitted, city_staff, officer):
    with pytest.raises(Refused, match="理由"):
        actions.send_back(submitted, note=" ", by=city_staff)

    actions.send_back(submitted, note="请核对经费", by=city_staff)

    assert submitted.is_open
    assert "请核对经费" in Notice.objects.filter(recipient=officer).latest("pk").text


def test_a_remark_at_a_cell_is_answered_by_changing_it(submitted, city_staff, officer):
    actions.remark(submitted, key="KJ100", text="与决算不符", by=city_staff)
    actions.send_back(submitted, note="见意见", by=city_staff)

    entries = typed(submitted, "KJ100", "1", "改")
    actions.save_draft(submitted, entries, by=officer)

    assert CellRemark.objects.get().answered_at is not None


def test_an_accepted_return_is_locked_in_the_database(submitted, city_staff):
    actions.accept(submitted, by=city_staff)

    for change in ({"value": 1}, {"note": "改"}):
        with pytest.raises(Error, match="locked"), transaction.atomic():
            submitted.cells.filter(item__key="KC110").update(**change)
    with pytest.raises(Error, match="locked"), transaction.atomic():
        submitted.cells.filter(item__key="KC110").delete()


def test_an_accepted_return_is_reopened_for_a_reason_only(submitted, city_staff, officer):
    actions.accept(submitted, by=city_staff)
    with pytest.raises(Refused, match="理由"):
        actions.reopen(submitted, note="", by=city_staff)

    actions.reopen(submitted, note="区里来函更正", by=city_staff)
    actions.save_draft(submitted, typed(submitted, "KC210", "77"), by=officer)

    assert cell(submitted, "KC210").value == 77


def test_officers_do_not_accept_their_own_return(submitted, officer):
    with pytest.raises(PermissionDenied):
        actions.accept(submitted, by=officer)


def test_the_desk_shows_what_waits_and_what_is_late(filing, officer, city_staff):
    (due,) = waiting_for(officer, date(2026, 12, 1))
    assert (due.title, due.count) == ("待填报的报表", 1)
    (late,) = waiting_for(officer, date(2027, 4, 1))
    assert late.title == "逾期未报的报表"
    assert waiting_for(city_staff, date(2026, 12, 1)) == []


def test_the_desk_names_the_year_of_a_due_date(filing, officer):
    (due,) = waiting_for(officer, date(2026, 12, 1))

    assert "2027年3月31日截止" in due.items[0][0]


def test_staff_see_submitted_returns_waiting(submitted, city_staff):
    (found,) = waiting_for(city_staff)
    assert (found.title, found.count) == ("待审核的报表", 1)


def test_the_standing_of_a_year_never_passes_the_whole(submitted, city_staff):
    (found,) = standings([submitted.period], timezone.localdate())
    assert (found.total, found.submitted, found.accepted) == (11, 1, 0)
