"""A call, step by step: greeting, turns, silence, and who takes it over. The steps are listed in call_steps.

A turn is answered like a text, once, with the same functions, receipts and conversation. What differs is told in
`Turn`: what is said is short, a model that is late makes the caller wait a moment and not longer, and a call that ends
leaves something behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import assistant
import call_end
import call_words
import calls
import conversation
import handover
import offers
import outbox
import owner_line
import person_wanted
import shop_state
import speech
import time_chosen
import voice_twiml
from call_steps import BUDGET_SECONDS, Caller, call_of, hints
from calls import Choice
from conversation import Held
from desk import END, RING, Desk, Inbound, Reply
from errors import StoreUnavailable
from http_api import Request
from outbox import OWNER
from privacy import masked_secrets
from reception import Reception
from shop import Shop
from shop_state import DEFAULTS, ShopState
from twiml import MAX_WORDS, Form
from utils import Action, Deadline, Settings, Store, logger, masked, utc_now
from wording import ENGLISH, SPANISH, language_of, plain, sentences

MAX_TURNS = 12
# A turn comes back so often at most while the model is late; the second time only if it got any further.
MAX_RETURNS = 2


def answer(request: Request, form: Form, settings: Settings, shop: Shop) -> str:
    """The TwiML for one webhook of a call. A step that is not one begins the call anew."""
    caller = call_of(form, settings, shop, request.raw_path, request.raw_query)
    return _STEPS.get(caller.step.name, _greet)(caller)


# --- steps ------------------------------------------------------------------------------------------------------


def _greet(caller: Caller) -> str:
    return owner_line.greet(caller) if owner_line.is_owner(caller) else _welcome(caller)


def _welcome(caller: Caller) -> str:
    """Say who speaks, what the owner is doing, and listen; or ring him where he wants that."""
    state, caller = _read_for_greeting(caller)
    if not state.ai_answers_calls:
        return handover.ring(caller, "off")
    if not caller.phone:
        return handover.ring(caller, "hidden")
    now, owner = utc_now(), caller.settings.owner_phone_number
    if state.ring_first and state.effective_mode(now) == "work" and owner not in (None, caller.phone):
        return handover.ring(caller, "first")
    away = offers.away_words(caller.shop, state, now, caller.language)
    return _listen_first(caller, caller.say("thanks_for_calling"), plain(state.greeting), away)


def _listen_first(caller: Caller, *written: str) -> str:
    """The first words of a call, and in the other language how to go on in that one."""
    words = speech.spoken(" ".join(filter(None, (*written, caller.say("how_can_i_help")))), caller.language)
    other = ENGLISH if caller.language == SPANISH else SPANISH
    said = [(words, caller.language), (caller.say("other_language"), other)]
    return voice_twiml.listen(said, caller.to("turn", turn=1, why=""), hints(caller.shop), caller.language)


def _read_for_greeting(caller: Caller) -> tuple[ShopState, Caller]:
    """The owner's state, and the call in the caller's language; a call is answered even when neither can be read."""
    store = Store(caller.settings, Deadline(BUDGET_SECONDS / 2))
    state = shop_state.begin_read(store)
    try:
        turns = conversation.begin_read_turns(store, caller.phone, utc_now()).result()
        spoken = language_of(turn.said for turn in reversed(turns))
        return state.result(), caller.speaking(spoken)
    except StoreUnavailable:
        logger.error("a call is answered without the state", extra={"customer": masked(caller.phone)})
        return DEFAULTS, caller


def _turn(caller: Caller) -> str:
    """What was said or keyed in: a wish that code knows, noise, silence, or a turn of the conversation."""
    said = _said(caller.form)
    if not said:
        return _silence(caller)
    if caller.form.get("Digits") == "9":
        return _listen_anew(caller.speaking(call_words.other_language(caller.language)))
    caller = caller.speaking(call_words.language_wanted(said, caller.language))
    if call_words.asks_only_for_a_language(said):
        return _listen_anew(caller)
    if not call_words.is_understood(said, "" if caller.form.get("Digits") else caller.form.get("Confidence")):
        return _not_understood(caller)
    return _answer(caller, said)


def _listen_anew(caller: Caller) -> str:
    """Go on in another language; what is texted afterwards is written in it too."""
    handover.note(caller, language=caller.language)
    return caller.listen(caller.say("language_changed"))


def _silence(caller: Caller) -> str:
    if caller.step.silent == 0:
        return caller.listen(caller.say("not_heard"), silent=1, missed=caller.step.missed)
    return caller.end(caller.say("still_silent"), handover.goodbye_words(caller))


def _not_understood(caller: Caller) -> str:
    """Ask once more; twice in a row is the owner's to understand."""
    if caller.step.missed == 0:
        return caller.listen(caller.say("not_understood"), missed=1, silent=caller.step.silent)
    handover.note(caller, spoke=True, wants_owner="misheard", language=caller.language)
    return handover.ring(caller, "misheard")


