"""A whole call as a text to be read: Twilio's requests, the TwiML answered, and what the call left behind."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dispatcher
from clock import Clock
from fake_twilio import FakeTwilio
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext
from local_aws import Tables
from phone_line import Exchange, Line

_NAMES = {CUSTOMER_NUMBER: "the caller", OWNER_NUMBER: "Brandon"}
# Made anew in each call.
_RANDOM = re.compile(r"\b(CA|RE)[0-9a-f]{32}\b")
_LEFT_OUT = {"Timestamp"}
# The same in every turn, and long.
_HINTS = re.compile(r'hints="[^"]*"')


@dataclass
class Recording:
    """What happened, line by line; the caller's own notes are put in where they belong."""

    line: Line
    tables: Tables
    twilio: FakeTwilio
    clock: Clock
    notes: dict[int, list[str]] = field(default_factory=dict)

    def note(self, words: str) -> None:
        """What happens from here on, said by the test."""
        self.notes.setdefault(len(self.line.exchanges), []).append(words)

    def send_texts(self) -> None:
        """A few minutes later: what waits in the outbox is sent."""
        self.clock.advance(minutes=3)
        dispatcher.handler({"task": "send-outbox"}, LambdaContext())

    def text(self) -> str:
        parts = []
        for number, exchange in enumerate(self.line.exchanges):
            parts += [f"# {note}" for note in self.notes.get(number, [])]
            parts.append(_shown(exchange))
        parts += [f"# {note}" for note in self.notes.get(len(self.line.exchanges), [])]
        text = "\n\n".join([*parts, self._left_behind()]) + "\n"
        return _HINTS.sub('hints="..."', _RANDOM.sub(r"\1...", text))

    def _left_behind(self) -> str:
        texts = [f"text to {_NAMES.get(each['to'], each['to'])}: {each['body']}" for each in self.twilio.messages]
        held = [item for item in self.tables.items("SLOT#") if item["booking_id"] == "HOLD"]
        kept = [f"kept: {item['lead_id']} {item['timestamp']}" for item in held]
        leads = [_lead(lead) for lead in self.tables.leads()]
        return "\n".join(["# what is left behind", *leads, *kept, *sorted(texts)])


def _lead(lead: Mapping[str, Any]) -> str:
    facts = ("appointment_date", "appointment_time", "repair_type", "device", "source", "status")
    return f"lead {lead['lead_id']}: " + ", ".join(str(lead[name]) for name in facts if lead[name])


def _shown(exchange: Exchange) -> str:
    fields = {name: value for name, value in exchange.fields.items() if name not in _LEFT_OUT}
    sent = [f"    {name}: {value}" for name, value in fields.items()]
    document = ET.fromstring(exchange.twiml)
    ET.indent(document)
    answered = ET.tostring(document, encoding="unicode")
    return "\n".join([f"POST {exchange.path_and_query}", *sent, answered])
