"""What a request costs, in calls and in consumed capacity: the same with 100,000 leads as with none, and no scan."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

import dispatcher
import utils
from clock import MONDAY_MORNING, Clock
from faults import flaky_proxy
from fresh_tables import fresh_tables, use
from gateway_events import LambdaContext, reply_text, sms
from leads import Lead, claim_item, lead_item
from local_aws import LocalAws, Tables
from scripted_model import ScriptedModel, call, say
from shop import Shop, load_shop
from shop_api import BEARER, agenda, availability, book, send
from slots import Slot, slots_on

DAY = "2026-12-01"


# --- what is asked ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One request of a visit, the most calls of DynamoDB it may make, and the most of them one after the other."""

    name: str
    calls: int
    in_sequence: int
    ask: Callable[["Visit"], object]


@dataclass
class Visit:
    """A page, a dashboard and a customer, one request after the other."""

    clock: Clock
    model: ScriptedModel
    lead_id: str = ""

    def take(self, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
        """One request, a minute after the last; calls it began and did not wait for have ended too."""
        self.clock.advance(minutes=1)
        with ThreadPoolExecutor(32) as pool, monkeypatch.context() as patched:
            patched.setattr(utils, "_POOL", pool)
            step.ask(self)

    def text(self, words: str) -> str:
        return reply_text(dispatcher.handler(sms(words), LambdaContext()))

    def see_a_day(self) -> None:
        assert len(availability(DAY)) == 8

    def see_two_weeks(self) -> None:
        assert len(availability(DAY, 14)) == 96

    def book_by_page(self) -> None:
        answer = book(phone="(904) 555-0177", time="09:00", device="iPhone 14", customer_name="Ana", notes="back door")
        assert answer.status == 201, answer
        self.lead_id = answer.body["lead_id"]

    def read_agenda(self) -> None:
        assert [booking["lead_id"] for booking in agenda(DAY)] == [self.lead_id]

    def move(self) -> None:
        answer = send("PATCH", f"/bookings/{self.lead_id}", body={"time": "10:00"}, headers=BEARER)
        assert (answer.status, answer.body["time"]) == (200, "10:00"), answer

    def drop(self) -> None:
        answer = send("DELETE", f"/bookings/{self.lead_id}", headers=BEARER)
        assert (answer.status, answer.body["status"]) == (200, "dropped"), answer

    def text_without_a_tool(self) -> None:
        self.model.script(say("Which device is it?"))
        assert self.text("Do you fix screens?") == "Which device is it?"

    def text_that_books(self) -> None:
        wanted = {"date": DAY, "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": "Ana"}
        self.model.script(call("book_slot", **wanted), say("Anything else?"))
        assert "You're booked: Tue Dec 1, 2:00 PM" in self.text("iPhone 14, tomorrow at 2 please")


STEPS = (
    Step("availability, 1 day", 2, 1, Visit.see_a_day),
    Step("availability, 14 days", 15, 1, Visit.see_two_weeks),
    Step("booking from the web", 6, 2, Visit.book_by_page),
    Step("agenda of a day", 2, 2, Visit.read_agenda),
    Step("move", 3, 3, Visit.move),
    Step("drop", 3, 3, Visit.drop),
    Step("text without a tool", 13, 2, Visit.text_without_a_tool),
    Step("text that books", 14, 3, Visit.text_that_books),
)


# --- in sequence: what waits for what ----------------------------------------------------------------------------


@contextmanager
def depth_of_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The depth of each call: one more than the deepest call whose result was read before it was sent."""
    submit, result = utils.Store._submit, utils.Pending.result
    read: list[int] = [0]
    depths: list[int] = []

    def submitted(store: utils.Store, call: Callable[[], Any]) -> Any:
        future: Any = submit(store, call)
        future.depth = max(read) + 1
        depths.append(future.depth)
        return future

    def resulted(pending: utils.Pending[Any]) -> Any:
        try:
            return result(pending)
        finally:
            read.append(pending._future.depth)  # type: ignore[attr-defined]

    with monkeypatch.context() as patched:
        patched.setattr(utils.Store, "_submit", submitted)
        patched.setattr(utils.Pending, "result", resulted)
        yield depths


def test_calls_that_wait_for_each_other_are_few(
    tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit(clock, model)
    deepest = {}
    for step in STEPS:
        with depth_of_calls(monkeypatch) as depths:
            visit.take(step, monkeypatch)
        deepest[step.name] = max(depths)
    print("\nround trips in sequence:", deepest)
    assert {step.name: deepest[step.name] for step in STEPS if deepest[step.name] > step.in_sequence} == {}


# --- in calls: on the local AWS -----------------------------------------------------------------------------


def calls_of(visit: Visit, aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The operations of each step, by its name, as they came in at the tables."""
    calls = {}
    with flaky_proxy(aws.endpoint_url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint_url)
        for step in STEPS:
            proxy.log.clear()
            visit.take(step, monkeypatch)
            calls[step.name] = proxy.operations()
    return calls


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


@dataclass(frozen=True)
class Cost:
    """`calls` as "1 GetItem, 14 Query"; `units` are capacity units, of reading and writing together."""

    calls: str
    units: float


@dataclass
class Meter:
    """What the product's own client asked and consumed since the last `reading`.

    DynamoDB Local weighs a transaction as one item, however many it writes, so the number of its actions is noted too.
    """

    calls: list[str] = field(default_factory=list)
    units: list[float] = field(default_factory=list)

    def ask(self, params: Mapping[str, Any], model: Any, **_event: object) -> dict[str, Any]:
        """A hook of boto3, before a call: it is to say what it consumes."""
        actions = params.get("TransactItems")
        self.calls.append(f"{model.name} of {len(actions)}" if actions else model.name)
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def note(self, parsed: Mapping[str, Any], **_event: object) -> None:
        """A hook of boto3, after a call: what it consumed, in a list where several tables can be meant."""
        consumed = parsed["ConsumedCapacity"]
        tables = consumed if isinstance(consumed, list) else [consumed]
        self.units += [table["CapacityUnits"] for table in tables]

    def reading(self) -> Cost:
        calls = ", ".join(f"{count} {name}" for name, count in sorted(Counter(self.calls).items()))
        cost = Cost(calls, sum(self.units))
        self.calls, self.units = [], []
        return cost


@contextmanager
def metered() -> Iterator[Meter]:
    """Hooked into the client that the product keeps; the product itself is as it is deployed."""
    meter, events = Meter(), utils.dynamodb_client(utils.load_settings()).meta.events
    hooks = {"provide-client-params.dynamodb": meter.ask, "after-call.dynamodb": meter.note}
    for name, hook in hooks.items():
        events.register(name, hook)
    try:
        yield meter
    finally:
        for name, hook in hooks.items():
            events.unregister(name, hook)


@dataclass(frozen=True)
class Scales:
    """Weighs requests, always at the same instant and for the same customers."""

    clock: Clock
    model: ScriptedModel
    monkeypatch: pytest.MonkeyPatch

    def weigh(self, tables: Tables, steps: Sequence[Step] = STEPS) -> dict[str, Cost]:
        use(tables, self.monkeypatch)
        self.clock.set(MONDAY_MORNING)
        visit, costs = Visit(self.clock, self.model), {}
        with metered() as meter:
            for step in steps:
                visit.take(step, self.monkeypatch)
                costs[step.name] = meter.reading()
        return costs


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


# --- a full table -------------------------------------------------------------------------------------------


@contextmanager
def full_tables(aws: LocalAws, leads: int) -> Iterator[Tables]:
    """Tables with so many leads and what belongs to them, written past all rules, as fast as the engine takes them."""
    client = aws.client("dynamodb")
    puts = ({"PutRequest": {"Item": utils.to_wire(item)}} for item in items_of_others(leads))
    with fresh_tables(aws) as tables:

        def write(batch: list[Any]) -> None:
            answer = client.batch_write_item(RequestItems={tables.repairs_lead_log: batch})
            assert answer["UnprocessedItems"] == {}

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, iter(lambda: list(islice(puts, 25)), [])))
        yield tables


