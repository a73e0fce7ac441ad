"""CSV cells that no spreadsheet runs or spoils: `neutral` when written, `restored` when read."""

import re

# What a spreadsheet takes for a formula, also behind blanks, quotes, marks nobody sees and in full width.
_RUNS = re.compile(
    "[\\s\"'“”‘’`´\ufeff\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\x00-\x1f\x7f-\x9f]*"
    "[=+\\-@＝＋－＠﹦﹢﹣﹫⁺⁻₊₋⁼₌]"
)
_BEGINS_WITH_TAB = re.compile("[\"' \ufeff]*[\t\r]")
# What a spreadsheet makes another number of: leading zeroes go, 12 digits and more become 4.40301E+17.
_SPOILT = re.compile(r"'*(?:0[0-9]+|[0-9]{12,})\Z")


def _needs_care(text: str, start: int = 0) -> bool:
    return bool(_RUNS.match(text, start) or _SPOILT.match(text, start) or _BEGINS_WITH_TAB.match(text, start))


def neutral(text: str) -> str:
    """The text behind an apostrophe where a spreadsheet would run or spoil it."""
    return "'" + text if _needs_care(text) else text


def restored(text: str) -> str:
    """What `neutral` was given: restored(neutral(text)) == text for every text."""
    return text[1:] if text[:1] == "'" and _needs_care(text, 1) else text
