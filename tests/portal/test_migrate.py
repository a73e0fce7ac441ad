"""What `manage.py migrate` refuses to touch."""

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder


def test_a_database_of_another_version_is_refused_in_words(db, monkeypatch):
    known = MigrationRecorder.applied_migrations
    monkeypatch.setattr(
        MigrationRecorder,
        "applied_migrations",
        lambda self: {**known(self), ("resources", "0099_later"): None},
    )

    with pytest.raises(CommandError, match=r"由其他版本的系统建立（如 resources\.0099_later）"):
        call_command("migrate", verbosity=0)
