"""Two records of one thing, made one."""

from collections.abc import Iterable

import pghistory
import pghistory.models
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.notices import notify
from portal.roles import Perm
from resources.actions.menu import refresh
from resources.actions.registry import write_opening
from resources.models import (
    REVIEW,
    Concession,
    DuplicatePair,
    Likeness,
    Merge,
    OpeningHours,
    Resource,
    SpecialDays,
)
from resources.queries.likeness import GROUPS, TEXTS, check_mergeable, sides
from resources.queries.registry import beside, keepers, shown

# Chosen as a whole on the page, or derived: they do not move from one record to the other.
NOT_MOVED = (Concession, DuplicatePair, Likeness, Merge, OpeningHours, SpecialDays, Resource.topics.through)


@transaction.atomic
def merge(
    survivor: Resource,
    merged: Resource,
    *,
    by: User,
    take: Iterable[str] = (),
    both_topics: bool = True,
    note: str = "",
) -> Merge:
    """Take one record into another: chosen groups of fields, and everything that hangs on it.

    `take` names the groups of GROUPS that come from `merged`. What was before is kept in the Merge. The old
    public address leads to the survivor for good.
    Raises PermissionDenied unless `by` reviews both, Refused where the two cannot become one.
    """
    locked = shown(Resource.objects.select_for_update(of=("self",)).order_by("pk"))
    rows = {row.pk: row for row in locked.filter(pk__in=[survivor.pk, merged.pk])}
    kept, gone = rows[survivor.pk], rows[merged.pk]
    for resource in (kept, gone):
        require(by, Perm.RESOURCE_REVIEW, resource)
    check_mergeable(kept, gone)
    wanted = set(take)
    taken = [side for side in sides(kept, gone) if side.name in wanted]
    changes = {side.label: [side.own, side.other] for side in taken}
    reason = f"与“{gone.title}”（{gone.code}）合并{f'：{note}' if note else ''}"
    names = {side.name for side in taken}
    told = [f"并入“{gone.title}”（{gone.code}）", *_told_beside(kept, gone, names, both_topics=both_topics)]
    with pghistory.context(by=str(by), what="合并", note=reason, beside=told):
        before = _take_fields(kept, gone, names)
        if both_topics:
            before["topics"] = [topic.code for topic in kept.topics.all()]
            kept.topics.add(*gone.topics.all())
    with pghistory.context(by=str(by), what="合并", note=reason):
        moved, left = _move_links(gone, kept)
        _join_sessions(kept, gone)
        REVIEW.take(
            gone, "merge", by=by, note=f"并入“{kept.title}”（{kept.code}）{f'：{note}' if note else ''}"
        )
        Resource.objects.filter(pk=gone.pk).update(merged_into=kept, updated_at=timezone.now())
    DuplicatePair.objects.filter(models.Q(first=gone) | models.Q(second=gone)).delete()
    made = Merge.objects.create(
        survivor=kept,
        merged=gone,
        chosen=[side.name for side in taken],
        before=before,
        moved=moved,
        left=left,
        note=note,
        by=by,
    )
    audit.record(kept, "take_in", by=by, changes=changes, note=reason)
    words = f"资源“{gone.title}”与“{kept.title}”是同一项，已合并。"
    notify((keepers(kept) | keepers(gone)).exclude(pk=by.pk), words, link=kept.get_desk_url())
    refresh([kept.pk, gone.pk])
    return made


def _told_beside(kept: Resource, gone: Resource, names: set[str], *, both_topics: bool) -> list[str]:
    """What the survivor takes over that its versions do not hold, as sentences."""
    fields = {field for name, _, group in GROUPS if name in names for field in group}
    pairs = {name: [getattr(row, name) for row in (kept, gone)] for name in fields}
    if both_topics:
        own, other = ([topic.name for topic in row.topics.all()] for row in (kept, gone))
        if set(other) - set(own):
            pairs["topics"] = ["、".join(own), "、".join(dict.fromkeys([*own, *other]))]
    return beside({name: pair for name, pair in pairs.items() if pair[0] != pair[1]})


def _take_fields(kept: Resource, gone: Resource, names: set[str]) -> dict:
    """Write the chosen groups into the survivor; returns what stood there."""
    fields = [field for name, _, group in GROUPS if name in names for field in group]
    texts = {name: getattr(gone, name) for name in TEXTS if name in fields}
    columns = [name for name in fields if name not in TEXTS]
    before = {name: _plain(getattr(kept, name)) for name in fields}
    for name in columns:
        setattr(kept, name, getattr(gone, name))
    kept.revision += 1
    kept.updated_at = timezone.now()
    kept.full_clean()
    kept.save(update_fields=[*columns, "revision", "updated_at"])
    write_opening(kept, texts)
    return before


def _plain(value):
    """As JSON can hold it: records by their key."""
    if isinstance(value, models.Model):
        return value.pk
    return value if isinstance(value, str | int | bool | list | dict | None) else str(value)


def _move_links(gone: Resource, kept: Resource) -> tuple[dict, dict]:
    """Point every row of every table that points at one record to the other, whichever app it is of.

    Returns the keys of what moved and of what could not, by table and field: a row that the other record
    has already, or that its own rules keep as it is, stays with the retired record.
    """
    moved, left = {}, {}
    for relation in Resource._meta.get_fields(include_hidden=True):
        if not _is_moved(relation):
            continue
        model, name = relation.related_model, relation.field.name
        keys = list(model._base_manager.filter(**{name: gone}).order_by("pk").values_list("pk", flat=True))
        done = _point(model, name, keys, kept)
        label = f"{model._meta.label}.{name}"
        if done:
            moved[label] = [str(key) for key in done]
        if len(done) < len(keys):
            left[label] = [str(key) for key in keys if key not in set(done)]
    return moved, left


def _is_moved(relation) -> bool:
    if not relation.auto_created or relation.concrete or relation.many_to_many:
        return False
    model = relation.related_model
    is_version = issubclass(model, pghistory.models.Event)
    return not (is_version or relation.field.primary_key or model in NOT_MOVED)


def _point(model, name: str, keys: list, kept: Resource) -> list:
    """The keys of the rows that now point at `kept`: all at once, else one by one."""
    try:
        with transaction.atomic():
            model._base_manager.filter(pk__in=keys).update(**{name: kept})
        return keys
    except DatabaseError:
        return [key for key in keys if _point_one(model, name, key, kept)]


def _point_one(model, name: str, key, kept: Resource) -> bool:
    try:
        with transaction.atomic():
            return bool(model._base_manager.filter(pk=key).update(**{name: kept}))
    except DatabaseError:
        return False


def _join_sessions(kept: Resource, gone: Resource) -> None:
    """The nearer of the two next sessions."""
    found = [at for at in (kept.next_session_at, gone.next_session_at) if at]
    Resource.objects.filter(pk=kept.pk).update(next_session_at=min(found, default=None))
    Resource.objects.filter(pk=gone.pk).update(next_session_at=None)
