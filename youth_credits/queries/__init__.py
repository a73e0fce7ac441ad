"""Reads of the roll and the ledger. Every one sees what the scope in force lets it see, and no more."""

from youth_credits.queries.batches import (
    batch_entries,
    batches,
    last_activity,
    to_verify,
    verifiers,
    waiting_for,
)
from youth_credits.queries.ledger import Year, entries, standing, transcript_entries, years_of
from youth_credits.queries.moves import (
    Exceptions,
    plan_roll_over,
    roll_overs,
    schools_named,
    transfers_in,
    transfers_out,
    transfers_to_answer,
    usual_leaving,
)
from youth_credits.queries.rollout import Reach
from youth_credits.queries.rules import RuleBook
from youth_credits.queries.students import (
    classes,
    earlier_grades,
    find_students,
    grade_on,
    name_hash,
    normal_name,
    number_hash,
    totals_by_grade,
)
from youth_credits.queries.totals import (
    hours_by_district,
    reached_minimum_by_district,
    students_in_scope_by_district,
    unbalanced,
)

__all__ = [
    "Exceptions",
    "Reach",
    "RuleBook",
    "Year",
    "batch_entries",
    "batches",
    "classes",
    "earlier_grades",
    "entries",
    "find_students",
    "grade_on",
    "hours_by_district",
    "last_activity",
    "name_hash",
    "normal_name",
    "number_hash",
    "plan_roll_over",
    "reached_minimum_by_district",
    "roll_overs",
    "schools_named",
    "standing",
    "students_in_scope_by_district",
    "to_verify",
    "totals_by_grade",
    "transcript_entries",
    "transfers_in",
    "transfers_out",
    "transfers_to_answer",
    "unbalanced",
    "usual_leaving",
    "verifiers",
    "waiting_for",
    "years_of",
]
