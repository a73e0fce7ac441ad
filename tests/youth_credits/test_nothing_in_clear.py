"""Some hundred children come in by real sheets; then their names and numbers are looked for everywhere."""

import io
import json
import logging
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from redis import Redis

from portal.identifiers import synthetic_student_number
from portal.jobs import enqueue
from portal.notices import notify
from portal.scope import scope
from tests.youth_credits.factories import in_force, roll_workbook, row, uploaded, workbook
from youth_credits import actions
from youth_credits.models import Batch, Credit, Student

HEADS = 400
BASE = "/desk/credits/"
# Twenty characters a side give four hundred names that no other text of the portal holds.
FIRST = "芃芾苒荇荻莳菡萁葭蒹蓁蔻薇蘅翀翊翎翙翮翾"
LAST = "珩珏琚琛琮瑄瑀瑭璇璟旻昉昕晗晟晖晞暄暻曦"
NAMES = [f"欧阳{first}{last}" for first in FIRST for last in LAST][:HEADS]
NUMBERS = [synthetic_student_number("440305", date(2014, 3, 1), serial) for serial in range(HEADS)]
SECRETS = NAMES + [part for number in NUMBERS for part in (number, number[1:])]


def found_in(text: str) -> list[str]:
    """Which of the children's names and numbers stand in a text, also as hexadecimal bytes or JSON."""
    low = text.lower()
    return [
        secret
        for secret in SECRETS
        if secret in text
        or secret.encode().hex() in low
        or (not secret.isascii() and json.dumps(secret)[1:-1] in low)
    ]


def tables() -> dict[str, str]:
    """Every row of every table as text."""
    with scope("steward"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        kept = {}
        for name in names:
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {quoted} t")
            kept[name] = cursor.fetchone()[0]
    return kept


def files(folder: Path) -> dict[str, str]:
    """Every file by its name and what is in it; an archive's entries unpacked."""
    kept = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if zipfile.is_zipfile(io.BytesIO(data)):
                archive = zipfile.ZipFile(io.BytesIO(data))
                data += b"".join(archive.read(name) for name in archive.namelist())
            kept[f"file {path.name}"] = data.decode("utf-8", "replace")
    return kept


def redis_values() -> dict[str, str]:
    """Every key and value of the cache and, where it is another database, of the queue."""
    if not django_settings.REDIS_URL:
        return {}
    kept = {}
    for address in {django_settings.CACHES["default"]["LOCATION"], django_settings.CELERY_BROKER_URL}:
        with Redis.from_url(address) as client:
            for key in client.scan_iter():
                value = client.dump(key) if client.type(key) != b"string" else client.get(key)
                kept[f"redis {key!r}"] = (key + b" " + (value or b"")).decode("utf-8", "replace")
    return kept


def everything(caplog, *folders: Path) -> dict[str, str]:
    kept = tables() | redis_values() | {"log": caplog.text}
    for folder in folders:
        kept |= files(folder)
    return kept


@pytest.fixture
def folders(settings, tmp_path) -> list[Path]:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return [Path(settings.MEDIA_ROOT), settings.DATA_DIR]


@pytest.fixture
def keep(school, school_clerk, run_jobs):
    def keep(data: bytes, kind: str) -> Batch:
        with scope(f"school:{school.pk}"):
            batch = uploaded(school, school_clerk, data, kind=kind)
        run_jobs()
        with scope(f"school:{school.pk}"):
            batch.refresh_from_db()
            actions.keep(batch, only_good=True, by=school_clerk)
        run_jobs()
        with scope(f"school:{school.pk}"):
            batch.refresh_from_db()
        return batch

    return keep


@pytest.fixture
def imported(rules, school, keep, signed_in, school_clerk, caplog, folders):
    """A roll, a sheet of credits with a fault, two searches, and a child shown whole."""
    caplog.set_level(logging.DEBUG)
    with scope(f"school:{school.pk}"):
        in_force(school)
    roll = [
        {"学籍号": number, "姓名": name, "年级": "五年级", "班级": 1, "监护人同意日期": date(2025, 9, 1)}
        for number, name in zip(NUMBERS, NAMES, strict=True)
    ]
    keep(roll_workbook(roll), Batch.Kind.ROLL)
    rows = [row(学籍号=number, 姓名=name) for number, name in zip(NUMBERS, NAMES, strict=True)]
    rows[7]["姓名"] = NAMES[8]  # a fault: the returned sheet names two children
    batch = keep(workbook(rows), Batch.Kind.CREDITS)
    client = signed_in(school_clerk, factor=True)
    client.post(f"{BASE}students/", {"sought": NUMBERS[0]})
    client.post(f"{BASE}students/", {"sought": NAMES[1]})
    with scope(f"school:{school.pk}"):
        child = Student.objects.get(school=school, number_masked__startswith="G")
    shown = client.post(f"{BASE}students/{child.uuid}/whole/", {"reason": "家长核对"})
    assert NUMBERS[0] in shown.text
    with scope(f"school:{school.pk}"):
        assert (Student.objects.count(), Credit.objects.count()) == (HEADS, HEADS - 1)
        assert batch.rows_faulty == 1
    return folders


def test_no_name_and_no_number_stands_anywhere_in_clear(imported, caplog):
    kept = everything(caplog, *imported)

    assert {place: found_in(text)[:3] for place, text in kept.items() if found_in(text)} == {}
    assert len(kept) > 100
    assert [place for place in kept if place.startswith("file ")], "the uploaded sheets were looked at"


def test_what_is_in_clear_would_be_found(imported, caplog, school_clerk):
    """The control: one child planted in each kind of place."""
    media, data = imported
    notify([school_clerk], NAMES[3])
    enqueue("nothing", key="x", payload={"name": NAMES[4]})
    with scope("steward"):
        Batch.objects.update(faults_sealed=NUMBERS[5].encode())
    cache.set("planted", NAMES[6])
    logging.getLogger("portal").warning("Child %s", NUMBERS[7])
    (media / "left.xlsx").write_bytes(workbook([row(学籍号=NUMBERS[8], 姓名=NAMES[8])]))
    (data / "left.txt").write_text(NAMES[9], encoding="utf-8")

    found = {secret for text in everything(caplog, *imported).values() for secret in found_in(text)}

    planted = {NAMES[3], NAMES[4], NUMBERS[5], NAMES[6], NUMBERS[7], NAMES[8], NUMBERS[8], NAMES[9]}
    assert planted <= found
