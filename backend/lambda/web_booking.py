"""A booking from a page: once for each Idempotency-Key, told with nothing in it that its sender did not bring."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import availability
import booking
import booking_request
import idempotency
import leads
import notices
import outbox
import seats
import shop_state
from booking import Booked, Rider, SeatReads
from booking_request import BookingRequest
from errors import InvalidRequest, SlotTaken, TooManyBookings
from http_api import Request, Response, error_response, json_object
from idempotency import Recorded
from outbox import OWNER
from phone_numbers import spoken_phone
from shop import Shop
from utils import Settings, Store

MAX_KEY_LENGTH = 255


def answer(request: Request, store: Store, shop: Shop, settings: Settings, now: datetime) -> Response:
    """201 with the booking, 200 with one that was there, 409 with what is free instead. Other errors are raised."""
    body = json_object(request)
    keyed = _keyed(request, body, now)
    first = idempotency.begin_read(store, keyed) if keyed else None
    state = shop_state.begin_read(store)
    try:
        wanted = booking_request.parse_request(shop, body, "web", now)
    except InvalidRequest:
        # What was a day ahead when it was first sent may be in the past when it is sent again.
        before = first.result() if first else None
        if before is None:
            raise
        return Response(before.status, before.body)
    if wanted.phone == settings.twilio_phone_number:
        raise InvalidRequest({"phone": "is the shop's own number; please give yours"})
    quotas = seats.web_quotas(shop, request.source_address, now)
    reads = booking.begin_read_seats(store, shop, wanted, now, quotas)
    recorded = first.result() if first else None
    if recorded is None:
        recorded = _answer(store, shop, wanted, now, state.result().blocked_until(now), keyed, reads, settings)
    return Response(recorded.status, recorded.body)


def _answer(
    store: Store,
    shop: Shop,
    wanted: BookingRequest,
    now: datetime,
    blocked_until: datetime | None,
    keyed: idempotency.Request | None,
    reads: SeatReads,
    settings: Settings,
) -> Recorded:
    """Book, and record the answer under the request's key: with the booking when there is one, else on its own."""
    riders = [_recording(store, keyed, settings)] if keyed else []
    riders += [notices.rider(store, shop, now, to, kind) for to, kind in ((None, "booked"), (OWNER, "new_booking"))]
    try:
        booked = booking.book(store, shop, wanted, now, blocked_until, reads=reads, riders=riders)
    except _AlreadyAnswered as repeat:
        return repeat.recorded
    except TooManyBookings as error:
        _alert(store, shop, error, now)
        raise
    except SlotTaken as error:
        free = availability.alternatives(store, shop, wanted.slot, wanted.repair_type, now, blocked_until)
        taken = error_response(error, alternatives=[slot.as_json() for slot in free])
        answer, copied = Recorded(taken.status, dict(taken.body or {})), []
    else:
        answer = _booked(booked, wanted, settings)
        if not booked.already:
            return answer
        copied = [leads.add_copy(store, booked.lead, keyed.key["lead_id"])] if keyed else []
    return idempotency.record(store, keyed, answer, *copied) if keyed else answer


class _AlreadyAnswered(Exception):
    """The same keyed request got its first answer between our look and our write."""

    def __init__(self, recorded: Recorded) -> None:
        super().__init__()
        self.recorded = recorded


def _recording(store: Store, keyed: idempotency.Request, settings: Settings) -> Rider:
    def refused(item: dict[str, Any] | None) -> Exception:
        recorded = idempotency.recorded(keyed, item)
        return _AlreadyAnswered(recorded) if recorded else SlotTaken()

    return Rider(
        action=lambda lead: idempotency.record_action(store, keyed, _booked(Booked(lead), None, settings)),
        refused=refused,
        copy=keyed.key["lead_id"],
    )


def _booked(booked: Booked, asked: BookingRequest | None, settings: Settings) -> Recorded:
    """201 with the booking; 200 for one that was there, with nothing in it that this request did not bring."""
    lead = booked.lead
    body = lead.as_json()
    if not booked.already or asked is None:
        message = f"Booked: {lead.slot.label}. Your booking number is {lead.lead_id}."
        return Recorded(201, body | {"message": message + _how_to_change(settings, confirmed=True)})
    for name in ("repair_type", "device", "customer_name", "notes"):
        if body[name] != getattr(asked, name):
            body[name] = ""
    message = f"This time is already booked for you: {lead.slot.label}. Your booking number is {lead.lead_id}."
    message += _how_to_change(settings, confirmed=False)
    return Recorded(200, body | {"source": asked.source, "message": message})


def _how_to_change(settings: Settings, *, confirmed: bool) -> str:
    """What a page adds: where to text, and that a text will come where there is an account to send it."""
    number = settings.twilio_phone_number
    if not number:
        return " To move or drop it, please ask the shop and give this number."
    comes = confirmed and settings.twilio_account_sid
    confirmation = "A text will confirm it, unless you opted out of our texts. " if comes else ""
    return f" {confirmation}To move or drop it, text MOVE or DROP to {spoken_phone(number)}."


def _alert(store: Store, shop: Shop, error: TooManyBookings, now: datetime) -> None:
    if error.limit == "web_bookings_per_hour":
        words = "Web bookings have reached this hour's limit; new ones are sent to text and phone."
        outbox.alert_owner_once_an_hour(store, shop, "web-bookings", words, now)


def _keyed(request: Request, body: dict[str, Any], now: datetime) -> idempotency.Request | None:
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > MAX_KEY_LENGTH:
        raise InvalidRequest({"Idempotency-Key": f"must be at most {MAX_KEY_LENGTH} characters"})
    return idempotency.keyed(key, body, now) if key else None
