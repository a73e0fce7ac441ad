"""What people keep at the desk: named filters, one field of many resources, a former value."""

from dataclasses import dataclass

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from portal import audit, history
from portal.accounts import User, may, require
from portal.errors import Refused
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_time
from resources.actions.menu import refresh
from resources.actions.registry import EDITABLE, edit
from resources.models import REVIEW, BulkChange, DeskFilter, Resource, ResourceVersion
from resources.queries.desk import DeskQuery
from resources.queries.life import due_after
from resources.queries.registry import beside, shown

MOST_BULK = 3000
MOST_FILTERS = 20
SAMPLES = 10
# One value that may hold for many.
BULK = (
    "audiences",
    "dimensions",
    "spirits",
    "languages",
    "accessibility",
    "licence",
    "is_free",
    "cost",
    "booking",
    "booking_note",
    "booking_url",
    "website",
    "public_phone",
    "contact",
    "contact_phone",
    "organization",
    "public_notice",
    "holiday_rule",
    "hours_note",
    "confirmed_on",
    "source",
    "source_note",
)
POSITION = ("longitude", "latitude", "position_source", "is_position_verified")


# --- Filters --------------------------------------------------------------------------------------


@transaction.atomic
def save_filter(*, name: str, query: str, sharing: str, by: User) -> DeskFilter:
    """Keep a question to the list under a name, for oneself, one's unit or one's role.

    Raises Refused beyond MOST_FILTERS or where there is nobody to share with.
    """
    require_desk(by)
    if DeskFilter.objects.filter(owner=by).count() >= MOST_FILTERS:
        raise Refused(f"最多保存 {MOST_FILTERS} 个筛选，请先删除不用的。")
    grants = by.standing_grants()
    row = DeskFilter(owner=by, name=name, query=query, sharing=sharing)
    if sharing == DeskFilter.Sharing.UNIT:
        row.organization = next((grant.organization for grant in grants if grant.organization_id), None)
        if row.organization is None:
            raise Refused("您不在任何单位任职，请选“给同一角色的人”或“只给自己”。")
    elif sharing == DeskFilter.Sharing.ROLE:
        row.role = grants[0].role
    row.full_clean()
    row.save()
    audit.record(row, "create", by=by)
    return row


def require_desk(by: User) -> None:
    """Raises PermissionDenied for whoever reads no resources at the desk."""
    if not by.can(Perm.RESOURCE_VIEW):
        raise PermissionDenied("您没有查看资源的权限。")


@transaction.atomic
def drop_filter(row: DeskFilter, *, by: User) -> None:
    """Raises PermissionDenied for another person's."""
    if row.owner_id != by.pk:
        raise PermissionDenied("只有保存的人可以删除这个筛选。")
    audit.record(row, "remove", by=by)
    row.delete()


# --- Many at once ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    resource: Resource
    before: str
    after: str


@dataclass(frozen=True)
class BulkPreview:
    """What a bulk edit would do: how many it finds, how many of them differ, and the first ten."""

    found: int
    changed: int
    reviewed_again: int
    samples: list[Sample]


def preview_bulk(asked: DeskQuery, *, field: str, value) -> BulkPreview:
    """Raises Refused if too many are found."""
    rows = _rows_of(asked)
    differing = [row for row in rows if getattr(row, field) != value]
    samples = [
        Sample(row, history.said(row, field), history.said(_with(row, field, value), field))
        for row in differing[:SAMPLES]
    ]
    again = sum(_is_revised(row, asked.user) for row in differing)
    return BulkPreview(len(rows), len(differing), again, samples)


def _rows_of(asked: DeskQuery, *, lock: bool = False) -> list[Resource]:
    rows = (
        asked.rows().exclude(status=Resource.Status.ARCHIVED).select_related("kind", "region", "organization")
    )
    rows = rows.order_by("pk")[: MOST_BULK + 1]
    if lock:
        keys = [row.pk for row in rows]
        locked = Resource.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
        rows = locked.select_related("kind", "region", "organization")
    found = list(rows)
    if len(found) > MOST_BULK:
        raise Refused(f"一次最多修改 {MOST_BULK} 条，请增加筛选条件分批修改。")
    return found


