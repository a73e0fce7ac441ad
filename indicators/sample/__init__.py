"""Invented returns and figures for the sample city: 11 districts, the years up to 2025, the open year 2026.

Sizes follow each district's population, so that index, trend and report look like those of a city; every row
is marked 示例. The same arguments give the same rows.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from django.db import transaction

from indicators import sources
from indicators.actions import reports
from indicators.actions.editions import Opinion, change_indicator, copy_method, give_opinion, settle_weights
from indicators.actions.returns import keep_submission
from indicators.actions.rounds import create_returns
from indicators.models import (
    AnnualReport,
    CellRemark,
    Denominator,
    Edition,
    Figure,
    FigureSource,
    Period,
    Reporter,
    Return,
    ReturnCell,
    StatForm,
    ValidationRule,
)
from indicators.queries.editions import pairs_of
from indicators.queries.returns import cells_of, check
from indicators.sample import literacy, rounds
from portal.accounts import User, people_with
from portal.calendar import SHANGHAI
from portal.jobs import enqueue
from portal.regions import Region
from portal.roles import Perm

LAST_YEAR = 2025
OPEN_YEAR = 2026
MARK = "示例"
FIRST_NIGHT = "sample"  # key of the job that computes the sample city's first index

# How much a district does for its size, and the years: the epidemic shows in visits, not in money.
STRENGTH = {
    "440303000000": 1.15,
    "440304000000": 1.45,
    "440305000000": 1.60,
    "440306000000": 0.85,
    "440307000000": 1.00,
    "440308000000": 1.20,
    "440309000000": 0.80,
    "440310000000": 0.95,
    "440311000000": 1.10,
    "440391000000": 1.05,
    "440392000000": 0.70,
}
TREND = {2020: 1.00, 2021: 1.06, 2022: 1.10, 2023: 1.19, 2024: 1.27, 2025: 1.36, 2026: 1.43}
VISITS = {2020: 0.80, 2021: 0.91, 2022: 0.86, 2023: 1.02, 2024: 1.10, 2025: 1.19, 2026: 1.24}
BASES = {year: 1 + 0.02 * (year - 2020) for year in TREND}  # a title stands for years

# Per 10,000 residents in a usual year: counts, money in 万元, areas in m².
PER_WAN = {
    "KR100": 1.35, "KR200": 8.6, "KR300": 62, "KC113": 1900, "KC123": 1500, "KC133": 260,
    "KC210": 0.42, "KC220": 0.03, "KC250": 0.55, "KC320.1": 6.5, "KC330": 3.2,
    "KJ121": 6.2, "KJ130": 0.55, "KJ140": 3.9, "KJ150": 0.6, "KJ161": 0.5, "KJ162": 0.2,
    "KM111": 95, "KM121": 60, "KM131": 0.4, "KM132": 0.1, "KM140": 12, "KM150": 0.35, "KM151": 0.3,
    "KM161": 8200, "KM162": 6.5, "KM171": 9, "KM172": 21000, "KM173": 950, "KM180.2": 3.4,
    "KM180.3": 36000, "KM190": 420, "KM200": 0.9, "KH111": 2600, "KH121": 2900, "KH131": 310,
    "KH151": 150, "KH161": 16, "KH171": 700, "KH181": 130, "KH191": 85, "KH211": 36, "KE110.1": 1.6,
    "KE110.2": 2.4, "KE120": 1.3, "KE130": 0.55, "KE140.2": 480, "KE150.2": 26,
}  # fmt: skip
# How many people one of them reaches, to get from visits to occasions.
EACH = {
    "KH110": ("KH111", 160), "KH120": ("KH121", 1300), "KH130": ("KH131", 240), "KH150": ("KH151", 45),
    "KH160": ("KH161", 70), "KH170": ("KH171", 420), "KH180": ("KH181", 900), "KH190": ("KH191", 60),
    "KE140.1": ("KE140.2", 60), "KE150.1": ("KE150.2", 55), "KM110": ("KM111", 9000),
    "KM120": ("KM121", 15000), "KM130": ("KM131", 300), "KM160": ("KM161", 400_000),
    "KM170": ("KM171", 260), "KM180.1": ("KM180.2", 70),
}  # fmt: skip
OCCASIONS = {visits: occasions for occasions, (visits, _) in EACH.items()} | {"KH141": "KH140"}
SHARES = {
    "KR110": ("KR100", 0.62), "KR120": ("KR100", 0.48), "KR130": ("KR100", 0.04), "KR140": ("KR100", 0.24),
    "KR150": ("KR100", 0.17), "KR160": ("KR100", 0.31), "KR210": ("KR200", 2.3), "KR220": ("KR200", 0.46),
    "KR230": ("KR200", 0.51), "KR240": ("KR200", 0.05), "KR250": ("KR200", 0.27),
    "KC320.2": ("KC320.1", 0.12), "KC114": ("KC113", 0.41), "KC124": ("KC123", 0.38),
}  # fmt: skip
VENUES = {"KC11": (0.0055, 11000, 0.46), "KC12": (0.0085, 7600, 0.5), "KC13": (0.006, 2100, 0.55)}
# What the portal counts far less of than a district reports: kept at its size, and explained.
UNREGISTERED = {"KH180", "KH181", "KH200"}
# Visits to one occasion, where the portal has occasions but no visits yet.
USUAL_VISITS = {"KH121": 1400, "KH131": 1400, "KE140.2": 400}
NOTES = {True: "示例：含未在平台登记的部分", False: "示例：新场馆投入使用，活动恢复线下举办"}
# Figures that belong together: the first is what the others are divided by.
COUNTED = (
    ("credit_students", "credit_reached", "credit_hours"),
    ("volunteers", "service_hours"),
    ("bases", "bases_free"),
)
ENTERED = ("informants", "informant_shares", "rumours_due", "rumours_on_time")
BY_VISITS = ("KC113", "KC123", "KC133", "KH1", "KE140", "KC330")


@transaction.atomic
def load(*, students: int, resources: int, years: int, rng: random.Random, by: User) -> None:
    """Load the sample returns and figures, unless they are there."""
    if Return.objects.filter(is_sample=True).exists():
        return
    form = StatForm.objects.get(code="kp", version=1)
    districts = list(Region.objects.districts())
    population = {
        row.region.code: float(row.value)
        for row in Denominator.objects.filter(kind="population", year=2020).select_related("region")
    }
    luck = {district.code: rng.uniform(0.93, 1.07) for district in districts}
    counted = sources.count_cells(OPEN_YEAR)
    _load_students(districts, population)
    for year in range(LAST_YEAR + 1 - years, LAST_YEAR + 1):
        _load_year(form, year, districts, population, luck, counted, rng, by)
        _load_figures(year, districts, population, luck, rng)
    _load_open_year(form, districts, population, luck, counted, rng, by)
    literacy.load(by, years)
    rounds.load(rng=rng, by=by)
    _load_draft_edition(by)
    enqueue("index_night", key=FIRST_NIGHT)  # the first page shows an index; nobody waits for the night


def _load_students(districts: list[Region], population: dict) -> None:
    """No published figure by district exists: the city's, shared out by population."""
    whole = Denominator.objects.get(kind="students", region__level=1).value
    total = sum(population[district.code] for district in districts)
    Denominator.objects.bulk_create(
        Denominator(
            kind="students",
            region=district,
            year=2020,
            value=Decimal(round(float(whole) * population[district.code] / total)),
            unit="人",
            source="示例：全市2022年数按常住人口分摊",
            is_verified=False,
            is_sample=True,
        )
        for district in districts
    )


