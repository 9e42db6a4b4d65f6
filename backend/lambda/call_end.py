"""How a call ends, once: in its last step, or when Twilio says that it is over. No call ends in nothing.

Who reached the owner, left him a message or booked needs nothing more. Who chose a slot gets it kept for ten minutes
and a text to take it, and as long as it is kept no text that would take the place of that one; who said anything gets
free times by text; who hung up before the first word gets one text an hour. Where no text may go, to a number that
opted out, failed before or is none of this country, the owner is told instead, if there was a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import availability
import call_phrases
import call_story
import calls
import conversation
import customers
import holds
import leads
import offers
import outbox
import receipts
import seats
import shop_state
from call_steps import BUDGET_SECONDS, Caller
from calls import CallRecord, Choice
from conversation import Turn
from errors import TransactionRefused
from offers import Offer
from outbox import CALL_FOR_OWNER, OWNER, Text
from phrases import label
from shop import Shop
from slots import Slot, clock, is_open_for_booking
from utils import Action, Deadline, Item, Pending, Settings, Store, all_results, epoch, has_expired
from wording import MAX_TEXT_LENGTH, language_of

OWNER_REACHED, MESSAGE_LEFT, BOOKED, OWNER_TOLD = "owner reached", "message left", "booked", "owner told"
KEPT, TEXTED, MISSED, NOBODY = "kept", "texted", "missed", "nobody"
KEPT_BEFORE = "kept before"
_REASONS = {
    "person": "asked for you",
    "complaint": "called with a complaint",
    "misheard": "called, could not be understood",
}
WAIT_FOR_VOICEMAIL = timedelta(minutes=2)
# To one number, after calls in which something was said.
TEXTS_AN_HOUR = 3
SENT_LOOKED_AT = 20
# Twilio's codes for a number that opted out, which is told by its own mark and may be over by now, and for what the
# sender has to mend: its account, its registration, its rates (https://www.twilio.com/docs/api/errors).
OPTED_OUT_CODE = 21610
NOT_THE_NUMBERS_FAULT = {
    *(OPTED_OUT_CODE, 21408, 21611, 30001, 30002, 30007, 30010, 30022, 30023, 30024, 30027, 30032, 30034, 30035),
}


@dataclass(frozen=True)
class Ended:
    """What came of a call, and the start of the slot that is kept (epoch seconds), if one is."""

    outcome: str
    starts_at: int = 0


@dataclass(frozen=True)
class _Plan:
    """One way to end a call: its writes are all carried out, or it is not the way."""

    outcome: str
    actions: tuple[Action, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def settle(caller: Caller, now: datetime, come_to: Mapping[str, Any] | None = None) -> Ended:
    """End a call, if it has not ended: what is still owed to the caller is written in one transaction.

    `come_to` are the fields of its record that his last turn has brought, which is not noted yet. A second time, from
    wherever, it answers what came of it. Raises StoreUnavailable, OutcomeUnknown.
    """
    closing = _closing(caller, caller.store(), now)
    closing = replace(closing, record=replace(closing.record, **(come_to or {})))
    record = closing.record
    if record.ended:
        return Ended(record.ended, int(record.facts.get("starts_at", 0)))
    for plan in closing.plans():
        ended = calls.end_action(closing.store, caller.phone, caller.call_sid, now, plan.outcome, **plan.facts)
        try:
            closing.store.transact([ended, *plan.actions])
        except TransactionRefused as refused:
            if refused.refusals[0] is not None:
                return settle(caller, now, come_to)
        else:
            return Ended(plan.outcome, int(plan.facts.get("starts_at", 0)))
    return Ended(NOBODY)


def spoken_slot(caller: Caller, starts_at: int) -> str:
    """A slot as it is named to this caller."""
    return label(Slot(datetime.fromtimestamp(starts_at, caller.shop.timezone)), caller.language)


def begin_read_sent(store: Store, phone: str, now: datetime) -> Pending[list[Item]]:
    """What was sent to a number lately, for `has_failed`."""
    sent = store.query(f"SENT#{phone}", newest=SENT_LOOKED_AT)
    return sent.then(lambda items: [item for item in items if not has_expired(item, now)])


def has_failed(sent: Iterable[Item]) -> bool:
    """Whether a text to the number failed, as to a landline; that it had opted out is another matter, and so is what
    was the fault of the sender.
    """
    return any(each.get("status") == "failed" and each.get("code") not in NOT_THE_NUMBERS_FAULT for each in sent)


def tell_of_lost_text(settings: Settings, shop: Shop, phone: str, call_sid: str, now: datetime) -> None:
    """The text after a call never arrived, as Twilio says later: the owner is told, once. Raises StoreUnavailable."""
    store = Store(settings, Deadline(BUDGET_SECONDS))
    noted = calls.note_action(store, phone, call_sid, now, {"text_lost": True}, calls.TEXT_NOT_LOST)
    with suppress(TransactionRefused):
        store.transact([noted, outbox.text_action(store, shop, outbox.lost_text(phone, call_sid), now)])


# --- the ways to end --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Closing:
    """Everything that is looked at when a call ends, read side by side."""

    caller: Caller
    store: Store
    now: datetime
    record: CallRecord
    turns: list[Turn]
    seats: list[Item]
    sent: list[Item]
    customer: customers.Customer
    state: shop_state.ShopState

    def plans(self) -> Iterator[_Plan]:
        """The ways to end this call, the best first."""
        record, owner = self.record, self.caller.settings.owner_phone_number
        if record.reached or self._has_booked:
            yield _Plan(OWNER_REACHED if record.reached else BOOKED)
            return
        if record.recorded:
            if self._may_be_texted:
                yield from self._kept()
            yield _Plan(MESSAGE_LEFT)
            return
        if self.caller.phone and self.caller.phone == owner:
            yield _Plan(NOBODY)
            return
        asked_for_him = record.wants_owner and (record.spoke or record.wants_owner in _REASONS)
        if asked_for_him and owner:
            told = self._owner_told(f"{_REASONS.get(record.wants_owner, 'called')} and left no message")
            if self._may_be_texted:
                yield from (replace(kept, actions=(*kept.actions, *told.actions)) for kept in self._kept())
            yield told
        if self._may_be_texted:
            yield from self._texts()
        if record.spoke or record.wants_owner:
            yield self._owner_told("called and was not texted")
        yield _Plan(NOBODY)

    @property
    def _has_booked(self) -> bool:
        """Whether this call led to a booking, also one whose answer never came to be stored."""
        chosen = self.record.chosen
        return self.record.booked or any(chosen and seat.get("starts_at") == chosen.starts_at for seat in self.seats)

    @property
    def _may_be_texted(self) -> bool:
        """Not where a text has failed before, nor one who wants none, nor one the owner answers himself."""
        failed = has_failed(self.sent)
        silent = self.customer.opted_out or self.customer.paused or not self.state.ai_answers_sms
        return self.caller.can_be_texted and not (failed or silent)

    def _texts(self) -> Iterator[_Plan]:
        if not self.record.spoke and self._kept_before:
            yield _Plan(KEPT_BEFORE)
            return
        if not self.record.spoke:
            once = calls.once_an_hour_action(self.store, self.caller.phone, self.now)
            words = self._say("text_missed")
            yield self._text(MISSED, "after_call", {"words": words}, words, None, (once,))
            return
        yield from self._kept()
        words, offer = self._listed()
        yield self._text(TEXTED, "after_call", {"words": words}, words, offer, (self._counted(),))

    def _kept(self) -> Iterator[_Plan]:
        """The chosen slot, kept, if it can be booked at all."""
        chosen, shop = self._chosen, self.caller.shop
        most = shop.limits.open_bookings_per_phone
        if chosen is None or len(seats.open_slots(shop, self.seats, self.now)) >= most:
            return
        slot = Slot(datetime.fromtimestamp(chosen.starts_at, shop.timezone))
        minutes, before = shop.minutes_of(chosen.repair_type), self._hold_before
        held = holds.hold_actions(self.store, shop, slot, minutes, self.caller.phone, self.now, before)
        if not held or not is_open_for_booking(shop, slot, self.now, self.state.blocked_until(self.now)):
            return
        until = self.now + holds.KEPT_FOR
        kept = {"kept_since": epoch(self.now), "kept_until": epoch(until)}
        about = {"repair_type": chosen.repair_type, "device": chosen.device}
        what = receipts.repair_words(shop, chosen.repair_type, chosen.device, self.language)
        when = label(slot, self.language)
        words = self._say("text_kept", when=when, what=what, until=clock(shop.local(until)))
        offer = {"kind": "book", "starts": [slot.starts_at], **about, "first_words": self._first_words, **kept}
        facts = {"starts_at": slot.starts_at, **about, "kept_until": epoch(until)}
        yield self._text(KEPT, "kept", facts, words, offer, (self._counted(), *held))

    @cached_property
    def _kept_before(self) -> Offer | None:
        """The slot that an earlier call of this number ended with, if it is kept for it still: it may have been booked,
        dropped or blocked since.
        """
        offer = offers.kept_now((turn.offer for turn in reversed(self.turns)), self.now)
        if offer is None:
            return None
        key = leads.claim_key(int(offer["starts"][0]), self.caller.shop.timezone)
        claim = self.store.get(self.store.leads_table, key).result()
        if claim is None or has_expired(claim, self.now):
            return None
        return offer if (claim["booking_id"], claim.get("phone")) == (leads.HOLD, self.caller.phone) else None

    @property
    def _chosen(self) -> Choice | None:
        """What was chosen on this call, else on the one before it, unless he has turned that down."""
        before = self._kept_before
        if self.record.chosen or self.record.refused or before is None:
            return self.record.chosen
        return Choice(int(before["starts"][0]), before["repair_type"], before["device"])

    @property
    def _hold_before(self) -> holds.Hold | None:
        if (before := self._kept_before) is None:
            return None
        shop = self.caller.shop
        slot, minutes = offers.offered_slots(shop, before)[0], shop.minutes_of(before["repair_type"])
        return holds.Hold(holds.starts_of(shop, slot, minutes), int(before["kept_until"]))

    def _counted(self) -> Action:
        return calls.count_action(self.store, self.now, TEXTS_AN_HOUR, self.caller.phone)

    def _listed(self) -> tuple[str, Offer | None]:
        """Free times by text, as many as there is room for."""
        shop, said = self.caller.shop, " ".join(turn.said for turn in self._mine)
        until, phone = self.state.blocked_until(self.now), self.caller.phone
        named = shop.service_named_in(said)
        minutes = shop.minutes_of(named.id if named else "other")
        most = offers.LINES["voice"]
        free = availability.next_free(self.store, shop, most, self.now, until, minutes, None, phone)
        if self._kept_before:  # "reply 1" has been promised for it
            kept = offers.offered_slots(shop, self._kept_before)[0]
            free = [kept, *(slot for slot in free if slot != kept)][:most]
        lines = "\n".join(f"{number}) {label(slot, self.language)}" for number, slot in enumerate(free, 1))
        words = f"{self._say('text_after')}\n{lines}"
        if not free or len(words) + len(shop.name) + 2 > MAX_TEXT_LENGTH:
            return self._say("text_after_full"), None
        return words, offers.to_book(shop, free, "voice", said, self._kept_before) | {"first_words": self._first_words}

    def _text(
        self,
        outcome: str,
        kind: str,
        facts: dict[str, Any],
        words: str,
        offer: Offer | None,
        more: tuple[Action, ...] = (),
    ) -> _Plan:
        """A text to the caller, and the same as a turn of the conversation, so that he can answer it."""
        phone, shop = self.caller.phone, self.caller.shop
        about: dict[str, Any] = {"language": self.language, "call_sid": self.caller.call_sid}
        if self.record.spoke:
            about["spoke"] = True
        text = Text(phone, kind, {**facts, **about}, can_wait=False)
        turn = Turn("", words, self.now, offer=offer, message_id=f"{self.caller.call_sid}#{conversation.END_OF_CALL}")
        actions = (
            calls.count_action(self.store, self.now, shop.limits.texts_after_calls_per_hour),
            outbox.text_action(self.store, shop, text, self._due if kind == "after_call" else self.now),
            conversation.turn_action(self.store, phone, turn),
            *more,
        )
        return _Plan(outcome, actions, {"starts_at": facts["starts_at"]} if "starts_at" in facts else {})

    @property
    def _due(self) -> datetime:
        """When a text of no slot is due: once it is known whether the caller left the owner a voicemail."""
        may_be_recorded = bool(self.record.wants_owner) and not self.caller.step.name
        return self.now + WAIT_FOR_VOICEMAIL if may_be_recorded else self.now

    def _owner_told(self, what: str) -> _Plan:
        about = call_story.story(self.caller.shop, self.caller.call_sid, self.turns)
        words = f"{self.caller.phone or 'A hidden number'} {what}.{f' {about}' if about else ''}"
        can_tell = self.caller.settings.can_send_texts and self.caller.settings.owner_phone_number
        # A voicemail that is being recorded is told a moment after the call is over: then this is not sent.
        facts = {"words": words, "phone": self.caller.phone, "call_sid": self.caller.call_sid}
        text = Text(OWNER, CALL_FOR_OWNER, facts, can_wait=False)
        told = outbox.text_action(self.store, self.caller.shop, text, self.now + WAIT_FOR_VOICEMAIL)
        return _Plan(OWNER_TOLD if can_tell else NOBODY, (told,))

    @cached_property
    def language(self) -> str:
        """That of the call, else that of the texts before it."""
        return self.record.language or language_of(turn.said for turn in reversed(self.turns))

    @property
    def _mine(self) -> list[Turn]:
        return call_story.turns_of(self.caller.call_sid, self.turns)

    @property
    def _first_words(self) -> str:
        return next((turn.said for turn in self._mine), "")[:500]

    def _say(self, key: str, **facts: object) -> str:
        return call_phrases.say(key, self.language, assistant=self.caller.shop.assistant, **facts)


def _closing(caller: Caller, store: Store, now: datetime) -> _Closing:
    phone = caller.phone
    record, state = calls.begin_read(store, phone, caller.call_sid), shop_state.begin_read(store)
    turns, customer = conversation.begin_read_turns(store, phone, now), customers.begin_read(store, phone, now)
    seats_now, sent_now = all_results([seats.begin_read_open(store, phone), begin_read_sent(store, phone, now)])
    known, said = record.result(), list(turns.result())
    if known.waiting and (words := conversation.begin_read_words(store, phone, known.waiting).result()):
        said.append(Turn(words, "", now, channel="voice", message_id=known.waiting))
    return _Closing(caller, store, now, known, said, seats_now, sent_now, customer.result(), state.result())
