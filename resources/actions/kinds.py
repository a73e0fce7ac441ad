"""Kinds, topics and programmes: the words of registry and needs, changed by the association."""

from django.db import transaction

from portal import audit, history
from portal.accounts import User, require
from portal.regions import Region
from portal.roles import Perm
from resources.models import (
    MenuChange,
    Programme,
    ResourceKind,
    Topic,
)


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
        MenuChange.objects.create()
        return kind
    return _next_version(old, kind, by=by)


def _next_version(old: ResourceKind, new: ResourceKind, *, by: User | None) -> ResourceKind:
    last = ResourceKind.objects.filter(code=old.code).order_by("-version").values_list("version", flat=True)
    ResourceKind.objects.filter(code=old.code).update(is_current=False)
    new.pk, new.version, new.is_current = None, last[0] + 1, True
    new.save(force_insert=True)
    MenuChange.objects.create()
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
    MenuChange.objects.create()
    audit.record(topic, "create" if old is None else "change", by=by, changes=changes)
    return topic


@transaction.atomic
def save_programme(programme: Programme, *, by: User) -> Programme:
    """Enter a programme under which needs stand, or keep changes to it. Raises PermissionDenied."""
    require(by, Perm.RESOURCE_REVIEW, Region.objects.city())
    before = history.stored(programme)
    programme.full_clean()
    programme.save()
    changes = history.differences(before, programme)
    audit.record(programme, "change" if before else "create", by=by, changes=changes)
    return programme
