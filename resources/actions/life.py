"""Keeping what is published true: asking, confirming, and taking off what nobody answers for."""

from collections.abc import Iterable
from datetime import datetime

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, Value, When
from django.urls import reverse

from portal import audit
from portal.accounts import User
from portal.calendar import local_today
from portal.errors import Refused
from portal.notices import notify
from portal.templatetags.portal_tags import cn_date
from resources.actions.menu import refresh
from resources.actions.registry import archive
from resources.models import REVIEW, Resource
from resources.queries.life import asked_people, confirm_token, due_days, lapsed, may_answer, to_ask

MOST_A_NIGHT = 2000
CLOCK = "平台"


@transaction.atomic
def confirm(resource: Resource, *, by: User, at: datetime, note: str = "") -> None:
    """Say that everything published of a resource is still right.

    Raises PermissionDenied for anybody who neither keeps nor checks it, Refused unless it is published.
    """
    if not confirm_many([resource.pk], by=by, at=at, note=note):
        raise Refused("只有已发布的资源需要核实。")


@transaction.atomic
def confirm_many(keys: Iterable[int], *, by: User, at: datetime, note: str = "") -> set[int]:
    """Confirm each as `confirm` does, in a fixed number of statements; returns which were published.

    Raises PermissionDenied if `by` may not answer for one of them: then none is confirmed.
    """
    rows = Resource.objects.select_for_update(of=("self",)).select_related("kind", "region", "organization")
    held = list(rows.filter(pk__in=list(keys)).order_by("pk"))
    if not all(may_answer(by, resource) for resource in held):
        raise PermissionDenied("您没有核实这条资源的权限。")
    public = [resource for resource in held if resource.is_public]
    if not public:
        return set()
    day = local_today(at)
    with pghistory.context(by=str(by), what="核实信息", note=note):
        due = Case(*(When(pk__in=same, then=Value(on)) for on, same in due_days(public, day).items()))
        rows = Resource.objects.filter(pk__in=[resource.pk for resource in public])
        rows.update(confirmed_on=day, confirm_by=due, asked_on=None)
    audit.record_many(
        public, "confirm", by=by, changes=lambda was: {"confirmed_on": [was.confirmed_on, day]}, note=note
    )
    return {resource.pk for resource in public}


def close(resource: Resource, *, by: User, note: str = "单位告知已停办") -> None:
    """Take off what its owner says is no more. Raises PermissionDenied for anybody who may not edit it."""
    archive(resource, by=by, note=note)


@transaction.atomic
def ask_confirmations(at: datetime) -> int:
    """Ask the owners of what is due, each by a link of their own; returns how many resources. Every night.

    What nobody is there to be asked about waits until somebody is, and does not lapse meanwhile.
    """
    day = local_today(at)
    due = list(to_ask(day).select_for_update(of=("self",), skip_locked=True)[:MOST_A_NIGHT])
    asked = [(resource, people) for resource in due if (people := list(asked_people(resource)))]
    for resource, people in asked:
        words = "已到期" if resource.confirm_by <= day else f"请在{cn_date(resource.confirm_by)}前答复"
        for person in people:
            notify(
                [person],
                f"请核实资源“{resource.title}”：仍正确、有变化还是已停办？{words}。点链接即可答复。",
                link=reverse("resources:confirm", args=[confirm_token(resource, person)]),
                kind="task",
            )
    Resource.objects.filter(pk__in=[resource.pk for resource, _ in asked]).update(asked_on=day)
    return len(asked)


@transaction.atomic
def take_off_unconfirmed(at: datetime) -> int:
    """Take off the menu what was due, asked for and not answered within its kind's grace. Every night."""
    day = local_today(at)
    late = list(lapsed(day).select_for_update(of=("self",), skip_locked=True)[:MOST_A_NIGHT])
    for resource in late:
        note = f"应于{cn_date(resource.confirm_by)}前核实，{cn_date(resource.asked_on)}催核后无人答复"
        with pghistory.context(by=CLOCK, what=REVIEW.steps["lapse"].label, note=note):
            REVIEW.take(resource, "lapse", by=None, note=note, at=at)
        words = f"资源“{resource.title}”到期未核实，已从菜单下架。核对后可恢复为草稿再提交。"
        notify(asked_people(resource), words, link=resource.get_desk_url(), kind="task")
    if late:
        refresh([resource.pk for resource in late])
    return len(late)