def _amount(key: str, district: Region, year: int, people: float, luck: float, rng: random.Random) -> float:
    pace = VISITS if key.startswith(BY_VISITS) else TREND
    usual = PER_WAN[key] * people / 10_000 * STRENGTH[district.code] * luck
    return usual * pace[year] * rng.uniform(0.96, 1.04)


def counts_of(counted: Mapping, district: Region) -> dict[str, Decimal]:
    """What the portal counts now for a district, where history is to be of that size."""
    found = {key: values.get(district.code) for key, values in counted.items() if key not in UNREGISTERED}
    return {key: value for key, value in found.items() if value is not None}


def _set_back(counts: Mapping, year: int, rng: random.Random) -> dict[str, Decimal]:
    """Today's counts as they may have been in a year before; those of the open year as they are."""
    if year == OPEN_YEAR:
        return dict(counts)
    found = {}
    for key, value in counts.items():
        if not value and key in OCCASIONS:
            value = counts.get(OCCASIONS[key], Decimal(0)) * USUAL_VISITS.get(key, 30)
        pace = BASES if key.startswith("KC31") else VISITS if key.startswith(BY_VISITS) else TREND
        found[key] = Decimal(round(float(value) * pace[year] / pace[OPEN_YEAR] * rng.uniform(0.97, 1.03)))
    return found


