"""Background work of titles: the daily upkeep."""

from django.utils import timezone

from outreach.actions import assessments, lifecycle
from portal import jobs


@jobs.handler("titles_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: tell whose title ends, let certificates of ended ones lapse, fail what is overdue."""
    now = timezone.now()
    done = lifecycle.remind_of_expiry(at=now) + lifecycle.lapse_papers(at=now)
    job.progress(done + assessments.fail_what_is_overdue(at=now))
