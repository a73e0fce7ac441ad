"""Guardians: a slip opens an account for one child; consent is a history that acts at once."""

import io
import threading
import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from portal.accounts import User
from portal.audit import AuditEntry
from portal.documents import IssuedPaper
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.factories import OrganizationFactory, UserFactory
from tests.youth_credits.factories import enrol, name, record
from youth_credits import actions, queries
from youth_credits.actions.guardians import code_hash
from youth_credits.models import Consent, Credit, Guardianship, GuardianSlip, Student

NOW = timezone.now
PASSWORD = "鲸鱼 lantern 慢慢走过-77"


def printed(students, school, by, **more):
    values = {"printing": uuid.uuid4(), "label": "五年级1班", "at": NOW()} | more
    return actions.print_slips(students, school=school, by=by, **values)


def opened(slip, **more):
    values = {"name": "王大明", "password": PASSWORD, "email": "", "at": NOW()} | more
    return actions.open_account(slip.code, **values)


@pytest.fixture
def slips(students, school, school_clerk):
    return printed(students, school, school_clerk)


# --- Slips ----------------------------------------------------------------------------------------


def test_a_slip_opens_an_account_bound_to_its_child_alone(slips, students):
    user = opened(slips[0])

    with scope(f"guardian:{user.pk}"):
        seen = list(queries.wards())
    assert (user.username, seen) == (slips[0].login_name, [students[0]])
    assert user.check_password(PASSWORD)


def test_a_guardian_who_forgot_the_password_comes_back_by_a_new_slip(slips, students, school, school_clerk):
    lost = opened(slips[0])

    user = opened(printed(students[:1], school, school_clerk)[0])
    with scope(f"school:{school.pk}"):
        old = Guardianship.objects.select_related("school__region").get(guardian=lost)
        actions.unbind(old, reason="忘记密码，已凭新单开户", by=school_clerk)

    with scope(f"guardian:{user.pk}"):
        assert list(queries.wards()) == [students[0]]
    with scope(f"guardian:{lost.pk}"):
        assert not queries.wards().exists()


@pytest.mark.parametrize("page", ["account_login", "account_reset_password"])
def test_the_way_back_in_is_said_where_it_is_looked_for(client, db, settings, page):
    settings.SECURE_SSL_REDIRECT = False

    text = client.get(reverse(page)).content.decode()

    assert "领取一张新的开户单" in text
    assert reverse("guardian_public:open") in text


def test_a_code_is_read_whatever_its_case_blanks_and_dashes(slips):
    assert code_hash(f" {slips[0].code_in_groups.lower()} ") == code_hash(slips[0].code)


def test_a_code_opens_nothing_a_second_time(slips):
    opened(slips[0])

    with pytest.raises(Refused, match="已使用"):
        opened(slips[0])


def test_a_code_opens_nothing_after_sixty_days(slips):
    with pytest.raises(Refused, match="已过期"):
        opened(slips[0], at=NOW() + timedelta(days=61))


def test_a_code_that_was_never_printed_opens_nothing(slips):
    with pytest.raises(Refused, match="不正确"):
        actions.open_account("AAAA-BBBB-CCCC", name="某", password=PASSWORD, email="", at=NOW())
    assert not User.objects.filter(name="某").exists()


def test_printing_again_makes_the_unused_codes_void(slips, students, school, school_clerk):
    printed(students, school, school_clerk)

    with pytest.raises(Refused):
        opened(slips[0])


def test_one_printing_sent_twice_prints_once(students, school, school_clerk):
    key = uuid.uuid4()
    first = printed(students, school, school_clerk, printing=key)

    with pytest.raises(Refused, match="已经生成"):
        printed(students, school, school_clerk, printing=key)
    assert opened(first[0])


def test_the_code_stands_nowhere_in_the_database(slips):
    with connection.cursor() as cursor:
        cursor.execute("SELECT g::text FROM youth_credits_guardianslip g")
        rows = "".join(row for (row,) in cursor.fetchall())

    assert slips[0].code not in rows
    assert slips[0].login_name in rows


def test_a_second_child_joins_the_same_account(slips):
    user = opened(slips[0])

    actions.add_child(slips[1].code_in_groups, by=user, at=NOW())

    with scope(f"guardian:{user.pk}"):
        assert queries.wards().count() == 2


