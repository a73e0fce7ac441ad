"""The annual report: begun, written part by part, reviewed, signed, set in type, published and kept."""

import hashlib
import io
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from indicators.actions.vintages import freeze, publish
from indicators.models import REPORT_FLOW, AnnualReport, PartRemark, ReportPart, Vintage
from indicators.queries.annual import NameFault, Report, content_of, drawn_chapter, first_parts
from indicators.queries.reports import vintage_for
from portal import audit, documents, files, jobs
from portal.accounts import User, people_with, require
from portal.calendar import local_today
from portal.documents import Letter, Paragraph
from portal.errors import Refused
from portal.identifiers import check_document_number
from portal.notices import Notice, notify
from portal.regions import Level, Region
from portal.roles import Perm
from portal.workbook_writer import Column, Page, write_workbook

State = AnnualReport.State
Status = AnnualReport.Status
MOST_WORDS_PARTS = 20


# ---------------------------------------------------------------- begun and written


@transaction.atomic
def begin_report(*, region: Region, year: int, corrections: str, by: User) -> AnnualReport:
    """A draft of a region's report for a year; the one that is being written, if there is one.

    Its parts are those of the year's last version, or of the year before, or those a first report has.
    Raises Refused if the index does not reach the year, or a published report is to be replaced without
    saying what is corrected.
    """
    require(by, Perm.REPORT_MAKE, region)
    Region.objects.select_for_update(no_key=True).get(
        pk=region.pk
    )  # two presses of the button make one report
    before = AnnualReport.objects.filter(region=region)
    last = before.filter(year=year).order_by("-version").first()
    if last is not None and last.status != Status.PUBLISHED:
        return last
    vintage = vintage_for(region, year)
    if vintage is None:
        raise Refused(f"指数还没有计算到{year}年，请先审核通过该年度的年报。")
    corrections = corrections.strip()
    if last is not None and not corrections:
        raise Refused("该年度已发布过报告，请写明更正内容。")
    report = AnnualReport(
        region=region,
        year=year,
        version=last.version + 1 if last else 1,
        vintage=vintage,
        corrections=corrections if last else "",
        created_by=by,
    )
    report.full_clean()
    report.save()
    model = last or before.filter(year__lt=year).order_by("-year", "-version").first()
    ReportPart.objects.bulk_create(_parts(report, model))
    audit.record(report, "begin_report", by=by, note=vintage.short)
    return report


def _parts(report: AnnualReport, model: AnnualReport | None) -> list[ReportPart]:
    """The parts of an earlier report with their words, order and switches; what is new since then behind."""
    kept = ("code", "kind", "title", "text", "is_on")
    rows = [{name: getattr(part, name) for name in kept} for part in model.parts.all()] if model else []
    known = {row["code"] for row in rows}
    rows += [row for row in first_parts(report.region, report.year) if row["code"] not in known]
    return [ReportPart(report=report, position=place, **row) for place, row in enumerate(rows, start=1)]


def _held(report: AnnualReport, by: User) -> AnnualReport:
    """The report locked for a change of its draft. Raises Refused once it is no draft any more."""
    require(by, Perm.REPORT_MAKE, report)
    held = (
        AnnualReport.objects.select_for_update(of=("self",))
        .select_related("region", "vintage")
        .get(pk=report.pk)
    )
    if not held.is_open:
        raise Refused(f"报告当前为“{held.get_status_display()}”，退回修改后才能改动。")
    return held


@transaction.atomic
def write_part(part: ReportPart, *, title: str, text: str, seen: int, by: User) -> None:
    """Change a part's title and words. `seen` is the revision its page had shown.

    Raises Refused if somebody else was faster, or a name in the words gives no figure.
    """
    report = _held(part.report, by)
    faults = Report(report.vintage, report.region, report.year).names.faults(text)
    if faults:
        raise Refused(faults[0])
    before = ReportPart.objects.select_for_update().get(pk=part.pk)
    if before.revision != seen:
        raise Refused("这一章已被他人修改，请核对页面上的新内容后再保存。")
    before.title, before.text = title, text
    before.revision, before.changed_by, before.changed_at = seen + 1, by, timezone.now()
    before.full_clean(exclude=["report"])
    before.save(update_fields=["title", "text", "revision", "changed_by", "changed_at"])
    audit.record(report, "write_part", by=by, note=before.title)


@transaction.atomic
def switch_part(part: ReportPart, *, on: bool, by: User) -> None:
    """Take a part into the report, or leave it out. Raises Refused for a part of words without words."""
    report = _held(part.report, by)
    held = ReportPart.objects.select_for_update().get(pk=part.pk)
    if on and held.kind == ReportPart.Kind.WORDS and not held.text:
        raise Refused("文字章节列入报告前须写上文字。")
    ReportPart.objects.filter(pk=part.pk).update(is_on=on)
    audit.record(report, "switch_part", by=by, note=f"{held.title}：{'列入' if on else '不列入'}")


