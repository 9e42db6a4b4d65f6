"""A booking moved and dropped: by text, by list, by the dashboard; with the items before and after."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import dispatcher
import shop as shop_room
from clock import Clock
from faults import FlakyProxy, flaky_proxy
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, call, reply_text, sms, spoken_text, texts
from local_aws import LocalAws, Tables
from scripted_model import ScriptedModel, say
from scripted_model import call as tool
from shop_api import BEARER, agenda, availability, book, send, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")


def ask(words: str, **options: Any) -> str:
    return reply_text(dispatcher.handler(sms(words, **options), LambdaContext()))


def change(lead_id: str, **fields: Any) -> Any:
    return send("PATCH", f"/bookings/{lead_id}", body=fields, headers=BEARER)


def claims(tables: Tables) -> list[tuple[str, str]]:
    """Which booking holds which slot, as the table has it."""
    return sorted(
        (
            f"{datetime.fromtimestamp(claim['timestamp'], shop_room.load_shop().timezone):%m-%d %H:%M}",
            claim["booking_id"],
        )
        for claim in tables.items("SLOT#")
    )


# --- by the dashboard ---------------------------------------------------------------------------------------


def test_dashboard_reads_a_booking_by_its_id_alone() -> None:
    booked = book(customer_name="Ana").body
    answer = send("GET", f"/bookings/{booked['lead_id']}", headers=BEARER)
    assert answer.status == 200
    assert answer.body == {name: value for name, value in booked.items() if name != "message"}


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_booking_is_the_admins_alone(method: str) -> None:
    lead_id = book().body["lead_id"]
    assert send(method, f"/bookings/{lead_id}", body={"status": "dropped"}).status == 401
    assert availability("2026-12-01").count("2026-12-01 14:00") == 0


@pytest.mark.parametrize("lead_id", ["LEAD-20200101-000000", "LEAD-99999999-999999", "nonsense", "SLOT#2026-12-01"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_booking_that_is_none_is_not_found(method: str, lead_id: str) -> None:
    answer = send(method, f"/bookings/{lead_id}", body={}, headers=BEARER)
    assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_booking_moves_with_its_claim_and_its_seat(tables: Tables) -> None:
    lead_id = book(customer_name="Ana").body["lead_id"]
    assert claims(tables) == [("12-01 14:00", lead_id)]
    answer = change(lead_id, date="2026-12-02", time="9am")
    assert (answer.status, answer.body["label"], answer.body["lead_id"]) == (200, "Wed Dec 2, 9:00 AM", lead_id)
    assert claims(tables) == [("12-02 09:00", lead_id)]
    (lead,) = tables.leads()
    assert (lead["appointment_date"], lead["appointment_time"], lead["customer_name"]) == ("2026-12-02", "09:00", "Ana")
    (seat,) = tables.items("OPEN#")
    assert seat["expires_at"] == lead["claimed"][0]
    assert "2026-12-01 14:00" in availability("2026-12-01")
    assert agenda("2026-12-01") == []


def test_time_alone_keeps_the_day_and_date_alone_keeps_the_time() -> None:
    lead_id = book().body["lead_id"]
    assert change(lead_id, time="15:00").body["label"] == "Tue Dec 1, 3:00 PM"
    assert change(lead_id, date="2026-12-03").body["label"] == "Thu Dec 3, 3:00 PM"


def test_booking_cannot_move_onto_another(tables: Tables) -> None:
    first, second = book().body["lead_id"], book(phone="904-555-0101", time="15:00").body["lead_id"]
    answer = change(second, time="14:00")
    assert (answer.status, answer.body["code"]) == (409, "slot_taken")
    assert [slot["time"] for slot in answer.body["alternatives"]] == ["12:00", "13:00", "16:00"]
    assert claims(tables) == [("12-01 14:00", first), ("12-01 15:00", second)]


def test_owner_is_bound_by_neither_notice_nor_mode() -> None:
    set_state(mode="gym", until="2026-12-01T16:00:00-05:00")
    lead_id = book(time="16:00").body["lead_id"]
    assert change(lead_id, date="2026-11-30", time="10:00").status == 200


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"status": "lost"}, {"status"}),
        ({"status": None}, {"status"}),
        ({"notes": 7}, {"notes"}),
        ({"phone": "904-555-0109"}, {"phone"}),
        ({"date": "2019-01-01"}, {"date"}),
        ({"time": "25:99"}, {"time"}),
        ({"time": "14:30"}, {"time"}),
    ],
)
def test_bad_change_is_named_and_changes_nothing(fields: dict[str, Any], named: set[str], tables: Tables) -> None:
    lead_id = book().body["lead_id"]
    before = tables.items()
    answer = change(lead_id, **fields)
    assert (answer.status, set(answer.body["fields"])) == (400, named)
    assert tables.items() == before


@pytest.mark.parametrize("drop", ["DELETE", "PATCH"])
def test_dropped_booking_frees_its_slot_and_its_seat(drop: str, tables: Tables) -> None:
    ids = [book(time=f"{hour}:00").body["lead_id"] for hour in (9, 10, 11)]
    answer = (
        send("DELETE", f"/bookings/{ids[0]}", headers=BEARER) if drop == "DELETE" else change(ids[0], status="dropped")
    )
    assert (answer.status, answer.body["status"]) == (200, "dropped")
    assert "2026-12-01 09:00" in availability("2026-12-01")
    assert len(tables.items("SLOT#")) == len(tables.items("OPEN#")) == 2
    assert send("DELETE", f"/bookings/{ids[0]}", headers=BEARER).body["status"] == "dropped"
    assert book(time="9:00").status == 201
    assert len(tables.leads()) == 4


def test_dropped_booking_cannot_be_taken_up_again() -> None:
    lead_id = book().body["lead_id"]
    send("DELETE", f"/bookings/{lead_id}", headers=BEARER)
    assert set(change(lead_id, status="booked").body["fields"]) == {"status"}
    assert change(lead_id, time="15:00").body["code"] == "not_open"
    assert send("DELETE", f"/bookings/{lead_id}", headers=BEARER).body["status"] == "dropped"
    assert change(lead_id, notes="called, will come again").status == 200


@pytest.mark.parametrize("status", ["completed", "no_show"])
def test_settled_booking_keeps_its_slot_and_leaves_its_seat(status: str, tables: Tables, clock: Clock) -> None:
    lead_id = book().body["lead_id"]
    clock.set(datetime(2026, 12, 1, 20, 30, tzinfo=UTC))
    assert change(lead_id, status=status, notes="paid").body["status"] == status
    assert agenda("2026-12-01")[0]["notes"] == "paid"
    assert tables.items("OPEN#") == []
    assert send("DELETE", f"/bookings/{lead_id}", headers=BEARER).body["code"] == "not_open"


# --- by text, with the model --------------------------------------------------------------------------------


def test_model_finds_moves_and_drops_the_senders_own_booking(model: ScriptedModel, tables: Tables) -> None:
    lead_id = book(device="iPhone 14").body["lead_id"]
    model.script(
        tool("find_booking"),
        tool("move_booking", lead_id=None, date="Wednesday", time="3pm"),
        say("Anything else I can do?"),
    )
    dispatched = dispatcher.handler(sms("can we do wednesday at 3 instead?"), LambdaContext())
    assert reply_text(dispatched) == (
        f"Moved: you're now booked for Wed Dec 2, 3:00 PM instead of Tue Dec 1, 2:00 PM. Ref {lead_id}. "
        "Anything else I can do?"
    )
    assert [text.body[:23] for text in texts(dispatched) if text.to == OWNER_NUMBER] == ["Moved from Tue Dec 1, 2"]
    assert model.tool_outputs(1)[0]["bookings"][0]["lead_id"] == lead_id
    model.script(tool("drop_booking", lead_id=lead_id), say("Sorry to see you go."))
    assert ask("actually drop it") == (
        f"Dropped: your booking for Wed Dec 2, 3:00 PM is off. Ref {lead_id}. Sorry to see you go."
    )
    assert claims(tables) == []


@pytest.mark.parametrize("name", ["move_booking", "drop_booking"])
def test_nobody_elses_booking_is_ever_touched(name: str, model: ScriptedModel, tables: Tables) -> None:
    lead_id = book(phone="904-555-0101").body["lead_id"]
    arguments = {"date": "2026-12-02", "time": "09:00"} if name == "move_booking" else {}
    model.script(tool(name, lead_id=lead_id, **arguments), say("I can't find that one."))
    ask(f"please change {lead_id}")
    (output,) = model.tool_outputs(1)
    assert (output["ok"], list(output["fields"])) == (False, ["lead_id"])
    assert claims(tables) == [("12-01 14:00", lead_id)]


def test_one_of_several_must_be_named(model: ScriptedModel) -> None:
    ids = [book(time=f"{hour}:00").body["lead_id"] for hour in (9, 10)]
    model.script(tool("drop_booking", lead_id=None), say("Which one?"))
    assert ask("drop it") == "Which one?"
    assert all(lead_id in model.tool_outputs(1)[0]["fields"]["lead_id"] for lead_id in ids)


def test_call_neither_reads_out_nor_changes_a_booking(model: ScriptedModel, tables: Tables) -> None:
    book()
    model.script(tool("find_booking"), tool("drop_booking", lead_id=None), say("Please text DROP for that."))
    turn = call(CUSTOMER_NUMBER, "CA1", "step=turn&n=1&silent=0", SpeechResult="drop my booking")
    assert "text DROP" in spoken_text(dispatcher.handler(turn, LambdaContext()))
    assert [output["ok"] for output in model.tool_outputs(2)] == [False, False]
    assert len(claims(tables)) == 1


@pytest.mark.parametrize(
    ("date", "time", "label"),
    [
        ("tomorrow", "2pm", "Tue Dec 1, 2:00 PM"),
        ("next Friday", "at 2", "Fri Dec 11, 2:00 PM"),
        ("Friday", "noon", "Fri Dec 4, 12:00 PM"),
        ("Dec 3", "9 am", "Thu Dec 3, 9:00 AM"),
        ("2026-12-05", "14:00", "Sat Dec 5, 2:00 PM"),
    ],
)
def test_words_for_day_and_time_are_resolved_by_code(date: str, time: str, label: str, model: ScriptedModel) -> None:
    model.script(
        tool("book_slot", date=date, time=time, repair_type="screen", device=None, customer_name=None), say("Ok?")
    )
    assert f"You're booked: {label}" in ask(f"{date} {time}")


def test_weekday_that_contradicts_the_date_is_asked_about(model: ScriptedModel, tables: Tables) -> None:
    booking = {"time": "2pm", "repair_type": "screen", "device": None, "customer_name": None}
    model.script(tool("book_slot", date="Monday, December 1", **booking), say("Is that Monday or Tuesday?"))
    ask("monday december 1 at 2")
    assert "December 1 is a Tuesday, not a Monday" in model.tool_outputs(1)[0]["fields"]["date"]
    assert tables.leads() == []


# --- by the list, without a model ---------------------------------------------------------------------------


def test_move_by_list(tables: Tables) -> None:
    lead_id = book().body["lead_id"]
    listed = ask("MOVE")
    assert "move your booking of Tue Dec 1, 2:00 PM to:" in listed
    assert listed.splitlines()[1] == "1) Mon Nov 30, 11:00 AM"
    assert "Moved: you're now booked for Mon Nov 30, 11:00 AM instead of Tue Dec 1, 2:00 PM" in ask("1")
    assert claims(tables) == [("11-30 11:00", lead_id)]


def test_drop_by_list_asks_first(tables: Tables) -> None:
    lead_id = book().body["lead_id"]
    assert ask("drop").splitlines() == [
        "Which booking should be dropped? Reply with its number:",
        "1) Tue Dec 1, 2:00 PM",
    ]
    assert len(claims(tables)) == 1
    assert ask("1") == f"Dropped: your booking for Tue Dec 1, 2:00 PM is off. Ref {lead_id}."
    assert claims(tables) == []


def test_one_of_several_is_picked_by_its_number(tables: Tables) -> None:
    ids = [book(time=f"{hour}:00").body["lead_id"] for hour in (9, 10)]
    assert ask("Move.").splitlines()[1:] == ["1) Tue Dec 1, 9:00 AM", "2) Tue Dec 1, 10:00 AM"]
    assert "your booking of Tue Dec 1, 10:00 AM to:" in ask("2")
    ask("1")
    assert claims(tables) == [("11-30 11:00", ids[1]), ("12-01 09:00", ids[0])]


def test_move_to_a_line_that_was_taken_offers_new_times(tables: Tables) -> None:
    lead_id = book().body["lead_id"]
    ask("MOVE")
    book(date="2026-11-30", time="11:00", phone="904-555-0101")
    reply = ask("1")
    assert "Mon Nov 30, 11:00 AM is no longer free" in reply
    assert "1) Mon Nov 30, 12:00 PM" in reply
    ask("1")
    assert ("11-30 12:00", lead_id) in claims(tables)


@pytest.mark.parametrize("word", ["MOVE", "DROP"])
def test_number_without_a_booking_has_nothing_to_change(word: str) -> None:
    assert ask(word) == "There is no open booking for this number."


def test_words_that_name_a_day_are_answered_with_that_day() -> None:
    reply = ask("iPhone 12 screen on Thursday at 2?")
    assert reply.splitlines()[1:3] == ["1) Thu Dec 3, 2:00 PM", "2) Thu Dec 3, 9:00 AM"]
    closed = ask("or this sunday?")
    assert "We're closed on Sundays." in closed
    assert "1) Mon Dec 7, 9:00 AM" in closed
    assert "December 1 is a Tuesday, not a Friday: which day do you mean?" in ask("friday dec 1")


# --- races and faults ---------------------------------------------------------------------------------------


def test_two_bookings_that_move_to_one_slot_have_one_winner(tables: Tables) -> None:
    ids = [
        book(phone=f"904-555-01{n:02d}", time=f"{9 + n}:00", source_ip=f"203.0.113.{n}").body["lead_id"]
        for n in range(5)
    ]
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda lead_id: change(lead_id, date="2026-12-02", time="9:00").status, ids))
    assert sorted(statuses) == [200] + [409] * 4
    assert sorted(booking for _slot, booking in claims(tables)) == sorted(ids)


def test_move_and_drop_at_once_leave_none_or_one(tables: Tables) -> None:
    for day in ("01", "02", "03", "04", "05"):
        lead_id = book(date=f"2026-12-{day}", phone=f"904-555-01{day}", source_ip=f"203.0.113.{day}").body["lead_id"]
        with ThreadPoolExecutor(2) as pool:
            moving = pool.submit(change, lead_id, time="15:00")
            dropping = pool.submit(send, "DELETE", f"/bookings/{lead_id}", headers=BEARER)
            moving.result(), dropping.result()
    assert claims(tables) == []
    assert tables.items("OPEN#") == []


@pytest.fixture
def proxy(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyProxy]:
    with flaky_proxy(local_aws.endpoint_url) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        yield running


def test_move_whose_answer_was_lost_is_still_one_move(proxy: FlakyProxy, tables: Tables) -> None:
    lead_id = book().body["lead_id"]
    lost: Iterator[Any] = iter(["drop_after"])
    proxy.rule = lambda name, _request: next(lost, None) if name == "TransactWriteItems" else None
    assert change(lead_id, time="15:00").status == 200
    assert claims(tables) == [("12-01 15:00", lead_id)]


def test_move_of_unknown_outcome_by_text_is_neither_claimed_nor_denied(proxy: FlakyProxy, tables: Tables) -> None:
    book()
    ask("MOVE")
    proxy.rule = lambda _name, request: "drop_after" if len(request.get("TransactItems", [])) > 2 else None
    assert "can't see yet whether your booking for Mon Nov 30, 11:00 AM went through" in ask("1")
    assert len(claims(tables)) == 1


# --- repairs longer than a slot -----------------------------------------------------------------------------


@pytest.fixture
def long_repairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop where a screen takes an hour and a half: two slots."""
    shop = shop_room.load_shop()
    services = tuple(replace(each, minutes=90) if each.id == "screen" else each for each in shop.services)
    changed = replace(shop, services=services)
    for module in ("dispatcher", "scheduler", "state_manager"):
        monkeypatch.setattr(f"{module}.load_shop", lambda: changed)


