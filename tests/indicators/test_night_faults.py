"""A night killed while drawing, two nights at once, a year opened twice at once: committed rows, so apart
from the shared night."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from indicators import actions
from indicators.actions.index import LOCK
from indicators.models import ComputeRun, Return, StatForm, Vintage
from portal import regions as region_file
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Role
from tests.factories import UserFactory
from tests.indicators.conftest import AT, load_city

SLOW_NIGHT = """
import django, time
django.setup()
from django.utils import timezone
from indicators import actions, method
draw = method.uncertainty
def slowly(*arguments, **options):
    print("drawing", flush=True)
    time.sleep(60)  # killed long before
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


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_open_a_year_at_once_one_is_refused():
    region_file.load()
    actions.load_reference()
    person = UserFactory(username="opener", holding=(Role.STAFF, Region.objects.city()), mfa=True)
    form, start = StatForm.objects.get(code="kp"), Barrier(2)

    def open_year(_) -> str:
        try:
            start.wait(timeout=30)
            actions.open_period(
                form, year=2026, opens_on=date(2026, 11, 1), due_on=date(2027, 3, 31), by=person
            )
            return "opened"
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        said = sorted(people.map(open_year, range(2)))

    assert said == ["2026年度的填报已经开启。", "opened"]
    assert Return.objects.count() == 11
