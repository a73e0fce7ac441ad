from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal import audit, jobs
from portal.audit import AuditEntry
from portal.database import as_owner
from portal.roles import Role
from tests.factories import UserFactory


@pytest.fixture
def chain(transactional_db, monkeypatch):
    """Three sealed entries, each committed."""
    person = UserFactory()
    for number in range(3):
        audit.record(person, "change", by=person, note=str(number))
    # Other tests' open transactions on the same server would hold the sealer back.
    monkeypatch.setattr(audit, "HORIZON", "pg_snapshot_xmax(pg_current_snapshot())")
    assert audit.seal() == 3
    return AuditEntry.objects.order_by("number")


def tamper(sql: str) -> None:
    """What somebody with the owner's password could do to the table."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE portal_auditentry DISABLE TRIGGER portal_audit_is_append_only")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE portal_auditentry ENABLE TRIGGER portal_audit_is_append_only")


def test_personal_values_stay_out_of_the_trail(staff):
    entry = audit.record(
        staff, "change", by=staff, changes={"email": ["a@x.cn", "b@x.cn"], "is_active": [1, 0]}
    )

    assert entry.changes == {"email": [audit.HIDDEN] * 2, "is_active": [1, 0]}


@pytest.mark.parametrize("act", ["update", "delete"])
def test_an_entry_is_never_changed_or_deleted(staff, act):
    entries = AuditEntry.objects.filter(pk=audit.record(staff, "change", by=staff).pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        entries.update(note="改") if act == "update" else entries.delete()


def test_the_web_role_may_not_even_number_an_entry_twice(chain):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        chain.update(number=99)


def test_an_untouched_chain_verifies(chain):
    verdict = audit.verify(at=timezone.now())

    assert (verdict.links, verdict.is_sound) == (3, True)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE portal_auditentry SET note = '改' WHERE number = 2",
        "DELETE FROM portal_auditentry WHERE number = 2",
        "UPDATE portal_auditentry SET number = 5 - number WHERE number IN (2, 3) AND false;"
        "UPDATE portal_auditentry SET note = CASE number WHEN 2 THEN '2' ELSE '1' END WHERE number IN (2, 3)",
        "UPDATE portal_auditentry SET at = at - interval '1 day' WHERE number = 2",
    ],
)
def test_editing_deleting_and_swapping_are_found(chain, sql):
    tamper(sql)

    assert audit.verify(at=timezone.now()).broken_at == 2


def test_an_inserted_link_is_found(chain):
    first = chain[0]
    tamper(
        "INSERT INTO portal_auditentry (at, actor_name, action, subject_type, subject_id, subject_name,"
        " changes, note, address, request_id, number, digest)"
        " SELECT at, actor_name, action, subject_type, subject_id, subject_name, changes, '伪造', address,"
        f" request_id, 4, digest FROM portal_auditentry WHERE id = {first.pk}"
    )

    assert audit.verify(at=timezone.now()).broken_at == 4


def test_a_cut_tail_is_found_with_the_anchor_only(chain):
    anchor = audit.head()
    tamper("DELETE FROM portal_auditentry WHERE number = 3")

    assert audit.verify(at=timezone.now()).is_sound
    assert audit.verify(at=timezone.now(), anchor=anchor).broken_at == 3


def test_an_entry_unsealed_for_over_a_minute_counts_against_the_chain(chain, staff):
    AuditEntry.objects.create(action="x", subject_type="x", at=timezone.now() - timedelta(minutes=2))

    assert audit.verify(at=timezone.now()).unsealed_late == 1


def test_entries_of_a_transaction_still_open_wait(transactional_db):
    person = UserFactory()
    with transaction.atomic():
        audit.record(person, "change", by=person)

        assert audit.seal() == 0


def test_the_command_names_the_first_broken_link(chain):
    tamper("UPDATE portal_auditentry SET note = '改' WHERE number = 3")

    with pytest.raises(CommandError, match="第 3 环"):
        call_command("audit", "verify")


def test_sealing_starts_where_it_stopped(chain):
    person = UserFactory()
    audit.record(person, "change", by=person)
    assert audit.seal() == 1

    assert audit.head()[0] == 4


def test_the_head_is_kept_outside_and_the_auditors_are_told(chain, city, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    auditor = UserFactory(holding=(Role.AUDITOR, city))

    jobs.run(jobs.enqueue("audit_anchor", key="2026-03-05").pk)

    number, digest = audit.last_anchor(tmp_path / "audit-anchors.txt")
    assert (number, digest) == audit.head()
    assert digest in auditor.notices.get().text


def test_a_tail_cut_since_yesterday_alarms_the_auditors(chain, city, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    auditor = UserFactory(holding=(Role.AUDITOR, city))
    audit.keep_anchor(tmp_path / "audit-anchors.txt", at=timezone.now())
    tamper("DELETE FROM portal_auditentry WHERE number = 3")

    jobs.run(jobs.enqueue("audit_anchor", key="2026-03-06").pk)

    notice = auditor.notices.get()
    assert (notice.kind, "断开" in notice.text) == ("urgent", True)
