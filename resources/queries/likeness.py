"""Which resources may be one and the same."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from portal.accounts import User
from portal.errors import Refused
from portal.roles import Perm
from portal.search import syllables_of
from resources.models import DuplicatePair, Likeness, Resource, ResourceKind
from resources.rules import (
    ALIKE,
    NEAR_METRES,
    likeness,
    metres,
    plain_address,
    plain_code,
    plain_name,
    plain_phone,
)

MOST_ALIKE = 10  # what more than so many share says nothing
MOST_SHOWN = 5
CELL = 1000  # cells of a thousandth of a degree, about 100 metres
ALWAYS = {DuplicatePair.Reason.NAME, DuplicatePair.Reason.SOUND, DuplicatePair.Reason.CODE}


def compared(resource: Resource) -> Likeness:
    """What of a resource is compared with others."""
    name = plain_name(resource.title)
    placed = resource.latitude is not None and resource.longitude is not None
    return Likeness(
        resource_id=resource.pk,
        group=group_of(resource.kind),
        name_key=name,
        sound_key="".join(syllables_of(name)),
        code_key=plain_code(resource.details)[:40],
        address_key=plain_address(resource.address),
        phone_key=plain_phone(resource.public_phone),
        north=int(float(resource.latitude) * CELL) if placed else None,
        east=int(float(resource.longitude) * CELL) if placed else None,
    )


def group_of(kind: ResourceKind) -> str:
    return "place" if kind.is_place else kind.code


@dataclass(frozen=True)
class Likely:
    """A resource that may be the one that somebody is entering."""

    resource: Resource
    words: str


def likely(resource: Resource, *, user: User) -> list[Likely]:
    """What may be the same as a resource that is being entered, of what `user` may read."""
    asked = compared(resource)
    rows = _like(asked).exclude(resource=resource.pk).select_related("resource__kind", "resource__region")
    may_read = Q(resource__status=Resource.Status.PUBLISHED) | Q(
        resource__in=Resource.objects.for_user(user, Perm.RESOURCE_VIEW)
    )
    found = []
    for row in rows.filter(may_read).order_by("resource_id")[:50]:
        reasons = _reasons(asked, row, resource, row.resource)
        if reasons:
            found.append(Likely(row.resource, DuplicatePair(reasons=reasons).words))
    return found[:MOST_SHOWN]


def _like(asked: Likeness):
    """Everything that shares one thing with what is asked."""
    alike = Q(name_key=asked.name_key) | Q(sound_key=asked.sound_key)
    for name in ("address_key", "phone_key"):
        if getattr(asked, name):
            alike |= Q(**{name: getattr(asked, name)})
    alike &= Q(group=asked.group)
    if asked.north is not None:
        cells = Q(
            north__range=(asked.north - 1, asked.north + 1), east__range=(asked.east - 1, asked.east + 1)
        )
        alike |= cells & Q(group=asked.group)
    if asked.code_key:
        alike |= Q(code_key=asked.code_key)
    return Likeness.objects.filter(alike)


def _reasons(one: Likeness, other: Likeness, first: Resource, second: Resource) -> list[str]:
    """Why two may be one; what is shared by chance counts only with names that look alike."""
    reason = DuplicatePair.Reason
    same_group = one.group == other.group
    is_alike = same_group and likeness(one.name_key, other.name_key) >= ALIKE
    held = {
        reason.NAME: same_group and one.name_key == other.name_key,
        reason.SOUND: same_group and one.sound_key == other.sound_key and one.name_key != other.name_key,
        reason.CODE: one.code_key != "" and one.code_key == other.code_key,
        reason.ADDRESS: is_alike and one.address_key != "" and one.address_key == other.address_key,
        reason.PHONE: is_alike and one.phone_key != "" and one.phone_key == other.phone_key,
        reason.NEAR: is_alike and _is_near(first, second),
    }
    return [str(each) for each, holds in held.items() if holds]


def _is_near(first: Resource, second: Resource) -> bool:
    if None in (first.latitude, second.latitude):
        return False
    one, other = ((float(row.latitude), float(row.longitude)) for row in (first, second))
    return metres(one, other) < NEAR_METRES


def pairs_of(key: int) -> dict[tuple[int, int], list[str]]:
    """The pairs of one resource with others that are not retired, and why."""
    own = Likeness.objects.select_related("resource").filter(pk=key).first()
    if own is None:
        return {}
    found = {}
    for row in _like(own).exclude(pk=key).select_related("resource").order_by("pk")[:200]:
        reasons = _reasons(own, row, own.resource, row.resource)
        if reasons:
            found[min(key, row.pk), max(key, row.pk)] = reasons
    return found


_SHARED = """
WITH shared AS (
    SELECT {partition} FROM resources_likeness WHERE {key} <> ''
    GROUP BY {partition} HAVING count(*) BETWEEN 2 AND {most}
)
SELECT a.resource_id, b.resource_id FROM shared
JOIN resources_likeness a USING ({partition})
JOIN resources_likeness b USING ({partition})
WHERE a.resource_id < b.resource_id {among}
"""
_NEAR = """
SELECT a.resource_id, b.resource_id FROM resources_likeness a
JOIN resources_likeness b ON b.north BETWEEN a.north - 1 AND a.north + 1
    AND b.east BETWEEN a.east - 1 AND a.east + 1 AND a."group" = b."group" AND a.resource_id < b.resource_id
    {among}
