"""Slots that Brandon blocks: never offered, never booked, and blocked still when a booking in them leaves."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

import dispatcher
import shop as shop_room
from clock import Clock
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, reply_text, sms, texts
from local_aws import Tables
from shop_api import BEARER, agenda, availability, book, send, set_state
from test_owner import ask, at, undo_in

pytestmark = pytest.mark.usefixtures("tables", "clock")

DAY = "2026-12-01"
HOURS = [f"{hour:02d}:00" for hour in range(9, 17)]


def slots_of(tables: Tables, day: str = DAY) -> dict[str, str]:
    """Who holds which slot of a day; a booked one that is blocked too ends with "+"."""
    zone = shop_room.load_shop().timezone
    return {
        f"{datetime.fromtimestamp(claim['timestamp'], zone):%H:%M}": claim["booking_id"] + "+" * ("blocked" in claim)
        for claim in tables.items(f"SLOT#{day}")
    }


def drop(lead_id: str) -> None:
    assert send("DELETE", f"/bookings/{lead_id}", headers=BEARER).status == 200


def move(lead_id: str, **fields: str) -> Any:
    return send("PATCH", f"/bookings/{lead_id}", body=fields, headers=BEARER)


def test_closed_day_is_neither_offered_nor_booked_and_says_not_why(tables: Tables) -> None:
    assert ask("closed tomorrow") == "Blocked: Tue Dec 1.\nUndo: open Tue Dec 1"
    assert slots_of(tables) == dict.fromkeys(HOURS, "BLOCK")
    assert availability(DAY) == []
    answer = book(time="14:00")
    assert (answer.status, answer.body["code"], len(answer.body["alternatives"])) == (409, "slot_taken", 3)
    assert "block" not in str(answer.body).lower()
    assert "Tue Dec 1" not in reply_text(dispatcher.handler(sms("iphone 14 screen"), LambdaContext()))
    assert agenda(DAY) == []
    assert ask("open tomorrow") == "Open again: Tue Dec 1.\nUndo: closed Tue Dec 1"
    assert (slots_of(tables), len(availability(DAY))) == ({}, 8)


def test_customer_whose_line_was_blocked_meanwhile_gets_a_new_list(tables: Tables) -> None:
    dispatcher.handler(sms("iphone 14 screen"), LambdaContext())
    ask("block today")
    reply = reply_text(dispatcher.handler(sms("1"), LambdaContext()))
    assert "Mon Nov 30, 11:00 AM is no longer free" in reply
    assert "1) Tue Dec 1, 9:00 AM" in reply
    assert tables.leads() == []


def test_long_repair_does_not_run_into_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_room.load_shop()
    services = tuple(replace(each, minutes=90) if each.id == "screen" else each for each in shop.services)
    monkeypatch.setattr("scheduler.load_shop", lambda: replace(shop, services=services))
    ask("block tomorrow 11-12")
    assert book(time="10:00").status == 409
    assert book(time="12:00").status == 201


def test_block_expires_a_week_after_its_slot(tables: Tables) -> None:
    ask("block tomorrow 2-4")
    for claim in tables.items("SLOT#"):
        assert claim["expires_at"] - claim["timestamp"] == 7 * 86400


def test_booked_slots_stay_booked_and_are_listed(tables: Tables) -> None:
    lead_id = book(time="14:00", customer_name="Ana", device="iPhone 14").body["lead_id"]
    assert ask("block tomorrow 1-4").splitlines() == [
        "Blocked: Tue Dec 1, 1:00 PM-4:00 PM.",
        "Undo: unblock Tue Dec 1 1:00 PM-4:00 PM",
        "Still booked: 1:",
        "Tue Dec 1, 2:00 PM, Ana, iPhone 14 screen repair, (904) 555-0100",
    ]
    assert slots_of(tables) == {"13:00": "BLOCK", "14:00": f"{lead_id}+", "15:00": "BLOCK"}
    assert [booking["lead_id"] for booking in agenda(DAY)] == [lead_id]
    answer = set_state(mode="onsite", until="2026-12-01T17:00:00-05:00")
    assert [conflict["lead_id"] for conflict in answer.body["conflicts"]] == [lead_id]


@pytest.mark.parametrize(
    ("leave", "left"),
    [
        (drop, {}),
        (lambda lead_id: move(lead_id, date="2026-12-02"), {"14:00": "a lead"}),
    ],
)
def test_slot_whose_booking_leaves_is_blocked(
    leave: Callable[[str], Any], left: dict[str, str], tables: Tables
) -> None:
    lead_id = book(time="14:00").body["lead_id"]
    ask("block tomorrow 2-3")
    leave(lead_id)
    assert slots_of(tables) == {"14:00": "BLOCK"}
    assert set(slots_of(tables, "2026-12-02")) == set(left)
    assert book(time="14:00", phone="904-555-0101").status == 409
    (block,) = tables.items(f"SLOT#{DAY}")
    ask("unblock tomorrow 2-3")
    ask("block tomorrow 2-3")
    assert tables.items(f"SLOT#{DAY}") == [block]


def test_slot_that_was_unblocked_is_free_when_its_booking_leaves(tables: Tables) -> None:
    lead_id = book(time="14:00").body["lead_id"]
    ask(undo_in(ask("closed tomorrow")))
    assert slots_of(tables) == {"14:00": lead_id}
    drop(lead_id)
    assert len(availability(DAY)) == 8


def test_booking_moves_off_one_blocked_slot_and_keeps_the_mark_of_the_other(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_room.load_shop()
    services = tuple(replace(each, minutes=90) if each.id == "screen" else each for each in shop.services)
    monkeypatch.setattr("scheduler.load_shop", lambda: replace(shop, services=services))
    lead_id = book(time="10:00").body["lead_id"]
    ask("block tomorrow 10-12")
    assert move(lead_id, time="11:00").status == 200
    assert slots_of(tables) == {"10:00": "BLOCK", "11:00": f"{lead_id}+", "12:00": lead_id}
    drop(lead_id)
    assert slots_of(tables) == {"10:00": "BLOCK", "11:00": "BLOCK"}


def test_move_onto_a_block_is_refused(tables: Tables) -> None:
    lead_id = book(time="14:00").body["lead_id"]
    ask("block tomorrow 9-11")
    assert move(lead_id, time="9:00").body["code"] == "slot_taken"
    assert slots_of(tables)["14:00"] == lead_id


def test_undo_leaves_what_was_blocked_before(tables: Tables) -> None:
    book(time="15:00")
    ask("block tomorrow 11-1")
    before = slots_of(tables)
    answer = ask("closed tomorrow")
    assert answer.splitlines()[:2] == [
        "Blocked: Tue Dec 1, 9:00 AM-11:00 AM, 1:00 PM-5:00 PM.",
        "Undo: unblock Tue Dec 1 9:00 AM-11:00 AM, 1:00 PM-5:00 PM",
    ]
    ask(undo_in(answer))
    assert slots_of(tables) == before


def test_what_is_blocked_already_changes_nothing(tables: Tables) -> None:
    book(time="14:00")
    ask("closed tomorrow")
    before = slots_of(tables)
    assert ask("closed tomorrow").startswith("Tue Dec 1: blocked already, nothing was changed.\nStill booked: 1:")
    assert slots_of(tables) == before
    ask("open tomorrow")
    ask("closed fri")
    assert ask("block fri 2-4") == "Fri Dec 4, 2:00 PM-4:00 PM: blocked already, nothing was changed."
    assert ask("open tomorrow") == "Tue Dec 1: not blocked, nothing was changed."


def test_many_days_are_one_command_up_to_a_transaction(tables: Tables) -> None:
    answer = ask("closed dec 14-26")
    assert "Undo: open Dec 14-26" in answer
    assert len(tables.items("SLOT#")) == 12 * 8
    assert "at most 98 go at once" in ask("closed jan 4-20")
    ask(undo_in(answer))
    assert tables.items("SLOT#") == []


def test_open_tells_of_a_mode_that_still_closes() -> None:
    ask("closed")
    assert "nothing was changed.\nThe mode is still closed until midnight." in ask("open today")


def test_friday_on_friday_is_what_is_left_of_today(tables: Tables, clock: Clock) -> None:
    clock.set(at("2026-12-04T14:10"))
    assert ask("closed fri").startswith("Blocked: Fri Dec 4, 3:00 PM-5:00 PM.")
    clock.set(at("2026-12-04T17:10"))
    assert ask("closed fri") == "All of that has begun or is past. Nothing was changed."
    assert len(tables.items("SLOT#")) == 2


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-10-31T23:30", None),  # Sunday, November 1, is closed anyway
        ("2026-11-01T23:30", "2026-11-02"),
        ("2027-03-13T23:30", None),
        ("2027-03-14T03:30", "2027-03-15"),
        ("2026-11-30T23:59", "2026-12-01"),
        ("2026-12-01T00:01", "2026-12-02"),
    ],
)
def test_tomorrow_at_night_and_when_the_clocks_change(now: str, day: str | None, tables: Tables, clock: Clock) -> None:
    clock.set(at(now))
    answer = ask("closed tomorrow")
    if day is None:
        assert answer == "The shop is not open then anyway. Nothing was changed."
    else:
        assert slots_of(tables, day) == dict.fromkeys(HOURS, "BLOCK")
        ask(undo_in(answer))
    assert tables.items("SLOT#") == []


def test_undo_after_midnight_still_means_the_same_day(tables: Tables, clock: Clock) -> None:
    clock.set(at("2026-11-30T23:59"))
    answer = ask("closed tomorrow")
    clock.set(at("2026-12-01T00:05"))
    ask(undo_in(answer))
    assert tables.items("SLOT#") == []


def test_booking_and_block_at_once_leave_each_booking_listed_or_refused(tables: Tables) -> None:
    """Seven customers and one Brandon: who was told yes is in his list, and everything else is blocked."""
    for round_number, day in enumerate(("2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04")):
        phones = [f"904-555-1{round_number}{n:02d}" for n in range(7)]

        def wants(number: int, phones: list[str] = phones, day: str = day) -> Any:
            return book(phone=phones[number], time=HOURS[number], date=day, source_ip=f"203.0.113.{day[-1]}{number}")

        with ThreadPoolExecutor(8) as pool:
            booking = [pool.submit(wants, number) for number in range(3)]
            blocking = pool.submit(ask, f"closed {day}")
            booking += [pool.submit(wants, number) for number in range(3, 7)]
            answers, told = [each.result() for each in booking], blocking.result()
        booked = {answer.body["lead_id"]: HOURS[n] for n, answer in enumerate(answers) if answer.status == 201}
        assert all(answer.body["code"] == "slot_taken" for answer in answers if answer.status != 201)
        assert slots_of(tables, day) == dict.fromkeys(HOURS, "BLOCK") | {
            hour: f"{lead_id}+" for lead_id, hour in booked.items()
        }
        listed = re.findall(r"\(904\) 555-\d{4}", told)
        assert [each[-4:] for each in listed] == [phones[HOURS.index(hour)][-4:] for hour in sorted(booked.values())]


def test_drop_and_block_at_once_leave_a_block(tables: Tables) -> None:
    ids = [
        book(time=hour, phone=f"904-555-12{n:02d}", source_ip=f"203.0.113.{n}").body["lead_id"]
        for n, hour in enumerate(HOURS)
    ]
    with ThreadPoolExecutor(8) as pool:
        leaving = [pool.submit(drop, lead_id) for lead_id in ids[:4]]
        blocking = pool.submit(ask, "closed tomorrow")
        leaving += [pool.submit(drop, lead_id) for lead_id in ids[4:]]
        assert all(each.result() is None for each in leaving)
        assert "Undo: open Tue Dec 1" in blocking.result()
    assert slots_of(tables) == dict.fromkeys(HOURS, "BLOCK")


def test_owner_is_told_in_texts_of_two_segments() -> None:
    for n, hour in enumerate(HOURS):
        book(time=hour, phone=f"904-555-13{n:02d}", source_ip=f"203.0.113.{n}", customer_name="A" * 30)
    answered = texts(dispatcher.handler(sms("closed tomorrow", OWNER_NUMBER), LambdaContext()))
    assert answered[0].body.splitlines()[1] == "Undo: open Tue Dec 1"
    assert len(answered) > 2
    assert all(len(text.body) <= 320 for text in answered)
    assert not any(text.to == CUSTOMER_NUMBER for text in answered)


def test_booked_slot_is_not_called_open_when_its_block_is_taken_off(tables: Tables) -> None:
    lead_id = book(time="14:00").body["lead_id"]
    ask("block tomorrow 2-4")
    answer = ask("unblock tomorrow 2-4")
    assert answer.splitlines() == [
        "Open again: Tue Dec 1, 3:00 PM-4:00 PM.",
        "No longer blocked, still booked: Tue Dec 1, 2:00 PM-3:00 PM.",
        "Undo: block Tue Dec 1 2:00 PM-4:00 PM",
    ]
    assert slots_of(tables) == {"14:00": lead_id}
    ask(undo_in(answer))
    assert slots_of(tables) == {"14:00": f"{lead_id}+", "15:00": "BLOCK"}


def test_nothing_is_called_open_when_all_of_it_is_booked() -> None:
    book(time="14:00")
    ask("block tomorrow 2-3")
    assert ask("unblock tomorrow 2-3").splitlines()[0] == "No longer blocked, still booked: Tue Dec 1, 2:00 PM-3:00 PM."
