"""What to say: a line of the list is booked by code, the model speaks where it can, the numbered list where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import booking
import conversation
import menu
import model
import prompt
import receipts
import shop_state
import tools
from booking import BookingRequest, Calendar
from conversation import Held, Turn
from errors import ModelFailed, OutcomeUnknown, SlotTaken, StoreUnavailable, TooManyBookings
from menu import Offer
from shop import Shop
from shop_state import ShopState
from slots import Slot
from tools import Counter
from utils import Deadline, Item, Pending, Settings, Store, logger
from wording import MAX_TEXT_LENGTH, joined, plain, shortened

# Kept back from the model's time, so that the answer can still be stored and sent: a tenth of the budget, at most this.
RESERVED_SECONDS = 0.8
DAYS_READ_AHEAD = 4
SLOTS_FOR_MODEL = 12


@dataclass(frozen=True)
class Inbound:
    """One message from a customer. `phone` is E.164, `words` at most 1,600 characters."""

    phone: str
    message_id: str
    words: str
    media_count: int = 0
    channel: str = "sms"


@dataclass(frozen=True)
class Reply:
    """What goes back to the customer ("" = silence), what the owner is told, and the list the words hold, if any."""

    words: str
    notices: tuple[str, ...] = ()
    offer: Offer | None = None
    confirms_booking: bool = False
    remembered: bool = True


@dataclass(frozen=True)
class Desk:
    """Everything LINDA looks at before she speaks, on its way: all of it is read side by side."""

    store: Store
    shop: Shop
    settings: Settings
    now: datetime
    inbound: Inbound
    pending_state: Pending[ShopState]
    pending_turns: Pending[list[Turn]]
    pending_seats: Pending[list[Item]]
    calendar: Calendar

    def state(self) -> ShopState:
        return self.pending_state.result()

    def turns(self) -> list[Turn]:
        return self.pending_turns.result()

    def own(self) -> list[Slot]:
        """The open bookings of this customer."""
        return booking.open_slots(self.shop, self.pending_seats.result(), self.now)

    def blocked_until(self) -> datetime | None:
        return self.state().blocked_until(self.now)

    def free(self, count: int) -> list[Slot]:
        """The next free slots; days further off are read only when the near ones are full."""
        near = self.calendar.free(self.now, self.blocked_until())
        if len(near) >= count:
            return near[:count]
        return booking.next_free(self.store, self.shop, count, self.now, self.blocked_until())


def open_desk(store: Store, shop: Shop, settings: Settings, inbound: Inbound, now: datetime) -> Desk:
    """Start reading everything a reply may need."""
    return Desk(
        store,
        shop,
        settings,
        now,
        inbound,
        shop_state.begin_read(store),
        conversation.begin_read_turns(store, inbound.phone, now),
        booking.begin_read_open(store, inbound.phone),
        booking.begin_read_calendar(store, shop, shop.local(now).date(), DAYS_READ_AHEAD, now),
    )


def reply(desk: Desk, held: Held) -> Reply:
    """Answer one message that this process holds. Raises StoreUnavailable when the book cannot be read.

    What an earlier owner of the message did is told from its receipts and not done again.
    """
    counter = _counter(desk, held)
    if held.receipts:
        counter.effects.receipts += held.receipts
        return _with_receipts(desk, counter, "")
    offer = _open_offer(desk)
    number = menu.bare_number(desk.inbound.words)
    if offer and number is not None:
        return _take_line(desk, counter, offer, number)
    try:
        return _from_model(desk, counter)
    except ModelFailed:
        logger.warning("answered without the model", extra={"fallback": "menu"})
        return _without_model(desk, counter, offer)


def _counter(desk: Desk, held: Held) -> Counter:
    state = desk.state()
    offer = _open_offer(desk) or {}
    return Counter(
        store=desk.store,
        shop=desk.shop,
        held=held,
        phone=desk.inbound.phone,
        channel=desk.inbound.channel,
        first_words=offer.get("first_words") or _first_words(desk),
        now=desk.now,
        blocked_until=state.blocked_until(desk.now),
        max_discount_percent=state.max_discount_percent,
    )


def _first_words(desk: Desk) -> str:
    """What the customer opened this conversation with: the first of today's turns, or these words."""
    today = desk.shop.local(desk.now).date()
    said = [turn.said for turn in desk.turns() if desk.shop.local(turn.at).date() == today]
    return next((words for words in said if words), desk.inbound.words)


