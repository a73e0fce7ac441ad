"""The text of a law, a policy or a standard as clauses that one can link to.

What somebody pastes is read line by line:

    第二章 组织管理          a heading: 第…编、章、节, or any line that begins with #
    第二十六条 在义务教育…   an article; its anchor is its number, 26
    4.1.2 入口               a clause of a standard; its anchor is 4.1.2
    附录A 评分表             an annex; its anchor is annex-a
    【四（一）第1段=4.1.1】…  a clause with a label of its own, and its anchor
    【要点】…                what the clause is about, where its text is not held
    【出处】…                where that is from

Other lines go on with the clause before; what stands before the first one is the foreword.
"""

import re
from dataclasses import dataclass, replace

MOST_CLAUSES = 600
MOST_TEXT = 20_000  # characters of one clause
MOST_GIST = 1_000
MOST_SOURCE = 300
FOREWORD = ("前言", "preamble")

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}
_NUMERAL = "[零〇一二两三四五六七八九十百]+"
_HEADING = re.compile(rf"^第{_NUMERAL}[编章节](?![^\s　])?[\s　]*.*$")
_ARTICLE = re.compile(rf"^(第({_NUMERAL})条(?:之({_NUMERAL}))?)(?:[\s　]+(.*))?$")
_CLAUSE = re.compile(r"^(\d{1,2}(?:\.\d{1,3}){0,4})[\s　]+(\S.*)$")
_ANNEX = re.compile(r"^(附录[\s　]?([A-Z]))(?:[\s　]+(.*))?$")
_OWN = re.compile(r"^【([^】=]{1,60})=([0-9a-z][0-9a-z.-]{0,39})】(.*)$")
_GIST = re.compile(r"^【要点】(.*)$")
_SOURCE = re.compile(r"^【出处】(.*)$")


class TextFault(ValueError):
    """What is wrong with a text, as a Chinese sentence."""


@dataclass(frozen=True)
class Clause:
    anchor: str
    label: str
    heading: str = ""
    text: str = ""
    gist: str = ""
    source: str = ""


def number_of(numeral: str) -> int:
    """The number of a Chinese numeral below a thousand: 二十六 is 26, 一百零一 is 101."""
    total, digit = 0, 0
    for letter in numeral:
        if letter in _UNITS:
            total += (digit or 1) * _UNITS[letter]
            digit = 0
        else:
            digit = _DIGITS[letter]
    return total + digit


def numeral_of(number: int) -> str:
    """A number from 1 to 999 as a law writes it: 26 is 二十六, 101 is 一百零一."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    digits = "零一二三四五六七八九"
    said = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (digits[ones] if ones else "")


def parse(text: str, *, source: str = "") -> list[Clause]:
    """The clauses of a pasted text, in its order; `source`: where gists are from that do not say so.

    Raises TextFault where two have one anchor, one is empty, or there are too many or too long ones.
    """
    clauses: list[Clause] = []
    heading = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            continue
        if line.startswith("#") or _is_heading(line):
            heading = line.lstrip("#").strip()[:120]
            continue
        begun = _begun(line)
        if begun:
            label, anchor, rest = begun
            clauses.append(Clause(anchor, label, heading, rest))
            continue
        if not clauses:
            clauses.append(Clause(FOREWORD[1], FOREWORD[0], heading))
        clauses[-1] = _gone_on(clauses[-1], line)
    if source:
        clauses = [
            replace(clause, source=source) if clause.gist and not clause.source else clause
            for clause in clauses
        ]
    _check(clauses)
    return clauses


def _is_heading(line: str) -> bool:
    return bool(_HEADING.match(line)) and len(line) <= 60 and not line.endswith(("。", "；", "，"))


def _begun(line: str) -> tuple[str, str, str] | None:
    """Label, anchor and first words of the clause that a line begins."""
    if found := _OWN.match(line):
        label, anchor, rest = found.groups()
        return label.strip(), anchor, rest.strip()
    if found := _ARTICLE.match(line):
        label, number, after, rest = found.groups()
        anchor = str(number_of(number)) + (f"-{number_of(after)}" if after else "")
        return label, anchor, (rest or "").strip()
    if found := _ANNEX.match(line):
        label, letter, rest = found.groups()
        return f"附录{letter}", f"annex-{letter.lower()}", (rest or "").strip()
    if found := _CLAUSE.match(line):
        return found[1], found[1], found[2].strip()
    return None


def _gone_on(clause: Clause, line: str) -> Clause:
    if found := _GIST.match(line):
        return replace(clause, gist=_joined(clause.gist, found[1].strip()))
    if found := _SOURCE.match(line):
        return replace(clause, source=_joined(clause.source, found[1].strip()))
    return replace(clause, text=_joined(clause.text, line))


def _joined(before: str, more: str) -> str:
    return f"{before}\n{more}" if before and more else before or more


def _check(clauses: list[Clause]) -> None:
    if len(clauses) > MOST_CLAUSES:
        raise TextFault(f"正文最多 {MOST_CLAUSES} 条，现有 {len(clauses)} 条。")
    seen: set[str] = set()
    for clause in clauses:
        if clause.anchor in seen:
            raise TextFault(f"“{clause.label}”出现了两次，请核对编号。")
        seen.add(clause.anchor)
        if not (clause.text or clause.gist):
            raise TextFault(f"“{clause.label}”没有内容：请写条文，或写【要点】和【出处】。")
        if clause.gist and not clause.source:
            raise TextFault(f"“{clause.label}”写了要点，请另起一行写【出处】。")
        for what, value, most in (
            ("条文", clause.text, MOST_TEXT),
            ("要点", clause.gist, MOST_GIST),
            ("出处", clause.source, MOST_SOURCE),
        ):
            if len(value) > most:
                raise TextFault(f"“{clause.label}”的{what}超过 {most} 字。")


def written(clauses: list[Clause]) -> str:
    """The text that `parse` reads as these clauses, for the page where it is edited."""
    lines, heading = [], ""
    for clause in clauses:
        if clause.heading != heading:
            heading = clause.heading
            lines.append(heading if _is_heading(heading) else f"# {heading}".rstrip())
        first, *more = clause.text.split("\n")
        lines.append(_beginning(clause, first))
        lines += more
        lines += [f"【要点】{line}" for line in clause.gist.split("\n") if line]
        lines += [f"【出处】{line}" for line in clause.source.split("\n") if line]
    return "\n".join(lines)


def _beginning(clause: Clause, first: str) -> str:
    natural = f"{clause.label}　{first}".rstrip("　")
    is_read_back = _begun(natural) == (clause.label, clause.anchor, first)
    return natural if is_read_back else f"【{clause.label}={clause.anchor}】{first}"
