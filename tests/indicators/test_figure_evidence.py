"""What the portal's own figures were counted from: kept as it was, adding up, and shown to whom."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import Error, transaction

from indicators import actions, sources
from indicators.models import Figure, FigureEvidence, FigureSource
from indicators.queries import figure_evidence
from portal.audit import AuditEntry
from portal.regions import Level, Region
from portal.roles import Role
from talent.models import Person, ServiceHours
from tests.factories import OrganizationFactory, UserFactory
from tests.indicators.conftest import AT
from tests.outreach.factories import TitleFactory
from tests.talent.factories import PersonFactory

YEAR = 2025
PAGE = "/index/440305000000/figures/volunteers/?latest=1&year=2025"


@pytest.fixture
def street(nanshan):
    return Region.objects.filter(level=Level.SUBDISTRICT, parent=nanshan).order_by("code").first()


@pytest.fixture
def volunteers(street, nanshan, city_staff):
    about = {"category": "volunteer", "entered_on": date(2024, 3, 1), "created_by": city_staff}
    in_street = [PersonFactory(region=street, name=f"钱小甲{place}", **about) for place in range(2)]
    return [*in_street, PersonFactory(region=nanshan, name="孙小乙", **about)]


def count(name: str, at=AT) -> FigureEvidence:
    actions.count_source(name, [YEAR], at=at, full=True)
    return kept(name)


def kept(name: str, at=None) -> FigureEvidence:
    nanshan = Region.objects.get(code="440305000000")
    return figure_evidence.kept_of(FigureSource.objects.get(name=name), nanshan, YEAR, at)


def test_the_list_behind_a_figure_stays_when_the_records_change(volunteers):
    first = count("volunteers")
    before = figure_evidence.opened(first)
    Person.objects.filter(pk=volunteers[0].pk).update(left_on=date(2024, 9, 1))

    second = count("volunteers", AT + timedelta(days=1))

    assert (second.value, first.value) == (2, 3)
    assert figure_evidence.opened(kept("volunteers", AT)) == before
    assert len(before.lines) == 3


def test_a_figure_that_is_gone_leaves_an_empty_list(volunteers):
    count("volunteers")
    Person.objects.filter(category="volunteer").update(left_on=date(2024, 9, 1))

    last = count("volunteers", AT + timedelta(days=1))

    assert (last.records, last.total) == ([], 0)


def test_where_nothing_was_ever_counted_nothing_is_kept(volunteers):
    assert count("informants") is None


def test_what_has_not_changed_is_kept_once(volunteers):
    first = count("volunteers")

    assert count("volunteers", AT + timedelta(days=1)) == first


def test_what_was_kept_is_written_once_and_holds_no_name(volunteers):
    found = count("volunteers")

    assert "小甲" not in str(found.records)
    with pytest.raises(Error, match="written once"), transaction.atomic():
        FigureEvidence.objects.filter(pk=found.pk).update(value=9)


def test_the_records_of_every_figure_add_up_to_it(volunteers, street, nanshan, city_staff):
    unit = OrganizationFactory(region=street)
    Person.objects.filter(pk=volunteers[0].pk).update(organization=unit)
    for place, minutes in enumerate((50, 35, 601)):
        ServiceHours.objects.create(
            person=volunteers[place],
            served_on=date(YEAR, 1 + place, 9),
            minutes=minutes,
            activity="讲解",
            recorded_by=city_staff,
        )
    TitleFactory(organization=unit, region=street, valid_from=date(2024, 1, 1))
    for name in sources.FIGURES:
        actions.count_source(name, [YEAR], at=AT, full=True)
    actions.count_subdistricts([YEAR], at=AT, full=True)

    for row in Figure.objects.filter(origin="counted", year=YEAR):
        behind = figure_evidence.kept_of(row.source, row.region, YEAR)
        found = figure_evidence.opened(behind)
        assert row.value == behind.value == found.value
        assert found.total == sum(1 if line.amount is None else line.amount for line in found.lines)
        streets = sources.count_subdistricts(row.source.name, YEAR) or {}
        assert all(
            figure_evidence.opened(behind, place).value == streets[place.code].quantize(Decimal("0.01"))
            for place, _ in found.streets
            if place.code in streets
        )
    assert kept("service_hours").total == 686
    assert "与依据全部相符" in actions.check_evidence([YEAR])


def test_the_night_tells_a_figure_that_its_records_do_not_add_up_to(volunteers):
    count("volunteers")
    Figure.objects.filter(source__name="volunteers", region__code="440305000000", year=YEAR).update(value=5)

    told = actions.check_evidence([YEAR])

    assert "1 项与依据不符：南山区2025年在册科技志愿者统计数 5，依据合计 3" in told


def test_the_night_tells_a_figure_without_records(volunteers):
    Figure.objects.create(
        source=FigureSource.objects.get(name="bases"),
        region=volunteers[2].region,
        year=YEAR,
        value=5,
        origin=Figure.Origin.COUNTED,
    )

    assert "南山区2025年有效科普基地没有依据" in actions.check_evidence([YEAR])


def test_of_many_records_the_parts_per_organisation_and_month_are_kept(volunteers, monkeypatch):
    monkeypatch.setattr(sources, "MOST_LINES", 2)

    found = figure_evidence.opened(count("volunteers"))

    assert [(line.words, line.amount) for line in found.lines] == [
        ("未登记单位，2024年3月", 1),
        ("未登记单位，2024年3月", 2),
    ]
    assert not found.is_personal


def test_everybody_sees_how_many_people_and_no_name(client, volunteers):
    count("volunteers")

    page = client.get(PAGE).content.decode()

    assert "计入 3 条个人登记" in page
    assert "小甲" not in page
    assert client.get(f"{PAGE}&file=records.csv").status_code == 404


def test_an_officer_sees_the_people_of_the_own_district(client, volunteers, officer):
    count("volunteers")
    client.force_login(officer)

    page = client.get(PAGE).content.decode()

    assert "钱小甲0" in page
    assert AuditEntry.objects.filter(action="view", note="查看在册科技志愿者计入的人员").exists()


def test_an_officer_of_another_district_sees_no_name(client, volunteers):
    count("volunteers")
    futian = Region.objects.get(code="440304000000")
    client.force_login(UserFactory(username="other", holding=(Role.DISTRICT, futian), mfa=True))

    assert "小甲" not in client.get(PAGE).content.decode()


def test_a_subdistrict_opens_to_its_own_records(client, volunteers, street, officer):
    count("volunteers")
    client.force_login(officer)

    page = client.get(f"{PAGE}&street={street.code}").content.decode()

    assert "钱小甲1" in page
    assert "孙小乙" not in page


def evidence_of_children(place: Region, counts: dict[str, int]) -> FigureEvidence:
    return FigureEvidence.objects.create(
        source=FigureSource.objects.get(name="credit_students"),
        region=place,
        year=YEAR,
        value=sum(counts.values()),
        total=sum(counts.values()),
        word="人",
        records=[
            [f"portal.Organization:{place}", f"示例学校{place}", None, str(heads), "", code]
            for place, (code, heads) in enumerate(counts.items())
        ],
        counted_at=AT,
    )


def test_small_counts_of_children_and_their_schools_are_shown_to_nobody(client, nanshan, street, city_staff):
    streets = list(Region.objects.filter(level=Level.SUBDISTRICT, parent=nanshan).order_by("code")[:3])
    counts = dict(zip([one.code for one in streets], (3, 40, 500), strict=True))
    behind = evidence_of_children(nanshan, counts)

    found = dict(figure_evidence.opened(behind).streets)

    assert [found[one] for one in streets] == [None, None, 500]
    address = "/index/440305000000/figures/credit_students/?latest=1&year=2025"
    for signed_in in (None, city_staff):
        if signed_in:
            client.force_login(signed_in)
        page = client.get(address).content.decode()
        assert "543" in page
        assert "示例学校" not in page
        assert "不公布" in client.get(f"{address}&street={street.code}").content.decode()


def test_a_district_with_few_children_is_not_told(client, nanshan, street):
    evidence_of_children(nanshan, {street.code: 7})

    page = client.get("/index/440305000000/figures/credit_students/?latest=1&year=2025").content.decode()

    assert "数值较小，不公布" in page
    assert "7 人" not in page