def values_for(
    district: Region,
    year: int,
    people: float,
    luck: float,
    rng: random.Random,
    counts: Mapping = MappingProxyType({}),
) -> dict[str, Decimal | None]:
    """One district's year: every cell of the form, in keeping with its rules. None: not applicable.

    `counts` are the portal's own of the open year: what it counts is of their size in every year, so that a
    return stands beside a history that fits it.
    """
    known = _set_back(counts, year, rng)
    amounts = {key: _amount(key, district, year, people, luck, rng) for key in PER_WAN}
    values: dict[str, Decimal | None] = {key: Decimal(round(value)) for key, value in amounts.items()}
    for key in ("KJ121", "KJ130", "KJ140", "KJ150", "KJ161", "KJ162", "KC330"):
        values[key] = Decimal(str(round(amounts[key], 2)))
    for key in ("KM150", "KM151"):
        values[key] = Decimal(str(round(amounts[key], 1)))
    values |= known
    for key, (whole, share) in SHARES.items():
        values[key] = Decimal(int(values[whole] * Decimal(str(share * rng.uniform(0.97, 1.02)))))
    for key, (visits, size) in EACH.items():
        values[key] = Decimal(max(1, round(float(values[visits]) / size)))
    _venues(values, people, STRENGTH[district.code], year, rng, known)
    _money(values, rng)
    _rest(values, people, STRENGTH[district.code], year, rng)
    values |= {key: value for key, value in known.items() if values[key] is not None}
    if not values["KH210"]:
        values |= dict.fromkeys(("KH211", "KH212", "KH213"))
    return values


def _venues(
    values: dict, people: float, strength: float, year: int, rng: random.Random, known: Mapping
) -> None:
    for base, (rate, area, share) in VENUES.items():
        count = int(
            known.get(f"{base}0", round(people / 10_000 * rate * strength + 0.3 + (year - 2020) * 0.08))
        )
        is_hall = base != "KC13"
        visits = f"{base}3"
        if not count:
            extra = (f"{base}4", f"{base}5") if is_hall else ()
            values |= dict.fromkeys((f"{base}1", f"{base}2", visits, *extra))
            values[f"{base}0"] = Decimal(0)
            values[visits] = None
            continue
        building = round(count * area * rng.uniform(0.98, 1.02))
        values[f"{base}0"], values[f"{base}1"] = Decimal(count), Decimal(building)
        values[f"{base}2"] = Decimal(round(building * share))
        if is_hall:
            days = min(300, 258 + 4 * (year - 2020) + rng.uniform(-6, 6))
            values[f"{base}5"] = Decimal(round(count * days))


