"""Check-ins at events by passes of a school's children. The event knows a digest, the school the child."""

from dataclasses import dataclass, field
from datetime import datetime

from events import queries as events
from events.models import CheckIn, Session
from portal.organizations import Organization
from youth_credits.models import Student, StudentPass, VisitRecord


@dataclass
class Visit:
    """A session, and the children of a school who were there and wait to be recorded."""

    session: Session
    people: list[tuple[CheckIn, Student]] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return int((self.session.ends_at - self.session.starts_at).total_seconds()) // 60

    @property
    def provider(self) -> str:
        event = self.session.event
        return event.organization.name if event.organization_id else event.where[:100]


def visits_to_record(school: Organization) -> list[Visit]:
    """What was pulled and not decided on, the newest session first. Under the school's scope."""
    passes = StudentPass.objects.filter(school=school).select_related("student")
    whose = {bytes(one.number_hash): one for one in passes}
    done = set(VisitRecord.objects.filter(school=school).values_list("check_in", flat=True))
    visits: dict[int, Visit] = {}
    for one in events.check_ins_of(whose):
        used = whose[bytes(one.pass_hash)]
        if one.pk not in done and _was_in_use(used, one.at):
            visit = visits.setdefault(one.session_id, Visit(one.session))
            visit.people.append((one, used.student))
    return list(visits.values())


def _was_in_use(used: StudentPass, at: datetime) -> bool:
    return used.ended_at is None or at < used.ended_at
