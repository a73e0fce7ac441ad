"""What looks odd in the ledger. Each finding has a reason; none of them is a verdict.

Of one school under that school's scope; across schools under scope "ledger", which knows no name.
"""

# ruff: noqa: S608  SQL of our own names
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils import timezone

from portal.accounts import User
from portal.calendar import day_start
from portal.organizations import Organization
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date
from youth_credits.method.outliers import far_out
from youth_credits.models import (
    Batch,
    Credit,
    ProviderFigure,
    Student,
    Suspicion,
    SuspicionEntry,
    TeamCertificate,
    UploadMark,
)

Kind = Suspicion.Kind

LONG_DAY_MINUTES = 600  # beyond ten hours of activities in a day
GAP_MINUTES = 30  # between two districts, basis: default rule set v1, anti-fraud
MANY_ALIKE = 300  # rows of one activity, time and length in one batch
FEWEST_ENTRIES = 30  # a recorder or base with fewer is nobody to compare
LARGEST_TEAM = 10  # members of a team with one certificate; more are looked at
SHOWN = 200  # entries kept with one finding

_REVERSES = Credit._meta.get_field("reverses").column

# The entries that stand of one school and school year.
_LIVE = f"""
WITH live AS (
    SELECT c.* FROM youth_credits_credit c
    WHERE c.school_id = %(school)s AND c.school_year = %(year)s AND c.{_REVERSES} IS NULL
        AND NOT EXISTS (SELECT FROM youth_credits_credit r
            WHERE r.{_REVERSES} = c.id AND r.school_year = c.school_year)
)
"""


@dataclass(frozen=True)
class Found:
    """One odd thing: what kind, under which key it is the same another night, why, and which entries."""

    kind: str
    key: str
    reason: str
    entries: list[int] = field(default_factory=list)
    recorder: int | None = None


