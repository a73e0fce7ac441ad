"""The children of the schools and everything kept of them."""

from datetime import timedelta

from django.utils import timezone

from events.models import CheckIn, Session
from portal import documents
from portal.calendar import term
from portal.scope import scope
from tests.events.factories import ResultFactory
from tests.world.cast import PLACES, World
from tests.youth_credits.factories import BatchFactory, bind, enrol, moves_of, odd_things_of, recognise
from youth_credits.actions import DATA, issue_passes, load_protection, load_rules
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
    TeamCertificate,
)


def add_children(world: World) -> None:
    load_rules(DATA / "rules_v1.json")
    load_protection(DATA / "protection.json")
    recognise("青少年科技创新挑战赛（示例）")
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


def add_rare_papers(world: World) -> None:
    """Of the children here and far: a pass used at a session and a prize won with it, a credential, a granted
    request, an entry drawn in a check; a plan of what is erased."""
    now, before = timezone.now(), timezone.now() - timedelta(days=30)
    names = ("visited", "contest", "answered", "team_certificate")
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
            team = TeamCertificate.objects.create(school=school, certificate=f"T-{place}")
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
        for name, thing in zip(names, (session, held, granted, team), strict=True):
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
