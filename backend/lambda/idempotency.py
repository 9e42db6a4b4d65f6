"""The answer to a repeated POST: kept for a day under its Idempotency-Key, in the lead table.

IDEMPOTENCY#<sha256 of the key>  timestamp = 0  hash of the body, and the first answer's status and body
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from errors import ConditionFailed, IdempotencyMismatch, TransactionRefused
from utils import FREE_BY_THE_CLOCK, Action, Item, Pending, Store, epoch, put_action

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Request:
    """One keyed request: where its record is, what its body was, and when it came."""

    key: Item
    body_hash: str
    now: datetime


@dataclass(frozen=True)
class Recorded:
    """The first answer to this request."""

    status: int
    body: dict[str, Any]


def keyed(key: str, body: Mapping[str, Any], now: datetime) -> Request:
    """The record's key is a hash, so that no header decides what a key of the table looks like."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    canonical = json.dumps(body, sort_keys=True)
    body_hash = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    return Request({"lead_id": f"IDEMPOTENCY#{digest}", "timestamp": 0}, body_hash, now)


def begin_read(store: Store, request: Request) -> Pending[Recorded | None]:
    """The first answer, or None. `result()` raises IdempotencyMismatch when the body was another."""
    return store.get(store.leads_table, request.key).then(lambda item: recorded(request, item))


def recorded(request: Request, item: Item | None) -> Recorded | None:
    """A record as the first answer. One older than a day counts as none."""
    if item is None or int(item["expires_at"]) <= epoch(request.now):
        return None
    if item["body_hash"] != request.body_hash:
        raise IdempotencyMismatch
    return Recorded(int(item["status"]), json.loads(item["body"]))


def record_action(store: Store, request: Request, answer: Recorded) -> Action:
    """The record as a write to ride in a transaction. Refused when a first answer is there already."""
    return put_action(store.leads_table, _item(request, answer), FREE_BY_THE_CLOCK, {"now": epoch(request.now)})


def record(store: Store, request: Request, answer: Recorded, *with_it: Action) -> Recorded:
    """Record an answer that wrote nothing else but this; the first one wins and is returned.

    What is written with it may be refused: then the answer is recorded alone.
    """
    for others in (with_it, ()):
        try:
            store.transact([record_action(store, request, answer), *others])
        except TransactionRefused as refused:
            first = refused.refusals[0]
            if first is not None:
                return recorded(request, first.item) or answer
        else:
            break
    return answer


def forget(store: Store, record_id: str, fields: Iterable[str]) -> None:
    """Empty these fields of the first answer that is kept under a record's `lead_id`, if it is kept still."""
    key = {"lead_id": record_id, "timestamp": 0}
    item = store.get(store.leads_table, key).result()
    if item is None:
        return
    body = json.loads(item["body"])
    values = {"body": json.dumps(body | {name: "" for name in fields if name in body}), "before": item["body"]}
    # Closes the answer of another request, recorded here when this one's day was over: that is not ours to change.
    with suppress(ConditionFailed):
        store.update(store.leads_table, key, "SET #body = :body", "#body = :before", values).result()


def _item(request: Request, answer: Recorded) -> Item:
    return {
        **request.key,
        "body_hash": request.body_hash,
        "status": answer.status,
        "body": json.dumps(answer.body),
        "expires_at": epoch(request.now) + KEPT_SECONDS,
    }
