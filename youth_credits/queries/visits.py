"""Check-ins and results by passes of a school's children. The event knows a digest, the school the child."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from events import queries as events
from events.models import CheckIn, Result, Session
from portal.organizations import Organization
from youth_credits.models import CreditRule, ResultRecord, Student, StudentPass, VisitRecord
from youth_credits.queries.competitions import CompetitionBook
from youth_credits.queries.rules import RuleBook


@dataclass
class Held:
    """A session at which children of a school were."""

    session: Session

    @property
    def day(self) -> date:
        return timezone.localdate(self.session.starts_at)

    @property
    def name(self) -> str:
        """As the ledger has it."""
        return self.session.event.title[:100]

    @property
    def minutes(self) -> int:
        return int((self.session.ends_at - self.session.starts_at).total_seconds()) // 60

    @property
    def provider(self) -> str:
        event = self.session.event
        return event.organization.name if event.organization_id else event.where[:100]


@dataclass
class Visit(Held):
    """A session, and the children of a school who were there and wait to be recorded."""

    people: list[tuple[CheckIn, Student]] = field(default_factory=list)


@dataclass
class Won:
    """One child's result, and what it is worth under the rule that holds; None where the rule has no such
    award.
    """

    result: Result
    student: Student
    credits: Decimal | None


@dataclass
class Contest(Held):
    """A competition's session, the rule under which it counts, and the children's results that wait."""

    rule: CreditRule | None = None
    objection: tuple[str, str] | None = None  # why it is no credit, and what to do
    people: list[Won] = field(default_factory=list)


def visits_to_record(school: Organization) -> list[Visit]:
    """What was pulled and not decided on, the newest session first. Under the school's scope."""
    whose = _passes(school)
    done = set(VisitRecord.objects.filter(school=school).values_list("check_in", flat=True))
    visits: dict[int, Visit] = {}
    for one in events.check_ins_of(whose):
        used = whose[bytes(one.pass_hash)]
        if one.pk not in done and _was_in_use(used, min(one.at, one.session.ends_at)):
            visit = visits.setdefault(one.session_id, Visit(one.session))
            visit.people.append((one, used.student))
    return list(visits.values())


def results_to_record(school: Organization) -> list[Contest]:
    """Results that wait for the school, the newest session first. Under the school's scope."""
    whose, book, competitions = _passes(school), RuleBook(school), CompetitionBook()
    done = set(ResultRecord.objects.filter(school=school).values_list("result", flat=True))
    contests: dict[int, Contest] = {}
    for one in events.results_of(whose):
        used = whose[bytes(one.pass_hash)]
        if one.withdrawn_at or one.pk in done or not _was_in_use(used, one.session.starts_at):
            continue
        contest = contests.get(one.session_id)
        if contest is None:
            contest = contests[one.session_id] = Contest(one.session)
            contest.rule = _rule_of_contests(book, contest.day)
            if contest.rule:
                contest.objection = competitions.objection(contest.rule, contest.name, contest.day)
        worth = book.rules[contest.rule.pk].awards.get(one.prize) if contest.rule else None
        contest.people.append(Won(one, used.student, worth))
    return list(contests.values())


def results_taken_back(school: Organization) -> list[ResultRecord]:
    """What was recorded from results that their organiser took back since. Under the school's scope."""
    rows = ResultRecord.objects.filter(school=school, is_counted=True, result__withdrawn_at__isnull=False)
    rows = rows.select_related("result__session__event", "student", "batch")
    return list(rows.order_by("-result__withdrawn_at", "-pk")[:50])


def _rule_of_contests(book: RuleBook, day: date) -> CreditRule | None:
    """The kind that counts by award, on a day."""
    return next((rule for rule in book.rules_on(day) if rule.method == CreditRule.Method.AWARD), None)


def _passes(school: Organization) -> dict[bytes, StudentPass]:
    passes = StudentPass.objects.filter(school=school).select_related("student")
    return {bytes(one.number_hash): one for one in passes}


def _was_in_use(used: StudentPass, at: datetime) -> bool:
    """Whether a card was not yet lost at a moment. Hosts note check-ins late, at the latest of the session's
    own end.
    """
    return used.ended_at is None or at < used.ended_at
