"""50,000 rows of credits from xlsx, full validation, stored.

Ours: what `credit_keep` does with one sheet, from the sealed file to the ledger with its totals.
Peer: django-import-export in bulk mode with the same checks a row at a time, stored into the same ledger;
what the checks need of the roll and the ledger is looked up once, before the first row.
Floor: calamine reading the workbook in this process and COPY of its cells into a bare table.
The peer takes long at full size: it runs at 5,000 rows and is scaled linearly unless `--full` is given.
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
from django.db.models import Sum
from django.utils import timezone
from import_export import resources

from portal import files
from portal.accounts import Grant, User
from portal.calendar import local_today, school_year
from portal.database import as_owner
from portal.identifiers import synthetic_student_numbers
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.scope import scope
from youth_credits import actions, sheets
from youth_credits.actions import Occasion, RollRow
from youth_credits.models import Activity, Batch, Credit, Student
from youth_credits.queries import RuleBook, name_hash, number_hash
from youth_credits.rules import ZERO, earned, within_cap

ROWS = 50_000
PEER_ROWS = 5_000
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


class Lane:
    """One school with its roll; each run is taken back."""

    def __init__(self, rows: int):
        self.rows = rows
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "credits.xlsx"
        roll = children(rows // ACTIVITIES, "440305" if rows == ROWS else "440304")
        workbook(self.path, roll)
        self.school = Organization.objects.create(
            name=f"基准学校{rows}（示例）",
            kind=Organization.Kind.SCHOOL,
            region=Region.objects.districts()[0],
        )
        self.clerk = User.objects.create(username=f"bench{rows}", name="基准（示例）")
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

    def timed(self, work: Callable[[Batch], None]) -> float:
        """Seconds of one run, deferred checks and commit included; its entries are taken back after it."""
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
        self.clear(batch)
        return seconds

    def clear(self, batch: Batch) -> None:
        with self.scope():
            stored = Credit.objects.filter(batch=batch).count()
        if stored != self.rows:
            raise RuntimeError(f"{stored} of {self.rows} rows stored")
        with as_owner() as owner, owner.cursor() as cursor:
            cursor.execute(
                "TRUNCATE youth_credits_credit, youth_credits_studentyear RESTART IDENTITY CASCADE"
            )


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


class CreditResource(resources.ModelResource):
    """The same checks with django-import-export's means: a row at a time, stored in bulk."""

    class Meta:
        model = Credit
        fields = ()
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        use_transactions = True
        force_init_instance = True

    def __init__(self, batch: Batch):
        super().__init__()
        self.batch, self.school = batch, batch.organization
        self.book = RuleBook()
        self.seen: set[tuple] = set()
        self.students: dict[bytes, Student] = {}
        self.activities: dict[tuple, Activity] = {}
        self.known: set[tuple] = set()
        self.counted: dict[tuple, object] = {}

    def before_import(self, dataset, **kwargs):
        """What a good developer would look up once instead of once a row."""
        students = Student.objects.active().filter(school=self.school)
        self.students = {bytes(one.number_hash): one for one in students}
        activities = Activity.objects.filter(school=self.school)
        self.activities = {(one.rule_id, one.held_on, one.name, one.provider): one for one in activities}
        entries = Credit.objects.filter(student__in=students, reversed_at=None, reverses=None)
        self.known = set(entries.values_list("student", "activity"))
        sums = entries.values_list("student", "rule__code", "school_year").annotate(Sum("credits"))
        self.counted = {tuple(key): credits for *key, credits in sums}

    def import_instance(self, instance, row, **kwargs):
        """Every check of the staged lane that this sheet can meet, each where the peer asks it."""
        number = sheets.number_of(row["学籍号"])
        student = self.students.get(number_hash(number))
        if student is None:
            raise ValueError("本校名册中没有这个学籍号")
        if bytes(student.name_hash) != name_hash(row["姓名"]):
            raise ValueError("姓名与名册不一致")
        held_on = sheets.activity_day(row["活动日期"])
        minutes = sheets.minutes_of(row["时长（分钟）"])
        rule = self.book.find(sheets.text_of(row["类别"], "类别", is_required=True), held_on)
        if rule is None:
            raise ValueError("没有这个类别")
        activity = self._activity(Occasion(rule, held_on, row["活动名称"], row["举办单位"] or ""))
        if (student.pk, activity.pk) in self.seen:
            raise ValueError("与前一行重复")
        if (student.pk, activity.pk) in self.known:
            raise ValueError("已登记")
        self.seen.add((student.pk, activity.pk))
        self._fill(instance, student, activity, rule, minutes)

    def _activity(self, one: Occasion) -> Activity:
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

    def after_import(self, dataset, result, **kwargs):
        """No numbering of keys anew: the web role may not, and identity columns need none."""

    def _fill(self, instance, student, activity, rule, minutes) -> None:
        year = school_year(activity.held_on)
        entry = earned(self.book.rules[rule.pk], minutes)
        key = (student.pk, rule.code, year)
        before = self.counted.get(key, ZERO)
        credits = within_cap(entry.credits, cap=rule.cap_per_year, before=before)
        self.counted[key] = before + credits
        used = int(entry.minutes_used * credits / entry.credits) if entry.credits else 0
        values = {
            "student": student,
            "school": self.school,
            "batch": self.batch,
            "activity": activity,
            "rule": rule,
            "school_year": year,
            "minutes": minutes,
            "earned": entry.credits,
            "credits": credits,
            "surplus_minutes": minutes - used,
            "reason": entry.reason or ("" if credits == entry.credits else "year_cap"),
        }
        for name, value in values.items():
            setattr(instance, name, value)


