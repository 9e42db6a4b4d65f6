"""The rules of time: which slots this shop has, and which of them can be offered now. Pure: no storage, no clock.

Rules are in the shop's zone, instants in UTC. A slot starts at a time of the shop's wall clock, so that 9 AM stays
9 AM when the clocks change; a wall time that does not exist on that day is no slot.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from errors import InvalidRequest
from shop import Shop
from utils import epoch

_TWELVE_HOURS = re.compile(r"(1[0-2]|0?[1-9])(?::([0-5][0-9]))?\s*([ap])\.?\s?m\.?")
_TWENTY_FOUR_HOURS = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Slot:
    """One bookable start. `start` is aware, in the shop's zone."""

    start: datetime

    @property
    def date(self) -> str:
        return self.start.strftime("%Y-%m-%d")

    @property
    def time(self) -> str:
        return self.start.strftime("%H:%M")

    @property
    def label(self) -> str:
        """As written to a customer: "Tue Dec 1, 2:00 PM"."""
        return f"{self.start:%a %b} {self.start.day}, {clock(self.start)}"

    @cached_property
    def starts_at(self) -> int:
        """Epoch seconds."""
        return epoch(self.start)

    def as_json(self) -> dict[str, str]:
        """The slot of CONTRACT 4."""
        return {"date": self.date, "time": self.time, "label": self.label, "start": self.start.isoformat()}


def clock(moment: datetime | time) -> str:
    """A wall time as Americans write it: "2:00 PM"."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def parse_date(text: object) -> date:
    """`YYYY-MM-DD`. Raises ValueError with a sentence for the person who sent it."""
    if isinstance(text, str) and _DATE.fullmatch(text.strip()):
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            pass
    raise ValueError("must be a date written as YYYY-MM-DD, such as 2026-12-01")


def parse_time(text: object) -> time:
    """`14:00`, `2:00 PM` or `2pm`. Raises ValueError with a sentence for the person who sent it."""
    words = text.strip().lower() if isinstance(text, str) else ""
    if twelve := _TWELVE_HOURS.fullmatch(words):
        return time(int(twelve[1]) % 12 + (12 if twelve[3] == "p" else 0), int(twelve[2] or 0))
    if twenty_four := _TWENTY_FOUR_HOURS.fullmatch(words):
        return time(int(twenty_four[1]), int(twenty_four[2]))
    raise ValueError("must be a time such as 14:00 or 2:00 PM")


def slots_on(shop: Shop, day: date) -> tuple[Slot, ...]:
    """Every slot the shop has on a day, taken or not: the last one ends when the shop closes."""
    hours = shop.hours[day.weekday()]
    if hours is None or day in shop.closed_dates:
        return ()
    return _slots_between(day, *hours, shop.slot_minutes, shop.timezone)


# Each request looks at the same few days, several times over.
@lru_cache(maxsize=128)
def _slots_between(day: date, opens: time, closes: time, slot_minutes: int, timezone: ZoneInfo) -> tuple[Slot, ...]:
    step = timedelta(minutes=slot_minutes)
    wall, end = datetime.combine(day, opens), datetime.combine(day, closes)
    found = []
    while wall + step <= end:
        start = wall.replace(tzinfo=timezone)
        if start.astimezone(UTC).astimezone(timezone).replace(tzinfo=None) == wall:
            found.append(Slot(start))
        wall += step
    return tuple(found)


def bookable_slots_on(shop: Shop, day: date, now: datetime) -> tuple[Slot, ...]:
    """Every slot of a day that bookings are taken for. Raises InvalidRequest naming `date` when it is none.

    A slot of today that has gone by is still a slot: it is not free, which is another answer.
    """
    today = shop.local(now).date()
    if day < today:
        raise InvalidRequest({"date": "is in the past"})
    if day > today + timedelta(days=shop.booking_horizon_days):
        raise InvalidRequest({"date": f"is more than {shop.booking_horizon_days} days ahead"})
    slots = slots_on(shop, day)
    if not slots:
        raise InvalidRequest({"date": f"the shop is closed on {day:%A, %B} {day.day}"})
    return slots


def slot_at(slots: Sequence[Slot], at: time) -> Slot:
    """The one of a day's slots that starts then. Raises InvalidRequest naming `time` when there never is one."""
    found = next((slot for slot in slots if slot.start.time() == at), None)
    if found is None:
        first, last = clock(slots[0].start), clock(slots[-1].start)
        raise InvalidRequest({"time": f"no appointment starts then; that day's go from {first} to {last}"})
    return found


def is_open_for_booking(shop: Shop, slot: Slot, now: datetime, blocked_until: datetime | None) -> bool:
    """Whether the slot may be booked as far as time goes: not past, not inside the notice, not beyond the horizon,
    not ruled out by the owner's mode. Whether somebody holds it is another question.
    """
    earliest, last_day = _bookable_from(shop, now, blocked_until), _last_day(shop, now)
    return slot.starts_at >= earliest and slot.start.date() <= last_day


def _bookable_from(shop: Shop, now: datetime, blocked_until: datetime | None) -> float:
    """Epoch seconds: compared as instants, since two moments of one zone would be compared by their wall clocks."""
    earliest = (now + timedelta(minutes=shop.minimum_notice_minutes)).timestamp()
    return max(earliest, blocked_until.timestamp()) if blocked_until else earliest


def _last_day(shop: Shop, now: datetime) -> date:
    return shop.local(now).date() + timedelta(days=shop.booking_horizon_days)


def span_of(shop: Shop, slot: Slot, repair_type: str) -> tuple[Slot, ...]:
    """The slots that a repair takes from this one on; () when the shop closes before it is done."""
    return span(shop, slot, shop.minutes_of(repair_type))


def span(shop: Shop, slot: Slot, minutes: int) -> tuple[Slot, ...]:
    """The slots that a repair of so many minutes takes from this one on; () when the shop closes before it is done."""
    slots = slots_on(shop, slot.start.date())
    # Looked for as an instant: of two moments with one wall clock only one is a slot.
    first = next((number for number, each in enumerate(slots) if each.starts_at == slot.starts_at), None)
    return () if first is None else _span(shop, slots, first, minutes)


def _span(shop: Shop, slots: Sequence[Slot], first: int, minutes: int) -> tuple[Slot, ...]:
    """The same, from the first of a day's slots on."""
    needed = -(-minutes // shop.slot_minutes)
    following = tuple(slots[first : first + needed])
    return following if len(following) == needed else ()


def free_slots(
    shop: Shop,
    days: Iterable[date],
    taken: Collection[int],
    now: datetime,
    blocked_until: datetime | None,
    minutes: int = 1,
) -> list[Slot]:
    """The slots of these days at which a repair of so many minutes can begin, in order.

    `taken` are the starts of claimed slots, in epoch seconds.
    """
    earliest, last_day = _bookable_from(shop, now, blocked_until), _last_day(shop, now)
    return [
        slot
        for day in days
        if day <= last_day
        for slots in [slots_on(shop, day)]
        for number, slot in enumerate(slots)
        if slot.starts_at >= earliest
        and (needed := _span(shop, slots, number, minutes))
        and not any(each.starts_at in taken for each in needed)
    ]


def nearest(slots: Iterable[Slot], wanted: Slot, count: int) -> list[Slot]:
    """The slots closest in time to the wanted one, in order of time."""
    by_distance = sorted(slots, key=lambda slot: (abs(slot.starts_at - wanted.starts_at), slot.starts_at))
    return sorted(by_distance[:count], key=lambda slot: slot.starts_at)
