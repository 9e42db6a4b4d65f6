"""Discounts: what LINDA grants alone, what she asks the owner, and what he decides.

    ASK#<code>      timestamp = 0  one question to the owner: phone, percent, reason, and his decision once it is there
    ASKING#<phone>  timestamp = 0  this number's question, so that it asks once in its time

A code is three hexadecimal digits, so that a thumb can type it: `ok 7f3`. A grant is printed on the customer's next
open lead in the same transaction; without one it waits for the next booking.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import booking
import grants
import outbox
import tallies
from errors import Fenced, HasDiscount, NotFound, StoreUnavailable, TransactionRefused
from grants import Grant
from leads import Lead, erase_discount, print_discount
from outbox import Text
from shop import Shop
from utils import FREE_BY_THE_CLOCK, Action, Item, Store, epoch, put_action, update_action

QUESTION_LASTS = timedelta(days=7)
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Question:
    """What the owner was asked. `phone` is E.164; `decision` is "ok", "no" or "" until he answers.

    `decided_at` (epoch seconds) is another one for each of his answers; 0 until there is one.
    """

    code: str
    phone: str
    percent: int
    decision: str = ""
    decided_at: int = 0


@dataclass(frozen=True)
class Decided:
    """A question with the owner's answer; `changed` is False when he had given the same one before."""

    question: Question
    changed: bool


def unprinted(leads: list[Lead]) -> Lead | None:
    """The lead a new discount is printed on: the next open one that has none."""
    return next((lead for lead in leads if not lead.discount_percent), None)


def grant_actions(
    store: Store, shop: Shop, phone: str, percent: int, facts: Mapping[str, Any], lead: Lead | None, now: datetime
) -> list[Action]:
    """The writes that grant a discount, printed on this lead if there is one, and count it. The grant's own first."""
    grant = Grant(percent, lead.lead_id if lead else "")
    printed = [print_discount(store, lead, percent)] if lead else []
    counted = tallies.tally_action(store, shop, tallies.DISCOUNT, now)
    return [grants.put(store, phone, grant, facts, now), *printed, counted]


# --- asking -------------------------------------------------------------------------------------------------


def ask(
    store: Store, question: Question, reason: str, now: datetime, proof: Callable[[Question], Sequence[Action]]
) -> Question:
    """Store a question to the owner under a new code, with the writes that `proof` makes, first that of its receipt.

    Raises HasDiscount when this customer has asked lately, Fenced when the receipt is refused, StoreUnavailable.
    """
    for _attempt in range(MAX_ATTEMPTS):
        coded = replace(question, code=secrets.token_hex(2)[:3])
        try:
            store.transact([*_asking(store, coded, reason, now), *proof(coded)])
        except TransactionRefused as refused:
            asked_lately, _code_taken, proven, *_told = refused.refusals
            if proven is not None:
                raise Fenced from refused
            if asked_lately is not None:
                raise HasDiscount from refused
        else:
            return coded
    raise StoreUnavailable


def _asking(store: Store, question: Question, reason: str, now: datetime) -> list[Action]:
    table, free_at = store.leads_table, {"now": epoch(now)}
    expires_at = {"expires_at": epoch(now + QUESTION_LASTS)}
    asked = {"phone": question.phone, "percent": question.percent, "reason": reason, "asked_at": epoch(now)}
    asking = asking_key(question.phone) | {"code": question.code} | expires_at
    return [
        # Closes the owner asked twice: of two messages at once, one finds that the question is there.
        put_action(table, asking, FREE_BY_THE_CLOCK, free_at),
        # Closes two customers under one code.
        put_action(table, question_key(question.code) | asked | expires_at, FREE_BY_THE_CLOCK, free_at),
    ]


# --- deciding -----------------------------------------------------------------------------------------------


def asking_key(phone: str) -> Item:
    return {"lead_id": f"ASKING#{phone}", "timestamp": 0}


def question_key(code: str) -> Item:
    return {"lead_id": f"ASK#{code}", "timestamp": 0}


def find_question(store: Store, code: str, now: datetime) -> Question:
    """A question by its code. Raises NotFound when there is none, or its time is over."""
    item = store.get(store.leads_table, question_key(code)).result()
    if item is None or int(item["expires_at"]) <= epoch(now):
        raise NotFound
    decision, decided_at = item.get("decision", ""), int(item.get("decided_at", 0))
    return Question(code, item["phone"], int(item["percent"]), decision, decided_at)


def decide(
    store: Store, shop: Shop, code: str, decision: str, now: datetime, proof: Callable[[Decided], Action]
) -> Decided:
    """The owner's word on a question: the grant or its withdrawal, the text to the customer and the receipt at once.

    He may change his mind while the question lasts. Raises NotFound, HasDiscount when the customer has another
    discount by now, Fenced when the receipt that `proof` makes is refused, StoreUnavailable.
    """
    for _attempt in range(MAX_ATTEMPTS):
        before = find_question(store, code, now)
        decided_at = max(epoch(now), before.decided_at + 1)
        question = replace(before, decision=decision, decided_at=decided_at)
        decided = Decided(question, changed=before.decision != decision)
        changes = _changes(store, shop, before, question, now) if decided.changed else []
        if store.transact_with_proof(changes, proof(decided)):
            return decided
    raise StoreUnavailable


def _changes(store: Store, shop: Shop, before: Question, after: Question, now: datetime) -> list[Action]:
    standing = grants.begin_read(store, before.phone, now).result()
    facts = {name: getattr(after, name) for name in ("code", "decision", "percent", "decided_at")}
    told = outbox.text_action(store, shop, Text(before.phone, "discount", facts), now)
    if after.decision == "ok":
        if standing:
            raise HasDiscount
        lead = unprinted(booking.open_leads(store, shop, before.phone, now))
        granted = grant_actions(store, shop, before.phone, before.percent, {"code": before.code}, lead, now)
        return [_decision(store, before, after), *granted, told]
    withdrawn = _withdrawal(store, before, standing) if standing and standing.code == before.code else []
    return [_decision(store, before, after), *withdrawn, told]


def _decision(store: Store, before: Question, after: Question) -> Action:
    # Closes two answers at once: each is given to the question as it was read.
    condition = "attribute_exists(#phone) AND attribute_not_exists(#decision)"
    values: dict[str, Any] = {"new": after.decision, "decided_at": after.decided_at}
    if before.decision:
        condition = "#decision = :before"
        values["before"] = before.decision
    update = "SET #decision = :new, #decided_at = :decided_at"
    return update_action(store.leads_table, question_key(before.code), update, condition, values)


def _withdrawal(store: Store, before: Question, standing: Grant) -> list[Action]:
    erased = [erase_discount(store, standing.booking_id)] if standing.booking_id else []
    return [grants.take_back(store, before.phone, before.code), *erased]
