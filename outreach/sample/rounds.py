"""The sample city's rounds: one receives, one is under review, one before the public; and a year assessed.

Applicants, figures and scores are invented and say so; the steps are taken by the portal's own actions.
"""

from datetime import timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from outreach.actions import assessments, decisions, panel, visits
from outreach.actions.evidence import write_evidence
from outreach.models import (
    Application,
    Assessment,
    EvidenceItem,
    Gate,
    GateFinding,
    PanelMember,
    Review,
    Round,
    ScoreForm,
    Title,
)
from outreach.queries.panel import criteria_of
from portal.accounts import User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region

PLACES = ("智能制造展厅", "海洋生态馆", "气象观测站", "地质科普园", "基因科学中心", "新能源体验馆")
TEXT = (
    "一、申报条件见准入条件。二、申报单位在本平台填写申报表并上传证明材料，供评委查看的材料须匿名。"
    "三、区科协在推荐截止日前核对并推荐。四、评审结果公示五个工作日。（示例通知）"
)


def load(*, rng: Random, by: User) -> None:
    _members()
    _receiving(rng, by)
    _under_review(rng, by)
    _before_the_public(rng, by)
    _year(rng, by)


def _members() -> None:
    everything = list(Title.Category.values)
    for user in User.objects.filter(username__startswith="expert").order_by("username"):
        PanelMember.objects.get_or_create(user=user, defaults={"categories": everything})


def _round(title: str, *, opened: int, closes: int, recommend: int, by: User) -> Round:
    """A round whose days lie so many days from today."""
    today = local_today()
    form = ScoreForm.objects.filter(scheme__code="city_base").order_by("-version").first()
    return Round.objects.create(
        scheme=form.scheme,
        form=form,
        region=Region.objects.city(),
        created_by=by,
        year=today.year,
        title=title,
        text=TEXT,
        apply_from=today + timedelta(days=opened),
        apply_until=today + timedelta(days=closes),
        recommend_until=today + timedelta(days=recommend),
        status=Round.Status.OPEN,
        announced_at=timezone.now() + timedelta(days=opened),
    )


def _applicants(count: int, tag: str, rng: Random) -> list[Organization]:
    districts = list(Region.objects.districts())
    made = []
    for number in range(count):
        region = districts[(number * 3 + len(tag)) % len(districts)] if number else _nanshan()
        kind = rng.choice(
            [Organization.Kind.ENTERPRISE, Organization.Kind.VENUE, Organization.Kind.INSTITUTE]
        )
        name = f"{region.name}{PLACES[number % len(PLACES)]}{tag}{number + 1}（示例）"
        made.append(Organization.objects.create(name=name, kind=kind, region=region, source="示例数据"))
    return made


def _nanshan() -> Region:
    return Region.objects.get(code="440305000000")


def _apply(round: Round, body: Organization, status: str, rng: Random, by: User) -> Application:
    at = timezone.now() + timedelta(days=(round.apply_from - local_today()).days + 3)
    area, days = rng.randrange(400, 4000, 50), rng.randrange(200, 330)
    handed_in = status != Application.Status.DRAFT
    return Application.objects.create(
        round=round,
        organization=body,
        region=body.region,
        created_by=by,
        category=Title.Category.VENUE,
        status=status,
        legal_person="示例法人",
        contact="示例联系人",
        phone="0755-00000000",
        building_area=area * 3,
        exhibition_area=area,
        full_time_staff=rng.randrange(1, 8),
        part_time_staff=rng.randrange(2, 12),
        volunteers=rng.randrange(5, 60),
        training_hours=rng.randrange(8, 60),
        open_days=days,
        weekend_days=rng.randrange(60, 110),
        visitors=rng.randrange(3000, 60000, 100),
        sessions=rng.randrange(6, 40),
        has_pupil_discount=True,
        has_senior_discount=True,
        has_military_discount=rng.random() < 0.8,
        leaflets=rng.randrange(500, 5000, 100),
        exhibits=rng.randrange(30, 200),
        boards=rng.randrange(10, 80),
        models_count=rng.randrange(2, 40),
        books=rng.randrange(100, 900),
        income_appropriation_yuan=rng.randrange(50_000, 400_000, 1000),
        income_sponsorship_yuan=0,
        income_other_yuan=rng.randrange(0, 90_000, 1000),
        spending_building_yuan=rng.randrange(10_000, 90_000, 1000),
        spending_exhibits_yuan=rng.randrange(10_000, 90_000, 1000),
        spending_activities_yuan=rng.randrange(10_000, 90_000, 1000),
        spending_other_yuan=0,
        other_titles="无",
        has_distinctive_resource=True,
        shows_own_technology=body.kind == Organization.Kind.ENTERPRISE,
        summary="近两年按计划开放并开展进校园、进社区活动。（示例）",
        plan="今后更新展品、增开周末专场。（示例）",
        submitted_at=at if handed_in else None,
        recommended_at=at + timedelta(days=5) if status not in ("draft", "submitted", "returned") else None,
        district_opinion="同意推荐。（示例）" if status not in ("draft", "submitted", "returned") else "",
    )