def test_whoever_holds_one_slip_sees_that_slip_and_no_child(slips):
    with scope(f"slip:{code_hash(slips[0].code).hex()}"):
        assert GuardianSlip.objects.count() == 1
        assert Student.objects.count() == Guardianship.objects.count() == 0


def test_a_slip_binds_nobody_but_whoever_used_it_and_to_no_other_child(slips, students):
    stranger = UserFactory()
    user = opened(slips[0])

    for person, child in ((stranger, students[0]), (user, students[1])):
        with (
            pytest.raises(DatabaseError),
            scope(f"slip:{code_hash(slips[0].code).hex()}"),
        ):
            Guardianship.objects.create(guardian=person, student=child, school_id=child.school_id)


def test_a_bond_taken_away_hides_the_child_at_once(slips, students, school_clerk):
    user = opened(slips[0])
    bond = queries.guardians_of(students[0]).get()

    actions.unbind(bond, reason="交错了人", by=school_clerk)

    with scope(f"guardian:{user.pk}"):
        assert queries.wards().count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_code_at_once_one_gets_the_child(rules, district):
    school = OrganizationFactory(region=district, school=True)
    clerk = UserFactory(holding=(Role.SCHOOL, school))
    with scope(f"school:{school.pk}"):
        slip = printed(enrol(school, clerk, heads=1), school, clerk)[0]
    people = [UserFactory(holding=(Role.GUARDIAN, district.parent)) for _ in range(2)]
    barrier, done = threading.Barrier(2), []

    def use(person):
        barrier.wait()
        try:
            actions.add_child(slip.code, by=person, at=NOW())
            done.append(person)
        except Refused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 1
    with scope("steward"):
        assert Guardianship.objects.count() == 1


# --- Consent --------------------------------------------------------------------------------------


@pytest.fixture
def unasked(students, school, school_clerk, guardian):
    """The guardian's child, of whom nobody was asked yet, with one entry in the ledger."""
    record(school, school_clerk, students[:1])
    Student.objects.filter(pk=students[0].pk).update(consented_on=None, consent_version="", withdrawn_on=None)
    return Student.objects.get(pk=students[0].pk)


def entries_seen(guardian) -> int:
    with scope(f"guardian:{guardian.pk}"):
        return Credit.objects.count()


def test_before_consent_no_entry_is_visible_to_anyone_but_the_school(unasked, guardian):
    """Basis: 青少年科普学分工作规则."""
    assert entries_seen(guardian) == 0
    assert Credit.objects.count() == 1


def test_consent_and_its_withdrawal_act_at_once(unasked, guardian):
    with scope(f"guardian:{guardian.pk}"):
        actions.consent_as_guardian(unasked, by=guardian, at=NOW())
    given = entries_seen(guardian)
    with scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(unasked, by=guardian, at=NOW())

    assert (given, entries_seen(guardian)) == (1, 0)


def test_every_yes_and_no_is_kept(unasked, guardian, school_clerk):
    with scope(f"guardian:{guardian.pk}"):
        actions.consent_as_guardian(unasked, by=guardian, at=NOW())
    actions.withdraw_consent(unasked, on=date(2026, 11, 1), signer="王大明", by=school_clerk)

    kept = [(one.kind, one.way, one.signer) for one in queries.consents(unasked)][:2]
    assert kept == [("withdrawn", "paper", "王大明"), ("given", "account", "")]


def test_a_roll_leaves_its_consents_in_the_history_too(students):
    assert set(Consent.objects.values_list("way", "kind")) == {("roll", "given")}
    assert Consent.objects.count() == len(students)


