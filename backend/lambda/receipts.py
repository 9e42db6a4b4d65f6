"""What may be said about things done: confirmations are made here from what was stored, and nowhere else.

A receipt is a plain dict, stored on the message whose effect it proves: `kind` and what its sentence needs.
The model's own words pass through `honest`, which takes out every sentence that claims a deed, a price or a discount
that code has not made true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop import Shop
from slots import Slot
from wording import sentences, shortened

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


# --- the model's words --------------------------------------------------------------------------------------

# Verbs and phrases that say a thing is done. In a question, after "not" or "can", they say something else.
_DONE = re.compile(
    r"\b(booked|scheduled|reserved|confirmed|locked (it )?in|all set|pencil?led|slotted|secured|on the (books|calendar)"
    r"|(got|have|put|marked|signed|squeezed) you (down|in|up|on)|you'?re (in\b|set\b|good to go|down for|on for)"
    r"|see you (at|on|tomorrow|then|today|mon|tue|wed|thu|fri|sat|sun|next|this)"
    r"|(slot|spot|time|appointment)( is|'s) (yours|held|saved|set)|appointment (is|for|at|on)\b"
    r"|moved|rescheduled|switched|changed (it|your|the)|cancell?ed|dropped|deleted"
    r"|(i'?ve|i have|i just|i) (told|notified|messaged|texted|informed|alerted|asked|let) \w+"
    r"|reservad[oa]|agendad[oa]|confirmad[oa]|programad[oa]|apartad[oa]|tu cita (es|está|queda)|te (espero|esperamos)"
    r"|cancelad[oa]|cambiad[oa]|avis[eé])\b",
    re.IGNORECASE,
)
_NOT_CLAIMED = re.compile(
    r"\b(not|no|never|nothing|isn't|aren't|wasn't|haven't|hasn't|won't|can't|cannot|yet|can|could|may|might|would|should"
    r"|shall|want|like|need|ready|help|happy|get|getting|be|being|to|until|unless|once|already|fully|if|ever"
    r"|nada|puedo|podemos|quieres|quiere|gustar[ií]a)\b"
    r"(?:\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)
_DISCOUNT = re.compile(
    r"\d\s?%|\bpercent\b|\bdiscount|\b(dollars|bucks|\d) off\b|\bfor free\b|descuento", re.IGNORECASE
)
_ASKING = re.compile(r"\b(ask|check with|approve|can't|cannot|not able|unable|isn't|don't|no)\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"\$\s?(\d[\d,]*(?:\.\d+)?)|\b(\d[\d,]*(?:\.\d+)?)\s?(?:dollars|bucks|usd|d[oó]lares)\b", re.IGNORECASE
)
# Twilio reads a text that is only one of these as an opt-out or opt-in, so nobody may be asked to send one.
_CARRIER_WORD = re.compile(
    r"\b(reply|text|send|respond|say|type|answer|write|responde|escribe)\b.{0,25}"
    r"\b(?:YES|CANCEL|STOP|STOPALL|END|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT|START|UNSTOP|HELP|INFO"
    r"|[\"'](?:yes|cancel|stop|end|quit|unsubscribe|start|help|info)[\"'])(?!\w)"
)


@dataclass(frozen=True)
class Checked:
    """The sentences of the model that may be said, and whether one had to go because it claimed a deed."""

    kept: tuple[str, ...]
    claim_removed: bool


def honest(shop: Shop, words: str, receipts: Sequence[Receipt]) -> Checked:
    """The model's words without what is not so. Receipts of this message allow the discount they prove."""
    percents = {int(receipt["percent"]) for receipt in receipts if receipt["kind"] == "discount"}
    amounts = _amounts(shop, percents)
    kept: list[str] = []
    claim_removed = False
    for sentence in sentences(words):
        if _claims_a_deed(sentence) or _grants(sentence, percents):
            claim_removed = True
        elif not _names_other_amount(sentence, amounts) and not _CARRIER_WORD.search(sentence):
            kept.append(sentence)
    return Checked(tuple(kept), claim_removed)


def _claims_a_deed(sentence: str) -> bool:
    """Whether a sentence says something was done: a deed's verb without "not", "can" or the like right before it."""
    text = sentence.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return any(not _NOT_CLAIMED.search(text[: match.start()]) for match in _DONE.finditer(text))


def _grants(sentence: str, percents: Iterable[int]) -> bool:
    """Whether a sentence gives a discount that was not granted."""
    if not _DISCOUNT.search(sentence) or _ASKING.search(sentence):
        return False
    named = {int(number) for number in re.findall(r"(\d{1,3})\s?(?:%|percent)", sentence)}
    return not named or not named <= set(percents)


def _names_other_amount(sentence: str, amounts: Iterable[float]) -> bool:
    """Whether a sentence names an amount of money that shop.json does not."""
    named = {float((one or other).replace(",", "")) for one, other in _AMOUNT.findall(sentence)}
    return not named <= set(amounts)


def _amounts(shop: Shop, percents: Iterable[int]) -> set[float]:
    prices = {float(shop.onsite_visit_usd)} | {float(item.usd) for item in shop.accessories}
    for service in shop.services:
        for price in (*service.from_usd.values(), service.fixed_usd):
            if price is not None:
                prices |= {float(price), float(price + shop.onsite_visit_usd)}
    reduced = {round(price * (100 - percent) / 100, 2) for price in prices for percent in percents}
    return prices | reduced | {0.0}
