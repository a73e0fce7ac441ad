"""Everything that changes the resources, and with them the menu and the search, in one transaction."""

import csv
import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from portal import audit, files, history, search
from portal.accounts import User, may, require, system_user
from portal.errors import Refused
from portal.files import Examined
from portal.notices import notify, people_with
from portal.regions import Region
from portal.roles import Perm
from resources.models import (
    NEVER,
    REVIEW,
    Audience,
    MenuEntry,
    OpeningHours,
    Resource,
    ResourceKind,
    ResourcePicture,
    Topic,
)
from resources.queries import beside, keepers, search_entry, shown
from resources.rules import read_hours

DATA = Path(__file__).parent / "data"
MOST_PICTURES = 8

# What a person may change of a resource; everything else is the portal's to write.
EDITABLE = (
    "kind",
    "title",
    "aliases",
    "summary",
    "description",
    "public_notice",
    "audiences",
    "dimensions",
    "ages_from",
    "ages_to",
    "is_free",
    "cost",
    "booking",
    "booking_note",
    "booking_url",
    "website",
    "public_phone",
    "contact",
    "contact_phone",
    "region",
    "organization",
    "address",
    "latitude",
    "longitude",
    "position_source",
    "is_position_verified",
    "hours_note",
    "details",
    "confirmed_on",
    "source",
    "source_note",
)


class ChangedMeanwhile(Refused):
    """Somebody else kept a change between opening the form and sending it."""


# --- Entering and editing -------------------------------------------------------------------------


@transaction.atomic
def create(*, by: User, topics: Iterable[Topic] = (), hours_text: str = "", **values) -> Resource:
    """Enter a resource as a draft, in a region or for an organisation.

    Raises PermissionDenied outside one's places and ValidationError where a rule says no.
    """
    resource = Resource(created_by=by, **_only_editable(values))
    if resource.organization_id and not resource.region_id:
        resource.region = resource.organization.region
    require(by, Perm.RESOURCE_EDIT, resource)
    resource.full_clean()
    with pghistory.context(by=str(by), what="登记"):
        resource.save(force_insert=True)
        resource.topics.set(topics)
        _write_hours(resource, hours_text)
    audit.record(resource, "create", by=by)
    refresh([resource.pk])
    return resource


@transaction.atomic
def edit(
    resource: Resource,
    *,
    by: User,
    seen: int | None = None,
    topics: Iterable[Topic] | None = None,
    hours_text: str | None = None,
    note: str = "",
    **values,
) -> Resource:
    """Keep changes to a resource; `seen` is the revision that `by` had before them.

    What a unit changes of a published resource is reviewed again before the public reads it.
    Raises ChangedMeanwhile if somebody else was faster, PermissionDenied outside one's places,
    ValidationError where a rule says no.
    """
    current = shown(Resource.objects.select_for_update(of=("self",))).get(pk=resource.pk)
    require(by, Perm.RESOURCE_EDIT, current)
    if seen is not None and seen != current.revision:
        raise ChangedMeanwhile("这条资源刚被他人修改。您填写的内容都在，请核对后再次保存。")
    changes = _changes(current, _only_editable(values), topics, hours_text)
    if not changes:
        return current
    for name, value in values.items():
        setattr(current, name, value)
    require(by, Perm.RESOURCE_EDIT, current)  # nobody moves a record out of their own places
    current.revision += 1
    current.updated_at = timezone.now()
    current.full_clean()
    with pghistory.context(by=str(by), what="修改", note=note, beside=beside(changes)):
        current.save(update_fields=[*values, "revision", "updated_at"])
        if topics is not None:
            current.topics.set(topics)
        if hours_text is not None:
            _write_hours(current, hours_text)
        changes["revision"] = [current.revision - 1, current.revision]
        audit.record(current, "change", by=by, changes=changes, note=note)
        if current.is_public and not may(by, Perm.RESOURCE_REVIEW, current):
            REVIEW.take(current, "revise", by=by, note=note)
            _tell_reviewers(current, "修改了已发布的资源，请重新审核")
    refresh([current.pk])
    return current


def _only_editable(values: dict) -> dict:
    """Raises TypeError for a field that is not a person's to write."""
    wrong = set(values) - set(EDITABLE)
    if wrong:
        raise TypeError(f"not editable: {', '.join(sorted(wrong))}")
    return values


def _changes(before: Resource, values: dict, topics, hours_text: str | None) -> dict:
    """What differs, as people read it: {field: [before, after]}."""
    after = Resource(kind=before.kind)
    changes = {}
    for name, value in values.items():
        setattr(after, name, value)
        if getattr(before, name) != value and name != "details":
            changes[name] = [history.said(before, name), history.said(after, name)]
    if "details" in values and before.details != values["details"]:
        changes["details_text"] = [before.details_text, after.details_text]
    if topics is not None and {topic.pk for topic in topics} != {topic.pk for topic in before.topics.all()}:
        names = ["、".join(topic.name for topic in each) for each in (before.topics.all(), topics)]
        changes["topics"] = names
    if hours_text is not None and before.hours_text != hours_text:
        changes["hours_text"] = [before.hours_text, hours_text]
    return changes


