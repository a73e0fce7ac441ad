"""Titles, supervision, tasks, money, the joint meeting and the library."""

import uuid
from datetime import timedelta

from django.utils import timezone

from outreach.actions import library, load_reference
from outreach.actions.funds import RECEIPT
from outreach.models import (
    BudgetLine,
    Checklist,
    Donation,
    Duty,
    DutyReport,
    HelpQuestion,
    Inspection,
    InspectionPlan,
    Meeting,
    Member,
    Objection,
    PanelMember,
    Plan,
    Review,
    SelfCheck,
    Task,
)
from portal import documents, files
from tests.outreach.factories import (
    ApplicationFactory,
    AssessmentFactory,
    RoundFactory,
    TermFactory,
    TitleFactory,
    TitleKindFactory,
    draft_before_public,
)
from tests.world.cast import PLACES, World


def add_titles(world: World) -> None:
    """A round that receives, and what each unit began for it: here handed in, the others drafts."""
    load_reference()
    asked = RoundFactory(region=world.places["city"], created_by=world.people["staff"])
    world.things["title_round"] = {"here": asked}
    world.things["application"] = {
        place: ApplicationFactory(
            round=asked,
            organization=world.places[f"unit {place}"],
            created_by=world.people["staff"],
            handed_in=True,
        )
        for place in PLACES
    }
    world.things["holder"] = {"here": world.places["unit here"]}
    member = PanelMember.objects.create(user=world.people["expert"], categories=["venue"])
    case = world.things["application"]["here"]
    world.things["review"] = {"here": Review.objects.create(application=case, member=member, letter="A")}
    world.things["noticed"], world.things["objection"] = _notice(world)
    world.things["granted"] = {place: _granted(world, place) for place in ("here", "far")}
    world.things["year"] = {
        place: AssessmentFactory(title=title, created_by=world.people["staff"])
        for place, title in world.things["granted"].items()
    }
    checked = AssessmentFactory(
        title=TitleFactory(organization=world.places["unit far"], kind__code="hall"),
        created_by=world.people["staff"],
        reported=True,
        checked_by=member,
    )
    checked.reviewer = world.people["expert"]
    world.things["checked_year"] = {"here": checked}


def _notice(world: World) -> tuple[dict, dict]:
    """A round before the public with one proposed case, and an objection to it."""
    asked = RoundFactory(region=world.places["city"], created_by=world.people["staff"])
    case = ApplicationFactory(
        round=asked, organization=world.places["unit here"], status="proposed", submitted_at=timezone.now()
    )
    today = timezone.localdate()
    type(asked).objects.filter(pk=asked.pk).update(status="noticed", notice_from=today, notice_until=today)
    made = files.made(b"%PDF-1.4 proof", "证明.pdf", "pdf")
    objection = Objection.objects.create(
        application=case,
        number="YY-0001-001",
        ground="figures",
        ground_key="figures",
        text="数据不实",
        name="孙某",
        phone="13700137000",
        proof=files.keep(made, by=world.people["staff"], region=world.places["city"]),
        due_on=today,
    )
    return {"here": case}, {"here": objection}


def _granted(world: World, place: str):
    """A title with its certificate, at a place."""
    kind = documents.PaperKind("title_base", "KPJD", "证书")
    paper = documents.issue(kind, [("称号", "示范点")], by=world.people["staff"])
    title = TitleFactory(
        organization=world.places[f"unit {place}"],
        number=paper.number,
        paper=paper,
        kind=TitleKindFactory(code="point", name="深圳市科普示范点"),
    )
    title.claw_backs.create(amount_yuan=100, reason="停止开放", asked_on=timezone.localdate())
    return title


def add_supervision(world: World) -> None:
    """A plan whose inspections stand at three places, and an answer that everybody may read."""
    staff, city = world.people["staff"], world.places["city"]
    plan = InspectionPlan.objects.create(
        title="检查",
        checklist=Checklist.objects.filter(use="inspection").first(),
        units_wanted=3,
        due_on=timezone.localdate(),
        region=city,
        created_by=staff,
    )
    world.things["inspection_plan"] = {"here": plan}
    world.things["inspection"] = {
        place: Inspection.objects.create(
            plan=plan,
            organization=world.places[f"unit {place}"],
            region=world.places[f"district {place}"],
            created_by=staff,
        )
        for place in PLACES
    }
    world.things["guidance"] = {
        "here": HelpQuestion.objects.create(
            subject="如何申报",
            answer="按通知申报。",
            guidance_title="如何申报",
            answered_at=timezone.now(),
            is_guidance=True,
            region=city,
            created_by=staff,
        )
    }


