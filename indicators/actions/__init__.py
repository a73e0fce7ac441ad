"""Every change of statistics and index; what commands and other apps may call."""

from indicators.actions.editions import (
    add_indicator,
    adopt,
    change_edition,
    change_indicator,
    change_node,
    draft_edition,
    drop_draft,
    drop_indicator,
    drop_opinion,
    give_opinion,
    import_opinions,
    recall,
    settle_weights,
)
from indicators.actions.figures import (
    count_figures,
    count_needs,
    count_source,
    count_sources,
    count_subdistricts,
    enter_figure,
)
from indicators.actions.index import compute, years_to_compute
from indicators.actions.reference import load_reference
from indicators.actions.reports import ask_report, publish_report, write_report
from indicators.actions.returns import accept, remark, reopen, save_draft, send_back, settle, submit
from indicators.actions.rounds import extend, open_period, remind
from indicators.actions.vintages import check_rebuild, freeze, publish, thaw

__all__ = [
    "accept",
    "add_indicator",
    "adopt",
    "ask_report",
    "change_edition",
    "change_indicator",
    "change_node",
    "check_rebuild",
    "compute",
    "count_figures",
    "count_needs",
    "count_source",
    "count_sources",
    "count_subdistricts",
    "draft_edition",
    "drop_draft",
    "drop_indicator",
    "drop_opinion",
    "enter_figure",
    "extend",
    "freeze",
    "give_opinion",
    "import_opinions",
    "load_reference",
    "open_period",
    "publish",
    "publish_report",
    "recall",
    "remark",
    "remind",
    "reopen",
    "save_draft",
    "send_back",
    "settle",
    "settle_weights",
    "submit",
    "thaw",
    "write_report",
    "years_to_compute",
]
