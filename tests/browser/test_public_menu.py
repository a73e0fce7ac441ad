"""What anybody does: from the home page to a venue, on the phone and on the desk, with and without script."""

import pytest

from portal.regions import load
from resources import actions
from resources.models import Resource

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def venues(db):
    load()
    actions.load_reference()
    return Resource.objects.published()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("width", [390, 1280])
def test_from_home_to_a_venue_on_the_map(visit, venues, width, script):
    guest = visit(width=width, script=script)
    page = guest.page
    guest.open("/")
    page.locator("#home-q").fill("kjg")
    page.locator("main, body").locator("form.searchbox--big button").first.click()
    page.locator(".card__title a", has_text="宝安科技馆").wait_for()
    assert "/menu/?q=kjg" in page.url

    guest.open("/menu/?q=科学馆")
    if width < 900:
        page.locator("details.filter > summary").click()
    page.locator(".facet a", has_text="福田区").click()
    page.wait_for_url("**district=440304000000*")
    page.locator(".card__title a", has_text="深圳市科学馆").click()

    page.get_by_text("未经核实").first.wait_for()
    assert page.url.endswith("/menu/sz002/")
    page.locator(".chart__picture svg").wait_for()
    assert guest.wider_than_the_screen() == 0


@pytest.mark.parametrize(
    "address",
    ["/", "/menu/", "/menu/?q=科技馆&district=440308000000&kind=nature", "/menu/sz014/", "/search/?q=海洋"],
)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "display", [{}, {"theme": "dark"}, {"type": "large"}], ids=["plain", "dark", "large"]
)
def test_public_pages_are_fit_for_everybody(visit, venues, width, address, display):
    guest = visit(width=width, **display)
    assert guest.open(address).status == 200

    assert guest.axe() == []
    assert guest.complaints == []
    assert guest.wider_than_the_screen() == 0
