"""The worker of register sheets, for tests."""

from portal import jobs
from portal.jobs import Job


def keep_waiting_sheets() -> None:
    """Do every job of a confirmed sheet that waits."""
    for job in Job.objects.filter(kind="sheet_keep", state=Job.State.QUEUED).order_by("pk"):
        jobs.run(job.pk)
