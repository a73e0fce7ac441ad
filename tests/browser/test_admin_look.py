"""The registers wear the portal's look and run under its policy."""

import pytest

from portal.roles import Role
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["/admin/", "/admin/auth/group/", "/admin/auth/group/add/"]


@pytest.mark.parametrize("look", [{"theme": "light"}, {"theme": "dark"}, {"theme": "light", "type": "large"}])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_registers_keep_the_policy_and_are_accessible(visit, city, look, width, tmp_path_factory):
    keeper = UserFactory(holding=(Role.STAFF, city), mfa=True, is_superuser=True, is_staff=True)
    tab = visit(keeper, width=width, **look)

    for path in PAGES:
        tab.open(path)
        name = f"admin-{'-'.join(look.values())}-{width}-{PAGES.index(path)}.png"
        tab.page.screenshot(path=tmp_path_factory.getbasetemp() / name, full_page=True)
        assert tab.axe() == [], path
        assert tab.page.evaluate("document.documentElement.dataset.theme") == look["theme"]

    assert tab.complaints == []
