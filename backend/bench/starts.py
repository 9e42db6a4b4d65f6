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
from dataclasses import dataclass, field
from pathlib import Path

import lambda_runtime
import proof
import trees
from findings import Bar, Finding, Panel, Table
from fresh_tables import fresh_tables
from local_aws import LocalAws
from options import Options
from stats import Spread, paired, spread
from trees import DEPLOYED, FUNCTIONS, Variant

ROUNDS = 21
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
has its turn. Ratios are medians of the ratios within a round; targets are judged by those of wall time. All files are
in the page cache, so the size of a zip does not show here.

- *floor*: a handler that imports the SDKs and makes their clients, in the same trimmed and compiled packages.
- *the plain way*: pip's packages with all they ask for, no byte code, our own sources, every import at the top
  (`twilio.rest` too)."""


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

    def values(self, which: str) -> list[float]:
        return [getattr(start, which) for start in self.starts]


def run(options: Options, aws: LocalAws, revisions: Mapping[str, Path]) -> Finding:
    series = [Series(variant) for variant in _variants(options, revisions)]
    bootstrap = options.work / "bootstrap"
    bootstrap.mkdir()
    lambda_runtime.bootstrap_in(bootstrap)
    rounds = options.rounds(ROUNDS)
    with fresh_tables(aws) as tables:
        settings = tables.environment() | {"PUBLIC_BASE_URL": _BASE_URL}
        for number in range(-1, rounds):  # the first round fills the page cache and is not counted
            print(f"cold starts: round {number + 1} of {rounds}", file=sys.stderr)
            for each in _in_turn(series, number):
                started = start(each.variant, bootstrap, settings)
                if number >= 0:
                    each.starts.append(started)
    return finding(series, rounds)


def _variants(options: Options, revisions: Mapping[str, Path]) -> Iterator[Variant]:
    work = options.work
    for function in FUNCTIONS:
        yield trees.deployed(function, work)
        for revision, tree in revisions.items():
            yield trees.of_revision(function, revision, tree, work)
        if function == "dispatcher":
            yield trees.floor(function, _FLOOR, "floor_dispatcher", work)
        else:
            yield trees.floor(function, _BOTO3, "floor_boto3", work)
            yield trees.published_floor(function, _PUBLISHED, "floor_boto3", work)
            yield trees.floor(function, _BOTOCORE, "floor_botocore", work)
        yield trees.plain(function, work)


def _in_turn(series: Sequence[Series], number: int) -> list[Series]:
    """Every round begins with another variant."""
    first = number % len(series)
    return [*series[first:], *series[:first]]


def start(variant: Variant, bootstrap: Path, settings: Mapping[str, str]) -> Start:
    """Start it, hand it one event, take its answer, end it."""
    (check,) = [each for each in proof.checks(_BASE_URL, f"SM{uuid.uuid4().hex}", settings) if _is_first(each, variant)]
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
            api.events.put(check.event())
            answer = api.answers.get(timeout=_WAIT_SECONDS)
            first_cpu = _cpu_ms(process.pid)
        except queue.Empty:
            process.kill()
            said = process.communicate()[0].decode(errors="replace")[-2000:]
            raise SystemExit(f"error: {variant.function}, {variant.name}, did not start:\n{said}") from None
        finally:
            process.kill()
            process.communicate()
    _judge(variant, check, answer)
    init_wall = (asked - began) * 1000
    return Start(init_wall, init_cpu, init_wall + (answer.at - handed) * 1000, first_cpu)


def _is_first(check: proof.Check, variant: Variant) -> bool:
    return check.function == variant.function and check.name == _CHECKS[variant.function]


def _judge(variant: Variant, check: proof.Check, answer: lambda_runtime.Answer) -> None:
    wrong = check.judge(proof.answer_of_function(json.dumps(answer.body))) if variant.answers else ""
    if wrong or answer.kind != "response":
        raise SystemExit(f"error: {variant.function}, {variant.name}: {wrong or answer.body}")


def _cpu_ms(pid: int) -> float:
    """What the process has used, all threads, by the kernel's clock of that process; it waits for us just now."""
    return time.clock_gettime(~pid << 3 | 2) * 1000  # Linux: MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED)


# --- what came of it ----------------------------------------------------------------------------------------


def finding(series: Sequence[Series], rounds: int) -> Finding:
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
        how=_HOW.format(python=sys.version.split()[0], rounds=rounds),
        tables=[_table(function, ours) for function, ours in by_function.items()],
        measured=measured,
        panels=[_panel(function, ours) for function, ours in by_function.items()],
    )


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


def _panel(function: str, ours: Mapping[str, Series]) -> Panel:
    bars = []
    for name, each in ours.items():
        init: Spread = spread(each.values("init_wall"))
        bars.append(Bar(name, [init.median], init.low, init.high, ours=name == DEPLOYED))
    return Panel(f"Cold start of {function}, INIT", "ms", bars)
