"""One's own account, invitations, passwords, guesses at them, and the change of keys."""

import base64
import os
import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal import account_actions, account_pages, encryption, files, invitations
from portal.accounts import User
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.roles import Role
from portal.scope import scope
from tests.factories import UserFactory, totp_of
from tests.portal.test_sign_in import PASSWORD, sign_in, with_password
from tests.youth_credits.factories import enrol
from youth_credits.actions import DATA, load_rules

NEW = "quiet-otter-carries-lanterns"


@pytest.fixture
def administrator(city):
    return UserFactory(username="accounts", holding=(Role.ACCOUNTS, city), mfa=True)


@pytest.fixture
def clerk(school):
    user = UserFactory(username="clerk", holding=(Role.SCHOOL, school), email="clerk@school.test")
    return with_password(user)


# --- accounts that nobody uses -------------------------------------------------------------------


@pytest.fixture
def ninety_days(settings):
    settings.DORMANT_DAYS = 90


@pytest.mark.parametrize("seen", [None, timedelta(days=91)], ids=["never", "long ago"])
def test_an_unused_account_is_disabled_and_administrators_are_told(ninety_days, administrator, clerk, seen):
    now = timezone.now()
    User.objects.update(date_joined=now - timedelta(days=400), last_login=now - seen if seen else None)

    assert account_actions.rest_dormant(at=now) == [clerk]

    clerk.refresh_from_db()
    administrator.refresh_from_db()
    assert not clerk.is_active
    assert administrator.is_active
    assert AuditEntry.objects.get(action="rest").subject_id == str(clerk.pk)
    assert "90 天未登录" in administrator.notices.get().text
    assert account_actions.rest_dormant(at=now) == []


def test_an_account_in_use_new_or_enabled_again_is_left_alone(ninety_days, administrator, clerk):
    now = timezone.now()
    newcomer = UserFactory(username="newcomer")
    User.objects.update(date_joined=now - timedelta(days=400), last_login=now - timedelta(days=89))
    User.objects.filter(pk=newcomer.pk).update(date_joined=now, last_login=None)
    enabled = UserFactory(username="enabled", is_active=False)
    User.objects.filter(pk=enabled.pk).update(date_joined=now - timedelta(days=400))
    enabled.is_active = True
    account_actions.save_account(enabled, by=administrator)

    assert account_actions.rest_dormant(at=now) == []


def test_accounts_of_a_sample_city_are_not_disabled(clerk, settings):
    settings.DORMANT_DAYS = 0
    User.objects.update(date_joined=timezone.now() - timedelta(days=400))

    assert account_actions.rest_dormant(at=timezone.now()) == []


# --- my account -----------------------------------------------------------------------------------


def test_my_account_shows_my_posts_and_switches_the_daily_mail(client, clerk):
    client.force_login(clerk)

    page = client.get(reverse("account")).content.decode()
    client.post(reverse("account"), {})

    clerk.refresh_from_db()
    assert "学校录入员" in page
    assert not clerk.wants_digest


def test_i_see_where_i_am_signed_in_and_end_one(client, clerk):
    elsewhere = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/150"})
    sign_in(elsewhere, clerk)
    sign_in(client, clerk)
    other = UserSession.objects.get(session_key=elsewhere.session.session_key)

    page = client.get(reverse("account")).content.decode()
    client.post(reverse("session_end", args=[other.pk]))

    assert "Chrome · 安卓" in page
    assert "本次登录" in page
    assert elsewhere.get(reverse("desk")).status_code == 302
    assert client.get(reverse("desk")).status_code == 200
    assert AuditEntry.objects.filter(action="session_end").exists()


def test_nobody_ends_another_person_s_session(client, clerk, staff):
    elsewhere = Client()
    sign_in(elsewhere, clerk)
    client.force_login(staff)

    page = client.post(reverse("session_end", args=[UserSession.objects.get(user=clerk).pk]))

    assert page.status_code == 404
    assert elsewhere.get(reverse("desk")).status_code == 200


def test_the_administrator_signs_somebody_out_everywhere(client, administrator, clerk):
    elsewhere = Client()
    sign_in(elsewhere, clerk)
    client.force_login(administrator)

    chosen = {"action": "end_sessions", "_selected_action": [clerk.pk]}
    client.post(reverse("admin:portal_user_changelist"), chosen)

    assert elsewhere.get(reverse("desk")).status_code == 302
    assert AuditEntry.objects.filter(action="end_sessions", subject_id=str(clerk.pk)).exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150 Safari/537 Edg/150", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone) AppleWebKit MicroMessenger/8", "微信 · iPhone"),
        ("Mozilla/5.0 (Macintosh; Mac OS X) Version/18 Safari/605", "Safari · macOS"),
        ("", "其他浏览器"),
        ("<script>", "其他浏览器"),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent, words):
    assert account_pages.device_of(agent) == words