def _money(values: dict, rng: random.Random) -> None:
    cents = Decimal("0.01")
    values["KJ120"] = (values["KJ121"] * Decimal(str(rng.uniform(1.5, 1.6)))).quantize(cents)
    values["KJ160"] = values["KJ161"] + values["KJ162"]
    values["KJ100"] = values["KJ120"] + values["KJ130"] + values["KJ140"] + values["KJ150"]
    used = (values["KJ100"] * Decimal(str(rng.uniform(0.88, 0.97)))).quantize(cents)
    values["KJ200"] = used
    values["KJ210"] = (used * Decimal("0.16")).quantize(cents)
    values["KJ230"] = (used * Decimal("0.22")).quantize(cents)
    values["KJ240"] = (used * Decimal("0.06")).quantize(cents)
    values["KJ220"] = used - values["KJ210"] - values["KJ230"] - values["KJ240"]
    values["KJ231"] = (values["KJ230"] * Decimal("0.71")).quantize(cents)
    values["KJ232"] = (values["KJ230"] * Decimal("0.42")).quantize(cents)
    values["KJ233"] = (values["KJ230"] * Decimal("0.47")).quantize(cents)


def _rest(values: dict, people: float, strength: float, year: int, rng: random.Random) -> None:
    size, step = people / 10_000 * strength, year - 2020
    values["KC230"] = Decimal(round(size * 0.006 + 0.5))
    values["KC240"] = Decimal(round(size * 0.004))
    values["KC310"] = Decimal(round(size * 0.018 + 0.4 + step * 0.1))
    values["KC311"] = Decimal(round(size * 0.035 + 0.5 + step * 0.2))
    values["KC312"] = Decimal(round(size * 0.12 * TREND[year] + 1.2))
    values["KH140"] = Decimal(round(size * 0.02 * VISITS[year] + 1))
    values["KH141"] = Decimal(round(size * 9 * VISITS[year] * rng.uniform(0.95, 1.05)) + 12)
    values["KH200"] = Decimal(round(size * 0.11 * VISITS[year] + 1))
    values["KH180"] = Decimal(round(size * 0.16 * TREND[year] + 1))
    values["KH210"] = Decimal(round(size * 0.12 + 1))
    values["KH212"], values["KH213"] = Decimal(round(size * 0.5 + 2)), Decimal(round(size * 0.05 + 1))


# ---------------------------------------------------------------- the years handed in


def _load_year(
    form: StatForm,
    year: int,
    districts: list[Region],
    population: dict,
    luck: dict,
    counted: Mapping,
    rng: random.Random,
    by: User,
) -> None:
    opens, due = datetime(year + 1, 1, 10, 9, tzinfo=SHANGHAI), datetime(year + 1, 5, 27, 18, tzinfo=SHANGHAI)
    period = Period.objects.create(form=form, year=year, opens_on=opens.date(), due_on=due.date())
    items, rules = list(form.items.order_by("position")), list(form.rules.all())
    filings = Return.objects.bulk_create(
        Return(period=period, region=district, created_by=by, created_at=opens, is_sample=True)
        for district in districts
    )
    for place, filing in enumerate(filings):
        district = filing.region
        late = place == (year * 7) % len(districts)
        sent = due + timedelta(days=6) if late else due - timedelta(days=3 + place, hours=place)
        counts = counts_of(counted, district)
        values = values_for(district, year, population[district.code], luck[district.code], rng, counts)
        cells = ReturnCell.objects.bulk_create(_cell(filing, item, values[item.key], sent) for item in items)
        _explain(filing, cells, rules)
        keep_submission(filing, cells, by=by, at=sent)
        # One after the other: the rules look at what the districts before have handed in.
        Return.objects.filter(pk=filing.pk).update(
            status=Return.Status.ACCEPTED,
            first_submitted_at=sent,
            submitted_at=sent,
            accepted_at=sent + timedelta(days=9),
        )


def _cell(filing: Return, item, value: Decimal | None, at: datetime) -> ReturnCell:
    state = ReturnCell.State.NOT_APPLICABLE if value is None else ReturnCell.State.NUMBER
    return ReturnCell(filing=filing, item=item, state=state, value=value, version=1, changed_at=at)


