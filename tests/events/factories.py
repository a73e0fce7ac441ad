from datetime import timedelta

import factory
from django.utils import timezone

from events.actions import pass_hash
from events.models import Award, AwardLevel, Event, Result, Session
from tests.factories import OrganizationFactory, UserFactory


class EventFactory(factory.django.DjangoModelFactory):
    """A draft of a unit; `submitted=True` or `published=True` for the later states."""

    class Meta:
        model = Event

    class Params:
        submitted = factory.Trait(
            status=Event.Status.SUBMITTED, submitted_at=factory.LazyFunction(timezone.now)
        )
        published = factory.Trait(
            status=Event.Status.PUBLISHED, published_at=factory.LazyFunction(timezone.now)
        )

    organization = factory.SubFactory(OrganizationFactory)
    region = factory.SelfAttribute("organization.region")
    created_by = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda n: f"海洋科学讲座{n}")
    kind = Event.Kind.LECTURE
    place = "市民中心"


class SessionFactory(factory.django.DjangoModelFactory):
    """Next week, thirty seats; `past=True` for last week."""

    class Meta:
        model = Session

    class Params:
        past = factory.Trait(starts_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=7)))

    event = factory.SubFactory(EventFactory, published=True)
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    ends_at = factory.LazyAttribute(lambda session: session.starts_at + timedelta(hours=2))
    capacity = 30


class ResultFactory(factory.django.DjangoModelFactory):
    """A first prize of the city, of a pass that nobody has unless `number` says so."""

    class Meta:
        model = Result

    class Params:
        number = "ZZZZZZZZZZ"

    session = factory.SubFactory(SessionFactory, past=True)
    pass_hash = factory.LazyAttribute(lambda result: pass_hash(result.number))
    level = AwardLevel.CITY
    award = Award.FIRST
    certificate = factory.Sequence(lambda n: f"SZ2026-{n:04d}")
    entered_at = factory.LazyFunction(timezone.now)
