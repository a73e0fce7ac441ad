"""Reads of returns: what is due, what stands beside each cell, which rules do not hold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from indicators.models import (
    NOT_APPLICABLE_SIGN,
    FormItem,
    HeadSignOff,
    Period,
    Reporter,
    Return,
    ReturnCell,
    Submission,
    ValidationRule,
)
from indicators.rules import BEFORE, Fault, Value, evaluate, foreign_keys, unusual
from portal.accounts import User
from portal.calendar import PeriodKind, local_today
from portal.regions import Region
from portal.roles import Perm
from portal.waiting import Waiting


def value_of(cell: ReturnCell) -> Value:
    return _value(cell.state, cell.value, cell.words)


def cells_of(filing: Return) -> list[ReturnCell]:
    """All cells of a return in the order of the form."""
    return list(filing.cells.select_related("item", "changed_by").order_by("item__position"))


def values_of(cells: list[ReturnCell]) -> dict[str, Value]:
    return {cell.item.key: value_of(cell) for cell in cells}


def is_signed_first(filing: Return) -> bool:
    """Whether a return goes to its district's head before it is handed in."""
    return (
        filing.reporter == Reporter.DISTRICT
        and HeadSignOff.objects.filter(region=filing.region_id, is_on=True).exists()
    )


@dataclass(frozen=True)
class Wish:
    """Whether a district's return is signed by its head, for who may say so."""

    region: Region
    is_on: bool


def wishes_of(user: User) -> list[Wish]:
    """The districts for which this person says whether returns are signed, with what holds now."""
    paths, _ = user.places_for(Perm.RETURN_SIGN)
    if not paths:
        return []
    held = [one for one in Region.objects.districts() if any(one.path.startswith(path) for path in paths)]
    on = set(HeadSignOff.objects.filter(region__in=held, is_on=True).values_list("region", flat=True))
    return [Wish(one, one.pk in on) for one in held]


HANDED_IN = (Return.Status.SUBMITTED, Return.Status.ACCEPTED)


@dataclass(frozen=True)
class Past:
    """What the rules and the page hold beside a return."""

    history: dict[str, list[tuple[str, Value]]]  # earlier values of the same reporter, the latest first
    before: dict[str, Value]  # those of the period just before
    others: dict[str, list[tuple[Value, Value]]]  # last and present value of each other reporter
    foreign: dict[str, Value]  # sums of other forms that a rule names
    foreign_names: dict[str, str]

    def names(self, cells: list[ReturnCell]) -> dict[str, str]:
        """What each thing a rule may name is called."""
        own = {cell.item.key: cell.item.name for cell in cells}
        return {**own, **{f"{BEFORE}{key}": f"上期{name}" for key, name in own.items()}, **self.foreign_names}

    def values(self, own: Mapping[str, Value]) -> dict[str, Value]:
        """All that a rule may name."""
        last = {f"{BEFORE}{key}": value for key, value in self.before.items()}
        return {**own, **last, **self.foreign}


def past_of(filing: Return, rules: Iterable[ValidationRule], rounds: int = 8) -> Past:
    """Earlier rounds of the same reporter, the others' movement, and what other forms say. Four queries."""
    place = (filing.period.year, filing.period.part)
    wanted = foreign_keys(rule.expression for rule in rules)
    found = _rounds(filing).filter(
        filing__region=filing.region_id, filing__organization=filing.organization_id
    )
    history: dict[str, dict[tuple[int, int], Value]] = defaultdict(dict)
    for key, year, part, *held in found.values_list(*_ROW).order_by("-filing__period__year"):
        if (year, part) < place:
            history[key][year, part] = _value(*held)
    latest = sorted({each for rows in history.values() for each in rows}, reverse=True)[:rounds]
    previous = filing.period.span.previous
    last = (previous.start.year, _part(previous))
    return Past(
        history={
            key: [(_label(filing, each), rows[each]) for each in latest if each in rows]
            for key, rows in history.items()
        },
        before={key: rows[last] for key, rows in history.items() if last in rows},
        others=_movement(filing, place, last),
        foreign=_foreign(filing, wanted),
        foreign_names=_foreign_names(wanted),
    )


_ROW = (
    "item__key",
    "filing__period__year",
    "filing__period__part",
    "state",
    "value",
    "words",
)


def _value(state: str, value: Decimal | None, words: str) -> Value:
    return {"not_applicable": NOT_APPLICABLE_SIGN, "text": words}.get(state, value)


