"""A district officer's return of all 105 codes (111 cells): opened, one cell saved, and saved as a whole.

Ours: the pages as they stand, beside six years of all eleven districts' returns. Peer: none; the floor is a
view that answers "ok" to the same person, through the same middleware, session and second factor. Times are
of the whole request inside the server, from the client's call to the last byte, without a network.
"""

import os
import platform
import random
import re
import resource
import statistics
import time
from importlib.metadata import version

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path

from indicators import sample
from indicators.models import Return, ReturnCell
from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.database import as_owner
from portal.regions import Region
from portal.roles import Role
from portal.urls import urlpatterns as portal_urls

ROUNDS = 30
YEARS = 6
NANSHAN = "440305000000"


def empty_page(request):
    return HttpResponse("ok")


urlpatterns = [path("bench/empty/", empty_page), *portal_urls]


def prepare() -> tuple[User, Return]:
    call_command("reference_data", verbosity=0)
    district = Region.objects.get(code=NANSHAN)
    officer, is_new = User.objects.get_or_create(username="bench-officer", defaults={"name": "基准（示例）"})
    if is_new:
        Grant.objects.create(user=officer, role=Role.DISTRICT, region=district)
        TOTP.activate(officer, generate_totp_secret())
        staff = User.objects.create(username="bench-staff", name="基准（示例）")
        Grant.objects.create(user=staff, role=Role.STAFF, region=Region.objects.city())
        sample.load(students=0, resources=0, years=YEARS, rng=random.Random(1), by=staff)
        with as_owner() as owner, owner.cursor() as cursor:
            cursor.execute("ANALYZE")
    filing = Return.objects.named().get(region=district, organization=None, period__year=sample.OPEN_YEAR)
    return officer, filing


def _client(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


FIELD = re.compile(r'name="([vsn]-[^"]+)" value="([^"]*)"')


def fields(page: str) -> dict[str, str]:
    """What the form on the page would send."""
    return {name: _plain(value) for name, value in FIELD.findall(page)}


def _plain(value: str) -> str:
    for mark, letter in (("&quot;", '"'), ("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&amp;", "&")):
        value = value.replace(mark, letter)
    return value


def _timed(act, wanted: tuple[int, ...]) -> tuple[list[float], int]:
    """Seconds of each round, and the queries of one."""
    with CaptureQueriesContext(connection) as captured:
        act(0)
    queries, found = len(captured), []
    for number in range(1, ROUNDS + 1):
        began = time.perf_counter()
        answer = act(number)
        found.append(time.perf_counter() - began)
        if answer.status_code not in wanted:
            raise RuntimeError(f"{answer.status_code}: {answer.content[:200]!r}")
    return found, queries


def run() -> dict:
    with override_settings(ROOT_URLCONF="bench.return_page", SECURE_SSL_REDIRECT=False):
        return _run()


def _run() -> dict:
    officer, filing = prepare()
    address, client, rng = filing.get_absolute_url(), _client(officer), random.Random(2)
    load = [os.getloadavg()[0]]
    works = {
        "open": (lambda number: client.get(address), (200,)),
        "cell": (lambda number: client.post(f"{address}cells/", _one_cell(filing, rng)), (200,)),
        "look": (lambda number: client.get(f"{address}cells/", {"since": _latest(filing)}), (200,)),
        "whole": (lambda number: client.post(address, _whole(client, address, rng)), (302,)),
        "floor": (lambda number: client.get("/bench/empty/"), (200,)),
    }
    measured = {name: _timed(*work) for name, work in works.items()}
    reading = statistics.median(_timed(works["open"][0], (200,))[0])
    load.append(os.getloadavg()[0])
    ms = {name: round(statistics.median(each) * 1000, 1) for name, (each, _) in measured.items()}
    # The whole form is read before it is sent: what reading takes is not its saving.
    ms["whole"] = round(ms["whole"] - reading * 1000, 1)
    return {
        "unit": "milliseconds",
        "ours": {name: ms[name] for name in ("open", "cell", "look", "whole")},
        "queries": {name: count for name, (_, count) in measured.items()},
        "floor": ms["floor"],
        "times_floor": round(ms["open"] / ms["floor"], 1),
        "spread": {name: round(max(each) / min(each), 1) for name, (each, _) in measured.items()},
        "size": f"{filing.cells.count()} of {ReturnCell.objects.count():,} cells in the database",
        "load": [round(one, 2) for one in load],
        "cores": os.cpu_count(),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "versions": {
            "python": platform.python_version(),
            "postgresql": connection.pg_version,
            **{name: version(name) for name in ("django", "psycopg")},
        },
        "at": local_today().isoformat(),
    }


def _one_cell(filing: Return, rng: random.Random) -> dict[str, str]:
    held = filing.cells.select_related("item").get(item__key="KM110")
    seen = f'[{held.version}, "{held.text}", "{held.note}"]'
    return {"v-KM110": str(rng.randrange(10**6)), "n-KM110": held.note, "s-KM110": seen}


def _latest(filing: Return) -> str:
    latest = filing.cells.exclude(changed_at=None).order_by("-changed_at").first()
    return latest.changed_at.isoformat() if latest else ""


def _whole(client: Client, address: str, rng: random.Random) -> dict[str, str]:
    """The form as it stands with every number changed."""
    data = fields(client.get(address).content.decode())
    changed = {name: str(rng.randrange(1, 10**4)) for name in data if name.startswith("v-")}
    return {**data, **changed, "action": "save"}
