"""A body that is not proposed says why its case should be looked at again, and is answered."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from outreach.actions.cells import require_applicant
from outreach.actions.pool import require_unbarred
from outreach.models import OBJECTION_STEPS, PANEL_STEPS, Application, Objection, Round
from outreach.queries.decisions import titles_to_propose
from portal import audit, files
from portal.accounts import User, require
from portal.calendar import add_working_days, local_today, notice_ends
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

NUMBERED = {Objection.Kind.OBJECTION: "YY", Objection.Kind.CONTEST: "FH"}


@transaction.atomic
def contest(application: Application, *, ground: str, text: str, upload, at: datetime, by: User) -> Objection:
    """Ask, for the body that applied and is not proposed, that its case be looked at again.

    In writing, with proof, while it is before the public. Raises Refused outside these days, for a case that
    is not left out, and for a ground that was taken before.
    """
    require_applicant(by, application)
    today = local_today(at)
    Round.objects.select_for_update(of=("self",)).get(pk=application.round_id)
    application.refresh_from_db(fields=["status", "notice_from", "notice_until"])
    if application.status != Application.Status.NOT_PROPOSED:
        raise Refused("只有拟不认定的申报可以申请复核。")
    if not application.may_be_contested(today):
        raise Refused("不在公示期内，不能申请复核。")
    key = f"own:{Objection.key_of(ground, text)}"
    earlier = Objection.objects.filter(application=application, ground_key=key).first()
    if earlier:
        raise Refused(f"同一理由的复核申请已经受理（{earlier.number}，{earlier.result}），不再重复受理。")
    proof = files.store(
        upload,
        by=by,
        region=application.region,
        organization=application.organization,
        kinds=files.DOCUMENTS | files.IMAGES,
        needs=Perm.TITLE_CASE,
    )
    made = keep_numbered(
        application,
        Objection.Kind.CONTEST,
        ground=ground,
        ground_key=key,
        text=clean_text(text, multiline=True),
        name=application.organization.name[:60],
        phone=application.phone,
        proof=proof,
        received_at=at,
    )
    audit.record(made, "contest", by=by)
    notify(
        people_with(Perm.TITLE_MANAGE, application),
        f"{application.organization}申请复核（{made.number}），请于{cn_date(made.due_on)}前答复。",
        link=made.get_absolute_url(),
        kind=Notice.Kind.TASK,
    )
    return made


def keep_numbered(application: Application, kind: str, *, received_at: datetime, **told) -> Objection:
    """Keep what is said against a case, with the next number of its kind and the last day of the answer.

    The round is locked by the caller: its objections are numbered one after the other.
    """
    round = application.round
    count = Objection.objects.filter(application__round=round, kind=kind).count()
    made = Objection(
        kind=kind,
        application=application,
        number=f"{NUMBERED[kind]}-{round.pk:04d}-{count + 1:03d}",
        received_at=received_at,
        due_on=add_working_days(local_today(received_at), round.scheme.answer_days),
        **told,
    )
    made.full_clean()
    made.save(force_insert=True)
    return made


@transaction.atomic
def decide_contest(
    made: Objection,
    *,
    is_upheld: bool,
    answer: str,
    titles: Sequence[str] = (),
    starts_on: date | None = None,
    by: User,
) -> None:
    """Answer a body that asked for its case to be looked at again.

    One that is upheld is proposed for `titles` and put before the public for the scheme's full working days
    of its own: nobody is granted a title that nobody could object to. A case that moved up meanwhile, or was
    right on another ground, stays as it is. Raises Refused without words, without a title, or for a first day
    that is over or more than a year away.
    """
    require(by, Perm.TITLE_MANAGE, made)
    require_unbarred(by, made.application)
    text = clean_text(answer, multiline=True)[:2000]
    if not text:
        raise Refused("请写明处理决定和依据。")
    Objection.objects.filter(pk=made.pk, status="submitted").update(answer=text, decided_by=by)
    OBJECTION_STEPS.take(made, "uphold" if is_upheld else "dismiss", by=by, note=text)
    application = made.application
    words = "维持原结果"
    if application.status == Application.Status.PROPOSED:
        words = f"{'申请成立' if is_upheld else '申请不成立'}，您单位已列入拟认定名单"
    elif is_upheld:
        last = _propose(application, made, titles, starts_on or local_today(), text, by=by)
        words = f"申请成立，改为拟认定，补充公示至{cn_date(last)}"
    notify(
        people_with(Perm.TITLE_APPLY, application),
        f"复核申请 {made.number}：{words}。",
        link=application.get_absolute_url(),
    )


def _propose(
    application: Application, made: Objection, titles: Sequence[str], first: date, text: str, *, by: User
) -> date:
    """Propose a case after all, in a place added to the notice and with days of its own; returns the last."""
    known = [code for code, _ in titles_to_propose(application) if code in titles]
    if not known:
        raise Refused("复核申请成立的，请选择拟授称号。")
    if first < local_today():
        raise Refused("公示开始日期不能早于今天。")
    if first > local_today() + timedelta(days=365):
        raise Refused("公示应在一年内开始，请核对开始日期。")
    last = notice_ends(first, application.round.scheme.notice_days)
    note = f"复核申请 {made.number} 成立：{text}"[:500]
    Round.objects.filter(pk=application.round_id).update(notice_places=F("notice_places") + 1)
    Application.objects.filter(pk=application.pk).update(
        proposed_titles=known, decision=note, notice_from=first, notice_until=last, reserve_place=None
    )
    PANEL_STEPS.take(application, "propose", by=by, note=note)
    return last


def tell_who_is_out(round: Round) -> None:
    """Tell the bodies that are not proposed until when they may contest it."""
    rows = Application.objects.filter(round=round, status="not_proposed")
    for application in rows.select_related("organization", "region").order_by("pk"):
        notify(
            people_with(Perm.TITLE_APPLY, application),
            f"{round.title}：您单位拟不认定。如有不同意见，可在{cn_date(round.notice_until)}前（含当日）申请复核。",
            link=application.get_absolute_url(),
        )


def tell_who_is_taken_off(application: Application, number: str) -> None:
    """Tell a body that an objection took it off the proposal and, while it may be contested, until when."""
    words = f"{application.round.title}：异议 {number} 成立，您单位改为拟不认定。"
    if application.may_be_contested(local_today()):
        until = cn_date(application.notice_days[1])
        words += f"如有不同意见，可在{until}前（含当日）申请复核。"
    notify(people_with(Perm.TITLE_APPLY, application), words, link=application.get_absolute_url())
