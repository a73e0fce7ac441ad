"""What comes with the portal: kinds, topics and the real venues."""

import csv
import json
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from portal.accounts import User, system_user
from portal.regions import Region
from resources.actions.menu import refresh
from resources.models import Programme, Resource, ResourceKind, Topic
from resources.rules import add_months

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def load_reference() -> int:
    """Load kinds, topics, programmes and the real venues; rows that people changed since stay as they are."""
    return _load_kinds() + _load_topics() + _load_programmes() + _load_venues()


def _load_kinds() -> int:
    rows = json.loads((DATA / "kinds.json").read_text(encoding="utf-8"))
    known = set(ResourceKind.objects.values_list("code", flat=True))
    ResourceKind.objects.bulk_create(ResourceKind(**row) for row in rows if row["code"] not in known)
    return len(rows)


def _load_topics() -> int:
    rows = _rows("topics.csv")
    Topic.objects.bulk_create([Topic(**row) for row in rows], ignore_conflicts=True)
    return len(rows)


def _load_programmes() -> int:
    rows = json.loads((DATA / "programmes.json").read_text(encoding="utf-8"))
    Programme.objects.bulk_create([Programme(**row) for row in rows], ignore_conflicts=True)
    return len(rows)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _load_venues() -> int:
    """The real venues, published, each with its source; coordinates of third parties as unverified."""
    rows = _rows("venues.csv")
    known = set(Resource.objects.values_list("code", flat=True))
    kinds = {kind.code: kind for kind in ResourceKind.objects.current()}
    regions = {region.code: region for region in Region.objects.districts()}
    city, at, loader = Region.objects.city(), timezone.now(), system_user()
    fresh = [row for row in rows if row["code"] not in known]
    made = Resource.objects.bulk_create(
        _venue(row, kinds[row["kind"]], regions.get(row["district_code"], city), loader, at) for row in fresh
    )
    topics = dict(Topic.objects.values_list("code", "pk"))
    through = Resource.topics.through
    through.objects.bulk_create(
        through(resource_id=resource.pk, topic_id=topics[code])
        for resource, row in zip(made, fresh, strict=True)
        for code in row["topics"].split("|")
    )
    if made:
        refresh([resource.pk for resource in made])
    _ask_for_confirmation([row["code"] for row in rows], on=timezone.localdate(at))
    return len(rows)


def _ask_for_confirmation(codes: list[str], *, on: date) -> None:
    """Venues from the file go through the same life as all others: nobody has confirmed them yet, so they
    are due once the freshness of their kind has passed. No unit keeps them: their district is asked.
    """
    waiting = Resource.objects.published().filter(code__in=codes, confirmed_on=None, confirm_by=None)
    months = waiting.order_by().values_list("kind__freshness_months", flat=True).distinct()
    for count in list(months):
        waiting.filter(kind__freshness_months=count).update(confirm_by=add_months(on, count))


def _venue(row: dict[str, str], kind: ResourceKind, region: Region, by: User, at: datetime) -> Resource:
    note = "名称与所在区取自公开名录；主题与人群由平台按名称归类。"
    return Resource(
        code=row["code"],
        kind=kind,
        title=row["name"],
        aliases=row["aliases"],
        summary=_summary(row),
        public_notice=row["notice"],
        audiences=row["audiences"].split("|"),
        dimensions=["knowledge"],
        is_free={"1": True, "0": False}.get(row["is_free"]),
        booking=row["booking"] or Resource.Booking.UNKNOWN,
        address=row["address"],
        latitude=row["lat"] or None,
        longitude=row["lon"] or None,
        position_source=row["position_source"],
        details={"category": row["category"]} if row["kind"] != "body" else {},
        region=region,
        created_by=by,
        status=Resource.Status.PUBLISHED,
        published_at=at,
        listed_on=timezone.localdate(at),
        source=row["source"],
        source_note=f"{note}{row['note']}",
    )


def _summary(row: dict[str, str]) -> str:
    return f"{row['category']}，位于{row['address']}" if row["address"] else row["category"]
