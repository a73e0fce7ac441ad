"""What a check of a sheet hands back: the first faults for the page, the workbook with all of them."""

import io
import json

from django.utils import timezone

from portal.encryption import seal, unseal
from portal.files import made
from portal.identifiers import mask_student_number
from portal.sheets import (
    Fault,
    Table,
    write_faults,
)
from youth_credits.models import Batch
from youth_credits.sheets.cells import (
    NUMBER,
)

FAULTS_SHOWN = 50


def told(table: Table) -> set[tuple[int, str]]:
    """Cells that the reading itself found faulty, such as a number made into 4.40E+17: said once."""
    return {(fault.line, fault.column) for fault in table.faults}


def report(batch: Batch, table: Table, faults: list[Fault]) -> dict:
    """The first faults, sealed, for the page; and the whole workbook back, with an 错误 column."""
    if not faults:
        return {"faults": None, "returned": None}
    faults.sort(key=lambda fault: fault.line)
    shown = [[f.line, f.column, f.value, f.reason, f.remedy] for f in faults[:FAULTS_SHOWN]]
    target = io.BytesIO()
    write_faults(table, faults, target)
    name = f"{batch.get_kind_display()}-错误清单-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    return {
        "faults": seal(json.dumps(shown, ensure_ascii=False), field="batch.faults", owner=batch.uuid),
        "returned": made(target.getvalue(), name, "xlsx"),
    }


def first_faults(batch: Batch) -> list[Fault]:
    """The first faults of a batch, for its page; numbers masked."""
    if batch.faults_sealed is None:
        return []
    rows = json.loads(unseal(batch.faults_sealed, field="batch.faults", owner=batch.uuid))
    return [
        Fault(line, column, mask_student_number(value) if column == NUMBER else value, reason, remedy)
        for line, column, value, reason, remedy in rows
    ]
