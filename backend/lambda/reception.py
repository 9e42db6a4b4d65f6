"""One message in, one answer out, once: claim it, let the assistant reply, store the answer, whatever fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import assistant
import conversation
from assistant import Desk, Inbound, Reply
from conversation import Answered, Arrivals, Held, InProgress, Turn
from errors import Fenced, StillInProgress, StoreUnavailable
from shop import Shop
from utils import Deadline, Item, Settings, Store, logger, masked, utc_now
from wording import plain, shortened

# What the gateway and Lambda cost on top of our own work, kept free inside the budget.
MARGIN_SECONDS = 0.3
# A repeat stops waiting for another owner's answer with this much left to say so.
WAITING_MARGIN_SECONDS = 0.2
LONGEST_NOTICE = 1600
STILL_AT_IT = "One moment please, I'm still working on your last message."
WENT_WRONG = (
    "Sorry, something went wrong on my side. If you asked for a time, I can't see yet whether it is booked. "
    "Please try again in a minute."
)

Decide = Callable[[Desk, Held, Arrivals], Reply]
Render = Callable[[Reply], str]


@dataclass(frozen=True)
class Reception:
    """How one channel answers: `decide` finds the words, `render` turns them into TwiML."""

    settings: Settings
    shop: Shop
    budget_seconds: float
    decide: Decide
    render: Render

    def answer(self, inbound: Inbound) -> str:
        """The TwiML for a message, the same for every repeat of it, inside the budget whatever happens."""
        store = Store(self.settings, Deadline(self.budget_seconds - MARGIN_SECONDS))
        try:
            return self._answer_once(store, inbound)
        except StillInProgress:
            return self._say(STILL_AT_IT)
        except StoreUnavailable:
            logger.error("the tables cannot be reached", extra={"customer": masked(inbound.phone)})
            return self._without_book(inbound)
        except Exception:  # noqa: BLE001 - logged; Twilio delivers nothing but a 200
            logger.exception("a message could not be answered", extra={"customer": masked(inbound.phone)})
            return self._say(WENT_WRONG)

    def _answer_once(self, store: Store, inbound: Inbound) -> str:
        while True:
            now = utc_now()
            key = conversation.message_key(inbound.phone, inbound.message_id)
            owner_id = uuid.uuid4().hex
            pending = conversation.begin_claim(store, key, owner_id, now, self.budget_seconds)
            limit = self.shop.limits.texts_per_ten_minutes
            arrivals = conversation.begin_count_arrival(store, inbound.phone, inbound.message_id, now, limit)
            desk = assistant.open_desk(store, self.shop, self.settings, inbound, now)
            claim = conversation.claim_result(pending, key, owner_id)
            if isinstance(claim, Answered):
                return claim.answer
            if isinstance(claim, Held):
                reply = _fit(self.decide(desk, claim, arrivals.result()))
                return self._finish(store, claim, inbound, reply)
            answer = _wait(store, claim, key, now)
            if answer is not None:
                return answer

    def _finish(self, store: Store, held: Held, inbound: Inbound, reply: Reply) -> str:
        """Store the answer, then give it. A list that could not be kept is not shown: its numbers would lie."""
        answer = self.render(reply)
        said = Turn(inbound.words, reply.words, utc_now(), inbound.channel, reply.offer)
        try:
            conversation.finish(store, held, inbound.phone, answer, said if reply.remembered else None)
        except Fenced:
            return conversation.stored_answer(store, held.key) or self._say(STILL_AT_IT)
        except StoreUnavailable:
            logger.error("an answer could not be stored", extra={"customer": masked(inbound.phone)})
            return self._without_book(inbound) if reply.offer else answer
        return answer

    def _without_book(self, inbound: Inbound) -> str:
        tells_owner = bool(self.settings.owner_phone_number)
        return self.render(_fit(assistant.without_book(self.shop, inbound, tells_owner=tells_owner)))

    def _say(self, words: str) -> str:
        return self.render(Reply(words))


def _wait(store: Store, other: InProgress, key: Item, now: datetime) -> str | None:
    patience = store.deadline.remaining_seconds() - WAITING_MARGIN_SECONDS
    now_ms = int(now.timestamp() * 1000)
    return conversation.wait_for_answer(store, key, other.lease_until, now_ms, patience)


def _fit(reply: Reply) -> Reply:
    """The reply as it will be read: plain characters, at most two segments."""
    notices = tuple(shortened(plain(notice), LONGEST_NOTICE) for notice in reply.notices)
    return replace(reply, words=shortened(plain(reply.words)), notices=notices)
