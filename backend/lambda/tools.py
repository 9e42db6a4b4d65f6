"""The functions of the model, as schemas/functions.json lists them: arguments in, JSON with `ok` out.

What the edge knows is not asked of the model: the customer is never an argument. A tool that is not there, or is called
with nonsense, is answered, not raised.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import availability
import booking_request
import when
from counter import Counter
from errors import HasDiscount, InvalidRequest, NotOpen, SlotTaken, TooManyBookings
from leads import Lead
from slots import Slot, bookable_slots_on, parse_time, slot_at
from utils import logger, plain_text

# A booking that begins with less time than this left could not be confirmed before the caller is gone.
LEAST_SECONDS_TO_WRITE = 0.5

Output = dict[str, Any]


@lru_cache(maxsize=1)
def schemas() -> tuple[dict[str, Any], ...]:
    """The tools as OpenAI's Responses API takes them: beside the code in the zip, in schemas/ in the repository."""
    here = Path(__file__).parent
    bundled = here / "functions.json"
    path = bundled if bundled.exists() else here.parent / "schemas" / "functions.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")))


def run(counter: Counter, name: str, arguments: Mapping[str, Any]) -> Output:
    """Run one tool. Outages and fencing are not the model's to explain, so those are raised."""
    output = _run(counter, name, arguments)
    logger.info("function %s: %s", name if name in _TOOLS else "unknown", "ok" if output["ok"] else "refused")
    return output


def _run(counter: Counter, name: str, arguments: Mapping[str, Any]) -> Output:
    tool = _TOOLS.get(name)
    if tool is None:
        return {"ok": False, "error": f"there is no tool named {name[:40]}"}
    try:
        return tool(counter, arguments)
    except InvalidRequest as wrong:
        return {"ok": False, "error": "invalid_request", "fields": wrong.fields}
    except TooManyBookings as error:
        return {"ok": False, "error": f"too_many_bookings: the limit {error.limit} of this shop is reached"}
    except NotOpen:
        return {"ok": False, "error": "that booking is dropped or has begun"}


def _check_availability(counter: Counter, arguments: Mapping[str, Any]) -> Output:
    day = _day(counter, arguments)
    calendar = availability.begin_read_calendar(counter.store, counter.shop, day, 1, counter.now, counter.phone)
    free = calendar.free(counter.now, counter.blocked_until)
    return {"ok": True, "date": day.isoformat(), "weekday": f"{day:%A}", "slots": _listed(free)}


def _book_slot(counter: Counter, arguments: Mapping[str, Any]) -> Output:
    _require_room_for_a_change(counter)
    body = {name: arguments.get(name) for name in ("repair_type", "device", "customer_name")}
    body |= {"notes": counter.first_words[:500]} | _day_and_time(counter, arguments)
    request = booking_request.parse_request(counter.shop, body, counter.channel, counter.now, phone=counter.phone)
    try:
        lead = counter.book(request)
    except SlotTaken:
        return _taken(counter, request.slot, request.repair_type)
    return {"ok": True, "lead_id": lead.lead_id, "label": lead.slot.label}


def _find_booking(counter: Counter, _arguments: Mapping[str, Any]) -> Output:
    _require_text(counter)
    return {"ok": True, "bookings": [_brief(lead) for lead in counter.own_bookings()]}


def _move_booking(counter: Counter, arguments: Mapping[str, Any]) -> Output:
    _require_text(counter)
    _require_room_for_a_change(counter)
    wanted = _day_and_time(counter, arguments)
    lead = _one_of_mine(counter, arguments)
    at = _parsed("time", parse_time, wanted["time"])
    slot = slot_at(bookable_slots_on(counter.shop, date.fromisoformat(wanted["date"]), counter.now), at)
    try:
        moved = counter.move(lead, slot)
    except SlotTaken:
        return _taken(counter, slot, lead.repair_type)
    return {"ok": True, "lead_id": moved.lead_id, "label": moved.slot.label}


def _drop_booking(counter: Counter, arguments: Mapping[str, Any]) -> Output:
    _require_text(counter)
    _require_room_for_a_change(counter)
    dropped = counter.drop(_one_of_mine(counter, arguments))
    return {"ok": True, "lead_id": dropped.lead_id, "label": dropped.slot.label}


def _authorize_discount(counter: Counter, arguments: Mapping[str, Any]) -> Output:
    percent, reason = arguments.get("discount_percent"), arguments.get("reason")
    if not isinstance(percent, int) or isinstance(percent, bool) or not 1 <= percent <= 50:
        raise InvalidRequest({"discount_percent": "must be a whole number from 1 to 50"})
    words = _parsed("reason", lambda value: plain_text(value, 200), (reason or "")[:200] if reason else "")
    if percent > counter.max_discount_percent:
        return _ask_owner(counter, percent, words)
    if counter.grant(percent, words):
        return {"ok": True, "discount_percent": percent}
    return {"ok": False, "error": "this customer had a discount in the last 90 days"}


def _ask_owner(counter: Counter, percent: int, reason: str) -> Output:
    allowed = counter.max_discount_percent
    if not counter.tells_owner:
        return {"ok": False, "error": f"at most {allowed}% can be given"}
    if counter.had_discount():
        return {"ok": False, "error": "this customer had a discount in the last 90 days"}
    try:
        counter.ask_discount(percent, reason)
    except HasDiscount:
        return {"ok": False, "error": "the owner has been asked for this customer already; he answers by text"}
    return {"ok": False, "error": f"more than {allowed}% needs the owner, who is being asked", "asked": True}


