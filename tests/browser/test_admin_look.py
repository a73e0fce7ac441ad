"""The registers wear the portal's look and run under its policy."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.events.factories import EventFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OURS = {"portal", "outreach", "talent", "resources", "events", "youth_credits", "indicators"}
LOOKS = {
    "light-1280": (1280, {"theme": "light"}),
    "dark-1280": (1280, {"theme": "dark"}),
    "large-390": (390, {"theme": "light", "type": "large"}),
}


def pages() -> list[str]:
    """The entrance, each register's list, and the form of a new row."""
    site = admin.site
    found = [reverse("admin:index")]
    for model in site._registry:
        if model._meta.app_label in OURS:
            base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            found += [reverse(f"{base}_changelist"), reverse(f"{base}_add")]
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_the_registers_keep_the_policy_and_are_accessible(visit, staff, look, tmp_path_factory):
    width, cookies = LOOKS[look]
    tab = visit(staff, width=width, **cookies)
    faults = []

    for number, path in enumerate(pages()):
        if tab.open(path).status == 403:  # a register that staff only read has no form for a new row
            tab.complaints.clear()
            continue
        picture = tmp_path_factory.getbasetemp() / f"admin-{look}-{number}.png"
        tab.page.screenshot(path=picture, full_page=True)
        shown = tab.page.evaluate("document.documentElement.dataset.theme")
        found = [*tab.axe(), *tab.complaints, *([] if shown == cookies["theme"] else [f"shown {shown}"])]
        tab.complaints.clear()
        faults += [f"{path} {words[:400]}" for words in found]

    assert not faults, "\n".join(faults)


def test_the_bar_of_actions_is_no_wider_than_its_list(visit, staff):
    EventFactory()
    tab = visit(staff)

    tab.open(reverse("admin:events_event_changelist"))

    bar, listed = (tab.page.locator(f"#changelist-form {part}").first for part in (".actions", ".results"))
    assert bar.bounding_box()["width"] <= listed.bounding_box()["width"]
