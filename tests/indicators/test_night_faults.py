"""A night killed while drawing, two nights at once: committed rows, so apart from the shared night."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from indicators import actions
from indicators.actions.index import LOCK
from indicators.models import ComputeRun, Vintage
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
