"""50,000 rows of credits from xlsx, full validation, stored.

Ours: what `credit_keep` does with one sheet, from the sealed file to the ledger with its totals.
Peer: django-import-export in bulk mode as its documentation shows it, with the same checks a row at a time,
stored into the same ledger (docs/decisions/peer-of-the-credit-import.md). Tuned peer: the same library, with
the model's own validation replaced by look-ups of ours, made once before the first row.
Floor: calamine reading the workbook in this process and COPY of its cells into a bare table.
The peers take long at full size: they run at fewer rows and are scaled linearly unless `--full` is given.
What ours and both peers stored of one sheet is compared, entry by entry, before anything is reported.
"""

import os
import platform
import random
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import python_calamine
import tablib
import xlsxwriter
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import CharField, F, Func, Sum, Value
from django.utils import timezone
from import_export import fields, resources
from import_export.widgets import CachedForeignKeyWidget, IntegerWidget

from outreach.models import Title, TitleKind
from portal import files
from portal.accounts import Grant, User, system_user
from portal.calendar import local_today, school_year
from portal.database import as_owner
from portal.identifiers import synthetic_student_numbers
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.scope import scope
from youth_credits import actions, sheets
from youth_credits.actions import Occasion, RollRow
from youth_credits.models import Activity, Batch, Course, Credit, RollOut, Student
from youth_credits.queries import RuleBook, name_hash, number_hash
from youth_credits.rules import ZERO, earned, within_cap

ROWS = 50_000
PEER_ROWS = 2_000
TUNED_ROWS = 5_000
RUNS = 5
ACTIVITIES = 20
NAMES = ["王子涵", "李雨桐", "张浩然", "刘欣怡", "陈梓萱", "杨宇轩", "黄诗琪", "赵俊杰"]
KINDS = ["A1", "A9", "A3", "A4", "A5", "A6"]


def children(count: int, county: str) -> list[tuple[str, str]]:
    rng = random.Random(7)
    births = [(county, date(2013, 1, 1) + timedelta(days=rng.randrange(1400))) for _ in range(count)]
    return [(number, rng.choice(NAMES)) for number in synthetic_student_numbers(births)]


def workbook(path: Path, roll: list[tuple[str, str]]) -> None:
    """Each child with twenty activities of last school year, as a school would fill the template."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("学分")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, sheets.CREDIT_HEADERS[:7])
        line = 1
        for turn in range(ACTIVITIES):
            kind = KINDS[turn % len(KINDS)]
            held = datetime(2025, 9, 3) + timedelta(days=7 * turn)  # noqa: DTZ001  a cell has no zone
            for number, name in roll:
                sheet.write_string(line, 0, number)
                sheet.write_string(line, 1, name)
                sheet.write_string(line, 2, f"科学活动第{turn + 1}期（示例）")
                sheet.write_string(line, 3, kind)
                sheet.write_datetime(line, 4, held, day)
                sheet.write_number(line, 5, 60 + 15 * (turn % 5))
                if kind in ("A5", "A6", "A9"):
                    sheet.write_string(line, 6, "深圳科学技术馆（示例）")
                line += 1


def put_in_force(school: Organization) -> None:
    """Every row of the sheet counts: the credit system is in force at the school, the courses approved."""
    RollOut.objects.get_or_create(
        region=school.region,
        grade_from=5,
        starts_on=date(2018, 9, 1),
        defaults={"grade_to": 8, "basis": "示例数据", "created_by": system_user()},
    )
    _offer_courses()


def _offer_courses() -> None:
    """The sheet's courses: approved, at a base with a title."""
    base, is_new = Organization.objects.get_or_create(
        name="深圳科学技术馆（示例）",
        region=Region.objects.city(),
        defaults={"kind": Organization.Kind.VENUE, "source": "示例数据"},
    )
    if not is_new:
        return
    by, valid = system_user(), {"valid_from": date(2020, 1, 1), "valid_until": date(2099, 12, 31)}
    kind, _ = TitleKind.objects.get_or_create(
        code="base",
        defaults={"name": "科普基地", "level": "city", "years_valid": 5, "basis": "示例数据"},
    )
    at = {"organization": base, "region": base.region, "created_by": by}
    Title.objects.create(**at, **valid, kind=kind, category="venue", number="基准-001")
    for turn in range(ACTIVITIES):
        Course.objects.create(
            **at,
            **valid,
            title=f"科学活动第{turn + 1}期（示例）",
            summary="示例数据",
            minutes=120,
            practice_minutes=90,
            place="示例",
            status=Course.Status.APPROVED,
            decided_at=timezone.now(),
        )


