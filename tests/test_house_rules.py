"""Rules of this code base that no linter knows. A failure says what to do."""

import ast
import re
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.conf import settings

from events.api import EventOut
from portal import personal_data
from resources.api import ResourceOut

ROOT = Path(settings.BASE_DIR)
APPS = ["portal", "resources", "talent", "outreach", "events", "youth_credits", "indicators"]
OURS = [model for model in apps.get_models() if model._meta.app_label in APPS]
EDGES = ("urls", "views", "forms", "admin", "tasks", "sheets")
CODE = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))
NO_FILES_OF = ("utils.py", "helpers.py", "services.py", "signals.py", "common.py", "misc.py")


def trees():
    for path in CODE:
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def test_an_app_is_used_through_its_models_queries_and_actions():
    graph = grimp.build_graph(*APPS)
    wrong = [
        f"{importer} imports {edge}"
        for app in APPS[1:]
        for edge in (f"{app}.{name}" for name in EDGES)
        if edge in graph.modules
        for importer in graph.find_modules_that_directly_import(edge)
        if importer.split(".")[0] != app
    ]
    assert wrong == []


def test_only_the_workflow_changes_a_status():
    wrong = []
    for path, tree in trees():
        for node in ast.walk(tree):
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            flat = [part for target in targets for part in getattr(target, "elts", [target])]
            if any(isinstance(part, ast.Attribute) and part.attr == "status" for part in flat):
                wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


def test_there_is_no_file_for_things_without_a_subject():
    assert [str(path) for path in CODE if path.name in NO_FILES_OF] == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_field_has_a_chinese_name(model):
    generated = {"id", "pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "password"}
    own = [field for field in model._meta.fields if field.name not in generated and not _inherited(field)]
    assert [field.name for field in own if str(field.verbose_name).isascii()] == []


def _inherited(field) -> bool:
    """Fields of Django's own user model carry Django's translated names."""
    return field.model._meta.label == "portal.User" and field.name not in ("name", "wants_digest")


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_says_which_fields_are_personal(model):
    declared = getattr(model, "PERSONAL", None)
    assert declared is not None, "add PERSONAL = frozenset({...}), empty if there are none"
    assert declared <= {field.name for field in model._meta.fields}


def test_every_personal_field_has_an_owner_a_purpose_and_a_term():
    """The table is printed as the public page /privacy/. Basis: 个人信息保护法第十七条."""
    declared = {(model._meta.label, name) for model in OURS for name in model.PERSONAL}
    lines = list(personal_data.of_models())
    ours = {line for line in lines if line[0].split(".")[0] in APPS}

    assert sorted(declared - ours) == [], "write these fields into portal/data/personal_data.json"
    assert sorted(ours - declared) == [], "no such field in PERSONAL"
    assert len(lines) == len(set(lines)), "a field stands there twice"
    for kept in personal_data.table():
        assert kept.label in personal_data.LABELS
        assert all(part.strip() for part in (kept.whose, kept.purpose, kept.kept))
        assert {*kept.fields} <= {field.name for field in apps.get_model(kept.model)._meta.fields}


def test_every_field_is_public_internal_personal_or_sensitive_and_says_what_for_and_how_long():
    labels = {
        f"{model._meta.label}.{field.name}": personal_data.label_of(model, field.name)
        for model in OURS
        for field in model._meta.fields
    }
    assert {label.level for label in labels.values()} == {"public", "internal", "personal", "sensitive"}
    assert [
        name for name, label in labels.items() if not (label.purpose.strip() and label.kept.strip())
    ] == []
    personal = {name for name, label in labels.items() if label.level in ("personal", "sensitive")}
    assert personal == {f"{model._meta.label}.{name}" for model in OURS for name in model.PERSONAL}


def test_what_is_public_is_a_field_and_nobody_s_secret():
    fields = {model._meta.label: {field.name for field in model._meta.fields} for model in OURS}
    personal = {model._meta.label: model.PERSONAL for model in OURS}
    for model, names in personal_data.public_fields().items():
        assert names <= fields[model], f"{model} has no such fields: write portal/data/field_labels.json anew"
        assert not names & personal[model]


@pytest.mark.parametrize(
    ("schema", "model"), [(ResourceOut, "resources.Resource"), (EventOut, "events.Event")]
)
def test_open_data_gives_no_field_that_is_not_public(schema, model):
    fields = {field.name for field in apps.get_model(model)._meta.fields}
    given = set(schema.model_fields) & fields - {"id"}

    assert given, "the names of the API are those of the model"
    assert given <= personal_data.public_fields()[model]


def test_what_is_kept_of_a_child_is_sensitive():
    """Basis: 个人信息保护法第二十八条."""
    of_children = [kept for kept in personal_data.table() if {"学生", "监护人"} & set(kept.whose.split("、"))]

    assert {kept.label for kept in of_children} == {"sensitive"}
    assert "youth_credits.Student" in {kept.model for kept in of_children}


# Fields named like personal ones that are none: whose they are.
NOT_PERSONAL = {
    "portal.IssuedPaper.holder_hash": "a record's number hashed, no person's",
    "resources.Likeness.phone_key": "the public telephone of a venue",
    "resources.Resource.public_phone": "a venue's, published",
    "resources.ResourceVersion.public_phone": "a venue's, published",
    "events.Event.public_phone": "the organiser's, published",
    "youth_credits.Course.contact": "how to book, published",
    "portal.Attachment.is_sealed": "yes or no",
}
LIKE_PERSONAL = re.compile("sealed|_hash|phone|mobile|mail|contact|signer|birth|masked")


def test_a_field_named_like_a_personal_one_is_personal_or_says_why_not():
    found = {
        f"{model._meta.label}.{field.name}"
        for model in OURS
        for field in model._meta.fields
        if LIKE_PERSONAL.search(field.name) and field.name not in model.PERSONAL
    }
    assert found == set(NOT_PERSONAL)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_has_a_chinese_name(model):
    assert not str(model._meta.verbose_name).isascii()


def test_every_template_is_used():
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in [*ROOT.glob("*/**/*.py"), *TEMPLATES]
        if "migrations" not in path.parts and ".venv" not in path.parts
    )
    # What Django and its apps look up by themselves.
    found_by_name = ("admin/", "account/", "allauth/", "mfa/", "usersessions/", "django/", "socialaccount/")
    unused = [
        name
        for name in (path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES)
        if f'"{name}"' not in text and not name.startswith(found_by_name) and not _composed(name, text)
    ]
    assert unused == []


