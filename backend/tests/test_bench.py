"""The bench runs, its targets are judged by code, its report and picture can be read. Nothing here looks at a clock."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import options
import plot
import report
import tokens
import warm_worker
from findings import TARGETS, Bar, Finding, Panel, Table
from local_aws import BACKEND
from scripted_model import call, say
from stats import paired, percentile, spread

COLD = Finding(
    title="Cold start",
    how="How it was measured.",
    tables=[
        Table("dispatcher", ("", "INIT"), [["as deployed", "340 (335-352)"], ["the plain | way", "801 (790-820)"]])
    ],
    measured={"cold.dispatcher.floor": 1.104, "cold.dispatcher.plain": 0.46, "trips.growth": 1.0},
    panels=[Panel("Cold start & INIT", "ms", [Bar("as deployed", [340], 335, 352, ours=True), Bar("plain", [801])])],
)
WARM = Finding(
    title="Warm",
    how="How.",
    measured={"warm.own": 3.02},
    panels=[Panel("A warm request", "ms CPU", [Bar("text", [3.0, 5.5, 0.0])], ["ours", "boto3", "threads"])],
)


def test_each_target_is_judged_by_what_was_measured() -> None:
    rows = {row[0]: row[1:] for row in report.targets([COLD, WARM]).rows}
    judged = {target.id: rows[target.what] for target in TARGETS}
    assert judged["cold.dispatcher.floor"] == ["1.10", "1.10", "met"]
    assert judged["cold.dispatcher.plain"] == ["0.45", "0.46", "**not met**"]
    assert judged["warm.own"] == ["3.00 ms CPU", "3.02 ms CPU", "**not met**"]
    assert judged["trips.growth"] == ["1.00", "1.00", "met"]
    assert judged["texts.rounds"] == ["2", "not measured in this run", ""]
    assert len({target.id for target in TARGETS}) == len(TARGETS) == len(rows)


def test_report_begins_with_the_targets_and_names_the_machine() -> None:
    written = report.document([COLD, WARM], [("processor", "one of 2 cores")], "today", "1a2b3c4", "results.svg")
    assert written.index("](results.svg)") < written.index("## Targets") < written.index("## Machine")
    assert written.index("| processor | one of 2 cores |") < written.index("## Cold start") < written.index("## Warm")
    assert "| as deployed | 340 (335-352) |" in written
    assert "| the plain \\| way | 801 (790-820) |" in written
    assert "| dispatcher |" not in report.document([COLD], [], "", "")


def test_picture_is_svg_for_light_and_dark_with_a_bar_for_each_line() -> None:
    drawn = plot.svg([*COLD.panels, *WARM.panels])
    root = ET.fromstring(drawn)
    words = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Cold start & INIT", "as deployed", "340", "801", "8.5", "boto3"} <= set(words)
    assert "prefers-color-scheme: dark" in drawn
    bars = [rect for rect in root.iter("{http://www.w3.org/2000/svg}rect") if rect.get("height") == "14"]
    ours, other, *_parts = (float(bar.get("width", "")) for bar in bars)
    assert ours / other == pytest.approx(340 / 801, rel=0.01)


def test_ratios_are_those_of_the_same_round() -> None:
    slow_in_between = ([10.0, 40.0, 10.0], [5.0, 20.0, 5.0])
    assert paired(*slow_in_between).median == 2.0
    assert spread([7.0]).words(1) == "7.0 (7.0-7.0)"
    assert (percentile(range(1, 101), 95), percentile([3, 1, 2], 50)) == (95, 2)
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_tokens_of_a_request_are_those_of_all_that_is_sent() -> None:
    request = {
        "instructions": "Be kind.",
        "tools": [{"type": "function", "name": "book_slot"}],
        "input": [
            {"role": "user", "content": "Hello there"},
            *call("book_slot", date="2026-12-01").items,
            {"type": "function_call_output", "call_id": "1", "output": '{"ok": true}'},
        ],
    }
    less = {**request, "input": request["input"][:1]}
    assert tokens.of_request(request) > tokens.of_request(less) > tokens.count("Be kind.") > 0
    assert tokens.of_answer(say("Which device is it, please?")) > tokens.of_answer(say("Yes."))
    assert tokens.usd(1_000_000, 1_000_000) == pytest.approx(0.60)


def test_sampled_code_is_told_apart_by_its_place() -> None:
    sampler = warm_worker.Sampler(Path("/tmp/task"))
    groups = {path: sampler.group_of(path) for path in ("/tmp/task/booking.py", "/var/task/botocore/x.py")}
    assert groups == {"/tmp/task/booking.py": "own", "/var/task/botocore/x.py": "boto"}
    assert sampler.group_of("/var/task/pydantic/main.py") == sampler.group_of("/var/task/httpx2/x.py") == "openai"
    assert (sampler.group_of("/var/task/twilio/x.py"), sampler.group_of("/usr/lib/python3/json/x.py")) == ("twilio", "")


def test_options_are_the_parts_and_revisions_that_were_named(tmp_path: Path) -> None:
    asked = options.parse(["--quick", "--only", "cold", "warm", "--against", "main~1"], tmp_path)
    assert (asked.parts, asked.against, asked.rounds(25)) == (("cold", "warm"), ("main~1",), 2)
    assert options.parse([], tmp_path).parts == options.PARTS


def test_quick_bench_counts_and_leaves_nothing_behind() -> None:
    """The whole way of a run, with the part that is counted; the others are slow (see test_parts_run)."""
    before = _leftovers()
    ended = _bench("--quick", "--only", "trips")
    assert ended.returncode == 0, ended.stderr
    assert "| availability: round trips in sequence | 1 | 1 | met |" in ended.stdout
    assert "| booking from the web | 2 | 6 |" in ended.stdout
    assert _leftovers() <= before


@pytest.mark.long
def test_parts_run() -> None:
    ended = _bench("--quick", "--only", "cold", "warm", "load", "--against", "HEAD")
    assert ended.returncode == 0, ended.stderr
    for words in (
        "own code in a warm text",
        "| text without a tool | at HEAD |",
        "the plain way",
        "web bookings, all at once",
    ):
        assert words in ended.stdout


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As bench.sh runs it, on this Python."""
    rooms = ("lambda", "tests", "local", "scripts/lib", "bench")
    path = os.pathsep.join(str(BACKEND / room) for room in rooms)
    command = [sys.executable, str(BACKEND / "bench" / "bench.py"), *arguments]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def _leftovers() -> set[Path]:
    return set((BACKEND / ".local").glob("bench-*"))
