"""The forms that ask for a second factor's code; a wrong one is written down, and never what was typed."""

from allauth.mfa.base import forms as allauth_forms
from django import forms
from django.contrib.auth.models import AnonymousUser

from portal import audit


class AuthenticateForm(allauth_forms.AuthenticateForm):
    """At sign-in: whoever types the code knows the password, and is nobody yet."""

    def clean_code(self) -> str:
        return _noted(super().clean_code, of=self.user, by=AnonymousUser())


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """At a step that asks again, of somebody who is signed in."""

    def clean_code(self) -> str:
        return _noted(super().clean_code, of=self.user, by=self.user)


def _noted(check, *, of, by) -> str:
    try:
        return check()
    except forms.ValidationError:
        audit.event("factor_failed", by=by, kind="session", subject_id=str(of.pk), name=str(of))
        raise
