"""Everything that a model or a table can do wrong, and a text is answered all the same: 200, useful, in time."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

import dispatcher
from clock import open_day
from faults import FlakyProxy, Mischief, black_hole, flaky_proxy
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, reply_text, sms, texts
from local_aws import LocalAws, Tables
from scripted_model import Answer, ScriptedModel, call, fault, raw_call, say

BUDGET = 3.0
# A loaded machine may be slow to come back to us; Twilio itself allows half as much again.
TOLERANCE = 1.0

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLY_BUDGET_SECONDS", str(BUDGET))


def ask(words: str) -> str:
    return reply_text(timed(words))


def timed(words: str) -> dict[str, Any]:
    """The answer to a text; fails when it came later than the budget."""
    began = time.monotonic()
    response = dispatcher.handler(sms(words), LambdaContext())
    assert time.monotonic() - began < BUDGET + TOLERANCE
    return response


MODEL_FAULTS: dict[str, Any] = {
    "hangs": fault("hang"),
    "drips": fault("drip"),
    "closes": fault("disconnect"),
    "html": fault("html"),
    "empty object": fault("empty_object"),
    "garbage": fault("garbage"),
    "truncated": fault("truncated"),
    "401": fault("status", 401),
    "429 with Retry-After": fault("status", 429, {"Retry-After": "60"}),
    "500": fault("status", 500),
    "says nothing": say(""),
    "says only lies": say("It costs $1."),
    "never stops calling": call("check_availability", date="2026-12-01"),
    "never stops calling nonsense": raw_call("no_such_tool", "{"),
}


@pytest.mark.parametrize("kind", MODEL_FAULTS)
def test_model_that_fails_leaves_the_list_and_1_books(kind: str, model: ScriptedModel, tables: Tables) -> None:
    model.always(MODEL_FAULTS[kind])
    reply = ask("Do you fix iPhone 14 screens?")
    assert "1) " in reply
    assert "from $79" in reply
    assert "You're booked" in ask("1")
    assert len(tables.leads()) == 1


def test_model_that_fails_after_it_booked_still_gets_its_booking_said(model: ScriptedModel, tables: Tables) -> None:
    slot = {"date": open_day().isoformat(), "time": "16:00"}
    booking = call("book_slot", **slot, repair_type="screen", device=None, customer_name=None)
    model.script(booking, fault("hang"))
    assert "You're booked" in ask("4 pm please")
    assert len(tables.leads()) == 1


def test_nobody_answers_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    assert "1) " in ask("hi")


def test_database_that_swallows_every_call_still_leaves_useful_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        response = timed("how much is an iphone 14 screen?")
    reply = reply_text(response)
    assert "can't reach the appointment book" in reply
    assert "from $79" in reply
    assert "Mon-Sat 9:00 AM-5:00 PM" in reply
    assert "how much is an iphone 14 screen?" in texts(response)[1].body


def test_database_that_refuses_connections_still_leaves_useful_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "can't reach the appointment book" in ask("hi")


def test_both_down_is_answered(model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert "can't reach the appointment book" in ask("hi")
    assert model.requests == []


@pytest.fixture
def proxy(local_aws: LocalAws, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyProxy]:
    with flaky_proxy(local_aws.endpoint_url) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        yield running


def booking_only(mischief: Any) -> Any:
    """A rule for the transaction that books, and for no other."""

    def rule(name: str, request: dict[str, Any]) -> Any:
        actions = request.get("TransactItems", [])
        return mischief if name == "TransactWriteItems" and len(actions) > 2 else None

    return rule


def test_booking_of_unknown_outcome_is_neither_claimed_nor_denied(proxy: FlakyProxy, tables: Tables) -> None:
    ask("hi")
    proxy.rule = booking_only("drop_after")
    reply = ask("1")
    assert "can't see yet whether your booking" in reply
    assert len(tables.leads()) == 1  # it had landed, and nobody could know
    proxy.rule = lambda _name, _request: None
    assert "You're booked for" in ask("and?")


def test_brandon_is_told_of_a_booking_that_nobody_could_see(proxy: FlakyProxy) -> None:
    ask("hi")
    proxy.rule = booking_only("drop_after")
    notices = [each.body for each in texts(timed("1")) if each.to == OWNER_NUMBER]
    assert notices == [
        f"I couldn't see whether a change for {CUSTOMER_NUMBER} was stored. Their bookings are in the agenda."
    ]


def test_booking_whose_answer_was_lost_once_is_confirmed(proxy: FlakyProxy, tables: Tables) -> None:
    ask("hi")
    lost: Iterator[Mischief] = iter(["drop_after"])
    rule = booking_only("drop_after")
    proxy.rule = lambda name, request: next(lost, None) if rule(name, request) else None
    assert "You're booked" in ask("1")
    assert len(tables.leads()) == 1


def test_list_that_could_not_be_kept_is_not_shown(proxy: FlakyProxy) -> None:
    proxy.rule = lambda name, _request: "drop_before" if name == "TransactWriteItems" else None
    reply = ask("hi")
    assert "1) " not in reply
    assert "can't reach the appointment book" in reply


def test_answer_that_could_not_be_kept_is_given_all_the_same(proxy: FlakyProxy, model: ScriptedModel) -> None:
    model.script(say("Which device is it?"))
    proxy.rule = lambda name, _request: "drop_before" if name == "TransactWriteItems" else None
    assert ask("hi") == "Which device is it?"


def test_throttling_and_conflicts_are_not_noticed(proxy: FlakyProxy, tables: Tables) -> None:
    ask("hi")
    troubles: Iterator[Mischief] = iter(["throttle", "conflict", "conflict"])
    proxy.rule = lambda name, _request: next(troubles, None) if name in ("TransactWriteItems", "UpdateItem") else None
    assert "You're booked" in ask("1")


def test_text_without_a_tool_costs_two_round_trips_besides_the_model(proxy: FlakyProxy, model: ScriptedModel) -> None:
    """Everything that is read, and the claim, go side by side; then one transaction stores answer and turn."""
    model.script(say("Which device is it?"))
    ask("hi")
    names = proxy.operations()
    assert names[-1] == "TransactWriteItems"
    assert names.count("TransactWriteItems") == 1
    assert "Scan" not in names


@pytest.mark.parametrize(
    "item",
    [
        {"type": "function_call", "call_id": "c", "name": "book_slot", "id": "f"},
        {"type": "function_call", "call_id": "c", "name": None, "arguments": "{}", "id": "f"},
        {"type": "function_call", "call_id": "c", "name": "book_slot", "arguments": {"date": 1}, "id": "f"},
        {"type": "message", "id": "m", "role": "assistant", "status": "completed"},
        {"type": "message", "id": "m", "role": "assistant", "content": "words"},
        {"type": "message", "id": "m", "content": [{"type": "output_text", "text": 5}]},
        None,
        "words",
    ],
)
def test_answer_without_its_parts_leaves_the_list(item: Any, model: ScriptedModel) -> None:
    model.always(Answer(items=(item,)))
    assert "1) " in ask("hi")


@pytest.mark.parametrize("trouble", ["throttle", "conflict", "drop_before"])
def test_retry_that_fails_does_not_deny_what_the_first_try_may_have_done(
    trouble: Any, proxy: FlakyProxy, tables: Tables
) -> None:
    ask("hi")
    troubles: Iterator[Mischief] = iter(["drop_after", *[trouble] * 10])
    is_booking = booking_only("drop_after")
    proxy.rule = lambda name, request: next(troubles, None) if is_booking(name, request) else None
    assert "can't see yet whether your booking" in ask("1")
    assert len(tables.leads()) == 1


def test_stop_is_met_with_silence_even_when_the_tables_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert texts(timed("STOP")) == []


def test_failed_answer_is_kept_so_that_a_repeat_gets_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, tables: Tables
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("assistant.reply", broken)
    event = sms("hi", sid="SM1")
    first = dispatcher.handler(event, LambdaContext())
    assert "something went wrong" in reply_text(first)
    monkeypatch.undo()
    for name, value in tables.environment().items():
        monkeypatch.setenv(name, value)
    assert dispatcher.handler(event, LambdaContext()) == first
