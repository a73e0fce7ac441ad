"""The certificates of which a school said that they are a team's."""

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from portal.organizations import Organization
from youth_credits.models import CertificateClaim, TeamCertificate


def team_certificates(school: Organization):
    """Each with `members`, how many children have an entry by it. Under the school's scope."""
    claims = CertificateClaim.objects.filter(
        school=OuterRef("school"), certificate=OuterRef("certificate")
    ).order_by()
    counted = claims.values("certificate").annotate(members=Count("student")).values("members")
    return TeamCertificate.objects.filter(school=school).annotate(members=Coalesce(Subquery(counted), 0))