def _explain(filing: Return, cells: list[ReturnCell], rules: list[ValidationRule]) -> None:
    """Write a note into each cell of which the rules ask for one."""
    found = check(filing, cells, rules=rules)
    wanted = {fault.key for fault in found.unexplained} | set(found.overwritten)
    noted = [cell for cell in cells if cell.item.key in wanted]
    for cell in noted:
        cell.note = NOTES[cell.is_overwritten]
    for note in NOTES.values():
        told = [cell.pk for cell in noted if cell.note == note]
        filing.cells.filter(pk__in=told).update(note=note)


def _load_figures(
    year: int, districts: list[Region], population: dict, luck: dict, rng: random.Random
) -> None:
    """Figures for years before the portal had records of its own, and for what it does not count."""
    names = {source.name: source for source in FigureSource.objects.all()}
    rows, counted = [], {group[0]: sources.count_figures(group[0], year) or {} for group in COUNTED}
    for district in districts:
        size = population[district.code] / 10_000 * STRENGTH[district.code] * luck[district.code]
        invented = _figures(size, population[district.code], year, rng)
        for name in _uncounted(district.code, counted):
            rows.append(_figure(names[name], district, year, Decimal(invented[name])))
    if year in literacy.SHARES:
        city = Region.objects.city()
        rows.append(_figure(names["literacy"], city, year, Decimal(literacy.SHARES[year])))
    Figure.objects.bulk_create(rows, ignore_conflicts=True)


def _uncounted(code: str, counted: dict) -> list[str]:
    """The figures to invent for a district: those of which the portal itself has no records."""
    lacking = [name for group in COUNTED if not counted[group[0]].get(code) for name in group]
    return [*lacking, *ENTERED]


def _figure(source: FigureSource, region: Region, year: int, value: Decimal) -> Figure:
    return Figure(
        source=source,
        region=region,
        year=year,
        value=value,
        origin=Figure.Origin.ENTERED,
        basis="示例：虚构数，非公布数",
        is_sample=True,
        counted_at=datetime(year + 1, 3, 1, 9, tzinfo=SHANGHAI),
    )


def _figures(size: float, people: float, year: int, rng: random.Random) -> dict[str, int]:
    pace, few = TREND[year], rng.uniform(0.97, 1.03)
    students = round(people * 0.1015)
    rumours = max(6, round(size * 0.32 * few))
    bases = max(2, round(size * 0.17 * pace + 2))
    volunteers, informants = round(size * 62 * pace * few), round(size * 21 * pace * few)
    return {
        "credit_students": students,
        "credit_reached": min(students, round(students * (0.38 + 0.05 * (year - 2020)) * few)),
        "credit_hours": round(students * 17.5 * pace * few),
        "volunteers": volunteers,
        "service_hours": round(volunteers * 3.3 * (0.8 + 0.2 * pace) * few),
        "informants": informants,
        "informant_shares": round(informants * 34 * pace * few),
        "rumours_due": rumours,
        "rumours_on_time": min(rumours, round(rumours * (0.68 + 0.04 * (year - 2020)))),
        "bases": bases,
        "bases_free": min(bases, round(bases * (0.55 + 0.04 * (year - 2020)))),
    }


# ---------------------------------------------------------------- the year being filled


