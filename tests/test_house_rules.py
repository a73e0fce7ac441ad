"""Rules of this code base that no linter knows. A failure says what to do."""

import ast
import re
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.conf import settings

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


def test_csrf_is_switched_off_for_policy_reports_alone():
    exempt = [
        str(path.relative_to(ROOT)) for path in CODE if "@csrf_exempt" in path.read_text(encoding="utf-8")
    ]
    assert exempt == ["portal/health.py"]


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
