"""What another version of the rules would have counted: the ledger's own arithmetic on entries that are
there, with nothing written.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from portal.calendar import term
from portal.organizations import Organization
from youth_credits.actions.ledger import STAGE, UNSTAGE, entry_line, weighing, worth_of
from youth_credits.method.minimum import Minimum
from youth_credits.models import CreditRule, CreditRuleSet
from youth_credits.queries import RuleBook, minimum_of, shares_asked
from youth_credits.rules import Rule, reached_minimum

HUNDRED = Decimal(100)


@dataclass
class KindChange:
    """What a version changes of one kind: entries, and credits in hundredths."""

    entries: int = 0
    more: int = 0
    less: int = 0
    before: int = 0
    after: int = 0


@dataclass
class SchoolChange:
    """What a version changes at one school in one school year."""

    school: int
    name: str
    students: int = 0
    entries: int = 0
    reached_before: int = 0
    reached_after: int = 0
    kinds: dict[str, KindChange] = field(default_factory=dict)

    def as_json(self) -> dict:
        return asdict(self)


STANDING = """
SELECT c.id, c.student_id, c.activity_id, r.code, c.minutes, c.award, (c.earned * 100)::int,
    (c.credits * 100)::int, r.family = 'off_campus'
FROM youth_credits_credit c
JOIN youth_credits_creditrule r ON r.id = c.rule_id
JOIN youth_credits_occasionclaim o
    ON (o.student_id, o.activity_id, o.entry) = (c.student_id, c.activity_id, c.id)
WHERE c.school_year = %(year)s AND c.school_id = %(school)s
    AND c.student_id IN (
        SELECT id FROM youth_credits_student WHERE school_id = %(school)s AND erased_at IS NULL
    )
ORDER BY c.id
"""
HELD = """
SELECT id, held_on, name, provider, course FROM youth_credits_activity
WHERE school_id = %(school)s AND held_on >= %(first)s AND held_on < %(end)s
"""
# Courses that counted in other years count on; everything of this year is counted anew.
BEFORE = """
CREATE TEMP TABLE prior (student_id bigint, activity_id bigint, school_year int, kind bigint, held_on date,
    course uuid, provider text, earned int, credits int, is_first boolean, term date) ON COMMIT DROP;
