"""Slots that are kept for a caller for ten minutes: he chose one, and hung up or fell silent before it was booked.

    SLOT#<date>   timestamp = start of the slot   booking_id = "HOLD", `phone`, until `expires_at`
    HELD#<phone>  timestamp = 0                   that number has its one slot kept, until `expires_at`

It stands where a booking's claim would stand, so that of a booking and a hold at once one finds the slot free. It ends
by the clock: every reader and every condition compares `expires_at`, whether TTL has swept or not. The caller himself
books through it (leads.CLAIMABLE), and the owner's block takes its place (see blocks).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from leads import HOLD, claim_action, claim_key
from shop import Shop
from slots import Slot, span
from utils import FREE_BY_THE_CLOCK, Action, Store, epoch, put_action

KEPT_FOR = timedelta(minutes=10)


def hold_actions(store: Store, shop: Shop, slot: Slot, minutes: int, phone: str, now: datetime) -> list[Action]:
    """The writes that keep a slot for a number (E.164) for a repair of so many minutes; [] when it does not fit in.

    Refused when somebody has claimed the slot, or when this number has another one kept already: nobody keeps a
    calendar by calling.
    """
    expires_at = epoch(now + KEPT_FOR)
    held = {"booking_id": HOLD, "phone": phone, "starts_at": slot.starts_at, "expires_at": expires_at}
    claims = [
        # Closes the race with a booking: of the two, one finds the slot unclaimed.
        claim_action(store, {**claim_key(each.starts_at, shop.timezone), **held}, now)
        for each in span(shop, slot, minutes)
    ]
    one = {"lead_id": f"HELD#{phone}", "timestamp": 0, "expires_at": expires_at}
    # Closes the second hold: of two calls of one number that end at once, one keeps a slot.
    return [*claims, put_action(store.leads_table, one, FREE_BY_THE_CLOCK, {"now": epoch(now)})] if claims else []
