"""What a person does with a page: give a second factor, answer the plain question, fetch a file; and what
every page owes everybody: nothing that the policy forbids, nothing wider than the screen.
"""

import time
from importlib import import_module
from pathlib import Path

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

from portal.jobs import Job, run
from portal.plain_question import NUMBERS
from tests.factories import totp_of

# Chromium's own line about an answer that is not 200; the page itself says what was wrong.
ANSWERED_NO = "Failed to load resource: the server responded with a status of 4"
PATIENCE = 10_000  # milliseconds until what should be on the page counts as missing


def is_sound(at) -> None:
    """No violation of the policy, no script error, nothing to scroll sideways."""
    assert [line for line in at.complaints if not line.startswith(ANSWERED_NO)] == []
    assert at.wider_than_the_screen() <= 0, at.page.url


def follow(at, words: str, *, inside: str = "main", exact: bool = False) -> None:
    """Click the link with these words, and look at the page it leads to."""
    go_by(at, at.page.locator(inside).get_by_role("link", name=words, exact=exact).first)


def press(at, words: str, *, inside: str = "main", exact: bool = False) -> None:
    """Press the button with these words, and look at the page that answers."""
    go_by(at, at.page.locator(inside).get_by_role("button", name=words, exact=exact).first)


def go_by(at, locator) -> None:
    """Click what leads to another page, and look at that page."""
    with at.page.expect_navigation():
        locator.click(timeout=PATIENCE)
    is_sound(at)


def says(at, *words: str) -> None:
    """The words stand on the page, where people read it."""
    text = at.page.locator("main").inner_text()
    for each in words:
        assert each in text, f"{at.page.url} does not say {each}:\n{text[:3000]}"


def download(at, locator) -> bytes:
    """The file behind a link or button."""
    with at.page.expect_download() as waiting:
        locator.click(timeout=PATIENCE)
    return Path(waiting.value.path()).read_bytes()


def answer_plain_question(at) -> None:
    """Add two numbers written in Chinese."""
    one, other = at.page.get_by_text("等于几？").first.inner_text().removesuffix("等于几？").split("加")
    at.page.get_by_label("验证问题").fill(str(NUMBERS.index(one) + NUMBERS.index(other)))


def code_of_the_moment(user) -> str:
    """What the person's authenticator shows now."""
    secret = get_adapter().decrypt(totp_of(user).data["secret"])
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_second_factor(at, user) -> None:
    """As if the second factor had been typed a moment ago."""
    cookie = next(c for c in at.page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie["value"])
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def work() -> int:
    """Do what waits, as a worker would; returns how many jobs ended well."""
    waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("pk").values_list("pk", flat=True)
    return sum(run(pk) for pk in list(waiting))
