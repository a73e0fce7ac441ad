"""Inspections drawn and done, self-checks, and questions that become guidance."""

import random
import secrets
import uuid
from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from outreach.models import (
    INSPECTION_STEPS,
    PLAN_STEPS,
    Finding,
    HelpQuestion,
    Inspection,
    InspectionPlan,
    SelfCheck,
)
from outreach.queries.supervision import inspector_pool, unit_pool
from portal import audit, files
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm

ANSWERS = {"good", "poor", "none"}


@transaction.atomic
def make_plan(plan: InspectionPlan, *, by: User) -> InspectionPlan:
    """Write a plan. Raises PermissionDenied, and ValidationError where a rule says no."""
    plan.region = Region.objects.city()
    require(by, Perm.INSPECTION_MANAGE, plan.region)
    plan.created_by = by
    plan.full_clean()
    plan.save(force_insert=True)
    audit.record(plan, "create", by=by)
    return plan


def drawn(
    units: list[int], inspectors: list[list], *, wanted: int, each: int, seed: str
) -> list[tuple[int, list[int]]]:
    """What a seed draws: units, and for each its inspectors, the less loaded first.

    `inspectors` are pairs of a person and the units they have an account of: those they never inspect.
    Raises ValueError where a unit has too few.
    """
    chance = random.Random(seed)  # noqa: S311  replayed, no secret
    chosen = chance.sample(sorted(units), min(wanted, len(units)))
    load = {person: 0 for person, _ in inspectors}
    result = []
    for unit in chosen:
        fit = sorted(person for person, own in inspectors if unit not in own)
        if len(fit) < each:
            raise ValueError("检查人员不足。")
        chance.shuffle(fit)
        team = sorted(fit, key=lambda person: load[person])[:each]
        for person in team:
            load[person] += 1
        result.append((unit, team))
    return result


@transaction.atomic
def draw_plan(plan: InspectionPlan, *, seed: str = "", by: User) -> int:
    """Draw units and inspectors of a plan by chance; seed and pools are kept, so that it can be replayed.

    Returns how many units. Raises Refused without units or with too few inspectors.
    """
    require(by, Perm.INSPECTION_MANAGE, plan)
    seed = seed or secrets.token_hex(8)
    units, inspectors = unit_pool(local_today()), inspector_pool()
    if not units:
        raise Refused("没有持有有效称号的单位，无法抽取。")
    try:
        result = drawn(units, inspectors, wanted=plan.units_wanted, each=plan.inspectors_each, seed=seed)
    except ValueError:
        raise Refused(f"每家需要 {plan.inspectors_each} 名无利害关系的检查人员，现有人员不足。") from None
    kept = {"seed": seed, "unit_pool": units, "inspector_pool": inspectors}
    if not InspectionPlan.objects.filter(pk=plan.pk, status="draft").update(**kept):
        raise Refused("该计划已抽取过，不能再抽。")
    PLAN_STEPS.take(plan, "draw", by=by, note=f"种子 {seed}，单位 {len(result)} 家")
    bodies = Organization.objects.select_related("region").in_bulk([unit for unit, _ in result])
    for unit, team in result:
        made = Inspection.objects.create(
            plan=plan, organization=bodies[unit], region=bodies[unit].region, created_by=by
        )
        made.inspectors.set(team)
    people = User.objects.filter(pk__in={person for _, team in result for person in team})
    notify(
        people, f"您被抽为“{plan}”的检查人员，请按期检查。", link="/desk/supervision/", kind=Notice.Kind.TASK
    )
    return len(result)


@transaction.atomic
def close_plan(plan: InspectionPlan, *, by: User) -> None:
    """End a plan. Raises Refused while an inspection of it is open."""
    waiting = Inspection.objects.filter(plan=plan).open().count()
    if waiting:
        raise Refused(f"还有 {waiting} 家未办结，不能结束计划。")
    PLAN_STEPS.take(plan, "close_plan", by=by)


