"""Appeals against a published term: filed, answered by the school, decided by the district."""

import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction

from portal import audit
from portal.accounts import User, people_with, require
from portal.calendar import add_working_days, local_today
from portal.encryption import seal
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions.batches import return_entries
from youth_credits.models import Appeal, Publication, Student, TimeLimit

Status, Way = Appeal.Status, Appeal.Way
DECIDED = (Status.UPHELD, Status.REJECTED, Status.GRANTED, Status.DENIED)

APPEAL = Workflow(
    uphold=Step(
        label="采纳申诉",
        sources=frozenset({Status.FILED}),
        target=Status.UPHELD,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
    ),
    reject=Step(
        label="不采纳申诉",
        sources=frozenset({Status.FILED}),
        target=Status.REJECTED,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
    ),
    escalate=Step(
        label="提请区教育局处理",
        sources=frozenset({Status.REJECTED}),
        target=Status.ESCALATED,
        needs=Perm.WARD_VIEW,
        stamp="escalated_at",
    ),
    escalate_paper=Step(
        label="登记监护人提请区教育局",
        sources=frozenset({Status.REJECTED}),
        target=Status.ESCALATED,
        needs=Perm.CREDIT_RECORD,
        stamp="escalated_at",
    ),
    climb=Step(
        label="学校逾期未答复，转区教育局",
        sources=frozenset({Status.FILED}),
        target=Status.ESCALATED,
        needs=Perm.CREDIT_OVERSEE,
        stamp="escalated_at",
        by_clock=True,
    ),
    grant=Step(
        label="支持申诉",
        sources=frozenset({Status.ESCALATED}),
        target=Status.GRANTED,
        needs=Perm.CREDIT_OVERSEE,
        stamp="ended_at",
    ),
    deny=Step(
        label="维持学校答复",
        sources=frozenset({Status.ESCALATED}),
        target=Status.DENIED,
        needs=Perm.CREDIT_OVERSEE,
        stamp="ended_at",
    ),
    withdraw=Step(
        label="撤回申诉",
        sources=frozenset({Status.FILED, Status.ESCALATED}),
        target=Status.WITHDRAWN,
        needs=Perm.WARD_VIEW,
        stamp="ended_at",
    ),
)


@transaction.atomic
def appeal(
    publication: Publication,
    student: Student,
    *,
    ground: str,
    statement: str,
    entry: int | None = None,
    key: uuid.UUID,
    by: User,
    at: datetime,
) -> Appeal:
    """File an appeal on the guardian's own page. Under the guardian's scope: the child is the own one."""
    return _file(
        publication, student, ground, statement, entry, key=key, way=Way.ACCOUNT, on=local_today(at), by=by
    )


@transaction.atomic
def appeal_on_paper(
    publication: Publication,
    student: Student,
    *,
    ground: str,
    statement: str,
    signer: str,
    on: date,
    entry: int | None = None,
    key: uuid.UUID,
    by: User,
) -> Appeal:
    """Enter an appeal that a guardian handed in on paper on a day."""
    require(by, Perm.CREDIT_RECORD, student.school)
    if on > local_today():
        raise Refused("提出日期不能晚于今天。")
    return _file(
        publication, student, ground, statement, entry, key=key, way=Way.PAPER, on=on, by=by, signer=signer
    )


def _file(
    publication: Publication,
    student: Student,
    ground: str,
    statement: str,
    entry: int | None,
    *,
    key: uuid.UUID,
    way: str,
    on: date,
    by: User,
    signer: str = "",
) -> Appeal:
    """Raises Refused outside the days of the publication, or where the same ground waits for its answer.

    The same ground once decided is refused by a row that names the first decision. The same key again is
    the same appeal.
    """
    known = Appeal.objects.filter(uuid=key).first()
    if known:
        return known
    _require_open(publication, on)
    earlier = (
        Appeal.objects.filter(publication=publication, student=student, entry=entry, ground=ground)
        .exclude(status__in=[Status.REFUSED, Status.WITHDRAWN])
        .first()
    )
    if earlier and earlier.status not in DECIDED:
        raise Refused("同一事由的申诉正在办理，请等候答复。")
    school = publication.organization
    filed = Appeal(
        uuid=key,
        region=school.region,
        organization=school,
        created_by=by,
        publication=publication,
        student=student,
        entry=entry,
        ground=ground,
        way=way,
        filed_on=on,
        statement_sealed=_sealed("statement", statement, key),
        signer_sealed=_sealed("signer", signer, key) if signer else None,
        due_on=add_working_days(on, queries.working_days(TimeLimit.Step.ANSWER, on)),
    )
    if earlier:
        refused = Appeal(
            **{name: getattr(filed, name) for name in _COPIED}, status=Status.REFUSED, first=earlier
        )
        refused.save()
        audit.record(refused, "refuse_appeal", by=by, note=f"同一事由已有决定：申诉 {earlier.pk}")
        return refused
    try:
        with transaction.atomic():
            filed.save()
    except IntegrityError:  # somebody filed the same ground meanwhile
        raise Refused("同一事由的申诉正在办理，请等候答复。") from None
    audit.record(filed, "file_appeal", by=by, note=f"{filed.get_way_display()}，{filed.get_ground_display()}")
    notify(
        queries.verifiers(school),
        f"收到一件学分申诉，请在{filed.due_on:%-m月%-d日}前答复。",
        link=filed.get_absolute_url(),
        kind=Notice.Kind.RIGHTS,
    )
    return filed


