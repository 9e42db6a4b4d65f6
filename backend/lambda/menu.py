"""LINDA without a model: numbered lists, and what taking one of their lines does. Code only, so it always works.

A text that is only MOVE or DROP is answered here too, model or not; CANCEL would unsubscribe at Twilio.
"""

from __future__ import annotations

from collections.abc import Sequence

import offers
import receipts
import when
from booking import BookingRequest
from counter import Counter
from desk import Desk, Reply
from errors import NotOpen, OutcomeUnknown, SlotTaken, TooManyBookings
from leads import Lead
from offers import Offer
from slots import Slot
from wording import MAX_TEXT_LENGTH, joined, plain, shortened

_WORDS = {"MOVE": "pick", "DROP": "drop"}


def answer(desk: Desk, counter: Counter) -> Reply | None:
    """The answer to a message that code alone understands: a line of the open list, MOVE, DROP. None for any other."""
    offer, number = desk.open_offer(), offers.bare_number(desk.inbound.words)
    if offer and number is not None:
        return _take_line(desk, counter, offer, number)
    kind = _WORDS.get(desk.inbound.words.strip(" .!").upper())
    return _own_bookings(desk, counter, kind) if kind and desk.inbound.channel == "sms" else None


def without_model(desk: Desk, counter: Counter) -> Reply:
    """The list of free times, with a greeting for a newcomer."""
    opening = "" if desk.turns() or desk.inbound.channel == "voice" else _greeting(desk)
    listed = free_times(desk, opening, desk.open_offer())
    notices = (*counter.effects.notices, *listed.notices)
    return Reply(listed.words, notices, listed.offer)


# --- a line is taken ----------------------------------------------------------------------------------------


def _take_line(desk: Desk, counter: Counter, offer: Offer, number: int) -> Reply:
    slots = offers.offered_slots(desk.shop, offer)
    if not 1 <= number <= len(slots):
        listed = offers.list_words(desk.shop, offer, desk.inbound.channel)
        return Reply(f"Please choose a number from 1 to {len(slots)}. {listed}", offer=offer)
    slot = slots[number - 1]
    try:
        return _act(desk, counter, offer, slot, number)
    except SlotTaken:
        return free_times(desk, f"Sorry, {slot.label} is no longer free.", offer)
    except TooManyBookings:
        return Reply(_too_many(desk))
    except NotOpen:
        return Reply("That booking is already off or has begun.")
    except OutcomeUnknown:
        return Reply(receipts.unknown_outcome(f"your booking for {slot.label}"))


def _act(desk: Desk, counter: Counter, offer: Offer, slot: Slot, number: int) -> Reply:
    """Book the slot, move a booking to it, drop the booking on that line, or ask where to move it."""
    kind = offer.get("kind", "book")
    if kind == "book":
        device, words = offer["device"], offer["first_words"]
        phone, channel = desk.inbound.phone, desk.inbound.channel
        counter.book(BookingRequest(phone, slot, offer["repair_type"], channel, device, notes=words))
        return confirmed(desk, counter)
    lead_ids = offer["lead_ids"]
    lead_id = lead_ids[0] if kind == "move" else lead_ids[number - 1]
    lead = next((each for each in counter.own_bookings() if each.lead_id == lead_id), None)
    if lead is None:
        raise NotOpen
    if kind == "pick":
        return _new_times(desk, lead)
    if kind == "move":
        counter.move(lead, slot)
    else:
        counter.drop(lead)
    return confirmed(desk, counter)


def confirmed(desk: Desk, counter: Counter) -> Reply:
    """What was just stored, said by code."""
    said = receipts.confirmations(desk.shop, counter.effects.receipts)
    return Reply(joined(said), tuple(counter.effects.notices), confirms=True)


# --- lists --------------------------------------------------------------------------------------------------


