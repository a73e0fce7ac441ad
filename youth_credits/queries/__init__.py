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
from youth_credits.queries.checks import Draw, draw, draw_again, last_entry
from youth_credits.queries.guardians import (
    consent_text,
    consents,
    guardians_of,
    slip_counts,
    wards,
    year_of,
)
from youth_credits.queries.ledger import Year, entries, standing, transcript_entries, years_of
from youth_credits.queries.oversight import (
    appeals_at_office,
    cases,
    cases_at,
    finding_counts,
    spot_checks,
    view_counts,
    views_of,
)
from youth_credits.queries.publications import (
    appeal_timeline,
    appeals,
    entry_of,
    guardians_at,
    locked_term,
    locked_terms,
    publications,
    published_entries,
    published_now,
    published_sums,
    unverified_in,
    working_days,
)
from youth_credits.queries.rights import (
    awards_reached,
    protection_report,
    retention_plans,
    retention_rules,
    rights_requests,
)
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
from youth_credits.queries.waiting import oversight_waiting

__all__ = [
    "REFERENCES",
    "Draw",
    "Flaw",
    "RuleBook",
    "Year",
    "appeal_timeline",
    "appeals",
    "appeals_at_office",
    "astray",
    "awards_reached",
    "batch_entries",
    "batches",
    "cases",
    "cases_at",
    "classes",
    "consent_text",
    "consents",
    "draw",
    "draw_again",
    "entries",
    "entry_of",
    "find_students",
    "finding_counts",
    "flaws",
    "guardians_at",
    "guardians_of",
    "hours_by_district",
    "last_activity",
    "last_entry",
    "locked_term",
    "locked_terms",
    "name_hash",
    "normal_name",
    "number_hash",
    "oversight_waiting",
    "protection_report",
    "publications",
    "published_entries",
    "published_now",
    "published_sums",
    "reached_minimum_by_district",
    "retention_plans",
    "retention_rules",
    "rights_requests",
    "slip_counts",
    "spot_checks",
    "standing",
    "students_in_scope_by_district",
    "to_verify",
    "totals_by_grade",
    "transcript_entries",
    "unbalanced",
    "unclaimed",
    "unpartitioned",
    "unverified_in",
    "verifiers",
    "view_counts",
    "views_of",
    "waiting_for",
    "wards",
    "working_days",
    "year_of",
    "years_of",
]
