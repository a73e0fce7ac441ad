"""Assets of innovation: entering them, saying what they became, settling and recalling their tasks."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from portal import audit, history
from portal.accounts import User, people_with, require
from portal.errors import ChangedMeanwhile, Refused
from portal.notices import notify
from portal.roles import Perm
from resources.models import REMIND_AHEAD, AssetConversion, Resource, SourceAsset

REMIND_AGAIN = timedelta(days=30)  # how often what is overdue is recalled


@transaction.atomic
def create_asset(*, by: User, **values) -> SourceAsset:
    """Enter an asset of an organisation.

    Raises PermissionDenied outside one's places, ValidationError where a rule says no.
    """
    asset = SourceAsset(created_by=by, **values)
    if asset.organization_id and not asset.region_id:
        asset.region = asset.organization.region
    require(by, Perm.RESOURCE_EDIT, asset)
    asset.full_clean()
    asset.save(force_insert=True)
    audit.record(asset, "create", by=by)
    return asset


@transaction.atomic
def edit_asset(asset: SourceAsset, *, by: User, seen: int | None = None, **values) -> SourceAsset:
    """Keep changes; `seen` is the revision that `by` had before them.

    Raises ChangedMeanwhile if somebody else was faster, PermissionDenied outside one's places.
    """
    current = _locked(asset)
    require(by, Perm.RESOURCE_EDIT, current)
    if seen is not None and seen != current.revision:
        raise ChangedMeanwhile("这条科技资源刚被他人修改，请核对后再次保存。")
    old = history.stored(current)
    for name, value in values.items():
        setattr(current, name, value)
    require(by, Perm.RESOURCE_EDIT, current)
    changes = history.differences(old, current)
    if not changes:
        return current
    current.revision, current.updated_at = current.revision + 1, timezone.now()
    current.full_clean()
    current.save(update_fields=[*values, "revision", "updated_at"])
    audit.record(current, "change", by=by, changes=changes)
    return current


def _locked(asset: SourceAsset) -> SourceAsset:
    rows = SourceAsset.objects.select_for_update(of=("self",)).select_related("organization", "region")
    return rows.get(pk=asset.pk)


@transaction.atomic
def convert(asset: SourceAsset, resource: Resource, *, by: User, on: date) -> AssetConversion:
    """Say that an asset became a resource.

    Raises Refused for a day to come or a resource taken off, ValidationError if it is said already.
    """
    current = _locked(asset)
    require(by, Perm.RESOURCE_EDIT, current)
    if on > timezone.localdate():
        raise Refused("转化日期不能晚于今天。")
    if resource.status == Resource.Status.ARCHIVED:
        raise Refused("这条科普资源已下架，请先恢复。")
    row = AssetConversion(asset=current, resource=resource, converted_on=on)
    row.full_clean()
    row.save(force_insert=True)
    audit.record(current, "convert", by=by, changes={"resource": ["", resource.title]})
    return row


@transaction.atomic
def undo_conversion(row: AssetConversion, *, by: User) -> None:
    """Take back what was said by mistake."""
    asset = _locked(row.asset)
    require(by, Perm.RESOURCE_EDIT, asset)
    audit.record(asset, "undo_conversion", by=by, changes={"resource": [row.resource.title, ""]})
    row.delete()


@transaction.atomic
def deliver(asset: SourceAsset, *, by: User, on: date, note: str = "") -> None:
    """Report the outreach task as done. Raises Refused without a published resource that came of it."""
    current = _locked(asset)
    require(by, Perm.RESOURCE_EDIT, current)
    _still_owed(current)
    if not current.conversions.filter(resource__status=Resource.Status.PUBLISHED).exists():
        raise Refused("请先登记由它转化、已发布的科普资源，再报完成。")
    _settle(current, by=by, act="deliver", note=note, delivered_on=on, delivery_note=note)


@transaction.atomic
def waive(asset: SourceAsset, *, by: User, on: date, note: str) -> None:
    """Release an owner from a task; the association's staff alone, with a reason."""
    current = _locked(asset)
    require(by, Perm.RESOURCE_REVIEW, current)
    _still_owed(current)
    if not note:
        raise Refused("请写明免除的理由。")
    _settle(current, by=by, act="waive", note=note, waived_on=on, waiver_reason=note)


@transaction.atomic
def reopen_task(asset: SourceAsset, *, by: User, note: str) -> None:
    """Take back that a task is done or waived; the association's staff alone, with a reason."""
    current = _locked(asset)
    require(by, Perm.RESOURCE_REVIEW, current)
    if current.delivered_on is None and current.waived_on is None:
        raise Refused("这项任务尚未办结。")
    if not note:
        raise Refused("请写明重新办理的理由。")
    empty = {"delivered_on": None, "delivery_note": "", "waived_on": None, "waiver_reason": ""}
    _settle(current, by=by, act="reopen", note=note, **empty)


def _still_owed(asset: SourceAsset) -> None:
    if asset.due_on is None:
        raise Refused("这条科技资源没有科普任务。")
    if asset.delivered_on or asset.waived_on:
        raise Refused("这项任务已经办结。")


def _settle(asset: SourceAsset, *, by: User, act: str, note: str, **values) -> None:
    values |= {"revision": asset.revision + 1, "updated_at": timezone.now()}
    SourceAsset.objects.filter(pk=asset.pk).update(**values)
    audit.record(asset, act, by=by, note=note)
    people = people_with(Perm.RESOURCE_EDIT, asset.organization).exclude(pk=by.pk)
    words = {"deliver": "已报完成", "waive": "已免除", "reopen": "重新办理"}[act]
    text = f"科普转化任务“{asset.title}”{words}{f'：{note}' if note else ''}。"
    notify(people, text, link=asset.get_desk_url())


@transaction.atomic
def remind_of_tasks(*, at: datetime) -> int:
    """Recall tasks 30 and 7 days ahead of their day, and every 30 days once they are overdue.

    Returns how many were recalled.
    """
    today = timezone.localdate(at)
    rows = SourceAsset.objects.select_for_update(of=("self",), skip_locked=True).owed()
    rows = rows.filter(due_on__lte=today + REMIND_AHEAD[0]).select_related("organization", "region")
    due = [asset for asset in rows.order_by("pk") if _is_to_be_recalled(asset, today)]
    for asset in due:
        days = (asset.due_on - today).days
        when = f"还有 {days} 天到期" if days >= 0 else f"已逾期 {-days} 天"
        text = f"科普转化任务“{asset.title}”{when}：{asset.task}"
        kind = "task" if days >= 0 else "urgent"
        notify(
            people_with(Perm.RESOURCE_EDIT, asset.organization), text, link=asset.get_desk_url(), kind=kind
        )
    SourceAsset.objects.filter(pk__in=[asset.pk for asset in due]).update(reminded_on=today)
    return len(due)


def _is_to_be_recalled(asset: SourceAsset, today: date) -> bool:
    """Once per mark ahead of the day, then on the first day after it, then every 30 days."""
    last = asset.reminded_on
    if asset.due_on < today:
        return last is None or last <= asset.due_on or today - last >= REMIND_AGAIN
    passed = [asset.due_on - ahead for ahead in REMIND_AHEAD if asset.due_on - ahead <= today]
    return bool(passed) and (last is None or last < max(passed))
