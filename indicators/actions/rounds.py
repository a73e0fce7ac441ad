"""Rounds of returns: opening one for all who report, counting for it, extending it, reminding of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from indicators import sources
from indicators.models import YEARLY_FORM, Period, Reminder, Reporter, Return, ReturnCell, StatForm
from portal import audit
from portal.accounts import User, people_with, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.roles import Perm

PARTS = {"year": 1, "half": 2, "quarter": 4, "month": 12}


@transaction.atomic
def open_period(
    form: StatForm,
    *,
    year: int,
    part: int = 1,
    opens_on: date,
    due_on: date,
    by: User,
    at: datetime | None = None,
) -> Period:
    """Open one round: a return for everybody the form is addressed to, filled with what the portal counts.

    Who reports is told on the opening day: now, if that has come, else by the night.
    Raises Refused if the round is open already, or there is no such part of the year. Of two people who open
    it at once, one makes the row.
    """
    require(by, Perm.RETURN_REVIEW, Region.objects.city())
    period = Period(form=form, year=year, part=part, opens_on=opens_on, due_on=due_on)
    period.clean_fields()
    if due_on < opens_on:
        raise Refused("截止日期不能早于开始填报日期。")
    if form.valid_from is None or opens_on < form.valid_from:
        raise Refused(f"{form}在{opens_on:%Y年%-m月%-d日}还没有启用，请改开始填报的日期或换一版。")
    if part > PARTS[form.frequency]:
        raise Refused(f"{form.get_frequency_display()}填报的报表没有第 {part} 期，请核对期次。")
    if Period.objects.filter(form__code=form.code, year=year, part=part).exclude(form=form).exists():
        raise Refused(f"{period}的填报已经按另一版报表开启。")
    given = {"opens_on": opens_on, "due_on": due_on}
    period, is_new = Period.objects.get_or_create(form=form, year=year, part=part, defaults=given)
    if not is_new:
        raise Refused(f"{period}的填报已经开启。")
    audit.record(period, "create", by=by)
    create_returns(period, reporters_of(form), by=by)
    remind(at=at or timezone.now(), only=period)
    return period


def reporters_of(form: StatForm) -> list[tuple[str, Region, Organization | None]]:
    """Everybody a form is addressed to. A body that runs a venue and is a member unit reports for each."""
    found: list[tuple[str, Region, Organization | None]] = []
    wanted = set(form.reporters)
    if Reporter.DISTRICT in wanted:
        found += [(Reporter.DISTRICT, region, None) for region in Region.objects.districts()]
    if Reporter.SUBDISTRICT in wanted:
        streets = Region.objects.inhabited().filter(level=Level.SUBDISTRICT).order_by("code")
        found += [(Reporter.SUBDISTRICT, region, None) for region in streets]
    bodies = Organization.objects.active().select_related("region").order_by("region__code", "pk")
    if Reporter.VENUE in wanted:
        found += [(Reporter.VENUE, body.region, body) for body in bodies.filter(kind=Organization.Kind.VENUE)]
    if Reporter.MEMBER in wanted:
        members = bodies.filter(pk__in=sources.member_units())
        found += [(Reporter.MEMBER, body.region, body) for body in members]
    return found


@transaction.atomic
def create_returns(
    period: Period,
    reporters: Iterable[tuple[str, Region, Organization | None]],
    *,
    by: User,
    counted: Mapping | None = None,
) -> list[Return]:
    """A return for each reporter with all its cells, those that the portal counts already filled.

    A second return of one reporter raises IntegrityError.
    """
    counted_at = timezone.now() if period.form.code == YEARLY_FORM else None
    filings = Return.objects.bulk_create(
        Return(
            period=period,
            reporter=reporter,
            region=region,
            organization=organization,
            created_by=by,
            counted_at=counted_at,
        )
        for reporter, region, organization in reporters
    )
    items = list(period.form.items.order_by("position"))
    cells = [ReturnCell(filing=filing, item=item) for filing in filings for item in items]
    if counted_at:
        counted = sources.count_cells(period.year) if counted is None else counted
        for cell in cells:
            _take_count(cell, counted, counted_at)
    ReturnCell.objects.bulk_create(cells)
    audit.record_many(filings, "create", by=by)
    return filings


@transaction.atomic
def count_again(filing: Return, *, by: User) -> int:
    """Fetch the portal's counts anew; returns how many cells changed. What an officer entered stays.

    Raises Refused once the return is no longer with the reporter, or if the portal counts nothing for it.
    """
    require_filler(by, filing)
    lock_open(filing)
    if filing.period.form.code != YEARLY_FORM:
        raise Refused("这份报表没有平台统计的项目，请直接填写。")
    counted, filing.counted_at = sources.count_cells(filing.period.year), timezone.now()
    cells = filing.cells.select_related("item").filter(item__key__in=list(counted))
    changed = [cell for cell in cells if _take_count(cell, counted, filing.counted_at)]
    fields = ["value", "state", "source", "version", "changed_at", "changed_by", "counted_value"]
    ReturnCell.objects.bulk_update(changed, fields)
    filing.save(update_fields=["counted_at"])
    audit.record(filing, "count", by=by, note=f"{len(changed)} 项")
    return len(changed)


def _take_count(cell: ReturnCell, counted: Mapping, at: datetime) -> bool:
    """Put the portal's figure beside a cell, and into it if nobody has filled it; whether that changed it."""
    value = counted.get(cell.item.key, {}).get(cell.filing.region.district_code)
    is_untouched = cell.source == ReturnCell.Source.COUNTED or (cell.version == 0 and not cell.text)
    if value is None or (value == cell.counted_value and not is_untouched):
        return False
    if is_untouched and value != cell.value:
        cell.value, cell.state = value, ReturnCell.State.NUMBER
        cell.source, cell.version, cell.changed_at = ReturnCell.Source.COUNTED, cell.version + 1, at
        cell.changed_by = None
    elif value == cell.counted_value:
        return False
    cell.counted_value = value
    return True


