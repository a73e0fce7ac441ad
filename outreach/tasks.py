"""Background work of titles, tasks handed down and inspections: the daily upkeep."""

from datetime import timedelta

from django.utils import timezone

from outreach.actions import assessments, lifecycle, panel, supervision, tasks
from outreach.actions.evidence import evidence_counted
from portal import jobs


@jobs.handler("titles_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: tell of titles that end or are to be confirmed and of sheets that are due, let ended titles
    lapse, keep the search to those in force, fail what is late.
    """
    now = timezone.now()
    done = panel.remind_of_scores(at=now)
    done += lifecycle.remind_of_expiry(at=now) + lifecycle.lapse_papers(at=now)
    done += lifecycle.remind_of_provisional(at=now)
    lifecycle.renew_search(at=now)
    for year in (now.year - 1, now.year):
        done += evidence_counted(year, until=now - timedelta(days=2))  # the nights since have counted them
    job.progress(done + assessments.fail_what_is_overdue(at=now))


@jobs.handler("tasks_upkeep")
def tasks_upkeep(job: jobs.Job) -> None:
    """Once a day: remind of tasks and of what is to be put right soon, tell of late ones."""
    now = timezone.now()
    done = tasks.remind(at=now) + tasks.climb(at=now)
    job.progress(done + supervision.remind_of_mending(at=now))
