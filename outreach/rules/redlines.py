"""What changed between two versions of a text: clause by clause, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import rjieba

from outreach.rules.clauses import Clause

SAME, CHANGED, NEW, GONE = "same", "changed", "new", "gone"
MOST_WORDS = 6_000  # a longer clause is shown whole, before and after


@dataclass(frozen=True)
class Line:
    """One clause: how it fared, and its words in pieces (state, words)."""

    state: str
    label: str
    anchor: str
    pieces: list[tuple[str, str]] = field(default_factory=list)
    was: str = ""  # the label it had before, where another


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """The words of two texts in order: same, gone or new."""
    if before == after:
        return [(SAME, after)] if after else []
    old, new = rjieba.cut(before), rjieba.cut(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [(state, words) for state, words in ((GONE, before), (NEW, after)) if words]
    found: list[tuple[str, str]] = []
    for tag, one, other, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append((SAME, "".join(new[start:end])))
            continue
        found += [(GONE, "".join(old[one:other]))] if other > one else []
        found += [(NEW, "".join(new[start:end]))] if end > start else []
    return found


def compare(before: Sequence[Clause], after: Sequence[Clause]) -> list[Line]:
    """The clauses of both versions in reading order.

    A clause whose words stayed is the same even where its number moved; then those of one number belong
    together; the others are new or gone.
    """
    match = _matched(before, after)
    taken = set(match.values())
    lines: list[Line] = []
    told = 0  # clauses of `before` already told, from the beginning
    for place, clause in enumerate(after):
        origin = match.get(place)
        if origin is not None:
            lines += _gone(before, range(told, origin), taken)
            told = max(told, origin + 1)
        lines.append(_line(before[origin] if origin is not None else None, clause))
    return lines + _gone(before, range(told, len(before)), taken)


def _words(clause: Clause) -> str:
    return clause.text or clause.gist


def _matched(before: Sequence[Clause], after: Sequence[Clause]) -> dict[int, int]:
    """Place in `after` → place in `before`."""
    found: dict[int, int] = {}
    anchors = {clause.anchor: place for place, clause in enumerate(before)}
    texts: dict[str, list[int]] = {}
    for place, clause in enumerate(before):
        texts.setdefault(_words(clause), []).append(place)
    for place, clause in enumerate(after):
        same = texts.get(_words(clause), [])
        here = anchors.get(clause.anchor)
        if here in same:
            same.remove(here)
            found[place] = here
    for place, clause in enumerate(after):
        same = texts.get(_words(clause), [])
        if place not in found and len(same) == 1:
            found[place] = same.pop()
    taken = set(found.values())
    for place, clause in enumerate(after):
        here = anchors.get(clause.anchor)
        if place not in found and here is not None and here not in taken:
            found[place] = here
            taken.add(here)
    return found


def _line(old: Clause | None, new: Clause) -> Line:
    if old is None:
        return Line(NEW, new.label, new.anchor, [(NEW, _words(new))])
    was = old.label if old.label != new.label else ""
    state = SAME if _words(old) == _words(new) else CHANGED
    return Line(state, new.label, new.anchor, pieces(_words(old), _words(new)), was)


def _gone(before: Sequence[Clause], places: range, taken: set[int]) -> list[Line]:
    return [
        Line(GONE, before[place].label, "", [(GONE, _words(before[place]))])
        for place in places
        if place not in taken
    ]
