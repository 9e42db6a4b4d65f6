"""What a request costs, in calls and in consumed capacity: the same with a million leads as with none, and no scan."""

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

LEADS = 100_000
DAY = "2026-12-01"


# --- what is asked ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One request of a visit, and the most calls of DynamoDB it may make."""

    name: str
    calls: int
    ask: Callable[["Visit"], object]


@dataclass
class Visit:
    """A page, a dashboard and a customer, one request after the other."""

    model: ScriptedModel
    lead_id: str = ""

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
    Step("availability, 1 day", 2, Visit.see_a_day),
    Step("availability, 14 days", 15, Visit.see_two_weeks),
    Step("booking from the web", 5, Visit.book_by_page),
    Step("agenda of a day", 2, Visit.read_agenda),
    Step("move", 4, Visit.move),
    Step("drop", 3, Visit.drop),
    Step("text without a tool", 12, Visit.text_without_a_tool),
    Step("text that books", 14, Visit.text_that_books),
)


@contextmanager
def all_calls_answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On leaving, calls that the request began and did not wait for have ended too."""
    with ThreadPoolExecutor(32) as pool, monkeypatch.context() as patched:
        patched.setattr(utils, "_POOL", pool)
        yield


# --- in calls: on the local AWS -----------------------------------------------------------------------------


def calls_of_a_visit(aws: LocalAws, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The operations of each step, by its name, as they came in at the tables."""
    visit, calls = Visit(model), {}
    with flaky_proxy(aws.endpoint_url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint_url)
        for step in STEPS:
            proxy.log.clear()
            with all_calls_answered(monkeypatch):
                step.ask(visit)
            calls[step.name] = proxy.operations()
    return calls


def test_each_request_keeps_to_its_number_of_calls_and_none_scans(
    local_aws: LocalAws, tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = calls_of_a_visit(local_aws, model, monkeypatch)
    over = {step.name: calls[step.name] for step in STEPS if len(calls[step.name]) > step.calls}
    assert over == {}
    assert scans(calls) == {}


def test_scan_is_seen_among_the_calls(
    local_aws: LocalAws, tables: Tables, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queries_that_scan():
        calls = calls_of_a_visit(local_aws, model, monkeypatch)
    assert {"availability, 1 day", "text that books"} <= set(scans(calls))


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
    """`operations` as "14 Query, 1 GetItem"; `units` are capacity units, of reading and writing together."""

    operations: str
    units: float


@dataclass
class Meter:
    """Name and units of every call that the product's own client made since the last `reading`."""

    calls: list[tuple[str, float]] = field(default_factory=list)

    def ask(self, params: Mapping[str, Any], **_event: object) -> dict[str, Any]:
        """A hook of boto3: each call is asked what it consumes."""
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def note(self, parsed: Mapping[str, Any], model: Any, **_event: object) -> None:
        """A hook of boto3: what it consumed, a list where several tables or items can be meant."""
        consumed = parsed.get("ConsumedCapacity", [])
        tables = consumed if isinstance(consumed, list) else [consumed]
        self.calls.append((model.name, sum(table["CapacityUnits"] for table in tables)))

    def reading(self) -> Cost:
        calls, self.calls = self.calls, []
        counted = Counter(name for name, _units in calls)
        operations = ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
        return Cost(operations, sum(units for _name, units in calls))


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
        visit, costs = Visit(self.model), {}
        with metered() as meter:
            for step in steps:
                with all_calls_answered(self.monkeypatch):
                    step.ask(visit)
                costs[step.name] = meter.reading()
        return costs


@pytest.fixture
def scales(clean_environment: None, clock: Clock, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> Scales:
    return Scales(clock, model, monkeypatch)


@pytest.fixture
def empty(dynamodb_local: LocalAws) -> Iterator[Tables]:
    with fresh_tables(dynamodb_local) as tables:
        yield tables


@pytest.fixture(scope="module")
def full(dynamodb_local: LocalAws) -> Iterator[Tables]:
    """Holds the leads of forty years, with their claims and their conversations; none of them of a day to come."""
    with fresh_tables(dynamodb_local) as tables:
        fill(dynamodb_local.client("dynamodb"), tables.repairs_lead_log)
        yield tables


@pytest.mark.dynamodb_local
def test_requests_cost_the_same_with_100_000_leads(scales: Scales, empty: Tables, full: Tables) -> None:
    before, after = scales.weigh(empty), scales.weigh(full)
    print(report(before, after))
    assert grown(before, after) == {}
    assert all(cost.units > 0 for cost in before.values())


@pytest.mark.dynamodb_local
def test_scan_turns_the_comparison_red(scales: Scales, empty: Tables, full: Tables) -> None:
    step = Step("availability, 1 day", 2, lambda _visit: availability("2026-12-08"))
    with queries_that_scan():
        before, after = scales.weigh(empty, [step]), scales.weigh(full, [step])
    print(report(before, after))
    assert set(grown(before, after)) == {step.name}


def grown(before: Mapping[str, Cost], after: Mapping[str, Cost]) -> dict[str, tuple[Cost, Cost]]:
    """The steps that cost more, or less, in a full table than in an empty one."""
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def report(before: Mapping[str, Cost], after: Mapping[str, Cost]) -> str:
    lines = [f"{name:24} {before[name].units:7} {after[name].units:9}  {after[name].operations}" for name in before]
    heading = f"{'capacity units':24} {'empty':>7} {LEADS:9,}  calls"
    return "\n".join(["", heading, *lines])


# --- a full table -------------------------------------------------------------------------------------------


def fill(client: Any, table: str) -> None:
    """Write 100,000 leads and what belongs to them, past all rules, as fast as the engine takes them."""
    puts = ({"PutRequest": {"Item": utils.to_wire(item)}} for item in items_of_others(LEADS))

    def write(batch: list[Any]) -> None:
        assert not client.batch_write_item(RequestItems={table: batch})["UnprocessedItems"]

    with ThreadPoolExecutor(8) as pool:
        for _written in pool.map(write, iter(lambda: list(islice(puts, 25)), [])):
            pass


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
