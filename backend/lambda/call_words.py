"""What a caller's words ask for before anybody thinks about them: a person, a goodbye, the other language; or nothing.

Speech comes as a recognizer heard it: no punctuation to rely on, numbers as words or digits, now and then only noise.
Pure; no model, no table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

import when
from errors import InvalidRequest
from expressions import lazy
from shop import Shop
from slots import Slot, bookable_slots_on, slot_at
from wording import ENGLISH, SPANISH, language_of, sentences

# Below this the recognizer guesses. 0 is Google's sign for "not told", not for "not sure".
LEAST_CONFIDENCE = 0.3


def _numbered(lines: str, first: int) -> dict[str, int]:
    """Each word of a line with the line's number."""
    return {word: number for number, line in enumerate(lines.splitlines(), first) for word in line.split()}


def _any(words: str) -> str:
    """A pattern for any of these; `_` stands for a space in one of them."""
    return "|".join(words.split()).replace("_", " ")


_NOISE = _numbered("uh um umm uhh hm hmm mm mhm ah eh er oh huh este pues a the * #", 0)
_LINES = _numbered(
    "one uno una first primera primero\ntwo to too dos second segunda segundo\nthree tres third tercera tercero", 1
) | {"zero": 0, "cero": 0, "four": 4, "for": 4, "cuatro": 4, "five": 5, "cinco": 5}
_AROUND_A_LINE = _numbered("number option the please line numero número opción opcion el la por favor", 0)
_HOURS = _numbered("\n".join(("one una", "two dos", "three tres", "four cuatro", "five cinco", "six seis")), 1) | (
    _numbered("\n".join(("seven siete", "eight ocho", "nine nueve", "ten diez", "eleven once", "twelve doce")), 7)
)

# Words that mean a person wherever they are said, and words that do only as the one who is to be talked to: "someone
# sat on my phone", "people can't hear me" and "Brandon fixed it last week" ask for nobody.
_SURELY_A_PERSON = (
    r"\b(?:human(?: being)?|(?:real|live|actual) (?:person|agent|human)|representative|operator|operadora?"
    r"|representante|(?:want|need|get(?: me)?|give me) (?:a |an )?(?:person|agent))\b"
)
_ONE = (
    r"(?:{owner}|person|agent|someone(?: else)?|somebody(?: else)?|anyone|anybody|manager|owner|boss|technician|guy|him"
    r"|persona|alguien|encargado|dueño|gerente|técnico|él)"
)
_TO_ONE = rf"(?: \w+){{{{0,2}}}}? {_ONE}\b"
_WISH_FOR_A_PERSON = (
    rf"\b(?:(?:talk|talking|speak|speaking|chat) (?:to|with){_TO_ONE}"
    rf"|(?:connect|transfer|patch|put)(?: me| us)?(?: over| through)? (?:to|with){_TO_ONE}"
    rf"|(?:get|give) me{_TO_ONE}|(?:reach|ask for|hold of) (?:{{owner}}|the owner)"
    rf"|(?:hablar|comunicarme|comuníqueme|comunicar|páseme|pásame|pasarme|me pasa|me comunica) con{_TO_ONE})"
)
_IS_HE_THERE = (
    r"(?:(?:hi|hello|hey|hola) )*(?:is|está) (?:(?:the|el|la) )?"
    r"(?:{owner}|owner|manager|boss|technician|dueño|gerente|técnico|anybody|anyone|somebody|someone|alguien)"
    r"(?: (?:there|in|available|around|home|ahí|disponible|por ahí))?(?: (?:please|por favor))?"
)
_FILLERS = r"(?:(?:a|an|the|una?|el|la|hey|hi|hello|yes|ok|okay|just|for) )*"
_ONLY_A_PERSON = rf"{_FILLERS}(?:{_ONE}(?: (?:please|now|por favor))+|(?!{{owner}}){_ONE})"
_ONLY_THE_OWNER = rf"{_FILLERS}{{owner}}"
_OWN_NAME = r"\b(?:my name is|my name's|name is|this is|i'm|i am|it's|me llamo|mi nombre es|soy) {owner}\b"
_COMPLAINT = (
    r"\b(?:complain\w*|refund\w*|money back|rip(?:ped)? ?off|scam\w*|lawyer|attorney|lawsuit|unacceptable|furious"
    r"|(?:going to|gonna|will|i'll) sue|(?:very|really|so) (?:upset|angry|disappointed)"
    r"|(?:you|you guys|{owner}) (?:broke|ruined|scratched|damaged|lost|messed up)"
    r"|(?:broke|stopped working|not working|doesn'?t work|went out) again"
    r"|(?:fixed|repaired|replaced|repair|you)\b.{{0,60}}\bstill (?:broken|not working|doesn'?t work|isn'?t working)"
    r"|queja\w*|reclamo|reclamación|reclamar|reembolso|devuélvan\w*|estafa\w*|abogado|enojad[oa]"
    r"|(?:arregl|repar|cambi)\w+.{{0,60}}\bsigue (?:roto|rota|sin funcionar|igual)"
    r"|otra vez (?:se )?(?:rompió|dañó)|(?:se )?(?:rompió|dañó) otra vez)\b"
)
_GOODBYES = (
    r"thanks?|thank you|good ?bye|bye|bye bye|have a good (?:one|day)|adi[oó]s|gracias|muchas gracias|hasta luego|chao"
)
_BEFORE_GOODBYE = (
    r"(?:(?:no|nope|ok|okay|perfect|great|alright|all right|awesome|cool|that'?s (?:all|it)(?: i needed)?"
    r"|that will be all|i'?m good|nothing else|listo|perfecto|bueno|eso es todo|nada m[aá]s)[ ,.!]+)*"
)
_FAREWELL = lazy(
    rf"{_BEFORE_GOODBYE}(?:(?:{_GOODBYES})"
    r"(?: (?:so|very) much| a lot| again| linda| for your help| por su ayuda)?[ ,.!]*){1,4}",
    re.IGNORECASE,
)
# The answer "no" to "anything else?".
_NOTHING_ELSE = lazy(
    r"(?:(?:no|nope|nah|ok|okay|nothing|nothing else|that'?s (?:all|it)(?: i needed)?|that will be all"
    r"|i'?m (?:good|fine)|all (?:good|set)|eso es todo|nada m[aá]s|nada|perfect|great)[ ,.!]*){1,3}",
    re.IGNORECASE,
)
_REFUSAL = lazy(
    r"(?:no|nope|nah|never ?mind|not (?:that|then|now)|neither|ninguna?|mejor no|changed my mind|forget it)\b",
    re.IGNORECASE,
)
_ASKS_FOR_SPANISH = lazy(r"\b(?:spanish|español|espanol)\b", re.IGNORECASE)
_ASKS_FOR_ENGLISH = lazy(r"\b(?:english|inglés|ingles)\b", re.IGNORECASE)
_ANYTHING_ELSE = lazy(r"\b(?:anything else|algo más)\b", re.IGNORECASE)
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