def _load_open_year(
    form: StatForm,
    districts: list[Region],
    population: dict,
    luck: dict,
    counted: Mapping,
    rng: random.Random,
    by: User,
) -> None:
    """2026: some districts filling, one handed in, one returned with a remark."""
    opens = datetime(OPEN_YEAR, 11, 2, 9, tzinfo=SHANGHAI)
    period = Period.objects.create(
        form=form,
        year=OPEN_YEAR,
        opens_on=opens.date(),
        due_on=datetime(OPEN_YEAR + 1, 3, 31, tzinfo=SHANGHAI).date(),
    )
    reporters = [(Reporter.DISTRICT, district, None) for district in districts]
    filings = create_returns(period, reporters, by=by, counted=counted)
    period.returns.update(is_sample=True, created_at=opens)
    for filing in filings:
        district = filing.region
        people, counts = population[district.code], counts_of(counted, district)
        values = values_for(district, OPEN_YEAR, people, luck[district.code], rng, counts)
        officer = people_with(Perm.RETURN_FILL, district).first() or by
        OPEN_YEAR_PLAYS.get(district.code, _untouched)(filing, values, officer, by)


def _fill(filing: Return, values: dict, keys: set[str] | None, officer: User) -> None:
    at = datetime(OPEN_YEAR, 11, 16, 15, 20, tzinfo=SHANGHAI)
    changed = []
    for cell in filing.cells.select_related("item"):
        if cell.source == ReturnCell.Source.COUNTED or (keys is not None and cell.item.key not in keys):
            continue
        value = values[cell.item.key]
        cell.state = ReturnCell.State.NOT_APPLICABLE if value is None else ReturnCell.State.NUMBER
        cell.value, cell.version = value, cell.version + 1
        cell.changed_by, cell.changed_at = officer, at
        changed.append(cell)
    ReturnCell.objects.bulk_update(changed, ["state", "value", "version", "changed_by", "changed_at"])


def _untouched(filing: Return, values: dict, officer: User, by: User) -> None:
    """Nobody has begun."""


def _being_filled(filing: Return, values: dict, officer: User, by: User) -> None:
    """Half done: people, venues and where the money came from."""
    _fill(filing, values, {key for key in values if key.startswith(("KR", "KC1", "KC2", "KJ1"))}, officer)


def _handed_in(filing: Return, values: dict, officer: User, by: User) -> None:
    sent = datetime(OPEN_YEAR, 11, 18, 10, 5, tzinfo=SHANGHAI)
    _fill_whole(filing, values, officer)
    keep_submission(filing, cells_of(filing), by=officer, at=sent)
    Return.objects.filter(pk=filing.pk).update(
        status=Return.Status.SUBMITTED, first_submitted_at=sent, submitted_at=sent
    )


def _returned(filing: Return, values: dict, officer: User, by: User) -> None:
    _handed_in(filing, values, officer, by)
    at = datetime(OPEN_YEAR, 11, 19, 16, 40, tzinfo=SHANGHAI)
    Return.objects.filter(pk=filing.pk).update(status=Return.Status.RETURNED, returned_at=at)
    cell = filing.cells.get(item__key="KH121")
    CellRemark.objects.create(
        cell=cell, text="展览参观人次请扣除场馆常设展的日常参观。（示例）", written_by=by, written_at=at
    )


def _fill_whole(filing: Return, values: dict, officer: User) -> None:
    """Every cell; where the portal counts another number, the reason is given."""
    items = list(filing.period.form.items.filter(key__in=UNREGISTERED).values_list("pk", flat=True))
    filing.cells.filter(item__in=items).update(source=ReturnCell.Source.ENTERED)
    _fill(filing, values, None, officer)
    _explain(filing, cells_of(filing), list(filing.period.form.rules.all()))


OPEN_YEAR_PLAYS = {
    "440305000000": _being_filled,
    "440304000000": _handed_in,
    "440307000000": _returned,
}


# ---------------------------------------------------------------- an edition being drafted


# How much each pillar matters to three invented experts; their judgments follow, rounded to Saaty's scale.
EXPERTS = {
    "专家1": {"input": 3, "places": 3, "people": 3, "spread": 2, "activity": 4, "youth": 4, "outcome": 6},
    "专家2": {"input": 2, "places": 2, "people": 3, "spread": 3, "activity": 3, "youth": 4, "outcome": 4},
    "专家3": {"input": 4, "places": 3, "people": 2, "spread": 2, "activity": 2, "youth": 3, "outcome": 5},
}


