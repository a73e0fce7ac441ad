import csv
import re
from itertools import pairwise
from pathlib import Path

import pytest
from defusedxml import ElementTree
from django.conf import settings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal import charts, maps
from portal.charts import About

TOKENS = Path(settings.BASE_DIR) / "static/css/tokens.css"
STYLES = Path(settings.BASE_DIR) / "static/css/charts.css"

DISTRICTS = ("罗湖区", "福田区", "南山区")
YEARS = ("2023", "2024", "2025")


def one_of_each():
    about = {name: About(name, "标题 <b>&", unit="分") for name in ("a", "b", "c", "d", "e", "f", "g")}
    codes = [district.code for district in maps.districts()]
    return [
        charts.bar(about["a"], [("罗湖区", 1.25), ("福田区", None), ("南山区", -3)], reference=("全市", 0.5)),
        charts.stacked(about["b"], [(name, {"投入": 1, "阵地": None, "人才": 3}) for name in DISTRICTS]),
        charts.line(about["c"], YEARS, {"全市": [100, None, 110], "投入": [100, 90, 80]}, base=100),
        charts.interval(about["d"], [("罗湖区", 1, 1, 2), ("福田区", None, None, None)], is_rank=True),
        charts.waterfall(about["e"], ("2024", 50), [("人员", 1.5), ("经费", -0.5)], ("2025", 51)),
        maps.district_map(about["f"], {code: place for place, code in enumerate(codes) if place}),
        maps.place_map(about["g"], [("深圳市科学馆", 114.09, 22.54)], district="440304000000"),
    ]


def tokens():
    light = TOKENS.read_text().split("@media", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light))


@pytest.mark.parametrize("place", range(7))
def test_every_chart_is_well_formed_titled_and_without_inline_styles(place):
    chart = one_of_each()[place]

    root = ElementTree.fromstring(chart.svg)

    assert root.attrib["role"] == "img"
    title, about = root[0], root[1]
    assert (title.tag.split("}")[1], title.text) == ("title", "标题 <b>&")
    assert about.tag.split("}")[1] == "desc"
    assert about.text.endswith("。")
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {about.attrib['id']}"
    for element in root.iter():
        assert "style" not in element.attrib
        assert element.tag.split("}")[1] not in {"script", "foreignObject", "image", "style", "a"}
        assert not [name for name in element.attrib if name.startswith("on")]
        assert element.attrib.get("id", chart.name).startswith(chart.name)


@pytest.mark.parametrize("place", range(7))
def test_a_table_of_the_same_figures_stands_beside_every_chart(place):
    chart = one_of_each()[place]

    assert chart.rows
    assert all(len(row) == len(chart.columns) for row in chart.rows)


def test_the_same_chart_gives_the_same_bytes_after_others_were_drawn():
    before = [chart.svg for chart in one_of_each()]
    charts._drawn.cache_clear()

    after = [chart.svg for chart in reversed(one_of_each())]

    assert before == after[::-1]


def test_ids_of_two_charts_on_a_page_do_not_meet():
    rows = [(name, place) for place, name in enumerate(DISTRICTS)]
    both = [charts.bar(About(name, "标题"), rows).svg for name in ("one", "two")]

    ids = [set(re.findall(r'\sid="([^"]+)"', svg)) for svg in both]

    assert ids[0]
    assert not ids[0] & ids[1]


def test_clip_ids_are_renumbered_and_followed():
    drawn = '<svg width="1"><clipPath id="clip37"/><g clip-path="url(#clip37)" style="a-b: c; d:e"/></svg>'

    svg = charts.titled(drawn, name="mine", title="t", summary="s")

    assert '<clipPath id="mine-0"/><g clip-path="url(#mine-0)" a-b="c" d="e"/>' in svg


