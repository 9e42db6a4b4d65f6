"""Discounts that were granted: one a customer in 90 days, single-use, printed on the lead it was used for.

    GRANT#<phone>  timestamp = 0  percent, reason, granted_at, expires_at, and once it is used booking_id

A grant belongs to the lead it is printed on. A dropped lead is never opened again, so what it held can be used anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from utils import (
    FREE_BY_THE_CLOCK,
    Action,
    Item,
    Pending,
    Store,
    check_action,
    delete_action,
    epoch,
    put_action,
    update_action,
)

LASTS = timedelta(days=90)


@dataclass(frozen=True)
class Grant:
    """A discount of this customer's that has not expired.

    `booking_id` is the lead it is printed on, or ""; `code` the question to the owner that it answers, or "";
    `granted_at` is in epoch seconds.
    """

    percent: int
    booking_id: str = ""
    code: str = ""
    granted_at: int = 0


def key(phone: str) -> Item:
    """The one grant of a number (E.164)."""
    return {"lead_id": f"GRANT#{phone}", "timestamp": 0}


def grant_of(item: Item | None, now: datetime) -> Grant | None:
    """A stored grant; None when there is none, or it has expired."""
    if item is None or int(item["expires_at"]) <= epoch(now):
        return None
    return Grant(int(item["percent"]), item.get("booking_id", ""), item.get("code", ""), int(item.get("granted_at", 0)))


def begin_read(store: Store, phone: str, now: datetime) -> Pending[Grant | None]:
    """The grant of a number."""
    return store.get(store.leads_table, key(phone)).then(lambda item: grant_of(item, now))


def put(store: Store, phone: str, grant: Grant, facts: Mapping[str, Any], now: datetime) -> Action:
    """The write that grants, refused when this customer had a discount in the last 90 days."""
    item = {
        **key(phone),
        **facts,
        "percent": grant.percent,
        "granted_at": epoch(now),
        "expires_at": epoch(now + LASTS),
    }
    if grant.booking_id:
        item["booking_id"] = grant.booking_id
    # Closes the second discount: of two at once, one finds that there is none.
    return put_action(store.leads_table, item, FREE_BY_THE_CLOCK, {"now": epoch(now)})


def use(store: Store, phone: str, grant: Grant, lead_id: str) -> Action:
    """The write that prints a grant on a lead, refused when it was used or replaced since it was read."""
    # Closes the discount used twice: two bookings at once cannot both have it.
    condition = "attribute_exists(#lead_id) AND attribute_not_exists(#booking_id)"
    values: dict[str, Any] = {"new": lead_id}
    if grant.booking_id:
        condition = "#booking_id = :before"
        values["before"] = grant.booking_id
    return update_action(store.leads_table, key(phone), "SET #booking_id = :new", condition, values)


def none_waits(store: Store, phone: str, now: datetime) -> Action:
    """The check that no discount waits for a booking, refused when one was granted since that was looked for."""
    # Closes the discount that is passed over: granted by the owner while the customer's booking was under way.
    condition = "attribute_not_exists(#lead_id) OR #expires_at <= :now OR attribute_exists(#booking_id)"
    return check_action(store.leads_table, key(phone), condition, {"now": epoch(now)})


def take_back(store: Store, phone: str, code: str) -> Action:
    """The write that withdraws the grant that this question's answer made, refused when it is not that one."""
    return delete_action(store.leads_table, key(phone), "#code = :code", {"code": code})
