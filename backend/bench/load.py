"""Many at once: conversations that book, and a burst of bookings from the web; and whether anything got lost in it."""

import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import dispatcher
import scheduler
import shop as shop_facts
import utils
from findings import Bar, Finding, Panel, Table
from fresh_tables import fresh_tables, use
from gateway_events import LambdaContext, http_event, reply_text, sms
from local_aws import LocalAws
from options import Options
from scripted_model import Request, ScriptedModel, Step, call, say
from shop import Shop
from slots import Slot, slots_on
from stats import percentile

CONVERSATIONS, BOOKINGS, AT_A_TIME = 64, 200, 8
_LEAD_ID = re.compile(r"LEAD-\d{8}-\d{6}")
SHOP_FILE = Path(__file__).with_name("shop.json")
_QUESTION = "Which phone is it?"
_HOW = """\
The handlers run in threads of one process (Python {python}) against tables of the local AWS, which takes one call
after the other: what is told here is how the product behaves under contention, not how fast AWS is. On Lambda each
request that comes meanwhile has a process and a processor of its own; *all at once* they share this machine here, so
that those who come last run out of their time and have to say so. The shop is `bench/shop.json`: the real one with
longer hours and room for {limit} web bookings an hour, else nothing of it is changed. Each of the seats of that limit
which is taken is read by every web booking, so that they cost more here than in the shop itself with its 30.

A *conversation* is a question and then a text that books a slot of its own, its model scripted. A *web booking* is
`POST /bookings`, each for a slot of its own, from its own phone and address. Times are of single requests. *Wrong* is
whatever was not said as it should be; *not told* are bookings that were stored though the answer came too late or was
unknown, *lost* are those that somebody was told and that are not in the table, *twice* those that share their slot.
*Attempts* are transactions that bring a lead: a LEAD id names a second, so those who come in the same one have to
look for another."""


@dataclass(frozen=True)
class Outcome:
    """One request: how long it took, what was said, and what was wrong with that ("" = nothing)."""

    milliseconds: float
    said: str
    wrong: str


Act = Callable[[int, Slot], Iterable[Outcome]]


@dataclass
class Attempts:
    """Counts the transactions in which a lead is to be stored, by the phone it is for."""

    by_phone: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, params: Mapping[str, Any], **_event: object) -> None:
        """A hook of boto3, before a call."""
        for action in params.get("TransactItems", ()):
            item = action.get("Put", {}).get("Item", {})
            if item.get("lead_id", {}).get("S", "").startswith("LEAD-"):
                with self.lock:
                    self.by_phone[item["phone"]["S"]] += 1


@dataclass(frozen=True)
class Crowd:
    """What came of many at once, and what the tables hold afterwards."""

    name: str
    seconds: float
    outcomes: Sequence[Outcome]
    attempts: Attempts
    leads: Sequence[Mapping[str, Any]]

    @property
    def wrong(self) -> str:
        """How many were not answered as they should be, and how instead."""
        counted = Counter(outcome.wrong for outcome in self.outcomes if outcome.wrong)
        kinds = ", ".join(f"{count} {wrong}" for wrong, count in counted.most_common())
        return f"{counted.total()} ({kinds})" if counted else "0"

    @property
    def confirmed(self) -> set[str]:
        """The ids of bookings that somebody was told."""
        return {found for outcome in self.outcomes for found in _LEAD_ID.findall(outcome.said)}

    @property
    def lost(self) -> int:
        """Bookings that somebody was told and that are not in the table."""
        return len(self.confirmed - {lead["lead_id"] for lead in self.leads})

    @property
    def doubled(self) -> int:
        """Leads that share their slot with another one."""
        held = Counter((lead["appointment_date"], lead["appointment_time"]) for lead in self.leads)
        return sum(held.values()) - len(held)


def run(options: Options, aws: LocalAws, _revisions: Mapping[str, Path]) -> Finding:
    conversations, bookings = (8, 16) if options.quick else (CONVERSATIONS, BOOKINGS)
    print("load ...", file=sys.stderr)
    crowds = [
        _crowd(f"{conversations} conversations, all at once", aws, conversations, conversations, _converse),
        _crowd(f"{conversations} conversations, {AT_A_TIME} at a time", aws, conversations, AT_A_TIME, _converse),
        _crowd(f"{bookings} web bookings, all at once", aws, bookings, bookings, _book),
        _crowd(f"{bookings} web bookings, {AT_A_TIME} at a time", aws, bookings, AT_A_TIME, _book),
    ]
    return finding(crowds)


def _crowd(name: str, aws: LocalAws, size: int, at_a_time: int, act: Act) -> Crowd:
    """So many do the same, on tables of their own."""
    with _shop() as shop, fresh_tables(aws) as tables, pytest.MonkeyPatch.context() as monkeypatch:
        use(tables, monkeypatch)
        model = ScriptedModel().start()
        model.always(_says)
        for setting, value in model.environment().items():
            monkeypatch.setenv(setting, value)
        try:
            with _attempts() as attempts:
                began = time.perf_counter()
                outcomes = _together(act, list(islice(_slots(shop), size)), at_a_time)
                seconds = time.perf_counter() - began
        finally:
            model.close()
        return Crowd(name, seconds, outcomes, attempts, [lead for lead in tables.leads() if lead["status"] == "booked"])


