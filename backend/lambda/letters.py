"""What a text of the outbox says, worded at the moment of sending from what is stored then.

A text that waited for the morning, or for Twilio, tells what is true when it is read: a booking that was dropped
meanwhile is not confirmed, one that was moved is confirmed at its new time. A text whose moment is over is not sent.

A text to a customer begins with the shop's name: it may be the first one this number gets. A web booking names any
number and any device it likes, and the text goes to that number: so of what a form brought only a device that the
shop knows is repeated, and no name and no note. It brings no language either: these texts are English. What follows
on a call is in the language of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import call_phrases
import call_story
import calls
import conversation
import holds
import receipts
import seats
from discounts import find_question
from errors import NotFound
from leads import Lead, find_lead, lead_key
from outbox import CALL_FOR_OWNER, OWNER
from phrases import label
from shop import Shop
from slots import Slot, clock
from utils import Item, Store, epoch
from wording import ENGLISH, joined, plain, shortened

# Twilio's limit for one message; the owner's texts may be as long as that.
MAX_OWNER_LENGTH = 1600
# A customer is told of a dropped booking until so long after its start: he may be late, or wait before the door.
DROPPED_TOLD_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class _Desk:
    """What a letter is written from: the text as it was left in the outbox, and where to look things up."""

    store: Store
    shop: Shop
    item: Item
    now: datetime

    @property
    def facts(self) -> Mapping[str, Any]:
        facts: Mapping[str, Any] = self.item["facts"]
        return facts

    @property
    def language(self) -> str:
        return str(self.facts.get("language") or ENGLISH)

    def lead(self) -> Lead:
        """The booking that this is about. Raises NotFound."""
        return find_lead(self.store, self.shop, self.facts["booking_id"])

    def has_begun(self, lead: Lead) -> bool:
        return lead.slot.starts_at <= epoch(self.now)

    def call(self) -> calls.CallRecord:
        """The call that this follows."""
        return calls.begin_read(self.store, str(self.item["to"]), self.facts["call_sid"]).result()

    def has_booked(self) -> bool:
        """Whether the call has led to a booking all the same, its last turn being under way when it ended; or the next
        one has.
        """
        open_now = seats.begin_read_open(self.store, str(self.item["to"]))
        since = int(self.item.get("created_at", 0))
        return self.call().booked or any(
            lead_key(seat["booking_id"])["timestamp"] >= since for seat in open_now.result()
        )

    def to_customer(self, *sentences: str) -> str:
        return joined((f"{self.shop.name}:", *(plain(sentence) for sentence in sentences)))


def words(store: Store, shop: Shop, item: Item, now: datetime) -> str | None:
    """The words of a text; None when its moment is over. Raises StoreUnavailable, KeyError for an unknown kind."""
    try:
        return _LETTERS[item["kind"]](_Desk(store, shop, item, now))
    except NotFound:
        return None


def _literal(desk: _Desk) -> str:
    said = plain(desk.facts["words"])
    return shortened(said, MAX_OWNER_LENGTH) if desk.item["to"] == OWNER else shortened(said)


def _new_booking(desk: _Desk) -> str | None:
    """To the owner, and late rather than never: that he missed it is worth knowing too."""
    lead = desk.lead()
    if lead.status == "dropped":
        return None
    return shortened(plain(f"New booking: {receipts.described(desk.shop, lead)}"), MAX_OWNER_LENGTH)


def _booked(desk: _Desk) -> str | None:
    lead = desk.lead()
    if lead.status != "booked" or desk.has_begun(lead):
        return None
    known = replace(lead, device=desk.shop.device_named_in(lead.device))
    return desk.to_customer(*receipts.confirmations(desk.shop, [receipts.booking_receipt(known)], desk.language))


def _moved(desk: _Desk) -> str | None:
    lead = desk.lead()
    before = Slot(datetime.fromtimestamp(int(desk.facts["started_at"]), desk.shop.timezone))
    if lead.status != "booked" or desk.has_begun(lead) or lead.slot.starts_at == before.starts_at:
        return None
    proof = receipts.move_receipt(lead.lead_id, lead.slot, before)
    return desk.to_customer(*receipts.confirmations(desk.shop, [proof], ENGLISH), "To change it, text MOVE or DROP.")


def _dropped(desk: _Desk) -> str | None:
    lead = desk.lead()
    if lead.status != "dropped" or lead.slot.starts_at <= epoch(desk.now - DROPPED_TOLD_FOR):
        return None
    proof = receipts.drop_receipt(lead.lead_id, lead.slot)
    return desk.to_customer(*receipts.confirmations(desk.shop, [proof], ENGLISH), "Text us here for another time.")


def _discount(desk: _Desk) -> str | None:
    decision, percent, owner = desk.facts["decision"], desk.facts["percent"], desk.shop.owner
    question = find_question(desk.store, desk.facts["code"], desk.now)
    # He may have changed his mind and back: then each of his words left a text, and the last one stands.
    if question.decision != decision or question.decided_at != desk.facts.get("decided_at", question.decided_at):
        return None
    if decision == "ok":
        granted = receipts.confirmations(desk.shop, [receipts.discount_receipt(percent)], ENGLISH)
        return desk.to_customer(f"{owner} says yes.", *granted)
    return desk.to_customer(f"{owner} can't do {percent}% off this time. Text us here with any question.")


def _kept(desk: _Desk) -> str | None:
    """To a caller: the slot that is kept for him, as long as it is; after that, that he may still ask for it."""
    facts, here = desk.facts, desk.shop.timezone
    slot = Slot(datetime.fromtimestamp(int(facts["starts_at"]), here))
    until = datetime.fromtimestamp(int(facts["kept_until"]), here)
    kept = holds.begin_read_until(desk.store, str(desk.item["to"]))
    if slot.starts_at <= epoch(desk.now) or desk.has_booked():
        return None
    # He has called again: another slot is kept for him, or this one for longer, and of that he has a text of its own.
    if kept.result() > int(facts["kept_until"]):
        return None
    what = receipts.repair_words(desk.shop, facts["repair_type"], facts["device"], desk.language)
    when = label(slot, desk.language)
    if epoch(desk.now) < epoch(until):
        return desk.to_customer(call_phrases.say("text_kept", desk.language, when=when, what=what, until=clock(until)))
    return desk.to_customer(call_phrases.say("text_no_longer_kept", desk.language, when=when, what=what))


def _after_call(desk: _Desk) -> str | None:
    """To a caller whose call led to nothing: free times to book, as they were written into the conversation."""
    record = desk.call()
    had_something = record.reached or record.recorded or desk.has_booked()
    return None if had_something else desk.to_customer(desk.facts["words"])


def _call_for_owner(desk: _Desk) -> str | None:
    """To the owner: a caller asked for him, or cannot be texted. Not when he was reached after all, or has the
    voicemail, which is told; nor when nothing was said, or it has been forgotten.
    """
    phone, call_sid = desk.facts["phone"], desk.facts["call_sid"]
    turns = conversation.begin_read_turns(desk.store, phone, desk.now)
    record = calls.begin_read(desk.store, phone, call_sid).result()
    if record.reached or record.recorded:
        return None
    if "words" in desk.facts:
        return _literal(desk)
    said = call_story.story(desk.shop, call_sid, turns.result())
    # Who asked for the owner too has been told of already.
    if not said or record.wants_owner:
        return None
    return shortened(plain(f"{phone} called and could not be texted. {said}"), MAX_OWNER_LENGTH)


_LETTERS: Mapping[str, Callable[[_Desk], str | None]] = {
    "words": _literal,
    "new_booking": _new_booking,
    "booked": _booked,
    "moved": _moved,
    "dropped": _dropped,
    "discount": _discount,
    "kept": _kept,
    "after_call": _after_call,
    CALL_FOR_OWNER: _call_for_owner,
    "message": _literal,
}