def _open_offer(desk: Desk) -> Offer | None:
    """The numbered list, if it is LINDA's last message."""
    last = next((turn for turn in reversed(desk.turns()) if turn.answered), None)
    return last.offer if last else None


# --- a line of the list -------------------------------------------------------------------------------------


def _take_line(desk: Desk, counter: Counter, offer: Offer, number: int) -> Reply:
    slots = menu.offered_slots(desk.shop, offer)
    if not 1 <= number <= len(slots):
        listed = menu.list_words(desk.shop, offer, desk.inbound.channel)
        return Reply(f"Please choose a number from 1 to {len(slots)}. {listed}", offer=offer)
    device, words = offer["device"], offer["first_words"]
    wanted = BookingRequest(
        desk.inbound.phone, slots[number - 1], offer["repair_type"], desk.inbound.channel, device, notes=words
    )
    try:
        counter.book(wanted)
    except SlotTaken:
        return _list(desk, f"Sorry, {wanted.slot.label} was just taken.", offer)
    except TooManyBookings:
        return Reply(_too_many(desk))
    except OutcomeUnknown:
        return Reply(unknown_outcome(wanted.slot))
    return _with_receipts(desk, counter, "")


def _too_many(desk: Desk) -> str:
    held = "; ".join(slot.label for slot in desk.own())
    most = desk.shop.limits.open_bookings_per_phone
    return f"You have {most} open bookings, which is as many as one number can have: {held}."


def unknown_outcome(slot: Slot | None = None) -> str:
    """The honest sentence for a write whose answer never came."""
    what = f"your booking for {slot.label}" if slot else "that"
    return f"I can't see yet whether {what} went through. Text me again in a minute and I'll tell you."


# --- with the model -----------------------------------------------------------------------------------------


def _from_model(desk: Desk, counter: Counter) -> Reply:
    """The model's answer, with receipts said by code and claims without one taken out."""
    if not desk.settings.openai_api_key:
        raise ModelFailed
    try:
        words = _model_words(desk, counter)
    except OutcomeUnknown:
        counter.effects.unknown = True
        return _with_receipts(desk, counter, "")
    except (ModelFailed, StoreUnavailable):
        if counter.effects.receipts:
            return _with_receipts(desk, counter, "")
        raise
    if counter.effects.receipts:
        return _with_receipts(desk, counter, words)
    return _checked_words(desk, counter, words)


def _model_words(desk: Desk, counter: Counter) -> str:
    shop, inbound = desk.shop, desk.inbound
    free = desk.free(SLOTS_FOR_MODEL)
    said = inbound.words or _wordless(inbound)
    request = model.Prompt(
        instructions=prompt.instructions(shop),
        tools=tools.schemas(),
        items=prompt.items(shop, desk.state(), desk.turns(), free, desk.own(), said, inbound.channel, desk.now),
        customer=inbound.phone,
    )
    remaining = desk.store.deadline.remaining_seconds()
    reserved = min(RESERVED_SECONDS, desk.settings.reply_budget_seconds / 10)
    return model.converse(desk.settings, request, counter.run, Deadline(remaining - reserved))


def _wordless(inbound: Inbound) -> str:
    return f"(sent {inbound.media_count} photo(s) without words)" if inbound.media_count else "(an empty message)"


