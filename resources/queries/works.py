"""Works as the public, the desk and reviewers read them: calls, the plan, the blind view, scores."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, Sum
from django.urls import reverse
from django.utils import timezone

from portal.accounts import User, people_with
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from portal.waiting import Waiting
from resources.models import (
    Resource,
    ResourceKind,
    ReviewerInterest,
    WorkApplication,
    WorkAttention,
    WorkBudgetLine,
    WorkCall,
    WorkContract,
    WorkCriterion,
    WorkInstalment,
    WorkMilestone,
    WorkReview,
    WorkScore,
)
from resources.rules.works import Mark, Outcome, outcome, told, without_names
from talent.models import Person

CALL_ORDER = ("-closes_at", "-pk")
PLAN_ORDER = ("-pk",)
SEATS = (1, 2)
# The year's plan by where a work stands: words, and what it means in the tables.
STAGES: dict[str, tuple[str, Q]] = {
    "applied": ("待评审", Q(status="submitted")),
    "review": ("评审中", Q(status="review")),
    "granted": ("待签合同", Q(status="recommended", contract=None)),
    "making": ("创作中", Q(contract__status="running")),
    "accepted": ("已验收", Q(contract__status="accepted") & ~Q(contract__resource__status="published")),
    "shown": ("已入资源", Q(contract__resource__status="published")),
    "ended": ("已终止", Q(contract__status="revoked")),
    "declined": ("不予支持", Q(status="refused")),
}


# --- Calls ----------------------------------------------------------------------------------------


def public_calls():
    """Calls for everybody, the last to close first."""
    return WorkCall.objects.public().prefetch_related("topics")


def kind_names(codes: Iterable[str]) -> str:
    names = dict(ResourceKind.objects.current().values_list("code", "name"))
    return "、".join(names[code] for code in codes if code in names)


def criteria_of(call: WorkCall) -> list[WorkCriterion]:
    """Criteria with their ladders."""
    return list(call.criteria.prefetch_related("rungs").order_by("position"))


def supported_works(*, year: int | None = None):
    """What was supported, for everybody: title, kind, unit, call, amount; nothing about people."""
    rows = WorkApplication.objects.filter(status=WorkApplication.Status.SUPPORTED)
    if year:
        rows = rows.filter(call__year=year)
    return rows.select_related("call", "kind", "organization", "contract__resource")


def years() -> list[int]:
    """The years that have calls, the latest first."""
    return list(WorkCall.objects.public().values_list("year", flat=True).distinct().order_by("-year"))


# --- The plan -------------------------------------------------------------------------------------


def works_at_desk(user, *, year: int | None = None, stage: str = "", call: int | None = None):
    """The works somebody may see: the year's publishing plan for staff, one's own for a unit."""
    rows = WorkApplication.objects.at_desk(user)
    if year:
        rows = rows.filter(call__year=year)
    if call:
        rows = rows.filter(call=call)
    if stage in STAGES:
        rows = rows.filter(STAGES[stage][1])
    return rows.select_related("call", "kind", "organization", "contract__resource").distinct()


def stage_counts(user, *, year: int | None = None) -> dict[str, int]:
    """How many works stand where; all of them under ""."""
    counts = {code: Count("pk", filter=condition, distinct=True) for code, (_, condition) in STAGES.items()}
    rows = WorkApplication.objects.at_desk(user)
    if year:
        rows = rows.filter(call__year=year)
    found = rows.aggregate(all=Count("pk", distinct=True), **counts)
    return {"": found.pop("all"), **found}


def stage_of(work: WorkApplication) -> tuple[str, str]:
    """Code for the eye and words of where a work stands; its contract must be loaded."""
    contract = getattr(work, "contract", None)
    if contract is None:
        granted = work.status == WorkApplication.Status.SUPPORTED
        return ("pending", "待签合同") if granted else (work.status, work.get_status_display())
    if contract.resource and contract.resource.is_public:
        return "published", "已入资源"
    words = "创作中" if contract.status == WorkContract.Status.RUNNING else contract.get_status_display()
    return contract.status, words


def plan_rows(works) -> list[tuple]:
    """The plan as rows of a sheet."""
    return [
        (
            work.code,
            work.call.year,
            work.call.title,
            str(work),
            work.kind.name if work.kind else "",
            work.organization.name,
            stage_of(work)[1],
            work.requested_yuan,
            work.decided_yuan,
            work.score,
            getattr(getattr(work, "contract", None), "number", ""),
            getattr(getattr(work, "contract", None), "ends_on", None),
        )
        for work in works
    ]


# --- Reviewers ------------------------------------------------------------------------------------


def open_seats(application: WorkApplication) -> list[int]:
    """The seats that want an expert now: of the first two, else the third where they lie too far apart."""
    if application.status not in (WorkApplication.Status.SUBMITTED, WorkApplication.Status.REVIEW):
        return []
    taken = set(application.reviews.standing().values_list("seat", flat=True))
    missing = [seat for seat in SEATS if seat not in taken]
    if missing:
        return missing
    return [3] if 3 not in taken and outcome_of(application).needs_third else []


def candidates(application: WorkApplication):
    """Experts who may judge it, with how many reviews wait for each: none of the applicant's, none twice."""
    unit = application.organization_id
    barred = Q(grants__organization=unit)
    barred |= Q(pk__in=Person.objects.filter(organization=unit, account__isnull=False).values("account"))
    barred |= Q(pk__in=ReviewerInterest.objects.filter(organization=unit).values("reviewer"))
    barred |= Q(pk__in=application.reviews.values("reviewer"))
    experts = people_with(Perm.WORK_REVIEW, application).values("pk")
    rows = User.objects.filter(pk__in=experts).exclude(pk__in=User.objects.filter(barred).values("pk"))
    waiting = Count("work_reviews", filter=Q(work_reviews__status=WorkReview.Status.ASSIGNED))
    return rows.annotate(waiting=waiting).order_by("waiting", "name", "pk")


