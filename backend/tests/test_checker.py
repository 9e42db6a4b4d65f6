"""No booking is doubled, lost or faked, whatever strikes; and each condition that sees to it is missed when gone."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import call_interleavings
import interleavings
import shop
from checker import violations_of_history, violations_of_snapshot, violations_of_tables
from clock import MONDAY_MORNING, Clock
from conditions import Call, Condition, Wire
from fresh_tables import fresh_tables, use
from history import Rules
from local_aws import Tables
from mischief import Faults
from scene import ANA, DAY, Scene
from shop_api import BEARER, book, send
from workload import LEASE_SECONDS, Place, Workload

OPERATIONS = int(os.environ.get("LINDA_CHECKER_OPERATIONS", "600"))
SEED = os.environ.get("LINDA_CHECKER_SEED") or str(datetime.now(UTC).microsecond)
FAULT_RATE = 0.03
# A number that texts more than 200 times in ten minutes is not listened to: a long run is many of this length.
ROUND = 600
SEATS = 2
SCENARIOS = interleavings.SCENARIOS | call_interleavings.SCENARIOS

# What the random workload finds missing too, in a few hundred operations; the others take a rarer moment.
FOUND_BY_CHANCE = [
    condition
    for condition, scenario in SCENARIOS.items()
    if scenario.__name__
    in {
        "two_bookings_in_one_second",
        "two_customers_for_one_slot",
        "one_phone_past_its_limit",
        "notes_while_it_is_dropped",
        "same_text_again",
    }
]

SetShop = Callable[..., shop.Shop]


@pytest.fixture(params=["local_aws", pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local)])
def tables(
    request: pytest.FixtureRequest, clean_environment: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tables]:
    """Two empty tables on the local AWS, and in the long run on DynamoDB Local too."""
    with fresh_tables(request.getfixturevalue(request.param)) as fresh:
        use(fresh, monkeypatch)
        yield fresh


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    wire.install(monkeypatch)
    return wire


@pytest.fixture
def place(tables: Tables, set_shop: SetShop) -> Place:
    """Two days of four slots, two bookings a phone, a service that takes two slots, no other limit in reach."""
    today = datetime.now(UTC).astimezone(shop.load_shop().timezone).date()
    days = {shop.WEEKDAYS[(today + timedelta(days=ahead)).weekday()] for ahead in (2, 3)}
    facts = json.loads((Path(shop.__file__).with_name("shop.json")).read_text(encoding="utf-8"))
    services = [each | ({"minutes": 120} if each["id"] == "back_glass" else {}) for each in facts["services"]]
    far = {"web_bookings_per_hour_per_address": 1000, "web_bookings_per_hour": 1000, "texts_per_ten_minutes": 1000}
    ours = set_shop(
        limits=far | {"open_bookings_per_phone": SEATS},
        hours={day: ["09:00", "13:00"] if day in days else None for day in shop.WEEKDAYS},
        booking_horizon_days=5,
        services=services,
    )
    slots = send("GET", "/availability", query={"date": today.isoformat(), "days": "6"}).body["slots"]
    assert len(slots) == 8
    starts = {slot["label"]: int(datetime.fromisoformat(slot["start"]).timestamp()) for slot in slots}
    minutes = {service.id: service.minutes for service in ours.services}
    return Place(starts, tuple(slots), Rules(ours.timezone, ours.slot_minutes, minutes, SEATS))


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLY_BUDGET_SECONDS", str(LEASE_SECONDS))


class Totals(Counter[str]):
    """What all rounds of a run come to."""

    def add(self, workload: Workload, found: list[str]) -> None:
        self["operations"] += len(workload.history.operations)
        self["snapshots"] += len(workload.snapshots)
        self["violations"] += len(found)
        self.update(f"{each.kind}: {each.result}, {each.said}" for each in workload.history.operations)
        self.update({f"fault: {kind}": count for kind, count in workload.faults.injected.items()})

    def __str__(self) -> str:
        totals = [f"{self.pop(name, 0)} {name}" for name in ("operations", "snapshots", "violations")]
        return "\n".join([", ".join(totals), *(f"{count:7} {name}" for name, count in sorted(self.items()))])


TOTALS = Totals()


@pytest.mark.slow
@pytest.mark.usefixtures("short_leases")
@pytest.mark.parametrize("part", range(-(-OPERATIONS // ROUND)))
def test_workload_leaves_no_violation(
    part: int, tables: Tables, wire: Wire, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    workload = Workload(tables, wire, place, f"{SEED}.{part}", Faults(FAULT_RATE))
    workload.run(min(ROUND, OPERATIONS - part * ROUND))
    found = violations(workload)
    TOTALS.add(workload, found)
    if found or (part + 1) * ROUND >= OPERATIONS:
        with capsys.disabled():
            print(f"\nLINDA_CHECKER_SEED={SEED}, round {part}\n{Totals(TOTALS)}")
    assert found == []
    assert not wire.sent - set(SCENARIOS), "a condition that is not on the list"


def violations(workload: Workload) -> list[str]:
    items, rules = workload.tables.items(), workload.place.rules
    services = {item["lead_id"]: item["repair_type"] for item in items if item["lead_id"].startswith("LEAD-")}
    at_once = [found for each in workload.snapshots for found in violations_of_snapshot(each, services, rules)]
    return [
        *violations_of_tables(items, rules),
        *violations_of_history(workload.history, items, rules),
        *sorted(set(at_once)),
        *freed_slots_that_cannot_be_booked(workload),
    ]


def freed_slots_that_cannot_be_booked(workload: Workload) -> Iterator[str]:
    """What no claim holds is offered, and somebody new can have it."""
    place = workload.place
    claimed = {int(item["timestamp"]) for item in workload.tables.items("SLOT#")}
    free = [slot for slot in place.slots if place.starts[slot["label"]] not in claimed]
    first = place.slots[0]["date"]
    offered = send("GET", "/availability", query={"date": first, "days": "6"}).body["slots"]
    if [slot["label"] for slot in offered] != [slot["label"] for slot in free]:
        yield f"free are {free}, offered are {offered}"
    for number, slot in enumerate(free):
        answer = book(phone=f"+190455577{number:02d}", date=slot["date"], time=slot["time"], source_ip="203.0.113.1")
        if answer.status != 201:
            yield f"{slot['label']} is free and cannot be booked: {answer}"


# --- the proof that it can fail -----------------------------------------------------------------------------


@pytest.mark.parametrize("condition", SCENARIOS, ids=str)
def test_condition_is_sent_and_missed_when_it_is_deleted(
    condition: Condition, tables: Tables, wire: Wire, clock: Clock, set_shop: SetShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = SCENARIOS[condition]
    scene = Scene(tables, wire, clock, monkeypatch, set_shop, condition, set_shop())
    assert scenario(scene) == []
    assert condition in wire.sent, f"never sent; what was: {sorted(map(str, wire.sent))}"
    assert not wire.sent - set(SCENARIOS), "a condition that is not on the list"

    clear(tables)
    clock.set(MONDAY_MORNING)
    with wire.cut(condition):
        noticed = scenario(replace(scene, shop=set_shop()))
    print(f"{condition}\n    {scenario.__name__}: {noticed}")
    assert noticed, "deleted and not noticed"


@pytest.mark.long
@pytest.mark.usefixtures("short_leases")
@pytest.mark.parametrize("condition", FOUND_BY_CHANCE, ids=str)
def test_workload_too_misses_a_deleted_condition(
    condition: Condition, tables: Tables, wire: Wire, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    found: list[str] = []
    for part in range(20):
        clear(tables)
        workload = Workload(tables, wire, place, f"{SEED}.{part}", Faults(FAULT_RATE))
        with wire.cut(condition):
            workload.run(200)
        found = violations(workload)
        if found:
            break
    with capsys.disabled():
        print(f"\n{condition}\n    {len(found)} violations in round {part}, such as: {found[:1]}")
    assert found


def clear(tables: Tables) -> None:
    with tables.batch_writer() as batch:
        for item in tables.items():
            batch.delete_item(Key={"lead_id": item["lead_id"], "timestamp": item["timestamp"]})
    tables.client.delete_item(TableName=tables.brandon_state_log, Key={"state_id": "CURRENT"})


# --- moments that were found to matter ------------------------------------------------------------------------


@pytest.fixture
def scene(tables: Tables, wire: Wire, clock: Clock, set_shop: SetShop, monkeypatch: pytest.MonkeyPatch) -> Scene:
    as_read = next(condition for condition in SCENARIOS if condition.writes == "status")
    return Scene(tables, wire, clock, monkeypatch, set_shop, as_read, set_shop())


def test_notes_written_while_a_booking_moves_are_kept(scene: Scene) -> None:
    lead_id = scene.book().body["lead_id"]
    ask = {"body": {"time": "15:00"}, "headers": BEARER}
    scene.meanwhile(
        lambda: send("PATCH", f"/bookings/{lead_id}", **ask), lambda: scene.change(lead_id, notes="call first")
    )
    lead = scene.lead(lead_id)
    assert (lead["appointment_time"], lead["notes"]) == ("15:00", "call first")


def test_lead_of_an_earlier_phase_can_be_dropped(scene: Scene) -> None:
    assert scene.drop(scene.old_lead("14:00")).status == 200


def test_two_drops_at_once_are_both_told_that_it_is_dropped(scene: Scene) -> None:
    lead_id = scene.book().body["lead_id"]
    answer = scene.meanwhile(
        lambda: send("DELETE", f"/bookings/{lead_id}", headers=BEARER), lambda: scene.drop(lead_id)
    )
    assert (answer.status, answer.body["status"]) == (200, "dropped")


@pytest.mark.parametrize("change", [{"status": "dropped"}, {"time": "15:00"}])
def test_slot_that_was_just_vacated_is_not_told_as_already_booked(scene: Scene, change: dict[str, str]) -> None:
    """The phone's seat is read, then the owner drops or moves that booking, then the lead is read."""
    lead_id = scene.book().body["lead_id"]
    waiting = [lambda: scene.change(lead_id, **change)]

    def meddle(operation: str, parameters: dict[str, Any], call: Call) -> Any:
        if waiting and operation == "GetItem" and parameters["Key"].get("lead_id", {}).get("S") == lead_id:
            waiting.pop()()
        return call()

    with scene.wire.carry(meddle):
        answer = book(phone=ANA, date=DAY, time="14:00")
    assert not waiting
    assert (answer.body["status"], answer.body["time"]) == ("booked", "14:00"), answer.body["message"]
