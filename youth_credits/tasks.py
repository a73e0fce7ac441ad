"""Background work of the staged lane. The batch row is the promise; each job is safe to run again."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.utils import timezone

from portal import audit
from portal.calendar import local_today, school_year
from portal.errors import Refused
from portal.jobs import Job, handler
from portal.organizations import Organization
from portal.scope import scope
from portal.sheets import SheetRefused
from portal.templatetags.portal_tags import cn_time
from youth_credits import actions, queries, sheets
from youth_credits.actions.evidence import count_credit_outings
from youth_credits.models import Batch, Export, RuleTrial, Student, TotalsWanted

LONGEST_STATEMENT = "300s"
SUNDAY = 6


def _work(job: Job, status: str, do: Callable[..., None]) -> None:
    """Do one step of one batch in one transaction of its school's scope: whole, or not at all.

    A batch that has left the status is done already. A file that cannot be read ends the batch.
    """
    school, batch_pk = job.payload["school"], job.payload["batch"]
    try:
        with scope(f"school:{school}"):
            _allow_time()
            batch = _batch(batch_pk)
            if batch.status == status:
                do(batch, progress=job.progress)
    except SheetRefused as refusal:
        with scope(f"school:{school}"):
            actions.refuse_file(_batch(batch_pk), str(refusal))
        raise


def _batch(pk: int) -> Batch:
    return (
        Batch.objects.select_for_update(of=("self",))
        .select_related("organization__region", "region", "created_by", "file")
        .get(pk=pk)
    )


def _allow_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_STATEMENT}'; SET LOCAL lock_timeout = '60s'")


@handler("credit_check")
def credit_check(job: Job) -> None:
    """Check an uploaded sheet of credits."""
    _work(job, Batch.Status.UPLOADED, sheets.check_credits)


@handler("credit_keep")
def credit_keep(job: Job) -> None:
    """Keep a checked sheet of credits, and count the school's kept totals anew."""
    _work(job, Batch.Status.KEEPING, sheets.keep_credits)
    with scope("ledger"):
        years = TotalsWanted.objects.filter(school=job.payload["school"]).values_list(
            "school_year", flat=True
        )
        for year in list(years):
            actions.refresh_totals(job.payload["school"], year)


@handler("roll_check")
def roll_check(job: Job) -> None:
    """Check an uploaded roll."""
    _work(job, Batch.Status.UPLOADED, sheets.check_roll)


@handler("roll_keep")
def roll_keep(job: Job) -> None:
    """Keep a checked roll."""
    _work(job, Batch.Status.KEEPING, sheets.keep_roll)


def oversight_night(*, at: datetime) -> dict[str, int]:
    """What the clock does with terms, appeals, requests, transfers; each part may run again at any time."""
    with scope("steward"):
        _allow_time()
        audit.event("oversight", by=None, kind="youth_credits")
        actions.mark_overdue(at=at)
        return {
            "climbed": actions.climb_overdue(at=at),
            "archived": actions.archive_due(at=at),
            "closed": actions.close_old_transfers(at=at),
        }


@handler("credit_oversight")
def credit_oversight(job: Job) -> None:
    """Let what was left unanswered climb or, of transfers, end; archive terms whose days are over. Once a
    business date.
    """
    done = oversight_night(at=timezone.now())
    job.progress(1, 1, "、".join(f"{name} {count}" for name, count in done.items()))


@handler("erase_child")
def erase_child(job: Job) -> None:
    """Carry out a deletion that a school granted: whole, or not at all; a second time changes nothing."""
    with scope("steward"):
        _allow_time()
        student = (
            Student.objects.select_for_update().filter(pk=job.payload["student"], erased_at=None).first()
        )
        if student is not None:
            actions.erase(student, reason="监护人请求删除", at=timezone.now(), by=job.created_by)


