"""Entering, editing and reviewing resources, and their pictures."""

from collections.abc import Callable, Iterable
from datetime import date

import pghistory
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal import audit, files, history, search
from portal.accounts import User, may, require
from portal.copying import copy_in
from portal.errors import ChangedMeanwhile, Refused
from portal.files import Examined
from portal.notices import notify, people_with
from portal.roles import Perm
from resources.actions.likeness import note_duplicates, note_duplicates_of
from resources.actions.menu import refresh
from resources.models import (
    REVIEW,
    Concession,
    OpeningHours,
    Resource,
    ResourceLink,
    ResourcePicture,
    SpecialDays,
    Topic,
)
from resources.queries.life import due_after
from resources.queries.registry import beside, keepers, shown
from resources.rules import Span, read_hours, read_prices, read_special

Renew = Callable[[list[int]], None]
MOST_PICTURES = 8
MOST_LINKS = 12
ALIKE_BY = {"title", "kind", "details_text", "address", "public_phone", "latitude", "longitude"}
GROUP_CODES = {str(group.label): str(group.value) for group in Concession.Group}

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
    "spirits",
    "languages",
    "accessibility",
    "capacity",
    "licence",
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
    "holiday_rule",
    "details",
    "confirmed_on",
    "source",
    "source_note",
)


# --- Entering and editing -------------------------------------------------------------------------


@transaction.atomic
def create(
    *,
    by: User,
    topics: Iterable[Topic] = (),
    hours_text: str = "",
    special_text: str = "",
    prices_text: str = "",
    **values,
) -> Resource:
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
        write_opening(
            resource, {"hours_text": hours_text, "special_text": special_text, "prices_text": prices_text}
        )
    audit.record(resource, "create", by=by)
    refresh([resource.pk])
    note_duplicates(resource.pk)
    return resource


@transaction.atomic
def create_many(rows: Iterable[dict], *, by: User, note: str = "") -> list[Resource]:
    """Enter many resources as drafts, each as `create` would, in a fixed number of statements a batch.

    They are compared with each other and with what there is. Raises as `create` does; then nothing is kept.
    """
    made, beside_it = [], []
    for row in rows:
        fields = dict(row)
        texts = {name: fields.pop(name, "") for name in ("hours_text", "special_text", "prices_text")}
        topics = fields.pop("topics", ())
        resource = Resource(created_by=by, **_only_editable(fields))
        if resource.organization_id and not resource.region_id:
            resource.region = resource.organization.region
        require(by, Perm.RESOURCE_EDIT, resource)
        resource.clean_fields(exclude=RELATED)
        made.append(resource)
        beside_it.append((topics, texts))
    with pghistory.context(by=str(by), what="登记", note=note):
        copy_in(made)
        _write_beside(made, beside_it)
    audit.record_many(made, "create", by=by, note=note)
    for first in range(0, len(made), 2000):
        refresh([resource.pk for resource in made[first : first + 2000]])
    note_duplicates_of([resource.pk for resource in made])
    return made


@transaction.atomic
def take_back(resources: QuerySet) -> None:
    """Delete resources that a sheet brought in by mistake, from the search too; who asks has been checked.

    Raises ProtectedError where others hang on one.
    """
    keys = list(resources.values_list("pk", flat=True))
    resources.delete()
    for key in keys:
        search.remove("resource", key)


RELATED = ("kind", "region", "organization", "created_by", "merged_into")  # given as records, not typed


def _write_beside(made: list[Resource], beside_it: list[tuple]) -> None:
    """Topics, hours, special days and prices of many new resources."""
    through = Resource.topics.through
    topics, parts = [], {OpeningHours: [], SpecialDays: [], Concession: []}
    for resource, (chosen, texts) in zip(made, beside_it, strict=True):
        topics += [through(resource_id=resource.pk, topic_id=topic.pk) for topic in chosen]
        parts[OpeningHours] += [_hours(resource, span) for span in read_hours(texts["hours_text"])]
        parts[SpecialDays] += [SpecialDays.of(resource, day) for day in read_special(texts["special_text"])]
        prices = read_prices(texts["prices_text"], GROUP_CODES)
        parts[Concession] += [Concession.of(resource, price) for price in prices]
    for rows in (topics, *parts.values()):
        copy_in(rows)