def _part(span) -> int:
    """Which half, quarter or month of its year a period is."""
    months = {PeriodKind.HALF: 6, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}.get(span.kind, 12)
    return (span.start.month - 1) // months + 1


def _label(filing: Return, place: tuple[int, int]) -> str:
    year, part = place
    return str(Period(form=filing.period.form, year=year, part=part)).removesuffix("度")


def _rounds(filing: Return) -> QuerySet[ReturnCell]:
    """Cells handed in on the same form, of whichever version."""
    return ReturnCell.objects.filter(
        filing__period__form__code=filing.period.form.code, filing__status__in=HANDED_IN
    ).exclude(filing=filing.pk)


def _movement(filing: Return, now: tuple[int, int], then: tuple[int, int]) -> dict[str, list]:
    """What every other reporter of the same kind handed in, this period and the last."""
    both = Q(filing__period__year=now[0], filing__period__part=now[1])
    both |= Q(filing__period__year=then[0], filing__period__part=then[1])
    rows = _rounds(filing).filter(both, filing__reporter=filing.reporter, state=ReturnCell.State.NUMBER)
    pairs: dict[tuple, dict] = defaultdict(dict)
    for region, organization, key, year, part, value in rows.values_list(
        "filing__region", "filing__organization", *_ROW[:3], "value"
    ):
        pairs[key, region, organization][year, part] = value
    found = defaultdict(list)
    for (key, *_), held in pairs.items():
        if now in held and then in held:
            found[key].append((held[then], held[now]))
    return dict(found)


def _foreign_names(wanted: set[str]) -> dict[str, str]:
    if not wanted:
        return {}
    items = FormItem.objects.filter(
        form__code__in={key.partition(":")[0] for key in wanted},
        key__in={key.partition(":")[2] for key in wanted},
    )
    rows = items.order_by("form__version").values_list("form__code", "key", "form__name", "name")
    return {f"{form}:{key}": f"{title}{name}合计" for form, key, title, name in rows}


def _foreign(filing: Return, wanted: set[str]) -> dict[str, Value]:
    """Sums over other forms' returns of the same place and year; a form nobody has handed in is not known."""
    if not wanted:
        return {}
    rows = (
        ReturnCell.objects.filter(
            filing__period__form__code__in={key.partition(":")[0] for key in wanted},
            filing__period__year=filing.period.year,
            filing__region__path__startswith=filing.region.path,
            filing__status__in=HANDED_IN,
        )
        .values_list("filing__period__form__code", "item__key")
        .annotate(total=Sum("value"))
        .order_by()
    )
    return {f"{form}:{key}": total for form, key, total in rows if f"{form}:{key}" in wanted}


def handed_in_before(filing: Return) -> Submission | None:
    """What stood in a return when it was last handed in and is to be compared with: while it waits for
    review or is accepted, the time before that.
    """
    handed = filing.submissions.order_by("-number")
    return handed.first() if filing.is_open else handed[1:2].first()


@dataclass(frozen=True)
class Check:
    """What stands between a return and its submission."""

    missing: list[str]
    faults: list[Fault]
    unexplained: list[Fault]  # of the faults, those that ask for a note which is not there
    overwritten: list[str]  # cells with another number than the portal counts, and no reason
    unread: list[str] = field(default_factory=list)  # of the missing: typed, but no value
    by_key: dict[str, list[Fault]] = field(default_factory=dict)

    @property
    def must(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.severity == "must"]

    @property
    def empty(self) -> list[str]:
        return [key for key in self.missing if key not in self.unread]

    @property
    def is_ready(self) -> bool:
        return not (self.missing or self.must or self.unexplained or self.overwritten)

    @property
    def words(self) -> str:
        """What is still to be done, in one sentence; "" when nothing is."""
        parts = [
            (len(self.empty), "项未填"),
            (len(self.must) + len(self.unread), "处必须更正"),
            (len(self.unexplained), "处需要说明"),
            (len(self.overwritten), "项与平台统计数不同、需填理由"),
        ]
        return "、".join(f"{count} {words}" for count, words in parts if count)


