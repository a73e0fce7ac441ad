"""Runs the benchmarks in a database of their own and writes bench/results.json.

`python -m bench [name …] [--full] [--size N]`: every module of this folder with a `run() -> dict` is one
benchmark, and has an entry for each size it was run at. An entry holds unit, ours, peer, floor (medians),
times_peer (how many times better than the peer), times_floor (ours against the floor, 1 is the limit), spread
(worst against best run), size, peak_mb, versions and at; where a peer can be driven further by hand, that one
too, as peer_tuned and times_peer_tuned.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import django
import environ
import psycopg
from django.core.management import call_command
from django.db import connections

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"


def benchmarks() -> list[str]:
    """The modules beside this one, by name."""
    return sorted(module.name for module in pkgutil.iter_modules([str(FOLDER)]) if module.name[0] != "_")


def own_database() -> str:
    """Point both addresses at a database of this run before the settings are read; returns its name."""
    name = f"bench_{os.getpid()}"
    for variable in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        address = os.environ[variable]
        os.environ[variable] = f"{address.rpartition('/')[0]}/{name}"
    return name


def administer(statement: str, maintenance: str) -> None:
    """One statement as the owner, outside the database of this run."""
    kept = environ.Env.db_url_config(maintenance)
    where = {
        "host": kept["HOST"],
        "port": kept["PORT"],
        "user": kept["USER"],
        "password": kept["PASSWORD"],
        "dbname": "postgres",
    }
    with psycopg.connect(
        **{name: value for name, value in where.items() if value}, autocommit=True
    ) as connection:
        connection.execute(statement)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help="which benchmarks; none: all")
    parser.add_argument("--full", action="store_true", help="peers at full size too, not scaled")
    parser.add_argument("--size", type=int, help="how many rows or entries, where a benchmark has a size")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(benchmarks())
    if unknown:
        sys.exit(f"没有这个基准：{'、'.join(sorted(unknown))}。可选：{'、'.join(benchmarks())}。")
    os.environ.setdefault("DATABASE_POOL", "4")  # connections are kept, as behind a busy site
    os.environ["BENCH_FULL"] = "1" if asked.full else ""
    os.environ["BENCH_SIZE"] = str(asked.size or "")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    maintenance = os.environ["MIGRATION_DATABASE_URL"]
    name = own_database()
    administer(f'CREATE DATABASE "{name}"', maintenance)
    try:
        _run(asked.names or benchmarks())
    finally:
        connections.close_all()
        connections["default"].close_pool()
        administer(f'DROP DATABASE "{name}"', maintenance)


def _run(names: list[str]) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)  # pages as they are served
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in names:
        print(f"{name} …", flush=True)
        size = os.environ["BENCH_SIZE"]
        entry = f"{name} --size {size}" if size else name
        results[entry] = importlib.import_module(f"bench.{name}").run()
        RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        print(json.dumps(results[entry], ensure_ascii=False, indent=2), flush=True)


if __name__ == "__main__":
    main()
