"""The list of what looks odd: written every night, the same thing once; worked off by school or bureau."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, may, require, system_user
from portal.encryption import blind
from portal.errors import Refused
from portal.organizations import Organization
from portal.roles import Perm
from portal.scope import scope
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.actions.upheld import follow_up
from youth_credits.models import Batch, ProviderFigure, Suspicion, SuspicionEntry, UploadMark
from youth_credits.queries.suspicions import Found, Kind

Status = Suspicion.Status


def _outcome(label: str, target: str) -> Step:
    return Step(
        label=label,
        sources=frozenset({Status.OPEN}),
        target=target,
        needs=Perm.SUSPICION_WORK,
        wants_note=True,
    )


WORK = Workflow(
    clear=_outcome("核查无问题", Status.CLEARED),
    correct=_outcome("已更正", Status.CORRECTED),
    uphold=_outcome("查实违规", Status.UPHELD),
    reopen=Step(
        label="退回重新核查",
        sources=frozenset({Status.CLEARED, Status.CORRECTED}),
        target=Status.OPEN,
        needs=Perm.SUSPICION_WORK,
        wants_note=True,
    ),
)


@transaction.atomic
def work_off(suspicion: Suspicion, step: str, *, note: str, by: User) -> None:
    """Say what came of it, with a note. What a school has said, the bureau of its region may hand back.

    Raises Refused for a recorder who would judge own entries.
    """
    require(by, Perm.SUSPICION_WORK, suspicion)
    if suspicion.recorder_id == by.pk:
        raise Refused("涉及本人录入的疑点须由他人核查。")
    if step == "reopen" and not may(by, Perm.SUSPICION_WORK, suspicion.region):
        raise Refused("已办结的疑点由教育行政部门决定是否重新核查。")
    at = timezone.now()
    Suspicion.objects.filter(pk=suspicion.pk, status=suspicion.status).update(
        note=note[:300], worked_at=at, worked_by=by
    )
    WORK.take(suspicion, step, note=note, by=by)
    if step == "uphold":
        follow_up(suspicion, at=at)


@transaction.atomic
def mark_upload(batch: Batch, data: bytes) -> None:
    """Remember a sheet by a keyed digest of what was uploaded."""
    digest = blind(hashlib.sha256(data).hexdigest(), purpose="batch.file")
    UploadMark.objects.get_or_create(
        batch=batch.pk, defaults={"school_id": batch.organization_id, "digest": digest}
    )


# --- Every night -----------------------------------------------------------------------------------


def look_at_school(school: Organization, year: int, *, at: datetime) -> int:
    """Write down what is odd at one school; returns how many are new. Under its own scope."""
    with scope(f"school:{school.pk}"):
        figures = queries.provider_figures(school, year)
        ProviderFigure.objects.filter(school=school, school_year=year).delete()
        ProviderFigure.objects.bulk_create(figures)
        return _write(queries.odd_at_school(school, year), school, year, at=at)


def look_across(year: int, *, at: datetime) -> int:
    """Write down what shows only between schools; returns how many are new."""
    with scope("ledger"):
        certificates = queries.shared_certificates(year)
        recorders = queries.odd_recorders(year)
    by_school: dict[int, list[Found]] = {}
    for certificate, schools in certificates:
        name = blind(certificate, purpose="suspicion.certificate").hex()[:32]
        for school, entries in schools.items():
            reason = "同一证书编号登记了不止一次（可能在其他学校），请核对证书原件。"
            by_school.setdefault(school, []).append(
                Found(Kind.CERTIFICATE, f"certificate:{year}:{school}:{name}", reason, entries)
            )
    for person, school, reason in recorders:
        found = Found(Kind.RECORDER, f"recorder:{year}:{school}:{person}", reason, recorder=person)
        by_school.setdefault(school, []).append(found)
    with scope("steward"):
        doubles = queries.doubles()
        audit.event("look_for_doubles", by=None, kind="youth_credits.student", name=f"{len(doubles)} 人")
    for school, student, label in doubles:
        reason = f"{label}有一名学生与另一所学校的学生姓名、出生日期相同，请核对是否重复登记或应办转学。"
        by_school.setdefault(school, []).append(Found(Kind.DOUBLE, f"double:{student}", reason))
    for schools in queries.same_files():
        first = min(min(batches) for batches in schools.values())
        for school, batches in schools.items():
            reason = f"批次 {batches[0]} 上传的文件与其他学校上传的文件完全相同，请核对。"
            by_school.setdefault(school, []).append(
                Found(Kind.SAME_FILE, f"same_file:{first}:{school}", reason)
            )
    count = 0
    schools = Organization.objects.select_related("region").in_bulk(list(by_school))
    for pk, found in sorted(by_school.items()):
        with scope(f"school:{pk}"):
            count += _write(found, schools[pk], year, at=at)
    return count + _look_at_providers(year, at=at)


def _look_at_providers(year: int, *, at: datetime) -> int:
    count = 0
    for provider, reason in queries.odd_providers(year):
        base = Organization.objects.filter(name=provider).select_related("region").order_by("pk").first()
        if base:
            key = f"base:{year}:{base.pk}"
            count += _write([Found(Kind.BASE, key, f"{provider}：{reason}")], base, year, at=at)
    return count


@transaction.atomic
def _write(found: Iterable[Found], place: Organization, year: int, *, at: datetime) -> int:
    """Keep what was found; what is there already is only seen again."""
    found = {one.key: one for one in found}
    known = dict(Suspicion.objects.filter(key__in=list(found)).values_list("key", "pk"))
    Suspicion.objects.filter(pk__in=known.values()).update(seen_at=at)
    by = system_user()
    made = Suspicion.objects.bulk_create(
        (
            Suspicion(
                kind=one.kind,
                key=key,
                reason=one.reason[:300],
                school_year=year,
                entries=len(one.entries),
                recorder_id=one.recorder,
                organization=place,
                region=place.region,
                created_by=by,
                seen_at=at,
            )
            for key, one in found.items()
            if key not in known
        ),
        ignore_conflicts=True,
    )
    new = Suspicion.objects.filter(key__in=[row.key for row in made])
    SuspicionEntry.objects.bulk_create(
        (
            SuspicionEntry(suspicion=row, school=place, entry=entry)
            for row in new
            for entry in found[row.key].entries
        ),
        ignore_conflicts=True,
    )
    if made:
        audit.event("find_suspicions", by=None, kind="youth_credits.suspicion", name=f"{len(made)} 项")
    return len(made)
