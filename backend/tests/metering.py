"""What requests consume of DynamoDB's capacity, and tables full of other people's leads to weigh them in."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

import utils
from clock import MONDAY_MORNING, Clock
from fresh_tables import fresh_tables, use
from leads import Lead, claim_item, lead_item
from local_aws import LocalAws, Tables
from scripted_model import ScriptedModel
from shop import Shop, load_shop
from slots import Slot, slots_on
from visits import STEPS, Step, Visit


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
