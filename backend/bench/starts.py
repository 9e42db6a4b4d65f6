"""Cold starts under Lambda's own bootstrap: process start to the first question for an event, and to the first answer.

All variants take turns, round by round, each beginning another one.
"""

import json
import queue
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lambda_runtime
import proof
import trees
from findings import Bar, Finding, Panel, Table
from fresh_tables import fresh_tables
from gateway_events import sms
from local_aws import LocalAws
from options import Options
from scripted_model import ScriptedModel, say, slow
from stats import Spread, in_turn, paired, spread
from trees import DEPLOYED, FUNCTIONS, REVISION, Variant

ROUNDS, TURNS = 21, 3
MODEL_SECONDS = 0.7
_REPLY = "Which device is it?"
_BASE_URL = "https://linda.invalid"
_WAIT_SECONDS = 60.0
_FLOOR = "floor: the bare SDKs"
_BOTO3 = "floor: boto3"
_PUBLISHED = "floor: boto3, data as published"
_BOTOCORE = "floor: botocore alone"
_PLAIN = "the plain way"
_CHECKS = {"dispatcher": "signed_text", "scheduler": "availability", "state_manager": "state_with_token"}
_HOW = """\
Each start is a new process under `awslambdaric` with Python {python}, in a directory as Lambda unpacks it, nothing
else on its path, and no byte code written (`-B`). *INIT* is from the start of the process to its first question for
an event, *first answer* to the answer to its first event: for LINDA's functions a real one through the tables of the
local AWS (a signed STOP text, `GET /availability`, `GET /state`), for a floor a trivial one. Times are milliseconds,
wall and the process's own CPU: median and, in brackets, quartiles of {rounds} rounds, in each of which every variant
of dispatcher has a turn and every other one {turns}. Ratios are medians of the ratios within a turn; targets are judged
by those of wall time. All files are in the page cache, so the size of a zip does not show here.

- *floor*: a handler that imports the SDKs and makes their clients, in the same trimmed and compiled packages.
- *the plain way*: pip's packages with all they ask for, no byte code, our own sources, every import at the top
  (`twilio.rest` too).
- *first text*: what a customer waits for whose text is the first, with a model that answers after {model_seconds} s:
  part of what a first text needs is done while the model is waited for."""


@dataclass(frozen=True)
class Start:
    """Milliseconds."""

    init_wall: float
    init_cpu: float
    first_wall: float
    first_cpu: float


@dataclass
class Series:
    """The starts of one variant, in the order of rounds."""

    variant: Variant
    starts: list[Start] = field(default_factory=list)

    def add(self, start: Start, *, counted: bool) -> None:
        if counted:
            self.starts.append(start)

    def values(self, which: str) -> list[float]:
        return [getattr(start, which) for start in self.starts]


def run(options: Options, aws: LocalAws, revisions: Mapping[str, Path]) -> Finding:
    variants = list(_variants(options, revisions))
    series = [Series(variant) for variant in variants]
    texts = [Series(variant) for variant in variants if variant.function == "dispatcher" and variant.answers]
    bootstrap = options.work / "bootstrap"
    bootstrap.mkdir()
    lambda_runtime.bootstrap_in(bootstrap)
    rounds = options.rounds(ROUNDS)
    with fresh_tables(aws) as tables, _model() as model:
        settings = tables.environment() | {"PUBLIC_BASE_URL": _BASE_URL}
        with_model = tables.environment() | model.environment()
        for number in range(-1, rounds):  # the first round fills the page cache and is not counted
            print(f"cold starts: round {number + 1} of {rounds}", file=sys.stderr)
            counted = number >= 0
            # Those that start quickly have more turns: they are over before this machine has changed its mind.
            for turn in range(TURNS):
                for each in in_turn(series, number + turn):
                    if turn == 0 or each.variant.function != "dispatcher":
                        each.add(start(each.variant, bootstrap, settings), counted=counted)
            for each in in_turn(texts, number):
                each.add(start_with_text(each.variant, bootstrap, with_model), counted=counted)
    plain = {variant.function: variant.task for variant in variants if variant.name == _PLAIN}
    sizes = [trees.sizes_of(function, task, options.work) for function, task in plain.items()]
    return finding(series, texts, rounds, sizes)


