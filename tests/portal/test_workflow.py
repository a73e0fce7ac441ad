import pytest
from django.core.exceptions import PermissionDenied

from events.models import REVIEW, Event
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.roles import Role
from tests.events.factories import EventFactory
from tests.factories import UserFactory


@pytest.fixture
def event():
    return EventFactory(submitted=True)


def test_a_step_moves_the_record_and_stamps_its_time(event, staff):
    REVIEW.take(event, "publish", by=staff, note="材料齐全")

    event.refresh_from_db()
    assert event.status == Event.Status.PUBLISHED
    assert event.published_at is not None


def test_a_step_is_written_to_the_trail_with_who_and_why(event, staff):
    REVIEW.take(event, "publish", by=staff, note="材料齐全")

    entry = AuditEntry.objects.get(subject_id=str(event.pk), action="publish")
    assert (entry.actor_id, entry.note) == (staff.pk, "材料齐全")
    assert entry.changes == {"status": ["submitted", "published"]}


def test_a_step_is_denied_without_its_permission(event, officer):
    with pytest.raises(PermissionDenied):
        REVIEW.take(event, "publish", by=officer)


def test_a_step_is_refused_from_a_status_it_does_not_start_from(staff):
    with pytest.raises(Refused, match="不能发布"):
        REVIEW.take(EventFactory(), "publish", by=staff)


def test_a_step_is_refused_when_somebody_was_faster(event, staff):
    Event.objects.update(status=Event.Status.RETURNED)

    with pytest.raises(Refused, match="已被他人更改"):
        REVIEW.take(event, "publish", by=staff)


def test_a_step_that_wants_a_reason_is_refused_without(event, staff):
    with pytest.raises(Refused, match="理由"):
        REVIEW.take(event, "send_back", by=staff)


def test_only_the_steps_one_may_take_are_offered(event, staff):
    unit = UserFactory(holding=(Role.UNIT, event.organization))

    assert [name for name, _ in REVIEW.open_to(staff, event)] == ["publish", "send_back", "cancel"]
    assert [name for name, _ in REVIEW.open_to(unit, event)] == ["cancel"]


def test_the_timeline_names_people_without_their_logins(event):
    somebody = UserFactory(username="li", name="李某（示例）", holding=(Role.STAFF, event.region))
    REVIEW.take(event, "send_back", by=somebody, note="请补充地点")

    assert [entry["by"] for entry in REVIEW.timeline(event)] == ["李某（示例）"]


def test_the_timeline_tells_the_steps_in_order(event, staff):
    REVIEW.take(event, "send_back", by=staff, note="请补充地点")
    REVIEW.take(event, "submit", by=staff)

    told = [(entry["label"], entry["note"], entry["state"]) for entry in REVIEW.timeline(event)]
    assert told == [("退回修改", "请补充地点", "returned"), ("提交审核", "", "done")]
