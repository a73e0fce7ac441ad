"""Resources as registered: cards and pages, figures for the index, the desk, history and search."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import (
    Count,
    Prefetch,
    Q,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from portal import search
from portal.accounts import User
from portal.audit import HIDDEN, AuditEntry
from portal.history import Change, act_name, said, told
from portal.regions import district_code
from portal.roles import Perm, roles_with
from portal.templatetags.portal_tags import cn_date
from portal.waiting import Waiting
from resources.models import (
    Licence,
    MenuEntry,
    Resource,
    ResourceKind,
    ResourcePicture,
    ResourceVersion,
)
from resources.queries.cards import in_order
from resources.rules.fields import is_for_all


def shown(resources):
    """Resources with everything a card or page prints, in a fixed number of queries."""
    return resources.select_related("kind", "region", "organization").prefetch_related(
        "hours",
        "special_days",
        "concessions",
        "topics",
        "links",
        Prefetch("pictures", ResourcePicture.objects.select_related("attachment")),
    )


def kinds():
    """The kinds in force, in the order they are shown."""
    return ResourceKind.objects.current()


def published():
    return Resource.objects.published()


def newest(limit: int = 6) -> list[Resource]:
    """The resources published last."""
    entries = MenuEntry.objects.order_by("-published_at", "resource_id")[:limit]
    return in_order([entry.pk for entry in entries])


def listed_on(day: date):
    """Resources that stood in the menu on a day: published by then, not taken off before."""
    tomorrow = timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
    return Resource.objects.filter(listed_on__lte=day).filter(
        Q(status=Resource.Status.PUBLISHED) | Q(status=Resource.Status.ARCHIVED, archived_at__gte=tomorrow)
    )


def records(kind_codes: Iterable[str], district: str, on: date | None = None):
    """The resources behind a figure of a district (12-digit code), of the city for "" ."""
    rows = listed_on(on or timezone.localdate()).filter(kind__code__in=list(kind_codes))
    if district:
        rows = rows.annotate(district=district_code("region")).filter(district=district)
    return rows.order_by("pk")


def count_by_district(on: date, kind_codes: Iterable[str] | None = None) -> dict[str, int]:
    """Resources in the menu on a day, by 12-digit district code; those of the whole city under ""."""
    rows = listed_on(on)
    if kind_codes is not None:
        rows = rows.filter(kind__code__in=list(kind_codes))
    counted = rows.annotate(district=district_code("region")).values("district").annotate(count=Count("pk"))
    return {row["district"]: row["count"] for row in counted.order_by("district")}


def public_facts(resource: Resource) -> list[tuple[str, str]]:
    """What everybody may read of a resource, with its words; empty ones are left out on the page."""
    return [
        ("别名", resource.aliases),
        ("面向人群", resource.get_audiences_display()),
        ("适合年龄", resource.ages),
        ("科普内容", resource.get_dimensions_display()),
        ("科学家精神", resource.get_spirits_display()),
        ("语言", resource.get_languages_display()),
        ("无障碍与便利", resource.get_accessibility_display()),
        ("同时接待", f"{resource.capacity} 人" if resource.capacity else ""),
        ("费用", resource.fee),
        ("预约", _booking(resource)),
        ("所在区域", resource.region.name),
        ("使用许可", resource.get_licence_display() if resource.licence != Licence.UNKNOWN else ""),
    ]


def internal_facts(resource: Resource) -> list[tuple[str, str]]:
    """What only those who look after a resource read of it."""
    return [
        ("所属单位", resource.organization.name if resource.organization else ""),
        ("联系人", resource.contact),
        ("联系人电话", resource.contact_phone),
        ("地址", resource.address),
        ("坐标", f"{resource.longitude}, {resource.latitude}" if resource.latitude is not None else ""),
        ("坐标来源", resource.position_source),
        ("资料来源", resource.source),
        ("来源说明", resource.source_note),
        ("公开编号", resource.code),
        ("区级核对", f"已核（{cn_date(resource.checked_at)}）" if resource.checked_at else "未核"),
        ("上次核实", cn_date(resource.confirmed_on) if resource.confirmed_on else ""),
        ("应核实日期", cn_date(resource.confirm_by) if resource.confirm_by else ""),
    ]


def _booking(resource: Resource) -> str:
    words = resource.get_booking_display()
    return f"{words}（{resource.booking_note}）" if resource.booking_note else words


SCHEMA_TYPES = {
    "venue": "Museum",
    "nature": "Park",
    "course": "Course",
    "book": "Book",
    "body": "Organization",
}


_ESCAPED = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


def schema_org(resource: Resource, *, events: Iterable[dict] = ()) -> SafeString:
    """The resource, and what is on there, as schema.org describes it: JSON that may stand in a script."""
    data = _schema_org(resource) | ({"event": list(events)} if events else {})
    return SafeString(json.dumps(data, ensure_ascii=False).translate(_ESCAPED))


def _schema_org(resource: Resource) -> dict:
    data = {
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES.get(resource.kind.code, "CreativeWork"),
        "name": resource.title,
        "description": resource.summary,
        "identifier": resource.code,
        "url": f"{settings.SITE_URL}{reverse('resource', args=[resource.code])}",
        "telephone": resource.public_phone,
        "audience": {"@type": "Audience", "audienceType": resource.get_audiences_display()},
        "isAccessibleForFree": resource.is_free,
        "dateModified": resource.updated_at.date().isoformat(),
    }
    if resource.kind.is_place:
        data["address"] = {
            "@type": "PostalAddress",
            "addressCountry": "CN",
            "addressLocality": "深圳市",
            "streetAddress": resource.address,
        }
        if resource.latitude is not None:
            data["geo"] = {
                "@type": "GeoCoordinates",
                "latitude": float(resource.latitude),
                "longitude": float(resource.longitude),
            }
        data["openingHoursSpecification"] = [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{_SCHEMA_DAYS[row.weekday - 1]}",
                "opens": f"{row.opens:%H:%M}",
                "closes": f"{row.closes:%H:%M}",
            }
            for row in resource.hours.all()
        ]
        data["specialOpeningHoursSpecification"] = [
            {
                "@type": "OpeningHoursSpecification",
                "validFrom": special.starts_on.isoformat(),
                "validThrough": special.ends_on.isoformat(),
                "opens": opens,
                "closes": closes,
            }
            for special in resource.special_days.all()
            for opens, closes in _times(special.times)
        ]
    return {name: value for name, value in data.items() if value not in (None, "", [])}


def _times(text: str) -> list[tuple[str, str]]:
    """The stretches of a special day; closed all day is said with two midnights."""
    return [tuple(part.split("-")) for part in text.split()] or [("00:00", "00:00")]


_SCHEMA_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


ASK_AHEAD = timedelta(days=14)  # owners are asked so long before the day


# --- The desk -------------------------------------------------------------------------------------


def keepers(resource: Resource):
    """Who is told what becomes of a resource: who entered it, and those who look after its unit."""
    mine = Q(pk=resource.created_by_id)
    if resource.organization_id:
        mine |= Q(
            grants__organization=resource.organization_id, grants__role__in=roles_with(Perm.RESOURCE_EDIT)
        )
    return User.objects.filter(mine, is_active=True).distinct().order_by("pk")


def tasks_of(user) -> list[Waiting]:
    """What waits for somebody here: staff see what is submitted, a unit what was returned."""
    found = []
    if user.can(Perm.RESOURCE_REVIEW):
        rows = Resource.objects.for_user(user, Perm.RESOURCE_REVIEW)
        for status, title in (
            (Resource.Status.CHECKED, "区级已核、待发布的资源"),
            (Resource.Status.SUBMITTED, "待审核资源"),
        ):
            found.append(_waiting(title, rows.filter(status=status).order_by("submitted_at", "pk"), status))
    elif user.can(Perm.RESOURCE_CHECK):
        rows = Resource.objects.for_user(user, Perm.RESOURCE_CHECK).filter(status=Resource.Status.SUBMITTED)
        found.append(_waiting("待区级核对的资源", rows.order_by("submitted_at", "pk"), "submitted"))
    elif user.can(Perm.RESOURCE_EDIT):
        mine = Resource.objects.for_user(user, Perm.RESOURCE_EDIT)
        for status, title in (
            (Resource.Status.RETURNED, "被退回的资源"),
            (Resource.Status.DRAFT, "未提交的资源草稿"),
        ):
            rows = mine.filter(status=status).order_by("-updated_at", "-pk")
            found.append(_waiting(title, rows, status))
    if user.can(Perm.RESOURCE_VIEW):
        found.append(_waiting_confirmation(user))
    return [waiting for waiting in found if waiting.count]


def _waiting_confirmation(user) -> Waiting:
    """What somebody is to confirm: a unit its own, the others what is overdue where they work."""
    perm = Perm.RESOURCE_EDIT if user.can(Perm.RESOURCE_EDIT) else Perm.RESOURCE_CHECK
    day = timezone.localdate()
    due = day if user.can(Perm.RESOURCE_REVIEW) or perm == Perm.RESOURCE_CHECK else day + ASK_AHEAD
    rows = Resource.objects.for_user(user, perm).published().filter(confirm_by__lte=due)
    found = _waiting("待核实资源", rows.order_by("confirm_by", "pk"), fresh="due")
    return replace(found, is_late=rows.filter(confirm_by__lt=day).exists())


def _waiting(title: str, rows, status: str = "", **more: str) -> Waiting:
    asked = {**({"status": status} if status else {}), **more}
    return Waiting(
        title=title,
        count=rows.count(),
        url=f"{reverse('resources_desk:list')}?{urlencode(asked)}",
        items=[(row.title, row.get_desk_url()) for row in rows[:5]],
    )


# --- History --------------------------------------------------------------------------------------


_UNTOLD = {
    "id",
    "code",
    "revision",
    "created_at",
    "updated_at",
    "submitted_at",
    "published_at",
    "archived_at",
    "checked_at",
    "confirm_by",
}


# What the versions do not hold: pictures and links hang on a resource, the trail says what became of them.
_OF_TRAIL = ("add_picture", "remove_picture", "add_link", "remove_link")


@dataclass(frozen=True)
class Part:
    """One field of a change: what became of it, and the version that still has the former value."""

    sentence: str
    field: str = ""
    version: int = 0


@dataclass(frozen=True)
class VersionChange(Change):
    """A change as the database's versions tell it."""

    parts: list[Part] = dataclass_field(default_factory=list)