def free_times(desk: Desk, opening: str, before: Offer | None) -> Reply:
    """The next free times, or those of the day that the words name, as a list for what the last list was for."""
    if before and before.get("kind") == "move":
        lead_id, was = before["lead_ids"][0], before["was"]
        return _offered(desk, opening, offers.to_move(_free(desk, before["repair_type"]), lead_id, was, before))
    inbound = desk.inbound
    try:
        free, day_words = _meant(desk, before)
    except when.Contradiction as contradiction:
        return Reply(joined([opening, str(contradiction)]))
    offer = offers.to_book(desk.shop, free, inbound.channel, inbound.words, before)
    own = desk.own_words()
    booked = f"You're booked for {own}." if own else ""
    away = offers.away_words(desk.shop, desk.state(), desk.now)
    return _offered(desk, opening, offer, booked, day_words, offers.price_words(desk.shop, offer), away)


def _own_bookings(desk: Desk, counter: Counter, kind: str) -> Reply:
    mine = counter.own_bookings()
    if not mine:
        return Reply("There is no open booking for this number.")
    if kind == "pick" and len(mine) == 1:
        return _new_times(desk, mine[0])
    return _offered(desk, "", offers.of_bookings(kind, mine))


def _new_times(desk: Desk, lead: Lead) -> Reply:
    free = _free(desk, lead.repair_type)
    return _offered(desk, "", offers.to_move(free, lead.lead_id, lead.slot.label, {"repair_type": lead.repair_type}))


def _meant(desk: Desk, before: Offer | None) -> tuple[list[Slot], str]:
    """The free slots that the words ask for: those of a day and around a time they name, else the next ones."""
    service = desk.shop.service_named_in(desk.inbound.words)
    repair_type = service.id if service else (before or {}).get("repair_type", "other")
    minutes = desk.shop.minutes_of(repair_type)
    try:
        day = when.day_in(desk.inbound.words, desk.today())
    except when.Contradiction:
        raise
    except ValueError:
        day = None
    if day is None:
        return desk.free(offers.LINES[desk.inbound.channel], minutes), ""
    free = desk.free_on(day, minutes)
    if not free:
        return _free(desk, repair_type), f"Nothing is free on {day:%A, %B} {day.day}."
    at = when.time_in(desk.inbound.words, *(desk.shop.hours[day.weekday()] or (free[0].start.time(),) * 2))
    return sorted(free, key=lambda slot: at is not None and slot.start.time() != at), ""


def _free(desk: Desk, repair_type: str) -> list[Slot]:
    return desk.free(offers.LINES[desk.inbound.channel], desk.shop.minutes_of(repair_type))


def _offered(desk: Desk, opening: str, offer: Offer, *before_list: str) -> Reply:
    """The list, always whole; what stands before it gives way."""
    if not offer["starts"]:
        return _nothing_free(desk, opening)
    listed = offers.list_words(desk.shop, offer, desk.inbound.channel)
    room = MAX_TEXT_LENGTH - len(listed) - 1
    words = _fitting([opening, *before_list], room)
    return Reply(f"{words} {listed}".strip(), offer=offer)


def _fitting(parts: Sequence[str], room: int) -> str:
    """The parts in order, as far as there is room; a first part that is too long is shortened, not dropped."""
    first = shortened(parts[0], room) if parts[0] and room > 40 else ""
    return joined([first, *parts[1:]], room)


def _nothing_free(desk: Desk, opening: str) -> Reply:
    inbound, shop = desk.inbound, desk.shop
    words = joined([opening, f"There is no free time in the next {shop.booking_horizon_days} days."])
    if not desk.settings.owner_phone_number:
        return Reply(joined([words, "Please text again another day."]))
    notice = f"No free slot to offer. {inbound.phone} wrote: {inbound.words[:200]}"
    return Reply(joined([words, f"I'm passing your message on to {shop.owner}."]), (notice,))


def _greeting(desk: Desk) -> str:
    shop, own_words = desk.shop, desk.state().greeting
    return plain(own_words) or f"Hi, this is {shop.assistant}, the automated desk at {shop.name}."


def _too_many(desk: Desk) -> str:
    most = desk.shop.limits.open_bookings_per_phone
    own = desk.own_words()
    return f"This number has {most} open bookings, which is as many as it can have{': ' if own else ''}{own}."
