"""Kinds as data, common fields, links."""

import csv
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse

from portal.errors import Refused
from portal.roles import Role
from portal.search import matching_ids
from resources import actions, queries
from resources.actions.reference import DATA
from resources.actions.registry import MOST_LINKS
from resources.models import Licence, Resource, ResourceKind, ResourceLink
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.factories import KindFactory, ResourceFactory

CATEGORIES = [
    {
        "code": "category",
        "label": "场馆类别",
        "type": "choice",
        "choices": ["科技馆", "天文台"],
        "public": True,
    },
    {"code": "seasons", "label": "适宜季节", "type": "choices", "choices": ["春", "秋"], "public": True},
    {"code": "grade", "label": "内部评级", "type": "choice", "choices": ["甲等", "乙等"], "public": False},
]


@pytest.fixture
def owned(unit, unit_clerk):
    return ResourceFactory(organization=unit, region=unit.region, created_by=unit_clerk)


def test_every_kind_of_the_plan_is_there_and_no_code_is_made_up():
    kinds = {row["code"]: row for row in json.loads((DATA / "kinds.json").read_text(encoding="utf-8"))}

    wanted = "venue exhibit course lecture kit book film article online_course open_lab travelling vehicle"
    assert set(wanted.split()) | {"study_site", "teaching_case"} <= set(kinds)
    assert not any(row.get("classification_code") for row in kinds.values())
    assert all(row["freshness_months"] and row["grace_days"] for row in kinds.values())


