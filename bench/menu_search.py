"""The public menu with 100,000 resources, asked twenty things as people ask them, without a session.

Ours: the page as it stands, made anew each time (no page is kept). Peer: the same view and template,
answered by `icontains` over the resources, each filter counted by a query of its own. Floor: a view that
answers "ok", through the same middleware. Times are of the whole request inside the server, from the WSGI
call to the last byte, without a network. Requests per second: one process per core, both against the same
database. The peer is timed once for each question: it takes seconds.
"""

import os
import platform
import random
import resource
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, reduce
from importlib.metadata import version
from io import BytesIO
from itertools import chain
from multiprocessing import get_context
from operator import or_
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Count, Q
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path
from django.utils import timezone

from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.database import as_owner
from portal.keyset import page_by_key
from portal.regions import Region
from portal.roles import Role
from portal.urls import urlpatterns as portal_urls
from portal.wsgi import application
from resources import sample
from resources.models import Audience, MenuChange, MenuEntry, Resource
from resources.queries import MenuQuery, on_cards
from resources.queries.counts import MenuCounts
from resources.queries.facets import OPEN
from resources.queries.menu import opened
from resources.sample.codes import SAMPLE
from resources.views import menu

SIZE = int(os.environ.get("BENCH_RESOURCES", "100000"))
ROUNDS = 8
SECONDS = 10
CORES = 2
NARROW = 2_000
PEER_SECONDS = 20
KEPT_SECONDS = 30  # pages are kept for a minute: half a one

QUESTIONS = [
    {},
    {"audience": "minors"},
    {"district": "440305000000"},
    {"free": "1", "open": "weekend"},
    {"open": "now", "audience": "seniors"},
    {"kind": "course", "topic": "space"},
    {"district": "440304000000", "kind": "lecture", "audience": "workers"},
    {"sort": "name", "kind": "kit"},
    {"q": "人工智能"},
    {"q": "海洋"},  # two characters
    {"q": "科技馆"},  # with its synonyms
    {"q": "机器人 实验箱"},
    {"q": "中医药讲座", "audience": "seniors"},
    {"q": "kjg"},
    {"q": "rengongzhineng", "free": "1"},
    {"q": "天文", "sort": "new", "district": "440306000000"},
    {"near": "22.546,114.057"},
    {"near": "22.546,114.057", "within": "3", "open": "weekend"},
    {"q": "天纹馆"},  # a typing mistake: nothing, and what was meant
    {"q": "火星移民船票"},  # nothing
]


# --- One request ----------------------------------------------------------------------------------


def environ(path: str, query: dict[str, str]) -> dict:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": urlencode(query),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(b""),
        "wsgi.errors": BytesIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


@dataclass
class Server:
    """The portal behind its WSGI door."""

    path: str

    def __post_init__(self):
        self.application = application

    def ask(self, query: dict[str, str]) -> bytes:
        found = []
        body = self.application(environ(self.path, query), lambda status, headers: found.append(status))
        page = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        if not found[0].startswith("200"):
            raise RuntimeError(f"{found[0]} for {query}")
        return page

    def seconds(self, query: dict[str, str]) -> float:
        began = time.perf_counter()
        self.ask(query)
        return time.perf_counter() - began


# --- The peer -------------------------------------------------------------------------------------

SEARCHED = ("title", "aliases", "summary", "description", "address")


