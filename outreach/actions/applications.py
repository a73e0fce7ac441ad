"""An application: begun and handed in by a unit, checked by its district, then by the association."""

import uuid
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from outreach.actions.cells import cleaned, keep_fillers, merge, require_applicant
from outreach.models import (
    APPLICATION_STEPS,
    MOST_FILES,
    Application,
    ApplicationFile,
    Gate,
    GateFinding,
    Round,
)
from outreach.queries.assessments import banned_until
from outreach.queries.cells import CELLS
from outreach.queries.rounds import gaps, gate_states, known_facts, least_facts, proof_choices
from portal import audit, files, history
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify, people_with
from portal.organizations import Organization
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date


@transaction.atomic
def begin_application(
    round: Round, organization: Organization, *, category: str, key: uuid.UUID, by: User
) -> Application:
    """Begin a draft for a body; the same form sent twice gives the same draft.

    The draft belongs to the body: everybody who acts for it may go on with it. What the portal knows is
    filled in. Raises Refused outside the days of the round or if there is one already.
    """
    made = Application.objects.filter(key=key, organization=organization, round=round).first()
    if made:
        require_applicant(by, made)
        return made
    application = Application(
        round=round,
        organization=organization,
        region=organization.region,
        category=category,
        key=key,
        contact=organization.contact,
        phone=organization.phone,
        created_by=by,
        **known_facts(organization, round.data_year),
        **least_facts(organization, round.data_year),
    )
    require_applicant(by, application)
    if round.status != Round.Status.OPEN or not application.is_in_time:
        raise Refused(
            f"申报时间为{cn_date(round.apply_from)} 至 {cn_date(round.apply_until)}，现在不能申报。"
        )
    banned = banned_until(organization, local_today())
    if banned:
        raise Refused(f"本单位在{cn_date(banned)}前不得申报。")
    if Application.objects.filter(round=round, organization=organization).exists():
        raise Refused("本单位在本批次已有申报，请在原申报上修改。")
    application.full_clean()
    application.save(force_insert=True)
    audit.record(application, "create", by=by)
    return application


@transaction.atomic
def save_application(
    application: Application,
    *,
    by: User,
    seen: int | None = None,
    shown: Mapping[str, str] | None = None,
) -> Application:
    """Keep what was filled in so far; `seen` is the revision the person had before them, `shown` what stood
    in each cell then: with it, what a colleague filled elsewhere stays.

    Raises Refused once it is handed in and ChangedMeanwhile if a colleague was faster.
    """
    before = history.stored(application)
    require_applicant(by, before)
    if not before.may_be_changed:
        raise Refused(f"申报{before.get_status_display()}，不能再修改。")
    for name in CELLS:
        setattr(application, name, cleaned(name, getattr(application, name)))
    if shown:
        merge(before, application, shown)
    elif seen is not None and before.revision != seen:
        raise ChangedMeanwhile("您打开页面后，同事已修改本申报。您填写的内容仍在页面上，请核对后再次保存。")
    for name, value in known_facts(before.organization, before.round.data_year).items():
        setattr(application, name, value)  # what the portal counted is not typed
    for name, least in least_facts(before.organization, before.round.data_year).items():
        value = getattr(application, name)
        if value is not None and value < least:
            label = application._meta.get_field(name).verbose_name
            raise ValidationError({name: f"“{label}”不能少于平台已统计的 {least}。"})
    application.revision = before.revision + 1
    application.full_clean()
    changes = history.differences(before, application)
    application.save(update_fields=[*changes, "revision"])
    keep_fillers(application, [name for name in changes if name in CELLS], by=by, at=timezone.now())
    audit.record(application, "change", by=by, changes=changes)
    return application


