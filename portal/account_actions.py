"""Everything that changes accounts and grants: by the administrator of accounts, never his own."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from portal import audit, history
from portal.accounts import Grant, User, people_with, require
from portal.errors import Refused
from portal.notices import NoticeChoice, notify
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


# What an administrator did to an account: from then on its days count anew.
LOOKED_AFTER = ("create", "change", "grant")


@transaction.atomic
def rest_dormant(*, at: datetime) -> list[User]:
    """Disable the accounts that nobody has used for `DORMANT_DAYS`, and tell the administrators of accounts.

    Those administrators themselves stay: who else could enable an account again? One that was enabled,
    entered or given a post within these days stays too.
    """
    if not settings.DORMANT_DAYS:
        return []
    since = at - timedelta(days=settings.DORMANT_DAYS)
    administrators = people_with(Perm.ACCOUNT_ADMIN, Region.objects.city())
    looked_after = audit.AuditEntry.objects.filter(
        subject_type=User._meta.label,
        subject_id=Cast(OuterRef("pk"), CharField()),
        action__in=LOOKED_AFTER,
        at__gte=since,
    )
    dormant = list(
        User.objects.select_for_update(of=("self",))
        .filter(Q(last_login__lt=since) | Q(last_login=None), is_active=True, date_joined__lt=since)
        .filter(~Exists(looked_after))
        .exclude(pk__in=administrators)
        .order_by("pk")
    )
    for user in dormant:
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit.record(
            user,
            "rest",
            by=None,
            name=user.username,
            changes={"is_active": [True, False]},
            note=f"{settings.DORMANT_DAYS} 天未登录",
        )
    if dormant:
        days = settings.DORMANT_DAYS
        notify(administrators, f"{len(dormant)} 个账号超过 {days} 天未登录，已停用；仍需使用的请重新启用。")
    return dormant


@transaction.atomic
def set_notice_ways(person: User, ways: dict[str, str], *, by: User | None) -> None:
    """Set how a person wants these kinds of notices; `by` is nobody where the link of a mail says so.

    The database refuses to stop what cannot be stopped.
    """
    for kind, way in ways.items():
        NoticeChoice.objects.update_or_create(person=person, kind=kind, defaults={"way": way})
    said = "，".join(f"{kind}={way}" for kind, way in ways.items())
    audit.record(
        person, "notice_ways", by=by, name=person.username, note=said if by else f"凭邮件链接：{said}"
    )


@transaction.atomic
def set_mail(person: User, is_wanted: bool, *, by: User | None) -> None:
    """Stop all mail of notices that can be stopped, or send it again as each kind is set."""
    person.wants_digest = is_wanted
    person.save(update_fields=["wants_digest"])
    audit.record(
        person,
        "notice_ways",
        by=by,
        name=person.username,
        changes={"wants_digest": [not is_wanted, is_wanted]},
        note="" if by else "凭邮件链接",
    )


def _words(grant: Grant) -> str:
    until = f"，至{cn_date(grant.ends_on)}" if grant.ends_on else ""
    return f"{grant.get_role_display()} · {grant.region or grant.organization}{until}"
