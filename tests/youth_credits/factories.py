"""Children, batches and sheets of a school. Everything here runs under the school's own scope."""

import io
import uuid
from datetime import date

import factory
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from portal import files
from portal.identifiers import synthetic_student_number
from youth_credits import actions
from youth_credits.actions import RollRow
from youth_credits.models import Batch, Guardianship, Student
from youth_credits.queries import RuleBook
from youth_credits.sheets import CREDIT_HEADERS, ROLL_HEADERS

BORN = date(2014, 3, 1)
NAMES = ["王子涵", "李雨桐", "张浩然", "刘欣怡", "陈梓萱", "杨宇轩", "黄诗琪", "赵俊杰"]
HELD = date(2025, 10, 15)


def number(serial: int) -> str:
    return synthetic_student_number("440305", BORN, serial)


def name(serial: int) -> str:
    return NAMES[serial % len(NAMES)]


class BatchFactory(factory.django.DjangoModelFactory):
    """A checked sheet of credits, unless told otherwise."""

    class Meta:
        model = Batch

    kind = Batch.Kind.CREDITS
    status = Batch.Status.KEEPING
    region = factory.SelfAttribute("organization.region")


def enrol(school, by, *, heads: int = 3, first: int = 0, grade: int = 5, consented: bool = True) -> list:
    """Children of a school, with the numbers and names of `number` and `name`; under its scope."""
    batch = BatchFactory(organization=school, created_by=by, kind=Batch.Kind.ROLL)
    rows = [
        RollRow(line, number(serial), name(serial), grade, 1, date(2025, 9, 1) if consented else None)
        for line, serial in enumerate(range(first, first + heads), start=2)
    ]
    actions.update_roll(rows, batch=batch, on=date(2025, 9, 1))
    return list(school_children(school))


def record(
    school, by, students, *, held_on: date = HELD, minutes: int = 120, title: str = "植物标本制作"
) -> Batch:
    """One activity of these children in the ledger, waiting to be verified; under the school's scope."""
    rule = RuleBook().find("A1", held_on)
    occasion = actions.Occasion(rule, held_on, title)
    return actions.record_class(occasion, students, minutes=minutes, school=school, key=uuid.uuid4(), by=by)


def bind(guardian, student) -> Guardianship:
    """A guardian's account and a child; under the school's scope."""
    return Guardianship.objects.create(guardian=guardian, student=student, school_id=student.school_id)


def school_children(school):
    return Student.objects.filter(school=school).order_by("pk")


def row(serial: int = 0, **cells) -> dict:
    """One good row of a credit sheet; cells by header."""
    return {
        "学籍号": number(serial),
        "姓名": name(serial),
        "活动名称": "植物标本制作",
        "类别": "A1",
        "活动日期": HELD,
        "时长（分钟）": 90,
        **cells,
    }


def workbook(rows, headers=None) -> bytes:
    """An xlsx of rows given by header."""
    headers = headers or CREDIT_HEADERS
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("学分")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, headers)
        for line, cells in enumerate(rows, start=1):
            for at, header in enumerate(headers):
                value = cells.get(header)
                if isinstance(value, date):
                    sheet.write_datetime(line, at, value, day)
                elif isinstance(value, str):
                    sheet.write_string(line, at, value)
                elif value is not None:
                    sheet.write_number(line, at, value)
    return target.getvalue()


def roll_workbook(rows) -> bytes:
    return workbook(rows, ROLL_HEADERS)


def file(data: bytes, filename: str = "学分.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(filename, data)


def examined(data: bytes, filename: str = "学分.xlsx"):
    return files.examine(file(data, filename), kinds=files.SHEETS)


def uploaded(
    school, by, data: bytes, *, kind: str = Batch.Kind.CREDITS, filename: str = "学分.xlsx"
) -> Batch:
    return actions.upload(examined(data, filename), kind=kind, school=school, key=uuid.uuid4(), by=by)