def test_every_colour_follows_a_token_on_screen():
    css = STYLES.read_text()
    light = tokens()
    named = {value: name for name, value in light.items() if f"var(--{name})" in css}
    tones = dict(zip(maps.TONES, maps.TONE_SHARES, strict=True))

    used = {
        (kind, colour)
        for chart in one_of_each()
        for kind, colour in re.findall(r'\b(fill|stroke)="(#[0-9a-fA-F]{3,6})"', chart.svg)
    }

    for kind, colour in used | {("fill", colour) for colour in charts.SERIES}:
        rule = re.search(rf'\[{kind}="{colour}"\] {{ {kind}: (.+); }}', css)
        assert rule, f"{kind} {colour}"
        if colour in tones:
            assert rule[1] == f"color-mix(in srgb, var(--chart-1) {tones[colour]:.0%}, var(--surface))"
        else:
            assert rule[1] == f"var(--{named[colour]})"


def contrast(one, other):
    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_on_a_tile_can_be_read():
    assert min(contrast(charts.INK, tone) for tone in maps.TONES) >= 4.5
    assert min(contrast(colour, charts.SURFACE) for colour in charts.SERIES) >= 3


def test_a_missing_figure_is_said_and_not_drawn_as_zero():
    chart = charts.bar(About("a", "标题"), [("罗湖区", None), ("福田区", 0)])

    assert "无数据" in chart.svg
    assert chart.rows == (("罗湖区", None), ("福田区", 0))
    assert "共 2 项，最高为福田区 0" in chart.svg


def test_rows_stay_in_their_order_with_a_missing_one_between():
    chart = charts.bar(About("a", "标题"), [("罗湖区", 3), ("福田区", None), ("南山区", 1)])

    words = [text for text in re.findall(r">([^<]+)</text>", chart.svg) if text in DISTRICTS]
    assert words == list(DISTRICTS)


def test_rank_intervals_are_put_in_words():
    chart = charts.interval(
        About("a", "标题"),
        [("罗湖区", 1, 1, 1), ("福田区", 2, 3, 5), ("南山区", None, None, None)],
        is_rank=True,
    )

    for words in ("第 1 位", "第 2–5 位", "未公布"):
        assert f">{words}</text>" in chart.svg
    assert "罗湖区第 1 位；福田区第 2–5 位；南山区未公布。" in chart.svg


def test_a_waterfall_must_lead_to_its_end():
    with pytest.raises(ValueError, match="不符"):
        charts.waterfall(About("a", "标题"), ("2024", 50), [("人员", 1.5)], ("2025", 53))


def test_more_series_than_can_be_told_apart_are_refused_unless_some_are_set_off():
    many = {f"区{place}": [place, place, place] for place in range(11)}

    with pytest.raises(ValueError, match="最多区分 7 个"):
        charts.line(About("a", "标题"), YEARS, many)
    chart = charts.line(About("a", "标题"), YEARS, many, highlight=("区1",))
    assert len(chart.columns) == 12


def test_names_at_line_ends_are_moved_apart():
    ends = charts._ends(YEARS, {"甲": [1, 2, 50.0], "乙": [1, 2, 50.1], "丙": [1, 2, 70]}, gap=5)

    places = [place for _, _, place, _ in ends]
    assert [name for name, *_ in ends] == ["甲", "乙", "丙"]
    assert all(after - before >= 5 - 1e-9 for before, after in pairwise(places))


def test_figures_in_labels_are_rounded_half_up():
    assert charts.figure_text(2.675, 2) == "2.68"
    assert charts.figure_text(0.5) == "1"
    assert charts.figure_text(1234567.891, 1) == "1,234,567.9"
    assert charts.figure_text(None) == "—"
    assert charts.figure_text(float("nan")) == "—"


def test_a_chart_name_is_fit_for_an_id():
    with pytest.raises(ValueError, match="小写字母"):
        About("图 1", "标题")


@examples(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=12))
def test_a_sparkline_draws_any_series(values):
    root = ElementTree.fromstring(charts.sparkline(values, label='近年 "走势" <'))

    assert root.attrib["aria-label"] == '近年 "走势" <'
    assert len(root.findall("circle")) == bool([value for value in values if value is not None])


