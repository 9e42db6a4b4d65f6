"""Numbers that are secrets by themselves: cards and IMEIs by their check digit, what is printed beside a card, SSNs.

Read in a text as `privacy` reads it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from expressions import lazy

CARD_DIGITS = range(13, 20)


@dataclass(frozen=True)
class Secret:
    """A stretch of a reading that is a secret, and what it is called."""

    start: int
    end: int
    name: str


_PHONE = (
    r"(?<!\d)(?:\+?1[ .-]{0,2})?(?:\([2-9]\d\d\)[ .-]{0,2}[2-9]\d\d[ .-]?\d{4}"
    r"|[2-9]\d\d[ .-][2-9]\d\d[ .-]\d{4}|[2-9]\d\d[2-9]\d{6})(?!\d)"
    r"|\+\d(?:[ .-]?\d){6,14}(?![ .-]?\d)"
)
DAY, MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATE = (
    rf"(?<!\d)(?<!\d[-/.])(?:(?:19|20)\d\d([-/.]){MONTH}\1{DAY}"
    rf"|(?:{MONTH}([-/.]){DAY}\2|{DAY}([-/.]){MONTH}\3)(?:(?:19|20)\d\d|\d\d))(?!\d)(?![-/.]\d)"
)
NO_SECRET = lazy(rf"lead-\d{{8}}-\d{{6}}|{_DATE}|{_PHONE}|[$#]\s?\d[\d,]*(?:\.\d\d)?|\d{{1,2}}:\d\d(?!\d)")
_RUN = lazy(r"\d(?:[ \t\n.,_*/-]{0,3}\d)*")
_GROUP = lazy(r"\d+")
# How cards and IMEIs are printed; a card of one group or of single digits needs no table.
_SHAPES = {
    *((4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2)),
    *((2, 6, 6, 1), (6, 2, 6, 1), (8, 6, 1), (3, 3, 3, 3, 3), (5, 5, 5), (4, 4, 4, 3), (6, 6, 4), (8, 8)),
}
# Nothing a repair needs has so many digits in a row.
_ENDLESS = 20


def proven(words: str) -> Iterator[Secret]:
    """Cards and IMEIs by their check digit, and what is printed beside a card."""
    clear = NO_SECRET.sub(lambda match: "~" * len(match[0]), words)
    for run in _RUN.finditer(clear):
        groups = [(run.start() + each.start(), each[0]) for each in _GROUP.finditer(run[0])]
        yield from _in_groups(groups)


def _in_groups(groups: list[tuple[int, str]]) -> Iterator[Secret]:
    """The stretches of whole groups that pass for a card or an IMEI, from left to right, none inside another."""
    first = 0
    while first < len(groups):
        last = next((last for last in _ends(groups, first) if _proves(groups, first, last)), None)
        if last is None:
            first += 1
            continue
        digits = "".join(group for _at, group in groups[first : last + 1])
        yield Secret(groups[first][0], groups[last][0] + len(groups[last][1]), _number_name(digits))
        first = last + 1


def _ends(groups: list[tuple[int, str]], first: int) -> list[int]:
    """Where a number that begins with this group may end, the longest first."""
    if len(groups[first][1]) >= _ENDLESS:
        return [first]
    lengths = accumulate(len(group) for _at, group in groups[first : first + CARD_DIGITS.stop])
    return [first + index for index, length in enumerate(lengths) if length in CARD_DIGITS][::-1]


def _proves(groups: list[tuple[int, str]], first: int, last: int) -> bool:
    parts = [group for _at, group in groups[first : last + 1]]
    shape = tuple(len(part) for part in parts)
    whole = first == 0 and last == len(groups) - 1
    usual = whole or len(parts) == 1 or shape in _SHAPES or max(shape) == 1
    return usual and (shape[0] >= _ENDLESS or _passes_luhn("".join(parts)))


def _passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B. All zeros pass, and are no card."""
    doubled = [sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0 and any(doubled)


def _number_name(digits: str) -> str:
    if len(digits) >= _ENDLESS:
        return "number"
    return "IMEI" if len(digits) == 15 and digits[:2] not in ("34", "37") else "card number"


_SOCIAL = lazy(r"(?<![\d-])\d{3}([- .])\d\d\1\d{4}(?![\d-])")
_EXPIRY = lazy(r"(?<![\d/-])(?:0?[1-9]|1[0-2])\s?[/-]\s?(?:20)?\d\d(?![\d/-])")
_CODE = lazy(r"(?<![\d$#/:.-])\d{3,4}(?![\d/:%-]|\s?(?:am|pm))")
_NEAR = 60
_AFTER_EXPIRY = 12


def beside_a_card(words: str) -> Iterator[Secret]:
    """The card's date within some words of it, and the three or four digits right after either."""
    for card in proven(words):
        if card.name != "card number":
            continue
        date = _EXPIRY.search(words, card.end, card.end + _NEAR) or _EXPIRY.search(
            words, max(0, card.start - _NEAR), card.start
        )
        if date:
            yield Secret(date.start(), date.end(), "card date")
        for end in (card.end, date.end() if date else card.end):
            code = _CODE.search(words, end, end + _AFTER_EXPIRY)
            if code and not re.search(r"[a-z]", words[end : code.start()]):
                yield Secret(code.start(), code.end(), "card code")


def social(words: str) -> Iterator[Secret]:
    for match in _SOCIAL.finditer(words):
        yield Secret(match.start(), match.end(), "SSN")
