"""Rounds and applications as units, districts and the association read them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Q
from django.urls import reverse

from outreach import scoring
from outreach.models import (
    APPLICATION_STEPS,
    PANEL_STEPS,
    Application,
    Assessment,
    Evidence,
    EvidenceItem,
    Objection,
    Review,
    Round,
    Scheme,
    Title,
)
from portal.accounts import User
from portal.audit import AuditEntry
from portal.calendar import local_today
from portal.organizations import Organization
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from portal.waiting import Waiting, waiting_line

# Evidence item → field of an application. The calendar of open days is the portal's own and whole: it
# cannot be typed. What was held elsewhere the portal does not know: there its count is the least there was.
KNOWN = {EvidenceItem.OPEN_DAYS: "open_days"}
LEAST = {EvidenceItem.VISITORS: "visitors", EvidenceItem.SESSIONS: "sessions"}


def known_facts(organization: Organization, year: int) -> dict[str, int]:
    """What the portal counted of a unit's year in full, by field of the application."""
    return _counted(organization, year, KNOWN)


def least_facts(organization: Organization, year: int) -> dict[str, int]:
    """What the portal counted of a unit's year as far as it knows: the field may be more, never less."""
    return _counted(organization, year, LEAST)


def _counted(organization: Organization, year: int, items: dict[str, str]) -> dict[str, int]:
    rows = Evidence.objects.filter(organization=organization, year=year, item__in=items)
    return {items[row.item]: int(row.value) for row in rows}


def evidence_of(organization: Organization, year: int) -> list[Evidence]:
    """The figures of a unit's year with their sources, in the order of the items."""
    order = list(EvidenceItem.values)
    rows = Evidence.objects.filter(organization=organization, year=year)
    return sorted(rows, key=lambda row: order.index(row.item))


def titles_held(organization: Organization, on: date) -> list[Title]:
    """The titles a unit holds on a day, the oldest first."""
    return list(
        Title.objects.in_force(on)
        .filter(organization=organization)
        .select_related("kind")
        .order_by("valid_from", "pk")
    )


# --- Is it complete, may it be hoped for? ---------------------------------------------------------

TYPED = (
    "legal_person",
    "contact",
    "phone",
    "building_area",
    "exhibition_area",
    "full_time_staff",
    "part_time_staff",
    "volunteers",
    "training_hours",
    "open_days",
    "weekend_days",
    "visitors",
    "sessions",
    "has_pupil_discount",
    "has_senior_discount",
    "has_military_discount",
    "leaflets",
    "exhibits",
    "boards",
    "models_count",
    "books",
    "income_appropriation_yuan",
    "income_sponsorship_yuan",
    "income_other_yuan",
    "spending_building_yuan",
    "spending_exhibits_yuan",
    "spending_activities_yuan",
    "spending_other_yuan",
    "other_titles",
    "has_distinctive_resource",
    "shows_own_technology",
    "summary",
    "plan",
)


@dataclass(frozen=True)
class Gap:
    """Something an application still lacks, with where it is filled in."""

    name: str
    anchor: str


def gaps(application: Application) -> list[Gap]:
    """What is missing before it can be handed in: empty cells, then files that a gate asks for."""
    empty = [
        Gap(str(application._meta.get_field(name).verbose_name), f"id_{name}")
        for name in TYPED
        if getattr(application, name) in (None, "")
    ]
    proved = {file.proves for file in application.files.all()}
    files = [
        Gap(f"“{gate.name}”的证明材料", "files")
        for gate in application.round.form.gates.all()
        if gate.needs_file and gate.code not in proved
    ]
    return empty + files


@dataclass(frozen=True)
class Check:
    """One threshold of a category against what a unit has."""

    name: str
    wanted: Decimal
    found: Decimal | None

    @property
    def is_met(self) -> bool | None:
        return None if self.found is None else self.found >= self.wanted

    @property
    def words(self) -> str:
        found = "未填" if self.found is None else scoring.plain(Decimal(self.found))
        return f"{self.name}：要求不少于 {scoring.plain(self.wanted)}，现为 {found}"


def checks(application: Application) -> list[Check]:
    """The thresholds of the category, in a fixed order."""
    return threshold_checks(application.round, application.category, application.facts)