@handler("credit_retention")
def credit_retention(job: Job) -> None:
    """Carry out what was shown long enough, and show what is due now. Once a business date."""
    with scope("steward"):
        _allow_time()
        carried, shown = actions.retention_night(at=timezone.now())
    job.progress(carried, carried, f"处理 {carried} 条，新列预告 {shown} 条")


@handler("credit_proof")
def credit_proof(job: Job) -> None:
    """Prove totals, claims, references and partitions, once a business date. Fails, and so is seen, if any is
    wrong.
    """
    with scope("ledger"):
        _allow_time()
        found = actions.prove_balances()
    found += actions.prove_papers()
    job.progress(len(found), len(found), f"{cn_time(timezone.now())} 核对完毕")
    if found:
        raise Refused(f"学分总账核对不符（至少 {len(found)} 处，如：{found[0]}），请系统管理员核查。")


@handler("credit_transfer")
def credit_transfer(job: Job) -> None:
    """The steward's part of a transfer: find the child that is asked for, or move the one let go."""
    now = timezone.now()
    with scope("steward"):
        _allow_time()
        if "asked" in job.payload:
            actions.match_transfer(job.payload["asked"], at=now)
        else:
            actions.move_transfer(job.payload["out"], at=now)


@handler("credit_suspicions")
def credit_suspicions(job: Job) -> None:
    """Once a day: look at every school whose ledger changed, in this school year and those it recorded for,
    then between the schools. Safe to run again.
    """
    now = timezone.now()
    year = school_year(local_today(now))
    last = Job.objects.filter(kind=job.kind, state=Job.State.DONE).exclude(pk=job.pk).order_by("-pk").first()
    with scope("ledger"):
        news = queries.schools_with_news(last.created_at if last else None)
    schools = Organization.objects.filter(pk__in=news).select_related("region").order_by("pk")
    found = 0
    for done, school in enumerate(schools, start=1):
        for one in sorted({year} | news[school.pk], reverse=True):
            found += actions.look_at_school(school, one, at=now)
        job.progress(done, len(news))
    for one in sorted({year}.union(*news.values()), reverse=True):
        found += actions.look_across(one, at=now)
    actions.count_upheld(at=now)
    job.progress(len(news), len(news), f"新发现 {found} 项疑点")


@handler("credit_export")
def credit_export(job: Job) -> None:
    """Write an export that was asked for."""
    with scope(f"school:{job.payload['school']}"):
        _allow_time()
        made = Export.objects.select_for_update(of=("self",)).select_related(
            "organization__region", "region", "created_by"
        )
        actions.write_export(made.get(pk=job.payload["export"]), progress=job.progress)


@handler("credit_totals")
def credit_totals(job: Job) -> None:
    """Count the kept totals anew where something has changed; on Sundays this year's of every school."""
    with scope("ledger"):
        if local_today().weekday() == SUNDAY:
            actions.want_all_totals(local_today())
        actions.want_missing_totals(local_today())
        wanted = list(
            TotalsWanted.objects.order_by("school_year", "school").values_list("school", "school_year")
        )
    for done, (school, year) in enumerate(wanted, start=1):
        with scope("ledger"):
            _allow_time()
            actions.refresh_totals(school, year)
        job.progress(done, len(wanted), "学分分布")
    count_credit_outings(timezone.now())


@handler("rule_trial")
def rule_trial(job: Job) -> None:
    """Count what a version of the rules would have changed, school after school; only that is written."""
    trial = RuleTrial.objects.select_related("rule_set", "area").filter(pk=job.payload["trial"]).first()
    if trial is None or trial.ended_at:
        return
    schools = list(queries.schools_of_trial(trial))
    found = []
    for done, school in enumerate(schools, start=1):
        with scope(f"school:{school.pk}"):
            _allow_time()
            change = actions.trial_at(school, trial.rule_set, trial.school_year)
        if change.entries:
            found.append(change.as_json())
        job.progress(done, len(schools), school.name)
    actions.keep_trial(trial, {"schools": found})