def _load_draft_edition(by: User) -> None:
    """A second edition that staff work on: other weights from three experts, one goalpost, one limit."""
    first = Edition.objects.adopted().last()
    draft = Edition.objects.create(
        code="2",
        name="深圳科普发展指数（第二版，示例）",
        base_year=first.base_year,
        first_year=LAST_YEAR,
        link_year=LAST_YEAR,
        predecessor=first,
        draws=first.draws,
        goalpost_rule=first.goalpost_rule,
        basis=first.basis,
        reason="示例：领域权重改由专家两两比较得出；境外参与人次计数少于4的不计分。",
        created_by=by,
        adopted_at=None,
    )
    copy_method(first, draft)
    index = draft.nodes.get(parent=None)
    for expert, matters in EXPERTS.items():
        values = {
            f"{one.code}:{other.code}": _times(matters[one.code] / matters[other.code])
            for one, other in pairs_of(index)
        }
        give_opinion(Opinion(index, expert, "ahp", values), by=by)
    settle_weights(index, "ahp", by=by)
    abroad = draft.indicators.select_related("pillar").get(code="abroad_visits")
    change_indicator(abroad, {"minimum_events": 4}, by=by)


def _times(ratio: float) -> str:
    """A ratio on Saaty's scale: 2, 1, 1/2."""
    return str(round(ratio)) if ratio >= 1 else f"1/{round(1 / ratio)}"


# ---------------------------------------------------------------- annual reports, once there is an index


CITY_WORDS = {
    "summary": "（示例）本报告按科普发展规划的五大工程编排，数字随指数结果自动取用。",
    "p4-4": "（示例）全年举办科普讲座{{项目.KH110}}场，参加{{项目.KH111}}人次，比上年{{项目.KH111.增速}}；"
    "每万人参加活动{{指标.每万人参加人次}}人次，上年为{{指标.每万人参加人次.2024}}人次。",
}
DISTRICT_WORDS = {
    "summary": "（示例）南山区水平分值{{指数.水平分值}}分，全市为{{全市.指数.水平分值}}分。",
}


def load_reports(*, at: datetime) -> None:
    """The city's report of the last year, published, and one of a district in review; nothing without the
    sample accounts.
    """
    people = {person.username: person for person in User.objects.filter(username__in=REPORT_PEOPLE)}
    if len(people) < len(REPORT_PEOPLE) or AnnualReport.objects.exists():
        return
    staff, lead, officer, head = (people[name] for name in REPORT_PEOPLE)
    city = _submitted(Region.objects.city(), CITY_WORDS, "深科协示例〔2026〕1号", staff)
    reports.sign_report(city, by=lead)
    _set_in_type(city)
    reports.publish_report(city, at=at, by=staff)
    nanshan = Region.objects.get(code="440305000000")
    district = _submitted(nanshan, DISTRICT_WORDS, "深南科协示例〔2026〕1号", officer)
    part = district.parts.get(code="p4-1")
    reports.add_remark(part, place="文字", text="请补充本区社会资金投入的情况。（示例）", by=head)


REPORT_PEOPLE = ("staff", "staff_lead", "district", "district_head")


def _submitted(region: Region, words: dict[str, str], number: str, by: User) -> AnnualReport:
    report = reports.begin_report(region=region, year=LAST_YEAR, corrections="", by=by)
    for part in report.parts.filter(code__in=words):
        reports.write_part(part, title=part.title, text=words[part.code], seen=part.revision, by=by)
    reports.write_letter_head(report, number=number, recipient="各有关单位（示例）", copies="", by=by)
    reports.submit_report(report, by=by)
    _set_in_type(report)
    return report


def _set_in_type(report: AnnualReport) -> None:
    """At once: a worker may be at it as well, and one of the two keeps its files."""
    reports.write_report(report.pk)
    report.refresh_from_db()
