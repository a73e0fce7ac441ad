"""Whether a table was written since: what nights go by to leave what has not changed."""

from django.db import connection

from portal.changed import Written, tables_read
from portal.notices import Notice
from portal.organizations import Organization
from portal.regions import Region
from tests.factories import OrganizationFactory


def test_the_state_of_a_table_moves_with_every_row_written(db):
    states = [Written.now().to({"portal_organization"})]
    organization = OrganizationFactory()
    states.append(Written.now().to({"portal_organization"}))
    Organization.objects.filter(pk=organization.pk).update(name="改名")
    states.append(Written.now().to({"portal_organization"}))

    assert len(set(states)) == 3
    assert Written.now().to({"portal_organization"}) == states[-1]


def test_the_state_of_other_tables_stays(db):
    before = Written.now().to({"portal_notice"})

    OrganizationFactory()

    assert Written.now().to({"portal_notice"}) == before


def test_the_tables_that_statements_speak_of_are_known(db):
    with tables_read() as tables:
        list(Region.objects.filter(parent__code="440300000000"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM youth_credits_creditrule")

    assert {"portal_region", "youth_credits_creditrule"} <= tables
    assert Notice._meta.db_table not in tables


def test_of_a_partitioned_table_one_year_can_be_looked_at(db):
    found = Written.now()
    rows = [(name, parent, *more[:-3], 99, *more[-2:]) if name.endswith("_2024") else (name, parent, *more)
            for name, parent, *more in found.rows]  # fmt: skip
    later = Written(tuple(rows))

    table = {"youth_credits_credit"}
    assert later.to(table, only="2023") == found.to(table, only="2023")
    assert later.to(table, only="2024") != found.to(table, only="2024")
    assert later.to(table) != found.to(table)
