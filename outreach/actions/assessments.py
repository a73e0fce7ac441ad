"""A year of titles: opened, reported, checked, passed, put right or failed; then the money."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from outreach.actions.evidence import want_evidence
from outreach.actions.lifecycle import confirm_by_year, end_title
from outreach.models import ASSESSMENT_STEPS, Assessment, FundingAward, PanelMember, Recusal, Title
from outreach.queries.assessments import (
    banded,
    checkers,
    city_form,
    conflicts_of,
    counted_values,
    failed_before,
    form_for,
    titles_to_assess,
    to_fund,
)
from portal import audit, files
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date


@transaction.atomic
def open_year(year: int, *, due_on: date, by: User) -> int:
    """Open the assessment of a year for every city title that stood at its end; returns how many.

    What the portal counted is filled in. Opened again it adds only what is missing.
    """
    require(by, Perm.TITLE_MANAGE, Region.objects.city())
    today = local_today()
    if not 2018 <= year <= today.year:
        raise Refused("考核年度应在 2018 年至今年之间。")
    if due_on < today:
        raise Refused("自评截止日期不能早于今天。")
    latest = city_form()
    forms = {title: form_for(title, latest) for title in titles_to_assess(year)}
    titles = [title for title, form in forms.items() if form is not None]
    counted = counted_values([title.organization_id for title in titles], year)
    made = []
    for title in titles:
        form = forms[title]
        values = {**_own(title), **counted.get(title.organization_id, {})}
        total, lines = banded(form, values)
        made.append(
            Assessment(
                title=title,
                form=form,
                year=year,
                due_on=due_on,
                region=title.region,
                organization=title.organization,
                created_by=by,
                values=values,
                total=total,
                breakdown=lines,
            )
        )
    Assessment.objects.bulk_create(made)
    want_evidence([title.organization for title in titles if title.organization_id not in counted], year)
    audit.record_many(made, "open", by=by, note=f"{year} 年度")
    people = User.objects.filter(
        is_active=True, grants__organization__in=[row.organization_id for row in made]
    )
    notify(
        people.distinct(),
        f"{year} 年度科普基地考核已开始，请于{cn_date(due_on)}前提交自评。",
        link="/desk/titles/assessments/",
        kind=Notice.Kind.TASK,
    )
    return len(made)


def _own(title: Title) -> dict[str, str]:
    return {"area": str(title.exhibition_area)} if title.exhibition_area else {}


@transaction.atomic
def report(
    assessment: Assessment,
    *,
    values: dict[str, str],
    self_report: str,
    asks_funding: bool,
    funding_purpose: str,
    is_done: bool = False,
    seen: int | None = None,
    by: User,
) -> None:
    """Keep a unit's self-report; `is_done` hands it in.

    A figure may not be below what the portal counted itself. Raises Refused for that, for a value that is
    no number, once it is handed in, or for money without a purpose.
    """
    require(by, Perm.TITLE_APPLY, assessment)
    stored = Assessment.objects.select_for_update().select_related("form").get(pk=assessment.pk)
    if stored.status != Assessment.Status.OPEN:
        raise Refused("自评已提交，不能再修改。")
    if seen is not None and stored.revision != seen:
        raise ChangedMeanwhile("自评已由同事保存。您填写的内容仍在页面上，请核对后再次保存。")
    if asks_funding and not funding_purpose.strip():
        raise Refused("申请经费须写明用途。")
    kept = _checked_values(stored, values)
    if is_done:
        empty = [item["name"] for item in stored.items if kept.get(item["fact"]) in (None, "")]
        if empty:
            raise Refused(f"还有 {len(empty)} 项未填：{empty[0]}等。")
        if not self_report.strip():
            raise Refused("请填写自评说明。")
    total, lines = banded(stored.form, kept)
    Assessment.objects.filter(pk=stored.pk).update(
        values=kept,
        total=total,
        breakdown=lines,
        self_report=clean_text(self_report, multiline=True)[:3000],
        asks_funding=asks_funding,
        funding_purpose=clean_text(funding_purpose)[:300],
        revision=stored.revision + 1,
    )
    assessment.refresh_from_db()
    audit.record(assessment, "fill", by=by)
    if is_done:
        ASSESSMENT_STEPS.take(assessment, "report", by=by)


def _checked_values(assessment: Assessment, typed: dict[str, str]) -> dict[str, str]:
    counted = counted_values([assessment.organization_id], assessment.year).get(
        assessment.organization_id, {}
    )
    kept = {}
    for item in assessment.items:
        fact, name = item["fact"], item["name"]
        text = str(typed.get(fact, "")).strip()
        if not text:
            kept[fact] = counted.get(fact, "")
            continue
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise Refused(f"“{name}”应为数字。") from None
        if not number.is_finite() or not 0 <= number <= 10**8:
            raise Refused(f"“{name}”应为 0 至 1 亿的数字。")
        if fact in counted and number < Decimal(counted[fact]):
            raise Refused(f"“{name}”不能少于平台已统计的 {counted[fact]}。")
        kept[fact] = f"{number:f}"
    return kept


@transaction.atomic
def decide(
    assessment: Assessment,
    *,
    outcome: str,
    note: str,
    checked_by: PanelMember | None,
    rectify_until: date | None = None,
    by: User,
) -> None:
    """Say what a year was worth: "passed", "failed" or "rectify" by a day, after an expert's check.

    A second failed year in a row ends the title. Raises Refused without an opinion, for passing below the
    form's points, or for a day that is over.
    """
    require(by, Perm.TITLE_MANAGE, assessment)
    if not note.strip():
        raise Refused("请填写核查意见。")
    rules = assessment.form.assessment
    if outcome == "passed" and (assessment.total or 0) < Decimal(str(rules["pass_at"])):
        raise Refused(f"得分 {assessment.total} 低于合格线 {rules['pass_at']} 分，不能判为合格，可限期整改。")
    values = {"checked_by": checked_by, "check_opinion": clean_text(note)[:500]}
    if outcome == "rectify":
        if rectify_until is None or rectify_until <= local_today():
            raise Refused("请填写今天以后的整改期限。")
        values["rectify_until"] = rectify_until
    if outcome == "passed":
        values["is_excellent"] = assessment.total >= Decimal(str(rules["excellent_at"]))
    Assessment.objects.filter(pk=assessment.pk).update(**values)
    for name, value in values.items():
        setattr(assessment, name, value)
    names = {"passed": "check_passed", "failed": "check_failed", "rectify": "rectify"}
    ASSESSMENT_STEPS.take(assessment, names[outcome], by=by, note=note)
    _follow(assessment, by=by)
    _tell(assessment, f"{assessment.year} 年度考核：{assessment.get_status_display()}。{note}")


@transaction.atomic
def pass_all(assessments: Iterable[Assessment], *, note: str, by: User) -> tuple[int, list[str]]:
    """Pass those of a list that reach the form's points; returns how many, and who was left and why."""
    done, left = 0, []
    for assessment in assessments:
        try:
            with transaction.atomic():
                _check_advised(assessment)
                decide(assessment, outcome="passed", note=note, checked_by=assessment.checked_by, by=by)
        except Refused as refusal:
            left.append(f"{assessment.organization}：{refusal}")
        else:
            done += 1
    return done, left