def test_a_consent_is_never_changed_nor_taken_out(unasked, guardian, school_clerk):
    consent = actions.give_consent(unasked, on=date(2026, 9, 1), signer="王大明", by=school_clerk)

    for statement in (
        lambda: Consent.objects.filter(pk=consent.pk).update(on=date(2020, 1, 1)),
        lambda: Consent.objects.filter(pk=consent.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), scope("steward"):
            statement()


def test_a_guardian_consents_for_the_own_child_only(unasked, students, guardian):
    with pytest.raises(DatabaseError), scope(f"guardian:{guardian.pk}"):
        actions.consent_as_guardian(students[1], by=guardian, at=NOW())


def test_nothing_is_withdrawn_that_was_not_given(unasked, guardian):
    with pytest.raises(Refused, match="没有可撤回"), scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(unasked, by=guardian, at=NOW())


def test_a_paper_says_who_signed_it(unasked, school_clerk):
    with pytest.raises(Refused, match="签字"):
        actions.give_consent(unasked, on=date(2026, 9, 1), signer=" ", by=school_clerk)


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def home(school, school_clerk, rules):
    """A school with three children; outside of its scope, as a request begins."""
    with scope(f"school:{school.pk}"):
        return enrol(school, school_clerk)


def test_a_class_s_slips_are_a_sheet_of_paper_after_a_second_factor(signed_in, school, school_clerk, home):
    form = {"key": uuid.uuid4()}
    address = "/desk/credits/guardians/?class=5-1"
    assert signed_in(school_clerk).post(address, form).status_code == 302

    answer = signed_in(school_clerk, factor=True).post(address, form)

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert name(0) in text
    assert AuditEntry.objects.filter(action="export", note="五年级1班").count() == 1


def test_an_account_is_opened_from_the_public_page(client, settings, school, school_clerk, home, monkeypatch):
    settings.SECURE_SSL_REDIRECT = False
    monkeypatch.setattr("portal.plain_question.is_right", lambda *_: True)
    with scope(f"school:{school.pk}"):
        slip = printed(home, school, school_clerk)[0]
    form = {
        "code": slip.code,
        "name": "王大明",
        "password": PASSWORD,
        "again": PASSWORD,
        "answer": "3",
        "token": "x",
    }

    page = client.post("/guardian/open/", form)

    assert slip.login_name in page.content.decode()
    assert User.objects.get(username=slip.login_name).holds(Role.GUARDIAN)


def test_a_wrong_code_keeps_what_was_typed_and_says_what_to_do(client, settings, rules, monkeypatch):
    settings.SECURE_SSL_REDIRECT = False
    monkeypatch.setattr("portal.plain_question.is_right", lambda *_: True)
    form = {"code": "AAAABBBBCCCC", "name": "王大明", "password": PASSWORD, "again": PASSWORD, "answer": "3"}

    page = client.post("/guardian/open/", form)

    assert page.status_code == 422
    assert "领取新的开户单" in page.content.decode()
    assert 'value="王大明"' in page.content.decode()


@pytest.fixture
def parent(school, home, district):
    person = UserFactory(username="parent", holding=(Role.GUARDIAN, district.parent))
    with scope(f"school:{school.pk}"):
        Guardianship.objects.create(guardian=person, student=home[0], school=school)
    return person


def test_a_guardian_sees_the_own_child_and_no_other(signed_in, parent, home):
    client = signed_in(parent)

    assert client.get(f"/desk/guardian/{home[0].uuid}/").status_code == 200
    assert client.get(f"/desk/guardian/{home[1].uuid}/").status_code == 404


def test_a_guardian_reads_the_text_ticks_it_and_takes_it_back(signed_in, school, parent, home):
    with scope(f"school:{school.pk}"):
        Student.objects.filter(pk=home[0].pk).update(consented_on=None, consent_version="")
    client, page = signed_in(parent), f"/desk/guardian/{home[0].uuid}/"
    assert "阅读同意书" in client.get(page).content.decode()
    assert client.post(f"{page}consent/").status_code == 422

    client.post(f"{page}consent/", {"agree": "on"})
    assert "每次活动" in client.get(page).content.decode()
    client.post(f"{page}consent/withdraw/")

    assert "阅读同意书" in client.get(page).content.decode()


def test_withdrawal_makes_issued_transcripts_void(school, school_clerk, students, guardian, school_verifier):
    batch = record(school, school_clerk, students[:1])
    actions.verify(batch, by=school_verifier)
    actions.issue_transcript(students[0], by=school_clerk)

    with scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(students[0], by=guardian, at=NOW())

    assert IssuedPaper.objects.get().revoke_reason == "监护人撤回同意"
