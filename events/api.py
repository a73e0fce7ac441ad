"""Open data of events: published ones with their sessions to come."""

from datetime import datetime

from django.utils import timezone
from ninja import Query, Router, Schema

from events import queries
from events.models import Event
from portal.keyset import page_by_key

router = Router(tags=["活动"])


class SessionOut(Schema):
    id: int
    starts_at: datetime
    ends_at: datetime
    seats_left: int


class EventOut(Schema):
    id: int
    title: str
    kind: str
    region_code: str
    place: str
    is_free: bool
    audiences: list[str]
    sessions: list[SessionOut]


class EventPage(Schema):
    items: list[EventOut]
    next: str | None


@router.get("", response=EventPage, summary="已发布的活动，新的在前")
def event_list(request, after: str = Query("", max_length=600)):
    events = queries.with_next_session(
        Event.objects.published().select_related("region", "resource"), timezone.now()
    )
    page = page_by_key(events, order=("-pk",), after=after, size=100)
    items = [
        EventOut(
            id=event.pk,
            title=event.title,
            kind=event.kind,
            region_code=event.region.code,
            place=event.where,
            is_free=event.is_free,
            audiences=event.audiences,
            sessions=[SessionOut.from_orm(session) for session in event.coming_sessions],
        )
        for event in page
    ]
    return {"items": items, "next": page.next}
