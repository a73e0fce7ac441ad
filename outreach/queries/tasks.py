"""Tasks as people read them: whose they are, what waits, and how they stand by chapter, body and region."""

from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from outreach.models import Measure, Plan, Task
from outreach.rules.plan import light, measure_share, percent, rolled_up
from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.roles import Perm, roles_with
from portal.waiting import Waiting, waiting_line

OPEN = [Task.Status.RUNNING, Task.Status.SUBMITTED]


def tasks_for(user: User):
    """The tasks of one's regions and bodies."""
    rows = Task.objects.for_user(user, Perm.TASK_VIEW)
    return rows.select_related("region", "organization", "source", "measure", "parent", "meeting")


def handed_down_by(user: User):
    """The tasks that somebody's regions, or regions below, handed down: theirs to decide on."""
    scope = Q(pk__in=[])
    for path in user.places_for(Perm.TASK_ASSIGN)[0]:
        scope |= Q(source__path__startswith=path)
    return Task.objects.filter(scope).select_related("region", "organization__region", "source")


def filtered(rows, asked: dict[str, str], on: date):
    """Tasks by state, measure and region code as asked; what is unknown is left out."""
    state = asked.get("state", "")
    if state == "late":
        rows = rows.late(on)
    elif state in Task.Status.values:
        rows = rows.filter(status=state)
    if asked.get("measure"):
        rows = rows.filter(measure__code=asked["measure"])
    if asked.get("region"):
        rows = rows.filter(region__path__contains=f"{asked['region']}/")
    return rows


def parts_of(task: Task, user: User):
    """What was handed further down of a task, as far as somebody may see it."""
    return tasks_for(user).filter(parent=task).order_by("due_on", "pk")


def people_at(perm: Perm, region: Region, organization: Organization | None, on: date) -> list[User]:
    """Who holds a permission at just this place; in a region without anybody, at the nearest above it."""
    held = Grant.objects.in_force(on).filter(role__in=roles_with(perm), user__is_active=True)
    if organization is not None:
        people = _people(held.filter(organization=organization))
        if people:
            return people
    rank = {code: place for place, code in enumerate(region.lineage)}
    found = held.filter(region__code__in=rank).select_related("region", "user")
    nearest = max((rank[grant.region.code] for grant in found), default=None)
    return sorted(
        {grant.user for grant in found if rank[grant.region.code] == nearest}, key=lambda user: user.pk
    )


def _people(grants) -> list[User]:
    return list(User.objects.filter(grants__in=grants).distinct().order_by("pk"))


def levels_above(task: Task) -> list[str]:
    """Codes of the regions that hear of a late task: who handed it down first, then those above."""
    return task.source.lineage[::-1]


def sources_of(user: User):
    """The regions from which somebody hands tasks down."""
    paths = user.places_for(Perm.TASK_ASSIGN)[0]
    return Region.objects.filter(path__in=paths).order_by("level", "code")


def places_below(source: Region):
    """The regions one level below: what a task is usually handed to."""
    below = {level: level + 1 for level in Level.values}
    rows = Region.objects.within(source).inhabited().filter(level=below[source.level])
    return rows.order_by("code")


# --- How the plan stands --------------------------------------------------------------------------


def _counts(rows, *by: str) -> dict[tuple, dict]:
    on = local_today()
    made = (
        rows.order_by()
        .values(*by)
        .annotate(
            total=Count("pk", filter=~Q(status="cancelled")),
            done=Count("pk", filter=Q(status="done")),
            waiting=Count("pk", filter=Q(status="submitted")),
            late=Count("pk", filter=Q(status="running", due_on__lt=on)),
        )
    )
    return {tuple(row[name] for name in by): row for row in made}


NONE = {"total": 0, "done": 0, "waiting": 0, "late": 0}


def board(plan: Plan, tasks, on: date) -> list[dict]:
    """The plan's sections with their measures: lights, tasks, and shares that roll up by weight.

    `tasks` are those that count: of everybody, or of one's own regions. Shares are whole per cent or None;
    a section's is of those of its measures, `known`, that have one.
    """
    counts = _counts(tasks.filter(measure__project__plan=plan), "measure")
    sections = []
    for project in plan.projects.prefetch_related("measures__lead", "measures__partners").order_by("code"):
        lines, parts = [], []
        for measure in sorted(project.measures.all(), key=lambda row: row.pk):
            measure.project = project
            project.plan = plan
            count = counts.get((measure.pk,), NONE)
            share = measure_share(measure.progress, count["done"], count["total"])
            parts.append((measure.weight, share))
            code = light(measure.progress, measure.ends_on, count["late"], on)
            lines.append(
                {
                    "measure": measure,
                    "count": count,
                    "percent": percent(share),
                    "light": code,
                    "words": LIGHTS[code],
                }
            )
        known = sum(share is not None for _, share in parts)
        whole = percent(rolled_up(parts))
        sections.append({"project": project, "lines": lines, "percent": whole, "known": known})
    return sections


