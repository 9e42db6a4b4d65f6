"""The shape of words: plain enough for a text message, short enough for two segments, spoken on a call."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_TEXT_LENGTH = 320

# Typographic characters that would turn a whole text into UCS-2 (70 characters a segment), and what they mean.
_FOLDED = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "\u0060": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2022": "-", "\u00b7": "-", "\u2026": "...", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200a": " ",
    "\u00d7": "x", "\u00bd": "1/2", "\u00bc": "1/4", "\u2192": "->", "\u00ae": "", "\u2122": "", "\t": " ",
}  # fmt: skip
_WEEKDAYS = {name[:3]: name for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")}
_MONTHS = {
    name[:3]: name
    for name in (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )
}  # fmt: skip


def plain(text: str) -> str:
    """The same words with typographic signs folded to GSM-7 and pictures left out. Letters stay as they are."""
    folded = "".join(_FOLDED.get(each, each) for each in unicodedata.normalize("NFC", text))
    kept = "".join(each for each in folded if each == "\n" or not _is_picture(each))
    return re.sub(r" *\n *", "\n", re.sub(r"[^\S\n]+", " ", kept)).strip()


def _is_picture(character: str) -> bool:
    """Whether a character is an emoji, a part of one, or nothing that can be read."""
    category = unicodedata.category(character)
    drawn = category == "So" or (category[0] == "S" and ord(character) > 0xFFFF)
    return drawn or category[0] == "C" or character == "\u20e3" or "\ufe00" <= character <= "\ufe0f"


def sentences(text: str) -> list[str]:
    """A text as its sentences, each with its own end. Lines of a list are sentences of their own."""
    found: list[str] = []
    for line in text.splitlines():
        found += re.split(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\u00bf\u00a1\"'(])", line.strip())
    return [sentence for sentence in found if sentence]


def shortened(text: str, longest: int = MAX_TEXT_LENGTH) -> str:
    """The text cut at the end of a sentence where that keeps something, else at a word."""
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in sentences(text):
        if len(kept) + len(sentence) + 1 > longest:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or text[: longest - 3].rsplit(" ", 1)[0].rstrip(",;:- ") + "..."


def joined(parts: Iterable[str], longest: int = MAX_TEXT_LENGTH) -> str:
    """The parts, most important first, joined as far as they fit; a part that does not fit is left out whole."""
    text = ""
    for part in parts:
        candidate = f"{text} {part}".strip() if part else text
        if len(candidate) <= longest:
            text = candidate
    return text


def spoken(text: str) -> str:
    """Words written for the eye as they are said: "Tue Dec 1, 2:00 PM" is "Tuesday December 1, 2 p m"."""
    said = re.sub(r"\(?\b(?:ref\.?|booking number)?\s*LEAD-\d{8}-\d{6}\)?", "", text, flags=re.IGNORECASE)
    said = re.sub(r"\b(1?\d):00 ([AP])M\b", r"\1 \2 M", said)
    said = re.sub(r"\b(1?\d:\d\d) ([AP])M\b", r"\1 \2 M", said)
    said = re.sub(r"\b([AP]) M\b", lambda match: f"{match[1].lower()} m", said)
    said = re.sub(r"\$(\d+)", r"\1 dollars", said)
    said = re.sub(r"\b(" + "|".join(_WEEKDAYS) + r")\b", lambda match: _WEEKDAYS[match[1]], said)
    said = re.sub(r"\b(" + "|".join(_MONTHS) + r")\b(?= \d)", lambda match: _MONTHS[match[1]], said)
    said = re.sub(r"\s+([.,])", r"\1", re.sub(r"\s+", " ", said))
    return re.sub(r"([.,])(?:\s*[.,])+", r"\1", said).strip()