class PeerQuery(MenuQuery):
    """The same question by the ORM's plain means: `icontains`, and a query for each filter's counts."""

    def rows(self, without: str = ""):
        """Published resources asked for. Opening and distance are read where the portal keeps them."""
        rows = Resource.objects.published()
        for word in self.q.split():
            anywhere = (Q(**{f"{name}__icontains": word}) for name in SEARCHED)
            rows = rows.filter(reduce(or_, anywhere))
        made = {
            "district": lambda: Q(region__path__contains=f"/{self.district}/"),
            "kind": lambda: Q(kind__code=self.kind),
            "audience": lambda: Q(audiences__contains=[self.audience]),
            "topic": lambda: Q(topics__code=self.topic),
            "free": lambda: Q(is_free=True),
            "open": lambda: self._open(self.open),
            "near": lambda: Q(latitude__isnull=False),
            "within": lambda: Q(pk__in=self.columns.keys[self.kilometres <= float(self.within)].tolist()),
        }
        asked = [part for part in made if getattr(self, part) and part not in without.split()]
        return rows.filter(*(made[part]() for part in asked))

    def _open(self, code: str) -> Q:
        return Q(pk__in=MenuEntry.objects.filter(opened(self.at)[code]).values("resource_id"))

    @cached_property
    def counts(self) -> MenuCounts:
        grouped = {
            column: Counter(dict(self.rows(part).values_list(column).annotate(Count("pk")).order_by(column)))
            for part, column in (("kind", "kind"), ("topic", "topics"))
        }
        districts = self.words.districts.values()
        return MenuCounts(
            total=self.rows().count(),
            free=self.rows("free").filter(is_free=True).count(),
            kinds=grouped["kind"],
            topics=grouped["topics"],
            districts=Counter(
                {
                    row.pk: self.rows("district").filter(region__path__startswith=row.path).count()
                    for row in districts
                }
            ),
            audiences=Counter(
                {each: self.rows("audience").filter(audiences__contains=[each]).count() for each in Audience}
            ),
            open=Counter({code: self.rows("open").filter(self._open(code)).count() for code in OPEN}),
        )

    def page(self, *, after: str = "", before: str = "", size: int = 24):
        return page_by_key(
            on_cards(self.rows()), order=("-published_at", "pk"), after=after, before=before, size=size
        )

    suggestions = ()


@login_not_required
def peer_page(request):
    return menu.answer(request, PeerQuery.read(request.GET, at=timezone.now()))


@login_not_required
def fresh_page(request):
    """The menu's own view under an address that is not kept."""
    return menu.menu(request)


@login_not_required
def empty_page(request):
    return HttpResponse("ok")


urlpatterns = [
    path("bench/menu/", fresh_page),
    path("bench/peer/", peer_page),
    path("bench/empty/", empty_page),
    *portal_urls,
]


# --- The run --------------------------------------------------------------------------------------


def prepare() -> None:
    call_command("reference_data", verbosity=0)
    if not Resource.objects.filter(code__startswith=SAMPLE).exists():
        staff = User.objects.create(username="bench-menu", name="基准（示例）")
        Grant.objects.create(user=staff, role=Role.STAFF, region=Region.objects.city())
        sample.load(students=0, resources=SIZE, years=3, rng=random.Random(1), by=staff)
        _give_points()
        with as_owner() as owner, owner.cursor() as cursor:
            cursor.execute("ANALYZE")


def _give_points() -> None:
    """Places get points of this measurement: the sample invents none."""
    rng = random.Random(2)
    rows = list(Resource.objects.filter(kind__is_place=True, latitude=None).only("pk").order_by("pk"))
    for row in rows:
        row.latitude, row.longitude = f"{rng.uniform(22.5, 22.8):.5f}", f"{rng.uniform(113.8, 114.4):.5f}"
        row.position_source = "测速用的随机位置"
    Resource.objects.bulk_update(rows, ["latitude", "longitude", "position_source"], batch_size=5000)
    MenuChange.objects.create(resource_ids=[row.pk for row in rows])


def times(address: str, questions: list[dict], rounds: int, *, warm: bool = True) -> list[list[float]]:
    """Seconds of each question, `rounds` times, in turn."""
    server = Server(address)
    for question in questions if warm else questions[:1]:
        server.ask(question)
    found = [[] for _ in questions]
    for _ in range(rounds):
        for number, question in enumerate(questions):
            found[number].append(server.seconds(question))
    return found


