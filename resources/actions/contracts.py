"""Contracts of supported works: signing, milestones, money, amendments, acceptance, the resource made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal import audit, files
from portal.accounts import User, require
from portal.errors import ChangedMeanwhile, Refused
from portal.files import Examined
from portal.notices import notify, people_with
from portal.roles import Perm
from resources.actions.assets import convert
from resources.actions.registry import create
from resources.actions.works import tell_applicant
from resources.models import (
    CONTRACT_FLOW,
    MILESTONE_FLOW,
    MilestoneProof,
    Resource,
    ResourceKind,
    WorkAmendment,
    WorkApplication,
    WorkAttention,
    WorkContract,
    WorkInstalment,
    WorkMilestone,
)
from resources.queries.works import paid_yuan, terms_of
from resources.rules.works import difference, is_to_be_recalled, yuan

REMIND_AHEAD, REMIND_AGAIN = (30, 7), 7  # days
MOST_PROOFS = 10
SUMS = "resources_work_contract_adds_up, resources_work_instalments_add_up"


@dataclass(frozen=True)
class Part:
    """A milestone as typed, with the instalment that hangs on it; `pk` of one that is there already."""

    title: str
    due_on: date
    amount_yuan: Decimal | None = None
    pk: int | None = None


def _held(contract: WorkContract) -> WorkContract:
    rows = WorkContract.objects.select_for_update(of=("self",))
    return rows.select_related(
        "application__call", "application__organization__region", "application__region"
    ).get(pk=contract.pk)


def _check_sum(parts: Sequence[Part], amount: Decimal, *, paid: Decimal = Decimal(0)) -> None:
    if not parts and not paid:
        raise Refused("请至少填写一个节点。")
    off = difference([part.amount_yuan or Decimal(0) for part in parts], amount - paid)
    if off:
        words = f"多 {yuan(off)}" if off > 0 else f"少 {yuan(-off)}"
        raise Refused(f"各期拨付之和比合同金额{words}，请核对。")


def _check_now() -> None:
    """Have the database add up what it would add up at the end, so that its no is heard here."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {SUMS} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {SUMS} DEFERRED")


def _write_part(contract: WorkContract, position: int, part: Part) -> None:
    milestone = WorkMilestone(contract=contract, position=position, title=part.title, due_on=part.due_on)
    milestone.full_clean()
    milestone.save(force_insert=True)
    if part.amount_yuan:
        WorkInstalment.objects.create(milestone=milestone, amount_yuan=part.amount_yuan)


# --- Signing and changing -------------------------------------------------------------------------


@transaction.atomic
def sign(application: WorkApplication, parts: Sequence[Part], *, by: User, **terms) -> WorkContract:
    """Enter the contract of a supported work: number, amount_yuan, signed_on, starts_on, ends_on.

    What it costs less than was granted goes back to the call. Raises Refused if the work is not supported,
    has its contract, costs more than was granted, or the instalments do not add up.
    """
    current = WorkApplication.objects.select_for_update(of=("self",)).select_related(
        "call", "organization__region", "region"
    )
    held = current.get(pk=application.pk)
    require(by, Perm.WORK_MANAGE, held)
    if held.status != WorkApplication.Status.SUPPORTED:
        raise Refused("只有予以支持的作品才能签订合同。")
    if WorkContract.objects.filter(application=held).exists():
        raise Refused("这项作品已登记合同。")
    if terms["amount_yuan"] > held.bound_yuan:
        raise Refused(f"合同金额超过批准经费 {yuan(held.bound_yuan)}。")
    _check_sum(parts, terms["amount_yuan"])
    contract = WorkContract(application=held, made_by=by, **terms)
    contract.full_clean()
    try:
        with transaction.atomic():
            WorkApplication.objects.filter(pk=held.pk).update(bound_yuan=contract.amount_yuan)
            contract.save(force_insert=True)
            for position, part in enumerate(parts, 1):
                _write_part(contract, position, part)
            _check_now()
    except IntegrityError:
        raise Refused("各期拨付之和应等于合同金额，且不超过批准经费。") from None
    audit.record(contract, "create", by=by)
    tell_applicant(held, f"作品“{held}”的合同 {contract.number} 已登记，请按节点交付。", by=by)
    return contract


