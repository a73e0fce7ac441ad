"""Files written in the background, with a manifest: tables in the bureau's order of columns, transcripts."""

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from portal import audit, files
from portal.accounts import User, require
from portal.jobs import enqueue
from portal.neutral_cells import neutral
from portal.notices import notify
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits.actions.reference import DATA
from youth_credits.actions.transcripts import class_transcripts
from youth_credits.models import Export, Student
from youth_credits.queries import export_rows

KEPT_FOR = timedelta(days=30)
AT_ONCE = 2_000


@transaction.atomic
def ask_export(
    school: Organization,
    *,
    kind: str,
    school_year: int,
    key: uuid.UUID,
    by: User,
    place: tuple[int, int] | None = None,
) -> Export:
    """Promise an export, that of transcripts for a class (grade and number); the same key again is the same
    one. It is written down before anything is read.
    """
    require(by, Perm.CREDIT_VIEW, school)
    known = Export.objects.filter(uuid=key).first()
    if known:
        return known
    made = Export(
        uuid=key,
        kind=kind,
        school_year=school_year,
        grade=place[0] if place else None,
        class_number=place[1] if place else None,
        organization=school,
        region=school.region,
        created_by=by,
    )
    made.full_clean(validate_constraints=False)
    made.save()
    audit.record(
        made, "ask_export", by=by, changes={"kind": [None, kind], "school_year": [None, school_year]}
    )
    enqueue("credit_export", key=str(made.uuid), payload={"export": made.pk, "school": school.pk}, by=by)
    return made


def columns_of(kind: str) -> list[tuple[str, str]]:
    """Header and field of each column, in the order in which the bureau takes them."""
    return [tuple(pair) for pair in json.loads((DATA / "export_columns.json").read_text("utf-8"))[kind]]


@transaction.atomic
def write_export(made: Export, *, progress=lambda *a, **k: None) -> None:
    """Write the file, count and digest it. A second run changes nothing. Under the school's scope.

    Raises PermissionDenied if whoever asked may no longer read the school's credits.
    """
    if made.made_at:
        return
    require(made.created_by, Perm.CREDIT_VIEW, made.organization)  # who asked may have left the post since
    now = timezone.now()
    is_papers = made.kind == Export.Kind.PAPERS
    data, rows = _papers(made, now, progress) if is_papers else _table(made, progress)
    file = files.keep(
        files.made(data, made.file_name, "pdf" if is_papers else "csv"),
        by=made.created_by,
        region=made.region,
        organization=made.organization,
        sealed=True,
        expires_at=now + KEPT_FOR,
    )
    digest = hashlib.sha256(data).hexdigest()
    Export.objects.filter(pk=made.pk, made_at=None).update(rows=rows, sha256=digest, made_at=now, file=file)
    audit.exported(f"youth_credits.{made.kind}", rows, by=made.created_by, note=f"SHA-256 {digest}")
    notify(
        [made.created_by],
        f"{made.file_name} 已生成，共 {rows:,} {'人' if is_papers else '行'}。",
        link="/desk/credits/exports/",
    )


def _papers(made: Export, at: datetime, progress) -> tuple[bytes, int]:
    students = (
        Student.objects.active()
        .filter(school=made.organization, grade=made.grade, class_number=made.class_number)
        .select_related("school__region")
        .order_by("pk")
    )
    return class_transcripts(students, by=made.created_by, at=at, progress=progress)


def _table(made: Export, progress) -> tuple[bytes, int]:
    target = io.BytesIO()
    target.write("\ufeff".encode())
    rows = -1  # the line of headers is none
    for piece in _pieces(made):
        target.write(piece.encode())
        rows += piece.count("\r\n")
        progress(rows, note="正在写入")
    return target.getvalue(), rows


def _pieces(made: Export) -> Iterator[str]:
    """The table as text, some thousand rows at a time."""
    columns = columns_of(made.kind)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([header for header, _ in columns])
    for number, row in enumerate(export_rows(made), start=1):
        writer.writerow([_cell(row[name]) for _, name in columns])
        if number % AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _cell(value) -> str:
    """One line, and nothing that a spreadsheet would run or spoil."""
    return neutral(" ".join(str("" if value is None else value).split()))
