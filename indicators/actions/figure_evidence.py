"""What the portal's own figures were counted from: kept when it changes, compared with them every night."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection

from indicators import sources
from indicators.models import FigureEvidence, FigureSource
from indicators.queries.evidence import written
from portal.regions import Region

MOST_TOLD = 20  # of the figures that differ, named in the step of the night


def keep_evidence(source: FigureSource, year: int, placed: list[sources.Placed], *, at: datetime) -> int:
    """Keep what a figure of a year was counted from, of every district where that has changed; returns how
    many. Where there is nothing and never was, nothing is kept; where there was, an empty list.

    What the clock does, after counting.
    """
    held = _held(source, year)
    if not placed and not held:
        return 0
    grounds = sources.GROUNDS[source.name]
    records: dict[str, list] = defaultdict(list)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for path, line in placed:
        code = path[sources.DISTRICT]
        is_person = line.ref.startswith("talent.Person:")
        records[code].append([*written(line, is_person), path[sources.STREET]])
        totals[code] += line.counts
    fresh = [
        FigureEvidence(
            source=source,
            region=district,
            year=year,
            value=grounds.worth(totals[district.code]),
            total=totals[district.code],
            word=grounds.word,
            records=records[district.code],
            digest=digest,
            counted_at=at,
        )
        for district in Region.objects.districts()
        if (digest := _digest(records[district.code])) != held.get(district.pk)
    ]
    FigureEvidence.objects.bulk_create(fresh)
    return len(fresh)


def _digest(records: list) -> str:
    return hashlib.sha256(json.dumps(records, ensure_ascii=False).encode()).hexdigest()


def _held(source: FigureSource, year: int) -> dict[int, str]:
    """The digest of what was kept last, per region."""
    rows = FigureEvidence.objects.filter(source=source, year=year)
    latest = rows.order_by("region", "-counted_at", "-pk").distinct("region")
    return dict(latest.values_list("region", "digest"))


# ---------------------------------------------------------------- compared

# Every counted figure beside what was kept for it last, and beside the sum of its records.
COMPARED = """
SELECT s.name, s.label, r.name, f.year, f.value, e.value, e.total, e.summed
FROM indicators_figure f
JOIN indicators_figuresource s ON s.id = f.source_id
JOIN portal_region r ON r.id = f.region_id
LEFT JOIN LATERAL (
    SELECT k.value, k.total,
        (SELECT coalesce(sum(coalesce((one->>3)::numeric, 1)), 0) FROM jsonb_array_elements(k.records) one)
            AS summed
    FROM indicators_figureevidence k
    WHERE k.source_id = f.source_id AND k.region_id = f.region_id AND k.year = f.year
    ORDER BY k.counted_at DESC, k.id DESC LIMIT 1
) e ON true
WHERE f.origin = 'counted' AND f.year = ANY(%(years)s) AND s.name = ANY(%(names)s)
ORDER BY s.name, f.year, r.code
"""


def check_evidence(years: Sequence[int]) -> str:
    """Whether the records kept behind every counted figure of some years add up to it, in words for the
    night: how many were compared, and those that differ.
    """
    with connection.cursor() as cursor:
        cursor.execute(COMPARED, {"years": [*years], "names": [*sources.GROUNDS]})
        rows = cursor.fetchall()
    wrong = []
    for name, label, region, year, figure, value, total, summed in rows:
        where = f"{region}{year}年{label}"
        if summed is None:
            wrong.append(f"{where}没有依据")
        elif not (summed == total and sources.GROUNDS[name].worth(summed) == value == figure):
            worth = sources.GROUNDS[name].worth(summed)
            wrong.append(f"{where}统计数 {figure.normalize():f}，依据合计 {worth.normalize():f}")
    if not wrong:
        return f"核对 {len(rows)} 项统计数据，与依据全部相符"
    more = f"；另有 {len(wrong) - MOST_TOLD} 项" if len(wrong) > MOST_TOLD else ""
    return f"核对 {len(rows)} 项统计数据，{len(wrong)} 项与依据不符：{'；'.join(wrong[:MOST_TOLD])}{more}"
