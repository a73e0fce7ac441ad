"""Needs, bookings and what is typed for them."""

import uuid
from datetime import date, datetime, timedelta

import factory
from django.utils import timezone

from portal import plain_question
from portal.calendar import SHANGHAI, add_working_days, local_today
from portal.encryption import blind, seal
from resources.models import Booking, BookingTerms, Need, Programme
from resources.models.needs import MOBILE, NAME
from tests.factories import RegionFactory, UserFactory
from tests.resources.factories import ResourceFactory

# A Wednesday; the tests that speak of days travel here.
NOW = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


class ProgrammeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Programme
        django_get_or_create = ["code"]

    code = "spirit_school"
    name = "科学家精神进校园"
    dimension = "spirit"


class NeedFactory(factory.django.DjangoModelFactory):
    """A need that waits for the district; `open=True` was admitted. `topics=[…]` as named."""

    class Meta:
        model = Need
        skip_postgeneration_save = True

    class Params:
        open = factory.Trait(status=Need.Status.OPEN, accepted_at=factory.LazyFunction(timezone.now))

    uuid = factory.LazyFunction(uuid.uuid4)
    title = factory.Sequence(lambda n: f"第{n}次海洋课")
    audience = "minors"
    head_count = 40
    region = factory.SubFactory(RegionFactory)
    created_by = factory.SubFactory(UserFactory, is_active=False)
    starts_on = factory.LazyFunction(lambda: local_today() + timedelta(days=7))
    ends_on = factory.LazyFunction(lambda: local_today() + timedelta(days=27))
    asker = Need.Asker.SCHOOL
    asker_name = "海洋小学"
    contact_sealed = factory.LazyAttribute(lambda need: seal("陈老师", field=NAME, owner=need.uuid))
    mobile_sealed = factory.LazyAttribute(lambda need: seal("13700137000", field=MOBILE, owner=need.uuid))
    mobile_hash = factory.LazyFunction(lambda: blind("13700137000", purpose=MOBILE))

    @factory.post_generation
    def topics(self, create, extracted, **kwargs):
        if create:
            self.topics.set(extracted or [])


class BookableFactory(ResourceFactory):
    """A published lecture that is booked by request. `terms={…}` declares terms."""

    booking = "advance"
    audiences = factory.LazyFunction(lambda: ["minors"])
    published = True
    organization = factory.SubFactory("tests.factories.OrganizationFactory")
    region = factory.SelfAttribute("organization.region")

    @factory.post_generation
    def terms(self, create, extracted, **kwargs):
        if extracted is not None:
            BookingTerms.objects.create(resource=self, **extracted)


class BookingFactory(factory.django.DjangoModelFactory):
    """A request two weeks ahead that waits for its owner."""

    class Meta:
        model = Booking

    need = factory.SubFactory(NeedFactory, open=True)
    resource = factory.SubFactory(BookableFactory)
    region = factory.SelfAttribute("resource.region")
    organization = factory.SelfAttribute("resource.organization")
    created_by = factory.SelfAttribute("need.created_by")
    starts_at = factory.LazyFunction(lambda: at(local_today() + timedelta(days=14), 10))
    ends_at = factory.LazyAttribute(lambda booking: booking.starts_at + timedelta(hours=1))
    head_count = 40
    answer_by = factory.LazyFunction(lambda: add_working_days(local_today(), 5))


def typed(region, topics=(), /, **more) -> dict:
    """A need as somebody without an account sends it."""
    question, token = plain_question.ask()
    one, other = (plain_question.NUMBERS.index(word) for word in (question[0], question[2]))
    today = local_today()
    data = {
        "title": "给四年级讲海洋",
        "topics": [topic.pk for topic in topics],
        "audience": "minors",
        "head_count": "45",
        "region": region.pk,
        "starts_on": f"{today + timedelta(days=7):%Y-%m-%d}",
        "ends_on": f"{today + timedelta(days=20):%Y-%m-%d}",
        "repeats": "once",
        "asker": "school",
        "asker_name": "海洋小学",
        "contact": "陈老师",
        "mobile": "13700137000",
        "answer": str(one + other),
        "token": token,
        "key": str(uuid.uuid4()),
    }
    return data | more
