"""Texts that wait to be sent: each an item of the lead table, written in the transaction of its cause.

    OUTBOX#          timestamp = due (microseconds) * 10**18 + 18 random digits   one text that waits
    ALERTED#<kind>   timestamp = 0                                                the owner was told, until `expires_at`

What is written here is who is to be told of what, not the words: those are made at the moment of sending, from what
is true then (see letters). The key is the time at which the text is due, so that what is due is a range of keys and
what waits for the morning is not even read. Who writes an item knows nothing of Twilio (see sending).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from errors import TransactionRefused
from shop import Shop
from utils import FREE_BY_THE_CLOCK, Action, Store, epoch, logger, microseconds, put_action

OWNER = "owner"
OUTBOX = "OUTBOX#"
# To the owner, of a call on which he was wanted, or whose caller cannot be texted.
CALL_FOR_OWNER = "call_for_owner"
GIVEN_UP_AFTER = timedelta(hours=24)
# What a caller dictated for an owner without a phone waits as long as it is kept: nobody else has it.
MESSAGE_GIVEN_UP_AFTER = timedelta(days=7)
KEPT_FOR = timedelta(days=8)
HOUR_SECONDS = 3600
RANDOM = 10**18


@dataclass(frozen=True)
class Text:
    """One text to be sent. `to` is E.164 or OWNER; `kind` says how `facts` are worded (see letters).

    What `can_wait` is not sent in the quiet hours of the shop but at their end.
    """

    to: str
    kind: str
    facts: Mapping[str, Any]
    can_wait: bool = True


def lost_text(phone: str, call_sid: str) -> Text:
    """To the owner: the text after this caller's call reaches nobody. What he said is looked up when it is sent."""
    return Text(OWNER, CALL_FOR_OWNER, {"phone": phone, "call_sid": call_sid}, can_wait=False)


def text_action(store: Store, shop: Shop, text: Text, now: datetime) -> Action:
    """The Put of a text, for the transaction of its cause: both are written, or neither."""
    due = (quiet_until(shop, now) if text.can_wait else None) or now
    item = {
        "lead_id": OUTBOX,
        "timestamp": due_key(due, secrets.randbelow(RANDOM)),
        "to": text.to,
        "kind": text.kind,
        "facts": dict(text.facts),
        "can_wait": text.can_wait,
        "due_at": epoch(due),
        "attempts": 0,
        "created_at": epoch(now),
        "expires_at": epoch(due + KEPT_FOR),
    }
    return put_action(store.leads_table, item)


def due_key(due: datetime, identity: int) -> int:
    """The sort key of a text: when it is due, then which of those due then it is (18 digits)."""
    return microseconds(due) * RANDOM + identity


def quiet_until(shop: Shop, moment: datetime) -> datetime | None:
    """When the quiet hours around a moment end, by the clock on the shop's wall; None outside of them."""
    if shop.quiet_hours is None:
        return None
    begin, end = shop.quiet_hours
    here = shop.local(moment)
    over_midnight = begin > end
    evening = here.time() >= begin
    morning = here.time() < end
    if not (evening or morning if over_midnight else evening and morning):
        return None
    day = here.date() + timedelta(days=1 if over_midnight and evening else 0)
    return datetime.combine(day, end, tzinfo=shop.timezone)


def alert_owner_once_an_hour(store: Store, shop: Shop, kind: str, words: str, now: datetime) -> None:
    """Leave one text for the owner; later ones of the same kind are dropped until an hour has passed."""
    told = {"lead_id": f"ALERTED#{kind}", "timestamp": 0, "expires_at": epoch(now) + HOUR_SECONDS}
    alert = Text(OWNER, "words", {"words": words}, can_wait=False)
    try:
        store.transact(
            [
                # Closes the alert that is sent twice: of many at once, one finds that he has not been told.
                put_action(store.leads_table, told, FREE_BY_THE_CLOCK, {"now": epoch(now)}),
                text_action(store, shop, alert, now),
            ]
        )
    except TransactionRefused:
        return
    logger.warning("alert for the owner", extra={"alert": kind})
