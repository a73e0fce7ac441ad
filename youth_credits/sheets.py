"""The two staged sheets of a school: credits and the roll. Read fast, check as sets, keep in one statement.

A row's cells are read here, column by column what they mean; what only the ledger knows is found by
`actions.weigh`. Every fault is a row, a column, a value, a reason and a remedy. What a cell means is
remembered, since columns repeat themselves: 50,000 rows have a few dozen dates, activities and worths.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from portal.calendar import local_today
from portal.encryption import seal, unseal
from portal.files import made
from portal.identifiers import check_student_number, clean_text, mask_student_number
from portal.organizations import Organization
from portal.sheets import (
    Column,
    Fault,
    Page,
    Table,
    as_text,
    read_by_pieces,
    read_table,
    template,
    write_faults,
    write_workbook,
)
from youth_credits import actions
from youth_credits.actions import Occasion, Outcome, RollRow
from youth_credits.forms import EARLIEST, MOST_MINUTES_A_DAY, begins
from youth_credits.models import Batch, CreditRule, Grade, Student
from youth_credits.queries import RuleBook, name_hash, normal_name, number_hash

FAULTS_SHOWN = 50
MOST_MINUTES = 30_000  # of a club's whole term
EXCEL_EPOCH = date(1899, 12, 30)

NUMBER, NAME, ACTIVITY, KIND, DAY, MINUTES = "学籍号", "姓名", "活动名称", "类别", "活动日期", "时长（分钟）"
PROVIDER, START, AWARD, GRANTED, CERTIFICATE = "举办单位", "开始时间", "获奖等级", "认定学分", "证书编号"
GRADE, CLASS, CONSENT = "年级", "班级", "监护人同意日期"

CREDIT_HEADERS = [NUMBER, NAME, ACTIVITY, KIND, DAY, MINUTES, PROVIDER, START, AWARD, GRANTED, CERTIFICATE]
CREDIT_OPTIONAL = {PROVIDER, START, AWARD, GRANTED, CERTIFICATE}
ROLL_HEADERS = [NUMBER, NAME, GRADE, CLASS, CONSENT]
ROLL_OPTIONAL = {CONSENT}

# One sentence, whatever is known elsewhere: a school never learns that a child exists at another.
CLASH = "该学籍号暂不能登记"
CLASH_REMEDY = "请核对；确属转入本校的学生，请向区教育行政部门申请办理转学"


class CellFault(ValueError):
    """What is wrong with a cell, and how to mend it."""

    def __init__(self, reason: str, remedy: str):
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


# --- Cells ----------------------------------------------------------------------------------------


def day_of(value) -> date:
    """A day from a date, a text (2026-09-01, 2026/9/1, 2026年9月1日, 20260901), or Excel's count of days.

    Raises CellFault.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int) and 36_526 <= value <= 73_050:
        return EXCEL_EPOCH + timedelta(days=value)
    text = as_text(value).strip()
    digits = text.translate(str.maketrans("年月/.", "----")).rstrip("日")
    if digits.isdigit() and len(digits) == 8:
        digits = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        year, month, day = (int(part) for part in digits.split("-"))
        return date(year, month, day)
    except ValueError:
        raise CellFault("日期无法识别或不存在", "请按 2026-09-01 的格式填写") from None


def activity_day(value) -> date:
    """A day on which an activity can have been. Raises CellFault."""
    if value is None:
        raise CellFault("没有填写活动日期", "请补填")
    day = day_of(value)
    if day > local_today():
        raise CellFault("活动日期晚于今天", "请在活动举办之后填报")
    if day < EARLIEST:
        raise CellFault("活动日期过早", "请核对年份")
    return day


def minutes_of(value) -> int:
    """Raises CellFault unless it is a whole number of minutes from 1 to 30,000."""
    text = as_text(value).removesuffix("分钟").strip()
    try:
        number = Decimal(text)
        whole = int(number)
    except (InvalidOperation, ValueError, OverflowError):
        raise CellFault("时长不是数字" if text else "没有填写时长", "请填整数分钟，例如 90") from None
    if whole != number or not 1 <= whole <= MOST_MINUTES:
        raise CellFault("时长不是 1 至 30,000 之间的整数", "请填整数分钟，例如 90")
    return whole


