"""Posts every form as a browser would, then once more with every field of the models behind it, set to what
is somebody else's. What the second post leaves in the database is what the first one left, row by row."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction

from portal.accounts import User
from portal.organizations import Organization
from portal.regions import Region
from portal.scope import scope
from tests.access.attack import as_bytes
from tests.access.crawl import LEFT_BY_READING, walk
from tests.access.matrix import ask

OURS = ("portal", "outreach", "talent", "resources", "events", "youth_credits", "indicators")
FOREIGN = "外来的值"
# What a required field is given that the page leaves empty.
TYPED = {
    "text": "新写的内容",
    "textarea": "新写的内容",
    "number": "1",
    "date": "2026-03-09",
    "datetime-local": "2026-03-09T10:00",
    "time": "10:00",
    "month": "2026-03",
    "email": "someone@mail.test",
    "tel": "13800138000",
    "url": "https://example.org/",
}
MOST = 140
LEFT = LEFT_BY_READING - {"portal_auditentry"}


@dataclass
class Sheet:
    """A form as it stands on a page: what a browser would send, and whether it holds a file."""

    action: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # all that it offers
    many: set[str] = field(default_factory=set)  # those that may be sent more than once
    has_file: bool = False


class _Browser(HTMLParser):
    """Reads the forms of a page with the values that they would send."""

    def __init__(self, sheets: list[Sheet]):
        super().__init__()
        self.sheets, self.sheet, self.area, self.select = sheets, None, None, None
        self.pressed = False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.sheet, self.pressed = Sheet(attrs.get("action") or ""), False
            self.sheets.append(self.sheet)
        elif self.sheet is None:
            return
        elif tag == "option" and self.select is not None:
            self.select[2].append((attrs.get("value", ""), "selected" in attrs))
        elif tag in ("input", "textarea", "select", "button") and attrs.get("name"):
            self._control(tag, attrs, attrs["name"])

    def _control(self, tag, attrs, name):
        sheet, kind = self.sheet, attrs.get("type", "text" if tag == "input" else tag)
        is_required = "required" in attrs
        if name in sheet.names or "multiple" in attrs or kind == "checkbox":
            sheet.many.add(name)
        sheet.names.add(name)
        sheet.has_file = sheet.has_file or kind == "file"
        if tag == "select":
            self.select = (name, "multiple" in attrs, [])
        elif tag == "textarea":
            self.area = (name, is_required, [])
        elif kind in ("button", "submit"):
            if not self.pressed:
                sheet.pairs.append((name, attrs.get("value", "")))
            self.pressed = True
        elif kind in ("checkbox", "radio") and ("checked" in attrs or is_required):
            sheet.pairs.append((name, attrs.get("value", "on")))
        elif kind not in ("checkbox", "radio", "file"):
            typed = attrs.get("min") or TYPED.get(kind, "") if is_required else ""
            value = attrs.get("value") or typed
            # Where nothing changes nothing is written; a name chosen from a list stays.
            is_prose = kind == "text" and "list" not in attrs and re.search(r"[\u4e00-\u9fff]", value)
            sheet.pairs.append((name, value + "改" if is_prose else value))

    def handle_data(self, data):
        if self.area is not None:
            self.area[2].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area is not None:
            name, is_required, text = self.area
            value = "".join(text).removeprefix("\n") or (TYPED["textarea"] if is_required else "")
            self.sheet.pairs.append((name, value))
            self.area = None
        elif tag == "select" and self.select is not None:
            name, is_multiple, options = self.select
            chosen = [value for value, is_chosen in options if is_chosen]
            if not is_multiple and not chosen:
                chosen = [value for value, _ in options][:1]
            if chosen in ([], [""]):
                chosen = [value for value, _ in options if value][:1]
            self.sheet.pairs += [(name, value) for value in chosen]
            self.select = None
        elif tag == "form":
            self.sheet = None


@dataclass
class Left:
    """What a post left: the answer's status, rows that are gone, rows that came; both by table."""

    status: int
    gone: dict[str, Counter]
    came: dict[str, list[dict]]


