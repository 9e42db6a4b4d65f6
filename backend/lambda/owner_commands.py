"""Brandon's commands: his words as what they ask for. Pure, no model, no table.

Any case, any punctuation around, usual misspellings. A text that is not wholly understood is no command: `Unclear`
carries the sentence that asks. Nor is one with a question mark: "closed tomorrow?" wants to know, it orders nothing.

After a mode a number of one or two digits counts minutes ("break 30"; "gym 5" is asked about), one of three or four
is a time of day ("gym 530" is till 5:30, never 530 minutes).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from blocks import MAX_SLOTS
from expressions import lazy
from phone_numbers import normalized_phone
from shop import Shop
from slots import Slot, slots_on
from spans import days_in, hours_in, is_time_of_day, minutes_in, moment_in, spans_tried
from when import day_in, only_day
from wording import plain

# A day further ahead is one that has passed, named without its year.
FURTHEST_DAYS = 300
# One segment. What is longer is no command, nor is what could be so many spans: each of them costs time to try.
LONGEST_COMMAND = 160
MOST_SPANS = 12
_MONTH_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"


@dataclass(frozen=True)
class SetMode:
    """`until` is aware, in the shop's zone; None for no end, which for closed is the next midnight."""

    mode: str
    until: datetime | None = None


@dataclass(frozen=True)
class Keep:
    """Block these slots, all yet to begin, or free them."""

    slots: tuple[Slot, ...]
    blocking: bool


@dataclass(frozen=True)
class ShowDay:
    """A day's bookings are to be shown."""

    day: date


@dataclass(frozen=True)
class Asked:
    """A command with a question mark: how it stands, on this day or now."""

    day: date | None


@dataclass(frozen=True)
class Hand:
    """Hand a customer (E.164) over to the owner, or back to LINDA."""

    phone: str
    to_owner: bool


@dataclass(frozen=True)
class Ring:
    """While he is at work, calls are to ring him before LINDA answers them, or not."""

    first: bool


@dataclass(frozen=True)
class Settle:
    """The answer to a question: `decision` is "ok" or "no"."""

    code: str
    decision: str


@dataclass(frozen=True)
class ShowCommands:
    """The commands are to be listed."""


@dataclass(frozen=True)
class TwiliosWord:
    """Answered by Twilio itself."""


@dataclass(frozen=True)
class Unclear:
    """`question` is what to ask, or "" when nothing at all was understood."""

    question: str = ""


Command = SetMode | Keep | ShowDay | Asked | Hand | Ring | Settle | ShowCommands | TwiliosWord | Unclear

_MODES = {
    "work": "work working back available",
    "gym": "gym",
    "driving": "driving drive",
    "onsite": "onsite on-site on_site",
    "break": "break lunch",
    "closed": "closed close",
}
_MODE_OF = {word.replace("_", " "): mode for mode, words in _MODES.items() for word in words.split()}
_MODE = lazy(
    r"(?:mode:? )?(?:(?:i'?m|i am|am) )?(?:at |on |out )?(?:the |a )?"
    rf"({'|'.join(sorted(_MODE_OF, key=len, reverse=True))})(?: (?:now|mode))?(?= |$)"
)
_UNTIL = lazy(r"(?:from now )?(?:'?till?|until|to|-) ?(?P<moment>.+)")
_KEEPING = lazy(r"(closed?|block|off|open|unblock|free)(?: (?:on|for|from))? (.+)")
_BLOCKING = {"close", "closed", "block", "off"}
_TODAY_WORDS = {"", "today", "now", "for today", "all day", "all day today", "the rest of the day", "for the day"}
_AGENDA = lazy(r"(?:agenda|schedule|calendar|bookings|show|what's)(?: for)?(?: (?P<day>.+))?")
_RINGING = lazy(
    r"(?:ring|ring me|calls) first(?: on)?|(?P<off>(?:ring|ring me|calls)(?: first)? off|(?:do not|don'?t|no) ring)"
)
_SPELLED = ("driving", "onsite", "closed", "unblock", "agenda", "commands", "resume", "until", "break")
_PAUSE_FORM = 'Which number? Write it like "{verb} +19045550100" or "{verb} 904-555-0100".'


