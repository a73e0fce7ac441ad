import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from portal.database import as_owner, refuse_a_mighty_role
from portal.roles import Role
from portal.scope import current, request_scope, scope, scope_of
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_scope_ends_with_its_transaction():
    with scope("school:7"):
        assert current() == "school:7"

    assert current() == ""


def test_the_scope_ends_with_a_fault_too():
    with pytest.raises(RuntimeError), scope("steward"):
        raise RuntimeError

    assert current() == ""


def test_an_inner_scope_gives_the_outer_one_back():
    with scope("school:7"):
        with scope("ledger"):
            assert current() == "ledger"
        assert current() == "school:7"


@pytest.mark.parametrize(
    "name", ["", "school:", "school:0", "school:1 OR true", "superuser", "school:7;ledger"]
)
def test_nothing_else_is_a_scope(name):
    with pytest.raises(ValueError, match="no such scope"), scope(name):
        pass


def test_policies_see_the_id_of_their_own_kind_only():
    with scope("guardian:9"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_scope_id('guardian'), portal_scope_id('school'), portal_scope_is('ledger')"
        )
        assert cursor.fetchone() == (9, None, False)


def test_without_a_scope_policies_see_none():
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_scope_id('school'), portal_scope_is('steward')")
        assert cursor.fetchone() == (None, False)


def test_a_request_has_the_scope_of_who_asks():
    school = OrganizationFactory(school=True)
    clerk = UserFactory(holding=(Role.SCHOOL, school))

    with request_scope(clerk):
        assert current() == f"school:{school.pk}"
    assert current() == ""


def test_a_guardian_s_request_is_bounded_by_the_guardian(city):
    guardian = UserFactory(holding=(Role.GUARDIAN, city))

    assert scope_of(guardian) == f"guardian:{guardian.pk}"


def test_staff_have_no_scope_over_children(staff):
    assert scope_of(staff) == ""


def test_the_portal_does_not_start_as_the_owner_of_its_tables():
    with as_owner(), pytest.raises(ImproperlyConfigured, match="权限过大"):
        refuse_a_mighty_role()


def test_the_portal_starts_as_the_web_role():
    refuse_a_mighty_role()


def test_the_web_role_cannot_step_around_row_security():
    with connection.cursor() as cursor:
        for sql in (
            "ALTER TABLE youth_credits_student DISABLE ROW LEVEL SECURITY",
            "DROP POLICY school ON youth_credits_student",
            "SET ROLE portal_owner",
            "CREATE TABLE x (y int)",
        ):
            with (
                pytest.raises(Exception, match=r"must be owner|permission denied|does not exist"),
                transaction.atomic(),
            ):
                cursor.execute(sql)
