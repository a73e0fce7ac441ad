"""Open data of resources: the published ones, as the public menu has them."""

from datetime import date, datetime

from ninja import Query, Router, Schema

from portal.keyset import page_by_key
from resources import queries

router = Router(tags=["资源"])


class ResourceOut(Schema):
    code: str
    title: str
    kind: str
    summary: str
    region_code: str
    address: str
    longitude: float | None
    latitude: float | None
    is_position_verified: bool
    audiences: list[str]
    topics: list[str]
    is_free: bool | None
    opening_hours: str
    public_phone: str
    website: str
    confirmed_on: date | None
    source: str
    updated_at: datetime


class ResourcePage(Schema):
    items: list[ResourceOut]
    next: str | None


@router.get("", response=ResourcePage, summary="已发布的资源，新的在前")
def resource_list(request, after: str = Query("", max_length=600)):
    page = page_by_key(queries.shown(queries.published()), order=("-pk",), after=after, size=100)
    return {"items": [_out(resource) for resource in page], "next": page.next}


def _out(resource) -> ResourceOut:
    return ResourceOut(
        code=resource.code,
        title=resource.title,
        kind=resource.kind.code,
        summary=resource.summary,
        region_code=resource.region.code,
        address=resource.address,
        longitude=resource.longitude,
        latitude=resource.latitude,
        is_position_verified=resource.is_position_verified,
        audiences=resource.audiences,
        topics=[topic.code for topic in resource.topics.all()],
        is_free=resource.is_free,
        opening_hours=resource.hours_text,
        public_phone=resource.public_phone,
        website=resource.website,
        confirmed_on=resource.confirmed_on,
        source=resource.source,
        updated_at=resource.updated_at,
    )
