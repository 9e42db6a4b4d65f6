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
from shop_api import BEARER, agenda, availability, book, send, set_state

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


OLD = "LEAD-20261120-120000"
# What earlier phases, or a hand at the console, may have stored.
STORED_OTHERWISE: list[dict[str, Any]] = [
    {"created_at": Decimal("1795176000.5")},
    {"created_at": "2026-11-20T12:00:00Z"},
    {"discount_percent": Decimal("12.5")},
    {"appointment_time": "14:00:00"},
    {"appointment_time": "2:00 PM - 3:00 PM"},
    {"appointment_time": "2-3 PM"},
    {"appointment_time": "14:00 EST"},
    {"appointment_time": "14"},
    {"appointment_date": "12/01/2026"},
    {"appointment_date": "2026-12-01T14:00:00Z"},
    {"photos": None, "discount_percent": None, "created_at": None},
    {"status": None},
    {"customer_name": None, "notes": None, "device": 14, "source": None},
]


@pytest.mark.parametrize("adopted", [True, False])
@pytest.mark.parametrize("fields", STORED_OTHERWISE, ids=str)
def test_what_is_stored_otherwise_is_read_all_the_same(fields: dict[str, Any], adopted: bool, tables: Tables) -> None:
    tables.put(old_lead() | fields)
    if adopted:
        outcome = run()
        assert outcome is not None
        assert (outcome.refused, "2026-12-01 14:00" in availability("2026-12-01")) == ([], False)
        assert [entry["lead_id"] for entry in agenda("2026-12-01")] == [OLD]
        ran_into = set_state(mode="gym", until="2026-12-02T00:00:00-05:00")
        assert (ran_into.status, [each["lead_id"] for each in ran_into.body["conflicts"]]) == (200, [OLD])
        assert send("GET", "/summary", headers=BEARER, query={"date": "2026-11-30"}).status == 200
    shown = send("GET", f"/bookings/{OLD}", headers=BEARER)
    assert (shown.status, shown.body["label"], shown.body["status"]) == (200, "Tue Dec 1, 2:00 PM", "booked")
    assert all(isinstance(shown.body[name], str) for name in ("phone", "customer_name", "device", "notes", "source"))


@pytest.mark.parametrize("fields", [{"appointment_time": "after lunch"}, {"claimed": 5}, {"photos": True}], ids=str)
def test_a_lead_that_cannot_be_read_takes_no_other_with_it(fields: dict[str, Any], tables: Tables) -> None:
    book(time="15:00")
    tables.put(old_lead(claimed=[1796151600]) | fields)
    tables.put({"lead_id": "SLOT#2026-12-01", "timestamp": 1796151600, "booking_id": OLD, "phone": "+19045550177"})
    assert [entry["time"] for entry in agenda("2026-12-01")] == ["15:00"]
    assert set_state(mode="gym", until="2026-12-02T00:00:00-05:00").status == 200
    assert send("GET", f"/bookings/{OLD}", headers=BEARER).body["code"] == "not_found"
