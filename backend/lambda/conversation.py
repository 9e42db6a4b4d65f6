"""One phone number's memory: its turns, its messages answered once, and how many texts it sends.

Items, all in the lead table with `expires_at` for TTL (epoch seconds):

    TURN#<phone>           timestamp = microseconds  one exchange: what the customer said, what LINDA answered
    MESSAGE#<phone>#<sid>  timestamp = 0             owner, lease, receipts of effects and the answer of one message;
                                                     on a call also the progress of a turn that is not answered yet
    ARRIVALS#<channel>#<phone>       timestamp = start of ten minutes  the messages that came in them
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from errors import ConditionFailed, Fenced, StillInProgress, StoreUnavailable, TransactionRefused
from utils import Action, Item, Pending, Store, epoch, has_expired, microseconds, put_action, update_action

REMEMBERED_TURNS = 20
KEPT_FOR = timedelta(days=30)
# What the owner is told names his customers, who may ask to be forgotten: it is kept for repeats alone.
OWNERS_KEPT_FOR = timedelta(days=1)
WINDOW_SECONDS = 600
# Past this many arrivals in one window nothing more is counted: the item stays small, the answer is the same.
MAX_COUNTED = 200
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Turn:
    """One exchange. `offer` is the numbered list LINDA's answer held, as it was offered, or None.

    `photos` are Twilio's addresses of what came with it, `message_id` is the message it answers ("" in old turns).
    """

    said: str
    answered: str
    at: datetime
    channel: str = "sms"
    offer: dict[str, Any] | None = None
    photos: tuple[str, ...] = ()
    message_id: str = ""


@dataclass(frozen=True)
class Held:
    """This process answers the message. `receipts` are the effects an earlier owner left behind.

    `progress` is what a try that ran out of time left: the words it was asked, `said`, and `items` of the model's.
    """

    key: Item
    owner_id: str
    receipts: tuple[dict[str, Any], ...] = field(default=())
    kept_for: timedelta = KEPT_FOR
    progress: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """The message has its answer already."""

    answer: str


@dataclass(frozen=True)
class InProgress:
    """Another owner holds the lease until then (epoch milliseconds)."""

    lease_until: int


@dataclass(frozen=True)
class Expired:
    """The message was taken up so long ago that what came of it is no longer known: it is too late for an answer."""


Claim = Held | Answered | InProgress | Expired


# --- turns --------------------------------------------------------------------------------------------------


def begin_read_turns(store: Store, phone: str, now: datetime) -> Pending[list[Turn]]:
    """The last turns with this number, oldest first. Expired ones are left out, whether TTL has swept or not."""
    oldest = epoch(now - KEPT_FOR)
    call = store.query(turns_of(phone), newest=REMEMBERED_TURNS)
    return call.then(lambda items: [_turn(item) for item in reversed(items) if _at_seconds(item) > oldest])


def turns_of(phone: str) -> str:
    """The partition of a number's turns."""
    return f"TURN#{phone}"


def _at_seconds(item: Item) -> int:
    return int(item["timestamp"]) // 1_000_000


def _turn(item: Item) -> Turn:
    at = datetime.fromtimestamp(_at_seconds(item), UTC)
    return Turn(
        said=item.get("said", ""),
        answered=item.get("answered", ""),
        at=at,
        channel=item.get("channel", "sms"),
        offer=item.get("offer"),
        photos=tuple(item.get("photos", ())),
        message_id=item.get("message_id", ""),
    )


def turn_action(store: Store, phone: str, turn: Turn) -> Action:
    """The write of a turn that answers no message: what LINDA says on her own, such as the text after a call."""
    item = _turn_item(phone, turn, microseconds(turn.at))
    return put_action(store.leads_table, item, "attribute_not_exists(#lead_id)")


def _turn_item(phone: str, turn: Turn, timestamp: int) -> Item:
    item: Item = {
        "lead_id": turns_of(phone),
        "timestamp": timestamp,
        "said": turn.said,
        "answered": turn.answered,
        "channel": turn.channel,
        "expires_at": epoch(turn.at + KEPT_FOR),
    }
    extras = {"offer": turn.offer, "photos": list(turn.photos), "message_id": turn.message_id}
    return item | {name: value for name, value in extras.items() if value}


END_OF_CALL = "end"


def call_of(message_id: str) -> str:
    """The call that a turn belongs to, by the id of its message, `<CallSid>#<turn>`; "" for a text."""
    return message_id.rpartition("#")[0]


