"""Children of promise, as their mentors see them."""

from django.db.models import Prefetch

from portal.accounts import User
from youth_credits.models import Nomination, Project

MOST = 50  # nobody is the mentor of more


def mentored(user: User) -> list[Nomination]:
    """What runs under a mentor, with its projects as `shown_projects`; of the child not even the class. Under
    the scope "mentor".
    """
    running = Nomination.objects.filter(mentor__account=user, status=Nomination.Status.ACTIVE)
    projects = Prefetch("projects", Project.objects.order_by("-starts_on", "-pk"), to_attr="shown_projects")
    rows = running.select_related("organization").defer("statement_sealed", "signer_sealed")
    return list(rows.prefetch_related(projects).order_by("-started_at", "-pk")[:MOST])
