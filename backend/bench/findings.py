"""What a part of the bench hands back: numbers against targets, tables, notes, and what is drawn of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """Something that is to be at most `limit`; `id` is under what a part of the bench files its measurement."""

    id: str
    what: str
    limit: float
    unit: str = ""
    digits: int = 2


@dataclass(frozen=True)
class Table:
    """Rows of words under a head; all columns but the first hold numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """One line of a panel of the plot: its parts one after the other, and the middle half of the whole."""

    label: str
    parts: Sequence[float]
    low: float | None = None
    high: float | None = None
    ours: bool = False


@dataclass(frozen=True)
class Panel:
    """A group of bars with one scale. `legend` names the parts where there are several."""

    title: str
    unit: str
    bars: Sequence[Bar]
    legend: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """All that one part has found. `measured` are values of targets, by their ids."""

    title: str
    how: str
    tables: Sequence[Table] = ()
    measured: Mapping[str, float] = field(default_factory=dict)
    panels: Sequence[Panel] = ()


# Of what has to hold after every change; what is measured beside it has no limit of its own.
TARGETS = (
    Target("cold.dispatcher.floor", "dispatcher: start (INIT) / its floor, the bare SDKs with their clients", 1.10),
    Target("cold.dispatcher.plain", "dispatcher: start (INIT) / the plain way", 0.45),
    Target("cold.scheduler.floor", "scheduler: start (INIT) / boto3 with its client", 1.10),
    Target("cold.state_manager.floor", "state_manager: start (INIT) / boto3 with its client", 1.10),
    Target("size.dispatcher", "dispatcher: zip without byte code", 12, "MB", digits=1),
    Target("size.dispatcher.deployed", "dispatcher: zip with byte code", 17, "MB", digits=1),
    Target("size.scheduler", "scheduler: zip without byte code", 2, "MB", digits=1),
    Target("size.state_manager", "state_manager: zip without byte code", 2, "MB", digits=1),
    Target("warm.own", "own code in a warm text without a tool", 3.0, "ms CPU"),
    Target("trips.text", "text without a tool: round trips to DynamoDB in sequence", 2, digits=0),
    Target("trips.availability", "availability: round trips in sequence", 1, digits=0),
    Target("trips.booking", "booking from the web: round trips in sequence", 2, digits=0),
    Target("trips.growth", "capacity with 100,000 leads / with none, the dearest request", 1.00),
    Target("texts.rounds", "booking by one text (the reference): rounds of the model", 2, digits=0),
)
