"""Leads: bookings as they are stored, and how they are found by id, by day, and by what a mode runs into.

LEAD-YYYYMMDD-HHMMSS  timestamp = the instant in the id    the lead
SLOT#<date>           timestamp = start of the slot        the claim: which booking holds it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from errors import NotFound
from shop import Shop
from slots import Slot, parse_date, parse_time
from utils import Item, Store, all_results, epoch

_LEAD_ID = re.compile(r"LEAD-([0-9]{8}-[0-9]{6})")


@dataclass(frozen=True)
class Lead:
    """A booking as stored. `created_at` is in epoch seconds and, unlike the id, never moved.

    `claimed` are the starts of the slots it takes, in epoch seconds, its own first; none when it is dropped, or was
    written before there were claims and never adopted.
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


def claim_item(lead: Lead, starts_at: int, zone: ZoneInfo) -> Item:
    """The claim of a lead on the slot that starts then (epoch seconds)."""
    day = datetime.fromtimestamp(starts_at, zone).date()
    reference = {"booking_id": lead.lead_id, "phone": lead.phone, "starts_at": lead.slot.starts_at}
    return {"lead_id": claims_of(day), "timestamp": starts_at, **reference}


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
    """One lead by its id, with one key read. Raises NotFound when there is none."""
    try:
        key = lead_key(lead_id)
    except ValueError as no_id:
        raise NotFound from no_id
    item = store.get(store.leads_table, key).result()
    if item is None:
        raise NotFound
    return lead_of(shop, item)


def agenda(store: Store, shop: Shop, first: date, last: date) -> list[Lead]:
    """The bookings from the first to the last day, in order of time."""
    days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    claims = all_results([store.query(claims_of(day)) for day in days])
    ids = dict.fromkeys(claim["booking_id"] for day in claims for claim in day)
    items = store.batch_get([lead_key(lead_id) for lead_id in ids]).result() if ids else []
    return sorted((lead_of(shop, item) for item in items), key=lambda lead: lead.slot.starts_at)


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
    }


def lead_of(shop: Shop, item: Item) -> Lead:
    """A stored lead. Those of earlier phases may lack fields or write the time as "2:00 PM"."""
    day, at = parse_date(item["appointment_date"]), parse_time(item["appointment_time"])
    slot = Slot(datetime.combine(day, at, tzinfo=shop.timezone))
    return Lead(
        lead_id=item["lead_id"],
        slot=slot,
        phone=item.get("phone", ""),
        repair_type=item.get("repair_type", ""),
        device=item.get("device", ""),
        customer_name=item.get("customer_name", ""),
        notes=item.get("notes", ""),
        source=item.get("source", ""),
        status=item.get("status", "booked"),
        created_at=int(item.get("created_at") or item["timestamp"]),
        claimed=tuple(item.get("claimed", ())),
    )
