"""Twilio's end of one phone call: it acts on TwiML as Twilio does and posts signed webhooks to the handler.

A test says what the caller and Brandon do, and reads what they heard. After Twilio's pages on its requests and
on <Gather>, <Record>, <Dial> and <Number> (https://www.twilio.com/docs/voice/twiml).
"""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import dispatcher
from gateway_events import ACCOUNT_SID, CUSTOMER_NUMBER, PUBLIC_BASE_URL, LambdaContext, call_form, twilio_event
from twiml_rules import faults_of_twiml

Handler = Callable[[dict[str, Any], object], dict[str, Any]]
Brandon = Literal[
    "answers", "answers without pressing", "voicemail box", "busy", "no-answer", "failed", "caller hangs up"
]

MAX_WEBHOOKS = 60
_VOICE_URL = f"{PUBLIC_BASE_URL}/twilio/voice"
_STATUS_URL = f"{PUBLIC_BASE_URL}/twilio/status"
_SECONDS_BETWEEN_WEBHOOKS, _SECONDS_WITH_BRANDON, _SECONDS_OF_WHISPER = 4, 31, 9
_ANY_KEY = "1234567890*#"
_MACHINE_GREETING = "You have reached my voicemail. Please leave a message after the tone."
# Twilio answers a `Content-Type` that is none of these with 12300.
_TWIML_TYPES = ("text/xml", "application/xml", "text/html")


@dataclass(frozen=True)
class Exchange:
    """One webhook and its answer; `fields` without those that are the same in every request of the call."""

    path_and_query: str
    fields: Mapping[str, str]
    twiml: str


