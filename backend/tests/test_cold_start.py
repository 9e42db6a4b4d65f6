"""What a function loads and does before its first request: held by what can be counted, without a clock.

The budgets are what it is today and a little; what they stand for in time is in bench/RESULTS.md.
"""

import gc
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openai.types.responses import Response

import cold_start
import dispatcher
import expressions
import honesty
import model as linda_model
import text_message
import tools
import utils
from clock import Clock
from errors import ModelLate
from gateway_events import LambdaContext, reply_text, sms
from local_aws import Tables
from scripted_model import ScriptedModel, fault, say, slow
from shop import load_shop

LAMBDA = Path(cold_start.__file__).parent
ROOMS = {path.stem for path in LAMBDA.glob("*.py")}
HANDLERS = ("dispatcher", "scheduler", "state_manager")
IN_LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "linda",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "y",
    "OPENAI_API_KEY": "k",
}

# Imports a handler in a new process, without a network, and counts.
_COUNT = """
import dataclasses, gc, json, re, socket, sys
socket.socket.connect = None
rooms = set(sys.argv[2:])
counts = {"dataclasses": 0, "expressions": 0, "collected_meanwhile": 0}

def counted(name, whole, belongs):
    def count(*arguments, **named):
        counts[name] += belongs(arguments)
        counts["collected_meanwhile"] += name == "dataclasses" and gc.isenabled()
        return whole(*arguments, **named)
    return count

def is_of_a_room(_arguments):
    frame = sys._getframe(2)
    while "/re/" in frame.f_code.co_filename or frame.f_globals["__name__"] == "re":
        frame = frame.f_back
    return frame.f_globals["__name__"] in rooms

dataclasses._process_class = counted(
    "dataclasses", dataclasses._process_class, lambda arguments: arguments[0].__module__ in rooms
)
re._compiler.compile = counted("expressions", re._compiler.compile, is_of_a_room)
__import__(sys.argv[1])
import shop, utils
found = {
    **counts,
    "rooms": sorted(rooms & set(sys.modules)),
    "modules": sorted(sys.modules),
    "clients": utils._new_client.cache_info().currsize,
    "shops": shop.load_shop.cache_info().currsize,
    "collects": gc.isenabled(),
    "frozen": gc.get_freeze_count(),
}
if sys.argv[1] == "dispatcher":
    import erasure, expressions, honesty, privacy, tools
    found["schemas"] = tools.schemas.cache_info().currsize
    erasure.is_request("Do you fix iPhone 14 screens?"), privacy.masked_secrets("I can come tomorrow at 2pm")
    found["compiled_by_a_text"] = counts["expressions"] - found["expressions"]
    honesty.prepare(shop.load_shop())
    found["left"], before = expressions.compile_all(), counts["expressions"]
    honesty.honest(shop.load_shop(), "An iPhone 14 screen is from $79. Would Tuesday at 2 PM or 3 PM suit you?")
    found["compiled_by_a_reply"] = counts["expressions"] - before
print(json.dumps(found))
"""


