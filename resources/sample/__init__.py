"""Invented resources of the sample city, each marked （示例）. The same arguments give the same rows."""

import json
import random
from datetime import datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from portal import search
from portal.accounts import User
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.roles import Role
from resources.actions import create, refresh
from resources.models import (
    AssetConversion,
    Audience,
    Concession,
    Dimension,
    OpeningHours,
    Resource,
    ResourceKind,
    Route,
    RouteStop,
    SourceAsset,
    SpecialDays,
    Spirit,
    Topic,
)
from resources.queries.routes import route_entry
from resources.rules import add_months
from resources.sample.census import load_censuses
from resources.sample.codes import SAMPLE
from resources.sample.needs import load_needs
from resources.sample.works import load_works

DATA = Path(__file__).parents[1] / "data"
BATCH = 2000
UNITS_PER_DISTRICT = 3
UNIT_WORDS = ("智能制造企业", "生物科技企业", "青少年科学学会", "科学传播中心", "环境监测研究所")
# What is offered, by kind: words for titles, and for the first sentence.
OFFERS = {
    "open_lab": (
        ("开放实验室", "生产线参观", "检测中心开放日"),
        "走进一线实验室，看{topic}怎样做出来。",
    ),
    "study_site": (("研学营地", "研学基地"), "半天到一天的{topic}研学，有导师带队和任务书。"),
    "exhibit": (("互动展项", "模型展品"), "可以亲手操作的{topic}展项。"),
    "travelling": (("流动展", "巡展"), "可送到学校和社区的{topic}展览，含布展指导。"),
    "vehicle": (("科普大篷车",), "开到校园和社区的{topic}体验车。"),
    "course": (("实验课", "动手课", "探究课"), "成套的{topic}课程，含教案、材料和评价表。"),
    "lecture": (("公开讲座", "科学家讲座"), "一线科研人员讲{topic}，留足提问时间。"),
    "online_course": (("线上微课",), "每集十分钟的{topic}微课，随时可学。"),
    "kit": (("实验箱", "教具箱"), "可借用的{topic}器材，附操作视频。"),
    "book": (("图说", "口袋书"), "写给大众的{topic}读本。"),
    "film": (("短片", "纪录片"), "讲述{topic}的科普影片。"),
    "article": (("图解", "漫画"), "一张图讲清{topic}。"),
    "teaching_case": (("教学案例",), "课堂上用过的{topic}教学设计。"),
}
GROUPS = (
    [Audience.MINORS],
    [Audience.MINORS, Audience.GENERAL],
    [Audience.GENERAL],
    [Audience.WORKERS],
    [Audience.WORKERS, Audience.GENERAL],
    [Audience.OFFICIALS],
    [Audience.OFFICIALS, Audience.WORKERS],
    [Audience.SENIORS],
    [Audience.SENIORS, Audience.GENERAL],
)
PRICES = (
    ("seniors", 0, "65 岁以上，凭身份证"),
    ("minors", 50, "6 至 18 岁"),
    ("military", 0, "凭军人证件"),
    ("disabled", 0, "凭残疾人证"),
)
AGES = ((3, 6), (6, 9), (7, 12), (8, 14), (12, 18), (10, None))
WEEKS = (
    [(day, time(9), time(17, 30)) for day in range(2, 8)],
    [(day, time(10), time(18)) for day in range(1, 8)],
    [(day, time(9), time(12)) for day in range(1, 6)] + [(day, time(14), time(17)) for day in range(1, 6)],
    [(6, time(9), time(17)), (7, time(9), time(17))],
)
STATUSES = (
    [Resource.Status.PUBLISHED] * 34
    + [Resource.Status.SUBMITTED] * 2
    + [Resource.Status.DRAFT, Resource.Status.RETURNED, Resource.Status.ARCHIVED]
)