# Names instead of keys: the tables are emptied between two runs.
STORED = """
SELECT md5(string_agg(e::text, ',' ORDER BY student_id, held_on, name)) FROM (
    SELECT c.student_id, a.held_on, a.name, a.provider, a.course, c.school_id, c.rule_id, c.school_year,
        c.starts_at, c.ends_at, c.minutes, c.earned, c.credits, c.surplus_minutes, c.reason, c.award,
        c.certificate, c.recorder_id, c.reverses_id
    FROM youth_credits_credit c JOIN youth_credits_activity a ON a.id = c.activity_id
    WHERE c.batch_id = %s
) e
"""


EMPTY = """
TRUNCATE youth_credits_credit, youth_credits_occasionclaim, youth_credits_courseclaim,
    youth_credits_certificateclaim, youth_credits_studentyear RESTART IDENTITY CASCADE
"""


class Lane:
    """One school with its roll; each run is taken back, and must have stored what the first one stored."""

    def __init__(self, rows: int, county: str):
        self.rows = rows
        self.stored = ""
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "credits.xlsx"
        roll = children(rows // ACTIVITIES, county)
        workbook(self.path, roll)
        self.school = Organization.objects.create(
            name=f"基准学校{rows}-{county}（示例）",
            kind=Organization.Kind.SCHOOL,
            region=Region.objects.districts()[0],
        )
        put_in_force(self.school)
        self.clerk = User.objects.create(username=f"bench{rows}-{county}", name="基准（示例）")
        Grant.objects.create(user=self.clerk, role=Role.SCHOOL, organization=self.school)
        with self.scope():
            batch = self.batch(Batch.Kind.ROLL)
            entries = [RollRow(2, number, name, 5, 1) for number, name in roll]
            actions.update_roll(entries, batch=batch, on=date(2025, 9, 1))
        with as_owner() as owner, owner.cursor() as cursor:
            cursor.execute("ANALYZE")

    def scope(self):
        return scope(f"school:{self.school.pk}")

    def batch(self, kind: str = Batch.Kind.CREDITS) -> Batch:
        return Batch.objects.create(
            uuid=uuid.uuid4(),
            kind=kind,
            status=Batch.Status.KEEPING,
            region=self.school.region,
            organization=self.school,
            created_by=self.clerk,
        )

    def timed(self, work: Callable[[Batch], None], *, keep_others: bool = False) -> float:
        """Seconds of one run, deferred checks and commit included; its entries are taken away after it, and
        with them whatever else the ledger holds unless `keep_others`.
        """
        with self.scope():
            batch = self.batch()
            kept = files.keep(
                files.made(self.path.read_bytes(), "credits.xlsx", "xlsx"),
                by=self.clerk,
                region=self.school.region,
                sealed=True,
                expires_at=timezone.now() + timedelta(days=1),
            )
            Batch.objects.filter(pk=batch.pk).update(file=kept)
        began = time.perf_counter()
        with self.scope():
            work(
                Batch.objects.select_related("organization__region", "region", "created_by", "file").get(
                    pk=batch.pk
                )
            )
        seconds = time.perf_counter() - began
        self.clear(batch, keep_others=keep_others)
        return seconds

    def clear(self, batch: Batch, *, keep_others: bool) -> None:
        with self.scope(), connection.cursor() as cursor:
            stored = Credit.objects.filter(batch=batch).count()
            cursor.execute(STORED, [batch.pk])
            entries = cursor.fetchone()[0]
        if stored != self.rows or entries != (self.stored or entries):
            raise RuntimeError(f"{stored} of {self.rows} rows stored, or other entries than before")
        self.stored = entries
        if keep_others:
            with self.scope():
                actions.reverse(batch, note="基准", by=self.clerk)
            return
        with as_owner() as owner, owner.cursor() as cursor:
            cursor.execute(EMPTY)


def ours(batch: Batch) -> None:
    sheets.keep_credits(batch)


# --- The floor ------------------------------------------------------------------------------------


BARE = """
DROP TABLE IF EXISTS bench_bare;
CREATE TABLE bench_bare
    (number text, name text, activity text, kind text, held date, minutes float, provider text);
GRANT INSERT ON bench_bare TO "{role}"
"""


def floor(path: Path) -> float:
    """Seconds to read the workbook and COPY its cells into a bare table."""
    with as_owner() as owner, owner.cursor() as cursor:
        cursor.execute(BARE.format(role=settings.WEB_ROLE))
    connection.ensure_connection()
    began = time.perf_counter()
    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy("COPY bench_bare FROM STDIN") as copy,
    ):
        for row in rows[1:]:
            copy.write_row(row)
    return time.perf_counter() - began