def _check_advised(assessment: Assessment) -> None:
    if assessment.checked_by_id and not assessment.checked_at:
        raise Refused("专家尚未核查。")
    if assessment.advice and assessment.advice != Assessment.Advice.PASSED:
        raise Refused(f"专家建议{assessment.get_advice_display()}，请单独处理。")


@transaction.atomic
def deal_checks(year: int, *, by: User) -> tuple[int, int]:
    """Give each reported year of a title without an expert to one who knows its category, evenly.

    Nobody gets a body they are of, have an account of, declared an interest in, or whose case they score
    blind at the moment. Returns how many were given, and for how many there was nobody.
    """
    require(by, Perm.TITLE_MANAGE, Region.objects.city())
    rows = Assessment.objects.select_for_update(of=("self",)).filter(
        year=year, status="reported", checked_by=None, checked_at=None
    )
    rows = list(rows.select_related("title", "organization").order_by("pk"))
    members = list(checkers(year))
    conflicts = conflicts_of(members)
    given: dict[int, int] = defaultdict(int)
    left = 0
    for row in rows:
        fit = [
            member
            for member in members
            if row.title.category in member.categories and row.organization_id not in conflicts[member.pk]
        ]
        if not fit:
            left += 1
            continue
        member = min(fit, key=lambda one: (one.checks, one.pk))
        member.checks += 1
        Assessment.objects.filter(pk=row.pk).update(checked_by=member)
        row.checked_by = member
        given[member.pk] += 1
    audit.record_many([row for row in rows if row.checked_by_id], "assign", by=by, note=f"{year} 年度")
    for member in members:
        if given[member.pk]:
            notify(
                [member.user],
                f"请核查 {year} 年度考核 {given[member.pk]} 家。",
                link="/desk/titles/checks/",
                kind=Notice.Kind.TASK,
            )
    return len(rows) - left, left


@transaction.atomic
def check(assessment: Assessment, *, advice: str, opinion: str, by: User) -> None:
    """An expert says what a year was worth; staff decides. Raises Refused without an opinion or once decided.

    Raises PermissionDenied for whom it was not given to.
    """
    _require_own_check(assessment, by)
    words = clean_text(opinion, multiline=True)[:500]
    if not words or advice not in Assessment.Advice.values:
        raise Refused("请选择建议并写明核查意见。")
    values = {"advice": advice, "expert_opinion": words, "checked_at": timezone.now()}
    kept = Assessment.objects.filter(pk=assessment.pk, status="reported", checked_by__user=by).update(
        **values
    )
    if not kept:
        raise Refused("该考核已有结论，或已改由他人核查。")
    audit.record(assessment, "check", by=by, note=Assessment.Advice(advice).label)


