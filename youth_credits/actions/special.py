"""Less is asked of a child: declared by the recorder with a proof, decided by the verifier."""

import uuid
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.calendar import school_year
from portal.errors import Refused
from portal.files import Examined
from portal.notices import Notice, notify
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions import steps
from youth_credits.actions.totals import want_totals
from youth_credits.method.minimum import share_left
from youth_credits.models import SpecialCase, Student

Status = SpecialCase.Status

SPECIAL = Workflow(
    approve=Step(
        label="批准",
        sources=frozenset({Status.ASKED}),
        target=Status.APPROVED,
        needs=Perm.CREDIT_VERIFY,
    ),
    refuse=Step(
        label="不批准",
        sources=frozenset({Status.ASKED}),
        target=Status.REFUSED,
        needs=Perm.CREDIT_VERIFY,
        wants_note=True,
    ),
    end=Step(
        label="撤销",
        sources=frozenset({Status.APPROVED}),
        target=Status.ENDED,
        needs=Perm.CREDIT_VERIFY,
        wants_note=True,
    ),
)


@transaction.atomic
def ask_special(
    student: Student,
    *,
    kind: str,
    on: date,
    share: Decimal | None,
    reason: str,
    proof: Examined | None,
    key: uuid.UUID,
    by: User,
) -> SpecialCase:
    """Declare why less is asked of a child in the school year of a day. A late transfer counts the months
    left from that day; anything else says its share. Raises Refused without a proof, a transfer apart.
    """
    require(by, Perm.CREDIT_RECORD, student.school)
    known = SpecialCase.objects.filter(uuid=key).first()
    if known:
        return known
    year = school_year(on)
    if kind == SpecialCase.Kind.LATE:
        share = share_left(on, year)
        if share >= 1:
            raise Refused("学年开始时转入的学生按全额要求，无须申报。")
    elif proof is None:
        raise Refused("请上传证明材料。")
    made = SpecialCase(
        uuid=key,
        student=student,
        school_year=year,
        kind=kind,
        share=share,
        reason=reason,
        organization=student.school,
        region=student.school.region,
        created_by=by,
    )
    if proof is not None:
        made.proof = steps.keep_proof(proof, school=student.school, by=by, year=year)
    try:
        with transaction.atomic():
            made.full_clean(validate_constraints=False)
            made.save()
    except IntegrityError:
        raise Refused("该学生本学年已有在办或已批准的特殊情形。") from None
    audit.record(made, "ask_special", by=by, changes={"share": [None, share]})
    notify(
        [person for person in queries.verifiers(student.school) if person != by],
        "有一项特殊情形待审核。",
        link="/desk/credits/special/",
        kind=Notice.Kind.TASK,
    )
    return made


@transaction.atomic
def decide_special(case: SpecialCase, step: str, *, note: str = "", by: User) -> None:
    """The verifier decides; never who declared it."""
    if case.created_by_id == by.pk:
        raise Refused("申报与审核须由不同的人办理。")
    SpecialCase.objects.filter(pk=case.pk, status=case.status).update(
        decided_at=timezone.now(), decided_by=by
    )
    SPECIAL.take(case, step, note=note, by=by)
    if step != "refuse":
        want_totals(case.organization_id, [case.school_year])
    notify([case.created_by], f"您申报的特殊情形{case.get_status_display()}。", link="/desk/credits/special/")