def _receiving(rng: Random, by: User) -> None:
    year = local_today().year
    title = f"{year}年度科普基地、示范点认定（示例）"
    round = _round(title, opened=-20, closes=20, recommend=35, by=by)
    for body, status in zip(
        _applicants(6, "甲", rng),
        ("submitted", "recommended", "submitted", "recommended", "returned", "draft"),
        strict=True,
    ):
        _apply(round, body, status, rng, by)


def _admitted(title: str, tag: str, count: int, rng: Random, by: User) -> Round:
    """A round under review whose cases have passed the formal check and have their panels."""
    round = _round(title, opened=-90, closes=-60, recommend=-45, by=by)
    gates = list(Gate.objects.filter(form=round.form))
    for body in _applicants(count, tag, rng):
        made = _apply(round, body, "admitted", rng, by)
        GateFinding.objects.bulk_create(
            GateFinding(application=made, gate=gate, is_met=True) for gate in gates
        )
    Round.objects.filter(pk=round.pk).update(status=Round.Status.REVIEWING)
    round.refresh_from_db()
    panel.draw_panels(round, by=by, seed=f"示例{tag}")
    return round


def _under_review(rng: Random, by: User) -> None:
    """Some sheets are in, the others wait for the sample's experts."""
    round = _admitted(f"{local_today().year}年度补充认定（示例）", "乙", 4, rng, by)
    cases = list(Application.objects.filter(round=round).with_all().order_by("pk"))
    _count(cases[0], rng, by)
    for review in _sheets(cases[1])[:3]:
        _hand_in(review, rng)


def _before_the_public(rng: Random, by: User) -> None:
    round = _admitted(f"{local_today().year}年度企业科技传播馆认定（示例）", "丙", 4, rng, by)
    for case in Application.objects.filter(round=round).with_all().order_by("pk"):
        _count(case, rng, by)
    if decisions.propose_all(round, by=by):
        decisions.publish_notice(round, by=by)


def _sheets(case: Application) -> list[Review]:
    rows = Review.objects.filter(application=case, status="open")
    return list(rows.select_related("member__user", "application__round__scheme").order_by("letter"))


def _hand_in(review: Review, rng: Random) -> None:
    points = {}
    for row in criteria_of(review.application):
        plain = row.plain()
        if plain.how == "ladder":
            points[row.code] = plain.ladder[-1 if rng.random() < 0.7 else -2]
        elif plain.how == "range":
            points[row.code] = (
                Decimal(rng.randrange(int(plain.points * 15) // 10, int(plain.points * 2) + 1)) / 2
            )
    panel.fill_in(
        review, points, notes={}, opinion="材料较为完整。（示例）", is_done=True, by=review.member.user
    )


def _count(case: Application, rng: Random, by: User) -> None:
    while sheets := _sheets(case):  # a second time where the first lay too far apart
        for review in sheets:
            _hand_in(review, rng)
    visits.save_visit(
        case,
        visited_on=local_today(),
        answers={item["code"]: ("good", "") for item in case.round.form.visit_items},
        measured_area=case.exhibition_area,
        summary="与申报一致。（示例）",
        is_done=True,
        by=by,
    )
    panel.count_scores(Application.objects.with_all().get(pk=case.pk), by=by)


def _year(rng: Random, by: User) -> None:
    """Last year's assessment: most have passed, some wait for the check, a few must put something right."""
    year = local_today().year - 1
    now = timezone.now()
    holders = sorted(set(Title.objects.filter(kind__level="city").values_list("organization", flat=True)))
    for item, low, high in (
        (EvidenceItem.OPEN_DAYS, 200, 330),
        (EvidenceItem.VISITORS, 1500, 60000),
        (EvidenceItem.SESSIONS, 2, 40),
        (EvidenceItem.INFORMATION_ITEMS, 5, 30),
    ):
        values = {key: Decimal(rng.randrange(low, high)) for key in holders}
        write_evidence(values, item=item, year=year, source="示例数据", at=now)
    assessments.open_year(year, due_on=local_today() + timedelta(days=30), by=by)
    keys = list(Assessment.objects.filter(year=year).order_by("pk").values_list("pk", flat=True))
    rows = Assessment.objects.filter(pk__in=keys, total__gte=60)
    report = {"self_report": "全年按公布时间开放。（示例）", "reported_at": now}
    rows.filter(pk__in=keys[: len(keys) * 3 // 4]).update(
        status="passed", decided_at=now, check_opinion="合格。（示例）", **report
    )
    rows.filter(pk__in=keys[len(keys) * 3 // 4 : len(keys) * 9 // 10]).update(status="reported", **report)
