"""What is done for one customer while one message is answered, each deed with its receipt in one transaction.

    GRANT#<phone>   timestamp = 0             the discount this customer was granted, until `expires_at`
    UPSELL#<date>   timestamp = microseconds  one accessory offered on that day (shop time), accepted or not

The customer is the sender of the message and nobody else. The receipt lies on the message, with the owner's notice in
it: whoever answers the message in the end tells both what was done, and a second owner does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import booking
import conversation
import rebooking
import receipts
from booking import BookingRequest, Rider
from conversation import Held
from errors import Fenced, TransactionRefused
from leads import Lead, find_lead
from shop import Accessory, Shop
from slots import Slot
from utils import FREE, FREE_BY_THE_CLOCK, Item, Pending, Store, epoch, microseconds, put_action

GRANT_LASTS = timedelta(days=90)
_CHANGES = {"booking", "move", "drop"}

Receipt = dict[str, Any]


@dataclass
class Effects:
    """What this message has done so far, by this owner or by one before it."""

    receipts: list[Receipt] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    unknown: bool = False

    def add(self, receipt: Mapping[str, Any]) -> None:
        self.receipts.append(dict(receipt))
        if receipt.get("notice"):
            self.tell_owner(receipt["notice"])

    def tell_owner(self, notice: str) -> None:
        """Tell the owner once, however often the model asks."""
        if notice not in self.notices:
            self.notices.append(notice)

    def changed_a_booking(self) -> bool:
        return any(receipt["kind"] in _CHANGES for receipt in self.receipts)


@dataclass(frozen=True)
class Counter:
    """The customer at the counter: who it is, by which channel, and what has been done for this message."""

    store: Store
    shop: Shop
    held: Held
    phone: str
    channel: str
    first_words: str
    now: datetime
    blocked_until: datetime | None
    max_discount_percent: int
    tells_owner: bool
    effects: Effects = field(default_factory=Effects)

    # --- bookings ---

    def book(self, request: BookingRequest) -> Lead:
        """Book for this customer. Raises as booking.book."""

        def receipt(lead: Lead) -> Receipt:
            proof = receipts.booking_receipt(lead.lead_id, lead.slot, lead.repair_type, lead.device)
            return proof | {"notice": f"New booking: {self._described(lead)}"}

        riders = [self._rider(receipt)]
        booked = booking.book(self.store, self.shop, request, self.now, self.blocked_until, riders=riders)
        self.effects.add(receipt(booked.lead) | ({"notice": ""} if booked.already else {}))
        return booked.lead

    def move(self, lead: Lead, slot: Slot) -> Lead:
        """Move one of this customer's bookings. Raises as rebooking.move."""
        notice = f"Moved from {lead.slot.label}: "

        def receipt(moved: Lead) -> Receipt:
            proof = receipts.move_receipt(moved.lead_id, moved.slot, lead.slot)
            return proof | {"notice": notice + self._described(moved)}

        riders = [self._rider(receipt)]
        moved = rebooking.move(self.store, self.shop, lead, slot, self.now, self.blocked_until, riders=riders)
        self.effects.add(receipt(moved))
        return moved

    def drop(self, lead: Lead) -> Lead:
        """Drop one of this customer's bookings. Raises as rebooking.drop."""

        def receipt(dropped: Lead) -> Receipt:
            proof = receipts.drop_receipt(dropped.lead_id, dropped.slot)
            return proof | {"notice": f"Dropped: {self._described(dropped)}"}

        dropped = rebooking.drop(self.store, self.shop, lead.lead_id, self.now, riders=[self._rider(receipt)])
        self.effects.add(receipt(dropped))
        return dropped

    def own_bookings(self) -> list[Lead]:
        """This customer's open bookings in order of time; none on a call, because a caller's number can be forged."""
        if self.channel == "voice":
            return []
        seats = booking.begin_read_open(self.store, self.phone).result()
        ids = [seat["booking_id"] for seat in seats if int(seat["expires_at"]) > epoch(self.now)]
        found = [find_lead(self.store, self.shop, lead_id) for lead_id in ids]
        mine = [lead for lead in found if lead.phone == self.phone and lead.status == "booked"]
        return sorted(mine, key=lambda lead: lead.slot.starts_at)

    def _described(self, lead: Lead) -> str:
        """A booking as the owner reads it."""
        what = receipts.repair_words(self.shop, lead.repair_type, lead.device)
        who = f"{lead.customer_name} {lead.phone}".strip()
        return f"{lead.slot.label}, {what}, {who}. {lead.lead_id}"

    def _rider(self, receipt: Callable[[Lead], Receipt]) -> Rider:
        return Rider(
            action=lambda lead: conversation.receipt_action(self.store, self.held, receipt(lead), self.now),
            refused=lambda _item: Fenced(),
        )

    # --- discounts and accessories ---

    def grant(self, percent: int, reason: str) -> bool:
        """Grant a discount; False when this customer had one in the last 90 days."""
        item = {
            **_grant_key(self.phone),
            "percent": percent,
            "reason": reason,
            "granted_at": epoch(self.now),
            "expires_at": epoch(self.now + GRANT_LASTS),
        }
        receipt = receipts.discount_receipt(percent)
        return self._store_with(receipt, item, FREE_BY_THE_CLOCK, {"now": epoch(self.now)})

    def note_upsell(self, accessory: Accessory, *, accepted: bool) -> bool:
        """Note an accessory that was offered; False when it could not be stored."""
        item = {
            "lead_id": f"UPSELL#{self.shop.local(self.now):%Y-%m-%d}",
            "timestamp": microseconds(self.now) + len(self.effects.receipts),
            "item": accessory.id,
            "accepted": accepted,
            "phone": self.phone,
        }
        return self._store_with(receipts.upsell_receipt(accessory.id, accepted=accepted), item, FREE, {})

    def _store_with(self, receipt: Receipt, item: Item, condition: str, values: Mapping[str, Any]) -> bool:
        put = put_action(self.store.leads_table, item, condition, values)
        proof = conversation.receipt_action(self.store, self.held, receipt, self.now)
        try:
            self.store.transact([put, proof])
        except TransactionRefused as refused:
            if refused.refusals[1] is not None:
                raise Fenced from refused
            return False
        self.effects.add(receipt)
        return True


def begin_read_grant(store: Store, phone: str, now: datetime) -> Pending[int | None]:
    """The percent off that this customer was granted in the last 90 days, or None."""

    def percent(item: Item | None) -> int | None:
        return int(item["percent"]) if item and int(item["expires_at"]) > epoch(now) else None

    return store.get(store.leads_table, _grant_key(phone)).then(percent)


def _grant_key(phone: str) -> Item:
    return {"lead_id": f"GRANT#{phone}", "timestamp": 0}
