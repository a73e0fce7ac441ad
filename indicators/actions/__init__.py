"""Every change of statistics and index; what commands and other apps may call."""

from indicators.actions.index import compute, count_figures, count_needs, enter_figure, freeze, publish
from indicators.actions.reference import load_reference
from indicators.actions.reports import ask_report, publish_report, write_report
from indicators.actions.returns import accept, remark, reopen, save_draft, send_back, settle, submit
from indicators.actions.rounds import extend, open_period, remind

__all__ = [
    "accept",
    "ask_report",
    "compute",
    "count_figures",
    "count_needs",
    "enter_figure",
    "extend",
    "freeze",
    "load_reference",
    "open_period",
    "publish",
    "publish_report",
    "remark",
    "remind",
    "reopen",
    "save_draft",
    "send_back",
    "settle",
    "submit",
    "write_report",
]
