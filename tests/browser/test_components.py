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


def test_a_table_wider_than_the_phone_says_so_until_its_end(visit, staff):
    tab = visit(staff, width=320)
    tab.open("/desk/components/")
    wide = tab.page.locator(".tablewrap[data-more='right']").first
    hint = "node => getComputedStyle(node, '::before').content"
    assert "可左右滑动" in wide.evaluate(hint)
    frame = wide.element_handle()

    frame.evaluate("node => { node.scrollLeft = node.scrollWidth; }")

    tab.page.wait_for_function("node => node.dataset.more === 'left'", arg=frame)


def test_a_table_that_fits_says_nothing_of_sliding(visit, staff):
    tab = visit(staff, width=1280)

    tab.open("/desk/components/")

    assert tab.page.locator(".tablewrap[data-more]").count() == 0


def test_the_first_key_leads_past_the_menus(visit):
    tab = visit()
    tab.open("/display/")

    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.textContent") == "跳到正文"
    tab.page.keyboard.press("Enter")

    assert tab.page.evaluate("document.activeElement.id") == "main"


def test_the_menu_of_the_phone_opens_without_script(visit):
    tab = visit(width=390, script=False)
    tab.open("/display/")
    link = tab.page.locator(".menu__body .mainnav a", has_text="资源菜单")
    assert not link.is_visible()

    tab.page.click("details.menu > summary")

    assert link.is_visible()


def test_dark_and_large_are_chosen_without_script_and_stay(visit):
    tab = visit(script=False)
    tab.open("/display/?next=/display/")

    tab.page.check("text=深色")
    tab.page.check("text=大字版")
    with tab.page.expect_navigation():
        tab.page.click("text=保存并返回")

    page = tab.page.locator("html")
    assert (page.get_attribute("data-theme"), page.get_attribute("data-type")) == ("dark", "large")
    assert tab.page.locator("html").evaluate("node => getComputedStyle(node).fontSize") == "20px"


def test_filters_are_a_fold_on_the_phone_and_open_on_a_wide_screen(visit, staff):
    phone, desk = visit(staff, width=390), visit(staff, width=1280)
    for tab in (phone, desk):
        tab.open("/desk/components/")

    assert desk.page.locator("#filter-q").is_visible()
    assert not phone.page.locator("#filter-q").is_visible()
    phone.page.click("details.filter > summary")
    assert phone.page.locator("#filter-q").is_visible()


def test_one_box_chooses_all_rows_of_the_page(visit, staff):
    tab = visit(staff)
    tab.open("/desk/components/")

    tab.page.check("input[aria-label=全选本页]")

    boxes = tab.page.locator("td.pick input")
    assert [box.is_checked() for box in boxes.all()] == [True, True, True]


def test_a_chosen_file_is_named_before_it_is_sent(visit, staff, tmp_path):
    sheet = tmp_path / "学分.csv"
    sheet.write_text("姓名,学分", encoding="utf-8")
    tab = visit(staff)
    tab.open("/desk/components/")

    tab.page.set_input_files("form[data-upload] input[type=file]", sheet)

    assert tab.page.locator("[data-upload-name]").inner_text() == "学分.csv（1 KB）"
    assert tab.page.locator("[data-upload-share]").inner_text() == "待上传"


def test_focus_is_always_visible(visit, staff):
    tab = visit(staff)
    tab.open("/desk/components/")

    for _ in range(40):
        tab.page.keyboard.press("Tab")
        seen = tab.page.evaluate(
            "() => { const node = document.activeElement; const style = getComputedStyle(node);"
            " return [node.outerHTML.slice(0, 80), style.outlineStyle, parseFloat(style.outlineWidth)]; }"
        )
        assert seen[1] != "none", seen
        assert seen[2] >= 2, seen