_COPIED = (
    "uuid",
    "region",
    "organization",
    "created_by",
    "publication",
    "student",
    "entry",
    "ground",
    "way",
    "filed_on",
    "statement_sealed",
    "signer_sealed",
)


def _require_open(publication: Publication, on: date) -> None:
    if publication.status != Publication.Status.PUBLISHED:
        raise Refused("该学期不在公示中，不能提出申诉。")
    if on > publication.appeals_until:
        raise Refused(f"申诉期已于{publication.appeals_until:%Y年%-m月%-d日}结束。")
    if on < local_today(publication.published_at):
        raise Refused("提出日期早于公示日期，请核对。")


def _sealed(name: str, text: str, owner: uuid.UUID) -> bytes:
    text = clean_text(text)
    if not text:
        raise Refused("请填写申诉的说明。" if name == "statement" else "请填写内容。")
    return seal(text, field=f"appeal.{name}", owner=owner)


# --- The school -----------------------------------------------------------------------------------


@transaction.atomic
def answer(appeal: Appeal, *, is_upheld: bool, words: str, by: User, at: datetime) -> None:
    """The school answers in writing. Who entered the appeal from paper does not answer it."""
    if appeal.way == Way.PAPER and appeal.created_by_id == by.pk:
        raise Refused("登记申诉与答复须由不同的人办理。")
    Appeal.objects.filter(pk=appeal.pk, status=Status.FILED).update(
        answer_sealed=_sealed("answer", words, appeal.uuid), answered_at=at, answered_by=by
    )
    APPEAL.take(appeal, "uphold" if is_upheld else "reject", by=by, at=at)
    appeal.refresh_from_db()
    _tell_guardian(appeal, f"学校已答复您的申诉：{'采纳' if is_upheld else '未采纳'}。")


# --- On to the district ---------------------------------------------------------------------------


@transaction.atomic
def escalate(appeal: Appeal, *, by: User, at: datetime) -> None:
    """The guardian asks the district to decide, within five working days of the school's answer."""
    _require_in_time(appeal, at)
    _set_due(appeal, at)
    APPEAL.take(appeal, "escalate", by=by, at=at)
    _tell_district(appeal)


@transaction.atomic
def escalate_on_paper(appeal: Appeal, *, by: User, at: datetime) -> None:
    """The school enters that the guardian asks the district to decide."""
    _require_in_time(appeal, at)
    _set_due(appeal, at)
    APPEAL.take(appeal, "escalate_paper", by=by, at=at)
    _tell_district(appeal)


def _require_in_time(appeal: Appeal, at: datetime) -> None:
    last = queries.may_escalate_until(appeal)
    if last is None:
        raise Refused("学校尚未答复。")
    if local_today(at) > last:
        raise Refused(f"提请区教育局处理的期限已于{last:%Y年%-m月%-d日}届满。")


def _set_due(appeal: Appeal, at: datetime) -> None:
    today = local_today(at)
    due = add_working_days(today, queries.working_days(TimeLimit.Step.DECISION, today))
    Appeal.objects.filter(pk=appeal.pk).update(due_on=due)
    appeal.due_on = due


def _tell_district(appeal: Appeal) -> None:
    notify(
        people_with(Perm.CREDIT_OVERSEE, appeal),
        f"一件学分申诉提请区教育局处理，请在{appeal.due_on:%-m月%-d日}前作出决定。",
        link=f"/desk/oversight/appeals/{appeal.uuid}/",
        kind=Notice.Kind.RIGHTS,
    )