@dataclass
class Line:
    """One inbound call. `brandon` is what he does each time his phone rings, in order.

    `heard`, `voices` (voice and language of each) and `whispered` are every <Say> in order, to the caller and to
    Brandon. `bridged` is true once Brandon's phone was connected to the caller, `recording` once a <Record> began
    or a <Dial> that records was connected.
    """

    sender: str = CUSTOMER_NUMBER
    sid: str = field(default_factory=lambda: "CA" + uuid.uuid4().hex)
    brandon: Sequence[Brandon] = ()
    status_callback: bool = True
    handle: Handler = dispatcher.handler
    heard: list[str] = field(default_factory=list, init=False)
    voices: list[tuple[str, str]] = field(default_factory=list, init=False)
    whispered: list[str] = field(default_factory=list, init=False)
    exchanges: list[Exchange] = field(default_factory=list, init=False)
    bridged: bool = field(default=False, init=False)
    recording: bool = field(default=False, init=False)
    over: bool = field(default=False, init=False)
    _verbs: deque[ET.Element] = field(default_factory=deque, init=False)
    _url: str = field(default=_VOICE_URL, init=False)
    _waiting: ET.Element | None = field(default=None, init=False)
    _dials: int = field(default=0, init=False)
    _seconds: int = field(default=0, init=False)

    @property
    def open(self) -> str:
        """What Twilio waits for: "gather", "record" or ""."""
        return "" if self._waiting is None else self._waiting.tag.lower()

    # --- what the caller does ---

    def dial(self) -> None:
        assert not self.exchanges, "a Line is one call, and this one has rung"
        self._follow(_VOICE_URL, CallStatus="ringing")
        self._carry_out()

    def says(self, words: str, confidence: str = "0.92") -> None:
        assert words, "who says nothing keeps_silent()"
        self._gives(words=words, confidence=confidence)

    def presses(self, keys: str) -> None:
        assert keys, "who presses nothing keeps_silent()"
        self._gives(keys=keys)

    def says_and_presses(self, words: str, keys: str, confidence: str = "0.92") -> None:
        """Both at once. Twilio's page has the first of them win; a request with both is the worse for us."""
        self._gives(words=words, keys=keys, confidence=confidence)

    def keeps_silent(self) -> None:
        """Until Twilio waits no longer. An empty recording is never posted."""
        if self.open == "gather":
            self._gives()
        else:
            self._take("record")
            self._carry_out()

    def leaves_message(self, seconds: int = 23, *, ends_with: str = "hangup") -> None:
        """He hangs up, presses a key of finishOnKey, or ("") falls silent; maxLength cuts him short."""
        record = self._take("record")
        keys = ("hangup", "", *record.get("finishOnKey", _ANY_KEY))
        assert ends_with in keys, f"{ends_with!r} does not end this recording"
        longest = int(record.get("maxLength", "3600"))
        ended_by = ends_with if seconds < longest else ""
        recording_sid = "RE" + uuid.uuid4().hex
        self._seconds += min(seconds, longest)
        self._follow(
            record.get("action", self._url),
            CallStatus="completed" if ended_by == "hangup" else "in-progress",
            RecordingSid=recording_sid,
            RecordingUrl=f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{recording_sid}",
            RecordingDuration=str(min(seconds, longest)),
            **({"Digits": ended_by} if ended_by else {}),
        )
        if ended_by == "hangup":
            self._verbs.clear()
        self._carry_out()

    def hangs_up(self) -> None:
        assert self.exchanges, "he has not called yet"
        assert not self.over, "the call is over already"
        self._waiting = None
        self._verbs.clear()
        self._carry_out()

    # --- what Twilio does ---

    def _gives(self, *, words: str = "", keys: str = "", confidence: str = "") -> None:
        gather = self._take("gather")
        if fields := _gathered(gather, words, keys, confidence):
            self._follow(gather.get("action", self._url), **fields)
        self._carry_out()

    def _take(self, expected: str) -> ET.Element:
        """The open verb, which then is not open any more."""
        assert not self.over, f"the call is over: no {expected} is open"
        assert self._waiting is not None, "he has not called yet"
        assert self.open == expected, f"Twilio waits for a {self.open}, not for a {expected}"
        waiting, self._waiting = self._waiting, None
        return waiting

    def _carry_out(self) -> None:
        """The verbs of the document, until one waits for the caller or the call is over."""
        while self._verbs and self._waiting is None:
            self._do(self._verbs.popleft())
        if self._waiting is None and not self.over:
            self.over = True
            if self.status_callback:
                self._post(_STATUS_URL, self._final_form())

    def _do(self, verb: ET.Element) -> None:
        match verb.tag:
            case "Say":
                self._hear(verb)
            case "Gather" | "Record":
                for say in verb.iter("Say"):
                    self._hear(say)
                self.recording = self.recording or verb.tag == "Record"
                self._waiting = verb
            case "Redirect":
                self._follow((verb.text or "").strip())
            case "Dial":
                self._put_through(verb)
            case "Hangup" | "Reject":
                self._verbs.clear()
            case other:
                assert other in ("Pause", "Play"), f"this line does not know <{other}>"

    def _hear(self, say: ET.Element) -> None:
        self.heard.append(_spoken(say))
        self.voices.append((say.get("voice", ""), say.get("language", "")))

    def _put_through(self, dial: ET.Element) -> None:
        """Rings Brandon, and posts what came of it to the action; without one the next verb follows."""
        assert self._dials < len(self.brandon), (
            f"Brandon's phone rings {self._dials + 1} times, more than the test says"
        )
        does = self.brandon[self._dials]
        self._dials += 1
        fields = self._rung(dial, does)
        if does == "caller hangs up":
            fields["CallStatus"] = "completed"
        if "action" in dial.attrib:
            self._follow(dial.attrib["action"], **fields)
        if does == "caller hangs up":
            self._verbs.clear()

    def _rung(self, dial: ET.Element, does: Brandon) -> dict[str, str]:
        """The fields of Dial's action.

        Twilio's release notes of 2020-12-09 on DialBridged: true only if the two calls were connected, to tell that
        from a child call that ended while it was screened. Such a call was picked up, so DialCallStatus is completed
        all the same; whoever looks at that alone takes a voicemail box for Brandon. The documentation does not say
        what comes when the caller gives up while it rings; no-answer is what is assumed here.
        """
        assert len(dial) <= 1, "this line rings one number"
        number = next(iter(dial), dial)
        leg = _BrandonsLeg(self, (number.text or "").strip(), dial.get("callerId", self.sender), does)
        if does in ("busy", "no-answer", "failed", "caller hangs up"):
            status = "no-answer" if does == "caller hangs up" else does
            return {"DialCallSid": leg.sid, "DialCallStatus": status, "DialBridged": "false"}
        is_bridged = leg.is_bridged(number.get("url"), self._url)
        seconds = _SECONDS_WITH_BRANDON if is_bridged else _SECONDS_OF_WHISPER
        self._seconds += seconds
        self.bridged = self.bridged or is_bridged
        self.recording = self.recording or (is_bridged and dial.get("record", "").startswith(("record", "true")))
        fields = {"DialCallSid": leg.sid, "DialCallStatus": "completed", "DialCallDuration": str(seconds)}
        return fields | {"DialBridged": str(is_bridged).lower()}

    def _follow(self, url: str, **fields: str) -> None:
        self._url = urljoin(self._url, url)
        form = call_form(self.sender, self.sid, **{"CallStatus": "in-progress", **fields})
        self._verbs = self.document_at(self._url, form)

    def _final_form(self) -> dict[str, str]:
        """The status callback of an incoming call: once, when it is over."""
        return call_form(
            self.sender,
            self.sid,
            CallStatus="completed",
            CallDuration=str(self._seconds),
            Duration=str(-(-self._seconds // 60)),
            Timestamp=format_datetime(datetime.now(UTC)),
            SequenceNumber="0",
            CallbackSource="call-progress-events",
        )

    def document_at(self, url: str, form: Mapping[str, str]) -> deque[ET.Element]:
        """The verbs that the handler answers with, after Twilio's rules."""
        response = self._post(url, form)
        assert response["statusCode"] == 200, f"Twilio takes no TwiML of status {response['statusCode']}"
        headers = {name.lower(): value for name, value in response.get("headers", {}).items()}
        assert headers.get("content-type", "").startswith(_TWIML_TYPES), f"no TwiML: {headers.get('content-type')}"
        assert 'method="GET"' not in response["body"], "this line only posts"
        faults = faults_of_twiml(response["body"], "voice")
        assert not faults, f"Twilio would complain of {response['body']}: {faults}"
        return deque(ET.fromstring(response["body"]))

    def _post(self, url: str, form: Mapping[str, str]) -> dict[str, Any]:
        assert url.startswith(f"{PUBLIC_BASE_URL}/"), f"Twilio would ask somebody else: {url}"
        assert len(self.exchanges) < MAX_WEBHOOKS, "the call goes round in circles"
        parts = urlsplit(url)
        response = self.handle(twilio_event(parts.path, form, query=parts.query), LambdaContext())
        usual = call_form(self.sender, self.sid, CallStatus="in-progress")
        fields = {name: value for name, value in form.items() if usual.get(name) != value}
        self.exchanges.append(Exchange(url.removeprefix(PUBLIC_BASE_URL), fields, response.get("body") or ""))
        self._seconds += _SECONDS_BETWEEN_WEBHOOKS
        assert 200 <= response["statusCode"] < 300, f"{url} was answered with {response['statusCode']}"
        return response


@dataclass
class _BrandonsLeg:
    """The call that <Dial> makes. It is a call of its own, and its webhooks say so."""

    line: Line
    number: str
    caller_id: str
    does: Brandon
    sid: str = field(default_factory=lambda: "CA" + uuid.uuid4().hex)

    def is_bridged(self, whisper_url: str | None, base_url: str) -> bool:
        """Carries out the whisper. At its end the two are connected, whoever picked up, unless it hung up."""
        if whisper_url is None:
            return True
        url = urljoin(base_url, whisper_url)
        verbs = self.line.document_at(url, self._form({}))
        while verbs:
            verb = verbs.popleft()
            self.line.whispered += [_spoken(say) for say in verb.iter("Say")]
            if verb.tag == "Hangup":
                return False
            allowed = verb.tag in ("Say", "Pause", "Play", "Gather", "Redirect")
            assert allowed, f"no <{verb.tag}> for the one who is called"
            fields = self._input(verb) if verb.tag == "Gather" else {}
            if fields or verb.tag == "Redirect":
                url = urljoin(url, verb.get("action", url) if fields else (verb.text or "").strip())
                verbs = self.line.document_at(url, self._form(fields))
        return True

    def _input(self, gather: ET.Element) -> dict[str, str]:
        hears_machine = self.does == "voicemail box" and "speech" in gather.get("input", "dtmf")
        keys = "1" if self.does == "answers" else ""
        return _gathered(gather, _MACHINE_GREETING if hears_machine else "", keys, "0.92")

    def _form(self, fields: Mapping[str, str]) -> dict[str, str]:
        leg = {"Direction": "outbound-dial", "ParentCallSid": self.line.sid, "To": self.number, "Called": self.number}
        return call_form(self.caller_id, self.sid, **{"CallStatus": "in-progress", **leg, **fields})


def _gathered(gather: ET.Element, words: str, keys: str, confidence: str) -> dict[str, str]:
    """What is posted to Gather's action; nothing when it falls through to the next verb."""
    kinds = gather.get("input", "dtmf").split()
    assert not words or "speech" in kinds, f"this <Gather> takes no words: {words!r}"
    assert not keys or "dtmf" in kinds, f"this <Gather> takes no keys: {keys!r}"
    fields = {"SpeechResult": words, "Confidence": confidence} if words else {}
    if digits := _digits(gather, keys):
        fields["Digits"] = digits
    if not fields and gather.get("actionOnEmptyResult") == "true":
        fields = {"SpeechResult": ""} if "speech" in kinds else {"Digits": ""}
    return fields


def _digits(gather: ET.Element, keys: str) -> str:
    """Up to numDigits, or to the key that finishes, which is not among them. Twilio keeps no key for later."""
    finish = gather.get("finishOnKey", "#")
    digits, _, late = keys.partition(finish) if finish else (keys, "", "")
    is_late = bool(late) or len(digits) > int(gather.get("numDigits", len(keys)))
    assert not is_late, f"this <Gather> is done before {keys!r}"
    return digits


def _spoken(say: ET.Element) -> str:
    return "".join(say.itertext())
