"""Links by which somebody sets a password: for a new account, or after one was forgotten.

A link works once, for at most a day (PASSWORD_RESET_TIMEOUT), and no longer once the password was changed:
its signature covers the password's hash. It goes by mail; only where an account has no mail address does the
administrator of accounts see it, once, to hand it over in person.
"""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm


def link_for(user: User) -> str:
    key = default_token_generator.make_token(user)
    where = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return f"{settings.SITE_URL}{where}"


@transaction.atomic
def invite(user: User, *, by: User) -> str:
    """Send the link by mail and return ""; without a mail address return it, to be handed over.

    Raises PermissionDenied without the right, and Refused for one's own or a closed account.
    """
    require(by, Perm.ACCOUNT_ADMIN, Region.objects.city())
    if user.pk == by.pk:
        raise Refused("不能给自己的账号发链接，请在“我的账号”修改密码。")
    if not user.is_active:
        raise Refused(f"账号 {user.username} 已停用，请先启用。")
    link = link_for(user)
    audit.record(user, "invite", by=by, name=user.username, note="邮件" if user.email else "当面交付")
    if not user.email:
        return link
    text = render_to_string("mail/invitation.txt", {"user": user, "link": link})
    transaction.on_commit(
        lambda: send_mail("设置登录密码", text, settings.DEFAULT_FROM_EMAIL, [user.email]), robust=True
    )
    return ""
