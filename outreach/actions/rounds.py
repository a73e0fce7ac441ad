"""A round from its notice to its end."""

from django.db import transaction

from outreach.models import ROUND_STEPS, Application, Round
from portal import audit, history
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.notices import notify
from portal.regions import Region
from portal.roles import Perm, roles_with
from portal.templatetags.portal_tags import cn_date


@transaction.atomic
def save_round(round: Round, *, by: User) -> Round:
    """Write a round or keep changes to it; once announced, its days may only be moved on.

    Raises PermissionDenied, ValidationError where a rule says no, and Refused after it was announced
    if a day is moved back or the form is changed.
    """
    before = history.stored(round)
    round.region = Region.objects.city()
    require(by, Perm.TITLE_MANAGE, round.region)
    if before is None:
        round.created_by = by
    elif before.status != Round.Status.DRAFT:
        _check_announced(before, round)
    round.full_clean()
    if round.form.scheme_id != round.scheme_id:
        raise Refused("评分表不属于所选的认定方案，请重新选择。")
    changes = history.differences(before, round)
    round.save(update_fields=list(changes) if before else None)
    audit.record(round, "change" if before else "create", by=by, changes=changes)
    return round


def _check_announced(before: Round, after: Round) -> None:
    if before.status != Round.Status.OPEN:
        raise Refused("批次已转入评审，不能再修改。")
    if (before.scheme_id, before.form_id) != (after.scheme_id, after.form_id):
        raise Refused("通知已发布，认定方案和评分表不能再换。")
    if after.apply_until < before.apply_until or after.recommend_until < before.recommend_until:
        raise Refused("通知已发布，截止日期只能顺延，不能提前。")


@transaction.atomic
def announce(round: Round, *, by: User) -> None:
    """Put a round's notice before the public and tell the units and districts that may take part.

    Raises Refused without a text or if its last day is over.
    """
    if not round.text.strip():
        raise Refused("请先填写通知正文。")
    if round.apply_until < local_today():
        raise Refused("申报截止日期已过，请先修改日期。")
    ROUND_STEPS.take(round, "announce", by=by)
    holders = User.objects.filter(is_active=True)
    units = holders.filter(grants__role__in=roles_with(Perm.TITLE_APPLY))
    districts = holders.filter(grants__role__in=roles_with(Perm.TITLE_RECOMMEND))
    text = f"{round.title}：申报时间至{cn_date(round.apply_until)}，请按通知办理。"
    notify(_people(units, districts), text, link=round.get_absolute_url())


def _people(*queries) -> list[User]:
    found = {person.pk: person for query in queries for person in query.distinct()}
    return [found[key] for key in sorted(found)]


@transaction.atomic
def begin_review(round: Round, *, by: User) -> None:
    """No more applications are taken; what districts have not answered stays named on the page.

    Raises Refused before the last day of the districts.
    """
    if local_today() <= round.recommend_until:
        waiting = Application.objects.filter(round=round, status__in=["submitted", "returned"]).count()
        if waiting:
            raise Refused(f"区级推荐尚未截止，还有 {waiting} 件待区级办理。")
    ROUND_STEPS.take(round, "begin_review", by=by)


@transaction.atomic
def close_round(round: Round, *, by: User) -> None:
    """End a round. Raises Refused while a case of it is open."""
    waiting = Application.objects.filter(round=round).open()
    first = waiting.select_related("organization").order_by("pk").first()
    if first:
        raise Refused(
            f"还有 {waiting.count()} 件未办结（如“{first.organization}”：{first.get_status_display()}），"
            "请逐件作出决定后再结束批次。"
        )
    ROUND_STEPS.take(round, "close", by=by)