def test_a_picture_fetches_nothing():
    specification = '{"data": {"url": "http://127.0.0.1:1/x.csv"}, "mark": "bar", "encoding": {}}'

    with pytest.raises(ValueError, match=r"(?i)not allowed|denied|load"):
        charts._drawn(specification)


def test_every_known_place_falls_into_the_picture_and_nearest_to_its_district():
    sample = [
        ("440304000000", 114.0907, 22.5450),  # 深圳市科学馆
        ("440311000000", 113.9550, 22.7500),  # 深圳科学技术馆, near 光明 station
        ("440391000000", 114.5510, 22.4820),  # 西涌天文台
        ("440308000000", 114.3000, 22.6000),
    ]

    for code, lon, lat in sample:
        assert maps.CITY.holds(lon, lat)
        x, y = maps.CITY.at(lon, lat)
        assert 0 <= x <= charts.WIDTH
        assert 0 <= y <= maps.CITY.height

        def reach(district, lon=lon, lat=lat):
            x, y = ((district.lon - lon) * 102.8, (district.lat - lat) * 111.32)
            return (x * x + y * y) ** 0.5 / district.radius_km

        assert min(maps.districts(), key=reach).code == code


def test_the_map_knows_exactly_the_reporting_districts():
    with (Path(settings.BASE_DIR) / "portal/data/regions.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "district"]

    assert {(row["code"], row["name"]) for row in rows} == {(one.code, one.name) for one in maps.districts()}


def test_a_pin_covers_neither_the_name_of_its_district_nor_its_own():
    drawn = maps.place_map(About("a", "标题"), [("莲花山公园", 114.058, 22.553)], district="440304000000").svg

    def y_of(words):
        return float(re.search(rf'y="([0-9.]+)"[^>]*>{words}<', drawn).group(1))

    pin = float(re.search(rf'cy="([0-9.]+)" r="7" fill="{charts.ACCENT}"', drawn).group(1))
    assert y_of("福田区") < pin - 7
    assert y_of("莲花山公园") > pin + 14


def test_many_places_carry_numbers_and_few_their_names():
    few = maps.place_map(About("a", "标题"), [("甲馆", 114.0, 22.6)])
    many = maps.place_map(About("a", "标题"), [(f"馆{place}", 114.0, 22.6) for place in range(5)])

    assert ">甲馆</text>" in few.svg
    assert ">5</text>" in many.svg
    assert ">馆4</text>" not in many.svg
    assert "示意图，非标准地图" in few.svg


@pytest.mark.parametrize("rows", [0, 1])
def test_a_chart_of_nothing_says_that_there_is_nothing(rows):
    about = About("a", "标题")
    blank = [("罗湖区", None)] * rows
    drawn = [
        charts.bar(about, blank),
        charts.line(about, YEARS[:rows], {"全市": [None] * rows}, base=100),
        charts.line(about, YEARS[:rows], {"全市": [None] * rows}),
        charts.interval(about, [("罗湖区", None, None, None)] * rows, is_rank=True),
        charts.stacked(about, [("罗湖区", {"投入": None})] * rows),
        maps.district_map(about, {}),
        maps.place_map(about, []),
    ]

    assert all("<svg" in chart.svg for chart in drawn)
    assert "没有数据。" in drawn[0].svg
    assert "没有可标出的地点。" in drawn[6].svg


def test_names_beside_points_do_not_cover_each_other():
    rows = [("甲指标", 50, 90), ("乙指标", 50, 90), ("丙指标", 50, 90), ("丁指标", 50, 10)]

    sides = charts._sides(rows, 100.0)

    at_the_top = [sides[label] for label, _, y in rows if y == 90 and label in sides]
    assert sorted(at_the_top) == ["left", "right"]
    assert sides["丁指标"] == "right"
