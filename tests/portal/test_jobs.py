from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal import jobs
from portal.errors import Refused
from portal.jobs import Job


@pytest.fixture
def sent(monkeypatch):
    """The keys of jobs for which a message was sent."""
    messages = []
    monkeypatch.setattr(jobs, "publish", messages.append)
    return messages


@pytest.fixture
def handled(monkeypatch):
    """A handler that notes which jobs it did."""
    done = []
    monkeypatch.setitem(jobs.HANDLERS, "count", lambda job: done.append(job.pk))
    return done


def test_a_job_is_promised_once_per_key(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = jobs.enqueue("count", key="2026-03-05")
        second = jobs.enqueue("count", key="2026-03-05")

    assert first == second
    assert sent == [first.pk]


def test_no_message_leaves_when_the_change_is_undone(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.enqueue("count", key="a")
        transaction.set_rollback(True)

    assert sent == []


def test_a_job_delivered_twice_is_done_once(handled):
    job = jobs.enqueue("count", key="a")

    assert jobs.run(job.pk) is True
    assert jobs.run(job.pk) is False
    assert handled == [job.pk]


def test_a_refusal_ends_the_job_with_its_sentence(monkeypatch):
    def refuse(job):
        raise Refused("表头不对。")

    monkeypatch.setitem(jobs.HANDLERS, "count", refuse)
    job = jobs.enqueue("count", key="a")

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.fault) == (Job.State.FAILED, "表头不对。")


def test_a_fault_is_tried_three_times_and_then_set_aside(monkeypatch):
    def fail(job):
        raise RuntimeError

    monkeypatch.setitem(jobs.HANDLERS, "count", fail)
    job = jobs.enqueue("count", key="a")

    states = []
    for _ in range(4):
        jobs.run(job.pk)
        job.refresh_from_db()
        states.append(job.state)

    assert states == ["queued", "queued", "failed", "failed"]


def test_the_sweeper_sends_again_what_nobody_took(sent):
    job = jobs.enqueue("count", key="a")
    now = timezone.now()

    assert jobs.sweep(at=now + timedelta(seconds=30)) == 0
    assert jobs.sweep(at=now + timedelta(seconds=90)) == 1
    assert sent == [job.pk]


def test_a_job_whose_worker_died_is_taken_over(handled):
    job = jobs.enqueue("count", key="a")
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, heartbeat_at=now, attempts=1)

    assert jobs.run(job.pk, at=now + timedelta(seconds=60)) is False
    assert jobs.run(job.pk, at=now + timedelta(seconds=121)) is True


def test_a_worker_that_comes_back_from_the_dead_ends_nothing(handled):
    job = jobs.enqueue("count", key="a")
    stale = Job.objects.get(pk=job.pk)
    jobs.run(job.pk)

    jobs._end(stale, Job.State.FAILED, "迟到")

    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_a_poison_job_is_quarantined_after_three_dead_workers(handled):
    job = jobs.enqueue("count", key="a")
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, attempts=3, heartbeat_at=timezone.now() - timedelta(hours=1)
    )

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, handled) == (Job.State.FAILED, [])


def test_a_job_that_ended_can_be_asked_for_again(handled, sent):
    job = jobs.enqueue("count", key="a")
    jobs.run(job.pk)
    job.refresh_from_db()

    jobs.again(job)

    assert jobs.run(job.pk) is True


def test_an_ended_job_has_a_time():
    job = jobs.enqueue("count", key="a")

    with pytest.raises(IntegrityError, match="job_ended_has_a_time"), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_do_a_job_once(handled, sent):
    job = jobs.enqueue("count", key="a")

    def take(_):
        try:
            return jobs.run(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert handled == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_progress_is_written_while_the_work_goes_on(monkeypatch, sent):
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.01)
    seen = []

    def work(job):
        job.progress(30, 100, "核对")
        for _ in range(500):
            row = Job.objects.values_list("done", "total", "note").get(pk=job.pk)
            if row[0]:
                seen.append(row)
                return

    monkeypatch.setitem(jobs.HANDLERS, "count", work)
    jobs.run(jobs.enqueue("count", key="a").pk)

    assert seen == [(30, 100, "核对")]
