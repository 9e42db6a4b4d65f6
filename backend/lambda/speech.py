"""Words written for the eye as they are said aloud: days, times and prices, in English and in Spanish; and how long.

"Tue Dec 1, 2:30 PM, from $79" is "Tuesday December 1, two thirty p m, from 79 dollars". Pure.
"""

from __future__ import annotations

import re

from expressions import lazy
from wording import SPANISH, sentences

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty")
_HOURS_ES = (
    *("", "la una", "las dos", "las tres", "las cuatro", "las cinco", "las seis", "las siete", "las ocho"),
    *("las nueve", "las diez", "las once", "las doce"),
)
_MINUTES_ES = {0: "", 15: " y cuarto", 30: " y media"}


def _by_first_letters(names: str, length: int = 3) -> dict[str, str]:
    return {name[:length]: name for name in names.split()}


_WEEKDAYS = _by_first_letters("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_MONTHS = _by_first_letters("January February March April May June July August September October November December")
_WEEKDAYS_ES = {
    "lun": "lunes",
    "mar": "martes",
    "mie": "miércoles",
    "mié": "miércoles",
    "jue": "jueves",
    "vie": "viernes",
    "sab": "sábado",
    "sáb": "sábado",
    "dom": "domingo",
}
_MONTHS_ES = _by_first_letters(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
# Written without an accent, because GSM-7 lacks it (see phrases), and mispronounced without it.
_ACCENTED = {
    "numero": "número",
    "dias": "días",
    "dia": "día",
    "sabado": "sábado",
    "bateria": "batería",
}
_TIME = r"\b(1[0-2]|0?[1-9])(?::([0-5]\d))?\s*([ap])\.?\s?m\b\.?"
_CLOCK = lazy(_TIME, re.IGNORECASE)
_BEFORE_CLOCK_ES = lazy(rf"(?:(?<=\w), | a las? )(?={_TIME})", re.IGNORECASE)
_CLOCK_SPAN = lazy(rf"({_TIME})\s?[-\u2013]\s?({_TIME})", re.IGNORECASE)
# "14:00"; and "Tues.", "Thurs", "Dec." before what follows in a date.
_AFTERNOON = lazy(r"\b(1[3-9]|2[0-3]):([0-5]\d)\b(?! ?[ap]\.?m)")
_DOTTED_DATE = lazy(
    r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:(?:s|rs?|t)?\.(?= (?:\d|at\b|[A-Z][a-z]{2}\.? \d))|(?:s|rs|t)\b)"
)
_REFERENCE = lazy(r"\(?\b(?:ref\.?|booking number)?\s*LEAD-\d{8}-\d{6}\)?", re.IGNORECASE)


def spoken(text: str, language: str) -> str:
    """A text of this house, or of the model, as a voice should read it."""
    said = _shortened_forms(_REFERENCE.sub("", text))
    said = (_in_spanish if language == SPANISH else _in_english)(said)
    said = re.sub(r"\s+([.,?!])", r"\1", re.sub(r"\s+", " ", said))
    return re.sub(r"([.,])(?:\s*[.,])+", r"\1", said).lstrip(" .,").rstrip()


def _shortened_forms(text: str) -> str:
    """Other ways in which the model writes times and prices, in the one that is read from here on."""
    said = _AFTERNOON.sub(lambda found: f"{int(found[1]) - 12}:{found[2]} PM", text)
    said = _DOTTED_DATE.sub(r"\1", said)
    said = re.sub(r"(\$\d+) ?[-\u2013] ?\$(?=\d)", r"\1 to $", said)
    return re.sub(r"(?<=\d )mins?\b\.?", "minutes", said)


def few(text: str, most: int = 2) -> str:
    """The text in so many sentences at most: of a longer one its beginning, and its question if it ends with one."""
    said = sentences(text)
    if len(said) <= most:
        return " ".join(said)
    last = said[-1:] if said[-1].rstrip("\"')").endswith("?") else []
    return " ".join([*said[: most - len(last)], *last])


# --- English --------------------------------------------------------------------------------------------------


def _in_english(text: str) -> str:
    said = _CLOCK_SPAN.sub(r"\1 to \5", text)
    said = re.sub(rf"\b({_any(_WEEKDAYS)})-({_any(_WEEKDAYS)})\b", r"\1 to \2", said)
    said = _CLOCK.sub(lambda found: _ended(_clock_en(found), found), said)
    said = _dollars(said, "dollars", ", ").replace("%", " percent")
    said = re.sub(rf"\b({_any(_WEEKDAYS)})\b", lambda found: _WEEKDAYS[found[1]], said)
    return re.sub(rf"\b({_any(_MONTHS)})\b(?= \d)", lambda found: _MONTHS[found[1]], said)


def _clock_en(found: re.Match[str]) -> str:
    """ "two p m", "two oh five p m", "two thirty p m", "noon"."""
    minutes = int(found[2] or 0)
    if int(found[1]) == 12 and not minutes:
        return "noon" if found[3].lower() == "p" else "midnight"
    said = f" {_number(minutes)}" if minutes > 9 else f" oh {_ONES[minutes]}" if minutes else ""
    return f"{_ONES[int(found[1])]}{said} {found[3].lower()} m"


def _number(number: int) -> str:
    """A number below sixty in words."""
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]} {_ONES[ones]}" if ones else _TENS[tens]


