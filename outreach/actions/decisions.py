"""From the counted scores to titles: proposal, public notice, objections, decision, certificates."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from outreach.actions.cells import require_applicant
from outreach.actions.contests import keep_numbered, tell_who_is_out, tell_who_is_taken_off
from outreach.actions.lifecycle import show_in_search
from outreach.actions.pool import require_unbarred
from outreach.models import (
    OBJECTION_STEPS,
    PANEL_STEPS,
    ROUND_STEPS,
    Application,
    Objection,
    Round,
    Title,
    TitleKind,
)
from outreach.queries.decisions import first_in_reserve, free_places, last_notice_day, open_to_objection
from outreach.queries.panel import Ranked, barred_bodies, ranking
from outreach.rules.titles import provisional_end
from portal import audit, documents, files
from portal.accounts import User, require, system_user
from portal.calendar import ONE_DAY, local_today, notice_ends
from portal.documents import PaperKind
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

PAPERS = {
    "base": PaperKind("title_base", "KPJD", "深圳市科普基地证书"),
    "point": PaperKind("title_point", "KPSF", "深圳市科普示范点证书"),
    "hall": PaperKind("title_hall", "KPQY", "企业科技传播馆证书"),
}
OTHER_PAPER = PaperKind("title", "KPCH", "科普称号证书")


# --- The proposal ---------------------------------------------------------------------------------


@transaction.atomic
def propose_all(round: Round, *, by: User) -> int:
    """Turn the ranked scores into a proposal: whoever reached a level is proposed for its titles.

    Cases of bodies in which `by` has an interest are left to somebody else.
    Returns how many are proposed. Raises Refused while a case is not counted.
    """
    require(by, Perm.TITLE_MANAGE, round)
    waiting = Application.objects.filter(round=round, status__in=["admitted", "scoring"]).count()
    if waiting:
        raise Refused(f"还有 {waiting} 件未完成评审，不能形成拟认定名单。")
    proposed = 0
    barred = barred_bodies(by)
    for row in ranking(round):
        if row.application.status != Application.Status.SCORED or row.application.organization_id in barred:
            continue
        Application.objects.filter(pk=row.application.pk).update(place=row.place, proposed_titles=row.titles)
        if row.titles:
            PANEL_STEPS.take(row.application, "propose", by=by, note=row.words)
            proposed += 1
        else:
            PANEL_STEPS.take(row.application, "not_propose", by=by, note=row.words)
    return proposed


@transaction.atomic
def leave_out(application: Application, *, note: str, by: User) -> None:
    """Do not propose a case although its points would do, nor keep it in the reserve.

    Raises Refused without a reason, or once it is in the notice.
    """
    require_unbarred(by, application)
    if application.round.status != Round.Status.REVIEWING:
        raise Refused("名单已公示，只能通过异议处理改变。")
    text = clean_text(note)[:500]
    if application.reserve_place:
        require(by, Perm.TITLE_MANAGE, application)
        if not text:
            raise Refused("请写明移出备选的理由。")
        audit.record(application, "leave_reserve", by=by, note=text)
    else:
        PANEL_STEPS.take(application, "not_propose", by=by, note=note)
    Application.objects.filter(pk=application.pk).update(
        proposed_titles=[], decision=text, reserve_place=None
    )


# --- The reserve ----------------------------------------------------------------------------------


@transaction.atomic
def put_in_reserve(application: Application, *, note: str, by: User) -> int:
    """Put a case that reached a level behind the line, after those that are there; returns its order.

    Raises Refused without a reason, below every level, or once the notice has begun.
    """
    require(by, Perm.TITLE_MANAGE, application)
    require_unbarred(by, application)
    if application.round.status != Round.Status.REVIEWING:
        raise Refused("名单已公示，不能再列入备选。")
    if application.reserve_place:
        raise Refused(f"该申报已列入备选，为第 {application.reserve_place} 位。")
    if application.status not in (Application.Status.PROPOSED, Application.Status.NOT_PROPOSED):
        raise Refused("形成拟认定名单后才能列入备选。")
    if not _ranked(application).titles:
        raise Refused("该申报未达到认定分数，不能列入备选。")
    text = clean_text(note)[:300]
    if not text:
        raise Refused("请写明列入备选的理由。")
    Round.objects.select_for_update(of=("self",)).get(pk=application.round_id)  # one after the other
    rows = Application.objects.filter(round=application.round)
    place = (rows.aggregate(last=Max("reserve_place"))["last"] or 0) + 1
    words = f"列入备选：{text}"  # its order may still change
    if application.status == Application.Status.PROPOSED:
        PANEL_STEPS.take(application, "not_propose", by=by, note=words)
    Application.objects.filter(pk=application.pk).update(
        proposed_titles=[], decision=words, reserve_place=place
    )
    application.reserve_place = place
    audit.record(application, "reserve", by=by, note=f"第 {place} 位：{text}")
    return place


@transaction.atomic
def raise_in_reserve(application: Application, *, by: User) -> None:
    """Change places with whoever stands before it in the reserve. Raises Refused for the first of it."""
    require(by, Perm.TITLE_MANAGE, application)
    if application.round.status != Round.Status.REVIEWING:
        raise Refused("名单已公示，备选次序不能再改变。")
    Round.objects.select_for_update(of=("self",)).get(pk=application.round_id)
    application.refresh_from_db(fields=["reserve_place"])
    if not application.reserve_place:
        raise Refused("该申报不在备选名单中。")
    rows = Application.objects.filter(round=application.round, reserve_place__lt=application.reserve_place)
    other = rows.select_related("organization").order_by("-reserve_place").first()
    if other is None:
        raise Refused("该申报已是备选第一位。")
    require_unbarred(by, application, other)
    place = application.reserve_place
    Application.objects.filter(pk=other.pk).update(reserve_place=place)
    Application.objects.filter(pk=application.pk).update(reserve_place=other.reserve_place)
    changes = {"reserve_place": [place, other.reserve_place]}
    audit.record(
        application, "order_reserve", by=by, changes=changes, note=f"与{other.organization.name}调换"
    )


@transaction.atomic
def move_up(round: Round, *, note: str, today: date | None = None, by: User) -> Application:
    """Propose the first of the reserve; once the notice has begun, only into a place that became free in it.

    Who moves up then is before the public for the scheme's full working days of its own, from today on.
    Raises Refused without a reason, an empty reserve, no free place, or after the last day of the notice.
    """
    require(by, Perm.TITLE_MANAGE, round)
    today = today or local_today()
    text = clean_text(note)[:300]
    if not text:
        raise Refused("请写明递补的理由。")
    round = Round.objects.select_for_update(of=("self",)).select_related("scheme", "form").get(pk=round.pk)
    if round.status not in (Round.Status.REVIEWING, Round.Status.NOTICED):
        raise Refused("批次不在评审或公示中，不能递补。")
    application = first_in_reserve(round)
    if application is None:
        raise Refused("没有备选单位，不能递补。")
    require_unbarred(by, application)
    days: dict = {}
    if round.status == Round.Status.NOTICED:
        if today > last_notice_day(round):
            raise Refused("公示期已满，不能再递补。")
        if free_places(round) < 1:
            raise Refused("公示名单没有空出名额，不能递补。")
        first = max(today, round.notice_from)
        days = {"notice_from": first, "notice_until": notice_ends(first, round.scheme.notice_days)}
    words = f"备选第 {application.reserve_place} 位递补：{text}"
    Application.objects.filter(pk=application.pk).update(
        reserve_place=None, proposed_titles=_ranked(application).titles, decision=words, **days
    )
    PANEL_STEPS.take(application, "propose", by=by, note=words)
    application.refresh_from_db()
    until = f"，公示至{cn_date(application.notice_until)}" if days else ""
    audit.record(application, "move_up", by=by, note=f"{words}{until}")
    if days:  # until then it was told that it is left out
        notify(
            people_with(Perm.TITLE_APPLY, application),
            f"{round.title}：您单位由备选递补为拟认定{until}。",
            link=application.get_absolute_url(),
        )
    return application


def _ranked(application: Application) -> Ranked:
    return next(row for row in ranking(application.round) if row.application.pk == application.pk)


@transaction.atomic
def renounce(application: Application, *, note: str, by: User) -> None:
    """A unit gives up what it is proposed for; its place in the notice becomes free.

    Raises Refused without a reason, or for a case that is not proposed.
    """
    require_applicant(by, application)
    PANEL_STEPS.take(application, "renounce", by=by, note=note)
    Application.objects.filter(pk=application.pk).update(
        proposed_titles=[], decision=f"单位放弃认定：{clean_text(note)}"[:500]
    )
    notify(
        people_with(Perm.TITLE_MANAGE, application),
        f"{application.organization.name}放弃认定（{application.round.title}），空出一个名额。",
        link=application.round.get_decision_url(),
        kind=Notice.Kind.TASK,
    )


# --- The notice -----------------------------------------------------------------------------------


@transaction.atomic
def publish_notice(round: Round, *, starts_on: date | None = None, by: User) -> None:
    """Put the proposal before the public for the scheme's working days, adjusted workdays counted.

    Five working days from 2023-05-11 end on 2023-05-17. Raises Refused while a case has no proposal, or for
    a first day that is over.
    """
    open_cases = (
        Application.objects.filter(round=round).open().exclude(status__in=["proposed", "not_proposed"])
    )
    if open_cases.exists():
        raise Refused(f"还有 {open_cases.count()} 件没有拟定结果，不能公示。")
    places = Application.objects.filter(round=round, status="proposed").count()
    if not places:
        raise Refused("没有拟认定的单位，不需要公示。")
    first = starts_on or local_today()
    if first < local_today():
        raise Refused("公示开始日期不能早于今天。")
    if first > local_today() + timedelta(days=365):
        raise Refused("公示应在一年内开始，请核对开始日期。")
    last = notice_ends(first, round.scheme.notice_days)
    Round.objects.filter(pk=round.pk).update(notice_from=first, notice_until=last, notice_places=places)
    round.notice_from, round.notice_until, round.notice_places = first, last, places
    ROUND_STEPS.take(round, "publish_notice", by=by, note=f"{cn_date(first)} 至 {cn_date(last)}")
    tell_who_is_out(round)


# --- Objections -----------------------------------------------------------------------------------


@transaction.atomic
def object_to(
    application: Application,
    *,
    ground: str,
    text: str,
    name: str,
    phone: str,
    upload,
    at: datetime,
) -> Objection:
    """Take somebody's objection to a case, in writing and with proof.

    Raises Refused outside the days of the notice, and for a ground that was taken before: with the number
    of the first objection and what became of it.
    """
    round = application.round
    today = local_today(at)
    if round.status != Round.Status.NOTICED or not application.is_before_public(today):
        raise Refused("不在公示期内，不能提出异议。")
    if not open_to_objection().filter(pk=application.pk).exists():
        raise Refused("该单位不在公示名单中。")
    key = Objection.key_of(ground, text)
    Round.objects.select_for_update(of=("self",)).get(pk=round.pk)  # one after the other: they are numbered
    earlier = Objection.objects.filter(application=application, ground_key=key).first()
    if earlier:
        answer = f"，处理决定：{earlier.answer}" if earlier.answer else ""
        raise Refused(f"同一理由的异议已经受理（{earlier.number}，{earlier.result}{answer}），不再重复受理。")
    proof = files.store(
        upload,
        by=system_user(),
        region=Region.objects.city(),
        kinds=files.DOCUMENTS | files.IMAGES,
        needs=Perm.TITLE_MANAGE,
    )
    objection = keep_numbered(
        application,
        Objection.Kind.OBJECTION,
        ground=ground,
        ground_key=key,
        text=clean_text(text, multiline=True),
        name=clean_text(name),
        phone=clean_text(phone),
        proof=proof,
        received_at=at,
    )
    audit.record(objection, "object", by=None)
    notify(
        people_with(Perm.TITLE_MANAGE, application),
        f"收到异议 {objection.number}，请于{cn_date(objection.due_on)}前答复。",
        link=objection.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )
    return objection


@transaction.atomic
def decide_objection(objection: Objection, *, is_upheld: bool, answer: str, by: User) -> None:
    """Answer an objection; one that is upheld takes the case off the proposal.

    Raises Refused without words.
    """
    require(by, Perm.TITLE_MANAGE, objection)
    require_unbarred(by, objection.application)
    text = clean_text(answer, multiline=True)[:2000]
    if not text:
        raise Refused("请写明处理决定和依据。")
    Objection.objects.filter(pk=objection.pk, status="submitted").update(answer=text, decided_by=by)
    OBJECTION_STEPS.take(objection, "uphold" if is_upheld else "dismiss", by=by, note=text)
    application = objection.application
    if is_upheld and application.status == Application.Status.PROPOSED:
        note = f"异议 {objection.number} 成立：{text}"[:500]
        PANEL_STEPS.take(application, "not_propose", by=by, note=note)
        Application.objects.filter(pk=application.pk).update(proposed_titles=[], decision=note)
        tell_who_is_taken_off(application, objection.number)


# --- The decision ---------------------------------------------------------------------------------


@transaction.atomic
def decide_round(round: Round, *, on: date | None = None, by: User) -> list[Title]:
    """Grant the proposed titles and refuse the rest, once the notice is over and no objection is open.

    Raises Refused before that.
    """
    require(by, Perm.TITLE_MANAGE, round)
    today = on or local_today()
    if round.status != Round.Status.NOTICED:
        raise Refused("批次不在公示中，不能作出决定。")
    last = last_notice_day(round)
    if today <= last:
        raise Refused(f"公示至{cn_date(last)}，期满后才能作出决定。")
    waiting = Objection.objects.filter(application__round=round, status="submitted").order_by("pk").first()
    if waiting:
        raise Refused(f"{waiting.get_kind_display()} {waiting.number} 尚未处理，不能作出决定。")
    granted: list[Title] = []
    cases = Application.objects.filter(round=round, status__in=["proposed", "not_proposed"]).with_all()
    require_unbarred(by, *cases)
    for application in cases.order_by("place", "pk"):
        if application.status == Application.Status.PROPOSED:
            granted += [_grant(application, code, today, by=by) for code in application.proposed_titles]
            PANEL_STEPS.take(application, "grant_titles", by=by)
            words = "已认定，证书可在平台下载。"
        else:
            PANEL_STEPS.take(application, "refuse", by=by)
            words = "不予认定。"
        notify(
            people_with(Perm.TITLE_APPLY, application),
            f"{round.title}：您单位{words}",
            link=application.get_absolute_url(),
        )
    return granted


def valid_until(kind: TitleKind, first: date, batch_ends_on: date | None) -> date:
    """The last day of a title: the end of its batch, or of the year its years are over.

    Granted in 2022 for five years it stands until the end of 2027; on 1 January 2028 it has lapsed.
    """
    if batch_ends_on and batch_ends_on > first:
        return batch_ends_on
    return date(first.year + kind.years_valid, 12, 31)


def _grant(application: Application, code: str, today: date, *, by: User) -> Title:
    kind = TitleKind.objects.get(code=code)
    holder = application.organization
    standing = Title.objects.filter(
        organization=holder, kind=kind, withdrawn_on=None, valid_until__gte=today
    ).order_by("-valid_until")
    last = standing.first()
    first = last.valid_until + ONE_DAY if last else today  # a renewal begins where the old one ends
    scheme = application.round.scheme
    until = valid_until(kind, first, scheme.batch_ends_on)
    # Who holds the title already has been looked at, unless that one was never confirmed.
    months = scheme.provisional_months if last is None or last.is_provisional else 0
    provisional_until = provisional_end(first, months, until)
    paper = documents.issue(
        PAPERS.get(code, OTHER_PAPER),
        [
            ("称号", kind.name),
            ("单位", holder.name),
            ("类别", application.get_category_display()),
            ("生效日期", cn_date(first)),
            ("有效期至", cn_date(until)),
            *([("暂定至", cn_date(provisional_until))] if provisional_until else []),
        ],
        by=by,
        holder=f"portal.organization:{holder.pk}",
    )
    title = Title(
        organization=holder,
        region=holder.region,
        created_by=by,
        kind=kind,
        category=application.category,
        number=paper.number,
        valid_from=first,
        valid_until=until,
        provisional_until=provisional_until,
        exhibition_area=application.exhibition_area,
        open_days=application.open_days,
        has_free_entry=bool(
            application.has_pupil_discount
            or application.has_senior_discount
            or application.has_military_discount
        ),
        source=application.round.title,
        application=application,
        paper=paper,
    )
    title.full_clean()
    title.save(force_insert=True)
    show_in_search(holder.pk)
    audit.record(title, "create", by=by)
    return title
