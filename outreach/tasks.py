"""Background work of titles: the daily upkeep."""

from datetime import timedelta

from django.utils import timezone

from outreach.actions import assessments, lifecycle
from outreach.actions.evidence import evidence_counted
from portal import jobs


@jobs.handler("titles_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: tell whose title ends, let certificates of ended ones lapse, fail what is overdue."""
    now = timezone.now()
    done = lifecycle.remind_of_expiry(at=now) + lifecycle.lapse_papers(at=now)
    for year in (now.year - 1, now.year):
        done += evidence_counted(year, until=now - timedelta(days=2))  # the nights since have counted them
    job.progress(done + assessments.fail_what_is_overdue(at=now))
