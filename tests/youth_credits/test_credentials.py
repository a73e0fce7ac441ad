"""Digital credentials: issued when a guardian asks, checked by a script that knows only the public key."""

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from portal.documents import IssuedPaper
from portal.errors import Refused
from portal.scope import scope
from tests.youth_credits.factories import name, number, record
from youth_credits import actions
from youth_credits.models import Credential, Export, HoursAward, Student

CHECKER = Path(settings.BASE_DIR) / "docs/credentials/check_credential.py"


@pytest.fixture
def verified(school, school_clerk, school_verifier, students, guardian):
    batch = record(school, school_clerk, students)
    actions.verify(batch, by=school_verifier)
    return students[0]


def asked(student, guardian, **more):
    values = {"award": None, "key": uuid.uuid4(), "at": timezone.now()} | more
    with scope(f"guardian:{guardian.pk}"):
        return actions.ask_credential(student, by=guardian, **values)


@pytest.fixture
def credential(verified, guardian):
    return asked(verified, guardian)


@pytest.fixture
def check(client, settings, tmp_path):
    """Hand the script three files and nothing else: no network, no settings, no database."""
    settings.SECURE_SSL_REDIRECT = False

    def run(token: str, *, with_list: bool = True) -> subprocess.CompletedProcess:
        files = [tmp_path / "jwks.json", tmp_path / "credential.jwt", tmp_path / "status.jwt"]
        files[0].write_bytes(client.get("/.well-known/jwks.json").content)
        files[1].write_text(token)
        files[2].write_bytes(client.get("/credentials/status/0/").content)
        return subprocess.run(
            [sys.executable, "-I", str(CHECKER), *map(str, files[: 3 if with_list else 2])],
            capture_output=True,
            text=True,
            env={},
            check=False,
        )

    return run


def test_an_independent_script_finds_a_credential_genuine(credential, check):
    found = check(actions.signed(credential))

    assert (found.returncode, found.stdout.split()[-1]) == (0, "GENUINE")


def test_the_script_finds_any_change_of_a_letter(credential, check):
    head, body, signature = actions.signed(credential).split(".")
    changed = body[:40] + ("A" if body[40] != "A" else "B") + body[41:]

    assert check(f"{head}.{changed}.{signature}").returncode == 1


def test_the_script_refuses_what_another_key_signed(credential, check, settings):
    kept = settings.SIGNING_KEY
    settings.SIGNING_KEY = "another key that was never published, 32 letters"
    token = actions.signed(credential)
    settings.SIGNING_KEY = kept

    assert check(token).returncode == 1


def test_what_an_earlier_key_signed_goes_on_being_genuine(credential, check, settings):
    token = actions.signed(credential)
    settings.SIGNING_KEY = f"a newer key of the portal with 32 letters,{settings.SIGNING_KEY}"

    assert check(token).returncode == 0


def test_a_revoked_credential_is_found_in_the_list(credential, check, guardian, verified):
    token = actions.signed(credential)
    with scope(f"guardian:{guardian.pk}"):
        actions.withdraw_as_guardian(verified, by=guardian, at=timezone.now())

    assert check(token).returncode == 2


def test_a_credential_is_an_open_badge_with_all_it_must_have(credential):
    """Basis: Open Badges 3.0, section on OpenBadgeCredential."""
    claims = credential.claims
    subject = claims["credentialSubject"]

    assert claims["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert set(claims["type"]) == {"VerifiableCredential", "OpenBadgeCredential"}
    assert {"id", "issuer", "validFrom", "name", "credentialStatus"} <= set(claims)
    assert subject["type"] == ["AchievementSubject"]
    assert subject["identifier"]
    assert {"id", "type", "name", "description", "criteria"} <= set(subject["achievement"])
    assert subject["creditsEarned"] == 1.0


def test_a_credential_holds_no_name_and_no_number(credential):
    text = json.dumps(credential.claims, ensure_ascii=False)

    assert name(0) not in text
    assert number(0)[1:] not in text
    assert "王*涵" in text


def test_the_same_request_sent_twice_is_one_credential(verified, guardian):
    key = uuid.uuid4()

    assert asked(verified, guardian, key=key) == asked(verified, guardian, key=key)
    assert IssuedPaper.objects.filter(kind="credential").count() == 1


def test_without_consent_there_is_no_credential(verified, guardian):
    Student.objects.filter(pk=verified.pk).update(consented_on=None, consent_version="")
    with pytest.raises(Refused, match="同意"):
        asked(Student.objects.select_related("school").get(pk=verified.pk), guardian)


def test_an_award_is_given_from_its_hours_on(verified, guardian, school, school_clerk, school_verifier):
    award = HoursAward.objects.get(hours=30)
    HoursAward.objects.update(is_active=True)
    award.refresh_from_db()
    with pytest.raises(Refused, match="未达到"):
        asked(verified, guardian, award=award)
    batch = record(school, school_clerk, [verified], minutes=1440, title="科技营")
    actions.verify(batch, by=school_verifier)
    batch = record(school, school_clerk, [verified], minutes=1440, title="科技营二")
    actions.verify(batch, by=school_verifier)

    given = asked(verified, guardian, award=award)

    assert given.claims["credentialSubject"]["achievement"]["name"] == "科学实践铜章"


def test_the_page_for_anybody_shows_award_year_validity_and_a_masked_name(credential, client, settings):
    settings.SECURE_SSL_REDIRECT = False

    page = client.get(credential.paper.get_absolute_url()).content.decode()

    for words in ("科普学分数字凭证", "2025–2026学年", "长期有效", "王*涵", "有效"):
        assert words in page
    assert name(0) not in page


def test_a_guardian_downloads_the_file_and_the_transcript(signed_in, verified, guardian, monkeypatch):
    monkeypatch.setattr("youth_credits.actions.transcripts.pdf", lambda *args, **kwargs: b"%PDF-1.7")
    client, page = signed_in(guardian), f"/desk/guardian/{verified.uuid}/"

    client.post(f"{page}credentials/", {"key": uuid.uuid4(), "what": "credits"})
    with scope(f"guardian:{guardian.pk}"):
        made = Credential.objects.select_related("paper").get()
    file = client.get(f"{page}credentials/{made.uuid}/").content.decode()
    paper = client.post(f"{page}transcript/")

    assert file == actions.signed(made)
    assert paper.content.startswith(b"%PDF")


def test_a_class_gets_its_transcripts_in_one_go_and_who_got_none_is_listed(
    signed_in, verified, students, school, school_clerk, run_jobs, monkeypatch
):
    made = {}
    monkeypatch.setattr(
        "youth_credits.actions.transcripts.pdf",
        lambda name, context, **more: made.update(context) or b"%PDF-1.7 class",
    )
    Student.objects.filter(pk=students[2].pk).update(consented_on=None, consent_version="")

    client, form = signed_in(school_clerk, factor=True), {"key": str(uuid.uuid4())}
    for _ in range(2):  # a double click
        assert client.post("/desk/credits/transcripts/?class=5-1", form).url == "/desk/credits/exports/"
    run_jobs()

    with scope(f"school:{school.pk}"):
        file = Export.objects.select_related("file").get()
    assert (file.rows, file.file.read()) == (2, b"%PDF-1.7 class")
    assert file.file.is_sealed
    assert file.file_name in client.get("/desk/credits/exports/").content.decode()
    assert [sheet["student"] for sheet in made["sheets"]] == students[:2]
    assert [student for student, _ in made["left_out"]] == [students[2]]
    assert IssuedPaper.objects.filter(kind="transcript").count() == 2
