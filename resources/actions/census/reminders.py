"""Reminding in a census, by hand and by the clock."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User
from portal.errors import Refused
from portal.regions import Region
from resources.actions.census.people import officers, tell
from resources.models.census import (
    CensusRound,
    CensusUnit,
)
from resources.queries.census import (
    Reminder,
    reminder,
)

# Days before and after the units' day on which the clock reminds.
REMINDS_BEFORE = (7, 3, 1, 0)
REMINDS_AFTER_EVERY = 7


@transaction.atomic
def remind(asked: CensusRound, *, units, by: User | None, at: datetime) -> Reminder:
    """Tell everybody whose unit has not answered; officers hear of units that nobody signs in for.

    `units` narrows whom: those of one's own regions. By the clock `by` is None. Nobody is told twice a day.
    """
    if not asked.is_running:
        raise Refused("只有进行中的普查可以催办。")
    on = timezone.localdate(at)
    found = reminder(units.filter(round=asked), on)
    words = (
        f"已于{asked.due_on.month}月{asked.due_on.day}日截止，请尽快提交"
        if asked.is_late(on)
        else f"{asked.due_on.month}月{asked.due_on.day}日截止，请及时提交"
    )
    for key, own in found.people.items():
        link = own[0].get_absolute_url() if len(own) == 1 else asked.get_absolute_url()
        named = own[0].name if len(own) == 1 else f"{own[0].name}等 {len(own)} 个单位"
        tell([found.users[key]], f"催办：{named}的“{asked}”还没有提交，{words}。", link)
    _tell_officers_of_silent(asked, found.without, words)
    CensusUnit.objects.filter(pk__in=[unit.pk for unit in found.units]).update(reminded_at=at)
    if found.units:
        audit.record(asked, "remind", by=by, note=f"{len(found.units)} 个单位，{len(found.people)} 人")
    return found


def _tell_officers_of_silent(asked: CensusRound, units: list[CensusUnit], words: str) -> None:
    """Units without an account: whoever checks in their district answers for them or finds them one."""
    by_district: dict[str, list[CensusUnit]] = defaultdict(list)
    for unit in units:
        by_district[unit.region.district_code or unit.region.code].append(unit)
    regions = Region.objects.in_bulk(list(by_district), field_name="code")
    for code, silent in by_district.items():
        text = f"{regions[code]}有 {len(silent)} 个单位没有账号、还没有填报“{asked}”，{words}，可代为填报。"
        tell(officers(regions[code]), text, f"{asked.get_absolute_url()}?region={code}")


def remind_by_clock(*, at: datetime) -> int:
    """Seven, three, one and no days before the units' day, and every week after it until the round closes.

    Returns how many units were reminded of.
    """
    today, count = timezone.localdate(at), 0
    for asked in CensusRound.objects.filter(status=CensusRound.Status.OPEN).order_by("pk"):
        left = (asked.due_on - today).days
        if left in REMINDS_BEFORE or (left < 0 and -left % REMINDS_AFTER_EVERY == 0):
            count += len(remind(asked, units=CensusUnit.objects.all(), by=None, at=at).units)
    return count
