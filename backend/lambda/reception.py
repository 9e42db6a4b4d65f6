"""One message in, one answer out, once: claim it, let the assistant reply, store the answer, whatever fails."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import conversation
import desk as desks
import phrases
from conversation import Answered, Expired, Held, InProgress, Turn
from desk import Desk, Inbound, Reply
from errors import Fenced, LindaError, StillInProgress, StoreUnavailable
from shop import Shop
from utils import Deadline, Item, Settings, Store, logger, masked, utc_now
from wording import plain, shortened

# What the gateway and Lambda cost on top of our own work, kept free inside the budget.
MARGIN_SECONDS = 0.3
# A repeat stops waiting for another owner's answer with this much left to say so.
WAITING_MARGIN_SECONDS = 0.2
LONGEST_NOTICE = 1600

# A last try to store an answer that says nothing was done; it must not cost the caller the answer.
SETTLING_SECONDS = 0.5


class Channel(Protocol):
    """How one channel answers: by text, or on a call."""

    def reply(self, desk: Desk, held: Held) -> Reply:
        """The answer to a message that this process holds."""

    def render(self, reply: Reply) -> str:
        """The reply as TwiML."""

    def without_book(self, inbound: Inbound) -> Reply:
        """What can be said when the tables cannot be reached."""

    def still_at_it(self, inbound: Inbound) -> Reply:
        """What can be said to a repeat while another owner is at the message."""


@dataclass(frozen=True)
class Reception:
    """One message of a channel, to be answered within the budget."""

    settings: Settings
    shop: Shop
    budget_seconds: float
    channel: Channel

    def answer(self, inbound: Inbound) -> str:
        """The TwiML for a message, the same for every repeat of it, inside the budget whatever happens."""
        deadline = Deadline(self.budget_seconds - MARGIN_SECONDS)
        holding: list[Held] = []
        try:
            return self._answer_once(Store(self.settings, deadline), inbound, holding)
        except StillInProgress:
            return self.channel.render(self.channel.still_at_it(inbound))
        except StoreUnavailable:
            logger.error("the tables cannot be reached", extra={"customer": masked(inbound.phone)})
            return self._settled(deadline, holding, inbound, self._without_book(inbound))
        except Exception:  # noqa: BLE001 - logged; Twilio delivers nothing but a 200
            logger.exception("a message could not be answered", extra={"customer": masked(inbound.phone)})
            said = phrases.say("went_wrong", inbound.language(), aloud=inbound.is_call)
            return self._settled(deadline, holding, inbound, self.channel.render(Reply(said)))

    def _answer_once(self, store: Store, inbound: Inbound, holding: list[Held]) -> str:
        """Claim, decide, store, answer. `holding` gets the claim, for the case that something goes wrong after it."""
        while True:
            now = utc_now()
            key = conversation.message_key(inbound.phone, inbound.message_id)
            owner_id = uuid.uuid4().hex
            # As long as this owner can act: after that its calls are refused, and the message is free to be taken.
            lease_seconds = store.deadline.remaining_seconds()
            is_owner = inbound.phone == self.settings.owner_phone_number
            kept_for = conversation.OWNERS_KEPT_FOR if is_owner else conversation.KEPT_FOR
            pending = conversation.begin_claim(store, key, owner_id, now, lease_seconds, kept_for)
            desk = desks.open_desk(store, self.shop, self.settings, inbound, now)
            claim = pending.result()
            if isinstance(claim, Expired):
                return self.channel.render(Reply(""))
            if isinstance(claim, Answered):
                return claim.answer
            if isinstance(claim, Held):
                holding[:] = [claim]
                meant = _resumed(inbound, claim)
                with suppress(Fenced):  # taken over: another owner has answered, or is about to
                    reply = _fit(self.channel.reply(replace(desk, inbound=meant), claim))
                    if reply.progress is not None:
                        return self._suspend(store, claim, meant, reply, reply.progress)
                    return self._finish(store, claim, meant, reply)
            else:
                answer = _wait(store, claim, key, now)
                if answer is not None:
                    return answer

    def _settled(self, deadline: Deadline, holding: list[Held], inbound: Inbound, answer: str) -> str:
        """Try to store an answer of last resort, so that a repeat gets the same bytes and need not wait."""
        seconds = min(SETTLING_SECONDS, deadline.remaining_seconds())
        if holding and seconds > 0:
            with suppress(LindaError):
                fresh = Store(self.settings, Deadline(seconds))
                conversation.finish(fresh, holding[0], inbound.phone, answer, None)
        return answer

    def _suspend(
        self, store: Store, held: Held, inbound: Inbound, reply: Reply, progress: Sequence[Mapping[str, Any]]
    ) -> str:
        """Leave the message to the next try. What could not be left is asked for again."""
        try:
            conversation.suspend(store, held, inbound.words, progress, reply.beside)
        except StoreUnavailable:
            logger.error("progress could not be stored", extra={"customer": masked(inbound.phone)})
        return self.channel.render(reply)

    def _finish(self, store: Store, held: Held, inbound: Inbound, reply: Reply) -> str:
        """Store the answer, then give it. A list that could not be kept is not shown: its numbers would lie.

        Nor are photos acknowledged that could not.
        """
        answer = self.channel.render(reply)
        came_with = (inbound.photos, inbound.message_id)
        said = Turn(inbound.said, reply.words, utc_now(), inbound.channel, reply.offer, *came_with)
        try:
            conversation.finish(store, held, inbound.phone, answer, said if reply.remembered else None, reply.beside)
        except StoreUnavailable:
            logger.error("an answer could not be stored", extra={"customer": masked(inbound.phone)})
            kept_nothing = (reply.offer or inbound.photos) and not reply.confirms
            return self._without_book(inbound) if kept_nothing else answer
        return answer

    def _without_book(self, inbound: Inbound) -> str:
        return self.channel.render(_fit(self.channel.without_book(inbound)))


def _resumed(inbound: Inbound, held: Held) -> Inbound:
    """A later try at a message may come without words: they are those of the first."""
    return inbound if inbound.words else replace(inbound, words=held.progress.get("said", ""))


def _wait(store: Store, other: InProgress, key: Item, now: datetime) -> str | None:
    patience = store.deadline.remaining_seconds() - WAITING_MARGIN_SECONDS
    now_ms = int(now.timestamp() * 1000)
    return conversation.wait_for_answer(store, key, other.lease_until, now_ms, patience)


def _fit(reply: Reply) -> Reply:
    """The reply as it will be read: plain characters, at most two segments."""
    notices = tuple(shortened(plain(notice), LONGEST_NOTICE) for notice in reply.notices)
    return replace(reply, words=shortened(plain(reply.words)), notices=notices)
