"""Documents: HTML to PDF, whole books, official letters, and the register of issued papers anyone can check.

`pdf` and `book` write in a child process with limits (docs/decisions/documents-are-written-in-a-child.md,
long-documents-are-set-by-typst.md). Upper apps
issue a paper in the same transaction as what it certifies; `/verify/` answers whether it is valid and never
gives a full name.
"""

import base64
import hashlib
import json
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from portal import audit
from portal.encryption import blind
from portal.errors import Refused
from portal.identifiers import certificate_number, check_document_number, mask_name

logger = logging.getLogger(__name__)

WRITER = Path(__file__).with_name("document_writer.py")
BOOK_WRITER = Path(__file__).with_name("book_writer.py")
TEMPLATES = settings.BASE_DIR / "templates"
GRACE_SECONDS = 10  # of waiting beyond the child's own processor time

AUTHOR = "深圳市科学技术协会"

TOO_LARGE = "文档过大，未能生成。请缩小年份或地区范围后重试；仍不成功请告知管理员。"
TOO_SLOW = "文档生成超时。请稍后重试，或缩小年份、地区范围；仍不成功请告知管理员。"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take."""

    seconds: int = 60
    memory_mb: int = 512


DOCUMENT = Limits()
ANNUAL_REPORT = Limits(seconds=180, memory_mb=1536)
BOOK = Limits(seconds=60, memory_mb=1024)  # about 4,000 entries of a directory


# ---------------------------------------------------------------- HTML to PDF


def pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    made_at: datetime | None = None,
    variant: str = "pdf/ua-1",
    limits: Limits = DOCUMENT,
) -> bytes:
    """A tagged PDF of a template that extends `documents/base_print.html`: same content, same bytes.

    `context` holds at least `title`. `made_at` is the moment of the content (a vintage's, a paper's) and
    stands in the file as its date; without it the clock is taken, and the bytes change with it.

    Raises Refused if writing takes more time or memory than `limits`.
    """
    moment = made_at or timezone.now()
    html = render_to_string(template, {"author": AUTHOR, **context, "made_at": moment})
    return written(html, made_at=moment, variant=variant, limits=limits)


def written(html: str, *, made_at: datetime, variant: str = "pdf/ua-1", limits: Limits = DOCUMENT) -> bytes:
    """The PDF of this HTML, written by a child process that reads the portal's packaged files and nothing
    else.

    Raises Refused if it takes more time or memory than `limits`.
    """
    options = {
        "seconds": limits.seconds,
        "memory_mb": limits.memory_mb,
        "static": str(settings.BASE_DIR / "static"),
        "site": settings.SITE_URL,
        "variant": variant,
        "identifier": identifier_of(html),
    }
    return _by_child(WRITER, options, html.encode(), made_at=made_at, limits=limits)


def identifier_of(html: str) -> str:
    """The identifier that a document of this HTML carries."""
    return hashlib.sha256(html.encode()).hexdigest()[:32]


def book(template: str, content: Mapping[str, Any], *, made_at: datetime, limits: Limits = BOOK) -> bytes:
    """A tagged PDF of hundreds of pages from a Typst template that imports `/documents/book.typ`: same
    content, same bytes. `content` is plain data with at least `title`, `subtitle`, `running`, `period` and
    `date`; the template reads it as JSON and fetches nothing.

    Raises Refused if writing takes more time or memory than `limits`.
    """
    options = {
        "seconds": limits.seconds,
        "memory_mb": limits.memory_mb,
        "templates": str(TEMPLATES),
        "template": template,
        "made_at": int(made_at.timestamp()),
    }
    data = json.dumps({"author": AUTHOR, **content}, ensure_ascii=False).encode()
    return _by_child(BOOK_WRITER, options, data, made_at=made_at, limits=limits)


def _by_child(writer: Path, options: dict, content: bytes, *, made_at: datetime, limits: Limits) -> bytes:
    """What the writer writes. Killed from outside it writes once more, and the bytes are the same."""
    child = _run(writer, options, content, made_at=made_at, limits=limits)
    if child.returncode == -signal.SIGKILL:
        logger.warning("a writer was killed; the document is written once more")
        child = _run(writer, options, content, made_at=made_at, limits=limits)
    if child.returncode:
        return _refuse(child)
    if child.stderr:
        logger.warning("document written with remarks: %s", child.stderr.decode(errors="replace")[-2000:])
    return child.stdout


def _run(
    writer: Path, options: dict, content: bytes, *, made_at: datetime, limits: Limits
) -> subprocess.CompletedProcess[bytes]:
    """Raises Refused if the child is still at it after its time."""
    try:
        return subprocess.run(  # noqa: S603 - our own file, no shell
            [sys.executable, "-P", "-s", str(writer)],
            input=json.dumps(options).encode() + b"\n" + content,
            capture_output=True,
            timeout=limits.seconds + GRACE_SECONDS,
            env=_environment(made_at),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(TOO_SLOW) from None


def _environment(made_at: datetime) -> dict[str, str]:
    """As little as possible, and nothing secret; fixed where it would show in the bytes."""
    return {
        "PATH": os.defpath,
        "HOME": os.environ.get("HOME", "/"),  # fontconfig keeps its cache there
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONHASHSEED": "0",
        "RAYON_NUM_THREADS": "2",  # a book is set by threads, each with memory of its own
        "SOURCE_DATE_EPOCH": str(int(made_at.timestamp())),
    }


def _refuse(child: subprocess.CompletedProcess[bytes]) -> bytes:
    """Raises Refused for want of time or memory, RuntimeError for a fault of ours."""
    remarks = child.stderr.decode(errors="replace")[-4000:]
    logger.error("document not written, exit %s: %s", child.returncode, remarks)
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Refused(TOO_SLOW)
    if child.returncode < 0 or re.search(r"MemoryError|[Cc]annot allocate|out of memory|bad_alloc", remarks):
        raise Refused(TOO_LARGE)
    raise RuntimeError(f"document not written: {remarks.strip().splitlines()[-1] if remarks.strip() else ''}")


def qr(address: str) -> str:
    """A QR code of this address as a `data:` picture for print; quiet zone of four modules."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=4, dark="#000", light="#fff")


