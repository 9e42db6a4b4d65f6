"""What is free: the claims of some days read side by side, and the slots that are left between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leads import claims_of, taken_starts
from shop import Shop
from slots import Slot, free_slots, nearest
from utils import Item, Pending, Store, all_results

MAX_DAYS = 14
ALTERNATIVES = 3


@dataclass(frozen=True)
class Calendar:
    """The claims of some days, on their way, as a customer sees them. One query a day, side by side."""

    shop: Shop
    days: tuple[date, ...]
    claims: tuple[Pending[list[Item]], ...]
    phone: str = ""

    def free(self, now: datetime, blocked_until: datetime | None, minutes: int = 1) -> list[Slot]:
        """The slots at which a repair of so many minutes can begin. Raises StoreUnavailable, never a free calendar."""
        claims = (claim for claims in all_results(self.claims) for claim in claims)
        taken = taken_starts(claims, now, self.phone)
        return free_slots(self.shop, self.days, taken, now, blocked_until, minutes)


def begin_read_calendar(store: Store, shop: Shop, first: date, days: int, now: datetime, phone: str = "") -> Calendar:
    """Start reading the claims of `days` days from `first`, those only that can be booked at all.

    What is kept for the customer with this `phone` (E.164) is free for him.
    """
    today = shop.local(now).date()
    horizon = (today + timedelta(days=shop.booking_horizon_days)).toordinal()
    span = range(max(first.toordinal(), today.toordinal()), min(first.toordinal() + days - 1, horizon) + 1)
    dates = tuple(date.fromordinal(day) for day in span)
    return Calendar(shop, dates, tuple(store.query(claims_of(day)) for day in dates), phone)


def next_free(
    store: Store,
    shop: Shop,
    count: int,
    now: datetime,
    blocked_until: datetime | None,
    minutes: int = 1,
    first: date | None = None,
    phone: str = "",
) -> list[Slot]:
    """The next free slots, looked for week by week from the `first` day, else today, up to the horizon."""
    found: list[Slot] = []
    day, last = first or shop.local(now).date(), shop.booking_horizon_days
    for offset in range(0, last + 1, 7):
        calendar = begin_read_calendar(store, shop, day + timedelta(days=offset), 7, now, phone)
        found += calendar.free(now, blocked_until, minutes)
        if len(found) >= count:
            break
    return found[:count]


def alternatives(
    store: Store, shop: Shop, wanted: Slot, repair_type: str, now: datetime, blocked_until: datetime | None
) -> list[Slot]:
    """The nearest slots to one that is not free, at which the repair can begin."""
    minutes = shop.minutes_of(repair_type)
    first = wanted.start.date() - timedelta(days=3)
    around = begin_read_calendar(store, shop, first, 7, now).free(now, blocked_until, minutes)
    if len(around) < ALTERNATIVES:
        around = next_free(store, shop, ALTERNATIVES, now, blocked_until, minutes) + around
    return nearest(dict.fromkeys(around), wanted, ALTERNATIVES)