@contextmanager
def _model() -> Iterator[ScriptedModel]:
    """One that takes its time."""
    model = ScriptedModel().start()
    model.always(slow(MODEL_SECONDS, say(_REPLY)))
    try:
        yield model
    finally:
        model.close()


def _variants(options: Options, revisions: Mapping[str, Path]) -> Iterator[Variant]:
    work = options.work
    for function in FUNCTIONS:
        yield trees.deployed(function, work)
        if function == "dispatcher":
            yield trees.floor(function, _FLOOR, "floor_dispatcher", work)
        else:
            yield trees.floor(function, _BOTO3, "floor_boto3", work)
            yield trees.published_floor(function, _PUBLISHED, "floor_boto3", work)
            yield trees.floor(function, _BOTOCORE, "floor_botocore", work)
        yield trees.plain(function, work)
        for revision, tree in revisions.items():
            yield trees.of_revision(function, revision, tree, work)


def start(variant: Variant, bootstrap: Path, settings: Mapping[str, str]) -> Start:
    """Start it, hand it the event of a check, and judge the answer."""
    (check,) = [each for each in proof.checks(_BASE_URL, f"SM{uuid.uuid4().hex}", settings) if _is_first(each, variant)]
    started, answer = _started(variant, bootstrap, settings, check.event())
    wrong = check.judge(proof.answer_of_function(json.dumps(answer.body))) if variant.answers else ""
    if wrong or answer.kind != "response":
        raise SystemExit(f"error: {variant.function}, {variant.name}: {wrong or answer.body}")
    return started


def start_with_text(variant: Variant, bootstrap: Path, settings: Mapping[str, str]) -> Start:
    """The same with a text that the model answers."""
    somebody = f"+1904{uuid.uuid4().int % 8_000_000 + 2_000_000}"  # one number alone would soon have sent too many
    event = sms("Do you fix screens?", somebody)
    started, answer = _started(variant, bootstrap, settings, event)
    if _REPLY not in json.dumps(answer.body):
        raise SystemExit(f"error: {variant.function}, {variant.name}: {answer.body}")
    return started


def _started(
    variant: Variant, bootstrap: Path, settings: Mapping[str, str], event: Mapping[str, Any]
) -> tuple[Start, lambda_runtime.Answer]:
    """Start it, hand it one event, take its answer, end it."""
    with lambda_runtime.runtime_api() as api:
        own = lambda_runtime.environment(api, variant.task, variant.function, variant.handler)
        command = lambda_runtime.command(sys.executable, variant.task, bootstrap, variant.handler)
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env={**settings, **own}, cwd=variant.task, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            asked = api.asked.get(timeout=_WAIT_SECONDS)
            init_cpu = _cpu_ms(process.pid)
            handed = time.perf_counter()
            api.events.put(dict(event))
            answer = api.answers.get(timeout=_WAIT_SECONDS)
            first_cpu = _cpu_ms(process.pid)
        except queue.Empty:
            process.kill()
            said = process.communicate()[0].decode(errors="replace")[-2000:]
            raise SystemExit(f"error: {variant.function}, {variant.name}, did not start:\n{said}") from None
        finally:
            process.kill()
            process.communicate()
    init_wall = (asked - began) * 1000
    return Start(init_wall, init_cpu, init_wall + (answer.at - handed) * 1000, first_cpu), answer


def _is_first(check: proof.Check, variant: Variant) -> bool:
    return check.function == variant.function and check.name == _CHECKS[variant.function]


def _cpu_ms(pid: int) -> float:
    """What the process has used, all threads, by the kernel's clock of that process; it waits for us just now."""
    return time.clock_gettime(~pid << 3 | 2) * 1000  # Linux: MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED)


# --- what came of it ----------------------------------------------------------------------------------------


