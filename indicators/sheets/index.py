"""Spreadsheets of the index: all results of a vintage out, experts' judgments in."""

import io
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from indicators.actions.editions import Opinion
from indicators.models import Edition, Node, Vintage, VintageCell, WeightOpinion
from indicators.queries import index as queries
from indicators.queries import results
from indicators.queries.editions import children_of, pairs_of
from portal.identifiers import clean_text
from portal.sheets import Column, Fault, Page, Table, as_text, read_table, template, write_workbook

Kind = WeightOpinion.Kind
Cell = VintageCell.Level

# ---------------------------------------------------------------- out


def workbook(vintage: Vintage) -> bytes:
    """All of a vintage: scores, ranks, contributions, inputs, coverage, method and code book; small figures
    about children left out as on the pages."""
    out = io.BytesIO()
    write_workbook(out, pages(vintage))
    return out.getvalue()


def pages(vintage: Vintage) -> list[Page]:
    plan = queries.method_of(vintage)
    rows = results.open_data(vintage)
    # What is kept out of the pages is kept out here, and what would give it away.
    hidden = {(row["region_code"], row["year"], row["node"]) for row in rows if "hidden" in row["flags"]}
    return [
        _about(vintage),
        _scores(rows),
        _ranks(rows),
        _contributions(vintage, plan, hidden),
        _inputs(rows),
        _coverage(rows),
        _method(plan),
        _code_book(),
    ]


def _columns(*headers: str, wide: Iterable[str] = ()) -> list[Column]:
    return [Column(header=header, width=40 if header in wide else 0) for header in headers]


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _about(vintage: Vintage) -> Page:
    told = [
        ("指数版本", vintage.edition.name),
        ("类别", vintage.get_kind_display()),
        ("结果编号", vintage.digest),
        ("结果摘要", vintage.result_digest),
        ("年份", f"{vintage.first_year}–{vintage.last_year}"),
        ("基年", f"{vintage.edition.base_year}年=100"),
        ("模拟次数", vintage.draws),
        ("随机种子", vintage.seed),
        ("计算时间", vintage.created_at.date()),
        ("程序库", "、".join(f"{name} {version}" for name, version in sorted(vintage.libraries.items()))),
        ("说明", vintage.note),
    ]
    return Page(name="说明", columns=_columns("项目", "内容", wide=["内容"]), rows=told)


def _place(row: dict) -> tuple:
    return row["year"], row["region_code"], row["region"]


def _scores(rows: list[dict]) -> Page:
    table = results.score_table(rows)
    listed = [[None if value != value else value for value in line] for line in table.itertuples(index=False)]
    return Page(name="分值", columns=_columns(*(str(name) for name in table.columns)), rows=listed)


def _ranks(rows: list[dict]) -> Page:
    headers = ("年份", "区划代码", "区域", "代码", "名称", "水平分值", "发展指数", "位次", "最好", "最差")
    listed = [
        (
            *_place(row),
            row["node"],
            row["name"],
            _number(row["score"]),
            _number(row["growth"]),
            row["rank"],
            row["rank_low"],
            row["rank_high"],
        )
        for row in rows
        if row["level"] != Cell.INDICATOR
    ]
    return Page(name="指数和领域", columns=_columns(*headers), rows=listed)


def _contributions(vintage: Vintage, plan: queries.Method, hidden: set) -> Page:
    headers = ("年份", "区划代码", "区域", "代码", "名称", "贡献分")
    headers += ("分子变动", "分母变动", "覆盖变动", "权重变动")
    kept = vintage.contributions.select_related("region").order_by("year", "region__code", "node")
    listed = [
        (
            row.year,
            row.region.code,
            row.region.name,
            row.node,
            plan.names.get(row.node, row.node),
            *map(_number, (row.points, row.change_numerator, row.change_denominator)),
            *map(_number, (row.change_coverage, row.change_weights)),
        )
        for row in kept
        # The change from a hidden year, or to one, would give it away.
        if not {(row.region.code, year, row.node) for year in (row.year, row.year - 1)} & hidden
    ]
    return Page(name="贡献", columns=_columns(*headers), rows=listed)


def _inputs(rows: list[dict]) -> Page:
    headers = (
        "年份",
        "区划代码",
        "区域",
        "代码",
        "名称",
        "分子",
        "分母",
        "指标值",
        "分值",
        "位次",
        "取值",
        "标记",
    )
    listed = [
        (
            *_place(row),
            row["node"],
            row["name"],
            *map(_number, (row["numerator"], row["denominator"], row["rate"], row["score"])),
            row["rank"],
            row["state"],
            " ".join(row["flags"]),
        )
        for row in rows
        if row["level"] == Cell.INDICATOR
    ]
    return Page(name="指标", columns=_columns(*headers), rows=listed)


def _coverage(rows: list[dict]) -> Page:
    headers = ("年份", "区划代码", "区域", "代码", "名称", "覆盖率")
    listed = [
        (*_place(row), row["node"], row["name"], _number(row["coverage"]))
        for row in rows
        if row["level"] != Cell.INDICATOR and row["coverage"] is not None
    ]
    return Page(name="覆盖率", columns=_columns(*headers), rows=listed)


