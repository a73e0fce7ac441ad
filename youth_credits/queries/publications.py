"""A term of a school: what is in it, who is told, and the days that each step may take."""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from portal.accounts import User
from portal.calendar import Period, add_working_days, local_today
from portal.errors import Refused
from portal.organizations import Organization
from portal.templatetags.portal_tags import cn_date
from youth_credits.models import (
    Appeal,
    Batch,
    Credit,
    Enrolment,
    Guardianship,
    Publication,
    Student,
    TimeLimit,
)
from youth_credits.queries.ledger import standing


def working_days(step: str, on: date) -> int:
    """How many working days a step may take that begins on a day. Raises Refused while none is set."""
    limit = TimeLimit.objects.filter(step=step, in_force_from__lte=on).order_by("-in_force_from").first()
    if limit is None:
        raise Refused(f"平台还没有设定“{TimeLimit.Step(step).label}”的期限，请联系市科协。")
    return limit.working_days


def _in(term: Period, school: Organization):
    return Credit.objects.filter(
        standing(),
        school=school,
        activity__held_on__gte=term.start,
        activity__held_on__lt=term.end,
    )


def unverified_in(term: Period, school: Organization) -> int:
    """Entries of a term that no second person has verified yet."""
    return _in(term, school).exclude(batch__status=Batch.Status.VERIFIED).count()


def published_sums(term: Period, school: Organization) -> tuple[int, int]:
    """Children and verified entries of a term."""
    sums = (
        _in(term, school)
        .filter(batch__status=Batch.Status.VERIFIED)
        .aggregate(heads=Count("student", distinct=True), entries=Count("pk"))
    )
    return sums["heads"], sums["entries"]


def locked_term(school: Organization, day: date) -> Publication | None:
    """The publication that keeps new entries of a day out; None while the day's term is open."""
    return locked_terms(school).filter(starts_on__lte=day, ends_on__gt=day).first()


def locked_terms(school: Organization):
    """The terms of a school that are public or archived: no entry is added to them."""
    return Publication.objects.filter(organization=school).exclude(status=Publication.Status.OPEN)


def locked_term_of(school: Organization, entries) -> Publication | None:
    """The first public or archived term in which one of these entries of a school lies."""
    for public in locked_terms(school).order_by("starts_on"):
        held = {"activity__held_on__gte": public.starts_on, "activity__held_on__lt": public.ends_on}
        if entries.filter(**held).exists():
            return public
    return None


def publications(school: Organization):
    return Publication.objects.filter(organization=school).order_by("-term")


def guardians_at(school: Organization) -> list[User]:
    """Everybody with a child at a school, once each."""
    bonds = Guardianship.objects.filter(school=school, student__is_active=True)
    return list(User.objects.filter(is_active=True, pk__in=bonds.values("guardian")).order_by("pk"))


def published_now(school: Organization):
    """The publications of a school that may be appealed against, the newest term first."""
    found = Publication.objects.filter(organization=school, status=Publication.Status.PUBLISHED)
    return found.select_related("organization__region").order_by("-term", "pk")


def published_for(student: Student, on: date):
    """What a child's guardian may appeal against on a day, the newest term first: of the child's school, and
    of those it went to in the published term.
    """
    was_there = Enrolment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("starts_on")),
        student=student,
        school=OuterRef("organization"),
        starts_on__lt=OuterRef("ends_on"),
    )
    found = Publication.objects.filter(status=Publication.Status.PUBLISHED, appeals_until__gte=on)
    found = found.filter(Q(organization=student.school_id) | Exists(was_there))
    return found.select_related("organization__region").order_by("-term", "pk")


def published_entries(publication: Publication, student):
    """What was made public of one child, oldest first."""
    return (
        Credit.objects.filter(
            standing(),
            student=student,
            school=publication.organization_id,
            activity__held_on__gte=publication.starts_on,
            activity__held_on__lt=publication.ends_on,
            batch__status=Batch.Status.VERIFIED,
        )
        .select_related("activity", "rule", "batch")
        .order_by("activity__held_on", "pk")
    )


def appeals(school: Organization):
    """A school's appeals. Of a child that has moved since, the school sees the appeal and not the child."""
    found = Appeal.objects.filter(organization=school).select_related("publication", "created_by")
    return found.prefetch_related("student")


def entry_of(appeal: Appeal) -> Credit | None:
    """The entry that an appeal is about, where the scope in force shows it; `is_standing` says whether it was
    taken back since.
    """
    if appeal.entry is None:
        return None
    found = Credit.objects.filter(pk=appeal.entry, student=appeal.student_id)
    return (
        found.annotate(is_standing=standing())
        .select_related("activity", "rule", "batch__organization")
        .first()
    )


def may_escalate_until(appeal: Appeal) -> date | None:
    """The last day on which the guardian may go on to the district; None before the school has answered."""
    if appeal.answered_at is None:
        return None
    answered = local_today(appeal.answered_at)
    return add_working_days(answered, working_days(TimeLimit.Step.ESCALATION, answered))


def appeal_timeline(appeal: Appeal, steps: list[dict]) -> list[dict]:
    """How an appeal went, from its filing on."""
    filed = {
        "label": "提出申诉",
        "state": "done",
        "at": None,
        "by": "",
        "note": f"{cn_date(appeal.filed_on)}，{appeal.get_way_display()}",
    }
    return [filed, *steps]
