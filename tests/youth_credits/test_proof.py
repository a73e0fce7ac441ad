"""What papers say of entries and batches is proved at night, each column that names one."""

import uuid

import pytest
from django.apps import apps
from django.db import models

from portal.audit import AuditEntry
from portal.calendar import local_today
from portal.scope import scope
from tests.youth_credits.factories import odd_things_of, record
from youth_credits import actions, queries
from youth_credits.models import Appeal, Credit, DrawnEntry, FamilyClaim, Publication, SpotCheck, UploadMark

NO_NUMBER = 987_654_321
# Bounds and not references: an entry of that number need not be there.
BOUNDS = {
    "youth_credits_batch.first_entry",
    "youth_credits_batch.last_entry",
    "youth_credits_spotcheck.last_entry",
}


@pytest.fixture
def entry(students, in_school, school_clerk) -> Credit:
    record(in_school, school_clerk, students)
    return Credit.objects.filter(student=students[0]).get()


def _appeal(entry: Credit, child, school, by) -> Appeal:
    day = local_today()
    place = {"organization": school, "region": school.region, "created_by": by}
    publication = Publication.objects.create(
        **place,
        term="S2025T1",
        starts_on="2025-09-01",
        ends_on="2026-02-01",
    )
    return Appeal.objects.create(
        **place,
        publication=publication,
        student=child,
        entry=entry.pk,
        ground=Appeal.Ground.CREDITS,
        way=Appeal.Way.PAPER,
        filed_on=day,
        due_on=day,
        statement_sealed=b"-",
    )


def _astray() -> list[tuple]:
    with scope("steward"):
        return [(flaw.where, flaw.number) for flaw in queries.papers_astray()]


def test_every_column_that_names_an_entry_or_a_batch_is_proved():
    proved = {f"{table}.{column}" for table, column, _ in (*queries.REFERENCES, *queries.PAPERS)}
    named = set()
    for model in apps.get_app_config("youth_credits").get_models():
        for field in model._meta.concrete_fields:
            is_number = isinstance(field, models.BigIntegerField) and not field.primary_key
            to_batch = isinstance(field, models.ForeignKey) and field.related_model.__name__ == "Batch"
            is_loose = to_batch and not field.db_constraint
            if (is_number and ("entry" in field.name or field.name in ("reverses", "batch"))) or is_loose:
                named.add(f"{model._meta.db_table}.{field.column}")

    # The ledger's trigger asks for the batch of every entry.
    assert named - BOUNDS - {"youth_credits_credit.batch_id"} == proved


def test_the_proof_finds_an_appeal_about_no_entry_and_about_another_childs(
    entry, students, in_school, school_clerk
):
    appeal = _appeal(entry, students[0], in_school, school_clerk)
    assert _astray() == []

    Appeal.objects.filter(pk=appeal.pk).update(student=students[1])
    assert _astray() == [("youth_credits_appeal.entry", entry.pk)]

    Appeal.objects.filter(pk=appeal.pk).update(entry=NO_NUMBER)
    assert _astray() == [("youth_credits_appeal.entry", NO_NUMBER)]


def test_the_proof_finds_a_drawn_entry_that_is_not_there(entry, students, in_school, school_clerk):
    with scope("steward"):
        check = SpotCheck.objects.create(
            organization=None,
            region=in_school.region,
            created_by=school_clerk,
            term="S2025T1",
            share="0.05",
            seed="x",
            drawn_at=entry.recorded_at,
            last_entry=entry.pk,
            schools=[in_school.pk],
            population=1,
            drawn=1,
            digest="x",
        )
        drawn = DrawnEntry.objects.create(
            spot_check=check, entry=entry.pk, student=students[0], school=in_school
        )
        assert queries.papers_astray() == []

        DrawnEntry.objects.filter(pk=drawn.pk).update(entry=NO_NUMBER)

    assert _astray() == [("youth_credits_drawnentry.entry", NO_NUMBER)]


def test_the_proof_finds_claims_outings_and_marks_of_no_batch(entry, students, in_school, school_clerk, unit):
    odd = odd_things_of(in_school, unit, school_clerk, students[0])
    assert _astray() == []

    with scope("steward"):
        FamilyClaim.objects.filter(pk=odd["claim"].pk).update(batch=NO_NUMBER)
        UploadMark.objects.create(batch=NO_NUMBER, school=in_school, digest=uuid.uuid4().bytes)

    assert _astray() == [
        ("youth_credits_familyclaim.batch_id", NO_NUMBER),
        ("youth_credits_uploadmark.batch", NO_NUMBER),
    ]


def test_the_night_proves_papers_under_the_stewards_scope_and_writes_it_down(entry):
    assert actions.prove_papers() == []

    assert AuditEntry.objects.filter(action="prove_papers").exists()
