"""Texts about a booking, left in the outbox by the booking's own transaction: both are written, or neither."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import outbox
from booking import Rider, normalized_phone
from errors import StoreUnavailable
from leads import Lead
from outbox import Text
from shop import Shop
from utils import Action, Store


def rider(
    store: Store, shop: Shop, now: datetime, to: str | None, kind: str, *, can_wait: bool = True, **facts: Any
) -> Rider:
    """A text of this kind (see letters) that is written with the booking; `to` None is its customer."""

    def action(lead: Lead) -> Action:
        text = Text(to or _number(lead), kind, {"booking_id": lead.lead_id, **facts}, can_wait)
        return outbox.text_action(store, shop, text, now)

    return Rider(action, refused=lambda _item: StoreUnavailable())


def _number(lead: Lead) -> str:
    """Where a customer is texted, in E.164; as it stands where an earlier phase stored no usable number."""
    try:
        return normalized_phone(lead.phone)
    except ValueError:
        return lead.phone
