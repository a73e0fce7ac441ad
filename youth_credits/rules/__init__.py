"""Arithmetic and readings without Django: what an activity earns, what a typed day or duration means."""

from youth_credits.rules.earning import (
    ZERO,
    Earned,
    Rule,
    award_table,
    cut_down,
    earned,
    hours_of,
    reached_minimum,
    within_cap,
)
from youth_credits.rules.readings import Misread, read_day, read_minutes, read_time

__all__ = [
    "ZERO",
    "Earned",
    "Misread",
    "Rule",
    "award_table",
    "cut_down",
    "earned",
    "hours_of",
    "reached_minimum",
    "read_day",
    "read_minutes",
    "read_time",
    "within_cap",
]
