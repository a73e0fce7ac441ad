"""Two records of one thing: found on entry and at night, told apart, merged."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.search import matching_ids
from resources import actions, queries
from resources.models import DuplicatePair, Merge, OpeningHours, Resource, ResourceLink
from resources.rules import likeness, metres, plain_address, plain_name, plain_phone
from tests.events.factories import EventFactory
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("南山区海洋馆", "南山海洋馆"),
        ("深圳市南山区 海洋馆", "南山海洋馆"),
        ("海洋馆（新馆）", "海洋馆"),
        ("ＡＩ体验馆", "ai体验馆"),
        ("大鹏新区地质公园", "大鹏地质公园"),
    ],
)
def test_names_are_compared_without_what_people_write_differently(one, other):
    assert plain_name(one) == plain_name(other)


def test_names_that_differ_stay_apart():
    assert plain_name("南山图书馆") != plain_name("宝安图书馆")
    assert plain_name("深圳") == "深圳"
    assert plain_name("（示例）") != ""
    assert likeness("海洋馆", "海洋科普馆") > 0.3 > likeness("海洋馆", "天文台")


def test_addresses_and_telephones_are_compared_too():
    assert plain_address("深圳市南山区望海路 1187号") == plain_address("南山望海路1187")
    assert plain_address("望海路") == ""
    assert plain_phone("0755-8888 1234") == plain_phone("88881234") == "88881234"
    assert plain_phone("12345") == ""
    assert 100 < metres((22.54, 114.05), (22.541, 114.05)) < 120


def pair() -> DuplicatePair:
    return DuplicatePair.objects.get(dismissed_at=None)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"title": "南山区海洋馆"}, {"title": "南山海洋馆（示例）"}, "name"),
        ({"title": "海羊馆"}, {"title": "海洋馆"}, "sound"),
        (
            {"title": "海洋科普馆", "address": "南山区望海路1187号"},
            {"title": "望海海洋科普馆", "address": "深圳市南山区望海路 1187 号"},
            "address",
        ),
        (
            {"title": "海洋科普馆", "public_phone": "0755-88881234"},
            {"title": "望海海洋科普馆", "public_phone": "88881234"},
            "phone",
        ),
        (
            {"title": "海洋科普馆", "latitude": "22.54000", "longitude": "114.05000", "position_source": "a"},
            {
                "title": "望海海洋科普馆",
                "latitude": "22.54050",
                "longitude": "114.05010",
                "position_source": "b",
            },
            "near",
        ),
    ],
)
def test_likely_pairs_are_found_at_night_and_at_once(first, second, reason):
    one, other = ResourceFactory(**first), ResourceFactory(**second)

    assert actions.note_duplicates(other.pk) == 1
    assert (pair().first_id, pair().second_id, pair().reasons) == (one.pk, other.pk, [reason])
    DuplicatePair.objects.all().delete()
    assert actions.find_duplicates(timezone.now()) == 1
    assert pair().reasons == [reason]


def test_the_same_book_is_known_by_its_number():
    book = KindFactory(code="book", name="图书", is_place=False, fields=[])
    for title, isbn in (("十万个为什么", "978-7-5324-0000-1"), ("十万个为什么：海洋卷", "9787532400001")):
        ResourceFactory(kind=book, title=title, details={"isbn": isbn})

    actions.find_duplicates(timezone.now())

    assert pair().reasons == ["code"]


def test_what_only_chance_shares_is_no_pair():
    shared = {"address": "南山区望海路1187号", "public_phone": "88881234"}
    ResourceFactory(title="海洋馆", **shared)
    ResourceFactory(title="天文台", **shared)
    ResourceFactory(title="海洋馆", kind=KindFactory(code="book", name="图书", is_place=False))
    for number in range(12):
        ResourceFactory(title="公开课", summary=str(number), kind=KindFactory(code="course", is_place=False))

    assert actions.find_duplicates(timezone.now()) == 0


def test_that_they_are_two_things_is_remembered(staff):
    for _ in range(2):
        ResourceFactory(title="海洋馆")
    actions.find_duplicates(timezone.now())

    actions.dismiss_pair(pair(), by=staff)

    assert actions.find_duplicates(timezone.now()) == 0
    assert DuplicatePair.objects.count() == 1
    assert not queries.open_pairs(staff).exists()


def test_what_is_alike_no_more_leaves_the_list(staff):
    one, _ = ResourceFactory(title="海洋馆"), ResourceFactory(title="海洋馆")
    actions.find_duplicates(timezone.now())

    actions.edit(one, by=staff, title="天文台")

    assert not DuplicatePair.objects.exists()


def test_a_pair_stands_once_in_order(staff):
    one, other = ResourceFactory(), ResourceFactory()
    with pytest.raises(IntegrityError, match="duplicate_pair_is_in_order"), transaction.atomic():
        DuplicatePair.objects.create(first=other, second=one, reasons=["name"])
    DuplicatePair.objects.create(first=one, second=other, reasons=["name"])
    with pytest.raises(IntegrityError, match="duplicate_pair_once"):
        DuplicatePair.objects.create(first=one, second=other, reasons=["name"])


# --- On entry -------------------------------------------------------------------------------------


def typed(unit, **more) -> dict:
    values = {"title": "南山海洋馆", "summary": "看海", "audiences": ["general"], "region": unit.region_id}
    return {**values, "organization": unit.name, **more}


def test_entering_warns_once_and_keeps_nobody_from_saving(client, unit, unit_clerk):
    KindFactory()
    ResourceFactory(title="南山区海洋馆", published=True)
    client.force_login(unit_clerk)
    address = reverse("resources_desk:new") + "?kind=venue"

    answer = client.post(address, typed(unit), secure=True)
    assert answer.status_code == 422
    assert "可能重复" in answer.content.decode()
    assert Resource.objects.count() == 1

    assert client.post(address, typed(unit, looked="1"), secure=True).status_code == 302
    assert DuplicatePair.objects.count() == 1


def test_nobody_learns_of_a_draft_of_others(client, unit, unit_clerk):
    KindFactory()
    ResourceFactory(title="南山区海洋馆")
    client.force_login(unit_clerk)

    page = client.get(reverse("resources_desk:likely") + "?kind=venue&title=南山海洋馆", secure=True)

    assert "海洋馆" not in page.content.decode()


def test_the_panel_comes_while_typing(client, unit, unit_clerk):
    KindFactory()
    ResourceFactory(title="南山区海洋馆", published=True)
    client.force_login(unit_clerk)

    page = client.get(reverse("resources_desk:likely") + "?kind=venue&title=南山海洋馆", secure=True)

    assert "名称相同" in page.content.decode()
    assert 'name="looked"' in page.content.decode()


# --- Merging --------------------------------------------------------------------------------------


@pytest.fixture
def two(unit, unit_clerk):
    """The one that stays, published, and a second of the same thing with more to say."""
    own, other = TopicFactory(), TopicFactory()
    kept = ResourceFactory(
        published=True, title="海洋馆", topics=[own], hours_as="每天 09:00-17:00", public_phone="88881234"
    )
    gone = ResourceFactory(
        published=True,
        title="南山海洋馆",
        topics=[other],
        address="望海路1187号",
        organization=unit,
        region=unit.region,
        created_by=unit_clerk,
        hours_as="周末 10:00-16:00",
        details={"area": 900},
    )
    return kept, gone


def test_everything_that_hangs_on_the_second_moves_to_the_first(two, staff, client):
    kept, gone = two
    event = EventFactory(resource=gone)
    link = ResourceLink.objects.create(resource=gone, kind="vr", title="云游", url="https://a.example/1")

    made = actions.merge(kept, gone, by=staff, take=["title", "address", "hours"], note="同一馆")

    kept.refresh_from_db()
    gone.refresh_from_db()
    event.refresh_from_db()
    link.refresh_from_db()
    assert (kept.title, kept.address, kept.hours_text) == (
        "南山海洋馆",
        "望海路1187号",
        "周六、周日 10:00-16:00",
    )
    assert (kept.public_phone, kept.topics.count()) == ("88881234", 2)
    assert event.resource_id == link.resource_id == kept.pk
    assert (gone.status, gone.merged_into_id) == ("archived", kept.pk)
    assert made.moved["events.Event.resource"] == [str(event.pk)]
    assert made.before["title"] == "海洋馆"
    assert made.before["hours_text"] == "每天 09:00-17:00"
    assert set(matching_ids("海洋馆", kind="resource").values_list("subject_id", flat=True)) == {kept.pk}
    assert client.get(gone.get_absolute_url(), secure=True).headers["Location"] == kept.get_absolute_url()
    assert client.get(gone.get_absolute_url(), secure=True).status_code == 301
    entries = AuditEntry.objects.filter(action__in=["merge", "take_in"])
    assert {entry.subject_id: entry.action for entry in entries} == {
        str(kept.pk): "take_in",
        str(gone.pk): "merge",
    }
    assert any(change.what == "合并" for change in queries.history(kept))


def test_a_merge_that_takes_no_field_stands_in_the_history_of_what_stays(two, staff):
    kept, gone = two

    actions.merge(kept, gone, by=staff, both_topics=False)

    told = queries.history(kept)[0]
    assert (told.what, told.sentences) == ("合并", [f"并入“{gone.title}”（{gone.code}）"])
    assert not any("并入“" in each for change in queries.history(gone) for each in change.sentences)


def test_a_merge_tells_what_no_version_holds(two, staff):
    kept, gone = two
    gone.topics.add(TopicFactory(name="潮汐"))
    Resource.objects.filter(pk=gone.pk).update(contact="王工")

    actions.merge(kept, gone, by=staff, take=["hours", "contact"])

    told = "；".join(queries.history(kept)[0].sentences)
    assert "潮汐" in told
    assert "改了“联系人”（内容不显示）" in told
    assert "王工" not in told


def test_many_rows_entered_at_once_are_compared_at_once(staff, city):
    known = ResourceFactory(title="南山区海洋馆")
    ResourceFactory(title="无关馆")
    row = {"kind": known.kind, "region": city, "summary": "一句话", "audiences": ["general"]}

    made = actions.create_many([row | {"title": "南山海洋馆"}, row | {"title": "天文台"}], by=staff)

    assert (pair().first_id, pair().second_id, pair().reasons) == (known.pk, made[0].pk, ["name"])


def test_addresses_of_what_was_merged_before_lead_to_the_last_one(two, staff, client):
    kept, gone = two
    third = ResourceFactory(published=True, title="海洋馆三")
    actions.merge(gone, third, by=staff)

    actions.merge(kept, gone, by=staff)

    assert client.get(third.get_absolute_url(), secure=True).headers["Location"] == kept.get_absolute_url()


def test_what_both_have_stays_with_the_retired_one_and_is_written_down(two, staff):
    kept, gone = two
    for resource in two:
        ResourceLink.objects.create(resource=resource, kind="vr", title="云游", url="https://a.example/1")
    other = ResourceLink.objects.create(resource=gone, kind="vr", title="二", url="https://a.example/2")

    made = actions.merge(kept, gone, by=staff)

    assert kept.links.count() == 2
    assert made.moved["resources.ResourceLink.resource"] == [str(other.pk)]
    assert len(made.left["resources.ResourceLink.resource"]) == 1


def test_hours_that_were_not_chosen_do_not_come_along(two, staff):
    kept, gone = two

    actions.merge(kept, gone, by=staff)

    assert kept.hours.count() == 7
    assert OpeningHours.objects.filter(resource=gone).count() == 2


@pytest.mark.parametrize("case", ["itself", "archived", "public", "again"])
def test_what_cannot_become_one_is_refused(two, staff, case):
    kept, gone = two
    if case == "itself":
        gone = kept
    elif case == "archived":
        actions.archive(kept, by=staff, note="停办")
        kept.refresh_from_db()
    elif case == "public":
        kept = ResourceFactory(title="草稿")
    else:
        actions.merge(kept, gone, by=staff)

    with pytest.raises((Refused, KeyError)) as refusal:
        actions.merge(kept, gone, by=staff)
    assert refusal.type is Refused


def test_a_unit_merges_nothing_and_a_merged_record_is_not_restored(two, unit_clerk, staff):
    kept, gone = two
    with pytest.raises(PermissionDenied):
        actions.merge(kept, gone, by=unit_clerk)
    actions.merge(kept, gone, by=staff)
    gone.refresh_from_db()

    with pytest.raises(Refused, match="并入"):
        actions.restore(gone, by=staff)
    with pytest.raises(IntegrityError, match="resource_merged_is_archived"):
        Resource.objects.filter(pk=gone.pk).update(status="draft")


def test_the_pages_of_duplicates(client, two, staff, unit_clerk):
    kept, gone = two
    ResourceFactory(title="深圳海洋馆")
    actions.find_duplicates(timezone.now())
    client.force_login(staff)

    page = client.get(reverse("resources_desk:pairs"), secure=True).content.decode()
    assert "对照合并" in page
    address = reverse("resources_desk:merge", args=[kept.pk, gone.pk])
    page = client.get(address, secure=True).content.decode()
    for words in ("望海路1187号", "每天 09:00-17:00", "周六、周日 10:00-16:00"):
        assert words in page
    client.post(address, {"title": "other", "topics": "own"}, secure=True)

    kept.refresh_from_db()
    assert (kept.title, kept.topics.count()) == ("南山海洋馆", 1)
    assert Merge.objects.get().chosen == ["title"]
    assert "已并入另一条" in client.get(gone.get_desk_url(), secure=True).content.decode()
    client.force_login(unit_clerk)
    assert client.get(reverse("resources_desk:pairs"), secure=True).status_code == 403
    assert client.get(address, secure=True).status_code == 404
    assert Event.objects.count() == 0
