"""Who may sit on panels, and of the staff who must keep out of a case."""

from collections.abc import Iterable

from django.db import transaction

from outreach.models import Application, PanelMember, StaffRecusal
from outreach.queries.panel import barred_bodies
from portal import audit, history
from portal.accounts import User, require
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm

# --- The pool -------------------------------------------------------------------------------------


@transaction.atomic
def keep_panel_member(
    user: User,
    *,
    organization: Organization | None,
    categories: Iterable[str],
    is_active: bool = True,
    by: User,
) -> PanelMember:
    """Enter somebody in the pool, keep changes, or take them out of it (`is_active=False`).

    Raises PermissionDenied, ValidationError, and Refused for an account that cannot score.
    """
    require(by, Perm.TITLE_MANAGE, Region.objects.city())
    if is_active and not user.is_active:
        raise Refused("该账号已停用，不能入评委库。")
    if is_active and not user.can(Perm.TITLE_SCORE):
        raise Refused("该账号没有评审打分的权限，请先授予“科普专家”岗位，再入评委库。")
    member = PanelMember.objects.filter(user=user).first() or PanelMember(user=user)
    before = history.stored(member)
    member.organization, member.categories, member.is_active = organization, list(categories), is_active
    return _kept(member, before, by=by)


@transaction.atomic
def panel_member_follows(
    user: User, *, organization: Organization | None, is_active: bool, by: User | None, note: str
) -> PanelMember | None:
    """Let a member's body follow the talent pool's, and who left that leave this one; None if nothing does.

    A consequence of what was done there: it asks no permission of its own and takes nobody in.
    """
    member = PanelMember.objects.filter(user=user, is_active=True).first()
    if member is None:
        return None
    before = history.stored(member)
    member.organization, member.is_active = organization, is_active
    if not history.differences(before, member):
        return None
    return _kept(member, before, by=by, note=note)


def _kept(member: PanelMember, before: PanelMember | None, *, by: User | None, note: str = "") -> PanelMember:
    member.full_clean()
    changes = history.differences(before, member)
    member.save(update_fields=[*changes] if before else None)
    act = "change" if before else "create"
    audit.record(member, act, by=by, name=str(member.user), changes=changes, note=note)
    return member


# --- Staff who keep out ---------------------------------------------------------------------------


@transaction.atomic
def declare_recusal(application: Application, *, reason: str, by: User) -> StaffRecusal:
    """Somebody of the staff declares an interest in a body and from then on decides nothing about it.

    Raises Refused without a reason, or if it was declared before.
    """
    require(by, Perm.TITLE_MANAGE, application)
    text = clean_text(reason)[:300]
    if not text:
        raise Refused("请写明回避的原因。")
    declared, is_new = StaffRecusal.objects.get_or_create(
        user=by, organization=application.organization, defaults={"reason": text}
    )
    if not is_new:
        raise Refused("您已对该单位声明回避。")
    audit.record(declared, "create", by=by, note=text)
    return declared


def require_unbarred(by: User, *applications: Application) -> None:
    """Raises Refused if `by` has an interest in a body whose case is to be decided."""
    bodies = barred_bodies(by)
    barred = [row.organization.name for row in applications if row.organization_id in bodies]
    if barred:
        raise Refused(f"您与{'、'.join(barred)}有利害关系，须回避，请由其他工作人员办理。")
