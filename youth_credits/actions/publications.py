"""A school makes a term's credits public; it is locked meanwhile, and archived once nothing is open."""

from datetime import datetime

from django.db import transaction

from portal.accounts import User, require
from portal.calendar import Period, local_today, notice_ends
from portal.errors import Refused
from portal.notices import Notice, notify
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow
from youth_credits import queries
from youth_credits.models import Appeal, Publication, TimeLimit

Status = Publication.Status

PUBLICATION = Workflow(
    publish=Step(
        label="开始公示",
        sources=frozenset({Status.OPEN}),
        target=Status.PUBLISHED,
        needs=Perm.CREDIT_VERIFY,
        stamp="published_at",
    ),
    reopen=Step(
        label="重新开放登记",
        sources=frozenset({Status.PUBLISHED, Status.ARCHIVED}),
        target=Status.OPEN,
        needs=Perm.CREDIT_VERIFY,
        wants_note=True,
    ),
    archive=Step(
        label="归档",
        sources=frozenset({Status.PUBLISHED}),
        target=Status.ARCHIVED,
        needs=Perm.CREDIT_VERIFY,
        stamp="archived_at",
        by_clock=True,
    ),
)


@transaction.atomic
def publish(term: Period, *, school: Organization, by: User, at: datetime) -> Publication:
    """Make a term's verified credits public to guardians for the days in which they may appeal.

    Raises Refused while entries of the term wait to be verified, or where there is none.
    """
    require(by, Perm.CREDIT_VERIFY, school)
    waiting = queries.unverified_in(term, school)
    if waiting:
        raise Refused(f"本学期还有 {waiting:,} 条学分待审核，审核完才能公示。")
    heads, entries = queries.published_sums(term, school)
    if not entries:
        raise Refused("本学期还没有审核通过的学分，没有可公示的内容。")
    publication, _ = Publication.objects.get_or_create(
        organization=school,
        term=term.code,
        defaults={
            "region": school.region,
            "created_by": by,
            "starts_on": term.start,
            "ends_on": term.end,
        },
    )
    today = local_today(at)
    until = notice_ends(today, queries.working_days(TimeLimit.Step.APPEAL, today))
    if publication.status == Status.OPEN:
        Publication.objects.filter(pk=publication.pk).update(
            appeals_until=until, published_at=at, heads=heads, entries=entries
        )
    PUBLICATION.take(publication, "publish", by=by, at=at)
    publication.refresh_from_db()
    text = (
        f"{school.name}已公示{term.label}科普学分。请核对孩子的记录，有异议请在{until:%Y年%-m月%-d日}前提出。"
    )
    notify(queries.guardians_at(school), text, link="/desk/guardian/", kind=Notice.Kind.RIGHTS)
    return publication


@transaction.atomic
def reopen(publication: Publication, *, note: str, by: User) -> None:
    """Open a term again, to mend what an appeal found; guardians are told when it is published again."""
    PUBLICATION.take(publication, "reopen", by=by, note=note)


def archive_due(*, at: datetime) -> int:
    """Archive what was public long enough and has no appeal open; returns how many. Under scope "steward"."""
    today = local_today(at)
    open_now = Appeal.objects.filter(status__in=[Appeal.Status.FILED, Appeal.Status.ESCALATED])
    due = (
        Publication.objects.filter(status=Status.PUBLISHED, appeals_until__lt=today)
        .exclude(pk__in=open_now.values("publication"))
        .order_by("pk")
    )
    count = 0
    for publication in due:
        PUBLICATION.take(publication, "archive", by=None, at=at, note="公示期满，没有未办结的申诉")
        count += 1
    return count
