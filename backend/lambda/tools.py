"""The functions of the model, as schemas/functions.json lists them. What the edge knows is not asked of the model.

Every output is JSON with `ok`. A tool that is not there, or is called with nonsense, is answered, not raised.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import booking
import conversation
import receipts
from booking import BookingRequest, Rider
from conversation import Held
from errors import Fenced, InvalidRequest, SlotTaken, TooManyBookings, TransactionRefused
from leads import Lead
from shop import Shop
from slots import Slot, parse_date
from utils import Item, Store, epoch, microseconds, put_action

GRANT_LASTS = timedelta(days=90)
# A booking that begins with less time than this left could not be confirmed before the caller is gone.
LEAST_SECONDS_TO_WRITE = 0.3


@lru_cache(maxsize=1)
def schemas() -> tuple[dict[str, Any], ...]:
    """The tools as OpenAI's Responses API takes them: beside the code in the zip, in schemas/ in the repository."""
    here = Path(__file__).parent
    bundled = here / "functions.json"
    path = bundled if bundled.exists() else here.parent / "schemas" / "functions.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")))


@dataclass
class Effects:
    """What this message has done so far."""

    receipts: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    unknown: bool = False

    def booked(self) -> bool:
        return any(receipt["kind"] == "booking" for receipt in self.receipts)


