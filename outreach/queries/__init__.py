"""What other apps may ask of the plan and of the titles."""

from outreach.queries.assessments import checks_waiting
from outreach.queries.bases import courses_of, holders, standing, titles_of
from outreach.queries.coordination import coordination_waiting, member_units
from outreach.queries.library import library_waiting
from outreach.queries.plan import Counted, gaps, measures_by_project, plan_in_force, targets
from outreach.queries.rounds import evidence_of, titles_waiting
from outreach.queries.supervision import supervision_waiting
from outreach.queries.tasks import measure_words, tasks_waiting
from outreach.queries.titles import (
    free_titles_by_district,
    titles_behind,
    titles_by_district,
    titles_counted,
    titles_in_all,
)

__all__ = [
    "Counted",
    "checks_waiting",
    "coordination_waiting",
    "courses_of",
    "evidence_of",
    "free_titles_by_district",
    "gaps",
    "holders",
    "library_waiting",
    "measure_words",
    "measures_by_project",
    "member_units",
    "plan_in_force",
    "standing",
    "supervision_waiting",
    "targets",
    "tasks_waiting",
    "titles_behind",
    "titles_by_district",
    "titles_counted",
    "titles_in_all",
    "titles_of",
    "titles_waiting",
]
