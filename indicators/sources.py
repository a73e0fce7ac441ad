"""What the portal itself can count: for the cells of a return and for the figures of the index.

The one file of `indicators` that looks into other apps, and only at their queries. Each count is per code of
the reporting district. A year in which a source has no record anywhere in the city is not known to the
portal: nothing is filled in for it, and no zero is invented.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from events import queries as events
from outreach import queries as outreach
from portal.calendar import local_today
from portal.regions import Level, Region
from portal.scope import scope
from resources import queries as resources
from talent import queries as talent
from youth_credits import queries as credits_

Counts = dict[str, Decimal | None]
WRITTEN_WITH = credits_.WRITTEN_WITH  # tables that change only with another one


@dataclass(frozen=True)
class Line:
    """One record that was counted: what it is, on which day, how many it stands for, where it is read."""

    ref: str  # "talent.Person:12"
    words: str
    on: date | None
    amount: Decimal | None = None
    link: str = ""

    @property
    def counts(self) -> Decimal:
        """What it adds to the total."""
        return Decimal(1) if self.amount is None else self.amount

    @property
    def number(self) -> str:
        """The record without its words: 登记编号 12."""
        return f"登记编号 {self.ref.rpartition(':')[2]}"


def _person_line(record) -> Line:
    return Line(f"talent.Person:{record.pk}", record.name, record.entered_on, None, record.get_desk_url())


def _title_line(record) -> Line:
    words = f"{record.organization.name}（{record}）"
    return Line(f"outreach.Title:{record.pk}", words, record.valid_from)


def _session_line(record) -> Line:
    amount = None if record.attendance is None else Decimal(record.attendance)
    link = record.event.get_absolute_url()
    return Line(
        f"events.Session:{record.pk}", record.event.title, local_today(record.starts_at), amount, link
    )


def _resource_line(record) -> Line:
    on = record.published_at and local_today(record.published_at)
    return Line(f"resources.Resource:{record.pk}", str(record), on, None, record.get_absolute_url())


@dataclass(frozen=True)
class Counter:
    """One cell that the portal fills: how it counts, in what word, and where the records stand."""

    label: str
    word: str
    count: Callable[[int], dict]
    records: Callable[[str, int], Iterable]
    line: Callable[[object], Line] = _session_line
    register: str = ""  # address of the list in which the records stand, where the desk has one
    is_personal: bool = False


def year_of(year: int) -> tuple[date, date]:
    """First day of a year and of the next."""
    return date(year, 1, 1), date(year + 1, 1, 1)


def end_of(year: int) -> date:
    """The last day of a year, or today while it has not ended."""
    return min(date(year, 12, 31), max(local_today(), date(year, 1, 1)))


# ---------------------------------------------------------------- cells of the return


def _people(label: str, category: str, ranks: list[str] | None = None) -> Counter:
    return Counter(
        label=f"人才库·{label}",
        word="人",
        count=lambda year: talent.people_by_district(end_of(year), category, ranks),
        records=lambda district, year: talent.people_behind(district, end_of(year), category, ranks),
        line=_person_line,
        is_personal=True,
    )


def _titles(label: str, levels: list[str]) -> Counter:
    return Counter(
        label=f"称号登记·{label}",
        word="个",
        count=lambda year: outreach.titles_by_district(end_of(year), levels),
        records=lambda district, year: outreach.titles_behind(district, end_of(year), levels),
        line=_title_line,
    )


def _held(kinds: list[str]) -> Callable[[str, int], Iterable]:
    return lambda district, year: events.sessions_behind(district, *year_of(year), kinds=kinds)


def _sessions(label: str, *kinds: str) -> Counter:
    return Counter(
        label=f"活动·{label}",
        word="场",
        count=lambda year: events.sessions_by_district(*year_of(year), kinds=list(kinds)),
        register="/desk/events/",
        records=_held(list(kinds)),
    )


def _visits(label: str, *kinds: str) -> Counter:
    return Counter(
        label=f"活动·{label}到场",
        word="人次",
        count=lambda year: events.visits_by_district(*year_of(year), kinds=list(kinds)),
        register="/desk/events/",
        records=_held(list(kinds)),
    )


def _pair(first: str, second: str, label: str, *kinds: str) -> dict[str, Counter]:
    return {first: _sessions(label, *kinds), second: _visits(label, *kinds)}


def _some_sessions(label: str, chosen: Q, kinds: list[str] | None = None) -> tuple[Counter, Counter]:
    """Sessions picked by more than their kind, and the visits to them: counted from the records shown."""

    def records(district: str, year: int):
        return events.sessions_behind(district, *year_of(year), kinds=kinds).filter(chosen)

    def each(total: Callable) -> Callable[[int], dict]:
        def count(year: int) -> dict:
            codes = Region.objects.districts().values_list("code", flat=True)
            return {code: total(records(code, year)) for code in codes}

        return count

    about = {"register": "/desk/events/", "records": records}
    visits = each(lambda rows: rows.aggregate(visits=Sum("attendance"))["visits"] or 0)
    return (
        Counter(label=f"活动·{label}", word="场", count=each(lambda rows: rows.count()), **about),
        Counter(label=f"活动·{label}到场", word="人次", count=visits, **about),
    )


def _menu(kind: str, categories: tuple[str, ...], district: str):
    found = resources.records([kind], district)
    return found.filter(details__category__in=categories) if categories else found


def _from_menu(label: str, word: str, kind: str, categories: tuple[str, ...], count: Callable) -> Counter:
    """A count of published resources, now: the menu keeps no earlier state."""
    return Counter(
        label=f"资源名录·{label}",
        word=word,
        count=lambda year: count(year) if year == local_today().year else {},
        register="/desk/resources/",
        records=lambda district, year: _menu(kind, categories, district),
        line=_resource_line,
    )


def _listed(label: str, kind: str, *categories: str, word: str = "个") -> Counter:
    """Published resources of a kind and some categories."""

    def count(year: int) -> dict:
        rows = _menu(kind, categories, "").values_list("region__path", flat=True)
        return dict(Tally(path[13:25] for path in rows))

    return _from_menu(label, word, kind, categories, count)


def _added_up(label: str, word: str, categories: tuple[str, ...], worth: Callable) -> Counter:
    """Something of every venue of some categories, added up; not known for a district where one lacks it."""

    def count(year: int) -> dict:
        found: dict[str, Decimal | None] = {}
        for venue in _menu("venue", categories, "").select_related("region").prefetch_related("hours"):
            code, value = venue.region.path[13:25], worth(venue, year)
            before = found.get(code, Decimal(0))
            found[code] = None if value is None or before is None else before + value
        return found

    return _from_menu(label, word, "venue", categories, count)


def _area(label: str, field: str, *categories: str) -> Counter:
    def worth(venue, year: int) -> Decimal | None:
        value = venue.details.get(field)
        return None if value in (None, "") else Decimal(str(value))

    return _added_up(label, "平方米", categories, worth)


def _free_days(label: str, *categories: str) -> Counter:
    """Days on which the weekly hours of free venues say open."""

    def worth(venue, year: int) -> Decimal | None:
        if venue.is_free is None:
            return None
        days = resources.open_days(venue, year) if venue.is_free else 0
        return None if days is None else Decimal(days)

    return _added_up(f"{label}免费开放天数（按每周开放时间）", "天", categories, worth)


def _venues(base: str, label: str, *categories: str) -> dict[str, Counter]:
    """How many venues of some categories, and their areas."""
    return {
        f"{base}0": _listed(label, "venue", *categories),
        f"{base}1": _area(f"{label}建筑面积", "building_area", *categories),
        f"{base}2": _area(f"{label}展厅面积", "exhibition_area", *categories),
    }


HALLS = ("科技馆",)
MUSEUMS = ("自然博物馆", "天文台", "动物海洋")
# Who counts as a unit that opened is counted by organisation, so its visits are, too.
OF_A_UNIT = Q(event__organization__isnull=False)
# Science week is a brand of events; what belongs to it, its organisers have said.
SCIENCE_WEEK = Q(event__edition__brand__code="science_week")
FOR_PUPILS_OUT_OF_SCHOOL = Q(event__audiences__contains=["minors"]) & ~Q(event__organization__kind="school")
WEEK = _some_sessions("科技活动周专题活动", SCIENCE_WEEK)
OUT_OF_SCHOOL = _some_sessions("面向未成年人的校外活动", FOR_PUPILS_OUT_OF_SCHOOL)


MIDDLE_AND_ABOVE = ["middle", "senior"]
COUNTERS: dict[str, Counter] = {
    "KR100": _people("科普专职人员", "full_time"),
    "KR110": _people("专职人员中级以上", "full_time", MIDDLE_AND_ABOVE),
    "KR200": _people("科普兼职人员", "part_time"),
    "KR220": _people("兼职人员中级以上", "part_time", MIDDLE_AND_ABOVE),
    "KR300": _people("科技志愿者", "volunteer"),
    "KE120": _people("科技辅导员", "instructor"),
    "KC310": _titles("国家级", ["national"]),
    "KC311": _titles("省级", ["province"]),
    "KC312": _titles("市级及以下", ["city", "district"]),
    **_venues("KC11", "科技馆", *HALLS),
    "KC115": _free_days("科技馆", *HALLS),
    **_venues("KC12", "科学技术类博物馆", *MUSEUMS),
    "KC125": _free_days("科学技术类博物馆", *MUSEUMS),
    **_venues("KC13", "青少年宫", "青少年宫"),
    "KC320.1": _listed("展品展项", "exhibit", word="件"),
    "KC230": _listed("科普大篷车", "vehicle", word="辆"),
    **_pair("KH110", "KH111", "科普讲座", "lecture"),
    **_pair("KH120", "KH121", "科普展览", "exhibition"),
    **_pair("KH130", "KH131", "科普竞赛", "competition"),
    **_pair("KH140", "KH141", "国际与港澳台交流", "exchange"),
    **_pair("KH150", "KH151", "青少年兴趣小组", "club"),
    **_pair("KH160", "KH161", "科技夏（冬）令营", "camp"),
    "KH170": WEEK[0],
    "KH171": WEEK[1],
    **_pair("KH190", "KH191", "实用技术培训", "training"),
    "KH180": Counter(
        label="活动·向社会开放的单位",
        word="个",
        count=lambda year: events.open_units_by_district(*year_of(year)),
        register="/desk/events/",
        records=lambda district, year: _held(["open_day"])(district, year).filter(OF_A_UNIT),
    ),
    "KH181": _some_sessions("科研机构开放", OF_A_UNIT, ["open_day"])[1],
    "KH200": Counter(
        label="活动·到场1000人次以上",
        word="场",
        count=lambda year: events.large_sessions_by_district(*year_of(year)),
        register="/desk/events/",
        records=lambda district, year: events.sessions_behind(district, *year_of(year), least=1000),
    ),
    "KH210": _listed("众创空间（创客空间）", "open_lab", "创客空间"),
    "KE140.1": OUT_OF_SCHOOL[0],
    "KE140.2": OUT_OF_SCHOOL[1],
}


def lines(key: str, district: str, year: int) -> list[Line]:
    """The records that make a cell's count now, in the order in which its page lists them."""
    counter = COUNTERS[key]
    return [counter.line(record) for record in counter.records(district, year)]


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """The names behind references to people, of those whose record is still there."""
    keys = [int(ref.partition(":")[2]) for ref in refs if ref.startswith("talent.Person:")]
    return {f"talent.Person:{key}": name for key, name in talent.people_named(keys).items()}


