from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from portal.audit import AuditEntry
from portal.errors import Refused
from portal.files import IMAGES, Attachment, examine
from portal.notices import Notice
from portal.roles import Role
from portal.search import SearchEntry, matching_ids
from resources import actions, queries
from resources.models import MenuEntry, Resource, ResourceKind, Topic
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.factories import KindFactory, ResourceFactory, TopicFactory


@pytest.fixture
def owned(unit, unit_clerk):
    """A unit's draft, ready to be handed in."""
    return ResourceFactory(organization=unit, region=unit.region, created_by=unit_clerk, title="潮汐馆")


def in_menu(resource) -> bool:
    return MenuEntry.objects.filter(pk=resource.pk).exists()


def test_a_unit_enters_a_draft_that_only_those_who_may_see_it_find(unit, unit_clerk, district):
    resource = actions.create(
        by=unit_clerk,
        kind=KindFactory(),
        title="潮汐馆",
        region=district,
        organization=unit,
        hours_text="周二至周日 09:00-17:00",
        topics=[TopicFactory()],
    )

    entry = SearchEntry.objects.get(kind="resource", subject_id=resource.pk)
    assert (resource.status, resource.hours.count(), resource.topics.count()) == ("draft", 6, 1)
    assert (entry.is_public, entry.needs) == (False, "resource_view")
    assert not in_menu(resource)
    assert AuditEntry.objects.filter(action="create", subject_id=str(resource.pk)).exists()


def test_a_summary_that_only_names_the_kind_is_not_told_twice_by_the_search(unit, unit_clerk, district):
    kind = KindFactory()

    resource = actions.create(
        by=unit_clerk, kind=kind, title="潮汐馆", region=district, organization=unit, summary=kind.name
    )

    entry = SearchEntry.objects.get(kind="resource", subject_id=resource.pk)
    assert entry.text == kind.name


def test_nobody_enters_a_resource_for_a_unit_that_is_not_theirs(unit_clerk, district):
    other = OrganizationFactory(region=district)

    with pytest.raises(PermissionDenied):
        actions.create(by=unit_clerk, kind=KindFactory(), title="甲", region=district, organization=other)


def test_an_edit_does_not_move_a_resource_to_a_unit_of_somebody_else(owned, unit_clerk, district):
    with pytest.raises(PermissionDenied):
        actions.edit(owned, by=unit_clerk, organization=OrganizationFactory(region=district))


def test_fields_that_are_the_portals_own_cannot_be_written(owned, unit_clerk):
    with pytest.raises(TypeError, match="not editable"):
        actions.edit(owned, by=unit_clerk, code="mine")


def test_from_draft_to_the_menu_with_everybody_told(owned, unit_clerk, staff):
    actions.submit(owned, by=unit_clerk)
    actions.publish(owned, by=staff, on=date(2026, 3, 2))

    owned.refresh_from_db()
    assert (owned.status, owned.listed_on, owned.confirmed_on) == (
        "published",
        date(2026, 3, 2),
        date(2026, 3, 2),
    )
    assert in_menu(owned)
    assert list(matching_ids("潮汐", kind="resource")) == [{"subject_id": owned.pk}]
    told = dict(Notice.objects.values_list("recipient__username", "text"))
    assert "提交了资源" in told["staff"]
    assert "已发布" in told["unit"]


def test_a_resource_that_does_not_say_for_whom_is_not_handed_in(owned, unit_clerk):
    Resource.objects.filter(pk=owned.pk).update(audiences=[])
    owned.refresh_from_db()

    with pytest.raises(Refused, match="面向人群"):
        actions.submit(owned, by=unit_clerk)


def test_staff_send_back_with_a_note_and_the_unit_is_told(owned, unit_clerk, staff):
    actions.submit(owned, by=unit_clerk)

    actions.send_back(owned, by=staff, note="请补充开放时间")

    notice = Notice.objects.get(recipient=unit_clerk)
    assert (owned.status, notice.kind, notice.link) == ("returned", "task", owned.get_desk_url())
    assert "请补充开放时间" in notice.text


