"""What comes with a pass: who was there, and what was won. Whose a pass is, nobody knows here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from events.models import Award, CheckIn, Result, Session
from portal import audit
from portal.accounts import User, require
from portal.encryption import blind
from portal.errors import Refused
from portal.roles import Perm

OF_PASSES = "student.pass"
OF_A_TEAM = re.compile(r"\s*(?:团队|[（(]团队[）)])$")


def pass_hash(number: str) -> bytes:
    """What is kept of a pass number."""
    return blind(number, purpose=OF_PASSES)


@transaction.atomic
def check_in(session: Session, numbers: Iterable[str], *, at: datetime, by: User) -> int:
    """Note the passes shown at a session; a pass shown again is there once. Returns how many are new.

    Raises Refused before the session begins.
    """
    require(by, Perm.EVENT_EDIT, session.event)
    if session.starts_at > at:
        raise Refused("场次尚未开始，不能签到。")
    rows = [CheckIn(session=session, pass_hash=pass_hash(number), at=at) for number in sorted(set(numbers))]
    before = CheckIn.objects.filter(session=session).count()
    CheckIn.objects.bulk_create(rows, ignore_conflicts=True)
    new = CheckIn.objects.filter(session=session).count() - before
    audit.record(session, "check_in", by=by, changes={"check_ins": [None, new]})
    return new


def certificate_of(text: str) -> tuple[str, bool]:
    """The number of a certificate as people write it, and whether it was given to a team: “SZ-7 团队”."""
    number = OF_A_TEAM.sub("", text)
    return number, number != text


@dataclass(frozen=True, slots=True)
class Won:
    """One line of a competition's results, as its organiser tells it."""

    line: int
    number: str
    level: str
    award: Award
    certificate: str
    is_team: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """How many results are new and how many were there already, and what is wrong with which line."""

    new: int
    same: int
    faults: dict[int, str]


@transaction.atomic
def enter_results(session: Session, rows: Sequence[Won], *, at: datetime, by: User) -> Entered:
    """Keep the results of a competition's session: all of them, or none where a line is wrong.

    A line that is there already changes nothing. Raises Refused for another kind of event and before the
    session begins.
    """
    require(by, Perm.EVENT_EDIT, session.event)
    if not session.event.is_competition:
        raise Refused("只有科普竞赛可以录入成绩。")
    if session.starts_at > at:
        raise Refused("场次尚未开始，不能录入成绩。")
    Session.objects.select_for_update().get(pk=session.pk)  # two who enter at once, one after the other
    standing = Result.objects.standing().filter(session=session)
    by_pass = {bytes(one.pass_hash): one for one in standing}
    by_certificate = {one.certificate: one for one in standing}
    made: list[Result] = []
    same, faults = 0, {}
    for row in rows:
        one = Result(
            session=session,
            pass_hash=pass_hash(row.number),
            level=row.level,
            award=row.award,
            certificate=row.certificate,
            is_team=row.is_team,
            entered_at=at,
        )
        known, taken = by_pass.get(one.pass_hash), by_certificate.get(one.certificate)
        fault = _clash(one, known, taken)
        if known and known.says == one.says:
            same += 1
        elif fault:
            faults[row.line] = fault
        else:
            made.append(one)
            by_pass[one.pass_hash] = by_certificate[one.certificate] = one
    if faults:
        return Entered(0, same, faults)
    Result.objects.bulk_create(made)
    audit.record(session, "enter_results", by=by, changes={"results": [None, len(made)]})
    return Entered(len(made), same, {})


def _clash(one: Result, known: Result | None, taken: Result | None) -> str:
    """What speaks against a result beside the pass's own and the certificate's other one; "" for nothing."""
    if known:
        return f"该通行证本场已录入“{known.prize}”，如需更正请先撤回原成绩。"
    if taken is None:
        return ""
    if not (taken.is_team and one.is_team):
        return "该证书编号本场已用于另一张通行证，请核对证书；团队证书须每行都注明“团队”。"
    if taken.prize != one.prize:
        return f"同一份团队证书已录入“{taken.prize}”，成员的奖项应当相同，请核对。"
    return ""


@transaction.atomic
def withdraw_result(result: Result, *, note: str, at: datetime, by: User) -> None:
    """Take a result back; schools that have recorded it are shown so.

    Raises Refused without a reason, and for a result that was taken back already.
    """
    require(by, Perm.EVENT_EDIT, result.session.event)
    if not note.strip():
        raise Refused("请填写撤回的理由。")
    taken = Result.objects.standing().filter(pk=result.pk).update(withdrawn_at=at)
    if not taken:
        raise Refused("该成绩已撤回，请刷新页面。")
    audit.record(result, "withdraw_result", by=by, note=note)
