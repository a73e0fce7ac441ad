"""Reads of the roll and the ledger. Every one sees what the scope in force lets it see, and no more."""

from youth_credits.models.ledger import standing
from youth_credits.queries.batches import (
    batch_entries,
    batches,
    last_activity,
    to_verify,
    verifiers,
    waiting_for,
)
from youth_credits.queries.ledger import Year, entries, transcript_entries, years_of
from youth_credits.queries.proof import REFERENCES, Flaw, astray, flaws, unbalanced, unclaimed, unpartitioned
from youth_credits.queries.rules import RuleBook
from youth_credits.queries.students import (
    classes,
    find_students,
    name_hash,
    normal_name,
    number_hash,
    totals_by_grade,
)
from youth_credits.queries.totals import (
    hours_by_district,
    reached_minimum_by_district,
    students_in_scope_by_district,
)

__all__ = [
    "REFERENCES",
    "Flaw",
    "RuleBook",
    "Year",
    "astray",
    "batch_entries",
    "batches",
    "classes",
    "entries",
    "find_students",
    "flaws",
    "hours_by_district",
    "last_activity",
    "name_hash",
    "normal_name",
    "number_hash",
    "reached_minimum_by_district",
    "standing",
    "students_in_scope_by_district",
    "to_verify",
    "totals_by_grade",
    "transcript_entries",
    "unbalanced",
    "unclaimed",
    "unpartitioned",
    "verifiers",
    "waiting_for",
    "years_of",
]
