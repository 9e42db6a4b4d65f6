"""Texts about a booking, left in the outbox by the booking's own transaction: both are written, or neither."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import outbox
from booking import Rider
from errors import StoreUnavailable
from leads import Lead
from outbox import Text
from phone_numbers import normalized_or_as_it_stands
from shop import Shop
from utils import Action, Store


def rider(
    store: Store, shop: Shop, now: datetime, to: str | None, kind: str, *, can_wait: bool = True, **facts: Any
) -> Rider:
    """A text of this kind (see letters) that is written with the booking; `to` None is its customer."""

    def action(lead: Lead) -> Action:
        text = Text(to or normalized_or_as_it_stands(lead.phone), kind, {"booking_id": lead.lead_id, **facts}, can_wait)
        return outbox.text_action(store, shop, text, now)

    return Rider(action, refused=lambda _item: StoreUnavailable())
