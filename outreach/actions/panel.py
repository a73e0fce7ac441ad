"""A panel is drawn, scores blind, discusses where it must, and its scores are counted."""

import random
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from outreach.actions.pool import require_unbarred
from outreach.models import (
    FIRST,
    PANEL_STEPS,
    REVIEW_STEPS,
    SECOND,
    Application,
    Assessment,
    Criterion,
    ExtraFinding,
    PanelDraw,
    PanelMember,
    Recusal,
    Review,
    ReviewReminder,
    Round,
    Score,
)
from outreach.queries.panel import counted, criteria_of, is_wide_apart, sheet_of
from portal import audit
from portal.accounts import User, require
from portal.calendar import add_working_days, local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

REVIEWS = "/desk/titles/reviews/"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# --- Drawing --------------------------------------------------------------------------------------


@transaction.atomic
def draw_panels(round: Round, *, due_on: date | None = None, by: User, seed: str = "") -> int:
    """Draw a panel for every admitted case of a round, with the last day to score; returns for how many.

    By field, free of conflict, those with the fewest cases first, the rest by chance from a seed that is
    kept: the same seed and pool give the same panel. The last day is the scheme's unless told otherwise.
    Raises Refused if a case has too few members, or for a last day that is over.
    """
    require(by, Perm.TITLE_MANAGE, round)
    if round.status != Round.Status.REVIEWING:
        raise Refused("批次转入评审后才能抽取评委。")
    due_on = due_on or add_working_days(local_today(), round.scheme.score_days)
    _require_to_come(due_on)
    seed = seed or secrets.token_hex(8)
    cases = Application.objects.filter(round=round, status=Application.Status.ADMITTED).with_all()
    chosen: set[int] = set()
    drawn = list(cases.order_by("number"))
    for application in drawn:
        members = _draw(application, seed, round.scheme.panel_size, due_on=due_on, by=by)
        chosen |= {member.user_id for member in members}
        PANEL_STEPS.take(application, "begin_scoring", by=by)
    people = User.objects.filter(pk__in=chosen)
    _tell_members(people, f"{round.title}：您有新的评审任务，请在{cn_date(due_on)}前（含当日）登录评分。")
    return len(drawn)


def _require_to_come(due_on: date) -> None:
    if due_on < local_today():
        raise Refused("评分截止日期不能早于今天。")
    if due_on > local_today() + timedelta(days=365):
        raise Refused("评分应在一年内截止，请核对截止日期。")


def _later_due(application: Application) -> date:
    """The last day of a sheet that is begun after the draw: the case's own, but time enough to read it."""
    enough = add_working_days(local_today(), application.round.scheme.late_score_days)
    last = Review.objects.filter(application=application).aggregate(last=Max("due_on"))["last"]
    return max(enough, last) if last else enough