def history(resource: Resource) -> list[VersionChange]:
    """Every version the database kept, and what became of pictures and links, newest first."""
    versions = list(
        ResourceVersion.objects.filter(pgh_obj=resource)
        .select_related("pgh_context", "kind", "region", "organization")
        .order_by("pgh_id")
    )
    changes, seen = [], None
    for before, after in zip([None, *versions], versions, strict=False):
        parts = _differences(before, after) if before else []
        if before and after.pgh_context and after.pgh_context_id != seen:
            parts += [Part(sentence) for sentence in after.pgh_context.metadata.get("beside", [])]
        seen = after.pgh_context_id
        if before and not parts:
            continue  # only a moment was written
        context = after.pgh_context.metadata if after.pgh_context else {}
        what = context.get("what", "修改") if before else "登记"
        by, note = context.get("by", "系统"), context.get("note", "")
        sentences = [part.sentence for part in parts]
        changes.append(VersionChange(after.pgh_created_at, by, what, sentences, note, parts))
    changes.reverse()
    return sorted([*_of_trail(resource), *changes], key=lambda change: change.at, reverse=True)


def _of_trail(resource: Resource) -> list[VersionChange]:
    entries = AuditEntry.objects.filter(
        subject_type=resource._meta.label, subject_id=str(resource.pk), action__in=_OF_TRAIL
    ).order_by("-pk")
    return [
        VersionChange(row.at, row.actor_name, act_name(row.action), [], row.note.strip()) for row in entries
    ]


