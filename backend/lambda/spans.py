"""Spans of time as the owner writes them: "dec 24-26", "fri to mon", "2-4", "after 3", "till 5", "90 min".

Pure, the present is an argument. What is not understood is None or a ValueError that asks; nothing is guessed. Minutes
are counted from a day's midnight on the wall clock, 1440 is the next one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from expressions import lazy
from slots import clock
from when import only_day

DAY_MINUTES = 1440
HALF_A_DAY = timedelta(hours=12)
# A bare hour on another day than today is one of these: "till fri 2" is 2 PM, "till fri 9" is 9 AM.
DAYLIGHT = (8 * 60, 20 * 60)
_TO = r"(?:-|\bto\b|\btill?\b|\buntil\b|\bthru\b|\bthrough\b)"
_TIME = r"(?:noon|midnight|\d{1,2}(?::?\d{2})?(?: ?[ap]\.?(?: ?m)?\b\.?)?)"
_CLOCK = lazy(r"(\d{1,2})(?::?(\d{2}))?(?: ?([ap])\.?(?: ?m)?\.?)?")
_HOURS = lazy(rf"(?:from |between )?({_TIME}) ?(?:{_TO}|and) ?({_TIME})")
_ONE_SIDED = lazy(rf"(after|from|before|till?|until|at|@)? ?({_TIME})")
_DURATION = lazy(
    r"(?:for )?(?:(\d{1,2}(?:\.\d{1,2})?|an?|half an|half) ?(?:hours?|hrs?|h))?"
    r"(?: ?(?:and )?(\d{1,4}) ?(minutes?|mins?|m)?)?"
)
_HOUR_WORDS = {"a": 1.0, "an": 1.0, "half": 0.5, "half an": 0.5}


def days_in(words: str, today: date) -> tuple[date, date] | None:
    """The first and the last day: of one day, or of a span such as "dec 24-26". Raises as when.day_in."""
    text = re.sub(r"\b(\d{4})-(\d{2})-(\d{2})\b", r"\2/\3/\1", words.lower())
    if day := only_day(text, today):
        return day, day
    for dash in re.finditer(_TO, text):
        first = only_day(text[: dash.start()], today)
        last = _last_day(text[dash.end() :], first, today) if first else None
        if first and last:
            if last < first:
                raise ValueError("Those days run backwards.")
            return first, last
    return None


def _last_day(words: str, first: date, today: date) -> date | None:
    if number := re.fullmatch(r"\s*(\d{1,2})(?:st|nd|rd|th)?\s*", words):
        try:
            return first.replace(day=int(number[1]))
        except ValueError:
            raise ValueError("There is no such day in the calendar.") from None
    after_first = only_day(words, first)
    relative = only_day(words, today)
    # "tomorrow" counts from today, "fri" and "jan 2" from the first day on.
    return relative if after_first and relative and relative >= first else after_first


def _candidates(words: str) -> tuple[int, ...]:
    """The minutes of the day that a time can mean: two for a bare "5", one for "5pm", none for no time."""
    if words in ("noon", "midnight"):
        return (12 * 60,) if words == "noon" else (DAY_MINUTES,)
    found = _CLOCK.fullmatch(words)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59 or not found:
        return ()
    if found[3]:
        return (hour % 12 * 60 + minute + (12 * 60 if found[3] == "p" else 0),) if 1 <= hour <= 12 else ()
    if hour > 12 or words.startswith("0"):
        return (hour * 60 + minute,)
    return (hour % 12 * 60 + minute, (hour % 12 + 12) * 60 + minute)


def hours_in(words: str, opens: time, closes: time) -> tuple[int, int] | None:
    """Begin and end, in minutes, of hours of a day on which the shop is open then: "2-4", "after 3", "noon".

    Of what bare hours can mean it is the shortest span, if it touches the opening hours. One time alone is a minute.
    Raises ValueError when there is none.
    """
    first, last = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    if words in ("morning", "in the morning", "afternoon", "in the afternoon"):
        return (first, 12 * 60) if words.endswith("morning") else (12 * 60, last)
    if both := _HOURS.fullmatch(words):
        pairs = itertools.product(_candidates(both[1]), _candidates(both[2]))
        spans = [(begin, end) for begin, end in pairs if begin < end]
    elif one := _ONE_SIDED.fullmatch(words):
        spans = list(_one_sided(one[1] or "at", _candidates(one[2]), first, last))
    else:
        return None
    shortest = min((end - begin for begin, end in spans), default=0)
    for begin, end in spans:
        if end - begin == shortest and begin < last and first < end:
            return begin, end
    raise ValueError(f'"{words}" is outside the opening hours, {clock(opens)}-{clock(closes)}.')


def _one_sided(word: str, candidates: tuple[int, ...], first: int, last: int) -> Iterator[tuple[int, int]]:
    for minute in candidates:
        if word in ("after", "from") and first <= minute < last:
            yield minute, last
        elif word.startswith(("before", "til", "until")) and first < minute <= last:
            yield first, minute
        elif word in ("at", "@") and first <= minute < last:
            yield minute, minute + 1


def moment_in(words: str, now: datetime) -> datetime | None:
    """The instant that "5", "3:30 pm", "fri 2pm" or "monday" names, seen from `now` on the shop's own clock.

    A bare hour is the next such hour, which is never more than half a day away. 5 PM is today's, or, when that has
    passed, tomorrow's if it is within half a day. A day alone is its first minute. Raises ValueError for what has
    passed, or does not exist because the clocks change.
    """
    if day := only_day(words, now.date()):
        return _ahead(_instants(day, 0, now), now, words)
    found = re.fullmatch(rf"(?P<day>.*?)[ ,]*\b(?:at |@ ?)?(?P<time>{_TIME})", words) or re.fullmatch(
        rf"(?P<time>{_TIME})[ ,]+(?P<day>.+)", words
    )
    minutes = _candidates(found["time"]) if found else ()
    if not found or not minutes:
        return None
    if found["day"]:
        day = only_day(found["day"], now.date())
        at = next((each for each in minutes if DAYLIGHT[0] <= each < DAYLIGHT[1]), minutes[-1])
        return _ahead(_instants(day, at, now), now, words) if day else None
    return _next_such_hour(minutes, now, words)


def _next_such_hour(minutes: tuple[int, ...], now: datetime, words: str) -> datetime:
    if minutes == (0,):
        minutes = (DAY_MINUTES,)  # the midnight to come
    today = [each for minute in minutes for each in _instants(now.date(), minute, now)]
    tomorrow = [each for minute in minutes for each in _instants(now.date() + timedelta(days=1), minute, now)]
    bare = len(minutes) > 1
    near = [each for each in (*today, *tomorrow) if _wall(each) - _wall(now) <= HALF_A_DAY]
    return _ahead(near if bare else [*today, *near], now, words)


def _ahead(instants: list[datetime], now: datetime, words: str) -> datetime:
    ahead = [each for each in instants if _utc(each) > _utc(now)]
    if not ahead:
        why = "has passed" if instants else "does not exist, because the clocks change"
        raise ValueError(f'"{words}" {why}.')
    return min(ahead, key=_utc)


def _instants(day: date, minute: int, now: datetime) -> list[datetime]:
    """The instants at which the wall clock shows this: none or two where the clocks change, else one."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    both = [wall.replace(tzinfo=now.tzinfo, fold=fold) for fold in (0, 1)]
    real = [each for each in both if _utc(each).astimezone(now.tzinfo).replace(tzinfo=None) == wall]
    return list({_utc(each): each for each in reversed(real)}.values())


