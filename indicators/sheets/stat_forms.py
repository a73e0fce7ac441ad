"""A statistics form as a workbook: its items and its rules, out to be changed and in as a new version."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from indicators.actions.stat_forms import (
    MOST_ITEMS,
    MOST_RULES,
    ItemRow,
    RuleRow,
    faults_of_item,
    faults_of_rule,
)
from indicators.models import FormItem, StatForm, ValidationRule
from indicators.rules import read_expression, written_expression
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.sheets import Column, Fault, Page, Table, as_text, read_table, write_workbook

# Header of a sheet's column, the field it is of.
ITEMS = {
    "表号": "table",
    "表名": "table_name",
    "代码": "code",
    "分项": "part",
    "指标名称": "name",
    "计量单位": "unit",
    "小数位数": "decimals",
    "上级": "parent",
    "口径": "definition",
    "文字": "is_text",
    "通常下限": "low",
    "通常上限": "high",
    "代码已核实": "is_confirmed",
}
RULES = {
    "编号": "code",
    "规则": "name",
    "要求": "severity",
    "左边": "left",
    "关系": "sign",
    "右边": "right",
    "幅度（%）": "percent",
}
HELP = (
    "“项目”一行一个指标，次序就是报表的次序；上级写在前面已有的“代码”或“代码.分项”。",
    "一个代码有几个数的，“分项”填 1、2、3；只有一个数的填 0 或不填。",
    "“文字”“代码已核实”填“是”，否则不填。通常上下限之外的数要填报人说明，可以不填。",
    "“规则”的左边、右边写项目代码，用 + 相加，需要倍数的写 KJ121×10000；上期的数写“上期KR100”，"
    "别的报表的合计写“报表代码:项目代码”。",
    "“关系”填 =、≤、≥、同为0（左边为 0 时右边也应为 0）或 增减（与上期相比超过“幅度”的要说明）。",
    "“要求”填“必改”或“需说明”。",
    "上传后先存为草稿，核对无误再定启用日期；以前各期的报表仍按原来的版本。",
)
YES = "是"
WIDE = {"指标名称": 36, "口径": 48, "规则": 36, "左边": 28, "右边": 28}


@dataclass
class FormSheet:
    """What a workbook says, and what in it cannot be taken, by row."""

    items: list[ItemRow] = field(default_factory=list)
    rules: list[RuleRow] = field(default_factory=list)
    faults: list[tuple[str, Fault]] = field(default_factory=list)  # with the name of the page

    @property
    def is_sound(self) -> bool:
        return not self.faults


# ---------------------------------------------------------------- out


def form_workbook(form: StatForm) -> bytes:
    """A version of a form, to be changed and uploaded as the next."""
    out = io.BytesIO()
    items = [_item_cells(item) for item in form.items.select_related("parent").order_by("position")]
    rules = [_rule_cells(rule) for rule in form.rules.order_by("code")]
    help_page = Page(
        name="填表说明", columns=[Column(header="说明", width=96)], rows=[(line,) for line in HELP]
    )
    write_workbook(out, [_page("项目", ITEMS, items), _page("规则", RULES, rules), help_page])
    return out.getvalue()


def _page(name: str, headers: Iterable[str], rows: list[tuple]) -> Page:
    return Page(
        name=name, columns=[Column(header=one, width=WIDE.get(one, 12)) for one in headers], rows=rows
    )


def _item_cells(item: FormItem) -> tuple:
    return (
        item.table,
        item.table_name,
        item.code,
        item.part,
        item.name,
        item.unit,
        item.decimals,
        item.parent.key if item.parent else "",
        item.definition,
        YES if item.is_text else "",
        item.low,
        item.high,
        YES if item.is_confirmed else "",
    )


def _rule_cells(rule: ValidationRule) -> tuple:
    left, sign, right, percent = written_expression(rule.expression)
    return rule.code, rule.name, rule.get_severity_display(), left, sign, right, percent


# ---------------------------------------------------------------- in


def read_form(upload) -> FormSheet:
    """The items and rules of a workbook, with every fault by its row.

    Raises SheetRefused for a file that is no such workbook, Refused for one too long.
    """
    data = upload.read()
    items = read_table(data, expect=list(ITEMS), optional=["分项", "文字", "通常下限", "通常上限"])
    rules = read_table(data, expect=list(RULES))
    if len(items) > MOST_ITEMS or len(rules) > MOST_RULES:
        raise Refused(f"一份报表至多 {MOST_ITEMS} 项、{MOST_RULES} 条规则。")
    found = FormSheet()
    found.faults = [("项目", one) for one in items.faults] + [("规则", one) for one in rules.faults]
    for line, cells in _lines(items, ITEMS):
        _take_item(found, line, cells)
    keys = [row.key for row in found.items]
    for line, cells in _lines(rules, RULES):
        _take_rule(found, line, cells, keys)
    found.faults.sort(key=lambda pair: (pair[0] != "项目", pair[1].line))
    return found


def _lines(table: Table, headers: dict[str, str]) -> Iterable[tuple[int, dict[str, str]]]:
    for line, row in table.numbered():
        record = dict(zip(table.headers, row, strict=True))
        yield line, {name: clean_text(as_text(record.get(header))) for header, name in headers.items()}


def _take_item(found: FormSheet, line: int, cells: dict[str, str]) -> None:
    """One row as an item; a row that is none is told, and kept as far as it can be for what refers to it."""
    values: dict = {name: cells[name] for name in ("table", "table_name", "code", "name", "unit", "parent")}
    values["definition"] = cells["definition"]
    faults: list[tuple[str, str]] = []
    for name in ("part", "decimals"):
        text = cells[name] or "0"
        is_number = text.isascii() and text.isdecimal() and int(text) <= 99
        values[name] = int(text) if is_number else 0
        faults += [] if is_number else [(name, "请填 0 至 99 的整数")]
    for name in ("is_text", "is_confirmed"):
        values[name] = cells[name] == YES
        faults += [] if cells[name] in ("", YES, "否") else [(name, "请填“是”，或不填")]
    for name in ("low", "high"):
        try:
            values[name] = Decimal(cells[name].replace(",", "")) if cells[name] else None
            if values[name] is not None and not values[name].is_finite():
                raise InvalidOperation
        except InvalidOperation:
            values[name] = None
            faults.append((name, "请填数字，或不填"))
    row = ItemRow(**values)
    faults += faults_of_item(row, found.items)
    found.faults += [("项目", _fault(line, name, words, cells, ITEMS)) for name, words in faults]
    found.items.append(row)


def _take_rule(found: FormSheet, line: int, cells: dict[str, str], keys: Sequence[str]) -> None:
    severities = {label: value for value, label in ValidationRule.Severity.choices}
    severity = severities.get(cells["severity"], "")
    faults = [] if severity else [("severity", f"请填{'或'.join(severities)}")]
    try:
        expression = read_expression(*(cells[name] for name in ("left", "sign", "right", "percent")))
    except ValueError as fault:
        found.faults += [("规则", _fault(line, "left", str(fault), cells, RULES))]
        return
    row = RuleRow(cells["code"], cells["name"], severity, expression)
    faults += [one for one in faults_of_rule(row, keys, found.rules) if one[0] != "severity"]
    found.faults += [("规则", _fault(line, name, words, cells, RULES)) for name, words in faults]
    found.rules.append(row)


def _fault(line: int, name: str, words: str, cells: dict[str, str], headers: dict[str, str]) -> Fault:
    column = next((header for header, each in headers.items() if each == name), "")
    return Fault(line, column or "左边、右边", cells.get(name, ""), words.rstrip("。"), "")
