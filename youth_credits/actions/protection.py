"""Consent texts, time limits and the other rows that documents set, from the file of the app."""

import json
from pathlib import Path

from django.db import transaction

from youth_credits.models import ConsentText, HoursAward, RetentionRule, TimeLimit


@transaction.atomic
def load_protection(file: Path) -> int:
    """Enter what the file has and is not there yet; returns how many rows it has. A text once consented to
    stays, and so does what the association has changed since.
    """
    values = json.loads(file.read_text(encoding="utf-8"))
    for row in values["consents"]:
        ConsentText.objects.get_or_create(version=row.pop("version"), defaults=row)
    for row in values["limits"]:
        TimeLimit.objects.get_or_create(
            step=row.pop("step"), in_force_from=row.pop("in_force_from"), defaults=row
        )
    for row in values["retention"]:
        RetentionRule.objects.get_or_create(subject=row.pop("subject"), defaults=row)
    for row in values["awards"]:
        HoursAward.objects.get_or_create(
            hours=row.pop("hours"), in_force_from=row.pop("in_force_from"), defaults=row
        )
    return sum(map(len, values.values()))
