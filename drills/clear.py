"""A thousand children come in by sheets; then their numbers are looked for in all that the portal wrote."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from drills.stage import Stage, within
from portal.embedded import connect
from portal.identifiers import is_synthetic_student_number

CHILDREN = 1_000
PIECE = 1 << 24

# Run as management commands on the stage's data.
PREPARE = """
from pathlib import Path
from bench.credit_import import children, put_in_force, workbook
from portal.accounts import Grant, User
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.sheets import Column, Page, write_workbook
from youth_credits import sheets
region = Region.objects.districts()[0]
school = Organization.objects.create(name="演练学校（示例）", kind="school", region=region)
put_in_force(school)
clerk = User.objects.create(username="drill", name="演练（示例）")
Grant.objects.create(user=clerk, role=Role.SCHOOL, organization=school)
roll = children({children}, "440305")
folder = Path("{folder}")
lines = [(number, name, 5, 1) for number, name in roll]
columns = [Column(header=header) for header in sheets.ROLL_HEADERS[:4]]
write_workbook(folder / "roll.xlsx", [Page(name="名册", columns=columns, rows=lines)])
workbook(folder / "credits.xlsx", roll)
(folder / "numbers").write_text("\\n".join(number for number, _ in roll))
"""
UPLOAD = """
import uuid
from pathlib import Path
from portal import files
from portal.accounts import User
from portal.organizations import Organization
from portal.scope import scope
from youth_credits import actions
school, clerk = Organization.objects.get(name="演练学校（示例）"), User.objects.get(username="drill")
with scope(f"school:{{school.pk}}"):
    made = files.made(Path("{folder}/{kind}.xlsx").read_bytes(), "drill.xlsx", "xlsx")
    actions.upload(made, kind="{kind}", school=school, key=uuid.uuid4(), by=clerk)
"""
DECIDE = """
from portal.accounts import User
from portal.organizations import Organization
from portal.scope import scope
from youth_credits import actions
from youth_credits.models import Batch
school, clerk = Organization.objects.get(name="演练学校（示例）"), User.objects.get(username="drill")
with scope(f"school:{school.pk}"):
    batch = Batch.objects.select_related("organization__region", "created_by").latest("pk")
    if batch.status == "checked":
        actions.keep(batch, only_good=True, by=clerk)
    print("STATE", batch.status, batch.rows_new)
"""
# Every row of every table as text: what is compressed in its file is not so here.
DUMP = """
from pathlib import Path
from django.db import connection
from portal.scope import scope
with scope("steward"), connection.cursor() as cursor, Path("{folder}/dump").open("w") as out:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    for (name,) in cursor.fetchall():
        cursor.execute(f"SELECT t::text FROM {{connection.ops.quote_name(name)}} t")
        out.writelines(row + "\\n" for (row,) in cursor)
"""


def clear() -> str:
    """Every file under the data folder, the write-ahead log and Redis included, and a dump (TRUST E2)."""
    with Stage() as stage, tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        stage.manage("reference_data")
        stage.shell(PREPARE.format(children=CHILDREN, folder=folder))
        kept = [_kept(stage, folder, kind) for kind in ("roll", "credits")]
        numbers = (folder / "numbers").read_text(encoding="utf-8").split()
        if len(numbers) != CHILDREN or not all(is_synthetic_student_number(number) for number in numbers):
            raise RuntimeError("the children's numbers are none")
        with connect(stage.owner_url()) as owner:
            owner.execute("CREATE TABLE drill_seen (number text)")
            owner.execute("GRANT SELECT ON drill_seen TO portal_web")
            owner.execute("INSERT INTO drill_seen VALUES (%s)", [numbers[0]])
        stage.shell(DUMP.format(folder=folder))
        wanted = re.compile("|".join(number[1:] for number in numbers).encode())
        hits = {path: found for path in _files(stage.folder) if (found := _in(path, wanted))}
        places = {str(path.relative_to(stage.folder)) for path in hits}
        in_dump = _in(folder / "dump", wanted)
        size = sum(path.stat().st_size for path in _files(stage.folder)) >> 20
    # The one number put down in clear must be found: in the log, in its table's file or the dump.
    planted = {numbers[0][1:].encode()}
    if in_dump != planted or not hits:
        raise RuntimeError(f"the search finds nothing or too much: {len(in_dump)} in the dump, {places}")
    if any(found != planted for found in hits.values()):
        raise RuntimeError(f"children's numbers stand in clear in {places}")
    return (
        f"{CHILDREN:,} children by a roll and {kept[1]:,} credits: 0 of their numbers in {size:,} MB of files"
        f" (database, write-ahead log, Redis, media, logs) and in a dump; one put down in clear was found in"
        f" {len(hits)} files and the dump."
    )


def _kept(stage: Stage, folder: Path, kind: str) -> int:
    """Upload a sheet, keep it as its school would, and wait for it; the rows kept."""
    stage.shell(UPLOAD.format(folder=folder, kind=kind))
    said: list[str] = []

    def is_kept() -> bool:
        said[:] = stage.shell(DECIDE).partition("STATE")[2].split()
        return said[0] == "kept"

    if not within(300, is_kept):
        raise RuntimeError(f"the sheet was not kept: {said}")
    return int(said[1])


def _files(folder: Path) -> Iterator[Path]:
    """Every ordinary file under a folder that is still there."""
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _in(path: Path, wanted: re.Pattern) -> set[bytes]:
    """What of the wanted stands in a file, read piece by piece with an overlap."""
    found: set[bytes] = set()
    try:
        with path.open("rb") as file:
            tail = b""
            while piece := file.read(PIECE):
                found.update(wanted.findall(tail + piece))
                tail = piece[-64:]
    except FileNotFoundError:  # the server took it away meanwhile
        pass
    return found
