"""Plays a written dialogue through the handlers, against real tables and a model that the real SDK talks to."""

import os
import re
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

import dispatcher
from clock import Clock
from dialogue import Dialogue, Turn, step_of
from faults import black_hole
from gateway_events import LambdaContext, Text, sms, texts
from local_aws import Tables
from scripted_model import ScriptedModel
from shop_api import book, set_state

NOBODY_THERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Exchange:
    """One text and what came back: the whole TwiML, the seconds it took, or why there is none."""

    turn: Turn
    said: str
    sid: str
    response: Mapping[str, Any]
    seconds: float

    @property
    def texts(self) -> list[Text]:
        """None when the answer is not for Twilio; `twiml` says what is wrong with it."""
        try:
            return texts(self.response)
        except (AssertionError, ET.ParseError):
            return []

    @property
    def reply(self) -> str:
        return " ".join(text.body for text in self.texts if text.to in (None, self.turn.phone))

    @property
    def notices(self) -> list[Text]:
        return [text for text in self.texts if text.to not in (None, self.turn.phone)]


@dataclass
class Stage:
    """Everything a dialogue is played on. Without a `model` of ours the environment's is asked."""

    tables: Tables
    clock: Clock
    monkeypatch: pytest.MonkeyPatch
    model: ScriptedModel | None
    captured: dict[str, str] = field(default_factory=dict)
    played: list[Exchange] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)

    def prepare(self, dialogue: Dialogue) -> None:
        """What is there before the first word."""
        self.monkeypatch.setenv("REPLY_BUDGET_SECONDS", str(dialogue.budget_seconds))
        for name, value in dialogue.settings.items():
            self.monkeypatch.setenv(name, value)
        self._change(dialogue.state, dialogue.bookings)
        self.before = self.tables.items()

    def play(self, turn: Turn) -> list[Exchange]:
        """Say the words of one turn. Every text that it sends is one exchange."""
        self.clock.advance(**turn.later)
        self._change(turn.state, turn.bookings)
        if self.model is not None:
            self.model.script(*turn.steps)
            if turn.always:
                self.model.always(step_of(turn.always))
        with self._database(turn.database):
            exchanges = self._at_once(turn) if turn.at_once else [self._say(turn) for _ in range(turn.times)]
        for name, pattern in turn.capture.items():
            self.captured[name] = self._found(pattern, exchanges)
        return exchanges

    def _change(self, state: Mapping[str, Any], bookings: tuple[Mapping[str, Any], ...]) -> None:
        if state:
            answer = set_state(**state)
            assert answer.status == 200, answer
        for fields in bookings:
            answer = book(**fields)
            assert answer.status == 201, answer

    def _say(self, turn: Turn) -> Exchange:
        exchange = self._send(turn, self._words(turn.text))
        self.played.append(exchange)
        return exchange

    def _at_once(self, turn: Turn) -> list[Exchange]:
        with ThreadPoolExecutor(len(turn.at_once)) as pool:
            exchanges = list(pool.map(lambda words: self._send(turn, self._words(words)), turn.at_once))
        self.played += exchanges
        return exchanges

    def _send(self, turn: Turn, said: str) -> Exchange:
        sid = self.played[-1].sid if turn.again else "SM" + uuid.uuid4().hex
        event = sms(said, turn.phone, sid, **_media(turn))
        began = time.monotonic()
        response = dispatcher.handler(event, LambdaContext())
        return Exchange(turn, said, sid, response, time.monotonic() - began)

    def _words(self, text: str) -> str:
        """The text with what was captured, and with LINDA's last words for {reply}."""
        known = self.captured | {"reply": self.played[-1].reply if self.played else ""}
        return re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], match[0]), text)

    def _found(self, pattern: str, exchanges: list[Exchange]) -> str:
        words = "\n".join(text.body for exchange in exchanges for text in exchange.texts)
        found = re.search(pattern, words)
        return found[1] if found else f"(no {pattern})"

    @contextmanager
    def _database(self, kind: str) -> Iterator[None]:
        """A database that is out of order for one turn: it `hangs` or `refuses`."""
        if not kind:
            yield
            return
        with ExitStack() as stack:
            url = {"hangs": lambda: stack.enter_context(black_hole()), "refuses": lambda: NOBODY_THERE}[kind]()
            usual = os.environ["AWS_ENDPOINT_URL"]
            self.monkeypatch.setenv("AWS_ENDPOINT_URL", url)
            try:
                yield
            finally:
                self.monkeypatch.setenv("AWS_ENDPOINT_URL", usual)


def _media(turn: Turn) -> dict[str, str]:
    """The fields of Twilio's form for photos, given by their content types."""
    media = {"NumMedia": str(len(turn.photos))} if turn.photos else {}
    for number, content_type in enumerate(turn.photos):
        media[f"MediaContentType{number}"] = content_type
        media[f"MediaUrl{number}"] = f"https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME{number}"
    return media