# ---------------------------------------------------------------- official letters


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a letter. Levels: 0 text, 1 一、 2 （一） 3 1. 4 （1）; the text has the number."""

    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """An official letter; what is empty is left out."""

    issuer: str
    number: str
    title: str
    recipient: str
    body: tuple[Paragraph, ...]
    signed_on: date
    attachments: tuple[str, ...] = ()
    signer: str = ""  # the issuer, unless another body signs
    copies: str = ""  # 抄送
    office: str = ""  # 印发机关
    printed_on: date | None = None
    is_notice: bool = True  # 文件; False: the short mark of a letter


def official_letter(letter: Letter, *, made_at: datetime | None = None) -> bytes:
    """The letter as PDF: 22 lines of 28 characters, red mark and line, page numbers outside.

    Raises Refused if the document number is not a proper 发文字号.

    Basis: GB/T 9704-2012 党政机关公文格式.
    """
    try:
        number = check_document_number(letter.number)
    except ValueError as fault:
        raise Refused(str(fault)) from None
    context = {"letter": letter, "number": number, "title": letter.title, "author": letter.issuer}
    moment = made_at or datetime.combine(
        letter.signed_on, datetime.min.time(), timezone.get_default_timezone()
    )
    return pdf("documents/official_letter.html", context, made_at=moment)


# ---------------------------------------------------------------- issued papers


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper an app issues: stored code, letters of its numbers, Chinese name."""

    code: str
    prefix: str
    title: str


