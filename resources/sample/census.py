"""Invented censuses of the sample city, marked （示例）: one closed last year, one that runs."""

import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from portal import jobs
from portal.accounts import User
from portal.organizations import Organization
from portal.regions import Region
from resources.actions import census
from resources.models import (
    CensusAnswer,
    CensusDirectory,
    CensusEntry,
    CensusForm,
    CensusRound,
    CensusUnit,
    Resource,
    ResourceKind,
)
from resources.queries.census import values_of
from resources.queries.directory import entries_of
from resources.queries.registry import shown
from resources.sample.codes import SAMPLE

GUIDE = "请逐条核对：没有变化的一次确认，有变化的只改变化的地方。（示例）"
ANSWERED = 0.4  # of the units of the running round
KINDS = [code for code in Organization.Kind.values if code not in ("school", "subdistrict")]


def load_censuses(*, rng: random.Random, by: User) -> None:
    """Enter both rounds; once."""
    if CensusRound.objects.exists():
        return
    today = timezone.localdate()
    _closed_round(today.year - 1, rng=rng, by=by)
    _running_round(today, rng=rng, by=by)


def _round(year: int, opens: date, due: date, by: User, **values) -> CensusRound:
    asked = CensusRound.objects.create(
        region=Region.objects.city(),
        created_by=by,
        title=f"{year}年深圳市科普资源普查（示例）",
        year=year,
        opens_on=opens,
        due_on=due,
        check_due_on=due + timedelta(days=10),
        closes_on=due + timedelta(days=20),
        unit_kinds=KINDS,
        guide=GUIDE,
        **values,
    )
    CensusForm.objects.bulk_create(
        CensusForm(
            round=asked,
            kind=kind,
            code=kind.code,
            name=kind.name,
            is_place=kind.is_place,
            fields=kind.fields,
            position=kind.position,
        )
        for kind in ResourceKind.objects.current()
    )
    return asked


def _at(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _closed_round(year: int, *, rng: random.Random, by: User) -> None:
    """Last year's round: what stood in the menu by then, with some differences to find this year."""
    opens, due, end = date(year, 9, 1), date(year, 10, 15), date(year, 11, 20)
    asked = _round(
        year,
        opens,
        due,
        by,
        status="checking",
        opened_at=_at(opens),
        checking_at=_at(due + timedelta(days=1)),
    )
    rows = shown(Resource.objects.published().filter(listed_on__lte=end, organization__isnull=False))
    owned: dict[int, list[Resource]] = {}
    for row in rows.order_by("pk"):
        owned.setdefault(row.organization_id, []).append(row)
    units = {
        key: CensusUnit(
            round=asked,
            region=resources[0].organization.region,
            organization=resources[0].organization,
            name=resources[0].organization.name,
            created_by=by,
            status="accepted",
            first_submitted_at=_at(due),
            submitted_at=_at(due),
            checked_at=_at(due + timedelta(days=5)),
            accepted_at=_at(due + timedelta(days=15)),
        )
        for key, resources in owned.items()
    }
    CensusUnit.objects.bulk_create(units.values())
    forms = {form.code: form for form in asked.forms.all()}
    answers = []
    for key, resources in owned.items():
        for row in resources:
            values = values_of(row, forms[row.kind.code])
            answers.append(
                CensusAnswer(
                    unit=units[key],
                    form=forms[row.kind.code],
                    resource=row,
                    title=row.title,
                    answer="confirm",
                    before=values,
                    values=values,
                    answered_at=_at(due),
                    applied_at=_at(due + timedelta(days=15)),
                    outcome="已更新核实日期",
                )
            )
    CensusAnswer.objects.bulk_create(answers, batch_size=1000)
    CensusEntry.objects.bulk_create(_entries(asked, end, rng), batch_size=1000)
    CensusRound.objects.filter(pk=asked.pk).update(status="closed", closed_at=_at(end))
    directory = CensusDirectory.objects.create(round=asked)
    directory.job = jobs.enqueue(
        "census_directory",
        key=str(asked.pk),
        payload={"directory": directory.pk},
        by=by,
        title=f"生成名录：{asked}",
        link=asked.get_absolute_url(),
    )
    directory.save(update_fields=["job"])


def _entries(asked: CensusRound, end: date, rng: random.Random) -> list[CensusEntry]:
    """The directory of then: without what came later, and a few that say something else."""
    listed = dict(Resource.objects.values_list("code", "listed_on"))
    kept = [entry for entry in entries_of(asked) if listed[entry.code] and listed[entry.code] <= end]
    for entry in kept:
        if entry.code.startswith(SAMPLE) and rng.random() < 0.04:
            entry.facts = [
                ["费用", "收费（以现场公告为准）"] if pair[0] == "费用" else pair for pair in entry.facts
            ]
    return kept


def _running_round(today: date, *, rng: random.Random, by: User) -> None:
    """This year's round in its middle: some have answered, some are late to begin."""
    asked = _round(today.year, today - timedelta(days=20), today + timedelta(days=10), by)
    census.open_round(asked, by=by)
    units = asked.units.filter(answers__resource__code__startswith=SAMPLE).distinct().order_by("pk")
    for unit in units.exclude(organization__grants__user__username="unit"):
        if rng.random() < ANSWERED:
            _answer(unit, rng, by=by)


def _answer(unit: CensusUnit, rng: random.Random, *, by: User) -> None:
    rows = list(unit.answers.select_related("form", "unit")[:2])
    if rows and rng.random() < 0.5:
        values = {**rows[0].values, "booking_note": "请提前三天预约（示例）"}
        census.answer(rows[0], answer="change", values=values, by=by)
    if len(rows) > 1 and rng.random() < 0.3:
        census.answer(rows[1], answer="gone", reason="设备停用（示例）", by=by)
    census.confirm_all(unit, by=by)
    if rng.random() < 0.7:
        census.submit_unit(unit, by=by)
        if rng.random() < 0.5:
            census.check_unit(unit, by=by)