def peer(path: Path) -> Callable[[Batch], None]:
    def work(batch: Batch) -> None:
        rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        dataset = tablib.Dataset(*rows[1:], headers=rows[0])
        result = CreditResource(batch).import_data(dataset, raise_errors=True)
        if result.has_errors():
            raise RuntimeError("the peer found faults in a good sheet")

    return work


# --- The run --------------------------------------------------------------------------------------


def spread(seconds: list[float]) -> float:
    return round(max(seconds) / min(seconds), 2)


def run() -> dict:
    call_command("reference_data", verbosity=0)
    lane = Lane(ROWS)
    load = [os.getloadavg()[0]]
    lane.timed(ours)  # warm
    floor(lane.path)
    our_seconds, floor_seconds = [], []
    for _ in range(RUNS):  # in turn, so that a busy machine bears on both
        floor_seconds.append(floor(lane.path))
        our_seconds.append(lane.timed(ours))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    full = bool(os.environ.get("BENCH_FULL"))
    small = lane if full else Lane(PEER_ROWS)
    peer_seconds = [small.timed(peer(small.path)) * ROWS / small.rows for _ in range(RUNS)]
    load.append(os.getloadavg()[0])
    our, bare, other = map(statistics.median, (our_seconds, floor_seconds, peer_seconds))
    return {
        "unit": "seconds",
        "ours": round(our, 2),
        "peer": round(other, 1),
        "floor": round(bare, 2),
        "times_peer": round(other / our, 1),
        "times_floor": round(our / bare, 2),
        "spread": {"ours": spread(our_seconds), "peer": spread(peer_seconds), "floor": spread(floor_seconds)},
        "runs": {
            "ours": _rounded(our_seconds),
            "peer": _rounded(peer_seconds),
            "floor": _rounded(floor_seconds),
        },
        "size": f"{ROWS:,} rows, {ROWS // ACTIVITIES:,} children",
        "peer_note": "at full size" if full else f"measured at {PEER_ROWS:,} rows and scaled linearly",
        "load": _rounded(load),  # of this machine before and after, and its cores: above them all wait
        "cores": os.cpu_count(),
        "peak_mb": round(peak),
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


def _rounded(seconds: list[float]) -> list[float]:
    return [round(one, 2) for one in seconds]
