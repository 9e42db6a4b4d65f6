"""What a warm request costs in CPU without a model and a network, and whose code that is.

Each variant is a process of its own on its unpacked zip (see warm_worker); they take turns, a batch of requests each.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import trees
import warm_worker
from clock import MONDAY_MORNING
from findings import Bar, Finding, Panel, Table
from fresh_tables import fresh_tables
from gateway_events import http_event, sms
from local_aws import LocalAws
from options import Options
from scripted_model import Answer, ScriptedModel, say
from stats import in_turn, paired, spread
from trees import DEPLOYED, Variant
from visits import DAY, REFERENCE, answers_to_reference

ROUNDS, BATCH, SAMPLED = 25, 16, 16
TEXT, BOOKING_TEXT = "text without a tool", "text that books"
GROUPS = {
    "own": "our own code",
    "own, standard library": "standard library, called by ours",
    "boto": "boto3, botocore",
    "boto, standard library": "standard library, called by boto",
    "openai": "openai, pydantic, httpx2",
    "openai, standard library": "standard library, called by openai",
    "twilio": "twilio",
    "twilio, standard library": "standard library, called by twilio",
    "bench": "the stubs",
    "bench, standard library": "standard library, called by the stubs",
}
_BANDS = {
    "ours": ("own", "own, standard library"),
    "boto3, botocore": ("boto", "boto, standard library"),
    "openai, pydantic, httpx2": ("openai", "openai, standard library"),
    "twilio": ("twilio", "twilio, standard library"),
    "stubs": ("bench", "bench, standard library"),
}
_HOW = """\
The deployed zip in a warm process, Python {python}. Tables and model are stubbed in the process, where bytes would
leave it: botocore's HTTP session and httpx2's transport answer what the local AWS and the scripted model answered to
the very same request once. So the SDKs serialize, sign, validate and parse as ever; connections, TLS and waiting are
not in it. CPU is `time.process_time`, which counts all threads: median and quartiles of {rounds} rounds of {batch}
requests, variants in turns.