def _wall(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _utc(moment: datetime) -> datetime:
    """Compared as instants: two moments of one zone would be compared by their wall clocks."""
    return moment.astimezone(UTC)


def is_time_of_day(words: str) -> bool:
    """Whether digits alone are a time: "530", "1730", "5:30". "30" is none."""
    return re.fullmatch(r"\d{1,2}:?\d{2}", words) is not None


def spans_tried(words: str) -> int:
    """How many places there are at which these words could be a span, each of which is tried."""
    return len(re.findall(_TO, words))


def minutes_in(words: str) -> int | None:
    """How many minutes "30", "90 min", "1h", "1h30" or "half an hour" are. Raises ValueError for "5" alone.

    A bare number of two digits is minutes; one of three or four, "530", is a time of day, and None here.
    """
    found = _DURATION.fullmatch(words)
    if not found or not (found[1] or found[2]) or is_time_of_day(words):
        return None
    if not found[1] and not found[3] and int(found[2]) <= 12:
        raise ValueError(f'Is {found[2]} a time or minutes? Say "till {found[2]}" or "{found[2]} min".')
    hours = _HOUR_WORDS.get(found[1], 0.0) or float(found[1] or 0)
    minutes = round(hours * 60) + int(found[2] or 0)
    if not 0 < minutes <= DAY_MINUTES:
        raise ValueError("That must be between 1 minute and 24 hours.")
    return minutes
