"""Sign-in by django-allauth: nobody registers here; second-factor secrets are sealed in the database."""

import base64
import uuid

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from portal import audit
from portal.encryption import seal, unseal

# Authenticators have no uuid of their own; the field name binds the secret to this use.
SECRET_OWNER = uuid.uuid5(uuid.NAMESPACE_DNS, "mfa.authenticator")


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        """Accounts are given by the administrator of accounts."""
        return False

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
