"""The two staged sheets of a school: credits and the roll."""

from youth_credits.sheets.cells import (
    CREDIT_HEADERS,
    CREDIT_OPTIONAL,
    MOST_MINUTES,
    ROLL_HEADERS,
    ROLL_OPTIONAL,
    CellFault,
    activity_day,
    day_of,
    minutes_of,
    number_of,
    text_of,
)
from youth_credits.sheets.child import child_workbook
from youth_credits.sheets.credits import check_credits, keep_credits
from youth_credits.sheets.report import first_faults
from youth_credits.sheets.roll import check_roll, keep_roll
from youth_credits.sheets.templates import credit_template, roll_template

__all__ = [
    "CREDIT_HEADERS",
    "CREDIT_OPTIONAL",
    "MOST_MINUTES",
    "ROLL_HEADERS",
    "ROLL_OPTIONAL",
    "CellFault",
    "activity_day",
    "check_credits",
    "check_roll",
    "child_workbook",
    "credit_template",
    "day_of",
    "first_faults",
    "keep_credits",
    "keep_roll",
    "minutes_of",
    "number_of",
    "roll_template",
    "text_of",
]
