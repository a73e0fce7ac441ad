"""Numbers and dates as people write them, the one form renderer, the tokens, the rules of every template."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.db.models import BLANK_CHOICE_DASH
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal import icons, navigation
from portal.components import SampleForm
from portal.keyset import KeysetPage
from portal.roles import Role
from portal.templatetags import portal_tags as tags
from tests.factories import UserFactory

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"
MORNING = datetime(2026, 11, 23, 1, 5, tzinfo=UTC)  # 09:05 in Shenzhen


# --- numbers and dates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "1万"),
        (12_345, "1.23万"),
        (12_355, "1.24万"),
        (99_999, "10万"),
        (1_234_567, "123.5万"),
        (12_863_400, "1286.3万"),
        (99_999_999, "1亿"),
        (240_000_000, "2.4亿"),
        (-12_345, "-1.23万"),
        (Decimal("3.14"), "3.14"),
        (None, "—"),
        ("", "—"),
        (float("nan"), "—"),
    ],
)
def test_a_figure_to_read_is_written_in_wan_and_yi(value, shown):
    assert tags.wan(value) == shown


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (1_234_567, None, "1,234,567"),
        (Decimal("12.50"), None, "12.5"),
        (12.5, 2, "12.50"),
        (Decimal("0.005"), 2, "0.01"),
        (Decimal("1E+3"), None, "1,000"),
        (True, None, "—"),
        (None, 2, "—"),
    ],
)
def test_a_figure_to_check_is_written_exactly(value, places, shown):
    assert tags.exact(value, places) == shown


def test_a_missing_figure_is_a_dash_and_a_ratio_a_percentage():
    assert (tags.percent(None), tags.percent(0.1234), tags.percent(1)) == ("—", "12.3%", "100%")
    assert (tags.figure(None), tags.figure("福田区"), tags.figure(1200)) == ("—", "福田区", "1,200")


def test_dates_are_written_in_the_time_of_shenzhen():
    late = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # already the 24th there

    assert tags.cn_date(late) == "2026年11月24日"
    assert tags.cn_day(MORNING) == "11月23日（周一）"
    assert tags.cn_time(MORNING) == "2026年11月23日 09:05"
    assert tags.cn_until(MORNING, MORNING.replace(hour=3)) == "2026年11月23日 09:05–11:05"
    assert tags.cn_until(MORNING, late) == "2026年11月23日 09:05–11月24日 02:00"
    assert tags.cn_date(None) == "—"


# --- the one form renderer -------------------------------------------------------------------------


class Small(forms.Form):
    name = forms.CharField(label="名称", help_text="写全称。")
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], widget=forms.RadioSelect, required=False)
    agreed = forms.BooleanField(label="同意")
    wants_mail = forms.BooleanField(label="收邮件", required=False)


def test_a_field_says_in_words_whether_it_must_be_filled():
    page = str(Small())

    assert '<label class="field__label" for="id_name">名称' in page
    assert page.count("必填") == 2
    assert page.count("选填") == 1
    assert 'id="id_name_helptext"' in page
    assert 'aria-describedby="id_name_helptext"' in page


def test_a_list_s_empty_line_says_what_to_do():
    class Kinds(forms.Form):
        kind = forms.ChoiceField(label="类别", choices=[*BLANK_CHOICE_DASH, ("a", "甲")])

    page = str(Kinds())

    assert '<option value="" selected>请选择</option>' in page
    assert '<option value="a">甲</option>' in page


def test_errors_stand_beside_their_field_and_in_a_summary_with_links():
    page = str(Small({}))

    assert page.index('class="errors"') < page.index('class="field')
    assert '<a href="#id_name">名称：' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_error"' in page


def test_errors_say_what_to_do():
    form = SampleForm({"opens_on": "2026-13-40", "seats": "0", "kind": "planet"})

    assert form.errors["name"] == ["此项必填，请填写或选择。"]
    assert form.errors["opens_on"] == ["请填写正确的日期，例如 2026-11-23。"]
    assert form.errors["seats"] == ["请填写不小于 1 的数。"]
    assert form.errors["kind"] == ["“planet”不在可选范围内，请重新选择。"]


def test_the_compiled_sentences_are_those_of_the_source():
    folder = Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES"
    source = (folder / "django.po").read_text(encoding="utf-8")
    compiled = (folder / "django.mo").read_bytes().decode("utf-8", "ignore")

    said = re.findall(r'^msgstr(?:\[0\])? "(.+)"$', source, re.M)
    assert [sentence for sentence in said if sentence.replace("\\n", "\n") not in compiled] == []


def test_an_error_of_a_group_leads_to_its_first_choice():
    form = SampleForm({"name": "科技馆"})

    page = str(form)

    assert 'href="#id_audience_0"' in page
    assert 'id="id_audience_0"' in page


def test_a_box_stands_before_its_label_and_radio_buttons_in_a_fieldset():
    page = str(Small())

    assert re.search(r'type="checkbox"[^>]*id="id_agreed"[^>]*><label for="id_agreed">', page)
    assert "<fieldset" in page
    assert "<legend>类别" in page


def test_what_a_person_typed_is_escaped():
    page = str(Small({"name": "<b>", "kind": "<i>"}))

    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_a_form_inside_include_only_carries_its_token():
    request = RequestFactory().get("/")

    page = render_to_string("components/form.html", {"form": Small(), "submit": "保存"}, request)

    assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', page)


# --- components ------------------------------------------------------------------------------------


def test_every_status_has_words_and_a_shape():
    page = render_to_string("components/status.html", {"code": "returned", "label": "已退回"})

    assert "status--attention" in page
    assert "<svg" in page
    assert "已退回" in page


def test_every_tone_and_code_has_a_sign():
    assert set(icons.TONES.values()) <= set(icons.TONE_ICONS)
    assert {*icons.TONE_ICONS.values(), *icons.OWN_ICONS.values()} <= set(icons.ICONS)
    assert icons.sign("never-heard-of") == "circle"


def test_the_pager_keeps_the_filters_and_drops_the_other_key():
    request = RequestFactory().get("/menu/?kind=venue&before=abc")
    page = KeysetPage(rows=[1], next="nxt", previous="prv")

    shown = render_to_string("components/pager.html", {"page": page}, request)

    assert 'href="?kind=venue&amp;after=nxt"' in shown
    assert 'href="?kind=venue&amp;before=prv"' in shown


def test_a_chart_brings_its_table():
    chart = {
        "name": "n",
        "title": "各区得分",
        "svg": "",
        "columns": ["区", "得分"],
        "rows": [("福田区", None)],
    }

    page = render_to_string("components/chart.html", {"chart": chart})

    assert '<th scope="row">福田区</th><td class="num">—</td>' in page


def test_the_frame_needs_no_request_and_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        page = render_to_string("errors/503.html", {"request_id": "abc"})

    assert '<html lang="zh-Hans">' in page
    assert 'href="#main"' in page


def test_menus_lead_only_where_a_page_answers(city):
    staff = UserFactory(holding=(Role.STAFF, city))

    links = [
        link["url"] for group in navigation.desk_groups(staff, "/desk/inbox/") for link in group["links"]
    ]

    assert "/desk/inbox/" in links
    assert "/desk/audit/" not in links


# --- display choices -------------------------------------------------------------------------------


def test_display_choices_are_kept_in_cookies_and_lead_back(client):
    response = client.post("/display/", {"theme": "dark", "type": "large", "next": "/menu/?q=1"}, secure=True)

    assert response.url == "/menu/?q=1"
    assert (response.cookies["theme"].value, response.cookies["type"].value) == ("dark", "large")
    page = client.get("/display/", secure=True).content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-type="large"' in page


def test_display_choices_lead_nowhere_else(client):
    response = client.post(
        "/display/", {"theme": "auto", "type": "normal", "next": "https://example.org/"}, secure=True
    )

    assert response.url == "/"


def test_an_unknown_display_choice_is_refused(client):
    response = client.post("/display/", {"theme": "pink", "type": "normal"}, secure=True)

    assert response.status_code == 422
    assert "theme" not in response.cookies


def test_the_gallery_is_for_staff(client, staff, school_clerk):
    client.force_login(school_clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/desk/components/", secure=True).status_code == 403

    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/desk/components/", secure=True).status_code == 200


# --- rules for every template ----------------------------------------------------------------------

ALL = sorted(TEMPLATES.rglob("*.html"))
PAGES_ON_SCREEN = [path for path in ALL if "documents" not in path.parts and "mail" not in path.parts]


def name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


INLINE = [
    r"\sstyle\s*=",
    r"<style\b",
    r"\son[a-z]+\s*=",
    r'<script(?![^>]*\b(?:src=|type="application/(?:ld\+)?json"))',
    r"javascript:",
    r'(?:src|href)="(?:https?:)?//',
]


def test_no_template_holds_inline_style_script_or_handler_or_calls_elsewhere():
    faults = {
        name(path): pattern
        for path in PAGES_ON_SCREEN
        for pattern in INLINE
        if re.search(pattern, path.read_text(encoding="utf-8"))
    }
    assert faults == {}


def test_a_partial_names_its_variables_in_the_first_line():
    partials = [path for path in ALL if path.parent.name == "components" or path.name.startswith("_")]

    assert [name(path) for path in partials if not path.read_text(encoding="utf-8").startswith("{#")] == []


def test_a_component_is_included_with_only_what_it_needs():
    faults = [
        f"{name(path)}: {included}"
        for path in ALL
        for included in re.findall(r'{% include "components/[^%]*%}', path.read_text(encoding="utf-8"))
        if not included.rstrip(" %}").endswith("only")
    ]
    assert faults == []


# --- tokens ----------------------------------------------------------------------------------------


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


def palette(theme: str) -> dict[str, str]:
    text = (STATIC / "css/tokens.css").read_text(encoding="utf-8")
    light = tokens(re.search(r"\n:root \{(.*?)\n\}", text, re.S).group(1))
    dark = tokens(re.search(r'\n:root\[data-theme="dark"\] \{(.*?)\n\}', text, re.S).group(1))
    return light if theme == "light" else light | dark


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_dark_by_the_system_and_dark_by_choice_are_the_same():
    text = (STATIC / "css/tokens.css").read_text(encoding="utf-8")
    by_system = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\n  \}', text, re.S).group(1)
    by_choice = re.search(r'\n:root\[data-theme="dark"\] \{(.*?)\n\}', text, re.S).group(1)

    assert tokens(by_system) == tokens(by_choice)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground(theme):
    colour = palette(theme)
    grounds = ["paper", "surface", "sunken"]
    pairs = [
        *((text, ground) for text in ("ink", "ink-soft", "ink-quiet") for ground in (*grounds, "sea-soft")),
        *(
            (text, ground)
            for text in ("sea", "sea-strong", "litchi", "leaf", "sand", "sky")
            for ground in grounds
        ),
        *((text, f"{text}-soft") for text in ("sea", "litchi", "leaf", "sand", "sky")),
        *(("ink", ground) for ground in ("litchi-soft", "leaf-soft", "sand-soft", "sky-soft", "mark")),
        *(("on-sea", ground) for ground in ("sea", "sea-strong")),
        *(("on-litchi", ground) for ground in ("litchi", "litchi-strong")),
        *((text, "deep") for text in ("on-deep", "on-deep-soft")),
    ]

    weak = {pair: contrast(colour[pair[0]], colour[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_that_carry_meaning_are_visible(theme):
    colour = palette(theme)
    marks = ["line-strong", "focus", *(f"chart-{n}" for n in range(1, 7))]

    weak = {
        (mark, ground): contrast(colour[mark], colour[ground])
        for mark in marks
        for ground in ("paper", "surface")
    }
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_styles_name_only_tokens_that_exist():
    defined = set(palette("light")) | {"root-size"}
    for sheet in ("portal.css", "admin.css"):
        text = (STATIC / "css" / sheet).read_text(encoding="utf-8")
        own = set(tokens(text))
        used = set(re.findall(r"var\(--([\w-]+)", text))
        assert {token for token in used - defined - own if not token.startswith("bs-")} == set(), sheet