# --- One inspection -------------------------------------------------------------------------------


def require_inspector(by: User, inspection: Inspection) -> None:
    """Raises PermissionDenied unless `by` was drawn for it."""
    if not inspection.inspectors.filter(pk=by.pk).exists():
        raise PermissionDenied("您不是这次检查抽中的检查人员。")


@transaction.atomic
def inspect(
    inspection: Inspection,
    *,
    inspected_on: date | None,
    answers: Mapping[str, str],
    findings: Mapping[str, tuple[str, date | None]],
    summary: str,
    is_done: bool,
    seen: int | None = None,
    by: User,
) -> None:
    """Keep the checklist so far; when done it ends sound, or with findings to be put right by their days.

    Raises Refused if incomplete when done, and ChangedMeanwhile if the other inspector saved meanwhile.
    """
    require_inspector(by, inspection)
    stored = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("plan__checklist")
        .get(pk=inspection.pk)
    )
    if stored.status != Inspection.Status.PLANNED:
        raise Refused("检查已完成，不能再修改。")
    if seen is not None and stored.revision != seen:
        raise ChangedMeanwhile("检查表已由同组人员保存。您填写的内容仍在页面上，请核对后再次保存。")
    names = {item["code"]: item["name"] for item in stored.plan.checklist.items}
    kept = {code: answer for code, answer in answers.items() if code in names and answer in ANSWERS}
    poor = [code for code, answer in kept.items() if answer == "poor"]
    if is_done:
        _check_done(names, kept, poor, findings, inspected_on)
    Finding.objects.filter(inspection=stored).delete()
    for code in poor:
        text, until = findings.get(code, ("", None))
        if text.strip() and until:
            Finding.objects.create(
                inspection=stored, item=code, text=clean_text(text)[:300], rectify_until=until
            )
    values = {
        "inspected_on": inspected_on,
        "answers": kept,
        "summary": clean_text(summary, multiline=True)[:2000],
        "revision": stored.revision + 1,
    }
    Inspection.objects.filter(pk=stored.pk).update(**values)
    for name, value in values.items():
        setattr(inspection, name, value)
    if is_done:
        INSPECTION_STEPS.take(inspection, "find" if poor else "find_nothing", by=by)
        words = f"发现 {len(poor)} 个问题，请按期整改" if poor else "未发现问题"
        _tell_unit(inspection, f"{inspection.plan}：{words}。")


def _check_done(names, kept, poor, findings, inspected_on) -> None:
    empty = [name for code, name in names.items() if code not in kept]
    if empty:
        raise Refused(f"还有 {len(empty)} 项未检查：{empty[0]}等。")
    if inspected_on is None or inspected_on > local_today():
        raise Refused("请填写今天或以前的检查日期。")
    for code in poor:
        text, until = findings.get(code, ("", None))
        if not text.strip() or until is None or until < inspected_on:
            raise Refused(f"“{names[code]}”不符合，请写明问题和检查日期以后的整改期限。")


@transaction.atomic
def mend(inspection: Inspection, told: Mapping[int, tuple[str, object]], *, by: User) -> None:
    """A unit says of each finding how it was put right, with a file for proof: finding → (words, upload).

    Raises Refused while one of them has no words or no proof.
    """
    require(by, Perm.INSPECTION_ANSWER, inspection)
    if inspection.status != Inspection.Status.RECTIFYING:
        raise Refused("当前不需要提交整改。")
    for finding in inspection.findings.all():
        text, upload = told.get(finding.pk, ("", None))
        if not text.strip() or (upload is None and finding.proof_id is None):
            raise Refused(f"“{finding.text}”请写明整改情况并附证明。")
        proof = finding.proof
        if upload is not None:
            proof = files.store(
                upload,
                by=by,
                region=inspection.region,
                organization=inspection.organization,
                needs=Perm.INSPECTION_VIEW,
            )
        Finding.objects.filter(pk=finding.pk).update(
            mending=clean_text(text)[:500], proof=proof, mended_at=timezone.now()
        )
    INSPECTION_STEPS.take(inspection, "mend", by=by)
    notify(
        inspection.inspectors.all(),
        f"{inspection.organization}已提交整改，请复查。",
        link=inspection.get_absolute_url(),
    )