def _differences(before: ResourceVersion, after: ResourceVersion) -> list[Part]:
    """What differs between two versions, field by field."""
    names = [part.name for part in ResourceVersion._meta.fields if not part.name.startswith("pgh_")]
    pairs = {name: [_said(before, name), _said(after, name)] for name in names if name not in _UNTOLD}
    return [
        Part(told(Resource, {name: pair})[0], name, before.pgh_id)
        for name, pair in pairs.items()
        if pair[0] != pair[1]
    ]


def _said(version: ResourceVersion, name: str) -> str:
    """One value of a version as the resource's own page says it."""
    if name == "details":
        return Resource(kind=version.kind, details=version.details).details_text
    shown = getattr(Resource, f"get_{name}_display", None)
    as_resource = Resource(**{name: getattr(version, name)}) if shown else version
    return said(as_resource, name)


def changed_since(resource: Resource, revision: int) -> list[Change]:
    """What others changed after somebody saw `revision`, newest first."""
    entries = AuditEntry.objects.filter(
        subject_type=resource._meta.label, subject_id=str(resource.pk), action="change"
    ).order_by("-pk")[:20]
    changes = []
    for entry in entries:
        _, new = entry.changes.get("revision", [0, 0])
        if int(new) > revision:
            changes.append(Change(entry.at, entry.actor_name, "修改", _told(entry.changes), entry.note))
    return changes


