"""Slots that are kept for a caller for ten minutes: he chose one, and hung up or fell silent before it was booked.

    SLOT#<date>   timestamp = start of the slot   booking_id = "HOLD", `phone`, until `expires_at`
    HELD#<phone>  timestamp = 0                   that number has its one slot kept, until `expires_at`

It stands where a booking's claim would stand, so that of a booking and a hold at once one finds the slot free. It ends
by the clock: every reader and every condition compares `expires_at`, whether TTL has swept or not. The caller himself
books through it (leads.CLAIMABLE), and the owner's block takes its place (see blocks). Who calls again and is cut off
again has it kept anew, or another slot in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads import HOLD, claim_action, claim_key
from shop import Shop
from slots import Slot, span
from utils import FREE_BY_THE_CLOCK, Action, Item, Pending, Store, delete_action, epoch, put_action

KEPT_FOR = timedelta(minutes=10)
# Closes the slot that is given up and is somebody else's by now.
STILL_HELD = "#booking_id = :hold AND #phone = :phone"


@dataclass(frozen=True)
class Hold:
    """What a number has kept for it: the starts of the slots and its end, both in epoch seconds."""

    starts: Sequence[int]
    until: int


def held_key(phone: str) -> Item:
    """Where it stands that a number has a slot kept for it."""
    return {"lead_id": f"HELD#{phone}", "timestamp": 0}


def starts_of(shop: Shop, slot: Slot, minutes: int) -> list[int]:
    """The starts of the slots that are kept for a repair of so many minutes; [] when it does not fit in."""
    return [each.starts_at for each in span(shop, slot, minutes)]


def hold_actions(
    store: Store, shop: Shop, slot: Slot, minutes: int, phone: str, now: datetime, before: Hold | None = None
) -> list[Action]:
    """The writes that keep a slot for a number (E.164) for a repair of so many minutes; [] when it does not fit in.

    It takes the place of what the number has kept `before`. Refused when somebody has claimed the slot, or when this
    number has another one kept already: nobody keeps a calendar by calling.
    """
    expires_at, table, zone = epoch(now + KEPT_FOR), store.leads_table, shop.timezone
    held = {"booking_id": HOLD, "phone": phone, "starts_at": slot.starts_at, "expires_at": expires_at}
    starts = starts_of(shop, slot, minutes)
    # Closes the race with a booking: of the two, one finds the slot unclaimed.
    claims = [claim_action(store, {**claim_key(each, zone), **held}, now) for each in starts]
    given_up = [
        delete_action(table, claim_key(each, zone), STILL_HELD, {"hold": HOLD, "phone": phone})
        for each in (before.starts if before else ())
        if each not in starts
    ]
    one = held_key(phone) | {"expires_at": expires_at}
    # Closes the second hold: of two calls of one number that end at once, one keeps a slot.
    condition, values = FREE_BY_THE_CLOCK, {"now": epoch(now)}
    if before:
        condition, values = f"{condition} OR #expires_at = :before", {**values, "before": before.until}
    return [*claims, *given_up, put_action(table, one, condition, values)] if claims else []


def begin_read_until(store: Store, phone: str) -> Pending[int]:
    """Until when a number has a slot kept for it, in epoch seconds; 0 for never."""
    return store.get(store.leads_table, held_key(phone)).then(lambda item: int(item["expires_at"]) if item else 0)
