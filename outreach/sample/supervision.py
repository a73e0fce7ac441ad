"""The sample city's supervision: a plan drawn and partly done, self-checks, questions; all invented."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from outreach.actions import supervision as actions
from outreach.models import Checklist, Inspection, InspectionPlan, SelfCheck
from outreach.queries.supervision import self_check_list
from portal.accounts import User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region

NANSHAN = "440305000000"
SEED = "sample-2026"
POOR = (
    ("records", "接待记录缺两个月的签到表。（示例）"),
    ("plate", "牌匾挂在后门，公众看不到。（示例）"),
)
QUESTIONS = (
    (
        "titles",
        "年度考核的开放天数怎样统计？",
        "平台按开放日历自动统计全年实际开放天数，临时闭馆日不计。与您的记录不一致时，请先更正开放日历，当晚重新统计。（示例）",
        "年度考核的开放天数怎样统计",
    ),
    (
        "census",
        "同一展厅分属两个部门，普查填一条还是两条？",
        "按对外开放的地点填一条，管理部门写在备注里。（示例）",
        "一个展厅由两个部门管理，普查怎样填",
    ),
    ("returns", "半年报的参加人次包含线上观看吗？", "", ""),
)


def load(*, by: User) -> None:
    _inspections(by)
    _self_checks(by)
    _questions(by)


def _inspections(by: User) -> None:
    """Six units drawn; one sound, two with findings to be put right."""
    plan = actions.save_plan(
        InspectionPlan(
            title="南山区科普基地“双随机”抽查（示例）",
            region=Region.objects.get(code=NANSHAN),
            checklist=Checklist.objects.filter(use="inspection").order_by("-version").first(),
            units_wanted=6,
            inspectors_each=2,
            due_on=local_today() + timedelta(days=45),
        ),
        by=by,
    )
    actions.draw_plan(plan, seed=SEED, by=by)
    rows = plan.inspections.select_related("plan__checklist", "organization", "region").order_by("pk")
    for row, poor in zip(rows[:3], ((), POOR[:1], POOR), strict=True):
        _inspect(row, poor)


def _inspect(row: Inspection, poor: tuple) -> None:
    found = dict(poor)
    today = local_today()
    items = row.plan.checklist.items
    actions.inspect(
        row,
        inspected_on=today - timedelta(days=3),
        answers={item["code"]: "poor" if item["code"] in found else "good" for item in items},
        findings={code: (text, today + timedelta(days=20)) for code, text in found.items()},
        summary="现场查看场地、记录和公示。（示例）",
        is_done=True,
        by=row.inspectors.order_by("pk").first(),
    )


def _self_checks(by: User) -> None:
    """Some of the holders handed in this year's."""
    year = local_today().year
    checklist = self_check_list(year)
    bodies = Organization.objects.filter(
        pk__in=Inspection.objects.order_by("pk").values("organization")
    ).select_related("region")
    SelfCheck.objects.bulk_create(
        SelfCheck(
            checklist=checklist,
            year=year,
            organization=body,
            region=body.region,
            created_by=by,
            answers={item["code"]: "good" for item in checklist.items},
            summary="全年工作按计划完成。（示例）",
        )
        for body in bodies
    )


def _questions(by: User) -> None:
    asker = User.objects.filter(username="unit").first() or by
    body = asker.grants.filter(organization__isnull=False).select_related("organization__region").first()
    for number, (topic, subject, answer, title) in enumerate(QUESTIONS):
        asked = actions.ask(
            subject=f"{subject}（示例）",
            text="",
            topic=topic,
            place=body.organization.region,
            organization=body.organization,
            key=uuid5(NAMESPACE_URL, f"sample-question-{number}"),
            by=asker,
        )
        if answer:
            actions.answer(asked, text=answer, is_guidance=True, guidance_title=f"{title}（示例）", by=by)