def time_of(value) -> time | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.time()
    parts = as_text(value).replace("：", ":").split(":")
    try:
        return time(*(int(part) for part in parts[:2]))
    except (ValueError, TypeError):
        raise CellFault("开始时间无法识别", "请按 14:30 的格式填写") from None


def granted_of(value) -> Decimal | None:
    if value is None:
        return None
    try:
        number = Decimal(as_text(value))
    except InvalidOperation:
        raise CellFault("认定学分不是数字", "请填 2 至 4 之间的数") from None
    if not number.is_finite() or not 0 <= number <= 100:
        raise CellFault("认定学分不在范围内", "请填 2 至 4 之间的数")
    return number


def text_of(value, header: str, *, most: int = 100, is_required: bool = False) -> str:
    text = clean_text(as_text(value))
    if is_required and not text:
        raise CellFault(f"没有填写{header}", "请补填")
    if len(text) > most:
        raise CellFault(f"{header}超过 {most} 个字", "请缩短")
    return text


def number_of(value) -> str:
    try:
        return check_student_number(as_text(value))
    except ValueError as fault:
        reason, _, remedy = str(fault).rstrip("。").partition("，")
        raise CellFault(reason, remedy or "请核对") from None


def name_of(value) -> str:
    return normal_name(text_of(value, NAME, most=30, is_required=True))


# --- Reading credits ------------------------------------------------------------------------------


class _Remembered(dict):
    """What a key of cells means, or the faults it has; worked out once."""

    def __init__(self, meaning: Callable):
        super().__init__()
        self.meaning = meaning

    def __missing__(self, key):
        result = self.meaning(*key)
        self[key] = result
        return result


def _told(table: Table) -> set[tuple[int, str]]:
    """Cells that the reading itself found faulty, such as a number made into 4.40E+17: said once."""
    return {(fault.line, fault.column) for fault in table.faults}


class _Roll:
    """A school's children, read once, to be found by keyed hashes of number and name."""

    def __init__(self, school: Organization, book: RuleBook):
        self.rules = book.sets[0] if book.sets else None
        columns = ("number_hash", "pk", "grade", "name_hash", "class_number", "number_masked")
        students = Student.objects.active().filter(school=school).order_by("pk").values_list(*columns)
        self.known = {bytes(digest): rest for digest, *rest in students}

    def find(self, number, name) -> tuple[int | None, list[tuple[str, CellFault]]]:
        """A student's id, or the faults of the two cells."""
        try:
            digest = number_hash(number_of(number))
        except CellFault as fault:
            return None, [(NUMBER, fault)]
        if digest not in self.known:
            remedy = self._alike(name) or "请核对，或先导入学生名册"
            return None, [(NUMBER, CellFault("本校名册中没有这个学籍号", remedy))]
        student, grade, name_known, _, _ = self.known[digest]
        faults = []
        try:
            if name_hash(name_of(name)) != bytes(name_known):
                faults.append((NAME, CellFault("姓名与名册不一致", "请核对学籍号和姓名")))
        except CellFault as fault:
            faults.append((NAME, fault))
        rules = self.rules
        if rules and not rules.grade_from <= grade <= rules.grade_to:
            first, last = Grade(rules.grade_from).label, Grade(rules.grade_to).label
            faults.append(
                (NUMBER, CellFault("该学生的年级不在实施范围", f"学分制在{first}至{last}实施，请删除此行"))
            )
        return student, faults

    @cached_property
    def _by_name(self) -> dict[bytes, list[tuple]]:
        by_name: dict[bytes, list[tuple]] = {}
        for _, grade, name, class_number, masked in self.known.values():
            by_name.setdefault(bytes(name), []).append((grade, class_number, masked))
        return by_name

    def _alike(self, name) -> str:
        """For a number that is not in the roll: the one child of the same name, masked."""
        text = clean_text(as_text(name))
        alike = self._by_name.get(name_hash(text), ()) if text else ()
        if len(alike) != 1:
            return ""
        [(grade, class_number, masked)] = alike
        return f"本校{Grade(grade).label}{class_number}班有同名学生 {masked}，请核对学籍号"


class CreditSheet:
    """One sheet of credits: its rows become staged entries while it is read; every fault in them is noted."""

    def __init__(self, school: Organization):
        self.school = school
        self.table = Table(headers=CREDIT_HEADERS)
        self.book = RuleBook()
        self.roll = _Roll(school, self.book)
        self.faults: list[Fault] = []
        self.told: set[tuple[int, str]] = set()
        self.occasions: list[Occasion] = []
        self.numbers: dict[Occasion, int] = {}
        self.found: actions.Weighed | None = None

    # Cells that belong together, each combination read once.

    def _occasion(self, activity, kind, day, provider) -> tuple:
        """The number of an occasion, or the faults of the four cells."""
        faults, cells = [], {}
        for header, value, read in (
            (ACTIVITY, activity, lambda value: text_of(value, ACTIVITY, is_required=True)),
            (KIND, kind, lambda value: text_of(value, KIND, most=40, is_required=True)),
            (DAY, day, activity_day),
            (PROVIDER, provider, lambda value: text_of(value, PROVIDER)),
        ):
            try:
                cells[header] = read(value)
            except CellFault as fault:
                faults.append((header, fault))
        rule = None
        if KIND in cells and DAY in cells:
            rule = self.book.find("".join(cells[KIND].upper().split()), cells[DAY])
            if rule is None:
                faults.append((KIND, self._no_rule(cells[DAY])))
        if faults:
            return None, faults
        one = Occasion(rule, cells[DAY], cells[ACTIVITY], cells[PROVIDER])
        number = self.numbers.setdefault(one, len(self.occasions))
        if number == len(self.occasions):
            self.occasions.append(one)
        return number, ()

    def _no_rule(self, day: date) -> CellFault:
        rules = self.book.set_on(day)
        if rules is None:
            return CellFault("活动当日没有生效的学分规则", "请核对活动日期")
        known = "、".join(rule.code for rule in rules.rules.all())
        return CellFault("没有这个类别", f"可填：{known}，或类别名称")

    def _worth(self, number, minutes, award, granted) -> tuple:
        """The worth of an entry for COPY, or the faults of the three cells."""
        faults, cells = [], {}
        for header, value, read in (
            (MINUTES, minutes, minutes_of),
            (AWARD, award, lambda value: text_of(value, AWARD, most=12)),
            (GRANTED, granted, granted_of),
        ):
            try:
                cells[header] = read(value)
            except CellFault as fault:
                faults.append((header, fault))
        if faults or number is None:
            return "", faults
        rule = self.book.rules[self.occasions[number].rule.pk]
        if rule.method == CreditRule.Method.MINUTES and cells[MINUTES] > MOST_MINUTES_A_DAY:
            return "", [(MINUTES, CellFault("时长超过一天", "请按活动实际时长填写，不超过 1,440 分钟"))]
        award = cells[AWARD] if rule.method == CreditRule.Method.AWARD else ""
        try:
            worth = actions.worth_of(rule, cells[MINUTES], award=award, granted=cells[GRANTED])
        except ValueError as fault:
            header = AWARD if rule.method == CreditRule.Method.AWARD else GRANTED
            return "", [(header, CellFault(str(fault).rstrip("。"), "请补填或改正"))]
        return worth, ()

    def _rest(self, number, start, minutes, certificate) -> tuple:
        """Certificate and times for COPY, or the faults of the cells."""
        faults, when, text = [], actions.ANY_TIME, ""
        rule = self.occasions[number].rule if number is not None else None
        try:
            at = time_of(start)
            if at and rule:
                when = actions.when_of(begins(self.occasions[number].held_on, at), minutes_of(minutes))
        except CellFault as fault:
            faults.append((START, fault))
        try:
            text = text_of(
                certificate, CERTIFICATE, most=60, is_required=bool(rule and rule.needs_certificate)
            )
        except CellFault as fault:
            faults.append((CERTIFICATE, fault))
        return (text.replace("\\", "\\\\"), when), faults

    def check(self, source) -> Outcome:
        """Every row read and weighed; under the school's scope, and its lock where the outcome is kept.

        Raises SheetRefused.
        """
        with transaction.atomic():  # a file refused in the middle leaves nothing staged
            self.found = actions.weigh(self.school, self.occasions, self._entries(source))
        self.faults[:0] = self.table.faults
        self._add_set_faults()
        outcome = Outcome(read=len(self.table), new=self.found.new, same=self.found.same)
        outcome.uncounted = self.found.uncounted
        outcome.faulty = outcome.read - outcome.new - outcome.same
        outcome.notes = list(self.table.notes)
        return outcome

    def _entries(self, source) -> Iterator[str]:
        """The good rows for COPY, as they arrive."""
        people = _Remembered(self.roll.find)
        occasions = _Remembered(self._occasion)
        worths = _Remembered(self._worth)
        rests = _Remembered(self._rest)
        plain = (("", actions.ANY_TIME), ())
        for table, first in read_by_pieces(source, expect=CREDIT_HEADERS, optional=CREDIT_OPTIONAL):
            self.table = table
            self.told = _told(table)
            distrusted = {line for line, _ in self.told}
            entries = []
            for line, row in table.numbered(first):
                number, name, activity, kind, day, minutes, provider, start, award, granted, certificate = row
                student, faults = people[number, name]
                occasion, faults1 = occasions[activity, kind, day, provider]
                worth, faults2 = worths[occasion, minutes, award, granted]
                if start is None and certificate is None and self._asks_nothing(occasion):
                    (text, when), faults3 = plain
                else:
                    (text, when), faults3 = rests[occasion, start, minutes, certificate]
                if faults or faults1 or faults2 or faults3:
                    self._fault(line, row, [*faults, *faults1, *faults2, *faults3])
                elif line not in distrusted:
                    entries.append(f"{line}\t{student}\t{occasion}\t{worth}\t{text}\t{when}\n")
            yield "".join(entries)

    def _asks_nothing(self, occasion: int | None) -> bool:
        return occasion is not None and not self.occasions[occasion].rule.needs_certificate

    def _fault(self, line: int, row: tuple, faults: Iterable[tuple[str, CellFault]]) -> None:
        for header, fault in faults:
            if (line, header) in self.told:
                continue
            value = as_text(row[CREDIT_HEADERS.index(header)])
            self.faults.append(Fault(line, header, value[:100], fault.reason, fault.remedy))

    def _add_set_faults(self) -> None:
        if not self.found.faults:
            return
        row_of = dict(self.table.numbered())
        for one in self.found.faults:
            header, reason, remedy = SET_FAULTS[one.kind]
            value = as_text(row_of[one.line][CREDIT_HEADERS.index(header)])
            reason = reason.format(one.other)
            self.faults.append(Fault(one.line, header, value[:100], reason, remedy))