def ends_call(turn: Turn) -> bool:
    """Whether the turn is the text after a call."""
    return turn.message_id.endswith(f"#{END_OF_CALL}")


# --- a message is answered once -----------------------------------------------------------------------------


def message_key(phone: str, message_id: str) -> Item:
    """The item of one message. The number is part of it: an id repeated by another number is another message."""
    return {"lead_id": f"MESSAGE#{phone}#{message_id}", "timestamp": 0}


def begin_claim(
    store: Store, key: Item, owner_id: str, now: datetime, lease_seconds: float, kept_for: timedelta = KEPT_FOR
) -> PendingClaim:
    """Ask for the right to answer a message, by one conditional write before anything else is done.

    What comes of it is kept for this long, and then not read any more, whether TTL has swept or not.
    """
    now_ms = int(now.timestamp() * 1000)
    values = {
        "owner_id": owner_id,
        "now_ms": now_ms,
        "lease_until": now_ms + int(lease_seconds * 1000),
        "expires_at": epoch(now + kept_for),
        "now": epoch(now),
    }
    # Closes two races: two webhooks of one message at once (the first wins), and an owner that died (after its
    # lease the next may take over). An answered message is never claimed again, nor one whose receipts have expired.
    condition = (
        "attribute_not_exists(#answer) AND (attribute_not_exists(#owner_id) OR #lease_until < :now_ms)"
        " AND (attribute_not_exists(#expires_at) OR #expires_at > :now)"
    )
    update = "SET #owner_id = :owner_id, #lease_until = :lease_until, #expires_at = :expires_at"
    pending = store.update(store.leads_table, key, update, condition, values)
    return PendingClaim(pending, Held(key, owner_id, kept_for=kept_for), now)


@dataclass(frozen=True)
class PendingClaim:
    """A claim under way, and what is held if it succeeds."""

    pending: Pending[Item]
    held: Held
    now: datetime

    def result(self) -> Claim:
        """Who answers the message: this owner, another one that is at it now, or somebody already did."""
        try:
            item = self.pending.result()
        except ConditionFailed as refused:
            return _standing(refused.item or {}, self.now)
        progress = json.loads(item.get("progress", "{}"))
        return replace(self.held, receipts=tuple(item.get("receipts", ())), progress=progress)


def _standing(item: Mapping[str, Any], now: datetime) -> Claim:
    if has_expired(item, now):
        return Expired()
    return Answered(item["answer"]) if "answer" in item else InProgress(int(item.get("lease_until", 0)))


def wait_for_answer(store: Store, key: Item, lease_until: int, now_ms: int, patience_seconds: float) -> str | None:
    """Wait while another owner works on the message: its answer, or None when its lease is over without one.

    Raises StillInProgress when the patience ends first.
    """
    waited_until = time.monotonic() + patience_seconds
    lease_ends = time.monotonic() + (lease_until - now_ms) / 1000
    while time.monotonic() < waited_until:
        item = store.get(store.leads_table, key).result() or {}
        if "answer" in item:
            return str(item["answer"])
        if time.monotonic() > lease_ends:
            return None
        time.sleep(POLL_SECONDS)
    raise StillInProgress


def receipt_action(store: Store, held: Held, receipt: Mapping[str, Any], now: datetime) -> Action:
    """The write that puts an effect's receipt on its message, to ride in the effect's own transaction.

    Refused when somebody else owns the message by now: an owner that comes late changes nothing.
    """
    values = {
        "owner_id": held.owner_id,
        "receipt": [dict(receipt)],
        "none": [],
        "expires_at": epoch(now + held.kept_for),
    }
    update = "SET #receipts = list_append(if_not_exists(#receipts, :none), :receipt), #expires_at = :expires_at"
    condition = "#owner_id = :owner_id AND attribute_not_exists(#answer)"
    return update_action(store.leads_table, held.key, update, condition, values)


def suspend(
    store: Store, held: Held, said: str, items: Sequence[Mapping[str, Any]], beside: Sequence[Action] = ()
) -> None:
    """Give the message back unanswered, with how far this try has come, for the next one to go on.

    Raises Fenced when another owner has it. From here on nothing of this try can be written any more. Nothing `beside`
    may be refused.
    """
    condition = "#owner_id = :owner_id AND attribute_not_exists(#answer)"
    values = {"owner_id": held.owner_id, "progress": json.dumps({"said": said, "items": list(items)})}
    update = "SET #progress = :progress REMOVE #owner_id, #lease_until"
    _finish_with(store, [update_action(store.leads_table, held.key, update, condition, values), *beside])


