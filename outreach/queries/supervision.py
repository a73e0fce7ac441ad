"""Inspections, self-checks and guidance as people read them."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.urls import reverse

from outreach.models import (
    Checklist,
    Finding,
    HelpQuestion,
    Inspection,
    InspectionPlan,
    SelfCheck,
    Title,
)
from outreach.rules.draws import drawn
from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm, roles_with
from portal.search import Entry, matching_ids
from portal.waiting import Waiting, waiting_line


def unit_pool(on: date, place: Region) -> dict[int, str]:
    """The bodies of a region that hold a title on a day, each with the path of where it is."""
    holding = Title.objects.in_force(on).values("organization")
    rows = Organization.objects.filter(pk__in=holding, region__path__startswith=place.path)
    return dict(rows.order_by("pk").values_list("pk", "region__path"))


def inspector_pool(units: dict[int, str]) -> list[list]:
    """Who may be drawn to inspect one of these units at least: [person, [unit they must not inspect, …]].

    Barred are units beyond the person's regions, and those they have an account of.
    """
    grants = Grant.objects.in_force(local_today()).filter(user__is_active=True)
    reach: dict[int, list[str]] = {}
    rows = grants.filter(role__in=roles_with(Perm.INSPECTION_DO), region__isnull=False)
    for person, path in rows.order_by("user").values_list("user", "region__path"):
        reach.setdefault(person, []).append(path)
    own = set(grants.filter(user__in=reach, organization__in=units).values_list("user", "organization"))
    pool = []
    for person, paths in reach.items():
        barred = [
            unit
            for unit, where in units.items()
            if (person, unit) in own or not any(where.startswith(path) for path in paths)
        ]
        if len(barred) < len(units):
            pool.append([person, barred])
    return pool


def checklist_in_force(use: str, on: date) -> Checklist | None:
    """The version of the day."""
    rows = Checklist.objects.filter(use=use, in_force_from__lte=on)
    return rows.order_by("-in_force_from", "-version", "-pk").first()


def inspections_for(user: User):
    rows = Inspection.objects.filter(pk__in=Inspection.objects.seen_by(user).order_by().values("pk"))
    return rows.select_related("plan__checklist", "organization", "region")


def findings_of(inspection: Inspection) -> list[tuple[str, Finding]]:
    """The findings with the names of their items."""
    names = {item["code"]: item["name"] for item in inspection.plan.checklist.items}
    return [(names.get(row.item, row.item), row) for row in inspection.findings.select_related("proof")]


def late_findings(on: date) -> int:
    return Finding.objects.filter(rectify_until__lt=on, inspection__status="rectifying").count()


def checklists():
    """Every version of every checklist, those of one code together, the newest first."""
    return Checklist.objects.order_by("use", "code", "-version")


def self_check_of(organization: Organization, year: int) -> SelfCheck | None:
    return SelfCheck.objects.filter(organization=organization, year=year).first()


def self_check_list(year: int) -> Checklist | None:
    """The version by which a year is looked at: the one in force on its last day, or today."""
    return checklist_in_force("self_check", min(local_today(), date(year, 12, 31)))


def self_checks_for(user: User):
    scope = SelfCheck.objects.for_user(user, Perm.INSPECTION_VIEW) | SelfCheck.objects.for_user(
        user, Perm.SELF_CHECK
    )
    return scope.select_related("organization", "region", "checklist").distinct()


def bodies_to_check(user: User):
    """The bodies for which somebody may hand in a self-check: one's units, the offices of one's streets."""
    own = user.places_for(Perm.SELF_CHECK)[1]
    rows = user.organizations_for(Perm.SELF_CHECK).filter(
        Q(pk__in=own) | Q(kind=Organization.Kind.SUBDISTRICT_OFFICE)
    )
    return rows.select_related("region").order_by("name", "pk")


def own_checks(user: User, year: int) -> list[tuple[Organization, SelfCheck | None]]:
    """The bodies for which somebody hands in, each with what it handed in for a year."""
    bodies = list(bodies_to_check(user))
    done = {row.organization_id: row for row in SelfCheck.objects.filter(year=year, organization__in=bodies)}
    return [(body, done.get(body.pk)) for body in bodies]


def questions_for(user: User):
    """One's own questions; for the association everybody's."""
    own = Q(created_by=user)
    managed = HelpQuestion.objects.for_user(user, Perm.INSPECTION_MANAGE).order_by().values("pk")
    return HelpQuestion.objects.filter(own | Q(pk__in=managed)).select_related(
        "organization", "region", "created_by"
    )


def guidance(topic: str = "", q: str = ""):
    """What was answered and helps others; of a topic, or with these words."""
    rows = HelpQuestion.objects.filter(is_guidance=True)
    if topic:
        rows = rows.filter(topic=topic)
    return rows.filter(pk__in=matching_ids(q, kind="guidance")) if q else rows


def guidance_entry(question: HelpQuestion) -> Entry:
    return Entry(
        kind="guidance",
        subject_id=question.pk,
        title=question.guidance_title,
        text=question.answer,
        url=question.get_public_url(),
    )


def searchable_guidance() -> Iterator[Entry]:
    """What guidance enters into the search."""
    for question in guidance().order_by("pk"):
        yield guidance_entry(question)


def replayed(plan: InspectionPlan) -> bool | None:
    """Whether the kept seed and pools draw again what stands in the plan; None before the draw."""
    if not plan.seed:
        return None
    again = drawn(
        plan.unit_pool,
        plan.inspector_pool,
        wanted=plan.units_wanted,
        each=plan.inspectors_each,
        seed=plan.seed,
    )
    rows = plan.inspections.prefetch_related("inspectors")
    kept = {row.organization_id: {person.pk for person in row.inspectors.all()} for row in rows}
    return {unit: set(team) for unit, team in again} == kept


def bodies_due(user: User, year: int) -> list[tuple[Organization, SelfCheck | None]]:
    """Who owes a self-check of a year where `user` inspects: holders of a title, offices of streets.

    Each with what it handed in; those that did not come first.
    """
    paths, bodies = user.places_for(Perm.INSPECTION_DO)
    scope = Q(pk__in=bodies)
    for path in paths:
        scope |= Q(region__path__startswith=path)
    last = min(local_today(), date(year, 12, 31))
    holding = Title.objects.in_force(last).values("organization")
    rows = Organization.objects.filter(scope).filter(
        Q(pk__in=holding) | Q(kind=Organization.Kind.SUBDISTRICT_OFFICE)
    )
    done = {row.organization_id: row for row in SelfCheck.objects.filter(year=year)}
    found = [(row, done.get(row.pk)) for row in rows.select_related("region").order_by("name", "pk")]
    return sorted(found, key=lambda pair: pair[1] is not None)


def supervision_waiting(user: User) -> list[Waiting]:
    """What waits for somebody under supervision."""
    lines = []
    mine = Inspection.objects.filter(inspectors=user, status__in=["planned", "mended"])
    lines += _line("待检查和复查", mine, "supervision_desk:list")
    if user.can(Perm.INSPECTION_ANSWER):
        own = Inspection.objects.for_user(user, Perm.INSPECTION_ANSWER).filter(status="rectifying")
        lines += _line("待整改", own, "supervision_desk:list")
    if user.can(Perm.INSPECTION_DO):
        late = Inspection.objects.for_user(user, Perm.INSPECTION_VIEW).filter(
            status="rectifying",
            pk__in=Finding.objects.filter(rectify_until__lt=local_today()).values("inspection"),
        )
        lines += _line("整改逾期", late, "supervision_desk:list", is_late=True)
    if user.can(Perm.INSPECTION_MANAGE):
        asked = HelpQuestion.objects.for_user(user, Perm.INSPECTION_MANAGE).filter(answered_at=None)
        url = reverse("supervision_desk:questions")
        lines += waiting_line(
            "待答复的咨询", asked.order_by("pk"), url, lambda row: (row.subject, row.get_absolute_url())
        )
    return lines


def _line(title: str, rows, name: str, *, is_late: bool = False) -> list[Waiting]:
    return waiting_line(
        title,
        rows.select_related("organization").order_by("plan__due_on", "pk"),
        reverse(name),
        lambda row: (row.organization.name, row.get_absolute_url()),
        late=Q(pk__gt=0) if is_late else None,
    )
