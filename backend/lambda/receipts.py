"""What may be said about things done: confirmations are made here from what was stored, and nowhere else.

A receipt is a plain dict, stored on the message whose effect it proves: `kind` and what its sentence needs, in no
language. The customer's language is chosen when it is worded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from leads import Lead
from phrases import label, say
from shop import Shop
from slots import Slot
from wording import ENGLISH, one_line, shortened

Receipt = Mapping[str, Any]


def booking_receipt(lead: Lead) -> dict[str, Any]:
    return {
        "kind": "booking",
        "lead_id": lead.lead_id,
        "starts_at": lead.slot.starts_at,
        "repair_type": lead.repair_type,
        "device": lead.device,
        "percent": lead.discount_percent,
    }


def move_receipt(lead_id: str, slot: Slot, before: Slot) -> dict[str, Any]:
    return {"kind": "move", "lead_id": lead_id, "starts_at": slot.starts_at, "started_at": before.starts_at}


def drop_receipt(lead_id: str, slot: Slot) -> dict[str, Any]:
    return {"kind": "drop", "lead_id": lead_id, "starts_at": slot.starts_at}


def discount_receipt(percent: int) -> dict[str, Any]:
    return {"kind": "discount", "percent": percent}


def upsell_receipt(item_id: str, *, accepted: bool) -> dict[str, Any]:
    return {"kind": "upsell", "item": item_id, "accepted": accepted}


def asked_receipt(percent: int, code: str) -> dict[str, Any]:
    return {"kind": "asked", "percent": percent, "code": code}


def question_receipt() -> dict[str, Any]:
    return {"kind": "question"}


def photos_receipt(count: int) -> dict[str, Any]:
    return {"kind": "photos", "count": count}


def confirmations(shop: Shop, stored: Iterable[Receipt], language: str, *, aloud: bool = False) -> list[str]:
    """The sentences for what was stored, as written or said. One too long for a text is shortened, never lost."""
    known = [receipt for receipt in stored if receipt["kind"] in _SENTENCES]
    said = [_SENTENCES[receipt["kind"]](shop, {**receipt, "aloud": aloud}, language) for receipt in known]
    return [shortened(sentence) for sentence in said if sentence]


def _booked(shop: Shop, receipt: Receipt, language: str) -> str:
    what = repair_words(shop, receipt["repair_type"], receipt["device"], language)
    if receipt.get("percent"):
        what = say("percent_off", language, what=what, percent=receipt["percent"])
    when = _label(shop, receipt["starts_at"], language)
    return say("booked", language, aloud=receipt["aloud"], when=when, what=what, lead_id=receipt["lead_id"])


def _moved(shop: Shop, receipt: Receipt, language: str) -> str:
    before, after = (_label(shop, receipt[name], language) for name in ("started_at", "starts_at"))
    return say("moved", language, before=before, after=after, lead_id=receipt["lead_id"])


def _dropped(shop: Shop, receipt: Receipt, language: str) -> str:
    return say("dropped", language, when=_label(shop, receipt["starts_at"], language), lead_id=receipt["lead_id"])


def _discounted(_shop: Shop, receipt: Receipt, language: str) -> str:
    return say("discounted", language, percent=receipt["percent"])


def _accessory(shop: Shop, receipt: Receipt, language: str) -> str:
    item = next((each for each in shop.accessories if each.id == receipt["item"]), None)
    if item is None or not receipt["accepted"]:
        return ""
    return say("accessory", language, name=item.called(language), usd=item.usd)


def _asked(shop: Shop, _receipt: Receipt, language: str) -> str:
    return say("asked", language, owner=shop.owner)


def _passed_on(shop: Shop, _receipt: Receipt, language: str) -> str:
    return say("passed_on", language, owner=shop.owner)


_SENTENCES: Mapping[str, Callable[[Shop, Receipt, str], str]] = {
    "booking": _booked,
    "move": _moved,
    "drop": _dropped,
    "discount": _discounted,
    "upsell": _accessory,
    "asked": _asked,
    "question": _passed_on,
}


def _label(shop: Shop, starts_at: int, language: str) -> str:
    return label(Slot(datetime.fromtimestamp(starts_at, shop.timezone)), language)


def described(shop: Shop, lead: Lead) -> str:
    """A booking as the owner reads it, in one line whatever the customer wrote in it."""
    what = one_line(repair_words(shop, lead.repair_type, lead.device))
    less = f", {lead.discount_percent}% off" if lead.discount_percent else ""
    photos = f", {len(lead.photos)} photo{'s' if len(lead.photos) > 1 else ''}" if lead.photos else ""
    who = one_line(f"{lead.customer_name} {lead.phone}")
    return f"{lead.slot.label}, {what}{less}{photos}, {who}. {lead.lead_id}"


def repair_words(shop: Shop, repair_type: str, device: str, language: str = ENGLISH) -> str:
    """A repair as a customer would name it: "iPhone 14 screen repair"."""
    service = shop.service(repair_type)
    name = service.called(language) if service else say("repair", language)
    return say("device_repair", language, device=device, service=name) if device else name
