"""Every change of statistics and index; what commands and other apps may call."""

from indicators.actions.index import compute, count_figures, count_needs, enter_figure, freeze, publish
from indicators.actions.reference import load_reference
from indicators.actions.reports import (
    add_remark,
    add_words,
    answer_remark,
    begin_report,
    move_part,
    publish_report,
    remove_words,
    renew_vintage,
    send_report_back,
    sign_report,
    submit_report,
    switch_part,
    write_letter_head,
    write_part,
    write_report,
)
from indicators.actions.returns import accept, open_period, remark, reopen, save_draft, send_back, submit

__all__ = [
    "accept",
    "add_remark",
    "add_words",
    "answer_remark",
    "begin_report",
    "compute",
    "count_figures",
    "count_needs",
    "enter_figure",
    "freeze",
    "load_reference",
    "move_part",
    "open_period",
    "publish",
    "publish_report",
    "remark",
    "remove_words",
    "renew_vintage",
    "reopen",
    "save_draft",
    "send_back",
    "send_report_back",
    "sign_report",
    "submit",
    "submit_report",
    "switch_part",
    "write_letter_head",
    "write_part",
    "write_report",
]
