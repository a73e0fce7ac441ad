"""The decision of a round as staff, units and the public read it."""

from django.db.models import Count, Q

from outreach import scoring
from outreach.models import Application, Objection, Review, Round, Title, TitleKind
from outreach.queries.panel import criteria_of
from portal.accounts import User
from portal.roles import Perm


def noticed_cases(round: Round):
    """What the public notice lists: who is proposed, in the order of points."""
    rows = Application.objects.filter(round=round, status__in=["proposed", "granted"])
    return rows.select_related("organization", "region", "round").order_by("place", "pk")


def open_to_objection():
    """The cases against which anybody may object while their round is before the public: those in the
    notice, and those that an objection took off it. Who was never proposed is told to nobody.
    """
    heard = Objection.objects.filter(kind=Objection.Kind.OBJECTION).values("application")
    in_notice = Q(status="proposed") | Q(status="not_proposed", pk__in=heard)
    return Application.objects.filter(in_notice, round__status=Round.Status.NOTICED)


def contests_of(application: Application) -> list[Objection]:
    """What a body said against being left out, the latest first."""
    rows = application.objections.filter(kind=Objection.Kind.CONTEST)
    return list(rows.select_related("proof").order_by("-pk"))


def titles_to_propose(application: Application) -> list[tuple[str, str]]:
    """The titles that its round grants: code and name, in the order of the form's levels."""
    codes = list(dict.fromkeys(grade.title for grade in application.round.form.levels if grade.title))
    names = dict(TitleKind.objects.filter(code__in=codes).values_list("code", "name"))
    return [(code, names[code]) for code in codes if code in names]


def objections_for(user: User):
    rows = Objection.objects.select_related(
        "application__organization", "application__round__form", "application__round__scheme", "proof"
    )
    cases = Application.objects.for_user(user, Perm.TITLE_MANAGE).values("pk")
    return rows.filter(application__in=cases)


def objection_counts(round: Round) -> dict[str, int]:
    rows = Objection.objects.filter(application__round=round).values("status").annotate(count=Count("pk"))
    return {row["status"]: row["count"] for row in rows.order_by("status")}


def panel_sheets(application: Application) -> list[dict]:
    """The sheets of a case for staff: letter, member, turn, status, total, points by line."""
    plain = [row.plain() for row in criteria_of(application)]
    rows = Review.objects.filter(application=application).select_related(
        "member__user", "member__organization"
    )
    sheets = []
    for review in rows.prefetch_related("scores__criterion").order_by("turn", "letter", "pk"):
        sheet = {row.criterion.code: row.points for row in review.scores.all()}
        sheets.append(
            {
                "review": review,
                "total": scoring.member_total(plain, sheet) if review.status == "submitted" else None,
                "points": [sheet.get(row.code) for row in plain if row.is_scored],
            }
        )
    return sheets


def progress(round: Round) -> dict[str, int]:
    """How many sheets of a round wait and how many were handed in."""
    rows = Review.objects.filter(application__round=round)
    return rows.aggregate(
        waiting=Count("pk", filter=Q(status="open")), done=Count("pk", filter=Q(status="submitted"))
    )


def titles_seen_by(user: User):
    """The titles whose certificate somebody may take: their unit's, their district's, the city's."""
    rows = Title.objects.for_user(user, Perm.TITLE_CASE).filter(paper__isnull=False)
    return rows.select_related("kind", "organization", "paper", "region")
