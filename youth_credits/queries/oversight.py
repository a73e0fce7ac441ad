"""What offices see under their scope: cases, appeals that reached them, draws and what was found."""

from django.db.models import Count, Max

from portal.audit import AuditEntry
from portal.organizations import Organization
from youth_credits.models import AccessCase, Appeal, SpotCheck


def cases():
    return AccessCase.objects.select_related("school__region", "requested_by", "approved_by")


def cases_at(school: Organization):
    """Everybody outside who asked for a child of a school, newest first."""
    return cases().filter(school=school).select_related("student")


def views_of(case: AccessCase) -> list[AuditEntry]:
    """Each time the record of a case was opened, oldest first."""
    return list(
        AuditEntry.objects.filter(
            subject_type=case._meta.label, subject_id=str(case.pk), action="view"
        ).order_by("pk")[:200]
    )


def appeals_at_office(*, all_of_them: bool = False):
    """Appeals that reached the office, those that wait first to be due."""
    found = Appeal.objects.select_related(
        "region", "organization__region", "publication", "created_by", "first"
    )
    if not all_of_them:
        found = found.filter(status=Appeal.Status.ESCALATED)
    return found.filter(escalated_at__isnull=False).order_by("due_on", "pk")


def spot_checks():
    return SpotCheck.objects.select_related("region", "created_by", "approved_by").order_by("-pk")


def finding_counts(check: SpotCheck) -> dict[str, int]:
    return dict(check.entries.order_by().values_list("finding").annotate(count=Count("pk")))


def view_counts(cases: list[int]) -> dict[int, dict]:
    """How often each case's record was opened, and when last."""
    rows = (
        AuditEntry.objects.filter(
            subject_type=AccessCase._meta.label, subject_id__in=[str(pk) for pk in cases], action="view"
        )
        .values("subject_id")
        .annotate(count=Count("pk"), last=Max("at"))
    )
    return {int(row["subject_id"]): row for row in rows}
