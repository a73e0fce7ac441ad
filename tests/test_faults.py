"""What must survive: everything twice, clocks that jump, many at once, and death in the middle."""

import os
import signal
import subprocess
import sys
import threading
import uuid
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from celery import current_app
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events import actions as events
from events.models import SignUp
from portal import audit, batches, calendar, documents, jobs, plain_question, search, tasks
from portal.accounts import Grant
from portal.errors import Refused
from portal.files import Attachment
from portal.notices import Notice, notify
from portal.pending_sheets import PendingSheet
from portal.roles import Perm, Role
from portal.scope import scope
from portal.search import SearchEntry
from portal.synonyms import SynonymsSheet
from resources.actions import census, directory
from resources.actions.subscriptions import subscribe
from resources.models import CensusDirectory, Need, Resource
from tests import world as city
from tests.access.crawl import checksum
from tests.events.factories import SessionFactory
from tests.factories import UserFactory
from tests.portal.hostile import xlsx
from tests.resources.census import open_round
from tests.resources.factories import ResourceFactory
from tests.youth_credits.factories import number, roll_workbook, row, uploaded, workbook
from youth_credits import actions as credits
from youth_credits.models import Student, TransferIn

DAY = date(2026, 3, 9)
CHILD = {
    "学籍号": number(90),
    "姓名": "孙一诺",
    "年级": "五年级",
    "班级": 1,
    "监护人同意日期": date(2025, 9, 1),
}
ZONE = timezone.get_default_timezone()
current_app.loader.import_default_modules()


def at_shenzhen(*when) -> datetime:
    return datetime(*when, tzinfo=ZONE)


# --- every piece of work, twice -------------------------------------------------------------------


def _promise(kind: str, **payload) -> jobs.Job:
    return jobs.enqueue(kind, key=uuid.uuid4().hex, payload=payload)


def _daily(world, kind: str) -> jobs.Job:
    return _promise(kind, day=DAY.isoformat())


def _sheet(world, kind: str) -> jobs.Job:
    """A sheet of credits or a roll, uploaded, and for `_keep` checked and confirmed."""
    school, clerk = world.places["school here"], world.people["school"]
    what, step = kind.split("_")
    book = workbook([row(0), row(1)]) if what == "credit" else roll_workbook([CHILD])
    with scope(f"school:{school.pk}"):
        batch = uploaded(school, clerk, book, kind="credits" if what == "credit" else "roll")
        job = jobs.Job.objects.filter(kind=f"{what}_check").latest("pk")
        if step == "keep":
            jobs.HANDLERS[f"{what}_check"](job)
            batch.refresh_from_db()
            if batch.status == "checked":
                job = credits.keep(batch, only_good=True, by=clerk)
    return job


def _message(world, kind: str) -> jobs.Job:
    return _promise(kind, uuid=str(world.things["signup"]["here"].uuid), what="made")


def _digest(world, kind: str) -> jobs.Job:
    notify([world.people["unit"]], "每日汇总的内容")
    return _daily(world, kind)


def _round(world, kind: str) -> jobs.Job:
    asked = world.things["census"]["here"]
    return jobs.enqueue(kind, key=uuid.uuid4().hex, payload={"round": asked.pk}, by=world.people["staff"])


def _subscription(world, kind: str) -> jobs.Job:
    key = uuid.uuid4()
    subscribe(question="kind=course", every="week", mail="reader@mail.test", at=timezone.now(), key=key)
    return jobs.Job.objects.get(kind=kind, key__startswith=str(key))


def _register_sheet(world, kind: str) -> jobs.Job:
    """A sheet of synonyms, confirmed, and for `sheet_undo` kept and to be taken back."""
    staff = world.people["staff"]
    pending = PendingSheet.keep(xlsx([["测海仪", "海洋仪", "", "是"]], list(SynonymsSheet.columns)))
    where = {"view": Perm.RESOURCE_REVIEW.value, "edit": Perm.RESOURCE_REVIEW.value}
    batch = batches.promise(pending, sheet=SynonymsSheet, where=where, title="同义词", back="/", by=staff)
    if kind == "sheet_keep":
        return batch.job
    jobs.HANDLERS["sheet_keep"](batch.job)
    return batches.ask_undo(batch, by=staff, at=timezone.now()).undo_job


def _export(world, kind: str) -> jobs.Job:
    school, clerk = world.places["school here"], world.people["school"]
    with scope(f"school:{school.pk}"):
        made = credits.ask_export(school, kind="roll", school_year=2025, key=uuid.uuid4(), by=clerk)
    return jobs.Job.objects.get(kind=kind, key=str(made.uuid))


def _a_child(world) -> Student:
    with scope("steward"):
        return Student.objects.filter(school=world.places["school here"]).order_by("pk").first()


