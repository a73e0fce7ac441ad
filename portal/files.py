"""Attachments: what people upload and what the portal makes for them, kept outside the web root.

A file is known by its content, never by its name; it lies under a random name in a folder that no web
server serves, and leaves it through `serve` or `respond` alone. Pictures are drawn anew, so that no
place or device of a child's photo is kept. A sealed file is encrypted at rest.
"""

import hashlib
import logging
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models, transaction
from django.db.models.deletion import ProtectedError, RestrictedError
from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe
from PIL import Image, ImageCms, ImageFile, ImageOps

from portal.accounts import Scoped, User, may
from portal.encryption import seal_bytes, unseal_bytes
from portal.errors import Refused
from portal.identifiers import clean_text

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_PIXELS = 40_000_000
MAX_SIDE = 2560  # pixels; larger pictures are scaled down
MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * MEGABYTE
ORPHAN_AGE = timedelta(days=1)


# --- Kinds ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A type of file the portal keeps. The first extension is the one it is handed out with."""

    code: str
    label: str
    content_type: str
    extensions: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    kind.code: kind
    for kind in (
        Kind("pdf", "PDF 文档", "application/pdf", ("pdf",)),
        Kind("docx", "Word 文档", f"{_OFFICE}.wordprocessingml.document", ("docx",)),
        Kind("xlsx", "Excel 表格", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
        Kind("pptx", "PPT 演示文稿", f"{_OFFICE}.presentationml.presentation", ("pptx",)),
        Kind("ods", "ODS 表格", "application/vnd.oasis.opendocument.spreadsheet", ("ods",)),
        Kind("xls", "旧版 Excel 表格", "application/vnd.ms-excel", ("xls",)),
        Kind("zip", "ZIP 压缩包", "application/zip", ("zip",)),
        Kind("jpg", "JPEG 图片", "image/jpeg", ("jpg", "jpeg")),
        Kind("png", "PNG 图片", "image/png", ("png",)),
        Kind("webp", "WebP 图片", "image/webp", ("webp",)),
        Kind("csv", "CSV 表格", "text/csv; charset=utf-8", ("csv",)),
        Kind("txt", "文本", "text/plain; charset=utf-8", ("txt",)),
    )
}
IMAGES = frozenset({"jpg", "png", "webp"})
SHEETS = frozenset({"xlsx", "xls", "ods", "csv"})
DOCUMENTS = frozenset({"pdf", "docx", "xlsx", "pptx"})
_PILLOW = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"^[\s\xef\xbb\xbf\x00\xff\xfe]*<[\x00]?[!?a-zA-Z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")


def sniff(data: bytes, name: str = "") -> Kind:
    """The kind of some bytes, from the bytes; a name only tells CSV from other text.

    Raises Refused if they are none of KINDS, are locked by a password, or carry macros.
    """
    if data.startswith(b"%PDF-"):
        return KINDS["pdf"]
    if data.startswith(b"\xff\xd8\xff"):
        return KINDS["jpg"]
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return KINDS["png"]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return KINDS["webp"]
    if data.startswith(b"PK\x03\x04"):
        return KINDS[_archive_kind(data)]
    if data.startswith(_OLE):
        return _old_office_kind(data)
    return _text_kind(data, name)


def _archive_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Refused("文件已损坏，无法打开，请重新保存后上传。") from None
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused("文件解压后过大（上限 100 MB、2000 个文件），请精简后上传。")
    names = {entry.filename for entry in entries}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("文件含有宏，请另存为不含宏的格式后上传。")
    parts = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
    for code, part in parts.items():
        if part in names:
            return code
    head = data[:120]
    return "ods" if KINDS["ods"].content_type.encode() in head else "zip"


def _old_office_kind(data: bytes) -> Kind:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("文件设有密码，请取消密码后上传。")
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return KINDS["xls"]
    raise Refused("不支持旧版 Office 文档，请另存为 docx、pptx 或 PDF 后上传。")


def _text_kind(data: bytes, name: str) -> Kind:
    if _MARKUP.match(data[:400]):
        raise Refused("文件内容是网页或 SVG，不能上传；表格请用 Excel 或 WPS 另存为 xlsx 后上传。")
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return KINDS["csv" if _extension(name) == "csv" else "txt"]
        break
    raise Refused("无法识别文件类型，请核对文件是否完整。")