# --- words as a command ---------------------------------------------------------------------------------------


def parse(shop: Shop, words: str, now: datetime) -> Command:
    """What the owner asks for, at this instant."""
    if len(words) > LONGEST_COMMAND:
        return Unclear()
    bare = plain(words).lower()
    text = re.sub(r"\s+", " ", bare).strip(" .!,;:'\"")
    if text == "?" or text.rstrip("?") in ("help me", "commands", "command list"):
        return ShowCommands()
    is_question, text = "?" in text, " ".join(text.replace("?", " ").split())
    text = " ".join(_spelled(word) for word in text.removesuffix(" please").split(" "))
    if text in ("help", "info", "start", "yes", "unstop"):
        return TwiliosWord()
    if spans_tried(text) > MOST_SPANS:
        return Unclear()
    local_now = shop.local(now)
    command = _read(shop, text, local_now)
    return _asked(text, command, local_now.date()) if is_question else command


def _read(shop: Shop, text: str, local_now: datetime) -> Command:
    try:
        found = (each(shop, text, local_now) for each in _READERS)
        return next((command for command in found if command), Unclear())
    except ValueError as question:
        return Unclear(_sentence(str(question)))


def _asked(text: str, command: Command, today: date) -> Command:
    """A command that was written as a question, as the question it is."""
    if isinstance(command, ShowDay) or command == Unclear():
        return command
    try:
        day = day_in(text, today)
    except ValueError:
        return command if isinstance(command, Unclear) else Asked(None)
    return command if isinstance(command, Unclear) and not day else Asked(day)


def _spelled(word: str) -> str:
    """A command word with a letter missing, doubled or two swapped, as it was meant."""
    if len(word) < 4 or word in _SPELLED:
        return word
    return next((known for known in _SPELLED if word[0] == known[0] and _slip(word, known)), word)


