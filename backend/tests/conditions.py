"""What goes between the product and its tables: every condition it sends, deleted on demand, and mischief on the way.

A condition is known by its action, the kind of item it guards, what an update writes, and its words. Only calls made
inside `Wire.carry` are the product's; what a test itself asks of the tables passes untouched.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient

import utils

Call = Callable[[], Any]
# What may be done to a call of the product: its operation, its parameters and the call itself, to make or not.
Meddle = Callable[[str, dict[str, Any], Call], Any]

_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_PLACEHOLDERS = {"ExpressionAttributeNames": r"#\w+", "ExpressionAttributeValues": r":\w+"}


@dataclass(frozen=True, order=True)
class Condition:
    """One condition of the product. `writes` names what an Update sets or adds; "" for a Put and a Delete."""

    action: str
    kind: str
    expression: str
    writes: str = ""

    def __str__(self) -> str:
        return f"{self.action} {self.kind}{f' ({self.writes})' if self.writes else ''}: {self.expression}"


def conditions_in(operation: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Condition, dict[str, Any]]]:
    """The conditions of a call, each with the part of the parameters that carries it."""
    for action, part in _parts(operation, parameters):
        if "ConditionExpression" in part:
            writes = _written(part.get("UpdateExpression", ""))
            yield Condition(action, _kind(part), part["ConditionExpression"], writes), part


def _parts(operation: str, parameters: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if operation == "TransactWriteItems":
        for entry in parameters["TransactItems"]:
            ((name, part),) = entry.items()
            yield f"transact {name}", part
    elif operation in _WRITES:
        yield _WRITES[operation], parameters


def _kind(part: Mapping[str, Any]) -> str:
    """The beginning of a key that tells what the item is: SLOT#, LEAD-, ... or the whole of a key such as CURRENT."""
    key = part.get("Key") or part["Item"]
    text = str(next(key[name]["S"] for name in ("lead_id", "state_id") if name in key))
    match = re.match(r"[A-Z]+[#-]", text)
    return match[0] if match else text


def _written(update: str) -> str:
    """The attributes that an update writes, as far as they tell it from another: the first one."""
    match = re.search(r"(?:SET|ADD) #(\w+)", update)
    return match[1] if match else ""


def without(operation: str, parameters: dict[str, Any], deleted: Condition) -> dict[str, Any]:
    """The call as it would be if the product had never had that condition."""
    bare = copy.deepcopy(parameters)
    for condition, part in list(conditions_in(operation, bare)):
        if condition == deleted:
            _strip(part)
    if operation == "TransactWriteItems":  # a check without its condition is nothing
        entries = bare["TransactItems"]
        bare["TransactItems"] = [
            each for each in entries if "ConditionCheck" not in each or "ConditionExpression" in each["ConditionCheck"]
        ]
    return bare


def _strip(part: dict[str, Any]) -> None:
    """Take out the condition, and the names and values that nothing else uses: the engine refuses those."""
    for name in ("ConditionExpression", "ReturnValuesOnConditionCheckFailure"):
        part.pop(name, None)
    for name, pattern in _PLACEHOLDERS.items():
        used = set(re.findall(pattern, part.get("UpdateExpression", "")))
        kept = {key: value for key, value in part.pop(name, {}).items() if key in used}
        part.update({name: kept} if kept else {})


# --- the wire -----------------------------------------------------------------------------------------------

_meddle: ContextVar[Meddle | None] = ContextVar("meddle", default=None)


def _untouched(_operation: str, _parameters: dict[str, Any], call: Call) -> Any:
    return call()


@dataclass
class Wire:
    """The way of the product's calls. `sent` are all conditions seen on it, `deleted` the one that is taken off."""

    sent: set[Condition] = field(default_factory=set)
    deleted: Condition | None = None

    @contextmanager
    def carry(self, meddle: Meddle = _untouched) -> Iterator[None]:
        """Calls made in here, in whatever thread of the product, are the product's and pass through `meddle`."""
        token = _meddle.set(meddle)
        try:
            yield
        finally:
            _meddle.reset(token)

    @contextmanager
    def cut(self, condition: Condition | None) -> Iterator[None]:
        """The product without this condition."""
        self.deleted = condition
        try:
            yield
        finally:
            self.deleted = None

    def meanwhile(self, condition: Condition, deed: Callable[[], object]) -> Meddle:
        """Do something else right before the first call that carries the condition is sent."""
        waiting = [deed]

        def meddle(operation: str, parameters: dict[str, Any], call: Call) -> Any:
            if waiting and any(found == condition for found, _part in conditions_in(operation, parameters)):
                waiting.pop()()
            return call()

        return meddle

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

        def make_api_call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            meddle = _meddle.get()
            if meddle is None:
                return real(client, operation, parameters)
            self.sent.update(condition for condition, _part in conditions_in(operation, parameters))
            sent = without(operation, parameters, self.deleted) if self.deleted else parameters
            return meddle(operation, parameters, lambda: real(client, operation, sent))

        monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)
        monkeypatch.setattr(utils, "_POOL", _CarryingPool(max_workers=64))


class _CarryingPool(ThreadPoolExecutor):
    """The product's pool, whose threads know on behalf of which request they call."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(copy_context().run, fn, *args, **kwargs)
