"""A day as Brandon reads it by text: its bookings in order, one line each, what is blocked, and what is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import leads
from blocks import hours_blocked
from desk import Desk
from leads import Lead
from phone_numbers import spoken_phone
from receipts import repair_words
from shop import Shop
from shop_state import ShopState
from slots import Slot, clock, free_slots
from utils import Item
from wording import one_line, shortened

LONGEST_NAME = 30


def day_words(desk: Desk, day: date) -> str:
    """The agenda of a day, one line each; for today the mode too, and what came of the accessories."""
    today = day == desk.today()
    reading = desk.store.query(leads.claims_of(day))
    reading_upsells = desk.store.query(f"UPSELL#{day.isoformat()}") if today else None
    claims = reading.result()
    booked = leads.leads_of_claims(desk.store, desk.shop, claims)
    lines = [f"{day:%a %b} {day.day}: {_counted(len(booked), 'booking')}, {_left(desk, day, claims)}."]
    lines += [line(desk.shop, lead) for lead in booked]
    lines += _blocked(desk.shop, claims)
    if reading_upsells:
        lines += [f"Mode: {mode_words(desk.shop, desk.state(), desk.now)}.", *_accessories(reading_upsells.result())]
    return "\n".join(lines)


def line(shop: Shop, lead: Lead, *, dated: bool = False) -> str:
    """One booking in one line, whatever the customer wrote in it."""
    facts = [
        lead.slot.label if dated else clock(lead.slot.start),
        shortened(one_line(lead.customer_name), LONGEST_NAME),
        shortened(one_line(repair_words(shop, lead.repair_type, lead.device)), 2 * LONGEST_NAME),
        spoken_phone(lead.phone),
        f"-{lead.discount_percent}%" if lead.discount_percent else "",
        "opted out of texts" if lead.opted_out else "",
        lead.status.replace("_", " ") if lead.status != "booked" else "",
    ]
    return ", ".join(fact for fact in facts if fact)


def mode_words(shop: Shop, state: ShopState, now: datetime) -> str:
    """The mode in force and its end: "gym until 5:00 PM"."""
    mode, ends_at = state.effective_mode(now), state.ends_at()
    return mode if mode == "work" or ends_at is None else f"{mode} until {until_words(shop, ends_at, now)}"


def until_words(shop: Shop, moment: datetime, now: datetime) -> str:
    """An instant to come as it is said today: "5:00 PM", "midnight", else with its day."""
    local, here = shop.local(moment), shop.local(now)
    if local.date() == here.date():
        return clock(local)
    is_midnight = local.date() == here.date() + timedelta(days=1) and (local.hour, local.minute) == (0, 0)
    return "midnight" if is_midnight else Slot(local).label


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _left(desk: Desk, day: date, claims: Iterable[Item]) -> str:
    if day > desk.today() + timedelta(days=desk.shop.booking_horizon_days):
        return f"customers can book it {desk.shop.booking_horizon_days} days before"
    taken = leads.taken_starts(claims, desk.now)
    free = free_slots(desk.shop, [day], taken, desk.now, desk.state().blocked_until(desk.now))
    return f"{_counted(len(free), 'slot')} free"


def _blocked(shop: Shop, claims: Iterable[Item]) -> list[str]:
    spans = [
        "-".join(clock(datetime.fromtimestamp(instant, shop.timezone)) for instant in span)
        for span in hours_blocked(claims, shop.slot_minutes)
    ]
    return [f"Blocked: {', '.join(spans)}."] if spans else []


def _accessories(upsells: list[Item]) -> list[str]:
    accepted = sum(1 for upsell in upsells if upsell["accepted"])
    return [f"Accessories: offered {len(upsells)}, accepted {accepted}."] if upsells else ["Accessories: none offered."]