def _write_hours(resource: Resource, text: str) -> None:
    """Raises ValueError for text that says no hours."""
    resource.hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(
            resource=resource, weekday=span.weekday, opens=span.opens, closes=span.closes, note=span.note
        )
        for span in read_hours(text)
    )
    getattr(resource, "_prefetched_objects_cache", {}).pop("hours", None)


# --- Review ---------------------------------------------------------------------------------------


@transaction.atomic
def submit(resource: Resource, *, by: User) -> None:
    """Hand a resource in for review. Raises Refused if it does not say for whom it is."""
    if not resource.audiences or not resource.summary:
        raise Refused("提交前请填写“一句话介绍”和“面向人群”。")
    _take(resource, "submit", by=by)
    _tell_reviewers(resource, "提交了资源，请审核")


@transaction.atomic
def withdraw(resource: Resource, *, by: User) -> None:
    """Take back what was handed in, to change it."""
    _take(resource, "withdraw", by=by)


@transaction.atomic
def publish(resource: Resource, *, by: User, on: date | None = None) -> None:
    """Put a resource into the menu; its unit is told."""
    day = on or timezone.localdate()
    _take(resource, "publish", by=by, listed_on=resource.listed_on or day, confirmed_on=day)
    resource.refresh_from_db()
    _tell_keepers(resource, f"您的资源“{resource.title}”已发布。", by=by)


@transaction.atomic
def send_back(resource: Resource, *, by: User, note: str) -> None:
    """Return a resource to its unit with what is to be mended. Raises Refused without a note."""
    _take(resource, "send_back", by=by, note=note)
    _tell_keepers(resource, f"您的资源“{resource.title}”被退回：{note}", by=by, kind="task")


@transaction.atomic
def archive(resource: Resource, *, by: User, note: str) -> None:
    """Take a resource out of the menu. Raises Refused without a reason."""
    _take(resource, "archive", by=by, note=note)
    _tell_keepers(resource, f"您的资源“{resource.title}”已下架：{note}", by=by)


@transaction.atomic
def restore(resource: Resource, *, by: User) -> None:
    """Make a draft of a retired resource."""
    _take(resource, "restore", by=by)


def _take(resource: Resource, step: str, *, by: User, note: str = "", **values) -> None:
    with pghistory.context(by=str(by), what=REVIEW.steps[step].label, note=note):
        Resource.objects.filter(pk=resource.pk).update(updated_at=timezone.now(), **values)
        REVIEW.take(resource, step, by=by, note=note)
    refresh([resource.pk])


def _tell_reviewers(resource: Resource, what: str) -> None:
    who = resource.organization or resource.created_by.name
    people = people_with(Perm.RESOURCE_REVIEW, resource)
    notify(people, f"{who}{what}：{resource.title}", link=resource.get_desk_url(), kind="task")


def _tell_keepers(resource: Resource, text: str, *, by: User, kind: str = "info") -> None:
    notify(keepers(resource).exclude(pk=by.pk), text, link=resource.get_desk_url(), kind=kind)


# --- Pictures -------------------------------------------------------------------------------------


@transaction.atomic
def add_picture(resource: Resource, *, picture: Examined, alt: str, by: User) -> ResourcePicture:
    """Add a picture. Raises Refused beyond MOST_PICTURES."""
    require(by, Perm.RESOURCE_EDIT, resource)
    # Two pictures at once wait for each other here.
    Resource.objects.select_for_update().only("pk").get(pk=resource.pk)
    count = resource.pictures.count()
    if count >= MOST_PICTURES:
        raise Refused(f"每条资源最多 {MOST_PICTURES} 张图片，请先删除不用的。")
    attachment = files.keep(
        picture, by=by, region=resource.region, organization=resource.organization, public_image=True
    )
    row = ResourcePicture(resource=resource, attachment=attachment, alt=alt, position=count)
    row.full_clean()
    row.save()
    audit.record(resource, "add_picture", by=by, note=alt)
    return row


@transaction.atomic
def remove_picture(row: ResourcePicture, *, by: User) -> None:
    require(by, Perm.RESOURCE_EDIT, row.resource)
    audit.record(row.resource, "remove_picture", by=by, note=row.alt)
    attachment = row.attachment
    row.delete()
    files.remove(attachment)


# --- What events tell -----------------------------------------------------------------------------


@transaction.atomic
def note_next_session(resource_id: int, at: datetime | None) -> None:
    """When something is on there next; the menu sorts by it. None: nothing announced."""
    Resource.objects.filter(pk=resource_id).update(next_session_at=at)
    MenuEntry.objects.filter(pk=resource_id).update(soonest=at or NEVER)


# --- Menu and search ------------------------------------------------------------------------------

