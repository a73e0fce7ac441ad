"""A return as a workbook with a locked layout, and what is read back from it or from a pasted block."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from indicators.actions.returns import Typed
from indicators.models import Return, ReturnCell
from indicators.rules import NotANumber, read_value
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.sheets import Column, as_text, locked_sheet, read_table

HEADERS = ("表号", "代码", "指标", "计量单位", "本期", "上期", "说明", "口径", "原值", "原说明", "核对码")
TO_FILL = ("本期", "说明")


def workbook(filing: Return, cells: Sequence[ReturnCell], last: dict[str, str]) -> bytes:
    """The return to be filled elsewhere: figures and notes may be changed, nothing else."""
    columns = [
        Column(header="表号", width=9),
        Column(header="代码", width=10),
        Column(header="指标", width=40),
        Column(header="计量单位", width=10),
        Column(header="本期", width=16),
        Column(header="上期", width=14),
        Column(header="说明", width=36),
        Column(header="口径", width=50),
        Column(header="原值", width=14),
        Column(header="原说明", width=14),
        Column(header="核对码", width=14),
    ]
    rows = [
        (
            cell.item.table,
            cell.item.key,
            cell.item.name,
            cell.item.unit,
            _cell(cell),
            last.get(cell.item.key, ""),
            cell.note,
            cell.item.definition,
            cell.text,
            cell.note,
            f"{filing.pk}-{cell.version}",
        )
        for cell in cells
    ]
    target = BytesIO()
    locked_sheet(
        target,
        "填报",
        columns,
        rows,
        open_columns=TO_FILL,
        notes=(
            f"{filing}",
            "只能填“本期”和“说明”两列；其余各列已锁定，请不要增删行。",
            "没有发生填 0，不适用填“-”，不填为空。",
            "填好后在平台上传；上传后仍须在平台核对并提交。",
            "平台上此后被他人改过的项目，上传时不会被覆盖，会逐项列出。",
        ),
    )
    return target.getvalue()


def _cell(cell: ReturnCell):
    return cell.value if cell.state == ReturnCell.State.NUMBER else cell.text


@dataclass
class Block:
    """What a sheet or a pasted block would change, and the lines that say nothing to us."""

    typed: dict[str, Typed] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def read_workbook(filing: Return, cells: Sequence[ReturnCell], data: bytes) -> Block:
    """What an uploaded workbook changes. A cell that was changed since the workbook was made is disputed as
    on the page: the version it was made from travels in its row.

    Raises SheetRefused for a file that is no such sheet, Refused for another return's workbook.
    """
    table = read_table(
        data, expect=list(HEADERS), optional=("上期", "口径"), free_text=("说明", "口径", "原说明")
    )
    by_key = {cell.item.key: cell for cell in cells}
    block = Block()
    for line, row in table.numbered():
        record = dict(zip(table.headers, row, strict=True))
        key, mark = as_text(record["代码"]), as_text(record["核对码"])
        if key not in by_key:
            block.unread.append(f"第 {line} 行：代码“{key}”不在本报表中")
            continue
        found = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,9})", mark)
        if not found:
            block.unread.append(f"第 {line} 行（{key}）：核对码不完整，请使用从平台下载的工作簿")
            continue
        if int(found[1]) != filing.pk:
            raise Refused(f"这不是{filing}的工作簿，请核对后上传。")
        typed = Typed(
            text=as_text(record["本期"])[:200],
            note=as_text(record["说明"])[:200],
            seen_version=int(found[2]),
            seen_text=as_text(record["原值"]),
            seen_note=as_text(record["原说明"]),
        )
        if typed.is_touched:
            block.typed[key] = typed
    return block


_CODE = re.compile(r"[A-Za-z]{1,3}[0-9]{2,}(\.[0-9])?")
_CODED = re.compile(r"(\S+?)[\t ,，;；：:]+(.+)")
_SPACED = re.compile(r"[0-9]{1,3}( [0-9]{3})+(\.[0-9]+)?")


def read_block(text: str, cells: Sequence[ReturnCell], start: str = "") -> Block:
    """What a pasted block says: lines of code and figure, or one column of figures from an item on.

    A name or unit may stand between code and figure; a line with more than one figure is not read. An empty
    line leaves its item as it is.
    """
    keys, held = [cell.item.key for cell in cells], {cell.item.key: cell for cell in cells}
    block, at = Block(), keys.index(start) if start in held else 0
    for number, line in enumerate(text.splitlines(), start=1):
        coded = _CODED.fullmatch(line.strip())
        if coded and coded[1] in held:
            many = _figures(coded[2])
            if many > 1:
                block.unread.append(
                    f"第 {number} 行（{coded[1]}）：有 {many} 列数，不知道取哪一列，请只粘贴代码和一列数"
                )
                continue
            key, value = coded[1], coded[2].rpartition("\t")[2]
        else:
            key, value = keys[at] if at < len(keys) else "", line.strip()
            at += 1
            if not value:
                continue
        if not key or "\t" in value or (coded and key != coded[1] and _CODE.fullmatch(coded[1])):
            block.unread.append(f"第 {number} 行：“{line.strip()[:40]}”不是“代码 数”，也不是单独一个数")
            continue
        cell = held[key]
        block.typed[key] = Typed(clean_text(value)[:200], cell.note, cell.version, cell.text, cell.note)
    return block


def _figures(columns: str) -> int:
    """How many of the columns behind a code hold a figure; 1 204 is one."""
    if "\t" not in columns and _SPACED.fullmatch(columns.strip()):
        return 1
    parts = columns.split("\t") if "\t" in columns else columns.split()
    return sum(_is_figure(part) for part in parts)


def _is_figure(text: str) -> bool:
    try:
        return read_value(text, decimals=6) is not None
    except NotANumber:
        return False