# --- Examining an upload --------------------------------------------------------------------------


@dataclass(frozen=True)
class Examined:
    """Bytes that may be kept, what they are, and the name to hand them out under."""

    data: bytes
    kind: Kind
    name: str


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _extensions_like(kind: Kind) -> set[str]:
    """The extensions of a kind; of every picture for a picture, since phones mix them up."""
    alike = IMAGES if kind.code in IMAGES else {kind.code}
    return {extension for code in alike for extension in KINDS[code].extensions}


def safe_name(name: str, kind: Kind) -> str:
    """A file name for the download: no path, no unseen characters, the extension of its kind."""
    stem = re.split(r"[/\\]", name)[-1]
    stem = re.sub(r'[<>:"|?*%]', "_", clean_text(stem)).strip(". ")
    if _extension(stem) in _extensions_like(kind):
        stem = stem.rpartition(".")[0].strip(". ")
    return f"{stem[:100] or '文件'}.{kind.extensions[0]}"


def examine(upload: File, *, kinds: Iterable[str]) -> Examined:
    """The content of an upload, as it may be kept: pictures drawn anew, everything else as it came.

    Raises Refused, with what to do, if it is empty, too large, of another kind than `kinds` or than
    its name says, or found wanting by the scanner.
    """
    if upload.size is not None and upload.size > MAX_BYTES:
        raise Refused(f"文件不能超过 {MAX_BYTES // MEGABYTE} MB，请压缩后上传。")
    upload.seek(0)
    data = upload.read(MAX_BYTES + 1)
    upload.seek(0)
    if not data:
        raise Refused("文件是空的，请重新选择。")
    if len(data) > MAX_BYTES:
        raise Refused(f"文件不能超过 {MAX_BYTES // MEGABYTE} MB，请压缩后上传。")
    name = str(upload.name or "")
    kind = sniff(data, name)
    _require_kind(kind, _extension(name), frozenset(kinds))
    _scan(data, name)
    if kind.code in IMAGES:
        data = redraw(data, kind)
    return Examined(data, kind, safe_name(name, kind))


def _require_kind(kind: Kind, extension: str, kinds: frozenset[str]) -> None:
    if extension and extension not in _extensions_like(kind):
        raise Refused(f"文件扩展名是 .{extension[:10]}，内容却是“{kind.label}”，请核对后重新上传。")
    if kind.code not in kinds:
        allowed = "、".join(KINDS[code].extensions[0] for code in KINDS if code in kinds)
        raise Refused(f"此处不能上传{kind.label}，可以上传：{allowed}。")


def _scan(data: bytes, name: str) -> None:
    """Ask the function that FILE_SCANNER names, `scan(data, name) -> str`: "" clean, else the finding.

    Without the setting nothing is scanned; a scanner that fails lets nothing in.
    """
    dotted = getattr(settings, "FILE_SCANNER", "")
    if not dotted:
        return
    try:
        finding = import_string(dotted)(data, name)
    except Exception:  # whatever a scanner raises, the file stays out
        logger.exception("The file scanner failed; the upload was refused")
        raise Refused("文件安全扫描暂不可用，请稍后再试。") from None
    if finding:
        raise Refused("文件未通过安全扫描，不能上传。")


