"""A DynamoDB that misbehaves: one that swallows every call, and a proxy that spoils chosen ones."""

import http.client
import json
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from loopback import LoopbackServer

Mischief = Literal["drop_before", "drop_after", "throttle", "conflict"] | float | None
Rule = Callable[[str, dict[str, Any]], Mischief]

_ERRORS = "com.amazonaws.dynamodb.v20120810#"
_FORWARD_SECONDS = 10.0
_NOT_FORWARDED = {"host", "connection", "content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Operation:
    """One call as it came in; `status` is what the caller was told, None when nothing."""

    name: str
    request: dict[str, Any]
    mischief: Mischief
    status: int | None


@dataclass
class FlakyProxy:
    """Stands before a DynamoDB; `rule` may be changed at any time and is asked for each call."""

    target: str
    rule: Rule = field(default=lambda _name, _request: None)
    log: list[Operation] = field(default_factory=list)
    server: LoopbackServer | None = None

    @property
    def endpoint_url(self) -> str:
        """For AWS_ENDPOINT_URL."""
        assert self.server is not None, "closed"
        return self.server.url

    def operations(self) -> list[str]:
        """The names alone, in the order of their answers."""
        return [operation.name for operation in self.log]


@contextmanager
def black_hole() -> Iterator[str]:
    """The URL of an endpoint that takes every connection and never answers."""
    closing = threading.Event()
    swallowed: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        listener.settimeout(0.02)
        arguments = (listener, closing, swallowed)
        thread = threading.Thread(target=_swallow, args=arguments, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            closing.set()
            thread.join()
            for connection in swallowed:
                connection.close()


@contextmanager
def flaky_proxy(target: str, rule: Rule | None = None) -> Iterator[FlakyProxy]:
    """A proxy before `target` that does as `rule(operation_name, request)` says.

    None forwards, a number forwards after so many seconds; `drop_before` hangs up unforwarded,
    `drop_after` hangs up once the target has answered (a time-out after the commit), `throttle` and
    `conflict` answer as DynamoDB would.
    """
    proxy = FlakyProxy(target) if rule is None else FlakyProxy(target, rule)
    handler = cast(type[BaseHTTPRequestHandler], type("_Handler", (_Handler,), {"proxy": proxy}))
    server = LoopbackServer(handler)
    proxy.server = server
    try:
        yield proxy
    finally:
        server.close()


def _swallow(listener: socket.socket, closing: threading.Event, swallowed: list[socket.socket]) -> None:
    while not closing.is_set():
        try:
            swallowed.append(listener.accept()[0])
        except TimeoutError:
            continue


class _Handler(BaseHTTPRequestHandler):
    proxy: FlakyProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        name = self.headers.get("x-amz-target", "").rpartition(".")[2]
        request = json.loads(body or b"{}")
        mischief = self.proxy.rule(name, request)
        status = self._act(mischief, request, body)
        self.proxy.log.append(Operation(name, request, mischief, status))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Silent: the calls are kept in `proxy.log`."""

    def _act(self, mischief: Mischief, request: dict[str, Any], body: bytes) -> int | None:
        match mischief:
            case "drop_before":
                self.close_connection = True
                return None
            case "drop_after":
                self._forward(body)
                self.close_connection = True
                return None
            case "throttle":
                return self._send(400, _throttled())
            case "conflict":
                return self._send(400, _conflict(request))
            case None:
                return self._send(*self._forward(body))
            case seconds:
                assert self.proxy.server is not None
                self.proxy.server.closing.wait(seconds)
                return self._send(*self._forward(body))

    def _forward(self, body: bytes) -> tuple[int, bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_FORWARDED}
        connection = http.client.HTTPConnection(urlsplit(self.proxy.target).netloc, timeout=_FORWARD_SECONDS)
        try:
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _send(self, status: int, content: bytes) -> int:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("x-amzn-RequestId", uuid.uuid4().hex.upper())
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return status


def _throttled() -> bytes:
    kind = f"{_ERRORS}ProvisionedThroughputExceededException"
    message = "The level of configured provisioned throughput for the table was exceeded."
    return json.dumps({"__type": kind, "message": message}).encode()


def _conflict(request: dict[str, Any]) -> bytes:
    """In a transaction the first action is in conflict; a single write has its own exception."""
    message = "Transaction is ongoing for the item"
    if "TransactItems" not in request:
        return json.dumps({"__type": f"{_ERRORS}TransactionConflictException", "message": message}).encode()
    others = [{"Code": "None"}] * (len(request["TransactItems"]) - 1)
    reasons = [{"Code": "TransactionConflict", "Message": message}, *others]
    codes = ", ".join(reason["Code"] for reason in reasons)
    kind = f"{_ERRORS}TransactionCanceledException"
    text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return json.dumps({"__type": kind, "Message": text, "CancellationReasons": reasons}).encode()
