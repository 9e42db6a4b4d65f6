"""Texts that wait to be sent, as items of the lead table. What is here is written; a sender comes later.

OUTBOX#<kind>   timestamp = epoch seconds  one text to the owner
ALERTED#<kind>  timestamp = 0              he has been told of this kind, until `expires_at`
"""

from __future__ import annotations

from datetime import datetime, timedelta

from errors import TransactionRefused
from utils import FREE_BY_THE_CLOCK, Store, epoch, logger, put_action

KEPT_FOR = timedelta(days=30)
HOUR_SECONDS = 3600


def alert_owner_once_an_hour(store: Store, kind: str, words: str, now: datetime) -> None:
    """Leave one text for the owner; later ones of the same kind are dropped until an hour has passed."""
    told = {"lead_id": f"ALERTED#{kind}", "timestamp": 0, "expires_at": epoch(now) + HOUR_SECONDS}
    text = {
        "lead_id": f"OUTBOX#{kind}",
        "timestamp": epoch(now),
        "to": "owner",
        "words": words,
        "created_at": epoch(now),
        "expires_at": epoch(now + KEPT_FOR),
    }
    try:
        store.transact(
            [
                # Closes the alert that is sent twice: of many at once, one finds that he has not been told.
                put_action(store.leads_table, told, FREE_BY_THE_CLOCK, {"now": epoch(now)}),
                put_action(store.leads_table, text),
            ]
        )
    except TransactionRefused:
        return
    logger.warning("alert for the owner", extra={"alert": kind})
