"""One webhook of a call: who calls, which step it is, and the steps that may follow. The step is in the query string.

(none)       greet and listen                       again      a turn that took longer goes on
turn         answer what was said, or the silence   rang       what came of ringing the owner
whisper      tell the owner who calls and why       accept     the owner takes the call
recorded     a voicemail is there                   unrecorded nothing was said after the tone
message      words for an owner who has no phone    pin, today the owner's own call
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import uuid4

import call_phrases
import speech
import twiml
import voice_twiml
from phone_numbers import is_domestic
from reception import MARGIN_SECONDS
from shop import Shop
from twiml import Form
from utils import Deadline, Settings, Store
from wording import ENGLISH, SPANISH

# A caller waits this long at most before he hears something.
BUDGET_SECONDS = 4.0
_COUNTERS = {"n": "turn", "silent": "silent", "missed": "missed", "again": "again"}


@dataclass(frozen=True)
class Step:
    """Where a call stands. `turn` counts its turns, `silent` and `missed` how often in a row nothing was heard or
    understood, `again` how often this turn has come back; `why` says why the owner is wanted.
    """

    name: str = ""
    turn: int = 0
    silent: int = 0
    missed: int = 0
    again: int = 0
    language: str = ENGLISH
    why: str = ""

    @staticmethod
    def parse(raw_query: str) -> Step:
        """The step of a query string; what makes no sense in it is as if it were not there."""
        query = {name: values[0] for name, values in parse_qs(raw_query).items()}
        counters = {field: _small_number(query.get(name, "0")) for name, field in _COUNTERS.items()}
        language = SPANISH if query.get("lang") == SPANISH else ENGLISH
        why = query.get("why", "")
        return Step(query.get("step", ""), language=language, why=why if why.isalpha() else "", **counters)

    def url(self, path: str) -> str:
        """The address of this step."""
        counters = {name: str(getattr(self, field)) for name, field in _COUNTERS.items() if getattr(self, field)}
        texts = {"lang": self.language if self.language != ENGLISH else "", "why": self.why}
        query = {"step": self.name, **counters, **{name: text for name, text in texts.items() if text}}
        return f"{path}?{urlencode(query)}"


@dataclass(frozen=True)
class Caller:
    """One webhook of a call. `phone` is E.164, or "" when the caller's number is hidden or no number."""

    settings: Settings
    shop: Shop
    form: Form
    path: str
    step: Step
    phone: str
    call_sid: str
    deadline: Deadline

    @property
    def language(self) -> str:
        return self.step.language

    @property
    def can_be_texted(self) -> bool:
        """As far as the settings and the number go; whether he wants texts is another question."""
        return is_domestic(self.phone) and self.settings.can_send_texts

    def store(self) -> Store:
        """The tables, within the time that the caller waits for the answer to this webhook."""
        return Store(self.settings, self.deadline)

    def of_parent(self) -> Caller:
        """The caller as seen from the leg that is rung: Twilio passes his number on as that leg's From."""
        return replace(self, call_sid=twiml.call_sid(self.form, "ParentCallSid"))

    def speaking(self, language: str) -> Caller:
        """The same call in another language."""
        return replace(self, step=replace(self.step, language=language))

    def to(self, name: str, **changes: Any) -> str:
        """The address of another step of this call."""
        return replace(self.step, name=name, **changes).url(self.path)

    def say(self, key: str, **facts: object) -> str:
        """A phrase of calls in the language of this one, with the shop's names filled in."""
        names: Mapping[str, object] = {
            "name": self.shop.name,
            "assistant": self.shop.assistant,
            "owner": self.shop.owner,
        }
        return call_phrases.say(key, self.language, **{**names, **facts})

    def listen(self, *written: str, **changes: Any) -> str:
        """Say at most two sentences and hear what comes: the next turn, or this one once more."""
        said = speech.few(speech.spoken(" ".join(filter(None, written)), self.language)) or self.say("not_understood")
        step: dict[str, Any] = {"turn": self.step.turn + 1, "silent": 0, "missed": 0, "again": 0, "why": ""} | changes
        return voice_twiml.listen([(said, self.language)], self.to("turn", **step), hints(self.shop), self.language)

    def end(self, *written: str) -> str:
        """Say at most two sentences, the last one a goodbye, and hang up."""
        said = speech.spoken(" ".join(filter(None, written)), self.language)
        return voice_twiml.goodbye(said, self.language)


def hints(shop: Shop) -> list[str]:
    """Words that the recognizer should expect: models, repairs, accessories, the owner's name."""
    accessories = (name for each in shop.accessories for name in (each.name, each.name_es) if name)
    repairs = (word for service in shop.services for word in service.words)
    return list(dict.fromkeys((*shop.devices, *repairs, *accessories, shop.owner)))


def call_of(form: Form, settings: Settings, shop: Shop, path: str, raw_query: str) -> Caller:
    """The call that a webhook belongs to."""
    phone, deadline = twiml.sender(form, settings), Deadline(BUDGET_SECONDS - MARGIN_SECONDS)
    # A call that says no name of its own is no other call.
    call_sid = twiml.call_sid(form) or uuid4().hex
    return Caller(settings, shop, form, path, Step.parse(raw_query), phone, call_sid, deadline)


def _small_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
