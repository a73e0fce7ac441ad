"""Rights over a child's data: asked for, answered in time and in writing; erased where that is granted."""

import secrets
import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from portal import audit, files
from portal.accounts import User, people_with, require
from portal.calendar import add_working_days, local_today
from portal.documents import IssuedPaper, revoke
from portal.encryption import blind, seal
from portal.errors import Refused
from portal.files import Attachment
from portal.identifiers import clean_text
from portal.jobs import enqueue
from portal.notices import Notice, notify
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions.child import holder_of
from youth_credits.models import (
    AccessCase,
    Appeal,
    Batch,
    CertificateClaim,
    Consent,
    Credential,
    Credit,
    DrawnEntry,
    Enrolment,
    FamilyClaim,
    Guardianship,
    GuardianSlip,
    Incident,
    Nomination,
    OutingSeat,
    RightsRequest,
    RollChange,
    SpecialCase,
    Student,
    StudentPass,
    TeamCertificate,
    TimeLimit,
)

Kind, Status, Way = RightsRequest.Kind, RightsRequest.Status, RightsRequest.Way
ERASED = "已删除"
# No year is as late: nobody but the school ever sees what is left of an erased child.
NEVER_14 = 9999

RIGHTS = Workflow(
    grant=Step(
        label="办理",
        sources=frozenset({Status.FILED}),
        target=Status.GRANTED,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
    ),
    refuse=Step(
        label="不予办理",
        sources=frozenset({Status.FILED}),
        target=Status.REFUSED,
        needs=Perm.CREDIT_VERIFY,
        stamp="ended_at",
    ),
    withdraw=Step(
        label="撤回请求",
        sources=frozenset({Status.FILED}),
        target=Status.WITHDRAWN,
        needs=Perm.WARD_VIEW,
        stamp="ended_at",
    ),
)


@transaction.atomic
def ask_right(
    student: Student, *, kind: str, statement: str, key: uuid.UUID, by: User, at: datetime
) -> RightsRequest:
    """The guardian asks on the own page. Under the guardian's scope: the child is the own one."""
    return _file(student, kind, statement, key=key, way=Way.ACCOUNT, on=local_today(at), by=by)


@transaction.atomic
def ask_right_on_paper(
    student: Student, *, kind: str, statement: str, signer: str, on: date, key: uuid.UUID, by: User
) -> RightsRequest:
    """Enter a request that a guardian handed in on paper."""
    require(by, Perm.CREDIT_RECORD, student.school)
    if on > local_today():
        raise Refused("提出日期不能晚于今天。")
    return _file(student, kind, statement, key=key, way=Way.PAPER, on=on, by=by, signer=signer)


def _file(
    student: Student,
    kind: str,
    statement: str,
    *,
    key: uuid.UUID,
    way: str,
    on: date,
    by: User,
    signer: str = "",
) -> RightsRequest:
    """Raises Refused where the same kind waits for its answer. The same key again is the same request."""
    known = RightsRequest.objects.filter(uuid=key).first()
    if known:
        return known
    statement = clean_text(statement)
    if kind in (Kind.CORRECTION, Kind.DELETION) and not statement:
        raise Refused("请写明要更正或删除什么，以及理由。")
    school = student.school
    request = RightsRequest(
        uuid=key,
        region=school.region,
        organization=school,
        created_by=by,
        student=student,
        kind=kind,
        way=way,
        filed_on=on,
        due_on=add_working_days(on, queries.working_days(TimeLimit.Step.RIGHTS, on)),
        statement_sealed=seal(statement, field="rights.statement", owner=key),
        signer_sealed=seal(signer, field="rights.signer", owner=key) if signer else None,
    )
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError:
        raise Refused(f"“{Kind(kind).label}”请求正在办理，请等候答复。") from None
    audit.record(request, "ask_right", by=by, note=f"{Kind(kind).label}，{request.get_way_display()}")
    notify(
        queries.verifiers(school),
        f"收到监护人的“{Kind(kind).label}”请求，请在{request.due_on:%-m月%-d日}前办理。",
        link=request.get_absolute_url(),
        kind=Notice.Kind.RIGHTS,
    )
    return request


@transaction.atomic
def grant_right(request: RightsRequest, *, words: str, by: User, at: datetime) -> None:
    """The school does what was asked. A deletion is carried out by a job a moment later."""
    _write_answer(request, words or "已按请求办理。", by)
    RIGHTS.take(request, "grant", by=by, at=at)
    if request.kind == Kind.DELETION:
        enqueue(
            "erase_child",
            key=str(request.uuid),
            payload={"student": request.student_id},
            by=by,
            title="清除身份信息",
            link=request.get_absolute_url(),
        )
    _tell(request, f"您的“{request.get_kind_display()}”请求已办理。")


@transaction.atomic
def refuse_right(request: RightsRequest, *, words: str, by: User, at: datetime) -> None:
    """The school says no, in writing and with its reason. Basis: 未成年人网络保护条例第三十四条."""
    if not clean_text(words):
        raise Refused("不予办理须书面说明理由。")
    _write_answer(request, words, by)
    RIGHTS.take(request, "refuse", by=by, at=at)
    _tell(request, f"您的“{request.get_kind_display()}”请求未予办理，理由见平台。")


def _write_answer(request: RightsRequest, words: str, by: User) -> None:
    sealed = seal(clean_text(words), field="rights.answer", owner=request.uuid)
    RightsRequest.objects.filter(pk=request.pk, status=Status.FILED).update(
        answer_sealed=sealed, answered_by=by
    )


@transaction.atomic
def withdraw_right(request: RightsRequest, *, by: User, at: datetime) -> None:
    RIGHTS.take(request, "withdraw", by=by, at=at)


