"""Lambda handler for `GET /availability`, `ANY /bookings`, `ANY /bookings/{lead_id}`, `GET /shop` and `GET /summary`.

The shop's facts, free slots and bookings for the landing page; Brandon's agenda, what he makes of a booking, and his
week at a glance for the dashboard. Loaded at once is what a page shows when it opens; the rest when it is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import cold_start
import availability
import leads
import shop_state
import storefront
from errors import InvalidRequest, NotOpen, SlotTaken, Unauthorized
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
from leads import Lead
from shop import load_shop
from slots import parse_date
from utils import Deadline, Settings, Store, dynamodb_client, load_settings, utc_now

SECONDS_TO_ANSWER = 8.0
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
    """What is free. To the owner, who is bound by neither the notice nor his own mode, all that he may move to."""
    query = query_fields(request, ("date", "days"))
    day, days = _parsed(date=(parse_date, query.get("date")), days=(_days, query.get("days", "1")))
    store, shop, now = _store(settings), load_shop(), utc_now()
    state = None
    if _is_owner(request, settings):
        shop = replace(shop, minimum_notice_minutes=0)
    else:
        state = shop_state.begin_read(store)
    calendar = availability.begin_read_calendar(store, shop, day, days, now)
    free = calendar.free(now, state.result().blocked_until(now) if state else None)
    body = {"timezone": shop.timezone.key, "date": day.isoformat(), "days": days}
    return Response(200, body | {"slots": [slot.as_json() for slot in free]})


def _is_owner(request: Request, settings: Settings) -> bool:
    """Whether the admin bearer is there. On a public route a wrong one is none."""
    try:
        require_admin(request, settings)
    except Unauthorized:
        return False
    return True


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
    import notices
    import rebooking

    shop, now, store, lead_id = load_shop(), utc_now(), _store(settings), _lead_id(request)
    lead = leads.find_lead(store, shop, lead_id)
    slot, changes = rebooking.parse_changes(shop, json_object(request), lead, now)
    if slot is not None:
        try:
            moved = notices.rider(store, shop, now, None, "moved", started_at=lead.slot.starts_at)
            lead = rebooking.move(store, shop, lead, slot, now, None, by_owner=True, riders=[moved])
        except SlotTaken as error:
            free = availability.alternatives(store, shop, slot, lead.repair_type, now, None)
            return error_response(error, alternatives=[each.as_json() for each in free])
    if changes:
        drops = changes.get("status") == "dropped" and lead.status != "dropped"
        told = [notices.rider(store, shop, now, None, "dropped")] if drops else []
        lead = rebooking.settle(store, shop, lead_id, changes, now, riders=told)
    return _lead(lead)


def _drop(request: Request, settings: Settings) -> Response:
    require_admin(request, settings)
    import notices
    import rebooking

    shop, now, store, lead_id = load_shop(), utc_now(), _store(settings), _lead_id(request)
    told = notices.rider(store, shop, now, None, "dropped")
    try:
        return _lead(rebooking.drop(store, shop, lead_id, now, riders=[told]))
    except NotOpen:
        lead = leads.find_lead(store, shop, lead_id)
        if lead.status != "dropped":
            raise
        return _lead(lead)  # a second tap has what the first one had


def _lead(lead: Lead) -> Response:
    return Response(200, lead.as_json_for_owner())


def _lead_id(request: Request) -> str:
    return request.path_parameters.get("lead_id") or request.raw_path.rpartition("/")[2]


def _book(request: Request, settings: Settings) -> Response:
    import web_booking

    return web_booking.answer(request, _store(settings), load_shop(), settings, utc_now())


def _days(text: object, most: int = availability.MAX_DAYS) -> int:
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