def _erasing(world, kind: str) -> jobs.Job:
    return jobs.enqueue(
        kind, key=uuid.uuid4().hex, payload={"student": _a_child(world).pk}, by=world.people["school"]
    )


def _transfer(world, kind: str) -> jobs.Job:
    with scope("steward"):
        asked = TransferIn.objects.order_by("pk").first()
    return _promise(kind, asked=str(asked.uuid))


def _need_mail(world, kind: str) -> jobs.Job:
    return _promise(kind, uuid=str(Need.objects.order_by("pk").first().uuid), what="posted")


# Each kind of work and how it is promised. A new handler fails the test below until it stands here.
PROMISES = {
    "index_night": _daily,
    "annual_report": lambda world, kind: _promise(kind, report=0),
    "sample_reports": lambda world, kind: _promise(kind),  # nothing to do without the sample accounts
    "credit_check": _sheet,
    "credit_keep": _sheet,
    "roll_check": _sheet,
    "roll_keep": _sheet,
    "credit_proof": _daily,
    "credit_totals": _daily,
    "rule_trial": lambda world, kind: _promise(kind, trial=0),
    "sign_up_mail": _message,
    "sign_up_sms": _message,
    "events_upkeep": _daily,
    "notice_digest": _digest,
    "daily_upkeep": _daily,
    "tasks_upkeep": _daily,
    "resources_upkeep": _daily,
    "returns_upkeep": _daily,
    "menu_upkeep": _daily,
    "menu_digest": _daily,
    "census_upkeep": _daily,
    "census_accept": _round,
    "census_directory": lambda world, kind: _promise(kind, directory=0),
    "subscription_confirm": _subscription,
    "audit_anchor": _daily,
    "sheet_keep": _register_sheet,
    "sheet_undo": _register_sheet,
    "needs_upkeep": _daily,
    "works_upkeep": _daily,
    "titles_upkeep": _daily,
    "talent_upkeep": _daily,
    "need_mail": _need_mail,
    "credit_export": _export,
    "credit_oversight": _daily,
    "credit_retention": _daily,
    "credit_suspicions": _daily,
    "credit_transfer": _transfer,
    "erase_child": _erasing,
}
REPEATED = {"portal.tasks.sweep_jobs", "portal.tasks.seal_audit", "portal.tasks.business_day"} | {
    "portal.tasks.deliver_notices",
    "portal.tasks.run_job",
}


