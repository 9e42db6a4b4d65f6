"""One function, warm, without a network: what it was told once, by tables and model, it is told again and again.

Runs in the unpacked zip with nothing else on its path, and speaks JSON by line on standard input and output:

    {"do": "record", "event": {...}}     handles it for real and keeps what tables and model answered
    {"do": "measure", "count": 20}       handles the same event so often; answers milliseconds for each
    {"do": "profile", "count": 20}       the same in one thread, sampled

Stubbed are botocore's HTTP session, below its serializers, signer and parsers, and httpx2's transport, below the OpenAI
SDK. The clock, the ids and the choices of a request are the same each time, hence its requests are too.
"""

import hashlib
import importlib
import json
import random
import re
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

_SAMPLE_SECONDS = 0.0007
_BOTO = {"boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six"}
_TWILIO = {"twilio", "requests", "charset_normalizer"}
# What differs from request to request: the end of a lease in milliseconds, and the place of a text in the outbox.
_MOMENT = re.compile(rb"\d{13,}")


class Tape:
    """What was answered over the network: by DynamoDB to each request, by the model one after the other."""

    def __init__(self) -> None:
        self.recording = False
        self.tables: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.model: list[bytes] = []
        self.next_of_model = 0

    def key(self, request: Any) -> str:
        target = request.headers.get("X-Amz-Target", b"")
        name = target if isinstance(target, bytes) else target.encode()
        return hashlib.sha256(name + _MOMENT.sub(b"#", request.body)).hexdigest()

    def stub_tables(self) -> None:
        response_of: Any = importlib.import_module("botocore.awsrequest").AWSResponse
        session_of: Any = importlib.import_module("botocore.httpsession").URLLib3Session
        send = session_of.send

        def played(session: Any, request: Any) -> Any:
            key = self.key(request)
            if self.recording:
                answer = send(session, request)
                self.tables[key] = (answer.status_code, dict(answer.headers), answer.content)
            status, headers, content = self.tables[key]
            response = response_of(request.url, status, headers, None)
            response._content = content
            return response

        session_of.send = played

    def stub_model(self) -> None:
        try:
            httpx2 = importlib.import_module("httpx2")
        except ImportError:
            return  # a function that speaks to no model
        handle = httpx2.HTTPTransport.handle_request

        def played(transport: Any, request: Any) -> Any:
            if self.recording:
                answer = handle(transport, request)
                answer.read()
                self.model.append(answer.content)
            content = self.model[self.next_of_model]
            self.next_of_model += 1
            return httpx2.Response(200, headers={"content-type": "application/json"}, content=content)

        httpx2.HTTPTransport.handle_request = played

    def rewind(self, *, recording: bool) -> None:
        self.recording, self.next_of_model = recording, 0
        if recording:
            self.tables, self.model = {}, []


class SameIds:
    """uuid4 as before for the SDKs; our own code gets the same ids for each request."""

    def __init__(self) -> None:
        self.real, self.count = uuid.uuid4, 0
        self.first = self.real().int  # the local AWS knows a transaction by its token, whichever process sent it

    def __call__(self) -> uuid.UUID:
        if any(sdk in sys._getframe(1).f_code.co_filename for sdk in ("/botocore/", "/openai/")):
            return self.real()
        self.count += 1
        return uuid.UUID(int=self.first ^ self.count, version=4)