@transaction.atomic
def give_back_check(assessment: Assessment, *, reason: str, by: User) -> None:
    """An expert with an interest in a body gives its check back and gets none of it any more.

    Raises Refused without a reason, PermissionDenied for whom it was not given to.
    """
    _require_own_check(assessment, by)
    words = clean_text(reason)[:300]
    if not words:
        raise Refused("请写明回避的原因。")
    member = assessment.checked_by
    kept = Assessment.objects.filter(pk=assessment.pk, status="reported", checked_by=member)
    if not kept.update(checked_by=None, advice="", expert_opinion="", checked_at=None):
        raise Refused("该考核已有结论，不能再退回。")
    Recusal.objects.get_or_create(
        member=member, organization=assessment.organization, defaults={"reason": words}
    )
    audit.record(assessment, "recuse", by=by, note=words)
    notify(
        people_with(Perm.TITLE_MANAGE, assessment),
        f"{assessment.organization}的年度考核核查专家回避，请另行分配。",
        link=assessment.get_absolute_url(),
    )


def _require_own_check(assessment: Assessment, by: User) -> None:
    if assessment.checked_by is None or assessment.checked_by.user_id != by.pk:
        raise PermissionDenied("这项核查没有分配给您。")


@transaction.atomic
def rectify(assessment: Assessment, *, text: str, upload, by: User) -> None:
    """Hand in how what was wrong was put right, with proof. Raises Refused without both, or after its day."""
    require(by, Perm.TITLE_APPLY, assessment)
    if not text.strip():
        raise Refused("请写明整改情况。")
    if assessment.rectify_until and local_today() > assessment.rectify_until:
        raise Refused(f"整改期限为{cn_date(assessment.rectify_until)}，已过期。")
    if upload is None:
        raise Refused("请上传整改的证明材料，如整改前后的照片。")
    proof = files.store(
        upload,
        by=by,
        region=assessment.region,
        organization=assessment.organization,
        kinds=files.DOCUMENTS | files.IMAGES,
        needs=Perm.TITLE_CASE,
    )
    # What was put right is looked at anew.
    Assessment.objects.filter(pk=assessment.pk).update(
        rectification=clean_text(text, multiline=True)[:2000],
        rectification_proof=proof,
        advice="",
        expert_opinion="",
        checked_at=None,
    )
    ASSESSMENT_STEPS.take(assessment, "rectified", by=by)


def _follow(assessment: Assessment, *, by: User) -> None:
    """What a decided year means for its title: passed confirms a provisional one, failed twice ends it."""
    if assessment.status == Assessment.Status.FAILED:
        _after_failure(assessment, by=by)
    elif assessment.status == Assessment.Status.PASSED:
        confirm_by_year(assessment, by=by)


def _after_failure(assessment: Assessment, *, by: User | None) -> None:
    if failed_before(assessment):
        reason = f"{assessment.year - 1}、{assessment.year} 年度考核连续不合格"
        end_title(assessment.title, on=local_today(), reason=reason, by=by)


@transaction.atomic
def fail_what_is_overdue(*, at: datetime) -> int:
    """The clock's: who neither reported nor put right in time has failed; the latter loses the title."""
    today = local_today(at)
    done = 0
    late = Assessment.objects.filter(status="open", due_on__lt=today - timedelta(days=30))
    for row in late.select_related("title", "organization").order_by("pk"):
        ASSESSMENT_STEPS.take(row, "not_reported", by=None, at=at, note=f"自评截止 {cn_date(row.due_on)}")
        _after_failure(row, by=None)
        done += 1
    unmended = Assessment.objects.filter(status="rectifying", rectify_until__lt=today)
    for row in unmended.select_related("title", "organization").order_by("pk"):
        note = f"整改期限 {cn_date(row.rectify_until)}"
        ASSESSMENT_STEPS.take(row, "not_rectified", by=None, at=at, note=note)
        end_title(row.title, on=today, reason=f"{row.year} 年度考核不合格，逾期未整改", by=None)
        done += 1
    return done


# --- Money ----------------------------------------------------------------------------------------


@transaction.atomic
def list_funding(year: int, *, by: User) -> int:
    """Put on the year's list whoever passed, asked and still holds the title; returns how many are new."""
    require(by, Perm.TITLE_MANAGE, Region.objects.city())
    today = local_today()
    awards = []
    for row in to_fund(year):
        amount = row.form.assessment.get("funding_yuan", {}).get(row.title.kind.code)
        if amount and row.title.is_in_force(today):
            awards.append(FundingAward(assessment=row, amount_yuan=Decimal(str(amount)), listed_by=by))
    FundingAward.objects.bulk_create(awards)
    audit.event("list_funding", by=by, kind="outreach.FundingAward", name=f"{year} 年度 {len(awards)} 家")
    return len(awards)


def _tell(assessment: Assessment, text: str) -> None:
    notify(people_with(Perm.TITLE_APPLY, assessment), text, link=assessment.get_absolute_url())
