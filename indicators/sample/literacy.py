"""Invented surveys of the city beside the published ones, and tables that the association shares."""

from decimal import Decimal

from indicators.models import WHOLE, LiteracyResult, LiteracySurvey, SavedTable
from portal.accounts import User
from portal.regions import Region

SHARES = {2021: "22.3", 2022: "23.6", 2023: "24.4", 2024: "25.2", 2025: "26.1"}

# How far a group lies from the whole, in percentage points of 2025, and its share of those asked.
GROUPS = (
    ("sex", (("男", "1.3", 0.54), ("女", "-1.6", 0.46))),
    (
        "age",
        (
            ("18—29岁", "6.8", 0.31),
            ("30—39岁", "2.9", 0.30),
            ("40—49岁", "-3.4", 0.20),
            ("50—59岁", "-9.6", 0.13),
            ("60—69岁", "-15.2", 0.06),
        ),
    ),
    (
        "education",
        (
            ("初中及以下", "-17.0", 0.30),
            ("高中（中专）", "-6.1", 0.25),
            ("大学专科", "5.2", 0.20),
            ("大学本科及以上", "18.4", 0.25),
        ),
    ),
    ("focus", (("产业工人", "-4.4", 0.35), ("领导干部和公务员", "19.7", 0.04), ("老年人", "-15.8", 0.08))),
)
SHARED_TABLES = (
    ("各区科普经费筹集额", "measure=KJ100&from=2021&to=2025&rows=region&columns=year"),
    ("各区每万人科普专职人员", "measure=KR100&from=2021&to=2025&rows=region&columns=year&show=per10k"),
    ("全市主要科普活动", "measure=KH111&measure=KH121&measure=KH131&region=440300000000&from=2021&to=2025"
     "&rows=measure&columns=year"),
)  # fmt: skip


def load(by: User, years: int) -> None:
    """Invented surveys of the city beside the published ones, and tables that the association shares."""
    city = Region.objects.city()
    for year in sorted(SHARES)[-max(years, 1) :]:
        whole, asked = Decimal(SHARES[year]), 2600 + 100 * (year - 2020)
        survey = LiteracySurvey.objects.create(
            code=f"sample-{year}", year=year, name="深圳市公民科学素质调查（示例）", organiser="示例",
            population="18—69岁常住居民", method="多阶段分层抽样，入户面访（示例）",
            source="示例：虚构数，非公布数", is_sample=True,
        )  # fmt: skip
        rows = [_share(survey, city, "all", WHOLE, whole, asked, 0)]
        for kind, groups in GROUPS if year >= 2024 else ():
            rows += [
                _share(survey, city, kind, name, whole + Decimal(step), round(asked * part), place)
                for place, (name, step, part) in enumerate(groups)
            ]
        LiteracyResult.objects.bulk_create(rows)
    SavedTable.objects.bulk_create(
        SavedTable(owner=by, name=name, query=query, is_shared=True) for name, query in SHARED_TABLES
    )


def _share(
    survey: LiteracySurvey, city: Region, kind: str, group: str, percent: Decimal, asked: int, place: int
) -> LiteracyResult:
    return LiteracyResult(
        survey=survey, area_kind="own", area="深圳市", region=city, group_kind=kind, group=group,
        percent=percent, sample_size=asked, position=place,
    )  # fmt: skip