class Function:
    """The handler with its clock standing still."""

    def __init__(self, name: str, task: Path, now: datetime) -> None:
        self.task, self.tape, self.ids = task, Tape(), SameIds()
        utils = importlib.import_module("utils")
        utils.utc_now = lambda: now  # type: ignore[attr-defined]
        uuid.uuid4 = self.ids
        self.handler = importlib.import_module(name).handler
        self.tape.stub_tables()
        self.tape.stub_model()
        self.event: dict[str, Any] = {}
        self.answer: Any = None

    def handle(self) -> Any:
        self.ids.count = 0
        random.seed(1)
        self.tape.next_of_model = 0
        return self.handler(self.event, None)

    def record(self, event: dict[str, Any]) -> dict[str, Any]:
        self.event = event
        self.tape.rewind(recording=True)
        self.answer = self.handle()
        time.sleep(0.2)  # what was begun and not waited for is to be on the tape too
        self.tape.recording = False
        self._handle_so_often(3)
        model, tables = len(self.tape.model), len(self.tape.tables)
        return {"answer": self.answer, "calls_of_model": model, "calls_of_tables": tables}

    def measure(self, count: int) -> dict[str, Any]:
        cpu, wall = time.process_time(), time.perf_counter()
        self._handle_so_often(count)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return {"cpu_ms": cpu * 1000 / count, "wall_ms": wall * 1000 / count}

    def profile(self, count: int) -> dict[str, Any]:
        sampler = Sampler(self.task)
        with InOneThread():
            signal.signal(signal.SIGALRM, sampler.sample)
            signal.setitimer(signal.ITIMER_REAL, _SAMPLE_SECONDS, _SAMPLE_SECONDS)
            try:
                cost = self.measure(count)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        return {**cost, "groups": dict(sampler.groups), "functions": dict(sampler.functions)}

    def _handle_so_often(self, count: int) -> None:
        for _ in range(count):
            answer = self.handle()
            if answer != self.answer:
                raise AssertionError(f"not the same answer again: {answer}, before {self.answer}")


class InOneThread:
    """What is given to a pool or to a thread is done at once, so that every sample shows who asked for it."""

    pool: Any = ThreadPoolExecutor
    thread: Any = threading.Thread

    def __enter__(self) -> None:
        self.submit, self.start = self.pool.submit, self.thread.start

        def submit(_pool: Any, call: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
            future: Future[Any] = Future()
            try:
                future.set_result(call(*arguments, **named))
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks for the result
                future.set_exception(error)
            return future

        self.pool.submit = submit
        self.thread.start = lambda thread: thread.run()

    def __exit__(self, *_: object) -> None:
        self.pool.submit, self.thread.start = self.submit, self.start


class Sampler:
    """Counts, again and again, whose code is being run: the standard library's belongs to who called it."""

    def __init__(self, task: Path) -> None:
        self.task = f"{task}/"
        self.groups: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()
        self.known: dict[str, str] = {}

    def sample(self, _signal: int, frame: FrameType | None) -> None:
        steps = 0
        while frame is not None:
            group = self.group_of(frame.f_code.co_filename)
            if group:
                self.groups[f"{group}, standard library" if steps else group] += 1
                self.functions[self.name_of(frame, group)] += 1
                return
            frame, steps = frame.f_back, steps + 1

    def group_of(self, path: str) -> str:
        """Whose file it is; "" for the standard library's."""
        if path not in self.known:
            self.known[path] = self._group_of(path)
        return self.known[path]

    def _group_of(self, path: str) -> str:
        if path == __file__:
            return "bench"
        if not path.startswith((self.task, "/var/task/")):
            return ""
        first, _, rest = path.removeprefix(self.task).removeprefix("/var/task/").partition("/")
        if not rest and first not in {"six.py", "typing_extensions.py"}:
            return "own"
        package = first.removesuffix(".py")
        return "boto" if package in _BOTO else "twilio" if package in _TWILIO else "openai"

    def name_of(self, frame: FrameType, group: str) -> str:
        path = frame.f_code.co_filename.removeprefix(self.task).removeprefix("/var/task/").removesuffix(".py")
        module = path.rpartition("/")[2] if path.startswith("/") else path.replace("/", ".")
        return f"{module}: {frame.f_code.co_qualname} [{group}]"


def main() -> int:
    name, task, now = sys.argv[1:4]
    function = Function(name, Path(task), datetime.fromtimestamp(float(now), UTC))
    for line in sys.stdin:
        wanted = json.loads(line)
        action = getattr(function, wanted.pop("do"))
        print(json.dumps(action(**wanted)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