Whose code it is comes from as many requests again, in the same turns, with everything in one thread and sampled each
0.7 ms: a sample belongs to the nearest frame that is ours or of an SDK, a builtin to whoever called it. The shares
are applied to the CPU that these requests took; what a request takes more with its real threads is in the line
*threads*. Nothing is logged."""


@dataclass(frozen=True)
class Kind:
    """A request, and what the model says to it."""

    name: str
    function: str
    event: Mapping[str, Any]
    model: Sequence[Answer] = ()
    must: str = ""


@dataclass
class Worker:
    """A process with one function, warm."""

    process: subprocess.Popen[str]
    cpu: list[float] = field(default_factory=list)
    cpu_alone: list[float] = field(default_factory=list)
    groups: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"error: a warm function ended (see above) at {do}")
        return dict(json.loads(line))

    def take_turn(self) -> None:
        """A batch as it is, and one in a single thread that is looked at."""
        self.cpu.append(self.ask("measure", count=BATCH)["cpu_ms"])
        seen = self.ask("profile", count=SAMPLED)
        self.cpu_alone.append(seen["cpu_ms"])
        self.groups.update(seen["groups"])
        self.functions.update(seen["functions"])

    def milliseconds(self) -> dict[str, float]:
        """CPU by whose code it is, and what threads cost."""
        alone, total = spread(self.cpu_alone).median, self.groups.total()
        shares = {group: alone * self.groups[group] / total for group in GROUPS}
        return shares | {"threads": spread(self.cpu).median - alone}

    def own_ms(self) -> float:
        shares = self.milliseconds()
        return sum(shares[group] for group in _BANDS["ours"])


@dataclass
class Measured:
    """One kind of request, in all variants, by their names."""

    kind: Kind
    workers: dict[str, Worker]

    @property
    def ours(self) -> Worker:
        return self.workers[DEPLOYED]


def kinds() -> list[Kind]:
    body = {"phone": "(904) 555-0177", "date": DAY, "time": "09:00", "repair_type": "screen", "customer_name": "Ana"}
    return [
        Kind(TEXT, "dispatcher", sms("Do you fix screens?"), (say("Which device is it?"),), "Which device is it?"),
        Kind(
            BOOKING_TEXT, "dispatcher", sms(REFERENCE), answers_to_reference(DAY), "You're booked: Tue Dec 1, 2:00 PM"
        ),
        Kind("availability, 1 day", "scheduler", http_event("GET", "/availability", query={"date": DAY}), (), "slots"),
        Kind("booking from the web", "scheduler", http_event("POST", "/bookings", body=body), (), "LEAD-"),
    ]


def run(options: Options, aws: LocalAws, revisions: Mapping[str, Path]) -> Finding:
    rounds = options.rounds(ROUNDS)
    measured = []
    work = options.work / "warm"
    variants = {function: _variants(function, revisions, work) for function in ("dispatcher", "scheduler")}
    for kind in kinds():
        print(f"warm requests: {kind.name}", file=sys.stderr)
        with ExitStack() as stack:
            workers = {
                each.name: stack.enter_context(_ready(each, kind, aws, options.work))
                for each in variants[kind.function]
            }
            for number in range(rounds):
                for worker in in_turn(list(workers.values()), number):
                    worker.take_turn()
            measured.append(Measured(kind, workers))
    return finding(measured, rounds)


def _variants(function: str, revisions: Mapping[str, Path], work: Path) -> list[Variant]:
    others = [trees.of_revision(function, name, tree, work) for name, tree in revisions.items()]
    return [trees.deployed(function, work), *others]


@contextmanager
def _ready(variant: Variant, kind: Kind, aws: LocalAws, work: Path) -> Iterator[Worker]:
    """A process that has handled the request once for real, on tables of its own."""
    with fresh_tables(aws) as tables:
        model = ScriptedModel().start()
        model.script(*kind.model)
        environment = tables.environment() | model.environment()
        command = [sys.executable, "-I", "-S", "-B", "-c", _BEGIN, str(Path(warm_worker.__file__).parent)]
        command += [variant.function, str(variant.task), str(MONDAY_MORNING.timestamp())]
        process = subprocess.Popen(
            command, env=environment, cwd=work, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        worker = Worker(process)
        try:
            recorded = worker.ask("record", event=kind.event)
            _judge(variant, kind, recorded)
            yield worker
        finally:
            process.kill()
            process.communicate()
            model.close()


_BEGIN = "import sys; sys.path[:0] = [sys.argv[3], sys.argv.pop(1)]; import warm_worker; sys.exit(warm_worker.main())"


def _judge(variant: Variant, kind: Kind, recorded: Mapping[str, Any]) -> None:
    said = json.dumps(recorded["answer"])
    if kind.must not in said.replace("&apos;", "'") or recorded["calls_of_model"] != len(kind.model):
        raise SystemExit(f"error: {kind.name}, {variant.name}: {said}, {recorded['calls_of_model']} calls of the model")


# --- what came of it ----------------------------------------------------------------------------------------


def finding(measured: Sequence[Measured], rounds: int) -> Finding:
    shares = {one.kind.name: one.ours.milliseconds() for one in measured}
    text = next(one for one in measured if one.kind.name == TEXT)
    return Finding(
        title="Warm requests, without model and network",
        how=_HOW.format(python=sys.version.split()[0], rounds=rounds, batch=BATCH),
        tables=[_costs(measured), _split(shares), *(_top_ten(one) for one in measured)],
        measured={"warm.own": text.ours.own_ms()},
        panels=[_panel(shares)],
    )


def _costs(measured: Sequence[Measured]) -> Table:
    rows = []
    for one in measured:
        for name, worker in one.workers.items():
            ratio = "1" if worker is one.ours else paired(one.ours.cpu, worker.cpu).words(2)
            rows.append([one.kind.name, name, spread(worker.cpu).words(2), f"{worker.own_ms():.2f}", ratio])
    head = ("request", "variant", "ms CPU", "of it our own code and the standard library called by it", "ours / this")
    return Table("CPU of one request", head, rows)


def _split(shares: Mapping[str, Mapping[str, float]]) -> Table:
    words = GROUPS | {"threads": "threads"}
    rows = [[words[group], *(f"{each[group]:.2f}" for each in shares.values())] for group in words]
    rows.append(["all", *(f"{sum(each.values()):.2f}" for each in shares.values())])
    return Table("Whose code it is", ["ms CPU", *shares], rows)


def _top_ten(one: Measured) -> Table:
    """The dearest functions of all, and the dearest of our own."""
    functions, total = one.ours.functions, one.ours.functions.total()
    ranked = [(f"`{name}`", f"{count / total:.1%}") for name, count in functions.most_common()]
    own = [(name.replace(" [own]", ""), share) for name, share in ranked if "[own]" in name]
    rows = [[*all_of_them, *ours] for all_of_them, ours in zip_longest(ranked[:10], own[:10], fillvalue=("", ""))]
    note = "In brackets whose it is. The standard library and builtins count for the function that called them."
    return Table(f"Where the time goes: {one.kind.name}", ("function", "share", "of our own", "share"), rows, note)


def _panel(shares: Mapping[str, Mapping[str, float]]) -> Panel:
    bars = []
    for name, each in shares.items():
        parts = [sum(each[group] for group in groups) for groups in _BANDS.values()]
        bars.append(Bar(name, [*parts, max(0.0, each["threads"])]))
    return Panel("A warm request without model and network", "ms CPU", bars, [*_BANDS, "threads"])
