"""At once, twice, and killed in the middle: a batch is whole or absent, an entry is there once."""

import os
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal import jobs
from portal.jobs import Job
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import HELD, enrol, row, uploaded, workbook
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.models import Batch, Credit, Student, StudentYear
from youth_credits.queries import RuleBook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus(rules, district):
    school = OrganizationFactory(region=district, school=True)
    clerk = UserFactory(holding=(Role.SCHOOL, school))
    with scope(f"school:{school.pk}"):
        enrol(school, clerk, heads=100)
    return school, clerk


def ready(campus, rows) -> Batch:
    """A checked sheet whose keeping has been decided."""
    school, clerk = campus
    with scope(f"school:{school.pk}"):
        batch = uploaded(school, clerk, workbook(rows))
    jobs.run(Job.objects.get(kind="credit_check", key=str(batch.uuid)).pk)
    with scope(f"school:{school.pk}"):
        batch = Batch.objects.select_related("organization__region", "region", "created_by").get(pk=batch.pk)
        actions.keep(batch, only_good=False, by=clerk)
    return batch


def credits_of(school) -> tuple:
    with scope(f"school:{school.pk}"):
        return Credit.objects.count(), queries.unbalanced()


def at_once(*works):
    def do(work):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


def test_the_same_sheet_kept_twice_at_once_is_kept_once(campus):
    rows = [row(serial) for serial in range(100)]
    batches = [ready(campus, rows), ready(campus, rows)]
    pks = list(Job.objects.filter(kind="credit_keep").values_list("pk", flat=True))

    at_once(*[lambda pk=pk: jobs.run(pk) for pk in pks])

    assert credits_of(campus[0]) == (100, [])
    with scope(f"school:{campus[0].pk}"):
        new = sorted(Batch.objects.get(pk=batch.pk).rows_new for batch in batches)
    assert new == [0, 100]


def test_one_job_delivered_five_times_at_once_runs_once(campus):
    ready(campus, [row(serial) for serial in range(100)])
    pk = Job.objects.get(kind="credit_keep").pk

    ran = at_once(*[lambda: jobs.run(pk)] * 5)

    assert sum(ran) == 1
    assert credits_of(campus[0]) == (100, [])


def test_two_sheets_at_once_never_pass_a_cap(campus):
    for turn in range(2):
        ready(
            campus,
            [row(serial, 类别="A9", 活动名称=f"讲解{turn}", **{"时长（分钟）": 360}) for serial in range(50)],
        )
    pks = list(Job.objects.filter(kind="credit_keep").values_list("pk", flat=True))

    at_once(*[lambda pk=pk: jobs.run(pk) for pk in pks])

    with scope(f"school:{campus[0].pk}"):
        totals = set(StudentYear.objects.values_list("credits", flat=True))
    assert totals == {2}
    assert credits_of(campus[0]) == (100, [])


def test_twenty_equal_grids_at_once_are_one(campus):
    school, clerk = campus
    key = uuid.uuid4()

    def save():
        with scope(f"school:{school.pk}"):
            rule = RuleBook().find("A1", HELD)
            children = list(Student.objects.order_by("pk")[:45])
            return actions.record_class(
                Occasion(rule, HELD, "植物标本制作"), children, minutes=90, school=school, key=key, by=clerk
            ).pk

    assert len(set(at_once(*[save] * 20))) == 1
    assert credits_of(school) == (45, [])


WORKER = """
import django; django.setup()
from django.db import connections
from portal import jobs
from youth_credits import tasks
from youth_credits.actions import batches
import time
write = batches.write
def slowly(batch):
    write(batch)
    print("stored", flush=True)
    time.sleep(60)  # killed long before
batches.write = slowly
jobs.run({pk})
"""


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_sweeper_finishes(campus):
    rows = [row(serial, 活动名称=f"活动{turn}", 类别="A4") for turn in range(20) for serial in range(100)]
    ready(campus, rows)
    job = Job.objects.get(kind="credit_keep")
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    environment["DATA_DIR"] = str(settings.DATA_DIR)
    script = WORKER.format(pk=job.pk).replace(
        "import django; django.setup()",
        "import django; from django.conf import settings; django.setup();"
        f" settings.MEDIA_ROOT = {str(settings.MEDIA_ROOT)!r}",
    )

    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout.readline() == "stored\n"
        os.kill(worker.pid, signal.SIGKILL)
    for _ in range(50):  # until the server has noticed
        if credits_of(campus[0])[0] == 0 and _lock_is_free(campus[0]):
            break
        time.sleep(0.1)

    assert credits_of(campus[0]) == (0, [])
    later = timezone.now() + timedelta(minutes=3)
    assert Job.objects.waiting(later).filter(pk=job.pk).exists()
    assert jobs.run(job.pk, at=later)
    assert credits_of(campus[0]) == (2000, [])
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def _lock_is_free(school) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [actions.LEDGER_LOCK, school.pk])
        is_free = cursor.fetchone()[0]
        if is_free:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [actions.LEDGER_LOCK, school.pk])
    return is_free
