"""Bases as the public finds them: by the site's search box and by name in their list."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from outreach import actions
from outreach.actions import lifecycle
from outreach.models import Title
from portal import search
from portal.calendar import local_today
from portal.search import SearchEntry, find, rebuild
from tests.factories import OrganizationFactory
from tests.outreach.factories import TitleFactory, TitleKindFactory


@pytest.fixture
def museum(district):
    return OrganizationFactory(name="蓝湾海洋馆", address="滨海大道9号", region=district)


@pytest.fixture
def entered(museum, staff):
    """A title as staff enters it in the register."""
    kind = TitleKindFactory()
    until = local_today() + timedelta(days=400)
    return actions.create_title(
        organization=museum,
        kind=kind,
        category=Title.Category.VENUE,
        number="示例-海洋",
        valid_from=local_today(),
        valid_until=until,
        by=staff,
    )


def found(q: str) -> list[str]:
    return [entry.url for entry in find(q, kinds=["base"])]


@pytest.mark.parametrize("asked", ["海洋", "haiyangguan", "hyg", "滨海大道", "科普基地"])
def test_a_base_is_found_once_its_title_is_entered(entered, museum, asked):
    assert found(asked) == [f"/bases/{museum.pk}/"]


def test_the_search_page_leads_to_the_base(client, entered, museum):
    page = client.get("/search/?q=hyg").content.decode()

    assert "科普基地" in page
    assert f'href="/bases/{museum.pk}/"' in page


def test_a_base_that_lost_its_title_is_not_found(entered, staff):
    actions.withdraw_title(entered, on=local_today(), reason="年度考核不合格", by=staff)

    assert found("海洋") == []


def test_a_base_with_another_title_stays(entered, museum, staff):
    TitleFactory(organization=museum, kind=TitleKindFactory(code="hall", name="企业科技传播馆"))

    actions.withdraw_title(entered, on=local_today(), reason="年度考核不合格", by=staff)

    assert found("海洋") == [f"/bases/{museum.pk}/"]
    assert "企业科技传播馆" in SearchEntry.objects.get(kind="base").text


def test_a_title_that_moves_takes_its_base_along(entered, staff, district):
    present = OrganizationFactory(name="潮汐馆", region=district)

    lifecycle.transfer(entered, present, on=local_today(), reason="单位合并", by=staff)

    assert found("海洋") == []
    assert found("潮汐") == [f"/bases/{present.pk}/"]


def test_titles_end_on_their_day_and_bodies_are_renamed(entered, museum):
    museum.name = "新港海洋馆"
    museum.save(update_fields=["name"])
    lifecycle.renew_search(at=timezone.now())
    renamed = found("新港")
    later = timezone.now() + timedelta(days=500)

    assert renamed == [f"/bases/{museum.pk}/"]
    assert lifecycle.renew_search(at=later) == 0
    assert found("海洋") == []


def test_the_whole_index_made_anew_has_the_bases(museum):
    TitleFactory(organization=museum)
    TitleFactory(organization__name="旧海洋馆", valid_until=date(2023, 12, 31))

    counts = rebuild(["outreach.queries.bases.searchable_bases"])

    assert counts["outreach.queries.bases.searchable_bases"] == 1
    assert found("海洋") == [f"/bases/{museum.pk}/"]


def test_every_heading_of_the_search_has_a_source(db):
    fed = {"document", "article", "guidance", "base", "resource", "route", "event"}

    assert set(search.KINDS) == fed


def names_at(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().partition("<h2>名单</h2>")[2]


@pytest.mark.parametrize("asked", ["海洋", "haiyangguan", "hyg"])
def test_the_list_of_bases_is_asked_by_name(client, entered, asked):
    TitleFactory(organization__name="地质公园")

    page = names_at(client, f"/bases/?q={asked}")

    assert "蓝湾海洋馆" in page
    assert "地质公园" not in page


def test_a_base_of_another_day_is_found_by_its_name(client, museum):
    TitleFactory(organization=museum, valid_until=date(2023, 12, 31))

    assert "蓝湾海洋馆" in names_at(client, "/bases/?q=海洋&on=2023-05-01")
    assert "蓝湾海洋馆" not in names_at(client, "/bases/?q=海洋")


def test_the_name_stays_when_a_district_is_chosen(client, entered):
    assert "q=%E6%B5%B7%E6%B4%8B&amp;district=" in client.get("/bases/?q=海洋").content.decode()
