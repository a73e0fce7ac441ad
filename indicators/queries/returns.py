"""Reads of returns: what is due, what a form shows beside each cell, which rules do not hold."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from indicators import sources
from indicators.models import NOT_APPLICABLE_SIGN, Period, Return, ReturnCell
from indicators.rules import Fault, Value, evaluate
from portal.accounts import User
from portal.calendar import local_today
from portal.roles import Perm
from portal.waiting import Waiting


def value_of(cell: ReturnCell) -> Value:
    return NOT_APPLICABLE_SIGN if cell.state == ReturnCell.State.NOT_APPLICABLE else cell.value


def cells_of(filing: Return) -> list[ReturnCell]:
    """All cells of a return in the order of the form."""
    return list(filing.cells.select_related("item", "changed_by").order_by("item__position"))


def values_of(cells: list[ReturnCell]) -> dict[str, Value]:
    return {cell.item.key: value_of(cell) for cell in cells}


def year_before(filing: Return) -> dict[str, Value]:
    """The same district's values of the year before, as handed in; empty if there are none."""
    cells = ReturnCell.objects.filter(
        filing__region=filing.region_id,
        filing__period__year=filing.period.year - 1,
        filing__status__in=[Return.Status.ACCEPTED, Return.Status.SUBMITTED],
    ).select_related("item")
    return {cell.item.key: value_of(cell) for cell in cells}


def years_before(filing: Return, years: int = 5) -> dict[str, list[tuple[int, Value]]]:
    """Accepted values of earlier years per cell, the latest first."""
    cells = (
        ReturnCell.objects.filter(
            filing__region=filing.region_id,
            filing__status=Return.Status.ACCEPTED,
            filing__period__year__lt=filing.period.year,
            filing__period__year__gte=filing.period.year - years,
        )
        .select_related("item", "filing__period")
        .order_by("-filing__period__year", "item__position")
    )
    found = defaultdict(list)
    for cell in cells:
        found[cell.item.key].append((cell.filing.period.year, value_of(cell)))
    return dict(found)


@dataclass(frozen=True)
class Check:
    """What stands between a return and its submission."""

    missing: list[str]
    faults: list[Fault]
    unexplained: list[Fault]  # of the faults, those that ask for a note which is not there
    overwritten: list[str]  # cells with another number than the portal counts, and no reason
    by_key: dict[str, list[Fault]] = field(default_factory=dict)

    @property
    def must(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.severity == "must"]

    @property
    def is_ready(self) -> bool:
        return not (self.missing or self.must or self.unexplained or self.overwritten)

    @property
    def words(self) -> str:
        """What is still to be done, in one sentence; "" when nothing is."""
        parts = [
            (len(self.missing), "项未填"),
            (len(self.must), "处必须更正"),
            (len(self.unexplained), "处需要说明"),
            (len(self.overwritten), "项与平台统计数不同、需填理由"),
        ]
        return "、".join(f"{count} {words}" for count, words in parts if count)


def check(
    filing: Return, cells: list[ReturnCell] | None = None, before: Mapping[str, Value] | None = None
) -> Check:
    """Evaluate all rules of the form against a return."""
    cells = cells_of(filing) if cells is None else cells
    before = year_before(filing) if before is None else before
    values, notes = values_of(cells), {cell.item.key: cell.note.strip() for cell in cells}
    names = {cell.item.key: cell.item.name for cell in cells}
    faults = [
        fault for rule in filing.period.form.rules.all() for fault in evaluate(rule, values, before, names)
    ]
    by_key = defaultdict(list)
    for fault in faults:
        by_key[fault.key].append(fault)
    return Check(
        missing=[key for key, value in values.items() if value is None],
        faults=faults,
        unexplained=[f for f in faults if f.severity == "explain" and not notes.get(f.key)],
        overwritten=[cell.item.key for cell in cells if cell.is_overwritten and not cell.note.strip()],
        by_key=dict(by_key),
    )


# ---------------------------------------------------------------- lists


def returns_for(user: User) -> QuerySet[Return]:
    """The returns a person may see, the latest year first, with how many cells are filled."""
    filled = Q(cells__state__in=[ReturnCell.State.NUMBER, ReturnCell.State.NOT_APPLICABLE])
    return (
        Return.objects.for_user(user, Perm.RETURN_VIEW)
        .select_related("region", "period")
        .annotate(cell_count=Count("cells"), filled_count=Count("cells", filter=filled))
        .order_by("-period__year", "region__code")
    )


@dataclass(frozen=True)
class Standing:
    """How far one year's round is: by district, on time by the day of the first submission."""

    period: Period
    total: int
    submitted: int
    accepted: int
    late: int


def standing(period: Period, on: date) -> Standing:
    rows = list(period.returns.select_related("period"))
    return Standing(
        period=period,
        total=len(rows),
        submitted=sum(1 for row in rows if row.first_submitted_at),
        accepted=sum(1 for row in rows if row.status == Return.Status.ACCEPTED),
        late=sum(1 for row in rows if row.is_late(on)),
    )


def waiting_for(user: User, on: date | None = None) -> list[Waiting]:
    """What of returns waits for this person: to fill, late ones first, or to review."""
    today = on or local_today()
    found = []
    if user.can(Perm.RETURN_FILL):
        mine = list(
            Return.objects.for_user(user, Perm.RETURN_FILL)
            .unfinished()
            .filter(period__opens_on__lte=today)
            .select_related("region", "period")
            .order_by("period__due_on", "pk")[:20]
        )
        late = [row for row in mine if row.is_late(today)]
        found += _waiting("逾期未报的年报", late)
        found += _waiting("待填报的年报", [row for row in mine if row not in late])
    if user.can(Perm.RETURN_REVIEW):
        submitted = list(
            Return.objects.for_user(user, Perm.RETURN_REVIEW)
            .filter(status=Return.Status.SUBMITTED)
            .select_related("region", "period")
            .order_by("submitted_at", "pk")[:20]
        )
        found += _waiting("待审核的年报", submitted)
    return found


def _waiting(title: str, rows: list[Return]) -> list[Waiting]:
    if not rows:
        return []
    items = [(_line(row), row.get_absolute_url()) for row in rows[:5]]
    return [Waiting(title=title, count=len(rows), url="/desk/returns/", items=items)]


def _line(row: Return) -> str:
    due = row.period.due_on
    return f"{row}（{row.get_status_display()}，{due.month}月{due.day}日截止）"


# ---------------------------------------------------------------- where a counted cell is from


@dataclass(frozen=True)
class Evidence:
    """The records behind one counted cell: how many, in what word, and the first of them."""

    label: str
    word: str
    register: str
    value: Decimal | None
    records: list
    is_personal: bool


def evidence(filing: Return, key: str, *, limit: int = 200) -> Evidence | None:
    """What the portal counted for a cell; None where it counts nothing."""
    counter = sources.COUNTERS.get(key)
    if counter is None:
        return None
    cell = filing.cells.filter(item__key=key).first()
    records = list(counter.records(filing.region.district_code, filing.period.year)[:limit])
    return Evidence(
        label=counter.label,
        word=counter.word,
        register=counter.register,
        value=cell.counted_value if cell else None,
        records=records,
        is_personal=counter.is_personal,
    )