def require_filler(by: User, filing: Return) -> None:
    """Raises PermissionDenied unless this person fills this return: a unit's is filled by the unit alone."""
    require(by, Perm.RETURN_FILL, filing)
    if not filing.is_filled_by(by):
        raise PermissionDenied(f"{filing}由{filing.reporter_name}自行填报。")


def lock_open(filing: Return) -> Return:
    """The row, locked until the transaction ends. Raises Refused unless the reporter may change it."""
    held = Return.objects.select_for_update(of=("self",)).named().get(pk=filing.pk)
    if held.status == Return.Status.SIGNING:
        raise Refused("报表正在等负责人签核，要修改请先撤回。")
    if not held.is_open:
        raise Refused(f"报表{held.get_status_display()}，不能修改；如需更改请联系市科协退回。")
    return held


# ---------------------------------------------------------------- time


@transaction.atomic
def extend(filing: Return, *, to: date, reason: str, by: User, at: datetime | None = None) -> None:
    """Give one reporter until `to`, that day included; the reminders before that day begin anew.

    Raises Refused without a reason, for a day that is no extension, and for a return that is not with its
    reporter.
    """
    require(by, Perm.RETURN_REVIEW, filing)
    held = Return.objects.select_for_update(of=("self",)).named().get(pk=filing.pk)
    if not held.is_with_reporter:
        raise Refused(f"报表{held.get_status_display()}，不需要延期。")
    if not reason.strip():
        raise Refused("请填写延期的理由。")
    if to <= held.due_on:
        raise Refused(f"延期日期应晚于现在的截止日期（{held.due_on:%Y年%-m月%-d日}）。")
    before = held.due_on
    Return.objects.filter(pk=filing.pk).update(extended_to=to, extension_reason=reason.strip()[:300])
    filing.refresh_from_db(fields=["extended_to", "extension_reason"])
    at = at or timezone.now()
    stage = stage_on(filing, local_today(at))
    if stage:  # what this notice tells, no reminder repeats
        Reminder.objects.get_or_create(filing=filing, stage=stage, due_on=to, defaults={"sent_at": at})
    audit.record(filing, "extend", by=by, changes={"extended_to": [before, to]}, note=reason.strip())
    notify(
        fillers_of(filing),
        f"{filing}延期至{to:%Y年%-m月%-d日}：{reason.strip()}",
        link=filing.get_absolute_url(),
    )


def fillers_of(filing: Return) -> QuerySet[User]:
    """Who fills a return: of a unit those who work there, of a region those who hold just that region.

    Where nobody holds a subdistrict, its district is told.
    """
    if filing.organization_id:
        return people_with(Perm.RETURN_FILL, filing.organization).filter(
            grants__organization=filing.organization_id
        )
    own = people_with(Perm.RETURN_FILL, filing.region)
    held = own.filter(grants__region=filing.region_id)
    return held if held.exists() else own


STAGES = (
    # Stage, days before the last day; the latest that has come is the one that is sent.
    (Reminder.Stage.LATE_WEEK, -7),
    (Reminder.Stage.LATE, -1),
    (Reminder.Stage.DAY, 1),
    (Reminder.Stage.WEEK, 7),
)


def stage_on(filing: Return, day: date) -> str:
    """Which reminder a day asks for; "" before the opening day."""
    if day < filing.period.opens_on:
        return ""
    left = (filing.due_on - day).days
    return next((stage for stage, days in STAGES if left <= days), Reminder.Stage.OPEN)


@transaction.atomic
def remind(*, at: datetime, only: Period | None = None) -> int:
    """Tell who is to fill a return that it opened, is soon due, or late: each stage once; returns how many.

    Safe to run again and late: of the stages that have come only the latest is told. Nobody is told twice
    of one return on a day.
    """
    day = local_today(at)
    open_ones = Return.objects.unfinished().filter(period__opens_on__lte=day).named()
    if only is not None:
        open_ones = open_ones.filter(period=only)
    sent = 0
    for filing in open_ones.order_by("pk").iterator(chunk_size=500):
        stage = stage_on(filing, day)
        row = {"filing": filing, "stage": stage, "due_on": filing.due_on}
        _, is_new = Reminder.objects.get_or_create(**row, defaults={"sent_at": at})
        if is_new:
            sent += notify(
                fillers_of(filing),
                _words(filing, stage),
                link=filing.get_absolute_url(),
                kind=Notice.Kind.TASK,
            )
    return sent


def _words(filing: Return, stage: str) -> str:
    due = f"{filing.due_on:%Y年%-m月%-d日}"
    return {
        Reminder.Stage.OPEN: f"{filing}已开放填报，请于{due}前提交。",
        Reminder.Stage.WEEK: f"{filing}将于{due}截止，尚未提交。",
        Reminder.Stage.DAY: f"{filing}即将截止（{due}），尚未提交。",
        Reminder.Stage.LATE: f"{filing}已于{due}截止，逾期未报，请尽快提交；确有困难请向市科协申请延期。",
        Reminder.Stage.LATE_WEEK: f"{filing}逾期已超过一周，请立即提交。",
    }[Reminder.Stage(stage)]