@transaction.atomic
def add_file(application: Application, upload, *, proves: str, is_blind: bool, by: User) -> ApplicationFile:
    """Keep a file with an application. Raises Refused if it is of no use here or there are too many."""
    require_applicant(by, application)
    if not application.may_be_changed:
        raise Refused("申报已提交，不能再增减材料。")
    if proves not in dict(proof_choices(application.round)):
        raise Refused("请选择材料证明的事项。")
    if application.files.count() >= MOST_FILES:
        raise Refused(f"每份申报最多 {MOST_FILES} 个材料，请合并后上传。")
    # A picture is drawn anew and keeps nothing of its author; other files name them in their properties.
    kinds = files.IMAGES if is_blind else files.DOCUMENTS | files.IMAGES
    kept = files.store(
        upload,
        by=by,
        region=application.region,
        organization=application.organization,
        kinds=kinds,
        needs=Perm.TITLE_CASE,
    )
    row = ApplicationFile.objects.create(
        application=application, proves=proves, attachment=kept, is_blind=is_blind
    )
    audit.record(application, "add_file", by=by, note=proves)
    return row


@transaction.atomic
def remove_file(row: ApplicationFile, *, by: User) -> None:
    """Take a file away from a draft."""
    require_applicant(by, row.application)
    if not row.application.may_be_changed:
        raise Refused("申报已提交，不能再增减材料。")
    attachment = row.attachment
    row.delete()
    files.remove(attachment)
    audit.record(row.application, "remove_file", by=by, note=row.proves)


# --- Handing in -----------------------------------------------------------------------------------


@transaction.atomic
def submit_application(application: Application, *, by: User) -> None:
    """Hand an application in; a returned one comes again until the districts' last day.

    Raises Refused if something is missing or the day is over.
    """
    require_applicant(by, application)
    missing = gaps(application)
    if missing:
        raise Refused(
            f"还有 {len(missing)} 项未填：{'、'.join(gap.name for gap in missing[:3])}等，请补齐后提交。"
        )
    round = application.round
    if not application.is_in_time:
        last = round.recommend_until if application.submitted_at else round.apply_until
        raise Refused(f"已于{cn_date(last)}截止，不再受理。")
    if round.status != Round.Status.OPEN:
        raise Refused("本批次已转入评审，不再受理。")
    name = _way_in(application)
    APPLICATION_STEPS.take(application, name, by=by)
    Application.objects.filter(pk=application.pk).update(remarks={})
    application.remarks = {}
    told = Perm.TITLE_RECOMMEND if round.scheme.has_district_step else Perm.TITLE_MANAGE
    _tell(
        people_with(told, application),
        application,
        f"“{application.organization}”提交了{round}的申报，请办理。",
    )


def _way_in(application: Application) -> str:
    if application.status == Application.Status.RETURNED:
        return "resubmit"
    return "submit" if application.round.scheme.has_district_step else "submit_directly"


@transaction.atomic
def withdraw_application(application: Application, *, note: str, by: User) -> None:
    """Take an application back before it goes to the panel. Raises Refused without a reason."""
    require_applicant(by, application)
    APPLICATION_STEPS.take(application, "withdraw", by=by, note=note)


# --- The district ---------------------------------------------------------------------------------


@transaction.atomic
def return_application(application: Application, *, remarks: Mapping[str, str], note: str, by: User) -> None:
    """Send an application back with a word on single fields, which the unit then sees beside them.

    Raises Refused without a reason, or after the districts' last day: then there is no time to answer.
    """
    if local_today() > application.round.recommend_until:
        raise Refused("区级推荐已截止，不能再退回补正。")
    known = {name: clean_text(text)[:300] for name, text in remarks.items() if text.strip()}
    if any(name not in _fields() for name in known):
        raise Refused("补正意见所指的栏目不存在，请刷新页面后重试。")
    APPLICATION_STEPS.take(application, "send_back", by=by, note=note)
    Application.objects.filter(pk=application.pk).update(remarks=known)
    application.remarks = known
    _tell(
        people_with(Perm.TITLE_APPLY, application),
        application,
        f"{application.round}的申报被退回补正：{note}（{cn_date(application.round.recommend_until)}前提交）",
        kind=Notice.Kind.TASK,
    )


def _fields() -> set[str]:
    return {field.name for field in Application._meta.concrete_fields if field.editable} | {"files"}


