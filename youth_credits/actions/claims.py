"""A guardian tells what the child did, with a proof; the school confirms some or says why not."""

import uuid
from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.calendar import local_today, school_year
from portal.errors import Refused
from portal.files import Examined
from portal.notices import Notice, notify, people_with
from portal.organizations import Organization
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions.batches import record_class
from youth_credits.actions.ledger import Occasion
from youth_credits.actions.steps import keep_proof
from youth_credits.models import Credit, CreditRule, FamilyClaim, Guardianship, Student

Status = FamilyClaim.Status
OFF_CAMPUS = CreditRule.Family.OFF_CAMPUS

CLAIM = Workflow(
    confirm=Step(
        label="确认",
        sources=frozenset({Status.SENT}),
        target=Status.CONFIRMED,
        needs=Perm.CREDIT_RECORD,
        stamp="decided_at",
    ),
    refuse=Step(
        label="不确认",
        sources=frozenset({Status.SENT}),
        target=Status.REFUSED,
        needs=Perm.CREDIT_RECORD,
        stamp="decided_at",
        wants_note=True,
    ),
)


def kinds_to_claim(school: Organization, on: date) -> list[CreditRule]:
    """What a family may claim at a school: off campus, by the clock or by the time, no course of a base."""
    methods = (CreditRule.Method.MINUTES, CreditRule.Method.FIXED)
    return [
        rule
        for rule in queries.RuleBook(school).rules_on(on)
        if rule.family == OFF_CAMPUS and rule.method in methods and not rule.needs_course
    ]


@transaction.atomic
def claim_family_activity(
    student: Student,
    *,
    kind: str,
    name: str,
    provider: str,
    held_on: date,
    minutes: int,
    proof: Examined,
    key: uuid.UUID,
    by: User,
) -> FamilyClaim:
    """Tell the school what the child did. Under the guardian's scope; the same key again is the same claim.

    Raises Refused for somebody else's child, one without consent, a day to come or of an earlier school
    year, a kind that is not for families, and a second claim of the same.
    """
    if not Guardianship.objects.filter(guardian=by, student=student).exists():
        raise Refused("只能为自己的孩子申报。")
    known = FamilyClaim.objects.filter(uuid=key).first()
    if known:
        return known
    today = local_today()
    if not student.is_active:
        raise Refused("孩子已离校，不能再申报活动；已有的学分仍可查看。")
    if not student.has_consent(today):
        raise Refused("请先阅读并同意监护人同意书，再申报。")
    if held_on > today or school_year(held_on) != school_year(today):
        raise Refused("只能申报本学年已经参加的活动。")
    school = student.school
    rule = next((rule for rule in kinds_to_claim(school, held_on) if rule.code == kind), None)
    if rule is None:
        raise Refused("这一类别不能由家庭申报，请另选。")
    claim = FamilyClaim(
        uuid=key,
        student=student,
        rule=rule,
        name=name,
        provider=provider,
        held_on=held_on,
        minutes=minutes,
        organization=school,
        region=school.region,
        created_by=by,
        proof=keep_proof(proof, school=school, by=by, year=school_year(held_on)),
    )
    try:
        with transaction.atomic():
            claim.full_clean(validate_constraints=False)
            claim.save()
    except IntegrityError:
        raise Refused("该活动已申报，请等待学校确认。") from None
    audit.record(claim, "claim_family_activity", by=by)
    notify(
        people_with(Perm.CREDIT_RECORD, school),
        "有家庭活动待确认。",
        link="/desk/credits/family/",
        kind=Notice.Kind.TASK,
    )
    return claim


@transaction.atomic
def decide_claims(
    school: Organization, claims: Iterable[FamilyClaim], *, confirms: bool, note: str = "", by: User
) -> int:
    """Confirm claims, each of which becomes a credit to be verified, or say why not; guardians are told.

    Raises Refused, naming the claim, where one cannot be entered; none is then.
    """
    require(by, Perm.CREDIT_RECORD, school)
    count = 0
    for claim in claims:
        FamilyClaim.objects.filter(pk=claim.pk, status=Status.SENT).update(note=note[:300], decided_by=by)
        CLAIM.take(claim, "confirm" if confirms else "refuse", note=note, by=by, at=timezone.now())
        if confirms:
            occasion = Occasion(claim.rule, claim.held_on, claim.name, claim.provider)
            try:
                batch = record_class(
                    occasion,
                    [claim.student],
                    minutes=claim.minutes,
                    school=school,
                    key=claim.uuid,
                    source=Credit.Source.FAMILY,
                    by=by,
                )
            except Refused as refusal:
                which = f"{claim.student.name_masked}{cn_date(claim.held_on)}的“{claim.name}”"
                raise Refused(f"{which}不能确认：{refusal}所选申报都没有办理。") from None
            FamilyClaim.objects.filter(pk=claim.pk).update(batch=batch)
        said = "已确认，待审核后计入学分" if confirms else f"未确认：{note}"
        notify(
            [claim.created_by],
            f"您申报的家庭活动“{claim.name}”{said}。",
            link=f"/desk/guardian/{claim.student.uuid}/",
        )
        count += 1
    return count
