"""Everything that changes the plan's progress and the titles, by subject."""

from outreach.actions.library import load_library
from outreach.actions.plan import count_target, report_actual, report_progress, write_counted
from outreach.actions.pool import keep_panel_member, panel_member_follows
from outreach.actions.reference import load_reference, load_titles
from outreach.actions.titles import change_title, create_title, save_title, withdraw_title

__all__ = [
    "change_title",
    "count_target",
    "create_title",
    "keep_panel_member",
    "load_library",
    "load_reference",
    "load_titles",
    "panel_member_follows",
    "report_actual",
    "report_progress",
    "save_title",
    "withdraw_title",
    "write_counted",
]
