"""Inspections drawn and done, self-checks, and questions that become guidance."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from outreach.models import (
    INSPECTION_STEPS,
    PLAN_STEPS,
    Checklist,
    Finding,
    HelpQuestion,
    Inspection,
    InspectionPlan,
    SelfCheck,
)
from outreach.queries.supervision import bodies_due, guidance_entry, inspector_pool, unit_pool
from outreach.rules.draws import drawn
from portal import audit, files, history, search
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

ANSWERS = {"good", "poor", "none"}
REMIND_DAYS = 3  # before the day by which something is put right


@transaction.atomic
def save_plan(plan: InspectionPlan, *, by: User) -> InspectionPlan:
    """Write a plan, or change it until it is drawn.

    Raises PermissionDenied, ValidationError where a rule says no, and Refused once it is drawn.
    """
    before = history.stored(plan)
    if plan.region_id is None:
        plan.region = Region.objects.city()
    require(by, Perm.INSPECTION_MANAGE, plan.region)
    if before is None:
        plan.created_by = by
    elif before.status != InspectionPlan.Status.DRAFT:
        raise Refused("计划已抽取，不能再修改。")
    plan.full_clean()
    if plan.due_on <= local_today():
        raise Refused("完成期限须在今天以后。")
    if plan.checklist.use != Checklist.Use.INSPECTION:
        raise Refused("请选择监督检查用的检查表。")
    changes = history.differences(before, plan)
    plan.save(update_fields=list(changes) if before else None)
    audit.record(plan, "change" if before else "create", by=by, changes=changes)
    return plan


@transaction.atomic
def add_checklist(
    *, code: str, use: str, name: str, names: list[str], in_force_from: date, basis: str, by: User
) -> Checklist:
    """Add the next version of a checklist, or the first of a new one, from a day.

    An item that keeps its name keeps its code. Raises Refused for a day that is not after the version
    before, or where an item stands twice; ValidationError where a rule says no.
    """
    require(by, Perm.INSPECTION_MANAGE, Region.objects.city())
    before = Checklist.objects.filter(code=code).order_by("-version").first()
    names = [clean_text(each)[:120] for each in names if each.strip()]
    if len(names) != len(set(names)):
        raise Refused("检查项有重复，请核对。")
    if before and in_force_from <= before.in_force_from:
        raise Refused(f"启用日期须晚于上一版（{cn_date(before.in_force_from)}）。")
    if before and before.use != use:
        raise Refused("新版本的用途须与上一版相同。")
    kept = {item["name"]: item["code"] for item in before.items} if before else {}
    version = before.version + 1 if before else 1
    items = [
        {"code": kept.get(each, f"v{version}-{place}"), "name": each} for place, each in enumerate(names, 1)
    ]
    made = Checklist(
        code=code,
        version=version,
        use=use,
        name=clean_text(name),
        items=items,
        in_force_from=in_force_from,
        basis=clean_text(basis),
    )
    made.full_clean()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused("新版本已由他人建立，请刷新页面。") from None
    audit.record(made, "create", by=by)
    return made


@transaction.atomic
def draw_plan(plan: InspectionPlan, *, seed: str = "", by: User) -> int:
    """Draw units and inspectors of a plan by chance; seed and pools are kept, so that it can be replayed.

    Returns how many units. Raises Refused without units or with too few inspectors.
    """
    require(by, Perm.INSPECTION_MANAGE, plan)
    seed = seed or secrets.token_hex(8)
    units = unit_pool(local_today(), plan.region)
    inspectors = inspector_pool(units)
    if not units:
        raise Refused(f"{plan.region}没有持有有效称号的单位，无法抽取。")
    try:
        result = drawn(units, inspectors, wanted=plan.units_wanted, each=plan.inspectors_each, seed=seed)
    except ValueError:
        raise Refused(
            f"每家需要 {plan.inspectors_each} 名无利害关系、且在其辖区内有权检查的人员，现有人员不足。"
        ) from None
    kept = {"seed": seed, "unit_pool": list(units), "inspector_pool": inspectors}
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
    Inspection.objects.select_for_update(of=("self",)).get(pk=inspection.pk)
    inspection.refresh_from_db(fields=["status"])
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
    if not is_mended:
        inspection.findings.update(reminders=0)
    _tell_unit(inspection, f"{inspection.plan}：{inspection.get_status_display()}。{note}")


@transaction.atomic
def remind_of_mending(*, at: datetime) -> int:
    """Tell units what is to be put right within days and, once it is late, their inspectors and who runs
    inspections too; each finding once before its day and once after. Returns how many findings were told of.
    """
    today = local_today(at)
    open_ones = Finding.objects.filter(inspection__status=Inspection.Status.RECTIFYING)
    soon = Q(reminders=0, rectify_until__range=(today, today + timedelta(days=REMIND_DAYS)))
    late = Q(reminders__lt=2, rectify_until__lt=today)
    found = open_ones.filter(soon | late).select_for_update(of=("self",))
    found = found.select_related("inspection__plan", "inspection__organization", "inspection__region")
    groups: dict[tuple[Inspection, bool], list[Finding]] = {}
    for finding in found.order_by("inspection", "rectify_until", "pk"):
        groups.setdefault((finding.inspection, finding.rectify_until < today), []).append(finding)
    for (inspection, is_late), findings in groups.items():
        until = cn_date(findings[0].rectify_until)
        if is_late:
            _tell_unit(inspection, f"{inspection.plan}：{len(findings)} 个问题整改已逾期（期限{until}）。")
            notify(
                {*inspection.inspectors.all(), *people_with(Perm.INSPECTION_MANAGE, inspection)},
                f"{inspection.organization}有 {len(findings)} 个问题整改逾期（期限{until}）。",
                link=inspection.get_absolute_url(),
                kind=Notice.Kind.TASK,
            )
        else:
            _tell_unit(inspection, f"{inspection.plan}：{len(findings)} 个问题须在{until}前整改。")
        told = [finding.pk for finding in findings]
        Finding.objects.filter(pk__in=told).update(reminders=2 if is_late else 1)
    return sum(map(len, groups.values()))


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
    if checklist.use != Checklist.Use.SELF_CHECK:
        raise Refused("请选择年度自查表。")
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
def remind_self_checks(year: int, *, by: User) -> int:
    """Tell everybody whose body has not handed in its self-check; returns how many bodies.

    Raises PermissionDenied unless `by` inspects somewhere; only bodies of there are told.
    """
    if not by.can(Perm.INSPECTION_DO):
        raise PermissionDenied("您没有催办自查的权限。")
    missing = [body for body, done in bodies_due(by, year) if not done]
    for body in missing:
        notify(
            people_with(Perm.SELF_CHECK, body),
            f"请提交 {year} 年度科普工作自查：{body}。",
            link="/desk/supervision/self-checks/",
            kind=Notice.Kind.TASK,
        )
    audit.event("remind", by=by, kind="outreach.SelfCheck", note=f"{year} 年度，{len(missing)} 家")
    return len(missing)


@transaction.atomic
def ask(
    *,
    subject: str,
    text: str,
    place,
    organization: Organization | None,
    key: uuid.UUID,
    topic: str = HelpQuestion.Topic.OTHER,
    by: User,
) -> HelpQuestion:
    """Ask the association something; the same form sent twice asks once."""
    made = HelpQuestion.objects.filter(key=key, created_by=by).first()
    if made:
        return made
    question = HelpQuestion(
        subject=clean_text(subject),
        text=clean_text(text, multiline=True),
        topic=topic,
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
def answer(
    question: HelpQuestion, *, text: str, is_guidance: bool, guidance_title: str = "", by: User
) -> None:
    """Answer a question; as guidance everybody may read the answer under a title of its own.

    Raises Refused without words, or for guidance without a title.
    """
    require(by, Perm.INSPECTION_MANAGE, question)
    words, title = clean_text(text, multiline=True)[:4000], clean_text(guidance_title)[:120]
    if not words:
        raise Refused("请填写答复。")
    if is_guidance and not title:
        raise Refused("公开为办事指南时，请填写指南标题。")
    is_first = question.answered_at is None
    values = {
        "answer": words,
        "is_guidance": is_guidance,
        "guidance_title": title,
        "answered_at": timezone.now(),
        "answered_by": by,
    }
    HelpQuestion.objects.filter(pk=question.pk).update(**values)
    for name, value in values.items():
        setattr(question, name, value)
    audit.record(question, "answer", by=by)
    word = "已答复" if is_first else "的答复有修改"
    notify([question.created_by], f"您的咨询{word}：{question.subject}", link=question.get_absolute_url())
    _index_guidance(question)


def _index_guidance(question: HelpQuestion) -> None:
    if not question.is_guidance:
        search.remove("guidance", question.pk)
        return
    search.index_many([guidance_entry(question)])