def _with(row: Resource, field: str, value) -> Resource:
    after = Resource(kind=row.kind)
    setattr(after, field, value)
    return after


def _is_revised(row: Resource, by: User) -> bool:
    """What a unit changes of something public is reviewed again."""
    return row.status in (Resource.Status.PUBLISHED, Resource.Status.CHECKED) and not may(
        by, Perm.RESOURCE_REVIEW, row
    )


@transaction.atomic
def edit_many(asked: DeskQuery, *, field: str, value, note: str, expected: int) -> BulkChange:
    """Set one field of every resource a question finds, all or none; one entry in the trail for each.

    Raises Refused if more or fewer are found than were shown in the preview, or if one cannot take the value.
    """
    if field not in BULK:
        raise TypeError(f"not for many: {field}")
    by = asked.user
    rows = _rows_of(asked, lock=True)
    if len(rows) != expected:
        raise Refused(f"符合条件的资源现在是 {len(rows)} 条，与预览的 {expected} 条不同，请重新预览。")
    differing = [row for row in rows if getattr(row, field) != value]
    for row in differing:
        require(by, Perm.RESOURCE_EDIT, row)
    batch = BulkChange(field=field, query=asked.query, note=note, count=len(differing), by=by)
    batch.full_clean()
    batch.save()
    reason = f"批量修改第 {batch.pk} 批：{note}"
    told = beside({field: ["", ""]})
    with pghistory.context(by=str(by), what="批量修改", note=reason, batch=batch.pk, beside=told):
        try:
            with transaction.atomic():
                _set(differing, field, value)
        except IntegrityError as fault:
            raise Refused(
                "有资源不能取这个值，例如已发布的资源必须写明面向人群。没有修改任何一条。"
            ) from fault
        for row in differing:
            pair = [history.said(row, field), history.said(_with(row, field, value), field)]
            audit.record(row, "bulk_edit", by=by, changes={field: pair}, note=reason)
            if _is_revised(row, by):
                REVIEW.take(row, "revise", by=by, note=reason)
    if differing:
        refresh([row.pk for row in differing])
    return batch


def _set(rows: list[Resource], field: str, value) -> None:
    common = {field: value, "revision": F("revision") + 1, "updated_at": timezone.now()}
    by_kind: dict[int, list[Resource]] = {}
    for row in rows:
        by_kind.setdefault(row.kind_id, []).append(row)
    for alike in by_kind.values():
        due = {}
        if field == "confirmed_on":
            due = {"confirm_by": due_after(alike[0], value) if value else None}
        Resource.objects.filter(pk__in=[row.pk for row in alike]).update(**common, **due)


# --- A former value -------------------------------------------------------------------------------


@transaction.atomic
def restore_value(resource: Resource, *, version: ResourceVersion, field: str, by: User) -> Resource:
    """Give one field the value that it had in a former version.

    Raises Refused for a version of another resource, a field that cannot be restored, or a value that does
    not fit any more.
    """
    if field not in EDITABLE or version.pgh_obj_id != resource.pk:
        raise Refused("这个值不能恢复。")
    names = POSITION if field in POSITION else (field,)
    values = {name: getattr(version, name) for name in names}
    current = shown(Resource.objects.filter(pk=resource.pk)).get()
    if all(getattr(current, name) == value for name, value in values.items()):
        raise Refused("现在就是这个值，不用恢复。")
    try:
        return edit(
            current,
            by=by,
            note=f"恢复{cn_time(version.pgh_created_at)}的值",
            **values,
        )
    except ValidationError as fault:
        raise Refused(f"这个旧值与现在的内容不符：{'；'.join(fault.messages)}") from fault