@pytest.mark.usefixtures("long_repairs")
def test_long_repair_takes_the_slots_it_needs(tables: Tables) -> None:
    lead_id = book(time="10:00").body["lead_id"]
    assert claims(tables) == [("12-01 10:00", lead_id), ("12-01 11:00", lead_id)]
    assert len(agenda("2026-12-01")) == 1
    assert book(time="11:00", repair_type="battery", phone="904-555-0101").status == 409
    assert book(time="9:00", phone="904-555-0101").status == 409
    assert book(time="9:00", repair_type="battery", phone="904-555-0101").status == 201


@pytest.mark.usefixtures("long_repairs")
def test_long_repair_that_would_end_after_closing_is_a_bad_time() -> None:
    answer = book(time="16:00")
    assert (answer.status, set(answer.body["fields"])) == (400, {"time"})


@pytest.mark.usefixtures("long_repairs")
def test_long_repair_moves_by_one_slot_over_itself(tables: Tables) -> None:
    lead_id = book(time="10:00").body["lead_id"]
    assert change(lead_id, time="11:00").status == 200
    assert claims(tables) == [("12-01 11:00", lead_id), ("12-01 12:00", lead_id)]
    send("DELETE", f"/bookings/{lead_id}", headers=BEARER)
    assert claims(tables) == []


@pytest.mark.usefixtures("long_repairs")
def test_list_offers_a_long_repair_only_where_it_fits() -> None:
    book(date="2026-11-30", time="12:00", repair_type="battery", phone="904-555-0101")
    assert ask("iphone 14 screen").splitlines()[1:3] == ["1) Mon Nov 30, 1:00 PM", "2) Mon Nov 30, 2:00 PM"]
