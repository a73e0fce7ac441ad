"""What the portal must know before anybody fills anything: form, rules, method, reference figures."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from indicators import sources
from indicators.actions.stat_forms import ItemRow, RuleRow, write_form
from indicators.actions.target_figures import count_from_the_start
from indicators.models import (
    WHOLE,
    YEARLY_FORM,
    Denominator,
    Edition,
    Figure,
    FigureSource,
    GapIndicator,
    IndicatorVersion,
    LiteracyResult,
    LiteracySurvey,
    NationalSeries,
    Node,
    Reporter,
    StatForm,
    Vintage,
)
from portal.calendar import local_today
from portal.regions import Region

DATA = Path(__file__).parent.parent / "data"
INDEX = "index"
FIRST_DAY = date(2000, 1, 1)  # versions from files were in force before the portal began


def _rows(name: str) -> list[dict]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@transaction.atomic
def load_reference() -> int:
    """Load or refresh form, rules, reference figures and edition 1 from files; returns how many rows.

    Basis: 全国科普统计调查报表（指标名称与口径的整理稿）; 深圳科普发展指数第一版方法.
    """
    return (
        _load_forms()
        + _load_series()
        + _load_figures()
        + _load_literacy()
        + _load_edition()
        + _load_gaps()
        + count_from_the_start()
    )


OWN = "本平台拟定的工作报表，代码不是官方代码"
# Code, version, name, basis, how often, who reports; items and rules stand in files of the same name.
FORMS = (
    (
        YEARLY_FORM,
        1,
        "科普统计年报",
        "全国科普统计调查报表；除注明者外，代码为本平台按同一体例拟编",
        StatForm.Frequency.YEAR,
        [Reporter.DISTRICT],
    ),
    ("venue_q", 1, "科普场馆季报", OWN, StatForm.Frequency.QUARTER, [Reporter.VENUE]),
    ("street_m", 1, "街道科普活动月报", OWN, StatForm.Frequency.MONTH, [Reporter.SUBDISTRICT]),
    ("member_h", 1, "成员单位科普工作半年报", OWN, StatForm.Frequency.HALF, [Reporter.MEMBER]),
)


def _load_forms() -> int:
    return sum(_load_form(*form) for form in FORMS)


def _load_form(code: str, version: int, name: str, basis: str, frequency: str, reporters: list) -> int:
    given = {"name": name, "basis": basis, "frequency": frequency, "reporters": reporters}
    given["valid_from"] = FIRST_DAY
    form, _ = StatForm.objects.update_or_create(code=code, version=version, defaults=given)
    items = [_item_of(row) for row in _rows(f"{code}_form_v{version}.csv")]
    rules = json.loads((DATA / f"{code}_rules_v{version}.json").read_text(encoding="utf-8"))
    write_form(form, items, [RuleRow(**rule) for rule in rules])
    return len(items) + len(rules)


def _item_of(row: dict) -> ItemRow:
    return ItemRow(
        code=row["code"],
        part=int(row["part"]),
        table=row["table"],
        table_name=row["table_name"],
        name=row["name"],
        unit=row["unit"],
        decimals=int(row["decimals"]),
        definition=row["definition"],
        is_confirmed=row["is_confirmed"] == "1",
        is_text=row.get("is_text") == "1",
        low=Decimal(row["low"]) if row.get("low") else None,
        high=Decimal(row["high"]) if row.get("high") else None,
        parent=row["parent"],
    )


def _load_series() -> int:
    """The published national figures; what people entered or corrected since stays."""
    rows = [
        NationalSeries(
            **{
                **row,
                "growth_percent": row["growth_percent"] or None,
                "share_percent": row["share_percent"] or None,
                "is_derived": row["is_derived"] == "1",
            }
        )
        for row in _rows("national_series.csv")
    ]
    NationalSeries.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _load_figures() -> int:
    """Sources, and the figures and denominators that are known from publications. Without regions, only the
    sources. A denominator that people entered or corrected since stays."""
    sources = _rows("figure_sources.csv")
    for row in sources:
        FigureSource.objects.update_or_create(
            name=row["name"],
            defaults={
                "label": row["label"],
                "unit": row["unit"],
                "is_counted": row["is_counted"] == "1",
                "is_about_children": row["is_about_children"] == "1",
                "basis": row["basis"],
            },
        )
    regions = {region.code: region for region in Region.objects.filter(level__lte=2)}
    denominators = [row for row in _rows("denominators.csv") if row["region_code"] in regions]
    for row in denominators:
        Denominator.objects.get_or_create(
            kind=row["kind"],
            region=regions[row["region_code"]],
            year=int(row["year"]),
            defaults={
                "value": row["value"],
                "unit": row["unit"],
                "source": row["source"],
                "is_verified": row["is_verified"] == "1",
                "is_sample": False,
            },
        )
    figures = [row for row in _rows("figures.csv") if row["region_code"] in regions]
    by_name = {source.name: source for source in FigureSource.objects.all()}
    for row in figures:
        Figure.objects.update_or_create(
            source=by_name[row["source"]],
            region=regions[row["region_code"]],
            year=int(row["year"]),
            origin=row["origin"],
            defaults={"value": row["value"], "basis": row["basis"]},
        )
    return len(sources) + len(denominators) + len(figures)


def _load_literacy() -> int:
    """The published shares of the literate; what people entered or corrected since stays."""
    city = Region.objects.filter(level=1).first()
    own, whole = LiteracyResult.Area.OWN, LiteracyResult.Kind.ALL
    rows = [row for row in _rows("literacy.csv") if city or row["area_kind"] != own]
    for row in rows:
        survey, _ = LiteracySurvey.objects.get_or_create(
            code=row["survey"],
            defaults={name: row[name] for name in ("year", "name", "organiser", "population", "source")},
        )
        LiteracyResult.objects.get_or_create(
            survey=survey,
            area=row["area"],
            group=WHOLE,
            defaults={
                "area_kind": row["area_kind"],
                "region": city if row["area_kind"] == own else None,
                "group_kind": whole,
                "percent": row["percent"],
                "sample_size": row["sample_size"] or None,
                "margin": row["margin"] or None,
                "rank_note": row["rank_note"],
            },
        )
    return len(rows)


def _load_edition() -> int:
    """Edition 1. What a published vintage rests on is not touched again; goalposts once set stay."""
    plan = json.loads((DATA / "edition_1.json").read_text(encoding="utf-8"))
    pillars, indicators = plan.pop("pillars"), plan.pop("indicators")
    count = len(pillars) + len(indicators) + 2
    if Vintage.objects.filter(edition__code=plan["code"], kind=Vintage.Kind.PUBLISHED).exists():
        return count
    edition, _ = Edition.objects.update_or_create(code=plan.pop("code"), defaults=plan)
    index, _ = Node.objects.update_or_create(
        edition=edition, code=INDEX, defaults={"name": "科普发展指数", "minimum_share": 1, "position": 0}
    )
    nodes = {}
    for position, (code, name) in enumerate(pillars, start=1):
        nodes[code], _ = Node.objects.update_or_create(
            edition=edition,
            code=code,
            defaults={"name": name, "parent": index, "minimum_share": "0.666667", "position": position},
        )
    for position, row in enumerate(indicators, start=1):
        pillar = nodes[row["pillar"]]
        IndicatorVersion.objects.update_or_create(
            edition=edition, code=row["code"], defaults={**row, "pillar": pillar, "position": position}
        )
    return count


def _load_gaps() -> int:
    """Which indicators stand beside the gaps of the plan, once: what people chose since, nothing included,
    stays."""
    given = json.loads((DATA / "gap_indicators.json").read_text(encoding="utf-8"))
    plan = sources.plan_on(local_today())
    gaps = sources.gaps_of(plan) if plan else []
    if GapIndicator.objects.filter(gap__in=gaps).exists():
        return 0
    rows = [GapIndicator(gap_id=gap.pk, indicator=code) for gap in gaps for code in given.get(gap.code, [])]
    return len(GapIndicator.objects.bulk_create(rows))
