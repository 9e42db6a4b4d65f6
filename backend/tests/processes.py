"""Handlers run in processes of their own, with nothing shared but the tables."""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forks

# Long enough for a loaded machine to have every process waiting.
ASSEMBLY_SECONDS = 1.0
_LONGEST_SECONDS = 90.0


@dataclass(frozen=True)
class Request:
    """An event for a handler, `dispatcher` or `scheduler`."""

    handler: str
    event: Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Processes:
    """Makes them, by way of the server of worker.py that listens there."""

    server: Path

    def run(self, request: Request, environment: Mapping[str, str], *options: str) -> Ended:
        """Handle one request in a process of its own and wait for its end."""
        (ended,) = self._run([request], environment, *options)
        return ended

    def answer(self, request: Request, environment: Mapping[str, str]) -> dict[str, Any]:
        """The response of a handler in a process of its own."""
        return _response(self.run(request, environment))

    def all_at_once(self, requests: Sequence[Request], environment: Mapping[str, str]) -> list[dict[str, Any]]:
        """The responses of many handlers, each in its own process, all begun at the same instant."""
        begin = time.time() + ASSEMBLY_SECONDS
        return [_response(ended) for ended in self._run(requests, environment, "--at", str(begin))]

    def _run(self, requests: Sequence[Request], environment: Mapping[str, str], *options: str) -> list[Ended]:
        with ExitStack() as open_files:
            begun = []
            for request in requests:
                files = [open_files.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3)]
                json.dump(request.event, files[0])
                files[0].seek(0)
                begun.append((forks.begin(self.server, [request.handler, *options], environment, files), files))
            return [_ended(forks.end(run, _LONGEST_SECONDS), *files[1:]) for run, files in begun]


@contextmanager
def running_processes(directory: Path) -> Iterator[Processes]:
    with forks.running_server(Path(__file__).with_name("worker.py"), directory / "worker") as server:
        yield Processes(server)


def _ended(returncode: int, *outputs: Any) -> Ended:
    for output in outputs:
        output.seek(0)
    return Ended(returncode, *(output.read() for output in outputs))


def _response(ended: Ended) -> dict[str, Any]:
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))
