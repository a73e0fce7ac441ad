"""Who would move up, and which transfers are under way."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from portal.organizations import Organization
from youth_credits.models import Enrolment, Grade, RollOver, RollOverLine, Student, TransferIn, TransferOut

Fate = RollOverLine.Fate


def new_year_begins(school_year: int) -> date:
    return date(school_year, 9, 1)


@dataclass(frozen=True)
class Move:
    """One child at the turn of the year."""

    student: int
    grade: int
    class_number: int
    fate: str


@dataclass(frozen=True)
class Plan:
    """What a roll-over would do, before anything is done. `seen` changes when the roll does."""

    school_year: int
    moves: tuple[Move, ...]
    settled: int  # entered for the new year already: they stay as they are
    seen: str
    unknown: tuple[str, ...] = ()  # numbers typed that are no child to be moved

    def count(self, fate: str) -> int:
        return sum(1 for move in self.moves if move.fate == fate)

    @property
    def promoted(self) -> int:
        return self.count(Fate.PROMOTED)

    @property
    def repeated(self) -> int:
        return self.count(Fate.REPEATED)

    @property
    def left(self) -> int:
        return self.count(Fate.LEFT)

    @property
    def classes(self) -> list[dict]:
        """Each class with its heads before and after."""
        before: Counter = Counter()
        after: Counter = Counter()
        for move in self.moves:
            before[move.grade, move.class_number] += 1
            if move.fate != Fate.LEFT:
                after[move.grade + (move.fate == Fate.PROMOTED), move.class_number] += 1
        return [
            {
                "label": f"{Grade(grade).label}{number}班",
                "before": before[grade, number],
                "after": after[grade, number],
            }
            for grade, number in sorted(before.keys() | after.keys())
        ]


@dataclass(frozen=True)
class Exceptions:
    """What is said about a roll-over beyond the rule: grades that leave, and children by number hash."""

    leaving_grades: frozenset[int] = frozenset({9})
    repeated: dict[bytes, str] = field(default_factory=dict)  # hash → how it was typed
    left: dict[bytes, str] = field(default_factory=dict)


def plan_roll_over(school: Organization, school_year: int, said: Exceptions) -> Plan:
    """Every child whose present class began before the new school year moves up, unless said otherwise."""
    on = new_year_begins(school_year)
    rows = list(
        Student.objects.active()
        .filter(school=school)
        .order_by("pk")
        .values_list("pk", "grade", "class_number", "number_hash")
    )
    moved = set(
        Enrolment.objects.filter(school=school, ends_on=None, starts_on__gte=on).values_list(
            "student", flat=True
        )
    )
    moves = tuple(
        Move(pk, grade, number, _fate(grade, bytes(digest), said))
        for pk, grade, number, digest in rows
        if pk not in moved
    )
    here = {bytes(digest) for pk, _, _, digest in rows if pk not in moved}
    typed = said.repeated | said.left
    return Plan(
        school_year=school_year,
        moves=moves,
        settled=len(rows) - len(moves),
        seen=_digest(moves),
        unknown=tuple(text for digest, text in typed.items() if digest not in here),
    )


def _fate(grade: int, digest: bytes, said: Exceptions) -> str:
    if digest in said.left:
        return Fate.LEFT
    if digest in said.repeated:
        return Fate.REPEATED
    return Fate.LEFT if grade in said.leaving_grades or grade == Grade.NINE else Fate.PROMOTED


def _digest(moves: Iterable[Move]) -> str:
    text = ";".join(f"{move.student},{move.grade},{move.class_number},{move.fate}" for move in moves)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def roll_overs(school: Organization):
    return RollOver.objects.filter(organization=school).select_related("created_by", "undone_by")


def usual_leaving(school: Organization) -> int:
    """The grade after which children leave this school: 6 where nobody is in a higher one, otherwise 9."""
    has_older = Student.objects.active().filter(school=school, grade__gt=Grade.SIX).exists()
    return Grade.NINE if has_older else Grade.SIX


def transfers_in(school: Organization):
    return TransferIn.objects.filter(organization=school).select_related("created_by")


def transfers_out(school: Organization):
    """What a school was asked for or let go. A child that is gone is no more than a line without a name."""
    return TransferOut.objects.filter(organization=school).select_related("to_school")


def transfers_to_answer(school: Organization) -> int:
    return transfers_out(school).filter(status=TransferOut.Status.ASKED).count()


def schools_named(text: str, *, but: Organization, limit: int = 6) -> list[Organization]:
    """Schools of that name, or that have it in their name."""
    schools = Organization.objects.active().schools().exclude(pk=but.pk).select_related("region")
    exact = list(schools.filter(Q(name=text) | Q(short_name=text)).order_by("pk")[:limit])
    return exact or list(schools.filter(name__icontains=text).order_by("pk")[:limit])
