"""Background work for a person does what that person may do when it is done, not when it was asked for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal import jobs, tasks
from portal.accounts import Grant, User
from tests import world as city
from tests.access.crawl import checksum
from tests.test_faults import PROMISES

# Work that acts as the person who asked for it.
FOR_A_PERSON = [
    "census_accept",
    "credit_check",
    "credit_export",
    "credit_keep",
    "roll_check",
    "roll_keep",
    "sheet_keep",
    "sheet_undo",
]
# Work that shows nobody more than they have, and why.
FOR_NOBODY = {
    "annual_report": "figures that are public",
    "census_directory": "a directory that is public",
    "credit_transfer": "carries out what two schools decided, and answers with one fixed sentence",
    "erase_child": "carries out what a school decided; nothing is shown",
    "need_mail": "to the address its own subject left",
    "rule_trial": "counts of children, no child",
    "sample_reports": "begins the invented reports of the sample city once",
    "sign_up_mail": "to the address its own subject left",
    "sign_up_sms": "to the number its own subject left",
    "subscription_confirm": "to the address its own subject left",
}
# What the end of a job itself writes: that it failed.
WRITTEN_BY_THE_END = {"portal_job"}


@pytest.fixture
def world(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return city.build()


def takes_away_the_right(person: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Grant.objects.filter(user=person).update(starts_on="2020-01-01", ends_on=yesterday)


def disables_the_account(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def test_every_kind_of_work_says_for_whom_it_is():
    known = {*FOR_A_PERSON, *FOR_NOBODY, *tasks.DAILY}

    assert set(jobs.HANDLERS) - known == set(), "say whether it acts for a person"


@pytest.mark.parametrize("kind", FOR_A_PERSON)
def test_with_the_right_the_work_is_done(world, kind):
    """The control: what the next test sees refused is not refused for another reason."""
    job = PROMISES[kind](world, kind)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.fault) == (jobs.Job.State.DONE, "")


@pytest.mark.parametrize("loses", [takes_away_the_right, disables_the_account])
@pytest.mark.parametrize("kind", FOR_A_PERSON)
def test_who_lost_the_right_meanwhile_gets_nothing_done(world, kind, loses):
    job = PROMISES[kind](world, kind)
    loses(job.created_by)
    before = checksum()

    jobs.run(job.pk)

    job.refresh_from_db()
    after = checksum()
    assert job.state == jobs.Job.State.FAILED
    assert "权限" in job.fault
    assert {table for table in before if before[table] != after[table]} <= WRITTEN_BY_THE_END
