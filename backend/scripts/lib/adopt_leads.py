"""Leads that an earlier phase of the project wrote get what guards a booking now: claims, seats, a place in the index.

    python adopt_leads.py        once for a table: prints how many, and which could not be

Run by `deploy_lambda.sh --provision` with the operator's credentials. It scans the lead table, which no function may,
and leaves marks so that it never does again. Killed half-way it goes on where it was: what is adopted has `claimed`,
and the index is written anew. The index has every lead, over or not: all of them hold a name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "lambda"))

import seats
from errors import TransactionRefused
from leads import Lead, claim_action, claim_item, lead_key, lead_of, leads_of
from phone_numbers import normalized_or_as_it_stands
from shop import Shop, load_shop
from slots import slots_on
from utils import (
    FREE,
    Action,
    Deadline,
    Item,
    Store,
    epoch,
    from_wire,
    load_settings,
    put_action,
    to_wire,
    utc_now,
)

MARK = {"lead_id": "ADOPTED#leads", "timestamp": 0}
INDEXED = {"lead_id": "INDEXED#leads", "timestamp": 0}
OVER = {"completed", "dropped", "no_show", "cancelled", "canceled"}
SECONDS = 3600.0


@dataclass
class Adopted:
    """What came of it: how many leads took their slots, and the ids of those that could not, with the reason."""

    count: int = 0
    refused: list[str] = field(default_factory=list)


def adopt(store: Store, shop: Shop, now: datetime) -> Adopted | None:
    """Adopt every open lead that has no claims yet; None when this table has been through it before."""
    if store.get(store.leads_table, MARK).result() is not None:
        return None
    adopted = Adopted()
    for item in _unclaimed(store):
        try:
            _adopt_one(store, shop, item, now, adopted)
        except (AttributeError, KeyError, TypeError, ValueError) as unreadable:
            adopted.refused.append(f"{item['lead_id']}: cannot be read ({type(unreadable).__name__})")
    store.put(store.leads_table, MARK | {"count": adopted.count, "at": epoch(now)}).result()
    return adopted


def index_leads(store: Store, now: datetime) -> int | None:
    """Write the index of every lead by its number, as `booking` does; None when this table has been through it before.

    Answers how many leads could not be listed: those of no number, and of two of one number at one instant the other.
    """
    if store.get(store.leads_table, INDEXED).result() is not None:
        return None
    left_out = 0
    for item in _leads(store):
        phone = normalized_or_as_it_stands(str(item.get("phone", "")))
        listed = to_wire({"lead_id": leads_of(phone), "booking_id": item["lead_id"]})
        listed["timestamp"] = item["wire_key"]["timestamp"]
        if not phone or not _put_once(store, listed):
            left_out += 1
    store.put(store.leads_table, INDEXED | {"at": epoch(now)}).result()
    return left_out


def _put_once(store: Store, listed: dict[str, Any]) -> bool:
    """Put an entry of the index, as DynamoDB writes it; False when its place is another lead's."""
    try:
        store.client.put_item(
            TableName=store.leads_table,
            Item=listed,
            ConditionExpression="attribute_not_exists(lead_id) OR booking_id = :booking_id",
            ExpressionAttributeValues={":booking_id": listed["booking_id"]},
        )
    except store.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _unclaimed(store: Store) -> Iterator[Item]:
    return (item for item in _leads(store) if "claimed" not in item)


def _leads(store: Store) -> Iterator[Item]:
    pages = store.client.get_paginator("scan").paginate(
        TableName=store.leads_table,
        ConsistentRead=True,
        FilterExpression="begins_with(lead_id, :lead)",
        ExpressionAttributeValues={":lead": {"S": "LEAD-"}},
    )
    for page in pages:
        for wire in page["Items"]:
            yield from_wire(wire) | {"wire_key": {name: wire[name] for name in ("lead_id", "timestamp")}}


def _adopt_one(store: Store, shop: Shop, item: Item, now: datetime, adopted: Adopted) -> None:
    lead = lead_of(shop, item)
    if lead.status.lower() in OVER or lead.slot.starts_at <= epoch(now):
        return
    lead = replace(lead, status="booked", phone=normalized_or_as_it_stands(lead.phone), claimed=_claimed(shop, lead))
    try:
        store.transact(_actions(store, shop, item, lead, now))
    except TransactionRefused:
        adopted.refused.append(f"{lead.lead_id}: {lead.slot.label} is held by another booking, call {lead.phone}")
    else:
        adopted.count += 1


def _claimed(shop: Shop, lead: Lead) -> tuple[int, ...]:
    """The slots of today's calendar that a lead's time runs into; its own start when it is outside the hours."""
    length = timedelta(minutes=shop.slot_minutes).seconds
    starts = lead.slot.starts_at
    touched = [
        slot.starts_at
        for slot in slots_on(shop, lead.slot.start.date())
        if slot.starts_at < starts + length and starts < slot.starts_at + length
    ]
    return tuple(touched) or (starts,)


def _actions(store: Store, shop: Shop, item: Item, lead: Lead, now: datetime) -> list[Action]:
    """Claims, a seat, and the lead itself as it is written now; under the key of its id, wherever it was before."""
    table = store.leads_table
    taken = seats.begin_read_open(store, lead.phone).result()
    quota, number = seats.phone_quota(shop, lead.phone, lead.slot), seats.next_seat(taken, now)
    wire_key = item["wire_key"]
    kept = {name: value for name, value in item.items() if name != "wire_key"}
    fields = {"phone": lead.phone, "status": lead.status, "claimed": list(lead.claimed)}
    modern = _storable(kept) | lead_key(lead.lead_id) | fields
    claims = [claim_action(store, claim_item(lead, starts, shop.timezone), now) for starts in lead.claimed]
    seat_put = seats.take_action(store, quota, number, lead, now)
    if wire_key == to_wire(lead_key(lead.lead_id)):
        return [*claims, seat_put, put_action(table, modern, "attribute_not_exists(#claimed)")]
    old = {"Delete": {"TableName": table, "Key": wire_key}}
    return [*claims, seat_put, put_action(table, modern, FREE), old]


def _storable(item: Item) -> Item:
    """Without fractions, which DynamoDB takes as decimals only and nothing here needs: of a number of ours the whole
    part, of others what was written.
    """
    ours = {"created_at", "discount_percent"}
    return {
        name: (int(value) if name in ours else str(value)) if isinstance(value, float) else value
        for name, value in item.items()
    }


def main() -> None:
    store = Store(load_settings(), Deadline(SECONDS))
    adopted = adopt(store, load_shop(), utc_now())
    if adopted is not None:
        print(f"leads of an earlier phase: {adopted.count} took their slots")
        for refused in adopted.refused:
            print(f"warning: {refused}")
    left_out = index_leads(store, utc_now())
    if left_out:
        print(f"warning: {left_out} leads are not found by their number, when a customer asks to be forgotten")


if __name__ == "__main__":
    main()
