"""The city's annual report with all its chapters, from its kept content to the tagged PDF.

Ours: what the job does once the charts are drawn (`actions.reports.pdf_of`): the template filled, the PDF
written in a child process with limits, which fetches packaged files alone. `with_charts` draws them anew.
Floor: WeasyPrint on the very same HTML in a fresh process of its own, without limits, fetcher or portal; its
start is in its seconds, as it is in ours. Before that the two documents are compared byte for byte.
Beside it 12 reports, the city's and eleven districts', by two workers at a time, charts included.
"""

import io
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version

from django.conf import settings
from django.core.management import call_command
from django.template.loader import render_to_string
from django.utils import timezone
from pypdf import PdfReader

from indicators import actions, sample
from indicators.actions.reports import begin_report, pdf_of
from indicators.queries.annual import content_of, drawn_chapter
from portal import charts, documents
from portal.accounts import Grant, User
from portal.calendar import local_today
from portal.regions import Region
from portal.roles import Role

RUNS = 3
WORKERS = 2
YEAR = sample.LAST_YEAR

BARE = """
import sys
from weasyprint import HTML
from weasyprint.urls import URLFetcher
root, site, identifier = sys.argv[1:4]
class Packaged(URLFetcher):
    def fetch(self, url, headers=None):
        if url.startswith("static:"):
            url = "file://" + root + "/" + url.removeprefix("static:")
        return super().fetch(url, headers)
html = HTML(string=sys.stdin.read(), base_url=site, url_fetcher=Packaged())
sys.stdout.buffer.write(
    html.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode(), custom_metadata=False)
)
"""


def run() -> dict:
    staff = _city()
    report = begin_report(region=Region.objects.city(), year=YEAR, corrections="", by=staff)
    content, made_at = content_of(report), report.vintage.created_at
    html = _html(content, made_at)
    written = pdf_of(content, made_at=made_at)
    if _bare(html, made_at) != written:
        sys.exit("两份文件不相同，比较无意义。")
    load = [os.getloadavg()[0]]
    ours, floors, whole = [], [], []
    for _ in range(RUNS):  # in turn, so that a busy machine bears on all
        floors.append(_timed(lambda: _bare(html, made_at)))
        ours.append(_timed(lambda: pdf_of(content, made_at=made_at)))
        charts._drawn.cache_clear()
        whole.append(_timed(lambda: pdf_of(content, made_at=made_at)))
    content_seconds = round(_timed(lambda: content_of(report)), 2)
    parallel = _twelve(staff)
    load.append(os.getloadavg()[0])
    our, bare, all_of_it = map(statistics.median, (ours, floors, whole))
    reader = PdfReader(io.BytesIO(written))
    return {
        "unit": "seconds",
        "ours": round(our, 2),
        "floor": round(bare, 2),
        "times_floor": round(our / bare, 2),
        "with_charts": round(all_of_it, 2),
        "times_floor_with_charts": round(all_of_it / bare, 2),
        "spread": {"ours": _spread(ours), "floor": _spread(floors)},
        "runs": {
            name: [round(one, 2) for one in seconds]
            for name, seconds in (("ours", ours), ("floor", floors), ("with_charts", whole))
        },
        "size": f"{len(reader.pages)} pages, {_charts(content)} charts, {len(written) / 1e6:.1f} MB",
        "content": content_seconds,
        "twelve": parallel,
        "load": [round(one, 2) for one in load],
        "cores": os.cpu_count(),
        "peak_mb": round(
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        ),  # of the largest child
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("django", "weasyprint", "vl-convert-python")},
        },
        "at": local_today().isoformat(),
    }


def _city() -> User:
    call_command("reference_data", verbosity=0)
    staff = User.objects.get_or_create(username="bench", defaults={"name": "基准"})[0]
    Grant.objects.get_or_create(user=staff, role=Role.STAFF, region=Region.objects.city())
    sample.load(students=0, resources=0, years=6, rng=random.Random("bench"), by=staff)
    actions.compute(at=timezone.now(), draws=200)
    return staff


def _html(content: dict, made_at: datetime) -> str:
    """The very HTML that `documents.pdf` gives to its writer."""
    chapters = [drawn_chapter(chapter) for chapter in content["chapters"]]
    context = {"author": documents.AUTHOR, **content, "chapters": chapters, "made_at": made_at}
    return render_to_string("indicators/annual_report.html", context)


def _bare(html: str, made_at: datetime) -> bytes:
    identifier = documents.identifier_of(html)
    static = str(settings.BASE_DIR / "static")
    found = subprocess.run(
        [sys.executable, "-P", "-s", "-c", BARE, static, settings.SITE_URL, identifier],
        input=html.encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(made_at.timestamp())), "PYTHONHASHSEED": "0"},
    )
    return found.stdout


def _twelve(staff: User) -> dict:
    """Content made beforehand; the files by so many workers at a time, as the queue has them."""
    contents = []
    for region in [Region.objects.city(), *Region.objects.districts()]:
        report = begin_report(region=region, year=YEAR, corrections="", by=staff)
        contents.append((content_of(report), report.vintage.created_at))
    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as workers:
        sizes = list(workers.map(lambda pair: len(pdf_of(pair[0], made_at=pair[1])), contents))
    return {
        "reports": len(sizes),
        "workers": WORKERS,
        "seconds": round(time.perf_counter() - began, 1),
        "mb": round(sum(sizes) / 1e6, 1),
    }


def _charts(content: dict) -> int:
    return sum(
        block["kind"] not in ("table", "words")
        for chapter in content["chapters"]
        for section in chapter["sections"]
        for block in section["blocks"]
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _spread(seconds: list[float]) -> float:
    return round(max(seconds) / min(seconds), 2)
