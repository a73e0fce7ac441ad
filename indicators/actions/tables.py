"""Keeping a table's question under a name, and dropping it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from indicators.models import SavedTable
from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm

MOST_TABLES = 30


@transaction.atomic
def save_table(*, name: str, query: str, is_shared: bool, by: User) -> SavedTable:
    """Keep a question under a name, for oneself or, by the association, for everybody. The same again is the
    same row.

    Raises Refused beyond MOST_TABLES, ValidationError for a name that already stands for something else.
    """
    if is_shared:
        require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    own = SavedTable.objects.filter(owner=by)
    same = own.filter(name=name, query=query, is_shared=is_shared).first()
    if same is not None:
        return same
    if own.count() >= MOST_TABLES:
        raise Refused(f"最多保存 {MOST_TABLES} 张表，请先删除不用的。")
    row = SavedTable(owner=by, name=name, query=query, is_shared=is_shared)
    row.full_clean(validate_constraints=False)  # whether the name is free is asked of the database alone
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:  # another name's table, or a second click that was faster
        same = own.filter(name=name, query=query, is_shared=is_shared).first()
        if same is None:
            raise ValidationError({"name": ["您已有同名的统计表，请换个名称。"]}) from fault
        return same
    audit.record(row, "create", by=by)
    return row


@transaction.atomic
def drop_table(row: SavedTable, *, by: User) -> None:
    """Raises PermissionDenied unless it is one's own, or shared and one works for the association."""
    if row.owner_id != by.pk:
        if not row.is_shared:
            raise PermissionDenied("只有保存的人可以删除这张表。")
        require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    audit.record(row, "remove", by=by)
    row.delete()