@transaction.atomic
def amend(
    contract: WorkContract,
    parts: Sequence[Part],
    *,
    reason: str,
    amount_yuan: Decimal,
    ends_on: date,
    by: User,
    seen: int | None = None,
) -> WorkAmendment:
    """Change what was agreed; milestones already accepted or under check stay as they are.

    Raises Refused without a reason, for a contract that ended, sums that do not add up, or more money than
    the call still has; ChangedMeanwhile if somebody else was faster.
    """
    held = _held(contract)
    require(by, Perm.WORK_MANAGE, held)
    if held.status != WorkContract.Status.RUNNING:
        raise Refused("合同已结束，不能变更。")
    if seen is not None and seen != held.revision:
        raise ChangedMeanwhile("合同刚被他人变更，请核对后再次保存。")
    before = terms_of(held)
    fixed = [row for row in held.milestones.select_related("instalment") if not _may_change(row)]
    settled = sum((_amount(row) for row in fixed), Decimal(0))
    _check_sum(parts, amount_yuan, paid=settled)
    held.amount_yuan, held.ends_on, held.revision = amount_yuan, ends_on, held.revision + 1
    held.full_clean()
    try:
        with transaction.atomic():
            WorkApplication.objects.filter(pk=held.application_id).update(bound_yuan=amount_yuan)
            held.save(update_fields=["amount_yuan", "ends_on", "revision"])
            _rewrite(held, parts, first=len(fixed) + 1)
            _check_now()
    except IntegrityError as fault:
        beyond = "work_call_within_its_budget" in str(fault)
        raise Refused("超出征集的经费总额。" if beyond else "各期拨付之和应等于合同金额。") from None
    made = WorkAmendment(
        contract=held,
        number=held.amendments.count() + 1,
        reason=reason,
        before=before,
        after=terms_of(held),
        made_by=by,
    )
    made.full_clean()
    made.save(force_insert=True)
    audit.record(held, "change", by=by, note=reason)
    tell_applicant(held.application, f"合同 {held.number} 已变更：{reason}", by=by)
    return made


def _amount(milestone: WorkMilestone) -> Decimal:
    instalment = getattr(milestone, "instalment", None)
    return instalment.amount_yuan if instalment else Decimal(0)


def _may_change(milestone: WorkMilestone) -> bool:
    return milestone.status in (WorkMilestone.Status.OPEN, WorkMilestone.Status.RETURNED)


def _rewrite(contract: WorkContract, parts: Iterable[Part], *, first: int) -> None:
    """Milestones still open become what was typed: kept by their key, added, or taken away."""
    standing = {row.pk: row for row in contract.milestones.all() if _may_change(row)}
    for position, part in enumerate(parts, first):
        milestone = standing.pop(part.pk, None)
        if milestone is None:
            _write_part(contract, position, part)
            continue
        milestone.position, milestone.title, milestone.due_on = position, part.title, part.due_on
        milestone.save(update_fields=["position", "title", "due_on"])
        WorkInstalment.objects.filter(milestone=milestone).delete()
        if part.amount_yuan:
            WorkInstalment.objects.create(milestone=milestone, amount_yuan=part.amount_yuan)
    for milestone in standing.values():
        if milestone.proofs.exists():
            raise Refused(f"节点“{milestone}”已有证明材料，不能删除。")
        milestone.delete()


# --- Milestones and money -------------------------------------------------------------------------


@transaction.atomic
def deliver_milestone(
    milestone: WorkMilestone, *, proof: str, file: Examined | None, by: User, at: datetime
) -> None:
    """Report a milestone with words and, if there is one, a file. Raises Refused under an ended contract."""
    contract = _held(milestone.contract)
    require(by, Perm.WORK_APPLY, contract)
    if contract.status != WorkContract.Status.RUNNING:
        raise Refused("合同已结束。")
    if not proof.strip():
        raise Refused("请写明完成情况。")
    if file:
        if milestone.proofs.count() >= MOST_PROOFS:
            raise Refused(f"每个节点最多 {MOST_PROOFS} 份材料。")
        kept = files.keep(
            file,
            by=by,
            region=contract.region,
            organization=contract.organization,
            needs=Perm.WORK_VIEW,
        )
        MilestoneProof.objects.create(milestone=milestone, attachment=kept)
    WorkMilestone.objects.filter(pk=milestone.pk).update(proof=proof)
    MILESTONE_FLOW.take(milestone, "deliver", by=by, note=proof, at=at)
    text = f"“{contract.application}”提交了节点“{milestone}”，待审核。"
    notify(people_with(Perm.WORK_MANAGE, contract), text, link=contract.get_desk_url(), kind="task")


