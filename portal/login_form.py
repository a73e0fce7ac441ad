"""The sign-in form. An account that somebody guesses at is never locked: the next guess costs an answer."""

from datetime import timedelta

from allauth.account.forms import LoginForm as AllauthLoginForm
from axes.models import AccessFailureLog
from django import forms
from django.core.cache import cache
from django.utils import timezone

from portal import plain_question
from portal.errors import Refused

FREE_FAILURES = 30  # an hour and account, from all addresses together
WINDOW = timedelta(hours=1)


def is_guessed_at(username: str) -> bool:
    """Whether an account, existing or not, had too many wrong passwords within the hour."""
    since = timezone.now() - WINDOW
    failures = AccessFailureLog.objects.filter(username=username, attempt_time__gte=since)
    return failures.count() >= FREE_FAILURES


class LoginForm(AllauthLoginForm):
    """Name and password; a question in plain words too, once an account was guessed at from many places."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["login"].label = "账号"
        # The link to the reset stands below the form, for everybody alike.
        self.fields["password"].help_text = ""
        typed = str(self.data.get("login", ""))[:150].replace("\0", "")
        self.wants_answer = self.is_bound and is_guessed_at(typed)
        if self.wants_answer:
            self._add_question()

    def _add_question(self) -> None:
        """A fresh question for each try; the one answered is the one whose token came back."""
        self.sent = str(self.data.get("token", ""))[:300], str(self.data.get("answer", ""))[:20]
        question, token = plain_question.ask()
        self.fields["answer"] = forms.CharField(label="验证问题", help_text=question, max_length=10)
        self.fields["token"] = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)
        self.data = self.data.copy()
        self.data["token"], self.data["answer"] = token, ""
        self.fields["answer"].required = False

    def clean(self):
        """The password is looked at only after the answer."""
        if self.wants_answer and not self._is_answered():
            raise forms.ValidationError("这个账号近期多次输错密码，请回答下面的问题后再登录。")
        return super().clean()

    def _is_answered(self) -> bool:
        token, answer = self.sent
        try:
            right = bool(token) and plain_question.is_right(token, answer)
        except Refused:
            return False
        return right and cache.add(f"login-question:{token[-64:]}", 1, WINDOW.total_seconds())