@transaction.atomic
def edit(
    resource: Resource,
    *,
    by: User,
    seen: int | None = None,
    topics: Iterable[Topic] | None = None,
    hours_text: str | None = None,
    special_text: str | None = None,
    prices_text: str | None = None,
    note: str = "",
    renew: Renew = refresh,
    **values,
) -> Resource:
    """Keep changes to a resource; `seen` is the revision that `by` had before them.

    `renew` brings menu and search up to date: whoever changes many gathers the keys and does it once.
    What a unit changes of a published resource is reviewed again before the public reads it.
    Raises ChangedMeanwhile if somebody else was faster, PermissionDenied outside one's places,
    ValidationError where a rule says no.
    """
    current = shown(Resource.objects.select_for_update(of=("self",))).get(pk=resource.pk)
    require(by, Perm.RESOURCE_EDIT, current)
    if seen is not None and seen != current.revision:
        raise ChangedMeanwhile("这条资源刚被他人修改。您填写的内容都在，请核对后再次保存。")
    texts = {"hours_text": hours_text, "special_text": special_text, "prices_text": prices_text}
    texts = {name: text for name, text in texts.items() if text is not None}
    changes = _changes(current, _only_editable(values), topics, texts)
    if not changes:
        return current
    for name, value in values.items():
        setattr(current, name, value)
    require(by, Perm.RESOURCE_EDIT, current)  # nobody moves a record out of their own places
    if "confirmed_on" in changes:
        day = current.confirmed_on
        values["confirm_by"] = current.confirm_by = due_after(current, day) if day else None
    current.revision += 1
    current.updated_at = timezone.now()
    current.full_clean(exclude=_untouched({*values, "revision", "updated_at"}))
    with pghistory.context(by=str(by), what="修改", note=note, beside=beside(changes)):
        current.save(update_fields=[*values, "revision", "updated_at"])
        if topics is not None:
            current.topics.set(topics)
        write_opening(current, texts)
        changes["revision"] = [current.revision - 1, current.revision]
        audit.record(current, "change", by=by, changes=changes, note=note)
        seen_by_others = current.is_public or current.status == Resource.Status.CHECKED
        if seen_by_others and not may(by, Perm.RESOURCE_REVIEW, current):
            REVIEW.take(current, "revise", by=by, note=note)
            Resource.objects.filter(pk=current.pk).update(checked_at=None)
            _tell_reviewers(current, "修改了核对过或已发布的资源，请重新审核")
    if ALIKE_BY & set(changes):
        refresh([current.pk])
        note_duplicates(current.pk)
    else:
        renew([current.pk])
    return current


def _untouched(changed: set[str]) -> set[str]:
    """The fields that neither changed nor are read by a rule about one that did."""
    rules = [constraint.condition.referenced_base_fields for constraint in Resource._meta.constraints]
    read = set().union(*(fields for fields in rules if fields & changed))
    return {field.name for field in Resource._meta.fields} - changed - read


def _only_editable(values: dict) -> dict:
    """Raises TypeError for a field that is not a person's to write."""
    wrong = set(values) - set(EDITABLE)
    if wrong:
        raise TypeError(f"not editable: {', '.join(sorted(wrong))}")
    return values


def _changes(before: Resource, values: dict, topics, texts: dict[str, str]) -> dict:
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
    for name, text in texts.items():
        if getattr(before, name) != text:
            changes[name] = [getattr(before, name), text]
    return changes


def write_opening(resource: Resource, texts: dict[str, str]) -> None:
    """Write hours, special days and prices anew from what was typed, as far as it was.

    Raises ValueError for text that says none.
    """
    made = {
        "hours_text": ("hours", lambda text: [_hours(resource, span) for span in read_hours(text)]),
        "special_text": (
            "special_days",
            lambda text: [SpecialDays.of(resource, day) for day in read_special(text)],
        ),
        "prices_text": (
            "concessions",
            lambda text: [Concession.of(resource, price) for price in read_prices(text, GROUP_CODES)],
        ),
    }
    for name, text in texts.items():
        related, rows = made[name]
        manager = getattr(resource, related)
        manager.all().delete()
        manager.model.objects.bulk_create(rows(text))
        getattr(resource, "_prefetched_objects_cache", {}).pop(related, None)


def _hours(resource: Resource, span: Span) -> OpeningHours:
    return OpeningHours(
        resource=resource, weekday=span.weekday, opens=span.opens, closes=span.closes, note=span.note
    )


# --- Review ---------------------------------------------------------------------------------------


@transaction.atomic
def submit(resource: Resource, *, by: User) -> None:
    """Hand a resource in for review. Raises Refused if it does not say for whom it is."""
    if not resource.audiences or not resource.summary:
        raise Refused("提交前请填写“一句话介绍”和“面向人群”。")
    _take(resource, "submit", by=by, checked_at=None)
    _tell_reviewers(resource, "提交了资源，请审核")


@transaction.atomic
def withdraw(resource: Resource, *, by: User) -> None:
    """Take back what was handed in, to change it."""
    _take(resource, "withdraw", by=by, checked_at=None)


@transaction.atomic
def check(resource: Resource, *, by: User, seen: int | None = None) -> None:
    """Say for the district that a submitted resource is right; the city decides on publishing.

    Raises ChangedMeanwhile if it was changed since `seen`.
    """
    _check_read(resource, seen)
    _take(resource, "check", by=by)
    people = people_with(Perm.RESOURCE_REVIEW, resource)
    notify(people, f"区级已核对资源，请审核发布：{resource.title}", link=resource.get_desk_url(), kind="task")


