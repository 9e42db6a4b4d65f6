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

# "No" to whatever was asked.
_NO = lazy(
    r"(?:no(?! (?:problem|worries|rush|hurry|puedo \w+))|nope|nah|never ?mind|not (?:that|then|now)|neither|ninguna?"
    r"|mejor no|changed my mind|forget it|i (?:don'?t|do not) (?:want|like|need) (?:that|it|this)(?= *[,.!]*$))\b",
    re.IGNORECASE,
)
# What turns down a time, whatever was asked: "Tuesday is bad for me". A phone that "doesn't work", or with which
# somebody "can't make calls", is none.
_CANNOT = r"(?:can'?t|cannot|can not|couldn'?t)"
_WONT = r"(?:doesn'?t|does not|won'?t|will not|wouldn'?t|isn'?t going to|is not going to)"
_DAY_ES = r"(?:el (?:lunes|martes|miércoles|jueves|viernes|sábado)|a esa hora|ese día)"
_NOT_THEN = lazy(
    rf"\b{_WONT} (?:really )?(?:work for (?:me|us)|suit)\b"
    rf"|^(?:(?:no|sorry|well|oh|hmm|um|actually|ok|okay)[ ,.]+)*(?:that|this|then)(?: (?:time|day|one))? {_WONT} work\b"
    rf"|\b(?:that time|this time|\w+day|\w+day at [\w:]+(?: [ap]\.?m\.?)?) {_WONT} work\b"
    rf"|(?:^|\b(?:i|we) ){_CANNOT} (?:(?:do|make) (?:it(?! \w+)|that|this|then|\w+day|at|\d)|come(?! on)|be there)"
    r"|\b(?:\w+day(?: at [\w:]+)?|that|this|then|time)(?:'s| is) (?:bad|no good|not good) for (?:me|us)\b"
    r"|\b(?:that'?s|it'?s|that is|it is)(?: (?:a bit|a little|way|far))? too (?:early|late|soon)\b(?! to\b)"
    r"|\b(?:(?:don'?t|do not) want to (?:come|book|take)|rather not|something else instead)\b"
    rf"|\bno puedo(?= *[,.!]*$| (?:ir|venir|llegar|es[ae]|a esa|{_DAY_ES})\b)|\b{_DAY_ES} no puedo\b"
    r"|\bno me (?:queda bien|viene|conviene)\b"
    rf"|(?:^(?:no,? )?(?:esa hora |ese día )?|\b{_DAY_ES} )no me (?:sirve|queda)\b"
    r"|^(?:es )?muy (?:temprano|tarde)\b",
    re.IGNORECASE,
)
# A question for a yes to one time, one that is about something else, and one that asks for a time anew.
_ASKS_TO_TAKE = lazy(
    r"\b(?:(?:shall i|should i|want me to|would you like me to) (?:take|book|reserve|keep|hold|lock|schedule|put you)"
    r"|would you like (?:it|that)(?: (?:one|time|slot))?\?|(?:take|book|reserve|keep|want) (?:it|that|this)"
    r"|(?:does|would|will) (?:that|it|this) (?:work|suit|be|do)|sounds? good"
    r"|is (?:that|it|this) (?:ok|okay|good|fine|alright)(?: (?:for|with) you)?\?"
    r"|la (?:tomo|reservo|aparto|quiere)|se la (?:reservo|aparto|dejo)|le (?:sirve|parece bien|queda|conviene|viene))",
    re.IGNORECASE,
)
_ABOUT_ELSE = lazy(r"\b(?:case|protector|charger|funda|mica|add|note|name|anot\w+|nombre)\b", re.IGNORECASE)
_ASKS_ANEW = lazy(
    r"\b(?:(?:what|which) (?:other )?(?:days?|times?)(?! (?:did|was|were|has|had|is it)\b)"
    r"|when (?:would|works|suits|can|could)|(?:an)?other (?:day|time)\b(?! you)"
    r"|qué (?:otr[oa] )?(?:días?|horas?)|a qué hora|otro día|otra hora"
    r"|cuándo (?:puede|podría|quiere|le|viene|vendría|prefiere|gusta))",
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
    asks_for_it = any(
        slot_named(shop, each, now) or (_ASKS_TO_TAKE.search(each) and not _ABOUT_ELSE.search(each)) for each in about
    )
    return bool(_NO.match(words.strip()) and (not about or asks_for_it))


def asks_for_another_time(shop: Shop, answer: str, now: datetime) -> bool:
    """Whether LINDA's answer asks when it suits and names no time of its own: then none is chosen any more."""
    asks = any(_ASKS_ANEW.search(question) for question in questions(answer))
    return asks and slot_named(shop, answer, now) is None