def add_tasks(world: World) -> None:
    """The plan, and of the city a task for the unit at each place, which its clerk may report on."""
    city, staff = world.places["city"], world.people["staff"]
    plan = Plan.objects.get()
    world.things["plan"] = {"here": plan}
    world.things["task"] = {
        place: Task.objects.create(
            title=f"任务{place}",
            due_on=timezone.localdate() + timedelta(days=30),
            source=city,
            region=world.places[f"district {place}"],
            organization=world.places[f"unit {place}"],
            created_by=staff,
        )
        for place in PLACES
    }
    world.things["district_task"] = {
        place: Task.objects.create(
            title=f"区任务{place}",
            due_on=timezone.localdate() + timedelta(days=30),
            source=city,
            region=world.places[f"district {place}"],
            created_by=staff,
        )
        for place in ("here", "far")
    }


def add_coordination(world: World) -> None:
    """The units as members of the joint meeting, each with a meeting and a report of its own."""
    staff, today = world.people["staff"], timezone.localdate()
    for name in ("member", "meeting", "duty_report"):
        world.things[name] = {}
    world.things["duty"] = {"here": Duty.objects.first()}
    for place in PLACES:
        unit = world.places[f"unit {place}"]
        member = Member.objects.create(organization=unit, position=90)
        meeting = Meeting.objects.create(
            title=f"会议{place}", kind="special", held_on=today, region=world.places["city"], created_by=staff
        )
        meeting.attendees.add(member)
        report = DutyReport.objects.create(
            organization=unit, region=unit.region, created_by=staff, year=2025, due_on=today
        )
        world.things["member"][place] = member
        world.things["meeting"][place] = meeting
        world.things["duty_report"][place] = report


def add_funds(world: World) -> None:
    """A budget line and a gift of each unit."""
    staff, today = world.people["staff"], timezone.localdate()
    told = {"created_by": staff}
    world.things["budget_line"], world.things["gift"] = {}, {}
    for place in PLACES:
        at = {"organization": world.places[f"unit {place}"], "region": world.places[f"district {place}"]}
        line = world.things["budget_line"][place] = BudgetLine.objects.create(
            **at, **told, year=today.year, duty=Duty.objects.first(), name=f"预算{place}", amount_yuan=1000
        )
        moved = {**told, "entered_on": today, "purpose": "教具"}
        line.entries.create(**moved, kind="appropriation", amount_yuan=100)
        line.paid_pk = line.entries.create(**moved, kind="payment", amount_yuan=10, payee="某公司").pk
        paper = documents.issue(RECEIPT, [("类别", "捐赠")], by=staff)
        world.things["gift"][place] = Donation.objects.create(
            **at,
            **told,
            kind="donation",
            donor=f"捐赠方{place}",
            amount_yuan=100,
            purpose="教具",
            received_on=today,
            paper=paper,
        )


def add_self_checks(world: World) -> None:
    checklist = Checklist.objects.get(use="self_check")
    world.things["checklist"] = {"here": checklist}
    world.things["checked_body"] = {place: world.places[f"unit {place}"] for place in PLACES}
    world.things["self_check"] = {
        place: SelfCheck.objects.create(
            checklist=checklist,
            year=2025,
            organization=world.places[f"unit {place}"],
            region=world.places[f"district {place}"],
            created_by=world.people["staff"],
        )
        for place in PLACES
    }


def add_library(world: World) -> None:
    """A standard whose draft is before the public, a comment on it, and a term."""
    staff = world.people["staff"]
    draft = draft_before_public(staff)
    said = library.comment(draft, key=uuid.uuid4(), article="", text="建议写明。", at=timezone.now())
    world.things["library"] = {"here": draft.version.document}
    world.things["comment"] = {"here": said}
    world.things["term"] = {"here": TermFactory()}