@cache
def started(handler: str, *, in_lambda: bool = False) -> dict[str, Any]:
    """What stands there once the handler is imported."""
    command = [sys.executable, "-c", _COUNT, handler, *sorted(ROOMS)]
    environment = {"PATH": "", **(IN_LAMBDA if in_lambda else {})}
    ended = subprocess.run(command, cwd=LAMBDA, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    counts: dict[str, Any] = json.loads(ended.stdout)
    return counts


@pytest.mark.parametrize("handler", HANDLERS)
def test_import_needs_no_setting_and_no_network_and_makes_no_client(handler: str) -> None:
    assert started(handler)["clients"] == 0


@pytest.mark.parametrize("handler", HANDLERS)
def test_in_lambda_the_clients_are_made_before_the_first_request(handler: str) -> None:
    counts = started(handler, in_lambda=True)
    assert (counts["clients"], counts["shops"]) == (1, 1)
    assert ("openai.resources.responses.responses" in counts["modules"]) is (handler == "dispatcher")


@pytest.mark.parametrize("handler", HANDLERS)
def test_garbage_is_collected_again_when_all_is_loaded(handler: str) -> None:
    for in_lambda in (False, True):
        counts = started(handler, in_lambda=in_lambda)
        assert (counts["collected_meanwhile"], counts["collects"]) == (0, True)
        assert counts["frozen"] > 10_000


@pytest.mark.parametrize("handler", ["scheduler", "state_manager"])
def test_json_functions_load_neither_openai_nor_twilio(handler: str) -> None:
    assert [name for name in ("openai", "twilio", "pydantic") if name in started(handler)["modules"]] == []


def test_text_waits_for_nothing_that_calls_brandon_and_the_schedule_need() -> None:
    loaded = set(started("dispatcher")["modules"])
    others = {"phone_call", "call_end", "handover", "status", "owner", "owner_commands", "sending", "carrier"}
    assert loaded & (others | {"requests", "twilio.rest", "twilio.twiml.voice_response"}) == set()


# What a frozen dataclass costs when it is made is two thirds of what our own code costs at a start.
@pytest.mark.parametrize(
    ("handler", "rooms", "dataclasses", "expressions"),
    [("dispatcher", 49, 52, 22), ("scheduler", 15, 12, 7), ("state_manager", 10, 11, 5)],
)
def test_own_code_stays_small_at_a_start(handler: str, rooms: int, dataclasses: int, expressions: int) -> None:
    counts = started(handler)
    assert len(counts["rooms"]) <= rooms
    assert counts["dataclasses"] <= dataclasses
    assert counts["expressions"] <= expressions


# --- what is prepared ---------------------------------------------------------------------------------------


def test_what_every_text_needs_is_there_before_the_first_one() -> None:
    counts = started("dispatcher", in_lambda=True)
    assert (counts["schemas"], counts["compiled_by_a_text"]) == (1, 0)


def test_nothing_is_left_to_compile_for_the_first_reply() -> None:
    counts = started("dispatcher", in_lambda=True)
    assert (counts["left"], counts["compiled_by_a_reply"]) == (0, 0)


def test_prepared_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    expressions.lazy("never used")
    monkeypatch.setattr(honesty, "honest", lambda _shop, words: ran.append(words))
    honesty.prepare(load_shop())
    honesty.prepare(load_shop())
    assert len(ran) == 1


def test_what_an_answer_needs_is_done_while_it_is_waited_for(
    tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    linda_model._make_parsers.cache_clear()
    expressions.lazy("not used yet")
    model.script(slow(linda_model.SENT_AFTER_SECONDS * 3, say("Which device is it?")))
    assert reply_text(dispatcher.handler(sms("Hello?"), LambdaContext())) == "Which device is it?"
    assert (linda_model._make_parsers.cache_info().currsize, expressions.compile_all()) == (1, 0)


def _converse(seconds: float, meanwhile: Callable[[], None]) -> str:
    prompt = linda_model.Prompt("Be brief.", tools.schemas(), [{"role": "user", "content": "Hello?"}], "+19045550123")
    deadline = utils.Deadline(seconds)
    return linda_model.converse(utils.load_settings(), prompt, _no_tool, deadline, [], meanwhile=meanwhile)


def _no_tool(name: str, _arguments: object) -> dict[str, Any]:
    raise AssertionError(name)


def test_nothing_is_begun_when_the_time_is_short(model: ScriptedModel) -> None:
    model.script(fault("hang"))
    with pytest.raises(ModelLate):
        _converse(0.5, _failing(AssertionError("begun")))


def test_answer_is_taken_though_nothing_could_be_prepared(
    model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    model.script(slow(linda_model.SENT_AFTER_SECONDS * 3, say("Hello!")))
    assert _converse(9, _failing(ValueError("no expression"))) == "Hello!"
    assert "nothing could be prepared" in caplog.text


def test_example_of_an_answer_is_one() -> None:
    Response.model_validate(linda_model._EXAMPLE)


def test_lazy_expression_is_the_compiled_one_once_it_was_used() -> None:
    lazy = expressions.lazy(r"(\d)x", 0)
    assert lazy.sub("y", "1x2x") == "yy"
    assert [match[1] for match in lazy.finditer("1x2x")] == ["1", "2"]
    assert lazy.search.__self__ == re.compile(r"(\d)x")  # type: ignore[attr-defined]


def test_function_starts_though_its_settings_can_not_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "linda")
    monkeypatch.setattr(gc, "freeze", lambda: None)
    gc.disable()
    cold_start.finish(_failing(ValueError("no such region")))
    assert gc.isenabled()
    assert "not everything could be prepared" in caplog.text


def _failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_without_a_key_no_client_of_the_model_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(linda_model, "_client", _failing(AssertionError("made")))
    text_message.prepare(utils.load_settings())


def test_settings_that_can_not_work_leave_a_text_with_an_answer(
    tables: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "notaurl")
    assert "went wrong" in reply_text(dispatcher.handler(sms("Hello?"), LambdaContext()))
