"""Secrets that customers send unasked are masked before log, table and model see them. Pure, and linear in the text.

A text is read as its `_Reading`: lower case, without accents and invisible signs, every digit an ASCII one. Found in it
are numbers that prove what they are (cards, IMEIs, by Luhn's check digit), values that their words name ("my passcode
is 482913", "1234 to unlock"), and a whole text of nothing but such a number. What replaces them is GSM-7.

What stays on purpose: phone numbers, prices, dates, times, models, LEAD- ids, promotion and zip codes, and as a whole
text 1-3 digits (a line of a list), 4 digits that are a time between 6:00 and 22:30 on the half hour, 5 digits: they
answer "which zip code?" far more often than they unlock a phone (an iPhone takes 4 or 6).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import secret_numbers
import secret_words
from expressions import lazy
from secret_numbers import DAY, MONTH, NO_SECRET, Secret

# Masking changes what stands next to what; a second look finds what the first one brought together.
MAX_LOOKS = 8


@dataclass(frozen=True)
class _Reading:
    """A text as it is read; `places[n]` is where the n-th sign of `words` comes from, its last entry the end."""

    words: str
    places: tuple[int, ...]


def masked_secrets(text: str) -> str:
    """The text with every secret replaced by what it was, such as "[passcode removed]". Twice is the same as once."""
    for _look in range(MAX_LOOKS):
        masked = _masked_once(text)
        if masked == text:
            break
        text = masked
    return text


def _masked_once(text: str) -> str:
    if not text:
        return text
    reading = _read(text)
    kept: list[str] = []
    done = 0
    for secret in _apart([secret for find in _FINDERS for secret in find(reading.words)]):
        start = reading.places[secret.start]
        end = max(reading.places[secret.end - 1] + 1, reading.places[secret.end])
        kept += [text[done:start], f"[{secret.name} removed]"]
        done = end
    return "".join([*kept, text[done:]])


def _read(text: str) -> _Reading:
    signs: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        signs += [(sign, place) for part in unicodedata.normalize("NFKD", character) for sign in _sign(part)]
    return _Reading("".join(sign for sign, _place in signs), (*(place for _sign, place in signs), len(text)))


def _sign(character: str) -> str:
    if character.isascii():
        return character.lower()
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return _FOLDED.get(character) or (" " if character.isspace() else character.lower())


_FOLDED = dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")


def _apart(secrets: list[Secret]) -> list[Secret]:
    """The secrets in order; of those that overlap the one that was found first names the whole stretch."""
    apart: list[Secret] = []
    for secret in sorted(secrets, key=lambda each: each.start):
        if apart and secret.start < apart[-1].end:
            apart[-1] = Secret(apart[-1].start, max(apart[-1].end, secret.end), apart[-1].name)
        else:
            apart.append(secret)
    return apart


# --- a text that is nothing but a number --------------------------------------------------------------------

_ALONE = lazy(r"[^\w$#+%/:]*(?:(?:it'?s|it is|its|es)\s+)?(\d(?:[ .\-]{0,2}\d){3,7})[^\w$#+%/:]*")
_HALF_HOUR = lazy(r"(?:0?[6-9]|1\d|2[0-2])[ .]?[03]0")
_SHORT_DATE = lazy(rf"{MONTH}[-.]{DAY}|{DAY}[-.]{MONTH}|(?:19|20)\d\d{MONTH}{DAY}")
_STAYS = lazy(r"\d+\.\d\d|\d{3}[-. ]\d{4}|\d{5}|(?:\d[ .-]){4}\d")


def _whole_text(words: str) -> Iterator[Secret]:
    match = _ALONE.fullmatch(words)
    if not match:
        return
    number = match[1]
    if not any(each.fullmatch(number) for each in (_HALF_HOUR, _SHORT_DATE, _STAYS, NO_SECRET)):
        yield Secret(match.start(1), match.end(1), "passcode")


_FINDERS: tuple[Callable[[str], Iterator[Secret]], ...] = (
    *(secret_numbers.proven, secret_numbers.beside_a_card, secret_numbers.social),
    *(secret_words.named_before, secret_words.named_after, secret_words.account, _whole_text),
)
