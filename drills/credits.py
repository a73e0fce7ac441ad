"""Batches of credits while workers are killed, messages come twice and the database restarts."""

import tempfile
import time
from pathlib import Path

import psutil

from drills.stage import Stage, within

ROWS, BATCHES, KILLS = 5_000, 6, 4

# Each runs as a management command on the stage's data.
PREPARE = """
import uuid
from datetime import date
from bench.credit_import import ACTIVITIES, children, put_in_force, workbook
from pathlib import Path
from portal import files
from portal.accounts import Grant, User
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.scope import scope
from youth_credits import actions
from youth_credits.actions import RollRow
from youth_credits.models import Batch
for number in range({batches}):
    school = Organization.objects.create(name=f"演练学校{{number}}（示例）", kind="school",
        region=Region.objects.districts()[0])
    put_in_force(school)
    clerk = User.objects.create(username=f"drill{{number}}", name="演练（示例）")
    Grant.objects.create(user=clerk, role=Role.SCHOOL, organization=school)
    roll = children({rows} // ACTIVITIES, f"4403{{number + 10}}")
    path = Path("{folder}") / f"{{number}}.xlsx"
    workbook(path, roll)
    with scope(f"school:{{school.pk}}"):
        batch = Batch.objects.create(kind="roll", status="keeping", region=school.region,
            organization=school, created_by=clerk)
        rows = [RollRow(2, one, name, 5, 1) for one, name in roll]
        actions.update_roll(rows, batch=batch, on=date(2025, 9, 1))
        made = files.made(path.read_bytes(), "drill.xlsx", "xlsx")
        actions.upload(made, kind="credits", school=school, key=uuid.uuid4(), by=clerk)
"""
DECIDE = """
from portal import jobs
from portal.accounts import User
from portal.organizations import Organization
from portal.scope import scope
from youth_credits import actions
from youth_credits.models import Batch
said = []
for school in Organization.objects.filter(name__startswith="演练学校"):
    with scope(f"school:{school.pk}"):
        batches = Batch.objects.filter(kind="credits")
        for batch in batches.select_related("organization__region", "created_by"):
            if batch.status == "checked":
                actions.keep(batch, only_good=False, by=batch.created_by)
            said.append(batch.status)
for job in jobs.Job.objects.filter(kind__startswith="credit_", state__in=["queued", "running"]):
    jobs.publish(job.pk); jobs.publish(job.pk)
print("STATES", *said)
"""
COUNT = """
from django.db import connection
from portal.scope import scope
from youth_credits.models import Credit
from django.db.models import Count
with scope("ledger"):
    batches = Credit.objects.values("batch").annotate(entries=Count("pk"))
    twice = Credit.objects.values("student", "activity").annotate(n=Count("pk")).filter(n__gt=1).count()
    print("COUNTS", twice, *sorted(one["entries"] for one in batches))
"""


def batches_killed() -> str:
    """Workers killed -9 in the middle of batches, every message three times, PostgreSQL restarted once."""
    with Stage() as stage, tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        stage.manage("reference_data")
        stage.shell(PREPARE.format(batches=BATCHES, rows=ROWS, folder=folder))
        began, killed, restarted = time.monotonic(), 0, False
        while True:
            states = stage.shell(DECIDE).partition("STATES")[2].split()
            if states and set(states) == {"kept"}:
                break
            if time.monotonic() - began > 1500:
                raise RuntimeError(f"the batches were not kept: {states}")
            if killed < KILLS and _kill_workers(stage):
                killed += 1
            elif not restarted:
                for process in stage.database_processes():
                    process.kill()
                restarted = within(60, lambda: stage.status() == 200)
            time.sleep(2)
        seconds = time.monotonic() - began
        twice, *entries = stage.shell(COUNT).partition("COUNTS")[2].split()
        proof = stage.manage("credit_proof").strip().splitlines()[-1]
    if set(entries) != {str(ROWS)} or twice != "0":
        raise RuntimeError(f"batches of {entries} entries, {twice} twice")
    return (
        f"{BATCHES} batches of {ROWS:,} rows under {killed} kills of the workers, one of PostgreSQL and every"
        f" message three times: each batch whole ({len(entries)} × {ROWS:,} entries), 0 doubled, after"
        f" {seconds:.0f} s; {proof}"
    )


def _kill_workers(stage: Stage) -> bool:
    """kill -9 of the stage's workers; the supervisor starts them again."""
    found = [
        process
        for process in psutil.Process(stage.process.pid).children(recursive=True)
        if "worker" in process.cmdline()
    ]
    for process in found:
        process.kill()
    return bool(found)
