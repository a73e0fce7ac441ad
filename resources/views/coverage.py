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
        "facets": _facets(scope, rows, columns, request.GET),
        "about": _about(scope),
        "crumbs": [("首页", "/"), ("资源名录", reverse("resources:menu")), ("资源覆盖", "")],
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


def _facets(scope: Scope, rows: str, columns: str, asked) -> list[dict]:
    kept = {name: asked[name] for name in asked if name in ("rows", "columns", "group")}
    kept |= {name: value for name, value in vars(scope).items() if value}

    def facet(name: str, label: str, options: dict[str, str], chosen: str) -> dict:
        def address(value: str) -> str:
            pairs = {key: one for key, one in {**kept, name: value}.items() if one}
            return "?" + urlencode(pairs) if pairs else "?"

        return {
            "name": name,
            "label": label,
            "options": [
                {"value": code, "label": text, "chosen": code == chosen, "url": address(code), "count": None}
                for code, text in options.items()
            ],
        }

    everywhere = {"": "全部"}
    facets = [
        facet("rows", "行", {code: AXES[code] for code in ("place", "topic")}, rows),
        facet(
            "columns",
            "列",
            {code: AXES[code] for code in ("audience", "kind", "topic") if code != rows},
            columns,
        ),
        facet(
            "district",
            "区",
            everywhere | dict(Region.objects.districts().values_list("code", "name")),
            scope.district,
        ),
    ]
    if rows == "topic":
        group = asked.get("group", "") if asked.get("group", "") in Topic.Group.values else "common"
        facets.append(facet("group", "主题分组", dict(Topic.Group.choices), group))
    if columns != "audience":
        facets.append(facet("audience", "人群", everywhere | scope.of("audience"), scope.audience))
    if columns != "kind":
        facets.append(facet("kind", "类型", everywhere | scope.of("kind"), scope.kind))
    return facets


def _about(scope: Scope) -> str:
    """What is counted, in words."""
    said = [scope.of("audience").get(scope.audience, ""), scope.of("kind").get(scope.kind, "")]
    if scope.topic:
        said.append(scope.of("topic")[scope.topic])
    place = Region.objects.get(code=scope.district).name if scope.district else "全市"
    return "、".join([place, *[word for word in said if word]])
