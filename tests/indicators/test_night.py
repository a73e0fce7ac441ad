"""The night as work: told twice, told early, by command."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from indicators import actions, sources, tasks
from indicators.models import ComputeRun, CountMark, Edition, Figure, Return, SubdistrictFigure, Vintage
from portal import jobs
from portal.jobs import HANDLERS, Job
from portal.regions import Level, Region
from portal.roles import Role
from portal.tasks import DAILY
from talent.models import ServiceHours
from tests.factories import UserFactory
from tests.indicators.conftest import AT
from tests.talent.factories import PersonFactory


def test_the_night_is_one_of_the_works_of_every_business_date():
    assert "index_night" in DAILY
    assert HANDLERS["index_night"] is tasks.index_night


def test_a_night_told_twice_is_one_result(night):
    days = ("2026-11-20", "2026-11-21")
    for day in (days[0], *days):
        job = jobs.enqueue("index_night", key=day, payload={"day": day})
        jobs.run(job.pk)

    nights = Job.objects.filter(kind="index_night", key__in=days)
    assert [job.state for job in nights] == ["done", "done"]
    # One result with the edition's own number of draws, beside the one of the fixture.
    assert Vintage.objects.count() == 2


def test_a_night_before_the_first_accepted_return_is_no_fault(night):
    Return.objects.accepted().update(status="returned", returned_at=AT)
    job = jobs.enqueue("index_night", key="2026-01-01")

    assert jobs.run(job.pk)

    job.refresh_from_db()
    assert "还没有审核通过的年报" in job.note


def test_the_command_says_what_came_of_it(night, capsys):
    call_command("compute_index")
    first = capsys.readouterr().out
    call_command("compute_index")

    assert first.startswith("新结果")
    assert capsys.readouterr().out.startswith("结果未变")


# ---------------------------------------------------------------- only what has changed


@pytest.fixture
def quick(night, monkeypatch):
    """Nights with the draws of the fixture, so that the same inputs are its vintage, and without pictures."""
    Edition.objects.update(draws=200)
    monkeypatch.setattr(tasks.pictures, "draw_first_pages", lambda vintage: 0)


def a_night(day="2026-11-20", **payload) -> ComputeRun:
    job = jobs.enqueue("index_night", key=f"{day} {payload}", payload={"day": day, **payload})
    assert jobs.run(job.pk)
    return ComputeRun.objects.order_by("-pk").first()


def test_an_unchanged_night_counts_nothing_anew(quick, monkeypatch):
    a_night("2026-11-20")
    counted = []
    for name in sources.FIGURES:
        monkeypatch.setitem(sources.FIGURES, name, lambda year, level=None, name=name: counted.append(name))

    run = a_night("2026-11-23")

    assert counted == []
    assert (run.is_new, run.figures_changed, run.changes) == (False, 0, [])
    assert any(step["words"] == "数据未变，沿用上次结果" for step in run.steps)


def test_what_was_written_since_is_counted_anew_and_told(quick, monkeypatch):
    nanshan = Region.objects.get(code="440305000000")
    PersonFactory(region=nanshan, category="volunteer", entered_on=date(2023, 3, 1))
    a_night("2026-11-20")

    PersonFactory(region=nanshan, category="volunteer", entered_on=date(2024, 3, 1))
    run = a_night("2026-11-23")

    (told,) = (step for step in run.steps if step["name"] == "统计：在册科技志愿者")
    assert "重新统计" in told["words"]
    changed = {(row["year"], row["old"], row["new"]) for row in run.changes}
    assert changed == {(2024, "1.00", "2.00"), (2025, "1.00", "2.00")}
    unmoved = [step for step in run.steps if step["name"] == "统计：学分达标学生数"]
    assert unmoved[0]["words"] == "数据未变，沿用上次结果"


def test_asked_to_everything_is_counted_anew(quick):
    a_night("2026-11-20")

    run = a_night("2026-11-23", full=True)

    assert all("重新统计" in step["words"] for step in run.steps if step["name"].startswith("统计："))
    assert run.figures_changed == 0


def test_a_night_that_was_killed_after_some_counts_goes_on_with_the_rest(quick):
    years = list(range(2020, 2026))
    first = next(iter(sources.FIGURES))
    actions.count_source(first, years, at=AT, full=True)
    CountMark.objects.exclude(key=first).delete()

    run = a_night("2026-11-20")

    words = {step["name"]: step["words"] for step in run.steps if step["name"].startswith("统计：")}
    done = next(word for name, word in words.items() if name == "统计：有效科普基地")
    assert done == "数据未变，沿用上次结果"
    assert sum("重新统计" in word for word in words.values()) == len(words) - 1


def test_subdistricts_are_counted_by_the_same_definitions(night):
    nanshan = Region.objects.get(code="440305000000")
    street = Region.objects.filter(parent=nanshan).order_by("code").first()
    PersonFactory(region=street, category="volunteer", entered_on=date(2023, 3, 1))
    PersonFactory(region=nanshan, category="volunteer", entered_on=date(2023, 3, 1))

    actions.count_subdistricts([2024], at=AT)
    actions.count_source("volunteers", [2024], at=AT)

    rows = SubdistrictFigure.objects.filter(key="volunteers", year=2024, value__gt=0)
    assert [(row.region, row.value) for row in rows] == [(street, 1)]
    district = Figure.objects.get(source__name="volunteers", region=nanshan, year=2024, origin="counted")
    assert district.value == 2


def test_a_figure_is_counted_once_for_districts_and_subdistricts(quick, monkeypatch):
    street = Region.objects.filter(parent__code="440305000000").order_by("code").first()
    PersonFactory(region=street, category="volunteer", entered_on=date(2023, 3, 1))
    counted = []
    count = sources.FIGURES["volunteers"]
    monkeypatch.setitem(
        sources.FIGURES,
        "volunteers",
        lambda year, *levels: counted.append((year, levels)) or count(year, *levels),
    )

    a_night("2026-11-20", full=True)

    assert {levels for year, levels in counted if year < 2026} == {(Level.DISTRICT, Level.SUBDISTRICT)}
    assert len(counted) == len({year for year, _ in counted}) == 7
    rows = SubdistrictFigure.objects.filter(key="volunteers", value__gt=0).order_by("year")
    assert [(row.year, row.region, row.value) for row in rows] == [
        (year, street, 1) for year in range(2023, 2027)
    ]


def test_a_published_vintage_is_computed_again_each_night(night, quick):
    staff = UserFactory(username="nightly", holding=(Role.STAFF, Region.objects.city()), mfa=True)
    actions.freeze(night, note="发布", by=staff)
    actions.publish(night, at=AT, by=staff)

    a_night("2026-11-20")

    check = night.rebuild_checks.get()
    assert (check.is_same, check.by) == (True, None)


def test_a_run_says_that_the_figures_were_compared_with_their_records(client, night):
    client.force_login(UserFactory(holding=(Role.STAFF, Region.objects.city()), mfa=True))

    page = client.get(night.runs.get().get_absolute_url()).content.decode()

    assert "核对依据" in page
    assert "与依据全部相符" in page


def test_an_indicator_leads_to_what_it_was_counted_from(client, quick):
    person = PersonFactory(region=Region.objects.get(code="440305000000"), entered_on=date(2019, 5, 1))
    ServiceHours.objects.create(
        person=person, served_on=date(2025, 5, 1), minutes=90, activity="讲解", recorded_by=person.created_by
    )
    Figure.objects.filter(source__name__in=["volunteers", "service_hours"], origin="entered").delete()
    vintage = a_night("2026-11-24", full=True).vintage
    about = f"?year=2025&vintage={vintage.short}"

    page = client.get(f"/index/440305000000/volunteer_hours/{about}").content.decode()

    for name, told in (("service_hours", "1.5 小时"), ("volunteers", "公开页面不列姓名")):
        address = f"/index/440305000000/figures/{name}/{about}"
        assert address.replace("&", "&amp;") in page
        assert told in client.get(address).content.decode()


def test_records_kept_after_a_result_are_shown_as_later(client, quick):
    vintage = a_night("2026-11-24", full=True).vintage
    person = PersonFactory(
        region=Region.objects.get(code="440305000000"),
        category="information_officer",
        entered_on=date(2019, 5, 1),
    )
    actions.count_source("informants", [2025], at=vintage.created_at + timedelta(days=1), full=True)
    address = f"/index/440305000000/figures/informants/?year=2025&vintage={vintage.short}"

    assert "此后最近一次统计" in client.get(address).content.decode()
    assert "此后最近一次统计" not in client.get(f"{address}&latest=1").content.decode()
    assert person.name not in client.get(address).content.decode()
