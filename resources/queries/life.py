"""How fresh a resource is: when it must be confirmed, who is asked, what the link in the message opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q

from portal.accounts import User, may, people_with
from portal.encryption import sign, unsign
from portal.errors import Refused
from portal.roles import Perm
from resources.models import Resource, ResourceKind
from resources.queries.registry import ASK_AHEAD, keepers, shown
from resources.rules import add_months

PURPOSE = "resource_confirm"
LINK_GOOD_FOR = timedelta(days=400)


def _kind_in_force(resource: Resource) -> ResourceKind:
    """A record of an older version is kept as fresh as the kind asks today."""
    return ResourceKind.objects.current().filter(code=resource.kind.code).first() or resource.kind


def due_after(resource: Resource, day: date) -> date:
    """The day by which a resource confirmed on `day` must be confirmed again."""
    return add_months(day, _kind_in_force(resource).freshness_months)


def due_days(resources: Iterable[Resource], day: date) -> dict[date, list[int]]:
    """As `due_after`, for many with their kinds: the keys of those to be confirmed again, by the day."""
    months = dict(ResourceKind.objects.current().values_list("code", "freshness_months"))
    found: dict[date, list[int]] = {}
    for resource in resources:
        due = add_months(day, months.get(resource.kind.code, resource.kind.freshness_months))
        found.setdefault(due, []).append(resource.pk)
    return found


def due_on(day: date) -> Q:
    """Published, and to be confirmed by now or within the fortnight in which it is asked for."""
    return Q(status=Resource.Status.PUBLISHED, confirm_by__lte=day + ASK_AHEAD)


def to_ask(day: date):
    """Whose owners are to be asked: once ahead of the day, once more when it has come."""
    first, again = Q(asked_on=None), Q(confirm_by__lte=day, asked_on__lt=F("confirm_by"))
    return shown(Resource.objects.filter(due_on(day)).filter(first | again)).order_by("confirm_by", "pk")


def lapsed(day: date):
    """Asked a fortnight ago at least, and past the day and the grace of their kind."""
    late = Q(pk__in=[])
    for kind in ResourceKind.objects.current():
        late |= Q(kind__code=kind.code, confirm_by__lt=day - timedelta(days=kind.grace_days))
    asked = Q(asked_on__lte=day - ASK_AHEAD)
    return shown(Resource.objects.published().filter(late).filter(asked)).order_by("confirm_by", "pk")


def asked_people(resource: Resource):
    """Who can say whether a resource is still right; where nobody keeps it, who checks or reviews it."""
    found = keepers(resource)
    if found.exists():
        return found
    checkers = people_with(Perm.RESOURCE_CHECK, resource)
    return checkers if checkers.exists() else people_with(Perm.RESOURCE_REVIEW, resource)


def confirm_token(resource: Resource, person: User) -> str:
    """What opens the question for one person, once: after an answer the day is another."""
    return sign(f"{resource.pk}:{person.pk}:{resource.confirm_by.isoformat()}", purpose=PURPOSE)


@dataclass(frozen=True)
class Question:
    """Whether a resource is still right, asked of one person by a link."""

    resource: Resource
    person: User
    is_open: bool  # not answered yet
    may_close: bool


def question_of(token: str) -> Question:
    """Raises Refused for a token that is none, or whose person or resource is gone."""
    pk, person_pk, day = unsign(token, purpose=PURPOSE, max_age=LINK_GOOD_FOR).split(":")
    resource = shown(Resource.objects.filter(pk=pk)).first()
    person = User.objects.filter(pk=person_pk, is_active=True).first()
    if resource is None or person is None or not may_answer(person, resource):
        raise Refused("链接已失效，请登录后在工作台核实。")
    is_open = resource.is_public and resource.confirm_by == date.fromisoformat(day)
    return Question(resource, person, is_open, may(person, Perm.RESOURCE_EDIT, resource))


def may_answer(person: User, resource: Resource) -> bool:
    perms = (Perm.RESOURCE_EDIT, Perm.RESOURCE_CHECK, Perm.RESOURCE_REVIEW)
    return any(may(person, perm, resource) for perm in perms)
