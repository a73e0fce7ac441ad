"""Term's end: 500 schools upload 2,000 rows each within ten minutes; two workers check and keep them.

A tenth of the schools and of the minutes unless `--size` says how many schools. Every upload comes as from
the page (the file examined and sealed, the batch and its job in one transaction), is decided on as soon as it
is checked, and kept. Meanwhile somebody else reads pages; how long each takes and how each worker's memory
grows is measured. Two worker processes take jobs from the table as Celery's do from the queue.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from datetime import date
from pathlib import Path

import psutil
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.credit_import import children, put_in_force, workbook
from portal import files, jobs
from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.scope import scope
from youth_credits import actions, tasks  # noqa: F401  the handlers
from youth_credits.actions import RollRow
from youth_credits.models import Batch, Credit

SCHOOLS = 500
ROWS = 2_000
MINUTES = 10
DONE_WITHIN = 15  # minutes
PAGES = ("/menu/", "/", "/desk/credits/", "/desk/credits/students/")
WORKERS = 2

WORKER = """
import sys, time
import django
django.setup()
from django.db import connections
from portal import jobs
from youth_credits import tasks
while not sys.stdin.closed:
    waiting = jobs.Job.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True)[:4]
    for pk in list(waiting):
        jobs.run(pk)
    if not waiting:
        time.sleep(0.1)
"""


def run() -> dict:
    call_command("reference_data", verbosity=0)
    count = int(os.environ.get("BENCH_SIZE") or SCHOOLS // 10)
    span = 60 * MINUTES * count / SCHOOLS
    with tempfile.TemporaryDirectory() as folder:
        schools = [_school(number, Path(folder)) for number in range(count)]
        load = [os.getloadavg()[0]]
        workers = [_worker() for _ in range(WORKERS)]
        watch = _Watch([worker.pid for worker in workers], schools[0][1])
        watch.start()
        try:
            began = time.perf_counter()
            _upload_all(schools, span)
            seconds = time.perf_counter() - began
        finally:
            watch.stop()
            for worker in workers:
                worker.kill()
                worker.wait()
    return {
        "unit": "seconds",
        "ours": round(seconds, 1),
        "uploads_within": span,
        "limit": 60 * DONE_WITHIN * count / SCHOOLS,
        "pages": len(watch.seconds),
        "page_p95": round(statistics.quantiles(watch.seconds, n=20)[18], 3),
        "page_worst": round(max(watch.seconds), 3),
        "worker_mb": {"first": watch.memory[0], "last": watch.memory[-1], "peak": max(watch.memory)},
        "entries": _entries(),
        "size": f"{count:,} schools × {ROWS:,} rows, {WORKERS} workers",
        "load": [*load, os.getloadavg()[0]],
        "cores": os.cpu_count(),
        "versions": {"postgresql": connection.pg_version},
        "at": local_today().isoformat(),
    }


def _school(number: int, folder: Path) -> tuple[Organization, User, bytes]:
    """A school with a hundred children and its sheet."""
    districts = list(Region.objects.districts())
    school = Organization.objects.create(
        name=f"学期末学校{number}（示例）",
        kind=Organization.Kind.SCHOOL,
        region=districts[number % len(districts)],
    )
    put_in_force(school)
    clerk = User.objects.create(username=f"rush{number}", name="基准（示例）")
    Grant.objects.create(user=clerk, role=Role.SCHOOL, organization=school)
    roll = children(ROWS // 20, f"44{number + 1000}")
    path = folder / f"{number}.xlsx"
    workbook(path, roll)
    with scope(f"school:{school.pk}"):
        batch = Batch.objects.create(
            kind=Batch.Kind.ROLL,
            status=Batch.Status.KEEPING,
            region=school.region,
            organization=school,
            created_by=clerk,
        )
        rows = [RollRow(2, one, name, 5, 1) for one, name in roll]
        actions.update_roll(rows, batch=batch, on=date(2025, 9, 1))  # before the sheet's first activity
    return school, clerk, path.read_bytes()


def _worker() -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE)


def _upload_all(schools: list, span: float) -> None:
    """Upload over the time given, decide on what is checked, until everything is kept."""
    began, waiting, kept = time.perf_counter(), list(schools), set()
    random.Random(1).shuffle(waiting)
    uploaded: dict[int, tuple] = {}
    while len(kept) < len(schools):
        due = int(len(schools) * min(1, (time.perf_counter() - began) / span)) + 1
        while waiting and len(uploaded) < due:
            school, clerk, data = waiting.pop()
            uploaded[_upload(school, clerk, data)] = (school, clerk)
        for pk, (school, clerk) in uploaded.items():
            if pk not in kept and _decide(pk, school, clerk):
                kept.add(pk)
        time.sleep(0.2)


def _upload(school: Organization, clerk: User, data: bytes) -> int:
    with scope(f"school:{school.pk}"):
        made = files.made(data, "学分.xlsx", "xlsx")
        return actions.upload(made, kind=Batch.Kind.CREDITS, school=school, key=uuid.uuid4(), by=clerk).pk


def _decide(pk: int, school: Organization, clerk: User) -> bool:
    """Keep a checked batch; whether it is kept already."""
    with scope(f"school:{school.pk}"):
        batch = Batch.objects.select_related("organization__region", "region", "created_by").get(pk=pk)
        if batch.status == Batch.Status.CHECKED:
            if batch.rows_new != ROWS:
                raise RuntimeError(f"{batch.rows_new} of {ROWS} rows are good")
            actions.keep(batch, only_good=False, by=clerk)
        if jobs.Job.objects.filter(state=jobs.Job.State.FAILED).exists():
            raise RuntimeError("a job failed")
        return batch.status == Batch.Status.KEPT


class _Watch(threading.Thread):
    """Reads pages as others do, ten a second at the most, and looks at the workers' memory."""

    def __init__(self, pids: list[int], clerk: User):
        super().__init__(daemon=True)
        self.clients = [Client(HTTP_HOST="localhost", secure=True) for _ in range(2)]
        self.clients[1].force_login(clerk)
        self.processes = [psutil.Process(pid) for pid in pids]
        self.seconds: list[float] = []
        self.memory: list[int] = []
        self.over = threading.Event()

    def stop(self) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        try:
            while not self.over.wait(0.1):
                address = PAGES[len(self.seconds) % len(PAGES)]
                began = time.perf_counter()
                answer = self.clients["credits" in address].get(address)
                self.seconds.append(time.perf_counter() - began)
                if answer.status_code != 200:
                    raise RuntimeError(f"{address} answered {answer.status_code}")
                if len(self.seconds) % 20 == 5:
                    self.memory.append(max(one.memory_info().rss for one in self.processes) >> 20)
        finally:
            connection.close()


def _entries() -> int:
    with scope("ledger"):
        return Credit.objects.count()