@transaction.atomic
def recommend(application: Application, *, rank: int, opinion: str, by: User) -> None:
    """Recommend an application to the city, with its place among the district's.

    Raises Refused without an opinion, for a place given to another, or after the last day.
    """
    require(by, Perm.TITLE_RECOMMEND, application)
    if local_today() > application.round.recommend_until:
        raise Refused(f"区级推荐已于{cn_date(application.round.recommend_until)}截止。")
    taken = Application.objects.filter(
        round=application.round, region=application.region, district_rank=rank
    ).exclude(pk=application.pk)
    if rank < 1 or taken.exists():
        raise Refused(f"排序 {rank} 已给了另一家单位或不是正整数，请换一个。")
    APPLICATION_STEPS.take(application, "recommend", by=by, note=opinion)
    values = {"district_rank": rank, "district_opinion": clean_text(opinion)[:500]}
    Application.objects.filter(pk=application.pk).update(**values)
    application.district_rank, application.district_opinion = values.values()
    _tell(
        people_with(Perm.TITLE_APPLY, application),
        application,
        f"您单位的申报已由区级推荐：{application.round}。",
    )


@transaction.atomic
def not_recommend(application: Application, *, note: str, by: User) -> None:
    """Say no for the district. Raises Refused without a reason."""
    require(by, Perm.TITLE_RECOMMEND, application)
    APPLICATION_STEPS.take(application, "not_recommend", by=by, note=note)
    Application.objects.filter(pk=application.pk).update(district_opinion=clean_text(note)[:500])
    _tell(people_with(Perm.TITLE_APPLY, application), application, f"区级不予推荐您单位的申报：{note}")


# --- The formal check -----------------------------------------------------------------------------


@transaction.atomic
def examine(
    application: Application,
    findings: Mapping[int, tuple[bool, str]],
    *,
    blind: set[int],
    is_done: bool = False,
    by: User,
) -> None:
    """Write down which gates an application meets (gate → met, why not) and which of its files were looked
    at and name nobody; `is_done` lets it go on to the panel.

    Raises Refused if a gate is said to be met although the figures are below its threshold, is missed
    without a reason, or, when done, is missed or was not looked at.
    """
    require(by, Perm.TITLE_MANAGE, application)
    if application.status != Application.Status.RECOMMENDED:
        raise Refused("只有待形式审查的申报可以审查。")
    computed = {row["gate"].pk: row["computed"] for row in gate_states(application)}
    for gate in Gate.objects.filter(form=application.round.form, pk__in=findings):
        is_met, note = findings[gate.pk]
        if is_met and computed.get(gate.pk) is False:
            raise Refused(f"“{gate.name}”：填报数据低于门槛，不能判为符合。")
        if not is_met and not note.strip():
            raise Refused(f"“{gate.name}”不符合，请写明原因。")
        GateFinding.objects.update_or_create(
            application=application, gate=gate, defaults={"is_met": is_met, "note": clean_text(note)[:300]}
        )
    marked = application.files.filter(is_blind=True)
    marked.update(is_checked_blind=False)
    marked.filter(pk__in=blind).update(is_checked_blind=True)
    audit.record(application, "examine", by=by)
    if is_done:
        _admit(application, by=by)


def _admit(application: Application, *, by: User) -> None:
    found = dict(GateFinding.objects.filter(application=application).values_list("gate_id", "is_met"))
    for gate in application.round.form.gates.all():
        if gate.pk not in found:
            raise Refused(f"“{gate.name}”未审查，请逐项审查后再通过。")
        if not found[gate.pk]:
            raise Refused(f"“{gate.name}”不符合，不能通过形式审查。")
    APPLICATION_STEPS.take(application, "admit", by=by)


@transaction.atomic
def turn_down(application: Application, *, note: str, by: User) -> None:
    """Say that an application does not pass the formal check, or that its district never recommended it.

    Raises Refused without a reason, or while it is still with its district.
    """
    if application.is_with_district and local_today() <= application.round.recommend_until:
        raise Refused("区级推荐尚未截止，请等区级办理。")
    APPLICATION_STEPS.take(application, "turn_down", by=by, note=note)
    _tell(people_with(Perm.TITLE_APPLY, application), application, f"形式审查未通过：{note}")


def _tell(people, application: Application, text: str, *, kind: str = Notice.Kind.INFO) -> None:
    notify(people, text, link=application.get_absolute_url(), kind=kind)
