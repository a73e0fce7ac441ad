"""Which rule is in force for a kind on a day."""

from datetime import date
from decimal import Decimal

from django.db.models import Max, QuerySet

from portal.calendar import local_today
from portal.organizations import Organization
from portal.regions import Region
from youth_credits.models import CreditRule, CreditRuleSet, RuleTrial
from youth_credits.rules import Rule, award_table


class RuleBook:
    """The approved versions, read once: which rule is in force for a kind on a day.

    With a school, those of its district come before those of the city; otherwise the city's alone. With
    `only`, one version, whatever it is: for a dry run.
    """

    def __init__(self, school: Organization | None = None, *, only: CreditRuleSet | None = None):
        self.sets = _sets(school.region.path if school else "", only)
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

    @property
    def now(self) -> CreditRuleSet | None:
        """The version in force today."""
        return self.set_on(local_today())

    def find(self, kind: str, day: date) -> CreditRule | None:
        """The rule for a code, a name, or both run together; None where no version in force knows it."""
        for version, names in self.by_name:
            if version.in_force_from <= day:
                return names.get(kind)
        return None

    def begins(self, kind: str) -> date | None:
        """The first day on which any version knows a kind; None where none does."""
        return min((version.in_force_from for version, names in self.by_name if kind in names), default=None)


def _sets(path: str, only: CreditRuleSet | None) -> list[CreditRuleSet]:
    """The nearest area's first, in each the newest first."""
    versions = CreditRuleSet.objects.select_related("area").prefetch_related("rules")
    if only is not None:
        return list(versions.filter(pk=only.pk))
    here = [
        version
        for version in versions.approved().order_by("-in_force_from")
        if version.area is None or (path and path.startswith(version.area.path))
    ]
    return sorted(here, key=lambda version: -len(version.area.path if version.area else ""))


def rule_sets():
    """Every version, drafts too, the newest first."""
    return CreditRuleSet.objects.select_related("area", "approved_by").order_by("-version")


def rules_of_area(area: Region | None, *, on: date) -> CreditRuleSet | None:
    """The approved version in force in an area on a day: its own, otherwise the city's."""
    approved = CreditRuleSet.objects.approved().filter(in_force_from__lte=on).order_by("-in_force_from")
    own = approved.filter(area=area).first() if area else None
    return own or approved.filter(area=None).first()


def next_version() -> int:
    return (CreditRuleSet.objects.aggregate(last=Max("version"))["last"] or 0) + 1


def schools_of_trial(trial: RuleTrial) -> QuerySet[Organization]:
    """The schools that were chosen, else all of the area, by number."""
    chosen = trial.schools.all()
    of_area = Organization.objects.schools().filter(region__path__startswith=trial.area.path)
    return (chosen if chosen.exists() else of_area).select_related("region").order_by("pk")


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
        cap_per_day=row.cap_per_day,
        most_per_provider=row.most_per_provider,
        once=row.once,
        awards=award_table(row.awards, step),
        is_off_campus=row.family == CreditRule.Family.OFF_CAMPUS,
    )