def _ask_brandon(counter: Counter, arguments: Mapping[str, Any]) -> Output:
    question = arguments.get("question")
    if not isinstance(question, str) or not question.strip():
        raise InvalidRequest({"question": "must be the customer's question in a sentence"})
    words = _parsed("question", lambda value: plain_text(value, 300), question[:300])
    if not counter.tells_owner:
        return {"ok": False, "error": "the owner cannot be reached by text; he answers at the appointment"}
    if any(receipt["kind"] == "question" for receipt in counter.effects.receipts):
        return {"ok": False, "error": "one question a message: this one has been passed on"}
    counter.ask_owner(words)
    return {"ok": True}


def _log_upsell(counter: Counter, arguments: Mapping[str, Any]) -> Output:
    named, accepted = arguments.get("upsell_item"), arguments.get("accepted")
    if not isinstance(accepted, bool):
        raise InvalidRequest({"accepted": "must be true or false"})
    words = named.strip().lower() if isinstance(named, str) else ""
    found = next((each for each in counter.shop.accessories if words in (each.id, each.name)), None)
    if found is None:
        names = ", ".join(each.id for each in counter.shop.accessories)
        raise InvalidRequest({"upsell_item": f"must be one of {names}"})
    return {"ok": counter.note_upsell(found, accepted=accepted), "item": found.name, "usd": found.usd}


_TOOLS: Mapping[str, Callable[[Counter, Mapping[str, Any]], Output]] = {
    "check_availability": _check_availability,
    "book_slot": _book_slot,
    "authorize_discount": _authorize_discount,
    "log_upsell": _log_upsell,
    "find_booking": _find_booking,
    "move_booking": _move_booking,
    "drop_booking": _drop_booking,
    "ask_brandon": _ask_brandon,
}


# --- arguments and outputs ----------------------------------------------------------------------------------


def _parsed(name: str, parse: Callable[[Any], Any], value: object) -> Any:
    try:
        return parse(value)
    except (ValueError, TypeError) as wrong:
        raise InvalidRequest({name: str(wrong)}) from wrong


def _day(counter: Counter, arguments: Mapping[str, Any]) -> date:
    """The day that is meant, from the words for it. A weekday that contradicts its date is asked about."""
    said = arguments.get("date")
    today = counter.shop.local(counter.now).date()
    day: date | None = _parsed("date", lambda words: when.day_in(words, today), said) if isinstance(said, str) else None
    if day is None:
        raise InvalidRequest({"date": "must name a day, such as 2026-12-01 or tomorrow"})
    return day


def _day_and_time(counter: Counter, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Day and time in the forms that bookings are asked for in; a time that means nothing is left to be refused."""
    day = _day(counter, arguments)
    said = arguments.get("time")
    at = _time(counter, day, said) if isinstance(said, str) else None
    return {"date": day.isoformat(), "time": f"{at:%H:%M}" if at else str(said or "")}


def _time(counter: Counter, day: date, said: str) -> time | None:
    hours = counter.shop.hours[day.weekday()] or (time(0), time(23, 59))
    return when.time_in(said, *hours)


def _require_text(counter: Counter) -> None:
    """A caller's number can be forged, so a call neither reads out, moves nor drops a booking."""
    if counter.on_a_call:
        raise InvalidRequest({"channel": "bookings are found, moved and dropped by text only: text MOVE or DROP"})


def _require_room_for_a_change(counter: Counter) -> None:
    if counter.effects.changed_a_booking():
        raise InvalidRequest({"message": "one change of a booking a message: this one has made its change"})
    if counter.store.deadline.remaining_seconds() < LEAST_SECONDS_TO_WRITE:
        raise InvalidRequest({"message": "no time left to change a booking in this message"})


def _one_of_mine(counter: Counter, arguments: Mapping[str, Any]) -> Lead:
    """The booking that is meant: the one named, or the only one there is. Nobody else's is ever found."""
    mine, named = counter.own_bookings(), arguments.get("lead_id")
    chosen = [lead for lead in mine if named in (None, "", lead.lead_id)]
    if len(chosen) == 1:
        return chosen[0]
    held = "; ".join(f"{lead.lead_id} {lead.slot.label}" for lead in mine) or "none"
    raise InvalidRequest({"lead_id": f"must be one of this customer's bookings: {held}"})


def _taken(counter: Counter, wanted: Slot, repair_type: str) -> Output:
    now, blocked_until = counter.now, counter.blocked_until
    counter.effects.was_taken = True
    free = availability.alternatives(counter.store, counter.shop, wanted, repair_type, now, blocked_until)
    return {"ok": False, "error": "slot_taken", "alternatives": _listed(free)}


def _listed(free: Iterable[Slot]) -> list[dict[str, str]]:
    return [{"date": slot.date, "time": slot.time, "label": slot.label} for slot in free]


def _brief(lead: Lead) -> dict[str, str]:
    return {"lead_id": lead.lead_id, "label": lead.slot.label, "repair_type": lead.repair_type, "device": lead.device}