def _method(plan: queries.Method) -> Page:
    headers = ("领域", "领域权重", "代码", "指标", "单位", "定义", "下限", "上限", "目标值依据", "权重")
    headers += ("方向", "最少计数", "衔接所需计数")
    listed = [
        (
            one.pillar.name,
            _number(one.pillar.weight),
            one.code,
            one.name,
            one.unit,
            one.definition,
            _number(one.low),
            _number(one.high),
            one.goalpost_basis,
            _number(one.weight),
            "越低越好" if one.lower_is_better else "越高越好",
            one.minimum_events,
            one.link_events,
        )
        for one in plan.indicators
    ]
    return Page(name="目标值和权重", columns=_columns(*headers, wide=["定义", "目标值依据"]), rows=listed)


def _code_book() -> Page:
    told = [
        ("水平分值", "指标值在上下目标值之间折算成的分值；领域和总分是下级的加权平均"),
        ("发展指数", "基年为100，由相邻两年的对称增速逐年衔接"),
        ("最好、最差", "九成模拟结果所在的位次"),
        ("贡献分", "该项使总分增加的分值，各项相加等于总分"),
        ("分子变动等", "该项使总分比上年增减的分值，各项相加等于总分的变化"),
        ("覆盖率", "有数据的权重占适用权重的份额"),
        *((f"标记 {flag}", words) for flag, words in queries.FLAG_WORDS.items()),
        *((f"取值 {value}", label) for value, label in _states()),
    ]
    return Page(name="代码表", columns=_columns("列或代码", "含义", wide=["含义"]), rows=told)


def _states() -> list[tuple[str, str]]:
    return list(VintageCell._meta.get_field("state").choices)


# ---------------------------------------------------------------- experts' judgments, in


JUDGMENTS = ("上级", "专家", "甲", "乙", "判断")
POINTS = ("上级", "专家", "项目", "分数")
HEADERS = {Kind.JUDGMENTS: JUDGMENTS, Kind.POINTS: POINTS}
NOTES = {
    Kind.JUDGMENTS: "“判断”填甲比乙重要多少倍：1 同样重要，3 稍重要，5 明显重要，7 很重要，9 极重要；"
    "乙更重要填倒数，如 1/3。每位专家每一对都要填，前后矛盾（一致性比率超过 0.1）的不收。",
    Kind.POINTS: "“分数”填大于 0 的数，同一上级下各项分数的比例就是权重。",
}


def opinion_template(edition: Edition, kind: str) -> bytes:
    """A sheet to fill: every pair, or every item, under every node of an edition."""
    rows: list[tuple] = []
    for node in edition.nodes.order_by("position"):
        if kind == Kind.JUDGMENTS:
            rows += [(node.name, "专家1", one.name, other.name, None) for one, other in pairs_of(node)]
        else:
            rows += [(node.name, "专家1", child.name, None) for child in children_of(node)]
    out = io.BytesIO()
    columns = [Column(header=name, width=18, is_required=True) for name in HEADERS[Kind(kind)]]
    template(out, "专家意见", columns, notes=[NOTES[Kind(kind)]], rows=rows)
    return out.getvalue()


def read_opinions(upload, edition: Edition, kind: str) -> tuple[list[Opinion], list[Fault]]:
    """What experts said in a workbook or CSV, and the rows that cannot be understood.

    Raises SheetRefused for a file that is no such table.
    """
    table = read_table(upload, expect=list(HEADERS[Kind(kind)]))
    nodes = _by_word(edition.nodes.all())
    below = {node.pk: _by_word(children_of(node)) for node in nodes.values()}
    values: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    faults: list[Fault] = list(table.faults)
    for line, row in _rows(table):
        fault = _read_row(line, row, nodes, below, values)
        if fault is not None:
            faults.append(fault)
    by_key = {node.pk: node for node in nodes.values()}
    found = [Opinion(by_key[pk], expert, kind, told) for (pk, expert), told in values.items()]
    return found, faults


def _by_word(things: Iterable) -> dict:
    """Nodes or children by their code and by their name."""
    return {word: one for one in things for word in (one.code, one.name)}


def _rows(table: Table) -> Iterable[tuple[int, list[str]]]:
    for line, row in table.numbered():
        yield line, [clean_text(as_text(value)) for value in row]


def _read_row(line: int, row: list[str], nodes: dict[str, Node], below: dict, values: dict) -> Fault | None:
    """One row into what its expert said; what is wrong with it, if anything."""
    word, expert, *names, told = row
    node = nodes.get(word)
    if node is None:
        return Fault(line, "上级", word, "没有这个上级", "请照模板填写")
    children = [below[node.pk].get(name) for name in names]
    for name, child, column in zip(
        names, children, ("甲", "乙") if len(names) == 2 else ("项目",), strict=True
    ):
        if child is None:
            return Fault(line, column, name, f"“{node.name}”下没有这一项", "请照模板填写")
    if not expert:
        return Fault(line, "专家", expert, "没有专家编号", "请填写，如“专家1”")
    key = ":".join(child.code for child in children)
    kept = values[node.pk, expert]
    if key in kept or ":".join(reversed(key.split(":"))) in kept:
        return Fault(line, "判断" if len(names) == 2 else "项目", told, "这一项填了两次", "请删去一行")
    kept[key] = told
    return None
