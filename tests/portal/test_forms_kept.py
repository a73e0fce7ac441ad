"""What was typed is not lost when a session ends: in a browser that keeps cookies and names its origin."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.notices import Notice, notify
from portal.roles import Role
from tests.factories import UserFactory

PASSWORD = "long-enough-for-a-test-2026"
TYPED = [("title", "写了很久的话"), ("day", "周一"), ("day", "周三"), ("code", "SZ-01")]
AWAY = "请重新登录"


class Form(HTMLParser):
    """The fields of the form of a page that is not the head's."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.feed(page[page.index('<main class="frame__main"') :])

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "input" and said.get("name"):
            self.fields.append((said["name"], said.get("value") or ""))


class Browser:
    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.origin = "http://testserver"

    def get(self, url: str):
        return self.client.get(url)

    def send(self, url: str, fields, **files):
        data: dict[str, list] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return self.client.post(url, data | files, headers={"Origin": self.origin})

    def sign_in(self, user) -> None:
        form = Form(self.get(reverse("account_login")).content.decode())
        fields = [pair for pair in form.fields if pair[0] not in ("login", "password")]
        sent = self.send(
            reverse("account_login"), [*fields, ("login", user.username), ("password", PASSWORD)]
        )
        assert sent.url == reverse("desk")

    def sign_out(self) -> None:
        form = Form(self.get(reverse("account_logout")).content.decode())
        assert self.send(reverse("account_logout"), form.fields).status_code == 302


@pytest.fixture
def clerk(school):
    user = UserFactory(username="clerk", name="赵老师", holding=(Role.SCHOOL, school))
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    notify([user], "有一件事")
    return user


@pytest.fixture
def browser(clerk):
    browser = Browser()
    browser.sign_in(clerk)
    return browser


@pytest.fixture
def form(browser):
    """The form as it stood on the page before the session ended."""
    page = browser.get(reverse("inbox")).content.decode()
    return [pair for pair in Form(page).fields if pair[0] == "csrfmiddlewaretoken"] + TYPED


def idle(browser):
    session = browser.client.session
    session["seen"] = 0
    session.save()


def too_long(browser):
    session = browser.client.session
    session["began"] = 0
    session.save()


def expired(browser):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def cookie_gone(browser):
    del browser.client.cookies[settings.SESSION_COOKIE_NAME]


def left_in_another_tab(browser):
    browser.sign_out()


def ended_from_elsewhere(browser):
    Session.objects.all().delete()


ENDS = [idle, too_long, expired, cookie_gone, left_in_another_tab, ended_from_elsewhere]


@pytest.mark.parametrize("end", ENDS)
def test_a_form_whose_session_ended_comes_back_and_is_sent_after_signing_in(browser, form, clerk, end):
    address = reverse("inbox_read")
    end(browser)

    kept = browser.send(address, form)
    again = browser.send(address, Form(kept.content.decode()).fields)
    browser.sign_in(clerk)
    asked = browser.send(address, Form(again.content.decode()).fields)
    fields = Form(asked.content.decode()).fields
    done = browser.send(address, fields)

    assert (kept.status_code, again.status_code, asked.status_code) == (401, 401, 403)
    assert AWAY in kept.content.decode()
    assert "将以“赵老师”的账号提交" in asked.content.decode()
    assert [pair for pair in fields if pair[0] != "csrfmiddlewaretoken"] == TYPED
    assert (done.status_code, done.url) == (302, reverse("inbox"))
    assert not Notice.objects.unread().exists()


@pytest.mark.parametrize("end", ENDS)
def test_passwords_and_files_do_not_come_back_and_nothing_is_stored(browser, form, end):
    end(browser)

    kept = browser.send(
        reverse("inbox_read"),
        [*form, ("password", "secret-1"), ("new_password1", "secret-2")],
        file=SimpleUploadedFile("a.txt", b"secret-3"),
    )

    assert "写了很久的话" in kept.content.decode()
    assert "secret-" not in kept.content.decode()
    assert kept.headers["Cache-Control"] == "no-store, private"
    assert Notice.objects.unread().exists()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://testserver.example"])
def test_what_another_site_filled_in_is_not_shown_as_ones_own(browser, form, origin):
    browser.origin = origin
    left = browser.send(reverse("inbox_read"), form)
    idle(browser)
    kept = browser.send(reverse("inbox_read"), form)

    assert (left.status_code, kept.status_code) == (403, 401)
    assert "写了很久的话" not in left.content.decode() + kept.content.decode()


def test_a_visitor_who_never_signed_in_is_told_to(db):
    assert Client().post(reverse("inbox_read")).status_code == 401


def test_a_page_only_looked_at_still_leads_to_the_sign_in(browser):
    ended_from_elsewhere(browser)

    assert browser.get(reverse("inbox")).url == f"{reverse('account_login')}?next=/desk/inbox/"


def test_a_register_gives_back_what_was_typed_too(browser, form):
    ended_from_elsewhere(browser)

    kept = browser.send("/admin/portal/organization/add/", form)

    assert kept.status_code == 401
    assert "写了很久的话" in kept.content.decode()
