"""The index at night: drawing the rank intervals, and the whole night over a city of full size.

Ours: `method.uncertainty`, the draws of one night (city and 11 districts, six years, 10,000 draws a year).
Peer: the same draws in plain numpy, written straight down: gammas, weights, one
indicator left out, scores, pillars, index, ranks and their quantiles, in chunks that stay in memory.
Pandas: a table per draw, as a statistics tool is used by hand; measured on fewer draws and scaled linearly.
Floor: numpy drawing the same random numbers and nothing else.

The night: `--size` credits (10,000,000 is the full size; a tenth by default) with a fiftieth of sessions and
a hundredth of resources. Counted and computed from nothing, then again with nothing changed, then with one
person more. The city is loaded by one process and the nights run in another, whose peak is told.
"""

import os
import platform
import random
import resource
import statistics
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from multiprocessing import get_context

import django
import numpy as np
import pandas as pd
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from events.models import Event, Session
from indicators import method, sample
from indicators.models import ComputeRun, CountMark, Vintage
from indicators.queries.panel import assemble, scored, tree_of
from indicators.tasks import index_night
from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.database import as_owner
from portal.jobs import Job
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.sample import NANSHAN, SCHOOL_NAME
from portal.scope import scope
from resources import sample as resources_sample
from resources.models import Resource
from talent.models import Person
from youth_credits import sample as credits_sample

STAFF = "bench"
DRAWS = 10_000
PEER_DRAWS = 300
RUNS = 5
FULL = 10_000_000  # credits; sessions and resources go with them
CREDITS = int(os.environ.get("BENCH_SIZE") or FULL // 10)
SESSIONS, RESOURCES = CREDITS // 50, CREDITS // 100
CREDITS_PER_STUDENT = 16.9  # what the sample city gives a child over six years


def run() -> dict:
    call_command("reference_data", verbosity=0)
    staff, _ = User.objects.get_or_create(username=STAFF, defaults={"name": "基准"})
    Grant.objects.get_or_create(user=staff, role=Role.STAFF, region=Region.objects.city())
    Organization.objects.get_or_create(
        name=SCHOOL_NAME,
        region=Region.objects.get(code=NANSHAN),
        defaults={"kind": Organization.Kind.SCHOOL, "source": "示例数据"},
    )
    load = [os.getloadavg()[0]]
    night = _alone(_load) | _alone(_night)
    tree, panel, seed = _panel()
    method.uncertainty(tree, panel, seed=seed, draws=DRAWS)  # warm
    ours, floors, plains = [], [], []
    for _ in range(RUNS):  # in turn, so that a busy machine bears on all
        floors.append(_timed(lambda: floor(tree, panel, seed)))
        plains.append(_timed(lambda: plain(tree, panel, seed)))
        ours.append(_timed(lambda: method.uncertainty(tree, panel, seed=seed, draws=DRAWS)))
    peer_draws = DRAWS if os.environ.get("BENCH_FULL") else PEER_DRAWS
    scale = DRAWS * len(panel.periods) / peer_draws
    tables = [_timed(lambda: pandas_draws(tree, panel, peer_draws)) * scale for _ in range(3)]
    load.append(os.getloadavg()[0])
    our, bare, other, table = map(statistics.median, (ours, floors, plains, tables))
    return {
        "unit": "seconds",
        "ours": round(our, 2),
        "peer": round(other, 2),
        "floor": round(bare, 2),
        "times_peer": round(other / our, 2),
        "times_floor": round(our / bare, 2),
        "spread": {"ours": _spread(ours), "peer": _spread(plains), "floor": _spread(floors)},
        "size": f"{len(panel.units)} units × {len(panel.periods)} years × {DRAWS:,} draws",
        "goal": "ours ≤ 1.5 × the peer (plain numpy); full night < 60 s, 800 MB; unchanged < 5 s",
        "pandas": round(table, 1),
        "pandas_note": f"measured on {peer_draws:,} draws of one year and scaled linearly",
        "night": night,
        "load": [round(one, 2) for one in load],  # of this machine before and after, and its cores
        "cores": os.cpu_count(),
        "peak_mb": night["peak_mb"],
        "versions": {
            "python": platform.python_version(),
            "postgresql": connection.pg_version,
            **{name: version(name) for name in ("django", "psycopg", "numpy", "pandas", "scipy")},
        },
        "at": local_today().isoformat(),
    }


def _tell_what_was_written() -> None:
    """PostgreSQL counts written rows a second late unless the session that wrote them asks for it now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _spread(seconds: list[float]) -> float:
    return round(max(seconds) / min(seconds), 2)


# ---------------------------------------------------------------- the whole night


def _alone(work: Callable[[], dict]) -> dict:
    """What `work` answers in a process of its own: nothing that was loaded before is in its memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=django.setup) as process:
        return process.submit(work).result()