CREATE TEMP TABLE met ON COMMIT DROP AS
SELECT c.student_id, c.course, c.code, max(c.level) AS level
FROM youth_credits_courseclaim c
JOIN youth_credits_occasionclaim o ON o.entry = c.entry AND o.student_id = c.student_id
WHERE c.student_id IN (SELECT DISTINCT student_id FROM staged) AND o.school_year < %(year)s
GROUP BY 1, 2, 3;
ANALYZE staged; ANALYZE met;
"""


@transaction.atomic
def trial_at(school: Organization, rule_set: CreditRuleSet, year: int) -> SchoolChange:
    """Count a school's entries of a school year again by another version. Under the school's scope.

    An entry of a kind that the version does not know counts nothing.
    """
    change = SchoolChange(school.pk, school.name)
    book = RuleBook(only=rule_set)
    codes = {row.code: row.pk for row in book.rows.values()}
    values = {"school": school.pk, "year": year, "first": date(year, 9, 1), "end": date(year + 1, 9, 1)}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
        cursor.execute(STANDING, values)
        entries = cursor.fetchall()
        if not entries:
            return change
        cursor.execute(HELD, values)
        held = {activity: rest for activity, *rest in cursor.fetchall()}
        after = _weigh_again(cursor, list(_staged(entries, held, codes, book)), book, values)
    _compare(change, entries, after, RuleBook(school), book, year)
    return change


def _staged(entries: list, held: dict, codes: dict, book: RuleBook) -> Iterator[tuple]:
    """Entries of kinds that the version knows: line, student, activity with its rule, and worth."""
    worths: dict[tuple, str] = {}
    for number, (_, student, activity, code, minutes, award, earned, _, _) in enumerate(entries):
        if code not in codes or activity not in held:
            continue
        rule = book.rules[codes[code]]
        key = (code, minutes, award, earned)
        if key not in worths:
            worths[key] = _worth(rule, minutes, award, earned)
        yield number, student, activity, codes[code], held[activity], worths[key]


def _worth(rule: Rule, minutes: int, award: str, earned: int) -> str:
    """What a panel granted stays granted, within what the version allows."""
    granted = None
    if rule.method == "panel":
        granted = min(max(earned / HUNDRED, rule.least_per_entry), rule.most_per_entry)
    try:
        return worth_of(rule, minutes, award=award, granted=granted)
    except ValueError:  # an award that the version does not know
        return f"{minutes}\t0\t0\ttoo_short\t{award}"


def _weigh_again(cursor, staged: list[tuple], book: RuleBook, values: dict) -> dict[int, int]:
    """Credits in hundredths by line, as the ledger would count them."""
    cursor.execute(UNSTAGE)
    cursor.execute(STAGE)
    numbers: dict[int, int] = {}
    with cursor.copy("COPY staged FROM STDIN") as copy:
        for line, student, activity, _, _, worth in staged:
            number = numbers.setdefault(activity, len(numbers))
            copy.write(entry_line(line, student, number, worth))
    occasions = {activity: (rule, about) for _, _, activity, rule, about, _ in staged}
    with cursor.copy(
        "COPY staged_activity (no, rule_id, held_on, school_year, term, name, provider, course, id)"
        " FROM STDIN"
    ) as copy:
        for activity, (rule, (held_on, name, provider, course)) in occasions.items():
            begins = term(held_on).start
            copy.write_row(
                (numbers[activity], rule, held_on, values["year"], begins, name, provider, course, activity)
            )
    cursor.execute(BEFORE, values)
    cursor.execute(weighing((rule, values["year"]) for rule in book.rows.values()))
    cursor.execute("SELECT line, credits FROM weighed")
    return dict(cursor.fetchall())


def _compare(
    change: SchoolChange, entries: list, after: dict[int, int], now: RuleBook, then: RuleBook, year: int
) -> None:
    change.entries = len(entries)
    totals: dict[int, tuple[_Child, _Child]] = {}
    away = {row.code for row in then.rows.values() if row.family == CreditRule.Family.OFF_CAMPUS}
    for number, (_, student, _, code, _, _, _, credits, is_away) in enumerate(entries):
        counted = after.get(number, 0)
        kind = change.kinds.setdefault(code, KindChange())
        kind.entries += 1
        kind.before += credits
        kind.after += counted
        kind.more += counted > credits
        kind.less += counted < credits
        was, would = totals.setdefault(student, (_Child(), _Child()))
        was.add(code, credits, is_away=is_away)
        would.add(code, counted, is_away=code in away)
    change.students = len(totals)
    shares, rules = shares_asked(year), now.set_on(date(year + 1, 8, 31))
    for student, (was, would) in totals.items():
        share = shares.get(student)
        change.reached_before += was.reaches(minimum_of(rules, share))
        change.reached_after += would.reaches(minimum_of(then.sets[0], share))


class _Child:
    """Credits of one child by kind."""

    def __init__(self):
        self.by_code: dict[str, Decimal] = {}
        self.away = Decimal(0)

    def add(self, code: str, hundredths: int, *, is_away: bool) -> None:
        self.by_code[code] = self.by_code.get(code, Decimal(0)) + hundredths / HUNDRED
        self.away += hundredths / HUNDRED if is_away else 0

    def reaches(self, minimum: Minimum | None) -> bool:
        return minimum is not None and reached_minimum(
            self.by_code,
            self.away,
            year=minimum.credits,
            away=minimum.off_campus,
            kinds=minimum.kinds,
        )
