"""Resources and events: records at the three places, needs, census, works."""

import uuid
from datetime import date
from decimal import Decimal

from allauth.usersessions.models import UserSession
from django.utils import timezone

from events import actions as events
from portal import files, jobs
from portal.batches import SheetBatch
from portal.notices import notify
from portal.roles import Perm, Role
from resources.models import CensusDirectory, DuplicatePair, ResourceVersion, Route, WorkAttention
from talent.models import ServiceHours
from tests.events.factories import EventFactory, ResultFactory, SessionFactory
from tests.factories import UserFactory
from tests.outreach.factories import (
    TitleFactory,
)
from tests.resources import works
from tests.resources.census import open_round, prepare, sheet_of
from tests.resources.factories import AssetFactory, ResourceFactory
from tests.resources.needs import BookingFactory, NeedFactory
from tests.talent.factories import PersonFactory
from tests.world.cast import PLACES, World


def add_records(world: World) -> None:
    names = "resource asset route event session result signup file job login sheet_batch"
    things = {name: {} for name in names.split()}
    clerks = {"here": "unit", "near": "staff", "far": "unit_b"}
    for place in PLACES:
        unit, clerk = world.places[f"unit {place}"], world.people[clerks[place]]
        at = {"organization": unit, "region": unit.region, "created_by": clerk}
        # Drafts: what is published is everybody's.
        things["resource"][place] = ResourceFactory(**at, title=f"未公开资源{place}")
        things["route"][place] = Route.objects.create(**at, title=f"未公开线路{place}", summary="走一走")
        event = EventFactory(**at, published=True, title=f"讲座{place}", needs_sign_up=True)
        things["event"][place] = EventFactory(**at, title=f"未公开活动{place}")
        session = SessionFactory(event=event)
        things["session"][place] = session
        things["result"][place] = ResultFactory(session=session)
        things["signup"][place] = events.sign_up(
            session,
            name=f"报名人{place}",
            mobile=f"1390013900{PLACES.index(place)}",
            head_count=1,
            mail="",
            at=timezone.now(),
            key=uuid.uuid4(),
        )
        made = files.made(b"%PDF-1.4 " + place.encode(), "文件.pdf", "pdf")
        things["asset"][place] = AssetFactory(**at, owed=True)
        things["file"][place] = files.keep(
            made, by=clerk, region=unit.region, organization=unit, needs=Perm.RESOURCE_EDIT
        )
        things["job"][place] = jobs.Job.objects.create(kind="credit_check", key=place, created_by=clerk)
        things["sheet_batch"][place] = SheetBatch.objects.create(
            title="科普资源",
            subject="resources.Resource",
            sheet="resources.sheets.registry.ResourceSheet",
            where={"view": "resource_view", "edit": "resource_edit"},
            back="/desk/",
            created_by=clerk,
            job=things["job"][place],
        )
        things["login"][place] = UserSession.objects.create(
            user=clerk, ip="10.0.0.1", user_agent="Firefox", session_key=f"{place}-key", data={}
        )
        notify([clerk], f"给{place}的消息")
    things["shown"] = {
        place: ResourceFactory(
            published=True,
            organization=world.places[f"unit {place}"],
            region=world.places[f"district {place}"],
        )
        for place in PLACES
    }
    world.things |= things
    world.things["held"] = {place: session.event for place, session in things["session"].items()}
    world.things["picture"] = _pictures(world)
    people = {
        place: PersonFactory(region=world.places[f"district {place}"], name="专家钱某") for place in PLACES
    }
    world.things["service"] = {
        place: ServiceHours.objects.create(
            person=person,
            served_on=timezone.localdate(),
            minutes=60,
            activity="讲解",
            recorded_by=world.people["staff"],
        )
        for place, person in people.items()
    }
    world.things |= {
        "organization": {"here": world.places["unit here"], "far": world.places["unit far"]},
        "region": {"here": world.places["district here"]},
        "user": {"here": world.people["unit"]},
        "person": people,
        "title": {"here": TitleFactory(organization=world.places["unit here"])},
    }


