"""What other apps may ask of the plan and of the titles."""

from outreach.queries.assessments import checks_waiting
from outreach.queries.bases import holders, titles_of
from outreach.queries.coordination import coordination_waiting, member_units
from outreach.queries.library import library_waiting
from outreach.queries.plan import gaps, measures_by_project, plan_in_force, targets
from outreach.queries.rounds import evidence_of, titles_waiting
from outreach.queries.supervision import supervision_waiting
from outreach.queries.tasks import tasks_waiting
from outreach.queries.titles import free_titles_by_district, titles_behind, titles_by_district

__all__ = [
    "checks_waiting",
    "coordination_waiting",
    "evidence_of",
    "free_titles_by_district",
    "gaps",
    "holders",
    "library_waiting",
    "measures_by_project",
    "member_units",
    "plan_in_force",
    "supervision_waiting",
    "targets",
    "tasks_waiting",
    "titles_behind",
    "titles_by_district",
    "titles_of",
    "titles_waiting",
]
