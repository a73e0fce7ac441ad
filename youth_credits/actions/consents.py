"""A guardian's yes and no, given on the guardian's own page or noted by the school from signed paper; from
14 on the child's own, from paper that the child signed.

Each is one row of the history; the database writes what follows from it to the child at once.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.calendar import local_today
from portal.encryption import seal
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.roles import Perm
from youth_credits import queries
from youth_credits.actions.child import revoke_transcripts
from youth_credits.actions.promising import end_without_consent
from youth_credits.models import Consent, Student

Kind, Way = Consent.Kind, Consent.Way


@transaction.atomic
def give_consent(student: Student, *, on: date, signer: str, by: User) -> Consent:
    """Note the consent that a guardian, or a child of 14, signed on a day, to the text in force then."""
    require(by, Perm.CREDIT_RECORD, student.school)
    return _write(student, Kind.GIVEN, way=_way_of_paper(student, on), on=on, signer=signer, by=by)


@transaction.atomic
def withdraw_consent(student: Student, *, on: date, signer: str, by: User) -> Consent:
    """Note that a guardian, or a child of 14, took the consent back on paper; it acts at once."""
    require(by, Perm.CREDIT_RECORD, student.school)
    return _write(student, Kind.WITHDRAWN, way=_way_of_paper(student, on), on=on, signer=signer, by=by)


def _way_of_paper(student: Student, on: date) -> str:
    """Whose paper it has to be. Raises Refused for an old paper of a guardian whose word has ended.

    Basis: 个人信息保护法第三十一条 (guardians consent for the under-14).
    """
    if student.is_under_14(local_today()):
        return Way.PAPER
    if student.is_under_14(on):
        raise Refused("该学生已满14周岁，同意与否由本人决定；签署日期时还未满，请由学生本人重新签字。")
    return Way.CHILD


@transaction.atomic
def consent_as_guardian(student: Student, *, by: User, at: datetime) -> Consent:
    """The guardian consents on the own page. Under the guardian's scope: the child is the own one."""
    _only_under_14(student, at)
    return _write(student, Kind.GIVEN, way=Way.ACCOUNT, on=local_today(at), by=by)


@transaction.atomic
def withdraw_as_guardian(student: Student, *, by: User, at: datetime) -> Consent:
    """The guardian takes the consent back on the own page; it acts at once."""
    _only_under_14(student, at)
    return _write(student, Kind.WITHDRAWN, way=Way.ACCOUNT, on=local_today(at), by=by)


def _only_under_14(student: Student, at: datetime) -> None:
    if not student.is_under_14(local_today(at)):
        raise Refused("孩子已满14周岁，同意与否由本人决定，请由孩子签字后交学校登记。")


def _write(student: Student, kind: str, *, way: str, on: date, by: User, signer: str = "") -> Consent:
    """Raises Refused for a day to come, a paper nobody signed, or a no without a yes before it."""
    if on > local_today():
        raise Refused("签署日期不能晚于今天。")
    _refuse_empty_no(student, kind, way)
    signer = clean_text(signer)
    if way != Way.ACCOUNT and not signer:
        raise Refused("请填写在纸质件上签字的人的姓名。")
    owner = uuid.uuid4()
    withdrawn = kind == Kind.WITHDRAWN
    version = student.consent_version if withdrawn else ""
    consent = Consent.objects.create(
        uuid=owner,
        student=student,
        kind=kind,
        version=version or queries.consent_text(on).version,
        way=way,
        on=on,
        guardian=by if way == Way.ACCOUNT else None,
        signer_sealed=seal(signer, field="consent.signer", owner=owner) if signer else None,
        recorded_by=by,
    )
    if withdrawn:
        whose = "学生本人" if way == Way.CHILD else "监护人"
        revoke_transcripts([student.pk], reason=f"{whose}撤回同意", by=by)
        step = "decline" if way == Way.ACCOUNT else "decline_paper"
        end_without_consent(student, step, by=by, at=timezone.now())
    student.refresh_from_db(fields=["consented_on", "consent_version", "withdrawn_on"])
    audit.record(
        student,
        "withdraw_consent" if withdrawn else "give_consent",
        by=by,
        note=f"同意书 {consent.version}，{consent.get_way_display()}",
    )
    return consent


def _refuse_empty_no(student: Student, kind: str, way: str) -> None:
    if kind != Kind.WITHDRAWN:
        return
    if way == Way.CHILD:
        if student.has_refused_itself:
            raise Refused("该学生本人已表示不同意，无须重复登记。")
    elif student.consented_on is None or student.withdrawn_on is not None:
        raise Refused("没有可撤回的监护人同意。")
