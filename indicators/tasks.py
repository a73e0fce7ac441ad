"""Work of the night and of the report: each job is safe to run again."""

from datetime import date, datetime

from django.utils import timezone

from indicators import actions, sample, sources
from indicators.models import Vintage
from indicators.queries import boards, pictures
from indicators.queries import index as queries
from portal.accounts import User
from portal.calendar import local_today
from portal.errors import Refused
from portal.jobs import Job, enqueue, handler

SUNDAY = 6  # everything is counted anew, changed or not


@handler("index_night")
def index_night(job: Job) -> None:
    """Count what has changed and compute the index for one business date, step by step.

    Each step is a transaction of its own and leaves its mark: a night that is killed goes on where it was, a
    second one finds nothing to do, a late one does what is left. Two at once: one leaves the computing to the
    other. Without an accepted return there is nothing to compute yet.
    """
    now = timezone.now()
    today = local_today(now)
    is_sunday = "day" in job.payload and date.fromisoformat(job.payload["day"]).weekday() == SUNDAY
    full = bool(job.payload.get("full")) or is_sunday
    by = User.objects.filter(pk=job.payload.get("by")).first()
    job.progress(0, 1, "统计需求")
    for year in (today.year - 1, today.year):
        actions.count_needs(year, at=now)
    actions.fill_targets()
    try:
        _, years = actions.years_to_compute()
    except Refused as refusal:
        job.progress(1, 1, str(refusal))
        return
    steps, changes = _count(job, years, full, now)
    job.progress(note="计算指数", done=len(steps))
    run = actions.compute(at=now, by=by, before=steps, changes=changes)
    if run is not None:
        job.progress(note="复算核对", done=len(steps) + 1)
        _check_one(now)
        job.progress(note="绘制图表", done=len(steps) + 2)
        pictures.draw_first_pages(queries.current_vintage())
        boards.draw_first_board(queries.current_vintage())
    if job.key == sample.FIRST_NIGHT:
        enqueue("sample_reports", key=job.key)
    words = "另一次计算正在进行" if run is None else ("新结果" if run.is_new else "结果未变")
    job.progress(1, 1, words)


def _count(job: Job, years: list[int], full: bool, now: datetime) -> tuple[list[dict], list[dict]]:
    """Count every source and the subdistricts where something was written; the steps, and what changed."""
    total, steps, changes = len(sources.FIGURES) + 4, [], []
    for done, name in enumerate(sources.FIGURES):
        job.progress(done, total, "统计数据")
        counted = actions.count_source(name, years, at=now, full=full)
        steps.append(counted.told())
        changes += counted.changes
    counted = actions.count_subdistricts([*years, *({now.year} - {*years})], at=now, full=full)
    steps.append(counted.told())
    return steps, changes


def _check_one(now: datetime) -> None:
    """Compute one published vintage again, the one longest unchecked: the same inputs, the same figures."""
    published = Vintage.objects.filter(kind=Vintage.Kind.PUBLISHED)
    wanted = queries.longest_unchecked(published)
    if wanted is not None:
        actions.check_rebuild(wanted, at=now)


@handler("returns_upkeep")
def returns_upkeep(job: Job) -> None:
    """Tell who is to fill a return that it has opened, is soon due, or late."""
    job.progress(0, 1, "提醒填报")
    count = actions.remind(at=timezone.now())
    job.progress(1, 1, f"已提醒 {count} 人次")


@handler("annual_report")
def annual_report(job: Job) -> None:
    """Write the files that one promised report asks for."""
    job.progress(0, 1, "排版")
    actions.write_report(job.payload["report"])
    job.progress(1, 1, "已生成")


@handler("sample_reports")
def sample_reports(job: Job) -> None:
    """The sample city's annual reports, once it has an index."""
    job.progress(0, 1, "编制示例年度报告")
    sample.load_reports(at=timezone.now())
    job.progress(1, 1, "已编制")
