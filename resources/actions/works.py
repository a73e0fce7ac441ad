"""Calls for works and applications to them, from the first draft to what is handed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal import audit, files, history
from portal.accounts import User, require
from portal.errors import ChangedMeanwhile, Refused
from portal.files import Examined
from portal.notices import notify, people_with
from portal.roles import Perm
from resources.models import (
    APPLICATION_FLOW,
    CALL_FLOW,
    WorkApplication,
    WorkBudgetLine,
    WorkCall,
    WorkCriterion,
    WorkFile,
    WorkRung,
)
from resources.rules.works import WHOLE, difference, yuan

MOST_FILES = 10
FEWEST_RUNGS = 2
# What may change once people apply: everything else was promised to them.
CHANGEABLE = {"summary", "rules", "closes_at", "budget_yuan", "review_days"}
WANTED = {
    "title": "作品名称",
    "kind": "作品类型",
    "abstract": "作品简介",
    "plan": "创作方案",
    "schedule": "进度安排",
    "requested_yuan": "申请经费",
    "contact": "联系人",
}


@dataclass(frozen=True)
class Standard:
    """A criterion as typed: its share in percent, its ladder as points and words."""

    name: str
    weight: int
    rungs: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Line:
    """One line of a budget as typed."""

    item: str
    amount_yuan: Decimal


# --- Calls ----------------------------------------------------------------------------------------


@transaction.atomic
def save_call(
    call: WorkCall, standards: Iterable[Standard], *, topics=(), by: User, seen: int | None = None
) -> WorkCall:
    """Draft a call or keep changes to it; `seen` is the revision that `by` had before them.

    Raises ValidationError where a rule says no, ChangedMeanwhile if somebody else was faster, Refused for
    a change of what was published and promised.
    """
    before = history.stored(call)
    if before is None:
        call.created_by = by
    elif seen is not None and before.revision != seen:
        raise ChangedMeanwhile("这项征集刚被他人修改。您填写的内容都在，请核对后再次保存。")
    require(by, Perm.WORK_MANAGE, call)
    changes = history.differences(before, call)
    is_draft = before is None or before.status == WorkCall.Status.DRAFT
    if not is_draft:
        _check_promised(before, set(changes))
    call.revision = before.revision + 1 if before else 1
    call.full_clean()
    if before is None:
        call.save(force_insert=True)
    else:  # only what was typed: money and status may have moved since the page was opened
        call.save(update_fields=[*changes, "revision"])
    if is_draft:
        call.topics.set(topics)
        _write_standards(call, standards)
    audit.record(call, "change" if before else "create", by=by, changes=changes)
    return call


def _check_promised(before: WorkCall, changed: set[str]) -> None:
    if before.status != WorkCall.Status.PUBLISHED:
        raise Refused(f"征集{before.get_status_display()}，不能再修改。")
    if changed - CHANGEABLE:
        raise Refused("征集已发布，只能修改一句话说明、征集办法、截止时间、经费总额和评审期限。")


def _write_standards(call: WorkCall, standards: Iterable[Standard]) -> None:
    call.criteria.all().delete()
    for position, standard in enumerate(standards, 1):
        row = WorkCriterion(call=call, position=position, name=standard.name, weight=standard.weight)
        row.full_clean()
        row.save(force_insert=True)
        rungs = [WorkRung(criterion=row, points=points, words=words) for points, words in standard.rungs]
        for rung in rungs:
            rung.full_clean(validate_unique=False)
        WorkRung.objects.bulk_create(rungs)


@transaction.atomic
def publish_call(call: WorkCall, *, by: User, at: datetime) -> None:
    """Announce a call. Raises Refused while its criteria, kinds or days are not whole."""
    criteria = list(call.criteria.prefetch_related("rungs"))
    if sum(row.weight for row in criteria) != WHOLE:
        raise Refused("评审标准的权重之和应为 100%。")
    if any(len(row.rungs.all()) < FEWEST_RUNGS for row in criteria):
        raise Refused("每项评审标准至少要有两个评分档。")
    if not call.kinds or not call.audiences:
        raise Refused("请选择征集的作品类型和面向人群。")
    if call.closes_at <= at:
        raise Refused("申报截止已过，请先修改截止时间。")
    CALL_FLOW.take(call, "publish", by=by, at=at)


@transaction.atomic
def cancel_call(call: WorkCall, *, by: User, note: str, at: datetime) -> None:
    """Call it off, with a reason; what was handed in is declined, and whoever applied is told.

    Raises Refused once a work is supported.
    """
    if call.applications.filter(status=WorkApplication.Status.SUPPORTED).exists():
        raise Refused("已有予以支持的作品，不能取消征集。")
    CALL_FLOW.take(call, "cancel", by=by, note=note)
    rows = call.applications.exclude(
        status__in=[WorkApplication.Status.WITHDRAWN, WorkApplication.Status.DECLINED]
    )
    for application in rows.select_related("organization__region", "region"):
        if application.status != WorkApplication.Status.DRAFT:
            reason = f"征集已取消：{note}"[:500]
            WorkApplication.objects.filter(pk=application.pk).update(
                decided_at=at, decided_by=by, reason=reason
            )
            APPLICATION_FLOW.take(application, "decline", by=by, note=reason)
        tell_applicant(application, f"征集“{call.title}”已取消：{note}", by=by)


@transaction.atomic
def finish_call(call: WorkCall, *, by: User) -> None:
    """Say that everything of a call is decided. Raises Refused while something is not."""
    undecided = [WorkApplication.Status.SUBMITTED, WorkApplication.Status.REVIEW]
    if left := call.applications.filter(status__in=undecided).count():
        raise Refused(f"还有 {left} 项申报没有决定。")
    CALL_FLOW.take(call, "finish", by=by)


# --- Applications ---------------------------------------------------------------------------------


@transaction.atomic
def save_application(
    application: WorkApplication,
    lines: Iterable[Line],
    *,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> WorkApplication:
    """Keep a draft, however unfinished. The same form sent twice gives the same application.

    Raises Refused outside the call's time or once it is handed in, ChangedMeanwhile if somebody else was
    faster, ValidationError where a rule says no.
    """
    require(by, Perm.WORK_APPLY, application)
    before = history.stored(application)
    if before is None:
        same = WorkApplication.objects.filter(key=application.key, created_by=by).first()
        if same:
            return same
        application.created_by = by
    else:
        _check_draft(before, seen)
        require(by, Perm.WORK_APPLY, before)
    call = application.call
    if not call.is_open(at):
        raise Refused("不在申报时间内，不能填写或修改申报。")
    if application.kind and application.kind.code not in call.kinds:
        raise ValidationError({"kind": "这项征集不收这类作品，请从列表中选择。"})
    changes = history.differences(before, application)
    application.revision = before.revision + 1 if before else 1
    application.updated_at = at
    application.full_clean()
    if before is None:
        application.save(force_insert=True)
    else:
        application.save(update_fields=[*changes, "revision", "updated_at"])
    _write_lines(application, lines)
    audit.record(application, "change" if before else "create", by=by, changes=changes)
    return application


def _check_draft(before: WorkApplication, seen: int | None) -> None:
    if before.status != WorkApplication.Status.DRAFT:
        raise Refused(f"申报{before.get_status_display()}，不能再修改；申报截止前可以先取回。")
    if seen is not None and before.revision != seen:
        raise ChangedMeanwhile("这份申报刚被他人修改。您填写的内容都在，请核对后再次保存。")


def _write_lines(application: WorkApplication, lines: Iterable[Line]) -> None:
    application.budget_lines.all().delete()
    rows = [
        WorkBudgetLine(
            application=application, position=position, item=line.item, amount_yuan=line.amount_yuan
        )
        for position, line in enumerate(lines, 1)
    ]
    for row in rows:
        row.full_clean()
    WorkBudgetLine.objects.bulk_create(rows)


def _locked(application: WorkApplication) -> WorkApplication:
    rows = WorkApplication.objects.select_for_update(of=("self",))
    return rows.select_related("call", "organization__region", "region", "kind").get(pk=application.pk)


@transaction.atomic
def submit_application(application: WorkApplication, *, by: User, at: datetime) -> None:
    """Hand an application in; the moment it was received counts.

    Raises Refused outside the call's time, with something left out, or with a budget that does not add up.
    """
    current = _locked(application)
    require(by, Perm.WORK_APPLY, current)
    if not current.call.is_open(at):
        raise Refused("不在申报时间内，不能提交。")
    missing = [words for name, words in WANTED.items() if not getattr(current, name)]
    if missing:
        raise Refused(f"提交前请填写：{'、'.join(missing)}。")
    off = difference(current.budget_lines.values_list("amount_yuan", flat=True), current.requested_yuan)
    if off:
        words = f"多 {yuan(off)}" if off > 0 else f"少 {yuan(-off)}"
        raise Refused(f"预算明细之和比申请经费{words}，请核对后再提交。")
    if current.requested_yuan > current.call.most_yuan:
        raise Refused(f"申请经费超过每项最高 {yuan(current.call.most_yuan)}。")
    try:
        with transaction.atomic():
            APPLICATION_FLOW.take(current, "submit", by=by, at=at)
    except IntegrityError:
        raise Refused("申报时间、经费或预算不符合征集要求，请刷新页面核对。") from None
    notify(
        people_with(Perm.WORK_MANAGE, current),
        f"收到作品申报“{current.title}”，待分派评审。",
        link=current.get_desk_url(),
        kind="task",
    )


@transaction.atomic
def take_back_application(application: WorkApplication, *, by: User, at: datetime) -> None:
    """Make a draft of it again, to change it, while the call is open."""
    current = _locked(application)
    if not current.call.is_open(at):
        raise Refused("申报已截止，不能取回修改。")
    APPLICATION_FLOW.take(current, "take_back", by=by)


@transaction.atomic
def withdraw_application(application: WorkApplication, *, by: User) -> None:
    """Give an application up before it is reviewed."""
    APPLICATION_FLOW.take(_locked(application), "withdraw", by=by)


@transaction.atomic
def add_file(
    application: WorkApplication, *, file: Examined, title: str, is_blind: bool, by: User
) -> WorkFile:
    """Attach a file to a draft. Raises Refused beyond MOST_FILES or once it is handed in."""
    current = _locked(application)
    require(by, Perm.WORK_APPLY, current)
    _check_draft(current, None)
    if current.files.count() >= MOST_FILES:
        raise Refused(f"最多上传 {MOST_FILES} 个附件，请先删除一个。")
    kept = files.keep(
        file,
        by=by,
        region=current.region,
        organization=current.organization,
        needs=Perm.WORK_VIEW,
    )
    row = WorkFile(application=current, attachment=kept, title=title, is_blind=is_blind)
    row.full_clean()
    row.save(force_insert=True)
    audit.record(current, "upload", by=by, note=title)
    return row


@transaction.atomic
def remove_file(row: WorkFile, *, by: User) -> None:
    """Take a file off a draft."""
    current = _locked(row.application)
    require(by, Perm.WORK_APPLY, current)
    _check_draft(current, None)
    attachment, title = row.attachment, row.title
    row.delete()
    files.remove(attachment)
    audit.record(current, "remove", by=by, note=title)


def tell_applicant(application: WorkApplication, text: str, *, by: User | None, kind: str = "info") -> None:
    """A message to everybody who applies for the unit."""
    people = people_with(Perm.WORK_APPLY, application.organization)
    if by is not None:
        people = people.exclude(pk=by.pk)
    notify(people, text, link=application.get_desk_url(), kind=kind)
