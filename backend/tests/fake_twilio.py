"""Twilio's messages over HTTP, as strict as the real ones, for the real SDK to talk to.

twilio.script(refusal(21610), hang_up_after_accepting())

What the script does not say is accepted. The shapes are those of Twilio's OpenAPI description of the Messages resource.
"""

import base64
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import uuid4

from twilio.http.http_client import TwilioHttpClient

from gateway_events import ACCOUNT_SID, AUTH_TOKEN, SHOP_NUMBER
from loopback import LoopbackServer

API = "https://api.twilio.com"
TRIAL_PREFIX = "Sent from your Twilio trial account - "
_REASONS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number: {To}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {To}"),
    21602: (400, "A text message body or media urls must be specified."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided ({From}) is not a valid message-capable Twilio phone number."),
    21608: (400, "The number {To} is unverified. Trial accounts cannot send messages to unverified numbers"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number: {To}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


@dataclass(frozen=True)
class Step:
    """What happens to one request: accepted or not, answered with `code` (0 is good), late, or not at all."""

    accepts: bool = True
    code: int = 0
    seconds: float = 0.0
    answers: bool = True
    garbage: bool = False
    first: Callable[[], object] | None = None


def refusal(code: int) -> Step:
    return Step(accepts=False, code=code)


def slow(seconds: float) -> Step:
    return Step(seconds=seconds)


def hang_up_after_accepting() -> Step:
    return Step(answers=False)


def hang_up_before_accepting() -> Step:
    return Step(accepts=False, answers=False)


def error_after_accepting() -> Step:
    return Step(code=20500)


def garbage_after_accepting() -> Step:
    """A page of some proxy, where JSON should be."""
    return Step(garbage=True)


def meanwhile(deed: Callable[[], object], code: int = 0) -> Step:
    """Something happens while the request is on its way; then it is accepted, or refused with a code."""
    return Step(accepts=not code, code=code, first=deed)


@dataclass
class FakeTwilio:
    """The server; make it with `start()`, end it with `close()`."""

    sid: str = ACCOUNT_SID
    token: str = AUTH_TOKEN
    numbers: set[str] = field(default_factory=lambda: {SHOP_NUMBER})
    trial: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    messages: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    _steps: dict[str, deque[Step]] = field(default_factory=lambda: {"POST": deque(), "GET": deque()})
    _for_ever: Step = field(default_factory=Step)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: LoopbackServer | None = None

    def start(self) -> "FakeTwilio":
        handler = cast(type[BaseHTTPRequestHandler], type("_Handler", (_Handler,), {"twilio": self}))
        self._server = LoopbackServer(handler)
        return self

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def url(self) -> str:
        assert self._server is not None, "not started"
        return self._server.url

    def http_client(self, timeout: float = 5.0) -> TwilioHttpClient:
        """The SDK's own, that takes the way to here."""
        return _Rerouted(self.url, timeout)

    def script(self, *steps: Step) -> None:
        """One step for each message that is sent from now on."""
        self._steps["POST"].extend(steps)

    def script_look_up(self, *steps: Step) -> None:
        self._steps["GET"].extend(steps)

    def always(self, step: Step) -> None:
        self._for_ever = step

    def bodies(self, to: str | None = None) -> list[str]:
        """The words of the messages that were accepted, in order."""
        return [message["body"] for message in self.messages if to in (None, message["to"])]

    def count(self, method: str) -> int:
        return sum(1 for made, _fields in self.requests if made == method)

    # --- for the handler ---

    def next_step(self, method: str, fields: dict[str, str]) -> Step:
        with self._lock:
            self.requests.append((method, fields))
            return self._steps[method].popleft() if self._steps[method] else self._for_ever

    def wait(self, seconds: float) -> None:
        if self._server is not None and seconds:
            self._server.closing.wait(seconds)

    def accept(self, fields: Mapping[str, str]) -> dict[str, Any]:
        with self._lock:
            message = _message(self, fields)
            self.messages.append(message)
            return message

    def list(self, query: Mapping[str, str], path: str) -> dict[str, Any]:
        """As Twilio lists: newest first, a page; a message still in the queue has no DateSent to be found by."""
        wanted = {name.lower(): value for name, value in query.items() if name in ("To", "From")}
        with self._lock:
            found = [each for each in self.messages if all(each[name] == value for name, value in wanted.items())]
        if any(name.startswith("DateSent") for name in query):
            found = [each for each in found if each["date_sent"] is not None]
        page = found[::-1][: int(query.get("PageSize", "50"))]
        ends = {"start": 0, "end": max(0, len(page) - 1), "page": 0, "page_size": int(query.get("PageSize", "50"))}
        uris = {"uri": path, "first_page_uri": path, "next_page_uri": None, "previous_page_uri": None}
        return {"messages": page, **ends, **uris}


def _message(twilio: FakeTwilio, fields: Mapping[str, str]) -> dict[str, Any]:
    sid, body = f"SM{uuid4().hex}", fields["Body"]
    uri = f"/2010-04-01/Accounts/{twilio.sid}/Messages/{sid}"
    return {
        "account_sid": twilio.sid,
        "api_version": "2010-04-01",
        "body": f"{TRIAL_PREFIX}{body}" if twilio.trial else body,
        "date_created": format_datetime(twilio.now().astimezone(UTC)),
        "date_sent": None,
        "date_updated": format_datetime(twilio.now().astimezone(UTC)),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": fields["From"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": fields["To"],
        "uri": f"{uri}.json",
    }


class _Rerouted(TwilioHttpClient):  # type: ignore[misc]
    """Sends what goes to Twilio to the server here, and nothing anywhere else."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base_url = base_url

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        assert url.startswith(f"{API}/"), url
        return super().request(method, url.replace(API, self._base_url, 1), *arguments, **options)


class _Handler(BaseHTTPRequestHandler):
    twilio: FakeTwilio
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        if self.headers.get("content-type") != "application/x-www-form-urlencoded":
            self.twilio.unexpected.append("not a form")
        self._serve("POST", dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True)))

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self._serve("GET", query)

    def _serve(self, method: str, fields: dict[str, str]) -> None:
        step = self.twilio.next_step(method, fields)
        if step.first is not None:
            step.first()
        self.twilio.wait(step.seconds)
        refused = self._refusal(method, fields)
        code = refused or step.code
        accepted: dict[str, Any] = {}
        if step.accepts and not refused:
            path = urlsplit(self.path).path
            accepted = self.twilio.accept(fields) if method == "POST" else self.twilio.list(fields, path)
        if not step.answers:
            self.close_connection = True
        elif step.garbage:
            self._send(200, b"<html>Bad gateway</html>")
        elif code:
            status, reason = _REASONS[code]
            more = f"https://www.twilio.com/docs/errors/{code}"
            words = reason.format_map({"To": "", "From": "", **fields})
            self._answer(status, {"code": code, "message": words, "more_info": more, "status": status})
        else:
            self._answer(201 if method == "POST" else 200, accepted)

    def _refusal(self, method: str, fields: Mapping[str, str]) -> int:
        """The code with which Twilio itself refuses such a request; 0 for a good one."""
        credentials = base64.b64encode(f"{self.twilio.sid}:{self.twilio.token}".encode()).decode()
        if self.headers.get("authorization") != f"Basic {credentials}":
            return 20003
        if urlsplit(self.path).path != f"/2010-04-01/Accounts/{self.twilio.sid}/Messages.json":
            self.twilio.unexpected.append(self.path)
            return 20404
        return _fault(fields, self.twilio.numbers) if method == "POST" else 0

    def _answer(self, status: int, content: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(content).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Tests have nothing to say on stderr."""


def _fault(fields: Mapping[str, str], numbers: set[str]) -> int:
    if not fields.get("To"):
        return 21604
    if not re.fullmatch(r"\+[1-9]\d{7,14}", fields["To"]):
        return 21211
    if not fields.get("From"):
        return 21603
    if fields["From"] not in numbers:
        return 21606
    if not fields.get("Body"):
        return 21602
    return 21617 if len(fields["Body"]) > 1600 else 0
