"""What is known of one phone number beside its bookings and its words, all read with one call.

OPTOUT#<phone>  timestamp = 0  it wants no texts: it sent a STOP word, or Twilio says so (`by`)
PAUSED#<phone>  timestamp = 0  until `expires_at` the owner answers it himself
GRANT#<phone>   timestamp = 0  its discount (see grants)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import grants
from grants import Grant
from utils import Action, Item, Pending, Store, delete_action, epoch, put_action

PAUSE = timedelta(hours=2)


@dataclass(frozen=True)
class Customer:
    """One number: whether it opted out, whether the owner answers it himself now, and its discount."""

    opted_out: bool = False
    paused: bool = False
    grant: Grant | None = None


def begin_read(store: Store, phone: str, now: datetime) -> Pending[Customer]:
    """Everything known of a number (E.164)."""
    keys = [opt_out_key(phone), pause_key(phone), grants.key(phone)]

    def customer(items: list[Item]) -> Customer:
        found = {item["lead_id"].partition("#")[0]: item for item in items}
        pause = found.get("PAUSED")
        return Customer(
            opted_out="OPTOUT" in found,
            paused=pause is not None and int(pause["expires_at"]) > epoch(now),
            grant=grants.grant_of(found.get("GRANT"), now),
        )

    return store.batch_get(keys).then(customer)


def opt_out_key(phone: str) -> Item:
    return {"lead_id": f"OPTOUT#{phone}", "timestamp": 0}


def pause_key(phone: str) -> Item:
    return {"lead_id": f"PAUSED#{phone}", "timestamp": 0}


def opt_out_action(store: Store, phone: str, by: str, now: datetime) -> Action:
    """The write that keeps texts from a number; `by` is "customer" or "twilio". It has no end but opting in."""
    return put_action(store.leads_table, opt_out_key(phone) | {"opted_out_at": epoch(now), "by": by})


def opt_in_action(store: Store, phone: str) -> Action:
    """The write that lets texts go to a number again."""
    return delete_action(store.leads_table, opt_out_key(phone))


def pause_action(store: Store, phone: str, until: datetime, now: datetime) -> Action:
    """The write that hands a customer to the owner: LINDA is silent there until then."""
    item = pause_key(phone) | {"paused_at": epoch(now), "expires_at": epoch(until)}
    return put_action(store.leads_table, item)


def resume_action(store: Store, phone: str) -> Action:
    """The write that gives a customer back to LINDA."""
    return delete_action(store.leads_table, pause_key(phone))