def member_units():
    """Ids of the joint meeting's member units, for who reports."""
    return outreach.member_units()


def count_cells(year: int) -> dict[str, Counts]:
    """For each cell that the portal can count: its figure per district, zero where a district has none."""
    codes = _codes(Level.DISTRICT)
    return {
        key: found
        for key, counter in COUNTERS.items()
        if (found := _complete(counter.count(year), codes)) is not None
    }


def _complete(counted: dict, codes: list[str]) -> Counts | None:
    """Zeros where other districts have records; None if nobody has any, and for whom it is not known."""
    known = {code: Decimal(value) for code, value in counted.items() if code in codes and value is not None}
    if not any(known.values()):
        return None
    unknown = {code for code, value in counted.items() if value is None}
    return {code: None if code in unknown else known.get(code, Decimal(0)) for code in codes}


# ---------------------------------------------------------------- figures of the index


Places = Callable[..., dict]  # a count of a year per place of each level asked for: count(year, *levels)


def _under_ledger(query: str, argument: Callable[[int], object]) -> Places:
    """A nameless total of the credit ledger: read once, whatever the levels."""

    def count(year: int, *levels: Level) -> dict:
        with scope("ledger"):
            return getattr(credits_, query)(argument(year), levels=levels)

    return count


def middle_of(year: int) -> date:
    """The day on which a year's students are counted: 30 June, or today before it."""
    return min(date(year, 6, 30), local_today())


