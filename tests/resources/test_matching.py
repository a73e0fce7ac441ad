from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from portal.calendar import local_today
from resources.queries import matching
from resources.rules.matching import FULL, Fit, Offer, Part, Wanted, fit, words_of
from talent import queries as talent
from tests.factories import RegionFactory
from tests.resources.factories import ResourceFactory, TopicFactory
from tests.resources.needs import NOW, BookableFactory, BookingFactory, NeedFactory, ProgrammeFactory, at
from tests.talent.factories import PersonFactory

TOPICS = st.frozensets(st.sampled_from(["海洋", "天文", "健康", "材料"]))
AGES = st.one_of(st.none(), st.integers(0, 100))
DAYS = st.frozensets(st.integers(1, 7))


@st.composite
def spans(draw):
    low, high = draw(AGES), draw(AGES)
    return (high, low) if None not in (low, high) and low > high else (low, high)


@st.composite
def wanted(draw):
    low, high = draw(spans())
    return Wanted(
        topics=draw(TOPICS),
        dimension=draw(st.sampled_from(["", "科学精神"])),
        audience=draw(st.sampled_from(["", "minors", "seniors"])),
        ages_from=low,
        ages_to=high,
        district=draw(st.sampled_from(["", "南山区", "福田区"])),
        street=draw(st.sampled_from(["", "粤海街道"])),
        weekdays=draw(DAYS),
        head_count=draw(st.integers(1, 500)),
    )


@st.composite
def offers(draw):
    low, high = draw(spans())
    return Offer(
        topics=draw(TOPICS),
        dimensions=draw(st.frozensets(st.sampled_from(["科学精神", "科学知识"]))),
        audiences=draw(st.frozensets(st.sampled_from(["minors", "seniors", "general"]))),
        ages_from=low,
        ages_to=high,
        district=draw(st.sampled_from(["", "南山区", "福田区"])),
        street=draw(st.sampled_from(["", "粤海街道"])),
        comes=draw(st.booleans()),
        free_weekdays=draw(DAYS),
        most_heads=draw(st.one_of(st.none(), st.integers(1, 500))),
    )


@given(wanted(), offers())
def test_points_are_the_sum_of_their_reasons_and_never_more_than_a_hundred(asked, offer):
    found = fit(asked, offer)

    if found is not None:
        assert found.points == sum(part.points for part in found.parts)
        assert 0 <= found.points <= FULL == 100
        assert all(part.points > 0 and part.words for part in found.parts)
        assert all(part.words in found.words and part.words in found.told for part in found.parts)


@given(wanted(), offers())
def test_what_is_about_nothing_asked_for_or_for_others_is_never_proposed(asked, offer):
    found = fit(asked, offer)

    about = asked.topics & offer.topics or asked.dimension in offer.dimensions
    reaches = not asked.audience or offer.audiences & {asked.audience, "general"}
    low, high = (asked.ages_from or 0, 120 if asked.ages_to is None else asked.ages_to)
    least, most = (offer.ages_from or 0, 120 if offer.ages_to is None else offer.ages_to)
    if ((asked.topics or asked.dimension) and not about) or not reaches or high < least or most < low:
        assert found is None
    else:
        assert found is not None


@given(wanted(), offers(), st.sampled_from(["海洋", "天文", "健康", "材料"]))
def test_an_offer_that_is_about_more_is_never_worth_less(asked, offer, topic):
    more = Offer(**{**vars(offer), "topics": offer.topics | {topic}})
    before, after = fit(asked, offer), fit(asked, more)

    if before is not None:
        assert after is not None
        assert after.points >= before.points


def test_the_reasons_are_words_people_read():
    asked = Wanted(
        topics=frozenset({"海洋"}),
        audience="minors",
        audience_name="未成年人",
        ages_from=9,
        ages_to=10,
        district="南山区",
        weekdays=frozenset({6}),
        head_count=60,
    )
    offer = Offer(
        topics=frozenset({"海洋"}),
        audiences=frozenset({"minors"}),
        ages_from=8,
        ages_to=12,
        district="南山区",
        free_weekdays=frozenset({5, 6}),
        most_heads=45,
    )

    found = fit(asked, offer)

    assert found.words == "主题是海洋·面向未成年人·适合8–12岁·同在南山区·周六有空档·每批最多45人，需分批"
    assert found.points == 35 + 15 + 10 + 12 + 10
    assert Fit((Part(35, "主题是海洋"), Part(12, "同在南山区"))).told == "主题是海洋 35 分，同在南山区 12 分"


