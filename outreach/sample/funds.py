"""The sample city's money: budget lines, what moved on them, gifts and what became of them. All invented."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from outreach.models import BudgetLine, Donation, DonationUse, Duty, FundEntry, FundTarget, ResearchSpending
from portal.accounts import User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region

LINES = (
    ("sz-week", "科普月活动（示例）", 1_200_000, ("活动场次", "场", 120)),
    ("sz-resources", "科普基地年度资助（示例）", 2_400_000, ("资助基地", "家", 31)),
    ("sz-26", "科普教育学分制试点（示例）", 800_000, ("参与学校", "所", 40)),
    ("cn-38", "公民科学素质监测（示例）", 450_000, ("有效样本", "份", 3000)),
)
GIFTS = (
    ("donation", "示例科技公司（示例）", False, True, 200_000, "", "购置社区科普大篷车展品（示例）"),
    ("sponsorship", "示例银行深圳分行（示例）", False, False, 80_000, "", "科普月开幕活动（示例）"),
    ("donation", "王示例", True, True, 3_000, "", "山区学校科普图书（示例）"),
    ("donation", "示例光学企业（示例）", False, True, 36_000, "天文望远镜 6 台", "社区天文观测（示例）"),
)


def load(*, rng: Random, by: User) -> None:
    city = Region.objects.city()
    body = Organization.objects.get(name="深圳市科学技术协会", region=city)
    unit = Organization.objects.filter(grants__user__username="unit").first() or body
    year = local_today().year
    for back in range(3):
        for code, name, amount, target in LINES:
            _line(body, year - back, code, name, Decimal(amount + back * -50_000), target, rng, by, back)
    _line(unit, year, "sz-resources", "展厅更新（示例）", Decimal(120_000), ("更新展项", "项", 8), rng, by, 0)
    for number, gift in enumerate(GIFTS):
        _gift(unit if number % 2 else body, number, gift, by)
    for back in range(1, 3):
        amount = Decimal(230_000_000_000 - back * 15_000_000_000)
        ResearchSpending.objects.create(
            year=year - back, amount_yuan=amount, source="示例数据，请以统计公报为准"
        )


def _line(body, year, code, name, amount, target, rng, by, back) -> None:
    duty = Duty.objects.get(code=code)
    at = {"organization": body, "region": body.region, "created_by": by}
    done = {"evaluation": "按计划完成，资金使用规范（示例）。", "score": 92, "evaluated_at": timezone.now()}
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{name} {year}")
    line = BudgetLine.objects.create(
        **at, key=key, year=year, duty=duty, name=name, amount_yuan=amount, **(done if back else {})
    )
    label, unit, wanted = target
    FundTarget.objects.create(
        line=line, name=label, unit=unit, wanted=wanted, reached=wanted + rng.randrange(5) if back else None
    )
    given = (amount * (1 if back else Decimal("0.6"))).quantize(Decimal("0.01"))
    spent = (given * Decimal(rng.randrange(40, 95)) / 100).quantize(Decimal("0.01"))
    for kind, sum_yuan, payee, purpose in (
        ("appropriation", given, "", "年初下达（示例）"),
        ("payment", spent, "示例供应商（示例）", "按合同支付（示例）"),
    ):
        FundEntry.objects.create(
            key=uuid.uuid5(key, kind),
            line=line,
            kind=kind,
            amount_yuan=sum_yuan,
            entered_on=min(date(year, 1, 15), local_today()),
            payee=payee,
            purpose=purpose,
            voucher="示例凭证",
            created_by=by,
        )


def _gift(body, number, gift, by) -> None:
    kind, donor, is_person, is_named, amount, goods, purpose = gift
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"gift {number}")
    made = Donation.objects.create(
        key=key,
        organization=body,
        region=body.region,
        created_by=by,
        kind=kind,
        donor=donor,
        is_person=is_person,
        is_named=is_named,
        amount_yuan=amount,
        goods=goods,
        purpose=purpose,
        received_on=local_today() - timedelta(days=90 + number * 20),
    )
    DonationUse.objects.create(
        key=uuid.uuid5(key, "use"),
        donation=made,
        used_on=local_today() - timedelta(days=30),
        amount_yuan=amount // 2,
        purpose="首批采购（示例）",
        created_by=by,
    )
