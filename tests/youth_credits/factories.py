"""Children, batches and sheets of a school. Everything here runs under the school's own scope."""

import io
import uuid
from datetime import date, timedelta

import factory
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from outreach.models import Title
from portal import files
from portal.accounts import system_user
from portal.identifiers import synthetic_student_number
from tests.factories import OrganizationFactory
from tests.outreach.factories import TitleFactory
from youth_credits import actions
from youth_credits.actions import RollRow
from youth_credits.models import (
    Batch,
    Competition,
    ConsentText,
    Course,
    CreditRule,
    Export,
    FamilyClaim,
    Guardianship,
    Outing,
    RollOut,
    RollOver,
    SpecialCase,
    Student,
    Suspicion,
    TransferIn,
    TransferOut,
)
from youth_credits.queries import RuleBook, name_hash, number_hash
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


def in_force(school, *, grade_from: int = 5, grade_to: int = 8) -> RollOut:
    """The credit system is in force in the whole city of a school."""
    row, _ = RollOut.objects.get_or_create(
        region=school.region.parent or school.region,
        organization=None,
        grade_from=grade_from,
        starts_on=date(2020, 9, 1),
        defaults={"grade_to": grade_to, "basis": "试行通知", "created_by": system_user()},
    )
    return row


def recognise(*names: str) -> list[Competition]:
    """Put competitions on the city's list."""
    return [
        Competition.objects.get_or_create(
            name=name,
            valid_from=date(2020, 9, 1),
            defaults={"listing": Competition.Listing.CITY, "basis": "示例清单（示例）"},
        )[0]
        for name in names
    ]


class CourseFactory(factory.django.DjangoModelFactory):
    """A draft; `approved=True` for one that counts, with a title for its base."""

    class Meta:
        model = Course
        skip_postgeneration_save = True

    class Params:
        approved = factory.Trait(
            status=Course.Status.APPROVED,
            decided_at=factory.LazyFunction(timezone.now),
            valid_from=date(2024, 1, 1),
            valid_until=date(2099, 12, 31),
        )

    organization = factory.SubFactory(OrganizationFactory)
    region = factory.SelfAttribute("organization.region")
    created_by = factory.LazyFunction(system_user)
    title = factory.Sequence(lambda n: f"红树林湿地课程{n}")
    summary = "看红树，做标本。"
    minutes = 120
    practice_minutes = 90
    capacity = 45
    place = "红树林湿地"

    @factory.post_generation
    def titled(self, create, extracted, **kwargs):
        """A title from 2024 on, unless `titled=False`."""
        if extracted is not False and not Title.objects.filter(organization=self.organization).exists():
            TitleFactory(
                organization=self.organization,
                valid_from=date(2024, 1, 1),
                valid_until=date(2099, 12, 31),
            )


def enrol(school, by, *, heads: int = 3, first: int = 0, grade: int = 5, consented: bool = True) -> list:
    """Children of a school, with the numbers and names of `number` and `name`; under its scope."""
    in_force(school)
    if not ConsentText.objects.exists():
        actions.load_protection(actions.DATA / "protection.json")
    batch = BatchFactory(organization=school, created_by=by, kind=Batch.Kind.ROLL)
    rows = [
        RollRow(line, number(serial), name(serial), grade, 1, date(2025, 9, 1) if consented else None)
        for line, serial in enumerate(range(first, first + heads), start=2)
    ]
    actions.update_roll(rows, batch=batch, on=date(2025, 9, 1))
    return list(school_children(school))


def moves_of(school, by, child) -> dict:
    """A roll-over that was undone, a child asked for, and a child that is asked for elsewhere."""
    at = {"organization": school, "region": school.region, "created_by": by}
    return {
        "rollover": RollOver.objects.create(**at, school_year=2024, undone_at=timezone.now(), undone_by=by),
        "transferin": TransferIn.objects.create(
            **at,
            number_hash=number_hash(number(500 + school.pk % 400)),
            number_masked="G440***",
            name_hash=name_hash("某某"),
            name_masked="某*",
            grade=5,
            class_number=1,
            starts_on=date(2025, 9, 1),
        ),
        "transferout": TransferOut.objects.create(
            **at, student=child, to_school=OrganizationFactory(region=school.region, school=True)
        ),
    }


def odd_things_of(school, base, by, child) -> dict:
    """A course waiting to be approved, an outing to it, something odd, and less asked of a child."""
    place = {"organization": school, "region": school.region}
    at = {**place, "created_by": by}
    course = CourseFactory(
        organization=base, status=Course.Status.SUBMITTED, submitted_at=timezone.now(), titled=False
    )
    return {
        "course": course,
        "outing": Outing.objects.create(
            **at, course=course, base=base, starts_at=timezone.now() - timedelta(hours=2), heads=1
        ),
        "suspicion": Suspicion.objects.create(
            **at,
            kind=Suspicion.Kind.LONG_DAY,
            key=f"long_day:{school.pk}",
            reason="一日登记 11 小时。",
            school_year=2025,
            seen_at=timezone.now(),
        ),
        "claim": FamilyClaim.objects.create(
            **at,
            student=child,
            rule=CreditRule.objects.filter(code="A6").first(),
            name="海洋馆",
            provider="海洋馆",
            held_on=date(2025, 10, 1),
            minutes=60,
            proof=files.keep(files.made(b"%PDF-1.7", "票根.pdf", "pdf"), by=by, sealed=True, **place),
        ),
        "credit_export": Export.objects.create(**at, kind=Export.Kind.ROLL, school_year=2025),
        "special": SpecialCase.objects.create(
            **at, student=child, school_year=2025, kind=SpecialCase.Kind.ILLNESS, share="0.5", reason="病休"
        ),
    }


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
