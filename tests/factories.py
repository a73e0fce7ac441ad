"""Shared rows: regions, organisations and people."""

import factory
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from portal.accounts import Grant, User
from portal.organizations import Organization
from portal.regions import Level, Region


class RegionFactory(factory.django.DjangoModelFactory):
    """A district of the one municipality, unless told otherwise."""

    class Meta:
        model = Region
        django_get_or_create = ["code"]

    class Params:
        city = factory.Trait(code="440300000000", name="深圳市", level=Level.MUNICIPALITY, parent=None)
        subdistrict = factory.Trait(
            level=Level.SUBDISTRICT,
            code=factory.Sequence(lambda n: f"4403{n % 90 + 10:02d}{n % 900 + 100:03d}000"),
            name=factory.Sequence(lambda n: f"第{n}街道"),
            parent=factory.SubFactory("tests.factories.RegionFactory"),
        )

    code = factory.Sequence(lambda n: f"44{n % 10_000:04d}000000")
    name = factory.Sequence(lambda n: f"第{n}区")
    level = Level.DISTRICT
    parent = factory.SubFactory("tests.factories.RegionFactory", city=True)
    path = factory.LazyAttribute(lambda r: f"{r.parent.path if r.parent else ''}{r.code}/")


class OrganizationFactory(factory.django.DjangoModelFactory):
    """An enterprise; `school=True` for a school."""

    class Meta:
        model = Organization

    class Params:
        school = factory.Trait(
            kind=Organization.Kind.SCHOOL, name=factory.Sequence(lambda n: f"第{n}实验学校（示例）")
        )

    name = factory.Sequence(lambda n: f"示例单位{n}")
    kind = Organization.Kind.ENTERPRISE
    region = factory.SubFactory(RegionFactory)


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody with no role; `holding=(role, place)` grants one, `mfa=True` sets up a second factor."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Faker("name", locale="zh_CN")

    @factory.post_generation
    def holding(self, create, extracted, **kwargs):
        if extracted:
            role, place = extracted
            field = "region" if isinstance(place, Region) else "organization"
            Grant.objects.create(user=self, role=role, **{field: place})

    @factory.post_generation
    def mfa(self, create, extracted, **kwargs):
        if extracted:
            TOTP.activate(self, generate_totp_secret())


def totp_of(user) -> Authenticator:
    return Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
