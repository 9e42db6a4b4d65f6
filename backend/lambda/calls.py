"""What is remembered of one call, besides its turns: what it left open, and how it ended. No words of the caller.

    CALL#<phone>#<CallSid>  timestamp = 0      spoke, waiting, chosen, refused, wants_owner, booked, reached, recorded,
                                               ended, language, proved, text_lost
    CALLED#<phone>          timestamp = 0      a text was sent after a call that said nothing, until `expires_at`
    CALLED#, CALLED#<phone> timestamp = hour   how many texts were left after calls in that hour (epoch seconds)

The number is part of the key: a CallSid that comes with another number is another call. A hidden number is "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from utils import FREE_BY_THE_CLOCK, Action, Item, Pending, Store, epoch, put_action, update_action

KEPT_FOR = timedelta(days=30)
HOUR_SECONDS = 3600
# Closes the call that ends twice: in its last step and in Twilio's callback, or in two callbacks.
NOT_ENDED = "attribute_not_exists(#ended)"
NOT_RECORDED = "attribute_not_exists(#recorded)"
# Closes the call that the owner is told of with each callback about the text that was lost.
TEXT_NOT_LOST = "attribute_not_exists(#text_lost)"


@dataclass(frozen=True)
class Choice:
    """A slot that the caller chose and has not booked: its start in epoch seconds, and for what."""

    starts_at: int
    repair_type: str
    device: str = ""


@dataclass(frozen=True)
class CallRecord:
    """One call so far. `wants_owner` says why it was handed over, `ended` what came of it; "" is not at all.

    `refused`: the caller turned a time down, and has chosen none since.
    `waiting` is the id of the turn whose answer takes longer, "" when none does; `proved`: the owner's PIN was given.
    """

    spoke: bool = False
    waiting: str = ""
    chosen: Choice | None = None
    refused: bool = False
    wants_owner: str = ""
    booked: bool = False
    reached: bool = False
    recorded: bool = False
    ended: str = ""
    language: str = ""
    proved: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


def begin_read(store: Store, phone: str, call_sid: str) -> Pending[CallRecord]:
    """A call as it is known so far; one of which nothing is known is an empty record."""
    return store.get(store.leads_table, _key(phone, call_sid)).then(_record)


def note_action(
    store: Store, phone: str, call_sid: str, now: datetime, fields: Mapping[str, Any], condition: str | None = None
) -> Action:
    """The write that notes these fields of a CallRecord; a `chosen` of None takes the choice back."""
    noted = {name: _stored(value) for name, value in fields.items() if value is not None}
    sets = [f"#{name} = :{name}" for name in (*noted, "expires_at")]
    removes = [f"#{name}" for name, value in fields.items() if value is None]
    update = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")
    values = {**noted, "expires_at": epoch(now + KEPT_FOR)}
    return update_action(store.leads_table, _key(phone, call_sid), update, condition, values)


def end_action(store: Store, phone: str, call_sid: str, now: datetime, ended: str, **facts: Any) -> Action:
    """The write that says how a call ended, refused when it has ended already."""
    return note_action(store, phone, call_sid, now, {"ended": ended, "facts": facts}, NOT_ENDED)


def once_an_hour_action(store: Store, phone: str, now: datetime) -> Action:
    """The write that lets one text an hour answer the calls of a number that say nothing; refused for a second one."""
    item = {"lead_id": f"CALLED#{phone}", "timestamp": 0, "expires_at": epoch(now) + HOUR_SECONDS}
    # Closes the flood of texts: a caller's number can be forged, and each of his calls would text somebody else.
    return put_action(store.leads_table, item, FREE_BY_THE_CLOCK, {"now": epoch(now)})


def count_action(store: Store, now: datetime, most: int, phone: str = "") -> Action:
    """The write that counts a text left after a call, of one number or of all, refused when this hour has so many."""
    key = {"lead_id": f"CALLED#{phone}", "timestamp": epoch(now) // HOUR_SECONDS * HOUR_SECONDS}
    values = {"one": 1, "most": most, "expires_at": epoch(now) + 2 * HOUR_SECONDS}
    update = "SET #expires_at = :expires_at ADD #texts :one"
    # Closes the same flood with words in each call, and with many numbers.
    condition = "attribute_not_exists(#texts) OR #texts < :most"
    return update_action(store.leads_table, key, update, condition, values)


def _key(phone: str, call_sid: str) -> Item:
    return {"lead_id": f"CALL#{phone}#{call_sid}", "timestamp": 0}


def _stored(value: Any) -> Any:
    if isinstance(value, Choice):
        return {"starts_at": value.starts_at, "repair_type": value.repair_type, "device": value.device}
    return value


def _record(item: Item | None) -> CallRecord:
    found = {name: value for name, value in (item or {}).items() if name in CallRecord.__dataclass_fields__}
    if chosen := found.get("chosen"):
        found["chosen"] = Choice(int(chosen["starts_at"]), chosen["repair_type"], chosen["device"])
    return CallRecord(**found)