def load(*, students: int, resources: int, years: int, rng: random.Random, by: User) -> None:
    """Enter `resources` invented ones over the last `years`, owned by invented units; once."""
    load_routes(by=by)
    if Resource.objects.filter(code__startswith=SAMPLE).exists():
        return
    units = [*_own_units(), *_units()]
    kinds = {kind.code: kind for kind in ResourceKind.objects.current()}
    topics = list(Topic.objects.filter(group=Topic.Group.COMMON).order_by("position", "pk"))
    streets: dict[int, list[Region]] = {}
    for part in Region.objects.inhabited().filter(level=Level.SUBDISTRICT).order_by("code"):
        streets.setdefault(part.parent_id, []).append(part)
    everyday = list(Topic.objects.filter(group=Topic.Group.EVERYDAY).order_by("position", "pk"))
    now = timezone.now()
    for first in range(1, resources + 1, BATCH):
        made, chosen = [], []
        for number in range(first, min(first + BATCH, resources + 1)):
            kind = kinds[rng.choice(tuple(OFFERS))]
            picked = rng.sample(topics, rng.choice((1, 1, 2)))
            one = _resource(number, kind, picked[0], rng.choice(units), years, now, rng, by)
            if number % 4 == 0 and (parts := streets.get(one.region_id)):
                one.region = parts[number // 4 % len(parts)]
            made.append(one)
            chosen.append(picked + ([everyday[number // 3 % len(everyday)]] if number % 3 == 0 else []))
        _keep(made, chosen, rng)
    _assets(by)
    load_censuses(rng=rng, by=by)
    load_needs(rng=rng, by=by)
    load_works(by=by)
    _enter_again(by)


def _enter_again(by: User) -> None:
    """One thing is in the register twice, for the page where two records become one."""
    known = Resource.objects.published().filter(code__startswith=SAMPLE).order_by("pk").first()
    if known is None:
        return
    again = create(
        by=by,
        kind=known.kind,
        title=known.title,
        summary="与已登记的一条是同一项。",
        region=known.region,
        source="虚构示例",
    )
    Resource.objects.filter(pk=again.pk).update(code=f"{SAMPLE}cf1")
    refresh([again.pk])


def _own_units() -> list[Organization]:
    """The unit of the sample account, more than once: its desk should show something."""
    own = Organization.objects.filter(grants__user__username="unit", grants__role=Role.UNIT)
    return list(own.select_related("region")) * 6


def _units() -> list[Organization]:
    made = [
        Organization(
            name=f"{district.name}示例{UNIT_WORDS[(place + number) % len(UNIT_WORDS)]}（示例）",
            kind=Organization.Kind.ENTERPRISE,
            region=district,
            source="虚构示例",
        )
        for place, district in enumerate(Region.objects.districts())
        for number in range(UNITS_PER_DISTRICT)
    ]
    Organization.objects.bulk_create(made, ignore_conflicts=True)
    names = [unit.name for unit in made]
    return list(Organization.objects.filter(name__in=names).select_related("region").order_by("pk"))


def _resource(
    number: int,
    kind: ResourceKind,
    topic: Topic,
    unit: Organization,
    years: int,
    now: datetime,
    rng: random.Random,
    by: User,
) -> Resource:
    forms, sentence = OFFERS[kind.code]
    audiences = rng.choice(GROUPS)
    ages = rng.choice(AGES) if Audience.MINORS in audiences else (None, None)
    status = rng.choice(STATUSES)
    listed = now - timedelta(days=rng.randrange(1, 365 * years))
    is_free = rng.random() < 0.7
    # Most are fresh, some are due, a few are late.
    confirmed_on = max(
        listed.date(), now.date() - timedelta(days=number * 37 % (kind.freshness_months * 30 + 30))
    )
    return Resource(
        code=f"{SAMPLE}{number:06d}",
        kind=kind,
        title=f"{topic.name}{rng.choice(forms)} {number}（示例）",
        summary=sentence.format(topic=topic.name),
        description="本条为虚构的示例资源，用来展示平台功能。",
        audiences=[str(audience.value) for audience in audiences],
        dimensions=sorted(rng.sample(Dimension.values, rng.choice((1, 2)))),
        spirits=[Spirit.values[number % len(Spirit)]] if number % 4 == 0 else [],
        ages_from=ages[0],
        ages_to=ages[1],
        is_free=is_free,
        cost="" if is_free else f"每人 {rng.randrange(2, 20) * 5} 元",
        booking=rng.choice((Resource.Booking.NONE, Resource.Booking.ADVANCE, Resource.Booking.GROUP)),
        public_phone="",
        address=f"{unit.region.name}示例路 {rng.randrange(1, 300)} 号" if kind.is_place else "",
        region=unit.region,
        organization=unit,
        created_by=by,
        created_at=listed - timedelta(days=3),
        status=status,
        submitted_at=listed - timedelta(days=2) if status != Resource.Status.DRAFT else None,
        published_at=listed if status in (Resource.Status.PUBLISHED, Resource.Status.ARCHIVED) else None,
        listed_on=listed.date() if status in (Resource.Status.PUBLISHED, Resource.Status.ARCHIVED) else None,
        archived_at=now if status == Resource.Status.ARCHIVED else None,
        confirmed_on=confirmed_on,
        confirm_by=add_months(confirmed_on, kind.freshness_months),
        updated_at=listed,
        source="虚构示例",
        details=_details(kind, rng),
    )


def _details(kind: ResourceKind, rng: random.Random) -> dict:
    details = {}
    for field in kind.fields:
        if field["type"] == "number":
            details[field["code"]] = rng.choice((10, 20, 30, 40, 45, 60))
        elif field["type"] == "choice":
            details[field["code"]] = rng.choice(field["choices"])
    return details


def _keep(made: list[Resource], chosen: list[list[Topic]], rng: random.Random) -> None:
    Resource.objects.bulk_create(made)
    through = Resource.topics.through
    through.objects.bulk_create(
        through(resource_id=resource.pk, topic_id=topic.pk)
        for resource, topics in zip(made, chosen, strict=True)
        for topic in topics
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(resource=resource, weekday=day, opens=opens, closes=closes)
        for resource in made
        if resource.kind.is_place
        for day, opens, closes in rng.choice(WEEKS)
    )
    _price([resource for resource in made if resource.kind.is_place])
    refresh([resource.pk for resource in made])


# Kind, title, outreach task, months until its day; the owner is the sample account's unit or an invented one.
ASSETS = (
    ("laboratory", "海洋环境监测实验室（示例）", "", 0),
    ("facility", "材料表征共享平台（示例）", "", 0),
    ("line", "智能装配生产线（示例）", "", 0),
    ("result", "可降解薄膜配方（示例）", "", 0),
    ("project", "潮间带生态观测项目（示例）", "面向中小学办一门生态观测课", -2),
    ("project", "工业视觉检测项目（示例）", "每年开放生产线 4 次并录制讲解视频", 3),
)


def _assets(by: User) -> None:
    """Assets of innovation, one of them converted, one task overdue, one to come."""
    today = timezone.localdate()
    units = list(dict.fromkeys([*_own_units()[:1], *_units()]))[: len(ASSETS) - 1]
    if not units:
        return
    owners = [units[0], *units]
    made = [
        SourceAsset(
            code=f"{SAMPLE}kj{number}",
            kind=kind,
            title=title,
            organization=owner,
            region=owner.region,
            task=task,
            due_on=add_months(today, months) if task else None,
            funder="市级科技计划（示例）" if task else "",
            source="虚构示例",
            created_by=by,
        )
        for number, (owner, (kind, title, task, months)) in enumerate(zip(owners, ASSETS, strict=False), 1)
    ]
    SourceAsset.objects.bulk_create(made)
    shown = Resource.objects.published().filter(organization=units[0]).order_by("pk").first()
    if shown:
        AssetConversion.objects.create(asset=made[0], resource=shown, converted_on=today)


def _price(places: list[Resource]) -> None:
    """Who pays less where one pays, and a day off for repairs at every fifth place."""
    Concession.objects.bulk_create(
        Concession(resource=resource, group=group, percent=percent, note=note)
        for resource in places
        if resource.is_free is False
        for group, percent, note in PRICES
    )
    today = timezone.localdate()
    days = [(resource, today + timedelta(days=number % 25)) for number, resource in enumerate(places[::5])]
    SpecialDays.objects.bulk_create(
        SpecialDays(resource=resource, starts_on=day, ends_on=day, reason="设备检修（示例）")
        for resource, day in days
    )


def load_routes(*, by: User) -> None:
    """Three routes through real venues, marked as examples, published; once."""
    for row in json.loads((DATA / "routes.json").read_text(encoding="utf-8")):
        if Route.objects.filter(code=row["code"]).exists():
            continue
        places = Resource.objects.in_bulk([stop[0] for stop in row["stops"]], field_name="code")
        if len(places) < len(row["stops"]):
            continue  # the venues of this city's file are not loaded
        plain = ("code", "title", "summary", "description", "seasons", "audiences", "ages_from", "ages_to")
        route = Route.objects.create(
            **{name: row[name] for name in plain},
            region=Region.objects.get(code=row["district"]),
            created_by=by,
            source="示例线路：地点为真实场馆，停留和路上时间为估计",
            status=Route.Status.PUBLISHED,
            published_at=timezone.now(),
        )
        RouteStop.objects.bulk_create(
            RouteStop(
                route=route,
                position=position,
                resource=places[code],
                stay_minutes=stay,
                note=note,
                travel=travel,
                travel_minutes=minutes,
            )
            for position, (code, stay, note, travel, minutes) in enumerate(row["stops"], 1)
        )
        search.index_many([route_entry(route)])
