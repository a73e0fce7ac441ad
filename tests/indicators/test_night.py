"""Faults of the night: killed, told twice, told late. The rows must be as if nothing had happened."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from indicators import actions, tasks
from indicators.actions.index import LOCK
from indicators.models import ComputeRun, Return, Vintage
from portal import jobs
from portal.jobs import HANDLERS, Job
from portal.tasks import DAILY
from tests.indicators.conftest import AT, load_city

SLOW_NIGHT = """
import django, time
django.setup()
from django.utils import timezone
from indicators import actions, method
draw = method.uncertainty
def slowly(*arguments, **options):
    print("drawing", flush=True)
    time.sleep(60)
    return draw(*arguments, **options)
method.uncertainty = slowly
actions.compute(at=timezone.now(), draws=200)
"""


def test_the_night_is_one_of_the_works_of_every_business_date():
    assert "index_night" in DAILY
    assert HANDLERS["index_night"] is tasks.index_night


@pytest.mark.django_db(transaction=True)
def test_a_night_killed_while_drawing_leaves_nothing_and_the_next_gives_the_same_bytes():
    load_city()
    test_database = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{test_database}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_NIGHT], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE
    ) as night:
        assert night.stdout.readline() == b"drawing\n"
        night.kill()
    assert not Vintage.objects.exists()
    assert not ComputeRun.objects.exists()

    after = actions.compute(at=AT, draws=200).vintage
    digests = after.digest, after.result_digest
    after.runs.all().delete()
    after.delete()
    undisturbed = actions.compute(at=AT, draws=200).vintage

    assert (undisturbed.digest, undisturbed.result_digest) == digests


@pytest.mark.django_db(transaction=True)
def test_of_two_nights_at_once_one_leaves():
    target = connection.settings_dict
    with psycopg.connect(
        host=target["HOST"],
        port=target["PORT"],
        dbname=target["NAME"],
        user=target["USER"],
        password=target["PASSWORD"],
    ) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])

        assert actions.compute(at=AT) is None


def test_a_night_told_twice_is_one_result(night):
    for day in ("2026-11-20", "2026-11-20", "2026-11-21"):
        job = jobs.enqueue("index_night", key=day, payload={"day": day})
        jobs.run(job.pk)

    assert Job.objects.filter(kind="index_night").count() == 2
    # One result with the edition's own number of draws, beside the one of the fixture.
    assert Vintage.objects.count() == 2
    assert Job.objects.filter(kind="index_night", state="done").count() == 2


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
