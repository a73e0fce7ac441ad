"""The sample city's titles: 162 city bases as the plan counts them; holders and figures are invented."""

from datetime import date
from random import Random

from outreach.models import Title, TitleKind
from outreach.queries.bases import searchable_bases
from outreach.sample import coordination, funds, library, plan, rounds, supervision
from portal import search
from portal.accounts import User
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region

# Titles beside the city's bases: the kind's code, and what its numbers are called.
FURTHER = (
    ("point", "示范点"),
    ("point", "示范点"),
    ("hall", "企业馆"),
    ("province_base", "省级"),
    ("national_base", "国家级"),
)
CITY_BASES, BASE_YEAR = 162, 2020  # 规划一（一）：认定市级科普教育基地 162 家
KINDS = (
    Organization.Kind.ENTERPRISE,
    Organization.Kind.VENUE,
    Organization.Kind.INSTITUTE,
    Organization.Kind.UNIVERSITY,
    Organization.Kind.SOCIETY,
)
CATEGORIES = (
    Title.Category.PRODUCTION,
    Title.Category.VENUE,
    Title.Category.RESEARCH,
    Title.Category.RESEARCH,
    Title.Category.PUBLIC,
)
NAMES = ("科技馆", "海洋科普中心", "生命科学展厅", "智能制造体验馆", "地质公园", "气象科普馆", "能源展示中心")


def load(*, students: int, resources: int, years: int, rng: Random, by: User) -> None:
    """City bases of the cohorts before and after 2022, some points, halls, national and province bases."""
    districts = list(Region.objects.districts())
    kinds = {kind.code: kind for kind in TitleKind.objects.all()}
    holders = _holders(districts, rng)
    first = local_today().year - years + 1  # of the further titles
    titles = []
    for number, holder in enumerate(holders[:CITY_BASES]):
        begins = BASE_YEAR - 4 + number % 5  # all stand at the end of that year, and are renewed
        titles += _cohorts(holder, kinds["base"], number, begins, rng, by)
    for number, holder in enumerate(holders[CITY_BASES:]):
        code, word = FURTHER[number % len(FURTHER)]
        titles.append(
            _title(holder, kinds[code], f"示例-{word}-{number + 1:03d}", first + number % years, rng, by)
        )
    Title.objects.bulk_create(titles)
    search.index_many(searchable_bases())
    rounds.load(rng=rng, by=by)
    plan.load(rng=rng, by=by)
    funds.load(rng=rng, by=by)
    coordination.load(rng=rng, by=by)
    library.load(by=by)
    supervision.load(by=by)


def _holders(districts: list[Region], rng: Random) -> list[Organization]:
    organizations = []
    for number in range(CITY_BASES + 60):
        region = districts[number % len(districts)] if number < 110 else rng.choice(districts[:8])
        organizations.append(
            Organization(
                name=f"{region.name}{NAMES[number % len(NAMES)]}{number + 1}号（示例）",
                kind=KINDS[number % len(KINDS)],
                region=region,
                source="示例数据",
            )
        )
    return Organization.objects.bulk_create(organizations)


def _cohorts(holder, kind, number: int, begins: int, rng: Random, by: User) -> list[Title]:
    """A title and, once it is over, its renewal, so that every year has its bases."""
    titles, year = [], begins
    while year <= local_today().year:
        titles.append(_title(holder, kind, f"示例-{year}-{number + 1:03d}", year, rng, by))
        year += 5
    return titles


def _title(holder, kind, number: str, year: int, rng: Random, by: User) -> Title:
    return Title(
        organization=holder,
        region=holder.region,
        created_by=by,
        kind=kind,
        category=CATEGORIES[KINDS.index(holder.kind)],
        number=number,
        valid_from=date(year, 1, 1),
        valid_until=date(year + 4, 12, 31),
        exhibition_area=rng.randrange(200, 6000, 50),
        open_days=rng.randrange(80, 330),
        has_free_entry=rng.random() < 0.7,
        source="示例数据",
    )
