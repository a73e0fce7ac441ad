"""Background work of resources: the daily upkeep."""

from django.utils import timezone

from portal import jobs
from resources import actions


@jobs.handler("resources_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: ask for what is due, take off what nobody answered for, move the menu's opening on,
    compare the register with itself."""
    now = timezone.now()
    done = actions.ask_confirmations(at=now) + actions.take_off_unconfirmed(at=now)
    done += actions.find_duplicates(at=now)
    job.progress(done + actions.refresh_opening(at=now))
