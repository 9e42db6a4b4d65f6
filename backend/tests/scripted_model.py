"""A model that says what the test wrote, over HTTP to the real SDK, and is as strict as the API.

model.script(call("book_slot", date="2026-12-01", ...), say("See you then!"))
"""

import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal, cast

from openai.types.responses import Response

from loopback import LoopbackServer
from model_rules import faults_of_request

FaultKind = Literal["hang", "drip", "html", "empty_object", "status", "truncated", "garbage", "disconnect"]
Request = dict[str, Any]

_DRIP_SECONDS = 0.1
_API_KEY = "test-key"


@dataclass(frozen=True)
class Answer:
    """Output items of one response, as the API sends them, without their ids."""

    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Fault:
    """An answer that is none."""

    kind: FaultKind
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Slow:
    """The step after so many seconds."""

    seconds: float
    step: "Answer | Fault"


Step = Answer | Fault | Slow
ScriptLine = Step | Callable[[Request], Step]


def say(text: str) -> Answer:
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    return Answer(({"type": "message", "status": "completed", "role": "assistant", "content": content},))


def call(name: str, /, **arguments: object) -> Answer:
    return raw_call(name, json.dumps(arguments))


def raw_call(name: str, arguments_text: str) -> Answer:
    """A call whose arguments need not be JSON."""
    item = {"type": "function_call", "status": "completed", "name": name, "arguments": arguments_text}
    return Answer((item,))


def together(*answers: Answer) -> Answer:
    """One response with the items of all: two calls at once, or words and a call."""
    return Answer(tuple(item for answer in answers for item in answer.items))


def thinking(answer: Answer) -> Answer:
    """The answer after a reasoning item, which has to be sent back with it."""
    item = {"type": "reasoning", "summary": [], "encrypted_content": "gAAAAAB" + uuid.uuid4().hex}
    return Answer((item, *answer.items))


def slow(seconds: float, step: Answer | Fault) -> Slow:
    return Slow(seconds, step)


def fault(kind: FaultKind, status: int = 200, headers: Mapping[str, str] | None = None) -> Fault:
    """An outage.

    `hang` never answers, `drip` sends a good answer a byte at a time, `status` is the API's error answer
    with this status (and for example `Retry-After`), `truncated` is half an answer, `disconnect` hangs up.
    """
    return Fault(kind, status, tuple((headers or {}).items()))


