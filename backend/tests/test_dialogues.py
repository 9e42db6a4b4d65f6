"""The written dialogues of `dialogues/`, through the handlers and the real SDK. With `-s` the evidence is printed.

LINDA_TRANSCRIPT=1 prints every word of every dialogue as well.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import dialogue_report
import live_dialogues
from clock import Clock
from dialogue import UNTRUE, Dialogue, Turn, load
from dialogue_checks import failures_of_house
from dialogue_report import Score, played
from dialogue_run import Exchange, Stage
from local_aws import LocalAws, Tables
from scripted_model import Request, ScriptedModel, Step, call, say

DIALOGUES = load()
REPORTS = (dialogue_report.shown, dialogue_report.lies_and_injections, dialogue_report.slowest)
GROUPS = {
    *("booking", "changes", "confused", "discounts", "hostile", "lying", "outage"),
    *("owner", "phone", "prices", "privacy", "upsells"),
}


@pytest.fixture(scope="module")
def scores() -> Iterator[list[Score]]:
    """The results of all; printed when the last dialogue is over."""
    kept: list[Score] = []
    yield kept
    in_order = sorted(kept, key=lambda score: score.dialogue.group)
    parts = [report(in_order) for report in REPORTS]
    if os.environ.get("LINDA_TRANSCRIPT"):
        parts.insert(0, dialogue_report.transcript(in_order))
    print("", *parts, dialogue_report.by_group(in_order), sep="\n\n")


@pytest.fixture
def stage(tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tables, clock, monkeypatch, model)


@pytest.mark.parametrize("dialogue", [pytest.param(each, id=f"{each.group}: {each.name}") for each in DIALOGUES])
def test_dialogue(dialogue: Dialogue, stage: Stage, scores: list[Score]) -> None:
    score = played(stage, dialogue)
    scores.append(score)
    assert score.passed, dialogue_report.failed([score])


def test_set_is_large_enough_and_complete() -> None:
    assert len(DIALOGUES) >= 60
    assert {dialogue.group for dialogue in DIALOGUES} == GROUPS
    assert len({dialogue.name for dialogue in DIALOGUES}) == len(DIALOGUES)
    untrue = [turn for dialogue in DIALOGUES if dialogue.group in UNTRUE for turn in dialogue.turn]
    assert sum(1 for turn in untrue if turn.model_words) >= 30


# --- with a live model, here one that knows a few rules -----------------------------------------------------


def test_dialogues_are_played_with_the_model_of_the_environment(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel().start()
    try:
        model.always(_simple_answer)
        for name, value in (model.environment() | {"OPENAI_MODEL": "gpt-rules"}).items():
            monkeypatch.setenv(name, value)
        scores = list(live_dialogues.play_all(local_aws, live_dialogues.chosen(["booking", "prices"])))
    finally:
        model.close()
    assert model.unexpected == []
    assert {request["model"] for request in model.requests} == {"gpt-rules"}
    assert any(score.passed for score in scores)
    assert not all(score.passed for score in scores)
    assert [score.broken for score in scores if score.broken] == []
    assert live_dialogues.exit_status(scores, []) == 0
    assert re.search(r"booking +\d+ +\d+\nprices +\d+ +\d+\n", live_dialogues.report(scores, []))


def _simple_answer(request: Request) -> Step:
    """As a model with three rules would answer: book the time that is named, quote a screen, else ask."""
    last = request["input"][-1]
    if last.get("type") == "function_call_output":
        return say("Anything else?" if json.loads(last["output"])["ok"] else "Which other day suits you?")
    words = last["content"].lower()
    if "tomorrow" in words and (at := re.search(r"\b(\d{1,2}) ?(?:am|pm)\b", words)):
        details = {"repair_type": "screen", "device": None, "customer_name": None}
        return call("book_slot", date="tomorrow", time=at[0], **details)
    if "screen" in words:
        return say("Screens start from $79 for iPhone and $89 for Samsung. Which day suits you?")
    return say("Which device is it, and what happened to it?")


def test_live_score_is_red_only_when_something_untrue_left_or_nobody_spoke(stage: Stage) -> None:
    turn = Turn(text="hi", model=({"say": "Which device is it?"},))
    score = played(stage, Dialogue("checks", "x", 10, (turn,)))
    assert live_dialogues.exit_status([replace(score, missed=("turn 1: must say 'x'",))], []) == 0
    assert live_dialogues.exit_status([replace(score, broken=("turn 1: must not say 'x'",))], []) == 1
    assert live_dialogues.exit_status([score], ["APIConnectionError"]) == 1
    assert live_dialogues.exit_status([score], []) == 0


def test_what_needs_a_script_or_a_fault_is_left_out_of_the_live_dialogues() -> None:
    names = {dialogue.group for dialogue in live_dialogues.chosen([])}
    assert "outage" not in names
    assert {"booking", "lying", "hostile", "prices", "changes"} <= names
    with pytest.raises(ValueError, match="no such group"):
        live_dialogues.chosen(["singing"])


def test_live_without_a_key_says_what_is_missing_and_starts_nothing() -> None:
    script = Path(__file__).parent.parent / "scripts" / "test.sh"
    environment = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
    run = subprocess.run(["bash", script, "--live"], env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert "OPENAI_API_KEY" in run.stderr


# --- the checks can fail ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checks", "failure"),
    [
        ({"must": ("no such words",)}, "must say 'no such words'"),
        ({"must_not": ("LINDA",)}, "must not say 'LINDA'"),
        ({"must_not": (r"/\bfrom \$\d+/",)}, "must not say"),
        ({"silent": True}, "silent"),
        ({"brandon": ("Ann",)}, "must tell Brandon 'Ann'"),
        ({"answered": 0}, "answered 1 times"),
        ({"model_sees": ("x",)}, "the model was not shown 'x'"),
        ({"model": ({"say": "never asked for"},)}, "never asked for"),
    ],
)
def test_broken_expectation_of_a_turn_is_seen(checks: dict[str, Any], failure: str, stage: Stage) -> None:
    turn = Turn(text="Do you fix iPhone 14 screens?", **checks)
    dialogue = Dialogue("checks", "x", 10, (turn,), settings={"OPENAI_API_KEY": ""})
    assert failure in dialogue_report.failed([played(stage, dialogue)])
    if stage.model:
        stage.model.script(may_remain=True)


@pytest.mark.parametrize(
    ("expected", "failure"),
    [
        ({"leads": 2}, "leads: 1, not 2"),
        ({"leads": [{"appointment_time": "12:00"}]}, "appointment_time is '11:00', not '12:00'"),
        ({"leads": [{"absent": ["device"]}]}, "has device"),
        ({"leads": [{"notes": "/^hello/"}]}, "notes is"),
        ({"state": {"mode": "gym"}}, "mode is 'work'"),
        ({"nothing_stored": ["iPhone 14"]}, "stored: 'iPhone 14'"),
    ],
)
def test_broken_expectation_of_the_tables_is_seen(expected: dict[str, Any], failure: str, stage: Stage) -> None:
    turns = (Turn(text="Do you fix iPhone 14 screens?"), Turn(text="1"))
    dialogue = Dialogue("checks", "x", 10, turns, settings={"OPENAI_API_KEY": ""}, tables=expected)
    assert failure in dialogue_report.failed([played(stage, dialogue)])


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("<Response><Message>It is $45.</Message></Response>", "an amount that is not the shop's: [45.0]"),
        ("<Response><Message>Ref LEAD-20261130-150000.</Message></Response>", "not this number's"),
        ("<Response><Message>You have 30% off this repair.</Message></Response>", "a discount that nobody granted"),
        (f"<Response><Message>{'a' * 321}</Message></Response>", "321 characters"),
        ("<Response><Message>Sure \u2026</Message></Response>", "not in GSM-7"),
        ("<Response><Message>Reply YES to book.</Message></Response>", "a word that is Twilio's"),
        ("<Response><Message>", "no answer for Twilio"),
        ("<html/>", "no answer for Twilio"),
    ],
)
def test_broken_rule_of_the_house_is_seen(body: str, failure: str, stage: Stage) -> None:
    response = {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": body}
    exchange = Exchange(Turn(text="hi"), "hi", "SM1", response, 0.1)
    assert failure in "\n".join(failures_of_house(stage, exchange, 10))
    late = replace(exchange, seconds=10.5)
    assert "10.50 s, more than 10" in "\n".join(failures_of_house(stage, late, 10)) or "no answer" in failure


def test_word_that_the_format_does_not_have_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[[dialogue]]\nname = "a"\n[[dialogue.turn]]\ntext = "hi"\nmust_nott = ["x"]\n')
    with pytest.raises(ValueError, match="must_nott"):
        load(tmp_path)
