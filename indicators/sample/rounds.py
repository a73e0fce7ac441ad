"""Invented rounds of the portal's own forms: venues by quarter, subdistricts by month, units by half."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from indicators.actions.returns import keep_submission
from indicators.actions.rounds import create_returns, reporters_of
from indicators.models import Period, Return, ReturnCell, StatForm
from indicators.queries.returns import cells_of
from portal.accounts import User
from portal.calendar import SHANGHAI
from portal.sample import UNIT_NAME

YEAR = 2026
MOST_VENUES = 20
# Form, part of the year, opening and last day.
ROUNDS = (
    ("venue_q", 1, date(YEAR, 4, 1), date(YEAR, 4, 20)),
    ("venue_q", 2, date(YEAR, 7, 1), date(YEAR, 7, 20)),
    ("venue_q", 3, date(YEAR, 10, 9), date(YEAR, 12, 20)),
    ("street_m", 9, date(YEAR, 10, 9), date(YEAR, 10, 20)),
    ("street_m", 10, date(YEAR, 11, 1), date(YEAR, 12, 10)),
    ("member_h", 2, date(YEAR, 11, 20), date(YEAR + 1, 1, 31)),
)
OPEN = {("venue_q", 3), ("street_m", 10)}
UNTOUCHED = "member_h"  # its units are real: nothing is invented in their name
WORDS = "示例：科普日主题活动"


def load(*, rng: random.Random, by: User) -> None:
    """Rounds that are over, and of two forms one that is being filled; every row is marked 示例."""
    for code, part, opens, due in ROUNDS:
        form = StatForm.objects.get(code=code, version=1)
        period = Period.objects.create(form=form, year=YEAR, part=part, opens_on=opens, due_on=due)
        filings = create_returns(period, _reporters(form), by=by)
        opened = datetime(opens.year, opens.month, opens.day, 9, tzinfo=SHANGHAI)
        period.returns.update(is_sample=True, created_at=opened)
        if code == UNTOUCHED:
            continue
        for place, filing in enumerate(filings):
            body = filing.organization
            # Some hand in late; of the open rounds every third has handed in, every fourth has begun.
            is_open = (code, part) in OPEN
            if is_open and (place % 3 != 1 or (body and body.name == UNIT_NAME)):
                if place % 4 == 0:
                    _fill(filing, rng, opened + timedelta(days=1), 2)
                continue
            late = 3 if place % 11 == 7 and not is_open else 0
            sent = opened + timedelta(days=(due - opens).days + late if late else 5 + place % 5, hours=1)
            _hand_in(filing, rng, sent, by, accepted=not is_open)


def _reporters(form: StatForm) -> list:
    """Who has a return in the sample: of the venues the invented ones alone."""
    found = reporters_of(form)
    if form.code != "venue_q":
        return found
    return [each for each in found if "示例" in each[2].name][:MOST_VENUES]


def _fill(filing: Return, rng: random.Random, at: datetime, count: int | None = None) -> None:
    values: dict[str, Decimal | str | None] = _values(rng)
    cells = list(filing.cells.select_related("item").order_by("item__position"))[:count]
    figures, others = [], {ReturnCell.State.TEXT: [], ReturnCell.State.NOT_APPLICABLE: []}
    for cell in cells:
        value = values[cell.item.key]
        if isinstance(value, Decimal):
            cell.state, cell.value = ReturnCell.State.NUMBER, value
            figures.append(cell)
        else:
            others[ReturnCell.State.TEXT if value else ReturnCell.State.NOT_APPLICABLE].append(cell.pk)
    ReturnCell.objects.bulk_update(figures, ["state", "value"])
    for state, keys in others.items():
        words = WORDS if state == ReturnCell.State.TEXT else ""
        filing.cells.filter(pk__in=keys).update(state=state, words=words)
    filing.cells.filter(pk__in=[cell.pk for cell in cells]).update(version=1, changed_at=at)


def _values(rng: random.Random) -> dict[str, Decimal | str | None]:
    visits, talks, crowd = rng.randint(8_000, 9_500), rng.randint(4, 12), rng.randint(300, 900)
    return {
        "CV110": Decimal(visits),
        "CV111": Decimal(round(visits * rng.uniform(0.38, 0.42))),
        "CV112": Decimal(rng.randint(70, 78)),
        "CV120": Decimal(rng.randint(110, 120)),
        "CV121": Decimal(rng.randint(8, 10)),
        "CV130": None,
        "CV140": WORDS,
        "JD110": Decimal(talks),
        "JD111": Decimal(crowd),
        "JD112": Decimal(round(crowd * 0.35)),
        "JD120": Decimal(rng.randint(1, 4)),
        "JD130": Decimal(rng.randint(10, 45)),
        "CY110": Decimal(rng.randint(2_000, 9_000)) / 100,
        "CY120": Decimal(rng.randint(3, 30)),
        "CY130": Decimal(talks),
        "CY131": Decimal(crowd * 3),
        "CY140": WORDS,
    }


def _hand_in(filing: Return, rng: random.Random, sent: datetime, by: User, *, accepted: bool) -> None:
    _fill(filing, rng, sent)
    filing.cells.update(note="示例：与上期口径相同")
    keep_submission(filing, cells_of(filing), by=by, at=sent)
    status = Return.Status.ACCEPTED if accepted else Return.Status.SUBMITTED
    Return.objects.filter(pk=filing.pk).update(
        status=status,
        first_submitted_at=sent,
        submitted_at=sent,
        accepted_at=sent + timedelta(days=4) if accepted else None,
    )
