"""Who has reported what, and when: reporters by periods, counted so that no share passes the whole."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from indicators.models import Period, Return, ReturnCell, StatForm
from portal.accounts import User
from portal.roles import Perm

PERIODS = 6


@dataclass(frozen=True)
class Place:
    """One return on the board. Complete: every cell filled; in time: by the day of the first submission."""

    filing: Return
    filled: int
    total: int
    is_late: bool

    @property
    def percent(self) -> int:
        """Filled cells of all, rounded down: 100 only when nothing is missing."""
        return self.filled * 100 // self.total if self.total else 0

    @property
    def timeliness(self) -> str:
        if self.filing.first_submitted_at:
            return "逾期提交" if self.is_late else "按时提交"
        return "逾期未报" if self.is_late else "未提交"


@dataclass(frozen=True)
class Row:
    name: str
    places: list[Place | None]


@dataclass(frozen=True)
class Column:
    """One period: how many were asked, handed in, in time, and are accepted."""

    period: Period
    asked: int
    handed_in: int
    in_time: int
    accepted: int


@dataclass(frozen=True)
class Board:
    columns: list[Column]
    rows: list[Row]


def forms_seen(user: User) -> list[StatForm]:
    """The newest version of each form of which a person sees any return."""
    seen = Return.objects.for_user(user, Perm.RETURN_VIEW).values("period__form__code")
    newest = StatForm.objects.filter(code__in=seen).order_by("code", "-version").distinct("code")
    return sorted(newest, key=lambda form: form.pk)


def board(form: StatForm, user: User, on: date) -> Board:
    """The latest periods of a form, of the reporters a person sees, by their place. Two queries."""
    periods = list(
        Period.objects.filter(form__code=form.code)
        .select_related("form")
        .order_by("-year", "-part")[:PERIODS]
    )
    filled = Q(
        cells__state__in=[ReturnCell.State.NUMBER, ReturnCell.State.TEXT, ReturnCell.State.NOT_APPLICABLE]
    )
    found = (
        Return.objects.for_user(user, Perm.RETURN_VIEW)
        .filter(period__in=periods)
        .named()
        .annotate(cell_count=Count("cells"), filled_count=Count("cells", filter=filled))
        .order_by("region__path", "organization__pinyin", "pk")
    )
    by_reporter: dict[tuple, dict[int, Place]] = defaultdict(dict)
    names = {}
    for filing in found:
        reporter = (filing.region_id, filing.organization_id, filing.reporter)
        names.setdefault(reporter, filing.reporter_name)
        by_reporter[reporter][filing.period_id] = Place(
            filing, filing.filled_count, filing.cell_count, filing.is_late(on)
        )
    rows = [
        Row(names[reporter], [places.get(period.pk) for period in periods])
        for reporter, places in by_reporter.items()
    ]
    return Board(columns=[_column(period, by_reporter) for period in periods], rows=rows)


def _column(period: Period, by_reporter: dict) -> Column:
    places = [held[period.pk] for held in by_reporter.values() if period.pk in held]
    handed = [place for place in places if place.filing.first_submitted_at]
    return Column(
        period=period,
        asked=len(places),
        handed_in=len(handed),
        in_time=sum(not place.is_late for place in handed),
        accepted=sum(place.filing.status == Return.Status.ACCEPTED for place in places),
    )
