"""A small Shenzhen with everybody who signs in: two districts, three schools, two units, and their records.

Records stand at three places: `here` (district A, first school or unit), `near` (same district, another
school or unit) and `far` (district B). `there` names who is at which of them.
"""

import time
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from events import actions as events
from events.models import CheckIn, Session
from indicators.actions import compute as compute_index
from indicators.actions.editions import copy_method
from indicators.actions.reference import load_reference as load_statistics
from indicators.actions.rounds import create_return
from indicators.models import AnnualReport, Edition, Period, ReportPart, Return, StatForm
from indicators.queries.annual import first_parts
from outreach.actions import library
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
from portal import documents, files, jobs
from portal.accounts import Grant, User
from portal.batches import SheetBatch
from portal.calendar import term
from portal.encryption import sign
from portal.notices import notify
from portal.organizations import Organization
from portal.regions import Region, load
from portal.roles import MFA_ROLES, Perm, Role
from portal.scope import scope
from resources.models import Route, WorkAttention
from talent.models import ServiceHours
from tests.events.factories import EventFactory, ResultFactory, SessionFactory
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.factories import (
    ApplicationFactory,
    AssessmentFactory,
    RoundFactory,
    TermFactory,
    TitleFactory,
    TitleKindFactory,
    draft_before_public,
)
from tests.resources import works
from tests.resources.census import open_round, sheet_of
from tests.resources.factories import AssetFactory, ResourceFactory
from tests.resources.needs import BookingFactory, NeedFactory
from tests.talent.factories import PersonFactory
from tests.youth_credits.factories import BatchFactory, bind, enrol, moves_of, odd_things_of
from youth_credits.actions import DATA, draft_rules, issue_passes, load_protection, load_rules, try_rules
from youth_credits.models import (
    AccessCase,
    Appeal,
    Batch,
    Credential,
    DrawnEntry,
    Nomination,
    Publication,
    RetentionPlan,
    RetentionRule,
    RightsRequest,
    SpotCheck,
    StudentPass,
)

PLACES = ("here", "near", "far")
PASSWORD = "long-enough-for-a-test-2026"

# Who → role, and where it is held: the city, district A or B, or a school or unit at one of the places.
ACTORS = {
    "stranger": None,
    "nobody": (None, None),
    "staff": (Role.STAFF, "city"),
    "accounts": (Role.ACCOUNTS, "city"),
    "security": (Role.SECURITY, "city"),
    "auditor": (Role.AUDITOR, "city"),
    "officer": (Role.DISTRICT, "district here"),
    "officer_b": (Role.DISTRICT, "district far"),
    "head": (Role.DISTRICT_HEAD, "district here"),
    "education": (Role.EDUCATION, "district here"),
    "street": (Role.SUBDISTRICT, "street"),
    "unit": (Role.UNIT, "unit here"),
    "unit_b": (Role.UNIT, "unit far"),
    "school": (Role.SCHOOL, "school here"),
    "school_near": (Role.SCHOOL, "school near"),
    "school_b": (Role.SCHOOL, "school far"),
    "verifier": (Role.SCHOOL_VERIFIER, "school here"),
    "expert": (Role.EXPERT, "city"),
    "guardian": (Role.GUARDIAN, "city"),
    "disabled": (Role.STAFF, "city"),
    "no_mfa": (Role.STAFF, "city"),
}
GIVES_FACTOR = MFA_ROLES | {Role.SCHOOL, Role.SCHOOL_VERIFIER}