@dataclass
class Found:
    """Forms posted, those whose post with everything else wrote more than the trail, and what went wrong."""

    forms: set = field(default_factory=set)
    wrote: set = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def post_with_all_fields(world, people: tuple[str, ...]) -> Found:
    """Every form that these people reach, posted plain and with all that it does not offer."""
    found, base, others = Found(), {}, foreign_values(world)
    for who in people:
        client = world.client(who)
        walked = walk(client, "/" if who == "stranger" else "/desk/", most=MOST)
        for shape, form in walked.forms.items():
            if shape in found.forms or form.method != "post" or shape[0] == "accounts/logout/":
                continue
            found.forms.add(shape)
            sheet = sheet_of(walked.answers[form.page].text, form)
            wrote, faults = post_twice(client, form.action, sheet, base, others)
            found.faults += [f"{form.action} as {who}: {fault}" for fault in faults[:3]]
            if wrote:
                found.wrote.add(shape)
    return found


def sheet_of(html: str, form) -> Sheet:
    """The form of a walk as it stands on its page."""
    sheets: list[Sheet] = []
    _Browser(sheets).feed(html)
    names = {name for name, _, _ in form.fields}
    return next(sheet for sheet in sheets if sheet.names == names and form.action.endswith(sheet.action))


def post_twice(client, address: str, sheet: Sheet, base: dict, others: dict) -> tuple[bool, list[str]]:
    """Whether the post with everything else wrote anything, and what it left that the plain post did not. One
    that is refused and leaves nothing is sound."""
    plain = _post(client, address, sheet, sheet.pairs, base)
    laden = _post(
        client, address, sheet, extra(sheet, {*plain.came, *plain.gone}, others) + sheet.pairs, base
    )
    behind = {*laden.came, *laden.gone}
    faults = [f"{FOREIGN} in {table}.{column}" for table, column in _foreign(laden)]
    faults += [f"answers {post.status}" for post in (plain, laden) if post.status >= 500]
    if _differ(plain, laden, set()) and (behind or laden.status < 400):
        again = _post(client, address, sheet, sheet.pairs, base)
        faults += _differ(plain, laden, _chance(plain, again))
    return bool(behind - {"portal_auditentry"}), faults


def extra(sheet: Sheet, behind: set[str], others: dict) -> list[tuple[str, str]]:
    """Every field of all models that the form does not offer, those of the tables `behind` it last, so that
    their values count; the same in each row of a set of forms; and what it offers, with a foreign value
    before its own."""
    values, close = {}, {}
    for model in sorted(others, key=lambda model: model._meta.db_table in behind):
        values |= others[model]
        if model._meta.db_table in behind:
            close |= others[model]
    rows = {match[1] for name in sheet.names if (match := re.match(r"(.+-\d+)-\w+$", name))}
    values |= {f"{row}-{name}": value for row in sorted(rows) for name, value in close.items()}
    doubled = [(name, FOREIGN) for name, _ in sheet.pairs if name not in sheet.many]
    return [(name, value) for name, value in values.items() if name not in sheet.names] + doubled


def foreign_values(world) -> dict:
    """For each model of ours a value of every field that is not the asker's and that a form would take."""
    with scope("steward"):
        found = {}
        for model in (model for label in OURS for model in apps.get_app_config(label).get_models()):
            fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
            own = {name: _foreign_value(world, one) for one in fields for name in {one.name, one.attname}}
            found[model] = own | {"pk": own.get("id", "1")}
    return found