def school_year(year: int) -> int:
    """The school year that counts towards a year: the one that ends in it. Named by its first year."""
    return year - 1


def _at(levels: Iterable[Level], query: Callable, *arguments: object, **options: object) -> dict:
    """A count at each of the levels: no code stands at two of them."""
    return {
        code: value for level in levels for code, value in query(*arguments, level=level, **options).items()
    }


def _on(query: Callable, *arguments: object) -> Places:
    """A count of what stands at the end of a year."""
    return lambda year, *levels: _at(levels, query, end_of(year), *arguments)


def _during(query: Callable, **options: object) -> Places:
    """A count of what happened in a year."""
    return lambda year, *levels: _at(levels, query, *year_of(year), **options)


FIGURES: dict[str, Places] = {
    "bases": _on(outreach.titles_by_district),
    "bases_free": _on(outreach.free_titles_by_district),
    "volunteers": _on(talent.people_by_district, "volunteer"),
    "service_hours": _during(talent.service_hours_by_district),
    "informants": _on(talent.people_by_district, "information_officer"),
    "credit_students": _under_ledger("students_in_scope_by_district", middle_of),
    "credit_reached": _under_ledger("reached_minimum_by_district", school_year),
    "credit_hours": _under_ledger("hours_by_district", school_year),
}