def _slip(word: str, known: str) -> bool:
    longer, shorter = sorted((word, known), key=len, reverse=True)
    one_less = len(longer) == len(shorter) + 1
    return sorted(word) == sorted(known) or (
        one_less and any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")


def _mode(_shop: Shop, text: str, now: datetime) -> Command | None:
    found = _MODE.match(text)
    if not found:
        return None
    mode, rest = _MODE_OF[found[1]], text[found.end() :].strip(" ,")
    if rest in (_TODAY_WORDS if mode == "closed" else {"", "now"}):
        return SetMode(mode)
    if mode == "work":
        return None
    minutes = minutes_in(rest)
    if minutes is not None:
        end = (now.astimezone(UTC) + timedelta(minutes=minutes, seconds=59)).replace(second=0, microsecond=0)
        return SetMode(mode, end.astimezone(now.tzinfo))
    until = _UNTIL.fullmatch(rest)
    moment_words = until["moment"] if until else rest if is_time_of_day(rest) else ""
    moment = moment_in(moment_words, now) if moment_words else None
    if moment:
        _require_near(moment.date(), now.date())
    return SetMode(mode, moment) if moment else None


def _keep(shop: Shop, text: str, now: datetime) -> Command | None:
    if text in ("block", "unblock", "off", "free"):
        raise ValueError(f'Which day? Say "{text} fri" or "{text} fri 2-4"')
    if text in ("open", "open now"):
        return SetMode("work")
    found = _KEEPING.fullmatch(text)
    if not found:
        return None
    return Keep(_slots(shop, found[2], now), found[1] in _BLOCKING)


def _show(_shop: Shop, text: str, now: datetime) -> Command | None:
    found = _AGENDA.fullmatch(text)
    words = (found["day"] or "today") if found else text
    day = only_day(words, now.date())
    if day and (day - now.date()).days > FURTHEST_DAYS:
        day = day.replace(year=day.year - 1)  # looking back: a date without a year is the next one to come
    return ShowDay(day) if day else None


def _hand(_shop: Shop, text: str, _now: datetime) -> Command | None:
    verb, _, number = text.partition(" ")
    if verb not in ("pause", "resume", "unpause"):
        return None
    try:
        return Hand(normalized_phone(number), verb == "pause")
    except ValueError:
        raise ValueError(_PAUSE_FORM.format(verb=verb)) from None


def _ring(_shop: Shop, text: str, _now: datetime) -> Command | None:
    found = _RINGING.fullmatch(text)
    return Ring(first=found["off"] is None) if found else None


def _settle(_shop: Shop, text: str, _now: datetime) -> Command | None:
    if text in ("ok", "okay", "no"):
        raise ValueError('Which question? Say it with its code, like "ok 7f3" or "no 7f3"')
    found = re.fullmatch(r"(ok|okay|no) #?([0-9a-f]{3})", text)
    return Settle(found[2], found[1][:2]) if found else None


_READERS: tuple[Callable[[Shop, str, datetime], Command | None], ...] = (_mode, _keep, _show, _hand, _ring, _settle)


# --- days and hours as slots ----------------------------------------------------------------------------------


def _slots(shop: Shop, words: str, now: datetime) -> tuple[Slot, ...]:
    """The slots of "fri 2-4", "dec 24-26", "mon, wed 9-11 and 2-4".

    Raises ValueError with a sentence when there is none to come, or there are too many.
    """
    meant: dict[int, Slot] = {}
    days: tuple[date, date] | None = None
    for piece in _pieces(words):
        named, hours = _days_and_hours(piece, now.date())
        days = named or days
        if days is None:
            raise ValueError('Which day? Say it first, like "block fri 2-4"')
        _require_near(days[1], now.date())
        for ahead in range((days[1] - days[0]).days + 1):
            meant |= {slot.starts_at: slot for slot in _slots_on(shop, days[0] + timedelta(days=ahead), hours)}
    return _to_come([meant[starts_at] for starts_at in sorted(meant)], now)


def _require_near(day: date, today: date) -> None:
    if (day - today).days > FURTHEST_DAYS:
        raise ValueError(f"{day:%b} {day.day} has passed, or is more than {FURTHEST_DAYS} days ahead")


def _to_come(meant: list[Slot], now: datetime) -> tuple[Slot, ...]:
    to_come = tuple(slot for slot in meant if slot.starts_at > now.timestamp())
    if not meant:
        raise ValueError("The shop is not open then anyway")
    if not to_come:
        raise ValueError("All of that has begun or is past")
    if len(to_come) > MAX_SLOTS:
        raise ValueError(f"That is {len(to_come)} slots, at most {MAX_SLOTS} go at once. Please say it in parts")
    return to_come


def _pieces(words: str) -> list[str]:
    """The words at their commas; a weekday before a date ("fri, dec 4") is no piece of its own, but says it twice."""
    weekday = r"\b((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)"
    joined = re.sub(rf"{weekday}\.?, ?(?=(?:{_MONTH_NAMES})[a-z]*\.? \d|\d{{1,2}}/)", r"\1 ", words)
    return [piece.strip() for piece in re.split(r"[,;&+]| and ", joined) if piece.strip()]


def _days_and_hours(piece: str, today: date) -> tuple[tuple[date, date] | None, str]:
    """The days of a piece and the words of its hours, "" for whole days. Raises ValueError when that makes no sense."""
    if days := days_in(piece, today):
        return days, ""
    words = piece.split(" ")
    for place in range(len(words)):
        day_words, hours = " ".join(words[:place]).removesuffix(" from"), " ".join(words[place:])
        days = days_in(day_words, today) if day_words else None
        if (days or not day_words) and _are_hours(hours):
            return days, hours
    raise ValueError(f'I don\'t understand "{piece}"')


def _are_hours(words: str) -> bool:
    whole_day = datetime.min.time(), datetime.max.time()
    try:
        return hours_in(words, *whole_day) is not None
    except ValueError:
        return False


def _slots_on(shop: Shop, day: date, hours: str) -> Iterator[Slot]:
    """The slots of a day that these hours touch."""
    opening = shop.hours[day.weekday()]
    slots = slots_on(shop, day)
    if not slots or opening is None:
        return
    begins, ends = (hours_in(hours, *opening) if hours else None) or (0, 24 * 60)
    for slot in slots:
        minute = slot.start.hour * 60 + slot.start.minute
        if minute < ends and begins < minute + shop.slot_minutes:
            yield slot