def _composed(name: str, text: str) -> bool:
    """Named by a part of an f-string, like errors/{status}.html."""
    folder, _, file = name.rpartition("/")
    return f'f"{folder}/{{' in text and file[:3].isdigit()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_obeys_the_content_policy(path):
    """No inline style, no script in the page, no handler: the policy would block them."""
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)", text)


@pytest.mark.parametrize(
    "path",
    [path for path in TEMPLATES if path.name.startswith("_") or "components" in path.parts],
    ids=lambda path: path.relative_to(ROOT / "templates").as_posix(),
)
def test_a_partial_names_its_variables_in_the_first_line(path):
    assert path.read_text(encoding="utf-8").startswith(("{#", "{% comment %}"))


def test_partials_are_included_with_only():
    wrong = [
        f"{path.relative_to(ROOT)}: {tag}"
        for path in TEMPLATES
        if not {"admin", "allauth", "account", "mfa", "django"} & set(path.parts)
        for tag in re.findall(r"{% include [^%]*%}", path.read_text(encoding="utf-8"))
        if " only" not in tag and "widgets/attrs.html" not in tag
    ]
    assert wrong == []


def test_what_is_wrong_with_a_form_is_said_once():
    """`components/form.html` brings the summary along: a page that includes it says nothing of its own."""
    summary, form = (f'"components/{name}.html" with form=form ' for name in ("error_summary", "form"))
    twice = [path.name for path in TEMPLATES if summary in (text := path.read_text()) and form in text]

    assert twice == []


