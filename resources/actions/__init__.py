"""Every change of the resources; what commands and other apps may call."""

from resources.actions.desk import (
    BULK,
    drop_filter,
    edit_many,
    preview_bulk,
    restore_value,
    save_filter,
)
from resources.actions.kinds import save_kind, save_topic
from resources.actions.life import ask_confirmations, close, confirm, take_off_unconfirmed
from resources.actions.likeness import dismiss_pair, find_duplicates, note_duplicates
from resources.actions.menu import forget_menu_changes, note_next_session, refresh, refresh_opening
from resources.actions.merging import merge
from resources.actions.reference import load_reference
from resources.actions.registry import (
    EDITABLE,
    ChangedMeanwhile,
    add_link,
    add_picture,
    archive,
    check,
    create,
    edit,
    give_back,
    publish,
    remove_link,
    remove_picture,
    restore,
    send_back,
    submit,
    withdraw,
)

__all__ = [
    "BULK",
    "EDITABLE",
    "ChangedMeanwhile",
    "add_link",
    "add_picture",
    "archive",
    "ask_confirmations",
    "check",
    "close",
    "confirm",
    "create",
    "dismiss_pair",
    "drop_filter",
    "edit",
    "edit_many",
    "find_duplicates",
    "forget_menu_changes",
    "give_back",
    "load_reference",
    "merge",
    "note_duplicates",
    "note_next_session",
    "preview_bulk",
    "publish",
    "refresh",
    "refresh_opening",
    "remove_link",
    "remove_picture",
    "restore",
    "restore_value",
    "save_filter",
    "save_kind",
    "save_topic",
    "send_back",
    "submit",
    "take_off_unconfirmed",
    "withdraw",
]