def new_token() -> str:
    """128 random bits as 26 letters and digits that can be typed: no 0, 1, 8 or 9."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


class IssuedPaperQuerySet(models.QuerySet):
    def of(self, holder: str):
        """Papers of one holder, found by a keyed hash: the register itself does not tell whose they are."""
        return self.filter(holder_hash=blind(holder, purpose="paper holder")).order_by("-pk")

    def valid(self):
        return self.filter(revoked_at=None)


class IssuedPaper(models.Model):
    """A certificate, transcript or report that left the portal. What stands here may be shown to anyone."""

    PERSONAL = frozenset({"masked_name"})

    token = models.CharField("核验标识", max_length=26, unique=True, default=new_token, editable=False)
    kind = models.CharField("类别", max_length=30)
    number = models.CharField("编号", max_length=30, unique=True)
    title = models.CharField("名称", max_length=60)
    masked_name = models.CharField("持有人（隐去部分）", max_length=20, blank=True)
    public_facts = models.JSONField("公开内容", default=list, help_text="名称与内容成对的列表")
    holder_hash = models.BinaryField("持有人索引", max_length=32, blank=True, default=b"", editable=False)
    issued_at = models.DateTimeField("签发时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="签发人", related_name="+"
    )
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoke_reason = models.CharField("撤销原因", max_length=200, blank=True)
    check_count = models.PositiveIntegerField("核验次数", default=0, editable=False)

    objects = IssuedPaperQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "签发文书"
        indexes = [models.Index(fields=["holder_hash"], name="paper_by_holder")]
        constraints = [
            models.CheckConstraint(
                name="paper_is_revoked_with_a_reason",
                condition=Q(revoked_at=None, revoke_reason="")
                | Q(Q(revoked_at__isnull=False), ~Q(revoke_reason="")),
                violation_error_message="撤销须注明时间和原因。",
            ),
            models.CheckConstraint(
                name="paper_is_revoked_after_it_is_issued",
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("issued_at")),
                violation_error_message="撤销时间不能早于签发时间。",
            ),
            models.CheckConstraint(
                name="paper_token_is_long_enough_not_to_be_guessed",
                condition=Q(token__regex=r"^[A-Z2-7]{26}$"),  # noqa: S106 - no password
                violation_error_message="核验标识应为 26 位字母数字。",
            ),
        ]

    def __str__(self):
        return f"{self.title} {self.number}"

    def get_absolute_url(self):
        return reverse("verify", args=[self.token])

    @property
    def code(self) -> str:
        """The check code printed beside the number: 40 of the token's bits, so that numbers cannot be
        walked.
        """
        return f"{self.token[:4]} {self.token[4:8]}"

    @property
    def address(self) -> str:
        """What the QR code says."""
        return f"{settings.SITE_URL.rstrip('/')}{self.get_absolute_url()}"

    @property
    def qr(self) -> str:
        return qr(self.address)


class PaperCounter(models.Model):
    """The last number given out per letters and year. Locked until the paper stands, so numbers have no
    gaps.
    """

    PERSONAL = frozenset()

    prefix = models.CharField("编号字母", max_length=6)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "文书编号"
        constraints = [
            models.UniqueConstraint(
                name="paper_counter_once_per_prefix_and_year",
                fields=["prefix", "year"],
                violation_error_message="该类文书当年已有编号。",
            )
        ]

    def __str__(self):
        return f"{self.prefix}-{self.year}"


def _next_number(prefix: str, year: int) -> str:
    PaperCounter.objects.get_or_create(prefix=prefix, year=year)
    PaperCounter.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
    return certificate_number(prefix, year, PaperCounter.objects.get(prefix=prefix, year=year).last)


@transaction.atomic
def issue(
    kind: PaperKind,
    facts: Iterable[tuple[str, str | int]],
    *,
    by,
    holder: str = "",
    name: str = "",
    at: datetime | None = None,
) -> IssuedPaper:
    """Enter a paper in the register, with the next number of its kind and a token for its QR code.

    `facts` are pairs of a word and what it says: they are shown to anyone, so no full name, birth date or
    student number. `name` is kept and shown with its middle left out. `holder` is a key such as
    "youth_credits.student:12"; only its keyed hash is kept. The caller has asked for the permission: an app
    knows what its paper certifies.
    """
    at = at or timezone.now()
    paper = IssuedPaper(
        kind=kind.code,
        number=_next_number(kind.prefix, timezone.localtime(at).year),
        title=kind.title,
        masked_name=mask_name(name),
        public_facts=[[str(word), said] for word, said in facts],
        holder_hash=blind(holder, purpose="paper holder") if holder else b"",
        issued_at=at,
        issued_by=by,
    )
    paper.full_clean(validate_unique=False)
    paper.save(force_insert=True)
    audit.record(paper, "issue", by=by)
    return paper


@transaction.atomic
def revoke(paper: IssuedPaper, *, reason: str, by, at: datetime | None = None) -> None:
    """Take a paper back; whoever checks it from now on is told so. The caller has asked for the permission.

    Raises Refused without a reason, or if the paper was taken back before.
    """
    if not reason.strip():
        raise Refused("请填写撤销原因。")
    at = at or timezone.now()
    taken = IssuedPaper.objects.filter(pk=paper.pk, revoked_at=None).update(
        revoked_at=at, revoke_reason=reason.strip()[:200]
    )
    if not taken:
        raise Refused("该文书此前已撤销。")
    paper.refresh_from_db()
    audit.record(paper, "revoke", by=by, note=reason.strip())


@transaction.atomic
def amend(paper: IssuedPaper, word: str, said: str, *, by) -> None:
    """Add a fact to what whoever checks a paper reads; what stood there stays. The caller has asked for the
    permission.
    """
    IssuedPaper.objects.select_for_update().get(pk=paper.pk)
    paper.refresh_from_db()
    facts = [*paper.public_facts, [word, said]]
    IssuedPaper.objects.filter(pk=paper.pk).update(public_facts=facts)
    paper.public_facts = facts
    audit.record(paper, "amend", by=by, note=f"{word}：{said}")


def checked(token: str) -> IssuedPaper | None:
    """The paper behind a token, counting that it was asked for and not by whom; None if there is none."""
    paper = IssuedPaper.objects.filter(token=token.upper()).first() if len(token) == 26 else None
    if paper:
        IssuedPaper.objects.filter(pk=paper.pk).update(check_count=F("check_count") + 1)
        paper.check_count += 1
    return paper


def found(number: str, code: str) -> IssuedPaper | None:
    """The paper with this number and check code; None unless both fit. A whole token as code will do as
    well.
    """
    code = re.sub(r"[\s-]", "", code).upper()
    if len(code) not in (8, 26):
        return None
    paper = IssuedPaper.objects.filter(number=number).first()
    is_right = paper and secrets.compare_digest(paper.token[: len(code)].encode(), code.encode())
    return paper if is_right else None
