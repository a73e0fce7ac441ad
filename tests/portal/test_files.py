import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
import xlwt
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from portal import files, tasks
from portal.encryption import CannotUnseal
from portal.errors import Refused
from portal.files import (
    DOCUMENTS,
    IMAGES,
    KINDS,
    SHEETS,
    Attachment,
    UploadField,
    examine,
    keep,
    made,
    purge,
    redraw,
    remove,
    respond,
    safe_name,
    serve,
    sniff,
    store,
)
from portal.roles import Perm, Role
from tests.factories import RegionFactory, UserFactory

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def picture(kind="JPEG", size=(40, 30), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode != "RGBA" else (255, 0, 0, 90)).save(out, kind, **options)
    return out.getvalue()


def archive(*names, first=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made_archive:
        if first:
            made_archive.writestr("mimetype", first)
        for name in names:
            made_archive.writestr(name, "<x/>")
    return out.getvalue()


def old_workbook():
    out = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("学生").write(0, 0, "姓名")
    book.save(out)
    return out.getvalue()


def upload(data, name):
    return SimpleUploadedFile(name, data)


REAL = {
    "pdf": PDF,
    "docx": archive("[Content_Types].xml", "word/document.xml"),
    "xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "pptx": archive("[Content_Types].xml", "ppt/presentation.xml"),
    "ods": archive("content.xml", first=KINDS["ods"].content_type),
    "xls": old_workbook(),
    "zip": archive("说明.txt"),
    "jpg": picture("JPEG"),
    "png": picture("PNG"),
    "webp": picture("WEBP"),
    "csv": "姓名,学籍号\n张三,L440303201201010001\n".encode("gb18030"),
    "txt": "\ufeff说明\r\n第二行\t完".encode(),
}


@pytest.fixture
def clerk(district):
    return UserFactory(holding=(Role.DISTRICT, district))


@pytest.fixture
def kept(clerk, district):
    """Keeps some bytes as a file of the clerk's district."""

    def keep_one(data=PDF, name="名单.pdf", **options):
        return store(upload(data, name), by=clerk, region=district, kinds=KINDS, **options)

    return keep_one


# --- What a file is


@pytest.mark.parametrize("code", REAL)
def test_a_file_is_known_by_its_content(code):
    assert sniff(REAL[code], f"x.{code}").code == code


def test_every_kind_has_a_sample_here():
    assert REAL.keys() == KINDS.keys()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "网页或 SVG"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><svg/>", "网页或 SVG"),
        (b"\n<!DOCTYPE html><html></html>", "网页或 SVG"),
        ("<html>".encode("utf-16"), "网页或 SVG"),
        (b"<table><tr><td>1</td></tr></table>", "网页或 SVG"),
        (b"MZ\x90\x00\x03\x00\x00", "无法识别"),
        (b"\x7fELF\x02\x01\x01\x00", "无法识别"),
        (b"GIF89a\x01\x00\x01\x00", "无法识别"),
        (b"\x00" * 50, "无法识别"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "设有密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "旧版 Office"),
        (archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "含有宏"),
        (archive(*(f"{number}.txt" for number in range(2_001))), "解压后过大"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_with_what_to_do(data, sentence):
    with pytest.raises(Refused, match=sentence):
        sniff(data, "x.xlsx")


def test_an_archive_that_claims_to_unpack_to_more_than_100_mb_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"\0" * (101 * 1024 * 1024))

    with pytest.raises(Refused, match="解压后过大"):
        sniff(out.getvalue(), "x.xlsx")


# --- What is let in


def test_a_renamed_file_is_refused_and_says_what_it_is():
    with pytest.raises(Refused, match=r"扩展名是 \.xlsx，内容却是“PDF 文档”"):
        examine(upload(PDF, "学生.xlsx"), kinds=SHEETS)
    with pytest.raises(Refused, match=r"扩展名是 \.exe，内容却是“PDF 文档”"):
        examine(upload(PDF, "x.exe"), kinds=DOCUMENTS)


def test_a_picture_with_another_pictures_extension_is_kept_under_the_right_one():
    assert examine(upload(REAL["png"], "海报.jpg"), kinds=IMAGES).name == "海报.png"


def test_a_kind_that_is_not_asked_for_is_refused_and_the_others_are_named():
    with pytest.raises(Refused, match="此处不能上传PDF 文档，可以上传：jpg、png、webp"):
        examine(upload(PDF, "x.pdf"), kinds=IMAGES)


def test_an_empty_and_a_too_large_file_are_refused(monkeypatch):
    with pytest.raises(Refused, match="空的"):
        examine(upload(b"", "x.pdf"), kinds=DOCUMENTS)

    monkeypatch.setattr(files, "MAX_BYTES", 1024 * 1024)
    with pytest.raises(Refused, match="不能超过 1 MB"):
        examine(upload(PDF + b" " * 1024 * 1024, "x.pdf"), kinds=DOCUMENTS)


def test_a_size_that_lies_does_not_let_more_in(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    liar = upload(PDF + b" " * 1000, "x.pdf")
    liar.size = 10

    with pytest.raises(Refused, match="不能超过"):
        examine(liar, kinds=DOCUMENTS)


NAMES = [
    "../../etc/passwd",
    "..\\..\\windows\\system32\\cmd.exe",
    "/etc/passwd",
    "C:\\boot.ini",
    "....//....//x",
    "..%2f..%2fx",
    "a/../../b.pdf",
    "\x00.pdf",
    "x.pdf\x00.png",
    "‮fdp.exe",
    ".htaccess",
    "..",
    ".",
    "",
    "CON",
    "a" * 5_000,
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_that_tries_to_be_a_path_is_only_a_name(name, settings, clerk, district):
    shown = safe_name(name, KINDS["pdf"])

    assert shown.endswith(".pdf")
    assert len(shown) <= 120
    assert not set(shown) & set('/\\\x00\u202e<>:"|?*%')
    assert not shown.startswith(".")
    attachment = keep(made(PDF, name, "pdf"), by=clerk, region=district)
    assert attachment.path.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())
    assert attachment.path.name == attachment.pk.hex


# --- Pictures


def test_a_picture_loses_the_place_and_device_it_was_taken_with(kept):
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 32.0, 41.0)})
    data = picture(exif=exif, comment=b"secret place")
    assert b"PhoneMaker" in data

    attachment = kept(data, "照片.jpg")

    saved = attachment.read()
    assert b"PhoneMaker" not in saved
    assert b"secret" not in saved
    with Image.open(io.BytesIO(saved)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_text_chunks_of_a_png_are_left_out_and_its_transparency_stays():
    info = PngInfo()
    info.add_text("Location", "22.5N 114.0E")
    data = redraw(picture("PNG", mode="RGBA", pnginfo=info), KINDS["png"])

    assert b"Location" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((0, 0)) == (255, 0, 0, 90)


def test_a_picture_lying_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    with Image.open(io.BytesIO(redraw(picture(size=(40, 30), exif=exif), KINDS["jpg"]))) as image:
        assert image.size == (30, 40)


def test_a_large_picture_is_scaled_down():
    with Image.open(io.BytesIO(redraw(picture(size=(4000, 2000)), KINDS["jpg"]))) as image:
        assert image.size == (2560, 1280)


@pytest.mark.parametrize("size", [(8000, 5001), (65_000, 2_800)])
def test_a_picture_of_more_than_forty_million_pixels_is_refused_unread(size):
    data = picture("PNG", size=size, mode="L")

    with pytest.raises(Refused, match="4000 万像素"):
        redraw(data, KINDS["png"])


@pytest.mark.parametrize("code", sorted(IMAGES))
def test_a_broken_picture_is_refused(code):
    data = REAL[code]

    for length in (16, len(data) // 2):
        with pytest.raises(Refused, match="图片已损坏"):
            redraw(data[:length], KINDS[code])


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "P"), ("PNG", "L"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "1")]
)
def test_pictures_of_every_colour_mode_are_kept(kind, mode):
    out = io.BytesIO()
    Image.new(mode, (10, 10)).save(out, kind)
    code = {"PNG": "png", "JPEG": "jpg"}[kind]

    with Image.open(io.BytesIO(redraw(out.getvalue(), KINDS[code]))) as image:
        assert image.mode == "RGB"