@transaction.atomic
def approve_milestone(milestone: WorkMilestone, *, by: User, at: datetime) -> None:
    """Say that a milestone was reached; its instalment may be paid."""
    MILESTONE_FLOW.take(milestone, "approve", by=by, at=at)
    tell_applicant(milestone.contract.application, f"节点“{milestone}”已通过。", by=by)


@transaction.atomic
def return_milestone(milestone: WorkMilestone, *, by: User, note: str) -> None:
    """Give a milestone back with what is missing."""
    MILESTONE_FLOW.take(milestone, "send_back", by=by, note=note)
    tell_applicant(milestone.contract.application, f"节点“{milestone}”被退回：{note}", by=by, kind="task")


@transaction.atomic
def pay(instalment: WorkInstalment, *, on: date, by: User) -> None:
    """Note that an instalment was paid. Raises Refused before its milestone is accepted, or twice."""
    contract = _held(instalment.milestone.contract)
    require(by, Perm.WORK_MANAGE, contract)
    if on > timezone.localdate():
        raise Refused("拨付日期不能晚于今天。")
    try:
        with transaction.atomic():
            paid = WorkInstalment.objects.filter(pk=instalment.pk, paid_on=None).update(paid_on=on)
    except IntegrityError:
        raise Refused("节点通过后才能拨付。") from None
    if not paid:
        raise Refused("这一期已经拨付。")
    audit.record(contract, "pay", by=by, changes={"amount_yuan": ["", str(instalment.amount_yuan)]})
    tell_applicant(
        contract.application, f"合同 {contract.number} 已拨付 {yuan(instalment.amount_yuan)}。", by=by
    )


# --- The end --------------------------------------------------------------------------------------


@transaction.atomic
def accept_work(contract: WorkContract, *, by: User, at: datetime, note: str = "") -> None:
    """Accept the finished work. Raises Refused while a milestone is not accepted."""
    held = _held(contract)
    left = held.milestones.exclude(status=WorkMilestone.Status.ACCEPTED).count()
    if left:
        raise Refused(f"还有 {left} 个节点没有通过，不能验收。")
    WorkContract.objects.filter(pk=held.pk).update(closing_note=note)
    CONTRACT_FLOW.take(held, "accept", by=by, note=note, at=at)
    tell_applicant(held.application, f"作品“{held.application}”通过验收，可以转为科普资源。", by=by)


@transaction.atomic
def return_work(contract: WorkContract, *, by: User, note: str) -> None:
    """Not accept it yet: the last milestone goes back with what is to be mended.

    Raises Refused where the last milestone is not delivered, or its money is paid.
    """
    held = _held(contract)
    require(by, Perm.WORK_MANAGE, held)
    last = held.milestones.select_related("contract__application__organization__region").last()
    if last is None or _may_change(last) or held.status != WorkContract.Status.RUNNING:
        raise Refused("最后一个节点尚未提交，无须退回。")
    if last.status == WorkMilestone.Status.DELIVERED:
        return_milestone(last, by=by, note=note)
        return
    if WorkInstalment.objects.filter(milestone=last, paid_on__isnull=False).exists():
        raise Refused("最后一期已拨付，不能退回。")
    MILESTONE_FLOW.take(last, "reopen", by=by, note=note)
    tell_applicant(held.application, f"作品“{held.application}”未通过验收：{note}", by=by, kind="task")


