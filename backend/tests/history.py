"""What a run keeps of its operations, and how it reads what they answered.

Starts of slots are epoch seconds; instants are `time.monotonic()`.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any, Literal
from zoneinfo import ZoneInfo

Result = Literal["ok", "refused", "unknown"]
DROPPED = 0  # in the place of a slot's start


@dataclass(frozen=True)
class Rules:
    """What the shop of a run allows: minutes of a slot and of each service, and seats of a phone."""

    timezone: ZoneInfo
    slot_minutes: int
    minutes: Mapping[str, int]
    seats: int

    def taken_by(self, repair_type: str, start: int) -> list[int]:
        """The slots that a repair takes from its start on."""
        count = -(-self.minutes[repair_type] // self.slot_minutes)
        return [start + index * self.slot_minutes * 60 for index in range(count)]

    def start_of(self, lead: Mapping[str, Any]) -> int:
        words = f"{lead['appointment_date']}T{lead['appointment_time']}"
        return int(datetime.fromisoformat(words).replace(tzinfo=self.timezone).timestamp())


@dataclass(frozen=True)
class Deed:
    """What an answer says was done to a lead: it is booked at, moved to or seen at `start`, or dropped."""

    kind: Literal["book", "move", "drop", "see"]
    lead_id: str
    start: int


@dataclass
class Operation:
    """One request, from its invocation to its completion. `request` is the same for every repeat of it."""

    request: str
    kind: str
    phone: str
    invoked: float
    key: str = ""
    wanted: Deed | None = None
    completed: float = inf
    result: Result = "unknown"
    said: str = ""
    body: str = ""
    deeds: tuple[Deed, ...] = ()

    @property
    def text(self) -> bool:
        return self.kind == "text"

    @property
    def once(self) -> bool:
        """Whether a repeat of it must do nothing again."""
        return self.text or bool(self.key)


@dataclass
class History:
    """What happened. `attempts` of a request are its operations in order of invocation."""

    operations: list[Operation] = field(default_factory=list)

    def attempts(self) -> dict[str, list[Operation]]:
        found: dict[str, list[Operation]] = defaultdict(list)
        for operation in sorted(self.operations, key=lambda each: each.invoked):
            found[operation.request].append(operation)
        return found

    def summary(self) -> str:
        counted = Counter((each.kind, each.result, each.said) for each in self.operations)
        return "\n".join(f"{n:6} {kind:8} {result:8} {said}" for (kind, result, said), n in sorted(counted.items()))


# --- what the texts say -------------------------------------------------------------------------------------

_LABEL = r"(\w{3} \w{3} \d+, \d+:\d\d [AP]M)"
_REF = r"Ref (LEAD-\d{8}-\d{6})"
_DEEDS: tuple[tuple[Literal["book", "move", "drop"], re.Pattern[str]], ...] = (
    ("book", re.compile(rf"You're booked: {_LABEL}, .*?{_REF}")),
    ("move", re.compile(rf"Moved: you're now booked for {_LABEL} .*?{_REF}")),
    ("drop", re.compile(rf"Dropped: your booking for {_LABEL} is off. {_REF}")),
)


def deeds_told(words: str, starts: Mapping[str, int]) -> tuple[Deed, ...]:
    """What a text says was done; `starts` by label."""
    return tuple(
        Deed(kind, match[2], DROPPED if kind == "drop" else starts[match[1]])
        for kind, pattern in _DEEDS
        for match in pattern.finditer(words)
    )


def as_json(body: str) -> dict[str, Any]:
    return dict(json.loads(body)) if body else {}
