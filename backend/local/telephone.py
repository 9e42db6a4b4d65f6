"""A telephone call to LINDA on the local AWS: what she says, and what the caller says or presses."""

import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field

from webhook import NoAnswer, Session, post

# More steps than any call has: one that goes round in circles ends here.
_MOST_REDIRECTS = 20


@dataclass
class Call:
    """One call. Speech is handed over as text, as Twilio's recognizer would; nobody picks up what LINDA rings."""

    session: Session
    sender: str
    recipient: str
    sid: str = field(default_factory=lambda: f"CA{uuid.uuid4().hex}")
    over: bool = False
    _listens_at: str = ""

    def dial(self) -> list[str]:
        """Begin the call; what is heard until LINDA listens, or hangs up."""
        return list(self._carry_out("/twilio/voice", {"CallStatus": "ringing"}))

    def say(self, words: str) -> list[str]:
        """Say something, or press a key."""
        given = {"Digits": words} if words.isdigit() else {"SpeechResult": words, "Confidence": "0.9"}
        return list(self._carry_out(self._listens_at, given))

    def hang_up(self) -> None:
        """End the call, and let LINDA know as Twilio does."""
        self.over = True
        post(self.session, "/twilio/status", self._form({"CallStatus": "completed", "CallDuration": "20"}))

    def _carry_out(self, path: str, given: dict[str, str]) -> Iterator[str]:
        for _step in range(_MOST_REDIRECTS):
            twiml = post(self.session, path, self._form(given))
            yield from _heard(twiml)
            path, given = self._next(twiml)
            if not path:
                return
        raise NoAnswer("the call goes round in circles")

    def _next(self, twiml: ElementTree.Element) -> tuple[str, dict[str, str]]:
        """Where the call goes on by itself; "" where LINDA listens, or has hung up."""
        gather, dial = twiml.find("Gather"), twiml.find("Dial")
        if gather is not None:
            self._listens_at = gather.get("action", "")
            return "", {}
        if dial is not None:
            return dial.get("action", ""), {"DialCallStatus": "no-answer", "DialBridged": "false"}
        redirect = twiml.findtext("Redirect")
        if redirect:
            return redirect, {}
        self.hang_up()
        return "", {}

    def _form(self, fields: dict[str, str]) -> dict[str, str]:
        usual = {"CallStatus": "in-progress", "Direction": "inbound", "ApiVersion": "2010-04-01"}
        names = {"CallSid": self.sid, "AccountSid": f"AC{'0' * 32}", "From": self.sender, "To": self.recipient}
        return usual | names | fields


def _heard(twiml: ElementTree.Element) -> Iterator[str]:
    for verb in twiml.iter():
        if verb.tag == "Say":
            yield "".join(verb.itertext())
        elif verb.tag == "Dial":
            yield "(rings Brandon; nobody picks up here)"
        elif verb.tag == "Record":
            yield "(beep; nothing is recorded here)"
