"""Titles entered and changed in the register, and withdrawn with a reason."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from outreach.actions.lifecycle import end_title, show_in_search
from outreach.models import Title
from portal import audit, history
from portal.accounts import User, require
from portal.errors import Refused
from portal.roles import Perm


@transaction.atomic
def save_title(title: Title, *, by: User) -> Title:
    """Enter a title or keep changes to it.

    Raises PermissionDenied outside one's places and ValidationError where a rule says no.
    """
    before = history.stored(title)
    if before:
        require(by, Perm.TITLE_EDIT, before)
    else:
        title.created_by = by
    require(by, Perm.TITLE_EDIT, title.organization)
    title.region = title.organization.region
    if before and before.paper_id and before.number != title.number:
        raise ValidationError({"number": "证书已签发，编号不能再改。"})
    title.full_clean()
    changes = history.differences(before, title)
    title.save(update_fields=list(changes) if before else None)
    show_in_search(title.organization_id, *([before.organization_id] if before else []))
    audit.record(title, "change" if before else "create", by=by, changes=changes)
    return title


def create_title(*, by: User, **fields) -> Title:
    """Enter a title from plain values. Raises as `save_title` does."""
    return save_title(Title(**fields), by=by)


def change_title(title: Title, *, by: User, **fields) -> Title:
    """Change plain values of a title. Raises as `save_title` does."""
    for name, value in fields.items():
        setattr(title, name, value)
    return save_title(title, by=by)


@transaction.atomic
def withdraw_title(title: Title, *, on: date, reason: str, by: User) -> None:
    """End a title before its time. Raises Refused without a reason or when it no longer stands."""
    require(by, Perm.TITLE_EDIT, title)
    if not reason.strip():
        raise Refused("请写明撤销原因。")
    if on < title.valid_from:
        raise Refused("撤销日期不能早于生效日期。")
    if not end_title(title, on=on, reason=reason, by=by):
        raise Refused("该称号已被撤销。")