@dataclass
class World:
    places: dict[str, Region | Organization] = field(default_factory=dict)
    people: dict[str, User | None] = field(default_factory=dict)
    things: dict[str, dict[str, object]] = field(default_factory=dict)
    secrets: dict[str, set[str]] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """A browser in which this person is signed in, with a second factor given a moment ago."""
        client = Client()
        person = self.people[who]
        if person is None:
            return client
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["began"] = session["seen"] = int(time.time())
        if person.authenticator_set.exists():
            session["account_authentication_methods"] = [
                {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
            ]
            session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        if who == "disabled":
            User.objects.filter(pk=person.pk).update(is_active=False)
        return client


def build() -> World:
    load()
    world = World()
    _places(world)
    _people(world)
    _records(world)
    _needs(world)
    _census(world)
    _titles(world)
    _works(world)
    _supervision(world)
    _tasks(world)
    _funds(world)
    _coordination(world)
    _self_checks(world)
    _library(world)
    _statistics(world)
    _children(world)
    _parts(world)
    return world


def _places(world: World) -> None:
    nanshan, futian = Region.objects.get(code="440305000000"), Region.objects.get(code="440304000000")
    world.places |= {
        "city": Region.objects.city(),
        "district here": nanshan,
        "district near": nanshan,
        "district far": futian,
        "street": Region.objects.filter(parent=nanshan).order_by("code").first(),
    }
    for place in PLACES:
        district = world.places[f"district {place}"]
        world.places[f"unit {place}"] = OrganizationFactory(
            region=district, name=f"科普单位{place}", contact=f"联系人{place}", phone="13800138000"
        )
        world.places[f"school {place}"] = OrganizationFactory(region=district, school=True)


def _people(world: World) -> None:
    for who, post in ACTORS.items():
        if post is None:
            world.people[who] = None
            continue
        role, place = post
        factor = role in GIVES_FACTOR and who != "no_mfa"
        person = UserFactory(username=f"a-{who}", name=f"人员{who}", email=f"{who}@mail.test", mfa=factor)
        if role:
            where = world.places[place]
            at = {"region": where} if isinstance(where, Region) else {"organization": where}
            Grant.objects.create(user=person, role=role, **at)
        world.people[who] = person


def _records(world: World) -> None:
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


def _titles(world: World) -> None:
    """A round that receives, and what each unit began for it: here handed in, the others drafts."""
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
    world.things["checked_year"] = {"here": checked}


def _supervision(world: World) -> None:
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


def _tasks(world: World) -> None:
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


def _coordination(world: World) -> None:
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


def _funds(world: World) -> None:
    """A budget line and a gift of each unit."""
    staff, today = world.people["staff"], timezone.localdate()
    told = {"created_by": staff}
    world.things["budget_line"], world.things["gift"] = {}, {}
    for place in PLACES:
        at = {"organization": world.places[f"unit {place}"], "region": world.places[f"district {place}"]}
        world.things["budget_line"][place] = BudgetLine.objects.create(
            **at, **told, year=today.year, duty=Duty.objects.first(), name=f"预算{place}", amount_yuan=1000
        )
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


def _self_checks(world: World) -> None:
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


def _library(world: World) -> None:
    """A standard whose draft is before the public, a comment on it, and a term."""
    staff = world.people["staff"]
    draft = draft_before_public(staff)
    said = library.comment(draft, key=uuid.uuid4(), article="", text="建议写明。", at=timezone.now())
    world.things["library"] = {"here": draft.version.document}
    world.things["comment"] = {"here": said}
    world.things["term"] = {"here": TermFactory()}


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
    return TitleFactory(
        organization=world.places[f"unit {place}"],
        number=paper.number,
        paper=paper,
        kind=TitleKindFactory(code="point", name="深圳市科普示范点"),
    )


def _needs(world: World) -> None:
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


def _census(world: World) -> None:
    """A round that runs: the sheets of the three units, each with one resource it has."""
    asked = open_round(world.people["staff"])
    sheets = {place: sheet_of(asked, world.places[f"unit {place}"]) for place in PLACES}
    world.things["census"] = {"here": asked}
    world.things["census_unit"] = sheets
    world.things["census_row"] = {place: sheet.answers.get() for place, sheet in sheets.items()}


def _works(world: World) -> None:
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


def _pictures(world: World) -> dict:
    """Published pictures; the files that are not published stand under "file"."""
    made = files.made(b"\x89PNG\r\n\x1a\n", "图.png", "png")
    staff = world.people["staff"]
    return {
        place: files.keep(made, by=staff, region=world.places[f"district {place}"], public_image=True)
        for place in PLACES
    }


def _statistics(world: World) -> None:
    load_statistics()
    today = timezone.localdate()
    period = Period.objects.create(
        form=StatForm.objects.get(code="kp"),
        year=today.year - 1,
        opens_on=today - timedelta(days=30),
        due_on=today + timedelta(days=30),
    )
    staff = world.people["staff"]
    world.things["return"] = {
        place: create_return(period, region=world.places[f"district {place}"], by=staff, counted={})
        for place in ("here", "far")
    }
    assert Return.objects.count() == 2
    first, year = Edition.objects.get(), today.year - 1
    draft = Edition.objects.create(
        code="2",
        name="第二版草案",
        base_year=first.base_year,
        first_year=year,
        link_year=year,
        predecessor=first,
        reason="修订权重",
        created_by=staff,
        adopted_at=None,
    )
    copy_method(first, draft)


def complete(world: World) -> World:
    """With what only those need who ask for each page by its name: an index and what follows from it, rules
    and forms to come, what is rare in a child's record."""
    _index(world)
    _rare_papers(world)
    return world


def _index(world: World) -> None:
    staff, district = world.people["staff"], world.places["district far"]
    form, year = StatForm.objects.get(code="kp"), timezone.localdate().year - 2
    earlier = Period.objects.create(
        form=form, year=year, opens_on=date(year + 1, 1, 1), due_on=date(year + 1, 3, 1)
    )
    filing = create_return(earlier, region=district, by=staff, counted={})
    now = timezone.now()
    Return.objects.filter(pk=filing.pk).update(
        status=Return.Status.ACCEPTED, first_submitted_at=now, submitted_at=now, accepted_at=now
    )
    run = compute_index(at=timezone.now(), draws=20)
    world.things["run"], world.things["vintage"] = {"here": run}, {"here": run.vintage}
    world.things["report"] = {}
    for place in ("here", "far"):
        report = AnnualReport.objects.create(
            region=world.places[f"district {place}"],
            year=year,
            version=1,
            vintage=run.vintage,
            created_by=staff,
        )
        parts = first_parts(report.region, year)
        ReportPart.objects.bulk_create(
            ReportPart(report=report, position=number, **part) for number, part in enumerate(parts, 1)
        )
        world.things["report"][place] = report
    draft = StatForm.objects.create(
        code=form.code,
        version=form.version + 1,
        name=form.name,
        basis=form.basis,
        frequency=form.frequency,
        reporters=form.reporters,
    )
    world.things["form"], world.things["form_draft"] = {"here": form}, {"here": draft}
    rules = draft_rules(area=None, in_force_from=date(year + 4, 9, 1), basis="下一学年的规则", by=staff)
    trial = try_rules(rules, area=world.places["city"], school_year=year, key=uuid.uuid4(), by=staff)
    world.things["rule_set"], world.things["rule"] = {"here": rules}, {"here": rules.rules.first()}
    world.things["rule_trial"] = {"here": trial}


def _rare_papers(world: World) -> None:
    """Of the children here and far: a pass used at a session and a prize won with it, a credential, a granted
    request, an entry drawn in a check; a plan of what is erased."""
    now, before = timezone.now(), timezone.now() - timedelta(days=30)
    names = ("visited", "contest", "answered")
    world.things |= {name: {} for name in names}
    for student in world.things["student"].values():
        with scope("steward"):
            issue_passes([student], by=world.people["school"])
            student.pass_pk = StudentPass.objects.get(student=student).pk
    for place in ("here", "far"):
        school, student = world.places[f"school {place}"], world.things["student"][place]
        with scope("steward"):
            used = StudentPass.objects.get(student=student)
            StudentPass.objects.filter(pk=used.pk).update(issued_at=before)
            session = world.things["session"][place]
            CheckIn.objects.create(session=session, pass_hash=used.number_hash, at=now)
            held = Session.objects.create(
                event=session.event, starts_at=now - timedelta(days=1), ends_at=now, capacity=9
            )
            ResultFactory(session=held, number=used.number)
            paper = documents.IssuedPaper.objects.create(
                kind="credential", number=f"KP{place}", title="学分凭证", issued_at=now
            )
            shown = Credential.objects.create(student=student, school=school, paper=paper, claims={})
            granted = RightsRequest.objects.create(
                organization=school,
                region=school.region,
                created_by=world.people["guardian"],
                student=student,
                kind=RightsRequest.Kind.COPY,
                way=RightsRequest.Way.ACCOUNT,
                status=RightsRequest.Status.GRANTED,
                filed_on=timezone.localdate(),
                due_on=timezone.localdate(),
                ended_at=now,
                answered_by=world.people["school"],
                statement_sealed=b"",
            )
            drawn = DrawnEntry.objects.create(
                spot_check=world.things["check"][place], entry=1, student=student, school=school
            )
        student.credential_uuid = shown.uuid
        world.things["check"][place].drawn_uuid = drawn.uuid
        for name, thing in zip(names, (session, held, granted), strict=True):
            world.things[name][place] = thing
    with scope("steward"):
        plan = RetentionPlan.objects.create(
            rule=RetentionRule.objects.first(),
            planned_on=timezone.localdate(),
            due_on=timezone.localdate() + timedelta(days=30),
            keys=[],
            count=0,
        )
    world.things["retention_plan"] = {"here": plan}


def _parts(world: World) -> None:
    """What belongs to a record and is named in addresses by a number of its own."""
    things, staff = world.things, world.people["staff"]
    for place, resource in things["resource"].items():
        at = {"by": staff, "region": resource.region, "organization": resource.organization}
        resource.links.create(kind="video", title="短片", url="https://video.test/1")
        resource.pictures.create(attachment=files.keep(files.made(b"x", "图.jpg", "jpg"), **at), alt="展厅")
        things["asset"][place].conversions.create(resource=resource, converted_on=timezone.localdate())
        paper = files.keep(files.made(b"%PDF-1.7", "样章.pdf", "pdf"), **at)
        if place in things["work"]:
            things["work"][place].files.create(attachment=paper, title="样章")
        if place in things["application"]:
            proof = files.keep(files.made(b"%PDF-1.7", "证明.pdf", "pdf"), **at, needs=Perm.TITLE_CASE)
            things["application"][place].files.create(attachment=proof, proves="venue")


def _children(world: World) -> None:
    load_rules(DATA / "rules_v1.json")
    load_protection(DATA / "protection.json")
    clerks = {"here": "school", "near": "school_near", "far": "school_b"}
    world.things |= {"student": {}, "batch": {}}
    for number, place in enumerate(PLACES):
        school, clerk = world.places[f"school {place}"], world.people[clerks[place]]
        with scope(f"school:{school.pk}"):
            children = enrol(school, clerk, heads=3, first=number * 10)
            world.things["student"][place] = children[0]
            world.secrets[place] = {child.number for child in children} | {child.name for child in children}
            if place == "here":  # the child of the guardian among the actors
                bind(world.people["guardian"], children[0])
            world.things["batch"][place] = BatchFactory(
                organization=school, created_by=clerk, status=Batch.Status.CHECKED
            )
            base = world.places[f"unit {place}"]
            made = moves_of(school, clerk, children[1]) | odd_things_of(school, base, clerk, children[2])
            for kind, thing in made.items():
                world.things.setdefault(kind, {})[place] = thing
    _oversight(world)
    world.things["course_base"] = {place: world.places[f"unit {place}"] for place in PLACES}
    world.things["ward"] = {place: world.things["student"][place] for place in ("here", "far")}


def _oversight(world: World) -> None:
    """A published term, an appeal that climbed, a case open and one asked for, and a check, at two places."""
    names = ("publication", "appeal", "climbed", "case", "open_case", "check", "right", "nomination")
    world.things |= {name: {} for name in names}
    now, term_now = timezone.now(), term(timezone.localdate())
    for place in ("here", "far"):
        school, student = world.places[f"school {place}"], world.things["student"][place]
        staff, education = world.people["staff"], world.people["education"]
        at = {"organization": school, "region": school.region, "created_by": world.people["guardian"]}
        with scope("steward"):
            published = Publication.objects.create(
                **at,
                term=term_now.code,
                starts_on=term_now.start,
                ends_on=term_now.end,
                status=Publication.Status.PUBLISHED,
                published_at=now,
                appeals_until=timezone.localdate() + timedelta(days=5),
            )
            appeals = [
                Appeal.objects.create(
                    **at,
                    publication=published,
                    student=student,
                    ground=ground,
                    status=status,
                    escalated_at=now if status == "escalated" else None,
                    way=Appeal.Way.ACCOUNT,
                    filed_on=timezone.localdate(),
                    due_on=timezone.localdate(),
                    statement_sealed=b"",
                )
                for ground, status in (("missing", "filed"), ("kind", "escalated"))
            ]
            case = AccessCase.objects.create(
                student=student, school=school, reason="核查", requested_by=world.people["head"]
            )
            opened = AccessCase.objects.create(
                student=student,
                school=school,
                reason="核查",
                requested_by=education,
                status=AccessCase.Status.APPROVED,
                approved_by=staff,
                approved_at=now,
                ends_at=now + timedelta(days=1),
            )
            check = SpotCheck.objects.create(
                region=school.region,
                created_by=world.people["head"],
                term="S2026T1",
                share="0.05",
                seed="0" * 64,
                drawn_at=now,
                last_entry=1,
                schools=[],
                population=1,
                drawn=1,
                digest="0" * 64,
            )
            right = RightsRequest.objects.create(
                **at,
                student=student,
                kind=RightsRequest.Kind.CORRECTION,
                way=RightsRequest.Way.ACCOUNT,
                filed_on=timezone.localdate(),
                due_on=timezone.localdate(),
                statement_sealed=b"",
            )
            nomination = Nomination.objects.create(
                **at, student=student, field=Nomination.Field.NATURE, statement_sealed=b""
            )
        things = (published, appeals[0], appeals[1], case, opened, check, right, nomination)
        for name, thing in zip(names, things, strict=True):
            world.things[name][place] = thing
    world.things["ward_nomination"] = dict(world.things["nomination"])
    world.things["ward_right"] = dict(world.things["right"])
    world.things["ward_appeal"] = dict(world.things["appeal"])


def token_of(thing) -> str:
    return sign(str(thing.uuid), purpose="sign_up")
