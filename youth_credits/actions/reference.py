"""Rules and schools from the files of the app."""

import csv
import json
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from portal.organizations import Organization
from portal.regions import Region
from youth_credits.actions.protection import load_protection
from youth_credits.models import CreditRule, CreditRuleSet

DATA = Path(__file__).parent.parent / "data"
SCHOOL_STAGES = {"小学", "中学"}


@transaction.atomic
def load_reference() -> int:
    """Load or refresh the rules of every version and the schools; returns how many rows the files have."""
    rules = sum(load_rules(file) for file in sorted(DATA.glob("rules_v*.json")))
    return rules + load_protection(DATA / "protection.json") + _load_schools()


def load_rules(file: Path) -> int:
    """The version of a file, approved. One that is there already stays as it is: nobody edits it."""
    values = json.loads(file.read_text(encoding="utf-8"))
    rules = values.pop("rules")
    version, is_new = CreditRuleSet.objects.get_or_create(version=values.pop("version"), defaults=values)
    if is_new:
        CreditRule.objects.bulk_create(CreditRule(rule_set=version, **rule) for rule in rules)
        CreditRuleSet.objects.filter(pk=version.pk).update(approved_at=timezone.now())
    return len(rules)


def _load_schools() -> int:
    """Schools of compulsory education from the file; those without a known district hang on the city."""
    with (DATA / "schools.csv").open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["stage"] in SCHOOL_STAGES]
    regions = dict(Region.objects.filter(level__lte=2).values_list("code", "pk"))
    city = Region.objects.city().pk
    for row in rows:
        Organization.objects.get_or_create(
            name=row["name"],
            region_id=regions.get(row["district_code"], city),
            defaults={"kind": Organization.Kind.SCHOOL, "source": row["source"][:200]},
        )
    return len(rows)
