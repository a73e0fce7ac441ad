"""Returns and a draft of the index; and, for who needs it, an index computed and what follows."""

import uuid
from datetime import date, timedelta

from django.utils import timezone

from indicators.actions import compute as compute_index
from indicators.actions.editions import copy_method
from indicators.actions.reference import load_reference as load_statistics
from indicators.actions.rounds import create_returns
from indicators.models import (
    AnnualReport,
    Edition,
    PartRemark,
    Period,
    Reporter,
    ReportPart,
    Return,
    StatForm,
    WeightOpinion,
)
from indicators.queries.annual import first_parts
from outreach.models import Gap
from portal import files
from tests.world.cast import World
from youth_credits.actions import draft_rules, try_rules


def add_statistics(world: World) -> None:
    load_statistics()
    today = timezone.localdate()
    period = Period.objects.create(
        form=StatForm.objects.get(code="kp"),
        year=today.year - 1,
        opens_on=today - timedelta(days=30),
        due_on=today + timedelta(days=30),
    )
    staff = world.people["staff"]
    sides = ("here", "far")
    reporters = [(Reporter.DISTRICT, world.places[f"district {side}"], None) for side in sides]
    world.things["return"] = dict(
        zip(sides, create_returns(period, reporters, by=staff, counted={}), strict=True)
    )
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
    node = draft.nodes.filter(code="people").get()
    world.things["opinion"] = {
        "here": WeightOpinion.objects.create(
            node=node, expert="专家1", kind=WeightOpinion.Kind.POINTS, values={}, entered_by=staff
        )
    }
    world.things["gap"] = {"here": Gap.objects.order_by("pk").first()}
    world.things["district"] = {place: world.places[f"district {place}"] for place in ("here", "far")}


def add_index(world: World) -> None:
    staff, district = world.people["staff"], world.places["district far"]
    form, year = StatForm.objects.get(code="kp"), timezone.localdate().year - 2
    earlier = Period.objects.create(
        form=form, year=year, opens_on=date(year + 1, 1, 1), due_on=date(year + 1, 3, 1)
    )
    [filing] = create_returns(earlier, [(Reporter.DISTRICT, district, None)], by=staff, counted={})
    now = timezone.now()
    Return.objects.filter(pk=filing.pk).update(
        status=Return.Status.ACCEPTED, first_submitted_at=now, submitted_at=now, accepted_at=now
    )
    run = compute_index(at=timezone.now(), draws=20)
    world.things["run"], world.things["vintage"] = {"here": run}, {"here": run.vintage}
    world.things["report"] = {}
    world.things["report_in_review"] = {}
    for place in ("here", "far"):
        at = {"region": world.places[f"district {place}"], "vintage": run.vintage, "created_by": staff}
        world.things["report"][place] = _report(**at, year=year)
        read = _report(**at, year=year - 1, status="review", content={"chapters": []})
        world.things["report_in_review"][place] = read
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


def _report(**values) -> AnnualReport:
    """With its parts, the three files that wait for a signature, and a remark that waits for an answer."""
    report = AnnualReport.objects.create(**values, version=1)
    parts = first_parts(report.region, report.year)
    ReportPart.objects.bulk_create(
        ReportPart(report=report, position=number, **part) for number, part in enumerate(parts, 1)
    )
    for name in ("file", "annex", "letter"):
        made = files.made(b"%PDF-1.7", f"{name}.pdf", "pdf")
        setattr(report, name, files.keep(made, by=report.created_by, region=report.region))
    report.save()
    said = PartRemark.objects.create(
        part=report.parts.get(code="index"), text="请核对数字。", written_by=report.created_by
    )
    report.remark_pk = said.pk
    return report