def redraw(data: bytes, kind: Kind) -> bytes:
    """A picture drawn anew: upright, in sRGB, at most MAX_SIDE wide or high, one frame, no metadata."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint switches it on for the whole process
    try:
        with Image.open(BytesIO(data), formats=[_PILLOW[kind.code]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused(f"图片超过 {MAX_PIXELS // 10_000} 万像素，请缩小后上传。")
            image.thumbnail((MAX_SIDE, MAX_SIDE))
            picture = _in_srgb(ImageOps.exif_transpose(image))
    except Refused:
        raise
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError):
        raise Refused("图片已损坏，无法打开，请重新保存后上传。") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(f"图片超过 {MAX_PIXELS // 10_000} 万像素，请缩小后上传。") from None
    out = BytesIO()
    picture.save(out, _PILLOW[kind.code], quality=86)
    return out.getvalue()


def _in_srgb(image: Image.Image) -> Image.Image:
    """Plain pixels without profile, text or EXIF."""
    has_alpha = image.has_transparency_data and image.format != "JPEG"
    profile = image.info.get("icc_profile")
    plain = image.convert("RGBA" if has_alpha else "RGB")
    if profile and image.mode in {"RGB", "RGBA"}:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            plain = ImageCms.profileToProfile(plain, source, ImageCms.createProfile("sRGB"))
        except (ImageCms.PyCMSError, OSError):  # the latter where the profile is none at all
            logger.info("A picture's colour profile could not be read; its pixels are kept as they are")
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    return clean


class UploadField(forms.FileField):
    """A form's upload: examined while the form is, so that its fault stands beside the field.

    The cleaned value is an `Examined`, ready for `keep`.
    """

    def __init__(self, *, kinds: Iterable[str] = DOCUMENTS | IMAGES, **options):
        self.kinds = frozenset(kinds)
        super().__init__(**options)
        self.widget.attrs["accept"] = ",".join(
            f".{extension}" for code in KINDS if code in self.kinds for extension in KINDS[code].extensions
        )

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if not upload or upload is initial:
            return upload
        try:
            return examine(upload, kinds=self.kinds)
        except Refused as fault:
            raise ValidationError(str(fault), code="refused") from fault


# --- Keeping --------------------------------------------------------------------------------------


class Attachment(Scoped):
    """One kept file. `needs` is the permission that, held at its place, opens it on /files/."""

    PERSONAL = frozenset({"original_name"})

    id = models.UUIDField("编号", primary_key=True, default=uuid4, editable=False)
    original_name = models.CharField("文件名", max_length=120)
    kind = models.CharField(
        "类型", max_length=10, choices=[(kind.code, kind.label) for kind in KINDS.values()]
    )
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验和", max_length=64, help_text="存储内容的 SHA-256。")
    needs = models.CharField("查看所需权限", max_length=40, blank=True)
    is_sealed = models.BooleanField("加密存储", default=False)
    is_public_image = models.BooleanField("公开图片", default=False)
    expires_at = models.DateTimeField("到期时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="attachment_expiring",
                condition=models.Q(expires_at__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="attachment_public_only_as_a_picture_in_clear",
                condition=models.Q(is_public_image=False)
                | models.Q(kind__in=sorted(IMAGES), is_sealed=False, expires_at=None),
                violation_error_message="只有未加密、长期保存的图片可以公开。",
            )
        ]

    def __str__(self):
        return f"附件 {self.pk}"

    def get_absolute_url(self):
        return reverse("file", args=[self.pk])

    @property
    def path(self) -> Path:
        return _path(self.pk)

    @property
    def content_type(self) -> str:
        return KINDS[self.kind].content_type

    @property
    def is_image(self) -> bool:
        return self.kind in IMAGES

    def read(self) -> bytes:
        """The file's bytes, unsealed. Raises Refused if it is gone, and CannotUnseal if it was changed."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            raise Refused("文件已不在存储中，请联系管理员。") from None
        return unseal_bytes(data, field="file", owner=self.pk) if self.is_sealed else data