def _load() -> dict:
    """Load a city of this size."""
    began = time.perf_counter()
    staff, rng = User.objects.get(username=STAFF), random.Random("bench")
    resources_sample.load(students=0, resources=RESOURCES, years=3, rng=rng, by=staff)
    _load_sessions(staff)
    credits_sample.load(
        students=round(CREDITS / CREDITS_PER_STUDENT), resources=0, years=6, rng=rng, by=staff
    )
    sample.load(students=0, resources=0, years=6, rng=rng, by=staff)
    with as_owner() as owner, owner.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "credits": _credits(),
        "sessions": Session.objects.count(),
        "resources": Resource.objects.count(),
        "loading_seconds": round(time.perf_counter() - began),
    }


def _night() -> dict:
    """Nights from nothing, unchanged ones, one after a small change."""
    whole, again = [], []
    for number in range(3):
        ComputeRun.objects.all().delete()
        Vintage.objects.all().delete()
        CountMark.objects.all().delete()
        whole.append(_timed(lambda number=number: _run_night(f"whole {number}")))
    _tell_what_was_written()
    _run_night("settled")
    for number in range(RUNS):
        again.append(_timed(lambda number=number: _run_night(f"unchanged {number}")))
    anew = ComputeRun.objects.order_by("-pk").first()
    Person.objects.create(
        region=Region.objects.get(code=NANSHAN),
        name="基准志愿者",
        created_by=User.objects.get(username=STAFF),
        source="示例数据",
        category=Person.Category.VOLUNTEER,
        entered_on=local_today() - timedelta(days=400),
    )
    _tell_what_was_written()
    changed = _timed(lambda: _run_night("changed"))
    return {
        "seconds": round(statistics.median(whole), 2),
        "unchanged_seconds": round(statistics.median(again), 2),
        "unchanged_is_unchanged": not anew.is_new and not anew.figures_changed,
        "one_person_more_seconds": round(changed, 2),
        "spread": {"whole": _spread(whole), "unchanged": _spread(again)},
        "steps": [
            f"{step['name']} {step['seconds']}" for step in ComputeRun.objects.order_by("pk").first().steps
        ],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _run_night(key: str) -> None:
    """The job of the night, as the worker does it."""
    job = Job.objects.create(kind="index_night", key=f"bench {key}")
    with transaction.atomic():
        _unlimited()
        index_night(job)


def _load_sessions(staff: User) -> None:
    """Sessions over six years at events of every kind and district, with visits."""
    kinds = list(Event.Kind.values)
    events = Event.objects.bulk_create(
        [
            Event(
                region=region,
                created_by=staff,
                title="基准活动",
                kind=kind,
                summary="基准",
                place="基准",
                audiences=["general"],
                source="示例数据",
                status=Event.Status.PUBLISHED,
                published_at=timezone.now(),
            )
            for region in Region.objects.filter(level__in=(2, 3))
            for kind in kinds
        ]
    )
    start, each = timezone.now() - timedelta(days=6 * 365), max(SESSIONS // len(events), 1)
    rows = (
        Session(
            event=event,
            starts_at=(at := start + timedelta(hours=number * (6 * 365 * 24 // each), minutes=place % 1440)),
            ends_at=at + timedelta(hours=1),
            capacity=100,
            attendance=20 + (place + number) % 60,
        )
        for place, event in enumerate(events)
        for number in range(each)
    )
    Session.objects.bulk_create(rows, batch_size=5000)


def _unlimited() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


def _credits() -> int:
    with scope("steward"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM youth_credits_credit")
        return cursor.fetchone()[0]


def _panel() -> tuple[method.Tree, method.Panel, int]:
    """The panel of the night just computed, and its seed."""
    vintage = ComputeRun.objects.order_by("-pk").first().vintage
    assembled = assemble(vintage.edition, vintage.last_year)
    tree = tree_of(assembled.edition, assembled.indicators)
    return tree, scored(assembled.panel, assembled.indicators), int(vintage.seed)


# ---------------------------------------------------------------- floor and peer


def floor(tree: method.Tree, panel: method.Panel, seed: int) -> None:
    """The random numbers of all draws and nothing else, in chunks as ours."""
    rng = np.random.Generator(np.random.PCG64(seed))
    indicators, pillars = len(tree.indicators), len(tree.pillars)
    at_once = method.CELLS_AT_ONCE // (len(panel.units) * indicators)
    for year in range(len(panel.periods)):
        counts = panel.events[:, year]
        shape = counts[np.isfinite(counts)] + 0.5
        for first in range(0, DRAWS, at_once):
            size = min(at_once, DRAWS - first)
            rng.standard_gamma(shape[:, None], size=(len(shape), size))
            rng.uniform(0.75, 1.25, size=(indicators, size))
            rng.uniform(0.75, 1.25, size=(pillars, size))
            rng.integers(indicators, size=size)


@contextmanager
def _unwarned():
    """Cells without any figure: numpy warns of each of them."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def plain(tree: method.Tree, panel: method.Panel, seed: int) -> list[np.ndarray]:
    """The draws in plain numpy: every array of a chunk whole, one expression after the other; returns the 5,
    50 and 95 % points of the ranks per year."""
    rng = np.random.Generator(np.random.PCG64(seed))
    low, high = tree.of("low")[:, None], tree.of("high")[:, None]
    weight, outer, pillar = tree.of("weight")[:, None], tree.pillar_weights[:, None], tree.pillar_of
    member = (np.arange(len(tree.pillars))[:, None] == pillar).astype(float)  # pillar x indicator
    found = []
    for year in range(len(panel.periods)):
        rate = method.rates(tree, panel.numerator, panel.denominator)[:, year, :, None]
        events, known = panel.events[:, year, :, None], np.isfinite(rate)
        ranks = []
        for first in range(0, DRAWS, 2500):
            size = min(2500, DRAWS - first)
            counted = rng.gamma(np.nan_to_num(events, nan=1.0) + 0.5, size=(*events.shape[:2], size))
            with np.errstate(invalid="ignore", divide="ignore"):
                drawn = np.where(events > 0, rate * counted / events, rate)
            if first % 5000:
                with _unwarned():
                    spread = np.nanstd(drawn[1:], axis=0)
                    place = 0.5 + 0.15 * (drawn - np.nanmean(drawn[1:], axis=0)) / spread
            else:
                place = (drawn - low) / (high - low)
            score = np.where(known, 1 + 99 * np.clip(np.nan_to_num(place), 0, 1), 0.0)
            inner = weight * rng.uniform(0.75, 1.25, size=(len(pillar), size))
            left = rng.integers(len(pillar), size=size)
            inner[left[::2], np.arange(0, size, 2)] = 0.0
            top = np.einsum("pi,uid->upd", member, score * inner)
            have = np.einsum("pi,uid->upd", member, known * inner)
            with np.errstate(invalid="ignore", divide="ignore"):
                pillars = top / have
            above = np.where(
                np.isfinite(pillars), outer * rng.uniform(0.75, 1.25, size=(len(outer), size)), 0.0
            )
            values = np.nan_to_num(pillars, nan=1.0)
            if first >= DRAWS // 2:
                index = np.exp((above * np.log(np.maximum(values, 1e-9))).sum(axis=1) / above.sum(axis=1))
            else:
                index = (above * values).sum(axis=1) / above.sum(axis=1)
            printed = np.round(index[1:], 2)
            ranks.append(1 + (printed[None] > printed[:, None]).sum(axis=1))
        found.append(np.quantile(np.concatenate(ranks, axis=1), [0.05, 0.5, 0.95], axis=1))
    return found


def pandas_draws(tree: method.Tree, panel: method.Panel, draws: int) -> pd.DataFrame:
    """Ranks of the last year's index, a pandas table per draw; returns their 5, 50 and 95 % points."""
    rng = np.random.default_rng(1)
    year = len(panel.periods) - 1
    rates = method.rates(tree, panel.numerator, panel.denominator)[:, year]
    rate = pd.DataFrame(rates, index=panel.units, columns=panel.indicators)
    events = pd.DataFrame(panel.events[:, year], index=panel.units, columns=panel.indicators)
    pillar = pd.Series([one.pillar for one in tree.indicators], index=panel.indicators)
    low, high = pd.Series(tree.of("low"), panel.indicators), pd.Series(tree.of("high"), panel.indicators)
    ranks = {}
    for draw in range(draws):
        counts = pd.DataFrame(rng.gamma(events.fillna(1) + 0.5), index=panel.units, columns=panel.indicators)
        drawn = rate.where(events.isna(), rate * counts / events.replace(0, 1))
        score = 1 + 99 * ((drawn - low) / (high - low)).clip(0, 1)
        weight = pd.Series(rng.uniform(0.75, 1.25, len(pillar)), index=panel.indicators)
        if draw % 2:
            weight.iloc[rng.integers(len(weight))] = 0.0
        present = score.notna() * weight
        pillars = (score * weight).T.groupby(pillar).sum().T / present.T.groupby(pillar).sum().T
        outer = pd.Series(rng.uniform(0.75, 1.25, pillars.shape[1]), index=pillars.columns)
        index = (pillars * outer).sum(axis=1) / (pillars.notna() * outer).sum(axis=1)
        ranks[draw] = index.iloc[1:].round(2).rank(ascending=False, method="min")
    return pd.DataFrame(ranks).quantile([0.05, 0.5, 0.95], axis=1)