def marks_of(review: WorkReview) -> list[Mark]:
    """What a review gave, in the order of the criteria."""
    rows = review.scores.select_related("criterion", "rung").order_by("criterion__position")
    return [Mark(row.criterion.name, row.criterion.weight, row.rung.points) for row in rows]


def outcome_of(application: WorkApplication) -> Outcome:
    """What the reviews handed in so far say together."""
    done = application.reviews.filter(status=WorkReview.Status.SUBMITTED).order_by("seat")
    return outcome(list(done.values_list("score", flat=True)), limit=application.call.spread_limit)


@dataclass(frozen=True)
class Judged:
    """One review as it may be read: by staff with the expert's name, by the other reviewer without."""

    review: WorkReview
    sum: str
    marks: list[tuple[str, int, int]]


def judged(application: WorkApplication) -> list[Judged]:
    """Every review of an application with its sum told, in a fixed number of queries."""
    scores = WorkScore.objects.select_related("criterion", "rung").order_by("criterion__position")
    rows = application.reviews.select_related("reviewer").prefetch_related(Prefetch("scores", scores))
    found = []
    for review in rows.order_by("seat", "pk"):
        marks = [
            Mark(row.criterion.name, row.criterion.weight, row.rung.points) for row in review.scores.all()
        ]
        is_done = review.status == WorkReview.Status.SUBMITTED
        found.append(
            Judged(
                review,
                told(marks) if is_done else "",
                [(mark.criterion, mark.weight, mark.points) for mark in marks],
            )
        )
    return found


def others_of(review: WorkReview) -> list[Judged]:
    """The other reviews, once this one and every other standing one are in; nothing before."""
    if review.status != WorkReview.Status.SUBMITTED:
        return []
    rows = [each for each in judged(review.application) if each.review.status in ("assigned", "done")]
    if any(each.review.status != WorkReview.Status.SUBMITTED for each in rows) or len(rows) < len(SEATS):
        return []
    return [each for each in rows if each.review.pk != review.pk]


@dataclass(frozen=True)
class Blind:
    """All that a reviewer is shown of an application: nothing that names who applies."""

    code: str
    call: str
    kind: str
    title: str
    abstract: str
    plan: str
    schedule: str
    requested_yuan: Decimal
    lines: list[tuple[str, Decimal]]
    files: list[tuple[int, str, str]]  # number, kind, size in words


def blind(review: WorkReview) -> Blind:
    """The one way in which reviewers see an application."""
    work = review.application
    names = work.applicant_words

    def hide(text: str) -> str:
        return without_names(text, names)

    lines = WorkBudgetLine.objects.filter(application=work).order_by("position")
    return Blind(
        code=work.code,
        call=work.call.title,
        kind=work.kind.name,
        title=hide(work.title),
        abstract=hide(work.abstract),
        plan=hide(work.plan),
        schedule=hide(work.schedule),
        requested_yuan=work.requested_yuan,
        lines=[(hide(line.item), line.amount_yuan) for line in lines],
        files=[
            (number, row.attachment.get_kind_display(), f"{max(1, row.attachment.size // 1024):,} KB")
            for number, row in enumerate(blind_files(review), 1)
        ],
    )


def blind_files(review: WorkReview) -> list:
    """The files a reviewer may fetch, by their place in the list."""
    rows = review.application.files.filter(is_blind=True).select_related("attachment")
    return list(rows.order_by("pk"))


def reviews_of(user):
    """The reviews of an expert, those that wait first."""
    rows = WorkReview.objects.of(user).select_related(
        "application__call", "application__kind", "application__organization", "application__region"
    )
    return rows.order_by("due_on", "pk")


# --- Contracts ------------------------------------------------------------------------------------