# --- Keeping


def test_a_kept_file_has_its_facts_and_its_bytes(kept, clerk, district):
    attachment = kept(needs=Perm.RETURN_VIEW)

    attachment.refresh_from_db()
    assert (attachment.original_name, attachment.kind, attachment.size) == ("名单.pdf", "pdf", len(PDF))
    assert (attachment.created_by, attachment.region) == (clerk, district)
    assert attachment.read() == PDF
    assert attachment.path.stat().st_mode & 0o777 == 0o600
    assert str(attachment) == f"附件 {attachment.pk}"


def test_a_sealed_file_cannot_be_read_on_the_disk(kept):
    attachment = kept("张三,L440303201201010001".encode(), "名单.csv", sealed=True)

    on_disk = attachment.path.read_bytes()
    assert "张三".encode() not in on_disk
    assert b"440303" not in on_disk
    assert attachment.read() == "张三,L440303201201010001".encode()


def test_a_sealed_file_put_in_anothers_place_cannot_be_read(kept):
    one, other = kept(sealed=True), kept(sealed=True)
    other.path.write_bytes(one.path.read_bytes())

    with pytest.raises(CannotUnseal):
        other.read()


def test_a_write_that_fails_leaves_neither_row_nor_file(kept, settings, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        kept()

    assert not Attachment.objects.exists()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_a_nearly_full_disk_refuses_early(kept, monkeypatch):
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: SimpleNamespace(total=1_000_000, free=40_000))

    with pytest.raises(Refused, match="存储空间不足"):
        kept()