def _again(caller: Caller) -> str:
    """A turn that took longer goes on, with the words it began with."""
    return _answer(caller, "")


def _rang(caller: Caller) -> str:
    return handover.rang(caller) or _listen_first(caller, caller.say("instead_of_owner"))


def _pin(caller: Caller) -> str:
    return owner_line.check_pin(caller) or _welcome(caller)


_STEPS = {
    "turn": _turn,
    "again": _again,
    "rang": _rang,
    "whisper": handover.whisper,
    "accept": handover.accept,
    "recorded": handover.recorded,
    "unrecorded": handover.unrecorded,
    "message": handover.message,
    "pin": _pin,
    "today": owner_line.again,
}


# --- a turn of the conversation -----------------------------------------------------------------------------------


def _answer(caller: Caller, said: str) -> str:
    if not caller.phone:
        return handover.ring(caller, "hidden")
    message_id = f"{caller.call_sid}#{caller.step.turn}"
    inbound = Inbound(caller.phone, message_id, said, channel="voice", call_language=caller.language)
    budget = min(BUDGET_SECONDS, caller.settings.reply_budget_seconds)
    settings = replace(caller.settings, reply_budget_seconds=budget)
    return Reception(settings, caller.shop, budget, Turn(caller)).answer(inbound)


@dataclass(frozen=True)
class Turn:
    """One turn of a call: a channel of the reception."""

    caller: Caller

    def reply(self, desk: Desk, held: Held) -> Reply:
        """The answer, with what is written beside it: what the call has come to, and what the owner is told."""
        words = desk.inbound.words
        if not words:  # the first try left nothing behind
            return Reply(self.caller.say("not_understood"), remembered=False)
        reply = self._decided(desk, held)
        told = () if not reply.confirms and _is_said_again(desk, reply) else reply.notices
        notices = [
            outbox.text_action(desk.store, desk.shop, outbox.Text(OWNER, "words", {"words": notice}), desk.now)
            for notice in told
        ]
        return replace(reply, notices=(), beside=(self._noted(desk, reply), *notices, *reply.beside))

    def _decided(self, desk: Desk, held: Held) -> Reply:
        words = desk.inbound.words
        if done := assistant.told(desk, held):
            return self._confirmed(desk, done)
        opening = self.caller.step.turn <= 1
        if why := "person" if words == "0" else person_wanted.wants_person(words, desk.shop.owner, opening=opening):
            return Reply(self.caller.say("ringing"), then=RING + why)
        if call_words.is_farewell(words, _last_words(desk)) or self._is_last(desk):
            return Reply(handover.goodbye_words(self.caller, self._come_to(desk, Reply(""))), then=END)
        if unclear := self._number_that_may_be_an_hour(desk):
            return unclear
        reply = assistant.reply(desk, held, may_take_longer=self._may_take_longer(held))
        if reply.then.startswith(RING):
            return replace(reply, words=self.caller.say("ringing"))
        return self._confirmed(desk, reply)

    def _is_last(self, desk: Desk) -> bool:
        """Whether the call has gone on for long enough; a key that takes an offered line still counts, once."""
        past = self.caller.step.turn - MAX_TURNS
        takes = past == 0 and desk.open_offer() is not None and offers.bare_number(desk.inbound.words) is not None
        return past >= 0 and not takes

    def _number_that_may_be_an_hour(self, desk: Desk) -> Reply | None:
        """ "One", said to a list that has one o'clock in its third line: the key is asked for."""
        offer, number = desk.open_offer(), offers.bare_number(desk.inbound.words)
        form = self.caller.form
        if offer is None or number is None or form.get("Digits") or call_words.says_which(form.get("SpeechResult")):
            return None
        if not time_chosen.may_be_an_hour(number, offers.offered_slots(desk.shop, offer)):
            return None
        listed = offers.list_words(desk.shop, offer, "voice", self.caller.language)
        return Reply(f"{self.caller.say('press_the_key')} {listed}", offer=offer)

    def _may_take_longer(self, held: Held) -> bool:
        returned = self.caller.step.again
        return returned == 0 or (returned < MAX_RETURNS and bool(held.progress.get("items")))

    def _confirmed(self, desk: Desk, reply: Reply) -> Reply:
        """What was booked, that it comes in writing where it does, and a question to go on with."""
        if not reply.confirms:
            return reply
        first, *others = sentences(reply.words)
        if self._can_be_texted(desk):
            first = first.rstrip(".") + self.caller.say("and_details_by_text")
        question = others[-1] if others and others[-1].endswith("?") else self.caller.say("anything_else")
        return replace(reply, words=f"{first} {question}")

    def _can_be_texted(self, desk: Desk) -> bool:
        """Whether the details will come by text: not to one who opted out, nor to a landline that failed before."""
        try:
            if not self.caller.can_be_texted or desk.customer().opted_out:
                return False
            return not call_end.has_failed(call_end.begin_read_sent(desk.store, desk.inbound.phone, desk.now).result())
        except StoreUnavailable:  # what was booked is told all the same
            return False

    def _noted(self, desk: Desk, reply: Reply) -> Action:
        """What the call has come to by this turn."""
        caller = self.caller
        fields = self._come_to(desk, reply)
        if reply.then.startswith(RING):
            fields["wants_owner"] = reply.then.removeprefix(RING)
        return calls.note_action(desk.store, caller.phone, caller.call_sid, desk.now, fields)

    def _come_to(self, desk: Desk, reply: Reply) -> dict[str, object]:
        """The same as fields of the call's record; a `chosen` of None takes back what was chosen before."""
        waiting = desk.inbound.message_id if reply.progress is not None else ""
        fields: dict[str, object] = {"spoke": True, "language": self.caller.language, "waiting": waiting}
        words = desk.inbound.words
        if reply.confirms:
            return fields | {"booked": True, "chosen": None}
        if choice := self._choice(desk, reply):
            return fields | {"chosen": choice, "refused": False}
        refused = time_chosen.turns_down_a_time(desk.shop, words, _last_words(desk), desk.now)
        if refused or time_chosen.asks_for_another_time(desk.shop, reply.words, desk.now):
            return fields | {"chosen": None, "refused": True}
        return fields

    def _choice(self, desk: Desk, reply: Reply) -> Choice | None:
        """The slot that this turn is about: the one that LINDA asks about, else the one the caller named."""
        words = desk.inbound.words
        asked = [] if reply.offer else time_chosen.asked_about(reply.words)
        for each in (*asked, *([] if time_chosen.is_refusal(words) else [words])):
            if slot := time_chosen.slot_named(desk.shop, each, desk.now):
                meant = desk.repair_meant()
                return Choice(slot.starts_at, meant["repair_type"], meant["device"])
        return None

    def render(self, reply: Reply) -> str:
        """The reply as TwiML. A reply to nothing, or one that is not there yet, is said as such."""
        caller = self.caller
        if reply.progress is not None:
            action = caller.to("again", again=caller.step.again + 1)
            return voice_twiml.one_moment(caller.say("one_moment"), action, caller.language)
        if reply.then.startswith(RING):
            return handover.ring(caller, reply.then.removeprefix(RING))
        if reply.then == END:
            return caller.end(reply.words)
        return caller.listen(reply.words or caller.say("not_understood"))

    def without_book(self, _inbound: Inbound) -> Reply:
        """When the tables cannot be reached the owner is rung, who needs none."""
        if self.caller.settings.owner_phone_number not in (None, self.caller.phone):
            return Reply("", then=RING + "book")
        return Reply(self.caller.say("without_book_goodbye"), then=END)

    def still_at_it(self, _inbound: Inbound) -> Reply:
        """A repeat while another owner is at the turn comes back for its answer."""
        return Reply("", progress=())


def _last_words(desk: Desk) -> str:
    """What LINDA said last on this call."""
    return next((turn.answered for turn in reversed(desk.turns_of_call()) if turn.answered), "")


def _is_said_again(desk: Desk, reply: Reply) -> bool:
    """Whether the answer is the last one over again: then the owner has been told what there is to tell."""
    return bool(reply.words) and reply.words == _last_words(desk)


def _said(form: Form) -> str:
    """What the caller said or pressed, times in digits. A key pressed while speaking counts: it is the surer sign."""
    keyed = masked_secrets(form.get("Digits")[:MAX_WORDS])
    heard = masked_secrets(form.get("SpeechResult")[:MAX_WORDS])
    return keyed or call_words.number_said(time_chosen.with_digits(heard))