# --- The peer -------------------------------------------------------------------------------------


class Bulk:
    """What the documentation of bulk imports names for speed."""

    model = Credit
    fields = ()
    use_bulk = True
    batch_size = 1000
    skip_diff = True
    skip_html_diff = True
    use_transactions = True
    force_init_instance = True


class CreditResource(resources.ModelResource):
    """What both peers share: the rules, the caps, and rows that stand twice in the sheet."""

    class Meta(Bulk):
        abstract = True

    def __init__(self, batch: Batch):
        super().__init__()
        self.batch, self.school = batch, batch.organization
        self.book = RuleBook()
        self.seen: set[tuple] = set()
        self.counted: dict[tuple, object] = {}

    def before_import(self, dataset, **kwargs):
        """What the ledger counts already, asked once."""
        sums = self.entries().values_list("student", "rule__code", "school_year").annotate(Sum("credits"))
        self.counted = {tuple(key): credits for *key, credits in sums}

    def entries(self):
        return Credit.objects.standing().filter(student__school=self.school)

    def occasion(self, row) -> Occasion:
        held_on = sheets.activity_day(row["活动日期"])
        rule = self.book.find(sheets.text_of(row["类别"], "类别", is_required=True), held_on)
        if rule is None:
            raise ValueError("没有这个类别")
        return Occasion(rule, held_on, row["活动名称"], row["举办单位"] or "")

    def fill(self, instance, student: Student, activity: Activity, minutes: int) -> None:
        """The entry with its credits under the cap of the year."""
        if (student.pk, activity.pk) in self.seen:
            raise ValueError("与前一行重复")
        self.seen.add((student.pk, activity.pk))
        rule, year = self.book.rules[activity.rule_id], school_year(activity.held_on)
        entry = earned(rule, minutes)
        key = (student.pk, rule.code, year)
        before = self.counted.get(key, ZERO)
        credits = within_cap(entry.credits, cap=rule.cap, before=before)
        self.counted[key] = before + credits
        used = int(entry.minutes_used * credits / entry.credits) if entry.credits else 0
        values = {
            "student": student,
            "school": self.school,
            "batch": self.batch,
            "activity": activity,
            "rule_id": activity.rule_id,
            "recorder": self.batch.created_by,
            "source": Credit.Source.WORKBOOK,
            "school_year": year,
            "minutes": minutes,
            "earned": entry.credits,
            "credits": credits,
            "surplus_minutes": minutes - used,
            "reason": entry.reason or ("" if credits == entry.credits else "year_cap"),
        }
        for name, value in values.items():
            setattr(instance, name, value)

    def after_import(self, dataset, result, **kwargs):
        """No numbering of keys anew: the web role may not, and identity columns need none."""


class StudentWidget(CachedForeignKeyWidget):
    """A child of the roll by its number; the widget keeps the roll after the first row."""

    def __init__(self, school: Organization):
        super().__init__(Student, field="number_hex")
        self.school = school

    def get_queryset(self, value, row, *args, **kwargs):
        digest = Func(F("number_hash"), Value("hex"), function="encode", output_field=CharField())
        return Student.objects.active().filter(school=self.school).annotate(number_hex=digest)

    def clean(self, value, row=None, **kwargs):
        student = super().clean(number_hash(sheets.number_of(value)).hex(), row, **kwargs)
        if bytes(student.name_hash) != name_hash(row["姓名"]):
            raise ValueError("姓名与名册不一致")
        return student


class DocumentedResource(CreditResource):
    """The documentation's means: a cached widget, relations got or created before each row, and an instance
    loader that finds what is there already; the cached one takes a single column, an entry is known by two.
    """

    class Meta(Bulk):
        fields = ("student", "activity")
        force_init_instance = False
        import_id_fields = ("student", "activity")

    def __init__(self, batch: Batch):
        super().__init__(batch)
        self.fields["student"] = fields.Field("student", "学籍号", widget=StudentWidget(self.school))
        self.fields["activity"] = fields.Field("activity_id", "活动名称", widget=IntegerWidget())

    def get_queryset(self):
        return self.entries()

    def before_import_row(self, row, **kwargs):
        one = self.occasion(row)
        self.held, _ = Activity.objects.get_or_create(
            school=self.school,
            rule=one.rule,
            held_on=one.held_on,
            name=one.name,
            provider=one.provider,
            defaults={"course": one.course},
        )
        row["活动名称"] = self.held.pk

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return instance.pk is not None

    def import_instance(self, instance, row, **kwargs):
        if instance.pk is None:
            student = self.fields["student"].clean(row)
            self.fill(instance, student, self.held, sheets.minutes_of(row["时长（分钟）"]))


