"""Leads that were there before us: their slots are taken, their customers known, nothing of them is lost."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

import utils
from adopt_leads import Adopted, adopt
from clock import MONDAY_MORNING
from local_aws import Tables
from shop import load_shop
from shop_api import BEARER, agenda, availability, book, send

pytestmark = pytest.mark.usefixtures("tables", "clock")


def run() -> Adopted | None:
    store = utils.Store(utils.load_settings(), utils.Deadline(30))
    return adopt(store, load_shop(), MONDAY_MORNING)


def old_lead(lead_id: str = "LEAD-20261120-120000", **fields: Any) -> dict[str, Any]:
    """A lead as the project's earlier phases wrote it."""
    usual = {
        "lead_id": lead_id,
        "timestamp": 1795176000,
        "phone": "(904) 555-0177",
        "customer_name": "Old Ana",
        "device": "iPhone 12",
        "repair_type": "screen",
        "appointment_date": "2026-12-01",
        "appointment_time": "2:00 PM",
        "status": "booked",
        "quoted_price": Decimal("79.99"),
    }
    return {name: value for name, value in (usual | fields).items() if value is not None}


def test_slot_of_an_old_lead_is_taken_once_it_is_adopted(tables: Tables) -> None:
    tables.put(old_lead())
    assert run() == Adopted(count=1)
    assert "2026-12-01 14:00" not in availability("2026-12-01")
    assert book().body["code"] == "slot_taken"
    assert [(entry["customer_name"], entry["time"]) for entry in agenda("2026-12-01")] == [("Old Ana", "14:00")]
    (lead,) = tables.leads()
    assert (lead["phone"], lead["appointment_time"], lead["quoted_price"]) == ("+19045550177", "2:00 PM", "79.99")


def test_old_lead_can_be_moved_and_dropped(tables: Tables) -> None:
    tables.put(old_lead())
    run()
    path = "/bookings/LEAD-20261120-120000"
    assert send("PATCH", path, body={"time": "15:00"}, headers=BEARER).body["label"] == "Tue Dec 1, 3:00 PM"
    assert send("DELETE", path, headers=BEARER).body["status"] == "dropped"
    assert tables.items("SLOT#") == tables.items("OPEN#") == []


def test_old_lead_counts_as_an_open_booking(tables: Tables) -> None:
    for hour in (9, 10, 11, 12):
        tables.put(
            old_lead(f"LEAD-20261120-1200{hour:02d}", timestamp=1795176000 + hour, appointment_time=f"{hour}:00")
        )
    assert run() == Adopted(count=4)
    assert book(phone="904-555-0177").status == 429


def test_it_happens_once(tables: Tables) -> None:
    assert run() == Adopted(count=0)
    tables.put(old_lead())
    assert run() is None


@dataclass(frozen=True)
class Odd:
    """An old lead with a peculiarity and the slots it takes."""

    fields: dict[str, Any]
    taken: set[str]


@pytest.mark.parametrize(
    "odd",
    [
        Odd({"timestamp": Decimal("1795176000.25")}, {"14:00"}),
        Odd({"timestamp": 1}, {"14:00"}),
        Odd({"appointment_time": "2:30 PM"}, {"14:00", "15:00"}),
        Odd({"status": None, "phone": "unknown"}, {"14:00"}),
        Odd({"status": "confirmed"}, {"14:00"}),
        Odd({"status": "cancelled"}, set()),
        Odd({"appointment_date": "2026-11-02"}, set()),
        Odd({"customer_name": None, "device": None, "repair_type": None}, {"14:00"}),
    ],
)
def test_odd_lead_takes_the_slots_it_runs_into(odd: Odd, tables: Tables) -> None:
    tables.put(old_lead(**odd.fields))
    adopted = run()
    assert adopted is not None
    assert adopted.refused == []
    free = {slot[-5:] for slot in availability("2026-12-01")}
    assert {f"{hour:02d}:00" for hour in range(9, 17)} - free == odd.taken
    if odd.taken:
        assert send("GET", "/bookings/LEAD-20261120-120000", headers=BEARER).status == 200


@pytest.mark.parametrize("fields", [{"appointment_date": None}, {"appointment_time": "after lunch"}])
def test_lead_that_cannot_be_read_is_named_and_left_alone(fields: dict[str, Any], tables: Tables) -> None:
    tables.put(old_lead(**fields))
    before = tables.leads()
    adopted = run()
    assert adopted is not None
    assert (adopted.count, adopted.refused[0][:20]) == (0, "LEAD-20261120-120000")
    assert tables.leads() == before


def test_two_old_leads_for_one_slot_are_told(tables: Tables) -> None:
    tables.put(old_lead())
    tables.put(old_lead("LEAD-20261120-120001", timestamp=1795176001, phone="904-555-0178"))
    adopted = run()
    assert adopted is not None
    assert adopted.count == 1
    assert "call +1904555017" in adopted.refused[0]
    assert len(tables.leads()) == 2
