"""Two clicks on the same button."""

import pytest

from indicators.actions.tables import save_table
from indicators.models import SavedTable
from tests.concurrency import at_once
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_table_kept_by_two_clicks_is_one():
    person = UserFactory()

    def click():
        return save_table(name="各区人员", query="measure=KR100", is_shared=False, by=person)

    first, second = at_once(click, click)

    assert first == second
    assert SavedTable.objects.filter(owner=person).count() == 1
