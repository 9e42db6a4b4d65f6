"""What each request asks of DynamoDB: calls, how many of them wait for one another, and the capacity they consume.

What is counted here is also a test (tests/test_cost.py), on the same machinery.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from clock import MONDAY_MORNING, Clock, install
from dynamodb_local import running_dynamodb_local
from findings import Finding, Table
from fresh_tables import fresh_tables, use
from local_aws import LocalAws
from metering import Cost, Scales, full_tables
from options import Options
from scripted_model import ScriptedModel
from visits import Visit, calls_of, depths_of

LEADS = 100_000
Weights = tuple[Mapping[str, Cost], Mapping[str, Cost]]
_NOT_WEIGHED: Weights = ({}, {})
_TARGETS = {
    "trips.text": "text without a tool",
    "trips.availability": "availability, 1 day",
    "trips.booking": "booking from the web",
}
_HOW = """\
Calls are counted at the tables of the local AWS; *in sequence* is the longest chain of calls of which each waits for
the one before it, besides the model's. Capacity units, of reading and writing together, are what AWS's own DynamoDB
Local says that each request consumed, with no lead in the table and with {leads:,} leads of other people with their
claims and turns. It weighs a transaction as one item."""


def run(options: Options, aws: LocalAws, _revisions: Mapping[str, Path]) -> Finding:
    with pytest.MonkeyPatch.context() as monkeypatch, _model(monkeypatch) as model:
        clock = Clock(MONDAY_MORNING)
        install(monkeypatch, clock)
        print("round trips ...", file=sys.stderr)
        depths, calls = _counted(Visit(clock, model), clock, aws, monkeypatch)
        missing, weights = "left out of a quick run", _NOT_WEIGHED
        if not options.quick:
            missing, weights = _weighed(Scales(clock, model, monkeypatch), options.work)
    return finding(depths, calls, weights, missing)


@contextmanager
def _model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    model = ScriptedModel().start()
    try:
        for name, value in model.environment().items():
            monkeypatch.setenv(name, value)
        yield model
    finally:
        model.close()


def _counted(
    visit: Visit, clock: Clock, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Depths and operations of each step, by its name, each on empty tables."""
    with fresh_tables(aws) as tables:
        use(tables, monkeypatch)
        depths = depths_of(visit, monkeypatch)
    clock.set(MONDAY_MORNING)
    with fresh_tables(aws) as tables:
        use(tables, monkeypatch)
        calls = calls_of(visit, aws, monkeypatch)
    return depths, calls


def _weighed(scales: Scales, work: Path) -> tuple[str, Weights]:
    """What the steps consume on empty and on full tables, or why that could not be found out."""
    try:
        with running_dynamodb_local(work) as engine:
            with fresh_tables(engine) as tables:
                empty = scales.weigh(tables)
            print(f"writing {LEADS:,} leads ...", file=sys.stderr)
            with full_tables(engine, LEADS) as tables:
                return "", (empty, scales.weigh(tables))
    except RuntimeError as missing:  # no Java, no npm, no network of its own
        return str(missing).splitlines()[0], _NOT_WEIGHED


def finding(
    depths: Mapping[str, int], calls: Mapping[str, Sequence[str]], weights: Weights, missing: str = ""
) -> Finding:
    measured: dict[str, float] = {target: depths[step] for target, step in _TARGETS.items()}
    empty, full = weights
    if empty:
        measured["trips.growth"] = max(full[name].units / empty[name].units for name in empty)
    rows = [
        [name, str(depths[name]), str(len(calls[name])), *_units(name, weights), _named(calls[name])] for name in calls
    ]
    head = ("request", "in sequence", "calls", "units, no lead", f"units, {LEADS:,} leads", "which")
    note = f"Capacity was not measured: {missing}." if missing else ""
    table = Table("", head, rows, note)
    return Finding("Round trips and capacity of DynamoDB", _HOW.format(leads=LEADS), [table], measured)


def _units(name: str, weights: Weights) -> list[str]:
    return [f"{weight[name].units:g}" if name in weight else "" for weight in weights]


def _named(calls: Sequence[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(Counter(calls).items()))
