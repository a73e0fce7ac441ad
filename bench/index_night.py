"""The night: figures counted in the ledger and the index for 12 units × 6 years with 10,000 draws.

Ours: the rank intervals of all six years (`method.uncertainty`), on the panel that the night assembles.
Peer: the same draws as an analyst writes them, a pandas table per draw (weights, counts, goalposts, means,
ranks); measured on a few hundred draws and scaled linearly unless `--full` is given.
Floor: numpy drawing the same random numbers (gammas, weights, left-out indicators) and nothing else.
Beside that the whole night, counting included, over sample cities of 250,000 and 1,000,000 credits, and how
seconds and memory grow from one to the other. Each size runs in this process; the peak is the process's.
"""

import os
import platform
import random
import resource
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import pandas as pd
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from indicators import actions, method, sample
from indicators.models import ComputeRun, Edition, Vintage
from indicators.queries.panel import assemble, scored, tree_of
from portal.accounts import User
from portal.calendar import local_today
from portal.database import as_owner
from portal.organizations import Organization
from portal.regions import Region
from portal.sample import NANSHAN, SCHOOL_NAME
from portal.scope import scope
from youth_credits import sample as credits_sample

DRAWS = 10_000
PEER_DRAWS = 300
RUNS = 5
CREDITS = (250_000, 1_000_000)
CREDITS_PER_STUDENT = 16.9  # what the sample city gives a child over six years


def run() -> dict:
    call_command("reference_data", verbosity=0)
    staff = User.objects.get_or_create(username="bench", defaults={"name": "基准"})[0]
    Organization.objects.get_or_create(
        name=SCHOOL_NAME,
        region=Region.objects.get(code=NANSHAN),
        defaults={"kind": Organization.Kind.SCHOOL, "source": "示例数据"},
    )
    sample.load(students=0, resources=0, years=6, rng=random.Random("bench"), by=staff)
    load = [os.getloadavg()[0]]
    nights = [_night(credits, staff) for credits in CREDITS]
    tree, panel, seed = _panel()
    method.uncertainty(tree, panel, seed=seed, draws=DRAWS)  # warm
    ours, floors = [], []
    for _ in range(RUNS):  # in turn, so that a busy machine bears on both
        floors.append(_timed(lambda: floor(tree, panel, seed)))
        ours.append(_timed(lambda: method.uncertainty(tree, panel, seed=seed, draws=DRAWS)))
    peer_draws = DRAWS if os.environ.get("BENCH_FULL") else PEER_DRAWS
    scale = DRAWS * len(panel.periods) / peer_draws
    peers = [_timed(lambda: peer(tree, panel, peer_draws)) * scale for _ in range(RUNS)]
    load.append(os.getloadavg()[0])
    our, bare, other = map(statistics.median, (ours, floors, peers))
    small, large = nights
    return {
        "unit": "seconds",
        "ours": round(our, 2),
        "peer": round(other, 1),
        "floor": round(bare, 2),
        "times_peer": round(other / our, 1),
        "times_floor": round(our / bare, 2),
        "spread": {"ours": _spread(ours), "peer": _spread(peers), "floor": _spread(floors)},
        "size": f"{len(panel.units)} units × {len(panel.periods)} years × {DRAWS:,} draws",
        "peer_note": f"measured on {peer_draws:,} draws of one year and scaled linearly",
        "nights": nights,
        "growth": {
            "credits": round(large["credits"] / small["credits"], 2),
            "seconds": round(large["seconds"] / small["seconds"], 2),
            "counting": round(large["counting"] / small["counting"], 2),
            "peak_mb": round(large["peak_mb"] / small["peak_mb"], 2),
        },
        "load": [round(one, 2) for one in load],  # of this machine before and after, and its cores
        "cores": os.cpu_count(),
        "peak_mb": large["peak_mb"],
        "versions": {
            "python": platform.python_version(),
            "postgresql": connection.pg_version,
            **{name: version(name) for name in ("django", "psycopg", "numpy", "pandas")},
        },
        "at": local_today().isoformat(),
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _spread(seconds: list[float]) -> float:
    return round(max(seconds) / min(seconds), 2)


# ---------------------------------------------------------------- the whole night


def _night(credits: int, staff: User) -> dict:
    """Load a city of so many credits, then let the night compute it five times from nothing."""
    with as_owner() as owner, owner.cursor() as cursor:
        # The ledger by name: no foreign key leads from it.
        cursor.execute(
            "TRUNCATE youth_credits_credit, youth_credits_occasionclaim, youth_credits_courseclaim,"
            " youth_credits_certificateclaim, youth_credits_studentyear, youth_credits_student,"
            " youth_credits_activity,"
            " youth_credits_batch CASCADE"
        )
    students = round(credits / CREDITS_PER_STUDENT)
    rng = random.Random("bench credits")
    credits_sample.load(students=students, resources=0, years=6, rng=rng, by=staff)
    with as_owner() as owner, owner.cursor() as cursor:
        cursor.execute("ANALYZE")
    seconds, counting = [], []
    for _ in range(RUNS):
        with transaction.atomic():
            _unlimited()
            years = list(range(Edition.objects.get().first_year, sample.LAST_YEAR + 1))
            counting.append(_timed(lambda years=years: actions.count_figures(years, at=timezone.now())))
        ComputeRun.objects.all().delete()
        Vintage.objects.all().delete()
        with transaction.atomic():
            _unlimited()
            seconds.append(_timed(lambda: actions.compute(at=timezone.now(), draws=DRAWS)))
    return {
        "credits": _credits(),
        "seconds": round(statistics.median(seconds), 2),
        "counting": round(statistics.median(counting), 2),
        "spread": _spread(seconds),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _unlimited() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


def _credits() -> int:
    with scope("steward"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM youth_credits_credit")
        return cursor.fetchone()[0]


def _panel() -> tuple[method.Tree, method.Panel, int]:
    """The panel of the night just computed, and its seed."""
    vintage = Vintage.objects.get()
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


def peer(tree: method.Tree, panel: method.Panel, draws: int) -> pd.DataFrame:
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