def _together(act: Act, slots: Sequence[Slot], at_a_time: int) -> list[Outcome]:
    """So many in threads of their own at a time; none begins before the first of them are all there."""
    ready = threading.Barrier(at_a_time)

    def begin(number: int, slot: Slot) -> list[Outcome]:
        if number < at_a_time:
            ready.wait()
        return list(act(number, slot))

    with ThreadPoolExecutor(at_a_time) as pool:
        return [outcome for outcomes in pool.map(begin, range(len(slots)), slots) for outcome in outcomes]


@contextmanager
def _shop() -> Iterator[Shop]:
    """The bench's own shop in the place of the real one."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(shop_facts, "SHOP_FILE", SHOP_FILE)
        shop_facts.load_shop.cache_clear()
        try:
            yield shop_facts.load_shop()
        finally:
            shop_facts.load_shop.cache_clear()


def _slots(shop: Shop) -> Iterator[Slot]:
    """All there are, from the day after tomorrow on."""
    first = shop.local(datetime.now(UTC)).date() + timedelta(days=2)
    for ahead in range(shop.booking_horizon_days - 2):
        yield from slots_on(shop, first + timedelta(days=ahead))


@contextmanager
def _attempts() -> Iterator[Attempts]:
    attempts, events = Attempts(), utils.dynamodb_client(utils.load_settings()).meta.events
    events.register("provide-client-params.dynamodb", attempts.note)
    try:
        yield attempts
    finally:
        events.unregister("provide-client-params.dynamodb", attempts.note)


# --- what each of them does ---------------------------------------------------------------------------------


def _converse(number: int, slot: Slot) -> Iterator[Outcome]:
    sender = f"+1904{3_000_000 + number}"
    for words, expected in (("Do you fix screens?", _QUESTION), (f"{slot.date} {slot.time} please", "You're booked")):
        event = sms(words, sender)
        began = time.perf_counter()
        said = reply_text(dispatcher.handler(event, LambdaContext()))
        yield Outcome(_since(began), said, "" if expected in said else _instead(said))


def _book(number: int, slot: Slot) -> Iterator[Outcome]:
    body = {"phone": f"+1904{4_000_000 + number}", "date": slot.date, "time": slot.time, "repair_type": "screen"}
    event = http_event("POST", "/bookings", body=body, source_ip=f"198.51.100.{number % 250}")
    began = time.perf_counter()
    response = scheduler.handler(event, LambdaContext())
    status = response["statusCode"]
    yield Outcome(_since(began), response["body"], "" if status == 201 else f"answered {status}")


def _instead(said: str) -> str:
    """What LINDA said when it was not what the model was to say."""
    if "1) " in said:
        return "by the list"
    return "without the book" if "can't reach" in said else "with other words"


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _says(request: Request) -> Step:
    """The model: it asks which phone, books what is named, and is content with that."""
    last = request["input"][-1]
    if last.get("type") == "function_call_output":
        return say("Anything else?")
    day, _, at = str(last["content"]).removesuffix(" please").partition(" ")
    if ":" not in at:
        return say(_QUESTION)
    return call("book_slot", date=day, time=at, repair_type="screen", device="iPhone 14", customer_name="Ana")


# --- what came of it ----------------------------------------------------------------------------------------


def finding(crowds: Sequence[Crowd]) -> Finding:
    head = (
        "requests",
        "a second",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "wrong",
        "bookings",
        "of them not told",
        "lost",
        "twice",
    )
    limit = json.loads(SHOP_FILE.read_text(encoding="utf-8"))["limits"]["web_bookings_per_hour"]
    return Finding(
        title="Many at once",
        how=_HOW.format(python=sys.version.split()[0], limit=limit),
        tables=[Table("", head, [_row(crowd) for crowd in crowds]), _attempts_table(crowds)],
        panels=[_panel(crowds)],
    )


def _row(crowd: Crowd) -> list[str]:
    times = [outcome.milliseconds for outcome in crowd.outcomes]
    ranks = [f"{percentile(times, percent):,.0f}" for percent in (50, 95, 99)]
    untold = len({lead["lead_id"] for lead in crowd.leads} - crowd.confirmed)
    counts = [str(count) for count in (len(crowd.leads), untold, crowd.lost, crowd.doubled)]
    return [crowd.name, f"{len(times) / crowd.seconds:.1f}", *ranks, crowd.wrong, *counts]


def _attempts_table(crowds: Sequence[Crowd]) -> Table:
    rows = []
    for crowd in crowds:
        counts = sorted(crowd.attempts.by_phone.values()) or [0]
        rows.append([crowd.name, f"{sum(counts) / len(counts):.2f}", str(percentile(counts, 95)), str(counts[-1])])
    return Table("Attempts for a LEAD id", ("requests", "mean", "p95", "most"), rows)


def _panel(crowds: Sequence[Crowd]) -> Panel:
    bars = []
    for crowd in crowds:
        times = [outcome.milliseconds for outcome in crowd.outcomes]
        bars += [Bar(f"{crowd.name}, p{percent}", [percentile(times, percent)]) for percent in (50, 95)]
    return Panel("Many at once, single requests", "ms", bars)
