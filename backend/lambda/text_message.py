"""A text, and who answers it: nobody, the owner himself, code, or the assistant. Each message once (see reception).

Twilio's own words come first: a STOP word is met with silence, START and HELP are answered beside Twilio's answer.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import assistant
import erasure
import phrases
import twiml
from conversation import Held
from counter import Effects
from desk import Desk, Inbound, Reply
from offers import opening_hours
from privacy import masked_secrets
from reception import Reception
from shop import Shop
from twiml import Form
from utils import Settings, dynamodb_client

NOT_REACHED = "I can't reach the book right now, so I can't say whether that was done. Text it again in a minute."


@dataclass(frozen=True)
class Message:
    """One text on its way through the house."""

    settings: Settings
    shop: Shop

    def render(self, reply: Reply) -> str:
        """The reply as TwiML; what the owner is told rides in it."""
        return twiml.messages(reply.words, reply.notices, self.settings.owner_phone_number)

    def reply(self, desk: Desk, held: Held) -> Reply:
        """The answer to a message that this process holds."""
        words = desk.inbound.words
        if twiml.is_opt_out(words):
            return _opted_out(desk, held)
        if twiml.is_opt_in(words) and desk.customer().opted_out:
            desk.counter(held, Effects.of(held.receipts)).opt_in()
        if desk.inbound.phone == self.settings.owner_phone_number:
            import owner  # loaded for him alone

            return owner.answer(desk, held)
        # Whatever has changed since: what was done for this message is told.
        if before := assistant.told(desk, held):
            return before
        over_limit = desk.pending_arrivals.result().over_limit
        if erasure.is_request(words) and not over_limit:
            return erasure.answer(desk, held, twiml.messages())
        if not desk.state().ai_answers_sms or desk.customer().paused:
            return _flood_of_a_silent_one(desk) if over_limit else assistant.passed_on(desk, held)
        if over_limit:
            return _flood(desk)
        if twiml.is_help(words):
            return Reply(_help(desk))
        return assistant.reply(desk, held)

    def still_at_it(self, inbound: Inbound) -> Reply:
        """Words to a repeat while another owner is at the message."""
        return Reply(phrases.say("still_at_it", inbound.language()))

    def without_book(self, inbound: Inbound) -> Reply:
        """Words when the tables cannot be reached."""
        if twiml.is_opt_out(inbound.words):
            return Reply("")
        if inbound.phone == self.settings.owner_phone_number:
            return Reply(NOT_REACHED)
        return assistant.without_book(self.shop, inbound, tells_owner=bool(self.settings.owner_phone_number))


def answer(form: Form, settings: Settings, shop: Shop) -> str:
    """The TwiML for one text; one that nobody can be answered for gets silence."""
    phone = twiml.sender(form, settings)
    if not phone:
        return twiml.messages()
    message_id = form.get("MessageSid") or form.get("SmsSid") or uuid.uuid4().hex
    words = masked_secrets(twiml.words(form))
    inbound = Inbound(phone, message_id, words, twiml.media_count(form), photos=twiml.photos(form))
    return Reception(settings, shop, settings.reply_budget_seconds, Message(settings, shop)).answer(inbound)


def prepare(settings: Settings) -> None:
    """What every text needs, done once and before the first one."""
    dynamodb_client(settings)
    # These two compile most of what they look with.
    masked_secrets("my passcode is 1234")
    erasure.is_request("forget me")
    assistant.prepare(settings)


def _opted_out(desk: Desk, held: Held) -> Reply:
    """Silence; the number is marked, its open booking flagged, and the owner told of that."""
    effects = Effects.of(held.receipts)
    if not effects.receipts:
        desk.counter(held, effects).opt_out()
    return Reply("", tuple(effects.notices), remembered=False)


def _flood(desk: Desk) -> Reply:
    """One last sentence, then silence: two machines that text each other end here."""
    first = desk.pending_arrivals.result().first_over_limit
    return Reply(desk.say("too_many_texts") if first else "", remembered=False)


def _flood_of_a_silent_one(desk: Desk) -> Reply:
    """The same towards the owner, who answers this number himself: its texts are kept, and passed on no more."""
    notice = f"{desk.inbound.phone} sends too many texts at once: I keep them, and pass no more on for ten minutes."
    return Reply("", (notice,) if desk.pending_arrivals.result().first_over_limit else ())


def _help(desk: Desk) -> str:
    shop, hours = desk.shop, opening_hours(desk.shop, desk.language())
    return desk.say("help", assistant=shop.assistant, name=shop.name, city=shop.city, hours=hours)