def _rows(sql: str, **values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(sql, values)
        return cursor.fetchall()


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


# --- One school, under its scope -------------------------------------------------------------------


def odd_at_school(school: Organization, year: int) -> list[Found]:
    """Everything odd among a school's own entries of a school year."""
    return [
        *_overlaps(school, year),
        *_too_far(school, year),
        *_over_capacity(school, year),
        *_over_seats(school, year),
        *_long_days(school, year),
        *_identical(school, year),
    ]


def _overlaps(school: Organization, year: int) -> list[Found]:
    sql = f"""{_LIVE}
    SELECT a.id, b.id, a.starts_at, a.ends_at, b.starts_at, b.ends_at FROM live a
    JOIN live b ON b.student_id = a.student_id AND b.id > a.id
        AND tstzrange(b.starts_at, b.ends_at) && tstzrange(a.starts_at, a.ends_at)
    WHERE a.starts_at IS NOT NULL AND b.starts_at IS NOT NULL ORDER BY a.id, b.id
    """
    return [
        Found(
            Kind.OVERLAP,
            f"overlap:{one}:{two}",
            f"同一学生{cn_date(start)}的两项活动时间重叠："
            f"{_clock(start)} 至 {_clock(end)}，{_clock(start2)} 至 {_clock(end2)}。",
            [one, two],
        )
        for one, two, start, end, start2, end2 in _rows(sql, school=school.pk, year=year)
    ]


def _too_far(school: Organization, year: int) -> list[Found]:
    """Two districts with less than half an hour between them. Where nobody is named, it was at school."""
    sql = f"""{_LIVE}, placed AS (
        SELECT l.id, l.student_id, l.starts_at, l.ends_at, coalesce(
            (SELECT substr(g.path, 14, 12) FROM portal_organization o JOIN portal_region g
                ON g.id = o.region_id WHERE o.name = a.provider ORDER BY o.id LIMIT 1),
            CASE WHEN a.provider = '' THEN %(home)s END) AS district
        FROM live l JOIN youth_credits_activity a ON a.id = l.activity_id WHERE l.starts_at IS NOT NULL
    ), pairs AS (
        SELECT id, lead(id) OVER w AS after, starts_at, ends_at, lead(starts_at) OVER w AS next_at,
            district, lead(district) OVER w AS next_district
        FROM placed WINDOW w AS (PARTITION BY student_id ORDER BY starts_at, id)
    )
    SELECT p.id, p.after, p.ends_at, p.next_at, o.name, n.name FROM pairs p
    JOIN portal_region o ON o.code = p.district JOIN portal_region n ON n.code = p.next_district
    WHERE p.next_district <> p.district AND p.next_at >= p.ends_at
        AND p.next_at < p.ends_at + make_interval(mins => %(gap)s)
    ORDER BY p.id
    """
    home = school.region.path.split("/")[1] or None
    rows = _rows(sql, school=school.pk, year=year, home=home, gap=GAP_MINUTES)
    return [
        Found(
            Kind.TOO_FAR,
            f"too_far:{one}:{two}",
            f"同一学生{cn_date(end)} {_clock(end)} 结束{here}的活动，{_clock(start)} 已在{there}开始另一项，"
            f"间隔不足 {GAP_MINUTES} 分钟。",
            [one, two],
        )
        for one, two, end, start, here, there in rows
    ]


def _over_capacity(school: Organization, year: int) -> list[Found]:
    sql = f"""{_LIVE}
    SELECT l.activity_id, l.starts_at, count(*), max(k.capacity), (array_agg(l.id ORDER BY l.id))[:%(shown)s],
        max(a.held_on)
    FROM live l JOIN youth_credits_activity a ON a.id = l.activity_id
    JOIN portal_organization o ON o.name = a.provider
    JOIN youth_credits_course k ON k.organization_id = o.id AND k.title = a.name
    GROUP BY l.activity_id, l.starts_at HAVING count(*) > max(k.capacity) ORDER BY l.activity_id, l.starts_at
    """
    return [
        Found(
            Kind.OVER_CAPACITY,
            f"over_capacity:{activity}:{start.timestamp():.0f}" if start else f"over_capacity:{activity}",
            f"{cn_date(day)}的学分课程登记 {count} 人，每场名额 {capacity} 人。",
            ids,
        )
        for activity, start, count, capacity, ids, day in _rows(sql, school=school.pk, year=year, shown=SHOWN)
    ]


def _over_seats(school: Organization, year: int) -> list[Found]:
    """More children recorded at an event, or passes shown there, than its sessions of the day have seats."""
    sql = f"""{_LIVE}, counted AS (
        SELECT activity_id, count(*) AS heads, (array_agg(id ORDER BY id))[:%(shown)s] AS ids
        FROM live GROUP BY activity_id
    )
    SELECT a.id, a.held_on, k.heads, sum(p.present)::int, sum(s.capacity)::int, k.ids
    FROM counted k JOIN youth_credits_activity a ON a.id = k.activity_id
    JOIN events_event e ON left(e.title, 100) = a.name
    JOIN portal_organization o ON o.id = e.organization_id AND o.name = a.provider
    JOIN events_session s ON s.event_id = e.id AND s.cancelled_at IS NULL AND s.capacity > 0
        AND (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date = a.held_on
    CROSS JOIN LATERAL (SELECT count(*) AS present FROM events_checkin c WHERE c.session_id = s.id) p
    GROUP BY a.id, a.held_on, k.heads, k.ids
    HAVING greatest(k.heads, sum(p.present)) > sum(s.capacity) ORDER BY a.id
    """
    return [
        Found(
            Kind.OVER_CAPACITY,
            f"over_seats:{activity}",
            f"{cn_date(day)}的活动本校登记 {heads} 人，全场通行证签到 {present} 人，当日名额 {capacity} 人。",
            ids,
        )
        for activity, day, heads, present, capacity, ids in _rows(
            sql, school=school.pk, year=year, shown=SHOWN
        )
    ]


def _long_days(school: Organization, year: int) -> list[Found]:
    """What is counted by the clock; a club's whole term is one entry and no day."""
    sql = f"""{_LIVE}
    SELECT l.student_id, a.held_on, sum(l.minutes), array_agg(l.id ORDER BY l.id)
    FROM live l JOIN youth_credits_activity a ON a.id = l.activity_id
    JOIN youth_credits_creditrule r ON r.id = l.rule_id
    WHERE r.once <> 'term' GROUP BY l.student_id, a.held_on HAVING sum(l.minutes) > %(most)s
    ORDER BY a.held_on, l.student_id
    """
    return [
        Found(
            Kind.LONG_DAY,
            f"long_day:{ids[0]}",
            f"同一学生{cn_date(day)}登记活动 {minutes / 60:.1f} 小时，超过 {LONG_DAY_MINUTES // 60} 小时。",
            ids[:SHOWN],
        )
        for _, day, minutes, ids in _rows(sql, school=school.pk, year=year, most=LONG_DAY_MINUTES)
    ]


def _identical(school: Organization, year: int) -> list[Found]:
    sql = f"""{_LIVE}
    SELECT l.batch_id, l.activity_id, l.minutes, count(*), (array_agg(l.id ORDER BY l.id))[:%(shown)s],
        max(b.created_by_id)
    FROM live l JOIN youth_credits_batch b ON b.id = l.batch_id
    GROUP BY l.batch_id, l.activity_id, l.minutes, l.starts_at HAVING count(*) >= %(many)s
    ORDER BY l.batch_id, l.activity_id
    """
    return [
        Found(
            Kind.IDENTICAL,
            f"identical:{batch}:{activity}:{minutes}",
            f"批次 {batch} 中有 {count} 条活动、时间、时长完全相同的记录。",
            ids,
            recorder,
        )
        for batch, activity, minutes, count, ids, recorder in _rows(
            sql, school=school.pk, year=year, many=MANY_ALIKE, shown=SHOWN
        )
    ]


def provider_figures(school: Organization, year: int) -> list[ProviderFigure]:
    """What a school recorded at each provider, for the comparison across schools; under its scope."""
    sql = f"""{_LIVE}
    SELECT a.provider, count(*), count(DISTINCT l.student_id), sum(l.credits)
    FROM live l JOIN youth_credits_activity a ON a.id = l.activity_id
    WHERE a.provider <> '' GROUP BY a.provider ORDER BY a.provider
    """
    return [
        ProviderFigure(
            school=school, school_year=year, provider=provider, entries=entries, heads=heads, credits=credits
        )
        for provider, entries, heads, credits in _rows(sql, school=school.pk, year=year)
    ]


# --- Across schools --------------------------------------------------------------------------------


def schools_with_news(since: datetime | None) -> dict[int, set[int]]:
    """Schools whose ledger or roll changed since a moment, each with the school years of the entries. Under
    scope "ledger".
    """
    batches = Batch.objects.all()
    if since is not None:
        batches = batches.filter(Q(kept_at__gte=since) | Q(ended_at__gte=since))
    news: dict[int, set[int]] = {school: set() for school in batches.values_list("organization", flat=True)}
    sql = """
    SELECT DISTINCT b.organization_id, c.school_year FROM youth_credits_batch b
    JOIN youth_credits_credit c ON c.batch_id = b.id AND c.id BETWEEN b.first_entry AND b.last_entry
    WHERE %(since)s::timestamptz IS NULL OR b.kept_at >= %(since)s OR b.ended_at >= %(since)s
    """
    for school, year in _rows(sql, since=since):
        news[school].add(year)
    return news


def shared_certificates(year: int) -> list[tuple[str, dict[int, list[int]]]]:
    """Certificates entered more than once, with the entries by school; not those that every school says are
    a team's, unless the team is too large to be one. Under scope "ledger".
    """
    sql = f"""
    SELECT c.certificate, c.school_id, c.id FROM youth_credits_credit c
    WHERE c.school_year = %(year)s AND c.certificate <> '' AND c.{_REVERSES} IS NULL
        AND NOT EXISTS (SELECT FROM youth_credits_credit r
            WHERE r.{_REVERSES} = c.id AND r.school_year = c.school_year)
        AND c.certificate IN (SELECT certificate FROM youth_credits_credit
            WHERE school_year = %(year)s AND certificate <> '' AND {_REVERSES} IS NULL
            GROUP BY certificate HAVING count(*) > 1)
    ORDER BY c.certificate, c.id
    """
    found: dict[str, dict[int, list[int]]] = {}
    for certificate, school, entry in _rows(sql, year=year):
        found.setdefault(certificate, {}).setdefault(school, []).append(entry)
    teams = set(
        TeamCertificate.objects.filter(certificate__in=list(found)).values_list("certificate", "school")
    )
    return [(name, schools) for name, schools in found.items() if _is_odd(name, schools, teams)]


def _is_odd(certificate: str, schools: dict[int, list[int]], teams: set[tuple[str, int]]) -> bool:
    heads = sum(map(len, schools.values()))
    if all((certificate, school) in teams for school in schools):
        return heads > LARGEST_TEAM
    return heads > 1


def odd_recorders(year: int) -> list[tuple[int, int, str]]:
    """Recorders whose children have far more credit each than those of other recorders: who, at which school,
    why. Under scope "ledger".
    """
    sql = f"""
    SELECT b.created_by_id, b.organization_id, count(*), sum(c.credits) / count(DISTINCT c.student_id)
    FROM youth_credits_credit c JOIN youth_credits_batch b ON b.id = c.batch_id
    WHERE c.school_year = %(year)s AND c.{_REVERSES} IS NULL AND NOT EXISTS (
        SELECT FROM youth_credits_credit r WHERE r.{_REVERSES} = c.id AND r.school_year = c.school_year)
    GROUP BY 1, 2 HAVING count(*) >= %(fewest)s ORDER BY 1, 2
    """
    figures = {
        f"{person}:{school}": float(mean)
        for person, school, _, mean in _rows(sql, year=year, fewest=FEWEST_ENTRIES)
    }
    found = []
    for name, score in far_out(figures).items():
        person, school = (int(part) for part in name.split(":"))
        reason = (
            f"该录入员登记的学生人均 {figures[name]:.2f} 学分，"
            f"明显高于其他录入员（偏离中位数 {score:.1f} 个稳健标准差）。"
        )
        found.append((person, school, reason))
    return found


def odd_providers(year: int) -> list[tuple[str, str]]:
    """Providers at which an entry earns far more than at others: name, why."""
    sums = (
        ProviderFigure.objects.filter(school_year=year)
        .values("provider")
        .annotate(all_entries=Sum("entries"), all_credits=Sum("credits"))
        .filter(all_entries__gte=FEWEST_ENTRIES)
        .order_by("provider")
    )
    figures = {row["provider"]: float(row["all_credits"]) / row["all_entries"] for row in sums}
    return [
        (
            name,
            f"每次活动平均 {figures[name]:.2f} 学分，明显高于其他单位"
            f"（偏离中位数 {score:.1f} 个稳健标准差）。",
        )
        for name, score in far_out(figures).items()
    ]


def same_files() -> list[dict[int, list[int]]]:
    """Batches of one and the same file at more than one school, by school."""
    marks: dict[bytes, dict[int, list[int]]] = {}
    for digest, school, batch in UploadMark.objects.order_by("pk").values_list("digest", "school", "batch"):
        marks.setdefault(bytes(digest), {}).setdefault(school, []).append(batch)
    return [schools for schools in marks.values() if len(schools) > 1]


def doubles() -> list[tuple[int, int, str]]:
    """Children of one name and birth date who are on the rolls of two schools: school, student, class. Under
    scope "steward".
    """
    twice = (
        Student.objects.active()
        .exclude(person_hash=None)
        .values("person_hash")
        .annotate(schools=Count("school", distinct=True))
        .filter(schools__gt=1)
        .values("person_hash")
    )
    found = Student.objects.active().filter(person_hash__in=twice).order_by("pk")
    return [(one.school_id, one.pk, one.class_label) for one in found.only("school", "grade", "class_number")]


# --- What was upheld -------------------------------------------------------------------------------

# Of a body as a whole; what a school's verifier finds among its own entries is corrected there.
COUNTED_WHEN_UPHELD = (Kind.BASE, Kind.RECORDER)


def upheld_by_organization(year: int, *, only: Organization | None = None) -> dict[int, int]:
    """How many findings about a body were upheld in a calendar year, by body."""
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    rows = Suspicion.objects.filter(
        kind__in=COUNTED_WHEN_UPHELD,
        status=Suspicion.Status.UPHELD,
        worked_at__gte=day_start(start),
        worked_at__lt=day_start(end),
    )
    if only is not None:
        rows = rows.filter(organization=only)
    counted = rows.values("organization").annotate(count=Count("pk")).order_by("organization")
    return {row["organization"]: row["count"] for row in counted}


def upheld_at(base: Organization):
    """The findings about a base that were upheld, the newest first."""
    rows = Suspicion.objects.filter(organization=base, kind=Kind.BASE, status=Suspicion.Status.UPHELD)
    return rows.order_by("-worked_at", "-pk")


# --- The list --------------------------------------------------------------------------------------


def suspicions_for(user: User):
    return Suspicion.objects.for_user(user, Perm.SUSPICION_WORK).select_related(
        "organization__region", "region"
    )


def entries_behind(suspicion: Suspicion):
    """The entries a school may look at; none for anybody else. Under the school's scope."""
    marks = SuspicionEntry.objects.filter(suspicion=suspicion).values("entry")
    return Credit.objects.filter(pk__in=marks).select_related("activity", "rule", "student").order_by("pk")
