"""What a school said of a certificate by mistake is taken back: that it is a team's."""

from django.db import transaction

from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.roles import Perm
from youth_credits.actions.ledger import lock_ledger
from youth_credits.models import CertificateClaim, TeamCertificate


@transaction.atomic
def forget_team(said: TeamCertificate, *, by: User) -> None:
    """The certificate is one child's again, as any other.

    Raises Refused while entries stand by it: whose claim each is follows from what was said of it.
    Under the school's scope.
    """
    require(by, Perm.CREDIT_RECORD, said.school)
    lock_ledger(said.school)  # nobody enters a member meanwhile
    members = CertificateClaim.objects.filter(school=said.school, certificate=said.certificate).count()
    if members:
        raise Refused(f"还有 {members} 名学生的学分记在这一证书下，请先退回这些记录，再取消登记。")
    audit.record(said, "forget_team", by=by)
    said.delete()