def begin_read_words(store: Store, phone: str, message_id: str) -> Pending[str]:
    """The words of a message that waits for its next try; "" when it does not."""
    item = store.get(store.leads_table, message_key(phone, message_id))
    return item.then(lambda found: str(json.loads((found or {}).get("progress", "{}")).get("said", "")))


def finish(store: Store, held: Held, phone: str, answer: str, turn: Turn | None, beside: Sequence[Action] = ()) -> None:
    """Store the answer, the turn and what goes `beside` them, if this owner holds the message. Else raises Fenced.

    The turn's own place is conditional: of two turns at the same microsecond neither is lost. Nothing `beside` may be
    refused.
    """
    condition = "#owner_id = :owner_id AND attribute_not_exists(#answer)"
    values = {"owner_id": held.owner_id, "answer": answer}
    message = update_action(store.leads_table, held.key, "SET #answer = :answer REMOVE #progress", condition, values)
    if turn is None:
        _finish_with(store, [message, *beside])
        return
    for place in range(microseconds(turn.at), microseconds(turn.at) + 8):
        turn_put = put_action(store.leads_table, _turn_item(phone, turn, place), "attribute_not_exists(#lead_id)")
        if _finish_with(store, [message, turn_put, *beside]):
            return
    raise StoreUnavailable


def _finish_with(store: Store, actions: list[Action]) -> bool:
    try:
        store.transact(actions)
    except TransactionRefused as refused:
        if refused.refusals[0] is not None:
            raise Fenced from refused
        return False
    return True


# --- how many texts a number sends --------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrivals:
    """The texts of one number in the last ten minutes, this one included, seen from this one."""

    over_limit: bool
    first_over_limit: bool


def begin_count_arrival(
    store: Store, phone: str, channel: str, message_id: str, now: datetime, limit: int
) -> PendingArrivals:
    """Count a message among those of its channel in the last ten minutes; one counted twice counts once."""
    window = epoch(now) // WINDOW_SECONDS * WINDOW_SECONDS
    arrival = f"{microseconds(now)}#{message_id}"
    # Kept as long as the messages: this is how all messages of a number are found, those that left no turn too.
    values = {"arrival": {arrival}, "most": MAX_COUNTED, "expires_at": epoch(now + KEPT_FOR)}
    partition = arrivals_of(phone, channel)
    this_window = store.update(
        store.leads_table,
        {"lead_id": partition, "timestamp": window},
        "ADD #arrivals :arrival SET #expires_at = :expires_at",
        # Closes a flood of memory: a number that sends thousands of texts fills no item.
        "attribute_not_exists(#arrivals) OR size(#arrivals) < :most",
        values,
    )
    last_window = store.get(store.leads_table, {"lead_id": partition, "timestamp": window - WINDOW_SECONDS})
    return PendingArrivals(this_window, last_window, arrival, limit)


@dataclass(frozen=True)
class PendingArrivals:
    """Two calls under way that say how many texts came lately."""

    this_window: Pending[Item]
    last_window: Pending[Item | None]
    arrival: str
    limit: int

    def result(self) -> Arrivals:
        try:
            seen = set(self.this_window.result()["arrivals"])
        except ConditionFailed:
            return Arrivals(over_limit=True, first_over_limit=False)
        seen |= set((self.last_window.result() or {}).get("arrivals", ()))
        return _arrivals(seen, self.arrival, self.limit)


def arrivals_of(phone: str, channel: str) -> str:
    """The partition of a number's arrivals by one channel."""
    return f"ARRIVALS#{channel}#{phone}"


def arrived_messages(item: Item) -> set[str]:
    """The ids of the messages that came in one window."""
    return {arrival.partition("#")[2] for arrival in item.get("arrivals", ())}


def _arrivals(seen: set[str], this: str, limit: int) -> Arrivals:
    first_times: dict[str, int] = {}
    for entry in seen:
        at, _, message_id = entry.partition("#")
        first_times[message_id] = min(int(at), first_times.get(message_id, int(at)))
    times = sorted(first_times.values())
    mine = times.index(first_times[this.partition("#")[2]])

    def over(index: int) -> bool:
        window_began = times[index] - WINDOW_SECONDS * 1_000_000
        return sum(1 for at in times[: index + 1] if at > window_began) > limit

    return Arrivals(over(mine), over(mine) and not (mine > 0 and over(mine - 1)))
