"""Everything that moves money: lines, what is appropriated and paid, self-evaluation, gifts and receipts."""

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from outreach.models import BudgetLine, Donation, DonationUse, FundEntry, FundTarget, ResearchSpending
from portal import audit, documents, files
from portal.accounts import User, require
from portal.calendar import local_today
from portal.documents import IssuedPaper, PaperKind
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

RECEIPT = PaperKind("donation_receipt", "KPJZ", "科普捐赠（赞助）收据")


@transaction.atomic
def save_line(line: BudgetLine, *, by: User) -> BudgetLine:
    """Add a line to a body's budget, or change its name, duty or amount; the same form adds it once.

    Raises Refused for an amount below what was appropriated, ValidationError where a rule says no.
    """
    if line.pk:
        stored = BudgetLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        require(by, Perm.FUND_MANAGE, stored)
        if line.amount_yuan < stored.appropriated_yuan:
            raise Refused(f"预算不能少于已下达的 {stored.appropriated_yuan} 元。")
    else:
        made = BudgetLine.objects.filter(key=line.key, created_by=by).first()
        if made:
            return made
        line.region, line.created_by = line.organization.region, by
    require(by, Perm.FUND_MANAGE, line)
    line.full_clean()
    if line.pk:
        line.save(update_fields=["year", "duty", "name", "amount_yuan"])
    else:
        line.save(force_insert=True)
    audit.record(line, "budget", by=by, note=f"{line.amount_yuan} 元")
    return line


@transaction.atomic
def enter(
    line: BudgetLine,
    *,
    kind: str,
    amount_yuan: Decimal,
    entered_on: date,
    payee: str = "",
    purpose: str,
    voucher: str = "",
    upload: files.Examined | None = None,
    key: uuid.UUID,
    by: User,
) -> FundEntry:
    """Appropriate money to a line, or pay from it; the same form sent twice moves it once.

    Raises Refused beyond the budget, beyond what was appropriated, or for a day that has not come.
    """
    require(by, Perm.FUND_MANAGE if kind == FundEntry.Kind.APPROPRIATION else Perm.FUND_PAY, line)
    made = FundEntry.objects.filter(key=key, created_by=by).first()
    if made:
        return made
    stored = BudgetLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    _require_room(stored, kind, amount_yuan)
    if entered_on > local_today():
        raise Refused("日期不能晚于今天。")
    entry = FundEntry(
        key=key,
        line=stored,
        kind=kind,
        amount_yuan=amount_yuan,
        entered_on=entered_on,
        payee=clean_text(payee),
        purpose=clean_text(purpose),
        voucher=clean_text(voucher),
        created_by=by,
    )
    if upload is not None:
        place = {"region": line.region, "organization": line.organization, "needs": Perm.FUND_VIEW}
        entry.proof = files.keep(upload, by=by, **place)
    entry.full_clean()
    entry.save(force_insert=True)
    audit.record(stored, entry.kind, by=by, note=f"{amount_yuan} 元：{entry.purpose}")
    if kind == FundEntry.Kind.APPROPRIATION:
        text = f"经费已下达：{line.name} {amount_yuan} 元。"
        notify(people_with(Perm.FUND_PAY, line.organization), text, link=line.get_absolute_url())
    return entry


def _require_room(line: BudgetLine, kind: str, amount_yuan: Decimal) -> None:
    if kind == FundEntry.Kind.APPROPRIATION and amount_yuan > line.to_appropriate:
        raise Refused(f"下达后将超出预算：预算 {line.amount_yuan} 元，还可下达 {line.to_appropriate} 元。")
    if kind == FundEntry.Kind.PAYMENT and amount_yuan > line.to_pay:
        told = f"已下达 {line.appropriated_yuan} 元，还可支付 {line.to_pay} 元"
        raise Refused(f"支付后将超出本项经费：{told}；请先下达经费。")


@transaction.atomic
def cancel_entry(entry: FundEntry, *, reason: str, by: User) -> None:
    """Cancel what was entered wrongly. Raises Refused without a reason, or if money paid stood uncovered."""
    is_appropriation = entry.kind == FundEntry.Kind.APPROPRIATION
    require(by, Perm.FUND_MANAGE if is_appropriation else Perm.FUND_PAY, entry.line)
    words = clean_text(reason)[:200]
    if not words:
        raise Refused("请写明冲销原因。")
    line = BudgetLine.objects.select_for_update(of=("self",)).get(pk=entry.line_id)
    stored = FundEntry.objects.get(pk=entry.pk)
    if stored.cancelled_at:
        raise Refused("该笔此前已冲销。")
    if is_appropriation and line.paid_yuan > line.appropriated_yuan - stored.amount_yuan:
        raise Refused(f"已支付 {line.paid_yuan} 元，冲销后下达金额不足；请先冲销支付。")
    FundEntry.objects.filter(pk=entry.pk).update(cancelled_at=timezone.now(), cancel_reason=words)
    audit.record(line, "cancel_entry", by=by, note=f"{stored}：{words}")


