"""Slots that Brandon keeps for himself: a blocked slot is a claim that belongs to no booking.

    SLOT#<date>   timestamp = start of the slot   booking_id = "BLOCK"

It stands where a booking's claim would stand, so that of a booking and a block at once one finds the slot free. A slot
that is booked stays booked; its claim is marked `blocked`, and when that booking leaves, the slot is a block. One that
is only kept for a caller is a block at once. Free slots are told by the claims of their own day alone, so a block may
expire once its day is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from errors import StoreUnavailable
from leads import BLOCK, HOLD, Lead, claim_key, claims_of, leads_of_claims
from shop import Shop
from slots import Slot
from utils import FREE, Action, Item, Store, all_results, delete_action, put_action, update_action

MAX_ATTEMPTS = 8
# With the receipt 99 actions, and a transaction takes 100.
MAX_SLOTS = 98
KEPT_SECONDS = int(timedelta(days=7).total_seconds())

OURS = "#booking_id = :booking_id"
OURS_UNBLOCKED = "#booking_id = :booking_id AND attribute_not_exists(#blocked)"
OURS_BLOCKED = "#booking_id = :booking_id AND attribute_exists(#blocked)"
FREE_OR_KEPT = f"{FREE} OR #booking_id = :hold"


@dataclass(frozen=True)
class Change:
    """What a command made of its slots: `changed` were otherwise before, `booked` are the bookings among all.

    `held` are those of the changed slots that a booking holds, so that no other customer can have them.
    """

    changed: tuple[Slot, ...]
    booked: tuple[Lead, ...]
    held: tuple[Slot, ...] = ()


def block_item(starts_at: int, zone: ZoneInfo) -> Item:
    """The block of the slot that starts then (epoch seconds)."""
    return {
        **claim_key(starts_at, zone),
        "booking_id": BLOCK,
        "starts_at": starts_at,
        "expires_at": starts_at + KEPT_SECONDS,
    }


def change(
    store: Store, shop: Shop, slots: Sequence[Slot], *, blocking: bool, receipt: Callable[[Change], Action]
) -> Change:
    """Block or unblock these slots, at most MAX_SLOTS, in one transaction with the receipt of what changed.

    What a booking or a drop in between made untrue is read again. Nothing to change writes nothing.
    Raises Fenced when the receipt is refused, StoreUnavailable, OutcomeUnknown.
    """
    for _attempt in range(MAX_ATTEMPTS):
        days = sorted({slot.start.date() for slot in slots})
        wanted = {slot.starts_at: slot for slot in slots}
        read = all_results([store.query(claims_of(day)) for day in days])
        claims = {int(claim["timestamp"]): claim for claims in read for claim in claims}
        act = _blocking if blocking else _unblocking
        actions = {
            starts_at: action
            for starts_at in wanted
            if (action := act(store, shop.timezone, starts_at, claims.get(starts_at)))
        }
        booked = leads_of_claims(store, shop, [claims[starts_at] for starts_at in wanted if starts_at in claims])
        held = [wanted[at] for at in actions if at in claims and claims[at]["booking_id"] not in (BLOCK, HOLD)]
        made = Change(tuple(wanted[starts_at] for starts_at in actions), tuple(booked), tuple(held))
        if not actions or store.transact_with_proof(list(actions.values()), receipt(made)):
            return made
    raise StoreUnavailable


def is_blocked(claim: Item) -> bool:
    return bool(claim["booking_id"] == BLOCK)


def _blocking(store: Store, zone: ZoneInfo, starts_at: int, claim: Item | None) -> Action | None:
    """What blocks a slot, or None for one that is blocked already."""
    if claim is None or claim["booking_id"] == HOLD:
        # Closes the race with a booking: of the two, one finds the slot unclaimed.
        return put_action(store.leads_table, block_item(starts_at, zone), FREE_OR_KEPT, {"hold": HOLD})
    if is_blocked(claim) or claim.get("blocked"):
        return None
    # Closes the mark on a claim that has gone: the booking left meanwhile, and nobody would ever clear it away.
    holder = {"booking_id": claim["booking_id"], "yes": True}
    key = claim_key(starts_at, zone)
    return update_action(store.leads_table, key, "SET #blocked = :yes", OURS_UNBLOCKED, holder)


def _unblocking(store: Store, zone: ZoneInfo, starts_at: int, claim: Item | None) -> Action | None:
    """What frees a slot, or None for one that is not blocked."""
    key = claim_key(starts_at, zone)
    if claim is not None and is_blocked(claim):
        # Closes the lost claim: unblocked and booked meanwhile, it is the booking's.
        return delete_action(store.leads_table, key, OURS, {"booking_id": BLOCK})
    if claim is None or not claim.get("blocked"):
        return None
    # Closes the block that nobody sees: the booking left meanwhile, and its slot is a block now.
    return update_action(store.leads_table, key, "REMOVE #blocked", OURS_BLOCKED, {"booking_id": claim["booking_id"]})


def hours_blocked(claims: Iterable[Item], slot_minutes: int) -> list[tuple[int, int]]:
    """The blocks of a day as spans from start to end, in epoch seconds, neighbours joined."""
    spans: list[tuple[int, int]] = []
    for starts_at in sorted(int(claim["timestamp"]) for claim in claims if is_blocked(claim)):
        begins = spans.pop()[0] if spans and spans[-1][1] == starts_at else starts_at
        spans.append((begins, starts_at + slot_minutes * 60))
    return spans
