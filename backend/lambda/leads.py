"""Leads: bookings as they are stored, and how they are found by id, by day, and by what a mode runs into.

LEAD-YYYYMMDD-HHMMSS  timestamp = the instant in the id    the lead
SLOT#<date>           timestamp = start of the slot        the claim: which booking holds it, or BLOCK, or HOLD
LEADS#<phone>         timestamp = the lead's own           the index: a lead of this number
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from errors import NotFound
from expressions import lazy
from shop import Shop
from slots import Slot, parse_date, parse_time
from utils import (
    FREE_BY_THE_CLOCK,
    Action,
    Item,
    Store,
    all_results,
    epoch,
    has_expired,
    logger,
    put_action,
    update_action,
)

MOST_PHOTOS = 20
MOST_COPIES = 50
# In the place of a booking's id: the owner keeps the slot for himself (see blocks), or it is kept for a caller who has
# not booked it yet (see holds).
BLOCK, HOLD = "BLOCK", "HOLD"
# A slot can be claimed when nobody has a claim on it, when the claim there has expired by the clock, and by the caller
# it is kept for. Every claim of a customer is written with this condition: it closes the double booking.
CLAIMABLE = f"{FREE_BY_THE_CLOCK} OR (#booking_id = :hold AND #phone = :phone)"
_TEXTS = ("phone", "repair_type", "device", "customer_name", "notes", "source")
_AMERICAN = lazy(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_BEGINS = lazy(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?\b\s*(?:([ap])\.?m\b)?", re.IGNORECASE)
_HALF = lazy(r"\d\s*([ap])\.?m\b", re.IGNORECASE)
_LEAD_ID = re.compile(r"LEAD-([0-9]{8}-[0-9]{6})")


@dataclass(frozen=True)
class Lead:
    """A booking as stored. `created_at` is in epoch seconds and, unlike the id, never moved.

    `claimed` are the starts of the slots it takes, in epoch seconds, its own first; none when it is dropped, or was
    written before there were claims and never adopted. `discount_percent` is 0 without a discount, `photos` are
    Twilio's addresses of them, `opted_out` says that no text reaches the customer.
    """

    lead_id: str
    slot: Slot
    phone: str
    repair_type: str
    device: str
    customer_name: str
    notes: str
    source: str
    status: str
    created_at: int
    claimed: tuple[int, ...]
    discount_percent: int = 0
    photos: tuple[str, ...] = ()
    opted_out: bool = False

    def as_json(self) -> dict[str, Any]:
        """The booking of CONTRACT 4, without its message."""
        return {
            **self.slot.as_json(),
            "lead_id": self.lead_id,
            "status": self.status,
            "phone": self.phone,
            "repair_type": self.repair_type,
            "device": self.device,
            "customer_name": self.customer_name,
            "notes": self.notes,
            "source": self.source,
        }

    def as_json_for_owner(self) -> dict[str, Any]:
        """The booking with what only the owner sees, each field where there is something to see."""
        return self.as_json() | self.extras()

    def extras(self) -> dict[str, Any]:
        """Discount, photos and opt-out, those that are set."""
        extras = {"discount_percent": self.discount_percent, "photos": list(self.photos), "opted_out": self.opted_out}
        return {name: value for name, value in extras.items() if value}


def claim_item(lead: Lead, starts_at: int, zone: ZoneInfo) -> Item:
    """The claim of a lead on the slot that starts then (epoch seconds)."""
    reference = {"booking_id": lead.lead_id, "phone": lead.phone, "starts_at": lead.slot.starts_at}
    return {**claim_key(starts_at, zone), **reference}


def claim_action(store: Store, item: Item, now: datetime) -> Action:
    """The write of a customer's claim, refused when the slot is somebody else's."""
    values = {"now": epoch(now), "hold": HOLD, "phone": item["phone"]}
    return put_action(store.leads_table, item, CLAIMABLE, values)


def taken_starts(claims: Iterable[Item], now: datetime, phone: str = "") -> set[int]:
    """The starts of the slots that these claims take from a customer with this number, in epoch seconds."""
    return {int(claim["timestamp"]) for claim in claims if not _is_free_for(phone, claim, now)}


def _is_free_for(phone: str, claim: Item, now: datetime) -> bool:
    return has_expired(claim, now) or (claim["booking_id"] == HOLD and claim["phone"] == phone)


def claim_key(starts_at: int, zone: ZoneInfo) -> Item:
    """Where the claim on the slot that starts then (epoch seconds) stands."""
    return {"lead_id": claims_of(datetime.fromtimestamp(starts_at, zone).date()), "timestamp": starts_at}


def index_item(lead: Lead, copies: Sequence[str] = ()) -> Item:
    """The entry of a lead among all the leads of its number; `copies` are other items that hold what it holds."""
    entry = {**lead_key(lead.lead_id), "lead_id": leads_of(lead.phone), "booking_id": lead.lead_id}
    return entry | ({"copies": list(copies)} if copies else {})


def add_copy(store: Store, lead: Lead, copy: str) -> Action:
    """The write that notes another item which holds what a lead holds, refused when there are too many."""
    key = {**lead_key(lead.lead_id), "lead_id": leads_of(lead.phone)}
    condition = "attribute_exists(#lead_id) AND (attribute_not_exists(#copies) OR size(#copies) < :most)"
    update = "SET #copies = list_append(if_not_exists(#copies, :none), :new)"
    values = {"none": [], "new": [copy], "most": MOST_COPIES}
    return update_action(store.leads_table, key, update, condition, values)


def leads_of(phone: str) -> str:
    """The partition that lists the leads of a number (E.164)."""
    return f"LEADS#{phone}"


def claims_of(day: date) -> str:
    """The partition that holds the claims of a day."""
    return f"SLOT#{day.isoformat()}"


def lead_key(lead_id: str) -> Item:
    """The key of a lead: the instant in its id is its sort key. Raises ValueError when it is no lead's id."""
    match = _LEAD_ID.fullmatch(lead_id)
    if not match:
        raise ValueError("is not the id of a booking")
    instant = datetime.strptime(match[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return {"lead_id": lead_id, "timestamp": epoch(instant)}


def find_lead(store: Store, shop: Shop, lead_id: str) -> Lead:
    """One lead by its id, with one key read. Raises NotFound when there is none, or none that can be read."""
    try:
        key = lead_key(lead_id)
    except ValueError as no_id:
        raise NotFound from no_id
    item = store.get(store.leads_table, key).result()
    found = _readable(shop, [item] if item else [])
    if not found:
        raise NotFound
    return found[0]


def agenda(store: Store, shop: Shop, first: date, last: date) -> list[Lead]:
    """The bookings from the first to the last day, in order of time."""
    days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    claims = all_results([store.query(claims_of(day)) for day in days])
    return leads_of_claims(store, shop, [claim for day in claims for claim in day])


def leads_of_claims(store: Store, shop: Shop, claims: Iterable[Item]) -> list[Lead]:
    """The bookings that hold these claims, in order of time; slots that are blocked or kept belong to none."""
    ids = dict.fromkeys(claim["booking_id"] for claim in claims if claim["booking_id"] not in (BLOCK, HOLD))
    items = store.batch_get([lead_key(lead_id) for lead_id in ids]).result() if ids else []
    return sorted(_readable(shop, items), key=lambda lead: lead.slot.starts_at)


def _readable(shop: Shop, items: Iterable[Item]) -> list[Lead]:
    """The leads among these; one that says no day and time is no reason to lose the others."""
    found = []
    for item in items:
        try:
            found.append(lead_of(shop, item))
        except (AttributeError, TypeError, ValueError):
            logger.error("a lead says no day and time that can be read", extra={"booking_id": item["lead_id"]})
    return found


def running_into(store: Store, shop: Shop, now: datetime, blocked_until: datetime | None) -> list[Lead]:
    """The bookings that a mode in force until then runs into: not over yet, and begun before it ends."""
    if blocked_until is None:
        return []
    today = shop.local(now).date()
    last = min(shop.local(blocked_until).date(), today + timedelta(days=shop.booking_horizon_days))
    over = epoch(now) - shop.slot_minutes * 60
    leads = agenda(store, shop, today, last)
    open_leads = [lead for lead in leads if lead.status == "booked"]
    not_over = [lead for lead in open_leads if max((lead.slot.starts_at, *lead.claimed)) > over]
    return [lead for lead in not_over if lead.slot.starts_at < epoch(blocked_until)]


def print_discount(store: Store, lead: Lead, percent: int) -> Action:
    """The write that prints a discount on an open lead, refused when it is open no more or has one."""
    condition = "#status = :booked AND attribute_not_exists(#discount_percent)"
    values = {"booked": "booked", "percent": percent}
    update = "SET #discount_percent = :percent"
    return update_action(store.leads_table, lead_key(lead.lead_id), update, condition, values)


def erase_discount(store: Store, lead_id: str) -> Action:
    """The write that takes a discount off a lead again."""
    # An update without a condition would make a lead out of nothing.
    update = "REMOVE #discount_percent"
    return update_action(store.leads_table, lead_key(lead_id), update, "attribute_exists(#lead_id)")


def add_photos(store: Store, lead: Lead, photos: Sequence[str]) -> Action:
    """The write that adds photos to an open lead, refused when it is open no more or has as many as it can hold."""
    condition = "#status = :booked AND (attribute_not_exists(#photos) OR size(#photos) < :most)"
    values = {"booked": "booked", "none": [], "new": list(photos), "most": MOST_PHOTOS}
    update = "SET #photos = list_append(if_not_exists(#photos, :none), :new)"
    return update_action(store.leads_table, lead_key(lead.lead_id), update, condition, values)


def mark_opted_out(store: Store, lead_id: str) -> Action:
    """The write that flags a lead whose customer wants no texts."""
    condition = "attribute_exists(#lead_id)"
    update = "SET #opted_out = :yes"
    return update_action(store.leads_table, lead_key(lead_id), update, condition, {"yes": True})


def clear_opted_out(store: Store, lead_id: str) -> Action:
    """The write that takes the flag off again."""
    return update_action(store.leads_table, lead_key(lead_id), "REMOVE #opted_out", "attribute_exists(#lead_id)")


def lead_item(lead: Lead) -> Item:
    return {
        **lead_key(lead.lead_id),
        "phone": lead.phone,
        "customer_name": lead.customer_name,
        "device": lead.device,
        "repair_type": lead.repair_type,
        "appointment_date": lead.slot.date,
        "appointment_time": lead.slot.time,
        "notes": lead.notes,
        "status": lead.status,
        "source": lead.source,
        "created_at": lead.created_at,
        "claimed": list(lead.claimed),
        **lead.extras(),
    }


def lead_of(shop: Shop, item: Item) -> Lead:
    """A stored lead. Those of earlier phases may lack fields, or hold another type, or write the time as "2:00 PM" or
    "14:00:00". Raises ValueError when no day and time can be read.
    """
    day, at = _day(item.get("appointment_date")), _time(item.get("appointment_time"))
    texts = {name: _text(item.get(name)) for name in _TEXTS}
    return Lead(
        lead_id=item["lead_id"],
        slot=Slot(datetime.combine(day, at, tzinfo=shop.timezone)),
        status=_text(item.get("status")) or "booked",
        created_at=_whole(item.get("created_at"), int(item["timestamp"])),
        claimed=tuple(int(start) for start in item.get("claimed") or ()),
        discount_percent=_whole(item.get("discount_percent"), 0),
        photos=tuple(item.get("photos") or ()),
        opted_out=bool(item.get("opted_out")),
        **texts,
    )


def _day(stored: object) -> date:
    """A day, alone, as the beginning of a moment in ISO 8601, or as it is written in the US."""
    if american := _AMERICAN.fullmatch(str(stored).strip()):
        return date(int(american[3]), int(american[1]), int(american[2]))
    return parse_date(stored[:10] if isinstance(stored, str) else stored)


def _time(stored: object) -> time:
    """A time, also with seconds or a zone behind it, or as the beginning of a span: "2-3 PM"."""
    found = _BEGINS.match(stored.strip()) if isinstance(stored, str) else None
    if not found:
        return parse_time(stored)
    half = found[3] or next(iter(_HALF.findall(found.string)), "")
    return parse_time(f"{found[1]}:{found[2] or '00'}{f' {half}m' if half else ''}")


def _whole(stored: object, otherwise: int) -> int:
    try:
        return int(float(stored)) if isinstance(stored, str | int | float) else otherwise
    except (ValueError, OverflowError):
        return otherwise


def _text(stored: object) -> str:
    return "" if stored is None else str(stored)
