"""The annual report: asked for, written as a PDF, published and kept."""

import hashlib
from datetime import datetime

from django.db import transaction

from indicators.actions.vintages import freeze, publish
from indicators.models import AnnualReport, Vintage
from indicators.queries.annual import content_of
from indicators.queries.index import latest_vintage
from portal import audit, charts, documents, files, jobs, maps
from portal.accounts import User, require
from portal.charts import About, Chart
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm

REPORTS = "/desk/reports/"


@transaction.atomic
def ask_report(*, year: int, corrections: str, by: User) -> AnnualReport:
    """Promise a year's report from the latest computation; its content is kept from this moment on.

    Raises Refused if the index does not reach the year, one is being made, or a published report is to be
    replaced without saying what is corrected.
    """
    city = Region.objects.city()
    require(by, Perm.REPORT_MAKE, city)
    vintage = latest_vintage()
    if vintage is None or not vintage.first_year <= year <= vintage.last_year:
        raise Refused(f"指数还没有计算到{year}年，请先审核通过该年度的年报。")
    last = AnnualReport.objects.select_for_update().filter(year=year).order_by("-version").first()
    if last is not None and last.state == AnnualReport.State.MAKING:
        raise Refused("该年度的报告正在生成，请稍候。")
    is_next = last is not None and last.state == AnnualReport.State.PUBLISHED
    version = (last.version + 1 if is_next else last.version) if last else 1
    if version > 1 and not corrections.strip():
        raise Refused("该年度已发布过报告，请写明更正内容。")
    if last is not None and not is_next:
        last.delete()
    report = AnnualReport(
        year=year,
        version=version,
        vintage=vintage,
        corrections=corrections.strip(),
        content=content_of(vintage, year, version=version, corrections=corrections.strip()),
        created_by=by,
    )
    report.full_clean()
    report.save()
    report.job = jobs.enqueue(
        "annual_report",
        key=str(report.pk),
        payload={"report": report.pk},
        by=by,
        title=f"编制{year}年度报告",
        link=REPORTS,
    )
    report.save(update_fields=["job"])
    audit.record(report, "make", by=by, note=vintage.short)
    return report


def write_report(pk: int) -> AnnualReport | None:
    """Write the PDF of a promised report; None if it is no longer wanted. Safe to run again."""
    report = AnnualReport.objects.select_related("vintage", "created_by").filter(pk=pk).first()
    if report is None or report.state != AnnualReport.State.MAKING:
        return None
    try:
        data = pdf_of(report.content, made_at=report.vintage.created_at)
    except Refused:
        AnnualReport.objects.filter(pk=pk).update(state=AnnualReport.State.FAILED)
        raise
    return _keep(report, data)


@transaction.atomic
def _keep(report: AnnualReport, data: bytes) -> AnnualReport | None:
    held = AnnualReport.objects.select_for_update(of=("self",)).filter(pk=report.pk).first()
    if held is None or held.state != AnnualReport.State.MAKING:
        return None
    name = f"深圳市科普发展年度报告（{report.year}）第{report.version}版.pdf"
    attachment = files.keep(
        files.made(data, name, "pdf"),
        by=report.created_by,
        region=Region.objects.city(),
        needs=Perm.REPORT_MAKE,
    )
    AnnualReport.objects.filter(pk=report.pk).update(
        state=AnnualReport.State.READY,
        file=attachment,
        digest=hashlib.sha256(data).hexdigest(),
    )
    report.refresh_from_db()
    return report


def pdf_of(content: dict, *, made_at: datetime) -> bytes:
    """The PDF of a report's content: the same content, the same bytes. Raises Refused past its limits."""
    chapters = [
        {**chapter, "sections": [_with_charts(section) for section in chapter["sections"]]}
        for chapter in content["chapters"]
    ]
    contents = [
        {"id": "summary", "title": "摘要"},
        *(
            {**chapter, "sections": [] if chapter["contents"] else chapter["sections"]}
            for chapter in chapters
        ),
    ]
    return documents.pdf(
        "indicators/annual_report.html",
        {
            **content,
            "chapters": chapters,
            "contents": contents,
            "summary": _with_charts(content["summary"]),
        },
        made_at=made_at,
        limits=documents.ANNUAL_REPORT,
    )


def _with_charts(section: dict) -> dict:
    return {**section, "blocks": [{**block, **_drawn(block)} for block in section["blocks"]]}


def _drawn(block: dict) -> dict:
    """The chart of a block that is one."""
    draw = DRAWERS.get(block["kind"])
    return {"chart": draw(block)} if draw else {}


def _about(block: dict) -> About:
    return About(block["name"], block["title"], unit=block.get("unit", ""), note=block.get("note", ""))


def _line(block: dict) -> Chart:
    return charts.line(
        _about(block),
        block["times"],
        dict(block["series"]),
        decimals=block["decimals"],
        base=block.get("base"),
    )


def _interval(block: dict) -> Chart:
    columns = ("区", "最好", "位次", "最差")
    return charts.interval(_about(block), block["rows"], columns=columns, is_rank=True)


def _map(block: dict) -> Chart:
    return maps.district_map(_about(block), block["values"], columns=("区", "水平分值"))


def _bar(block: dict) -> Chart:
    return charts.bar(
        _about(block), block["rows"], columns=("项目", "数值"), decimals=block.get("decimals", 0)
    )


DRAWERS = {"line": _line, "interval": _interval, "map": _map, "bar": _bar}


@transaction.atomic
def publish_report(report: AnnualReport, *, at: datetime, by: User) -> None:
    """Publish a finished report and the vintage it rests on; both are written once from now on.

    Raises Refused unless the report is finished.
    """
    require(by, Perm.REPORT_MAKE, Region.objects.city())
    vintage = Vintage.objects.select_for_update().get(pk=report.vintage_id)
    done = AnnualReport.objects.filter(pk=report.pk, state=AnnualReport.State.READY).update(
        state=AnnualReport.State.PUBLISHED, published_at=at
    )
    if not done:
        raise Refused("只有已生成、尚未发布的报告可以发布。")
    if vintage.kind == Vintage.Kind.NIGHTLY:
        freeze(vintage, note=f"{report.year}年度报告第{report.version}版", by=by)
    if vintage.kind == Vintage.Kind.FROZEN:
        publish(vintage, at=at, by=by)
    report.refresh_from_db()
    audit.record(report, "publish", by=by, note=report.digest)
