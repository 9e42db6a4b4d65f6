"""LINDA without a model: numbered lists, and what taking one of their lines does. Code only, so it always works.

A text that is only MOVE or DROP is answered here too, model or not; CANCEL would unsubscribe at Twilio.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import offers
import phrases
import receipts
import when
from booking_request import BookingRequest
from counter import Counter
from desk import Desk, Reply
from errors import NotOpen, OutcomeUnknown, SlotTaken, TooManyBookings
from leads import Lead
from offers import Offer
from slots import Slot
from wording import MAX_TEXT_LENGTH, joined, plain, sentences, shortened

_WORDS = {"MOVE": "pick", "DROP": "drop"}


def answer(desk: Desk, counter: Counter) -> Reply | None:
    """The answer to a message that code alone understands: a line of the open list, MOVE, DROP. None for any other."""
    offer, number = desk.open_offer(), offers.bare_number(desk.inbound.words)
    if offer and number is not None:
        return _take_line(desk, counter, offer, number)
    kind = _WORDS.get(desk.inbound.words.strip(" .!").upper())
    return _own_bookings(desk, counter, kind) if kind and not desk.inbound.is_call else None


def without_model(desk: Desk, counter: Counter, opening: str = "") -> Reply:
    """The list of free times, with a greeting for a newcomer and what else is to be said first."""
    greeting = "" if desk.turns() or desk.inbound.is_call else _greeting(desk)
    listed = free_times(desk, joined([greeting, *photo_words(desk), opening]), desk.open_offer())
    notices = (*counter.effects.notices, *listed.notices)
    return Reply(listed.words, notices, listed.offer)


def photo_words(desk: Desk) -> list[str]:
    """What is said of the photos that came with this message: they are kept, which the owner can see."""
    count = len(desk.inbound.photos)
    return [desk.say("photos" if count > 1 else "photo", owner=desk.shop.owner)] if count else []


# --- a line is taken ----------------------------------------------------------------------------------------


def _take_line(desk: Desk, counter: Counter, offer: Offer, number: int) -> Reply:
    slots = offers.offered_slots(desk.shop, offer)
    if not 1 <= number <= len(slots):
        listed = offers.list_words(desk.shop, offer, desk.inbound.channel, desk.language())
        return Reply(f"{desk.say('off_the_list', last=len(slots))} {listed}", offer=offer)
    slot = slots[number - 1]
    label = phrases.label(slot, desk.language())
    try:
        return _act(desk, counter, offer, slot, number)
    except SlotTaken:
        return free_times(desk.read_anew(), desk.say("taken", when=label), offer)
    except TooManyBookings as error:
        return Reply(desk.say("too_many_calls") if error.limit == "voice_bookings_per_hour" else _too_many(desk))
    except NotOpen:
        return Reply(desk.say("not_open"))
    except OutcomeUnknown:
        counter.doubt()
        return Reply(desk.say("unknown_booking", when=label), tuple(counter.effects.notices))


def _act(desk: Desk, counter: Counter, offer: Offer, slot: Slot, number: int) -> Reply:
    """Book the slot, move a booking to it, drop the booking on that line, or ask where to move it."""
    kind = offer.get("kind", "book")
    if kind == "book":
        device, words = offer["device"], offer["first_words"]
        phone, channel = desk.inbound.phone, desk.inbound.channel
        counter.book(BookingRequest(phone, slot, offer["repair_type"], channel, device, notes=words))
        knows_nothing = offer["repair_type"] == "other" and not device and not desk.inbound.is_call
        return confirmed(desk, counter, desk.say("which_repair") if knows_nothing else "")
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


def confirmed(desk: Desk, counter: Counter, question: str = "") -> Reply:
    """What was just stored, said by code, and a question if it fits."""
    aloud = desk.inbound.is_call
    said = receipts.confirmations(desk.shop, counter.effects.receipts, desk.language(), aloud=aloud)
    return Reply(joined([*said, question]), tuple(counter.effects.notices), confirms=True)


# --- lists --------------------------------------------------------------------------------------------------


def free_times(desk: Desk, opening: str, before: Offer | None) -> Reply:
    """The next free times, or those of the day that the words name, as a list for what the last list was for."""
    if before and before.get("kind") == "move":
        repair_type = before["repair_type"]
        free = _free(desk, repair_type)
        return _offered(desk, opening, offers.to_move(free, before["lead_ids"][0], before["was_at"], repair_type))
    inbound, language = desk.inbound, desk.language()
    before = before or desk.meant_so_far()
    try:
        free, day_words = _meant(desk, before)
    except when.Contradiction as contradiction:
        return Reply(joined([opening, _contradicted(desk, contradiction)]))
    offer = offers.to_book(desk.shop, free, inbound.channel, inbound.words, before)
    own = desk.own_words(language)
    booked = desk.say("booked_for", own=own) if own else ""
    away = offers.away_words(desk.shop, desk.state(), desk.now, language)
    return _offered(desk, opening, offer, booked, day_words, offers.price_words(desk.shop, offer, language), away)


def _own_bookings(desk: Desk, counter: Counter, kind: str) -> Reply:
    mine = counter.own_bookings()
    if not mine:
        return Reply(desk.say("no_booking"))
    if kind == "pick" and len(mine) == 1:
        return _new_times(desk, mine[0])
    return _offered(desk, "", offers.of_bookings(kind, mine))


def _new_times(desk: Desk, lead: Lead) -> Reply:
    free = _free(desk, lead.repair_type)
    return _offered(desk, "", offers.to_move(free, lead.lead_id, lead.slot.starts_at, lead.repair_type))


def _meant(desk: Desk, before: Offer | None) -> tuple[list[Slot], str]:
    """The free slots that the words ask for: those of a day and around a time they name, else the next ones.

    A day without any is said to have none, and the next ones after it are offered.
    """
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
        return _free(desk, repair_type), ""
    free = desk.free_on(day, minutes)
    if not free:
        later = desk.free_from(day, offers.LINES[desk.inbound.channel], minutes)
        return later or _free(desk, repair_type), _without_slots(desk, day)
    at = when.time_in(desk.inbound.words, *(desk.shop.hours[day.weekday()] or (free[0].start.time(),) * 2))
    return sorted(free, key=lambda slot: at is not None and slot.start.time() != at), ""


def _without_slots(desk: Desk, day: date) -> str:
    """Why a day has no free slot: the shop is closed then, or it is full."""
    language = desk.language()
    if desk.shop.hours[day.weekday()] is None:
        return desk.say("closed_weekday", weekday=phrases.weekday(day.weekday(), language))
    closed = day in desk.shop.closed_dates
    return desk.say("closed_day" if closed else "full_day", day=phrases.long_day(day, language))


def _contradicted(desk: Desk, found: when.Contradiction) -> str:
    language, (day, other) = desk.language(), (found.named, found.weekday)
    named, is_a, asked = phrases.month_day(day, language), day.weekday(), phrases.weekday(other, language)
    return desk.say("no_such_day", day=named, weekday=phrases.weekday(is_a, language), other=asked)


def _free(desk: Desk, repair_type: str) -> list[Slot]:
    return desk.free(offers.LINES[desk.inbound.channel], desk.shop.minutes_of(repair_type))


def _offered(desk: Desk, opening: str, offer: Offer, *before_list: str) -> Reply:
    """The list, always whole; what stands before it gives way. On a call that is the first sentence of it alone."""
    if not offer["starts"]:
        return _nothing_free(desk, opening)
    if desk.inbound.is_call:
        opening, before_list = next(filter(None, (*sentences(opening), *before_list)), ""), ()
    listed = offers.list_words(desk.shop, offer, desk.inbound.channel, desk.language())
    room = MAX_TEXT_LENGTH - len(listed) - 1
    words = _fitting([opening, *before_list], room)
    return Reply(f"{words} {listed}".strip(), offer=offer)


def _fitting(parts: Sequence[str], room: int) -> str:
    """The parts in order, as far as there is room; a first part that is too long is shortened, not dropped."""
    first = shortened(parts[0], room) if parts[0] and room > 40 else ""
    return joined([first, *parts[1:]], room)


def _nothing_free(desk: Desk, opening: str) -> Reply:
    inbound, shop = desk.inbound, desk.shop
    words = joined([opening, desk.say("no_time", days=shop.booking_horizon_days)])
    if not desk.settings.owner_phone_number:
        return Reply(joined([words, desk.say("another_day")]))
    notice = f"No free slot to offer. {inbound.phone} wrote: {inbound.words[:200]}"
    return Reply(joined([words, desk.say("passing_on", owner=shop.owner)]), (notice,))


def _greeting(desk: Desk) -> str:
    shop, own_words = desk.shop, desk.state().greeting
    return plain(own_words) or desk.say("greeting", assistant=shop.assistant, name=shop.name)


def _too_many(desk: Desk) -> str:
    most = desk.shop.limits.open_bookings_per_phone
    own = desk.own_words(desk.language())
    return desk.say("too_many_bookings_own", most=most, own=own) if own else desk.say("too_many_bookings", most=most)
