"""Everything that changes accounts and grants: by the administrator of accounts, never his own."""

from collections.abc import Iterable

from django.db import transaction

from portal import audit, history
from portal.accounts import Grant, User, require
from portal.errors import Refused
from portal.notices import notify
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date


def _require_other(user: User, by: User) -> None:
    require(by, Perm.ACCOUNT_ADMIN, Region.objects.city())
    if user.pk is not None and user.pk == by.pk:
        raise Refused("不能修改自己的账号或授权，请由另一位账号管理员办理。")


@transaction.atomic
def save_account(user: User, *, by: User) -> User:
    """Enter an account, without a password, or keep changes to it.

    Raises PermissionDenied without the right, and Refused for one's own account.
    """
    _require_other(user, by)
    before = history.stored(user)
    if before is None:
        user.set_unusable_password()
    user.full_clean(exclude=["password"])
    changes = history.differences(before, user)
    user.save(update_fields=list(changes) if before else None)
    audit.record(user, "change" if before else "create", by=by, name=user.username, changes=changes)
    return user


@transaction.atomic
def save_grants(user: User, grants: Iterable[Grant], *, removed: Iterable[Grant] = (), by: User) -> None:
    """Give and take roles; effective with the next request, and its holder is told."""
    _require_other(user, by)
    for grant in removed:
        audit.record(user, "revoke", by=by, name=user.username, note=_words(grant))
        grant.delete()
    for grant in grants:
        grant.user = user
        grant.full_clean()
        grant.save()
        audit.record(user, "grant", by=by, name=user.username, note=_words(grant))
        notify([user], f"您的岗位已调整：{_words(grant)}。")


@transaction.atomic
def end_sessions(user: User, *, sessions: Iterable, by: User) -> None:
    """Sign somebody out everywhere."""
    _require_other(user, by)
    for session in sessions:
        session.end()
    audit.record(user, "end_sessions", by=by, name=user.username)


def _words(grant: Grant) -> str:
    until = f"，至{cn_date(grant.ends_on)}" if grant.ends_on else ""
    return f"{grant.get_role_display()} · {grant.region or grant.organization}{until}"