def _foreign_value(world, one: models.Field) -> str:
    model = one.related_model or one.model
    if one.is_relation or one.primary_key:
        known = {Organization: world.places["unit far"], Region: world.places["district far"]}
        person = {User: world.people["staff"]}
        found = (known | person).get(model) or model._base_manager.order_by("-pk").first()
        return str(found.pk) if found else "1"
    if isinstance(one, models.BooleanField):
        return "on"
    if one.choices:
        return str(list(one.flatchoices)[-1][0])
    if isinstance(one, models.IntegerField | models.DecimalField | models.FloatField):
        return "7"
    if isinstance(one, models.DateTimeField):
        return "2001-02-03 04:05:06"
    return "2001-02-03" if isinstance(one, models.DateField) else FOREIGN


def _post(client, address: str, sheet: Sheet, pairs: list, base: dict) -> Left:
    """What one post leaves, read before it is undone. `base` keeps the tables as they were."""
    cache.clear()  # limits are counted there
    with transaction.atomic():
        before = _written()
        if sheet.has_file:
            data: dict = {}
            for name, value in pairs:
                data.setdefault(name, []).append(value)
            answer = ask(client, "POST", address, data, raw=True, keep=True)
        else:
            body = urlencode([(name, as_bytes(value)) for name, value in pairs])
            kind = "application/x-www-form-urlencoded"
            answer = ask(client, "POST", address, body, raw=True, keep=True, content_type=kind)
        touched = [table for table, count in _written().items() if count != before.get(table, 0)]
        after = {table: _rows(table) for table in touched}
        transaction.set_rollback(True)
    for table in touched:
        if table not in base:
            base[table] = _rows(table)
    gone = {table: base[table] - after[table] for table in touched}
    came = {table: after[table] - base[table] for table in touched}
    return Left(
        answer.status,
        {table: rows for table, rows in gone.items() if rows},
        {table: _in_order(rows) for table, rows in came.items() if rows},
    )


def _written() -> dict[str, int]:
    """How many rows of each table this transaction has written so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(p.relname, s.relname), sum(n_tup_ins + n_tup_upd + n_tup_del)"
            " FROM pg_stat_xact_user_tables s LEFT JOIN pg_inherits i ON i.inhrelid = s.relid"
            " LEFT JOIN pg_class p ON p.oid = i.inhparent"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 GROUP BY 1"
        )
        return {table: count for table, count in cursor.fetchall() if table not in LEFT}


def _rows(table: str) -> Counter:
    with scope("steward"), connection.cursor() as cursor:
        cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
        return Counter(text for (text,) in cursor.fetchall())


def _in_order(rows: Counter) -> list[dict]:
    """Rows as they were written: by their number where they have one."""
    read = [json.loads(text) for text in rows.elements()]
    return sorted(read, key=lambda row: (row["id"] if isinstance(row.get("id"), int) else 0, str(row)))


def _cells(left: Left):
    for table, rows in left.came.items():
        for place, row in enumerate(rows):
            for column, value in row.items():
                yield (table, place, column), value


def _foreign(left: Left) -> list[tuple[str, str]]:
    return [(key[0], key[2]) for key, value in _cells(left) if FOREIGN in str(value)]


def _chance(one: Left, two: Left) -> set[tuple]:
    """Cells that differ when the same is sent twice: numbers, moments, keys."""
    first = dict(_cells(one))
    return {key for key, value in _cells(two) if first.get(key) != value}


def _differ(plain: Left, laden: Left, chance: set[tuple]) -> list[str]:
    """What the laden post left that the plain one did not, or the other way round."""
    faults = []
    if plain.status != laden.status:
        faults.append(f"answers {laden.status} instead of {plain.status}")
    if plain.gone != laden.gone:
        faults.append(f"other rows are changed: {sorted({*plain.gone, *laden.gone})}")
    if _shape(plain) != _shape(laden):
        faults.append(f"writes {_shape(laden)} instead of {_shape(plain)}")
    first = dict(_cells(plain))
    for key, value in _cells(laden):
        if key in first and key not in chance and first[key] != value:
            faults.append(f"{key[0]}.{key[2]} is {value!r} instead of {first[key]!r}"[:200])
    return faults


def _shape(left: Left) -> dict[str, int]:
    return {table: len(rows) for table, rows in left.came.items()}
