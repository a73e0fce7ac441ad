"""What the portal's own figures were counted from, as it was kept."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from indicators import sources
from indicators.models import Figure, FigureEvidence, FigureSource
from indicators.queries.evidence import read_back
from indicators.rules import SMALLEST_SHOWN, suppressed
from portal.regions import Level, Region


@dataclass(frozen=True)
class Kept:
    """The records behind a figure of a district, or of one of its subdistricts.

    Of a figure about children `is_hidden` says that it is too small to be told at all.
    """

    evidence: FigureEvidence
    lines: list[sources.Line]
    total: Decimal
    is_hidden: bool
    streets: list[tuple[Region, Decimal | None]]  # None: not published
    elsewhere: Decimal  # of the district and of no subdistrict

    @property
    def grounds(self) -> sources.Grounds:
        return sources.GROUNDS[self.evidence.source.name]

    @property
    def value(self) -> Decimal:
        """The figure that the total comes to."""
        return self.grounds.worth(self.total)

    @property
    def is_personal(self) -> bool:
        return any(line.ref.startswith("talent.Person:") for line in self.lines)


def kept_of(
    source: FigureSource, district: Region, year: int, at: datetime | None = None
) -> FigureEvidence | None:
    """What was kept last of a figure, or last up to a moment; None where nothing was."""
    rows = FigureEvidence.objects.filter(source=source, region=district, year=year)
    if at is not None:
        rows = rows.filter(counted_at__lte=at)
    return rows.select_related("source", "region").order_by("-counted_at", "-pk").first()


def times_kept(evidence: FigureEvidence, limit: int = 20) -> list[FigureEvidence]:
    """All that was kept of the same figure, the latest first."""
    rows = FigureEvidence.objects.filter(
        source=evidence.source_id, region=evidence.region_id, year=evidence.year
    )
    return list(rows.defer("records").order_by("-counted_at", "-pk")[:limit])


def figures_of(source: FigureSource, district: Region, year: int) -> dict[str, Figure]:
    """The figure of a year as it stands now, by origin: counted, and entered in its place."""
    return {row.origin: row for row in Figure.objects.filter(source=source, region=district, year=year)}


def opened(evidence: FigureEvidence, street: Region | None = None) -> Kept:
    """The records of a figure, in all or of a subdistrict."""
    grounds = sources.GROUNDS[evidence.source.name]
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for *_, amount, _, code in evidence.records:
        totals[code] += 1 if amount is None else Decimal(amount)
    values = {code: grounds.worth(total) for code, total in totals.items()}
    elsewhere = values.pop("", Decimal(0))
    regions = Region.objects.filter(level=Level.SUBDISTRICT, parent=evidence.region).order_by("code")
    streets = {region.code: region for region in regions}
    is_hidden, kept_back = False, set()
    if grounds.is_about_children:
        # As the pages of the subdistricts have it: two ways of hiding would tell what each alone hides.
        is_hidden = evidence.region_id in _hidden_districts(evidence)
        kept_back = suppressed(values)
        if is_hidden or 0 < elsewhere < SMALLEST_SHOWN:
            kept_back = set(streets)
    mine = [row for row in evidence.records if street is None or row[-1] == street.code]
    return Kept(
        evidence=evidence,
        lines=read_back([row for *row, _ in mine]),
        total=evidence.total if street is None else totals.get(street.code, Decimal(0)),
        is_hidden=is_hidden or (street is not None and street.code in kept_back),
        streets=[
            (region, None if code in kept_back else values.get(code, Decimal(0)))
            for code, region in streets.items()
        ],
        elsewhere=Decimal(0) if kept_back >= set(streets) else elsewhere,
    )


def _hidden_districts(evidence: FigureEvidence) -> set[int]:
    """The districts whose figure about children was too small to be told when this was counted."""
    rows = FigureEvidence.objects.filter(
        source=evidence.source_id, year=evidence.year, counted_at__lte=evidence.counted_at
    )
    latest = rows.order_by("region", "-counted_at", "-pk").distinct("region")
    return suppressed(dict(latest.values_list("region", "value")))
