"""Assets of innovation and what they became: the desk's list, tasks owed by owner, conversions by year."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from portal.regions import district_code
from portal.roles import Perm
from portal.waiting import Waiting
from resources.models import AssetConversion, SourceAsset

ASSET_ORDER = ("-updated_at", "-pk")
ASSET_STATES = {
    "overdue": "已逾期",
    "ongoing": "进行中",
    "done": "已完成",
    "waived": "已免除",
    "none": "无任务",
}


def _in_state(state: str, on: date) -> Q:
    owed = Q(due_on__isnull=False, delivered_on=None, waived_on=None)
    return {
        "overdue": owed & Q(due_on__lt=on),
        "ongoing": owed & Q(due_on__gte=on),
        "done": Q(delivered_on__isnull=False),
        "waived": Q(waived_on__isnull=False),
        "none": Q(due_on=None),
    }[state]


def assets_at_desk(user, *, on: date, state: str = "", kind: str = "", owner: int | None = None):
    """Assets that `user` may see, narrowed, with what a list prints."""
    rows = SourceAsset.objects.for_user(user, Perm.RESOURCE_VIEW).select_related("organization", "region")
    if state in ASSET_STATES:
        rows = rows.filter(_in_state(state, on))
    if kind in SourceAsset.Kind:
        rows = rows.filter(kind=kind)
    if owner:
        rows = rows.filter(organization=owner)
    return rows.annotate(became=Count("conversions"))


def asset_counts(user, *, on: date) -> dict[str, int]:
    """How many assets of each state `user` may see; all of them under ""."""
    counts = {state: Count("pk", filter=_in_state(state, on)) for state in ASSET_STATES}
    found = SourceAsset.objects.for_user(user, Perm.RESOURCE_VIEW).aggregate(all=Count("pk"), **counts)
    return {"": found.pop("all"), **found}


@dataclass(frozen=True)
class Owed:
    """What one organisation owes the public on a day."""

    organization_id: int
    name: str
    overdue: int
    open: int
    first_due_on: date


def owed_by_owner(user, *, on: date, limit: int = 100) -> list[Owed]:
    """Owners with open outreach tasks, those with most overdue ones first."""
    rows = (
        SourceAsset.objects.for_user(user, Perm.RESOURCE_VIEW)
        .owed()
        .values("organization_id", "organization__name")
        .annotate(
            overdue=Count("pk", filter=Q(due_on__lt=on)),
            open=Count("pk", filter=Q(due_on__gte=on)),
            first=Min("due_on"),
        )
        .order_by("-overdue", "first", "organization_id")[:limit]
    )
    return [
        Owed(row["organization_id"], row["organization__name"], row["overdue"], row["open"], row["first"])
        for row in rows
    ]


def conversions_by_owner(start: date, end: date) -> dict[int, int]:
    """Assets turned into at least one resource on or after `start` and before `end`, per organisation id."""
    rows = (
        AssetConversion.objects.filter(converted_on__gte=start, converted_on__lt=end)
        .values("asset__organization")
        .annotate(count=Count("asset", distinct=True))
        .order_by("asset__organization")
    )
    return {row["asset__organization"]: row["count"] for row in rows}


def conversions_by_district(start: date, end: date) -> dict[str, int]:
    """The same per 12-digit district code of the asset."""
    rows = (
        AssetConversion.objects.filter(converted_on__gte=start, converted_on__lt=end)
        .annotate(district=district_code("asset__region"))
        .values("district")
        .annotate(count=Count("asset", distinct=True))
        .order_by("district")
    )
    return {row["district"]: row["count"] for row in rows}


def assets_waiting(user) -> list[Waiting]:
    """Outreach tasks that are overdue, for owners and for those who look after the place."""
    if not user.can(Perm.RESOURCE_VIEW):
        return []
    day = timezone.localdate()
    rows = SourceAsset.objects.for_user(user, Perm.RESOURCE_VIEW).overdue(day)
    count = rows.count()
    if not count:
        return []
    items = [(row.title, row.get_desk_url()) for row in rows.order_by("due_on", "pk")[:5]]
    url = f"{reverse('resources_desk:assets')}?state=overdue"
    return [Waiting(title="逾期的科普转化任务", count=count, url=url, items=items, is_late=True)]
