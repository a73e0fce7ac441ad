import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from portal import account_actions
from portal.accounts import Grant, User
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.organization_sheet import create_organization
from portal.organizations import Organization
from portal.roles import Role
from tests.events.factories import EventFactory
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.factories import TitleFactory
from tests.resources.factories import ResourceFactory
from tests.talent.factories import PersonFactory

REGISTERS = ["portal_organization", "portal_region", "talent_person", "outreach_title", "events_event"]


@pytest.fixture
def administrator(city):
    return UserFactory(username="accounts", holding=(Role.ACCOUNTS, city), mfa=True)


@pytest.fixture
def rows():
    OrganizationFactory()
    PersonFactory()
    TitleFactory()
    EventFactory()


@pytest.mark.parametrize("register", REGISTERS)
def test_staff_open_each_register_and_its_history(client, staff, rows, register):
    client.force_login(staff)

    listing = client.get(reverse(f"admin:{register}_changelist"), {"q": "示例"})
    record = listing.context["cl"].model_admin.get_queryset(listing.wsgi_request).first()

    assert listing.status_code == 200
    assert client.get(reverse(f"admin:{register}_change", args=[record.pk])).status_code == 200
    assert client.get(reverse(f"admin:{register}_history", args=[record.pk])).status_code == 200


@pytest.mark.parametrize("register", [name for name in REGISTERS if name != "portal_region"])
def test_a_register_comes_out_as_a_workbook_and_offers_its_template(client, staff, rows, register):
    client.force_login(staff)

    assert client.get(reverse(f"admin:{register}_export")).status_code == 200
    assert client.get(reverse(f"admin:{register}_import")).status_code == 200


def test_a_school_clerk_does_not_enter_the_registers(client, school_clerk):
    client.force_login(school_clerk)

    assert client.get(reverse("admin:index")).status_code == 302


def test_staff_see_no_accounts_and_no_trail(client, staff):
    client.force_login(staff)

    assert client.get(reverse("admin:portal_user_changelist")).status_code == 403
    assert client.get(reverse("admin:portal_auditentry_changelist")).status_code == 403


def test_nothing_is_deleted_in_a_register(client, staff, unit):
    client.force_login(staff)

    assert client.post(reverse("admin:portal_organization_delete", args=[unit.pk])).status_code == 403
    assert Organization.objects.filter(pk=unit.pk).exists()


def test_an_organization_is_found_by_pinyin(client, staff, district):
    create_organization(by=staff, name="仙湖植物园", kind="venue", region=district)
    client.force_login(staff)

    for asked in ("xianhu", "xhzwy", "植物"):
        page = client.get(reverse("admin:portal_organization_changelist"), {"q": asked})
        assert "仙湖植物园" in page.content.decode()


def test_an_account_is_made_without_a_password_and_recorded(administrator):
    user = account_actions.save_account(User(username="new", name="新人"), by=administrator)

    assert not user.has_usable_password()
    assert AuditEntry.objects.get(action="create").subject_name == "new"


def test_nobody_grants_himself_a_role(administrator, city):
    with pytest.raises(Refused, match="自己的"):
        account_actions.save_grants(administrator, [Grant(role=Role.STAFF, region=city)], by=administrator)


def test_staff_grant_nothing(staff, city):
    with pytest.raises(PermissionDenied):
        account_actions.save_grants(UserFactory(), [Grant(role=Role.STAFF, region=city)], by=staff)


def test_a_grant_is_recorded_and_its_holder_told(administrator, city):
    user = UserFactory()

    account_actions.save_grants(user, [Grant(role=Role.STAFF, region=city)], by=administrator)

    assert user.grants.get().role == Role.STAFF
    assert "市科协工作人员" in user.notices.get().text
    assert AuditEntry.objects.filter(action="grant").exists()


def test_a_role_taken_away_is_recorded(administrator, staff):
    account_actions.save_grants(staff, [], removed=list(staff.grants.all()), by=administrator)

    assert not staff.grants.exists()
    assert AuditEntry.objects.filter(action="revoke").exists()


def test_the_administrator_gives_a_role_in_the_register(client, administrator, district):
    user = UserFactory(username="officer")
    client.force_login(administrator)

    page = client.post(
        reverse("admin:portal_user_change", args=[user.pk]),
        {
            "username": "officer",
            "name": "王五",
            "email": "",
            "is_active": "on",
            "grants-TOTAL_FORMS": 1,
            "grants-INITIAL_FORMS": 0,
            "grants-0-role": "district",
            "grants-0-region": district.pk,
            "grants-0-starts_on": timezone.localdate().isoformat(),
        },
    )

    assert page.status_code == 302
    assert user.grants.get().region == district


def publish_chosen(client, record, seen):
    register = f"admin:{record._meta.app_label}_{record._meta.model_name}_changelist"
    chosen = {"action": "publish_chosen", "_selected_action": [record.pk], f"seen-{record.pk}": seen}
    page = client.post(reverse(register), chosen, follow=True)
    record.refresh_from_db()
    return page.content.decode()


@pytest.mark.parametrize("make", [EventFactory, ResourceFactory])
def test_what_is_chosen_in_a_register_is_published_as_the_list_showed_it(client, staff, make):
    record = make(submitted=True)
    client.force_login(staff)
    register = f"admin:{record._meta.app_label}_{record._meta.model_name}_changelist"

    listed = client.get(reverse(register)).content.decode()
    publish_chosen(client, record, record.revision)

    assert f'name="seen-{record.pk}" value="{record.revision}"' in listed
    assert record.status == "published"


@pytest.mark.parametrize("make", [EventFactory, ResourceFactory])
@pytest.mark.parametrize("seen", [0, "", "x", "9" * 40])
def test_what_changed_since_the_list_was_shown_is_not_published_with_the_others(client, staff, make, seen):
    record = make(submitted=True)
    client.force_login(staff)

    told = publish_chosen(client, record, seen)

    assert record.status == "submitted"
    assert str(record) in told
    assert "有修改" in told