@dataclass
class ScriptedModel:
    """The server; make it with `start()`, end it with `close()`. All lists may be read while it runs."""

    requests: list[Request] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    _steps: deque[ScriptLine] = field(default_factory=deque)
    _for_ever: ScriptLine | None = None
    _may_remain: bool = False
    _answers: list[list[dict[str, Any]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: LoopbackServer | None = None

    def start(self, port: int = 0) -> "ScriptedModel":
        """Serve, at this port or at any; a closed one can be started again."""
        handler = cast(type[BaseHTTPRequestHandler], type("_Handler", (_Handler,), {"model": self}))
        self._server = LoopbackServer(handler, port)
        return self

    @property
    def base_url(self) -> str:
        """For OPENAI_BASE_URL."""
        assert self._server is not None, "not started"
        return f"{self._server.url}/v1"

    def environment(self) -> dict[str, str]:
        return {"OPENAI_API_KEY": _API_KEY, "OPENAI_BASE_URL": self.base_url}

    def script(self, *steps: ScriptLine, may_remain: bool = False) -> None:
        """Queue steps, one for each request; a function gets the request and returns its step.

        Steps that are left at the end of the test are a failure unless `may_remain`.
        """
        with self._lock:
            self._steps.extend(steps)
            self._may_remain = self._may_remain or may_remain

    def always(self, step: ScriptLine) -> None:
        """Answer so whenever the script has nothing, without end, even where `tool_choice` is "none"."""
        self._for_ever = step

    def seen_text(self, index: int) -> str:
        """The whole request as one string, to look for words in it."""
        return json.dumps(self.requests[index], ensure_ascii=False)

    def tool_outputs(self, index: int) -> list[Any]:
        """What the functions answered, read from request `index`, oldest first."""
        items = self.requests[index]["input"]
        return [json.loads(item["output"]) for item in items if item.get("type") == "function_call_output"]

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def assert_all_used(self) -> None:
        """Every queued step was asked for, and nothing was asked that the API would refuse."""
        assert not self.unexpected, f"the model was asked what it could not answer: {self.unexpected}"
        assert self._may_remain or not self._steps, f"never asked for: {list(self._steps)}"

    def next_step(self, request: Request) -> Step | None:
        with self._lock:
            self.requests.append(request)
            line = self._steps.popleft() if self._steps else self._for_ever
        return line(request) if callable(line) else line

    def faults_of(self, request: Request) -> list[str]:
        with self._lock:
            return faults_of_request(request, self._answers)

    def respond(self, answer: Answer, request: Request) -> dict[str, Any]:
        """The API's response for this request, checked by the SDK's own model of it."""
        output = [_with_ids(item) for item in answer.items]
        with self._lock:
            self._answers.append(output)
        response = _response(output, request)
        Response.model_validate(response)
        return response

    def note(self, what: str) -> None:
        with self._lock:
            self.unexpected.append(what)

    def wait(self, seconds: float | None) -> None:
        """Until then, or until the server closes."""
        if self._server is not None:
            self._server.closing.wait(seconds)

    @property
    def is_closing(self) -> bool:
        return self._server is None or self._server.closing.is_set()


class _Handler(BaseHTTPRequestHandler):
    model: ScriptedModel
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.path != "/v1/responses":
            self._refuse(404, f"no such route: POST {self.path}")
        elif self.headers.get("authorization") != f"Bearer {_API_KEY}":
            self._refuse(401, "Incorrect API key provided.")
        else:
            self._answer_body(body)

    def do_GET(self) -> None:
        self._refuse(404, f"no such route: GET {self.path}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Silent: the requests are kept in `model.requests`."""

    def _answer_body(self, body: bytes) -> None:
        try:
            request = json.loads(body)
        except ValueError:
            self._refuse(400, "We could not parse the JSON body of your request.")
            return
        if faults := self.model.faults_of(request):
            self._refuse(400, " ".join(faults))
            return
        try:
            step = self.model.next_step(request)
        except Exception as error:  # noqa: BLE001 - a step is the test's own code and must not fail unseen
            self._refuse(500, f"the step raised {error!r}")
            return
        if step is None:
            self._refuse(500, f"the script has run out at request {len(self.model.requests)}")
        else:
            self._play(step, request)

    def _play(self, step: Step, request: Request) -> None:
        if isinstance(step, Slow):
            self.model.wait(step.seconds)
            step = step.step
        if isinstance(step, Answer):
            self._send_json(200, self.model.respond(step, request))
        else:
            self._play_fault(step, request)

    def _play_fault(self, step: Fault, request: Request) -> None:
        good = json.dumps(_response([_with_ids(say("I was too late.").items[0])], request)).encode()
        match step.kind:
            case "hang":
                self.model.wait(None)
                self.close_connection = True
            case "disconnect":
                self.close_connection = True
            case "drip":
                self._drip(good)
            case "status":
                self._send_json(step.status, _error(f"Scripted {step.status}."), dict(step.headers))
            case "html":
                page = b"<!doctype html><html><body>502 Bad Gateway</body></html>"
                self._send(200, page, {"Content-Type": "text/html"})
            case "empty_object":
                self._send_json(200, {})
            case "truncated":
                self._send(200, good[: len(good) // 2], {"Content-Type": "application/json"})
            case "garbage":
                self._send(200, b"\x00\xff\xfe not json {", {"Content-Type": "application/json"})

    def _drip(self, content: bytes) -> None:
        self._send_head(200, len(content), {"Content-Type": "application/json"})
        for index in range(len(content)):
            if self.model.is_closing:
                break
            self.wfile.write(content[index : index + 1])
            self.wfile.flush()
            self.model.wait(_DRIP_SECONDS)
        self.close_connection = True

    def _refuse(self, status: int, message: str) -> None:
        self.model.note(f"{status}: {message}")
        self._send_json(status, _error(message))

    def _send_json(self, status: int, content: object, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(content).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self._send_head(status, len(content), headers)
        self.wfile.write(content)

    def _send_head(self, status: int, length: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("x-request-id", "req_" + uuid.uuid4().hex)
        self.send_header("Content-Length", str(length))
        self.end_headers()


def _with_ids(item: Mapping[str, Any]) -> dict[str, Any]:
    prefix = {"message": "msg", "function_call": "fc", "reasoning": "rs"}[item["type"]]
    ids = {"id": f"{prefix}_{uuid.uuid4().hex}"}
    if item["type"] == "function_call":
        ids["call_id"] = f"call_{uuid.uuid4().hex[:24]}"
    return {**item, **ids}


def _response(output: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    now = int(time.time())
    return {
        "id": "resp_" + uuid.uuid4().hex,
        "object": "response",
        "created_at": now,
        "status": "completed",
        "completed_at": now,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": request.get("instructions"),
        "max_output_tokens": request.get("max_output_tokens"),
        "metadata": request.get("metadata") or {},
        "model": request["model"],
        "output": output,
        "parallel_tool_calls": request.get("parallel_tool_calls", True),
        "previous_response_id": None,
        "reasoning": {"effort": "none", "summary": None, **(request.get("reasoning") or {})},
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": request.get("tool_choice", "auto"),
        "tools": request.get("tools", []),
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _usage(request, output),
        "user": None,
    }


def _usage(request: Request, output: object) -> dict[str, Any]:
    sent, received = len(json.dumps(request)) // 4, len(json.dumps(output)) // 4
    return {
        "input_tokens": sent,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": received,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sent + received,
    }


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