@transaction.atomic
def decide(appeal: Appeal, *, is_granted: bool, words: str, by: User, at: datetime) -> None:
    """The district decides, finally."""
    require(by, Perm.CREDIT_OVERSEE, appeal)
    if appeal.answered_by_id == by.pk:
        raise Refused("答复与决定须由不同的人作出。")
    Appeal.objects.filter(pk=appeal.pk, status=Status.ESCALATED).update(
        decision_sealed=_sealed("decision", words, appeal.uuid), decided_at=at, decided_by=by
    )
    APPEAL.take(appeal, "grant" if is_granted else "deny", by=by, at=at)
    appeal.refresh_from_db()
    outcome = "支持申诉" if is_granted else "维持学校答复"
    notify(
        queries.verifiers(appeal.organization),
        f"区教育局对一件学分申诉作出决定：{outcome}。",
        link=appeal.get_absolute_url(),
        kind=Notice.Kind.RIGHTS,
    )
    _tell_guardian(appeal, f"区教育局已对您的申诉作出决定：{outcome}。")


@transaction.atomic
def withdraw_appeal(appeal: Appeal, *, by: User, at: datetime) -> None:
    """The guardian takes the appeal back."""
    APPEAL.take(appeal, "withdraw", by=by, at=at)


def _tell_guardian(appeal: Appeal, text: str) -> None:
    """Whoever filed it on the own page; who handed in paper is told by the school."""
    if appeal.way == Way.ACCOUNT:
        notify(
            [appeal.created_by], text, link=f"/desk/guardian/appeals/{appeal.uuid}/", kind=Notice.Kind.RIGHTS
        )


# --- What follows where it was right ----------------------------------------------------------------


@transaction.atomic
def take_back_appealed(appeal: Appeal, *, by: User) -> None:
    """Take back the entry that an appeal was right about; what is true is then entered and verified anew.

    Raises Refused unless the appeal was right about an entry that stands, and while its term is public.
    """
    require(by, Perm.CREDIT_VERIFY, appeal)
    entry = queries.entry_of(appeal)
    if not appeal.was_right or entry is None:
        raise Refused("只有已采纳或得到支持的、针对某条记录的申诉，才能据此冲销。")
    if appeal.publication.status != Publication.Status.OPEN:
        raise Refused("该学期正在公示或已归档，请先在“学期公示”中重新开放登记。")
    if not entry.is_standing:
        raise Refused("该记录已冲销。")
    reason = f"{appeal}：{appeal.get_status_display()}"
    return_entries(entry.batch, [entry.pk], note=reason, by=by)
    audit.record(appeal, "take_back_entry", by=by, changes={"entry": [entry.pk, None]})
    notify(
        people_with(Perm.CREDIT_RECORD, appeal.organization),
        "一条学分因申诉已冲销；应重新登记的，请按正确情况重新登记。",
        link=appeal.get_absolute_url(),
        kind=Notice.Kind.RIGHTS,
    )


# --- The clock ------------------------------------------------------------------------------------


def climb_overdue(*, at: datetime) -> int:
    """What a school left without an answer goes to the district; what the district left is told to the city.

    Under scope "steward"; returns how many.
    """
    today = local_today(at)
    late = Appeal.objects.filter(due_on__lt=today).select_related(
        "region", "organization__region", "created_by"
    )
    count = 0
    for one in late.filter(status=Status.FILED).order_by("pk"):
        missed = one.due_on
        _set_due(one, at)
        APPEAL.take(one, "climb", by=None, at=at, note=f"学校应在{missed:%Y年%-m月%-d日}前答复")
        _tell_district(one)
        _tell_guardian(one, "学校逾期没有答复，您的申诉已转区教育局处理。")
        count += 1
    for one in late.filter(status=Status.ESCALATED, is_overdue=False).order_by("pk"):
        Appeal.objects.filter(pk=one.pk).update(is_overdue=True)
        audit.record(one, "overdue", by=None, note="区教育局逾期未作出决定")
        overseers = people_with(Perm.PROTECTION_MANAGE, one)
        notify(
            overseers,
            "一件学分申诉在区教育局逾期未决，请督办。",
            link="/desk/oversight/",
            kind=Notice.Kind.RIGHTS,
        )
        count += 1
    return count