def test_topics_are_fields_of_science_and_everyday_matters():
    with (DATA / "topics.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))

    names = {row["name"] for row in rows}
    assert {"防灾减灾", "健康素养", "人工智能应用", "急救与自救", "心理学"} <= names
    assert len(names) == len({row["code"] for row in rows}) == len(rows)
    assert all(len(row["discipline_code"]) in (0, 3) for row in rows)


def test_a_classification_code_names_its_edition():
    kind = KindFactory()

    with pytest.raises(IntegrityError, match="resource_kind_code_names_its_edition"):
        ResourceKind.objects.filter(pk=kind.pk).update(classification_code="0101")


@pytest.mark.parametrize(
    ("field", "value", "constraint"),
    [
        ("spirits", ["cunning"], "resource_spirits_are_known"),
        ("languages", ["klingon"], "resource_languages_are_known"),
        ("accessibility", ["magic"], "resource_accessibility_is_known"),
        ("capacity", 0, "resource_receives_somebody"),
    ],
)
def test_what_is_not_in_the_lists_is_not_kept(field, value, constraint):
    resource = ResourceFactory()

    with pytest.raises(IntegrityError, match=constraint):
        Resource.objects.filter(pk=resource.pk).update(**{field: value})


def test_common_fields_go_through_form_page_and_open_data(client, owned, unit_clerk, staff):
    client.force_login(unit_clerk)
    typed = {
        "title": owned.title,
        "summary": owned.summary,
        "audiences": ["general"],
        "region": owned.region_id,
        "organization": owned.organization.name,
        "spirits": ["patriotism", "truth"],
        "languages": ["mandarin", "english"],
        "accessibility": ["step_free", "nursing"],
        "capacity": "120",
        "licence": "cc_by",
        "x_area": "300",
        "revision": str(owned.revision),
    }

    answer = client.post(reverse("resources_desk:edit", args=[owned.pk]), typed, secure=True)

    assert answer.status_code == 302, answer.context["form"].errors
    owned.refresh_from_db()
    assert (owned.capacity, owned.licence, owned.spirits) == (120, Licence.BY, ["patriotism", "truth"])
    actions.submit(owned, by=unit_clerk)
    actions.publish(owned, by=staff)
    page = client.get(owned.get_absolute_url(), secure=True).content.decode()
    for words in ("爱国、求实", "普通话、英语", "无障碍通道、母婴室", "120 人", "CC BY 署名"):
        assert words in page
    item = client.get("/api/v1/resources/", secure=True).json()["items"][0]
    assert (item["capacity"], item["licence"], item["accessibility"]) == (
        120,
        "cc_by",
        ["step_free", "nursing"],
    )
    assert item["details"] == [{"code": "area", "label": "展览面积（平方米）", "value": 300}]


def test_a_draft_is_read_by_its_unit_as_the_public_will_read_it(client, owned, unit_clerk):
    owned.details = {"area": 300, "staff": 8}
    owned.contact = "王工"
    owned.save()
    client.force_login(unit_clerk)
    preview = reverse("resources_desk:preview", args=[owned.pk])

    page = client.get(preview, secure=True).content.decode()

    assert "发布后公众看到的内容" in page
    assert "展览面积（平方米）" in page
    assert "专职人员" not in page
    assert "王工" not in page
    assert preview in client.get(owned.get_desk_url(), secure=True).content.decode()
    client.force_login(UserFactory(holding=(Role.UNIT, OrganizationFactory())))
    assert client.get(preview, secure=True).status_code == 404


def test_open_data_declares_public_fields_of_each_kind_and_no_internal_one(client):
    KindFactory(classification_edition="GB/T 32844—2025", classification_code="A1")

    found = client.get("/api/v1/resources/kinds", secure=True).json()

    assert [field["code"] for field in found[0]["fields"]] == ["area"]
    assert found[0]["classification_edition"] == "GB/T 32844—2025"


def test_what_was_chosen_is_found_by_search_but_not_what_is_internal():
    kind = KindFactory(code="venue", fields=CATEGORIES)
    resource = ResourceFactory(
        published=True,
        kind=kind,
        title="无名馆",
        details={"category": "天文台", "seasons": ["春"], "grade": "甲等"},
    )

    assert matching_ids("天文台", kind="resource").filter(subject_id=resource.pk).exists()
    assert not matching_ids("甲等", kind="resource").exists()


# --- Links ----------------------------------------------------------------------------------------


def test_a_video_is_shown_to_everybody_and_can_be_taken_off(client, owned, unit_clerk):
    Resource.objects.filter(pk=owned.pk).update(
        status="published", published_at=owned.created_at, listed_on="2026-01-01"
    )
    client.force_login(unit_clerk)
    address = reverse("resources_desk:link_add", args=[owned.pk])

    client.post(address, {"kind": "vr", "title": "云游展厅", "url": "https://vr.example.cn/1"}, secure=True)

    assert "云游展厅" in client.get(owned.get_absolute_url(), secure=True).content.decode()
    link = owned.links.get()
    client.post(reverse("resources_desk:link_remove", args=[owned.pk, link.pk]), secure=True)
    assert not owned.links.exists()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://a.example/x", "data:text/html,x", "//evil.example"]
)
def test_a_link_that_is_no_web_page_is_refused(client, owned, unit_clerk, url):
    client.force_login(unit_clerk)
    address = reverse("resources_desk:link_add", args=[owned.pk])

    answer = client.post(address, {"kind": "vr", "title": "云游", "url": url}, secure=True)

    assert answer.status_code == 422 or owned.links.get().url.startswith("https://")


def test_the_database_refuses_such_a_link_too(owned):
    with pytest.raises(IntegrityError, match="resource_link_leads_to_a_web_page"):
        ResourceLink.objects.create(resource=owned, kind="vr", title="云游", url="javascript:alert(1)")


def test_the_same_address_once_and_not_too_many(owned, unit_clerk):
    for number in range(MOST_LINKS):
        actions.add_link(owned, kind="video", title="短片", url=f"https://a.example/{number}", by=unit_clerk)

    with pytest.raises(Refused, match="最多"):
        actions.add_link(owned, kind="video", title="短片", url="https://a.example/x", by=unit_clerk)
    actions.remove_link(owned.links.first(), by=unit_clerk)
    with pytest.raises(ValidationError, match="已经添加过"):
        actions.add_link(owned, kind="video", title="短片", url="https://a.example/5", by=unit_clerk)
    assert queries.kinds().count() == 1