def is_understood(words: str, confidence: str) -> bool:
    """Whether there is anything in what the recognizer heard; `confidence` is Twilio's, "" or "0.0" when not told."""
    try:
        sure = float(confidence or 0)
    except ValueError:
        sure = 0.0
    bare = re.sub(r"[^\w*#]+", " ", words.lower()).strip()
    return not (0 < sure < LEAST_CONFIDENCE) and any(word not in _NOISE for word in bare.split())


def number_said(words: str) -> str:
    """The digit that the words are, "two", "number 2", "the first one", else the words as they are."""
    said = [word for word in re.findall(r"\w+", words.lower()) if word not in _AROUND_A_LINE]
    if len(said) == 2 and said[1] == "one":
        said = said[:1]
    if len(said) != 1:
        return words
    return said[0] if said[0].isdecimal() else str(_LINES.get(said[0], words))


def may_be_an_hour(number: int, offered: Sequence[Slot]) -> bool:
    """Whether a number that was said may mean an hour, "one" for one o'clock, that another line of the list offers."""
    return any(slot.start.hour % 12 == number % 12 for line, slot in enumerate(offered, 1) if line != number)


def wants_person(words: str, owner: str, *, opening: bool = False) -> str:
    """Why a person should take this call: "person", "complaint", or "". `opening` are the first words of a call, in
    which the owner's name alone is no answer to a question for the caller's.
    """
    name = re.escape(owner.lower())
    said = re.sub(_OWN_NAME.format(owner=name), "", " ".join(re.findall(r"[\w']+", words.lower()))).strip()
    if re.search(_COMPLAINT.format(owner=name), said):
        return "complaint"
    whole = [_ONLY_A_PERSON, _IS_HE_THERE, *([_ONLY_THE_OWNER] if opening else [])]
    asked = any(re.fullmatch(pattern.format(owner=name), said) for pattern in whole) or any(
        re.search(pattern.format(owner=name), said) for pattern in (_SURELY_A_PERSON, _WISH_FOR_A_PERSON)
    )
    return "person" if asked else ""


def is_farewell(words: str, answers: str = "") -> bool:
    """Whether the words end a call. `answers` is what LINDA said last: "no" is a farewell only to "anything else?"."""
    if _ANYTHING_ELSE.search(answers) and _NOTHING_ELSE.fullmatch(words.strip()):
        return True
    return _FAREWELL.fullmatch(words.strip()) is not None


def is_refusal(words: str) -> bool:
    """Whether the words turn down what was offered."""
    return _REFUSAL.match(words.strip()) is not None


def language_wanted(words: str, spoken_now: str) -> str:
    """The language to go on in: the one that is asked for or spoken, else the one that is spoken now."""
    if _ASKS_FOR_SPANISH.search(words):
        return SPANISH
    if _ASKS_FOR_ENGLISH.search(words):
        return ENGLISH
    return SPANISH if spoken_now == SPANISH or language_of([words]) == SPANISH else ENGLISH


def asks_only_for_a_language(words: str) -> bool:
    """Whether the words are a wish for a language and nothing to answer."""
    asked = _ASKS_FOR_SPANISH.search(words) or _ASKS_FOR_ENGLISH.search(words)
    return asked is not None and len(words.split()) <= 4


def other_language(language: str) -> str:
    return ENGLISH if language == SPANISH else SPANISH


# --- the slot that is meant ---------------------------------------------------------------------------------


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


def asked_about(answer: str) -> list[str]:
    """The parts of LINDA's answer that may put one slot to the caller: its questions, else the whole if it asks."""
    questions = [sentence for sentence in sentences(answer) if sentence.endswith("?")]
    return [*questions, answer] if questions else []


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