def test_a_file_that_is_gone_says_so(kept):
    attachment = kept()
    attachment.path.unlink()

    with pytest.raises(Refused, match="不在存储中"):
        attachment.read()


def test_removing_takes_the_file_only_once_the_row_is_gone_for_good(kept, django_capture_on_commit_callbacks):
    attachment = kept()
    path = attachment.path

    with django_capture_on_commit_callbacks(execute=True):
        remove(attachment)
        assert path.exists()

    assert not path.exists()


def test_only_a_plain_lasting_picture_can_be_public(kept):
    attachment = kept(REAL["png"], "海报.png", public_image=True)

    for wrong in ({"kind": "pdf"}, {"is_sealed": True}, {"expires_at": NOON}):
        with pytest.raises(IntegrityError, match="attachment_public_only"), transaction.atomic():
            Attachment.objects.filter(pk=attachment.pk).update(**wrong)


def scan(data, name):
    if name == "fails.pdf":
        raise ConnectionError("clamd is away")
    return "Eicar" if b"EICAR" in data else ""


def test_a_scanner_that_is_set_decides(settings):
    settings.FILE_SCANNER = "tests.portal.test_files.scan"

    assert examine(upload(PDF, "x.pdf"), kinds=DOCUMENTS).data == PDF
    with pytest.raises(Refused, match="未通过安全扫描"):
        examine(upload(PDF + b"EICAR", "x.pdf"), kinds=DOCUMENTS)
    with pytest.raises(Refused, match="扫描暂不可用"):
        examine(upload(PDF, "fails.pdf"), kinds=DOCUMENTS)


# --- Forms


class PosterForm(forms.Form):
    poster = UploadField(label="海报", kinds=IMAGES, required=False)


def test_a_form_says_beside_the_field_what_is_wrong_with_a_file():
    form = PosterForm(files={"poster": upload(PDF, "x.pdf")})

    assert form.errors == {"poster": ["此处不能上传PDF 文档，可以上传：jpg、png、webp。"]}
    assert 'accept=".jpg,.jpeg,.png,.webp"' in str(PosterForm()["poster"])