def items_of_others(count: int) -> Iterator[utils.Item]:
    """Bookings of other customers in other years: each a lead, its claim, and the turn that made it."""
    shop = load_shop()
    for number, slot in enumerate(islice(past_slots(shop), count)):
        made_at = slot.start.astimezone(UTC) - timedelta(days=2)
        lead = Lead(
            lead_id=f"LEAD-{made_at:%Y%m%d-%H%M%S}",
            slot=slot,
            phone=f"+1305{2_000_000 + number}",
            repair_type="screen",
            device="iPhone 14",
            customer_name="Somebody Else",
            notes="cracked in one corner",
            source="sms",
            status="completed",
            created_at=utils.epoch(made_at),
            claimed=(slot.starts_at,),
        )
        yield lead_item(lead)
        yield claim_item(lead, slot.starts_at, shop.timezone)
        yield turn_of(lead, made_at)


def past_slots(shop: Shop) -> Iterator[Slot]:
    """Every slot the shop would have had, day by day backwards."""
    yesterday = MONDAY_MORNING.date() - timedelta(days=1)
    for days_back in range(yesterday.toordinal()):
        yield from slots_on(shop, yesterday - timedelta(days=days_back))


def turn_of(lead: Lead, made_at: datetime) -> utils.Item:
    return {
        "lead_id": f"TURN#{lead.phone}",
        "timestamp": utils.microseconds(made_at),
        "said": "My screen is cracked, when can I come?",
        "answered": f"You're booked: {lead.slot.label}, iPhone 14 screen repair. Ref {lead.lead_id}.",
        "channel": "sms",
        "expires_at": lead.created_at + 30 * 86400,
    }
