"""Civic scientific literacy: published shares, what staff enter, and the page."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from indicators import actions as all_actions
from indicators.actions import literacy as actions
from indicators.models import Figure, LiteracyResult, LiteracySurvey
from indicators.queries.literacy import Asked, literacy, offers, path_of
from outreach.actions import load_reference as load_plan
from outreach.models import Target
from portal.sheets import read_table
from tests.batches import keep_waiting_sheets
from tests.portal.hostile import xlsx

PAGE = "/index/literacy/"


@pytest.fixture
def survey(reference, city_staff):
    row = LiteracySurvey(code="sz-2024", year=2024, name="深圳市公民科学素质调查", source="市科协公报")
    return actions.save_survey(row, by=city_staff)


def share(survey, **more):
    values = {
        "area_kind": "own",
        "area": "深圳市",
        "group_kind": "all",
        "group": "总体",
        "percent": Decimal("24.5"),
    }
    return LiteracyResult(survey=survey, **values | more)


def test_the_published_series_is_the_real_one(reference):
    rows = LiteracyResult.objects.filter(survey__is_sample=False)

    assert {(row.survey.year, row.area): row.percent for row in rows} == {
        (2020, "全国"): Decimal("10.56"),
        (2020, "深圳市"): Decimal("21.10"),
        (2022, "全国"): Decimal("12.93"),
        (2023, "全国"): Decimal("14.14"),
    }
    assert all(row.survey.source for row in rows)


def test_loading_again_leaves_what_was_corrected(reference, city_staff):
    row = LiteracyResult.objects.get(survey__year=2022)
    row.sample_size = 1000
    actions.save_result(row, by=city_staff)

    all_actions.load_reference()

    assert LiteracyResult.objects.get(survey__year=2022).sample_size == 1000


def test_the_share_of_the_city_becomes_the_figure_of_the_index(survey, city_staff):
    actions.save_result(share(survey), by=city_staff)

    figure = Figure.objects.get(source__name="literacy", year=2024, origin="entered")
    assert figure.value == Decimal("24.50")
    assert figure.basis == "深圳市公民科学素质调查；市科协公报"


def test_the_share_of_a_group_is_no_figure_of_the_index(survey, city_staff):
    actions.save_result(share(survey, group_kind="sex", group="女"), by=city_staff)

    assert not Figure.objects.filter(source__name="literacy", year=2024).exists()


def test_a_district_enters_no_survey(survey, officer):
    with pytest.raises(PermissionDenied):
        actions.save_result(share(survey), by=officer)


def test_a_result_of_a_district_names_a_real_one(survey, city_staff, nanshan):
    assert (
        actions.save_result(share(survey, area_kind="district", area="南山区"), by=city_staff).region
        == nanshan
    )

    with pytest.raises(ValidationError, match="没有这个区"):
        actions.save_result(share(survey, area_kind="district", area="南山"), by=city_staff)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"percent": Decimal("100.01")}, "literacy_result_is_a_share"),
        ({"group": ""}, "literacy_result_names_its_group"),
        ({"group_kind": "sex"}, "literacy_result_names_its_group"),
        ({"area_kind": "nation"}, "literacy_result_of_ours_has_its_region"),
        ({"sample_size": 0}, "literacy_result_asked_somebody"),
        ({"margin": Decimal("51")}, "literacy_result_margin_is_a_share"),
    ],
)
def test_the_database_refuses_what_is_no_result(survey, city_staff, wrong, name):
    row = actions.save_result(share(survey), by=city_staff)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        LiteracyResult.objects.filter(pk=row.pk).update(**wrong)


def test_a_survey_says_where_it_is_from(survey):
    with pytest.raises(IntegrityError, match="literacy_survey_says_where_from"), transaction.atomic():
        LiteracySurvey.objects.filter(pk=survey.pk).update(source="")


def test_a_margin_is_the_published_one_or_that_of_a_simple_random_sample():
    reckoned = LiteracyResult(percent=Decimal("21.10"), sample_size=1600)
    published = LiteracyResult(percent=Decimal("21.10"), sample_size=1600, margin=Decimal("2.80"))

    assert (reckoned.margin_reckoned, reckoned.is_margin_published) == (Decimal("2.0"), False)
    assert (published.margin_reckoned, published.is_margin_published) == (Decimal("2.80"), True)
    assert LiteracyResult(percent=Decimal("21.10")).margin_reckoned is None


def test_the_path_to_the_target_is_a_straight_line():
    target = Target(baseline_year=2020, baseline=Decimal("21.1"), target_year=2025, target=Decimal(25))

    assert path_of(target, [2019, 2020, 2022, 2025, 2026]) == [
        None,
        Decimal("21.10"),
        Decimal("22.66"),
        Decimal("25.00"),
        None,
    ]


def test_the_page_tells_series_target_and_nation_with_their_sources(client, reference):
    load_plan()

    page = client.get(PAGE)

    text = page.content.decode()
    assert page.status_code == 200
    assert "21.1" in text
    assert "全国城市第三" in text
    assert "名词解释1" in text
    found = page.context["found"]
    assert found.target == (2025, Decimal("25.00"))
    assert found.lead == Decimal("10.54")


def test_a_published_share_goes_before_a_sample_of_the_same_year(survey, city_staff):
    actions.save_result(share(survey), by=city_staff)
    sample = LiteracySurvey.objects.create(code="x", year=2024, name="示例", source="示例", is_sample=True)
    row = share(sample, percent=Decimal(30))
    row.region = survey.results.get().region
    row.save()

    assert literacy(Asked()).latest.percent == Decimal("24.50")


@pytest.mark.parametrize(
    "query", ["year=2022", "area=own", "group=sex", "year=x&area=y&group=%00", "year=٢٠٢٢"]
)
def test_results_are_listed_as_asked(client, reference, query):
    page = client.get(f"{PAGE}?{query}")

    asked = page.context["asked"]
    assert all(asked.holds(one) for one in page.context["found"].listed)


def test_results_are_downloaded_as_listed(client, reference):
    answer = client.get(f"{PAGE}?year=2020&file=results.xlsx")

    table = read_table(answer.content, expect=None)
    assert [row[2] for row in table.rows] == ["全国", "深圳市"]
    assert table.rows[1][5] == 21.1


def test_staff_are_led_to_the_registers_and_nobody_else(client, city_staff, reference):
    address = reverse("admin:indicators_literacyresult_import")
    assert address not in client.get(PAGE).content.decode()

    client.force_login(city_staff)

    assert address in client.get(PAGE).content.decode()


# ---------------------------------------------------------------- from a sheet

HEADERS = [
    "调查代码",
    "地域类别",
    "地域",
    "分组",
    "人群",
    "具备科学素质的比例（%）",
    "样本量（人）",
    "误差（±百分点）",
]


@pytest.fixture
def as_staff(client, city_staff, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    client.force_login(city_staff)
    return client


def upload(client, *rows):
    sheet = SimpleUploadedFile("素质.xlsx", xlsx(list(rows), HEADERS))
    return client.post(reverse("admin:indicators_literacyresult_import"), {"sheet": sheet})


def test_a_sheet_enters_the_groups_of_a_survey_and_corrects_what_is_known(as_staff, survey, city_staff):
    actions.save_result(share(survey), by=city_staff)

    page = upload(
        as_staff,
        ["sz-2024", "本市", "深圳市", "总体", "总体", "24.8", "3000", ""],
        ["sz-2024", "本市", "深圳市", "性别", "女", "23.1", "1400", "2.3"],
    )
    token = page.context_data["token"]
    as_staff.post(reverse("admin:indicators_literacyresult_process_import"), {"token": token}, follow=True)
    keep_waiting_sheets()

    assert {row.group: (row.percent, row.margin) for row in survey.results.all()} == {
        "总体": (Decimal("24.80"), None),
        "女": (Decimal("23.10"), Decimal("2.30")),
    }
    assert Figure.objects.get(source__name="literacy", year=2024).value == Decimal("24.80")


def test_a_sheet_says_beside_the_row_which_survey_is_not_known(as_staff, survey):
    page = upload(as_staff, ["sz-1999", "本市", "深圳市", "总体", "总体", "24.8", "", ""])

    assert "没有找到“sz-1999”" in page.content.decode()
    assert not survey.results.exists()


def test_a_share_is_offered_as_what_the_plan_reached_and_confirmed_in_the_plan(client, survey, city_staff):
    load_plan()
    actions.save_result(share(survey), by=city_staff)
    client.force_login(city_staff)
    (offer,) = [one for one in offers() if one.result.survey.year == 2024]
    page = client.get(PAGE).content.decode()
    assert "登记为完成值" in page
    assert not offer.is_kept

    filled = client.get(offer.address).content.decode()
    assert 'value="24.50"' in filled
    assert "市科协公报" in filled
    fields = {"year": "2024", "value": "24.50", "source": "深圳市公民科学素质调查（市科协公报）"}
    client.post(offer.address.partition("?")[0], fields)

    kept = Target.objects.get(code="literacy").actuals.get(year=2024)
    assert (kept.value, kept.source) == (Decimal("24.50"), fields["source"])
    assert [one.is_kept for one in offers() if one.result.survey.year == 2024] == [True]


def test_a_corrected_share_is_offered_anew_and_replaces_the_year(client, survey, city_staff):
    load_plan()
    actions.save_result(share(survey), by=city_staff)
    target = Target.objects.get(code="literacy")
    target.actuals.update_or_create(year=2024, defaults={"value": Decimal("24.1"), "source": "快报"})
    client.force_login(city_staff)
    assert "不一致，更正完成值" in client.get(PAGE).content.decode()
    (offer,) = [one for one in offers() if one.result.survey.year == 2024]

    client.post(offer.address.partition("?")[0], {"year": "2024", "value": "24.5", "source": "公报"})

    assert target.actuals.get(year=2024).value == Decimal("24.5")


def test_who_does_not_keep_the_plan_is_offered_nothing(client, survey, city_staff, officer):
    load_plan()
    actions.save_result(share(survey), by=city_staff)
    client.force_login(officer)

    assert "登记为完成值" not in client.get(PAGE).content.decode()
    assert client.get(offers()[0].address).status_code in (403, 404)