def _checked_words(desk: Desk, counter: Counter, words: str) -> Reply:
    """The model's words on a message that did nothing: no deed may be claimed in them."""
    checked = receipts.honest(desk.shop, plain(words), ())
    notices = tuple(counter.effects.notices)
    if not checked.kept and not checked.claim_removed:
        raise ModelFailed
    said = [_honest_state(desk), *checked.kept] if checked.claim_removed else list(checked.kept)
    return Reply(shortened(" ".join(said)), notices)


def _honest_state(desk: Desk) -> str:
    """How things stand, said by code in place of a claim."""
    own = desk.own()
    if own:
        return f"You're booked for {'; '.join(slot.label for slot in own)}."
    return "Nothing is booked yet."


def _with_receipts(desk: Desk, counter: Counter, words: str) -> Reply:
    """What was stored, said by code, then what is left of the model's words."""
    effects = counter.effects
    proofs = [receipts.confirmation(desk.shop, receipt) for receipt in effects.receipts]
    if effects.unknown:
        proofs.append(unknown_outcome())
    said = receipts.honest(desk.shop, plain(words), effects.receipts).kept if words else ()
    if not any(proofs) and not said:
        raise ModelFailed
    return Reply(joined([*proofs, *said]), tuple(effects.notices), confirms_booking=effects.booked())


# --- without the model --------------------------------------------------------------------------------------


def _without_model(desk: Desk, counter: Counter, offer: Offer | None) -> Reply:
    turns = desk.turns()
    opening = "" if turns or desk.inbound.channel == "voice" else _greeting(desk)
    reply_ = _list(desk, opening, offer)
    return Reply(reply_.words, (*counter.effects.notices, *reply_.notices), reply_.offer)


def _greeting(desk: Desk) -> str:
    shop, own_words = desk.shop, desk.state().greeting
    return plain(own_words) or f"Hi, this is {shop.assistant}, the automated desk at {shop.name}."


def _list(desk: Desk, opening: str, before: Offer | None) -> Reply:
    """The next free times as a numbered list. The list itself always fits; what stands before it gives way."""
    shop, inbound = desk.shop, desk.inbound
    free = desk.free(menu.LINES[inbound.channel])
    offer = menu.make_offer(shop, free, inbound.channel, inbound.words, before)
    if not free:
        return _nothing_free(desk, opening)
    own = desk.own()
    booked = f"You're booked for {'; '.join(slot.label for slot in own)}." if own else ""
    listed = menu.list_words(shop, offer, inbound.channel)
    away = menu.away_words(shop, desk.state(), desk.now)
    room = MAX_TEXT_LENGTH - len(listed) - 1
    before_list = _fitting([opening, booked, menu.price_words(shop, offer), away], room)
    return Reply(f"{before_list} {listed}".strip(), offer=offer)


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


def passed_on(desk: Desk) -> Reply:
    """The owner answers texts himself: LINDA is silent and hands him the words."""
    inbound = desk.inbound
    if inbound.phone == desk.settings.owner_phone_number:
        return Reply("")
    photos = f" (+{inbound.media_count} photo)" if inbound.media_count else ""
    return Reply("", (f"{inbound.phone} wrote: {inbound.words}{photos}",))


def without_book(shop: Shop, inbound: Inbound, *, tells_owner: bool) -> Reply:
    """Useful words when the tables cannot be reached: what is true without them, and that nothing was booked."""
    offer: dict[str, Any] = menu.make_offer(shop, (), inbound.channel, inbound.words, None)
    passed_on = f"I'm passing your message on to {shop.owner}." if tells_owner else ""
    words = joined(
        [
            "Sorry, I can't reach the appointment book right now, so I can't book a time this minute.",
            menu.price_words(shop, offer),
            f"We're open {menu.opening_hours(shop)}.",
            passed_on,
            "Please try again in a few minutes.",
        ]
    )
    notice = f"LINDA could not reach her book. {inbound.phone} wrote: {inbound.words[:200]}"
    return Reply(words, (notice,) if tells_owner else ())
