"""A year of titles: what the portal counted, how the bands read it, who waits, who is funded."""

from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, Exists, OuterRef, Q, Sum, When
from django.urls import reverse

from outreach import scoring
from outreach.models import (
    Application,
    Assessment,
    Ban,
    Evidence,
    FundingAward,
    PanelMember,
    Recusal,
    Review,
    ScoreForm,
    Title,
)
from portal.accounts import Grant, User
from portal.organizations import Organization
from portal.waiting import Waiting

# Cases in which it is no longer hidden who applied.
SETTLED = (*Application.OVER, "scored", "proposed", "not_proposed")


def form_for(title: Title, fallback: ScoreForm | None) -> ScoreForm | None:
    """The form by whose bands a title is assessed: its own round's, else `fallback`."""
    if title.application_id and title.application.round.form.assessment:
        return title.application.round.form
    return fallback


def city_form() -> ScoreForm | None:
    """The latest form of the city's bases that has bands for a year."""
    forms = ScoreForm.objects.filter(scheme__code="city_base").order_by("-version")
    return next((form for form in forms if form.assessment), None)


def titles_to_assess(year: int):
    """The city's titles that stood at the end of a year and have no assessment of it yet."""
    last = date(year, 12, 31)
    done = Assessment.objects.filter(year=year).values("title")
    rows = Title.objects.in_force(last).filter(kind__level="city").exclude(pk__in=done)
    return rows.select_related("organization", "region", "application__round__form", "kind").order_by("pk")


def counted_values(organizations: list[int], year: int) -> dict[int, dict[str, str]]:
    """What the portal counted of these bodies' year: organisation → item → value."""
    rows = Evidence.objects.filter(organization__in=organizations, year=year).order_by("pk")
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.organization_id, {})[row.item] = scoring.plain(row.value)
    return found


def banded(form: ScoreForm, values: dict) -> tuple[Decimal, list[list[str]]]:
    """Total and lines (name, value, step, points, of how many) of a year's values by the form's bands."""
    total, lines = Decimal(0), []
    for item in form.assessment.get("items", []):
        value = values.get(item["fact"])
        number = None if value in (None, "") else Decimal(str(value))
        bands = [
            scoring.Band(Decimal(str(least)), Decimal(str(share)), name)
            for least, share, name in item["bands"]
        ]
        points, step = scoring.banded(number, bands, Decimal(str(item["points"])))
        total += points
        shown = "—" if number is None else scoring.plain(number)
        lines.append([item["name"], shown, step, str(points), str(item["points"])])
    return total, lines


def assessments_for(user: User):
    """The assessments somebody may look at."""
    return Assessment.objects.seen_by(user).select_related(
        "title__kind", "organization", "region", "form", "checked_by__user", "rectification_proof"
    )


def checkers(year: int):
    """The members who may check a year, each with how many they were given."""
    rows = PanelMember.objects.filter(is_active=True, user__is_active=True).select_related("user")
    return rows.annotate(checks=Count("assessments", filter=Q(assessments__year=year))).order_by("pk")


def conflicts_of(members: list[PanelMember]) -> dict[int, set[int]]:
    """The bodies each member must not check: their own, those they have an account of or an interest in, and
    those whose case lies before them without its name.
    """
    found = {member.pk: {member.organization_id} - {None} for member in members}
    keys = list(found)
    for rows in (
        Recusal.objects.filter(member__in=keys).values_list("member", "organization"),
        Grant.objects.filter(user__panel_member__in=keys, organization__isnull=False).values_list(
            "user__panel_member", "organization"
        ),
        Review.objects.filter(member__in=keys)
        .exclude(application__status__in=SETTLED)
        .values_list("member", "application__organization"),
    ):
        for member, body in rows:
            found[member].add(body)
    return found


def to_deal(year: int) -> int:
    """How many reported years of titles have no expert yet."""
    return Assessment.objects.filter(year=year, status="reported", checked_by=None).count()


def year_before(assessment: Assessment) -> Assessment | None:
    return Assessment.objects.filter(title=assessment.title, year=assessment.year - 1).first()


def checks_waiting(user: User) -> list[Waiting]:
    """The years of titles that wait for an expert's check."""
    rows = checks_of(user).filter(is_open=0)
    count = rows.count()
    if not count:
        return []
    items = [
        (row.organization.name, reverse("titles_desk:check", args=[row.pk]))
        for row in rows.order_by("pk")[:5]
    ]
    return [Waiting(title="待核查的年度考核", count=count, url=reverse("titles_desk:checks"), items=items)]


def checks_of(user: User):
    """The years of titles given to an expert to check."""
    rows = Assessment.objects.filter(checked_by__user=user).select_related(
        "title__kind", "organization", "region", "form", "checked_by__user"
    )
    return rows.annotate(is_open=Case(When(status="reported", checked_at=None, then=0), default=1))


def year_counts(user: User, year: int) -> dict[str, int]:
    rows = Assessment.objects.seen_by(user).filter(year=year).values("status").annotate(count=Count("pk"))
    return {row["status"]: row["count"] for row in rows.order_by("status")}


def failed_before(assessment: Assessment) -> bool:
    """Whether the year before was failed too."""
    return Assessment.objects.filter(
        title=assessment.title, year=assessment.year - 1, status=Assessment.Status.FAILED
    ).exists()


def to_fund(year: int):
    """Who passed a year, asked for money, and still holds the title: not on the list yet."""
    rows = Assessment.objects.filter(year=year, status="passed", asks_funding=True, award=None)
    return rows.select_related("title__kind", "form", "organization").order_by("pk")


def awards_of(year: int):
    rows = FundingAward.objects.filter(assessment__year=year)
    return rows.select_related("assessment__title__kind", "assessment__organization").order_by(
        "-amount_yuan", "assessment__organization__name", "pk"
    )


def awarded_yuan(year: int) -> Decimal:
    return awards_of(year).aggregate(total=Sum("amount_yuan"))["total"] or Decimal(0)


def banned_until(organization: Organization, on: date) -> date | None:
    """Until when a body may not apply; None if it may."""
    ban = Ban.objects.filter(organization=organization, starts_on__lte=on, ends_on__gte=on)
    return ban.order_by("-ends_on").values_list("ends_on", flat=True).first()


def expiring(on: date, days: int):
    """Titles that stand on a day and end within so many days, without those already renewed."""
    last = date.fromordinal(on.toordinal() + days)
    renewed = Title.objects.filter(
        organization=OuterRef("organization"),
        kind=OuterRef("kind"),
        withdrawn_on=None,
        valid_until__gt=OuterRef("valid_until"),
    )
    return (
        Title.objects.in_force(on)
        .filter(~Exists(renewed), valid_until__lte=last)
        .select_related("kind", "organization", "region")
    )


def wave(on: date) -> list[dict]:
    """How many titles end in each of the coming years, by kind and category: the wave to prepare for."""
    rows = (
        Title.objects.in_force(on)
        .values("valid_until__year", "kind__name", "category")
        .annotate(count=Count("pk"))
        .order_by("valid_until__year", "kind__name", "category")
    )
    return [
        {
            "year": row["valid_until__year"],
            "kind": row["kind__name"],
            "category": Title.Category(row["category"]).label,
            "count": row["count"],
        }
        for row in rows
    ]