@dataclass(frozen=True)
class Counter:
    """The customer at the counter: who it is, by which channel, and everything a tool needs beside its arguments."""

    store: Store
    shop: Shop
    held: Held
    phone: str
    channel: str
    first_words: str
    now: datetime
    blocked_until: datetime | None
    max_discount_percent: int
    effects: Effects = field(default_factory=Effects)

    def run(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run one tool. Outages and fencing are not the model's to explain, so those are raised."""
        tool = _TOOLS.get(name)
        if tool is None:
            return {"ok": False, "error": f"there is no tool named {name[:40]}"}
        try:
            return tool(self, arguments)
        except InvalidRequest as wrong:
            return {"ok": False, "error": "invalid_request", "fields": wrong.fields}
        except ValueError as wrong:
            return {"ok": False, "error": str(wrong)}

    def book(self, request: BookingRequest) -> Lead:
        """Book for this customer and leave the receipt on the message, in one transaction. Raises as booking.book."""
        rider = Rider(action=self._receipt_of, refused=lambda _item: Fenced())
        booked = booking.book(self.store, self.shop, request, self.now, self.blocked_until, riders=[rider])
        lead = booked.lead
        self.effects.receipts.append(_booking_receipt(lead))
        if not booked.already:
            self.effects.notices.append(owner_notice(self.shop, lead))
        return lead

    def _receipt_of(self, lead: Lead) -> dict[str, Any]:
        return conversation.receipt_action(self.store, self.held, _booking_receipt(lead), self.now)

    def store_with_receipt(
        self, item: Item, condition: str, values: Mapping[str, Any], receipt: Mapping[str, Any]
    ) -> bool:
        """Store an item and its receipt together; False when the item's own condition refused it."""
        put = put_action(self.store.leads_table, item, condition, values)
        proof = conversation.receipt_action(self.store, self.held, receipt, self.now)
        try:
            self.store.transact([put, proof])
        except TransactionRefused as refused:
            if refused.refusals[1] is not None:
                raise Fenced from refused
            return False
        self.effects.receipts.append(dict(receipt))
        return True


def _booking_receipt(lead: Lead) -> dict[str, Any]:
    return receipts.booking_receipt(lead.lead_id, lead.slot, lead.repair_type, lead.device)


def owner_notice(shop: Shop, lead: Lead) -> str:
    """What the owner reads of a new booking."""
    what = receipts.repair_words(shop, lead.repair_type, lead.device)
    who = f"{lead.customer_name} {lead.phone}".strip()
    return f"New booking: {lead.slot.label}, {what}, {who}. {lead.lead_id}"


def _check_availability(counter: Counter, arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        day = parse_date(arguments.get("date"))
    except ValueError as wrong:
        raise InvalidRequest({"date": str(wrong)}) from wrong
    free = _free_on(counter, day)
    listed = [{"date": slot.date, "time": slot.time, "label": slot.label} for slot in free]
    return {"ok": True, "date": day.isoformat(), "slots": listed}


def _free_on(counter: Counter, day: date) -> list[Slot]:
    calendar = booking.begin_read_calendar(counter.store, counter.shop, day, 1, counter.now)
    return calendar.free(counter.now, counter.blocked_until)


def _book_slot(counter: Counter, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if counter.effects.booked():
        return {"ok": False, "error": "one booking a message: this message has booked one already"}
    if counter.store.deadline.remaining_seconds() < LEAST_SECONDS_TO_WRITE:
        return {"ok": False, "error": "no time left to book in this message"}
    known = ("date", "time", "repair_type", "device", "customer_name")
    body = {name: arguments.get(name) for name in known}
    body["notes"] = counter.first_words[:500]
    request = booking.parse_request(counter.shop, body, counter.channel, counter.now, phone=counter.phone)
    try:
        lead = counter.book(request)
    except SlotTaken:
        free = booking.alternatives(counter.store, counter.shop, request.slot, counter.now, counter.blocked_until)
        listed = [{"date": slot.date, "time": slot.time, "label": slot.label} for slot in free]
        return {"ok": False, "error": "slot_taken", "alternatives": listed}
    except TooManyBookings:
        return {"ok": False, "error": "too_many_bookings: this customer has as many open bookings as allowed"}
    return {"ok": True, "lead_id": lead.lead_id, "label": lead.slot.label}


def _authorize_discount(counter: Counter, arguments: Mapping[str, Any]) -> dict[str, Any]:
    percent, reason = arguments.get("discount_percent"), arguments.get("reason")
    if not isinstance(percent, int) or isinstance(percent, bool) or not 1 <= percent <= 50:
        raise InvalidRequest({"discount_percent": "must be a whole number from 1 to 50"})
    reason_words = reason[:200] if isinstance(reason, str) else ""
    if percent > counter.max_discount_percent:
        return _ask_owner(counter, percent, reason_words)
    item = {
        "lead_id": f"GRANT#{counter.phone}",
        "timestamp": 0,
        "percent": percent,
        "reason": reason_words,
        "granted_at": epoch(counter.now),
        "expires_at": epoch(counter.now + GRANT_LASTS),
    }
    condition = "attribute_not_exists(#lead_id) OR #expires_at <= :now"
    receipt = receipts.discount_receipt(percent)
    if counter.store_with_receipt(item, condition, {"now": epoch(counter.now)}, receipt):
        return {"ok": True, "discount_percent": percent}
    return {"ok": False, "error": "this customer had a discount in the last 90 days"}


def _ask_owner(counter: Counter, percent: int, reason: str) -> dict[str, Any]:
    allowed = counter.max_discount_percent
    counter.effects.notices.append(
        f"{counter.phone} asks for {percent}% off (you let me give {allowed}%). Why: {reason or 'not said'}"
    )
    return {"ok": False, "error": f"more than {allowed}% needs the owner, who is being asked", "asked": True}


def _log_upsell(counter: Counter, arguments: Mapping[str, Any]) -> dict[str, Any]:
    named, accepted = arguments.get("upsell_item"), arguments.get("accepted")
    if not isinstance(accepted, bool):
        raise InvalidRequest({"accepted": "must be true or false"})
    words = named.strip().lower() if isinstance(named, str) else ""
    found = next((each for each in counter.shop.accessories if words in (each.id, each.name)), None)
    if found is None:
        names = ", ".join(each.id for each in counter.shop.accessories)
        raise InvalidRequest({"upsell_item": f"must be one of {names}"})
    item = {
        "lead_id": f"UPSELL#{counter.shop.local(counter.now):%Y-%m-%d}",
        "timestamp": microseconds(counter.now) + len(counter.effects.receipts),
        "item": found.id,
        "accepted": accepted,
        "phone": counter.phone,
    }
    receipt = receipts.upsell_receipt(found.id, accepted=accepted)
    stored = counter.store_with_receipt(item, "attribute_not_exists(#lead_id)", {}, receipt)
    return {"ok": stored, "item": found.name, "usd": found.usd}


_TOOLS: Mapping[str, Callable[[Counter, Mapping[str, Any]], dict[str, Any]]] = {
    "check_availability": _check_availability,
    "book_slot": _book_slot,
    "authorize_discount": _authorize_discount,
    "log_upsell": _log_upsell,
}
