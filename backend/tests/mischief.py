"""Faults between the product and its tables, in this process: time-outs, throttling, conflicts, crashes."""

import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from conditions import Call


class Crash(BaseException):
    """The function's environment is gone in the middle of a request; nothing in the product may catch this."""


@dataclass
class Faults:
    """Spoils a share of the calls of a request. `injected` counts by kind."""

    rate: float
    injected: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of_request(self, random: Random) -> "Spoiler":
        return Spoiler(self, random)

    def count(self, kind: str) -> None:
        with self._lock:
            self.injected[kind] += 1


@dataclass
class Spoiler:
    """The faults of one request. After a crash none of its calls is made any more."""

    faults: Faults
    random: Random
    crashed: bool = False

    def __call__(self, operation: str, parameters: dict[str, Any], call: Call) -> Any:
        if self.crashed:
            raise Crash
        writes = operation not in {"GetItem", "Query", "BatchGetItem"}
        if self.random.random() >= self.faults.rate * (2 if writes else 0.5):
            return call()
        kinds = ["time-out before", "throttled", "crash before", "crash after"]
        kind = self.random.choice([*kinds, "time-out after", "conflict"] if writes else kinds)
        self.faults.count(kind)
        return self._spoil(kind, operation, parameters, call)

    def _spoil(self, kind: str, operation: str, parameters: dict[str, Any], call: Call) -> Any:
        if kind in {"time-out after", "crash after"}:
            with suppress(ClientError):
                call()
        if kind.startswith("crash"):
            self.crashed = True
            raise Crash
        if kind.startswith("time-out"):
            raise ReadTimeoutError(endpoint_url="http://127.0.0.1")
        raise _refusal(kind, operation, parameters)


def _refusal(kind: str, operation: str, parameters: Mapping[str, Any]) -> ClientError:
    code = "ProvisionedThroughputExceededException" if kind == "throttled" else "TransactionConflictException"
    answer: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 400}}
    if kind == "conflict" and "TransactItems" in parameters:
        code = "TransactionCanceledException"
        others = [{"Code": "None"} for _ in parameters["TransactItems"][1:]]
        answer["CancellationReasons"] = [*others, {"Code": "TransactionConflict"}]
    answer["Error"] = {"Code": code, "Message": "injected"}
    return ClientError(answer, operation)  # type: ignore[arg-type]
