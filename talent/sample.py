"""The sample city's talent pool: people and hours invented and marked so."""

from datetime import date, timedelta
from random import Random

from portal.accounts import User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.sample import NANSHAN
from talent.models import Person, ServiceHours

SURNAMES = "陈林黄李张王吴刘杨周许郑谢罗何梁郭曾彭苏"
GIVEN = ("海", "晓", "明", "文", "思", "雨", "博", "欣", "然", "宁", "佳", "子", "一", "可", "安")
FIELDS = (
    "海洋科学",
    "大气科学",
    "临床医学",
    "电子与通信技术",
    "农学",
    "天文学",
    "材料科学",
    "生物学",
    "环境科学",
)
ACTIVITIES = ("展馆讲解（示例）", "科普进社区（示例）", "科普进校园（示例）", "活动秩序维护（示例）")

# category: how many in a district per year of growth
NUMBERS = {
    Person.Category.VOLUNTEER: 30,
    Person.Category.INFORMATION_OFFICER: 10,
    Person.Category.INSTRUCTOR: 6,
    Person.Category.FULL_TIME: 8,
    Person.Category.PART_TIME: 12,
    Person.Category.EXPERT: 2,
    Person.Category.CHIEF_SCIENTIST: 0,
    Person.Category.GRADUATE: 2,
}


def load(*, students: int, resources: int, years: int, rng: Random, by: User) -> None:
    """People entered over the past `years`, volunteers with hours."""
    today = local_today()
    people = []
    for number, region in enumerate(Region.objects.districts()):
        weight = 0.4 + (11 - number) * 0.12
        for year in range(today.year - years + 1, today.year + 1):
            for category, most in NUMBERS.items():
                people += [_person(region, category, year, rng, by) for _ in range(round(most * weight))]
    _attach(people)
    _house(people)
    Person.objects.bulk_create(people, batch_size=2000)
    hours = []
    for person in people:
        if person.category == Person.Category.VOLUNTEER:
            hours += _hours(person, today, rng, by)
    ServiceHours.objects.bulk_create(hours, batch_size=5000, ignore_conflicts=True)


def _person(region, category: str, year: int, rng: Random, by: User) -> Person:
    name = rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.randint(1, 2)))
    return Person(
        region=region,
        created_by=by,
        name=f"{name}（示例）",
        category=category,
        rank=rng.choices(Person.Rank.values, weights=[3, 3, 3, 1])[0],
        field=rng.choice(FIELDS),
        entered_on=date(year, 1, 1),
        source="示例数据",
    )


def _attach(people: list[Person]) -> None:
    """Every other volunteer belongs to a body of the district; the sample's own accounts are some of them."""
    volunteers = [person for person in people if person.category == Person.Category.VOLUNTEER]
    by_region: dict[int, list[Organization]] = {}
    for unit in Organization.objects.filter(kind=Organization.Kind.VENUE).order_by("name", "pk"):
        by_region.setdefault(unit.region_id, []).append(unit)
    for number, person in enumerate(volunteers[::2]):
        units = by_region.get(person.region_id)
        person.organization = units[number % len(units)] if units else None
    account = User.objects.filter(username="volunteer").first()
    if account is not None:
        own = next(person for person in volunteers if person.region.code == NANSHAN)
        own.account, own.name = account, account.name
    experts = [person for person in people if person.category == Person.Category.EXPERT]
    accounts = User.objects.filter(username__startswith="expert").order_by("username")
    for person, account in zip(experts, accounts, strict=False):
        person.account, person.name = account, account.name


def _house(people: list[Person]) -> None:
    """Volunteers and information officers without a body are entered where they live: in a subdistrict."""
    streets: dict[int, list[Region]] = {}
    for street in Region.objects.filter(level=Level.SUBDISTRICT).order_by("code"):
        streets.setdefault(street.parent_id, []).append(street)
    at_home = (Person.Category.VOLUNTEER, Person.Category.INFORMATION_OFFICER)
    alone = [one for one in people if one.category in at_home and not one.organization and not one.account]
    for number, person in enumerate(alone):
        below = streets.get(person.region_id)
        person.region = below[number % len(below)] if below else person.region


def _hours(person: Person, today: date, rng: Random, by: User) -> list[ServiceHours]:
    """A few services in each year since the person entered."""
    made = []
    for year in range(person.entered_on.year, today.year + 1):
        for _ in range(rng.randint(0, 3)):
            day = date(year, 1, 1) + timedelta(days=rng.randint(0, 360))
            if day <= today:
                made.append(
                    ServiceHours(
                        person=person,
                        served_on=day,
                        minutes=rng.choice([60, 90, 120, 180, 240]),
                        activity=rng.choice(ACTIVITIES),
                        recorded_by=by,
                    )
                )
    return made
