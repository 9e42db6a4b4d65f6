"""Lambda handler for `GET /availability`, `ANY /bookings`, `ANY /bookings/{lead_id}`, `GET /shop` and `GET /summary`.

The shop's facts, free slots and bookings for the landing page; Brandon's agenda, what he makes of a booking, and his
week at a glance for the dashboard. Rooms that only he needs are loaded when he comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import cold_start
import booking
import idempotency
import leads
import notices
import outbox
import shop_state
import storefront
from booking import Booked, BookingRequest, Rider, SeatReads
from errors import InvalidRequest, SlotTaken, TooManyBookings
from http_api import (
    Request,
    Response,
    Routes,
    error_response,
    json_object,
    query_fields,
    require_admin,
    serve,
)
from idempotency import Recorded
from leads import Lead
from outbox import OWNER
from shop import Shop, load_shop
from slots import Slot, parse_date
from utils import Deadline, Settings, Store, dynamodb_client, load_settings, spoken_phone, utc_now

SECONDS_TO_ANSWER = 8.0
MAX_KEY_LENGTH = 255
# The owner sees as far ahead as anybody books.
_MOST_AGENDA_DAYS = 31


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """GET /shop, GET /availability and POST /bookings are public; all the others need the admin bearer."""
    settings = load_settings()
    routes: Routes = {
        "/availability": {"GET": lambda request: _availability(request, settings)},
        "/bookings": {
            "GET": lambda request: _agenda(request, settings),
            "POST": lambda request: _book(request, settings),
        },
        "/shop": {"GET": lambda request: _shop(request, settings)},
        "/summary": {"GET": lambda request: _summary(request, settings)},
        "/bookings/{lead_id}": {
            "GET": lambda request: _show(request, settings),
            "PATCH": lambda request: _change(request, settings),
            "DELETE": lambda request: _drop(request, settings),
        },
    }
    return serve(event, settings, routes)


def _availability(request: Request, settings: Settings) -> Response:
    query = query_fields(request, ("date", "days"))
    day, days = _parsed(date=(parse_date, query.get("date")), days=(_days, query.get("days", "1")))
    store, shop, now = _store(settings), load_shop(), utc_now()
    state = shop_state.begin_read(store)
    calendar = booking.begin_read_calendar(store, shop, day, days, now)
    free = calendar.free(now, state.result().blocked_until(now))
    body = {"timezone": shop.timezone.key, "date": day.isoformat(), "days": days}
    return Response(200, body | {"slots": [slot.as_json() for slot in free]})


def _shop(request: Request, settings: Settings) -> Response:
    """What a page shows of the shop; it may be kept for five minutes."""
    query_fields(request, ())
    body = storefront.as_json(load_shop(), settings.twilio_phone_number)
    return Response(200, body, {"Cache-Control": "public, max-age=300"})


def _summary(request: Request, settings: Settings) -> Response:
    """A week at a glance: from `date`, else from the Monday of this week, `days` days."""
    require_admin(request, settings)
    import tallies

    shop, query = load_shop(), query_fields(request, ("date", "days"))
    today = shop.local(utc_now()).date()
    monday = (today - timedelta(days=today.weekday())).isoformat()
    first, days = _parsed(date=(parse_date, query.get("date", monday)), days=(_days, query.get("days", "7")))
    body = {"timezone": shop.timezone.key, **tallies.as_json(tallies.week(_store(settings), shop, first, days))}
    return Response(200, body)


def _agenda(request: Request, settings: Settings) -> Response:
    require_admin(request, settings)
    query = query_fields(request, ("date", "days"))
    days_of_agenda = partial(_days, most=_MOST_AGENDA_DAYS)
    day, days = _parsed(date=(parse_date, query.get("date")), days=(days_of_agenda, query.get("days", "1")))
    found = leads.agenda(_store(settings), load_shop(), day, day + timedelta(days=days - 1))
    return Response(200, {"date": day.isoformat(), "bookings": [lead.as_json_for_owner() for lead in found]})


def _show(request: Request, settings: Settings) -> Response:
    require_admin(request, settings)
    return _lead(leads.find_lead(_store(settings), load_shop(), _lead_id(request)))


def _change(request: Request, settings: Settings) -> Response:
    """PATCH: move it, settle its status, rewrite its notes. The owner is not bound by the notice or his own mode."""
    require_admin(request, settings)
    import rebooking

    shop, now, store, lead_id = load_shop(), utc_now(), _store(settings), _lead_id(request)
    lead = leads.find_lead(store, shop, lead_id)
    slot, changes = rebooking.parse_changes(shop, json_object(request), lead, now)
    if slot is not None:
        try:
            moved = notices.rider(store, shop, now, None, "moved", started_at=lead.slot.starts_at)
            lead = rebooking.move(store, shop, lead, slot, now, None, by_owner=True, riders=[moved])
        except SlotTaken as error:
            return _taken(error, booking.alternatives(store, shop, slot, lead.repair_type, now, None))
    if changes:
        drops = changes.get("status") == "dropped" and lead.status != "dropped"
        told = [notices.rider(store, shop, now, None, "dropped")] if drops else []
        lead = rebooking.settle(store, shop, lead_id, changes, now, riders=told)
    return _lead(lead)


def _drop(request: Request, settings: Settings) -> Response:
    require_admin(request, settings)
    import rebooking

    shop, now, store, lead_id = load_shop(), utc_now(), _store(settings), _lead_id(request)
    told = notices.rider(store, shop, now, None, "dropped")
    return _lead(rebooking.drop(store, shop, lead_id, now, riders=[told]))


def _lead(lead: Lead) -> Response:
    return Response(200, lead.as_json_for_owner())


def _lead_id(request: Request) -> str:
    return request.path_parameters.get("lead_id") or request.raw_path.rpartition("/")[2]


def _taken(error: SlotTaken, free: list[Slot]) -> Response:
    return error_response(error, alternatives=[slot.as_json() for slot in free])


def _book(request: Request, settings: Settings) -> Response:
    shop, now, body, store = load_shop(), utc_now(), json_object(request), _store(settings)
    keyed = _keyed(request, body, now)
    first = idempotency.begin_read(store, keyed) if keyed else None
    state = shop_state.begin_read(store)
    try:
        wanted = booking.parse_request(shop, body, "web", now)
    except InvalidRequest:
        # What was a day ahead when it was first sent may be in the past when it is sent again.
        answer = first.result() if first else None
        if answer is None:
            raise
        return Response(answer.status, answer.body)
    seats = booking.begin_read_seats(store, shop, wanted, now, booking.web_quotas(shop, request.source_address, now))
    answer = first.result() if first else None
    if answer is None:
        answer = _answer(store, shop, wanted, now, state.result().blocked_until(now), keyed, seats, settings)
    return Response(answer.status, answer.body)


def _answer(
    store: Store,
    shop: Shop,
    wanted: BookingRequest,
    now: datetime,
    blocked_until: datetime | None,
    keyed: idempotency.Request | None,
    seats: SeatReads,
    settings: Settings,
) -> Recorded:
    """Book, and record the answer under the request's key: with the booking when there is one, else on its own."""
    riders = [_recording(store, keyed, settings)] if keyed else []
    riders += [notices.rider(store, shop, now, to, kind) for to, kind in ((None, "booked"), (OWNER, "new_booking"))]
    try:
        booked = booking.book(store, shop, wanted, now, blocked_until, seats=seats, riders=riders)
    except _AlreadyAnswered as repeat:
        return repeat.recorded
    except TooManyBookings as error:
        _alert(store, shop, error, now)
        raise
    except SlotTaken as error:
        free = booking.alternatives(store, shop, wanted.slot, wanted.repair_type, now, blocked_until)
        taken = _taken(error, free)
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
        return ""
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


def _days(text: object, most: int = booking.MAX_DAYS) -> int:
    digits = text if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 3 else "0"
    if not 1 <= int(digits) <= most:
        raise ValueError(f"must be a whole number from 1 to {most}")
    return int(digits)


def _parsed(**fields: Any) -> list[Any]:
    """Parse several query fields and name every bad one."""
    values, wrong = [], {}
    for name, (parse, text) in fields.items():
        try:
            values.append(parse(text))
        except ValueError as problem:
            wrong[name] = "is required" if text is None else str(problem)
    if wrong:
        raise InvalidRequest(wrong)
    return values


def _store(settings: Settings) -> Store:
    return Store(settings, Deadline(SECONDS_TO_ANSWER))


def _prepare() -> None:
    dynamodb_client(load_settings())
    load_shop()


cold_start.finish(_prepare)
