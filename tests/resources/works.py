"""Calls, applications, reviews and contracts, made by the people who make them."""

import uuid
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from portal.regions import Region
from portal.roles import Role
from resources.actions import contracts, work_reviews, works
from resources.actions.contracts import Part
from resources.actions.works import Line, Standard
from resources.models import WorkApplication, WorkCall
from tests.factories import UserFactory
from tests.resources.factories import KindFactory

STANDARDS = [
    Standard("科学性", 60, ((90, "优秀"), (60, "合格"), (20, "不合格"))),
    Standard("传播价值", 40, ((90, "优秀"), (60, "合格"), (20, "不合格"))),
]


def film():
    return KindFactory(code="film", name="影视音频", is_place=False, fields=[])


def draft_call(staff, **values) -> WorkCall:
    now = timezone.now()
    film()
    values = {
        "title": "科普作品征集",
        "year": now.year,
        "summary": "支持原创科普作品",
        "rules": "作品应当原创。",
        "kinds": ["film"],
        "audiences": ["general"],
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=10),
        "budget_yuan": Decimal("100000.00"),
        "most_yuan": Decimal("80000.00"),
        **values,
    }
    return works.save_call(WorkCall(region=Region.objects.city(), **values), STANDARDS, by=staff)


def open_call(staff, **values) -> WorkCall:
    call = draft_call(staff, **values)
    works.publish_call(call, by=staff, at=timezone.now())
    return call


def draft_of(call, unit, clerk, *, yuan="50000.00", lines=None, **values) -> WorkApplication:
    values = {
        "title": "深海来信",
        "kind": film(),
        "abstract": "讲述深海生物的短片。",
        "plan": "十二集，每集五分钟。",
        "schedule": "三月开拍，九月完成。",
        "people": "王小明，导演，总负责",
        "contact": "李联络",
        "contact_phone": "13800138000",
        "requested_yuan": Decimal(yuan) if yuan else None,
        **values,
    }
    work = WorkApplication(call=call, organization=unit, region=unit.region, key=uuid.uuid4(), **values)
    if lines is None:
        lines = [Line("拍摄", Decimal(yuan))]
    return works.save_application(work, lines, by=clerk, at=timezone.now())


def submitted(call, unit, clerk, **values) -> WorkApplication:
    work = draft_of(call, unit, clerk, **values)
    works.submit_application(work, by=clerk, at=timezone.now())
    return fresh(work)


def fresh(work) -> WorkApplication:
    rows = WorkApplication.objects.select_related("call", "organization__region", "region", "kind", "asset")
    return rows.get(pk=work.pk)


def experts(count=3) -> list:
    return [UserFactory(holding=(Role.EXPERT, Region.objects.city()), mfa=True) for _ in range(count)]


def assigned(work, people, staff) -> list:
    return work_reviews.assign(work, people, by=staff, at=timezone.now())


def rungs_of(review, points) -> list:
    """The rung with these points under each criterion, in order."""
    criteria = review.application.call.criteria.order_by("position")
    return [row.rungs.get(points=each) for row, each in zip(criteria, points, strict=True)]


def hand_in(review, *points, opinion="有新意。"):
    points = points if len(points) == 2 else points * 2
    work_reviews.hand_in_review(
        review, opinion=opinion, rungs=rungs_of(review, points), by=review.reviewer, at=timezone.now()
    )


def reviewed(call, unit, clerk, staff, *, points=(90, 90), **values) -> WorkApplication:
    work = submitted(call, unit, clerk, **values)
    for review, each in zip(assigned(work, experts(2), staff), points, strict=True):
        hand_in(review, each)
    return fresh(work)


def supported(call, unit, clerk, staff, *, yuan="50000.00", **values) -> WorkApplication:
    work = reviewed(call, unit, clerk, staff, yuan=yuan, **values)
    work_reviews.support(work, amount=Decimal(yuan), reason="同意", by=staff, at=timezone.now())
    return fresh(work)


def terms(**values) -> dict:
    today = timezone.localdate()
    return {
        "number": f"科普{uuid.uuid4().hex[:8]}",
        "amount_yuan": Decimal("50000.00"),
        "signed_on": today,
        "starts_on": today,
        "ends_on": today + timedelta(days=200),
        **values,
    }


def parts(*amounts) -> list[Part]:
    today = timezone.localdate()
    return [
        Part(f"节点{number}", today + timedelta(days=20 * number), Decimal(amount) if amount else None)
        for number, amount in enumerate(amounts, 1)
    ]


def contracted(call, unit, clerk, staff, *, amounts=("20000", "30000"), **values):
    work = supported(call, unit, clerk, staff, **values)
    total = sum((Decimal(amount) for amount in amounts if amount), Decimal(0))
    return contracts.sign(work, parts(*amounts), by=staff, **terms(amount_yuan=total))


def delivered(milestone, clerk):
    contracts.deliver_milestone(milestone, proof="样片已完成", file=None, by=clerk, at=timezone.now())


def accepted(contract, clerk, staff):
    for milestone in contract.milestones.all():
        delivered(milestone, clerk)
        contracts.approve_milestone(milestone, by=staff, at=timezone.now())
    contracts.accept_work(contract, by=staff, at=timezone.now(), note="通过")
    contract.refresh_from_db()
    return contract