# --- Spanish --------------------------------------------------------------------------------------------------


def _in_spanish(text: str) -> str:
    weekday, month = _any(_WEEKDAYS_ES), _any(_MONTHS_ES)
    said = _CLOCK_SPAN.sub(r"de \1 a \5", text)
    said = re.sub(rf"\b({weekday})-({weekday})\b", r"de \1 a \2,", said)
    said = re.sub(rf"\b({weekday})(?= \d| a (?:{weekday})\b|,)", lambda found: _WEEKDAYS_ES[found[1]], said)
    said = re.sub(rf"\b(\d{{1,2}}) ({month})\b", lambda found: f"{found[1]} de {_MONTHS_ES[found[2]]}", said)
    said = _BEFORE_CLOCK_ES.sub(" a ", said)
    said = _CLOCK.sub(lambda found: _ended(_clock_es(found), found), said)
    said = _dollars(said, "dólares", " o ").replace("%", " por ciento")
    return re.sub(rf"\b({_any(_ACCENTED)})\b", lambda found: _ACCENTED[found[1]], said)


def _clock_es(found: re.Match[str]) -> str:
    """ "las dos de la tarde", "la una y media de la tarde", "las doce del mediodía"."""
    hour, minutes, afternoon = int(found[1]), int(found[2] or 0), found[3].lower() == "p"
    if hour == 12:
        part = "del mediodía" if afternoon else "de la noche"
    elif afternoon:
        part = "de la tarde" if hour < 8 else "de la noche"
    else:
        part = "de la mañana"
    return f"{_HOURS_ES[hour]}{_MINUTES_ES.get(minutes, f' y {minutes}')} {part}"


# --- both -----------------------------------------------------------------------------------------------------


def _dollars(text: str, currency: str, between: str) -> str:
    priced = re.sub(r"(\$\d[^/.!?]*?) / (?=\$)", rf"\1{between}", text)
    return re.sub(r"\$(\d+(?:,\d{3})*(?:\.\d\d)?)", rf"\1 {currency}", priced)


def _ended(said: str, found: re.Match[str]) -> str:
    """A time that ended its sentence with the dot of "p.m." keeps a full stop: "2 p.m. Tuesday" does not end one."""
    rest = found.string[found.end() :]
    follows = re.match(rf"\s+(?!{_any(_WEEKDAYS)}|{_any(_MONTHS)})[A-Z\u00bf\u00a1]|\s*$", rest)
    return f"{said}." if found[0].endswith(".") and follows else said


def _any(names: dict[str, str]) -> str:
    return "|".join(names)
