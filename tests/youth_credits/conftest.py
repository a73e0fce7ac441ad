"""A school with the rules in force and three children, seen under its own scope."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from portal import jobs
from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import bind, enrol, recognise, uploaded, workbook
from youth_credits import (
    sheets,
    tasks,  # noqa: F401  registers the handlers
)
from youth_credits.actions import DATA, load_protection, load_rules
from youth_credits.models import Batch, CreditRuleSet

# The competitions of the tests.
CONTESTS = (
    "创新大赛",
    "水质监测",
    "机器人团体赛",
    "纸飞机挑战赛",
    "另一场比赛",
    "第三场比赛",
    "改正的名称",
    "另一项",
    "又一项",
)


@pytest.fixture
def rules():
    load_rules(DATA / "rules_v1.json")
    load_protection(DATA / "protection.json")
    recognise(*CONTESTS)


@pytest.fixture
def other_school(district) -> Organization:
    return OrganizationFactory(region=district, school=True)


@pytest.fixture
def other_clerk(other_school):
    return UserFactory(username="other", holding=(Role.SCHOOL, other_school))


@pytest.fixture
def in_school(school, rules):
    """The rest of the test runs under the school's scope, as its requests do."""
    with scope(f"school:{school.pk}"):
        yield school


@pytest.fixture
def students(in_school, school_clerk):
    return enrol(in_school, school_clerk)


@pytest.fixture
def run_jobs():
    """Do every queued job now, as a worker would."""

    def run():
        for job in jobs.Job.objects.filter(state=jobs.Job.State.QUEUED).order_by("pk"):
            jobs.run(job.pk)

    return run


@pytest.fixture
def signed_in(client, settings):
    """Sign somebody in; with `factor=True` a second factor was given a moment ago."""
    settings.SECURE_SSL_REDIRECT = False

    def sign_in(user, *, factor: bool = False):
        client.force_login(user)
        if factor:
            TOTP.activate(user, generate_totp_secret())
            session = client.session
            session["account_authentication_methods"] = [
                {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
            ]
            session["account_authentication_methods_user"] = str(user.pk)
            session.save()
        return client

    return sign_in


@pytest.fixture
def guardian(school, students):
    """The guardian of the first child, whose account is bound to it."""
    person = UserFactory(username="guardian", holding=(Role.GUARDIAN, Region.objects.city()))
    bind(person, students[0])
    return person


@pytest.fixture
def checked(students, in_school, school_clerk, run_jobs):
    """Upload rows and check them; returns the batch."""

    def check(rows) -> Batch:
        batch = uploaded(in_school, school_clerk, workbook(rows))
        run_jobs()
        batch.refresh_from_db()
        return batch

    return check


@pytest.fixture
def found():
    """The faults of a batch: line, column, reason."""
    return lambda batch: [(one.line, one.column, one.reason) for one in sheets.first_faults(batch)]


@pytest.fixture
def later_rules(rules) -> CreditRuleSet:
    """An approved version from tomorrow on, with one kind more: B1."""
    now = CreditRuleSet.objects.get(version=1)
    rule = now.rules.first()
    later = CreditRuleSet.objects.get(version=1)
    later.pk, later.version, later.approved_at = None, 2, None
    later.in_force_from = local_today() + timedelta(days=1)
    later.save(force_insert=True)
    rule.pk, rule.rule_set, rule.code, rule.name = None, later, "B1", "新类别"
    rule.save(force_insert=True)
    CreditRuleSet.objects.filter(pk=later.pk).update(approved_at=timezone.now())
    return later
