"""Compiles every template: a misspelt tag, or a name without a value, is found here and not by a visitor."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import Engine, TemplateSyntaxError, engines
from django.template.loader_tags import ExtendsNode, IncludeNode


class Command(BaseCommand):
    help = "编译全部模板，并核对其中写明的 extends 与 include 是否存在。"
    requires_system_checks = ()

    def handle(self, **options):
        engine = engines["django"].engine
        names = sorted(
            str(path.relative_to(folder))
            for folder in map(Path, settings.TEMPLATES[0]["DIRS"])
            for path in folder.rglob("*")
            if path.is_file() and path.suffix in {".html", ".txt", ".xml", ".svg"}
        )
        faults = [fault for name in names for fault in faults_of(engine, name)]
        if faults:
            raise CommandError("\n".join(faults))
        if options["verbosity"]:
            self.stdout.write(f"{len(names)} 个模板没有语法错误。")


def faults_of(engine: Engine, name: str) -> list[str]:
    """What is wrong with one template, each as "name: reason"."""
    try:
        template = engine.get_template(name)
    except (TemplateSyntaxError, UnicodeDecodeError) as error:
        return [f"{name}: {error}"]
    known = {str(path.relative_to(root)) for root in engine.dirs for path in Path(root).rglob("*")}
    nodes = [(node, node.parent_name) for node in template.nodelist.get_nodes_by_type(ExtendsNode)]
    nodes += [(node, node.template) for node in template.nodelist.get_nodes_by_type(IncludeNode)]
    wanted = [source.var for _, source in nodes if isinstance(source.var, str)]
    return [
        f"{name}: 没有模板 {other}" for other in wanted if other not in known and not exists(engine, other)
    ] + [f"{name}: {word} 只在另一个 block 里有值" for word in lost_names(template.source)]


BLOCK = re.compile(r"{% block \w+ %}(.*?){% endblock", re.DOTALL)
TAG = re.compile(r"{[{%](.*?)[%}]}", re.DOTALL)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def lost_names(source: str) -> list[str]:
    """Names that one block gives a value with `as` and another one uses: there they are empty."""
    blocks = [[QUOTED.sub("", tag) for tag in TAG.findall(body)] for body in BLOCK.findall(source)]
    made = [{word for tag in tags for word in re.findall(r"\bas (\w+) *$", tag)} for tags in blocks]
    used = [{word for tag in tags for word in re.findall(r"(?<![.\w])\w+", tag)} for tags in blocks]
    return sorted(
        {
            word
            for place, words in enumerate(made)
            for word in words
            if any(word in used[other] and word not in made[other] for other in range(len(blocks)))
        }
    )


def exists(engine: Engine, name: str) -> bool:
    """Whether a template comes with one of the installed packages."""
    return any(
        Path(origin.name).exists() for loader in engine.template_loaders for origin in _origins(loader, name)
    )


def _origins(loader, name: str):
    inner = getattr(loader, "loaders", [loader])
    return [origin for one in inner for origin in one.get_template_sources(name)]
