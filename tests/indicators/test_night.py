"""The night as work: told twice, told early, by command."""

from django.core.management import call_command

from indicators import tasks
from indicators.models import Return, Vintage
from portal import jobs
from portal.jobs import HANDLERS, Job
from portal.tasks import DAILY
from tests.indicators.conftest import AT


def test_the_night_is_one_of_the_works_of_every_business_date():
    assert "index_night" in DAILY
    assert HANDLERS["index_night"] is tasks.index_night


def test_a_night_told_twice_is_one_result(night):
    days = ("2026-11-20", "2026-11-21")
    for day in (days[0], *days):
        job = jobs.enqueue("index_night", key=day, payload={"day": day})
        jobs.run(job.pk)

    nights = Job.objects.filter(kind="index_night", key__in=days)
    assert [job.state for job in nights] == ["done", "done"]
    # One result with the edition's own number of draws, beside the one of the fixture.
    assert Vintage.objects.count() == 2


def test_a_night_before_the_first_accepted_return_is_no_fault(night):
    Return.objects.accepted().update(status="returned", returned_at=AT)
    job = jobs.enqueue("index_night", key="2026-01-01")

    assert jobs.run(job.pk)

    job.refresh_from_db()
    assert "还没有审核通过的年报" in job.note


def test_the_command_says_what_came_of_it(night, capsys):
    call_command("compute_index")
    first = capsys.readouterr().out
    call_command("compute_index")

    assert first.startswith("新结果")
    assert capsys.readouterr().out.startswith("结果未变")
