"""What a request costs, in calls, in capacity and in rounds of the model: the same with 100,000 leads as with none."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

import utils
from clock import Clock
from fresh_tables import fresh_tables
from local_aws import LocalAws, Tables
from metering import Cost, Scales, full_tables
from scripted_model import ScriptedModel
from visits import STEPS, Visit, calls_of, depths_of

# --- in sequence: what waits for what ----------------------------------------------------------------------------


def test_calls_that_wait_for_each_other_are_few(
    tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    deepest = depths_of(Visit(clock, model), monkeypatch)
    print("\nround trips in sequence:", deepest)
    assert {step.name: deepest[step.name] for step in STEPS if deepest[step.name] > step.in_sequence} == {}


def test_booking_by_one_text_takes_two_rounds_of_the_model(tables: Tables, clock: Clock, model: ScriptedModel) -> None:
    Visit(clock, model).text_that_books()
    assert len(model.requests) == 2


# --- in calls: on the local AWS -----------------------------------------------------------------------------


def test_each_request_keeps_to_its_number_of_calls_and_none_scans(
    local_aws: LocalAws, tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = calls_of(Visit(clock, model), local_aws, monkeypatch)
    over = {step.name: calls[step.name] for step in STEPS if len(calls[step.name]) > step.calls}
    assert over == {}
    assert scans(calls) == {}


def test_scan_is_seen_among_the_calls(
    local_aws: LocalAws, tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queries_that_scan():
        calls = calls_of(Visit(clock, model), local_aws, monkeypatch)
    assert set(scans(calls)) == {step.name for step in STEPS}


def scans(calls: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The steps that scan, which no request may."""
    return {name: operations for name, operations in calls.items() if "Scan" in operations}


@contextmanager
def queries_that_scan() -> Iterator[None]:
    """A store whose query of one partition reads the table instead, here its first page."""
    query = utils.Store._pages

    def scan(self: utils.Store, parameters: dict[str, Any], *, only_first: bool) -> list[Any]:
        renamed = {**parameters, "FilterExpression": parameters["KeyConditionExpression"]}
        for name in ("KeyConditionExpression", "Limit", "ScanIndexForward"):
            renamed.pop(name, None)
        found = list(self.client.scan(**renamed)["Items"])
        return found[::-1][: parameters["Limit"]] if only_first else found

    utils.Store._pages = scan  # type: ignore[method-assign]
    try:
        yield
    finally:
        utils.Store._pages = query  # type: ignore[method-assign]


# --- in capacity: on DynamoDB Local -------------------------------------------------------------------------


@pytest.fixture
def scales(clean_environment: None, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> Scales:
    return Scales(clock, model, monkeypatch)


@pytest.mark.dynamodb_local
def test_requests_cost_the_same_with_100_000_leads(scales: Scales, dynamodb_local: LocalAws) -> None:
    with fresh_tables(dynamodb_local) as tables:
        before = scales.weigh(tables)
    with full_tables(dynamodb_local, 100_000) as tables:
        after = scales.weigh(tables)
    print(report(before, after))
    assert grown(before, after) == {}
    assert all(cost.units > 0 for cost in before.values())


@pytest.mark.dynamodb_local
def test_scan_turns_the_comparison_red(scales: Scales, dynamodb_local: LocalAws) -> None:
    """A scan costs more with every lead: a hundred are enough to be seen, and thousands time out in this engine."""
    with queries_that_scan():
        with fresh_tables(dynamodb_local) as tables:
            before = scales.weigh(tables)
        with full_tables(dynamodb_local, 100) as tables:
            after = scales.weigh(tables)
    print(report(before, after))
    assert set(grown(before, after)) == {step.name for step in STEPS}


def grown(before: Mapping[str, Cost], after: Mapping[str, Cost]) -> dict[str, tuple[Cost, Cost]]:
    """The steps that cost more, or less, in a full table than in an empty one."""
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def report(before: Mapping[str, Cost], after: Mapping[str, Cost]) -> str:
    lines = [f"{name:24} {before[name].units:7} {after[name].units:9}  {after[name].calls}" for name in before]
    heading = f"{'capacity units':24} {'empty':>7} {'full':>9}  calls"
    return "\n".join(["", heading, *lines])
