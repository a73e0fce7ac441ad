"""What `manage.py migrate` refuses to touch."""

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from portal.management.commands.migrate import refuse_strange_tables


def test_a_database_of_another_version_is_refused_in_words(db, monkeypatch):
    known = MigrationRecorder.applied_migrations
    monkeypatch.setattr(
        MigrationRecorder,
        "applied_migrations",
        lambda self: {**known(self), ("resources", "0099_later"): None},
    )

    with pytest.raises(CommandError, match=r"由其他版本的系统建立（如 resources\.0099_later）"):
        refuse_strange_tables(connection)