def contract_of(application: WorkApplication) -> WorkContract | None:
    """The contract with its milestones, instalments, files and changes loaded."""
    milestones = WorkMilestone.objects.select_related(
        "instalment", "contract__application__region", "contract__application__organization"
    ).prefetch_related("proofs__attachment")
    return (
        WorkContract.objects.filter(application=application)
        .select_related("resource", "application__organization__region", "application__region")
        .prefetch_related(
            Prefetch("milestones", milestones.order_by("position", "pk")), "amendments__made_by"
        )
        .first()
    )


def paid_yuan(contract: WorkContract) -> Decimal:
    rows = WorkInstalment.objects.filter(milestone__contract=contract, paid_on__isnull=False)
    return rows.aggregate(sum=Sum("amount_yuan"))["sum"] or Decimal(0)


def terms_of(contract: WorkContract) -> dict:
    """What is agreed, as an amendment keeps it."""
    rows = contract.milestones.select_related("instalment").order_by("position", "pk")
    return {
        "合同金额": str(contract.amount_yuan),
        "完成日期": cn_date(contract.ends_on),
        "节点": [
            f"{row.title}，{cn_date(row.due_on)}"
            + (f"，{row.instalment.amount_yuan} 元" if getattr(row, "instalment", None) else "")
            for row in rows
        ],
    }


MILESTONE_STATES = {"overdue": "已逾期", "submitted": "待审核", "owed": "应交"}
MILESTONE_ORDER = ("due_on", "pk")


def milestones_at_desk(user, *, state: str, on: date):
    """Milestones somebody may see: overdue, delivered and not yet looked at, or still to come."""
    rows = {
        "overdue": WorkMilestone.objects.overdue(on),
        "submitted": WorkMilestone.objects.delivered(),
        "owed": WorkMilestone.objects.owed(),
    }[state]
    works = WorkApplication.objects.at_desk(user)
    rows = rows.filter(contract__application__in=works.values("pk"))
    return rows.select_related("contract__application__organization").order_by(*MILESTONE_ORDER)


def attention_of(resource: Resource):
    """How often a resource was viewed and shared, each figure with its period, source and who entered it."""
    return WorkAttention.objects.filter(resource=resource).select_related("entered_by")


def work_of(resource: Resource) -> WorkApplication | None:
    """The supported work that became a resource."""
    return (
        WorkApplication.objects.filter(contract__resource=resource)
        .select_related("call", "organization", "region")
        .first()
    )


# --- The desk -------------------------------------------------------------------------------------


def works_waiting(user) -> list[Waiting]:
    """What waits for staff, a unit or an expert about works."""
    found = []
    if user.can(Perm.WORK_MANAGE):
        found += _for_staff(user)
    if user.can(Perm.WORK_APPLY):
        found += _for_unit(user)
    if user.can(Perm.WORK_REVIEW):
        rows = WorkReview.objects.waiting().filter(reviewer=user).select_related("application")
        items = [
            (f"作品 {row.application.code}", row.get_desk_url()) for row in rows.order_by("due_on", "pk")[:5]
        ]
        found.append(
            Waiting(title="待评审的作品", count=rows.count(), url=reverse("work_reviews:list"), items=items)
        )
    return [tile for tile in found if tile.count]


def _tile(title: str, rows, url: str) -> Waiting:
    items = [(str(row), row.get_desk_url()) for row in rows[:5]]
    return Waiting(title=title, count=rows.count(), url=url, items=items)


def _milestones(title: str, user, state: str) -> Waiting:
    rows = milestones_at_desk(user, state=state, on=timezone.localdate())
    items = [(f"{row.contract.application}：{row}", row.contract.get_desk_url()) for row in rows[:5]]
    url = f"{reverse('works_desk:milestones')}?state={state}"
    return Waiting(title=title, count=rows.count(), url=url, items=items, is_late=state == "overdue")


def _for_staff(user) -> list[Waiting]:
    rows = WorkApplication.objects.for_user(user, Perm.WORK_MANAGE)
    home = reverse("works_desk:list")
    decidable = rows.filter(status=WorkApplication.Status.REVIEW).exclude(
        reviews__status=WorkReview.Status.ASSIGNED
    )
    return [
        _tile(
            "待分派评审的作品申报",
            rows.filter(status=WorkApplication.Status.SUBMITTED).order_by("submitted_at", "pk"),
            f"{home}?stage=applied",
        ),
        _tile("评审已交、待决定的作品", decidable.order_by("submitted_at", "pk"), f"{home}?stage=review"),
        _milestones("待审核的合同节点", user, "submitted"),
        _milestones("逾期的合同节点", user, "overdue"),
    ]


def _for_unit(user) -> list[Waiting]:
    rows = WorkApplication.objects.for_user(user, Perm.WORK_APPLY)
    drafts = rows.filter(status=WorkApplication.Status.DRAFT, call__closes_at__gt=timezone.now())
    return [
        _tile("未提交的作品申报", drafts.order_by("call__closes_at", "pk"), reverse("works_desk:list")),
        _milestones("应交的合同节点", user, "owed"),
    ]
