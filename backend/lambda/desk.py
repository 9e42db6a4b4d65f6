"""What lies on LINDA's desk when she answers: the message, and everything she looks at before she speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import availability
import booking
import conversation
import customers
import offers
import phrases
import seats
import shop_state
from availability import Calendar
from conversation import Held, PendingArrivals, Turn
from counter import Counter, Effects
from customers import Customer
from leads import lead_key
from offers import Offer
from shop import Shop
from shop_state import ShopState
from slots import Slot
from utils import Action, Item, Pending, Settings, Store, epoch, has_expired
from wording import ENGLISH, language_of

DAYS_READ_AHEAD = 4
# A photo sent before the booking belongs to it when it is no older than this.
PHOTOS_BELONG_FOR = timedelta(days=7)
# What a call does after the words of a reply: "" listens, END hangs up, RING and why rings the owner.
END, RING = "end", "ring:"
# What `Inbound.said` puts in place of words that are not there.
_NOT_SAID = re.compile(r"\(sent \d+ photos?(?: without words)?\)|\(an empty message\)")


@dataclass(frozen=True)
class Inbound:
    """One message from a customer. `phone` is E.164, `words` at most 1,600 characters, without secrets.

    `photos` are Twilio's addresses of what came with it; `media_count` counts also what has no address. A call is held
    in the `call_language` that was chosen on it.
    """

    phone: str
    message_id: str
    words: str
    media_count: int = 0
    channel: str = "sms"
    photos: tuple[str, ...] = ()
    call_language: str = ENGLISH

    @property
    def is_call(self) -> bool:
        return self.channel == "voice"

    @property
    def said(self) -> str:
        """The words and how many photos came with them, or what stands for a text without any."""
        if not self.media_count:
            return self.words or "(an empty message)"
        photos = f"{self.media_count} photo{'s' if self.media_count > 1 else ''}"
        return f"{self.words} (sent {photos})" if self.words else f"(sent {photos} without words)"

    def language(self, *earlier: str) -> str:
        """ "en" or "es": that of the call, or of these words, or of what was said before, latest first."""
        return self.call_language if self.is_call else language_of((self.words, *earlier))


@dataclass(frozen=True)
class Reply:
    """What goes back to the customer ("" = silence), what the owner is told, and the list the words hold, if any.

    A reply that `confirms` says that something was stored; one that is not `remembered` is no turn of the conversation.
    One with `progress` is not the answer yet: the next try at the same message goes on from these items of the model's.
    `beside` are writes that are stored together with the answer, `then` is what a call does after the words.
    """

    words: str
    notices: tuple[str, ...] = ()
    offer: Offer | None = None
    confirms: bool = False
    remembered: bool = True
    progress: tuple[dict[str, Any], ...] | None = None
    beside: tuple[Action, ...] = ()
    then: str = ""


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
    pending_customer: Pending[Customer]
    pending_arrivals: PendingArrivals
    calendar: Calendar

    def today(self) -> date:
        return self.shop.local(self.now).date()

    def state(self) -> ShopState:
        return self.pending_state.result()

    def customer(self) -> Customer:
        return self.pending_customer.result()

    def percent_off(self) -> int:
        """The discount this customer can count on: waiting for a booking, or printed on an open one. Else 0.

        On a call only what was granted on it, because a caller's number can be forged.
        """
        return 0 if self.inbound.is_call and not self._granted_on_this_call() else self._percent_off

    def _granted_on_this_call(self) -> bool:
        grant, turns = self.customer().grant, self.turns_of_call()
        return bool(grant and turns and grant.granted_at >= epoch(turns[0].at))

    @cached_property
    def _percent_off(self) -> int:
        grant = self.customer().grant
        open_ids = {seat["booking_id"] for seat in self.pending_seats.result() if seat["expires_at"] > epoch(self.now)}
        on_an_open_one = grant is not None and grant.booking_id in open_ids
        counts = grant if on_an_open_one else booking.usable(self.store, self.shop, grant)
        return counts.percent if counts else 0

    def turns(self) -> list[Turn]:
        return self.pending_turns.result()

    def open_offer(self) -> Offer | None:
        """The numbered list, if it is LINDA's last message. On a call a key takes a line of this call's list alone.

        The text after a call is the last word of it: a turn that was under way when the call ended comes before it. A
        slot that it says is kept can be taken as long as it is, also when he has called again meanwhile.
        """
        turns = self.turns_of_call() if self.inbound.is_call else self.turns()
        over = {conversation.call_of(turn.message_id) for turn in turns if conversation.ends_call(turn)}
        said = [turn for turn in turns if turn.answered]
        last = next((t for t in reversed(said) if conversation.ends_call(t) or not _is_of(t, over)), None)
        if last is None or self.inbound.is_call or last.channel != "voice":
            return last.offer if last else None
        newest_text = next((turn for turn in reversed(said) if turn.channel != "voice"), None)
        return offers.kept_now([newest_text.offer] if newest_text else [], self.now) or last.offer

    def turns_of_call(self) -> list[Turn]:
        """The turns of this call alone. A caller's number can be forged: what its owner texted is not for his ears."""
        mine = conversation.call_of(self.inbound.message_id)
        return [turn for turn in self.turns() if conversation.call_of(turn.message_id) == mine]

    def own(self) -> list[Slot]:
        """The open bookings of this customer; none on a call, because a caller's number can be forged."""
        if self.inbound.is_call:
            return []
        return seats.open_slots(self.shop, self.pending_seats.result(), self.now)

    def own_words(self, language: str = ENGLISH) -> str:
        return phrases.labels(self.own(), language)

    def language(self) -> str:
        """The customer's language."""
        return self._language

    @cached_property
    def _language(self) -> str:
        return self.inbound.language(*(_NOT_SAID.sub("", turn.said) for turn in reversed(self.turns())))

    def say(self, key: str, **facts: object) -> str:
        """A phrase in the customer's language, as it is written or, on a call, said."""
        return phrases.say(key, self.language(), aloud=self.inbound.is_call, **facts)

    def repair_meant(self) -> Offer:
        """The repair and the device that the customer's words name, the latest first: what a price is asked for."""
        said = [self.inbound.words, *(turn.said for turn in reversed(self.turns()))]
        service = next(filter(None, map(self.shop.service_named_in, said)), None)
        device = next(filter(None, map(self.shop.device_named_in, said)), "")
        return {"repair_type": service.id if service else "other", "device": device}

    def meant_so_far(self) -> Offer | None:
        """What this conversation has named today since the last booking, as a list that was offered before it would
        hold it: the repair, the device, the first words. None when it has only begun.
        """
        turns = self.turns_of_call() if self.inbound.is_call else self.turns()
        open_now = (seat["booking_id"] for seat in self.pending_seats.result() if not has_expired(seat, self.now))
        booked_at = max((lead_key(lead_id)["timestamp"] for lead_id in open_now), default=0)
        fresh = (turn for turn in turns if epoch(turn.at) > booked_at)
        said = [turn.said for turn in fresh if turn.said and self.shop.local(turn.at).date() == self.today()]
        offer: Offer | None = None
        for words in said:
            offer = offers.to_book(self.shop, (), self.inbound.channel, words, offer)
        return offer

    def read_anew(self) -> Desk:
        """The same desk with the claims as they are now: what was free when the message came has been taken since."""
        shop, now, phone = self.shop, self.now, self.inbound.phone
        calendar = availability.begin_read_calendar(self.store, shop, self.today(), DAYS_READ_AHEAD, now, phone)
        return replace(self, calendar=calendar)

    def blocked_until(self) -> datetime | None:
        return self.state().blocked_until(self.now)

    def free(self, count: int, minutes: int = 1) -> list[Slot]:
        """The next free slots; days further off are read only when the near ones are full."""
        near = self.calendar.free(self.now, self.blocked_until(), minutes)
        if len(near) >= count:
            return near[:count]
        return self._next_free(count, minutes)

    def free_from(self, day: date, count: int, minutes: int = 1) -> list[Slot]:
        """The next free slots of a day and the days after it."""
        return self._next_free(count, minutes, day)

    def _next_free(self, count: int, minutes: int, day: date | None = None) -> list[Slot]:
        until, phone = self.blocked_until(), self.inbound.phone
        return availability.next_free(self.store, self.shop, count, self.now, until, minutes, day, phone)

    def free_on(self, day: date, minutes: int = 1) -> list[Slot]:
        """The free slots of one day."""
        calendar = availability.begin_read_calendar(self.store, self.shop, day, 1, self.now, self.inbound.phone)
        return calendar.free(self.now, self.blocked_until(), minutes)

    def counter(self, held: Held, effects: Effects) -> Counter:
        """The counter at which this customer is served, for the message that is held."""
        state = self.state()
        oldest = self.now - PHOTOS_BELONG_FOR
        earlier = [photo for turn in self.turns() if turn.at > oldest for photo in turn.photos]
        return Counter(
            store=self.store,
            shop=self.shop,
            held=held,
            phone=self.inbound.phone,
            channel=self.inbound.channel,
            language=self.language(),
            kept=self._kept(),
            first_words=self._first_words(),
            photos=self.inbound.photos,
            recent_photos=(*earlier, *self.inbound.photos),
            now=self.now,
            blocked_until=state.blocked_until(self.now),
            max_discount_percent=state.max_discount_percent,
            tells_owner=bool(self.settings.owner_phone_number),
            pending_seats=self.pending_seats,
            pending_customer=self.pending_customer,
            effects=effects,
        )

    def _kept(self) -> tuple[int, datetime] | None:
        """The start of the slot that is kept for this customer, in epoch seconds, and since when; None without one."""
        offer = offers.kept_now((turn.offer for turn in reversed(self.turns())), self.now)
        since = offers.kept_since(offer, self.now) if offer else None
        return (int(offer["starts"][0]), since) if offer and since else None

    def _first_words(self) -> str:
        """What the customer opened this conversation with: the first of today's turns, or these words."""
        offered = (self.open_offer() or {}).get("first_words")
        said = [turn.said for turn in self.turns() if self.shop.local(turn.at).date() == self.today()]
        return offered or next((words for words in said if words), self.inbound.words)


def open_desk(store: Store, shop: Shop, settings: Settings, inbound: Inbound, now: datetime) -> Desk:
    """Start reading everything a reply may need."""
    limit = shop.limits.texts_per_ten_minutes
    return Desk(
        store,
        shop,
        settings,
        now,
        inbound,
        shop_state.begin_read(store),
        conversation.begin_read_turns(store, inbound.phone, now),
        seats.begin_read_open(store, inbound.phone),
        customers.begin_read(store, inbound.phone, now),
        conversation.begin_count_arrival(store, inbound.phone, inbound.channel, inbound.message_id, now, limit),
        availability.begin_read_calendar(store, shop, shop.local(now).date(), DAYS_READ_AHEAD, now, inbound.phone),
    )


def _is_of(turn: Turn, calls: set[str]) -> bool:
    return conversation.call_of(turn.message_id) in calls
