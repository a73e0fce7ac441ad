"""Reads of statistics forms: the versions there are, and what a version changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from indicators.models import YEARLY_FORM, Edition, FormItem, StatForm, ValidationRule
from indicators.rules import words_of, written_expression


def versions() -> list[tuple[str, list[StatForm]]]:
    """Every form with its versions, the latest first, the yearly one before the others."""
    rows = StatForm.objects.order_by("code", "-version")
    found = [(code, list(each)) for code, each in groupby(rows, key=lambda form: form.code)]
    found.sort(key=lambda pair: (pair[0] != YEARLY_FORM, pair[1][0].name))
    return [(each[0].name, each) for _, each in found]


@dataclass(frozen=True)
class Differences:
    """What a version has that the one before has not, what it lacks, what it changes; items and rules."""

    before: StatForm | None
    added: list[FormItem]
    gone: list[FormItem]
    changed: list[tuple[FormItem, str]]  # with what changed, in words
    rules_added: list[ValidationRule]
    rules_gone: list[ValidationRule]
    rules_changed: list[ValidationRule]
    lost_to_the_index: list[str]  # keys an edition in use reads that this version does not ask for

    @property
    def is_none(self) -> bool:
        return not (
            self.added
            or self.gone
            or self.changed
            or self.rules_added
            or self.rules_gone
            or self.rules_changed
        )


COMPARED = ("name", "unit", "decimals", "definition", "is_text", "low", "high", "table", "table_name")


def differences(form: StatForm) -> Differences:
    """A version beside the published one before it; all of it is new where there is none."""
    before = (
        StatForm.objects.filter(code=form.code, version__lt=form.version)
        .exclude(valid_from=None)
        .order_by("-version")
        .first()
    )
    now, then = _items(form), _items(before) if before else {}
    rules = {rule.code: rule for rule in form.rules.all()}
    earlier = {rule.code: rule for rule in before.rules.all()} if before else {}
    gone = [then[key] for key in then if key not in now]
    return Differences(
        before=before,
        added=[now[key] for key in now if key not in then],
        gone=gone,
        changed=[
            (now[key], words) for key in now if key in then and (words := _changed(now[key], then[key]))
        ],
        rules_added=[rules[code] for code in rules if code not in earlier],
        rules_gone=[earlier[code] for code in earlier if code not in rules],
        rules_changed=[
            rules[code] for code in rules if code in earlier and _rule(rules[code]) != _rule(earlier[code])
        ],
        lost_to_the_index=_read_by_the_index(gone) if form.code == YEARLY_FORM else [],
    )


def _items(form: StatForm) -> dict[str, FormItem]:
    return {item.key: item for item in form.items.order_by("position")}


def _changed(now: FormItem, then: FormItem) -> str:
    fields = [FormItem._meta.get_field(name) for name in COMPARED]
    return "；".join(
        f"{field.verbose_name}：{_said(getattr(then, field.name))} → {_said(getattr(now, field.name))}"
        for field in fields
        if getattr(now, field.name) != getattr(then, field.name)
    )


def _said(value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "空" if value in (None, "") else str(value)


def _rule(rule: ValidationRule) -> tuple:
    return rule.name, rule.severity, written_expression(rule.expression)


def _read_by_the_index(gone: Sequence[FormItem]) -> list[str]:
    keys = {item.key for item in gone}
    read = set()
    for edition in Edition.objects.exclude(adopted_at=None).prefetch_related("indicators"):
        for one in edition.indicators.all():
            read |= {term.get("key") for term in (*one.numerator, *one.denominator)} & keys
    return sorted(read)


def rule_texts(form: StatForm) -> list[tuple[ValidationRule, str]]:
    """Every rule of a version with what it says."""
    names = dict(form.items.values_list("key", "name"))
    return [(rule, words_of(rule.expression, names)) for rule in form.rules.order_by("code")]
