"""The gallery in a real browser: light, dark, large type, on the phone; and what works without script."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = {"light": {"theme": "light"}, "dark": {"theme": "dark"}, "large": {"theme": "light", "type": "large"}}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_component_is_accessible_and_fits(visit, staff, look, width, tmp_path_factory):
    tab = visit(staff, width=width, **LOOKS[look])

    tab.open("/desk/components/")

    tab.page.screenshot(
        path=tmp_path_factory.getbasetemp() / f"components-{look}-{width}.png", full_page=True
    )
    assert tab.wider_than_the_screen() <= 0
    assert tab.axe() == []
    assert [words for words in tab.complaints if "yyyy-MM-dd" not in words] == []
