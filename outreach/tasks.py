"""Background work of titles and of tasks handed down: the daily upkeep."""

from datetime import timedelta

from django.utils import timezone

from outreach.actions import assessments, lifecycle, tasks
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


@jobs.handler("tasks_upkeep")
def tasks_upkeep(job: jobs.Job) -> None:
    """Once a day: remind of tasks that are due soon, and let late ones climb."""
    now = timezone.now()
    job.progress(tasks.remind(at=now) + tasks.climb(at=now))
