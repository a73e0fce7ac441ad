"""Invented rounds of the portal's own forms: venues by quarter, subdistricts by month, units by half."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from indicators.actions.returns import as_handed_in
from indicators.actions.rounds import create_returns, reporters_of
from indicators.models import FormItem, Period, Return, ReturnCell, StatForm, Submission
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
        is_open = (code, part) in OPEN
        items, begun, handed = list(form.items.order_by("position")), [], []
        for place, filing in enumerate(filings):
            body = filing.organization
            # Some hand in late; of the open rounds every third has handed in, every fourth has begun.
            if is_open and (place % 3 != 1 or (body and body.name == UNIT_NAME)):
                if place % 4 == 0:
                    begun += _cells(filing, items[:2], rng, opened + timedelta(days=1))
                continue
            late = 3 if place % 11 == 7 and not is_open else 0
            sent = opened + timedelta(days=(due - opens).days + late if late else 5 + place % 5, hours=1)
            handed.append((filing, _cells(filing, items, rng, sent, note="示例：与上期口径相同"), sent))
        _write([*begun, *(cell for _, cells, _ in handed for cell in cells)])
        _hand_in(handed, by, accepted=not is_open)


def _reporters(form: StatForm) -> list:
    """Who has a return in the sample: of the venues the invented ones alone."""
    found = reporters_of(form)
    if form.code != "venue_q":
        return found
    return [each for each in found if "示例" in each[2].name][:MOST_VENUES]


def _cells(
    filing: Return, items: list[FormItem], rng: random.Random, at: datetime, note: str = ""
) -> list[ReturnCell]:
    values, cells = _values(rng), []
    for item in items:
        value = values[item.key]
        state = (
            ReturnCell.State.NUMBER
            if isinstance(value, Decimal)
            else ReturnCell.State.TEXT
            if value
            else ReturnCell.State.NOT_APPLICABLE
        )
        cells.append(
            ReturnCell(
                filing=filing,
                item=item,
                state=state,
                value=value if state == ReturnCell.State.NUMBER else None,
                words=value if state == ReturnCell.State.TEXT else "",
                note=note,
                version=1,
                changed_at=at,
            )
        )
    return cells


def _write(cells: list[ReturnCell]) -> None:
    """Into the empty cells that are there."""
    ReturnCell.objects.bulk_create(
        cells,
        update_conflicts=True,
        unique_fields=["filing", "item"],
        update_fields=["state", "value", "words", "note", "version", "changed_at"],
    )


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


def _hand_in(handed: list[tuple[Return, list[ReturnCell], datetime]], by: User, *, accepted: bool) -> None:
    Submission.objects.bulk_create(
        Submission(filing=filing, number=1, submitted_at=sent, submitted_by=by, cells=as_handed_in(cells))
        for filing, cells, sent in handed
    )
    status = Return.Status.ACCEPTED if accepted else Return.Status.SUBMITTED
    for filing, _, sent in handed:
        Return.objects.filter(pk=filing.pk).update(
            status=status,
            first_submitted_at=sent,
            submitted_at=sent,
            accepted_at=sent + timedelta(days=4) if accepted else None,
        )