def lights(plan: Plan, tasks, on: date) -> dict[int, tuple[str, str]]:
    """The light of each measure of a plan, by its key: code and words, as the board says them."""
    return {
        line["measure"].pk: (line["light"], line["words"])
        for section in board(plan, tasks, on)
        for line in section["lines"]
    }


def measure_words(plan: Plan, on: date) -> dict[int, str]:
    """How each measure of a plan stands on a day, in the board's words, counting everybody's tasks."""
    return {pk: words for pk, (_, words) in lights(plan, Task.objects.all(), on).items()}


LIGHTS = {"done": "已完成", "overdue": "已逾期", "due": "需关注", "ongoing": "推进中", "not_begun": "未启动"}


def by_region(tasks, regions) -> list[tuple[Region, dict]]:
    """How the tasks of each of these regions stand, everything under it counted in."""
    counts = _counts(tasks, "region__path")
    rows = []
    for region in regions:
        within = [row for (path,), row in counts.items() if path.startswith(region.path)]
        rows.append((region, {name: sum(row[name] for row in within) for name in NONE}))
    return rows


def coverage(plan: Plan, tasks, regions) -> list[tuple[Measure, list[tuple[int, int]]]]:
    """Of each measure that was handed down: (done, handed down) in each of these regions, in their order."""
    counts = _counts(tasks.filter(measure__project__plan=plan), "measure", "region__path")
    measures = Measure.objects.filter(project__plan=plan).order_by("pk")
    rows = []
    for measure in measures:
        own = [(path, row) for (pk, path), row in counts.items() if pk == measure.pk]
        if own:
            cells = [[row for path, row in own if path.startswith(region.path)] for region in regions]
            told = [(sum(row["done"] for row in cell), sum(row["total"] for row in cell)) for cell in cells]
            rows.append((measure, told))
    return rows


def by_body(tasks) -> list[tuple[str, dict]]:
    """How the tasks of each body stand; bodies without a task are left out."""
    counts = _counts(tasks.filter(organization__isnull=False), "organization__name", "organization")
    return sorted(
        ((name, row) for (name, _), row in counts.items()), key=lambda line: (-line[1]["late"], line[0])
    )


def regions_to_show(user: User):
    """The regions of the board: the city's districts, or the parts of one's own region."""
    paths = user.places_for(Perm.TASK_VIEW)[0]
    tops = list(Region.objects.filter(path__in=paths))
    found = Q(pk__in=[])
    for top in tops:
        found |= Q(pk=top.pk) if top.level == Level.COMMUNITY else Q(parent=top)
    return Region.objects.filter(found).inhabited().order_by("code")


def tasks_waiting(user: User) -> list[Waiting]:
    """What waits for somebody: tasks to report on, and reports to decide on."""
    lines = []
    if user.can(Perm.TASK_REPORT):
        mine = Task.objects.for_user(user, Perm.TASK_REPORT).filter(status="running")
        if user.places_for(Perm.TASK_REPORT)[0]:  # an officer sees the own level, not all below
            mine = mine.filter(region__path__in=user.places_for(Perm.TASK_REPORT)[0], organization=None)
        lines += _line("待办理的工作任务", mine, "running")
    if user.can(Perm.TASK_ASSIGN):
        own = user.places_for(Perm.TASK_ASSIGN)[0]
        told = handed_down_by(user).filter(status="submitted", source__path__in=own)
        lines += _line("待审核的上报", told, "submitted")
    return lines


def _line(title: str, rows, state: str) -> list[Waiting]:
    return waiting_line(
        title,
        rows.order_by("due_on", "pk"),
        f"{reverse('plan_desk:tasks')}?state={state}",
        lambda row: (row.title, row.get_absolute_url()),
        late=Q(due_on__lt=local_today()) if state == "running" else None,
    )
