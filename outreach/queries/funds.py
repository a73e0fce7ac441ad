"""Money as people read it: lines by duty, plan against actual, gifts, outreach beside research."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from outreach.models import BudgetLine, Donation, FundEntry, ResearchSpending
from outreach.rules.funds import share
from portal import charts
from portal.accounts import User
from portal.identifiers import mask_name
from portal.roles import Perm


def lines_for(user: User):
    rows = BudgetLine.objects.for_user(user, Perm.FUND_VIEW)
    return rows.select_related("duty", "organization", "region")


def lines_to(perm: Perm, user: User):
    """The lines on which somebody holds a permission."""
    rows = BudgetLine.objects.for_user(user, perm)
    return rows.select_related("duty", "organization__region", "region")


def years_of(rows) -> list[int]:
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


SUMS = {name: Sum(f"{name}_yuan") for name in ("amount", "appropriated", "paid")}


def by_duty(rows) -> list[dict]:
    """Budget, appropriated and paid of each duty, in the order of the duties, with the share paid."""
    names = ("duty__position", "duty__name", "duty__law", "duty__article")
    totals = rows.order_by("duty__position").values(*names).annotate(**SUMS)
    return [{**row, "rate": share(row["paid"], row["amount"])} for row in totals]


def total_of(rows) -> dict:
    row = rows.aggregate(**SUMS)
    row = {name: value or Decimal(0) for name, value in row.items()}
    return {**row, "rate": share(row["paid"], row["amount"])}


# --- Gifts ----------------------------------------------------------------------------------------


def donations_for(user: User):
    rows = Donation.objects.for_user(user, Perm.FUND_VIEW)
    return rows.select_related("organization__region", "region", "paper")


def gifts_before_the_public():
    return Donation.objects.select_related("organization").prefetch_related("uses")


def donor_shown(donation: Donation) -> str:
    """How the public reads who gave: in full only a body that agreed; a person never in full."""
    if not donation.is_named:
        return "爱心人士" if donation.is_person else "爱心单位"
    return mask_name(donation.donor) if donation.is_person else donation.donor


# --- Outreach beside research ---------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """A year of outreach beside research, yuan; None where there is no figure."""

    year: int
    outreach: Decimal | None
    research: Decimal | None
    source: str

    @property
    def per_ten_thousand(self) -> Decimal | None:
        """Yuan for outreach per 10,000 yuan for research."""
        if self.outreach is None or not self.research:
            return None
        return (self.outreach * 10_000 / self.research).quantize(Decimal("0.01"))


def outreach_beside_research() -> list[Compared]:
    """The years that have either figure. Outreach is what was paid on the portal's lines.

    Basis: 规划二（二）“同等重要”原则.
    """
    paid = Q(kind=FundEntry.Kind.PAYMENT, cancelled_at=None)
    rows = FundEntry.objects.filter(paid).order_by().values("line__year").annotate(sum=Sum("amount_yuan"))
    outreach = {row["line__year"]: row["sum"] for row in rows}
    research = {row.year: row for row in ResearchSpending.objects.all()}
    return [
        Compared(
            year,
            outreach.get(year),
            research[year].amount_yuan if year in research else None,
            research[year].source if year in research else "",
        )
        for year in sorted({*outreach, *research})
    ]


def compared_chart(rows: list[Compared]) -> charts.Chart | None:
    """Outreach per 10,000 yuan of research by year; None without a year that has both."""
    known = [(str(row.year), row.per_ten_thousand) for row in rows]
    if all(value is None for _, value in known):
        return None
    about = charts.About(
        "outreach-beside-research",
        "每万元研发经费对应的科普经费",
        unit="元",
        source="科普经费为本平台登记的支付；研发经费见下表来源。",
    )
    return charts.line(
        about, [year for year, _ in known], {"科普经费": [value for _, value in known]}, decimals=2
    )


def this_year(rows, on: date) -> int:
    years = years_of(rows)
    return on.year if on.year in years or not years else years[0]
