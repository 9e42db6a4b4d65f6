"""What a caller's words are before anybody thinks about them: noise, a key, a goodbye, a wish for the other language.

Speech comes as a recognizer heard it: no punctuation to rely on, numbers as words or digits, now and then only noise.
Pure; no model, no table.
"""

from __future__ import annotations

import re

from expressions import lazy
from wording import ENGLISH, SPANISH, language_of, questions

# Below this the recognizer guesses. 0 is Google's sign for "not told", not for "not sure".
LEAST_CONFIDENCE = 0.3


def numbered(lines: str, first: int) -> dict[str, int]:
    """Each word of a line with the line's number."""
    return {word: number for number, line in enumerate(lines.splitlines(), first) for word in line.split()}


_NOISE = numbered("uh um umm uhh hm hmm mm mhm ah eh er oh huh este pues a the * #", 0)
_ORDINALS = numbered(
    "first primera primero 1st\nsecond segunda segundo 2nd\nthird tercera tercero 3rd\nfourth cuarta cuarto 4th", 1
)
_LINES = (
    numbered("one uno una\ntwo to too dos\nthree tres\nfour for cuatro\nfive cinco", 1)
    | _ORDINALS
    | {"zero": 0, "cero": 0}
)
_AROUND_A_LINE = numbered(
    "number option press key the please line numero número opción opcion oprimo tecla el la por favor", 0
)
# Only before "the first": "I'll take one" may be a screen protector.
_BEFORE_AN_ORDINAL = numbered("i ll d like will take want let us s do go with yes ok okay quiero tomo me quedo con", 0)
_GOODBYES = r"good ?bye|bye|bye bye|have a good (?:one|day)|adi[oó]s|hasta luego|chao"
_THANKS = r"thanks?|thank you|gracias|muchas gracias"
_ALL_SAID = r"that'?s (?:all|it)(?: i needed)?|that will be all|nothing else|eso es todo|nada m[aá]s"
_BEFORE_GOODBYE = (
    r"(?:(?:no|nope|ok|okay|perfect|great|alright|all right|awesome|cool|i'?m good|listo|perfecto|bueno"
    rf"|{_ALL_SAID})[ ,.!]+)*"
)
_FAREWELL = lazy(
    rf"{_BEFORE_GOODBYE}(?:(?:{_GOODBYES}|{_THANKS})"
    r"(?: (?:so|very) much| a lot| again| linda| for your help| por su ayuda)?[ ,.!]*){1,4}"
    rf"(?:(?:{_ALL_SAID})[ .!]*)?",
    re.IGNORECASE,
)
# Of a farewell what ends a call whatever LINDA has just asked; "great, thank you" may be the answer to that.
_SURELY_THE_END = lazy(rf"\b(?:{_GOODBYES}|{_ALL_SAID})\b", re.IGNORECASE)
# The answer "no" to "anything else?".
_NOTHING_ELSE = lazy(
    rf"(?:(?:no|nope|nah|ok|okay|nothing|{_ALL_SAID}"
    r"|i'?m (?:good|fine)|all (?:good|set)|nada|perfect|great)[ ,.!]*){1,3}",
    re.IGNORECASE,
)
_ASKS_FOR_SPANISH = lazy(r"\b(?:spanish|español|espanol)\b", re.IGNORECASE)
_ASKS_FOR_ENGLISH = lazy(r"\b(?:english|inglés|ingles)\b", re.IGNORECASE)
_ANYTHING_ELSE = lazy(r"\b(?:anything else|algo más)\b", re.IGNORECASE)


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
    if says_which(words):
        said = [word for word in said if word not in _BEFORE_AN_ORDINAL]
    if len(said) == 2 and said[1] == "one":
        said = said[:1]
    if len(said) != 1:
        return words
    return said[0] if said[0].isdecimal() else str(_LINES.get(said[0], words))


def says_which(words: str) -> bool:
    """Whether a line is named by its place, "the second", which can be no hour and no quantity."""
    return any(word in _ORDINALS for word in re.findall(r"\w+", words.lower()))


def is_farewell(words: str, answers: str = "") -> bool:
    """Whether the words end a call. `answers` is what LINDA said last: "no" is a farewell only to "anything else?", and
    "great, thank you" is none to a question of any other kind: it may be a yes.
    """
    said, asked = words.strip(), questions(answers)
    if any(_ANYTHING_ELSE.search(question) for question in asked):
        return any(pattern.fullmatch(said) for pattern in (_NOTHING_ELSE, _FAREWELL))
    return bool(_FAREWELL.fullmatch(said) and (not asked or _SURELY_THE_END.search(said)))


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
