"""A customer who asks to be forgotten: his words are deleted, what the shop's books need is kept. No model is asked.

Deleted are the turns, the names, notes and photos on leads, the reasons for discounts, and in every message of the
last 30 days the answer and the receipts. Kept are the leads with number, device, repair and time, what guards them,
grants, opt-outs, and the messages' items, so that none is answered twice. What the owner was told by text may name
the customer; it lies on the owner's messages, which expire after a day.

What leads to something is deleted after it: killed half-way, a repeat finds the rest. A message that another owner is
answering right now cannot be emptied, because its answer is still to come; then the customer is told to ask again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import conversation
import discounts
import grants
import idempotency
import leads
import seats
from conversation import Held
from desk import Desk, Reply
from errors import ConditionFailed, StoreUnavailable
from expressions import lazy
from phrases import labels, say
from shop import Shop
from slots import Slot
from utils import Deadline, Item, Pending, Store, delete_action, epoch, key_of, logger, masked
from wording import ENGLISH, joined

AT_ONCE = 100  # the most actions of one transaction
CHANNELS = ("sms", "voice")
BACKUPS_LAST_DAYS = 35  # point-in-time recovery of the tables, in infra/foundation.yaml
T = TypeVar("T")
# Kept back from the time that is left, so that the answer can still be stored: a quarter of it, at most this.
RESERVED_SHARE, RESERVED_SECONDS = 0.25, 1.5

_POLITE = (
    r"please|pls|plz|hi|hello|hey|linda|ok|okay|just|kindly|now|also|yes|no|so|and|then|por favor|hola|oye|"
    r"(?:can|could|would) (?:you|u)|(?:i|we) (?:want|need) (?:you|u) to|(?:i d|i would|id) like (?:you|u) to|"
    r"quiero que|(?:puedes|puede|podria|podrias)"
)
_AFTERWARDS = (
    r"please|pls|plz|thanks|thank you|thx|now|right now|right away|today|asap|immediately|completely|entirely|forever|"
    r"for good|linda|por favor|gracias|ahora|ya"
)
_DATA = (
    r"(?:(?:all|all of|any|every bit of) )?(?:of )?(?:my|the|our) (?:(?:personal|private|own|stored|customer) )?"
    r"(?:data|information|info|details|record|records|history|profile|file)(?: and (?:data|history|texts|messages))?"
)
_FROM = r"(?: (?:from|in) (?:your|the) (?:system|systems|database|records|files|memory))?(?: (?:that )?you have)?"
_ABOUT_ME = r"(?:everything|all|anything|all data|all the data|what)(?: (?:that )?(?:you|u) (?:have|know|store))?"
_REQUESTS = (
    rf"forget (?:about )?(?:me|{_DATA}|{_ABOUT_ME} (?:about|on) me)",
    rf"(?:delete|erase|remove) (?:{_DATA}|{_ABOUT_ME} (?:about|on|of) me){_FROM}",
    rf"(?:delete|erase) me{_FROM}",
    r"remove me from (?:your|the) (?:system|systems|database|records|files|memory)",
    r"i (?:want|would like|d like|wish) to be forgotten",
    rf"i (?:want|would like|d like) {_DATA} (?:to be )?(?:deleted|erased|removed)",
    r"olvida(?:me|te de mi)|olvide(?:me|se de mi)",
    r"(?:borra|borre|borres|elimina|elimine|elimines|olvida|olvide|olvides|quita|quite) "
    r"(?:(?:todos|toda) )?(?:mis|mi) (?:datos|informacion|historial)(?: personal(?:es)?| mia?s?)?",
    r"(?:borra|borre|elimina|elimine|olvida|olvide) todo (?:lo que (?:sabes|sabe|tienes|tiene) )?(?:sobre|de) mi",
    r"(?:borrame|borreme|eliminame|elimineme)",
)
_REQUEST = lazy(rf"(?:(?:{_POLITE}) ){{0,5}}(?:{'|'.join(_REQUESTS)})(?: (?:{_AFTERWARDS})){{0,4}}")
LONGEST_REQUEST = 120

# Closes two races: an update of a message that has been swept would bring it back, and one of a message that somebody
# is answering would take it from him. One whose owner died is closed: nobody will answer it any more. So is a turn of
# a call that waits for its next try.
_OVER = (
    "(attribute_exists(#owner_id) AND (attribute_exists(#answer) OR #lease_until < :now_ms))"
    " OR (attribute_not_exists(#owner_id) AND attribute_exists(#progress))"
)
# Closes the husk: an update of an item that is not there would make one.
_THERE = "attribute_exists(#lead_id)"


def is_request(words: str) -> bool:
    """Whether a whole text asks to be forgotten, however politely; "forget it" and "I forgot" do not."""
    if len(words) > LONGEST_REQUEST:
        return False
    letters = "".join(each for each in unicodedata.normalize("NFKD", words.casefold()) if not _is_mark(each))
    return _REQUEST.fullmatch(" ".join(re.findall(r"\w+", letters))) is not None


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Cf")


@dataclass(frozen=True)
class Erased:
    """What came of it. Unless it is `complete`, something may be left and the customer is told so."""

    complete: bool


def answer(desk: Desk, held: Held, silence: str) -> Reply:
    """Erase what is known of the sender and say what was kept. `silence` is the TwiML that says nothing.

    The request leaves no turn. It is answered whatever fails: what is not known to be deleted is not called deleted.
    """
    phone = desk.inbound.phone
    remaining = desk.store.deadline.remaining_seconds()
    store = Store(desk.settings, Deadline(remaining - min(RESERVED_SECONDS, RESERVED_SHARE * remaining)))
    try:
        erased, own = erase(store, phone, desk.now, held, silence), desk.own()
    except StoreUnavailable:
        erased, own = Erased(complete=False), []
    logger.info("a customer asked to be forgotten", extra={"customer": masked(phone), "complete": erased.complete})
    return Reply(words(desk.shop, erased, own, desk.inbound.language()), remembered=False)


def words(shop: Shop, erased: Erased, own_slots: Sequence[Slot], language: str = ENGLISH) -> str:
    """What was deleted and what was kept, in at most two segments."""
    stays = say("still_booked", language, own=labels(own_slots, language)) if own_slots else ""
    if not erased.complete:
        return joined([say("forgotten_in_part", language), say("forget_again", language), stays])
    kept, backups = say("kept", language, owner=shop.owner), say("backups", language, days=BACKUPS_LAST_DAYS)
    return joined([say("forgotten", language), stays, kept, backups])


# --- erasing ------------------------------------------------------------------------------------------------


def erase(store: Store, phone: str, now: datetime, held: Held, silence: str) -> Erased:
    """Delete what a number (E.164) said and sent, as far as the store's deadline reaches. Doing it twice does no harm.

    The message that asks for it is `held` and left alone. Raises StoreUnavailable when the deadline passes or the
    table is out of reach; what was deleted by then stays deleted.
    """
    _empty_leads(store, phone)
    _empty_reasons(store, phone)
    messages = _Messages(store, phone, now, held, silence)
    over = messages.empty_turns() & messages.empty_arrivals()
    import holds  # not for other texts

    # The slot is free by the clock; that one is kept is forgotten with the turn that says which.
    _delete(store, [holds.held_key(phone)])
    return Erased(complete=over)


def _empty_leads(store: Store, phone: str) -> None:
    """Names, notes and photos, and the first answers to web bookings that repeat them.

    The seats lead to bookings that were made before there was an index.
    """
    index, taken = store.query(leads.leads_of(phone)), seats.begin_read_open(store, phone)
    entries = index.result()
    for record_id in [copy for entry in entries for copy in entry.get("copies", ())]:
        idempotency.forget(store, record_id, ("customer_name", "notes"))
    keys = {entry["booking_id"]: entry["timestamp"] for entry in entries}
    keys = {seat["booking_id"]: leads.lead_key(seat["booking_id"])["timestamp"] for seat in taken.result()} | keys
    update = "SET #customer_name = :empty, #notes = :empty REMOVE #photos"
    for part in _parts(list(keys.items())):
        _all_done(
            store.update(store.leads_table, {"lead_id": lead_id, "timestamp": at}, update, _THERE, {"empty": ""})
            for lead_id, at in part
        )


def _empty_reasons(store: Store, phone: str) -> None:
    """Why a discount was granted or asked for, in the customer's words."""
    table, values = store.leads_table, {"empty": ""}
    granted = store.update(table, grants.key(phone), "SET #reason = :empty", _THERE, values)
    asking = store.get(table, discounts.asking_key(phone)).result()
    asked = []
    if asking:
        # A code is given to somebody else once its time is over.
        condition, values = "#phone = :phone", {"empty": "", "phone": phone}
        asked = [store.update(table, discounts.question_key(asking["code"]), "SET #reason = :empty", condition, values)]
    _all_done([granted, *asked])


