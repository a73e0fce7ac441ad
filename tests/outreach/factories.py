from datetime import date

import factory

from outreach.models import Title, TitleKind
from tests.factories import OrganizationFactory, UserFactory


class TitleKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TitleKind
        django_get_or_create = ["code"]

    code = "base"
    name = "深圳市科普基地"
    level = TitleKind.Level.CITY
    years_valid = 5
    basis = "深圳市科普基地、科普示范点管理办法（2023年修订）"


class TitleFactory(factory.django.DjangoModelFactory):
    """A base of the 2022 round."""

    class Meta:
        model = Title

    organization = factory.SubFactory(OrganizationFactory)
    region = factory.SelfAttribute("organization.region")
    created_by = factory.SubFactory(UserFactory)
    kind = factory.SubFactory(TitleKindFactory)
    category = Title.Category.VENUE
    number = factory.Sequence(lambda n: f"示例-{n:04d}")
    valid_from = date(2022, 12, 1)
    valid_until = date(2027, 12, 31)