"""
_AMONG = "AND (a.resource_id = ANY(%(keys)s) OR b.resource_id = ANY(%(keys)s))"


def all_pairs(among: Iterable[int] | None = None) -> dict[tuple[int, int], list[str]]:
    """Every likely pair, or those with one of `among`, from one join for each thing that is compared."""
    given = {} if among is None else {"keys": list(among)}
    said = {"most": MOST_ALIKE, "among": _AMONG if given else ""}
    names = ("name_key", "sound_key", "address_key", "phone_key")
    queries = [_SHARED.format(partition=f'"group", {key}', key=key, **said) for key in names]
    queries += [_SHARED.format(partition="code_key", key="code_key", **said), _NEAR.format(**said)]
    keys: set[tuple[int, int]] = set()
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query, given)
            keys.update(cursor.fetchall())
    return _weighed(keys)


def _weighed(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[str]]:
    rows: dict[int, Likeness] = Likeness.objects.select_related("resource").in_bulk(
        sorted({key for pair in keys for key in pair})
    )
    found = defaultdict(list)
    for first, second in keys:
        one, other = rows[first], rows[second]
        found[first, second] = _reasons(one, other, one.resource, other.resource)
    return {pair: reasons for pair, reasons in found.items() if reasons}


# --- The desk -------------------------------------------------------------------------------------

PAIR_ORDER = ("-found_at", "-pk")


def open_pairs(user):
    """Likely pairs both of which `user` reviews."""
    mine = Resource.objects.for_user(user, Perm.RESOURCE_REVIEW)
    return DuplicatePair.objects.filter(dismissed_at=None, first__in=mine, second__in=mine).select_related(
        "first__kind",
        "first__region",
        "first__organization",
        "second__kind",
        "second__region",
        "second__organization",
    )


def survivor_of(code: str) -> Resource | None:
    """The published resource into which the one with this code was merged."""
    return Resource.objects.published().filter(merged_records__code=code).first()


# --- Merging --------------------------------------------------------------------------------------

# What is chosen together, in the order of the page: name, label, fields.
GROUPS = (
    ("title", "名称", ("title",)),
    ("aliases", "别名", ("aliases",)),
    ("kind", "类型与扩展内容", ("kind", "details")),
    ("summary", "一句话介绍", ("summary",)),
    ("description", "详细介绍", ("description",)),
    ("public_notice", "临时公告", ("public_notice",)),
    ("audiences", "面向人群", ("audiences",)),
    ("ages", "适合年龄", ("ages_from", "ages_to")),
    ("dimensions", "科普内容", ("dimensions",)),
    ("spirits", "科学家精神", ("spirits",)),
    ("languages", "语言", ("languages",)),
    ("accessibility", "无障碍与便利设施", ("accessibility",)),
    ("capacity", "可同时接待（人）", ("capacity",)),
    ("licence", "使用许可", ("licence",)),
    ("region", "所属区域", ("region",)),
    ("address", "地址", ("address",)),
    ("position", "坐标", ("longitude", "latitude", "position_source", "is_position_verified")),
    ("hours", "开放时间", ("hours_text", "special_text", "holiday_rule", "hours_note")),
    ("cost", "费用与优惠", ("is_free", "cost", "prices_text")),
    ("booking", "预约", ("booking", "booking_note", "booking_url")),
    ("organization", "所属单位", ("organization",)),
    ("public_phone", "公开电话", ("public_phone",)),
    ("website", "网址", ("website",)),
    ("contact", "联系人", ("contact", "contact_phone")),
    ("source", "资料来源", ("source", "source_note")),
)
TEXTS = ("hours_text", "special_text", "prices_text")


@dataclass(frozen=True)
class Side:
    """One group of fields of two resources, side by side."""

    name: str
    label: str
    own: str
    other: str
    takes_other: bool  # what is proposed: the survivor's, unless it says nothing


def sides(survivor: Resource, merged: Resource) -> list[Side]:
    """What differs between two resources, as people read it."""
    found = []
    for name, label, fields in GROUPS:
        own, other = (_said(row, fields) for row in (survivor, merged))
        if own != other:
            found.append(Side(name, label, own, other, not own))
    return found


def _said(resource: Resource, fields: tuple[str, ...]) -> str:
    words = []
    for name in fields:
        if name == "details":
            words.append(resource.details_text.replace("\n", "；"))
            continue
        display = getattr(resource, f"get_{name}_display", None)
        value = display() if display else getattr(resource, name)
        shown = "、".join(map(str, value)) if isinstance(value, list) else value
        words.append("" if shown in (None, False) else str(shown))
    return " · ".join(word for word in words if word)


def check_mergeable(survivor: Resource, merged: Resource) -> None:
    """Raises Refused unless the second can be taken into the first."""
    if survivor.pk == merged.pk:
        raise Refused("同一条资源不能与自己合并。")
    if survivor.status == Resource.Status.ARCHIVED:
        raise Refused("已下架的资源不能作为保留的一条，请换一条。")
    if merged.merged_into_id:
        raise Refused("这条资源已经并入另一条。")
    if merged.is_public and not survivor.is_public:
        raise Refused("两条中已发布的一条应当保留，否则公开页面会消失。请交换后再合并。")
