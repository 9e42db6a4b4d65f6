"""Lambda's runtime API and its own bootstrap: a function runs under them as it does on AWS, with no other package."""

import importlib.metadata
import json
import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

from loopback import LoopbackServer

_PACKAGES = ("awslambdaric", "simplejson", "snapshot-restore-py")
_BOOTSTRAP = "import sys; sys.path[:0] = sys.argv[1:3]; from awslambdaric.__main__ import main; main(['', sys.argv[3]])"


@dataclass(frozen=True)
class Answer:
    """What a function said to an event: `kind` is "response" or "error"; `at` is on the clock of `perf_counter`."""

    kind: str
    body: Any
    at: float


@dataclass
class RuntimeApi:
    """Hands events out, takes answers in. `asked` has the moment of each question for the next event."""

    events: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    answers: queue.Queue[Answer] = field(default_factory=queue.Queue)
    asked: queue.Queue[float] = field(default_factory=queue.Queue)
    address: str = ""


@contextmanager
def runtime_api() -> Iterator[RuntimeApi]:
    api = RuntimeApi()
    handler = cast(type[BaseHTTPRequestHandler], type("_Handler", (_Handler,), {"api": api}))
    server = LoopbackServer(handler)
    api.address = server.url.removeprefix("http://")
    try:
        yield api
    finally:
        server.close()


def bootstrap_in(directory: Path) -> Path:
    """The directory, with Lambda's bootstrap and what it needs in it, and no other package."""
    for name in _PACKAGES:
        files = importlib.metadata.files(name) or []
        for top in {file.parts[0] for file in files if file.parts[0] != ".."}:
            (directory / top).symlink_to(str(importlib.metadata.distribution(name).locate_file(top)))
    return directory


def command(python: str, task: Path, bootstrap: Path, handler: str) -> list[str]:
    """Nothing but the task and the bootstrap is on the path, and no byte code is written."""
    return [python, "-I", "-S", "-B", "-c", _BOOTSTRAP, str(task), str(bootstrap), handler]


def environment(api: RuntimeApi, task: Path, function: str, handler: str) -> dict[str, str]:
    """What Lambda itself sets."""
    return {
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "LAMBDA_TASK_ROOT": str(task),
        "_HANDLER": handler,
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    }


class _Handler(BaseHTTPRequestHandler):
    api: RuntimeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """The next event, when there is one."""
        self.api.asked.put(time.perf_counter())
        body = self._next_event()
        if body is None:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")  # without it the bootstrap crashes
        self.send_header("Lambda-Runtime-Aws-Request-Id", "request-1")
        self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:x")
        self._end(body)

    def do_POST(self) -> None:
        """An answer, or why there is none."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        at = time.perf_counter()
        self.api.answers.put(Answer(self.path.rpartition("/")[2], json.loads(content), at))
        self.send_response(202)
        self._end(b"{}")

    def log_message(self, *_: object) -> None: ...

    def _next_event(self) -> bytes | None:
        """Waits for one; None when the server closes meanwhile."""
        server = cast(LoopbackServer, self.server)
        while not server.closing.is_set():
            try:
                return json.dumps(self.api.events.get(timeout=0.05)).encode()
            except queue.Empty:
                continue
        return None

    def _end(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