class TunedResource(CreditResource):
    """Roll, activities and ledger in dictionaries of ours; the library hands over rows and stores them."""

    class Meta(Bulk):
        pass

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        students = Student.objects.active().filter(school=self.school)
        self.students = {bytes(one.number_hash): one for one in students}
        activities = Activity.objects.filter(school=self.school)
        self.activities = {(one.rule_id, one.held_on, one.name, one.provider): one for one in activities}
        self.known = set(self.entries().values_list("student", "activity"))

    def import_instance(self, instance, row, **kwargs):
        student = self.students.get(number_hash(sheets.number_of(row["学籍号"])))
        if student is None:
            raise ValueError("本校名册中没有这个学籍号")
        if bytes(student.name_hash) != name_hash(row["姓名"]):
            raise ValueError("姓名与名册不一致")
        minutes = sheets.minutes_of(row["时长（分钟）"])
        activity = self.find_activity(self.occasion(row))
        if (student.pk, activity.pk) in self.known:
            raise ValueError("已登记")
        self.fill(instance, student, activity, minutes)

    def find_activity(self, one: Occasion) -> Activity:
        key = (one.rule.pk, one.held_on, one.name, one.provider)
        if key not in self.activities:
            self.activities[key] = Activity.objects.create(
                school=self.school,
                rule=one.rule,
                held_on=one.held_on,
                name=one.name,
                provider=one.provider,
                course=one.course,
            )
        return self.activities[key]


def peer(path: Path, resource: type[CreditResource]) -> Callable[[Batch], None]:
    def work(batch: Batch) -> None:
        rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        dataset = tablib.Dataset(*rows[1:], headers=rows[0])
        result = resource(batch).import_data(dataset, raise_errors=True)
        if result.has_errors() or result.has_validation_errors():
            raise RuntimeError("the peer found faults in a good sheet")

    return work


# --- The run --------------------------------------------------------------------------------------


def spread(seconds: list[float]) -> float:
    return round(max(seconds) / min(seconds), 2)


def run() -> dict:
    call_command("reference_data", verbosity=0)
    lane = Lane(ROWS, "440305")
    load = [os.getloadavg()[0]]
    lane.timed(ours)  # warm
    floor(lane.path)
    runs: dict[str, list[float]] = {"ours": [], "peer": [], "peer_tuned": [], "floor": []}
    for _ in range(RUNS):  # in turn, so that a busy machine bears on both
        runs["floor"].append(floor(lane.path))
        runs["ours"].append(lane.timed(ours))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    full = bool(os.environ.get("BENCH_FULL"))
    for name, library, rows, county in (
        ("peer", DocumentedResource, PEER_ROWS, "440306"),
        ("peer_tuned", TunedResource, TUNED_ROWS, "440304"),
    ):
        its_lane = lane if full else Lane(rows, county)
        its_lane.timed(ours)  # what it stores is what the peer has to store
        work = peer(its_lane.path, library)
        runs[name] = [its_lane.timed(work) * ROWS / its_lane.rows for _ in range(RUNS)]
    load.append(os.getloadavg()[0])
    median = {name: statistics.median(seconds) for name, seconds in runs.items()}
    scaled = f"peer at {PEER_ROWS:,} rows, tuned peer at {TUNED_ROWS:,}, scaled linearly to {ROWS:,}"
    return {
        "unit": "seconds",
        **{name: round(seconds, 2) for name, seconds in median.items()},
        "times_peer": round(median["peer"] / median["ours"], 1),
        "times_peer_tuned": round(median["peer_tuned"] / median["ours"], 1),
        "times_floor": round(median["ours"] / median["floor"], 2),
        "spread": {name: spread(seconds) for name, seconds in runs.items()},
        "runs": {name: _rounded(seconds) for name, seconds in runs.items()},
        "size": f"{ROWS:,} rows, {ROWS // ACTIVITIES:,} children",
        "peer_note": "at full size" if full else scaled,
        "load": _rounded(load),  # of this machine before and after, and its cores: above them all wait
        "cores": os.cpu_count(),
        "peak_mb": round(peak),
        "server": _server_settings(),
        "versions": {
            "python": platform.python_version(),
            "postgresql": connection.pg_version,
            **{
                name: version(name)
                for name in ("django", "psycopg", "python-calamine", "django-import-export")
            },
        },
        "at": local_today().isoformat(),
    }


def _server_settings() -> dict[str, str]:
    """What bears on writing: a throwaway cluster may not wait for its disk."""
    names = ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", [names])
        return dict(cursor.fetchall())


def _rounded(seconds: list[float]) -> list[float]:
    return [round(one, 2) for one in seconds]
