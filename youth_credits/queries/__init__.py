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
from youth_credits.queries.guardians import (
    consent_text,
    consents,
    guardians_of,
    slip_counts,
    wards,
    year_of,
)
from youth_credits.queries.ledger import Year, entries, standing, transcript_entries, years_of
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
    "consent_text",
    "consents",
    "entries",
    "find_students",
    "flaws",
    "guardians_of",
    "hours_by_district",
    "last_activity",
    "name_hash",
    "normal_name",
    "number_hash",
    "reached_minimum_by_district",
    "slip_counts",
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
    "wards",
    "year_of",
    "years_of",
]
