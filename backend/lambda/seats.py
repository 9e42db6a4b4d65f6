"""Limits of bookings. A limit of n is n seats, in the lead table beside the leads:

    OPEN#<phone>          timestamp = 1, 2, 3     a seat: one open booking of that number
    WEB#<address>, WEB#   timestamp = 1, 2, ...   a seat: one web booking of the last hour
    VOICE#                timestamp = 1, 2, ...   a seat: one booking by voice of the last hour

A booking takes a free seat by condition, and a seat is free again by the clock once its `expires_at` has passed, so
that a limit holds under any race and never needs a count to be put right.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from errors import TooManyBookings
from leads import Lead
from shop import Shop
from slots import Slot
from utils import FREE_BY_THE_CLOCK, Action, Item, Pending, Store, epoch, has_expired, put_action

HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Quota:
    """A limit as seats: at most `seats` bookings at a time in `partition`, each until `until` (epoch seconds)."""

    limit: str
    partition: str
    seats: int
    until: int


def phone_quota(shop: Shop, phone: str, slot: Slot) -> Quota:
    """At most so many open bookings a phone; one that has begun is not open any more."""
    limit = "open_bookings_per_phone"
    return Quota(limit, f"OPEN#{phone}", shop.limits.open_bookings_per_phone, slot.starts_at)


def web_quotas(shop: Shop, address: str, now: datetime) -> tuple[Quota, Quota]:
    """At most so many web bookings an hour from one source address, and so many in all."""
    until = epoch(now) + HOUR_SECONDS
    mine, all_web = shop.limits.web_bookings_per_hour_per_address, shop.limits.web_bookings_per_hour
    return (
        Quota("web_bookings_per_hour_per_address", f"WEB#{address}", mine, until),
        Quota("web_bookings_per_hour", "WEB#", all_web, until),
    )


def voice_quota(shop: Shop, now: datetime) -> Quota:
    """At most so many bookings an hour by voice, from all numbers: a caller's number can be forged."""
    return Quota("voice_bookings_per_hour", "VOICE#", shop.limits.voice_bookings_per_hour, epoch(now) + HOUR_SECONDS)


def begin_read_open(store: Store, phone: str) -> Pending[list[Item]]:
    """The seats of a phone: which of its bookings are open. For `open_slots` and `book`."""
    return store.query(f"OPEN#{phone}")


def open_slots(shop: Shop, seats: Iterable[Item], now: datetime) -> list[Slot]:
    """The slots that a phone's open bookings hold, in order."""
    starts = sorted(int(seat["expires_at"]) for seat in seats if not has_expired(seat, now))
    return [Slot(datetime.fromtimestamp(start, shop.timezone)) for start in starts]


def booking_at(seats: Iterable[Item], slot: Slot) -> str | None:
    """The `lead_id` of the open booking that a phone has at this slot."""
    return next((seat["booking_id"] for seat in seats if seat.get("starts_at") == slot.starts_at), None)


def free_seat(quota: Quota, taken: Iterable[Item], now: datetime) -> int:
    """A free seat, at random, so that many at once seldom reach for the same one."""
    occupied = _numbers(taken, now)
    free = [number for number in range(1, quota.seats + 1) if number not in occupied]
    if not free or len(occupied) >= quota.seats:
        raise TooManyBookings(quota.limit)
    return random.choice(free)  # noqa: S311 - spreads load, guards nothing


def next_seat(taken: Iterable[Item], now: datetime) -> int:
    """The lowest seat that nobody has, beyond the limit too: for a booking that is there already."""
    occupied = _numbers(taken, now)
    return next(number for number in itertools.count(1) if number not in occupied)


def _numbers(taken: Iterable[Item], now: datetime) -> set[int]:
    return {int(seat["timestamp"]) for seat in taken if not has_expired(seat, now)}


def take_action(store: Store, quota: Quota, number: int, lead: Lead, now: datetime) -> Action:
    """A booking takes this seat, if nobody has it by now. For a transaction."""
    seat = {
        "lead_id": quota.partition,
        "timestamp": number,
        "expires_at": quota.until,
        "booking_id": lead.lead_id,
        "starts_at": lead.slot.starts_at,
    }
    return put_action(store.leads_table, seat, FREE_BY_THE_CLOCK, {"now": epoch(now)})
