"""Written dialogues, read from `dialogues/*.toml`, one file a group. The format is told in dialogues/README.md.

A key that the format does not have is an error, so that a check with a slip in its name is not a check that passes.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

import scripted_model
import tools
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER
from scripted_model import Step, fault, raw_call, say, slow, together
from wording import plain, sentences

DIRECTORY = Path(__file__).with_name("dialogues")
# Groups whose whole point is what the model would have said.
UNTRUE = ("lying", "hostile")
DEFAULT_BUDGET_SECONDS = 10.0
PEOPLE = {"customer": CUSTOMER_NUMBER, "brandon": OWNER_NUMBER, "ben": "+19045550122", "eve": "+19045550166"}

_LIE = re.compile(r"\{(.*?)\}")
Read = TypeVar("Read")


@dataclass(frozen=True)
class Turn:
    """One text to LINDA, or several at once, and what has to come of it. Times are minutes, `later` is before it."""

    text: str = ""
    at_once: tuple[str, ...] = ()
    sender: str = "customer"
    photos: tuple[str, ...] = ()
    again: bool = False
    times: int = 1
    later: Mapping[str, float] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    bookings: tuple[Mapping[str, Any], ...] = ()
    database: str = ""
    model: tuple[Mapping[str, Any], ...] = ()
    always: Mapping[str, Any] | None = None
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    scripted_must: tuple[str, ...] = ()
    scripted_must_not: tuple[str, ...] = ()
    silent: bool | None = None
    answered: int | None = None
    brandon: tuple[str, ...] = ()
    brandon_must_not: tuple[str, ...] = ()
    brandon_silent: bool = False
    model_sees: tuple[str, ...] = ()
    model_sees_not: tuple[str, ...] = ()
    capture: Mapping[str, str] = field(default_factory=dict)

    @property
    def phone(self) -> str:
        return PEOPLE.get(self.sender, self.sender)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(_step(line) for line in self.model)

    @property
    def model_words(self) -> str:
        """What the model says in this turn, lies in braces."""
        return " / ".join(line["say"] for line in _flat((*self.model, *([self.always] if self.always else []))))

    @property
    def lies(self) -> tuple[str, ...]:
        """The sentences of the model that may not leave the house, as they would be read."""
        return tuple(each for lie in _LIE.findall(self.model_words) for each in sentences(plain(lie)))


@dataclass(frozen=True)
class Dialogue:
    """One conversation with what was there before it and what has to be in the tables after it."""

    group: str
    name: str
    budget_seconds: float
    turn: tuple[Turn, ...]
    state: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    bookings: tuple[Mapping[str, Any], ...] = ()
    tables: Mapping[str, Any] = field(default_factory=dict)
    scripted_only: bool = False
    shown: bool = False

    @property
    def is_for_a_live_model(self) -> bool:
        """Whether it makes sense with a model of which nobody knows what it will say, in working order."""
        faulty = re.compile(r'"(?:fault|slow)":|"say": ""')
        broken = any(turn.always or turn.database or faulty.search(json.dumps(turn.model)) for turn in self.turn)
        asks_it = any(turn.model for turn in self.turn)
        return asks_it and not (self.scripted_only or self.settings or broken)


def load(directory: Path = DIRECTORY) -> list[Dialogue]:
    """All dialogues. Raises ValueError, with the file and the dialogue, for one that is not in the format."""
    return [dialogue for path in sorted(directory.glob("*.toml")) for dialogue in _group(path)]


def without_braces(words: str) -> str:
    return re.sub(r"[{}]", "", words)


def _group(path: Path) -> Iterator[Dialogue]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    budget = content.pop("budget_seconds", DEFAULT_BUDGET_SECONDS)
    for raw in content.pop("dialogue"):
        where = f"{path.name}, {raw.get('name')!r}"
        turns = tuple(_read(Turn, _renamed(turn), where) for turn in raw.pop("turn"))
        usual = {"group": path.stem, "budget_seconds": float(budget), "turn": turns}
        yield _read(Dialogue, raw | usual, where)
    if content:
        raise ValueError(f"{path.name}: unknown {', '.join(content)}")


def _renamed(turn: dict[str, Any]) -> dict[str, Any]:
    """`from` is a word of Python's."""
    return {"sender" if name == "from" else name: value for name, value in turn.items()}


def _read(kind: type[Read], raw: Mapping[str, Any], where: str) -> Read:
    known = {each.name for each in fields(cast(Any, kind))}
    if unknown := set(raw) - known:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()})


# --- the model's side ---------------------------------------------------------------------------------------


def _flat(lines: tuple[Mapping[str, Any], ...]) -> Iterator[Mapping[str, Any]]:
    """The lines in which the model says something, those of one response too."""
    for line in lines:
        yield from _flat(tuple(line.get("together", ())))
        if "say" in line:
            yield line


def _step(line: Mapping[str, Any]) -> Step:
    """A line of the script as the scripted model plays it."""
    known = {"say", "call", "arguments", "fault", "status", "headers", "slow", "together"}
    if unknown := set(line) - known:
        raise ValueError(f"unknown in a line of the model: {', '.join(unknown)}")
    if "slow" in line:
        step = _step({name: value for name, value in line.items() if name != "slow"})
        assert not isinstance(step, scripted_model.Slow)
        return slow(line["slow"], step)
    if "fault" in line:
        return fault(line["fault"], line.get("status", 200), line.get("headers"))
    if "together" in line:
        return together(*(cast(scripted_model.Answer, _step(each)) for each in line["together"]))
    if "say" in line:
        return say(without_braces(line["say"]))
    return _call(line["call"], line.get("arguments", {}))


def _call(name: str, arguments: Mapping[str, Any] | str) -> Step:
    """A call. Text for arguments is sent as it is; of a table what is required and not there is null."""
    if isinstance(arguments, str):
        return raw_call(name, arguments)
    required = next((each["parameters"]["required"] for each in tools.schemas() if each["name"] == name), ())
    return raw_call(name, json.dumps(dict.fromkeys(required) | dict(arguments)))


def step_of(line: Mapping[str, Any]) -> Step:
    """The same for a line that stands alone (`always`)."""
    return _step(line)
