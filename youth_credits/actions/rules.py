"""Versions of the credit rules: drafted from the one in force, tried on last year's entries, approved for a
day to come. An approved version is never edited (its migration says so); the next one mends what is wrong.
"""

import uuid
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import User, require
from portal.calendar import local_today
from portal.errors import Refused
from portal.jobs import Job, enqueue
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Perm
from youth_credits import queries
from youth_credits.models import CreditRule, CreditRuleSet, RuleTrial

COPIED = [field.attname for field in CreditRule._meta.fields if field.name not in ("id", "rule_set")]
COPIED_OF_SET = [
    "step",
    "year_minimum",
    "off_campus_minimum",
    "kinds_minimum",
    "stage_target",
    "grade_from",
    "grade_to",
]


def _require(rule_set_area: Region | None, by: User) -> None:
    require(by, Perm.CREDIT_RULES, rule_set_area or Region.objects.city())


@transaction.atomic
def draft_rules(*, area: Region | None, in_force_from: date, basis: str, by: User) -> CreditRuleSet:
    """Begin a version from a copy of the rules in force there on the day; nobody counts by it yet."""
    _require(area, by)
    before = queries.rules_of_area(area, on=in_force_from)
    if before is None:
        raise Refused("还没有可以沿用的规则版本。")
    draft = CreditRuleSet(
        version=queries.next_version(),
        area=area,
        in_force_from=in_force_from,
        basis=basis,
        created_by=by,
        **{name: getattr(before, name) for name in COPIED_OF_SET},
    )
    draft.full_clean()
    draft.save()
    CreditRule.objects.bulk_create(
        CreditRule(rule_set=draft, **{name: getattr(rule, name) for name in COPIED})
        for rule in before.rules.order_by("pk")
    )
    audit.record(draft, "draft", by=by, note=f"沿用第{before.version}版")
    return draft


def _only_a_draft(rule_set: CreditRuleSet) -> CreditRuleSet:
    """The version, locked; raises Refused once it is approved."""
    locked = CreditRuleSet.objects.select_for_update(of=("self",)).select_related("area").get(pk=rule_set.pk)
    if not locked.is_draft:
        raise Refused("该版本已批准，不能再修改。请新建一个版本。")
    return locked


@transaction.atomic
def change_rules(rule_set: CreditRuleSet, values: dict, *, by: User) -> None:
    """Change a draft's day, basis and minima."""
    _require(rule_set.area, by)
    locked = _only_a_draft(rule_set)
    before = {name: getattr(locked, name) for name in values}
    for name, value in values.items():
        setattr(locked, name, value)
    locked.full_clean()
    locked.save(update_fields=list(values))
    audit.record(locked, "change", by=by, changes=_changes(before, values))


@transaction.atomic
def change_rule(rule: CreditRule, values: dict, *, by: User) -> None:
    """Change how one kind of a draft earns credit."""
    _require(rule.rule_set.area, by)
    _only_a_draft(rule.rule_set)
    before = {name: getattr(rule, name) for name in values}
    for name, value in values.items():
        setattr(rule, name, value)
    rule.full_clean()
    rule.save(update_fields=list(values))
    audit.record(rule, "change", by=by, changes=_changes(before, values))


@transaction.atomic
def add_rule(rule_set: CreditRuleSet, values: dict, *, by: User) -> CreditRule:
    """Add a kind to a draft."""
    _require(rule_set.area, by)
    rule = CreditRule(rule_set=_only_a_draft(rule_set), **values)
    rule.full_clean()
    rule.save()
    audit.record(rule, "create", by=by, note=str(rule))
    return rule


@transaction.atomic
def remove_rule(rule: CreditRule, *, by: User) -> None:
    """Take a kind out of a draft. Raises Refused where fewer would be left than a year asks for."""
    _require(rule.rule_set.area, by)
    locked = _only_a_draft(rule.rule_set)
    if locked.rules.count() <= max(1, locked.kinds_minimum):
        raise Refused(f"本版本要求最少 {locked.kinds_minimum} 类，不能再删除类别。请先修改要求。")
    audit.record(rule, "remove", by=by, note=str(rule))
    rule.delete()


def _changes(before: dict, after: dict) -> dict:
    return {name: [str(before[name]), str(value)] for name, value in after.items() if before[name] != value}


@transaction.atomic
def drop_rules(rule_set: CreditRuleSet, *, by: User) -> None:
    """Throw a draft away."""
    _require(rule_set.area, by)
    locked = _only_a_draft(rule_set)
    audit.record(locked, "drop", by=by, note=str(locked))
    locked.delete()


@transaction.atomic
def approve_rules(rule_set: CreditRuleSet, *, by: User) -> None:
    """Put a draft in force from its day on. Raises Refused unless that day is still to come."""
    _require(rule_set.area, by)
    locked = _only_a_draft(rule_set)
    if locked.in_force_from <= local_today():
        raise Refused(
            "生效日期须晚于今天：已经登记的活动按当日生效的规则计分，不能事后改变。请先修改生效日期。"
        )
    if CreditRuleSet.objects.approved().filter(area=locked.area, in_force_from=locked.in_force_from).exists():
        raise Refused("同一区域同一天已有另一个版本生效，请修改生效日期。")
    now = timezone.now()
    CreditRuleSet.objects.filter(pk=locked.pk, approved_at=None).update(approved_at=now, approved_by=by)
    audit.record(locked, "approve", by=by, note=str(locked))


@transaction.atomic
def try_rules(
    rule_set: CreditRuleSet,
    *,
    area: Region,
    schools: Iterable[Organization] = (),
    school_year: int,
    key: uuid.UUID,
    by: User,
) -> RuleTrial:
    """Promise to count what a version would have changed in a school year, for these schools of an area or
    for all of them.

    Nothing of the ledger is written. The same key again is the same trial.
    """
    _require(rule_set.area, by)
    trial, is_new = RuleTrial.objects.get_or_create(
        uuid=key,
        defaults={"rule_set": rule_set, "area": area, "school_year": school_year, "created_by": by},
    )
    if is_new:
        trial.schools.set(schools)
        audit.record(trial, "try", by=by, note=f"{rule_set}，{area}，{school_year} 学年")
    enqueue("rule_trial", key=str(key), payload={"trial": trial.pk}, by=by)
    return trial


def keep_trial(trial: RuleTrial, result: dict) -> None:
    """Write down what a trial counted."""
    RuleTrial.objects.filter(pk=trial.pk).update(result=result, ended_at=timezone.now())


def trial_job(trial: RuleTrial) -> Job | None:
    return Job.objects.filter(kind="rule_trial", key=str(trial.uuid)).first()
