"""What the portal counts beside what was reported, and the records behind a count: now, and as they were."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from indicators import sources
from indicators.models import YEARLY_FORM, Evidence, Period, Return, ReturnCell, Settlement, Submission
from portal.accounts import User
from portal.roles import Perm


@dataclass(frozen=True)
class Behind:
    """The records behind one counted cell. `kept` is the submission they were kept with; None: as of now."""

    label: str
    word: str
    register: str
    value: Decimal | None
    counted_at: datetime | None
    lines: list[sources.Line]
    is_personal: bool
    kept: Submission | None = None


def evidence(filing: Return, key: str, number: int | None = None) -> Behind | None:
    """What the portal counted for a cell, now or at the `number`-th submission; None where it counts nothing
    or kept nothing.
    """
    counter = sources.COUNTERS.get(key)
    if counter is None or filing.period.form.code != YEARLY_FORM:
        return None
    about = {"word": counter.word, "register": counter.register, "is_personal": counter.is_personal}
    if number is not None:
        kept = (
            Evidence.objects.filter(submission__filing=filing, submission__number=number, key=key)
            .select_related("submission")
            .first()
        )
        if kept is None:
            return None
        return Behind(
            label=kept.label,
            value=kept.value,
            counted_at=kept.counted_at,
            lines=read_back(kept.records),
            kept=kept.submission,
            **about,
        )
    cell = filing.cells.filter(item__key=key).first()
    return Behind(
        label=counter.label,
        value=cell.counted_value if cell else None,
        counted_at=filing.counted_at,
        lines=sources.lines(key, filing.region.district_code, filing.period.year),
        **about,
    )


def behind_figure(cell: ReturnCell) -> Behind | None:
    """The records behind a figure that was handed in: as kept with it, or as of now where none were kept.

    None where the figure was not counted.
    """
    if cell.source != ReturnCell.Source.COUNTED:
        return None
    last = cell.filing.submissions.order_by("-number").values_list("number", flat=True).first()
    kept = last and evidence(cell.filing, cell.item.key, last)
    return kept or evidence(cell.filing, cell.item.key)


def written(line: sources.Line, is_personal: bool) -> list:
    """A line as it is kept: of a person only the reference, no name."""
    amount = None if line.amount is None else str(line.amount)
    on = line.on and line.on.isoformat()
    return [line.ref, "" if is_personal else line.words, on, amount, line.link]


def read_back(records: list[list]) -> list[sources.Line]:
    """The lines that `written` made; people under the names they have now."""
    names = sources.names_of(ref for ref, *_ in records)
    return [
        sources.Line(
            ref=ref,
            words=words or names.get(ref, "登记已删除的人员"),
            on=date.fromisoformat(on) if on else None,
            amount=None if amount is None else Decimal(amount),
            link=link,
        )
        for ref, words, on, amount, link in records
    ]


# ---------------------------------------------------------------- side by side


@dataclass(frozen=True)
class Pair:
    """One item of one region: the reported figure, the portal's own, and what was made of the difference."""

    cell: ReturnCell
    settlement: Settlement | None

    @property
    def difference(self) -> Decimal | None:
        """Reported less counted; None unless both are numbers."""
        if self.cell.value is None or self.cell.counted_value is None:
            return None
        return self.cell.value - self.cell.counted_value

    @property
    def state(self) -> str:
        """settled, explained, open, same or unreported."""
        if self.settlement:
            return "settled"
        if self.cell.state == ReturnCell.State.EMPTY:
            return "unreported"
        if not self.cell.is_overwritten:
            return "same"
        return "explained" if self.cell.note.strip() else "open"

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def is_alike(self) -> bool:
        """Nothing to explain or settle here: both are the same, or nothing is filled yet."""
        return self.state in ("same", "unreported")

    def is_among(self, asked: str) -> bool:
        """Whether it is of an asked state; "" are all."""
        return asked in ("", self.state) or (asked == DIFFERING and not self.is_alike)


DIFFERING = "differing"
STATES = {
    "settled": "已核定",
    "explained": "已说明",
    "open": "未说明",
    "same": "一致",
    "unreported": "未填",
}


def pairs(period: Period, user: User) -> list[Pair]:
    """All cells of a period that the portal counts, in the form's order, of the regions a person sees."""
    cells = (
        ReturnCell.objects.filter(
            filing__in=Return.objects.for_user(user, Perm.RETURN_VIEW).filter(period=period),
            counted_value__isnull=False,
        )
        .select_related(
            "item", "filing__region", "filing__organization", "filing__period__form", "settlement"
        )
        .order_by("item__position", "filing__region__code", "pk")
    )
    return [Pair(cell, getattr(cell, "settlement", None)) for cell in cells]


# ---------------------------------------------------------------- corrections


@dataclass(frozen=True)
class Correction:
    """A figure that was handed in again with another value."""

    key: str
    name: str
    before: str
    after: str
    submission: Submission


def corrections(filing: Return) -> list[Correction]:
    """What changed from each submission to the next, the latest first; both values stay."""
    handed = list(filing.submissions.order_by("number").select_related("submitted_by"))
    names = dict(filing.period.form.items.values_list("key", "name"))
    found = []
    for earlier, later in pairwise(handed):
        for key in later.cells:
            before, after = earlier.text_of(key), later.text_of(key)
            if before is not None and before != after:
                found.append(Correction(key, names.get(key, ""), before, after, later))
    return found[::-1]
