"""Every way out as a table: which code writes one, and that no cell of it runs in a spreadsheet."""

import ast
import csv
import io
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings

from portal.neutral_cells import restored
from resources.queries import open_data
from tests.portal.test_sheets import DANGEROUS, TEXTS
from youth_credits.actions import exports

ROOT = Path(django_settings.BASE_DIR)
APPS = ["portal", "resources", "talent", "outreach", "events", "youth_credits", "indicators"]
OPENERS = {"writer", "DictWriter", "Workbook", "write_csv", "write_excel", "to_csv", "to_excel"}
# Files that write a table by themselves; all others go through portal/workbook_writer.py.
WRITERS = {
    "portal/workbook_writer.py": "the portal's own, proven in test_sheets.py",
    "indicators/views/index.py": "figures and names of indicators, each text neutral",
    "resources/queries/open_data.py": "the directory, proven below",
    "youth_credits/actions/exports.py": "the bureau's columns, proven below",
}


def writes_a_table(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OPENERS


def test_no_other_file_writes_tables():
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if any(map(writes_a_table, ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == set(WRITERS)


def as_csv(cells: list[str]) -> list[str]:
    """The cells as a spreadsheet would read them back."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows([number, cell] for number, cell in enumerate(cells))
    return [row[1] for row in csv.reader(io.StringIO(target.getvalue(), newline=""))]


@pytest.mark.parametrize("cell", [open_data._cell, exports._cell], ids=["directory", "credits"])
@given(texts=TEXTS)
@settings(max_examples=60, deadline=None)
def test_no_field_of_an_export_begins_with_what_a_spreadsheet_runs(cell, texts):
    """Some ten thousand strings through each."""
    fields = as_csv([cell(text) for text in texts])

    assert not [field for field in fields if DANGEROUS.match(field) and not field.startswith("'")]
    assert [" ".join(restored(field).split()) for field in fields] == [
        " ".join(text.split()) for text in texts
    ]


@given(texts=TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_list_in_the_directory_does_not_run_either(texts):
    fields = as_csv([open_data._cell([text, "其他"]) for text in texts])

    assert not [field for field in fields if DANGEROUS.match(field) and not field.startswith("'")]