# Cells of the form that the portal itself can count down to the subdistrict, by the same definition.
SUBDISTRICT_CELLS: dict[str, Places] = {
    "KR100": _on(talent.people_by_district, "full_time"),
    "KR110": _on(talent.people_by_district, "full_time", MIDDLE_AND_ABOVE),
    "KR200": _on(talent.people_by_district, "part_time"),
    "KR220": _on(talent.people_by_district, "part_time", MIDDLE_AND_ABOVE),
    "KR300": _on(talent.people_by_district, "volunteer"),
    "KE120": _on(talent.people_by_district, "instructor"),
    "KC310": _on(outreach.titles_by_district, ["national"]),
    "KC311": _on(outreach.titles_by_district, ["province"]),
    "KC312": _on(outreach.titles_by_district, ["city", "district"]),
    "KH111": _during(events.visits_by_district, kinds=["lecture"]),
    "KH121": _during(events.visits_by_district, kinds=["exhibition"]),
    "KH131": _during(events.visits_by_district, kinds=["competition"]),
}


# ---------------------------------------------------------------- what a figure was counted from


MOST_LINES = 1000  # records kept of a district and year; of more, what each organisation adds per month
STREET = slice(26, 38)  # where in a path the code of a subdistrict stands
DISTRICT = slice(13, 25)

Placed = tuple[str, Line]  # the path of the region in which something was counted, and what


@dataclass(frozen=True)
class Grounds:
    """What a figure is counted from. The amounts of the lines (1 where there is none) add up to a total, and
    `worth` makes the figure of it."""

    lines: Callable[[int], Iterable[Placed]]
    word: str  # the unit of the total
    worth: Callable[[Decimal], Decimal] = lambda total: total
    is_about_children: bool = False


def _titles_counted(free_only: bool) -> Callable[[int], Iterable[Placed]]:
    def lines(year: int) -> Iterable[Placed]:
        found = outreach.titles_counted(end_of(year), free_only=free_only)
        return ((title.region.path, _title_line(title)) for title in found)

    return lines


def _people_counted(category: str) -> Callable[[int], Iterable[Placed]]:
    def lines(year: int) -> Iterable[Placed]:
        rows = talent.people_counted(end_of(year), category)
        by_district: dict[str, list] = {}
        for row in rows:
            by_district.setdefault(row.path[DISTRICT], []).append(row)
        for group in by_district.values():
            if len(group) <= MOST_LINES:
                yield from (
                    (row.path, Line(f"talent.Person:{row.pk}", "", row.entered_on, None, row.link))
                    for row in group
                )
            else:
                tally = Tally(
                    (row.path[: STREET.stop], row.organization_id, row.organization, row.entered_on)
                    for row in group
                )
                yield from _of_months(tally)

    return lines


