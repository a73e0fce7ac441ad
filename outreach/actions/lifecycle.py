"""The life of a title after it was granted: transferred, ended, revoked, reminded of, lapsed."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from outreach.models import Assessment, Ban, ClawBack, Title, TitleReminder, TitleTransfer
from outreach.queries.assessments import expiring
from outreach.queries.bases import searchable_bases
from portal import audit, documents, search
from portal.accounts import User, require
from portal.calendar import day_start, local_today
from portal.documents import IssuedPaper
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.organizations import Organization
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

REMIND_AHEAD = (180, 90, 30)  # days
PROVISIONAL_AHEAD = 30  # days


def show_in_search(*organizations: int) -> None:
    """Enter bodies, by their keys, as bases into the search; those without a title in force are taken out."""
    entries = list(searchable_bases(organizations=organizations))
    search.index_many(entries)
    search.remove("base", *({*organizations} - {entry.subject_id for entry in entries}))


@transaction.atomic
def end_title(title: Title, *, on: date, reason: str, by: User | None) -> bool:
    """End a title and take its certificate back; False if it no longer stood. The caller has the right to."""
    text = clean_text(reason)[:300]
    ended = Title.objects.filter(pk=title.pk, withdrawn_on=None).update(
        withdrawn_on=max(on, title.valid_from), withdrawal_reason=text
    )
    if not ended:
        return False
    _take_paper_back(title, text, by=by)
    show_in_search(title.organization_id)
    audit.record(title, "withdraw", by=by, changes={"withdrawn_on": [None, on]}, note=text)
    notify(
        people_with(Perm.TITLE_APPLY, title),
        f"{title.kind.name}（{title.number}）自{cn_date(on)}起撤销：{text}",
        link=f"/bases/{title.organization_id}/",
    )
    return True


def _take_paper_back(title: Title, reason: str, *, by: User | None) -> None:
    paper = IssuedPaper.objects.filter(pk=title.paper_id, revoked_at=None).first()
    if paper:
        documents.revoke(paper, reason=reason, by=by)


@transaction.atomic
def revoke_for_fraud(
    title: Title,
    *,
    on: date,
    reason: str,
    banned_until: date | None,
    claw_back_yuan: Decimal | None,
    by: User,
) -> None:
    """Revoke a title that was had by fraud: the body may not apply until a day, and pays money back.

    Raises Refused if it no longer stands, without a reason, or for a ban that is over.

    Basis: 科学技术普及法第五十四至五十七条.
    """
    require(by, Perm.TITLE_MANAGE, title)
    if not reason.strip():
        raise Refused("请写明撤销原因。")
    if banned_until is not None and banned_until < on:
        raise Refused("禁止申报的终止日期不能早于撤销日期。")
    if not end_title(title, on=on, reason=reason, by=by):
        raise Refused("该称号已被撤销。")
    if banned_until:
        ban = Ban(
            organization=title.organization,
            title=title,
            starts_on=on,
            ends_on=banned_until,
            reason=clean_text(reason)[:300],
        )
        ban.full_clean()
        ban.save(force_insert=True)
    if claw_back_yuan:
        owed = ClawBack(title=title, amount_yuan=claw_back_yuan, reason=clean_text(reason)[:300], asked_on=on)
        owed.full_clean()
        owed.save(force_insert=True)


@transaction.atomic
def repay(owed: ClawBack, *, amount_yuan: Decimal, by: User) -> None:
    """Write down money that came back. Raises Refused for more than is owed."""
    require(by, Perm.TITLE_MANAGE, owed.title)
    if amount_yuan <= 0:
        raise Refused("金额必须大于 0。")
    paid = ClawBack.objects.filter(pk=owed.pk, amount_yuan__gte=F("repaid_yuan") + amount_yuan).update(
        repaid_yuan=F("repaid_yuan") + amount_yuan
    )
    if not paid:
        raise Refused("已追回金额不能超过应追回金额，请核对。")
    audit.record(owed, "repay", by=by, note=f"{amount_yuan} 元")


@transaction.atomic
def transfer(title: Title, present: Organization, *, on: date, reason: str, by: User) -> TitleTransfer:
    """Give a title to the body its holder became; number, paper and period stay.

    Raises Refused for the same body, without a reason, or if that body holds such a title already.
    """
    require(by, Perm.TITLE_MANAGE, title)
    former = title.organization
    if former == present:
        raise Refused("原单位和现单位不能相同。")
    if not reason.strip():
        raise Refused("请写明变更原因。")
    if not title.is_in_force(local_today()):
        raise Refused("该称号已失效，不能变更。")
    same = Title.objects.filter(organization=present, kind=title.kind, withdrawn_on=None)
    if same.filter(valid_from__lte=title.valid_until, valid_until__gte=title.valid_from).exists():
        raise Refused("现单位在此期间已有同一称号。")
    Title.objects.filter(pk=title.pk).update(organization=present, region=present.region)
    Assessment.objects.filter(title=title, status__in=["open", "reported", "rectifying"]).update(
        organization=present, region=present.region
    )
    title.organization, title.region = present, present.region
    show_in_search(former.pk, present.pk)
    made = TitleTransfer.objects.create(
        title=title, former=former, present=present, on=on, reason=clean_text(reason)[:300]
    )
    if title.paper_id:
        documents.amend(title.paper, "单位变更", f"{cn_date(on)}由{former}变更为{present}", by=by)
    audit.record(title, "transfer_title", by=by, changes={"organization": [former, present]}, note=reason)
    return made


# --- Provisional titles ---------------------------------------------------------------------------


@transaction.atomic
def confirm_title(title: Title, *, word: str, by: User) -> None:
    """Make a provisional title a full one, with a word on what was looked at.

    Raises Refused without a word, or if it is not provisional or no longer stands.
    """
    require(by, Perm.TITLE_MANAGE, title)
    text = clean_text(word)[:300]
    if not text:
        raise Refused("请写明转为正式的依据。")
    if not title.is_in_force(local_today()):
        raise Refused("该称号已失效，不能转为正式。")
    if not _confirm(title, text, by=by):
        raise Refused("该称号不是暂定称号，或已转为正式。")


def confirm_by_year(assessment: Assessment, *, by: User | None) -> None:
    """The first year that is passed confirms a provisional title; a full one stays as it is."""
    _confirm(assessment.title, f"{assessment.year} 年度考核{assessment.outcome}", by=by)


def _confirm(title: Title, text: str, *, by: User | None) -> bool:
    today = local_today()
    done = Title.objects.filter(pk=title.pk).provisional().filter(withdrawn_on=None)
    if not done.update(confirmed_on=today, confirmation=text):
        return False
    title.confirmed_on, title.confirmation = today, text
    if title.paper_id:
        documents.amend(title.paper, "转为正式", cn_date(today), by=by)
    audit.record(title, "confirm_title", by=by, changes={"confirmed_on": [None, today]}, note=text)
    notify(
        people_with(Perm.TITLE_APPLY, title),
        f"{title.kind.name}（{title.number}）已转为正式：{text}",
        link=f"/bases/{title.organization_id}/",
    )
    return True


# --- What the clock does --------------------------------------------------------------------------


@transaction.atomic
def remind_of_expiry(*, at: datetime) -> int:
    """Tell holders of titles that end in 180, 90 or 30 days, each title once per step, one message a person.

    Returns how many people were told.
    """
    today = local_today(at)
    told: dict[int, list[Title]] = {}
    people: dict[int, User] = {}
    for title in expiring(today, max(REMIND_AHEAD)):
        days = (title.valid_until - today).days
        step = min(step for step in REMIND_AHEAD if days <= step)
        _, is_new = TitleReminder.objects.get_or_create(title=title, days=step, defaults={"sent_at": at})
        if is_new:
            for person in people_with(Perm.TITLE_APPLY, title):
                people[person.pk] = person
                told.setdefault(person.pk, []).append(title)
    for key, titles in told.items():
        first = min(title.valid_until for title in titles)
        notify(
            [people[key]],
            f"您有 {len(titles)} 个科普称号将于{cn_date(first)}起陆续到期，请留意重新认定通知。",
            link="/desk/titles/",
        )
    return len(told)


@transaction.atomic
def remind_of_provisional(*, at: datetime) -> int:
    """Tell staff thirty days before a provisional title's time is up, each title once, one message a person.

    Nothing becomes full by itself: what is not confirmed stays provisional and waits on the desk.
    """
    today = local_today(at)
    rows = (
        Title.objects.in_force(today)
        .provisional()
        .filter(provisional_told_at=None, provisional_until__lte=today + timedelta(days=PROVISIONAL_AHEAD))
    )
    titles = list(rows.select_related("kind", "organization", "region").order_by("provisional_until", "pk"))
    told: dict[int, list[Title]] = {}
    people: dict[int, User] = {}
    for title in titles:
        for person in people_with(Perm.TITLE_MANAGE, title):
            people[person.pk] = person
            told.setdefault(person.pk, []).append(title)
    for key, own in told.items():
        first = own[0]
        notify(
            [people[key]],
            f"{len(own)} 个称号的暂定期自{cn_date(first.provisional_until)}起陆续届满，请考核后确认或撤销。",
            link=first.get_desk_url() if len(own) == 1 else "/desk/titles/titles/",
            kind=Notice.Kind.TASK,
        )
    Title.objects.filter(pk__in=[title.pk for title in titles]).update(provisional_told_at=at)
    return len(told)


@transaction.atomic
def lapse_papers(*, at: datetime) -> int:
    """Titles lapse by themselves on their day; their certificates say so from then on. Returns how many."""
    today = local_today(at)
    over = Title.objects.filter(
        valid_until__lt=today, paper__isnull=False, paper__revoked_at=None
    ).select_related("paper")
    count = 0
    for title in over.order_by("pk"):
        documents.revoke(title.paper, reason="有效期届满", by=None, at=max(at, day_start(today)))
        count += 1
    return count


@transaction.atomic
def renew_search(*, at: datetime) -> int:
    """Titles begin and end by themselves on their day, and the register renames bodies: bases stand in the
    search as they stand today. Returns how many were written anew."""
    entries = list(searchable_bases(local_today(at)))
    held = search.SearchEntry.objects.filter(kind="base")
    held.exclude(subject_id__in=[entry.subject_id for entry in entries]).delete()
    same = set(held.values_list("subject_id", "title", "text"))
    return search.index_many(
        entry for entry in entries if (entry.subject_id, entry.title, entry.text) not in same
    )