@pytest.fixture
def world(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return city.build()


def test_every_kind_of_work_stands_here():
    assert set(jobs.HANDLERS) - set(PROMISES) == set(), "say in PROMISES how it is promised"


def test_every_task_stands_here():
    ours = {name for name in current_app.tasks if not name.startswith("celery.")}
    assert ours == REPEATED


@pytest.mark.parametrize("kind", sorted(PROMISES))
def test_work_done_again_leaves_the_same_state(world, kind):
    if kind not in jobs.HANDLERS:
        pytest.fail(f"{kind} is promised every day and nobody does it")
    job = PROMISES[kind](world, kind)
    _do(kind, job)
    first = checksum()

    _do(kind, job)

    second = checksum()
    # A change of the menu says only that kept pages are to be drawn anew; what is odd is noted as seen again.
    seen_again = {"youth_credits_suspicion"} if kind == "credit_suspicions" else set()
    assert {table for table in first if first[table] != second[table]} <= {
        "portal_job",
        "resources_menuchange",
    } | seen_again


def _do(kind, job):
    """As after a crash at the very end: the work is done, the row does not know."""
    with suppress(Refused):
        jobs.HANDLERS[kind](job)


def test_a_message_delivered_twice_does_its_work_once(world):
    events_mail = world.things["session"]["here"]
    entry = events.sign_up(
        events_mail,
        name="王小明",
        mobile="13900139077",
        head_count=1,
        mail="a@b.test",
        at=timezone.now(),
        key=uuid.uuid4(),
    )
    job = jobs.Job.objects.filter(kind="sign_up_mail", payload__uuid=str(entry.uuid)).get()

    tasks.run_job(job.pk)
    tasks.run_job(job.pk)

    assert len(mail.outbox) == 1


def test_tasks_of_the_clock_run_twice_change_nothing_more(world, settings):
    notify([world.people["unit"]], "紧急", kind=Notice.Kind.URGENT)
    tasks.deliver_notices()
    sent = len(mail.outbox)
    tasks.deliver_notices()
    audit.seal()
    head = audit.head()
    audit.seal()

    assert len(mail.outbox) == sent
    assert audit.head() == head
    assert tasks.sweep_jobs() >= 0


# --- the clock ------------------------------------------------------------------------------------


def _promised() -> list[tuple[str, str]]:
    return sorted(jobs.Job.objects.filter(kind__in=tasks.DAILY).values_list("kind", "key"))


def test_the_night_begins_at_one(db):
    with time_machine.travel(at_shenzhen(2026, 3, 9, 0, 59, 59), tick=False):
        tasks.business_day()
    assert _promised() == []

    with time_machine.travel(at_shenzhen(2026, 3, 9, 1, 0), tick=False):
        tasks.business_day()
    assert {key for _, key in _promised()} == {"2026-03-09"}
    assert not {"notice_digest", "index_night"} & {*dict(_promised())}

    with time_machine.travel(at_shenzhen(2026, 3, 9, 2, 0), tick=False):
        tasks.business_day()
    assert "index_night" in dict(_promised())


@pytest.mark.parametrize("jump", [timedelta(0), timedelta(hours=-1), timedelta(hours=1)])
def test_each_business_date_is_promised_once_however_the_clock_jumps(db, jump):
    moment = at_shenzhen(2026, 3, 9, 9, 30)
    with time_machine.travel(moment, tick=False):
        tasks.business_day()
    first = _promised()
    with time_machine.travel(moment + jump, tick=False):
        tasks.business_day()
        tasks.business_day()

    assert _promised() == first
    assert len(first) == len(set(first)) == len([kind for kind in tasks.DAILY if kind in jobs.HANDLERS])


def test_a_night_that_was_missed_is_made_up_in_the_morning(db):
    with time_machine.travel(at_shenzhen(2026, 3, 9, 11, 0), tick=False):
        tasks.business_day()

    assert ("index_night", "2026-03-09") in _promised()


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 8, 15, 59, 59, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 3, 8, 16, 0, 0, tzinfo=UTC), date(2026, 3, 9)),
        (at_shenzhen(2026, 2, 28, 23, 59, 59), date(2026, 2, 28)),
        (at_shenzhen(2026, 3, 1, 0, 0, 0), date(2026, 3, 1)),
        (at_shenzhen(2028, 2, 28, 23, 59, 59), date(2028, 2, 28)),
        (at_shenzhen(2028, 2, 29, 0, 0, 0), date(2028, 2, 29)),
        (at_shenzhen(2028, 2, 29, 23, 59, 59), date(2028, 2, 29)),
        (at_shenzhen(2026, 8, 31, 23, 59, 59), date(2026, 8, 31)),
        (at_shenzhen(2026, 9, 1, 0, 0, 0), date(2026, 9, 1)),
        (at_shenzhen(2026, 12, 31, 23, 59, 59), date(2026, 12, 31)),
        (at_shenzhen(2027, 1, 1, 0, 0, 0), date(2027, 1, 1)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
        (at_shenzhen(1988, 4, 17, 3, 30), date(1988, 4, 17)),
    ],
)
def test_every_dated_rule_turns_over_at_midnight_in_shenzhen(district, moment, day):
    """The day, the school year, a grant's days, and the database's own idea of the day."""
    person = UserFactory()
    Grant.objects.create(user=person, role=Role.DISTRICT, region=district, starts_on=day, ends_on=day)

    with time_machine.travel(moment.astimezone(ZONE), tick=False):
        assert calendar.local_today() == day
        assert timezone.localdate() == day
        assert person.holds(Role.DISTRICT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date", [moment])
        assert cursor.fetchone()[0] == day
    assert calendar.school_year(day) == day.year - (day.month < 9)


def test_a_birth_date_is_a_day_in_years_with_summer_time_too():
    for year in range(1986, 1992):
        assert calendar.age_on(date(year, 5, 4), date(2026, 5, 3)) == 2025 - year
        assert calendar.age_on(date(year, 5, 4), date(2026, 5, 4)) == 2026 - year


# --- many at once ---------------------------------------------------------------------------------


def at_once(count: int, work) -> list:
    """Run `work(number)` in so many threads that wait for each other first."""
    gate, results = threading.Barrier(count), [None] * count

    def run(number):
        gate.wait()
        try:
            results[number] = work(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_fifty_equal_sign_ups_at_once_make_one():
    session = SessionFactory(capacity=100, event__needs_sign_up=True)
    question, token = plain_question.ask()
    total = sum(
        "零一二三四五六七八九十".index(letter) for letter in question if letter in "一二三四五六七八九"
    )
    sent = {"name": "王小明", "mobile": "13900139001", "head_count": 2, "mail": "", "answer": total}
    sent |= {"homepage": "", "token": token, "key": uuid.uuid4()}
    address = reverse("events:sign_up", args=[session.pk])

    answers = at_once(10, lambda number: [Client().post(address, sent).status_code for _ in range(5)])

    session.refresh_from_db()
    assert SignUp.objects.count() == 1
    assert session.seats_taken == 2
    assert {status for line in answers for status in line} <= {302, 422}


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_promise_each_piece_once():
    with time_machine.travel(at_shenzhen(2026, 3, 9, 9, 0)):
        at_once(6, lambda number: tasks.business_day())

    promised = _promised()
    assert len(promised) == len(set(promised)) > 0


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_with_one_message_one_works(monkeypatch):
    done = []
    monkeypatch.setitem(jobs.HANDLERS, "notice_digest", lambda job: done.append(job.pk))
    job = _promise("notice_digest")

    at_once(6, lambda number: tasks.run_job(job.pk))

    assert done == [job.pk]


# --- death in the middle --------------------------------------------------------------------------

KILLED_INSIDE = """
import os, signal, sys
import django
django.setup()
from portal import search
real, count = search.index_many, [0]
def dies(entries, **kwargs):
    def some():
        for entry in entries:
            count[0] += 1
            if count[0] > int(sys.argv[1]):
                os.kill(os.getpid(), signal.SIGKILL)
            yield entry
    return real(some(), **kwargs)
search.index_many = dies
search.rebuild()
"""


def _rows() -> list[tuple]:
    return list(SearchEntry.objects.order_by("kind", "subject_id").values_list("title", "is_public"))


@pytest.mark.django_db(transaction=True)
def test_a_search_index_killed_while_it_is_rebuilt_is_whole_afterwards():
    for _ in range(12):
        ResourceFactory(published=True)
    search.rebuild()
    whole = _rows()
    Resource.objects.filter(pk=Resource.objects.earliest("pk").pk).update(title="改了名的资源")
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    child = subprocess.run(
        [sys.executable, "-c", KILLED_INSIDE, "5"],
        cwd=Path(django_settings.BASE_DIR),
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        check=False,
        capture_output=True,
        timeout=60,
    )

    assert child.returncode == -signal.SIGKILL, child.stderr.decode()[-500:]
    assert _rows() == whole
    search.rebuild()
    assert ("改了名的资源", True) in _rows()
    assert len(_rows()) == len(whole)


WORKER_KILLED = """
import os, signal, subprocess, sys
import django
django.setup()
from portal import documents, files, jobs
from celery import current_app
current_app.loader.import_default_modules()
if sys.argv[2] == "writing":
    def dies(command, *, input, env, **limits):
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        child.stdin.write(input)
        os.kill(os.getpid(), signal.SIGKILL)
    documents.subprocess.run = dies
else:
    keep, kept = files.keep, []
    def dies(*args, **kwargs):
        if kept:
            os.kill(os.getpid(), signal.SIGKILL)
        kept.append(keep(*args, **kwargs))
        return kept[-1]
    files.keep = dies
jobs.run(int(sys.argv[1]))
"""


def _directory(staff) -> CensusDirectory:
    """The directory of a closed round, promised and not yet written."""
    asked = open_round(staff)
    census.start_checking(asked, by=staff)
    return directory.close_round(asked, by=staff, at=timezone.now())


def _written(made: CensusDirectory) -> bytes:
    made.refresh_from_db()
    made.job.refresh_from_db()
    assert (made.state, made.job.state) == ("ready", "done")
    return made.pdf.read()


@pytest.mark.django_db(transaction=True)
def test_a_document_whose_writer_is_killed_has_the_bytes_of_one_left_alone(staff, unit, monkeypatch):
    ResourceFactory(organization=unit, region=unit.region, published=True)
    made = _directory(staff)
    alone = directory.pdf_of(made.round, directory.difference(made.round))
    run, killed = subprocess.run, []

    def killing(command, *, input, env, **limits):
        if killed:
            return run(command, input=input, env=env, **limits)
        child = subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, env=env)
        child.stdin.write(input)
        child.kill()
        killed.append(child.communicate())
        return subprocess.CompletedProcess(command, child.returncode, b"%PDF-1.7 half", b"")

    monkeypatch.setattr(documents.subprocess, "run", killing)
    assert jobs.run(made.job.pk)

    assert killed
    assert _written(made) == alone


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["writing", "keeping"])
def test_a_document_whose_worker_is_killed_has_the_bytes_of_one_left_alone(staff, unit, moment):
    ResourceFactory(organization=unit, region=unit.region, published=True)
    made = _directory(staff)
    alone = directory.pdf_of(made.round, directory.difference(made.round))
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    child = subprocess.run(
        [sys.executable, "-c", WORKER_KILLED, str(made.job.pk), moment],
        cwd=Path(django_settings.BASE_DIR),
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        check=False,
        capture_output=True,
        timeout=300,
    )

    assert child.returncode == -signal.SIGKILL, child.stderr.decode()[-500:]
    made.refresh_from_db()
    assert (made.state, made.pdf) == ("making", None)
    assert not Attachment.objects.exists()
    later = timezone.now() + jobs.DEAD_AFTER + timedelta(seconds=1)
    assert made.job in jobs.Job.objects.waiting(later)
    jobs.sweep(at=later)
    jobs.run(made.job.pk, at=later)
    assert _written(made) == alone
