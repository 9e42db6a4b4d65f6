"""A call, step by step. The step is in the query string of the webhook that Twilio calls next.

(none)                     greet and listen
step=turn&n=1&silent=0     answer what was said, or ask once more into the silence
step=rang                  the owner's phone rang: what came of it
step=recorded              a voicemail is there
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

import assistant
import offers
import shop_state
import twiml
from desk import Inbound, Reply
from errors import StoreUnavailable
from http_api import Request
from privacy import masked_secrets
from reception import Reception
from shop import Shop
from shop_state import DEFAULTS, ShopState
from twiml import Form, Text
from utils import Deadline, Settings, Store, logger, masked, utc_now
from wording import plain, spoken

# A caller waits this long at most before he hears something.
BUDGET_SECONDS = 4.0
MAX_TURNS = 12
_NUMBER_WORDS = {"one": "1", "two": "2", "three": "3", "zero": "0"}
_PERSON = r"\b(?:person|human|someone|somebody|representative|operator|agent|{owner}|owner|persona)\b"
_FAREWELL = re.compile(
    r"(?:no(?:pe)?,? )?(?:(?:thanks?|thank you|that'?s (?:all|it)|good ?bye|bye|adi[oó]s|gracias|muchas gracias)"
    r"(?: (?:so|very) much| a lot| again| linda| for your help)?[ ,.!]*){1,3}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Call:
    """One webhook of a call. `phone` is E.164, or "" when the caller's number is hidden or no number."""

    settings: Settings
    shop: Shop
    form: Form
    path: str
    step: str
    turn: int
    silent: int
    phone: str

    def answer(self) -> str:
        """The TwiML for this step. A step that is not one begins the call anew."""
        steps = {"turn": self._turn, "rang": self._rang, "recorded": self._recorded}
        return steps.get(self.step, self._greet)()

    # --- steps ---

    def _greet(self) -> str:
        state = self._state()
        hello = f"Thanks for calling {self.shop.name}. This is {self.shop.assistant}, the automated assistant."
        if not state.ai_answers_calls:
            return self._ring(f"Thanks for calling {self.shop.name}. One moment, I'm ringing {self.shop.owner}.")
        if not self.phone:
            return self._ring(f"{hello} I can't see your number, so I'm ringing {self.shop.owner} for you.")
        away = offers.away_words(self.shop, state, utc_now())
        return self._listen(f"{hello} {plain(state.greeting)} {away} How can I help you with your phone?")

    def _turn(self) -> str:
        said = _said(self.form)
        if said == "0" or re.search(_PERSON.format(owner=re.escape(self.shop.owner)), said, re.IGNORECASE):
            return self._ring(f"Of course. One moment, I'm ringing {self.shop.owner}.")
        if not said:
            return self._silence()
        if not self.phone:
            return self._greet()
        if _FAREWELL.fullmatch(said) or self.turn >= MAX_TURNS:
            return twiml.goodbye(f"Thank you for calling {self.shop.name}. Goodbye.")
        inbound = Inbound(self.phone, f"{self.form.get('CallSid')}#{self.turn}", said, channel="voice")
        budget = min(BUDGET_SECONDS, self.settings.reply_budget_seconds)
        reception = Reception(self.settings, self.shop, budget, assistant.reply, self._render, self._without_book)
        return reception.answer(inbound)

    def _silence(self) -> str:
        if self.silent == 0:
            return self._listen("Sorry, I didn't hear anything. What can I help you with?", silent=1)
        body = f"This is {self.shop.assistant} at {self.shop.name}. Sorry I couldn't hear you. "
        text = Text(self.phone, body + "Text me here and I'll find you a time for your repair.")
        words = "I still can't hear you. I'm sending you a text, so that you can write to me. Goodbye."
        if self.phone:
            return twiml.goodbye(words, [text])
        return twiml.goodbye("I still can't hear you. Please call again. Goodbye.")

    def _rang(self) -> str:
        if self.form.get("DialCallStatus") in ("completed", "answered"):
            return twiml.goodbye(f"Thank you for calling {self.shop.name}. Goodbye.")
        return self._voicemail(f"{self.shop.owner} can't come to the phone right now.")

    def _recorded(self) -> str:
        caller = self.phone or "a hidden number"
        notice = f"Voicemail from {caller}: {self.form.get('RecordingUrl')}"
        return twiml.goodbye(f"Thank you. {self.shop.owner} will get your message. Goodbye.", self._to_owner(notice))

    # --- answers ---

    def _without_book(self, inbound: Inbound) -> Reply:
        tells_owner = bool(self.settings.owner_phone_number)
        return assistant.without_book(self.shop, inbound, tells_owner=tells_owner)

    def _render(self, reply: Reply) -> str:
        texts = [text for notice in reply.notices for text in self._to_owner(notice)]
        if reply.confirms:
            texts.append(Text(self.phone, reply.words))
        words = spoken(reply.words)
        if reply.confirms:
            words += " Is there anything else I can help you with?"
        words = words or "I'm sorry, I didn't get that. Could you say it again?"
        return self._listen(words, texts=texts)

    def _listen(self, words: str, *, silent: int = 0, texts: list[Text] | None = None) -> str:
        action = f"{self.path}?step=turn&n={self.turn + 1}&silent={silent}"
        said = re.sub(r"\s+", " ", words).strip()
        return twiml.listen(said, action, _hints(self.shop), texts or [])

    def _ring(self, words: str) -> str:
        owner = self.settings.owner_phone_number
        if not owner or self.phone == owner:
            return self._voicemail(words.partition(" One moment")[0])
        return twiml.ring(words, owner, f"{self.path}?step=rang")

    def _voicemail(self, words: str) -> str:
        disclosure = (
            f"{words} Please leave a message after the tone. It will be recorded for {self.shop.owner}; "
            "hang up now if you don't want to be recorded."
        )
        return twiml.record(disclosure, f"{self.path}?step=recorded")

    def _to_owner(self, words: str) -> list[Text]:
        owner = self.settings.owner_phone_number
        return [Text(owner, words)] if owner else []

    def _state(self) -> ShopState:
        """The owner's state; a call is answered even when it cannot be read."""
        store = Store(self.settings, Deadline(BUDGET_SECONDS / 2))
        try:
            return shop_state.begin_read(store).result()
        except StoreUnavailable:
            logger.error("a call is answered without the state", extra={"customer": masked(self.phone)})
            return DEFAULTS


def answer(request: Request, form: Form, settings: Settings, shop: Shop) -> str:
    """The TwiML for one webhook of a call."""
    query = parse_qs(request.raw_query)
    step = query.get("step", [""])[0]
    turn, silent = (_small_number(query.get(name, ["0"])[0]) for name in ("n", "silent"))
    phone = twiml.sender(form, settings)
    return Call(settings, shop, form, request.raw_path, step, turn, silent, phone).answer()


def _said(form: Form) -> str:
    """What the caller said or pressed. A key pressed while speaking counts: it is the surer sign."""
    said = form.get("Digits") or masked_secrets(form.get("SpeechResult")[: twiml.MAX_WORDS])
    return _NUMBER_WORDS.get(said.lower().rstrip("."), said)


def _small_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _hints(shop: Shop) -> str:
    """Words the recognizer should expect."""
    words = [*shop.devices, *(word for service in shop.services for word in service.words[:3]), shop.owner]
    return ", ".join(words)
