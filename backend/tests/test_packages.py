"""Each zip under Lambda's own bootstrap, with nothing else on the path; and what the packages weigh."""

import importlib.metadata
import json
import os
import queue
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import measure
import package
import proof
import vendor
from gateway_events import ADMIN_TOKEN, AUTH_TOKEN
from local_aws import BACKEND, Tables
from lock import LOCK, locked

HANDLERS = ("dispatcher", "state_manager", "scheduler")
NATIVE = vendor.Target(f"{sys.version_info.major}.{sys.version_info.minor}", "x86_64", native=True)
BOOTSTRAP = "import sys; sys.path[:0] = sys.argv[1:3]; from awslambdaric.__main__ import main; main(['', sys.argv[3]])"


@dataclass
class Invocations:
    """Lambda's runtime API: hands events out, takes answers in."""

    events: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    answers: queue.Queue[tuple[str, Any]] = field(default_factory=queue.Queue)


@contextmanager
def _runtime_api() -> Iterator[tuple[Invocations, str]]:
    calls = Invocations()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            body = json.dumps(calls.events.get()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")  # without it the bootstrap crashes
            self.send_header("Lambda-Runtime-Aws-Request-Id", "request-1")
            self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:x")
            self._end(body)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            calls.answers.put((self.path.rpartition("/")[2], json.loads(content)))
            self.send_response(202)
            self._end(b"{}")

        def _end(self, body: bytes) -> None:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield calls, f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with Lambda's bootstrap and what it needs, and no other package."""
    directory = tmp_path_factory.mktemp("bootstrap")
    for name in ("awslambdaric", "simplejson", "snapshot-restore-py"):
        files = importlib.metadata.files(name) or []
        for top in {file.parts[0] for file in files if file.parts[0] != ".."}:
            (directory / top).symlink_to(str(importlib.metadata.distribution(name).locate_file(top)))
    return directory


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    output, cache = tmp_path_factory.mktemp("zips"), BACKEND / ".local" / "packages"
    return {function: package.build(function, NATIVE, output, cache).path for function in HANDLERS}


@pytest.mark.slow
@pytest.mark.parametrize("function", HANDLERS)
def test_zip_alone_answers_under_the_bootstrap_of_lambda(
    zips: dict[str, Path], bootstrap: Path, tables: Tables, tmp_path: Path, function: str
) -> None:
    task = tmp_path / "task"
    zipfile.ZipFile(zips[function]).extractall(task)
    for path in task.rglob("*"):
        path.chmod(0o555 if path.is_dir() or path.suffix == ".so" else 0o444)
    environment = {
        **tables.environment(),
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "ADMIN_API_TOKEN": ADMIN_TOKEN,
        "PUBLIC_BASE_URL": "https://linda.invalid",
        "LAMBDA_TASK_ROOT": str(task),
        "_HANDLER": f"{function}.handler",
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    }
    checks = proof.checks("https://linda.invalid", "SM" + "1" * 32, environment)
    asked = [check for check in checks if check.function == function]
    with _runtime_api() as (calls, address):
        command = [sys.executable, "-I", "-S", "-B", "-c", BOOTSTRAP, str(task), str(bootstrap), f"{function}.handler"]
        process = subprocess.Popen(
            command,
            env=environment | {"AWS_LAMBDA_RUNTIME_API": address},
            cwd=task,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            for check in asked:
                calls.events.put(check.event())
                kind, answer = calls.answers.get(timeout=30)
                assert kind == "response", answer
                assert check.judge(proof.answer_of_function(json.dumps(answer))) == "", answer
        finally:
            process.kill()
            process.communicate()
    assert asked


def test_lock_names_every_package_by_hash_and_all_that_they_need() -> None:
    entries = locked(["boto3", "openai", "twilio", "tzdata"])
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    names = {entry.partition("==")[0] for entry in entries}
    unused = {"aiohttp", "aiohttp-retry", "pyjwt"}
    for name in names:
        for requirement in importlib.metadata.requires(name) or []:
            needed, _, marker = requirement.partition(";")
            if (
                "extra" not in marker
                and "emscripten" not in marker
                and "win32" not in marker
                and "python_version <" not in marker
            ):
                plain = re.split(r"[^A-Za-z0-9._-]", needed)[0].lower().replace("_", "-")
                assert plain in names | unused, f"{name} needs {plain}"


def test_package_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    (entry,) = locked(["tzdata"])
    spoilt = re.sub("sha256:[0-9a-f]{8}", "sha256:00000000", entry)
    with pytest.raises(ValueError, match="DO NOT MATCH THE HASHES"):
        vendor.install(tmp_path, [spoilt], NATIVE)
    assert list(tmp_path.iterdir()) == []


def test_requirement_that_the_lock_does_not_know_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("boto3==1.0\n")
    monkeypatch.setattr("lock.REQUIREMENTS", requirements)
    with pytest.raises(ValueError, match=r"does not know boto3==1\.0: run python backend/scripts/lib/lock\.py"):
        locked(["boto3"])
    with pytest.raises(ValueError, match="openai is imported but not pinned"):
        locked(["openai"])
    assert LOCK.is_file()


@pytest.mark.long
def test_packages_are_small_and_start_in_less_than_half_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Measured in one run. A busy machine slows both imports; the best of five counts."""
    os.environ.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    measured = {function: measure.measure(function) for function in HANDLERS}
    with capsys.disabled():
        print("", measure.HEAD, *(each.row() for each in measured.values()), sep="\n")
    dispatcher = measured["dispatcher"]
    assert (dispatcher.bare_mb < 12, dispatcher.compiled_mb < 17) == (True, True)
    for function in ("state_manager", "scheduler"):
        assert measured[function].bare_mb < 2
        assert measured[function].compiled_mb < 3.2
    assert dispatcher.compiled_ms <= 0.45 * dispatcher.whole_ms
