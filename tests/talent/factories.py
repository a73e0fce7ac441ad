from datetime import date

import factory

from talent.models import Person
from tests.factories import RegionFactory, UserFactory


class PersonFactory(factory.django.DjangoModelFactory):
    """A volunteer since 2024."""

    class Meta:
        model = Person

    region = factory.SubFactory(RegionFactory)
    created_by = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"示例志愿者{n}")
    category = Person.Category.VOLUNTEER
    entered_on = date(2024, 1, 1)