def check(
    filing: Return,
    cells: list[ReturnCell] | None = None,
    past: Past | None = None,
    rules: list[ValidationRule] | None = None,
) -> Check:
    """Evaluate all rules of the form against a return, and look for what is unusual."""
    cells = cells_of(filing) if cells is None else cells
    rules = list(filing.period.form.rules.all()) if rules is None else rules
    past = past_of(filing, rules) if past is None else past
    own, notes = values_of(cells), {cell.item.key: cell.note.strip() for cell in cells}
    names, values = past.names(cells), past.values(own)
    faults = [fault for rule in rules for fault in evaluate(rule, values, past.before, names)]
    told = {fault.key for fault in faults if fault.severity == "explain"}
    for cell in cells:
        key = cell.item.key
        if key in told:  # one reason is asked for once
            continue
        earlier = [value for _, value in past.history.get(key, ())]
        bounds = (cell.item.low, cell.item.high)
        faults += unusual(key, own[key], earlier, past.others.get(key, ()), bounds)
    by_key = defaultdict(list)
    for fault in faults:
        by_key[fault.key].append(fault)
    return Check(
        missing=[key for key, value in own.items() if value is None],
        faults=faults,
        unexplained=[f for f in faults if f.severity == "explain" and not notes.get(f.key)],
        overwritten=[cell.item.key for cell in cells if cell.is_overwritten and not cell.note.strip()],
        unread=[cell.item.key for cell in cells if cell.typed],
        by_key=dict(by_key),
    )


# ---------------------------------------------------------------- lists


def returns_for(user: User) -> QuerySet[Return]:
    """The returns a person may see, the latest year first, with how many cells are filled."""
    filled = Q(cells__state__in=[ReturnCell.State.NUMBER, ReturnCell.State.NOT_APPLICABLE])
    return (
        Return.objects.for_user(user, Perm.RETURN_VIEW)
        .named()
        .annotate(cell_count=Count("cells"), filled_count=Count("cells", filter=filled))
        .order_by("-period__year", "-period__part", "region__code", "pk")
    )


@dataclass(frozen=True)
class Standing:
    """How far one round is: on time by the day of the first submission."""

    period: Period
    total: int
    submitted: int
    accepted: int
    late: int


def standings(periods: list[Period], on: date) -> list[Standing]:
    """How far each of these rounds is."""
    rows = defaultdict(list)
    for row in Return.objects.filter(period__in=periods).select_related("period"):
        rows[row.period_id].append(row)
    return [
        Standing(
            period=period,
            total=len(rows[period.pk]),
            submitted=sum(1 for row in rows[period.pk] if row.first_submitted_at),
            accepted=sum(1 for row in rows[period.pk] if row.status == Return.Status.ACCEPTED),
            late=sum(1 for row in rows[period.pk] if row.is_late(on)),
        )
        for period in periods
    ]


def waiting_for(user: User, on: date | None = None) -> list[Waiting]:
    """What of returns waits for this person: to fill, late ones first, or to review."""
    today = on or local_today()
    found = []
    if user.can(Perm.RETURN_FILL):
        mine = list(
            Return.objects.to_fill(user)
            .unfinished()
            .exclude(status=Return.Status.SIGNING)
            .filter(period__opens_on__lte=today)
            .named()
            # One's own before those of streets that fill theirs themselves.
            .order_by("region__level", "period__due_on", "pk")[:20]
        )
        late = [row for row in mine if row.is_late(today)]
        found += _waiting("逾期未报的报表", late, is_late=True)
        found += _waiting("待填报的报表", [row for row in mine if row not in late])
    if user.can(Perm.RETURN_SIGN):
        signing = (
            Return.objects.for_user(user, Perm.RETURN_SIGN)
            .filter(status=Return.Status.SIGNING)
            .exclude(asked_by=user)
            .named()
            .order_by("period__due_on", "pk")[:20]
        )
        found += _waiting("待签核的报表", list(signing))
    if user.can(Perm.RETURN_REVIEW):
        submitted = list(
            Return.objects.for_user(user, Perm.RETURN_REVIEW)
            .filter(status=Return.Status.SUBMITTED)
            .named()
            .order_by("submitted_at", "pk")[:20]
        )
        found += _waiting("待审核的报表", submitted)
    return found


def _waiting(title: str, rows: list[Return], *, is_late: bool = False) -> list[Waiting]:
    if not rows:
        return []
    items = [(_line(row), row.get_absolute_url()) for row in rows[:5]]
    return [Waiting(title=title, count=len(rows), url="/desk/returns/", items=items, is_late=is_late)]


def _line(row: Return) -> str:
    due = row.due_on
    return f"{row}（{row.get_status_display()}，{due.year}年{due.month}月{due.day}日截止）"
