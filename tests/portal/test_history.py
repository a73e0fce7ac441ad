from datetime import date

from django.urls import reverse

from events import actions
from events.models import Event
from outreach.actions import change_title, report_progress
from outreach.models import Measure, Plan, Project
from portal import account_actions, history
from portal.accounts import Grant
from portal.audit import AuditEntry, viewed
from portal.organization_sheet import change_organization
from portal.roles import Role
from talent.actions import change_person
from tests.events.factories import EventFactory
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.factories import TitleFactory
from tests.talent.factories import PersonFactory


def test_the_auditor_filters_by_words_and_reads_words(client, city):
    auditor = UserFactory(holding=(Role.AUDITOR, city), mfa=True)
    change_person(PersonFactory(), by=UserFactory(holding=(Role.STAFF, city)), field="天文学")
    client.force_login(auditor)

    page = client.get(reverse("audit"), {"action": "change", "kind": "talent.Person"}).content.decode()

    assert '<option value="talent.Person" selected>科普人才</option>' in page
    assert '<option value="change" selected>修改</option>' in page
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert "科普人才 " in rows
    assert "talent.Person" not in rows


def test_an_organization_tells_what_was_changed_and_hides_who_is_called(staff):
    unit = OrganizationFactory(name="旧名")

    change_organization(unit, by=staff, name="新名", contact="李四", is_active=False)

    change = history.changes_of(unit)[0]
    assert (change.by, change.what) == (str(staff), "修改")
    assert change.sentences == [
        "把“单位名称”从“旧名”改为“新名”",
        "改了“联系人”（内容不显示）",
        "把“在用”从“是”改为“否”",
    ]
    assert "李四" not in str(AuditEntry.objects.get(action="change").changes)


def test_a_title_moved_to_a_body_of_the_same_name_is_moved(staff):
    title = TitleFactory(organization__name="同名馆")
    other = OrganizationFactory(name="同名馆")

    change_title(title, by=staff, organization=other)

    title.refresh_from_db()
    assert title.organization == other


def test_a_new_mobile_is_told_without_the_number(staff):
    person = PersonFactory()

    change_person(person, by=staff, mobile="13800138000")

    person.refresh_from_db()
    assert person.mobile == "13800138000"
    assert history.changes_of(person)[0].sentences == ["改了“手机号（加密）”（内容不显示）"]


def test_progress_tells_what_it_was_before(staff):
    plan = Plan.objects.create(code="p", name="规划", starts_on=date(2021, 1, 1), ends_on=date(2025, 1, 1))
    measure = Measure.objects.create(
        project=Project.objects.create(plan=plan, code="1"), code="1", name="普查"
    )
    measure.progress = "done"  # as the register's form leaves it

    report_progress(measure, progress="done", note="已验收", by=staff)

    assert history.changes_of(measure)[0].sentences == [
        "把“进展”从“推进中”改为“已完成”",
        "把“进展说明”从“空”改为“已验收”",
    ]


def test_an_account_tells_of_its_roles_and_not_of_who_looked(city):
    administrator = UserFactory(holding=(Role.ACCOUNTS, city))
    user = UserFactory()
    account_actions.save_grants(user, [Grant(role=Role.STAFF, region=city)], by=administrator)
    viewed(user, by=administrator)

    assert [(change.what, change.note) for change in history.changes_of(user)] == [
        ("授予岗位", f"市科协工作人员 · {city}")
    ]


def test_a_status_is_told_in_its_words(staff):
    event = EventFactory(status=Event.Status.SUBMITTED)

    actions.publish(event, by=staff)

    assert history.changes_of(event)[0].sentences == ["把“状态”从“待审核”改为“已发布”"]


def test_the_page_of_a_register_shows_it(client, staff):
    unit = OrganizationFactory(name="旧名")
    change_organization(unit, by=staff, name="新名")
    client.force_login(staff)

    page = client.get(reverse("admin:portal_organization_history", args=[unit.pk])).content.decode()

    assert "把“单位名称”从“旧名”改为“新名”" in page


def test_a_record_of_elsewhere_has_no_history_to_show(client, staff):
    client.force_login(staff)

    assert client.get(reverse("admin:portal_organization_history", args=[10**9])).status_code == 404
