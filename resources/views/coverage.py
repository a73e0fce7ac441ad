"""Where the city offers what, and where it offers nothing: the matrix behind "全域协同"."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.public_pages import public_page
from portal.regions import Region
from resources.models import Topic
from resources.queries.coverage import AXES, Scope

GAPS_SHOWN = 60


@login_not_required
@require_safe
@public_page
def coverage(request):
    """Two axes crossed within a district, a topic, a kind, a group; empty crossings lead to a need."""
    scope = _scope(request.GET)
    rows, columns = _axes(request.GET)
    counts = scope.cross(rows, columns)
    row_names, column_names = _topics_asked(scope.of(rows), rows, request.GET), scope.of(columns)
    gaps = [(row, column) for row in row_names for column in column_names if not counts[row, column]]
    crossings = len(row_names) * len(column_names)
    context = {
        "axes": (AXES[rows], AXES[columns]),
        "columns": list(column_names.values()),
        "rows": [
            (
                name,
                [
                    (counts[row, column], _menu(scope, {rows: row, columns: column}))
                    for column in column_names
                ],
            )
            for row, name in row_names.items()
        ],
        "filled": crossings - len(gaps),
        "crossings": crossings,
        "gaps": [
            (f"{row_names[row]} · {column_names[column]}", _need(scope, {rows: row, columns: column}))
            for row, column in gaps[:GAPS_SHOWN]
        ],
        "gaps_left": max(0, len(gaps) - GAPS_SHOWN),
        "balance": scope.balance(),
        "choices": _choices(scope, rows, columns, request.GET),
        "about": _about(scope),
        "crumbs": [("首页", "/"), ("资源菜单", reverse("resources:menu")), ("资源覆盖", "")],
    }
    return render(request, "resources/coverage.html", context)


def _scope(asked) -> Scope:
    """What the address asks for; anything unknown is left out."""
    axes = {"district": "place", "topic": "topic", "kind": "kind", "audience": "audience"}
    said = {name: asked.get(name, "") for name in axes}
    return Scope(**{name: value for name, value in said.items() if value in Scope().of(axes[name])})


def _axes(asked) -> tuple[str, str]:
    rows = asked.get("rows", "")
    columns = asked.get("columns", "")
    rows = rows if rows in ("place", "topic") else "place"
    columns = columns if columns in ("kind", "audience", "topic") and columns != rows else "audience"
    return rows, columns


def _topics_asked(names: dict[str, str], axis: str, asked) -> dict[str, str]:
    """Of the topics one group, since all of them would make a page of blanks."""
    if axis != "topic":
        return names
    group = asked.get("group", "")
    group = group if group in Topic.Group.values else Topic.Group.COMMON
    kept = set(Topic.objects.filter(group=group).values_list("code", flat=True))
    return {code: name for code, name in names.items() if code in kept}


def _menu(scope: Scope, crossing: dict[str, str]) -> str:
    """The menu of one crossing."""
    asked = vars(scope) | crossing
    if "place" in asked:
        asked["street" if scope.district else "district"] = asked.pop("place")
    return f"{reverse('resources:menu')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _need(scope: Scope, crossing: dict[str, str]) -> str:
    """The form of a need, filled in with what is missing."""
    asked = {"place": scope.district, "topic": scope.topic, "audience": scope.audience}
    asked |= {axis: value for axis, value in crossing.items() if axis != "kind"}
    return f"{reverse('needs:new')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _choices(scope: Scope, rows: str, columns: str, asked) -> list[tuple[str, str, dict, str]]:
    """What the page can be asked for: name, label, options, the one chosen."""
    everywhere = {"": "全部"}
    choices = [
        ("rows", "行", {code: AXES[code] for code in ("place", "topic")}, rows),
        (
            "columns",
            "列",
            {code: AXES[code] for code in ("audience", "kind", "topic") if code != rows},
            columns,
        ),
        ("district", "区", everywhere | Scope().of("place"), scope.district),
    ]
    if rows == "topic":
        group = asked.get("group", "")
        group = group if group in Topic.Group.values else Topic.Group.COMMON
        choices.append(("group", "主题分组", dict(Topic.Group.choices), group))
    elif columns != "topic":
        choices.append(("topic", "主题", everywhere | scope.of("topic"), scope.topic))
    if columns != "audience":
        choices.append(("audience", "人群", everywhere | scope.of("audience"), scope.audience))
    if columns != "kind":
        choices.append(("kind", "类型", everywhere | scope.of("kind"), scope.kind))
    return choices


def _about(scope: Scope) -> str:
    """What is counted, in words."""
    said = [scope.of("audience").get(scope.audience, ""), scope.of("kind").get(scope.kind, "")]
    if scope.topic:
        said.append(scope.of("topic")[scope.topic])
    place = Region.objects.get(code=scope.district).name if scope.district else "全市"
    return "、".join([place, *[word for word in said if word]])