def _pictures(world: World) -> dict:
    """Published pictures; the files that are not published stand under "file"."""
    made = files.made(b"\x89PNG\r\n\x1a\n", "图.png", "png")
    staff = world.people["staff"]
    return {
        place: files.keep(made, by=staff, region=world.places[f"district {place}"], public_image=True)
        for place in PLACES
    }


def add_needs(world: World) -> None:
    """At each place a need nobody serves, and a booking of a unit's resource for another one."""
    staff = world.people["staff"]
    world.things["need"] = {
        place: NeedFactory(region=world.places[f"district {place}"], created_by=staff) for place in PLACES
    }
    world.things["booking"] = {
        place: BookingFactory(
            resource=shown, need__region=world.places[f"district {place}"], need__created_by=staff
        )
        for place, shown in world.things["shown"].items()
    }


def add_census(world: World) -> None:
    """A round that runs: the sheets of the three units, each with one resource it has."""
    asked = open_round(world.people["staff"])
    sheets = {place: sheet_of(asked, world.places[f"unit {place}"]) for place in PLACES}
    world.things["census"] = {"here": asked}
    world.things["census_unit"] = sheets
    world.things["census_row"] = {place: sheet.answers.get() for place, sheet in sheets.items()}
    closed = prepare(world.people["staff"], title="2025年科普资源普查")
    CensusDirectory.objects.create(round=closed, state=CensusDirectory.State.FAILED)
    world.things["closed_census"] = {"here": closed}


def add_works(world: World) -> None:
    """A call that runs; of each unit one work under review, by the world's expert, and one under contract."""
    staff, expert = world.people["staff"], world.people["expert"]
    clerks = {"here": "unit", "near": None, "far": "unit_b"}
    call = works.open_call(staff, budget_yuan=Decimal("300000.00"))
    made = {name: {} for name in ("work", "work_review", "contracted", "work_milestone")}
    for place in PLACES:
        unit = world.places[f"unit {place}"]
        clerk = world.people.get(clerks[place]) or UserFactory(holding=(Role.UNIT, unit))
        made["work"][place] = works.submitted(call, unit, clerk, title=f"作品{place}")
        reviews = works.assigned(made["work"][place], [expert, *works.experts(1)], staff)
        made["work_review"][place] = reviews[0]
        contract = works.contracted(call, unit, clerk, staff, title=f"签约作品{place}")
        made["contracted"][place] = contract.application
        made["work_milestone"][place] = contract.milestones.first()
    shown = world.things["shown"]["here"]
    WorkAttention.objects.create(
        resource=shown,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 1, 31),
        views=10,
        source="公众号后台",
        entered_by=staff,
    )
    world.things |= {"work_call": {"here": call}, **made}


def add_parts(world: World) -> None:
    """What belongs to a record and is named in addresses by a number of its own."""
    things, staff = world.things, world.people["staff"]
    for place, resource in things["resource"].items():
        at = {"by": staff, "region": resource.region, "organization": resource.organization}
        resource.links.create(kind="video", title="短片", url="https://video.test/1")
        resource.pictures.create(attachment=files.keep(files.made(b"x", "图.jpg", "jpg"), **at), alt="展厅")
        things["asset"][place].conversions.create(resource=resource, converted_on=timezone.localdate())
        resource.earlier_pk = ResourceVersion.objects.filter(pgh_obj=resource).first().pk
        twin = ResourceFactory(
            organization=resource.organization, region=resource.region, title=f"未公开资源{place}二"
        )
        resource.twin_pk = twin.pk
        pair = DuplicatePair.objects.create(first=resource, second=twin, reasons=["name"])
        things.setdefault("likely_pair", {})[place] = pair
        paper = files.keep(files.made(b"%PDF-1.7", "样章.pdf", "pdf"), **at)
        if place in things["work"]:
            things["work"][place].files.create(attachment=paper, title="样章")
        if place in things["application"]:
            proof = files.keep(files.made(b"%PDF-1.7", "证明.pdf", "pdf"), **at, needs=Perm.TITLE_CASE)
            things["application"][place].files.create(attachment=proof, proves="venue")
