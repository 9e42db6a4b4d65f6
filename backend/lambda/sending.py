"""Sends what is due in the outbox: claim, send with a time-out, mark. Started by a schedule, once a minute.

    SENT#<phone>     timestamp = microseconds   what was sent to a number or refused for it; no words. Kept 30 days
    OPTOUT#<phone>   timestamp = 0              Twilio says that the number wants no texts

Why a schedule and not the table's stream: what waits for the morning and what failed needs a clock anyway; a table
that stood before the stack is not the stack's to change, so that no stream can be switched on; one bad record cannot
hold up a shard; and the minute keeps the function warm. It costs up to a minute's delay and a query a minute.

No text is sent twice. A claim is a lease, longer than this function can live; of two senders one gets it. An attempt
that ended without Twilio's answer, or with its sender, may have sent the text: whoever takes it up next asks Twilio
for a message of these words first, and without an answer sends nothing. What did not go out is due again later, under
a new key; the delay doubles from one minute to thirty, and a day after it was due a text is given up.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

import leads
import letters
from carrier import OPTED_OUT, Carrier, NotSent, Refused, Unknown, digest
from customers import opt_out_action, opt_out_key
from errors import ConditionFailed, StoreUnavailable, TransactionRefused
from outbox import (
    GIVEN_UP_AFTER,
    MESSAGE_GIVEN_UP_AFTER,
    OUTBOX,
    OWNER,
    RANDOM,
    due_key,
    lost_text,
    quiet_until,
    text_action,
)
from shop import Shop
from utils import (
    Action,
    Deadline,
    Item,
    Settings,
    Store,
    delete_action,
    epoch,
    key_of,
    logger,
    masked,
    microseconds,
    put_action,
)

# The function has 20 seconds. A text is begun within the first nine: asking Twilio and sending take five each.
SECONDS_TO_BEGIN = 9.0
SECONDS_OF_A_RUN = 19.0
LEASE_SECONDS = 90
MOST_A_RUN = 20
SENT_LOOKED_AT = 20
MOST_READ = 60
LONGEST_DELAY_MINUTES = 30
SENT_KEPT_FOR = timedelta(days=30)
# Twilio's clock and ours may differ by so much.
CLOCK_SKEW = timedelta(seconds=10)

# Closes the text sent by two: of two senders at once, and of one and a successor, one has the lease. An item that is
# gone was sent meanwhile, and an update without this would bring it back.
CLAIM = "attribute_exists(#lead_id) AND (attribute_not_exists(#lease_until) OR #lease_until <= :now)"
# Closes the late sender: what a successor has taken over, sent perhaps, is not this one's to put back.
OURS = "#owner_id = :owner_id"


def note_failure(settings: Settings, number: str, message_id: str, code: int, now: datetime) -> str:
    """Keep that a text did not arrive, as Twilio says afterwards: a landline is told so. Raises StoreUnavailable.

    Answers the CallSid of the call that the text followed, "" when it followed none.
    """
    store = Store(settings, Deadline(SECONDS_TO_BEGIN))
    sent = store.query(f"SENT#{number}", newest=SENT_LOOKED_AT)
    item = {
        "lead_id": f"SENT#{number}",
        "timestamp": microseconds(now),
        "kind": "delivery",
        "status": "failed",
        "sid": message_id,
        "code": code,
        "sent_at": epoch(now),
        "expires_at": epoch(now + SENT_KEPT_FOR),
    }
    store.put(store.leads_table, item).result()
    of_calls = (each for each in sent.result() if "call_sid" in each)
    return next((each["call_sid"] for each in of_calls if each.get("sid") == message_id), "")


def send_due(settings: Settings, shop: Shop, now: datetime) -> dict[str, int]:
    """Send what is due, as far as the time reaches. Answers how many texts were due and what became of them."""
    store = Store(settings, Deadline(SECONDS_OF_A_RUN))
    counts: Counter[str] = Counter()
    try:
        items = store.query(OUTBOX, until=due_key(now, RANDOM - 1), oldest=MOST_READ).result()
        due = [item for item in items if int(item.get("lease_until", 0)) <= epoch(now)]
        counts["due"] = len(due)
        if due:
            _send(settings, shop, store, due, now, counts)
    except StoreUnavailable:
        # What was claimed is taken up again when its lease is over.
        logger.exception("the outbox cannot be reached")
        counts["unreachable"] += 1
    return dict(counts)


def _send(settings: Settings, shop: Shop, store: Store, due: list[Item], now: datetime, counts: Counter[str]) -> None:
    if not settings.can_send_texts:
        logger.warning("texts wait and no Twilio account is set up", extra={"due": len(due)})
        return
    run = _Run(settings, shop, store, now, counts)
    deadline = Deadline(SECONDS_TO_BEGIN)
    for item in due[:MOST_A_RUN]:
        if not deadline.remaining_seconds():
            break
        text = run.claim(item)
        if text is not None and not text.carry_out():
            break


# --- one text -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """One run of the schedule."""

    settings: Settings
    shop: Shop
    store: Store
    now: datetime
    counts: Counter[str]

    @cached_property
    def carrier(self) -> Carrier:
        return Carrier(self.settings)

    def claim(self, item: Item) -> _Claimed | None:
        """The text, worded and claimed; None when another sender has it or had it.

        The claim keeps a digest of the words: a successor looks for exactly these, even when by then the same
        text would be worded otherwise.
        """
        said = _worded(self.store, self.shop, item, self.now)
        update = (
            "SET #owner_id = :owner_id, #lease_until = :lease_until, #attempts = #attempts + :one,"
            " #first_tried_at = if_not_exists(#first_tried_at, :now)"
        )
        values: dict[str, Any] = {
            "owner_id": uuid4().hex,
            "lease_until": epoch(self.now) + LEASE_SECONDS,
            "one": 1,
            "now": epoch(self.now),
        }
        if said:
            update, values = f"{update} ADD #tried :tried", {**values, "tried": {digest(said)}}
        try:
            claimed = self.store.update(self.store.leads_table, key_of(item), update, CLAIM, values).result()
        except ConditionFailed:
            self.counts["overtaken"] += 1
            return None
        return _Claimed(self, item, claimed, said)


@dataclass(frozen=True)
class _Claimed:
    """A text that is ours to send for the length of a lease. `before` is the item as it was before our claim."""

    run: _Run
    before: Item
    item: Item
    words: str | None

    @property
    def may_have_been_sent(self) -> bool:
        return "first_tried_at" in self.before

    @property
    def number(self) -> str | None:
        """Where it goes, in E.164; None for the owner when his number is not set."""
        return self.run.settings.owner_phone_number if self.item["to"] == OWNER else str(self.item["to"])

    def carry_out(self) -> bool:
        """Send it, drop it or put it off. False when Twilio is not well, so that the others can wait as well.

        A recipient that Twilio does not send to yet holds up nobody else.
        """
        number = self.number
        quiet = quiet_until(self.run.shop, self.run.now) if self.item["can_wait"] else None
        lasts = MESSAGE_GIVEN_UP_AFTER if self.item["kind"] == "message" else GIVEN_UP_AFTER
        if self.run.now >= datetime.fromtimestamp(int(self.item["due_at"]), UTC) + lasts:
            self._give_up()
        elif quiet:
            self._put_off(quiet, attempts=self.before["attempts"], **self._as_before())
        elif number is None:
            self._put_off_after_failure("no owner number", **self._as_before())
        elif self.words is None or not number.startswith("+"):
            self._settle("dropped", logging.INFO)
        elif not self.words:
            self._put_off_after_failure("not worded", **self._as_before())
        elif self._opted_out(number):
            self._settle_opted_out()
        else:
            return self._send(number, self.words)
        return True

    def _send(self, number: str, words: str) -> bool:
        try:
            sid = self._found(number, words) if self.may_have_been_sent else None
            sid = sid or self.run.carrier.send(number, words)
        except Refused as refusal:
            self._refused(number, refusal.code)
        except NotSent as failure:
            self._put_off_after_failure("not sent", code=failure.code, **self._as_before())
            return failure.is_the_recipients
        except Unknown as silence:
            # Its words may hold the number, so only its kind is told.
            self._put_off_after_failure(f"no answer ({type(silence.__cause__).__name__})")
            return False
        else:
            self._settle("sent", logging.INFO, self._record(number, "sent", sid=sid))
        return True

    def _found(self, number: str, words: str) -> str | None:
        """The id of the message that an earlier attempt sent. Raises Unknown when Twilio cannot be asked."""
        since = datetime.fromtimestamp(int(self.before["first_tried_at"]), UTC) - CLOCK_SKEW
        return self.run.carrier.find(number, {*self.item.get("tried", ()), digest(words)}, since)

    def _opted_out(self, number: str) -> bool:
        return self.run.store.get(self.run.store.leads_table, opt_out_key(number)).result() is not None

    # --- what becomes of it ---

    def _refused(self, number: str, code: int) -> None:
        record = self._record(number, "failed", code=code)
        if code == OPTED_OUT:
            mark = opt_out_action(self.run.store, number, "twilio", self.run.now)
            self._settle_opted_out(record, mark)
        else:
            self._settle("refused", logging.ERROR, record, *self._owner_instead(), code=code)

    def _owner_instead(self) -> list[Action]:
        """A caller whose text has nowhere to go is the owner's, with what he said."""
        call_sid = self._call_with_words()
        if self.item["to"] == OWNER or not call_sid:
            return []
        text = lost_text(str(self.item["to"]), call_sid)
        return [text_action(self.run.store, self.run.shop, text, self.run.now)]

    def _call_with_words(self) -> str | None:
        """The call that the text follows, if something was said on it."""
        facts = self.item["facts"]
        return facts["call_sid"] if facts.get("spoke") else None

    def _settle_opted_out(self, *with_it: Action) -> None:
        """The owner sees it on the booking; a lead that is gone is no reason to keep the text."""
        with_it = (*with_it, *self._owner_instead())
        booking_id = self.item["facts"].get("booking_id") if self.item["to"] != OWNER else None
        flags = [leads.mark_opted_out(self.run.store, booking_id)] if booking_id else []
        if not self._settle("opted out", logging.INFO, *with_it, *flags) and flags:
            self._settle("opted out", logging.INFO, *with_it)

    def _give_up(self) -> None:
        """An alarm may match this error; an owner without a number is no failure."""
        level = logging.WARNING if self.number is None else logging.ERROR
        self._settle("given up", level, *self._owner_instead())

    def _settle(self, outcome: str, level: int, *with_it: Action, **about: Any) -> bool:
        """Take it out of the outbox, together with what this leaves. False when that was refused."""
        if not self._transact([self._removal(), *with_it]):
            return False
        self.run.counts[outcome] += 1
        logger.log(level, "text of the outbox: %s", outcome, extra=self._about() | about)
        return True

    def _put_off_after_failure(self, why: str, code: int | None = None, **fields: Any) -> None:
        minutes = min(2 ** min(int(self.item["attempts"]) - 1, 10), LONGEST_DELAY_MINUTES)
        logger.warning("text of the outbox: %s", why, extra=self._about() | {"code": code})
        self._put_off(self.run.now + timedelta(minutes=minutes), **fields)

    def _put_off(self, until: datetime, **fields: Any) -> None:
        """Make it due later, under another key. A field that is None is left out."""
        timestamp = due_key(until, int(self.item["timestamp"]) % RANDOM)
        changed = {**self.item, "timestamp": timestamp, "owner_id": None, "lease_until": None, **fields}
        later = {name: value for name, value in changed.items() if value is not None}
        if self._transact([self._removal(), put_action(self.run.store.leads_table, later)]):
            self.run.counts["put off"] += 1

    def _as_before(self) -> dict[str, Any]:
        """What is known of earlier attempts, for one that surely sent nothing."""
        return {name: self.before.get(name) for name in ("first_tried_at", "tried")}

    def _transact(self, actions: list[Action]) -> bool:
        try:
            self.run.store.transact(actions)
        except TransactionRefused:
            logger.warning("a text of the outbox was taken over", extra=self._about())
            self.run.counts["overtaken"] += 1
            return False
        return True

    def _removal(self) -> Action:
        return delete_action(self.run.store.leads_table, key_of(self.item), OURS, {"owner_id": self.item["owner_id"]})

    def _record(self, number: str, status: str, **outcome: Any) -> Action:
        """What is kept of it: to whom, of what kind, about which booking, and what Twilio said. No words.

        The microseconds within the second are the text's own digits, so that two of one moment are two items.
        """
        item = {
            "lead_id": f"SENT#{number}",
            "timestamp": epoch(self.run.now) * 1_000_000 + int(self.item["timestamp"]) % 1_000_000,
            "kind": self.item["kind"],
            "status": status,
            "booking_id": self.item["facts"].get("booking_id"),
            "call_sid": self._call_with_words(),
            "sent_at": epoch(self.run.now),
            "expires_at": epoch(self.run.now + SENT_KEPT_FOR),
            **outcome,
        }
        kept = {name: value for name, value in item.items() if value is not None}
        return put_action(self.run.store.leads_table, kept)

    def _about(self) -> dict[str, Any]:
        """What a log may say of it."""
        return {
            "text_id": int(self.item["timestamp"]) % RANDOM,
            "kind": self.item["kind"],
            "to": OWNER if self.item["to"] == OWNER else masked(str(self.item["to"])),
            "attempts": int(self.item["attempts"]),
            "booking_id": self.item["facts"].get("booking_id"),
        }


def _worded(store: Store, shop: Shop, item: Item, now: datetime) -> str | None:
    """The words of a text; "" when it cannot be worded, which must not hold up the others."""
    try:
        return letters.words(store, shop, item, now)
    except (LookupError, TypeError, ValueError, AttributeError):
        logger.exception("a text of the outbox cannot be worded", extra={"kind": item.get("kind")})
        return ""