@transaction.atomic
def recheck(inspection: Inspection, *, is_mended: bool, note: str, by: User) -> None:
    """Say whether what was found is put right. Raises Refused without a reason if it is not."""
    require_inspector(by, inspection)
    INSPECTION_STEPS.take(inspection, "accept_mending" if is_mended else "mend_again", by=by, note=note)
    _tell_unit(inspection, f"{inspection.plan}：{inspection.get_status_display()}。{note}")


def _tell_unit(inspection: Inspection, text: str) -> None:
    notify(
        people_with(Perm.INSPECTION_ANSWER, inspection),
        text,
        link=inspection.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )


# --- Self-checks and questions --------------------------------------------------------------------


@transaction.atomic
def self_check(
    checklist, organization: Organization, *, year: int, answers: Mapping[str, str], summary: str, by: User
) -> SelfCheck:
    """Keep a body's self-check of a year; again it replaces the one before.

    Raises Refused if incomplete, or for a year that is not this one or the last.
    """
    require(by, Perm.SELF_CHECK, organization)
    today = local_today()
    if year not in (today.year, today.year - 1):
        raise Refused("只能填写今年或上一年的自查。")
    names = {item["code"]: item["name"] for item in checklist.items}
    kept = {code: answer for code, answer in answers.items() if code in names and answer in ANSWERS}
    empty = [name for code, name in names.items() if code not in kept]
    if empty:
        raise Refused(f"还有 {len(empty)} 项未填：{empty[0]}等。")
    row, is_new = SelfCheck.objects.update_or_create(
        organization=organization,
        year=year,
        defaults={
            "checklist": checklist,
            "answers": kept,
            "summary": clean_text(summary, multiline=True)[:2000],
            "region": organization.region,
            "submitted_at": timezone.now(),
        },
        create_defaults={
            "checklist": checklist,
            "answers": kept,
            "summary": clean_text(summary, multiline=True)[:2000],
            "region": organization.region,
            "created_by": by,
        },
    )
    audit.record(row, "create" if is_new else "change", by=by)
    return row


@transaction.atomic
def ask(
    *, subject: str, text: str, place, organization: Organization | None, key: uuid.UUID, by: User
) -> HelpQuestion:
    """Ask the association something; the same form sent twice asks once."""
    made = HelpQuestion.objects.filter(key=key, created_by=by).first()
    if made:
        return made
    question = HelpQuestion(
        subject=clean_text(subject),
        text=clean_text(text, multiline=True),
        region=place,
        organization=organization,
        created_by=by,
        key=key,
    )
    question.full_clean()
    question.save(force_insert=True)
    audit.record(question, "create", by=by)
    notify(
        people_with(Perm.INSPECTION_MANAGE, place),
        f"新的咨询：{question.subject}",
        link=question.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )
    return question


@transaction.atomic
def answer(question: HelpQuestion, *, text: str, is_guidance: bool, by: User) -> None:
    """Answer a question; as guidance everybody may read it. Raises Refused without words."""
    require(by, Perm.INSPECTION_MANAGE, question)
    words = clean_text(text, multiline=True)[:4000]
    if not words:
        raise Refused("请填写答复。")
    HelpQuestion.objects.filter(pk=question.pk).update(
        answer=words, is_guidance=is_guidance, answered_at=timezone.now(), answered_by=by
    )
    audit.record(question, "answer", by=by)
    notify([question.created_by], f"您的咨询已答复：{question.subject}", link=question.get_absolute_url())