def drawn_from(pool: list[list[int]], wanted: int, *, seed: str, number: str) -> list[int]:
    """The members of a pool (member, cases so far) that a seed draws for a case: the less loaded first."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311  replayed, no secret
    order = sorted(pool)
    chance.shuffle(order)
    return [member for member, _ in sorted(order, key=lambda row: row[1])[:wanted]]


def _draw(
    application: Application, seed: str, wanted: int, *, due_on: date, turn: int = FIRST, by: User
) -> list[PanelMember]:
    members = PanelMember.objects.free_of_conflict(application)
    if application.round.scheme.has_categories:
        members = members.filter(categories__contains=[application.category])
    sitting = Review.objects.filter(application=application).values("member")
    # Who reads the body's year with its name would know its figures again.
    checking = Assessment.objects.filter(
        organization=application.organization, status="reported", checked_by__isnull=False
    ).values("checked_by")
    members = members.exclude(pk__in=checking)
    load = Count("reviews", filter=Q(reviews__application__round=application.round), distinct=True)
    rows = members.exclude(pk__in=sitting).annotate(load=load).values_list("pk", "load")
    pool = [list(row) for row in rows.order_by("pk")]
    if len(pool) < wanted:
        raise Refused(
            f"编号 {application.number}（{application.get_category_display()}）需要 {wanted} 位"
            f"无利害关系的评委，评委库中只有 {len(pool)} 位，请先补充。"
        )
    chosen = drawn_from(pool, wanted, seed=seed, number=application.number)
    PanelDraw.objects.create(
        application=application, seed=seed, pool=pool, wanted=wanted, drawn=chosen, by=by
    )
    taken = Review.objects.filter(application=application).values("letter").distinct().count()
    Review.objects.bulk_create(
        Review(application=application, member_id=pk, turn=turn, letter=_letter(taken + place), due_on=due_on)
        for place, pk in enumerate(chosen)
    )
    audit.record(application, "draw_panel", by=by, note=f"种子 {seed}，抽中 {len(chosen)} 位")
    return list(PanelMember.objects.filter(pk__in=chosen).select_related("user"))


def _letter(number: int) -> str:
    """A to Z, then AA to AZ and so on."""
    first, second = divmod(number, len(LETTERS))
    return f"{LETTERS[first - 1] if first else ''}{LETTERS[second]}"


# --- Recusal --------------------------------------------------------------------------------------


@transaction.atomic
def recuse(review: Review, *, reason: str, by: User) -> None:
    """A member declares an interest in a case; somebody else is drawn in their place, for the same turn.

    Raises Refused without a reason, or if nobody is left to draw.
    """
    _require_own(review, by)
    REVIEW_STEPS.take(review, "recuse", by=by, note=reason)
    application = review.application
    Recusal.objects.get_or_create(
        member=review.member,
        organization=application.organization,
        defaults={"reason": clean_text(reason)[:300]},
    )
    drawer = PanelDraw.objects.filter(application=application).select_related("by").order_by("pk").last()
    _draw_another(review, by=drawer.by)


@transaction.atomic
def redraw_member(review: Review, *, reason: str, by: User) -> None:
    """Take a sheet that was not handed in from its member and draw somebody else, for the same turn.

    Raises Refused without a reason, once the sheet was handed in, or if nobody is left to draw.
    """
    require_unbarred(by, review.application)
    if review.status == Review.Status.SUBMITTED:
        raise Refused("该评分表已提交，不能重新抽取。")
    REVIEW_STEPS.take(review, "redraw", by=by, note=reason)
    _tell_members(
        [review.member.user], f"{review.application.round.title}：您有一份评审任务已改派，不必再评。"
    )
    _draw_another(review, by=by)


def _draw_another(review: Review, *, by: User) -> None:
    application = review.application
    due_on = _later_due(application)
    members = _draw(application, secrets.token_hex(8), 1, due_on=due_on, turn=review.turn, by=by)
    _tell_members(
        [member.user for member in members],
        f"您有新的评审任务，请在{cn_date(due_on)}前（含当日）登录评分。",
    )


def _require_own(review: Review, by: User) -> None:
    if review.member.user_id != by.pk:
        raise PermissionDenied("这份评分表不是分派给您的。")


# --- Scoring --------------------------------------------------------------------------------------


@transaction.atomic
def save_scores(
    review: Review,
    points: Mapping[str, Decimal | None],
    *,
    notes: Mapping[str, str],
    opinion: str,
    seen: int | None = None,
    by: User,
) -> None:
    """Keep a draft of a sheet: line → points, None for not yet.

    Raises Refused for points outside their ladder or once the sheet was handed in, and ChangedMeanwhile
    if the same sheet was saved from another window.
    """
    _require_own(review, by)
    stored = Review.objects.select_for_update().get(pk=review.pk)
    if stored.status != Review.Status.OPEN:
        raise Refused("评分已提交，不能再修改。")
    if seen is not None and stored.revision != seen:
        raise ChangedMeanwhile("这份评分表已在另一个窗口保存。您填写的内容仍在页面上，请核对后再次保存。")
    rows = {row.code: row for row in criteria_of(review.application)}
    for code, value in points.items():
        row = rows.get(code)
        if row is None or row.how == Criterion.How.FORMULA:
            raise Refused("评分项不存在，请刷新页面后重试。")
        if value is not None and not row.plain().allows(value):
            raise Refused(f"“{row.name}”的分值不在规定的分档内，请重新选择。")
    review.scores.filter(
        criterion__code__in=[code for code, value in points.items() if value is None]
    ).delete()
    given = [
        Score(review=review, criterion=rows[code], points=value, note=clean_text(notes.get(code, ""))[:300])
        for code, value in points.items()
        if value is not None
    ]
    Score.objects.bulk_create(
        given,
        update_conflicts=True,
        unique_fields=["review", "criterion"],
        update_fields=["points", "note"],
    )
    Review.objects.filter(pk=review.pk).update(
        opinion=clean_text(opinion, multiline=True)[:1000], revision=stored.revision + 1
    )
    review.revision = stored.revision + 1


@transaction.atomic
def fill_in(
    review: Review, points: Mapping[str, Decimal | None], *, is_done: bool, by: User, **words
) -> None:
    """Keep a sheet and, when done, hand it in. Raises as `save_scores` and `submit_scores` do."""
    save_scores(review, points, by=by, **words)
    if is_done:
        submit_scores(review, by=by)


@transaction.atomic
def submit_scores(review: Review, *, by: User) -> None:
    """Hand a sheet in. When it is the last one, a wide spread opens a discussion, else staff is told.

    Raises Refused while a line has no points.
    """
    _require_own(review, by)
    sheet = sheet_of(review)
    empty = [
        row.name for row in criteria_of(review.application) if row.plain().is_scored and row.code not in sheet
    ]
    if empty:
        raise Refused(f"还有 {len(empty)} 项未评分：{empty[0]}等。")
    Application.objects.select_for_update().get(pk=review.application_id)  # the last one of two at once
    if not PanelMember.objects.without_conflict(review.application).filter(pk=review.member_id).exists():
        raise Refused("这份评分表已不能由您提交，请申请回避，或与市科协联系。")
    REVIEW_STEPS.take(review, "submit_scores", by=by)
    _look_at_all(review)


def _look_at_all(review: Review) -> None:
    application = review.application
    sheets = Review.objects.filter(application=application, turn=review.turn)
    if sheets.filter(status=Review.Status.OPEN).exists():
        return
    if review.turn == FIRST and is_wide_apart(application, FIRST):
        _open_discussion(application)
        return
    _tell_staff(application, f"编号 {application.number} 的评分已全部提交，可以计算总分。")


def _open_discussion(application: Application) -> None:
    """Every member gets a second sheet with their own points as its draft."""
    first = Review.objects.filter(application=application, turn=FIRST, status=Review.Status.SUBMITTED)
    members, due_on = [], _later_due(application)
    for old in first.select_related("member__user").prefetch_related("scores"):
        new = Review.objects.create(
            application=application,
            member=old.member,
            letter=old.letter,
            turn=SECOND,
            opinion=old.opinion,
            due_on=due_on,
        )
        Score.objects.bulk_create(
            Score(review=new, criterion_id=row.criterion_id, points=row.points, note=row.note)
            for row in old.scores.all()
        )
        members.append(old.member.user)
    limit = application.round.scheme.spread_limit
    _tell_members(
        members,
        f"有一件评审的分差超过 {limit:f} 分，请查看合议情况，在{cn_date(due_on)}前（含当日）复评。",
    )
    _tell_staff(application, f"编号 {application.number} 分差超过 {limit:f} 分，已转入合议复评。")


@transaction.atomic
def remind_members(round: Round, *, by: User) -> int:
    """Remind only those who have not handed in; returns how many people."""
    require(by, Perm.TITLE_MANAGE, round)
    waiting = Review.objects.filter(application__round=round, status=Review.Status.OPEN)
    waiting = waiting.select_related("application__round", "member__user")
    told = _remind(waiting.order_by("pk"), ReviewReminder.Occasion.ASKED, at=timezone.now(), by=by)
    audit.record(round, "remind", by=by, note=f"{told} 位评委")
    return told


@transaction.atomic
def move_due_day(round: Round, due_on: date, *, by: User) -> int:
    """Give the sheets not handed in another last day and tell their members; returns how many sheets.

    Raises Refused for a day that is over, or if every sheet was handed in.
    """
    require(by, Perm.TITLE_MANAGE, round)
    _require_to_come(due_on)
    waiting = Review.objects.filter(application__round=round, status=Review.Status.OPEN)
    people = list(User.objects.filter(panel_member__reviews__in=waiting).distinct().order_by("pk"))
    moved = waiting.update(due_on=due_on, reminders=0)
    if not moved:
        raise Refused("没有待提交的评分表。")
    _tell_members(people, f"{round.title}：评分截止日期改为{cn_date(due_on)}（含当日）。")
    audit.record(round, "move_due_day", by=by, note=f"{moved} 份，{cn_date(due_on)}")
    return moved


@transaction.atomic
def remind_of_scores(*, at: datetime) -> int:
    """Tell members of sheets that are due today or tomorrow, and once more of those that are late; each sheet
    once before its day and once after. Returns how many sheets were told of.
    """
    today = local_today(at)
    waiting = Review.objects.filter(status=Review.Status.OPEN).select_for_update(of=("self",))
    waiting = waiting.select_related("application__round", "member__user").order_by("pk")
    soon = list(waiting.filter(reminders=0, due_on__range=(today, today + timedelta(days=1))))
    late = list(waiting.filter(reminders__lt=2, due_on__lt=today))
    _remind(soon, ReviewReminder.Occasion.SOON, at=at)
    _remind(late, ReviewReminder.Occasion.LATE, at=at)
    Review.objects.filter(pk__in=[sheet.pk for sheet in soon]).update(reminders=1)
    Review.objects.filter(pk__in=[sheet.pk for sheet in late]).update(reminders=2)
    return len(soon) + len(late)


def _remind(sheets: Iterable[Review], occasion: str, *, at: datetime, by: User | None = None) -> int:
    """One message per member and round, and a line in the log; returns how many messages."""
    groups: dict[tuple[Round, PanelMember], list[Review]] = {}
    for sheet in sheets:
        groups.setdefault((sheet.application.round, sheet.member), []).append(sheet)
    for (round, member), own in groups.items():
        days = [sheet.due_on for sheet in own if sheet.due_on]
        until = f"，评分截止{cn_date(min(days))}" if days else ""
        late = "已逾期，" if days and min(days) < local_today(at) else ""
        text = f"{round.title}：您有 {len(own)} 份评分表未提交{until}，{late}请登录评分。"
        _tell_members([member.user], text)
        ReviewReminder.objects.create(
            round=round, member=member, occasion=occasion, sheets=len(own), sent_at=at, by=by
        )
        Review.objects.filter(pk__in=[sheet.pk for sheet in own]).update(reminded_at=at)
    return len(groups)


# --- Counting -------------------------------------------------------------------------------------


@transaction.atomic
def find_extras(application: Application, found: Mapping[int, tuple[int, str]], *, by: User) -> None:
    """Write down bonus and deductions: rule → (how often, on what proof). Raises Refused without proof."""
    require(by, Perm.TITLE_MANAGE, application)
    require_unbarred(by, application)
    if application.status != Application.Status.SCORING:
        raise Refused("只有评审中的申报可以登记加减分。")
    for rule in application.round.form.extras.filter(pk__in=found):
        times, note = found[rule.pk]
        if times and not note.strip():
            raise Refused(f"“{rule.name}”须写明依据。")
        ExtraFinding.objects.update_or_create(
            application=application, rule=rule, defaults={"times": times, "note": clean_text(note)[:300]}
        )
    audit.record(application, "find_extras", by=by)


@transaction.atomic
def find_and_count(
    application: Application, found: Mapping[int, tuple[int, str]], *, is_done: bool, by: User
) -> None:
    """Keep bonus and deductions and, when done, count. Raises as `find_extras` and `count_scores` do."""
    find_extras(application, found, by=by)
    if is_done:
        count_scores(application, by=by)


@transaction.atomic
def count_scores(application: Application, *, by: User) -> None:
    """Count a case's total and keep how it came about. Raises Refused while a sheet or the visit is open."""
    require_unbarred(by, application)
    if Review.objects.filter(application=application, status=Review.Status.OPEN).exists():
        raise Refused("还有评委没有提交评分，不能计算总分。")
    visit = getattr(application, "visit", None)
    if visit is None or not visit.is_done:
        raise Refused("现场核查尚未完成，不能计算总分。")
    found, breakdown = counted(application)
    PANEL_STEPS.take(application, "count_scores", by=by)
    Application.objects.filter(pk=application.pk).update(total=found.total, breakdown=breakdown)
    application.total, application.breakdown = found.total, breakdown


def _tell_members(people, text: str) -> int:
    """No word of who applies: the notice leads to the list of one's own sheets."""
    return notify(people, text, link=REVIEWS, kind=Notice.Kind.TASK)


def _tell_staff(application: Application, text: str) -> None:
    notify(
        people_with(Perm.TITLE_MANAGE, application),
        text,
        link=application.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )
