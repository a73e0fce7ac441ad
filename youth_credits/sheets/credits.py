"""The sheet of credits. Read fast, check as sets, keep in one statement.

A row's cells are read here, column by column what they mean; what only the ledger knows is found by
`actions.weigh`. Every fault is a row, a column, a value, a reason and a remedy. What a cell means is
remembered, since columns repeat themselves: 50,000 rows have a few dozen dates, activities and worths.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from operator import itemgetter

from django.db import transaction

from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.sheets import (
    Fault,
    Table,
    as_text,
    read_by_pieces,
)
from youth_credits import actions, queries
from youth_credits.actions import Occasion, Outcome
from youth_credits.forms import MOST_MINUTES_A_DAY, begins
from youth_credits.models import Batch, CreditRule, Grade, Student
from youth_credits.queries import Reach, RuleBook, name_hash, number_hash
from youth_credits.sheets.cells import (
    ACTIVITY,
    AWARD,
    CERTIFICATE,
    CREDIT_HEADERS,
    CREDIT_OPTIONAL,
    DAY,
    GRANTED,
    KIND,
    MINUTES,
    NAME,
    NUMBER,
    PROVIDER,
    START,
    CellFault,
    activity_day,
    certificate_of,
    granted_of,
    minutes_of,
    name_of,
    number_of,
    text_of,
    time_of,
)
from youth_credits.sheets.report import report, told

NO_COURSE = (
    "当日没有这一已认定的学分课程",
    "课程名称和举办单位须与“学分课程”清单一致；其他校外活动请选其他类别",
)
READINGS_SHOWN = 24


def _cells(*headers: str) -> Callable[[tuple], tuple]:
    return itemgetter(*(CREDIT_HEADERS.index(header) for header in headers))


PERSON = _cells(NUMBER, NAME)
HOLDING = _cells(ACTIVITY, KIND, DAY, PROVIDER, MINUTES, AWARD, GRANTED)
REST = _cells(START, MINUTES, CERTIFICATE)

# A child's grade now, and the earlier ones with their first days, the latest first.
Grades = tuple[int, tuple[tuple[date, int], ...]]


class _Remembered(dict):
    """What a key of cells means, or the faults it has; worked out once."""

    def __init__(self, meaning: Callable):
        super().__init__()
        self.meaning = meaning

    def __missing__(self, key):
        result = self.meaning(*key)
        self[key] = result
        return result


class _Roll:
    """A school's children, read once, to be found by keyed hashes of number and name."""

    def __init__(self, school: Organization):
        columns = ("number_hash", "pk", "grade", "name_hash", "class_number", "number_masked")
        students = Student.objects.active().filter(school=school).order_by("pk").values_list(*columns)
        self.known = {bytes(digest): rest for digest, *rest in students}
        self.earlier = queries.earlier_grades(school)

    def find(self, number, name) -> tuple[int | None, Grades | None, list[tuple[str, CellFault]]]:
        """A student's id and grades, or the faults of the two cells."""
        try:
            digest = number_hash(number_of(number))
        except CellFault as fault:
            return None, None, [(NUMBER, fault)]
        if digest not in self.known:
            remedy = self._alike(name) or "请核对，或先导入学生名册"
            return None, None, [(NUMBER, CellFault("本校名册中没有这个学籍号", remedy))]
        student, grade, name_known, _, _ = self.known[digest]
        faults = []
        try:
            if name_hash(name_of(name)) != bytes(name_known):
                faults.append((NAME, CellFault("姓名与名册不一致", "请核对学籍号和姓名")))
        except CellFault as fault:
            faults.append((NAME, fault))
        return student, (grade, tuple(self.earlier.get(student, ()))), faults

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
        self.faults: list[Fault] = []
        self.readings: dict[str, None] = {}
        self.told: set[tuple[int, str]] = set()
        self.occasions: list[Occasion] = []
        self.numbers: dict[Occasion, int] = {}
        self.teams: set[str] = set()  # certificates said to be a team's
        self.asking_nothing: set[int] = set()  # occasions that need no certificate
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
        rule, wrong = self._rule(cells)
        faults += wrong
        if faults:
            return None, faults
        self._note_reading(DAY, day, cells[DAY].isoformat())
        one = Occasion(rule, cells[DAY], cells[ACTIVITY], cells[PROVIDER])
        number = self.numbers.setdefault(one, len(self.occasions))
        if number == len(self.occasions):
            self.occasions.append(one)
            if not rule.needs_certificate:
                self.asking_nothing.add(number)
        return number, ()

    def _rule(self, cells: dict) -> tuple[CreditRule | None, list]:
        """The rule of an occasion, or what is wrong with its kind or its course."""
        if KIND not in cells or DAY not in cells:
            return None, []
        code = "".join(cells[KIND].upper().split())
        rule = self.book.find(code, cells[DAY])
        if rule is None:
            return None, [(KIND, self._no_rule(code, cells[DAY]))]
        if any(term.starts_on <= cells[DAY] < term.ends_on for term in self.locked):
            return None, [(DAY, CellFault("该日期所在学期已公示", "请审核员重新开放登记后再导入"))]
        if ACTIVITY in cells:
            objection = self.competitions.objection(rule, cells[ACTIVITY], cells[DAY])
            if objection:
                return rule, [(ACTIVITY, CellFault(*objection))]
        if not rule.needs_course or not {ACTIVITY, PROVIDER} <= cells.keys():
            return rule, []
        counts = self.courses.counts(cells[ACTIVITY], cells[PROVIDER], cells[DAY])
        return rule, [] if counts else [(ACTIVITY, CellFault(*NO_COURSE))]

    def _no_rule(self, kind: str, day: date) -> CellFault:
        rules = self.book.set_on(day)
        if rules is None:
            return CellFault("活动当日没有生效的学分规则", "请核对活动日期")
        later = self.book.begins(kind)
        if later:
            return CellFault(f"该类别 {later:%Y-%m-%d} 起才生效", "请核对活动日期和类别")
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
        self._note_reading(MINUTES, minutes, f"{cells[MINUTES]} 分钟")
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
                self._note_reading(START, start, f"{at:%H:%M}")
                when = actions.when_of(begins(self.occasions[number].held_on, at), minutes_of(minutes))
        except CellFault as fault:
            faults.append((START, fault))
        try:
            text, is_team = certificate_of(certificate, is_required=bool(rule and rule.needs_certificate))
            if is_team:
                self.teams.add(text)
                self._note_reading(CERTIFICATE, certificate, f"团队证书 {text}")
        except CellFault as fault:
            faults.append((CERTIFICATE, fault))
        return (text.replace("\\", "\\\\"), when), faults

    def _note_reading(self, header: str, value, meant: str) -> None:
        """What was typed otherwise than it is kept is shown with what it was read as."""
        typed = as_text(value).strip()
        if typed != meant.removesuffix(" 分钟"):
            self.readings[f"{header}“{typed[:20]}”读作 {meant}"] = None

    def check(self, source) -> Outcome:
        """Every row read and weighed; under the school's scope, and its lock where the outcome is kept.

        Raises SheetRefused.
        """
        pieces = read_by_pieces(source, expect=CREDIT_HEADERS, optional=CREDIT_OPTIONAL)
        # While the child begins: what every row is held against.
        self.book = RuleBook(self.school)
        self.roll = _Roll(self.school)
        self.reach = Reach.of(self.school)
        self.courses = queries.CourseBook()
        self.competitions = queries.CompetitionBook()
        self.locked = list(queries.locked_terms(self.school))
        with transaction.atomic():  # a file refused in the middle leaves nothing staged
            self.found = actions.weigh(self.school, self.occasions, self._entries(pieces), teams=self.teams)
        self.faults[:0] = self.table.faults
        self._add_set_faults()
        outcome = Outcome(read=len(self.table), new=self.found.new, same=self.found.same)
        outcome.uncounted = self.found.uncounted
        outcome.faulty = outcome.read - outcome.new - outcome.same
        outcome.notes = [*self.table.notes, *self._readings()]
        return outcome

    def _readings(self) -> list[str]:
        """The ways of writing that were read as something else: the person sees whether rightly."""
        shown = list(self.readings)[:READINGS_SHOWN]
        if not shown:
            return []
        more = len(self.readings) - len(shown)
        return ["；".join(shown) + (f"；另有 {more} 种写法。" if more else "。")]

    def _entries(self, pieces: Iterable[tuple[Table, int]]) -> Iterator[str]:
        """The good rows for COPY, as they arrive."""
        people = _Remembered(self.roll.find)
        occasions, worths = _Remembered(self._occasion), _Remembered(self._worth)

        def held(*cells) -> tuple:
            """The number of an occasion and the worth of an hour there, with the faults of their cells."""
            occasion, faults = occasions[cells[:4]]
            worth, more = worths[occasion, *cells[4:]]
            return occasion, worth, (*faults, *more)

        holdings = _Remembered(held)
        rests = _Remembered(self._rest)
        reached = _Remembered(self._reached)
        plain = (("", actions.ANY_TIME), ())
        for table, first in pieces:
            self.table = table
            self.told = told(table)
            distrusted = {line for line, _ in self.told}
            rows, entries = table.rows[first:], []
            who = map(people.__getitem__, map(PERSON, rows))
            what = map(holdings.__getitem__, map(HOLDING, rows))
            cells = zip(table.numbered(first), map(REST, rows), who, what, strict=True)
            for (line, row), (start, minutes, certificate), (student, grades, faults), found in cells:
                occasion, worth, faults1 = found
                if start is None and certificate is None and occasion in self.asking_nothing:
                    (text, when), faults2 = plain
                else:
                    (text, when), faults2 = rests[occasion, start, minutes, certificate]
                faults3 = reached[grades, occasion]
                if faults or faults1 or faults2 or faults3:
                    self._fault(line, row, [*faults, *faults1, *faults2, *faults3])
                elif line not in distrusted:
                    entries.append(f"{line}\t{student}\t{occasion}\t{worth}\t{text}\t{when}\n")
            yield "".join(entries)

    def _reached(self, grades: Grades | None, occasion: int | None) -> tuple:
        """Nothing, or that the credit system is not in force for the child's grade on the day."""
        if grades is None or occasion is None:
            return ()
        day, (present, earlier) = self.occasions[occasion].held_on, grades
        grade = queries.grade_on(day, present, earlier)
        if self.reach.covers(grade, day):
            return ()
        return ((NUMBER, CellFault(*self.reach.why_not(grade, day))),)

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


ONE_CERTIFICATE = "每份证书只能登记一次，请核对；团队证书在编号后加“团队”，每名成员登记一次"
SET_FAULTS = {
    "double": (ACTIVITY, "与第 {} 行重复", "请删除其中一行"),
    "certificate": (CERTIFICATE, "证书编号与第 {} 行相同", ONE_CERTIFICATE),
    "certificate_known": (CERTIFICATE, "证书编号此前已登记", ONE_CERTIFICATE),
    "overlap": (START, "与第 {} 行的时间重叠", "请核对开始时间和时长"),
    "overlap_known": (START, "与已登记的活动时间重叠", "请核对开始时间和时长"),
}


def check_credits(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check an uploaded sheet of credits; nothing is kept, the person decides.

    Raises SheetRefused.
    """
    progress(0, note="正在读取并核对")
    sheet = CreditSheet(batch.organization)
    with transaction.atomic():
        outcome = sheet.check(batch.file.read())
        transaction.set_rollback(True)
    actions.note_checked(batch, outcome, **report(batch, sheet.table, sheet.faults))
    progress(outcome.read, outcome.read, "已检查")


def keep_credits(batch: Batch, *, progress: Callable = lambda *a, **k: None) -> None:
    """Read and check again, and keep in the same transaction what was decided to be kept.

    Raises SheetRefused.
    """
    progress(0, note="正在读取、核对并写入")
    actions.lock_ledger(batch.organization)  # before the roll is read: what is found is what is kept
    sheet = CreditSheet(batch.organization)
    with transaction.atomic():
        outcome = sheet.check(batch.file.read())
        is_held = bool(outcome.faulty and not batch.only_good)
        transaction.set_rollback(is_held)
    found = report(batch, sheet.table, sheet.faults)
    if is_held:
        outcome.notes.append("与检查时相比出现了新的错误，没有导入任何行，请重新确认。")
        actions.hold(batch, outcome, **found)
    else:
        actions.store(batch, outcome, **found)
    progress(outcome.read, outcome.read, "已完成")