def test_recovery_codes_are_shown_once(client, staff):
    with_password(staff)
    client.force_login(staff)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(staff.pk)
    session.save()

    made = client.post(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert len(re.findall(r'<code class="code">', made)) >= 8
    assert "只显示这一次" in made
    assert '<code class="code">' not in again


# --- invitations ----------------------------------------------------------------------------------


def _opened(client, link):
    return client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)


def test_an_invitation_sets_a_password_once(client, administrator, clerk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        shown = invitations.invite(clerk, by=administrator)
    link = re.search(r"http://\S+", mail.outbox[0].body)[0]
    page = _opened(client, link)
    client.post(page.wsgi_request.path, {"password1": NEW, "password2": NEW})

    clerk.refresh_from_db()
    assert shown == ""
    assert clerk.check_password(NEW)
    assert "链接已失效" in _opened(Client(), link).content.decode()


def test_the_key_of_a_link_leaves_the_address_at_once(client, clerk):
    link = invitations.link_for(clerk)

    page = _opened(client, link)

    assert link.rpartition("-")[2] not in page.wsgi_request.path
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_a_link_dies_with_any_change_of_the_password(client, clerk):
    link = invitations.link_for(clerk)
    clerk.set_password(NEW)
    clerk.save(update_fields=["password"])

    assert "链接已失效" in _opened(client, link).content.decode()


def test_a_link_is_good_for_a_day(client, clerk):
    link = invitations.link_for(clerk)

    with time_machine.travel(timezone.localtime() + timedelta(hours=23), tick=False):
        assert "链接已失效" not in _opened(Client(), link).content.decode()
    with time_machine.travel(timezone.localtime() + timedelta(hours=25), tick=False):
        assert "链接已失效" in _opened(Client(), link).content.decode()


def test_without_a_mail_address_the_link_is_handed_over_and_that_is_on_record(administrator, school):
    person = UserFactory(holding=(Role.SCHOOL, school), email="")

    assert "/accounts/password/reset/key/" in invitations.invite(person, by=administrator)
    assert AuditEntry.objects.get(action="invite").note == "当面交付"


def test_nobody_else_invites(staff, administrator, clerk):
    with pytest.raises(PermissionDenied):
        invitations.invite(clerk, by=staff)
    with pytest.raises(Refused, match="自己"):
        invitations.invite(administrator, by=administrator)


# --- passwords and guesses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "short-one",
        "a" * 129,
        "password1234",
        "Shenzhen2026!",
        "szkepu-20261123",
        "深圳科普平台2026年",
        "aaaaaaaaaaaaaa",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(clerk, password):
    with pytest.raises(ValidationError):
        validate_password(password, clerk)


def test_a_long_plain_sentence_will_do(clerk):
    validate_password("otter lanterns", clerk)


def test_those_with_duties_need_fifteen(staff, clerk):
    validate_password("otter-lantern", clerk)
    with pytest.raises(ValidationError, match="15"):
        validate_password("otter-lantern", staff)


# --- passwords that are too old -------------------------------------------------------------------


@pytest.fixture
def old(settings, clerk):
    settings.PASSWORD_MAX_DAYS = 90
    User.objects.filter(pk=clerk.pk).update(password_set_at=timezone.now() - timedelta(days=91))
    return clerk


def test_an_old_password_is_changed_before_any_other_page_opens(client, old):
    sign_in(client, old)

    for name in ("desk", "inbox", "account", "notice_choices", "home"):
        assert client.get(reverse(name)).url == (
            f"{reverse('account_change_password')}?next={reverse(name).replace('/', '%2F')}"
        )


def test_after_the_change_the_page_asked_for_opens(client, old):
    sign_in(client, old)
    asked = client.get(reverse("inbox"), follow=True).content.decode()
    next_page = re.search(r'name="next" value="([^"]+)"', asked)[1]
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "next": next_page}

    answer = client.post(reverse("account_change_password"), typed)

    assert "请先修改密码" in asked
    assert answer.url == reverse("inbox")
    assert client.get(reverse("inbox")).status_code == 200


def test_the_same_password_again_is_no_change(client, old):
    sign_in(client, old)
    typed = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}

    answer = client.post(reverse("account_change_password"), typed)

    assert "不能与现在的密码相同" in answer.content.decode()
    assert client.get(reverse("desk")).status_code == 302


