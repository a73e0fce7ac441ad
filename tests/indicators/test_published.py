"""Published figures entered by staff: population and the like, and the national series."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from indicators import actions as all_actions
from indicators.actions import published as actions
from indicators.models import Denominator, Edition, NationalSeries
from indicators.queries.annual.checklist import checklist
from indicators.queries.panel import assemble
from portal.audit import AuditEntry
from portal.errors import Refused
from tests.batches import keep_waiting_sheets
from tests.portal.hostile import xlsx

OF_2025 = {"kind": "population", "year": 2025, "value": 1_800_000, "source": "统计公报（2026年4月）"}
PEOPLE, NATION = "admin:indicators_denominator", "admin:indicators_nationalseries"


@pytest.fixture
def as_staff(client, city_staff, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    client.force_login(city_staff)
    return client


@pytest.fixture
def sample(nanshan):
    return Denominator.objects.create(
        kind="students", region=nanshan, year=2020, value=9, unit="人", source="示例", is_sample=True
    )


def people_of(year, code):
    """By how many residents the index divides for a district and year."""
    found = assemble(Edition.objects.get(), year).terms
    return {
        Decimal(term["value"])
        for (_, region, when), terms in found.items()
        for term in terms
        if (region, when, term["kind"], term["key"]) == (code, year, "denominator", "population")
    }


def test_next_year_s_population_is_entered_and_counted_with(as_staff, nanshan):
    before = people_of(2025, nanshan.code)

    answer = as_staff.post(reverse(f"{PEOPLE}_add"), OF_2025 | {"region": nanshan.pk})

    assert answer.status_code == 302
    assert before == {Decimal(1795826)}
    assert people_of(2025, nanshan.code) == {Decimal(1_800_000)}
    assert people_of(2024, nanshan.code) == before


def test_what_was_changed_from_what_stands_in_the_history(as_staff, nanshan, city_staff):
    row = actions.create_denominator(region=nanshan, **OF_2025, by=city_staff)

    changed = {"value": "1810000", "source": "统计年鉴2026", "is_verified": "on"}
    as_staff.post(reverse(f"{PEOPLE}_change", args=[row.pk]), changed)

    row.refresh_from_db()
    assert (row.value, row.year, row.unit, row.is_verified) == (1_810_000, 2025, "人", True)
    entry = AuditEntry.objects.filter(subject_type="indicators.Denominator", action="change").latest("pk")
    assert "统计年鉴2026" in str(entry.changes)
    assert "统计年鉴2026" in as_staff.get(reverse(f"{PEOPLE}_history", args=[row.pk])).content.decode()


@pytest.mark.parametrize("missing", ["source", "year", "value"])
def test_a_figure_without_source_or_year_is_not_kept(as_staff, nanshan, missing):
    as_staff.post(reverse(f"{PEOPLE}_add"), OF_2025 | {"region": nanshan.pk, missing: ""})

    assert not Denominator.objects.filter(year=2025).exists()


def test_a_sample_row_is_not_changed(as_staff, sample, city_staff):
    answer = as_staff.post(reverse(f"{PEOPLE}_change", args=[sample.pk]), {"value": "5", "source": "公报"})

    assert answer.status_code == 403
    with pytest.raises(Refused, match="示例数据"):
        actions.change_denominator(sample, value=5, by=city_staff)
    sample.refresh_from_db()
    assert sample.value == 9


def test_a_district_enters_no_published_figure(nanshan, officer):
    with pytest.raises(PermissionDenied):
        actions.create_denominator(region=nanshan, **OF_2025, by=officer)
    with pytest.raises(PermissionDenied):
        actions.create_national(item="venues", year=2025, value=1, source="公报", by=officer)


def upload(client, register, headers, *rows):
    sheet = SimpleUploadedFile("数据.xlsx", xlsx(list(rows), headers))
    page = client.post(reverse(f"{register}_import"), {"sheet": sheet})
    client.post(reverse(f"{register}_process_import"), {"token": page.context_data["token"]}, follow=True)
    keep_waiting_sheets()
    return page.content.decode()


def test_a_sheet_enters_a_year_of_all_districts_and_corrects_what_is_known(as_staff, nanshan, city_staff):
    actions.create_denominator(region=nanshan, **OF_2025, by=city_staff)

    upload(
        as_staff,
        PEOPLE,
        ["项目", "区域", "年份", "数值（人）", "来源"],
        ["常住人口", "南山区", "2025", "1820000", "统计公报（2026年4月）"],
        ["常住人口", "福田区", "2025", "1560000", "统计公报（2026年4月）"],
    )

    rows = Denominator.objects.filter(kind="population", year=2025)
    assert {row.region.name: row.value for row in rows} == {"南山区": 1_820_000, "福田区": 1_560_000}


def test_a_sheet_without_a_source_is_refused_beside_the_row(as_staff):
    headers = ["项目", "区域", "年份", "数值（人）", "来源"]

    page = upload(as_staff, PEOPLE, headers, ["常住人口", "南山区", "2025", "1820000", ""])

    assert "来源" in page
    assert not Denominator.objects.filter(year=2025).exists()


def test_a_national_figure_is_entered_under_the_name_of_its_series(as_staff):
    upload(
        as_staff,
        NATION,
        ["项目代码", "年份", "数值", "来源"],
        ["venues", "2031", "2345", "全国科普统计公布数"],
    )

    row = NationalSeries.objects.get(item="venues", year=2031)
    assert (row.name, row.unit, row.value, row.growth_percent) == ("科普场馆", "个", 2345, None)
    assert as_staff.get(reverse(f"{NATION}_change", args=[row.pk])).status_code == 200


def test_a_series_that_is_not_known_is_refused(as_staff, city_staff):
    page = as_staff.post(
        reverse(f"{NATION}_add"), {"item": "venue", "year": 2031, "value": 5, "source": "公报"}
    ).content.decode()

    assert "没有项目代码“venue”" in page
    with pytest.raises(Refused, match="项目代码"):
        actions.create_national(item="venue", year=2031, value=5, source="公报", by=city_staff)
    with pytest.raises(ValidationError):
        actions.create_national(item="venues", year=2031, value=5, source="", by=city_staff)


def test_loading_again_leaves_what_people_entered(nanshan, city_staff):
    people = Denominator.objects.get(kind="population", region=nanshan, year=2020)
    nation = NationalSeries.objects.filter(item="venues").earliest("year")
    actions.change_denominator(people, value=1_795_800, by=city_staff)
    actions.change_national(nation, value=7, by=city_staff)

    all_actions.load_reference()

    people.refresh_from_db()
    nation.refresh_from_db()
    assert (people.value, nation.value) == (1_795_800, 7)


def test_the_checklist_says_that_no_national_figure_was_entered(reference):
    found = next(one for one in checklist(2031) if one.label == "全国数据")

    assert found.words == "没有录入该年的全国数据，比较用已录入的最近年份"
    assert found.url == "/admin/indicators/nationalseries/"