def _of_months(tally: dict[tuple, int]) -> Iterable[Placed]:
    """What every organisation of a place adds per month; by path, id, name and day."""
    months: dict[tuple, int] = {}
    for (path, key, name, day), count in tally.items():
        month = (path, key or 0, name, day.replace(day=1))
        months[month] = months.get(month, 0) + count
    for (path, key, name, month), count in sorted(months.items()):
        ref = f"portal.Organization:{key}" if key else ""
        yield path, Line(ref, f"{name or '未登记单位'}，{month.year}年{month.month}月", month, Decimal(count))


def _service_counted(year: int) -> Iterable[Placed]:
    rows = talent.service_by_month(*year_of(year))
    return _of_months(
        {(row.path, row.organization_id, row.organization, row.month): row.minutes for row in rows}
    )


def _schools_counted(query: str, argument: Callable[[int], object]) -> Callable[[int], Iterable[Placed]]:
    def lines(year: int) -> Iterable[Placed]:
        with scope("ledger"):
            found = getattr(credits_, query)(argument(year))
        return (
            (row.path, Line(f"portal.Organization:{row.school}", row.name, None, Decimal(row.figure)))
            for row in found
        )

    return lines


HUNDREDTH = Decimal("0.01")
GROUNDS: dict[str, Grounds] = {
    "bases": Grounds(_titles_counted(free_only=False), "个"),
    "bases_free": Grounds(_titles_counted(free_only=True), "个"),
    "volunteers": Grounds(_people_counted("volunteer"), "人"),
    "service_hours": Grounds(_service_counted, "分钟", lambda total: (total / 60).quantize(HUNDREDTH)),
    "informants": Grounds(_people_counted("information_officer"), "人"),
    "credit_students": Grounds(
        _schools_counted("students_in_scope_by_school", middle_of), "人", is_about_children=True
    ),
    "credit_reached": Grounds(
        _schools_counted("reached_minimum_by_school", school_year), "人", is_about_children=True
    ),
    "credit_hours": Grounds(
        _schools_counted("minutes_by_school", school_year),
        "分钟",
        lambda total: total // 60,  # whole hours, as the ledger tells them
        is_about_children=True,
    ),
}


def count_subdistricts(name: str, year: int) -> Counts | None:
    """One figure, or one cell of the form, per subdistrict, with zeros; None if all have none."""
    return _complete((FIGURES | SUBDISTRICT_CELLS)[name](year, Level.SUBDISTRICT), _codes(Level.SUBDISTRICT))


def count_figures(name: str, year: int) -> Counts | None:
    """One source's figure per district, zero where a district has none; None if the portal knows nothing."""
    return _complete(FIGURES[name](year, Level.DISTRICT), _codes(Level.DISTRICT))


def count_both_levels(name: str, year: int) -> tuple[Counts | None, Counts | None, list[Placed]]:
    """One source's figure as `count_figures` and as `count_subdistricts` tell it, and what it is counted
    from; children's records are read once for all three."""
    grounds = GROUNDS[name]
    placed = list(grounds.lines(year))
    if grounds.is_about_children:
        counted = _summed(placed, grounds.worth)
    else:
        counted = FIGURES[name](year, Level.DISTRICT, Level.SUBDISTRICT)
    districts = _complete(counted, _codes(Level.DISTRICT))
    return districts, _complete(counted, _codes(Level.SUBDISTRICT)), placed


