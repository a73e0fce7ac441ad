"""A walk through every linked page as each role: the policy kept, nothing from elsewhere, nothing for axe."""

from urllib.parse import urlsplit

import pytest

from tests import world as city
from tests.access.crawl import pattern_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_PAGES = 28
LISTEN = """document.addEventListener('securitypolicyviolation', event => {
    console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI);
});"""
LINKS = "Array.from(document.querySelectorAll('a[href]'), link => link.getAttribute('href'))"
# Answers that are files, and pages that other tests look at.
NO_PAGES = ("/static/", "/files/", "/api/", "/admin/jsi18n", "/desk/components/")
FILES = (
    "ics",
    "feed.atom",
    "csv",
    "json",
    "pdf",
    "xlsx",
    "/template/",
    "/file/",
    "/faults/",
    "/export/",
    "/print/",
)


def is_page(link: str) -> bool:
    parts = urlsplit(link)
    return (
        link.startswith("/")
        and not parts.netloc
        and not parts.path.startswith(NO_PAGES)
        and not any(mark in parts.path for mark in FILES)
        and pattern_of(link) is not None
    )


class Walker:
    """One person's browser: walks one page of each pattern, and writes down what is wrong."""

    def __init__(self, at, checked: set[str]):
        self.at, self.checked, self.wrong = at, checked, []
        at.page.add_init_script(LISTEN)
        at.page.on("request", self._request)

    def _request(self, request):
        if not request.url.startswith((self.at.url, "data:", "blob:")):
            self.wrong.append(f"{self.at.page.url} asks {request.url}")

    def walk(self, start: str) -> int:
        waiting, seen = [start], set()
        while waiting and len(seen) < MOST_PAGES:
            link = waiting.pop(0).partition("#")[0]
            route = pattern_of(link)
            if not is_page(link) or route in seen:
                continue
            seen.add(route)
            waiting += self._look(link, route)
        return len(seen)

    def _look(self, link: str, route: str) -> list[str]:
        answer = self.at.page.goto(self.at.url + link, wait_until="load")
        if answer is None or answer.status >= 400:
            self.wrong.append(f"{link}: {answer and answer.status}")
            self.at.complaints.clear()
            return []
        if route not in self.checked:
            self.checked.add(route)
            self.wrong += [f"{link}: axe {fault}" for fault in self.at.axe()]
        self.wrong += [f"{link}: {words}" for words in self.at.complaints]
        self.at.complaints.clear()
        return self.at.page.evaluate(LINKS)


def test_every_page_of_every_role_keeps_the_policy_and_serves_everybody(visit, monkeypatch):
    world, checked, wrong, pages = city.build(), set(), [], 0
    for who, start in (
        ("stranger", "/"),
        ("staff", "/desk/"),
        ("staff", "/admin/"),
        ("accounts", "/admin/"),
        ("auditor", "/desk/"),
        ("officer", "/desk/"),
        ("unit", "/desk/"),
        ("school", "/desk/"),
        ("verifier", "/desk/"),
    ):
        walker = Walker(visit(world.people[who]), checked)
        pages += walker.walk(start)
        wrong += [f"{who}: {words}" for words in walker.wrong]
        walker.at.page.context.close()

    print(f"{pages} pages, {len(checked)} for axe")
    assert not wrong, "\n".join(wrong)
    assert len(checked) >= 40


def test_a_session_that_is_about_to_end_says_so_and_can_be_kept(visit, unit_clerk, settings):
    settings.SESSION_IDLE_SECONDS = 1800
    at = visit(unit_clerk)
    at.page.clock.install()
    at.open("/desk/")
    at.page.clock.run_for(27 * 60 * 1000)
    assert at.page.locator("[role=alertdialog]").count() == 0

    at.page.clock.run_for(2 * 60 * 1000)
    at.page.wait_for_selector("text=两分钟内没有操作将自动退出登录")
    assert at.axe() == []
    at.page.click("text=继续使用")
    at.page.clock.run_for(6000)

    at.page.wait_for_selector("[role=alertdialog]", state="detached")
    assert at.complaints == []
