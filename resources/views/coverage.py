"""Where the city offers what, and where it offers nothing: the matrix behind "全域协同"."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal import exhibits
from portal.public_pages import public_page
from portal.regions import Region
from portal.roles import Perm
from resources.models import Topic
from resources.queries import coverage as queries
from resources.queries.coverage import AXES, Scope

GAPS_SHOWN = 60
ROWS = ("place", "street", "topic", "channel")
COLUMNS = ("audience", "channel", "kind", "topic", "dimension", "spirit")
NOT_IN_THE_MENU = ("channel", "dimension", "spirit")  # what the menu cannot be asked for


@login_not_required
@require_safe
@public_page
def coverage(request):
    """Two axes crossed within a district, a topic, a channel, a kind, a group; empty crossings lead to a need
    and, for who hands down tasks, to a task.
    """
    scope = _scope(request.GET)
    rows, columns = _axes(request.GET)
    counts = scope.cross(rows, columns)
    row_names, column_names = _topics_asked(scope.of(rows), rows, request.GET), scope.of(columns)
    gaps = [(row, column) for row in row_names for column in column_names if not counts[row, column]]
    crossings = len(row_names) * len(column_names)
    districts = queries.districts_of_streets() if rows == "street" else {}
    may_hand_down = request.user.is_authenticated and request.user.can(Perm.TASK_ASSIGN)
    title = f"{_about(scope)}：{AXES[rows]} × {AXES[columns]}"
    balance = scope.balance()
    context = {
        "axes": (AXES[rows], AXES[columns]),
        "columns": list(column_names.values()),
        "rows": [
            (
                name,
                [
                    (counts[row, column], _list(scope, {rows: row, columns: column}, districts))
                    for column in column_names
                ],
            )
            for row, name in row_names.items()
        ],
        "filled": crossings - len(gaps),
        "crossings": crossings,
        "gaps": [
            _gap(scope, {rows: row, columns: column}, (row_names[row], column_names[column]), may_hand_down)
            for row, column in gaps[:GAPS_SHOWN]
        ],
        "gaps_left": max(0, len(gaps) - GAPS_SHOWN),
        "balance": balance,
        "choices": _choices(scope, rows, columns, request.GET),
        "about": _about(scope),
        "blanks": _blank_files(request),
        "crumbs": [("首页", "/"), ("资源菜单", reverse("resources:menu")), ("资源覆盖", "")],
    }
    listed = [
        (
            row_names[row],
            column_names[column],
            request.build_absolute_uri(_need(scope, {rows: row, columns: column}, column_names[column])),
        )
        for row, column in gaps
    ]
    shown = {
        "matrix": queries.matrix_table(title, (rows, columns), row_names, column_names, counts),
        "gap_table": queries.gap_table(title, (rows, columns), listed) if listed else None,
        "balance_table": queries.balance_table(_about(scope), balance),
    }
    if request.GET.get("file", "").startswith("blanks."):  # all four crossed: asked for seldom
        topics = _topics_asked(scope.of("topic"), "topic", request.GET)
        site = request.build_absolute_uri("/").removesuffix("/")
        shown["blank_table"] = queries.blank_table(
            _about(scope), scope, topics, lambda crossing, channel: site + _need(scope, crossing, channel)
        )
    return exhibits.respond(request, "resources/coverage.html", context, shown)


def _blank_files(request) -> list[tuple[str, str]]:
    kept = request.GET.copy()
    kept.pop("file", None)
    before = f"{kept.urlencode()}&" if kept else ""
    return [(kind.upper(), f"?{before}file=blanks.{kind}") for kind in exhibits.TABLES]


def _scope(asked) -> Scope:
    """What the address asks for; anything unknown is left out."""
    axes = {
        "district": "place",
        "topic": "topic",
        "kind": "kind",
        "audience": "audience",
        "channel": "channel",
    }
    said = {name: asked.get(name, "") for name in axes}
    return Scope(**{name: value for name, value in said.items() if value in Scope().of(axes[name])})


def _axes(asked) -> tuple[str, str]:
    rows = asked.get("rows", "")
    columns = asked.get("columns", "")
    rows = rows if rows in ROWS else "place"
    return rows, columns if columns in COLUMNS and columns != rows else "audience"


def _topics_asked(names: dict[str, str], axis: str, asked) -> dict[str, str]:
    """Of the topics one group, since all of them would make a page of blanks."""
    if axis != "topic":
        return names
    group = asked.get("group", "")
    group = group if group in Topic.Group.values else Topic.Group.COMMON
    kept = set(Topic.objects.filter(group=group).values_list("code", flat=True))
    return {code: name for code, name in names.items() if code in kept}


def _list(scope: Scope, crossing: dict[str, str], districts: dict[str, str]) -> str:
    """What a number opens: the menu of the crossing; of a channel its kinds; "" where nothing narrows to it.
    `districts` has the district of each subdistrict.
    """
    asked = vars(scope) | crossing
    if asked["channel"] and "kind" not in crossing:
        return _kinds_of_channel(scope, crossing, districts)
    return "" if {"dimension", "spirit"} & crossing.keys() else _menu(scope, crossing)


def _kinds_of_channel(scope: Scope, crossing: dict[str, str], districts: dict[str, str]) -> str:
    """The matrix of places and kinds of a channel, narrowed to the crossing."""
    asked = vars(scope) | crossing
    if not scope.district:
        street = crossing.get("street", "")
        asked["district"] = crossing.get("place", "") or districts.get(street, "")
    asked = {name: value for name, value in asked.items() if name in vars(scope) and value}
    return f"{reverse('resources:coverage')}?{urlencode({'rows': 'place', 'columns': 'kind', **asked})}"


def _menu(scope: Scope, crossing: dict[str, str]) -> str:
    """The menu of one crossing."""
    asked = {name: value for name, value in (vars(scope) | crossing).items() if name not in NOT_IN_THE_MENU}
    if "place" in asked:
        asked["street" if scope.district else "district"] = asked.pop("place")
    return f"{reverse('resources:menu')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _gap(scope: Scope, crossing: dict[str, str], names: tuple[str, str], may_hand_down: bool) -> tuple:
    """A blank in words, and where it leads: the form of a need, and of a task for who hands them down."""
    task = _task(scope, crossing, names) if may_hand_down else ""
    return " · ".join(names), _need(scope, crossing, names[1]), task


def _need(scope: Scope, crossing: dict[str, str], column: str) -> str:
    """The form of a need, filled in with what is missing."""
    asked = {"place": scope.district, "topic": scope.topic, "audience": scope.audience}
    asked |= {axis: value for axis, value in crossing.items() if axis in ("topic", "audience")}
    asked["place"] = crossing.get("street") or crossing.get("place") or asked["place"]
    if {"channel", "dimension", "spirit"} & crossing.keys():
        asked["title"] = f"{column}类科普资源"
    return f"{reverse('needs:new')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _task(scope: Scope, crossing: dict[str, str], names: tuple[str, str]) -> str:
    """The form of a task, filled in with what is missing and for where."""
    place = crossing.get("street") or crossing.get("place") or scope.district
    what = "、".join(names)
    asked = {
        "title": f"补上科普资源空白：{what}",
        "text": f"资源覆盖表（{_about(scope)}）中，{what}还没有已发布的科普资源，请组织提供或引入。",
        "place": place,
    }
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('plan_desk:task_new')}?{said}"


def _choices(scope: Scope, rows: str, columns: str, asked) -> list[tuple[str, str, dict, str]]:
    """What the page can be asked for: name, label, options, the one chosen."""
    everywhere = {"": "全部"}
    choices = [
        ("rows", "行", {code: AXES[code] for code in ROWS}, rows),
        ("columns", "列", {code: AXES[code] for code in COLUMNS if code != rows}, columns),
        ("district", "区", everywhere | Scope().of("place"), scope.district),
    ]
    if rows == "topic":
        group = asked.get("group", "")
        group = group if group in Topic.Group.values else Topic.Group.COMMON
        choices.append(("group", "主题分组", dict(Topic.Group.choices), group))
    elif columns != "topic":
        choices.append(("topic", "主题", everywhere | scope.of("topic"), scope.topic))
    for axis in ("channel", "audience", "kind"):
        if axis not in (rows, columns):
            choices.append((axis, AXES[axis], everywhere | scope.of(axis), getattr(scope, axis)))
    return choices


def _about(scope: Scope) -> str:
    """What is counted, in words."""
    chosen = [scope.of(axis).get(getattr(scope, axis), "") for axis in ("audience", "kind", "channel")]
    if scope.topic:
        chosen.append(scope.of("topic")[scope.topic])
    place = Region.objects.get(code=scope.district).name if scope.district else "全市"
    return "、".join([place, *[word for word in chosen if word]])
