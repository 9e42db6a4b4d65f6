"""What a day comes to, for the owner's week at a glance: bookings, accessories, discounts, answers without the model.

    UPSELL#<date>     timestamp = microseconds   an accessory that was offered (see counter)
    DISCOUNT#<date>   timestamp = microseconds   a discount that was granted
    FALLBACK#<date>   timestamp = microseconds   a text or a turn of a call that was answered without the model

Dates are the shop's. Each is an item of its own, written in the transaction of what it counts: no counter to be put
right, and none that two at once would fight for.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import leads
from shop import Shop
from utils import Action, Item, Store, all_results, epoch, microseconds, put_action

KEPT_FOR = timedelta(days=90)
DISCOUNT, FALLBACK, UPSELL = "DISCOUNT", "FALLBACK", "UPSELL"


@dataclass(frozen=True)
class Day:
    """One day of the shop. `bookings` are those for that day that were not dropped, the others what happened on it."""

    date: str
    bookings: int
    upsells_offered: int
    upsells_accepted: int
    discounts: int
    without_model: int


def tally_action(store: Store, shop: Shop, kind: str, now: datetime) -> Action:
    """The write that counts one of a kind for today."""
    item = {
        "lead_id": _partition(kind, shop.local(now).date()),
        # Of two in one microsecond both are counted, as good as always.
        "timestamp": microseconds(now) * 1000 + secrets.randbelow(1000),
        "expires_at": epoch(now + KEPT_FOR),
    }
    return put_action(store.leads_table, item)


def week(store: Store, shop: Shop, first: date, days: int) -> list[Day]:
    """So many days from the first, each by four key queries, all side by side. Raises StoreUnavailable."""
    dates = [first + timedelta(days=ahead) for ahead in range(days)]
    claims = [store.query(leads.claims_of(day)) for day in dates]
    tallies = {kind: [store.query(_partition(kind, day)) for day in dates] for kind in (UPSELL, DISCOUNT, FALLBACK)}
    booked = _booked(store, shop, all_results(claims))
    return [
        Day(
            date=day.isoformat(),
            bookings=booked.get(day.isoformat(), 0),
            upsells_offered=len(tallies[UPSELL][at].result()),
            upsells_accepted=sum(1 for item in tallies[UPSELL][at].result() if item["accepted"]),
            discounts=len(tallies[DISCOUNT][at].result()),
            without_model=len(tallies[FALLBACK][at].result()),
        )
        for at, day in enumerate(dates)
    ]


def as_json(days: Iterable[Day]) -> dict[str, Any]:
    """The days, and their sums."""
    listed = [asdict(day) for day in days]
    names = [name for name in Day.__dataclass_fields__ if name != "date"]
    return {"days": listed, "totals": {name: sum(day[name] for day in listed) for name in names}}


def _booked(store: Store, shop: Shop, claims: list[list[Item]]) -> dict[str, int]:
    """How many bookings each day has, by its date."""
    found = leads.leads_of_claims(store, shop, [claim for day in claims for claim in day])
    counts: dict[str, int] = {}
    for lead in found:
        if lead.status != "dropped":
            counts[lead.slot.date] = counts.get(lead.slot.date, 0) + 1
    return counts


def _partition(kind: str, day: date) -> str:
    return f"{kind}#{day.isoformat()}"