@pytest.mark.parametrize(
    ("topics", "words"),
    [
        (["地球与海洋"], {"地球", "海洋"}),
        (["天文航天"], {"天文", "文航", "航天"}),
        (["综合科技"], {"合科", "科技"}),
        ([], set()),
    ],
)
def test_a_topic_is_known_by_pairs_of_its_characters(topics, words):
    assert words_of(topics) == words


# --- Against the database -------------------------------------------------------------------------


@pytest.fixture
def sea(db):
    return TopicFactory(name="地球与海洋")


def test_what_fits_best_stands_first_and_what_was_asked_already_is_left_out(sea, district):
    far = BookableFactory(topics=[sea], title="远处的讲座", organization__region=RegionFactory())
    near = BookableFactory(topics=[sea], title="近处的讲座", organization__region=district)
    asked = BookableFactory(topics=[sea], organization__region=district)
    BookableFactory(topics=[TopicFactory(name="天文")], title="别的")
    ResourceFactory(topics=[sea], title="未公开", audiences=["minors"])
    need = NeedFactory(region=district, topics=[sea])
    BookingFactory(need=need, resource=asked)

    found = matching.proposals(need, at=NOW)

    assert [each.resource for each in found] == [near, far]
    assert f"同在{district.name}" in found[0].fit.words
    assert found[0].is_bookable


def test_a_weekday_all_taken_is_not_said_to_be_free(sea, district):
    resource = BookableFactory(topics=[sea], organization__region=district, terms={"lead_days": 0})
    saturday = local_today(NOW) + timedelta(days=3)
    resource.booking_terms.slots.create(weekday=6, opens="10:00", closes="11:00")
    need = NeedFactory(region=district, topics=[sea], starts_on=saturday, ends_on=saturday)

    assert "周六有空档" in matching.proposals(need, at=NOW)[0].fit.words
    BookingFactory(
        resource=resource,
        status="accepted",
        accepted_at=NOW,
        starts_at=at(saturday, 10),
        ends_at=at(saturday, 11),
    )
    assert "有空档" not in matching.proposals(need, at=NOW)[0].fit.words


def test_a_programme_of_the_spirit_finds_what_speaks_of_it(district):
    spirit = BookableFactory(dimensions=["spirit"], organization__region=district)
    BookableFactory(dimensions=["knowledge"], organization__region=district)
    need = NeedFactory(region=district, programme=ProgrammeFactory())

    assert [each.resource for each in matching.proposals(need, at=NOW)] == [spirit]


def test_proposals_cost_the_same_for_many_resources(sea, district):
    need = NeedFactory(region=district, topics=[sea])

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert matching.proposals(need, at=NOW)
        return len(captured)

    BookableFactory(topics=[sea], organization__region=district)
    one = cost()
    BookableFactory.create_batch(15, topics=[sea], organization__region=district)

    assert cost() == one


def test_people_are_named_only_as_far_as_they_agreed(sea, district):
    PersonFactory(category="expert", field="海洋科学", region=district, is_public=True, name="王公开")
    PersonFactory(
        category="expert", field="海洋科学", region=RegionFactory(), is_public=False, name="李不公开"
    )
    PersonFactory(category="volunteer", field="海洋科学", region=district, is_public=True)
    PersonFactory(category="expert", field="法学", region=district, is_public=True)
    need = NeedFactory(region=district, topics=[sea])

    found = matching.speakers(need, on=local_today())

    assert [who for who, _ in found] == ["王公开，科普专家", "科普专家 1 位"]
    assert found[0][1] == f"专业是海洋科学·同在{district.name}"
    assert "李不公开" not in repr(found)
    assert talent.speakers([], on=local_today()) == []
