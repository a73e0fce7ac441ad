"""Tables that people put together: what they say, their addresses and files, what is kept under a name."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.actions import tables as actions
from indicators.models import Figure, FigureSource, Return, ReturnCell, SavedTable, SubdistrictFigure
from indicators.queries.measures import HIDDEN
from indicators.queries.tables import MOST_MEASURES, Shelf, TableSpec, build
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from portal.sheets import read_table
from tests.factories import UserFactory

CITY, NANSHAN, FUTIAN = "440300000000", "440305000000", "440304000000"
TABLE = "/index/table/"

pytestmark = pytest.mark.usefixtures("night")


@pytest.fixture
def shelf(night):
    return Shelf.filled(night)


@pytest.fixture
def staff(night):
    return UserFactory(holding=(Role.STAFF, Region.objects.get(code=CITY)), mfa=True)


@pytest.fixture
def somebody(night):
    return UserFactory(holding=(Role.DISTRICT, Region.objects.get(code=NANSHAN)), mfa=True)


def made(shelf, query):
    return build(TableSpec.read(QueryDict(query), shelf), shelf)


def reported(key, code, year):
    return ReturnCell.objects.get(
        item__key=key, filing__region__code=code, filing__period__year=year, filing__status="accepted"
    ).value


def test_the_city_is_the_sum_of_its_districts(shelf):
    [(_, cells), *districts] = made(shelf, "measure=KR100&from=2025&to=2025").rows

    assert cells[0] == sum(cells[0] for _, cells in districts)
    assert len(districts) == 11


def test_a_city_s_sum_of_some_districts_says_of_how_many(client, shelf):
    Return.objects.filter(region__code__in=[NANSHAN, FUTIAN], period__year=2025).update(status="returned")

    built = made(shelf, "measure=KR100&from=2025&to=2025")
    page = client.get(f"{TABLE}?measure=KR100&from=2025&to=2025").content.decode()
    item = client.get("/reports/items/KR100/?year=2025").content.decode()

    rows = {heads[0]: cells[0] for heads, cells in built.rows}
    assert rows["南山区"] is None
    assert rows["深圳市"] == sum(
        value for name, value in rows.items() if name != "深圳市" and value is not None
    )
    assert built.shares[0] == ["9/11 区已审核"]
    assert "9/11 区已审核" in built.table.note
    assert ">9/11 区已审核<" in page
    assert ">9/11 区已审核<" in item


def test_nothing_is_reckoned_from_a_sum_of_some_districts(shelf):
    Return.objects.filter(region__code=NANSHAN, period__year=2025).update(status="returned")

    built = made(shelf, "measure=KR100&from=2025&to=2025&show=change")
    drawn = made(shelf, f"measure=KR100&region={CITY}&from=2023&to=2025&columns=year&rows=region")

    assert built.rows[0][1] == [None]
    assert drawn.rows[0][1][-1] is not None
    assert drawn.picture.rows[-1][-1] is None


def test_a_figure_opens_what_it_was_counted_from(client, shelf):
    built = made(shelf, f"measure=KR100&measure=rate.special_funds&region={NANSHAN}&from=2025&to=2025")

    links = [link for row in built.links for link in row]
    assert links == [f"/index/{NANSHAN}/items/KR100/?year=2025", f"/index/{NANSHAN}/special_funds/?year=2025"]
    assert all(client.get(link).status_code == 200 for link in links)


def test_years_across_measures_and_regions_down(shelf):
    built = made(
        shelf,
        f"measure=KR100&measure=KR200&region={NANSHAN}&region={FUTIAN}&from=2024&to=2025&rows=measure&columns=year",
    )

    assert built.heads == ["指标", "区域"]
    assert built.across == ["2024年", "2025年"]
    assert [heads for heads, _ in built.rows] == [
        ["科普专职人员（人）", "福田区"],
        ["科普专职人员（人）", "南山区"],
        ["科普兼职人员（人）", "福田区"],
        ["科普兼职人员（人）", "南山区"],
    ]
    assert built.rows[1][1] == [reported("KR100", NANSHAN, 2024), reported("KR100", NANSHAN, 2025)]


def test_a_change_is_taken_from_the_year_before(shelf):
    built = made(shelf, f"measure=KR100&region={NANSHAN}&from=2025&to=2025&show=change")

    assert built.rows[0][1] == [reported("KR100", NANSHAN, 2025) - reported("KR100", NANSHAN, 2024)]


def test_per_head_counts_the_residents_of_the_last_census(shelf):
    built = made(shelf, f"measure=KR100&region={NANSHAN}&from=2025&to=2025&show=per10k")

    expected = (reported("KR100", NANSHAN, 2025) / Decimal(1_795_826) * 10_000).quantize(Decimal("0.01"))
    assert built.rows[0][1] == [expected]


def test_what_is_entered_goes_before_what_is_counted(shelf):
    source, nanshan = FigureSource.objects.get(name="volunteers"), Region.objects.get(code=NANSHAN)
    Figure.objects.filter(source=source, region=nanshan, year=2025).delete()
    about = {"source": source, "region": nanshan, "year": 2025}
    Figure.objects.create(**about, origin="counted", value=7)
    Figure.objects.create(**about, origin="entered", value=9, basis="市科协")

    built = made(shelf, f"measure=f.volunteers&region={NANSHAN}&from=2025&to=2025")

    assert built.rows[0][1] == [Decimal(9)]


def test_a_small_count_of_children_is_not_told_and_cannot_be_reckoned(shelf):
    Figure.objects.filter(source__name="credit_reached", year=2025, region__code=NANSHAN).update(value=4)

    rows = made(shelf, "measure=f.credit_reached&from=2025&to=2025").rows

    hidden = [heads[0] for heads, cells in rows if cells == [HIDDEN]]
    assert "南山区" in hidden
    assert len(hidden) >= 2


def test_scores_are_those_of_the_published_vintage(shelf, night):
    cell = night.cells.get(node="index", year=2025, region__code=NANSHAN)

    built = made(
        shelf,
        f"measure=score.index&measure=growth.index&region={NANSHAN}&from=2025&to=2025&rows=measure&columns=year",
    )

    assert [cells for _, cells in built.rows] == [[cell.score], [cell.growth]]


def test_more_measures_than_a_table_holds_are_cut_and_said(client, shelf):
    codes = list(shelf.measures)[: MOST_MEASURES + 3]

    page = client.get(TABLE, {"measure": codes})

    assert len(page.context["built"].measures) == MOST_MEASURES
    assert "已取前 12 项" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("needs", ""),
        ("needs_matched", "&matched=1"),
        ("topic:space", "&topic=space"),
        ("program:spirit_school", "&programme=spirit_school"),
    ],
)
def test_a_figure_of_needs_leads_to_the_needs_it_counts(night, name, asked):
    source = FigureSource.objects.create(name=name, label=name, unit="项", is_counted=True, basis="供需对接")
    Figure.objects.create(
        source=source, region=Region.objects.get(code=NANSHAN), year=2025, value=3, origin="counted"
    )

    [(_, [(value, address, _)])] = made(
        Shelf.filled(night), f"measure=f.{name}&from=2025&to=2025&region={NANSHAN}"
    ).linked

    assert (value, address) == (3, f"/needs/counted/?year=2025&district={NANSHAN}{asked}")


def test_an_address_gives_the_same_table_again(shelf):
    spec = TableSpec.read(
        QueryDict(f"measure=KR100&region={NANSHAN}&from=2022&to=2024&rows=year&columns=region&show=percent"),
        shelf,
    )

    assert TableSpec.read(QueryDict(spec.query(shelf)), shelf) == spec


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["measure", "region", "from", "to", "rows", "columns", "show"]), st.text()),
        max_size=8,
    )
)
def test_whatever_an_address_says_a_table_comes_of_it(shelf, asked):
    params = QueryDict(mutable=True)
    for name, value in asked:
        params.appendlist(name, value)

    spec = TableSpec.read(params, shelf)

    assert spec.rows != spec.columns
    assert spec.first <= spec.last
    assert spec.measures


def test_a_table_is_downloaded_with_the_figures_of_the_page(client, shelf):
    query = f"measure=KR100&region={NANSHAN}&from=2024&to=2025"
    built = made(shelf, query)

    answer = client.get(f"{TABLE}?{query}&file=table.xlsx")

    assert answer["Content-Disposition"].startswith("attachment")
    table = read_table(answer.content, expect=None)
    assert table.headers == ["区域", "2024年", "2025年"]
    assert [Decimal(str(cell)) for cell in table.rows[0][1:]] == built.rows[0][1]


def test_the_page_costs_as_many_queries_for_many_measures_as_for_one(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(30) as one:
        client.get(TABLE, {"measure": "KR100"})
    with django_assert_max_num_queries(len(one)):
        client.get(TABLE, {"measure": ["KR100", "KR200", "KJ100", "KH111"]})


# ---------------------------------------------------------------- kept under a name


def test_a_kept_table_is_found_by_its_owner_alone(client, somebody, staff):
    client.force_login(somebody)

    client.post(
        reverse("indicators:table_save"), {"name": "我的表", "query": "measure=KR200&from=2024&to=2025"}
    )

    row = SavedTable.objects.get(name="我的表")
    assert row.owner == somebody
    assert client.get(row.get_absolute_url()).url == f"{TABLE}?{row.query}"
    assert "measure=KR200" in row.query
    client.force_login(staff)
    assert client.get(row.get_absolute_url()).status_code == 404


def test_the_association_shares_a_table_with_everybody(client, staff):
    row = actions.save_table(name="各区人员", query="measure=KR100", is_shared=True, by=staff)

    page = client.get(TABLE)

    assert row in page.context["shared"]
    assert client.get(row.get_absolute_url()).status_code == 302


def test_a_district_shares_no_table(somebody):
    with pytest.raises(PermissionDenied):
        actions.save_table(name="各区人员", query="measure=KR100", is_shared=True, by=somebody)


def test_the_same_table_kept_twice_is_one(somebody):
    first = actions.save_table(name="表", query="measure=KR100", is_shared=False, by=somebody)

    assert actions.save_table(name="表", query="measure=KR100", is_shared=False, by=somebody) == first


def test_a_name_that_stands_for_another_table_is_said_beside_its_field(client, somebody):
    actions.save_table(name="表", query="measure=KR100", is_shared=False, by=somebody)
    client.force_login(somebody)

    page = client.post(reverse("indicators:table_save"), {"name": "表", "query": "measure=KR200"})

    assert page.status_code == 422
    assert "您已有同名的统计表，请换个名称。" in page.content.decode()
    assert f'"{TABLE}?measure=KR200' in page.content.decode()


def test_there_is_an_end_to_kept_tables(somebody, monkeypatch):
    monkeypatch.setattr(actions, "MOST_TABLES", 1)
    actions.save_table(name="一", query="measure=KR100", is_shared=False, by=somebody)

    with pytest.raises(Refused, match="最多保存"):
        actions.save_table(name="二", query="measure=KR100", is_shared=False, by=somebody)


def test_the_database_refuses_a_table_without_a_name(somebody):
    row = actions.save_table(name="表", query="measure=KR100", is_shared=False, by=somebody)

    with pytest.raises(IntegrityError, match="saved_table_has_a_name"), transaction.atomic():
        SavedTable.objects.filter(pk=row.pk).update(name="")


def test_another_persons_table_is_not_dropped(client, somebody, staff):
    row = actions.save_table(name="表", query="measure=KR100", is_shared=False, by=staff)
    client.force_login(somebody)

    assert client.post(reverse("indicators:table_drop", args=[row.pk])).status_code == 404
    assert SavedTable.objects.filter(pk=row.pk).exists()


def test_the_association_drops_a_shared_table(client, staff):
    other = UserFactory(holding=(Role.STAFF, Region.objects.get(code=CITY)), mfa=True)
    row = actions.save_table(name="公开表", query="measure=KR100", is_shared=True, by=other)

    actions.drop_table(row, by=staff)

    assert not SavedTable.objects.filter(name="公开表").exists()


# ---------------------------------------------------------------- subdistricts


@pytest.fixture
def streets(night):
    """Counts in the first three subdistricts of Nanshan: volunteers, and students who reached the least."""
    found = list(Region.objects.filter(parent__code=NANSHAN, level=3).order_by("code")[:3])
    for key, values in (("KR300", (12, 3, 5)), ("credit_reached", (4, 30, 40))):
        SubdistrictFigure.objects.bulk_create(
            SubdistrictFigure(key=key, region=street, year=2025, value=value)
            for street, value in zip(found, values, strict=True)
        )
    return found


def test_a_district_s_subdistricts_stand_before_their_sum(night, streets):
    shelf = Shelf.filled(night, NANSHAN)

    built = made(shelf, f"area={NANSHAN}&measure=KR300&from=2025&to=2025")

    assert [cells[0] for _, cells in built.rows][:4] == [20, 12, 3, 5]
    assert "南山区各街道注册科普志愿者" in built.table.title
    assert "没有登记到街道的不计入" in built.table.how
    assert built.spec.query(shelf).count(f"area={NANSHAN}") == 1


def test_small_counts_of_students_in_subdistricts_are_kept_back_with_what_gives_them_away(night, streets):
    shelf = Shelf.filled(night, NANSHAN)

    built = made(shelf, "measure=f.credit_reached&from=2025&to=2025")

    assert [cells[0] for _, cells in built.rows][:4] == [74, HIDDEN, HIDDEN, 40]


def test_only_what_is_counted_there_can_be_asked_of_subdistricts(night, streets):
    shelf = Shelf.filled(night, NANSHAN)

    spec = TableSpec.read(QueryDict("measure=KJ100&measure=KR300&region=440304000000"), shelf)

    assert spec.measures == ("KR300",)
    assert set(spec.regions) == set(shelf.regions)
    assert set(shelf.measures) == {"KR300", "f.credit_reached"}


def test_a_table_of_subdistricts_is_asked_for_and_kept_on_the_page(client, somebody, streets):
    client.force_login(somebody)
    address = f"{TABLE}?area={NANSHAN}&measure=KR300&from=2025&to=2025"
    page = client.get(address).content.decode()
    assert "南山区各街道" in page
    assert streets[0].name in page

    client.post(
        reverse("indicators:table_save"), {"name": "街道志愿者", "query": f"area={NANSHAN}&measure=KR300"}
    )

    assert f"area={NANSHAN}" in SavedTable.objects.get(name="街道志愿者").query


@pytest.mark.parametrize("area", ["440304000000", "x", "%00"])
def test_an_area_without_counts_is_the_city_as_usual(client, streets, area):
    answer = client.get(f"{TABLE}?area={area}&measure=KR100")

    assert answer.status_code == 200
    assert "各区科普专职人员" in answer.content.decode()