@transaction.atomic
def terminate(contract: WorkContract, *, by: User, at: datetime, note: str, clawback: Decimal) -> None:
    """End a contract before its time, saying why and how much is to come back; the rest is free again.

    Raises Refused without a reason, or for more than was paid.
    """
    held = _held(contract)
    paid = paid_yuan(held)
    if not note.strip():
        raise Refused("请写明终止的理由。")
    if clawback > paid:
        raise Refused(f"追回金额不能超过已拨付的 {yuan(paid)}。")
    WorkContract.objects.filter(pk=held.pk).update(closing_note=note, clawback_yuan=clawback)
    CONTRACT_FLOW.take(held, "terminate", by=by, note=note, at=at)
    WorkApplication.objects.filter(pk=held.application_id).update(bound_yuan=paid - clawback)
    tell_applicant(held.application, f"合同 {held.number} 已终止：{note}。应退回 {yuan(clawback)}。", by=by)


@transaction.atomic
def make_resource(contract: WorkContract, *, by: User, on: date) -> Resource:
    """Enter the accepted work as a draft of a resource, filled in with what is known; once.

    A science asset the work grew from is linked, too. Raises Refused before acceptance.
    """
    held = _held(contract)
    require(by, Perm.WORK_VIEW, held)
    if held.resource_id:
        return held.resource
    if held.status != WorkContract.Status.ACCEPTED:
        raise Refused("通过验收后才能转为科普资源。")
    work = held.application
    kind = ResourceKind.objects.current().filter(code=work.kind.code).first() or work.kind
    made = create(
        by=by,
        kind=kind,
        title=work.title,
        summary=work.abstract.strip().splitlines()[0][:200],
        description=work.abstract,
        audiences=list(work.call.audiences),
        topics=list(work.call.topics.all()),
        organization=work.organization,
        region=work.region,
        contact=work.contact,
        contact_phone=work.contact_phone,
        source=f"{work.call.title}支持作品"[:200],
    )
    WorkContract.objects.filter(pk=held.pk).update(resource=made)
    audit.record(held, "convert", by=by, changes={"resource": ["", made.title]})
    if work.asset_id:
        convert(work.asset, made, by=by, on=on)
    return made


# --- Attention ------------------------------------------------------------------------------------


@transaction.atomic
def enter_attention(*, by: User, resource: Resource, **values) -> WorkAttention:
    """Enter how often a resource was viewed and shared, with period and source.

    Raises ValidationError for what was entered already or says no source.
    """
    row = WorkAttention(resource=resource, entered_by=by, **values)
    require(by, Perm.RESOURCE_EDIT, row)
    row.full_clean()
    row.save(force_insert=True)
    audit.record(row, "enter", by=by)
    return row


@transaction.atomic
def change_attention(row: WorkAttention, *, by: User, **values) -> WorkAttention:
    """Correct a figure; who entered it last stands beside it."""
    require(by, Perm.RESOURCE_EDIT, row)
    old = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    changes = {name: [str(old[name]), str(value)] for name, value in values.items() if old[name] != value}
    if not changes:
        return row
    row.entered_by = by
    row.full_clean()
    row.save(update_fields=[*values, "entered_by"])
    audit.record(row, "change", by=by, changes=changes)
    return row


# --- Reminders ------------------------------------------------------------------------------------


@transaction.atomic
def remind_of_milestones(*, at: datetime) -> int:
    """Recall milestones 30 and 7 days ahead of their day and every 7 days after it; returns how many."""
    today = timezone.localdate(at)
    rows = WorkMilestone.objects.select_for_update(of=("self",), skip_locked=True).owed()
    rows = rows.filter(due_on__lte=today + timedelta(days=max(REMIND_AHEAD))).select_related(
        "contract__application__organization__region", "contract__application__region"
    )
    due = [
        row
        for row in rows.order_by("pk")
        if is_to_be_recalled(row.due_on, row.reminded_on, today, ahead=REMIND_AHEAD, again=REMIND_AGAIN)
    ]
    for row in due:
        days = (row.due_on - today).days
        when = f"还有 {days} 天到期" if days >= 0 else f"已逾期 {-days} 天"
        work = row.contract.application
        tell_applicant(
            work, f"“{work}”的节点“{row}”{when}。", by=None, kind="task" if days >= 0 else "urgent"
        )
    WorkMilestone.objects.filter(pk__in=[row.pk for row in due]).update(reminded_on=today)
    return len(due)