@dataclass(frozen=True)
class _Messages:
    """The messages of one number, found through its turns and its arrivals."""

    store: Store
    phone: str
    now: datetime
    held: Held
    silence: str

    def empty_turns(self) -> bool:
        """Delete all turns, the newest first, each after its message is emptied. False when one is under way."""
        over = True
        while turns := self.store.query(conversation.turns_of(self.phone), newest=AT_ONCE).result():
            over &= self._empty({turn["message_id"] for turn in turns if turn.get("message_id")})
            _delete(self.store, turns)
        return over

    def empty_arrivals(self) -> bool:
        """Empty the messages that left no turn. Windows that can get no more arrivals are deleted after that."""
        recent, over = epoch(self.now) - 2 * conversation.WINDOW_SECONDS, True
        partitions = [conversation.arrivals_of(self.phone, channel) for channel in CHANNELS]
        for pending in [self.store.query(partition) for partition in partitions]:
            for window in pending.result():
                over &= self._empty(conversation.arrived_messages(window))
                if int(window["timestamp"]) < recent:
                    _delete(self.store, [window])
        return over

    def _empty(self, message_ids: Iterable[str]) -> bool:
        """Take the answers and receipts out of messages. False when one of them is being answered right now."""
        values = {"silence": self.silence, "now_ms": int(self.now.timestamp() * 1000)}
        update = "SET #answer = :silence REMOVE #receipts, #progress"
        keys = [conversation.message_key(self.phone, message_id) for message_id in sorted(message_ids)]
        refused = []
        for part in _parts([key for key in keys if key != self.held.key]):
            refused += _all_done(self.store.update(self.store.leads_table, key, update, _OVER, values) for key in part)
        return not any(refusal.item for refusal in refused)


def _all_done(updates: Iterable[Pending[Item]]) -> list[ConditionFailed]:
    """Wait for updates that run side by side; those refused by their condition are answered, not raised."""
    refused = []
    for update in list(updates):
        try:
            update.result()
        except ConditionFailed as refusal:
            refused.append(refusal)
    return refused


def _delete(store: Store, items: Sequence[Item]) -> None:
    store.transact([delete_action(store.leads_table, key_of(item)) for item in items])


def _parts(entries: list[T]) -> list[list[T]]:
    return [entries[start : start + AT_ONCE] for start in range(0, len(entries), AT_ONCE)]
