"""The time that a caller and LINDA talk about: which one is meant, asked for, or turned down.

Speech comes as a recognizer heard it: numbers as words or digits. Pure; no model, no table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

import when
from call_words import numbered
from errors import InvalidRequest
from expressions import lazy
from shop import Shop
from slots import Slot, bookable_slots_on, slot_at
from wording import questions

_HOURS = numbered("\n".join(("one una", "two dos", "three tres", "four cuatro", "five cinco", "six seis")), 1) | (
    numbered("\n".join(("seven siete", "eight ocho", "nine nueve", "ten diez", "eleven once", "twelve doce")), 7)
)
_MINUTES = {
    "thirty": ":30",
    "fifteen": ":15",
    "forty five": ":45",
    "o'clock": "",
    "oclock": "",
    "y media": ":30",
    "y cuarto": ":15",
}
_HOUR_SAID = lazy(
    rf"\b(?:(at|around|about|a las?|las?) )?({'|'.join(_HOURS)})(?: ({'|'.join(_MINUTES)}))?\b(?! of\b)", re.IGNORECASE
)
_EITHER = lazy(rf"\b(?:or|o)\s+(?:at |a las? )?(?:\d|{'|'.join(_HOURS)})", re.IGNORECASE)
_MONTHS_ES = {"ene": "enero", "abr": "abril", "ago": "agosto", "dic": "diciembre"}
# "mar 23 feb": a weekday before its date, which would be read as a month.
_WEEKDAY_ES = lazy(
    r"\b(?:lun|mar|mi[eé]|jue|vie|s[aá]b|dom) (?=\d{1,2} (?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic)\b)"
)
_AFTER_HOUR_ES = lazy(r"(?<=\d) de la (mañana|tarde|noche)\b", re.IGNORECASE)

# "No" to whatever was asked; and what turns down a time, whatever was asked: "Tuesday is bad for me". That a phone
# "doesn't work" is none.
_NO = lazy(
    r"(?:no|nope|nah|never ?mind|not (?:that|then|now)|neither|ninguna?|mejor no|changed my mind|forget it)\b",
    re.IGNORECASE,
)
_NOT_THEN = lazy(
    r"\b(?:(?:doesn'?t|does not|won'?t|will not|wouldn'?t|not going to) (?:really )?(?:work for (?:me|us)|suit)"
    r"|(?:that|then|this time|that time|\w+day|\w+day at \w+) (?:doesn'?t|does not|won'?t|will not) work"
    r"|(?:can'?t|cannot|can not|couldn'?t) (?:do|make|come|be there)(?! (?:my|the phone|anything))\b"
    r"|(?:don'?t|do not) (?:want|like|need) (?:that|it|this|to (?:come|book|take))\b"
    r"|(?:bad|no good|not good) for (?:me|us)"
    r"|too (?:early|late|soon)|rather not|something else instead|no puedo|no me (?:sirve|queda|viene|conviene)"
    r"|muy (?:temprano|tarde))\b",
    re.IGNORECASE,
)
# A question for a yes to one time, and one that asks for a time anew.
_ASKS_TO_TAKE = lazy(
    r"\b(?:shall i|should i|want me to|would you like (?:it|that|me to)"
    r"|(?:take|book|reserve|keep|want) (?:it|that|this)"
    r"|(?:does|would|will) (?:that|it|this)|is (?:that|it|this) (?:ok|okay|good|fine|alright)|sounds? good"
    r"|la (?:tomo|reservo|aparto|quiere)|se la (?:reservo|aparto|dejo)|le (?:sirve|parece|queda|conviene|viene))\b",
    re.IGNORECASE,
)
_ASKS_ANEW = lazy(
    r"\b(?:(?:what|which) (?:other )?(?:days?|times?)|when (?:would|works|suits|can|could|do)|(?:an)?other (?:day|time)"
    r"|qué (?:otr[oa] )?(?:días?|horas?)|a qué hora|cuándo|otro día|otra hora)\b",
    re.IGNORECASE,
)


def with_digits(words: str) -> str:
    """Times as a recognizer writes them out, "at two o'clock", "a las dos de la tarde", the way `when` reads them."""

    def hour(found: re.Match[str]) -> str:
        follows = found.string[found.end() :].lstrip().lower()
        is_time = found[1] or found[3] or re.match(r"[ap]\.? ?m\b", follows)
        if not is_time:
            return found[0]
        at = found[1] or ("at" if found[3] and not re.match(r"[ap]\.? ?m\b", follows) else "")
        return f"{at} {_HOURS[found[2].lower()]}{_MINUTES[found[3].lower()] if found[3] else ''}".strip()

    said = _HOUR_SAID.sub(hour, words)
    said = re.sub(r"\b(\d{1,2}) ?o'?clock\b", r"at \1", said, flags=re.IGNORECASE).replace("at at ", "at ")
    return _AFTER_HOUR_ES.sub(lambda found: " am" if found[1].lower() == "mañana" else " pm", said)


def may_be_an_hour(number: int, offered: Sequence[Slot]) -> bool:
    """Whether a number that was said may mean an hour, "one" for one o'clock, that another line of the list offers."""
    return any(slot.start.hour % 12 == number % 12 for line, slot in enumerate(offered, 1) if line != number)


def asked_about(answer: str) -> list[str]:
    """The parts of LINDA's answer that may put one slot to the caller: its questions, else the whole if it asks."""
    asked = questions(answer)
    return [*asked, answer] if asked else []


def slot_named(shop: Shop, words: str, now: datetime) -> Slot | None:
    """The one slot that the words name by day and time; None for none, more than one, or one the shop has not."""
    said, today = _WEEKDAY_ES.sub("", with_digits(words).lower()), shop.local(now).date()
    for short, month in _MONTHS_ES.items():
        said = re.sub(rf"(?<=\d ){short}\b", month, said)
    if not when.names_one_time(said) or _EITHER.search(said):
        return None
    try:
        day = when.day_in(said, today)
        at = _time(shop, said, day) if day else None
        return slot_at(bookable_slots_on(shop, day, now), at) if day and at else None
    except (ValueError, InvalidRequest):
        return None


def _time(shop: Shop, words: str, day: date) -> time | None:
    opens, closes = shop.hours[day.weekday()] or (time(0), time(0))
    return when.time_in(words, opens, closes)


def is_refusal(words: str) -> bool:
    """Whether the words turn down anything, or a time."""
    return bool(_NO.match(words.strip()) or _NOT_THEN.search(words))


def turns_down_a_time(shop: Shop, words: str, asked: str, now: datetime) -> bool:
    """Whether the words turn down the time that is talked about; `asked` is what LINDA said last. "No" to another
    question, whether there is a case on the phone, turns down nothing.
    """
    if _NOT_THEN.search(words):
        return True
    about = questions(asked)
    asks_for_it = any(_ASKS_TO_TAKE.search(each) or slot_named(shop, each, now) for each in about)
    return bool(_NO.match(words.strip()) and (not about or asks_for_it))


def asks_for_another_time(shop: Shop, answer: str, now: datetime) -> bool:
    """Whether LINDA's answer asks when it suits and names no time of its own: then none is chosen any more."""
    asks = any(_ASKS_ANEW.search(question) for question in questions(answer))
    return asks and slot_named(shop, answer, now) is None
