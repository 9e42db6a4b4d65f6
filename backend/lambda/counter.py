"""What is done for one customer while one message is answered, each deed with its receipt in one transaction.

    UPSELL#<date>   timestamp = microseconds  one accessory offered on that day (shop time), accepted or not

The customer is the sender of the message and nobody else. The receipt lies on the message, with the owner's notice in
it: whoever answers the message in the end tells both what was done, and a second owner does nothing twice. The answer
to a text carries the notice; on a call it is left in the outbox by the deed's own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import booking
import conversation
import customers
import discounts
import leads
import notices
import outbox
import rebooking
import receipts
import seats
from booking import Rider, SeatReads
from booking_request import BookingRequest
from conversation import Held
from customers import Customer
from discounts import Question
from errors import Fenced
from leads import Lead
from outbox import OWNER, Text
from phone_numbers import is_domestic
from shop import Accessory, Shop
from slots import Slot
from utils import FREE, Action, Item, Pending, Store, microseconds, put_action
from wording import one_line

_CHANGES = {"booking", "move", "drop"}

Receipt = dict[str, Any]


@dataclass
class Effects:
    """What this message has done so far, by this owner or by one before it.

    `unknown`: a write may have landed; `was_taken`: a slot that looked free was not.
    """

    receipts: list[Receipt] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    unknown: bool = False
    was_taken: bool = False

    @classmethod
    def of(cls, stored: Iterable[Mapping[str, Any]]) -> Effects:
        """What an earlier owner of the message did, by its receipts."""
        effects = cls()
        for receipt in stored:
            effects.add(receipt)
        return effects

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
    language: str
    kept: tuple[int, datetime] | None
    first_words: str
    photos: tuple[str, ...]
    recent_photos: tuple[str, ...]
    now: datetime
    blocked_until: datetime | None
    max_discount_percent: int
    tells_owner: bool
    pending_seats: Pending[list[Item]]
    pending_customer: Pending[Customer]
    effects: Effects = field(default_factory=Effects)

    # --- bookings ---

    def book(self, request: BookingRequest) -> Lead:
        """Book for this customer, with the photos of this conversation. Raises as booking.book."""

        def receipt(lead: Lead) -> Receipt:
            told = "" if self.on_a_call else f"New booking: {receipts.described(self.shop, lead)}"
            return receipts.booking_receipt(lead) | {"notice": told}

        wanted = self._wanted(request)
        riders = [self._rider(receipt), *(self._told_by_text() if self.on_a_call else [])]
        reads = self._seats(wanted) if self.on_a_call or not self.effects.receipts else None
        booked = booking.book(self.store, self.shop, wanted, self.now, self.blocked_until, reads=reads, riders=riders)
        if not booked.already:
            self.effects.add(receipt(booked.lead))
        elif self.on_a_call:
            self._repeat_by_text(wanted, booked.lead)
        else:
            self.effects.add(receipt(booked.lead) | {"notice": ""})
        return booked.lead

    def _wanted(self, request: BookingRequest) -> BookingRequest:
        """The request with the photos of this conversation; for a slot that is kept the notice counts from then."""
        kept = self.kept and self.kept[0] == request.slot.starts_at
        return replace(request, photos=self.recent_photos, asked_at=self.kept[1] if self.kept and kept else None)

    def _repeat_by_text(self, request: BookingRequest, lead: Lead) -> None:
        """A caller asks for the slot that his number has: he is told what he said himself, the rest goes by text.

        His number may be forged, and knowing a number must not show what it has booked.
        """
        known = replace(lead, repair_type=request.repair_type, device=request.device, discount_percent=0)
        text = Text(self.phone, "booked", {"booking_id": lead.lead_id, "language": self.language}, can_wait=False)
        told = [outbox.text_action(self.store, self.shop, text, self.now)] if is_domestic(self.phone) else []
        self._store_with(receipts.booking_receipt(known) | {"notice": ""}, told)

    def _seats(self, request: BookingRequest) -> SeatReads:
        """What the desk has read already, good for a booking before this message has done anything.

        By voice there is one more limit: whoever forges numbers shall not fill the calendar.
        """
        if self.on_a_call:
            limit = seats.voice_quota(self.shop, self.now)
            return booking.begin_read_seats(self.store, self.shop, request, self.now, (limit,))
        quota = seats.phone_quota(self.shop, self.phone, request.slot)
        grant = self.pending_customer.then(lambda customer: customer.grant)
        return SeatReads((quota,), (self.pending_seats,), grant)

    @property
    def on_a_call(self) -> bool:
        return self.channel == "voice"

    def _told_by_text(self) -> list[Rider]:
        """Of a booking by voice: the caller gets it in writing at once, the owner is told."""
        store, shop, now = self.store, self.shop, self.now
        in_writing = notices.rider(store, shop, now, None, "booked", can_wait=False, language=self.language)
        owner_told = notices.rider(store, shop, now, OWNER, "new_booking")
        return [in_writing, owner_told] if is_domestic(self.phone) else [owner_told]

    def move(self, lead: Lead, slot: Slot) -> Lead:
        """Move one of this customer's bookings. Raises as rebooking.move."""
        notice = f"Moved from {lead.slot.label}: "

        def receipt(moved: Lead) -> Receipt:
            proof = receipts.move_receipt(moved.lead_id, moved.slot, lead.slot)
            return proof | {"notice": notice + receipts.described(self.shop, moved)}

        riders = [self._rider(receipt)]
        moved = rebooking.move(self.store, self.shop, lead, slot, self.now, self.blocked_until, riders=riders)
        self.effects.add(receipt(moved))
        return moved

    def drop(self, lead: Lead) -> Lead:
        """Drop one of this customer's bookings. Raises as rebooking.drop."""

        def receipt(dropped: Lead) -> Receipt:
            proof = receipts.drop_receipt(dropped.lead_id, dropped.slot)
            return proof | {"notice": f"Dropped: {receipts.described(self.shop, dropped)}"}

        dropped = rebooking.drop(self.store, self.shop, lead.lead_id, self.now, riders=[self._rider(receipt)])
        self.effects.add(receipt(dropped))
        return dropped

    def own_bookings(self) -> list[Lead]:
        """This customer's open bookings in order of time; none on a call, because a caller's number can be forged."""
        return [] if self.on_a_call else booking.open_leads(self.store, self.shop, self.phone, self.now)

    def keep_photos(self) -> None:
        """Put the photos of this message on the next open lead. Without one they lie on the turn till there is."""
        mine = self.own_bookings()
        if not mine or not self.photos or any(receipt["kind"] == "photos" for receipt in self.effects.receipts):
            return
        many = f"{len(self.photos)} photo{'s' if len(self.photos) > 1 else ''}"
        which = receipts.described(self.shop, mine[0])
        receipt = receipts.photos_receipt(len(self.photos)) | {"notice": f"{many} for {which}"}
        if not self._store_with(receipt, [leads.add_photos(self.store, mine[0], self.photos)]):
            self.effects.tell_owner(f"{many} from {self.phone} that the booking has no room for: {which}")

    def doubt(self) -> None:
        """A write of this message got no answer: say so to both, for it may have landed."""
        self.effects.unknown = True
        self.effects.tell_owner(
            f"I couldn't see whether a change for {self.phone} was stored. Their bookings are in the agenda."
        )

    # --- texts, wanted or not ---

    def opt_out(self) -> None:
        """Keep further texts from this customer; an open booking is flagged and the owner told, once."""
        mine = [lead for lead in self.own_bookings() if not lead.opted_out]
        if not mine and self.pending_customer.result().opted_out:
            return
        held = "; ".join(lead.slot.label for lead in mine)
        notice = f"{self.phone} opted out of texts and has a booking: {held}" if held else ""
        flags = [leads.mark_opted_out(self.store, lead.lead_id) for lead in mine]
        opted_out = customers.opt_out_action(self.store, self.phone, "customer", self.now)
        receipt = {"kind": "opt_out", "notice": notice}
        # A lead that is gone meanwhile is no reason to forget the customer's wish.
        if not self._store_with(receipt, [opted_out, *flags]):
            self._store_with(receipt, [opted_out])

    def opt_in(self) -> None:
        """Let texts go to this customer again."""
        flags = [leads.clear_opted_out(self.store, lead.lead_id) for lead in self.own_bookings()]
        self._store_with({"kind": "opt_in"}, [customers.opt_in_action(self.store, self.phone), *flags])

    def ask_owner(self, question: str) -> None:
        """Put a question to the owner; the notice rides in the answer to this message."""
        notice = f"{self.phone} asks: {one_line(question)} To answer yourself, text: pause {self.phone}"
        self._store_with(receipts.question_receipt() | {"notice": notice}, [])

    def _rider(self, receipt: Callable[[Lead], Receipt]) -> Rider:
        return Rider(
            action=lambda lead: conversation.receipt_action(self.store, self.held, receipt(lead), self.now),
            refused=lambda _item: Fenced(),
        )

    # --- discounts and accessories ---

    def grant(self, percent: int, reason: str) -> bool:
        """Grant a discount, printed on the next open booking; False when this customer had one in the last 90 days."""
        next_lead, facts = discounts.unprinted(self.own_bookings()), {"reason": reason}
        # A lead that changed meanwhile is no reason to grant nothing: then the next booking gets it.
        for lead in dict.fromkeys((next_lead, None)):
            granted = discounts.grant_actions(self.store, self.shop, self.phone, percent, facts, lead, self.now)
            if self._store_with(receipts.discount_receipt(percent), granted):
                return True
        return False

    def had_discount(self) -> bool:
        """Whether this customer was granted a discount in the last 90 days, before this message or by it."""
        mine = any(receipt["kind"] == "discount" for receipt in self.effects.receipts)
        return mine or self.pending_customer.result().grant is not None

    def ask_discount(self, percent: int, reason: str) -> None:
        """Ask the owner for a discount above the limit. Raises HasDiscount when this customer has asked lately."""

        def receipt(question: Question) -> Receipt:
            code, why = question.code, one_line(reason) or "not said"
            notice = (
                f"{self.phone} asks for {percent}% off (you let me give {self.max_discount_percent}%). Why: {why}. "
                f"Reply ok {code} or no {code}"
            )
            return receipts.asked_receipt(percent, code) | {"notice": notice}

        def proof(question: Question) -> list[Action]:
            kept, told = self._told(receipt(question))
            return [conversation.receipt_action(self.store, self.held, kept, self.now), *told]

        asked = discounts.ask(self.store, Question("", self.phone, percent), reason, self.now, proof)
        self.effects.add(self._told(receipt(asked))[0])

    def note_upsell(self, accessory: Accessory, *, accepted: bool) -> bool:
        """Note an accessory that was offered; False when it could not be stored."""
        item = {
            "lead_id": f"UPSELL#{self.shop.local(self.now):%Y-%m-%d}",
            "timestamp": microseconds(self.now) + len(self.effects.receipts),
            "item": accessory.id,
            "accepted": accepted,
            "phone": self.phone,
        }
        notice = f"{self.phone} wants a {accessory.name} (${accessory.usd})." if accepted else ""
        proof = receipts.upsell_receipt(accessory.id, accepted=accepted)
        if any(proof.items() <= done.items() for done in self.effects.receipts):
            return True
        return self._store_with(proof | {"notice": notice}, [put_action(self.store.leads_table, item, FREE)])

    def _store_with(self, receipt: Receipt, actions: Sequence[Action]) -> bool:
        """Store a deed and its receipt together; False when the deed was refused."""
        kept, told = self._told(receipt)
        proof = conversation.receipt_action(self.store, self.held, kept, self.now)
        stored = self.store.transact_with_proof([*actions, *told], proof)
        if stored:
            self.effects.add(kept)
        return stored

    def _told(self, receipt: Receipt) -> tuple[Receipt, list[Action]]:
        """The receipt as it is kept, and the write that tells the owner where the answer cannot carry his notice."""
        notice = receipt.get("notice")
        if not notice or not self.on_a_call:
            return receipt, []
        text = Text(OWNER, "words", {"words": notice})
        return receipt | {"notice": ""}, [outbox.text_action(self.store, self.shop, text, self.now)]
