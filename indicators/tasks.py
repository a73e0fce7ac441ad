"""Work of the night and of the report: each job is safe to run again."""

from django.utils import timezone

from indicators import actions, sample
from indicators.queries import pictures
from indicators.queries.index import current_vintage
from portal.calendar import local_today
from portal.errors import Refused
from portal.jobs import Job, enqueue, handler


@handler("index_night")
def index_night(job: Job) -> None:
    """Count the figures and compute the index for one business date.

    Two nights at once: one leaves. Without an accepted return there is nothing to compute yet.
    """
    job.progress(0, 1, "统计数据、计算指数")
    now = timezone.now()
    this_year = local_today(now).year
    for year in (this_year - 1, this_year):
        actions.count_needs(year, at=now)
    try:
        run = actions.compute(at=now)
    except Refused as refusal:
        job.progress(1, 1, str(refusal))
        return
    if run is not None:
        pictures.draw_first_pages(current_vintage())
    if job.key == sample.FIRST_NIGHT:
        enqueue("sample_reports", key=job.key)
    words = "另一次计算正在进行" if run is None else ("新结果" if run.is_new else "结果未变")
    job.progress(1, 1, words)


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
