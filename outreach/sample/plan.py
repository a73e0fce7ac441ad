"""The sample plan at work: days, progress, and tasks on their way down and up. Invented, and says so."""

import uuid
from datetime import date, timedelta
from random import Random

from django.utils import timezone

from outreach.models import Measure, Plan, Project, Target, Task
from portal import files
from portal.accounts import User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.roles import Perm

NANSHAN = "440305000000"
TASKS = (
    ("报送本区科普月活动方案（示例）", "4.4-1"),
    ("核对辖区科普资源名录（示例）", "4.2-3"),
    ("组织街道科普干事培训（示例）", "4.1-1a"),
    ("推荐社区老年科普讲师（示例）", "3.4-2"),
)
BODIES = (
    ("深圳市教育局", "汇总学校科普学分试点情况（示例）"),
    ("深圳市卫生健康委员会", "更新健康科普专家名单（示例）"),
)


def load(*, rng: Random, by: User) -> None:
    plan = Plan.objects.filter(is_draft=False).order_by("-starts_on").first()
    _arrange(plan, rng)
    city = Region.objects.city()
    districts = list(Region.objects.districts())
    measures = {measure.code: measure for measure in Measure.objects.filter(project__plan=plan)}
    for number, (title, code) in enumerate(TASKS):
        for place, district in enumerate(districts):
            status = ("done", "submitted", "running", "running")[(place + number) % 4]
            due = local_today() + timedelta(days=rng.randrange(-20, 60) if status == "running" else 10)
            task = _task(title, city, district, None, due, status, by, measures[code])
            if district.code == NANSHAN and task.status == "running":
                _parts(task, by)
    for name, title in BODIES:
        body = Organization.objects.get(name=name, region=city)
        _task(title, city, city, body, local_today() + timedelta(days=20), "running", by, measures["4.1-1"])
    _successor(plan)


def _arrange(plan: Plan, rng: Random) -> None:
    """Days and progress of the measures; the new hall opened in May 2025."""
    first, last = plan.years[0], plan.years[-1]
    for measure in Measure.objects.filter(project__plan=plan).order_by("pk"):
        starts = rng.randrange(first, last)
        ends = rng.randrange(starts + 1, last + 1)
        Measure.objects.filter(pk=measure.pk).update(
            starts_on=date(starts, rng.choice((1, 4, 7)), 1),
            due_on=date(ends, rng.choice((6, 12)), 30),
            progress=rng.choice(("under_way", "under_way", "done")),
            note="进展与起止日期为示例。",
        )
    Measure.objects.filter(project__plan=plan, code="4.2-6").update(
        starts_on=None, due_on=None, progress="done", note="2025年5月对外开放。"
    )


def _task(title, source, region, body, due, status, by, measure=None, parent=None) -> Task:
    told = {}
    if status in ("submitted", "done"):
        made = files.made("示例证明".encode(), "示例证明.txt", "txt")
        proof = files.keep(made, by=by, region=region, organization=body, needs=Perm.TASK_VIEW)
        told = {
            "reply": "已按要求办理（示例）。",
            "proof": proof,
            "reported_at": timezone.now(),
            "reported_by": by,
        }
    return Task.objects.create(
        key=uuid.uuid5(uuid.NAMESPACE_OID, f"{title} {region.code} {body}"),
        title=title,
        text="请按期办理，办结后附证明上报。（示例）",
        source=source,
        region=region,
        organization=body,
        due_on=due,
        status=status,
        measure=measure,
        parent=parent,
        created_by=by,
        **told,
    )


def _parts(task: Task, by: User) -> None:
    streets = Region.objects.filter(parent=task.region, level=Level.SUBDISTRICT).inhabited().order_by("code")
    for number, street in enumerate(streets):
        status = "done" if number % 3 == 0 else "running"
        _task(task.title, task.region, street, None, task.due_on, status, by, task.measure, task)


def _successor(plan: Plan) -> None:
    """A draft of the next plan, as far as somebody has got with it."""
    draft = Plan.objects.create(
        code="2026-2030",
        name="深圳市科协科普发展规划（2026—2030年）（示例草案）",
        starts_on=date(2026, 1, 1),
        ends_on=date(2030, 12, 31),
        basis="示例",
        is_draft=True,
    )
    for project in plan.projects.order_by("code"):
        copy = Project.objects.create(
            plan=draft, code=project.code, kind=project.kind, name=project.name, summary=project.summary
        )
        for measure in project.measures.exclude(progress="done").order_by("pk"):
            Measure.objects.create(
                project=copy, code=measure.code, name=measure.name, progress="not_begun", lead=measure.lead
            )
    Target.objects.create(
        plan=draft,
        code="literacy",
        name="公民具备科学素质的比例",
        unit="%",
        baseline_year=2025,
        baseline=25,
        target_year=2030,
        target=30,
        source="示例草案",
    )