def _tell(request: RightsRequest, text: str) -> None:
    if request.way == Way.ACCOUNT:
        link = f"/desk/guardian/rights/{request.uuid}/"
        notify([request.created_by], text, link=link, kind=Notice.Kind.RIGHTS)


def mark_overdue(*, at: datetime) -> int:
    """Requests that a school left past their day are told to the city, once. Under scope "steward"."""
    late = RightsRequest.objects.filter(status=Status.FILED, is_overdue=False, due_on__lt=local_today(at))
    count = 0
    for request in late.select_related("region", "organization__region").order_by("pk"):
        RightsRequest.objects.filter(pk=request.pk).update(is_overdue=True)
        audit.record(request, "overdue", by=None, note="学校逾期未办理")
        people = people_with(Perm.PROTECTION_MANAGE, request)
        text = f"{request.organization.name}有一件监护人请求逾期未办理，请督办。"
        notify([*people, *queries.verifiers(request.organization)], text, kind=Notice.Kind.RIGHTS)
        count += 1
    return count


# --- Erasing --------------------------------------------------------------------------------------


@transaction.atomic
def erase(student: Student, *, reason: str, at: datetime, by: User | None = None) -> None:
    """Take everything that tells who a child is out of the portal; the ledger keeps its entries and its sums.

    Under scope "steward". Names, numbers, guardians, consents' signers, what was written about the child,
    papers and credentials, and the uploaded sheets in which the child stood. What is left is a number with
    credits.
    Basis: 个人信息保护法第四十七条.
    """
    pk = student.pk
    _erase_files(pk)
    _erase_papers(pk, reason=reason, by=by)
    Guardianship.objects.filter(student=pk).delete()
    GuardianSlip.objects.filter(student=pk).delete()
    RollChange.objects.filter(student=pk).update(
        name_sealed_before=None, name_hash_before=None, name_masked_before=""
    )
    Nomination.objects.filter(student=pk).delete()
    _erase_ways_in(pk)
    Consent.objects.filter(student=pk, signer_sealed__isnull=False).update(signer_sealed=b"")
    for model, fields in (
        (Appeal, ("statement_sealed", "answer_sealed", "decision_sealed", "signer_sealed")),
        (RightsRequest, ("statement_sealed", "answer_sealed", "signer_sealed")),
        (DrawnEntry, ("note_sealed",)),
    ):
        for field in fields:
            model.objects.filter(student=pk, **{f"{field}__isnull": False}).update(**{field: b""})
    AccessCase.objects.filter(student=pk).update(reason=ERASED)
    told = Credit.objects.filter(student=pk).exclude(award="", certificate="", note="")
    told.update(award="", certificate="", note="")
    _erase_certificates(pk)
    Enrolment.objects.filter(student=pk, ends_on=None, starts_on__lt=local_today(at)).update(
        ends_on=local_today(at)
    )
    Student.objects.filter(pk=pk).update(
        name_sealed=seal(ERASED, field="student.name", owner=student.uuid),
        name_hash=secrets.token_bytes(32),
        name_masked=ERASED,
        number_sealed=seal(ERASED, field="student.number", owner=student.uuid),
        number_hash=secrets.token_bytes(32),
        number_masked="",
        person_hash=secrets.token_bytes(32),
        turns_14_year=NEVER_14,
        consented_on=None,
        consent_version="",
        withdrawn_on=None,
        is_active=False,
        erased_at=at,
    )
    audit.record(student, "erase", by=by, note=reason)


def _erase_files(student: int) -> None:
    """Uploaded and returned sheets in which the child may stand: as long as they are kept at all."""
    written = Credit.objects.filter(student=student).values("batch")
    batches = Batch.objects.filter(Q(pk__in=written) | Q(roll_changes__student=student)).distinct()
    for batch in batches:
        kept = [key for key in (batch.file_id, batch.returned_file_id) if key]
        for attachment in Attachment.objects.filter(pk__in=kept):
            files.remove(attachment)
        Batch.objects.filter(pk=batch.pk).update(faults_sealed=None)


def _erase_ways_in(student: int) -> None:
    """What a family claimed, what was asked less for, and what a base saw: proofs go with their papers."""
    for model in (FamilyClaim, SpecialCase):
        told = model.objects.filter(student=student)
        for attachment in Attachment.objects.filter(pk__in=told.values("proof")):
            files.remove(attachment)
        told.delete()
    OutingSeat.objects.filter(student=student).update(pass_number="", family_name="")
    StudentPass.objects.filter(student=student).delete()


def _erase_certificates(student: int) -> None:
    """The child's claims; and what was said of a team's certificate once no member holds it."""
    claims = CertificateClaim.objects.filter(student=student)
    numbers = list(claims.values_list("certificate", flat=True))
    claims.delete()
    held = CertificateClaim.objects.filter(school=OuterRef("school"), certificate=OuterRef("certificate"))
    TeamCertificate.objects.filter(~Exists(held), certificate__in=numbers).delete()


def _erase_papers(student: int, *, reason: str, by: User | None) -> None:
    Credential.objects.filter(student=student).delete()
    papers = IssuedPaper.objects.filter(holder_hash=blind(holder_of(student), purpose="paper holder"))
    for paper in papers.filter(revoked_at=None):
        revoke(paper, reason=reason, by=by)
    papers.update(masked_name="", public_facts=[])


@transaction.atomic
def note_incident(incident: Incident, *, by: User) -> None:
    """Write down what happened to minors' data; the trail keeps who wrote it when."""
    require(by, Perm.PROTECTION_MANAGE, incident.region)
    incident.full_clean()
    incident.save()
    audit.record(incident, "create", by=by)
