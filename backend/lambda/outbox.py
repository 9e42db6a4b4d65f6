"""Texts that wait to be sent, as items of the lead table. What is here is written; a sender comes later.

OUTBOX#<kind>  timestamp = start of the hour  one text to the owner of that kind, at most one an hour
"""

from __future__ import annotations

from datetime import datetime, timedelta

from errors import ConditionFailed
from utils import Store, epoch, logger

KEPT_FOR = timedelta(days=30)


def alert_owner_once_an_hour(store: Store, kind: str, words: str, now: datetime) -> None:
    """Leave one text for the owner; later ones of the same kind in the same hour are dropped."""
    hour = epoch(now) // 3600 * 3600
    item = {
        "lead_id": f"OUTBOX#{kind}",
        "timestamp": hour,
        "to": "owner",
        "words": words,
        "created_at": epoch(now),
        "expires_at": epoch(now + KEPT_FOR),
    }
    try:
        store.put(store.leads_table, item, "attribute_not_exists(#lead_id)").result()
    except ConditionFailed:
        return
    logger.warning("alert for the owner", extra={"alert": kind})
