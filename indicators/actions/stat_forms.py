"""A statistics form: written row by row, from files or a workbook; drafted, published from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from indicators.models import FormItem, Period, StatForm, ValidationRule
from indicators.rules import check_expression
from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm

MOST_ITEMS, MOST_RULES = 500, 300
LONGEST_KEY = FormItem._meta.get_field("key").max_length


@dataclass(frozen=True)
class ItemRow:
    """One item as a file or a sheet has it; `parent` is a key."""

    code: str
    name: str
    table: str
    table_name: str
    part: int = 0
    unit: str = ""
    decimals: int = 0
    definition: str = ""
    is_confirmed: bool = False
    is_text: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    parent: str = ""

    @property
    def key(self) -> str:
        """KC320.1: the code, and the part where a code names several figures."""
        return f"{self.code}.{self.part}" if self.part else self.code


@dataclass(frozen=True)
class RuleRow:
    """One rule as a file or a sheet has it."""

    code: str
    name: str
    severity: str
    expression: dict


def faults_of_item(row: ItemRow, before: Sequence[ItemRow]) -> list[tuple[str, str]]:
    """What is wrong with an item that stands after others: field and sentence each."""
    found = _field_faults(FormItem(**_plain(row)), ["form", "parent", "key", "position"])
    if len(row.key) > LONGEST_KEY:
        found.append(("code", f"代码连同分项至多 {LONGEST_KEY} 个字符"))
    if row.is_text and row.decimals:
        found.append(("decimals", "文字项目没有小数位数"))
    if row.low is not None and row.high is not None and row.low > row.high:
        found.append(("low", "通常下限不能大于上限"))
    earlier = {one.key for one in before}
    if row.key in earlier:
        found.append(("code", f"项目 {row.key} 填了两次"))
    if row.parent and row.parent not in earlier:
        found.append(("parent", f"上级 {row.parent} 不在前面各行中"))
    tables = {one.table: one.table_name for one in before}
    if tables.get(row.table, row.table_name) != row.table_name:
        found.append(("table_name", f"表 {row.table} 前面叫“{tables[row.table]}”"))
    if before and row.table in tables and before[-1].table != row.table:
        found.append(("table", f"表 {row.table} 的各行须连在一起"))
    return found


def faults_of_rule(row: RuleRow, keys: Sequence[str], before: Sequence[RuleRow]) -> list[tuple[str, str]]:
    """What is wrong with a rule over the items with these keys."""
    rule = ValidationRule(code=row.code, name=row.name, severity=row.severity, expression=row.expression)
    found = _field_faults(rule, ["form"])
    if row.code in {one.code for one in before}:
        found.append(("code", f"编号 {row.code} 填了两次"))
    try:
        check_expression(row.expression, keys)
    except ValueError as fault:
        found.append(("expression", str(fault)))
    return found


def _field_faults(row: FormItem | ValidationRule, exclude: list[str]) -> list[tuple[str, str]]:
    found = []
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as fault:
        for name, words in fault.message_dict.items():
            found += [(name, sentence.rstrip("。")) for sentence in words]
    return found


def _plain(row: ItemRow) -> dict:
    names = ("code", "part", "table", "table_name", "name", "unit", "decimals", "definition")
    return {name: getattr(row, name) for name in (*names, "is_confirmed", "is_text", "low", "high")}


def write_form(form: StatForm, items: Sequence[ItemRow], rules: Sequence[RuleRow]) -> None:
    """Make these the items and rules of a form; those there are with the same key or code stay, changed.

    Raises ValueError for a row that cannot be one, in words.
    """
    for place, row in enumerate(items):
        _raise(f"第 {place + 1} 项", faults_of_item(row, items[:place]))
    keys = [row.key for row in items]
    for place, rule in enumerate(rules):
        _raise(f"规则 {rule.code}", faults_of_rule(rule, keys, rules[:place]))
    written: dict[str, FormItem] = {}
    for position, row in enumerate(items, start=1):
        given = {**_plain(row), "parent": written.get(row.parent), "position": position}
        written[row.key], _ = FormItem.objects.update_or_create(form=form, key=row.key, defaults=given)
    for rule in rules:
        given = {"name": rule.name, "severity": rule.severity, "expression": rule.expression}
        ValidationRule.objects.update_or_create(form=form, code=rule.code, defaults=given)


def _raise(where: str, faults: list[tuple[str, str]]) -> None:
    if faults:
        raise ValueError(f"{where}：{faults[0][1]}")


# ---------------------------------------------------------------- a new version


def _require_keeper(by: User) -> None:
    require(by, Perm.RETURN_REVIEW, Region.objects.city())


@transaction.atomic
def draft_form(
    code: str, items: Sequence[ItemRow], rules: Sequence[RuleRow], *, basis: str, by: User
) -> StatForm:
    """The next version of a form as a draft; the draft there is gives way to it.

    Name, frequency and reporters are those of the version before. Raises Refused for a form that is not
    known, or rows that are none.
    """
    _require_keeper(by)
    versions = list(StatForm.objects.select_for_update().filter(code=code).order_by("version"))
    kept = [one for one in versions if not one.is_draft]
    if not kept:
        raise Refused("没有这份报表。")
    if not items:
        raise Refused("工作簿里没有项目，请照模板填写。")
    for draft in versions:
        if draft.is_draft:
            _delete(draft)
    model = kept[-1]
    form = StatForm(
        code=code,
        version=model.version + 1,
        name=model.name,
        basis=basis.strip() or model.basis,
        frequency=model.frequency,
        reporters=model.reporters,
    )
    form.full_clean()
    form.save()
    try:
        write_form(form, items, rules)
    except ValueError as fault:
        raise Refused(f"{fault}。") from None
    audit.record(form, "draft", by=by, note=f"{len(items)} 项，{len(rules)} 条规则")
    return form


@transaction.atomic
def publish_form(form: StatForm, *, valid_from: date, by: User) -> StatForm:
    """Let rounds that open from a day on be of this version; rounds there are keep theirs.

    Raises Refused for a version that is published, a day not after that of the version before, or a day from
    which rounds are open already.
    """
    _require_keeper(by)
    held = _held_draft(form)
    before = StatForm.objects.filter(code=held.code, valid_from__isnull=False).order_by("-valid_from").first()
    if before is not None and valid_from <= before.valid_from:
        raise Refused(f"启用日期应晚于{before}的启用日期（{before.valid_from:%Y年%-m月%-d日}）。")
    later = Period.objects.filter(form__code=held.code, opens_on__gte=valid_from).order_by("opens_on").first()
    if later is not None:
        raise Refused(
            f"{later}的填报（{later.opens_on:%Y年%-m月%-d日}开始）已按上一版开启，启用日期请选在此之后。"
        )
    held.valid_from = valid_from
    held.full_clean()
    held.save(update_fields=["valid_from"])
    audit.record(held, "publish", by=by, changes={"valid_from": ["", valid_from]})
    return held


@transaction.atomic
def drop_draft_form(form: StatForm, *, by: User) -> None:
    """Throw a draft away. Raises Refused for a version that is published."""
    _require_keeper(by)
    held = _held_draft(form)
    audit.record(held, "drop", by=by)
    _delete(held)


def _delete(draft: StatForm) -> None:
    draft.items.update(parent=None)  # an item keeps its parent from being deleted
    draft.delete()


def _held_draft(form: StatForm) -> StatForm:
    held = StatForm.objects.select_for_update().filter(pk=form.pk).first()
    if held is None or not held.is_draft:
        raise Refused("这一版已经启用或删除，不能再改；要修改请上传新的一版。")
    return held
