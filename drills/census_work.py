"""What people do in a census, done by their actions inside the portal of the drill."""

import json
import re
import time
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from portal.accounts import Grant, User, system_user
from portal.copying import copy_in
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from resources.actions import census, directory, refresh
from resources.models import CensusDirectory, CensusRound, CensusUnit, Resource, ResourceKind

PATIENCE = 900  # seconds until the worker must have printed the directory
KINDS = ["venue", "course", "lecture", "kit", "exhibit"]
ADDS_EVERY = 5  # one unit in so many enters something new


def run(*, units: int, each: int) -> None:
    """Runs a round and prints its times as JSON."""
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(words: str):
        began = time.monotonic()
        yield
        seconds[words] = time.monotonic() - began

    staff, officers = _people()
    _city(units, each)
    asked = _prepare(staff)
    with timed("opening"):
        census.open_round(asked, by=staff)
    sheets = list(asked.units.select_related("region").order_by("pk"))
    with timed("answers"):
        for number, sheet in enumerate(sheets):
            _answer(sheet, number, by=officers.get(sheet.region.district_code, staff))
    with timed("district checks"):
        for sheet in sheets:
            census.check_unit(sheet, by=officers.get(sheet.region.district_code, staff))
    with timed("acceptance"):
        accepted = census.accept_all(asked, by=staff)
    if accepted.refused:
        raise RuntimeError(accepted.refused[0])
    asked.refresh_from_db()
    census.start_checking(asked, by=staff)
    with timed("closing"):
        directory.close_round(asked, by=staff, at=timezone.now())
    with timed("directory"):
        made = _printed(asked)
    data = made.pdf.read()
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    seen = {"entries": asked.entries.count(), "pages": pages, "megabytes": len(data) / (1 << 20)}
    print(json.dumps({"seconds": seconds, **seen}))


def _people() -> tuple[User, dict[str, User]]:
    staff = User.objects.create(username="drill-staff", name="市科协（演练）")
    Grant.objects.create(user=staff, role=Role.STAFF, region=Region.objects.city())
    officers = {}
    for district in Region.objects.districts():
        person = User.objects.create(username=f"drill-{district.code}", name=f"{district.name}（演练）")
        Grant.objects.create(user=person, role=Role.DISTRICT, region=district)
        officers[district.code] = person
    return staff, officers


def _city(units: int, each: int) -> None:
    """Invented units over the real districts, and what they offer, in the menu."""
    districts, loader, now = list(Region.objects.districts()), system_user(), timezone.now()
    made = [
        Organization(
            name=f"演练单位 {number:04d}",
            kind="enterprise",
            region=districts[number % len(districts)],
            source="演练",
        )
        for number in range(units)
    ]
    copy_in(made)
    kinds = list(
        ResourceKind.objects.current().filter(code__in=["venue", "course", "lecture", "kit", "exhibit"])
    )
    resources = [
        Resource(
            kind=kinds[number % len(kinds)],
            title=f"演练资源 {unit.name[-4:]}-{number}",
            summary="用来演练普查的虚构资源，介绍写到一句话那么长。",
            audiences=["minors", "general"],
            region=unit.region,
            organization=unit,
            created_by=loader,
            status=Resource.Status.PUBLISHED,
            published_at=now,
            listed_on=timezone.localdate(now),
            source="演练",
        )
        for unit in made
        for number in range(each)
    ]
    copy_in(resources)
    for first in range(0, len(resources), 2000):
        refresh([resource.pk for resource in resources[first : first + 2000]])


def _prepare(staff: User) -> CensusRound:
    today = timezone.localdate()
    days = {name: today + timedelta(days=count) for name, count in (("due_on", 10), ("check_due_on", 20))}
    return census.create_round(
        title="演练普查",
        year=today.year,
        opens_on=today,
        closes_on=today + timedelta(days=30),
        unit_kinds=["enterprise"],
        kinds=ResourceKind.objects.current(),
        by=staff,
        **days,
    )


def _answer(sheet: CensusUnit, number: int, *, by: User) -> None:
    """One change in every sheet, something new in some, all else as it was; handed in."""
    row = sheet.answers.select_related("form", "unit").order_by("pk").first()
    if row:
        values = {**row.values, "booking_note": "请提前三天预约（演练）", "capacity": 60}
        census.answer(row, answer="change", values=values, by=by)
    if number % ADDS_EVERY == 0:
        form = sheet.round.forms.order_by("position", "pk").first()
        new = {"title": f"新增资源 {number}", "summary": "演练中新增。", "audiences": ["general"]}
        census.add_row(sheet, form=form, values=new, by=by)
    census.confirm_all(sheet, by=by)
    census.submit_unit(sheet, by=by)


def _printed(asked: CensusRound) -> CensusDirectory:
    """The directory, once the worker has made it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        made = CensusDirectory.objects.select_related("pdf").get(round=asked)
        if made.state == CensusDirectory.State.READY:
            return made
        if made.state == CensusDirectory.State.FAILED:
            raise RuntimeError("the directory was not made")
        time.sleep(0.5)
    raise RuntimeError("the worker has not made the directory")
