"""Numbered lists: what a line stands for, how a list is worded, and the words around it. Pure.

An offer is a list as it was shown, kept on the turn that showed it, in no language. Its `starts`, and the time `was_at`
that a booking has, are in epoch seconds, line 1 first:

    {"kind": "book", "starts", "repair_type", "device", "first_words"}   free times; `kept_since` and `kept_until` are
                                                                        there when the one is kept for him (see holds)
    {"kind": "move", "starts", "repair_type", "lead_ids": [one], "was_at"}  free times for a booking that moves
    {"kind": "pick" or "drop", "starts", "lead_ids"}                     the customer's own bookings
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from leads import Lead
from phrases import PHRASES, label, long_day, say, short_weekday
from shop import Service, Shop
from shop_state import ShopState
from slots import Slot, clock
from utils import epoch
from wording import ENGLISH

LINES = {"sms": 5, "voice": 3}
_BARE_NUMBER = re.compile(r"[#(]?\s*([0-9]{1,2})\s*[.)!]?")
# Prices are by maker; customers name a line of products as well.
_MAKERS = {"galaxy": "samsung"}

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


def to_move(free: Sequence[Slot], lead_id: str, was_at: int, repair_type: str) -> Offer:
    """Free times for a booking that moves; `was_at` is the time it has, in epoch seconds."""
    starts = [slot.starts_at for slot in free]
    return {"kind": "move", "starts": starts, "lead_ids": [lead_id], "was_at": was_at, "repair_type": repair_type}


def kept_since(offer: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the slot of an offer was kept for the customer, as long as it is; None for an offer of free times."""
    if int(offer.get("kept_until", 0)) <= epoch(now):
        return None
    return datetime.fromtimestamp(int(offer["kept_since"]), now.tzinfo)


def kept_now(offered: Iterable[Offer | None], now: datetime) -> Offer | None:
    """Of these offers, latest first, the one whose slot is kept for the customer now."""
    return next((offer for offer in offered if offer and kept_since(offer, now)), None)


def of_bookings(kind: str, mine: Sequence[Lead]) -> Offer:
    """The customer's own bookings, to pick the one that moves or to drop one."""
    return {
        "kind": kind,
        "starts": [lead.slot.starts_at for lead in mine],
        "lead_ids": [lead.lead_id for lead in mine],
    }


def offered_slots(shop: Shop, offer: Mapping[str, Any]) -> list[Slot]:
    """The slots of an offer, line 1 first."""
    return [_slot(shop, start) for start in offer["starts"]]


def _slot(shop: Shop, starts_at: int) -> Slot:
    return Slot(datetime.fromtimestamp(starts_at, shop.timezone))


def list_words(shop: Shop, offer: Mapping[str, Any], channel: str, language: str) -> str:
    """The list as it is shown, or as it is said to a caller, who may press 0 for the owner."""
    slots = offered_slots(shop, offer)
    if channel == "voice":
        # A day is said once, with its first time.
        days = [None, *(slot.date for slot in slots)]
        whens = [clock(slot.start) if slot.date == days[at] else label(slot, language) for at, slot in enumerate(slots)]
        said = [say("line_to_press", language, number=number, when=when) for number, when in enumerate(whens, 1)]
        return say("press_or_say", language, lines=", ".join(said), owner=shop.owner)
    lines = "\n".join(f"{number}) {label(slot, language)}" for number, slot in enumerate(slots, 1))
    was = label(_slot(shop, offer["was_at"]), language) if "was_at" in offer else ""
    heading = say(f"to_{offer.get('kind', 'book')}", language, was=was)
    return f"{heading}\n{lines}"


def price_words(shop: Shop, offer: Mapping[str, Any], language: str) -> str:
    """The price of the repair an offer is for, as far as shop.json names one."""
    service, device = shop.service(offer["repair_type"]), offer["device"]
    if service is None or service.id == "other":
        return ""
    name = service.called(language)
    what = say("device_repair", language, device=device, service=name) if device else name
    what = what.replace(name, name.capitalize(), 1) if what.startswith(name) else what
    return f"{what}: {price_of(service, device, language)}."


def price_of(service: Service, device: str, language: str = ENGLISH) -> str:
    """ "from $79", "$39", "free", the prices by brand without a device; "price after a look" where there is none."""
    if service.fixed_usd is not None:
        return f"${service.fixed_usd}" if service.fixed_usd else say("free", language)
    name = device.lower()
    maker = next((maker for line, maker in _MAKERS.items() if name.startswith(line)), name)
    prices = [
        f"${usd}{f' {brand}' if brand and not device else ''}"
        for brand, usd in service.from_usd.items()
        if not device or maker.startswith(brand.lower())
    ]
    return say("from", language, prices=" / ".join(prices)) if prices else say("after_a_look", language)


def away_words(shop: Shop, state: ShopState, now: datetime, language: str = ENGLISH) -> str:
    """What the owner is doing, if it is not work: "Brandon is at the gym until 3:00 PM."."""
    mode = state.effective_mode(now)
    if f"away_{mode}" not in PHRASES:
        return ""
    who = say("the_shop", language) if mode == "closed" else shop.owner
    doing, ends_at = say(f"away_{mode}", language), state.ends_at()
    if ends_at is None:
        return say("away_now", language, who=who, doing=doing)
    until, today = shop.local(ends_at), shop.local(now).date()
    if until.time() == time(0):  # "until Tuesday, midnight" is heard as the end of Tuesday
        last = until.date() - timedelta(days=1)
        if last == today:
            return say("away_today", language, who=who, doing=doing)
        return say("away_through", language, who=who, doing=doing, day=long_day(last, language))
    when = clock(until) if until.date() == today else label(Slot(until), language)
    return say("away_until", language, who=who, doing=doing, until=when)


def opening_hours(shop: Shop, language: str = ENGLISH) -> str:
    """The week's hours in few words: "Mon-Sat 9:00 AM-5:00 PM"."""
    names = [short_weekday(number, language) for number in range(7)]
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