def finding(series: Sequence[Series], texts: Sequence[Series], rounds: int, sizes: Sequence[trees.Sizes]) -> Finding:
    by_function: dict[str, dict[str, Series]] = defaultdict(dict)
    for each in series:
        by_function[each.variant.function][each.variant.name] = each
    measured = {
        f"cold.{function}.{short}": paired(ours[DEPLOYED].values("init_wall"), ours[name].values("init_wall")).median
        for function, ours in by_function.items()
        for short, name in (("floor", _FLOOR if function == "dispatcher" else _BOTO3), ("plain", _PLAIN))
    }
    return Finding(
        title="Cold start",
        how=_HOW.format(python=sys.version.split()[0], rounds=rounds, turns=TURNS, model_seconds=MODEL_SECONDS),
        tables=[
            table_of_sizes(sizes, measured),
            *(_table(function, ours) for function, ours in by_function.items()),
            _table_of_texts(texts),
        ],
        measured=measured | measured_sizes(sizes),
        panels=[_panel(function, ours) for function, ours in by_function.items()],
    )


def measured_sizes(sizes: Sequence[trees.Sizes]) -> dict[str, float]:
    found = {f"size.{each.function}": each.trimmed for each in sizes}
    return found | {f"size.{each.function}.deployed": each.deployed for each in sizes}


def table_of_sizes(sizes: Sequence[trees.Sizes], measured: Mapping[str, float]) -> Table:
    """What trimming and compiling bring, before and after side by side."""
    start = [measured[f"cold.{each.function}.plain"] for each in sizes]
    rows = [
        [each.function, *(f"{mb:.2f} MB" for mb in (each.plain, each.trimmed, each.deployed)), f"{ratio:.2f}"]
        for each, ratio in zip(sizes, start, strict=True)
    ]
    zips = ("the plain way, no byte code", "trimmed, no byte code", "as deployed: trimmed, with byte code")
    return Table("Sizes of the zips", ("zip", *zips, "INIT, as deployed / the plain way"), rows)


def _table(function: str, ours: Mapping[str, Series]) -> Table:
    base = ours[DEPLOYED]
    size = f"{base.variant.mb:.2f} MB" if base.variant.mb else ""
    head = (function, "INIT, wall", "INIT, CPU", "first answer, wall", "first answer, CPU", "ours / this, wall", "CPU")
    return Table(f"{function}, zip of {size}", head, [_row(base, each) for each in ours.values()])


def _row(base: Series, each: Series) -> list[str]:
    times = [spread(each.values(which)).words() for which in ("init_wall", "init_cpu", "first_wall", "first_cpu")]
    size = f" ({each.variant.mb:.2f} MB)" if each.variant.mb and each is not base else ""
    ratios = [paired(base.values(which), each.values(which)).words(2) for which in ("init_wall", "init_cpu")]
    return [each.variant.name + size, *times, *(["1", "1"] if each is base else ratios)]


def _table_of_texts(texts: Sequence[Series]) -> Table:
    base = next(each for each in texts if each.variant.name == DEPLOYED)
    rows = []
    for each in texts:
        waits = [first - init for first, init in zip(each.values("first_wall"), each.values("init_wall"), strict=True)]
        times = [spread(values).words() for values in (waits, each.values("first_wall"), each.values("first_cpu"))]
        ratio = "1" if each is base else paired(base.values("first_wall"), each.values("first_wall")).words(2)
        rows.append([each.variant.name, *times, ratio])
    head = ("first text", "event to TwiML, wall", "start to TwiML, wall", "start to TwiML, CPU", "ours / this, wall")
    return Table("dispatcher, a first text that the model answers", head, rows)


def _panel(function: str, ours: Mapping[str, Series]) -> Panel:
    bars = []
    others = [name for name in ours if name.startswith(REVISION)]
    for name, each in ours.items():
        if name in others[1:]:  # of several revisions the first shows where it began; the tables have them all
            continue
        init: Spread = spread(each.values("init_wall"))
        bars.append(Bar(name, [init.median], init.low, init.high, ours=name == DEPLOYED))
    return Panel(f"Cold start of {function}, INIT", "ms", bars)
