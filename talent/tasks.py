"""Background work of the talent pool: the daily upkeep."""

from django.utils import timezone

from portal import jobs
from talent import actions


@jobs.handler("talent_upkeep")
def talent_upkeep(job: jobs.Job) -> None:
    """Once a day: take off the panels who has left the pool."""
    job.progress(actions.panels_follow(at=timezone.now()))
