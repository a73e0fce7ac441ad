"""The decision of a round as staff, units and the public read it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q

from outreach import scoring
from outreach.models import (
    Application,
    Objection,
    PanelMember,
    Review,
    ReviewReminder,
    Round,
    Title,
    TitleKind,
)
from outreach.queries.panel import Apart, Ranked, apart, barred_bodies, criteria_of, ranking
from portal.accounts import User
from portal.calendar import local_today
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


# --- The decision sheet ---------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetRow:
    """One line of the decision sheet for somebody of the staff."""

    ranked: Ranked
    apart: Apart | None  # its members lie further apart than the scheme flags
    is_last_proposed: bool  # the cut line runs below it
    is_barred: bool  # not this person's to decide


def decision_rows(round: Round, user: User | None = None) -> list[SheetRow]:
    """The ranked cases of a round with the cut line; what `user` must not decide is marked."""
    ranked = ranking(round)
    wide = apart([row.application for row in ranked])
    barred = barred_bodies(user) if user else set()
    inside = [row.place for row in ranked if row.application.status in ("proposed", "granted")]
    return [
        SheetRow(
            ranked=row,
            apart=wide.get(row.application.pk),
            is_last_proposed=bool(inside) and row.place == inside[-1],
            is_barred=row.application.organization_id in barred,
        )
        for row in ranked
    ]


def reserve_of(round: Round):
    """The cases behind the line that move up in order, the first one first."""
    rows = Application.objects.filter(round=round, reserve_place__isnull=False)
    return rows.select_related("organization", "region", "round__scheme", "round__form").order_by(
        "reserve_place", "pk"
    )


def first_in_reserve(round: Round) -> Application | None:
    return reserve_of(round).filter(status=Application.Status.NOT_PROPOSED).first()


def free_places(round: Round) -> int:
    """How many places of the notice became free: by an objection that was upheld, or a unit that gave up."""
    taken = Application.objects.filter(round=round, status__in=["proposed", "granted"]).count()
    return max(0, (round.notice_places or 0) - taken)


def last_notice_day(round: Round) -> date | None:
    """The last day on which a case of the round is before the public, taken off since or not."""
    own = Application.objects.filter(round=round).open().aggregate(last=Max("notice_until"))
    return max(filter(None, (round.notice_until, own["last"])), default=None)


# --- Objections -----------------------------------------------------------------------------------


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
    """The sheets of a case for staff: letter, member, turn, status, total, points by line, days late, whether
    it lies furthest from the others, and whether its member has come into a conflict since.
    """
    wide = apart([application]).get(application.pk)
    free = set(PanelMember.objects.without_conflict(application).values_list("pk", flat=True))
    today = local_today()
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
                "days_late": _days_late(review, today),
                "is_furthest": bool(wide) and review.turn == wide.turn and review.letter in wide.letters,
                "has_conflict": review.status == Review.Status.OPEN and review.member_id not in free,
            }
        )
    return sheets


def _days_late(review: Review, today: date) -> int:
    if review.status != Review.Status.OPEN or review.due_on is None:
        return 0
    return max(0, (today - review.due_on).days)


def progress(round: Round) -> dict[str, int]:
    """How many sheets of a round wait, how many of these are late, and how many were handed in."""
    rows = Review.objects.filter(application__round=round)
    return rows.aggregate(
        waiting=Count("pk", filter=Q(status="open")),
        late=Count("pk", filter=Q(status="open", due_on__lt=local_today())),
        done=Count("pk", filter=Q(status="submitted")),
    )


@dataclass(frozen=True)
class Waiting:
    """A member with sheets of a round not handed in."""

    member: PanelMember
    sheets: int
    due_on: date | None
    days_late: int
    reminded_at: object


def waiting_members(round: Round, today: date) -> list[Waiting]:
    """Who has not handed in, the latest first."""
    rows = Review.objects.filter(application__round=round, status=Review.Status.OPEN).values("member")
    rows = rows.annotate(sheets=Count("pk"), first=Min("due_on"), last=Max("reminded_at")).order_by("member")
    members = PanelMember.objects.select_related("user", "organization").in_bulk(
        row["member"] for row in rows
    )
    found = [
        Waiting(
            member=members[row["member"]],
            sheets=row["sheets"],
            due_on=row["first"],
            days_late=max(0, (today - row["first"]).days) if row["first"] else 0,
            reminded_at=row["last"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (-row.days_late, row.member.pk))


def reminders_of(round: Round):
    """The log of reminders of a round's sheets: who, when, by whom."""
    rows = ReviewReminder.objects.filter(round=round)
    return rows.select_related("member__user", "by")


def titles_seen_by(user: User):
    """The titles whose certificate somebody may take: their unit's, their district's, the city's."""
    rows = Title.objects.for_user(user, Perm.TITLE_CASE).filter(paper__isnull=False)
    return rows.select_related("kind", "organization", "paper", "region")
