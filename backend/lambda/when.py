"""What people mean by a day and a time: "tomorrow", "next Friday", "Dec 1", "2pm", "at 2". Pure, today is an argument.

A weekday is the next day of that name, today included; "next Friday" is the Friday of the week after this one, weeks
beginning on Monday. A day and month without a year is the next one to come. A weekday that contradicts the date beside
it is an error, because nobody knows which of the two was meant. So is everything else that is not understood.

No general parser of dates on purpose: such libraries answer something for almost any words, and a wrong guess here is
a customer in front of a closed door.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, time, timedelta

from slots import parse_date, parse_time

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon lunes",
            "tuesday tues tue martes",
            "wednesday weds wed miércoles miercoles",
            "thursday thurs thur thu jueves",
            "friday fri viernes",
            "saturday sat sábado sabado",
            "sunday sun domingo",
        )
    )
    for name in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero",
            "february feb febrero",
            "march mar marzo",
            "april apr abril",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto",
            "september sept sep septiembre",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
_RELATIVE = {"today": 0, "tonight": 0, "hoy": 0, "mañana": 1, "manana": 1} | dict.fromkeys(
    ("tomorrow", "tmrw", "tmr", "tmw", "tomorow", "tommorow", "tommorrow", "tomorrrow", "2morrow"), 1
)


def _one_of(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_WORD_DAY = re.compile(rf"\b(day after tomorrow|pasado mañana|{_one_of(_RELATIVE)})\b")
_WEEKDAY = re.compile(rf"\b(?:(next|this|coming|próximo|proximo)\s+)?({_one_of(_WEEKDAYS)})\b\.?")
_MONTH_DAY = re.compile(rf"\b({_one_of(_MONTHS)})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+|de\s+)?({_one_of(_MONTHS)})\b(?:,?\s+(\d{{4}}))?")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?\b")
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_CLOCK = re.compile(r"\b\d{1,2}(?::\d{2})?\s*[ap]\.?\s?m\b\.?|\b(?:[01]?\d|2[0-3]):[0-5]\d\b")
_BARE_HOUR = re.compile(r"\b(?:at|around|about|a las?|@)\s*(\d{1,2})(?!\d|[:/.-]\d)\b")
_NOON = re.compile(r"\b(noon|mediod[ií]a)\b")


class Contradiction(ValueError):
    """The words name a date and a weekday (Monday is 0) that is not that date's."""

    def __init__(self, named: date, weekday: int) -> None:
        self.named, self.weekday = named, weekday
        super().__init__(f"{spoken(named)}, not a {calendar.day_name[weekday]}: which day do you mean?")


def day_in(words: str, today: date) -> date | None:
    """The day that the words name, or None when they name none. Raises ValueError for one that cannot be.

    Contradiction, a ValueError, carries a sentence that asks which of the two was meant.
    """
    text = words.lower()
    named, rest = _named_date(text, today)
    weekday = _WEEKDAY.search(rest)
    if named is None:
        return _next_weekday(weekday, today) if weekday else None
    if weekday and named.weekday() != _WEEKDAYS[weekday[2]]:
        raise Contradiction(named, _WEEKDAYS[weekday[2]])
    return named


def only_day(words: str, today: date) -> date | None:
    """The day, when the words name one and say nothing else. Raises as day_in."""
    named, rest = _named_date(words.lower(), today)
    weekday = _WEEKDAY.search(rest)
    rest = _without(rest, weekday) if weekday else rest
    said_more = re.sub(r"\b(?:on|the|all day)\b|[\s.,()]", "", rest)
    return day_in(words, today) if (named or weekday) and not said_more else None


def _named_date(text: str, today: date) -> tuple[date | None, str]:
    """A date said otherwise than by its weekday, and the words without it."""
    if found := _ISO.search(text):
        return parse_date(found[0]), _without(text, found)
    if found := _MONTH_DAY.search(text):
        return _dated(found[3], _MONTHS[found[1]], int(found[2]), today), _without(text, found)
    if found := _DAY_MONTH.search(text):
        return _dated(found[3], _MONTHS[found[2]], int(found[1]), today), _without(text, found)
    if found := _SLASHED.search(text):
        return _dated(found[3], int(found[1]), int(found[2]), today), _without(text, found)
    if found := _WORD_DAY.search(text):
        ahead = 2 if " " in found[1] else _RELATIVE[found[1]]
        return today + timedelta(days=ahead), _without(text, found)
    return None, text


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _dated(year: str | None, month: int, day: int, today: date) -> date:
    """A day and month; without a year the next such day, which for February 29 may be years away."""
    if year:
        return _valid(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for ahead in range(9):
        try:
            candidate = date(today.year + ahead, month, day)
        except ValueError:
            continue
        if candidate >= today:
            return candidate
    return _valid(today.year, month, day)


def _valid(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("there is no such day in the calendar") from None


def _next_weekday(found: re.Match[str], today: date) -> date:
    wanted = _WEEKDAYS[found[2]]
    if found[1] in ("next", "próximo", "proximo"):
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + wanted)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def time_in(words: str, opens: time, closes: time) -> time | None:
    """The time that the words name, or None. "at 2" is the one 2 o'clock inside these hours, if there is one."""
    text = words.lower()
    if found := _CLOCK.search(text):
        try:
            at = parse_time(found[0])
        except ValueError:  # "13 pm" is no time
            return None
        return _in_hours(at, opens, closes) if found[0][-1].isdigit() else at
    if _NOON.search(text):
        return time(12)
    if found := _BARE_HOUR.search(text):
        hour = int(found[1])
        candidates = [time(each) for each in (hour, hour + 12) if each < 24 and opens <= time(each) < closes]
        return candidates[0] if len(candidates) == 1 else None
    return None


def _in_hours(at: time, opens: time, closes: time) -> time:
    """A time without AM or PM: "2:00" is two in the afternoon where that is inside the hours and the other is not."""
    if opens <= at < closes or at.hour >= 12:
        return at
    afternoon = at.replace(hour=at.hour + 12)
    return afternoon if opens <= afternoon < closes else at


def names_one_time(words: str) -> bool:
    """Whether exactly one time of day is named, and no more than one day."""
    text = words.lower()
    times = _CLOCK.findall(text) or _BARE_HOUR.findall(text) or _NOON.findall(text)
    dates = {*_MONTH_DAY.findall(text), *_DAY_MONTH.findall(text), *_ISO.findall(text)}
    days = {*(name for _which, name in _WEEKDAY.findall(text)), *_WORD_DAY.findall(text)}
    return len(set(times)) == 1 and len(days) <= 1 and len(dates) <= 1


def spoken(day: date) -> str:
    """A day as it is said: "December 1 is a Tuesday"."""
    return f"{calendar.month_name[day.month]} {day.day} is a {calendar.day_name[day.weekday()]}"