@transaction.atomic
def move_part(part: ReportPart, *, up: bool, by: User) -> None:
    """Change places with the part before or after; at either end nothing happens."""
    report = _held(part.report, by)
    parts = list(report.parts.order_by("position", "pk"))
    place = next(number for number, one in enumerate(parts) if one.pk == part.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(parts):
        return
    parts[place], parts[other] = parts[other], parts[place]
    for position, one in enumerate(parts, start=1):
        if one.position != position:
            ReportPart.objects.filter(pk=one.pk).update(position=position)
    audit.record(report, "move_part", by=by, note=part.title)


@transaction.atomic
def add_words(report: AnnualReport, *, title: str, by: User) -> ReportPart:
    """A new part of words only, before the appendices, left out until it has words."""
    report = _held(report, by)
    parts = list(report.parts.order_by("position", "pk"))
    own = [part for part in parts if part.kind == ReportPart.Kind.WORDS]
    same = next((part for part in own if part.title == title and not part.text), None)
    if same is not None:  # the button was pressed twice
        return same
    if len(own) >= MOST_WORDS_PARTS:
        raise Refused(f"文字章节最多{MOST_WORDS_PARTS}章。")
    number = 1 + max((int(part.code.removeprefix("words-")) for part in own), default=0)
    place = next((one.position for one in parts if one.title.startswith("附录")), len(parts) + 1)
    report.parts.filter(position__gte=place).update(position=F("position") + 1)
    part = ReportPart(
        report=report,
        code=f"words-{number}",
        kind=ReportPart.Kind.WORDS,
        title=title,
        is_on=False,
        position=place,
    )
    part.full_clean(exclude=["report"])
    part.save()
    audit.record(report, "add_part", by=by, note=title)
    return part


@transaction.atomic
def remove_words(part: ReportPart, *, by: User) -> None:
    """Take away a part of words. Raises Refused for what the portal sets: that is left out instead."""
    report = _held(part.report, by)
    if part.kind != ReportPart.Kind.WORDS:
        raise Refused("由平台生成的章节不能删除，可以改为不列入。")
    audit.record(report, "remove_part", by=by, note=part.title)
    part.delete()


@transaction.atomic
def renew_vintage(report: AnnualReport, *, by: User) -> None:
    """Let a draft follow the latest result of the index for its region and year."""
    held = _held(report, by)
    vintage = vintage_for(held.region, held.year)
    if vintage is None or vintage.pk == held.vintage_id:
        raise Refused("报告已在使用最新的指数结果。")
    AnnualReport.objects.filter(pk=held.pk).update(vintage=vintage)
    audit.record(held, "renew", by=by, changes={"vintage": [held.vintage.short, vintage.short]})


@transaction.atomic
def write_letter_head(report: AnnualReport, *, number: str, recipient: str, copies: str, by: User) -> None:
    """Number, recipient and copies of the letter that goes with the report.

    Raises Refused if the number is no proper 发文字号 or stands on another letter. Basis: GB/T 9704-2012.
    """
    held = _held(report, by)
    try:
        held.letter_number = check_document_number(number)
    except ValueError as fault:
        raise Refused(str(fault)) from None
    if AnnualReport.objects.filter(letter_number=held.letter_number).exclude(pk=held.pk).exists():
        raise Refused("该发文字号已用于另一份报告。")
    held.letter_recipient, held.letter_copies = recipient.strip(), copies.strip()
    held.full_clean()
    held.save(update_fields=["letter_number", "letter_recipient", "letter_copies"])
    audit.record(held, "letter", by=by, note=held.letter_number)


# ---------------------------------------------------------------- reviewed and signed


@transaction.atomic
def submit_report(report: AnnualReport, *, by: User) -> None:
    """Hand a draft in: its content is kept as it is now, and its files are made from that.

    Raises Refused if a remark is unanswered, the letter has no number, or a name in the words gives no
    figure.
    """
    held = _held(report, by)
    open_remarks = PartRemark.objects.filter(part__report=held, answered_at=None).count()
    if open_remarks:
        raise Refused(f"还有{open_remarks}条审核意见没有处理，请逐条写明处理结果后再送审。")
    if not (held.letter_number and held.letter_recipient):
        raise Refused("请先填写随文印发的发文字号和主送机关。")
    try:
        content = content_of(held)
    except NameFault as fault:
        raise Refused(str(fault)) from None
    AnnualReport.objects.filter(pk=held.pk).update(
        content=content,
        submitted_by=by,
        rounds=held.rounds + 1,
        state=State.MAKING,
        file=None,
        annex=None,
        letter=None,
        digest="",
    )
    REPORT_FLOW.take(report, "submit", by=by)
    report.refresh_from_db()
    _promise(report, by=by)
    _tell(report, Perm.REPORT_SIGN, f"{report}已送审，请审核。", without=by)


@transaction.atomic
def add_remark(part: ReportPart, *, place: str, text: str, by: User) -> PartRemark:
    """What a reviewer says about a part or one table or chart of it. Raises Refused outside the review."""
    report = (
        AnnualReport.objects.select_for_update(of=("self",)).select_related("region").get(pk=part.report_id)
    )
    require(by, Perm.REPORT_SIGN, report)
    if report.status != Status.REVIEW:
        raise Refused("只有审核中的报告可以提意见。")
    same = {"part": part, "place": place, "text": text.strip(), "written_by": by, "answered_at": None}
    remark = PartRemark.objects.filter(**same).first()
    if remark is None:
        remark = PartRemark(**same)
        remark.full_clean()
        remark.save()
        audit.record(report, "remark", by=by, note=f"{part.title}{place}：{remark.text}")
    return remark


@transaction.atomic
def answer_remark(remark: PartRemark, *, reply: str, at: datetime, by: User) -> None:
    """Say what was done about a remark. Raises Refused without words, or if it was answered before."""
    report = _held(remark.part.report, by)
    if not reply.strip():
        raise Refused("请写明这条意见怎样处理。")
    done = PartRemark.objects.filter(pk=remark.pk, answered_at=None).update(
        reply=reply.strip(), answered_by=by, answered_at=at
    )
    if not done:
        raise Refused("这条意见已处理。")
    audit.record(report, "answer", by=by, note=reply.strip())


@transaction.atomic
def send_report_back(report: AnnualReport, *, note: str, by: User) -> None:
    """Give a report back to those who write it, before it is published."""
    REPORT_FLOW.take(report, "send_back", by=by, note=note)
    AnnualReport.objects.filter(pk=report.pk).update(state=State.NONE, signed_by=None, signed_at=None)
    report.refresh_from_db()
    _tell(report, Perm.REPORT_MAKE, f"{report}已退回修改：{note.strip()}", without=by)


@transaction.atomic
def sign_report(report: AnnualReport, *, by: User) -> None:
    """Sign a report that is ready; its letter is made from now on.

    Raises Refused if the files are not ready, a remark is open, or who signs has written or handed it in.
    """
    held = AnnualReport.objects.select_for_update(of=("self",)).select_related("region").get(pk=report.pk)
    require(by, Perm.REPORT_SIGN, held)
    if held.status == Status.REVIEW:
        writers = {held.submitted_by_id, *held.parts.values_list("changed_by", flat=True)}
        if by.pk in writers:
            raise Refused("签发人不能是编写人或送审人，请由另一位有签发权限的人签发。")
        if held.state != State.READY:
            raise Refused("报告文件还没有生成，请稍候再签发。")
        if PartRemark.objects.filter(part__report=held, answered_at=None).exists():
            raise Refused("还有没有处理的审核意见，请先退回修改。")
        AnnualReport.objects.filter(pk=held.pk).update(signed_by=by, state=State.MAKING)
    REPORT_FLOW.take(report, "sign", by=by)
    report.refresh_from_db()
    _promise(report, by=by)
    _tell(report, Perm.REPORT_MAKE, f"{report}已签发，可以发布。", without=by)


@transaction.atomic
def publish_report(report: AnnualReport, *, at: datetime, by: User) -> None:
    """Publish a signed report and, with the city's, the vintage it rests on; both are written once then.

    Raises Refused unless it is signed and its files are there, and for a district while the city has not
    published the vintage.
    """
    held = AnnualReport.objects.select_for_update(of=("self",)).select_related("region").get(pk=report.pk)
    require(by, Perm.REPORT_MAKE, held)
    if held.status == Status.SIGNED and (held.state != State.READY or held.letter_id is None):
        raise Refused("印发文件还没有生成，请稍候再发布。")
    vintage = Vintage.objects.select_for_update().get(pk=held.vintage_id)
    if held.region.level != Level.MUNICIPALITY and vintage.kind != Vintage.Kind.PUBLISHED:
        raise Refused("报告所用的指数结果尚未随全市年度报告发布，请在全市报告发布后再发布本区报告。")
    REPORT_FLOW.take(report, "publish", by=by, note=held.digest, at=at)
    if vintage.kind == Vintage.Kind.NIGHTLY:
        freeze(vintage, note=f"{held.year}年度报告第{held.version}版", by=by)
    if vintage.kind == Vintage.Kind.FROZEN:
        publish(vintage, at=at, by=by)
    report.refresh_from_db()


def _tell(report: AnnualReport, perm: Perm, text: str, *, without: User) -> None:
    people = people_with(perm, report).exclude(pk=without.pk)
    notify(people, text, link=report.get_absolute_url(), kind=Notice.Kind.TASK)


# ---------------------------------------------------------------- set in type


def _promise(report: AnnualReport, *, by: User) -> None:
    """The files that the present status asks for, as a job of its own."""
    job = jobs.enqueue(
        "annual_report",
        key=f"{report.pk}.{report.rounds}.{report.status}",
        payload={"report": report.pk},
        by=by,
        title=f"编制{report.name}",
        link=report.get_absolute_url(),
    )
    AnnualReport.objects.filter(pk=report.pk).update(job=job)


def write_report(pk: int) -> AnnualReport | None:
    """Write the files that a report waits for; None if they are not wanted any more. Safe to run again."""
    report = (
        AnnualReport.objects.select_related("vintage", "region", "created_by", "signed_by")
        .filter(pk=pk)
        .first()
    )
    if report is None or report.state != State.MAKING:
        return None
    try:
        made = _files_of(report)
    except Refused:
        AnnualReport.objects.filter(pk=pk, state=State.MAKING, status=report.status).update(
            state=State.FAILED
        )
        raise
    return _keep(report, made)


def _files_of(report: AnnualReport) -> dict[str, tuple[bytes, str, str]]:
    """Field, bytes, name and kind of each file that the status asks for."""
    if report.status == Status.SIGNED:
        return {"letter": (letter_of(report), f"关于印发{report}的通知.pdf", "pdf")}
    data = pdf_of(report.content, made_at=report.vintage.created_at)
    annex = annex_of(report.content, made_at=report.vintage.created_at)
    return {"file": (data, f"{report}.pdf", "pdf"), "annex": (annex, f"{report}附表.xlsx", "xlsx")}


@transaction.atomic
def _keep(report: AnnualReport, made: dict[str, tuple[bytes, str, str]]) -> AnnualReport | None:
    held = AnnualReport.objects.select_for_update(of=("self",)).filter(pk=report.pk).first()
    wanted = held and held.state == State.MAKING
    if not wanted or (held.status, held.rounds) != (report.status, report.rounds):
        return None
    values: dict = {
        field: files.keep(
            files.made(data, name, kind), by=report.created_by, region=report.region, needs=Perm.REPORT_MAKE
        )
        for field, (data, name, kind) in made.items()
    }
    if "file" in made:
        values["digest"] = hashlib.sha256(made["file"][0]).hexdigest()
    AnnualReport.objects.filter(pk=report.pk).update(state=State.READY, **values)
    report.refresh_from_db()
    return report


def pdf_of(content: dict, *, made_at: datetime) -> bytes:
    """The PDF of a report's content: the same content, the same bytes. Raises Refused past its limits."""
    return documents.pdf(
        "indicators/annual_report.html",
        {**content, "chapters": [drawn_chapter(chapter) for chapter in content["chapters"]]},
        made_at=made_at,
        limits=documents.ANNUAL_REPORT,
    )


def annex_of(content: dict, *, made_at: datetime) -> bytes:
    """The workbook with all tables: the same content, the same bytes."""
    target = io.BytesIO()
    pages = [
        Page(
            name=sheet["name"],
            columns=[Column(header=str(head)) for head in sheet["columns"]],
            rows=sheet["rows"],
        )
        for sheet in content["annex"]
    ]
    write_workbook(target, pages, made_at=made_at)
    return target.getvalue()


def letter_of(report: AnnualReport) -> bytes:
    """The letter with which a signed report is sent out, dated the day of the signature.

    Basis: GB/T 9704-2012 党政机关公文格式, 7.3.5.4: the day on which the head of the issuing body signs.
    """
    issuer, day = report.issuer, local_today(report.signed_at)
    words = [
        f"现将《{report.name}》（第{report.version}版）印发给你们，请结合工作实际参阅使用。报告和附表可在"
        "深圳市科普服务管理平台“年度报告”栏目查阅。",
    ]
    if report.corrections:
        words.append(f"本版更正内容：{report.corrections.rstrip('。')}。此前版本继续保留，供查考。")
    letter = Letter(
        issuer=issuer,
        number=report.letter_number,
        title=f"{issuer}关于印发《{report.name}》的通知",
        recipient=report.letter_recipient.rstrip("：:"),
        body=tuple(Paragraph(text) for text in words),
        signed_on=day,
        attachments=(f"{report.name}及附表",),
        copies=report.letter_copies,
        office=f"{issuer}办公室",
        printed_on=day,
    )
    return documents.official_letter(letter)