def test_nothing_is_sent_back_without_a_reason(owned, unit_clerk, staff):
    actions.submit(owned, by=unit_clerk)

    with pytest.raises(Refused, match="理由"):
        actions.send_back(owned, by=staff, note=" ")


def test_a_unit_cannot_publish_its_own(owned, unit_clerk):
    actions.submit(owned, by=unit_clerk)

    with pytest.raises(PermissionDenied):
        actions.publish(owned, by=unit_clerk)
    assert not in_menu(owned)
    owned.refresh_from_db()
    assert owned.listed_on is None


def test_what_a_unit_changes_of_a_published_resource_is_reviewed_again(owned, unit_clerk, staff):
    actions.submit(owned, by=unit_clerk)
    actions.publish(owned, by=staff)

    changed = actions.edit(owned, by=unit_clerk, summary="全新介绍")

    assert changed.status == "submitted"
    assert not in_menu(owned)
    assert Notice.objects.filter(recipient=staff, text__contains="重新审核").exists()


def test_what_staff_change_of_a_published_resource_stays_in_the_menu(staff):
    resource = ResourceFactory(published=True, title="旧馆")

    actions.edit(resource, by=staff, title="新馆")

    assert in_menu(resource)
    assert matching_ids("新馆", kind="resource").exists()
    assert not matching_ids("旧馆", kind="resource").exists()


def test_archiving_takes_it_out_of_menu_and_search(staff):
    resource = ResourceFactory(published=True)

    actions.archive(resource, by=staff, note="已拆除")

    resource.refresh_from_db()
    assert resource.archived_at is not None
    assert not in_menu(resource)
    assert not SearchEntry.objects.filter(kind="resource", subject_id=resource.pk).exists()


def test_of_two_editors_the_later_one_is_told_what_changed_and_by_whom(owned, staff, unit_clerk):
    seen = owned.revision
    actions.edit(owned, by=staff, seen=seen, title="新名", hours_text="每天 09:00-17:00")

    with pytest.raises(actions.ChangedMeanwhile, match="您填写的内容都在"):
        actions.edit(owned, by=unit_clerk, seen=seen, summary="我的介绍")

    change = queries.changed_since(owned, seen)[0]
    assert "staff" in change.by
    assert "把“名称”从“潮汐馆”改为“新名”" in change.sentences
    assert "把“开放时间”从“空”改为“每天 09:00-17:00”" in change.sentences


def test_saving_what_is_already_there_changes_nothing(owned, unit_clerk):
    actions.edit(owned, by=unit_clerk, title=owned.title, topics=[], hours_text="")

    owned.refresh_from_db()
    assert owned.revision == 1
    assert not AuditEntry.objects.filter(action="change").exists()


def test_a_rule_of_the_database_stands_in_the_way_of_an_edit(owned, unit_clerk):
    with pytest.raises(ValidationError) as fault:
        actions.edit(owned, by=unit_clerk, ages_from=9, ages_to=3)
    assert "年龄上限不能小于下限。" in fault.value.messages


def test_internal_contacts_do_not_stand_in_the_trail(owned, unit_clerk):
    actions.edit(owned, by=unit_clerk, contact="李四", contact_phone="13800000000")

    changes = AuditEntry.objects.get(action="change").changes
    assert changes["contact"] == ["（已隐藏）"] * 2
    assert "13800000000" not in str(changes)


def test_history_tells_who_changed_what_in_sentences(owned, unit_clerk, staff):
    actions.edit(owned, by=unit_clerk, is_free=True, note="年检")
    actions.submit(owned, by=unit_clerk)
    actions.publish(owned, by=staff)

    told = queries.history(owned)
    edit = next(change for change in told if change.note == "年检")
    assert edit.sentences == ["把“免费”从“空”改为“免费”"]
    assert edit.by == str(unit_clerk)
    assert "把“状态”从“待审核”改为“已发布”" in told[0].sentences
    assert told[0].by == str(staff)


