"""What a caller's words ask for before anybody thinks about them: a person, a goodbye, the other language; or nothing.

Speech comes as a recognizer heard it: no punctuation to rely on, numbers as words or digits, now and then only noise.
Pure; no model, no table.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

import when
from errors import InvalidRequest
from shop import Shop
from slots import Slot, bookable_slots_on, slot_at
from wording import ENGLISH, SPANISH, language_of

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

# Words that mean a person wherever they are said, and words that do beside a wish to talk, or when nothing else is
# said: "someone sat on my phone" and "Brandon fixed it last week" ask for nobody.
_SURELY_A_PERSON = (
    r"\b(?:human(?: being)?|(?:real|live|actual) (?:person|agent|human)|representative|operator|operadora?"
    r"|representante|(?:want|need|get(?: me)?|give me) (?:a |an )?(?:person|agent))\b"
)
_MAYBE_A_PERSON = "(?:{people}|{{owner}})".format(
    people=_any(
        "person people agent someone(?:_else)? somebody(?:_else)? manager owner boss technician guy him"
        " persona alguien encargado dueño gerente técnico él"
    )
)
_TALK = "(?:{words})".format(
    words=_any(
        r"talk(?:ing)? speak(?:ing)? chat connect(?:ed)? transfer(?:red)? put(?:_me)?_through reach get_(?:a_)?hold_of"
        r" call ask_for get_me is hablar comuni\w+ pás\w+ pas\w+ está"
    )
)
_WISH_FOR_A_PERSON = rf"\b{_TALK}\b(?: \w+){{{{0,3}}}}? {_MAYBE_A_PERSON}\b"
_BEFORE_A_PERSON, _AFTER_A_PERSON = (
    _any("a an the una? el la hey hi no yes ok okay just"),
    _any("please now por favor there in"),
)
_ONLY_A_PERSON = rf"(?:(?:{_BEFORE_A_PERSON}) )*{_MAYBE_A_PERSON}(?: (?:{_AFTER_A_PERSON}))*"
_COMPLAINT = re.compile(
    r"\b(?:complain\w*|refund\w*|money back|rip(?:ped)? ?off|scam\w*|lawyer|attorney|sue|lawsuit|bbb|unacceptable"
    r"|furious|(?:very|really|so) (?:upset|angry|mad|disappointed)"
    r"|(?:you|he|they|brandon|you guys) (?:broke|ruined|scratched|damaged|lost|messed up)"
    r"|(?:broke|broken|stopped working|not working|doesn'?t work|cracked|went out) again"
    r"|still (?:broken|not working|doesn'?t work|isn'?t working|not fixed)"
    r"|(?:fixed|repaired|replaced) it and (?:now )?it"
    r"|queja\w*|reclam\w+|reembolso|devuélvan\w*|devolución|estafa\w*|abogado|enojad[oa]"
    r"|sigue (?:roto|rota|sin funcionar|igual)|otra vez (?:se )?(?:rompió|dañó)|(?:se )?(?:rompió|dañó) otra vez)\b",
    re.IGNORECASE,
)
_GOODBYES = (
    r"thanks?|thank you|that'?s (?:all|it)|that will be all|good ?bye|bye|bye bye|have a good (?:one|day)"
    r"|adi[oó]s|gracias|muchas gracias|hasta luego|eso es todo|nada m[aá]s|chao"
)
_FAREWELL = re.compile(
    rf"(?:no(?:pe)?,? )?(?:(?:{_GOODBYES})"
    r"(?: (?:so|very) much| a lot| again| linda| for your help| por su ayuda)?[ ,.!]*){1,4}",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:no|nope|nah|never ?mind|not (?:that|then|now)|neither|ninguna?|mejor no|changed my mind|forget it)\b",
    re.IGNORECASE,
)
_ASKS_FOR_SPANISH = re.compile(r"\b(?:spanish|español|espanol)\b", re.IGNORECASE)
_ASKS_FOR_ENGLISH = re.compile(r"\b(?:english|inglés|ingles)\b", re.IGNORECASE)
_HOUR_SAID = re.compile(rf"\b(?:(at|around|about|a las?|las?) )?({'|'.join(_HOURS)})\b", re.IGNORECASE)
_AFTER_HOUR_ES = re.compile(r"(?<=\d) de la (mañana|tarde|noche)\b", re.IGNORECASE)


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


def wants_person(words: str, owner: str) -> str:
    """Why a person should take this call: "person", "complaint", or ""."""
    if _COMPLAINT.search(words):
        return "complaint"
    said, name = " ".join(re.findall(r"[\w']+", words.lower())), re.escape(owner.lower())
    alone, wished = _ONLY_A_PERSON.format(owner=name), _WISH_FOR_A_PERSON.format(owner=name)
    asked = re.search(_SURELY_A_PERSON, said) or re.fullmatch(alone, said) or re.search(wished, said)
    return "person" if asked else ""


def is_farewell(words: str) -> bool:
    return _FAREWELL.fullmatch(words.strip()) is not None


def is_refusal(words: str) -> bool:
    """Whether the words turn down what was offered."""
    return _REFUSAL.match(words.strip()) is not None


def language_wanted(words: str, spoken_now: str) -> str:
    """The language to go on in: the one that is asked for or spoken, else the one that is spoken now."""
    if words == "9":
        return ENGLISH if spoken_now == SPANISH else SPANISH
    if _ASKS_FOR_SPANISH.search(words):
        return SPANISH
    if _ASKS_FOR_ENGLISH.search(words):
        return ENGLISH
    return SPANISH if spoken_now == SPANISH or language_of([words]) == SPANISH else ENGLISH


def asks_only_for_a_language(words: str) -> bool:
    """Whether the words are a wish for a language and nothing to answer."""
    asked = _ASKS_FOR_SPANISH.search(words) or _ASKS_FOR_ENGLISH.search(words)
    return words == "9" or (asked is not None and len(words.split()) <= 4)


# --- the slot that is meant ---------------------------------------------------------------------------------


def with_digits(words: str) -> str:
    """Times as a recognizer writes them out, "at two o'clock", "a las dos de la tarde", the way `when` reads them."""

    def hour(found: re.Match[str]) -> str:
        follows = found.string[found.end() :].lstrip().lower()
        is_time = found[1] or re.match(r"o'?clock|[ap]\.? ?m\b", follows)
        return f"{f'{found[1]} ' if found[1] else ''}{_HOURS[found[2].lower()]}" if is_time else found[0]

    said = _HOUR_SAID.sub(hour, words)
    said = re.sub(r"\b(\d{1,2}) ?o'?clock\b", r"at \1", said, flags=re.IGNORECASE).replace("at at ", "at ")
    return _AFTER_HOUR_ES.sub(lambda found: " am" if found[1].lower() == "mañana" else " pm", said)


def slot_named(shop: Shop, words: str, now: datetime) -> Slot | None:
    """The one slot that the words name by day and time; None for none, more than one, or one the shop has not."""
    said, today = with_digits(words), shop.local(now).date()
    if not when.names_one_time(said):
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
