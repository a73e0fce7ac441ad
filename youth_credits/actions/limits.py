"""Time limits and periods of keeping: rows that documents set, kept one by one or by a sheet."""

from django.db import transaction

from portal import history
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm
from youth_credits.actions.registers import keep_row, put
from youth_credits.models import RetentionRule, TimeLimit

IN_USE = "已启用的期限不能修改：在办的事项按它计算。请新增一条，启用日期填今天以后。"
TOO_EARLY = "启用日期须晚于今天，在办的事项不能事后改变期限。"


@transaction.atomic
def save_limit(limit: TimeLimit, *, by: User) -> TimeLimit:
    """Keep a time limit that is to come. Raises Refused for one that counts already, PermissionDenied for
    anybody but the association's staff, ValidationError where a rule says no.
    """
    require(by, Perm.PROTECTION_MANAGE, Region.objects.city())
    today = local_today()
    before = history.stored(limit)
    if limit.pk and TimeLimit.objects.filter(pk=limit.pk, in_force_from__lte=today).exists():
        raise Refused(IN_USE)
    if limit.in_force_from <= today:
        raise Refused(TOO_EARLY)
    return keep_row(limit, before, by=by)


def create_limit(*, by: User, **fields) -> TimeLimit:
    """Enter a time limit from plain values. Raises as `save_limit` does."""
    return save_limit(TimeLimit(**fields), by=by)


def change_limit(limit: TimeLimit, *, by: User, **fields) -> TimeLimit:
    """Change plain values of a time limit. Raises as `save_limit` does."""
    return save_limit(put(limit, fields), by=by)


@transaction.atomic
def save_period(rule: RetentionRule, *, by: User) -> RetentionRule:
    """Keep how long one kind of record is kept. What a night has shown already is asked again before it is
    carried out. Raises as `save_limit` does.
    """
    require(by, Perm.PROTECTION_MANAGE, Region.objects.city())
    return keep_row(rule, history.stored(rule), by=by)


def create_period(*, by: User, **fields) -> RetentionRule:
    """Enter a period from plain values. Raises as `save_limit` does."""
    return save_period(RetentionRule(**fields), by=by)


def change_period(rule: RetentionRule, *, by: User, **fields) -> RetentionRule:
    """Change plain values of a period. Raises as `save_limit` does."""
    return save_period(put(rule, fields), by=by)