def test_history_tells_that_contacts_pictures_and_links_changed(owned, unit_clerk):
    actions.edit(owned, by=unit_clerk, contact="王工", contact_phone="13700137000")
    link = actions.add_link(owned, kind="vr", title="云游", url="https://vr.example/1", by=unit_clerk)
    actions.remove_link(link, by=unit_clerk)

    told = queries.history(owned)
    assert [change.what for change in told[:3]] == ["删除视频或虚拟展示", "添加视频或虚拟展示", "修改"]
    assert told[1].note == "云游 https://vr.example/1"
    assert "改了“联系人”（内容不显示）" in told[2].sentences
    assert "王工" not in repr(told)


def test_history_tells_of_opening_hours_which_no_version_holds(owned, unit_clerk):
    actions.edit(owned, by=unit_clerk, hours_text="每天 09:00-17:00")

    assert queries.history(owned)[0].sentences == ["把“开放时间”从“空”改为“每天 09:00-17:00”"]


def test_the_next_session_moves_a_resource_up_the_menu():
    resource = ResourceFactory(published=True)
    at = datetime(2026, 12, 1, 2, tzinfo=UTC)

    actions.note_next_session(resource.pk, at)
    assert MenuEntry.objects.get(pk=resource.pk).soonest == at
    actions.note_next_session(resource.pk, None)
    assert MenuEntry.objects.get(pk=resource.pk).soonest.year == 9999


def picture() -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    return SimpleUploadedFile("馆.png", data.getvalue())


def test_pictures_come_and_go_with_their_file(owned, unit_clerk):
    row = actions.add_picture(owned, picture=examine(picture(), kinds=IMAGES), alt="大门", by=unit_clerk)
    assert row.attachment.is_public_image

    actions.remove_picture(row, by=unit_clerk)

    assert not Attachment.objects.exists()


def test_a_kind_in_use_gets_a_new_version_when_its_fields_change(staff, owned):
    kind = owned.kind
    kind.fields = [{"code": "depth", "label": "水深", "type": "number", "public": True}]

    actions.save_kind(kind, by=staff)

    versions = ResourceKind.objects.filter(code="venue").order_by("version")
    assert list(versions.values_list("version", "is_current")) == [(1, False), (2, True)]
    owned.refresh_from_db()
    assert owned.kind.version == 1


def test_both_versions_of_a_kind_are_one_in_the_menu(staff):
    first = ResourceFactory(published=True)
    kind = first.kind
    kind.fields = []
    actions.save_kind(kind, by=staff)
    second = ResourceFactory(published=True, kind=ResourceKind.objects.get(version=2))

    assert {entry.kind_id for entry in MenuEntry.objects.all()} == {first.kind_id}
    assert second.kind_id != first.kind_id


def test_only_the_associations_staff_keep_kinds(officer, city):
    with pytest.raises(PermissionDenied):
        actions.save_kind(ResourceKind(code="new", name="新类型"), by=officer)


def test_the_real_venues_load_once_with_their_sources(regions):
    assert actions.load_reference() == actions.load_reference()

    venues = Resource.objects.filter(created_by__username="system")
    assert venues.count() == MenuEntry.objects.count() == 129
    assert not venues.filter(source="").exists()
    assert not venues.filter(latitude__isnull=False, is_position_verified=True).exists()
    assert not venues.get(code="sz001").created_by.is_active
    assert not venues.filter(confirm_by=None).exists()
    assert not venues.exclude(confirmed_on=None).exists()
    assert Topic.objects.filter(code="space").exists()


def test_loading_again_keeps_what_people_changed(regions, staff):
    actions.load_reference()
    venue = Resource.objects.get(code="sz001")
    actions.edit(venue, by=staff, title="深圳科技馆（新馆）")

    actions.load_reference()

    assert Resource.objects.get(code="sz001").title == "深圳科技馆（新馆）"


def test_somebody_without_a_role_changes_nothing(owned):
    stranger = UserFactory()
    for act in (actions.submit, actions.publish, actions.withdraw):
        with pytest.raises((PermissionDenied, Refused)):
            act(owned, by=stranger)


def test_a_district_officer_reads_but_does_not_edit(owned, officer):
    asked = queries.DeskQuery.read({}, user=officer, on=timezone.localdate())
    assert asked.total == 1
    with pytest.raises(PermissionDenied):
        actions.edit(owned, by=officer, title="改名")
    assert officer.holds(Role.DISTRICT)
