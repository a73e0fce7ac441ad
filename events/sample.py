"""The sample city's events: invented, marked so, spread over real venues and all districts."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from events import actions, queries
from events.models import Edition, Event, Session
from portal import search
from portal.accounts import User
from portal.calendar import local_today
from portal.regions import Region
from resources.models import Resource

TITLES = {
    Event.Kind.LECTURE: [
        "走近海洋：从红树林到深海",
        "芯片里的城市",
        "看懂天气图",
        "身边的材料科学",
        "疫苗是怎样工作的",
    ],
    Event.Kind.EXHIBITION: ["矿物与化石展", "昆虫的一生", "桥的故事", "光与影的实验"],
    Event.Kind.COMPETITION: ["纸飞机挑战赛", "少年编程赛", "结构承重大赛"],
    Event.Kind.EXCHANGE: ["深港青少年科学营交流", "湾区科普讲解交流"],
    Event.Kind.CLUB: ["天文观测小组", "机器人兴趣小组", "自然笔记小组"],
    Event.Kind.CAMP: ["暑期海洋科学营", "寒假航天营"],
    Event.Kind.OPEN_DAY: ["实验室开放日", "气象站开放日", "生产线开放日"],
    Event.Kind.TRAINING: ["智能手机使用课堂", "家庭急救培训", "电动车安全课"],
    Event.Kind.WORKSHOP: ["显微镜下的世界", "3D 打印体验", "拼装太阳能小车", "水质检测工作坊"],
    Event.Kind.FILM: ["科学电影放映", "气候影像放映"],
}
AUDIENCES = [["minors"], ["general"], ["seniors"], ["workers"], ["minors", "general"], ["officials"]]
PLACES = ("venue", "nature", "open_lab", "study_site")  # kinds of resources in which something is held
HOURS = (9, 10, 14, 15, 19)
WIDE = {Event.Kind.EXHIBITION, Event.Kind.COMPETITION, Event.Kind.FILM}  # for many at a time


def load(*, students: int, resources: int, years: int, rng: Random, by: User) -> None:
    """Events of the past `years` with their visits, and some to come in the next weeks."""
    today = local_today()
    districts = list(Region.objects.districts())
    venues = list(
        Resource.objects.published()
        .filter(kind__code__in=PLACES)
        .select_related("region", "organization")
        .order_by("pk")
    )
    by_district = {
        region.code: [venue for venue in venues if venue.region.district_code == region.code]
        for region in districts
    }
    editions = {edition.year: edition for edition in Edition.objects.filter(brand__code="month")}
    events, dates = [], []
    for year in range(today.year - years + 1, today.year + 1):
        for region in districts:
            for kind, titles in TITLES.items():
                for _ in range(1 + rng.randrange(3)):
                    event = _event(region, kind, titles, by_district[region.code], rng, by)
                    events.append(event)
                    dates.append(_past(year, today, rng) if rng.random() < 0.6 or year < today.year else None)
                    if dates[-1] and dates[-1].month == 9:
                        event.edition = editions.get(year)
    Event.objects.bulk_create(events, batch_size=2000)
    sessions = []
    for event, day in zip(events, dates, strict=True):
        sessions += _sessions(event, day, today, rng)
    Session.objects.bulk_create(sessions, batch_size=2000)
    search.index_many(queries.searchable())
    actions.note_next_sessions(at=timezone.now())


def _event(region, kind, titles, venues, rng: Random, by: User) -> Event:
    venue = rng.choice(venues) if venues else None
    return Event(
        region=region,
        organization=venue.organization if venue else None,
        created_by=by,
        title=f"{rng.choice(titles)}（示例）",
        kind=kind,
        summary="示例活动，内容为虚构，用于演示平台功能。",
        resource=venue,
        place="" if venue else f"{region.name}党群服务中心",
        audiences=rng.choice(AUDIENCES),
        is_free=rng.random() < 0.9,
        largest_party=rng.choice([2, 3, 5, 10]),
        public_phone="0755-12345（示例）",
        source="示例数据",
        status=Event.Status.PUBLISHED,
        published_at=timezone.now(),
    )


def _past(year: int, today: date, rng: Random) -> date:
    """A day of the year before today, more often in September."""
    month = 9 if rng.random() < 0.3 else rng.randint(1, 12)
    day = date(year, month, rng.randint(1, 28))
    return (
        day
        if day < today
        else today - timedelta(days=rng.randint(1, 300) % max(1, today.timetuple().tm_yday))
    )


def _sessions(event: Event, day: date | None, today: date, rng: Random) -> list[Session]:
    """Two sessions: counted ones in the past, open ones in the coming weeks."""
    made = []
    first = day or today + timedelta(days=rng.randint(0, 27))
    for number in range(2):
        on = first + timedelta(days=number * 7)
        starts = timezone.make_aware(datetime.combine(on, time(rng.choice(HOURS))))
        capacity = rng.choice([20, 30, 40, 60, 120]) * (25 if event.kind in WIDE else 1)
        is_over = on < today
        made.append(
            Session(
                event=event,
                starts_at=starts,
                ends_at=starts + timedelta(minutes=rng.choice([60, 90, 120])),
                capacity=capacity,
                attendance=rng.randint(capacity // 2, capacity) if is_over else None,
            )
        )
    return made