def threshold_checks(round: Round, category: str, facts: dict) -> list[Check]:
    """What a category asks for against what somebody has, in a fixed order."""
    return [
        Check(str(Application._meta.get_field(Application.FACTS[fact]).verbose_name), wanted, facts.get(fact))
        for fact, wanted in round.form.threshold(category).items()
    ]


def gate_states(application: Application) -> list[dict]:
    """Each gate of the form with what was found, and what the figures alone would say."""
    found = {row.gate_id: row for row in application.gate_findings.all()}
    met = [check for check in checks(application) if not check.is_met]
    rows = []
    for gate in application.round.form.gates.all():
        row = found.get(gate.pk)
        rows.append(
            {
                "gate": gate,
                "finding": row,
                "computed": (not met) if gate.facts else None,
                "words": "；".join(check.words for check in met) if gate.facts else "",
            }
        )
    return rows


def proof_choices(round: Round) -> list[tuple[str, str]]:
    """What a file may prove: a gate or a line of the form."""
    gates = [(gate.code, gate.name) for gate in round.form.gates.all() if gate.needs_file]
    lines = [(row.code, f"{row.code} {row.name}") for row in round.form.criteria.all() if row.evidence]
    return gates + lines


def proof_name(round: Round, code: str) -> str:
    return dict(proof_choices(round)).get(code, code)


# --- Lists ----------------------------------------------------------------------------------------


def applications_for(user: User):
    """Every application somebody may look at, with what a list shows."""
    return Application.objects.seen_by(user).select_related("round", "organization", "region")


def days_in_state(cases: list[Application], at: datetime) -> dict[int, int]:
    """How many days each case on which something is still to be decided has waited in its state, by its key.

    Counted from its last step in the trail; without one from the day it was recommended or handed in.
    """
    steps = [*APPLICATION_STEPS.steps, *PANEL_STEPS.steps]
    taken = AuditEntry.objects.filter(
        subject_type=Application._meta.label,
        subject_id__in=[str(case.pk) for case in cases],
        action__in=steps,
    )
    last = dict(taken.order_by().values_list("subject_id").annotate(Max("at")))
    found = {}
    for case in cases:
        since = last.get(str(case.pk)) or case.recommended_at or case.submitted_at
        if since and case.status not in (*Application.OVER, Application.Status.DRAFT):
            found[case.pk] = (local_today(at) - local_today(since)).days
    return found


def round_counts(round: Round, user: User) -> list[dict]:
    """How many of a round's applications that somebody may see stand in each status, in order."""
    rows = Application.objects.seen_by(user).filter(round=round).values("status").annotate(count=Count("pk"))
    counts = {row["status"]: row["count"] for row in rows.order_by("status")}
    return [
        {"code": code, "label": label, "count": counts[code]}
        for code, label in Application.Status.choices
        if counts.get(code)
    ]


def rounds_open_to(user: User, on: date):
    """The rounds in which somebody may begin an application on a day."""
    wanted = Q(pk__in=[])
    if user.can(Perm.TITLE_APPLY):
        wanted |= Q(scheme__applicant=Scheme.Applicant.UNIT)
    if user.can(Perm.TITLE_RECOMMEND):
        wanted |= Q(scheme__applicant=Scheme.Applicant.DISTRICT)
    return (
        Round.objects.receiving(on)
        .filter(wanted)
        .select_related("scheme", "form")
        .order_by("apply_until", "pk")
    )


def applicants_for(user: User, round: Round):
    """The bodies for which somebody may apply in a round and which have no application there yet."""
    if round.scheme.applicant == Scheme.Applicant.DISTRICT:
        bodies = Organization.objects.active().filter(kind=Organization.Kind.DISTRICT_ASSOCIATION)
        bodies = bodies.for_user(user, Perm.TITLE_RECOMMEND)
    else:
        bodies = Organization.objects.active().for_user(user, Perm.TITLE_APPLY)
    taken = Application.objects.filter(round=round).values("organization")
    return bodies.exclude(pk__in=taken).select_related("region").order_by("name", "pk")


