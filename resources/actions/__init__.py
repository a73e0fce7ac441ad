"""Every change of the resources; what commands and other apps may call."""

from resources.actions.kinds import save_kind, save_topic
from resources.actions.life import ask_confirmations, close, confirm, take_off_unconfirmed
from resources.actions.menu import forget_menu_changes, note_next_session, refresh, refresh_opening
from resources.actions.reference import load_reference
from resources.actions.registry import (
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
    "ChangedMeanwhile",
    "add_link",
    "add_picture",
    "archive",
    "ask_confirmations",
    "check",
    "close",
    "confirm",
    "create",
    "edit",
    "forget_menu_changes",
    "give_back",
    "load_reference",
    "note_next_session",
    "publish",
    "refresh",
    "refresh_opening",
    "remove_link",
    "remove_picture",
    "restore",
    "save_kind",
    "save_topic",
    "send_back",
    "submit",
    "take_off_unconfirmed",
    "withdraw",
]
