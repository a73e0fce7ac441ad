"""Which rule is in force for a kind on a day."""

from datetime import date
from decimal import Decimal

from youth_credits.models import CreditRule, CreditRuleSet
from youth_credits.rules import Rule, award_table


class RuleBook:
    """All versions of the rules, read once: which rule is in force for a kind on a day."""

    def __init__(self):
        self.sets = list(CreditRuleSet.objects.order_by("-in_force_from").prefetch_related("rules"))
        self.rows: dict[int, CreditRule] = {}
        self.rules: dict[int, Rule] = {}
        self.by_name: list[tuple[CreditRuleSet, dict[str, CreditRule]]] = []
        for version in self.sets:
            names = {}
            for row in version.rules.all():
                self.rows[row.pk] = row
                self.rules[row.pk] = _rule(row, version.step)
                names[row.code] = names[row.name] = names[f"{row.code}{row.name}"] = row
            self.by_name.append((version, names))

    def set_on(self, day: date) -> CreditRuleSet | None:
        return next((version for version in self.sets if version.in_force_from <= day), None)

    def rules_on(self, day: date) -> list[CreditRule]:
        """The rules in force on a day, in their order."""
        rules = self.set_on(day)
        return list(rules.rules.all()) if rules else []

    def find(self, kind: str, day: date) -> CreditRule | None:
        """The rule for a code, a name, or both run together; None where no version in force knows it."""
        for version, names in self.by_name:
            if version.in_force_from <= day:
                return names.get(kind)
        return None

    def begins(self, kind: str) -> date | None:
        """The first day on which any version knows a kind; None where none does."""
        return min((version.in_force_from for version, names in self.by_name if kind in names), default=None)


def _rule(row: CreditRule, step: Decimal) -> Rule:
    return Rule(
        code=row.code,
        method=row.method,
        credits=row.credits,
        cap=row.cap_per_year,
        step=step,
        unit_minutes=row.unit_minutes,
        whole_units=row.whole_units,
        least_minutes=row.least_minutes,
        least_per_entry=row.least_per_entry,
        most_per_entry=row.most_per_entry,
        most_per_provider=row.most_per_provider,
        once=row.once,
        awards=award_table(row.awards, step),
        is_off_campus=row.family == CreditRule.Family.OFF_CAMPUS,
    )