def summary_of(round: Round, user: User):
    """A district's recommendations of a round (推荐汇总表), in the district's order."""
    rows = Application.objects.for_user(user, Perm.TITLE_CASE).filter(
        round=round, recommended_at__isnull=False
    )
    return rows.select_related("organization", "region").order_by("region__code", "district_rank", "pk")


# --- The desk -------------------------------------------------------------------------------------


def titles_waiting(user: User) -> list[Waiting]:
    """What waits for somebody in the rounds of accreditation."""
    asked = [
        (Perm.TITLE_APPLY, ["returned"], "待补正的认定申报"),
        (Perm.TITLE_RECOMMEND, ["submitted"], "待推荐的认定申报"),
        (Perm.TITLE_MANAGE, ["recommended"], "待形式审查的认定申报"),
    ]
    lines = [line for perm, statuses, title in asked for line in _waiting(user, perm, statuses, title)]
    years = [
        (Perm.TITLE_APPLY, ["open", "rectifying"], "待办的年度考核"),
        (Perm.TITLE_MANAGE, ["reported"], "待核查的年度考核"),
    ]
    lines += [line for perm, states, title in years for line in _years_waiting(user, perm, states, title)]
    return lines + _sheets_waiting(user) + _objections_waiting(user) + _provisional_waiting(user)


def _years_waiting(user: User, perm: Perm, statuses: list[str], title: str) -> list[Waiting]:
    if not user.can(perm):
        return []
    rows = Assessment.objects.for_user(user, perm).filter(status__in=statuses).select_related("organization")
    return waiting_line(
        title,
        rows.order_by("due_on", "pk"),
        reverse("titles_desk:assessments"),
        lambda row: (f"{row.organization.name}（{row.year}）", row.get_absolute_url()),
        late=Q(due_on__lt=local_today()) if perm == Perm.TITLE_APPLY else None,
    )


def _sheets_waiting(user: User) -> list[Waiting]:
    """A member's own sheets, by number: no word of who applies."""
    if not user.can(Perm.TITLE_SCORE):
        return []
    rows = Review.objects.filter(member__user=user, status=Review.Status.OPEN).select_related("application")

    def say(row: Review) -> tuple[str, str]:
        until = f"（{cn_date(row.due_on)}截止）" if row.due_on else ""
        return f"编号 {row.application.number}{until}", row.get_absolute_url()

    late = Q(due_on__lt=local_today())
    url = reverse("titles_desk:reviews")
    return waiting_line("待评审的称号申报", rows.order_by("due_on", "pk"), url, say, late=late)


def _objections_waiting(user: User) -> list[Waiting]:
    if not user.can(Perm.TITLE_MANAGE):
        return []
    rows = Objection.objects.filter(status=Objection.Status.SUBMITTED)
    return waiting_line(
        "待答复的异议和复核申请",
        rows.order_by("due_on", "pk"),
        reverse("titles_desk:objections"),
        lambda row: (f"{row.number}（{cn_date(row.due_on)}前答复）", row.get_absolute_url()),
        late=Q(due_on__lt=local_today()),
    )


def _provisional_waiting(user: User) -> list[Waiting]:
    """The provisional titles whose check is due within a month, or overdue: they wait to be confirmed."""
    if not user.can(Perm.TITLE_MANAGE):
        return []
    today = local_today()
    rows = Title.objects.for_user(user, Perm.TITLE_MANAGE).in_force(today).provisional()
    rows = rows.filter(provisional_until__lte=today + timedelta(days=30)).select_related("organization")
    return waiting_line(
        "待确认的暂定称号",
        rows.order_by("provisional_until", "pk"),
        reverse("titles_desk:held_list"),
        lambda row: (
            f"{row.organization.name}（暂定至{cn_date(row.provisional_until)}）",
            row.get_desk_url(),
        ),
        late=Q(provisional_until__lt=today),
    )


def _waiting(user: User, perm: Perm, statuses: list[str], title: str) -> list[Waiting]:
    if not user.can(perm):
        return []
    rows = Application.objects.for_user(user, perm).filter(status__in=statuses).select_related("organization")
    return waiting_line(
        title,
        rows.order_by("submitted_at", "pk"),
        f"{reverse('titles_desk:cases')}?status={statuses[0]}",
        lambda row: (row.organization.name, row.get_absolute_url()),
    )
