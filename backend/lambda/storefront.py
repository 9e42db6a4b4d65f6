"""The facts of the shop as a page shows them: no price, no hour and no service is typed again anywhere."""

from __future__ import annotations

from typing import Any

import offers
from shop import WEEKDAYS, Shop


def as_json(shop: Shop, phone: str | None) -> dict[str, Any]:
    """Everything public. `price` is a price in words, `hours` has the days that are open, times are "HH:MM" in the
    shop's zone; `phone` (E.164, or None) is the number to text and call.
    """
    return {
        "name": shop.name,
        "city": shop.city,
        "owner": shop.owner,
        "assistant": shop.assistant,
        "phone": phone,
        "timezone": shop.timezone.key,
        "hours": [
            {"weekday": day, "opens": f"{hours[0]:%H:%M}", "closes": f"{hours[1]:%H:%M}"}
            for day, hours in zip(WEEKDAYS, shop.hours, strict=True)
            if hours
        ],
        "hours_words": offers.opening_hours(shop),
        "slot_minutes": shop.slot_minutes,
        "booking_horizon_days": shop.booking_horizon_days,
        "services": [
            {
                "id": service.id,
                "name": service.name,
                "price": offers.price_of(service, ""),
                "from_usd": dict(service.from_usd),
                "fixed_usd": service.fixed_usd,
                "minutes": service.minutes,
            }
            for service in shop.services
        ],
        "accessories": [{"id": each.id, "name": each.name, "usd": each.usd} for each in shop.accessories],
        "devices": list(shop.devices),
        "onsite_visit_usd": shop.onsite_visit_usd,
        "warranty_days": shop.warranty_days,
    }