def test_a_form_sent_with_an_old_password_comes_back_with_what_was_typed(client, old):
    sign_in(client, old)

    answer = client.post(reverse("notice_choices"), {"task": "at_once", "info": "inbox", "rights": "daily"})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert 'name="task" value="at_once"' in page
    assert reverse("account_change_password") in page
    assert not old.notice_choices.exists()


def test_passwords_stand_for_ever_unless_the_setting_says_otherwise(client, old, settings):
    settings.PASSWORD_MAX_DAYS = 0
    sign_in(client, old)

    assert client.get(reverse("desk")).status_code == 200


def test_a_password_younger_than_the_setting_and_none_at_all_are_left_alone(old):
    now = timezone.now()
    old.password_set_at = now - timedelta(days=89)
    assert not old.must_change_password(now)

    old.set_unusable_password()
    old.password_set_at = now - timedelta(days=400)
    assert not old.must_change_password(now)


def _guesses(client, name, count, *, address=None):
    for number in range(count):
        sign_in(client, type("Anyone", (), {"username": name}), "wrong", address or f"10.1.{number}.1")


def test_guesses_from_everywhere_cost_an_answer_and_lock_nobody_out(client, clerk, monkeypatch):
    _guesses(Client(), "clerk", 30)
    hashed = []
    monkeypatch.setattr("django.contrib.auth.models.User.check_password", lambda *a: hashed.append(1))

    page = sign_in(client, clerk, address="10.200.0.1")
    words = page.content.decode()
    question = re.search(r"(.)加(.)等于几", words)
    token = re.search(r'name="token" value="([^"]+)"', words)[1]
    total = sum("零一二三四五六七八九十".index(letter) for letter in question.groups())
    answer = {"login": "clerk", "password": PASSWORD, "token": token, "answer": total}

    assert "请回答下面的问题" in words
    assert client.post(reverse("account_login"), answer, REMOTE_ADDR="10.200.0.1").url == reverse("desk")


def test_an_account_that_is_not_there_is_asked_alike(client, clerk):
    _guesses(Client(), "nobody-here", 30)

    page = sign_in(client, type("Anyone", (), {"username": "nobody-here"}), "wrong", "10.200.0.1")

    assert "请回答下面的问题" in page.content.decode()


def test_of_a_thousand_guesses_from_one_address_few_reach_the_hash(clerk, monkeypatch):
    reached = []
    hasher = "portal.passwords.PortalArgon2Hasher.verify"
    monkeypatch.setattr(hasher, lambda self, password, encoded: reached.append(1) and False)
    client = Client()

    _guesses(client, "clerk", 200, address="10.3.3.3")

    assert len(reached) <= 10
    assert AccessAttempt.objects.filter(username="clerk").count() == 1


def test_a_reset_says_the_same_for_a_known_and_an_unknown_address(client, clerk):
    answers = []
    for address in ("clerk@school.test", "nobody@school.test"):
        page = client.post(reverse("account_reset_password"), {"email": address}, follow=True)
        text = page.content.decode().split('id="main"')[1]
        answers.append((page.status_code, re.sub(r'value="\w{64}"|[0-9a-f]{32}', "", text)))

    assert answers[0] == answers[1]
    assert "请查收邮件" in answers[0][1]


# --- the change of keys ---------------------------------------------------------------------------


def test_everything_sealed_goes_under_the_new_key_and_opens_without_the_old(
    settings, school, clerk, staff, unit
):
    load_rules(DATA / "rules_v1.json")
    with scope(f"school:{school.pk}"):
        names = [child.name for child in enrol(school, clerk)]
    made = files.made(b"%PDF-1.4 text", "a.pdf", "pdf")
    file = files.keep(made, by=staff, region=unit.region, sealed=True)
    seed = decrypt(totp_of(staff).data["secret"])
    old = settings.FIELD_KEY
    fresh = base64.b64encode(os.urandom(32)).decode()

    settings.FIELD_KEY = f"2026b:{fresh},{old}"
    call_command("rotate_keys", verbosity=0)
    settings.FIELD_KEY = f"2026b:{fresh}"

    with scope(f"school:{school.pk}"):
        assert [child.name for child in enrol(school, clerk, heads=0)] == names
    file.refresh_from_db()
    assert file.read() == b"%PDF-1.4 text"
    assert decrypt(Authenticator.objects.get(user=staff, type="totp").data["secret"]) == seed
    assert encryption.is_current(file.path.read_bytes())


def test_a_second_run_changes_nothing(settings, staff, capsys):
    call_command("rotate_keys")
    before = Authenticator.objects.get(user=staff).data

    call_command("rotate_keys")

    assert Authenticator.objects.get(user=staff).data == before
