"""Invented calls and works of the sample city, each marked （示例）, gone through by the sample accounts."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from portal.accounts import User
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from resources.actions import contracts, work_reviews, works
from resources.actions.contracts import Part
from resources.actions.works import Line, Standard
from resources.models import Resource, ResourceKind, WorkApplication, WorkCall, WorkContract
from resources.rules.works import LADDER_EXAMPLE, read_ladder
from resources.sample.codes import SAMPLE

RULES = (
    "一、申报条件：在深圳市登记的单位；个人通过所在单位申报。\n"
    "二、作品要求：内容科学准确，原创，未获其他财政资金支持。\n"
    "三、知识产权归申报单位所有，市科协可在公益科普中免费使用。\n"
    "本征集为虚构的示例。"
)
WEIGHTS = (("科学性", 30), ("创新性", 25), ("传播价值", 25), ("可行性与预算", 20))
# Title, kind, what it is about, yuan.
WORKS = (
    ("潮间带的一天（示例）", "film", "一部八分钟的短片，跟随潮水看红树林里的生物怎样生活。", 60000),
    ("给老年人的防骗图解（示例）", "article", "二十张长图，讲清常见的电信诈骗和应对办法。", 20000),
    ("城市里的蝴蝶（示例）", "book", "介绍五十种常见蝴蝶和它们的寄主植物的口袋书。", 50000),
    ("机器人足球实验箱（示例）", "kit", "供初中课堂使用的实验箱，附八课时教案。", 80000),
    ("台风来了怎么办（示例）", "film", "四集动画短片，讲预警信号和家庭应急。", 45000),
)


def load_works(*, by: User) -> None:
    """A call that is over, with works at every stage, and one that is open; once."""
    unit = Organization.objects.filter(grants__user__username="unit").select_related("region").first()
    clerk = User.objects.filter(username="unit").first()
    experts = list(User.objects.filter(username__in=["expert1", "expert2", "expert3"]).order_by("username"))
    kinds = {kind.code: kind for kind in ResourceKind.objects.current()}
    if WorkCall.objects.exists() or unit is None or len(experts) < 3 or not by.can(Perm.WORK_MANAGE):
        return
    now = timezone.now()
    past = _call("去年科普作品征集（示例）", by=by, opens=now - timedelta(days=200), days=40)
    made = [
        _work(past, unit, clerk, kinds, number, at=now - timedelta(days=170)) for number in range(len(WORKS))
    ]
    for work, points in zip(made[:3], ((0, 1), (0, 0), (1, 1)), strict=True):
        _reviewed(work, experts[:2], points, by=by, at=now - timedelta(days=150))
        work_reviews.support(
            work,
            amount=work.requested_yuan,
            reason="选题贴近市民，方案可行。",
            by=by,
            at=now - timedelta(days=130),
        )
    _finished(made[0], clerk, by=by, now=now)
    _running(made[1], by=by, now=now)
    _reviewed(made[3], experts[:2], (0, 3), by=by, at=now - timedelta(days=150))
    work_reviews.decline(made[4], reason="与已有作品重复较多。", by=by, at=now - timedelta(days=140))
    current = _call("今年科普作品征集（示例）", by=by, opens=now - timedelta(days=5), days=40)
    waiting = _work(current, unit, clerk, kinds, 2, at=now - timedelta(days=2))
    work_reviews.assign(waiting, experts[:2], by=by, at=now - timedelta(days=1))
    _work(current, unit, clerk, kinds, 4, at=now - timedelta(days=1))
    _work(current, unit, clerk, kinds, 1, at=now, hands_in=False)


def _call(title: str, *, by: User, opens: datetime, days: int) -> WorkCall:
    first = timezone.localtime(opens).replace(hour=9, minute=0, second=0, microsecond=0)
    last = (first + timedelta(days=days)).replace(hour=18)
    call = WorkCall(
        code=f"{SAMPLE}{first:%Y%m%d}",
        region=Region.objects.city(),
        title=title,
        year=first.year,
        summary="支持原创的科普图书、影视、图文和教具，面向未成年人和社会公众。",
        rules=RULES,
        kinds=["book", "film", "article", "kit"],
        audiences=["minors", "general"],
        opens_at=first,
        closes_at=last,
        budget_yuan=Decimal(300000),
        most_yuan=Decimal(80000),
    )
    standards = [Standard(name, weight, read_ladder(LADDER_EXAMPLE)) for name, weight in WEIGHTS]
    works.save_call(call, standards, by=by)
    works.publish_call(call, by=by, at=first)
    return call


def _work(call, unit, clerk, kinds, number: int, *, at: datetime, hands_in: bool = True) -> WorkApplication:
    title, kind, about, yuan = WORKS[number]
    work = WorkApplication(
        key=uuid.uuid5(uuid.NAMESPACE_OID, f"{call.code} {number}"),
        code=f"{call.code.removeprefix(SAMPLE)}{number}",
        call=call,
        organization=unit,
        region=unit.region,
        title=title,
        kind=kinds[kind],
        abstract=about,
        plan="先做样稿，请目标读者试用，按意见修改后定稿；内容由专业人员审校。",
        schedule="两个月完成样稿，四个月定稿，六个月发布。",
        people="示例成员甲，示例科技馆展教部，策划\n示例成员乙，示例科技馆技术部，制作",
        requested_yuan=Decimal(yuan),
        contact="示例联系人",
        contact_phone="",
    )
    lines = [Line("创作与制作", Decimal(yuan) * 7 / 10), Line("审校与试用", Decimal(yuan) * 3 / 10)]
    works.save_application(work, lines, by=clerk, at=at)
    if hands_in:
        works.submit_application(work, by=clerk, at=at + timedelta(hours=1))
    rows = WorkApplication.objects.select_related("call", "organization__region", "region", "kind", "asset")
    return rows.get(pk=work.pk)


def _reviewed(work, experts, rungs, *, by: User, at: datetime) -> None:
    """Reviews whose marks are the rungs counted from the top of each ladder."""
    reviews = work_reviews.assign(work, experts, by=by, at=at)
    for review, place in zip(reviews, rungs, strict=True):
        chosen = [row.rungs.order_by("-points")[place] for row in work.call.criteria.all()]
        work_reviews.hand_in_review(
            review,
            opinion="内容可靠，建议加强与学校的合作。（示例）",
            rungs=chosen,
            by=review.reviewer,
            at=at + timedelta(days=5),
        )
    work.refresh_from_db()


def _signed(work, *, by: User, now: datetime, ages: tuple[int, int]) -> WorkContract:
    """Two milestones, so many days ago."""
    today, half = timezone.localdate(now), work.decided_yuan / 2
    parts = [
        Part(title, today - timedelta(days=age), half)
        for title, age in zip(("样稿", "定稿"), ages, strict=True)
    ]
    return contracts.sign(
        work,
        parts,
        by=by,
        number=f"示例-{work.code}",
        amount_yuan=work.decided_yuan,
        signed_on=today - timedelta(days=120),
        starts_on=today - timedelta(days=120),
        ends_on=today + timedelta(days=60),
    )


def _finished(work, clerk: User, *, by: User, now: datetime) -> None:
    """Delivered, paid, accepted, become a resource with figures of its attention."""
    work.refresh_from_db()
    contract = _signed(work, by=by, now=now, ages=(80, 40))
    for milestone in contract.milestones.select_related("instalment"):
        contracts.deliver_milestone(milestone, proof="已完成，见样片。（示例）", file=None, by=clerk, at=now)
        contracts.approve_milestone(milestone, by=by, at=now)
        contracts.pay(milestone.instalment, on=timezone.localdate(now), by=by)
    contracts.accept_work(contract, by=by, at=now, note="符合合同约定。（示例）")
    made = contracts.make_resource(contract, by=clerk, on=timezone.localdate(now))
    Resource.objects.filter(pk=made.pk).update(code=f"{SAMPLE}zp1")  # the same in every sample city
    today = timezone.localdate(now)
    contracts.enter_attention(
        by=clerk,
        resource=made,
        starts_on=today - timedelta(days=30),
        ends_on=today - timedelta(days=1),
        views=1234,
        shares=56,
        source="虚构示例",
    )


def _running(work, *, by: User, now: datetime) -> None:
    """One milestone overdue, one to come."""
    work.refresh_from_db()
    _signed(work, by=by, now=now, ages=(10, -40))
