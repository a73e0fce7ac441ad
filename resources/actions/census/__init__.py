"""A census: opening a round, answering, checking on two levels, reminding."""

from resources.actions.census.answers import (
    Typed,
    add_row,
    answer,
    answer_rows,
    confirm_all,
    drop_row,
    submit_unit,
    withdraw_unit,
)
from resources.actions.census.checks import (
    Accepted,
    accept_all,
    accept_unit,
    ask_accept_all,
    check_unit,
    send_back,
)
from resources.actions.census.reminders import (
    remind,
    remind_by_clock,
)
from resources.actions.census.rounds import (
    create_round,
    edit_round,
    join,
    open_round,
    resume,
    start_checking,
)

__all__ = [
    "Accepted",
    "Typed",
    "accept_all",
    "accept_unit",
    "add_row",
    "answer",
    "answer_rows",
    "ask_accept_all",
    "check_unit",
    "confirm_all",
    "create_round",
    "drop_row",
    "edit_round",
    "join",
    "open_round",
    "remind",
    "remind_by_clock",
    "resume",
    "send_back",
    "start_checking",
    "submit_unit",
    "withdraw_unit",
]
