"""What fits a need: resources by an explained score, people by their field."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from portal.calendar import ONE_DAY, day_start, local_today
from portal.regions import Level, Region
from resources.models import Audience, Dimension, Need, Resource
from resources.queries.booking import is_open, spans_of, taken_between, terms_of, with_terms
from resources.queries.opening import Calendar, Timetable
from resources.rules.matching import Fit, Offer, Wanted, fit, words_of
from talent import queries as talent

CANDIDATES = 200
MOST_SHOWN = 8
DAYS_LOOKED_AT = 28


# --- Matching -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """A resource that fits a need, and why."""

    resource: Resource
    fit: Fit
    is_bookable: bool


def wanted_of(need: Need) -> Wanted:
    region = need.region
    is_street = region.level == Level.SUBDISTRICT
    dimension = need.programme.dimension if need.programme_id else ""
    return Wanted(
        topics=frozenset(topic.name for topic in need.topics.all()),
        dimension=str(Dimension(dimension).label) if dimension else "",
        audience=need.audience,
        audience_name=str(Audience(need.audience).label),
        ages_from=need.ages_from,
        ages_to=need.ages_to,
        district=_district_name(region),
        street=region.name if is_street else "",
        weekdays=frozenset(need.weekdays) or frozenset(range(1, 8)),
        head_count=need.head_count,
    )


def _district_name(region: Region) -> str:
    if region.level == Level.MUNICIPALITY:
        return ""
    return region.name if region.level == Level.DISTRICT else region.parent.name


def proposals(need: Need, *, at: datetime, limit: int = MOST_SHOWN) -> list[Proposal]:
    """Published resources that fit a need, the best first; those asked for already are left out.

    The score is that of `resources.rules.matching`: points with reasons, the same for everybody.
    """
    wanted = wanted_of(need)
    rows = list(_candidates(need))
    free = _free_weekdays(need, rows, at)
    found = []
    for row in rows:
        suits = fit(wanted, _offer(row, free.get(row.pk, frozenset())))
        if suits is not None and suits.points:
            found.append(Proposal(row, suits, terms_of(row) is not None))
    found.sort(key=lambda each: (-each.fit.points, not each.is_bookable, each.resource.pk))
    return found[:limit]


def _candidates(need: Need):
    """A bounded number of resources that may fit: about a topic asked for, for the audience, near first."""
    rows = Resource.objects.published().filter(
        Q(audiences__contains=[need.audience]) | Q(audiences__contains=[Audience.GENERAL])
    )
    about = Q()
    topics = [topic.pk for topic in need.topics.all()]
    if topics:
        about |= Exists(
            Resource.topics.through.objects.filter(resource_id=OuterRef("pk"), topic_id__in=topics)
        )
    if need.programme_id and need.programme.dimension:
        about |= Q(dimensions__contains=[need.programme.dimension])
    if about:
        rows = rows.filter(about)
    if need.ages_to is not None:
        rows = rows.filter(Q(ages_from=None) | Q(ages_from__lte=need.ages_to))
    if need.ages_from is not None:
        rows = rows.filter(Q(ages_to=None) | Q(ages_to__gte=need.ages_from))
    rows = rows.exclude(pk__in=need.bookings.values("resource"))
    district = need.region.district_code or ""
    near = Q(region__path__contains=f"/{district}/") if district else Q(pk__gt=0)
    rows = rows.annotate(is_near=Exists(Resource.objects.filter(near, pk=OuterRef("pk"))))
    rows = with_terms(rows).select_related("region__parent")
    return rows.prefetch_related("topics").order_by("-is_near", "-confirmed_on", "pk")[:CANDIDATES]


def _offer(row: Resource, free_weekdays: frozenset[int]) -> Offer:
    terms = terms_of(row)
    return Offer(
        topics=frozenset(topic.name for topic in row.topics.all()),
        dimensions=frozenset(str(Dimension(code).label) for code in row.dimensions),
        audiences=frozenset(row.audiences),
        ages_from=row.ages_from,
        ages_to=row.ages_to,
        district=_district_name(row.region),
        street=row.region.name if row.region.level == Level.SUBDISTRICT else "",
        comes=not row.kind.is_place,
        free_weekdays=free_weekdays,
        most_heads=(terms.most_heads if terms else None) or row.capacity,
    )


def _free_weekdays(need: Need, rows: list[Resource], at: datetime) -> dict[int, frozenset[int]]:
    """On which weekdays of the time asked for each resource is open and not taken; read in two queries."""
    today = local_today(at)
    first, last = max(need.starts_on, today), min(need.ends_on, today + timedelta(days=DAYS_LOOKED_AT))
    if last < first:
        return {}
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    calendar = Calendar.between(first, last)
    taken = taken_between([row.pk for row in rows], day_start(first), day_start(last + ONE_DAY))
    return {row.pk: _weekdays(row, days, calendar, taken.get(row.pk, [])) for row in rows}


def _weekdays(row: Resource, days: list[date], calendar: Calendar, taken: list) -> frozenset[int]:
    terms = terms_of(row)
    declared, table = spans_of(terms) if terms else [], Timetable.of(row)
    held = Counter(local_today(first) for first, _, _ in taken)
    found = set()
    for day in days:
        if declared:
            open_that_day = [
                span
                for span in declared
                if span.weekday == day.isoweekday()
                and is_open(table, calendar, day, span.opens, span.closes, declared=True)
            ]
        else:
            open_that_day = table.spans(day, calendar)
        most = len(open_that_day) * (terms.lanes if terms else 1)
        if held[day] < most:
            found.add(day.isoweekday())
    return frozenset(found)


def speakers(need: Need, *, on: date, limit: int = 5) -> list[tuple[str, str]]:
    """People of the talent pool whose field is what is asked for, as (who, why).

    Named only as far as they agreed to be shown; of the others it is said how many there are.
    """
    topics = [topic.name for topic in need.topics.all()]
    words = words_of(topics)
    if not words:
        return []
    district = need.region.district_code or ""
    found = talent.speakers(sorted(words), on=on, district=district, limit=limit)
    here = _district_name(need.region)
    named: dict[tuple[str, str, str], int] = {}
    for one in found:
        reason = f"专业是{one.field}·同在{here}" if one.is_near else f"专业是{one.field}"
        key = (one.name, one.category, reason)
        named[key] = named.get(key, 0) + 1
    return [
        (f"{name}，{category}" if name else f"{category} {count} 位", reason)
        for (name, category, reason), count in named.items()
    ]