_MENU = """
INSERT INTO resources_menuentry (
    resource_id, kind_id, district_id, audience_bits, topic_ids, is_free, open_minutes,
    soonest, published_at, title_key
)
SELECT r.id,
    (SELECT first.id FROM resources_resourcekind first WHERE first.code = k.code ORDER BY version LIMIT 1),
    (SELECT d.id FROM portal_region d WHERE d.code = substr(p.path, 14, 12)),
    (SELECT coalesce(sum(1 << (array_position(%(audiences)s::text[], a::text) - 1)), 0)
        FROM unnest(r.audiences) a),
    ARRAY(SELECT t.topic_id::int FROM resources_resource_topics t WHERE t.resource_id = r.id ORDER BY 1),
    coalesce(r.is_free, false),
    (SELECT coalesce(range_agg(int4range(
            (h.weekday - 1) * 1440 + (extract(epoch FROM h.opens) / 60)::int,
            (h.weekday - 1) * 1440 + (extract(epoch FROM h.closes) / 60)::int)), '{}')
        FROM resources_openinghours h WHERE h.resource_id = r.id),
    coalesce(r.next_session_at, %(never)s), r.published_at, coalesce(left(s.pinyin, 400), '')
FROM resources_resource r
JOIN resources_resourcekind k ON k.id = r.kind_id
JOIN portal_region p ON p.id = r.region_id
LEFT JOIN portal_searchentry s ON s.kind = 'resource' AND s.subject_id = r.id
WHERE r.id = ANY(%(ids)s) AND r.status = 'published'
ON CONFLICT (resource_id) DO UPDATE SET
    kind_id = excluded.kind_id, district_id = excluded.district_id, audience_bits = excluded.audience_bits,
    topic_ids = excluded.topic_ids, is_free = excluded.is_free, open_minutes = excluded.open_minutes,
    soonest = excluded.soonest, published_at = excluded.published_at, title_key = excluded.title_key
"""


@transaction.atomic
def refresh(keys: list[int]) -> None:
    """Bring search and menu up to date with these resources, as sets of rows."""
    rows = shown(Resource.objects.filter(pk__in=keys))
    gone = [row.pk for row in rows if row.status == Resource.Status.ARCHIVED]
    for key in gone:
        search.remove("resource", key)
    search.index_many(search_entry(row) for row in rows if row.status != Resource.Status.ARCHIVED)
    MenuEntry.objects.filter(pk__in=keys).exclude(resource__status=Resource.Status.PUBLISHED).delete()
    with connection.cursor() as cursor:
        cursor.execute(_MENU, {"audiences": Audience.values, "never": NEVER, "ids": keys})


# --- Kinds ----------------------------------------------------------------------------------------


@transaction.atomic
def save_kind(kind: ResourceKind, *, by: User) -> ResourceKind:
    """Keep a kind. Where resources use it and its fields changed, a new version is made of it.

    Raises PermissionDenied for anybody but the association's staff.
    """
    require(by, Perm.RESOURCE_REVIEW, Region.objects.city())
    old = history.stored(kind)
    kind.full_clean()
    if old is None or old.fields == kind.fields or not old.resources.exists():
        kind.save()
        changes = history.differences(old, kind)
        audit.record(kind, "create" if old is None else "change", by=by, changes=changes)
        return kind
    return _next_version(old, kind, by=by)


def _next_version(old: ResourceKind, new: ResourceKind, *, by: User | None) -> ResourceKind:
    last = ResourceKind.objects.filter(code=old.code).order_by("-version").values_list("version", flat=True)
    ResourceKind.objects.filter(code=old.code).update(is_current=False)
    new.pk, new.version, new.is_current = None, last[0] + 1, True
    new.save(force_insert=True)
    audit.record(new, "new_version", by=by, changes={"version": [old.version, new.version]})
    return new


@transaction.atomic
def save_topic(topic: Topic, *, by: User) -> Topic:
    """Keep a topic. Raises PermissionDenied for anybody but the association's staff."""
    require(by, Perm.RESOURCE_REVIEW, Region.objects.city())
    old = history.stored(topic)
    topic.full_clean()
    topic.save()
    changes = history.differences(old, topic)
    audit.record(topic, "create" if old is None else "change", by=by, changes=changes)
    return topic


# --- Reference data -------------------------------------------------------------------------------


@transaction.atomic
def load_reference() -> int:
    """Load kinds, topics and the city's real venues; rows that people changed since stay as they are."""
    return _load_kinds() + _load_topics() + _load_venues()


def _load_kinds() -> int:
    rows = json.loads((DATA / "kinds.json").read_text(encoding="utf-8"))
    known = set(ResourceKind.objects.values_list("code", flat=True))
    ResourceKind.objects.bulk_create(ResourceKind(**row) for row in rows if row["code"] not in known)
    return len(rows)


def _load_topics() -> int:
    rows = _rows("topics.csv")
    Topic.objects.bulk_create([Topic(**row) for row in rows], ignore_conflicts=True)
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
    return len(rows)


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