def _summed(placed: list[Placed], worth: Callable[[Decimal], Decimal]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for path, line in placed:
        for code in filter(None, (path[DISTRICT], path[STREET])):
            totals[code] = totals.get(code, Decimal(0)) + line.counts
    return {code: worth(total) for code, total in totals.items()}


def _codes(level: Level) -> list[str]:
    return list(Region.objects.filter(level=level).order_by("code").values_list("code", flat=True))


@dataclass(frozen=True)
class NeedFigure:
    """What people asked for in a year, in all or of one topic or programme: needs (项) per district."""

    name: str
    label: str
    counts: Counts


def need_figures(year: int) -> list[NeedFigure]:
    """Needs of a year in all, those matched, and those of each topic and programme asked for.

    They stand beside the index: no edition so far has an indicator of them.
    """
    period = year_of(year)
    found = {
        "needs": ("科普需求", resources.needs_by_region(*period)),
        "needs_matched": ("已对接的科普需求", resources.matched_by_region(*period)),
    }
    for kind, label, names, counted in (
        ("topic", "科普需求·主题", resources.topic_names(), resources.needs_by_topic(*period)),
        ("program", "科普需求·项目", resources.programme_names(), resources.needs_by_programme(*period)),
    ):
        for (district, code), count in counted.items():
            # The name of a figure is short: of a longer code its beginning.
            own = found.setdefault(f"{kind}:{code}"[:30], (f"{label}·{names[code]}"[:40], {}))
            own[1][district] = own[1].get(district, 0) + count
    codes = _codes(Level.DISTRICT)
    complete = [(name, label, _complete(counts, codes)) for name, (label, counts) in found.items()]
    return [NeedFigure(name, label, counts) for name, label, counts in complete if counts is not None]


# ---------------------------------------------------------------- the plan, for the annual report


def plan_of(year: int):
    """The plan in force at the end of a year; None before the first."""
    return plan_on(date(year, 12, 31))


def plan_on(day: date):
    """The plan in force on a day; None before the first."""
    return outreach.plan_in_force(day)


def gaps_of(plan) -> list:
    """The gaps that a plan names, each with the measures against it loaded."""
    return outreach.gaps(plan)


def projects_of(plan) -> list:
    """The plan's projects with their measures."""
    return outreach.measures_by_project(plan)


def targets_of(plan) -> list:
    return outreach.targets(plan)


Counted = outreach.Counted  # the value, from where, and the page that shows it


def target_counts(name: str, year: int) -> Counted | None:
    """What the portal counted of a whole year for a target of the plan.

    None where it knows nothing. Of titles the city's own, on the last day of the year.
    """
    day, period = date(year, 12, 31), year_of(year)
    total: int | None
    if name == "bases":
        total = outreach.titles_in_all(day, ["city"])
        words, page = f"指标：{year} 年末有效的市级科普称号（称号登记）", f"/bases/?level=city&on={day}"
    elif name == "events":
        total, _ = events.held_in_all(*period)
        words, page = f"活动：{year} 年科普活动场次（活动登记）", "/events/"
    else:
        _, total = events.held_in_all(*period, kinds=["competition"])
        words, page = f"活动：{year} 年科普竞赛参加人次（活动登记）", "/events/"
    return Counted(Decimal(total), words, page) if total else None


def words_of_measures(plan, on: date) -> dict[int, str]:
    """How each measure of a plan stands on a day, in the words of its board."""
    return outreach.measure_words(plan, on)


def target_of(code: str, on: date):
    """A target of the plan in force on a day, with what was reached; None where there is none."""
    plan = plan_on(on)
    found = targets_of(plan) if plan else []
    return next((target for target in found if target.code == code), None)


# ---------------------------------------------------------------- below the districts


@dataclass(frozen=True)
class StreetFigure:
    """What the portal counts in the subdistricts of a district: by their codes; "" for what lies in none."""

    code: str
    label: str
    unit: str
    basis: str
    counts: Counts


def _street(path: str) -> str:
    """The code of the subdistrict in which a region lies; "" above it."""
    return path[STREET]


def street_figures(district: str, year: int) -> list[StreetFigure]:
    """A year in the subdistricts of a district. What has no address below the district counts in none."""
    period, day = year_of(year), end_of(year)
    of_menu = resources.records([kind.code for kind in resources.kinds()], district, day)
    sessions = list(
        events.sessions_behind(district, *period).values_list("event__region__path", "attendance")
    )
    visits: dict[str, Decimal | None] = {}
    for path, attendance in sessions:
        visits[_street(path)] = (visits.get(_street(path)) or Decimal(0)) + (attendance or 0)
    titles = outreach.titles_behind(district, day)
    unmet = resources.unmatched_needs(on=local_today(), district=district)
    tallied = (
        ("resources", "科普资源", "项", "年末（当年为今天）资源菜单中的资源", of_menu),
        ("bases", "科普基地称号", "个", "年末有效的科普称号", titles),
        ("needs", "未对接的需求", "项", "今天仍没有单位接单的科普需求", unmet),
    )
    found = [
        StreetFigure(
            code, label, unit, basis,
            dict(Tally(_street(path) for path in rows.order_by().values_list("region__path", flat=True))),
        )
        for code, label, unit, basis, rows in tallied
    ]  # fmt: skip
    held = dict(Tally(_street(path) for path, _ in sessions))
    return [
        *found,
        StreetFigure("sessions", "活动场次", "场", "当年举办的活动场次", held),
        StreetFigure("visits", "活动到场", "人次", "当年活动登记的到场人次", visits),
    ]