def _path(key: UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / key.hex[:2] / key.hex


def store(
    upload: File,
    *,
    by: User,
    region,
    organization=None,
    kinds: Iterable[str] = DOCUMENTS | IMAGES,
    needs: str = "",
    sealed: bool = False,
    public_image: bool = False,
    expires_at: datetime | None = None,
) -> Attachment:
    """Examine an upload and keep it. The permission to upload is the caller's to check, the audit too.

    Raises Refused as `examine` does, or if the disk is nearly full.
    """
    return keep(
        examine(upload, kinds=kinds),
        by=by,
        region=region,
        organization=organization,
        needs=needs,
        sealed=sealed,
        public_image=public_image,
        expires_at=expires_at,
    )


def made(data: bytes, name: str, kind: str) -> Examined:
    """A file that the portal made itself (a returned workbook, a PDF), for `keep`."""
    return Examined(data, KINDS[kind], safe_name(name, KINDS[kind]))


def keep(
    examined: Examined,
    *,
    by: User,
    region,
    organization=None,
    needs: str = "",
    sealed: bool = False,
    public_image: bool = False,
    expires_at: datetime | None = None,
) -> Attachment:
    """Write the bytes, then the row: a crash between leaves a file that `purge` takes away.

    Raises Refused if the disk is nearly full.
    """
    key = uuid4()
    data = seal_bytes(examined.data, field="file", owner=key) if sealed else examined.data
    _require_room(len(data))
    _write(_path(key), data)
    attachment = Attachment(
        id=key,
        original_name=examined.name,
        kind=examined.kind.code,
        size=len(examined.data),
        sha256=hashlib.sha256(data).hexdigest(),
        region=region,
        organization=organization,
        created_by=by,
        needs=needs,
        is_sealed=sealed,
        is_public_image=public_image,
        expires_at=expires_at,
    )
    attachment.full_clean()
    attachment.save(force_insert=True)
    return attachment


def _require_room(size: int) -> None:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    disk = shutil.disk_usage(folder)
    if disk.free - size < min(disk.total * 0.05, 2_000 * MEGABYTE):
        raise Refused("存储空间不足，暂不能上传，请联系管理员。")


def _write(path: Path, data: bytes) -> None:
    """All of the bytes under their name, or nothing: written aside, synced, renamed, folder synced."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.part")
    try:
        with open(aside, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(attachment: Attachment) -> None:
    """Take away the row and, once that is certain, the file."""
    path = attachment.path
    attachment.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def purge(at: datetime) -> int:
    """Take away what has expired by `at`, and files a day old that have no row; returns how many."""
    gone = 0
    for attachment in Attachment.objects.filter(expires_at__lte=at).order_by("expires_at", "pk").iterator():
        try:
            with transaction.atomic():
                remove(attachment)
            gone += 1
        except (ProtectedError, RestrictedError):
            logger.warning("Attachment %s has expired, but a record still holds it", attachment.pk)
    return gone + _purge_orphans(at)


def _purge_orphans(at: datetime) -> int:
    old = [
        path
        for path in Path(settings.MEDIA_ROOT).glob("[0-9a-f][0-9a-f]/*")
        if path.stat().st_mtime < (at - ORPHAN_AGE).timestamp()
    ]
    gone = 0
    for start in range(0, len(old), 1000):
        batch = {path.name.strip(".").removesuffix(".part"): path for path in old[start : start + 1000]}
        names = [name for name in batch if re.fullmatch(r"[0-9a-f]{32}", name)]
        rows = Attachment.objects.filter(pk__in=[UUID(name) for name in names])
        kept = {key.hex for key in rows.values_list("pk", flat=True)}
        for name in names:
            if name not in kept or batch[name].name.startswith("."):
                batch[name].unlink(missing_ok=True)
                gone += 1
    return gone


# --- Handing out ----------------------------------------------------------------------------------


def respond(attachment: Attachment) -> HttpResponse:
    """The file as an answer: a download, pictures inline; nothing in it runs, nothing is guessed."""
    if attachment.is_sealed:
        answer = HttpResponse(attachment.read(), content_type=attachment.content_type)
    else:
        try:
            answer = FileResponse(attachment.path.open("rb"), content_type=attachment.content_type)
        except FileNotFoundError:
            raise Http404 from None
        answer["Content-Length"] = attachment.size
    answer["Content-Disposition"] = content_disposition_header(
        not attachment.is_image, attachment.original_name
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    answer["Cache-Control"] = (
        "public, max-age=86400, immutable" if attachment.is_public_image else "private, no-store"
    )
    return answer


def may_read(user, attachment: Attachment) -> bool:
    """The rule of /files/: public pictures for all; else the uploader and who holds `needs` there.

    Sealed files are never had there: the page of the app that made them checks and records.
    """
    if attachment.is_public_image:
        return True
    if attachment.is_sealed or not user.is_authenticated:
        return False
    if attachment.created_by_id == user.pk:
        return True
    return bool(attachment.needs) and may(user, attachment.needs, attachment)


def serve(
    request, pk: UUID, *, rule: Callable[[User, Attachment], bool] = may_read, at: datetime | None = None
) -> HttpResponse:
    """The file if `rule` lets this person read it; otherwise, or once it has expired, it is not there."""
    attachment = Attachment.objects.select_related("region").filter(pk=pk).first()
    if attachment is None or not rule(request.user, attachment):
        raise Http404
    if attachment.expires_at and attachment.expires_at <= (at or timezone.now()):
        raise Http404
    return respond(attachment)


@login_not_required
@require_safe
def file(request, pk: UUID):
    return serve(request, pk)
