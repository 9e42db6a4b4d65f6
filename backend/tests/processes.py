"""Handlers run in processes of their own, with nothing shared but the tables."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("worker.py")
# Long enough for a loaded machine to have every process imported and waiting.
ASSEMBLY_SECONDS = 4.0


@dataclass(frozen=True)
class Request:
    """An event for a handler, `dispatcher` or `scheduler`."""

    handler: str
    event: Mapping[str, Any]


def run(request: Request, environment: Mapping[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """Handle one request in a process of its own and wait for its end."""
    return subprocess.run(
        [sys.executable, str(WORKER), request.handler, *options],
        input=json.dumps(request.event),
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
    )


def answer(request: Request, environment: Mapping[str, str]) -> dict[str, Any]:
    """The response of a handler in a process of its own."""
    ended = run(request, environment)
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


def all_at_once(requests: Sequence[Request], environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """The responses of many handlers, each in its own process, all begun at the same instant."""
    begin = time.time() + ASSEMBLY_SECONDS
    started = [_start(request, environment, begin) for request in requests]
    ended = [process.communicate(timeout=90) for process in started]
    for process, (_out, errors) in zip(started, ended, strict=True):
        assert process.returncode == 0, errors
    return [dict(json.loads(out)) for out, _errors in ended]


def _start(request: Request, environment: Mapping[str, str], begin: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(WORKER), request.handler, "--at", str(begin)],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(request.event))
    process.stdin.close()
    process.stdin = None
    return process
