"""Open data of resources: the published ones, as the public menu has them."""

from datetime import date, datetime

from ninja import Query, Router, Schema

from portal.keyset import page_by_key
from resources import queries

router = Router(tags=["资源"])


class DetailOut(Schema):
    """A field of the kind's own, with what is in it."""

    code: str
    label: str
    value: str | int | float | bool | list[str]


class LinkOut(Schema):
    kind: str
    title: str
    url: str


class FieldOut(Schema):
    code: str
    label: str
    type: str
    choices: list[str] = []


class KindOut(Schema):
    code: str
    version: int
    name: str
    summary: str
    is_place: bool
    classification_code: str
    classification_edition: str
    fields: list[FieldOut]


class ResourceOut(Schema):
    code: str
    title: str
    kind: str
    summary: str
    organization: str
    region_code: str
    address: str
    longitude: float | None
    latitude: float | None
    is_position_verified: bool
    audiences: list[str]
    ages_from: int | None
    ages_to: int | None
    topics: list[str]
    dimensions: list[str]
    spirits: list[str]
    languages: list[str]
    accessibility: list[str]
    capacity: int | None
    licence: str
    details: list[DetailOut]
    media: list[LinkOut]
    is_free: bool | None
    cost: str
    booking: str
    booking_note: str
    booking_url: str
    opening_hours: str
    special_days: str
    holiday_rule: str
    concessions: str
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


@router.get("/kinds", response=list[KindOut], summary="资源类型及其公开的专有字段")
def kind_list(request):
    return [
        KindOut(
            code=kind.code,
            version=kind.version,
            name=kind.name,
            summary=kind.summary,
            is_place=kind.is_place,
            classification_code=kind.classification_code,
            classification_edition=kind.classification_edition,
            fields=[FieldOut(**{"choices": [], **field}) for field in kind.public_fields],
        )
        for kind in queries.kinds()
    ]


def _out(resource) -> ResourceOut:
    return ResourceOut(
        code=resource.code,
        title=resource.title,
        kind=resource.kind.code,
        summary=resource.summary,
        organization=resource.organization.name if resource.organization else "",
        region_code=resource.region.code,
        address=resource.address,
        longitude=resource.longitude,
        latitude=resource.latitude,
        is_position_verified=resource.is_position_verified,
        audiences=resource.audiences,
        ages_from=resource.ages_from,
        ages_to=resource.ages_to,
        topics=[topic.code for topic in resource.topics.all()],
        dimensions=resource.dimensions,
        spirits=resource.spirits,
        languages=resource.languages,
        accessibility=resource.accessibility,
        capacity=resource.capacity,
        licence=resource.licence,
        details=[DetailOut(**detail) for detail in resource.public_details()],
        media=[LinkOut(kind=row.kind, title=row.title, url=row.url) for row in resource.links.all()],
        is_free=resource.is_free,
        cost=resource.cost,
        booking=resource.booking,
        booking_note=resource.booking_note,
        booking_url=resource.booking_url,
        opening_hours=resource.hours_text,
        special_days=resource.special_text,
        holiday_rule=resource.holiday_rule,
        concessions=resource.prices_text,
        public_phone=resource.public_phone,
        website=resource.website,
        confirmed_on=resource.confirmed_on,
        source=resource.source,
        updated_at=resource.updated_at,
    )