def test_a_form_gives_a_file_ready_to_keep(clerk, district):
    form = PosterForm(files={"poster": upload(REAL["png"], "海报.png")})
    assert form.is_valid()

    attachment = keep(form.cleaned_data["poster"], by=clerk, region=district)

    assert attachment.original_name == "海报.png"
    assert PosterForm(files={}).is_valid()


# --- Purging


def test_what_has_expired_is_taken_away(kept, django_capture_on_commit_callbacks):
    lasting, later = kept(), kept(expires_at=NOON + timedelta(seconds=1))
    expired = kept(expires_at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        assert purge(NOON) == 1

    assert set(Attachment.objects.all()) == {lasting, later}
    assert not expired.path.exists()
    assert lasting.path.exists()


def test_the_daily_upkeep_takes_away_what_has_expired(kept, django_capture_on_commit_callbacks):
    expired = kept(expires_at=NOON)

    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(NOON):
        tasks.upkeep(None)

    assert not Attachment.objects.exists()
    assert not expired.path.exists()


def test_files_without_a_row_go_after_a_day(kept):
    attachment = kept()
    orphan, fresh = (attachment.path.with_name(letter * 32) for letter in "ab")
    part = attachment.path.with_name(f".{'c' * 32}.part")
    for path in (orphan, fresh, part, attachment.path):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    os.utime(fresh, (NOON.timestamp() - 60, NOON.timestamp() - 60))

    assert purge(NOON) == 2

    assert {path.name for path in attachment.path.parent.iterdir()} == {attachment.path.name, fresh.name}


# --- Handing out


def test_a_download_runs_nothing_and_says_nothing_but_its_kind(kept):
    answer = respond(kept())

    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E5%90%8D%E5%8D%95.pdf"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content) == PDF


@pytest.mark.parametrize("code", sorted(KINDS))
def test_nothing_is_shown_inline_but_pictures(code, clerk, district):
    attachment = keep(made(REAL[code], f"x.{code}", code), by=clerk, region=district)

    assert respond(attachment)["Content-Disposition"].startswith("inline" if code in IMAGES else "attachment")


def test_a_sealed_file_is_handed_out_in_clear(kept):
    assert respond(kept(sealed=True)).content == PDF


def get(user, attachment, **options):
    request = SimpleNamespace(user=user)
    return serve(request, attachment.pk, **options).status_code


def test_a_file_is_had_by_its_uploader_and_by_who_holds_the_permission_there(kept, clerk, staff, district):
    attachment = kept(needs=Perm.RETURN_VIEW)

    assert get(clerk, attachment) == 200
    assert get(staff, attachment) == 200
    for stranger in (
        UserFactory(),
        UserFactory(holding=(Role.DISTRICT, RegionFactory())),
        UserFactory(holding=(Role.EDUCATION, district)),
    ):
        with pytest.raises(Http404):
            get(stranger, attachment)


def test_a_file_without_a_permission_is_its_uploaders_alone(kept, clerk, staff):
    attachment = kept()

    assert get(clerk, attachment) == 200
    with pytest.raises(Http404):
        get(staff, attachment)


def test_a_sealed_file_is_had_through_its_own_page_only(kept, clerk):
    attachment = kept(sealed=True)

    with pytest.raises(Http404):
        get(clerk, attachment)
    assert get(clerk, attachment, rule=lambda user, file: file.created_by == user) == 200


def test_an_expired_file_is_not_there(kept, clerk):
    attachment = kept(expires_at=NOON)

    assert get(clerk, attachment, at=NOON - timedelta(seconds=1)) == 200
    with pytest.raises(Http404):
        get(clerk, attachment, at=NOON)


def test_the_address_gives_a_public_picture_to_anyone_and_nothing_else(client, kept):
    public = kept(REAL["png"], "海报.png", public_image=True)
    private = kept(REAL["png"], "照片.png")

    answer = client.get(public.get_absolute_url())

    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("public")
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.get(private.get_absolute_url()).status_code == 404
    assert client.get(reverse("file", args=["6f2b4f2e-4a8e-4c30-9a53-1f1f6d7a0001"])).status_code == 404
    assert client.post(public.get_absolute_url()).status_code == 405