BESIDE = {
    "topics": "科普主题",
    "hours_text": "开放时间",
    "special_text": "特别安排",
    "prices_text": "优惠",
}


def beside(changes: dict) -> list[str]:
    """What a version does not hold and yet belongs to the change: topics and opening hours, as sentences;
    of internal contacts only that they changed."""
    shown = {name: pair for name, pair in changes.items() if name in BESIDE}
    return _told(shown | {name: [HIDDEN, HIDDEN] for name in changes if name in Resource.PERSONAL})


def _told(changes: dict) -> list[str]:
    names = {**BESIDE, "details_text": "扩展内容"}
    return told(Resource, {name: pair for name, pair in changes.items() if name != "revision"}, names=names)


def searchable():
    """Every resource as an entry of the city's search, for rebuilding it."""
    rows = Resource.objects.exclude(status=Resource.Status.ARCHIVED).select_related("kind", "region")
    for resource in rows.prefetch_related("topics").order_by("pk").iterator(chunk_size=1000):
        yield search_entry(resource)


def search_entry(resource: Resource) -> search.Entry:
    """How one resource is found: by its names and topics; while not public, by those who may see it."""
    topics = [topic.name for topic in resource.topics.all()]
    names = [resource.aliases, resource.kind.name, *topics, *_chosen_words(resource)]
    told = dict.fromkeys([*names, resource.summary, resource.address])  # a summary may be the kind alone
    return search.Entry(
        kind="resource",
        subject_id=resource.pk,
        title=resource.title,
        text=" ".join(filter(None, told)),
        url=resource.get_absolute_url() if resource.is_public else resource.get_desk_url(),
        is_public=resource.is_public,
        needs="" if resource.is_public else Perm.RESOURCE_VIEW,
        region_id=resource.region_id,
        organization_id=resource.organization_id,
    )


def _chosen_words(resource: Resource) -> list[str]:
    """What was chosen in the kind's own lists, as far as everybody may read it."""
    kept = [field for field in resource.kind.choice_fields if is_for_all(field)]
    values = [resource.details.get(field["code"]) or [] for field in kept]
    return [word for value in values for word in (value if isinstance(value, list) else [value])]
