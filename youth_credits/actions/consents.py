"""A guardian's yes and no, given on the guardian's own page or noted by the school from signed paper.

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
    """Note the consent that a guardian signed on paper on a day, to the text in force then."""
    require(by, Perm.CREDIT_RECORD, student.school)
    return _write(student, Kind.GIVEN, way=Way.PAPER, on=on, signer=signer, by=by)


@transaction.atomic
def withdraw_consent(student: Student, *, on: date, signer: str, by: User) -> Consent:
    """Note that a guardian took the consent back on paper; it acts at once."""
    require(by, Perm.CREDIT_RECORD, student.school)
    return _write(student, Kind.WITHDRAWN, way=Way.PAPER, on=on, signer=signer, by=by)


@transaction.atomic
def consent_as_guardian(student: Student, *, by: User, at: datetime) -> Consent:
    """The guardian consents on the own page. Under the guardian's scope: the child is the own one."""
    return _write(student, Kind.GIVEN, way=Way.ACCOUNT, on=local_today(at), by=by)


@transaction.atomic
def withdraw_as_guardian(student: Student, *, by: User, at: datetime) -> Consent:
    """The guardian takes the consent back on the own page; it acts at once."""
    return _write(student, Kind.WITHDRAWN, way=Way.ACCOUNT, on=local_today(at), by=by)


def _write(student: Student, kind: str, *, way: str, on: date, by: User, signer: str = "") -> Consent:
    """Raises Refused for a day to come, a paper nobody signed, or a no without a yes before it."""
    if on > local_today():
        raise Refused("签署日期不能晚于今天。")
    given = student.consented_on is not None and student.withdrawn_on is None
    if kind == Kind.WITHDRAWN and not given:
        raise Refused("没有可撤回的监护人同意。")
    signer = clean_text(signer)
    if way == Way.PAPER and not signer:
        raise Refused("请填写在纸质件上签字的监护人姓名。")
    owner = uuid.uuid4()
    consent = Consent.objects.create(
        uuid=owner,
        student=student,
        kind=kind,
        version=student.consent_version if kind == Kind.WITHDRAWN else queries.consent_text(on).version,
        way=way,
        on=on,
        guardian=by if way == Way.ACCOUNT else None,
        signer_sealed=seal(signer, field="consent.signer", owner=owner) if signer else None,
        recorded_by=by,
    )
    if kind == Kind.WITHDRAWN and student.is_under_14(local_today()):
        revoke_transcripts([student.pk], reason="监护人撤回同意", by=by)
        end_without_consent(
            student, "decline" if way == Way.ACCOUNT else "decline_paper", by=by, at=timezone.now()
        )
    student.refresh_from_db(fields=["consented_on", "consent_version", "withdrawn_on"])
    audit.record(
        student,
        "give_consent" if kind == Kind.GIVEN else "withdraw_consent",
        by=by,
        note=f"同意书 {consent.version}，{consent.get_way_display()}",
    )
    return consent