SET_FAULTS = {
    "double": (ACTIVITY, "与第 {} 行重复", "请删除其中一行"),
    "certificate": (CERTIFICATE, "证书编号与第 {} 行相同", "每份证书只能登记一次，请核对"),
    "certificate_known": (CERTIFICATE, "证书编号此前已登记", "每份证书只能登记一次，请核对"),
    "overlap": (START, "与第 {} 行的时间重叠", "请核对开始时间和时长"),
    "overlap_known": (START, "与已登记的活动时间重叠", "请核对开始时间和时长"),
}


# --- Batches --------------------------------------------------------------------------------------


def check_credits(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check an uploaded sheet of credits; nothing is kept, the person decides.

    Raises SheetRefused.
    """
    progress(0, note="正在读取并核对")
    sheet = CreditSheet(batch.organization)
    with transaction.atomic():
        outcome = sheet.check(batch.file.read())
        transaction.set_rollback(True)
    actions.note_checked(batch, outcome, **_report(batch, sheet.table, sheet.faults))
    progress(outcome.read, outcome.read, "已检查")


def keep_credits(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check again, and keep in the same transaction what was decided to be kept.

    Raises SheetRefused.
    """
    progress(0, note="正在读取、核对并写入")
    actions.lock_ledger(batch.organization)  # before the roll is read: what is found is what is kept
    sheet = CreditSheet(batch.organization)
    outcome = sheet.check(batch.file.read())
    report = _report(batch, sheet.table, sheet.faults)
    if outcome.faulty and not batch.only_good:
        outcome.notes.append("与检查时相比出现了新的错误，没有导入任何行，请重新确认。")
        actions.hold(batch, outcome, **report)
    else:
        actions.store(batch, outcome, **report)
    progress(outcome.read, outcome.read, "已完成")


def _report(batch: Batch, table: Table, faults: list[Fault]) -> dict:
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


# --- The roll -------------------------------------------------------------------------------------

GRADES = {label: number for number, label in Grade.choices}
GRADES |= {label.removesuffix("年级"): number for label, number in list(GRADES.items())}
GRADES |= {"初一": 7, "初二": 8, "初三": 9, "七": 7}


def grade_of(value) -> int:
    text = as_text(value).strip()
    digits = text.removesuffix("年级")
    if digits.isdigit() and 1 <= int(digits) <= 9:
        return int(digits)
    if text not in GRADES:
        raise CellFault("年级无法识别" if text else "没有填写年级", "请填“五年级”或数字 1 至 9")
    return GRADES[text]


def class_of(value) -> int:
    text = as_text(value).strip().strip("()（）").removesuffix("班").strip("()（）")
    if text.isdigit() and 1 <= int(text) <= 99:
        return int(text)
    raise CellFault("班级无法识别" if text else "没有填写班级", "请填数字，例如 3")


def consent_of(value) -> date | None:
    if value is None:
        return None
    day = day_of(value)
    if day > local_today():
        raise CellFault("同意日期晚于今天", "请按同意书上的日期填写")
    return day


ROLL_CELLS = (
    (NUMBER, number_of),
    (NAME, name_of),
    (GRADE, grade_of),
    (CLASS, class_of),
    (CONSENT, consent_of),
)


def read_roll(source) -> Table:
    """Raises SheetRefused."""
    return read_table(source, expect=ROLL_HEADERS, optional=ROLL_OPTIONAL)


def roll_rows(table: Table) -> tuple[list[RollRow], list[Fault]]:
    """The rows of a roll that are right, and every fault of the others."""
    rows, faults, seen = [], list(table.faults), {}
    distrusted, told = {fault.line for fault in faults}, _told(table)
    for line, row in table.numbered():
        cells, wrong = [], []
        for (header, read), value in zip(ROLL_CELLS, row, strict=True):
            try:
                cells.append(read(value))
            except CellFault as fault:
                wrong.append(Fault(line, header, as_text(value)[:100], fault.reason, fault.remedy))
        wrong = [fault for fault in wrong if (line, fault.column) not in told]
        if len(cells) == len(ROLL_CELLS) and cells[0] in seen:
            reason = f"学籍号与第 {seen[cells[0]]} 行相同"
            wrong.append(Fault(line, NUMBER, cells[0], reason, "请删除其中一行"))
        faults += wrong
        if wrong or line in distrusted:
            continue
        seen[cells[0]] = line
        rows.append(RollRow(line, *cells))
    return rows, faults


def _update_roll(batch: Batch, table: Table) -> tuple[Outcome, list[Fault]]:
    rows, faults = roll_rows(table)
    outcome, clashes = actions.update_roll(rows, batch=batch, on=local_today())
    number_at = {row.line: row.number for row in rows}
    faults += [Fault(line, NUMBER, number_at[line], CLASH, CLASH_REMEDY) for line in clashes]
    outcome.read = len(table)
    outcome.faulty = outcome.read - outcome.new - outcome.changed - outcome.same
    outcome.notes = list(table.notes)
    return outcome, faults


def check_roll(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check an uploaded roll by doing it and taking it back. Raises SheetRefused."""
    progress(0, note="正在读取文件")
    table = read_roll(batch.file.read())
    progress(0, len(table), "正在核对")
    with transaction.atomic():
        outcome, faults = _update_roll(batch, table)
        transaction.set_rollback(True)
    actions.note_checked(batch, outcome, **_report(batch, table, faults))
    progress(len(table), len(table), "已检查")


def keep_roll(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check again, and keep what was decided to be kept. Raises SheetRefused."""
    progress(0, note="正在读取文件")
    table = read_roll(batch.file.read())
    progress(0, len(table), "正在写入")
    with transaction.atomic():
        outcome, faults = _update_roll(batch, table)
        is_held = bool(outcome.faulty and not batch.only_good)
        transaction.set_rollback(is_held)
    report = _report(batch, table, faults)
    if is_held:
        outcome.notes.append("与检查时相比出现了新的错误，没有导入任何行，请重新确认。")
        actions.hold(batch, outcome, **report)
    else:
        actions.store_roll(batch, outcome, **report)
    progress(len(table), len(table), "已完成")


# --- Templates ------------------------------------------------------------------------------------


def _credit_columns(book: RuleBook) -> list[Column]:
    rules = list(book.sets[0].rules.all()) if book.sets else []
    awards = [name for rule in rules for name in book.rules[rule.pk].awards]
    today = local_today()
    return [
        Column(header=NUMBER, width=22, is_required=True, note="G、J 或 L 开头的 19 位学籍号。"),
        Column(header=NAME, width=10, is_required=True, note="与名册一致。"),
        Column(
            header=ACTIVITY, width=28, is_required=True, note="同一活动请用同一名称。", sample="植物标本制作"
        ),
        Column(
            header=KIND, width=22, is_required=True, choices=[str(rule) for rule in rules],
            note="从列表选择，或填类别代码。", sample=str(rules[0]) if rules else None,
        ),
        Column(header=DAY, width=12, is_required=True, note="例如 2026-09-01，不能晚于今天。", sample=today),
        Column(header=MINUTES, width=12, is_required=True, note="整数分钟。", sample=90),
        Column(header=PROVIDER, width=22, note="校外活动请填基地或单位全称；同一单位每学年最多计 3 次课程。"),
        Column(header=START, width=10, note="例如 14:30；填写后检查时间是否重叠。", sample="14:30"),
        Column(header=AWARD, width=12, choices=awards, note="仅白名单竞赛填写。"),
        Column(header=GRANTED, width=10, note="仅课题研究填写评议认定的学分。"),
        Column(header=CERTIFICATE, width=18, note="白名单竞赛必填，每份证书只登记一次。"),
    ]  # fmt: skip


def credit_template(target, students: Iterable[Student] = ()) -> int:
    """Write the template of the credit sheet; with students, their numbers and names are filled in.

    Returns how many were filled in.
    """
    columns = _credit_columns(RuleBook())
    rows = [(student.number, student.name) for student in students]
    notes = (
        "每名学生每次活动一行；同一份表可以重复上传，已登记的行不会重复计分。",
        "超出学年上限的行照常登记时长，学分记为 0，并写明原因。",
    )
    if not rows:
        template(target, "学分", columns, notes=notes)
        return 0
    filled = [(*row, *[None] * (len(columns) - 2)) for row in rows]
    about = Page(name="填表说明", columns=[Column(header="说明", width=90)], rows=[(note,) for note in notes])
    write_workbook(target, [Page(name="学分", columns=columns, rows=filled), about])
    return len(rows)


def roll_template(target) -> None:
    """Write the template of the roll."""
    columns = [
        Column(header=NUMBER, width=22, is_required=True, note="G、J 或 L 开头的 19 位学籍号。"),
        Column(header=NAME, width=12, is_required=True, note="与学籍系统一致。"),
        Column(header=GRADE, width=10, is_required=True, choices=Grade.labels, sample="五年级"),
        Column(header=CLASS, width=8, is_required=True, note="班号，1 至 99。", sample=3),
        Column(header=CONSENT, width=16, note="监护人签署同意书的日期；未满14周岁学生开具成绩单前须有。"),
    ]
    template(target, "学生名册", columns, notes=("只填必要的信息；不要另加列。",))
