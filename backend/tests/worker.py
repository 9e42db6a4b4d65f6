"""Webhooks and requests in processes of their own, each as a fresh Lambda environment would get it.

    python worker.py SOCKET

serves forks (see forks.py) of a process that has imported the handlers, as Lambda has when the first event comes, and
has called none of them. What a fork is asked: HANDLER [--die-after-write N] [--at EPOCH_SECONDS] < event.json.

With `--die-after-write` the process ends by `os._exit(9)` right after its Nth write came back from DynamoDB, before
anything else can run. With `--at` it begins at that instant, so that several processes begin together.
"""

import argparse
import importlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "lambda")]

from botocore.client import BaseClient  # noqa: E402 - the path comes first

import forks  # noqa: E402

DIED = 9
HANDLERS = ("dispatcher", "scheduler")
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}


def die_after_write(number: int) -> None:
    """End this process right after its write of that number, counted from 1."""
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    lock, writes = threading.Lock(), [0]

    def counting(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        answer = call(self, operation, parameters)
        with lock:
            writes[0] += operation in _WRITES
            if operation in _WRITES and writes[0] == number:
                os._exit(DIED)
        return answer

    BaseClient._make_api_call = counting  # type: ignore[attr-defined]


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("handler", choices=HANDLERS)
    arguments.add_argument("--die-after-write", type=int)
    arguments.add_argument("--at", type=float)
    options = arguments.parse_args()
    event = json.load(sys.stdin)
    module = importlib.import_module(options.handler)
    if options.die_after_write:
        die_after_write(options.die_after_write)
    if options.at:
        time.sleep(max(0.0, options.at - time.time()))
    json.dump(module.handler(event, None), sys.stdout)
    return 0


if __name__ == "__main__":
    for name in HANDLERS:
        importlib.import_module(name)
    forks.serve(sys.argv[1], main)
