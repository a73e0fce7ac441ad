"""Background work of resources: the daily upkeep, the census."""

from django.utils import timezone

from portal import jobs
from resources import actions
from resources.actions import census, directory
from resources.models import CensusRound


@jobs.handler("resources_upkeep")
def upkeep(job: jobs.Job) -> None:
    """Once a day: ask for what is due, take off what nobody answered for, move the menu's opening on,
    compare the register with itself, recall outreach tasks."""
    now = timezone.now()
    done = actions.ask_confirmations(at=now) + actions.take_off_unconfirmed(at=now)
    done += actions.find_duplicates(at=now) + actions.remind_of_tasks(at=now)
    job.progress(done + actions.refresh_opening(at=now))


@jobs.handler("census_accept")
def census_accept(job: jobs.Job) -> None:
    """Accept every sheet of a round that waits for the city."""
    asked = CensusRound.objects.get(pk=job.payload["round"])
    census.accept_all(asked, by=job.created_by, progress=job.progress)


@jobs.handler("census_directory")
def census_directory(job: jobs.Job) -> None:
    """Write the files of one closed round."""
    job.progress(0, 1, "排版名录")
    directory.write_directory(job.payload["directory"])
    job.progress(1, 1, "已生成")


@jobs.handler("census_upkeep")
def census_upkeep(job: jobs.Job) -> None:
    """Once a day: remind whoever has not answered a running round."""
    job.progress(census.remind_by_clock(at=timezone.now()))
