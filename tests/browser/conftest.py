"""The system's Chromium against the live portal: pages as people see them, under the real policy."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings
from playwright.sync_api import sync_playwright

AXE = (Path(__file__).parents[1] / "vendor/axe-core-4.14.1/axe.min.js").read_text(encoding="utf-8")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """async rules => {
    const result = await axe.run(document, {runOnly: rules, preload: false});
    const places = rule => rule.nodes.map(node => node.html.slice(0, 160)).join(" | ");
    return result.violations.map(rule => rule.id + ": " + places(rule));
}"""
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def plain_http():
    """The live server has no certificate: no redirect to HTTPS, cookies that travel without it."""
    with override_settings(
        SECURE_SSL_REDIRECT=False,
        SESSION_COOKIE_SECURE=False,
        CSRF_COOKIE_SECURE=False,
        SESSION_COOKIE_NAME="portal_session",
        CSRF_COOKIE_NAME="portal_csrf",
    ):
        yield


@pytest.fixture(scope="session")
def portal(plain_http, live_server):
    return live_server.url


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """One page in one browser of its own, and all that its console said."""

    def __init__(self, page, url):
        self.page = page
        self.url = url
        self.complaints = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path):
        response = self.page.goto(self.url + path)
        self.page.wait_for_load_state("networkidle")
        return response

    def axe(self) -> list[str]:
        """What axe objects to; run by the tester's hand, so that the policy of the page stays as it is."""
        self.page.evaluate(AXE)
        found = self.page.evaluate(RUN_AXE, AXE_RULES)
        return list(found)

    def wider_than_the_screen(self) -> int:
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


@pytest.fixture
def visit(portal, chromium, tmp_path):
    """visit(user, width, theme=…, type=…) opens a browser, signed in as `user` or as nobody."""
    contexts = []

    def begin(user=None, *, width=1280, script=True, **display):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", java_script_enabled=script
        )
        cookies = dict(display)
        if user is not None:
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": name, "value": value, "url": portal} for name, value in cookies.items()]
        )
        contexts.append(context)
        return Visit(context.new_page(), portal)

    yield begin
    for context in contexts:
        context.close()
