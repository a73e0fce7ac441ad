"""Resources, kinds and topics."""

import factory
from django.utils import timezone

from resources import actions
from resources.models import OpeningHours, Resource, ResourceKind, SourceAsset, StartingPlace, Topic
from resources.rules import read_hours
from tests.factories import OrganizationFactory, RegionFactory, UserFactory


class KindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ResourceKind
        django_get_or_create = ["code", "version"]

    code = "venue"
    version = 1
    name = "科普场馆"
    is_place = True
    fields = factory.LazyFunction(
        lambda: [
            {"code": "area", "label": "展览面积（平方米）", "type": "number", "public": True},
            {"code": "staff", "label": "专职人员（人）", "type": "number", "public": False},
        ]
    )


class StartingPlaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StartingPlace

    name = factory.Sequence(lambda n: f"示例站{n}")
    region = factory.SubFactory(RegionFactory)
    latitude = "22.54000"
    longitude = "114.05000"
    source = "现场测量"


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"topic{n}")
    name = factory.Sequence(lambda n: f"主题{n}")


class ResourceFactory(factory.django.DjangoModelFactory):
    """A draft; `published=True` stands in the menu. `topics=[…]` and `hours="每天 09:00-17:00"` as named."""

    class Meta:
        model = Resource
        skip_postgeneration_save = True

    class Params:
        submitted = factory.Trait(status=Resource.Status.SUBMITTED)
        published = factory.Trait(
            status=Resource.Status.PUBLISHED,
            published_at=factory.LazyFunction(timezone.now),
            listed_on=factory.LazyFunction(timezone.localdate),
        )

    kind = factory.SubFactory(KindFactory)
    title = factory.Sequence(lambda n: f"第{n}海洋馆")
    summary = "看得见的深海"
    audiences = factory.LazyFunction(lambda: ["general"])
    region = factory.SubFactory(RegionFactory)
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def topics(self, create, extracted, **kwargs):
        self.topics.set(extracted or [])

    @factory.post_generation
    def hours_as(self, create, extracted, **kwargs):
        for span in read_hours(extracted or "周一闭馆"):
            OpeningHours.objects.create(
                resource=self, weekday=span.weekday, opens=span.opens, closes=span.closes
            )

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        actions.refresh([instance.pk])


def in_shenzhen(**fields) -> dict:
    return {"latitude": "22.54000", "longitude": "114.05000", "position_source": "现场测量", **fields}


class AssetFactory(factory.django.DjangoModelFactory):
    """A laboratory without a task; `owed=True` is a funded project with one."""

    class Meta:
        model = SourceAsset

    class Params:
        owed = factory.Trait(
            kind="project", task="开放实验室 4 次", due_on=factory.LazyFunction(timezone.localdate)
        )

    kind = "laboratory"
    title = factory.Sequence(lambda n: f"第{n}重点实验室")
    organization = factory.SubFactory(OrganizationFactory)
    region = factory.SelfAttribute("organization.region")
    created_by = factory.SubFactory(UserFactory)
