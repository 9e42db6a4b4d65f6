"""Numbered lists: what a line stands for, how a list is worded, and the words around it. Pure.

An offer is a list as it was shown, kept on the turn that showed it. Its `starts` are in epoch seconds, line 1 first:

    {"kind": "book", "starts", "repair_type", "device", "first_words"}   free times
    {"kind": "move", "starts", "repair_type", "lead_ids": [one], "was"}  free times for a booking that moves
    {"kind": "pick" or "drop", "starts", "lead_ids"}                     the customer's own bookings
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leads import Lead
from shop import Service, Shop
from shop_state import ShopState
from slots import Slot, clock

LINES = {"sms": 5, "voice": 3}
_BARE_NUMBER = re.compile(r"[#(]?\s*([0-9]{1,2})\s*[.)!]?")
_AWAY = {
    "gym": "at the gym",
    "driving": "on the road",
    "onsite": "out on a repair",
    "break": "on a break",
    "closed": "closed",
}

_HEADINGS = {
    "book": "Reply with a number to book:",
    "move": "Reply with a number to move your booking of {was} to:",
    "pick": "Which booking should move? Reply with its number:",
    "drop": "Which booking should be dropped? Reply with its number:",
}

Offer = dict[str, Any]


def bare_number(text: str) -> int | None:
    """The number that a text is, if it is nothing else."""
    # A keycap or a fullwidth digit is the same number.
    digits = re.sub("[\ufe0f\u20e3]", "", unicodedata.normalize("NFKC", text))
    match = _BARE_NUMBER.fullmatch(digits.strip())
    return int(match[1]) if match else None


def to_book(shop: Shop, free: Sequence[Slot], channel: str, words: str, before: Mapping[str, Any] | None) -> Offer:
    """Free times to book. The repair and the first words of an earlier list carry over into a new one."""
    earlier = before or {}
    first_words = earlier.get("first_words") or (words if bare_number(words) is None else "")
    service = shop.service_named_in(words)
    return {
        "kind": "book",
        "starts": [slot.starts_at for slot in free[: LINES[channel]]],
        "repair_type": service.id if service else earlier.get("repair_type", "other"),
        "device": shop.device_named_in(words) or earlier.get("device", ""),
        "first_words": first_words[:500],
    }


def to_move(free: Sequence[Slot], lead_id: str, was: str, repair: Mapping[str, Any]) -> Offer:
    """Free times for a booking that moves; `was` is the label of the time it has."""
    starts = [slot.starts_at for slot in free]
    return {"kind": "move", "starts": starts, "lead_ids": [lead_id], "was": was, "repair_type": repair["repair_type"]}


def of_bookings(kind: str, mine: Sequence[Lead]) -> Offer:
    """The customer's own bookings, to pick the one that moves or to drop one."""
    return {
        "kind": kind,
        "starts": [lead.slot.starts_at for lead in mine],
        "lead_ids": [lead.lead_id for lead in mine],
    }


def offered_slots(shop: Shop, offer: Mapping[str, Any]) -> list[Slot]:
    """The slots of an offer, line 1 first."""
    return [Slot(datetime.fromtimestamp(start, shop.timezone)) for start in offer["starts"]]


def list_words(shop: Shop, offer: Mapping[str, Any], channel: str) -> str:
    """The list as it is shown, or spoken."""
    slots = offered_slots(shop, offer)
    if channel == "voice":
        said = ", ".join(f"{number} for {slot.label}" for number, slot in enumerate(slots, 1))
        return f"Press or say {said}."
    lines = "\n".join(f"{number}) {slot.label}" for number, slot in enumerate(slots, 1))
    return f"{_HEADINGS[offer.get('kind', 'book')].format(was=offer.get('was'))}\n{lines}"


def price_words(shop: Shop, offer: Mapping[str, Any]) -> str:
    """The price of the repair an offer is for, as far as shop.json names one."""
    service = shop.service(offer["repair_type"])
    if service is None or service.id == "other":
        return ""
    price = price_of(service, offer["device"])
    what = f"{offer['device']} {service.name}" if offer["device"] else service.name.capitalize()
    return f"{what}: {price}." if price else ""


def price_of(service: Service, device: str) -> str:
    """ "from $79", "$39", "free", or the prices by brand when the device does not decide."""
    if service.fixed_usd is not None:
        return f"${service.fixed_usd}" if service.fixed_usd else "free"
    for brand, usd in service.from_usd.items():
        if device.lower().startswith(brand.lower()) and (brand or len(service.from_usd) == 1):
            return f"from ${usd}"
    by_brand = [f"${usd}{f' {brand}' if brand else ''}" for brand, usd in service.from_usd.items()]
    return f"from {' / '.join(by_brand)}" if by_brand else ""


def away_words(shop: Shop, state: ShopState, now: datetime) -> str:
    """What the owner is doing, if it is not work: "Brandon is at the gym until 3:00 PM."."""
    mode = state.effective_mode(now)
    if mode not in _AWAY:
        return ""
    who = "The shop" if mode == "closed" else shop.owner
    ends_at = state.ends_at()
    if ends_at is None:
        return f"{who} is {_AWAY[mode]} right now."
    until = shop.local(ends_at)
    when = clock(until) if until.date() == shop.local(now).date() else Slot(until).label
    return f"{who} is {_AWAY[mode]} until {when}."


def opening_hours(shop: Shop) -> str:
    """The week's hours in few words: "Mon-Sat 9:00 AM-5:00 PM"."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    spans: list[tuple[int, int]] = []
    for day, hours in enumerate(shop.hours):
        if hours is None:
            continue
        if spans and spans[-1][1] == day - 1 and shop.hours[spans[-1][0]] == hours:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    said = []
    for first, last in spans:
        hours = shop.hours[first]
        if hours is not None:
            days = names[first] if first == last else f"{names[first]}-{names[last]}"
            said.append(f"{days} {clock(hours[0])}-{clock(hours[1])}")
    return ", ".join(said)