def test_a_sentence_tells_a_day_as_the_pages_do():
    """Sheets and rules keep the form in which a day is typed."""
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in CODE
        if {"actions", "queries", "views"} & {path.stem, *path.relative_to(ROOT).parts}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "%Y-%m-%d" in line and re.search("[一-鿿]", line)
    ]
    assert told == [], "write it with cn_date of portal_tags"


def test_csrf_is_switched_off_for_policy_reports_alone():
    exempt = [
        str(path.relative_to(ROOT)) for path in CODE if "@csrf_exempt" in path.read_text(encoding="utf-8")
    ]
    assert exempt == ["portal/health.py"]


# Every place that reads past the scopes of children's rows, and why it must. TRUST asks for ten at the most.
STEWARDS = {
    ("portal/management/commands/rotate_keys.py", "_rotate"): "a new key reaches the rows of every school",
    ("youth_credits/actions/suspicions.py", "look_across"): "the same child or event at two schools",
    ("youth_credits/management/commands/replay_draw.py", "handle"): "a draw is repeated over every school",
    ("youth_credits/management/commands/retention.py", "handle"): "shows what is due everywhere",
    ("youth_credits/sample.py", "load"): "the sample city loads every school",
    ("youth_credits/tasks.py", "oversight_night"): "what was left unanswered anywhere",
    ("youth_credits/tasks.py", "erase_child"): "files and papers of a child wherever they lie",
    ("youth_credits/tasks.py", "credit_retention"): "leavers of every school",
    ("youth_credits/tasks.py", "credit_transfer"): "two schools, neither of which sees the other",
    ("youth_credits/actions/ledger.py", "prove_papers"): "papers of every school name entries and batches",
}
# Commands and the night's partitions change tables, which the web role may not.
OWNERS = {
    ("portal/management/commands/migrate.py", "handle"),
    ("youth_credits/management/commands/credit_partitions.py", "handle"),
    ("youth_credits/actions/partitions.py", "make_partitions"),
}


def _callers(name: str, argument: str | None = None) -> list[tuple[str, str]]:
    """File and innermost function of each call of a function, with `argument` as its first where given."""
    found = []
    for path, tree in trees():
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or name not in (
                getattr(node.func, "id", ""),
                getattr(node.func, "attr", ""),
            ):
                continue
            first = node.args[0] if node.args else None
            if argument and not (isinstance(first, ast.Constant) and first.value == argument):
                continue
            around = [one for one in functions if one.lineno <= node.lineno <= one.end_lineno]
            found.append((str(path), max(around, key=lambda one: one.lineno).name if around else ""))
    return sorted(found)


def test_whoever_reads_past_the_scopes_stands_here_with_a_reason():
    assert _callers("scope", "steward") == sorted(STEWARDS)
    assert len(STEWARDS) <= 10


def test_a_scope_is_named_in_its_place_so_that_the_count_is_true():
    """A name put together elsewhere could be any: only the framework of scopes itself takes one."""
    wrong = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "scope":
                name = node.args[0]
                starts_plain = isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant)
                if not (isinstance(name, ast.Constant) or starts_plain):
                    wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


def test_the_owner_of_the_tables_is_called_by_name_alone():
    assert _callers("as_owner") == sorted(OWNERS)


def test_nothing_names_a_package_registry_or_this_workplace():
    banned = re.compile(
        "|".join(["pypi" + r"\.org", "registry" + r"\.npmjs", "/work" + "/", "files.python" + "hosted"])
    )
    texts = [
        path
        for pattern in ("*.py", "*.md", "*.toml", "*.txt", "*.yml", "*.html", "*.sh", "Dockerfile", "*.conf")
        for path in ROOT.rglob(pattern)
        if not {".venv", ".git", "var", "node_modules", "vendor"} & set(path.relative_to(ROOT).parts)
    ]
    wrong = [str(path.relative_to(ROOT)) for path in texts if banned.search(path.read_text(encoding="utf-8"))]
    assert wrong == []
