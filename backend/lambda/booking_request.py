"""What somebody who wants a booking says: its fields, and every one that is wrong by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from errors import InvalidRequest
from phone_numbers import normalized_phone
from shop import Shop
from slots import Slot, bookable_slots_on, parse_date, parse_time, slot_at, span_of
from utils import plain_text

_TEXT_LENGTHS = {"device": 100, "customer_name": 100, "notes": 500}
_REQUIRED = ("phone", "date", "time", "repair_type")


@dataclass(frozen=True)
class BookingRequest:
    """What somebody asks for. `phone` is E.164, `repair_type` a service id, `source` is web, sms or voice.

    `asked_at` is when a slot that is kept for this customer was asked for: the notice counts from then. None is now.
    """

    phone: str
    slot: Slot
    repair_type: str
    source: str
    device: str = ""
    customer_name: str = ""
    notes: str = ""
    photos: tuple[str, ...] = ()
    asked_at: datetime | None = None


def parse_request(
    shop: Shop, body: Mapping[str, Any], source: str, now: datetime, *, phone: str | None = None
) -> BookingRequest:
    """The request of CONTRACT 4. Raises InvalidRequest that names every bad, missing or unknown field.

    With `phone`, the sender is known (E.164) and not a field of the body.
    """
    required = _REQUIRED if phone is None else _REQUIRED[1:]
    wrong = {name: "is required" for name in required if body.get(name) in (None, "")}
    wrong |= {name: "is not a field of a booking" for name in body if name not in (*required, *_TEXT_LENGTHS)}
    parsers: dict[str, Callable[[object], Any]] = {
        "phone": normalized_phone if phone is None else lambda _value: phone,
        "date": parse_date,
        "time": parse_time,
        "repair_type": lambda value: _service_id(shop, value),
    }
    parsers |= {name: partial(_text, longest=length) for name, length in _TEXT_LENGTHS.items()}
    parsed: dict[str, Any] = {}
    for name, parse in parsers.items():
        if name in wrong or body.get(name) is None:
            continue
        try:
            parsed[name] = parse(body[name])
        except ValueError as problem:
            wrong[name] = str(problem)
    if "date" in parsed:
        try:
            slots = bookable_slots_on(shop, parsed["date"], now)
            parsed |= {"slot": slot_at(slots, parsed["time"])} if "time" in parsed else {}
        except InvalidRequest as problem:
            wrong |= problem.fields
    if "slot" in parsed and "repair_type" in parsed and not span_of(shop, parsed["slot"], parsed["repair_type"]):
        wrong["time"] = "that repair would not be done before the shop closes"
    if wrong:
        raise InvalidRequest(wrong)
    texts = {name: parsed.get(name, "") for name in _TEXT_LENGTHS}
    return BookingRequest(phone or parsed["phone"], parsed["slot"], parsed["repair_type"], source, **texts)


def _text(value: object, longest: int) -> str:
    """A text of the customer's, without secrets that nobody should keep."""
    from privacy import masked_secrets  # not before somebody books

    return masked_secrets(plain_text(value, longest))[:longest]


def _service_id(shop: Shop, value: object) -> str:
    if not isinstance(value, str) or shop.service(value) is None:
        raise ValueError(f"must be one of {', '.join(service.id for service in shop.services)}")
    return value