@transaction.atomic
def give_back(resource: Resource, *, by: User, note: str, seen: int | None = None) -> None:
    """Return a resource to its unit by the district. Raises as `send_back`."""
    _check_read(resource, seen)
    _take(resource, "give_back", by=by, note=note)
    _tell_keepers(resource, f"您的资源“{resource.title}”被区科协退回：{note}", by=by, kind="task")


@transaction.atomic
def publish(resource: Resource, *, by: User, seen: int | None = None, on: date | None = None) -> None:
    """Put a resource into the menu; its unit is told. `seen` is the revision that `by` has read.

    Raises ChangedMeanwhile if it was changed since.
    """
    _check_read(resource, seen)
    day = on or timezone.localdate()
    _take(
        resource,
        "publish",
        by=by,
        listed_on=resource.listed_on or day,
        confirmed_on=day,
        confirm_by=due_after(resource, day),
        asked_on=None,
    )
    resource.refresh_from_db()
    _tell_keepers(resource, f"您的资源“{resource.title}”已发布。", by=by)


@transaction.atomic
def send_back(resource: Resource, *, by: User, note: str, seen: int | None = None) -> None:
    """Return a resource to its unit with what is to be mended; `seen` as in `publish`.

    Raises Refused without a note, ChangedMeanwhile if it was changed since.
    """
    _check_read(resource, seen)
    _take(resource, "send_back", by=by, note=note)
    _tell_keepers(resource, f"您的资源“{resource.title}”被退回：{note}", by=by, kind="task")


@transaction.atomic
def archive(resource: Resource, *, by: User, note: str, renew: Renew = refresh) -> None:
    """Take a resource out of the menu; `renew` as in `edit`. Raises Refused without a reason."""
    _take(resource, "archive", by=by, note=note, renew=renew)
    _tell_keepers(resource, f"您的资源“{resource.title}”已下架：{note}", by=by)


@transaction.atomic
def restore(resource: Resource, *, by: User) -> None:
    """Make a draft of a retired resource. Raises Refused if it was merged into another."""
    if resource.merged_into_id:
        raise Refused("这条资源已并入另一条，不能单独恢复。")
    _take(resource, "restore", by=by)


def _check_read(resource: Resource, seen: int | None) -> None:
    """Whoever changes the resource at this moment waits until the decision stands."""
    current = Resource.objects.select_for_update().values_list("revision", flat=True).get(pk=resource.pk)
    if seen is not None and seen != current:
        raise ChangedMeanwhile("您打开页面后，这条资源有修改。请核对现在的内容，再决定发布或退回。")


def _take(
    resource: Resource, step: str, *, by: User, note: str = "", renew: Renew = refresh, **values
) -> None:
    with pghistory.context(by=str(by), what=REVIEW.steps[step].label, note=note):
        Resource.objects.filter(pk=resource.pk).update(updated_at=timezone.now(), **values)
        REVIEW.take(resource, step, by=by, note=note)
    renew([resource.pk])


def _tell_reviewers(resource: Resource, what: str) -> None:
    who = resource.organization or resource.created_by.name
    people = people_with(Perm.RESOURCE_REVIEW, resource) | people_with(Perm.RESOURCE_CHECK, resource)
    notify(people, f"{who}{what}：{resource.title}", link=resource.get_desk_url(), kind="task")


def _tell_keepers(resource: Resource, text: str, *, by: User, kind: str = "info") -> None:
    notify(keepers(resource).exclude(pk=by.pk), text, link=resource.get_desk_url(), kind=kind)


# --- Pictures and links -------------------------------------------------------------------------------------


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


@transaction.atomic
def add_link(resource: Resource, *, kind: str, title: str, url: str, by: User) -> ResourceLink:
    """Add a video, a model or a walk-through kept elsewhere. Raises Refused beyond MOST_LINKS."""
    require(by, Perm.RESOURCE_EDIT, resource)
    Resource.objects.select_for_update().only("pk").get(pk=resource.pk)
    count = resource.links.count()
    if count >= MOST_LINKS:
        raise Refused(f"每条资源最多 {MOST_LINKS} 个视频或虚拟展示，请先删除不用的。")
    row = ResourceLink(resource=resource, kind=kind, title=title, url=url, position=count)
    row.full_clean()
    row.save()
    audit.record(resource, "add_link", by=by, note=f"{title} {url}")
    return row


@transaction.atomic
def remove_link(row: ResourceLink, *, by: User) -> None:
    require(by, Perm.RESOURCE_EDIT, row.resource)
    audit.record(row.resource, "remove_link", by=by, note=f"{row.title} {row.url}")
    row.delete()
