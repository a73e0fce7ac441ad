from decimal import Decimal

from indicators import actions
from indicators.method import growth_percent, share_percent
from indicators.models import (
    Denominator,
    Edition,
    FigureSource,
    FormItem,
    IndicatorVersion,
    NationalSeries,
    ValidationRule,
)
from indicators.templatetags.indicator_tags import providers


def test_the_form_has_105_codes(reference):
    codes = set(reference.items.values_list("code", flat=True))

    assert len(codes) == 105
    assert reference.items.count() == 111  # five codes name two or three figures each


def test_each_table_has_its_codes(reference):
    found = {}
    for table, code in reference.items.values_list("table", "code").distinct():
        found.setdefault(table, set()).add(code)
    assert {table: len(codes) for table, codes in found.items()} == {
        "KP-001": 14,
        "KP-002": 26,
        "KP-003": 17,
        "KP-004": 20,
        "KP-005": 23,
        "KP-006": 5,
    }


def test_only_codes_read_in_the_national_form_count_as_confirmed(reference):
    confirmed = FormItem.objects.filter(is_confirmed=True).values_list("code", flat=True)
    assert set(confirmed) == {"KR100", "KR200", "KJ100", "KJ120", "KJ121", "KJ130"}


def test_loading_again_changes_nothing(reference):
    before = FormItem.objects.count(), ValidationRule.objects.count(), IndicatorVersion.objects.count()

    actions.load_reference()

    assert before == (
        FormItem.objects.count(),
        ValidationRule.objects.count(),
        IndicatorVersion.objects.count(),
    )


def test_edition_1_has_24_indicators_in_seven_pillars(reference):
    edition = Edition.objects.get()

    assert edition.indicators.count() == 24
    names = edition.nodes.exclude(parent=None).order_by("position").values_list("name", flat=True)
    assert list(names) == ["投入", "阵地", "人才", "传播", "活动", "青少年", "成效"]


def test_every_cell_that_edition_1_reads_stands_in_the_form(reference):
    keys = set(reference.items.values_list("key", flat=True))
    for one in IndicatorVersion.objects.all():
        read = {term["key"] for term in (*one.numerator, *one.denominator) if "key" in term}
        assert read <= keys, one.code


def test_the_districts_of_the_census_add_up_to_the_city(reference):
    rows = Denominator.objects.filter(kind="population", year=2020).select_related("region")
    districts = [row for row in rows if row.region.level == 2]

    assert len(districts) == 11
    assert sum(row.value for row in districts) == next(row.value for row in rows if row.region.level == 1)
    assert sum(row.value for row in districts) == 17_560_061


def test_unverified_populations_say_so(reference):
    unverified = Denominator.objects.filter(kind="population", is_verified=False)
    assert unverified.exists()
    assert all("未核实" in row.source for row in unverified)


def test_printed_national_growth_is_reproduced(reference):
    rows = {(row.item, row.year): row for row in NationalSeries.objects.all()}
    checked = 0
    for (item, year), row in rows.items():
        before = rows.get((item, year - 1))
        if row.growth_percent is not None and before is not None:
            assert growth_percent(row.value, before.value) == row.growth_percent, row
            checked += 1
    assert checked >= 6


def test_printed_national_shares_are_reproduced_but_for_2017(reference):
    whole = {row.year: row.value for row in NationalSeries.objects.filter(item="funds")}
    for row in NationalSeries.objects.filter(item="funds_government"):
        share = share_percent(row.value, whole[row.year])
        printed = row.share_percent
        decimals = 1 if row.year == 2023 else 2
        if row.year == 2017:
            assert (share, printed) == (Decimal("76.83"), Decimal("76.82"))
        else:
            assert round(share, decimals) == round(printed, decimals), row.year


def test_every_indicator_says_who_provides_its_figures_and_how_often(reference):
    counted = set(FigureSource.objects.filter(is_counted=True).values_list("name", flat=True))

    told = {one.code: providers(one, counted) for one in IndicatorVersion.objects.all()}

    assert told["special_funds"] == "各区科协填年报，每年；市科协录入公布数，每年"
    assert "平台按登记统计，每晚" in set(told.values())
    assert all(told.values())
