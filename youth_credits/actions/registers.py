"""What the actions of the association's registers share: values put into a row, and the row kept."""

from portal import audit, history
from portal.accounts import User


def put(row, fields: dict):
    """The row with these plain values."""
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def keep_row(row, before, *, by: User):
    """The row checked, saved and written to the trail; `before` is what `history.stored` said."""
    row.full_clean()
    row.save()
    changes = history.differences(before, row)
    audit.record(row, "change" if before else "create", by=by, changes=changes)
    return row
