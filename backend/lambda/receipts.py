"""What may be said about things done: confirmations are made here from what was stored, and nowhere else.

A receipt is a plain dict, stored on the message whose effect it proves: `kind` and what its sentence needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from shop import Shop
from slots import Slot
from wording import shortened

Receipt = Mapping[str, Any]


def booking_receipt(lead_id: str, slot: Slot, repair_type: str, device: str) -> dict[str, Any]:
    return {
        "kind": "booking",
        "lead_id": lead_id,
        "starts_at": slot.starts_at,
        "repair_type": repair_type,
        "device": device,
    }


def move_receipt(lead_id: str, slot: Slot, before: Slot) -> dict[str, Any]:
    return {"kind": "move", "lead_id": lead_id, "starts_at": slot.starts_at, "started_at": before.starts_at}


def drop_receipt(lead_id: str, slot: Slot) -> dict[str, Any]:
    return {"kind": "drop", "lead_id": lead_id, "starts_at": slot.starts_at}


def discount_receipt(percent: int) -> dict[str, Any]:
    return {"kind": "discount", "percent": percent}


def upsell_receipt(item_id: str, *, accepted: bool) -> dict[str, Any]:
    return {"kind": "upsell", "item": item_id, "accepted": accepted}


def confirmations(shop: Shop, stored: Iterable[Receipt]) -> list[str]:
    """The sentences for what was stored. One too long for a text is shortened, never lost."""
    said = [_SENTENCES[receipt["kind"]](shop, receipt) for receipt in stored]
    return [shortened(sentence) for sentence in said if sentence]


def unknown_outcome(what: str) -> str:
    """The honest sentence for a write whose answer never came."""
    return f"I can't see yet whether {what} went through. Text me again in a minute and I'll tell you."


def _booked(shop: Shop, receipt: Receipt) -> str:
    what = repair_words(shop, receipt["repair_type"], receipt["device"])
    label, lead_id = _label(shop, receipt["starts_at"]), receipt["lead_id"]
    return f"You're booked: {label}, {what}. Ref {lead_id}. To change it, text MOVE or DROP."


def _moved(shop: Shop, receipt: Receipt) -> str:
    before, after = _label(shop, receipt["started_at"]), _label(shop, receipt["starts_at"])
    return f"Moved: you're now booked for {after} instead of {before}. Ref {receipt['lead_id']}."


def _dropped(shop: Shop, receipt: Receipt) -> str:
    return f"Dropped: your booking for {_label(shop, receipt['starts_at'])} is off. Ref {receipt['lead_id']}."


def _discounted(_shop: Shop, receipt: Receipt) -> str:
    return f"You have {receipt['percent']}% off this repair."


def _accessory(shop: Shop, receipt: Receipt) -> str:
    item = next((each for each in shop.accessories if each.id == receipt["item"]), None)
    return f"I've noted a {item.name} (${item.usd}) for you." if item and receipt["accepted"] else ""


_SENTENCES: Mapping[str, Callable[[Shop, Receipt], str]] = {
    "booking": _booked,
    "move": _moved,
    "drop": _dropped,
    "discount": _discounted,
    "upsell": _accessory,
}


def _label(shop: Shop, starts_at: int) -> str:
    return Slot(datetime.fromtimestamp(starts_at, shop.timezone)).label


def repair_words(shop: Shop, repair_type: str, device: str) -> str:
    """A repair as a customer would name it: "iPhone 14 screen repair"."""
    service = shop.service(repair_type)
    return f"{device} {service.name if service else 'repair'}".strip()