def _work(address: str, questions: list[dict], seed: int, seconds: float) -> float:
    """Requests per second of one process."""
    server, rng = Server(address), random.Random(seed)
    for question in questions if seconds != PEER_SECONDS else questions[:1]:
        server.ask(question)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        server.ask(rng.choice(questions))
        count += 1
    return count / (time.perf_counter() - began)


def rate(address: str, questions: list[dict], seconds: float = SECONDS) -> float:
    """Requests per second of one process for each core."""
    connections.close_all()
    connection.close_pool()
    caches.close_all()
    work = [(address, questions, seed, seconds) for seed in range(CORES)]
    with get_context("fork").Pool(CORES) as pool:
        return sum(pool.starmap(_work, work))


def share(values: list[float], part: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]


def counted(question: dict) -> int:
    """Queries of one page."""
    server = Server("/bench/menu/")
    server.ask(question)
    with CaptureQueriesContext(connection) as captured:
        server.ask(question)
    return len(captured)


def run() -> dict:
    try:
        with override_settings(ROOT_URLCONF="bench.menu_search"):
            return _run()
    finally:
        connections.close_all()
        connection.close_pool()


def _run() -> dict:
    prepare()
    print("prepared", flush=True)
    load = [os.getloadavg()[0]]
    cache.clear()
    totals = [MenuQuery.read(question, at=timezone.now()).total for question in QUESTIONS]
    ours = times("/bench/menu/", QUESTIONS, ROUNDS)
    narrow = [each for each, total in zip(ours, totals, strict=True) if total <= NARROW]
    flat, flat_narrow = list(chain(*ours)), list(chain(*narrow))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kept = [question for question in QUESTIONS if "near" not in question]
    rates = {
        "ours": rate("/bench/menu/", QUESTIONS),
        "cached": rate("/menu/", kept, KEPT_SECONDS),
        "floor": rate("/bench/empty/", [{}]),
    }
    peer = times("/bench/peer/", QUESTIONS, 1, warm=False)
    flat_peer = list(chain(*peer))
    rates["peer"] = rate("/bench/peer/", QUESTIONS, PEER_SECONDS)
    load.append(os.getloadavg()[0])
    floor = list(chain(*times("/bench/empty/", [{}], 200)))
    return {
        "unit": "milliseconds",
        "ours": {"p50": _ms(share(flat, 50)), "p95": _ms(share(flat, 95))},
        "narrow": {"p50": _ms(share(flat_narrow, 50)), "p95": _ms(share(flat_narrow, 95)), "of": len(narrow)},
        "peer": {"p50": _ms(share(flat_peer, 50)), "p95": _ms(share(flat_peer, 95))},
        "floor": _ms(statistics.median(floor)),
        "times_peer": round(statistics.fmean(flat_peer) / statistics.fmean(flat), 1),
        "times_floor": round(statistics.median(flat) / statistics.median(floor), 1),
        "requests_per_second": {name: round(value, 2) for name, value in rates.items()},
        "cached_of_floor": round(rates["cached"] / rates["floor"], 2),
        "spread": {"ours": round(max(map(max, ours)) / min(map(min, ours)), 1)},
        "questions": [
            {
                "question": urlencode(question, safe=",") or "（全部）",
                "total": total,
                "median": _ms(statistics.median(each)),
                "peer": _ms(statistics.median(other)),
            }
            for question, total, each, other in zip(QUESTIONS, totals, ours, peer, strict=True)
        ],
        "queries": sorted({counted(question) for question in QUESTIONS}),
        "size": f"{MenuEntry.objects.count():,} published of {Resource.objects.count():,} resources",
        "load": [round(one, 2) for one in load],
        "cores": os.cpu_count(),
        "peak_mb": round(peak),
        "versions": {
            "python": platform.python_version(),
            "postgresql": connection.pg_version,
            **{name: version(name) for name in ("django", "psycopg", "numpy", "redis")},
        },
        "at": local_today().isoformat(),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
