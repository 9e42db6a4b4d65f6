"""A booking that changes: moved to another slot, dropped, or settled by the owner. Each in one transaction.

A move claims the new slots, frees the old ones and updates the lead and its seat together: whatever happens, the
customer has one booking, never none and never two. What is dropped is free again at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import seats
from blocks import OURS, OURS_BLOCKED, OURS_UNBLOCKED, block_item
from booking import Rider
from errors import ConditionFailed, InvalidRequest, NotOpen, SlotTaken, StoreUnavailable, TransactionRefused
from leads import Lead, claim_action, claim_item, claim_key, find_lead, lead_key
from shop import Shop
from slots import Slot, bookable_slots_on, is_open_for_booking, parse_date, parse_time, slot_at, span_of
from utils import (
    Action,
    Store,
    delete_action,
    epoch,
    key_of,
    plain_text,
    put_action,
    update_action,
)

MAX_ATTEMPTS = 8
STATUSES = ("booked", "completed", "dropped", "no_show")
# What the owner may make of a booking; dropped is the end, because its slot may be somebody else's by now.
_NEXT = {
    "booked": {"booked", "completed", "no_show", "dropped"},
    "completed": {"completed", "no_show"},
    "no_show": {"completed", "no_show"},
    "dropped": {"dropped"},
}
# Closes the lost update: the lead is as it was read, so that two changes at once cannot both be made.
_AS_READ = "#status = :status AND (#claimed = :claimed OR attribute_not_exists(#claimed))"


def parse_changes(shop: Shop, body: Mapping[str, Any], lead: Lead, now: datetime) -> tuple[Slot | None, dict[str, Any]]:
    """What the owner wants of a booking: a new slot, if any, and its new status and notes.

    Of date and time the one that is not sent stays. Raises InvalidRequest that names every bad or unknown field.
    """
    wrong = {name: "cannot be changed" for name in body if name not in _PARSERS}
    parsed: dict[str, Any] = {}
    for name, parse in _PARSERS.items():
        if name in body:
            try:
                parsed[name] = parse(body[name])
            except ValueError as problem:
                wrong[name] = str(problem)
    slot = None
    if not wrong and {"date", "time"} & set(parsed):
        day, at = parsed.pop("date", lead.slot.start.date()), parsed.pop("time", lead.slot.start.time())
        slot = slot_at(bookable_slots_on(shop, day, now), at)
    if wrong:
        raise InvalidRequest(wrong)
    return slot, parsed


def _status(value: object) -> str:
    if not isinstance(value, str) or value not in STATUSES:
        raise ValueError(f"must be one of {', '.join(STATUSES)}")
    return value


_PARSERS: Mapping[str, Callable[[object], Any]] = {
    "status": _status,
    "notes": partial(plain_text, longest=500),
    "date": parse_date,
    "time": parse_time,
}


def move(
    store: Store,
    shop: Shop,
    lead: Lead,
    slot: Slot,
    now: datetime,
    blocked_until: datetime | None,
    *,
    by_owner: bool = False,
    riders: Sequence[Rider] = (),
) -> Lead:
    """Move a booking, as it was read, to another slot. The owner is bound by neither the notice nor his own mode.

    Raises SlotTaken, NotOpen, NotFound, StoreUnavailable, OutcomeUnknown, or a rider's own error. A booking that is
    at that slot already is left as it is.
    """
    for attempt in range(MAX_ATTEMPTS):
        lead = find_lead(store, shop, lead.lead_id) if attempt else lead
        _require_open(lead, now)
        if lead.slot.starts_at == slot.starts_at:
            return lead
        span = span_of(shop, slot, lead.repair_type)
        allowed = slot.starts_at > epoch(now) if by_owner else is_open_for_booking(shop, slot, now, blocked_until)
        if not span or not allowed:
            raise SlotTaken
        moved = replace(lead, slot=slot, claimed=tuple(each.starts_at for each in span))
        if _Change(store, shop, lead, moved, now, riders).carry_out():
            return moved
    raise StoreUnavailable


def drop(store: Store, shop: Shop, lead_id: str, now: datetime, *, riders: Sequence[Rider] = ()) -> Lead:
    """Drop a booking; its slots are free again. One that is dropped already stays so.

    Raises NotOpen for one that is over, NotFound, StoreUnavailable, OutcomeUnknown, or a rider's own error.
    """
    for _attempt in range(MAX_ATTEMPTS):
        lead = find_lead(store, shop, lead_id)
        if lead.status == "dropped":
            return lead
        _require_open(lead, now)
        dropped = replace(lead, status="dropped", claimed=())
        if _Change(store, shop, lead, dropped, now, riders).carry_out():
            return dropped
    raise StoreUnavailable


def settle(
    store: Store,
    shop: Shop,
    lead_id: str,
    changes: Mapping[str, Any],
    now: datetime,
    *,
    riders: Sequence[Rider] = (),
) -> Lead:
    """The owner's word on a booking: its status and his notes.

    Raises InvalidRequest naming `status` when it cannot follow the one it has, NotFound, StoreUnavailable, or a
    rider's own error.
    """
    for _attempt in range(MAX_ATTEMPTS):
        lead = find_lead(store, shop, lead_id)
        settled = replace(lead, **changes)
        if settled.status not in _NEXT.get(lead.status, STATUSES):
            raise InvalidRequest({"status": f"cannot follow {lead.status}"})
        if settled.status == "dropped" and lead.status != "dropped":
            settled = replace(settled, claimed=())
        if settled == lead or _Change(store, shop, lead, settled, now, riders).carry_out():
            return settled
    raise StoreUnavailable


def _require_open(lead: Lead, now: datetime) -> None:
    if lead.status != "booked" or lead.slot.starts_at <= epoch(now):
        raise NotOpen


@dataclass(frozen=True)
class _Change:
    """From one state of a lead to another, with its claims and its seat. Order: lead, claims, seat, riders."""

    store: Store
    shop: Shop
    before: Lead
    after: Lead
    now: datetime
    riders: Sequence[Rider]
    # Starts of the freed slots that the owner has blocked, as far as a refusal has shown.
    blocked: frozenset[int] = frozenset()

    def carry_out(self) -> bool:
        """Make the change; False when the lead was changed meanwhile and is to be read again."""
        claims = self._claims()
        actions = [self._lead(), *claims.values(), *self._seat()]
        riders = [rider.action(self.after) for rider in self.riders]
        try:
            self.store.transact([*actions, *riders])
        except TransactionRefused as refused:
            for rider, refusal in zip(self.riders, refused.refusals[len(actions) :], strict=True):
                if refusal is not None:
                    raise rider.refused(refusal.item) from refused
            lead, *others = refused.refusals
            stood = dict(zip(claims, others, strict=False))
            if lead is not None or not any(stood.values()):
                return False
            blocked = self._blocked_as_in(stood)
            if blocked == self.blocked:
                raise SlotTaken from refused
            return replace(self, blocked=blocked).carry_out()
        return True

    def _blocked_as_in(self, stood: Mapping[int, ConditionFailed | None]) -> frozenset[int]:
        """What is blocked of the freed slots: as it was known, put right by what stood there."""
        seen = {
            starts_at: bool(refusal.item.get("blocked"))
            for starts_at, refusal in stood.items()
            if refusal and refusal.item and refusal.item.get("booking_id") == self.before.lead_id
        }
        blocked = {starts_at for starts_at, marked in seen.items() if marked and starts_at not in self.after.claimed}
        return (self.blocked - seen.keys()) | blocked

    def _lead(self) -> Action:
        after = self.after
        new = {
            "status": after.status,
            "claimed": list(after.claimed),
            "appointment_date": after.slot.date,
            "appointment_time": after.slot.time,
            "changed_at": epoch(self.now),
        }
        if after.notes != self.before.notes:  # else somebody's notes, written meanwhile, would be lost
            new["notes"] = after.notes
        update = "SET " + ", ".join(f"#{name} = :new_{name}" for name in new)
        values = {f"new_{name}": value for name, value in new.items()}
        values |= {"status": self.before.status, "claimed": list(self.before.claimed)}
        return update_action(self.store.leads_table, lead_key(after.lead_id), update, _AS_READ, values)

    def _claims(self) -> dict[int, Action]:
        """New slots are claimed where they are free, old ones freed where they are still ours; by their starts."""
        table, zone = self.store.leads_table, self.shop.timezone
        mine, begins = {"booking_id": self.before.lead_id}, {"starts_at": self.after.slot.starts_at}
        actions = {}
        for starts_at in dict.fromkeys((*self.before.claimed, *self.after.claimed)):
            if starts_at not in self.after.claimed:
                actions[starts_at] = self._freed(starts_at)
            elif starts_at not in self.before.claimed:
                # Closes the double booking: of all who want a slot, one finds it unclaimed.
                actions[starts_at] = claim_action(self.store, claim_item(self.after, starts_at, zone), self.now)
            elif self.before.slot != self.after.slot:
                key = claim_key(starts_at, zone)
                actions[starts_at] = update_action(table, key, "SET #starts_at = :starts_at", OURS, mine | begins)
        return actions

    def _freed(self, starts_at: int) -> Action:
        """A slot that is given up is free; one that the owner blocked meanwhile, which a refusal tells, is a block."""
        table, zone = self.store.leads_table, self.shop.timezone
        mine = {"booking_id": self.before.lead_id}
        if starts_at in self.blocked:
            # Closes the block that comes back: unblocked meanwhile, the slot is free.
            return put_action(table, block_item(starts_at, zone), OURS_BLOCKED, mine)
        return delete_action(table, claim_key(starts_at, zone), OURS_UNBLOCKED, mine)

    def _seat(self) -> list[Action]:
        """The seat of an open booking moves with it and is free again when the booking is open no more."""
        table, mine = self.store.leads_table, {"booking_id": self.before.lead_id}
        taken = seats.begin_read_open(self.store, self.before.phone).result()
        seat = next((seat for seat in taken if seat.get("booking_id") == self.before.lead_id), None)
        if self.after.status != "booked":
            return [delete_action(table, key_of(seat), OURS, mine)] if seat else []
        if self.before.slot == self.after.slot:
            return []
        starts_at = self.after.slot.starts_at
        if seat:
            fields = {"expires_at": starts_at, "starts_at": starts_at}
            return [put_action(table, seat | fields, OURS, mine)]
        # Written before there were seats, or its seat was taken when it had begun: an open booking has one again.
        quota = seats.phone_quota(self.shop, self.before.phone, self.after.slot)
        return [seats.take_action(self.store, quota, seats.next_seat(taken, self.now), self.after, self.now)]
