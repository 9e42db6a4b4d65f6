"""What would undo a command, in words that are a command: given only when they mean exactly what is to be restored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from owner_commands import Keep, SetMode, parse
from shop import Shop
from shop_state import next_midnight
from slots import Slot, clock, slots_on


def mode_words(shop: Shop, mode: str, until: datetime | None, now: datetime) -> str:
    """The command that sets this mode until then, or "" when there is none that does exactly that."""
    words = [mode]
    if until is not None:
        local = shop.local(until)
        at = clock(local)
        words += [f"{mode} till {at}", f"{mode} till {_day_words(local.date(), weekday=True)} {at}"]
    return next((each for each in words if _means_mode(shop, each, mode, until, now)), "")


def _means_mode(shop: Shop, words: str, mode: str, until: datetime | None, now: datetime) -> bool:
    meant = parse(shop, words, now)
    if not isinstance(meant, SetMode) or meant.mode != mode:
        return False
    ends = meant.until or (next_midnight(shop, now) if mode == "closed" else None)
    return (ends and ends.astimezone(UTC)) == (until and until.astimezone(UTC))


def keep_words(shop: Shop, slots: Iterable[Slot], now: datetime, *, blocking: bool) -> str:
    """The command that blocks or frees exactly these slots, or "" when there is none."""
    wanted = tuple(sorted(slots, key=lambda slot: slot.starts_at))
    by_day = {day: tuple(each) for day, each in groupby(wanted, lambda slot: slot.start.date())}
    whole = [day for day, each in by_day.items() if each == _left_of(shop, day, now)]
    parts = [_span_words(run) for run in _runs(shop, whole, now)]
    parts += [
        f"{_day_words(day, weekday=True)} {hours_words(shop, each)}" for day, each in by_day.items() if day not in whole
    ]
    verb = ("block" if blocking else "unblock") if len(whole) < len(by_day) else ("closed" if blocking else "open")
    words = f"{verb} {'; '.join(parts)}"
    return words if parse(shop, words, now) == Keep(wanted, blocking) else ""


def span_words(shop: Shop, slots: Iterable[Slot]) -> str:
    """Slots as they are told: "Fri Dec 4, 2:00 PM-4:00 PM; Sat Dec 5"; a whole day without its hours."""
    parts = []
    for day, each in groupby(sorted(slots, key=lambda slot: slot.starts_at), lambda slot: slot.start.date()):
        of_day = tuple(each)
        hours = "" if of_day == slots_on(shop, day) else f", {hours_words(shop, of_day)}"
        parts.append(f"{_day_words(day, weekday=True)}{hours}")
    return "; ".join(parts)


def _left_of(shop: Shop, day: date, now: datetime) -> tuple[Slot, ...]:
    return tuple(slot for slot in slots_on(shop, day) if slot.starts_at > now.timestamp())


def _runs(shop: Shop, days: Iterable[date], now: datetime) -> list[tuple[date, date]]:
    """Days in a row as spans; a day on which the shop has no slots does not end one."""
    runs: list[tuple[date, date]] = []
    for day in days:
        first, last = runs[-1] if runs else (day, day)
        between = (last + timedelta(days=ahead) for ahead in range(1, (day - last).days))
        if runs and not any(_left_of(shop, each, now) for each in between):
            runs[-1] = (first, day)
        else:
            runs.append((day, day))
    return runs


def _span_words(run: tuple[date, date]) -> str:
    first, last = run
    if first == last:
        return _day_words(first, weekday=True)
    end = str(last.day) if (first.year, first.month) == (last.year, last.month) else _day_words(last)
    return f"{_day_words(first)}-{end}"


def _day_words(day: date, *, weekday: bool = False) -> str:
    return f"{day:%a %b} {day.day}" if weekday else f"{day:%b} {day.day}"


def hours_words(shop: Shop, slots: Iterable[Slot]) -> str:
    """Slots of a day as hours: "9:00 AM-11:00 AM, 2:00 PM-4:00 PM"."""
    spans: list[tuple[datetime, datetime]] = []
    for slot in slots:
        begins = slot.start.replace(tzinfo=None)
        ends = begins + timedelta(minutes=shop.slot_minutes)
        spans.append((spans.pop()[0], ends) if spans and spans[-1][1] == begins else (begins, ends))
    return ", ".join(f"{clock(begins)}-{clock(ends)}" for begins, ends in spans)