@transaction.atomic
def save_target(target: FundTarget, *, by: User) -> FundTarget:
    """Add a performance target to a line that was not evaluated yet."""
    require(by, Perm.FUND_MANAGE, target.line)
    if target.line.evaluated_at:
        raise Refused("已完成绩效自评，不能再增加指标。")
    target.full_clean()
    target.save()
    audit.record(target.line, "fund_target", by=by, note=f"{target.name} {target.wanted}{target.unit}")
    return target


@transaction.atomic
def evaluate(
    line: BudgetLine, *, reached: Mapping[int, Decimal | None], text: str, score: int, by: User
) -> None:
    """Say what every target reached, how the money was used, and a score; again it replaces the one before.

    `reached`: target → figure. Raises Refused while a target has none or there are no words.
    """
    require(by, Perm.FUND_PAY, line)
    words = clean_text(text, multiline=True)[:2000]
    if not words:
        raise Refused("请写明绩效自评情况。")
    BudgetLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    for target in line.targets.all():
        if reached.get(target.pk) is None:
            raise Refused(f"请填写“{target.name}”的完成值。")
        FundTarget.objects.filter(pk=target.pk).update(reached=reached[target.pk])
    kept = {"evaluation": words, "score": score, "evaluated_at": timezone.now()}
    BudgetLine.objects.filter(pk=line.pk).update(**kept)
    audit.record(line, "evaluate", by=by, note=f"{score} 分")
    notify(
        people_with(Perm.FUND_MANAGE, line),
        f"绩效自评已提交：{line}，{score} 分。",
        link=line.get_absolute_url(),
        kind=Notice.Kind.INFO,
    )


# --- Gifts ----------------------------------------------------------------------------------------


@transaction.atomic
def receive(donation: Donation, *, body: Organization, by: User) -> Donation:
    """Enter what somebody gave to a body; the same form sent twice enters it once."""
    require(by, Perm.FUND_PAY, body)
    made = Donation.objects.filter(key=donation.key, created_by=by).first()
    if made:
        return made
    if donation.received_on > local_today():
        raise Refused("收到日期不能晚于今天。")
    donation.organization, donation.region, donation.created_by = body, body.region, by
    donation.full_clean()
    donation.save(force_insert=True)
    audit.record(donation, "receive", by=by, note=f"{donation.amount_yuan} 元")
    return donation


@transaction.atomic
def use(
    donation: Donation, *, amount_yuan: Decimal, used_on: date, purpose: str, key: uuid.UUID, by: User
) -> DonationUse:
    """Say what a part of a gift was used for. Raises Refused beyond what was given, or before it came."""
    require(by, Perm.FUND_PAY, donation)
    made = DonationUse.objects.filter(key=key, created_by=by).first()
    if made:
        return made
    stored = Donation.objects.select_for_update(of=("self",)).get(pk=donation.pk)
    left = stored.amount_yuan - stored.used_yuan
    if amount_yuan > left:
        raise Refused(f"使用金额超出捐赠余额，还可使用 {left} 元。")
    if not stored.received_on <= used_on <= local_today():
        raise Refused("使用日期须在收到捐赠之后，且不晚于今天。")
    row = DonationUse(
        key=key,
        donation=stored,
        used_on=used_on,
        amount_yuan=amount_yuan,
        purpose=clean_text(purpose),
        created_by=by,
    )
    row.full_clean()
    row.save(force_insert=True)
    audit.record(stored, "use_gift", by=by, note=f"{amount_yuan} 元：{row.purpose}")
    return row


@transaction.atomic
def issue_receipt(donation: Donation, *, by: User) -> IssuedPaper:
    """The receipt of a gift, in the register of papers; asked for again it is the same one."""
    require(by, Perm.FUND_PAY, donation)
    stored = Donation.objects.select_for_update(of=("self",)).get(pk=donation.pk)
    if stored.paper_id:
        return stored.paper
    facts = [
        ("类别", stored.get_kind_display()),
        ("接受单位", stored.organization.name),
        ("金额", f"{stored.amount_yuan} 元"),
        ("用途", stored.purpose),
        ("收到日期", cn_date(stored.received_on)),
    ]
    paper = documents.issue(RECEIPT, facts, by=by, holder=f"outreach.donation:{stored.pk}")
    Donation.objects.filter(pk=stored.pk).update(paper=paper)
    donation.paper = paper
    return paper


@transaction.atomic
def keep_research(row: ResearchSpending, *, by: User) -> ResearchSpending:
    """Keep a published year of research spending, to be shown beside outreach."""
    require(by, Perm.FUND_MANAGE, Region.objects.city())
    row.full_clean()
    row.save()
    audit.record(row, "enter", by=by, note=f"{row.amount_yuan} 元，{row.source}")
    return row
