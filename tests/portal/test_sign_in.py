import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Grant, User
from portal.audit import AuditEntry
from portal.middleware import KeptSessionMiddleware
from portal.roles import Role
from tests.factories import UserFactory, totp_of

PASSWORD = "long-enough-for-a-test-2026"


def with_password(user):
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(client, user, password=PASSWORD, address="10.0.0.1"):
    return client.post(
        reverse("account_login"), {"login": user.username, "password": password}, REMOTE_ADDR=address
    )


def code_of(user, at=None):
    secret = decrypt(totp_of(user).data["secret"])
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


@pytest.fixture
def clerk(school):
    return with_password(UserFactory(username="clerk", holding=(Role.SCHOOL, school)))


def test_a_school_signs_in_with_a_password(client, clerk):
    assert sign_in(client, clerk).url == reverse("desk")


def test_a_password_is_kept_as_argon2id_sized_for_many(clerk):
    hasher = identify_hasher(clerk.password)

    assert (hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (19_456, 2, 1)


def test_staff_need_their_code_too(client, staff):
    with_password(staff)

    assert reverse("mfa_authenticate") in sign_in(client, staff).url
    assert client.get(reverse("desk")).status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": code_of(staff)})
    assert client.get(reverse("desk")).status_code == 200


def test_a_code_works_once(client, staff):
    with_password(staff)
    code = code_of(staff)
    sign_in(client, staff)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.post(reverse("account_logout"))

    sign_in(client, staff)
    client.post(reverse("mfa_authenticate"), {"code": code})

    assert client.get(reverse("desk")).status_code == 302


def test_the_seed_of_the_codes_is_sealed_in_the_database(staff):
    stored = Authenticator.objects.get(user=staff).data["secret"]

    assert len(stored) > 60


@pytest.mark.parametrize("page", ["/desk/", "/desk/events/", "/desk/inbox/", "/admin/", "/"])
def test_nobody_gets_past_setting_up_a_second_factor(client, city, page):
    client.force_login(UserFactory(holding=(Role.STAFF, city)))

    assert client.get(page).url == reverse("mfa_index")


def test_five_wrong_passwords_close_one_address_and_not_the_owner_s(client, clerk):
    for _ in range(5):
        sign_in(client, clerk, "wrong", address="10.9.9.9")

    assert sign_in(client, clerk, address="10.9.9.9").status_code in (403, 429)
    assert sign_in(client, clerk, address="10.0.0.1").url == reverse("desk")


def test_a_wrong_password_stands_in_the_trail_with_the_account(client, clerk):
    sign_in(client, clerk, "wrong", address="10.9.9.9")

    entry = AuditEntry.objects.get(action="sign_in_failed")
    assert (entry.actor_id, entry.subject_id, entry.subject_name) == (None, str(clerk.pk), str(clerk))
    assert entry.address == "10.9.9.9"


def test_a_wrong_code_stands_in_the_trail_with_the_account_and_without_the_code(client, staff):
    with_password(staff)
    sign_in(client, staff, address="10.9.9.9")

    client.post(reverse("mfa_authenticate"), {"code": "000000"}, REMOTE_ADDR="10.9.9.9")

    entry = AuditEntry.objects.get(action="factor_failed")
    assert (entry.actor_id, entry.subject_id, entry.address) == (None, str(staff.pk), "10.9.9.9")
    assert "000000" not in repr(entry.__dict__)


def test_a_wrong_code_at_a_step_that_asks_again_names_who_is_signed_in(client, staff):
    client.force_login(staff)

    client.post(reverse("mfa_reauthenticate"), {"code": "000000"})

    assert AuditEntry.objects.get(action="factor_failed").actor_id == staff.pk


def test_what_is_typed_for_an_account_that_is_not_there_stands_nowhere(client):
    client.post(reverse("account_login"), {"login": "my-secret-password", "password": "second-secret"})

    entry = AuditEntry.objects.get(action="sign_in_failed")
    assert (entry.subject_id, entry.subject_name, entry.note) == ("", "", "没有这个账号")
    assert "secret" not in repr(entry.__dict__)


def test_the_try_that_closes_an_address_stands_in_the_trail_too(client, clerk):
    for _ in range(6):
        sign_in(client, clerk, "wrong", address="10.9.9.9")

    assert AuditEntry.objects.filter(action="sign_in_failed").count() >= 5


def test_a_school_s_two_hundred_teachers_sign_in_from_one_address(client, school):
    hashed = make_password(PASSWORD)
    teachers = [UserFactory(holding=(Role.SCHOOL, school), password=hashed) for _ in range(200)]

    for teacher in teachers:
        assert sign_in(client, teacher).url == reverse("desk")
        client.post(reverse("account_logout"))


def test_nobody_registers_by_himself(client):
    page = client.get(reverse("account_signup"))

    assert "form" not in (page.context or {}) or page.status_code != 200 or "关闭" in page.content.decode()
    assert not User.objects.filter(username="me").exists()


def test_an_unknown_and_a_known_account_answer_alike(client, clerk):
    unknown = sign_in(client, User(username="nobody"), "wrong-password-1")
    cache.clear()
    known = sign_in(client, clerk, "wrong-password-1")

    strip = [
        page.content.decode().split('id="main"')[1].replace("nobody", "").replace("clerk", "")
        for page in (unknown, known)
    ]
    assert unknown.status_code == known.status_code
    assert "不正确" in strip[0]
    assert strip[0].count("notice") == strip[1].count("notice")


def test_a_session_ends_after_half_an_hour_without_a_request(client, clerk):
    client.force_login(clerk)
    client.get(reverse("desk"))
    session = client.session
    session["seen"] = int(time.time()) - 1801
    session.save()

    page = client.get(reverse("inbox"))

    assert page.url == f"{reverse('account_login')}?next=%2Fdesk%2Finbox%2F"


def test_a_session_ends_after_twelve_hours_in_any_case(client, clerk):
    client.force_login(clerk)
    client.get(reverse("desk"))
    session = client.session
    session["began"] = int(time.time()) - 12 * 3600 - 1
    session.save()

    assert client.get(reverse("inbox")).status_code == 302


def test_what_was_typed_is_given_back_when_the_session_ended(client, clerk):
    client.force_login(clerk)
    client.get(reverse("desk"))
    session = client.session
    session["seen"] = 0
    session.save()

    page = client.post(reverse("inbox_read"), {"title": "写了很久的话", "password": "secret-1"})

    assert page.status_code == 401
    assert "写了很久的话" in page.content.decode()
    assert "secret-1" not in page.content.decode()


def test_a_right_taken_away_is_gone_with_the_next_request(client, staff):
    client.force_login(staff)
    assert client.get("/admin/").status_code == 200

    Grant.objects.update(ends_on=timezone.localdate() - timedelta(days=1), starts_on="2020-01-01")

    assert client.get("/admin/").status_code == 302


def test_a_disabled_account_is_out_with_the_next_request(client, clerk):
    client.force_login(clerk)
    User.objects.filter(pk=clerk.pk).update(is_active=False)

    assert client.get(reverse("desk")).status_code == 302


def test_a_second_factor_taken_away_must_be_set_up_again_before_the_next_page(client, staff):
    client.force_login(staff)
    assert client.get(reverse("desk")).status_code == 200

    Authenticator.objects.filter(user=staff).delete()

    assert client.get(reverse("desk")).url == reverse("mfa_index")


def test_a_changed_password_ends_other_sessions(client, clerk):
    client.force_login(clerk)
    with_password(clerk).set_password("another-long-password-1")
    User.objects.filter(pk=clerk.pk).update(password=clerk.password)

    assert client.get(reverse("desk")).status_code == 302


@pytest.mark.parametrize("page", ["/", "/events/", "/accounts/login/", "/nowhere/", "/static/none.css"])
def test_every_answer_carries_the_policy(client, page):
    answer = client.get(page)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_what_a_signed_in_person_saw_is_not_stored(client, clerk):
    client.force_login(clerk)

    assert "no-store" in client.get(reverse("desk")).headers["Cache-Control"]


def test_a_page_without_a_form_sets_no_cookie(client):
    assert not client.get(reverse("trail_head")).cookies


def test_leaving_needs_a_button_not_a_link(client, clerk):
    client.force_login(clerk)

    client.get(reverse("account_logout"))

    assert client.get(reverse("desk")).status_code == 200


def test_signing_in_and_out_is_written_down(client, clerk):
    sign_in(client, clerk)
    client.post(reverse("account_logout"))

    acts = AuditEntry.objects.filter(actor_id=clerk.pk).order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["sign_in", "sign_out"]


@pytest.fixture
def ended_meanwhile(client, clerk):
    """Django's middleware around a page during whose making the clerk's session ended."""

    def around(request):
        client.force_login(clerk)
        request.COOKIES[settings.SESSION_COOKIE_NAME] = client.session.session_key

        def page(request):
            request.session["seen"] = 1
            Session.objects.all().delete()
            return HttpResponse("已保存")

        return KeptSessionMiddleware(page)(request)

    return around


def test_a_page_whose_session_ended_meanwhile_is_asked_for_again(ended_meanwhile, rf):
    response = ended_meanwhile(rf.get("/desk/needs/?state=open"))

    assert (response.status_code, response.url) == (302, "/desk/needs/?state=open")


def test_what_was_sent_is_answered_although_the_session_ended_meanwhile(ended_meanwhile, rf):
    assert ended_meanwhile(rf.post("/desk/needs/")).content.decode() == "已保存"
