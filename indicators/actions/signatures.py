"""A district's head signs its yearly return before it is handed in, where the district wishes it.

Whoever sent the return to be signed does not sign it; while it waits, nothing in it changes.
"""

from django.db import transaction
from django.utils import timezone

from indicators.actions.returns import hand_in, ready
from indicators.actions.rounds import lock_open, require_filler
from indicators.models import RETURN_FLOW, HeadSignOff, Return
from indicators.queries.returns import is_signed_first
from portal import audit
from portal.accounts import User, people_with, require
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.regions import Level, Region
from portal.roles import Perm


@transaction.atomic
def wish_signature(region: Region, *, on: bool, by: User) -> HeadSignOff:
    """Let a district's yearly return be signed by its head before it is handed in, or no longer.

    Raises Refused for a place that is no district.
    """
    require(by, Perm.RETURN_SIGN, region)
    if region.level != Level.DISTRICT:
        raise Refused("只有区的年报可以设置负责人签核。")
    given = {"is_on": on, "changed_by": by, "changed_at": timezone.now()}
    row, _ = HeadSignOff.objects.update_or_create(region=region, defaults=given)
    audit.record(row, "wish", by=by, changes={"is_on": ["", on]})
    return row


@transaction.atomic
def ask_signature(filing: Return, *, by: User) -> None:
    """Send a return that is ready to the district's head; its cells stay as they are meanwhile.

    Raises Refused where no signature is wished, something is still to be done, or nobody else may sign.
    """
    require_filler(by, filing)
    lock_open(filing)
    if not is_signed_first(filing):
        raise Refused("本区没有设置负责人签核，请直接提交。")
    ready(filing)
    signers = people_with(Perm.RETURN_SIGN, filing.region).exclude(pk=by.pk)
    if not signers.exists():
        raise Refused("本区没有其他人可以签核，请账号管理员授权一位区科协负责人。")
    Return.objects.filter(pk=filing.pk).update(asked_by=by)
    filing.asked_by = by
    RETURN_FLOW.take(filing, "ask", by=by)
    notify(signers, f"{filing}已填好，请签核。", link=filing.get_absolute_url(), kind=Notice.Kind.TASK)


@transaction.atomic
def sign(filing: Return, *, by: User) -> None:
    """Sign a return that waits for it: it is handed in at once, with the signature.

    Raises Refused for whoever sent it to be signed, and if it has become unready.
    """
    held = _held(filing)
    require(by, Perm.RETURN_SIGN, filing)
    if held.asked_by_id == by.pk:
        raise Refused("送签的人不能自己签核，请由另一位负责人签核。")
    hand_in(filing, held, "sign", ready(filing), by=by)
    _tell_asker(held, f"{filing}已签核并提交。", Notice.Kind.INFO)


@transaction.atomic
def decline(filing: Return, *, note: str, by: User) -> None:
    """Give a return back to who filled it, with a reason. Raises Refused without one."""
    held = _held(filing)
    RETURN_FLOW.take(filing, "decline", by=by, note=note)
    _tell_asker(held, f"{filing}未获签核：{note}", Notice.Kind.TASK)


@transaction.atomic
def recall_signature(filing: Return, *, by: User) -> None:
    """Take a return back before it is signed, to change it."""
    require_filler(by, filing)
    RETURN_FLOW.take(filing, "recall", by=by)


def _held(filing: Return) -> Return:
    rows = Return.objects.select_for_update(of=("self",)).named().select_related("asked_by")
    return rows.get(pk=filing.pk)


def _tell_asker(held: Return, text: str, kind: str) -> None:
    if held.asked_by is not None:
        notify([held.asked_by], text, link=held.get_absolute_url(), kind=kind)
