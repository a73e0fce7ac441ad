"""Sign-in by django-allauth: nobody registers here; second-factor secrets are sealed in the database."""

import base64
import uuid

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.models import AnonymousUser

from portal import audit
from portal.accounts import User
from portal.encryption import seal, unseal

# Authenticators have no uuid of their own; the field name binds the secret to this use.
SECRET_OWNER = uuid.uuid5(uuid.NAMESPACE_DNS, "mfa.authenticator")


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        """Accounts are given by the administrator of accounts."""
        return False

    def authentication_failed(self, request, **credentials) -> None:
        """Write down a wrong name or password: the account, if there is one, and never what was typed.

        People type their password into the field of the name; what is no account leaves no words.
        """
        super().authentication_failed(request, **credentials)
        typed = str(credentials.get("username", ""))[:150].replace("\0", "")
        user = User.objects.filter(username=typed).first()
        known = {"subject_id": str(user.pk), "name": str(user)} if user else {"note": "没有这个账号"}
        audit.event("sign_in_failed", by=AnonymousUser(), kind="session", **known)

    def login(self, request, user) -> None:
        """Sign in, and write it down."""
        super().login(request, user)
        audit.event("sign_in", by=user, kind="session")

    def logout(self, request) -> None:
        """Sign out, and write it down."""
        user = request.user
        super().logout(request)
        audit.event("sign_out", by=user, kind="session")


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request, sociallogin) -> bool:
        """The city's sign-in opens an existing account; it makes none."""
        return False


class MfaAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, field="mfa.secret", owner=SECRET_OWNER)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), field="mfa.secret", owner=SECRET_OWNER)
