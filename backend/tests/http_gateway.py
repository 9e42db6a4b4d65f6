"""The API over HTTP for a real browser: each request becomes a gateway event and goes to the handler, in this process.

Another origin than the pages', as it will be. CORS is the functions' own, which is the same list as the gateway's.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import urlsplit

import scheduler
import state_manager
from gateway_events import LambdaContext, http_event
from loopback import LoopbackServer

# What happens to a request: None answers it, a number answers it after so many seconds, "dead" hangs up before it is
# handled, "lost" after that.
Rule = Callable[[str, str], float | str | None]


@dataclass
class HttpGateway:
    """The server; `rule(method, path)` may be changed at any time. `seen` are the requests that reached a handler."""

    rule: Rule = field(default=lambda _method, _path: None)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _server: LoopbackServer | None = None

    def start(self) -> "HttpGateway":
        handler = cast(type[BaseHTTPRequestHandler], type("_Handler", (_Handler,), {"gateway": self}))
        self._server = LoopbackServer(handler)
        return self

    @property
    def url(self) -> str:
        assert self._server is not None, "not started"
        return self._server.url

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def count(self, method: str, path: str) -> int:
        return sum(1 for made, at, _headers in self.seen if (made, at) == (method, path))

    def wait(self, seconds: float) -> None:
        assert self._server is not None
        self._server.closing.wait(seconds)


class _Handler(BaseHTTPRequestHandler):
    gateway: HttpGateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _serve(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(length).decode() if length else None
        mischief = self.gateway.rule(self.command, url.path)
        if mischief == "dead":
            self.close_connection = True
            return
        if isinstance(mischief, (int, float)):
            self.gateway.wait(mischief)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.gateway.lock:
            self.gateway.seen.append((self.command, url.path, headers))
        event = http_event(self.command, url.path, query=url.query, raw_body=body, headers=dict(headers))
        handler = state_manager.handler if url.path == "/state" else scheduler.handler
        response = handler(event, LambdaContext())
        if mischief == "lost":
            self.close_connection = True
            return
        self._answer(response)

    def _answer(self, response: dict[str, Any]) -> None:
        content = response["body"].encode()
        self.send_response(response["statusCode"])
        for name, value in response["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - names of the base class

    def log_message(self, *_arguments: object) -> None:
        """Silent: the requests are kept in `gateway.seen`."""
