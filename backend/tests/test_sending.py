"""Texts that are left in the outbox and sent from it: once, in time, and to nobody who does not want them."""

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.client import BaseClient

import carrier
import dispatcher
import fake_twilio
import outbox
import sending
import utils
from clock import Clock
from fake_twilio import (
    FakeTwilio,
    Step,
    error_after_accepting,
    garbage_after_accepting,
    hang_up_after_accepting,
    hang_up_before_accepting,
    meanwhile,
    refusal,
    slow,
)
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, http_event, sms
from local_aws import Tables
from outbox import OWNER, Text
from shop import load_shop
from shop_api import BEARER, Answer, book, send

HERE = ZoneInfo("America/New_York")
SHOP = "EmperorLinda Cell Phone Repairs:"
BOOKED = f"{SHOP} You're booked: Tue Dec 1, 2:00 PM, screen repair."


def run() -> dict[str, Any]:
    """One minute's run of the schedule."""
    return dispatcher.handler({"task": "send-outbox"}, LambdaContext())


def leave(*texts: Text, now: datetime | None = None) -> None:
    """Put texts into the outbox as a cause would."""
    store = utils.Store(utils.load_settings(), utils.Deadline(30))
    store.transact([outbox.text_action(store, load_shop(), text, now or utils.utc_now()) for text in texts])


def note(words: str = "Hello.", to: str = CUSTOMER_NUMBER, *, can_wait: bool = True) -> Text:
    return Text(to, "words", {"words": words}, can_wait=can_wait)


def change(booking: Answer, **fields: Any) -> Answer:
    return send("PATCH", f"/bookings/{booking.body['lead_id']}", body=fields, headers=BEARER)


def drop(booking: Answer) -> Answer:
    return send("DELETE", f"/bookings/{booking.body['lead_id']}", headers=BEARER)


def here(text: str) -> datetime:
    """A time on the clock in the shop."""
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


# --- what leaves a text -------------------------------------------------------------------------------------


def test_web_booking_is_confirmed_by_text_and_the_owner_told(tables: Tables, twilio: FakeTwilio) -> None:
    lead_id = book(device="iphone 14", customer_name="Ana").body["lead_id"]
    assert run() == {"due": 2, "sent": 2}
    assert twilio.bodies(CUSTOMER_NUMBER) == [
        f"{SHOP} You're booked: Tue Dec 1, 2:00 PM, iPhone 14 screen repair. Ref {lead_id}."
        " To change it, text MOVE or DROP."
    ]
    (to_owner,) = twilio.bodies(OWNER_NUMBER)
    assert to_owner == f"New booking: Tue Dec 1, 2:00 PM, iphone 14 screen repair, Ana {CUSTOMER_NUMBER}. {lead_id}"
    assert tables.items("OUTBOX#") == []
    assert run() == {"due": 0}


def test_what_was_sent_is_kept_for_thirty_days_without_its_words(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    lead_id = book().body["lead_id"]
    run()
    (sent,) = tables.items(f"SENT#{CUSTOMER_NUMBER}")
    ids = {message["to"]: message["sid"] for message in twilio.messages}
    now = utils.epoch(clock.now)
    assert sent["timestamp"] // 1_000_000 == now
    outcome = {"kind": "booked", "status": "sent", "sid": ids[CUSTOMER_NUMBER], "booking_id": lead_id}
    times = {"sent_at": now, "expires_at": now + 30 * 86400}
    assert {name: sent[name] for name in sent if name not in ("lead_id", "timestamp")} == outcome | times


def test_page_says_that_a_text_comes_and_where_to_text(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    def added(time: str) -> str:
        answer = book(time=f"{time}:00").body
        begins = f"Booked: {answer['label']}. Your booking number is {answer['lead_id']}."
        assert answer["message"].startswith(begins)
        return str(answer["message"].removeprefix(begins))

    confirmed = " A text will confirm it, unless you opted out of our texts."
    where = " To move or drop it, text MOVE or DROP to (904) 555-0199."
    assert added("14") == confirmed + where
    monkeypatch.delenv("TWILIO_ACCOUNT_SID")
    assert added("15") == where
    monkeypatch.delenv("TWILIO_PHONE_NUMBER")
    assert added("16") == " To move or drop it, please ask the shop and give this number."


def test_text_is_written_in_the_transaction_of_its_cause(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[list[str]] = []
    real: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def recording(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            parts = [next(iter(entry.values())) for entry in parameters["TransactItems"]]
            written.append([(part.get("Key") or part["Item"])["lead_id"]["S"] for part in parts])
        elif operation in ("PutItem", "UpdateItem"):
            written.append([operation])
        return real(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", recording)
    booking = book()
    change(booking, time="15:00")
    drop(booking)
    assert [sum(key == "OUTBOX#" for key in keys) for keys in written] == [2, 1, 1]
    assert all(booking.body["lead_id"] in keys for keys in written)


def test_repeat_or_refusal_of_a_booking_leaves_no_further_text(tables: Tables) -> None:
    ask = {"headers": {"idempotency-key": "a-key"}}
    assert [book(**ask).status for _ in range(2)] == [201, 201]
    assert book().status == 200
    assert book(phone="+19045550177").status == 409
    assert len(tables.items("OUTBOX#")) == 2


def test_customer_is_told_when_the_owner_moves_or_drops_a_booking(tables: Tables, twilio: FakeTwilio) -> None:
    booking = book()
    run()
    change(booking, time="15:00", notes="call first")
    change(booking, time="15:00")
    run()
    drop(booking)
    drop(booking)
    change(booking, notes="was dropped", status="dropped")
    run()
    lead_id = booking.body["lead_id"]
    assert twilio.bodies(CUSTOMER_NUMBER)[1:] == [
        f"{SHOP} Moved: you're now booked for Tue Dec 1, 3:00 PM instead of Tue Dec 1, 2:00 PM. Ref {lead_id}."
        " To change it, text MOVE or DROP.",
        f"{SHOP} Dropped: your booking for Tue Dec 1, 3:00 PM is off. Ref {lead_id}. Text us here for another time.",
    ]
    assert len(twilio.bodies(OWNER_NUMBER)) == 1


@pytest.mark.parametrize(("status", "told"), [("dropped", 1), ("completed", 0), ("no_show", 0)])
def test_of_the_owners_words_on_a_booking_only_a_drop_is_texted(
    tables: Tables, twilio: FakeTwilio, status: str, told: int
) -> None:
    booking = book()
    run()
    assert change(booking, status=status).status == 200
    run()
    assert len(twilio.bodies(CUSTOMER_NUMBER)) == 1 + told


@pytest.mark.parametrize(("phone", "told"), [("ask at the desk", 0), ("", 0), ("904-555-0177", 1)])
def test_customer_of_an_earlier_phase_is_told_where_the_number_is_one(
    tables: Tables, twilio: FakeTwilio, phone: str, told: int
) -> None:
    key = {"lead_id": "LEAD-20261101-120000", "timestamp": 1793534400, "phone": phone}
    tables.put({**key, "appointment_date": "2026-12-01", "appointment_time": "14:00", "status": "booked"})
    assert send("DELETE", "/bookings/LEAD-20261101-120000", headers=BEARER).status == 200
    run()
    assert [message["to"] for message in twilio.messages] == ["+19045550177"] * told
    assert (twilio.count("POST"), tables.items("OUTBOX#")) == (told, [])


# --- words --------------------------------------------------------------------------------------------------


def test_form_cannot_make_the_shop_send_strangers_what_it_likes(tables: Tables, twilio: FakeTwilio) -> None:
    bait = "iPhone 14, you won! http://prize.example"
    book(device=bait, customer_name="Pay at prize.example", notes="prize.example")
    run()
    assert "prize" not in twilio.bodies(CUSTOMER_NUMBER)[0]
    assert "iPhone 14 screen repair" in twilio.bodies(CUSTOMER_NUMBER)[0]


def test_texts_to_customers_are_short_plain_and_ask_for_no_word_that_twilio_takes(
    tables: Tables, twilio: FakeTwilio
) -> None:
    booking = book(device="iPhone \N{PERSONAL COMPUTER} 14")
    leave(note("\N{LEFT DOUBLE QUOTATION MARK}Hi\N{RIGHT DOUBLE QUOTATION MARK} " + "and so on, " * 40))
    run()
    change(booking, time="15:00")
    run()
    drop(booking)
    run()
    bodies = twilio.bodies(CUSTOMER_NUMBER)
    assert len(bodies) == 4
    for body in bodies:
        assert len(body) <= 320
        assert body.isascii()
        assert not {"STOP", "CANCEL", "END", "QUIT", "YES", "UNSUBSCRIBE", "START"} & set(body.split())


def test_text_to_the_owner_may_be_long(tables: Tables, twilio: FakeTwilio) -> None:
    leave(note("x" * 1500, OWNER))
    run()
    assert twilio.bodies() == ["x" * 1500]


def test_discount_on_the_lead_is_in_its_confirmation(tables: Tables, twilio: FakeTwilio) -> None:
    book()
    (lead,) = tables.leads()
    tables.put(lead | {"discount_percent": 15})
    run()
    assert "15% off" in twilio.bodies(CUSTOMER_NUMBER)[0]


@pytest.mark.parametrize(
    ("decision", "told", "words"),
    [
        ("ok", "ok", f"{SHOP} Brandon says yes. You have 25% off this repair."),
        ("no", "no", f"{SHOP} Brandon can't do 25% off this time. Text us here with any question."),
        ("ok", "no", None),
        ("no", "", None),
    ],
)
def test_discount_is_told_as_it_stands(
    tables: Tables, twilio: FakeTwilio, clock: Clock, decision: str, told: str, words: str | None
) -> None:
    asked = {"phone": CUSTOMER_NUMBER, "percent": 25, "asked_at": 1, "expires_at": utils.epoch(clock.now) + 60}
    tables.put({"lead_id": "ASK#7f3", "timestamp": 0, **asked, **({"decision": told} if told else {})})
    leave(Text(CUSTOMER_NUMBER, "discount", {"code": "7f3", "decision": decision, "percent": 25}))
    assert run() == {"due": 1, "sent" if words else "dropped": 1}
    assert twilio.bodies() == ([words] if words else [])


# --- once ---------------------------------------------------------------------------------------------------


def test_two_senders_at_once_send_each_text_once(tables: Tables, twilio: FakeTwilio) -> None:
    leave(*(note(f"Number {number}.") for number in range(8)))
    twilio.always(slow(0.05))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: run(), range(4)))
    assert tables.items("OUTBOX#") == []
    assert sorted(twilio.bodies()) == [f"Number {number}." for number in range(8)]


class Killed(BaseException):
    """The function is killed: nothing of it runs any more."""


def killing(monkeypatch: pytest.MonkeyPatch, number: int, *, before: bool) -> Callable[[], None]:
    """Kill the function right before or after its write of that number; what is answered undoes it."""
    real: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    lock, writes = threading.Lock(), [0]

    def call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        mine = operation in ("PutItem", "UpdateItem", "TransactWriteItems")
        with lock:
            writes[0] += mine
            dies = mine and writes[0] == number
        if dies and before:
            raise Killed
        answer = real(client, operation, parameters)
        if dies:
            raise Killed
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return lambda: monkeypatch.setattr(BaseClient, "_make_api_call", real)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", [1, 2, 3, 4])
def test_killed_at_any_write_and_taken_up_again_without_a_second_text(
    tables: Tables, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch, write: int, before: bool
) -> None:
    """Two texts, each a claim and a mark: four writes. What was sent and not marked is found at Twilio."""
    leave(note("One."), note("Two."))
    revive = killing(monkeypatch, write, before=before)
    with pytest.raises(Killed):
        run()
    revive()
    run()
    clock.advance(seconds=sending.LEASE_SECONDS + 1)
    run()
    assert sorted(twilio.bodies()) == ["One.", "Two."]
    assert tables.items("OUTBOX#") == []
    assert len(tables.items("SENT#")) == 2


def test_text_of_a_dead_sender_waits_for_the_end_of_its_lease(
    tables: Tables, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(note())
    revive = killing(monkeypatch, 1, before=False)
    with pytest.raises(Killed):
        run()
    revive()
    clock.advance(seconds=sending.LEASE_SECONDS - 1)
    assert run() == {"due": 0}
    clock.advance(seconds=2)
    assert run() == {"due": 1, "sent": 1}


@pytest.mark.parametrize("trial", [False, True], ids=["paid", "trial"])
@pytest.mark.parametrize(
    "step",
    [hang_up_after_accepting(), garbage_after_accepting(), error_after_accepting()],
    ids=["hung up", "garbage", "error"],
)
def test_text_whose_acceptance_got_lost_is_found_and_not_sent_again(
    tables: Tables, twilio: FakeTwilio, clock: Clock, step: Step, trial: bool
) -> None:
    twilio.trial = trial
    leave(note("Another.", CUSTOMER_NUMBER))
    run()
    leave(note("Hello."))
    twilio.script(step)
    assert run() == {"due": 1, "put off": 1}
    clock.advance(minutes=1)
    assert run() == {"due": 1, "sent": 1}
    assert len(twilio.messages) == twilio.count("POST") == 2
    sids = [item["sid"] for item in tables.items("SENT#")]
    assert sids == [message["sid"] for message in twilio.messages]


def test_message_is_known_again_though_the_same_text_would_be_worded_otherwise(
    tables: Tables, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The booking is moved between the lost answer and the next attempt: the move has a text of its own."""
    monkeypatch.delenv("OWNER_PHONE_NUMBER")
    booking = book()
    twilio.script(hang_up_after_accepting())
    run()
    change(booking, time="15:00")
    for _ in range(5):
        clock.advance(minutes=1)
        run()
    first, second = twilio.bodies()
    assert "2:00 PM, screen repair" in first
    assert "Moved" in second


def test_same_words_of_another_hour_are_another_text(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    leave(note())
    run()
    clock.advance(hours=1)
    leave(note())
    twilio.script(hang_up_before_accepting())
    run()
    assert twilio.bodies() == ["Hello."]
    clock.advance(minutes=1)
    assert run()["sent"] == 1
    assert twilio.bodies() == ["Hello."] * 2


def test_nothing_is_sent_as_long_as_twilio_cannot_be_asked(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    leave(note())
    twilio.script(hang_up_after_accepting())
    twilio.script_look_up(refusal(20500), refusal(20003), garbage_after_accepting(), hang_up_before_accepting())
    run()
    for minutes in (1, 2, 4, 8):
        clock.advance(minutes=minutes)
        assert run() == {"due": 1, "put off": 1}
    clock.advance(minutes=16)
    assert run() == {"due": 1, "sent": 1}
    assert twilio.count("POST") == 1


def test_late_sender_does_not_put_back_what_its_successor_sent(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    leave(note())

    def overtaken() -> None:
        clock.advance(seconds=sending.LEASE_SECONDS + 1)
        assert run() == {"due": 1, "sent": 1}

    twilio.script(meanwhile(overtaken, code=20429))
    assert run() == {"due": 1, "overtaken": 1}
    assert tables.items("OUTBOX#") == []
    assert twilio.bodies() == ["Hello."]


# --- who wants no texts, and what cannot be sent ---------------------------------------------------------------


def test_number_that_twilio_says_has_opted_out_is_marked_and_left_alone(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    leave(note("One."))
    twilio.script(refusal(21610))
    assert run() == {"due": 1, "opted out": 1}
    (mark,) = tables.items("OPTOUT#")
    assert (mark["lead_id"], mark["timestamp"], mark["by"]) == (f"OPTOUT#{CUSTOMER_NUMBER}", 0, "twilio")
    assert mark["opted_out_at"] == utils.epoch(clock.now)
    assert "expires_at" not in mark
    assert [(item["status"], item["code"]) for item in tables.items("SENT#")] == [("failed", 21610)]
    leave(note("Two."))
    assert run() == {"due": 1, "opted out": 1}
    assert twilio.count("POST") == 1


def test_booking_of_such_a_number_is_flagged_for_brandon(tables: Tables, twilio: FakeTwilio) -> None:
    book(phone=CUSTOMER_NUMBER)
    for item in tables.items("OUTBOX#"):
        if item["to"] == outbox.OWNER:
            tables.delete(item)
    twilio.script(refusal(21610))
    assert run() == {"due": 1, "opted out": 1}
    assert (tables.leads()[0]["opted_out"], tables.items("OUTBOX#")) == (True, [])


def test_number_that_opted_out_is_never_sent_to(tables: Tables, twilio: FakeTwilio) -> None:
    tables.put({"lead_id": f"OPTOUT#{CUSTOMER_NUMBER}", "timestamp": 0, "opted_out_at": 1, "by": "customer"})
    book()
    assert run() == {"due": 2, "opted out": 1, "sent": 1}
    assert [message["to"] for message in twilio.messages] == [OWNER_NUMBER]
    assert tables.items("OUTBOX#") == []


@pytest.mark.parametrize("code", [21211, 21408, 21614, 21617])
def test_text_that_is_refused_for_good_is_dropped_with_an_error_and_remembered(
    tables: Tables, twilio: FakeTwilio, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    leave(note("One."), note("Two."))
    twilio.script(refusal(code))
    assert run() == {"due": 2, "refused": 1, "sent": 1}
    assert tables.items("OUTBOX#") == []
    failed, _sent = sorted(tables.items("SENT#"), key=lambda item: str(item["status"]))
    assert (failed["status"], failed["code"], "sid" in failed) == ("failed", code, False)
    (error,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert (error.getMessage(), vars(error)["code"]) == ("text of the outbox: refused", code)


@pytest.mark.parametrize("code", [20003, 20429, 20500, 21606])
def test_trouble_that_is_not_the_texts_keeps_it_with_growing_delay_until_it_is_given_up(
    tables: Tables, twilio: FakeTwilio, clock: Clock, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    leave(note(can_wait=False))
    begun, tries, counts = clock.now, [], {}
    twilio.always(refusal(code))
    while "given up" not in counts and clock.now < begun + timedelta(days=2):
        before = len(twilio.requests)
        counts = run()
        if len(twilio.requests) > before:
            tries.append(round((clock.now - begun) / timedelta(minutes=1)))
        clock.advance(minutes=1 if len(tries) < 6 else 10)
    pauses = [after - before for before, after in pairwise(tries)]
    assert (tries[0], pauses[:5]) == (0, [1, 2, 4, 8, 16])
    assert set(pauses[5:-1]) == {30}
    assert counts == {"due": 1, "given up": 1}
    assert timedelta(hours=24) <= clock.now - begun <= timedelta(hours=24, minutes=45)
    (error,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert error.getMessage() == "text of the outbox: given up"
    assert twilio.messages == []


def test_nights_of_quiet_do_not_keep_a_text_for_ever(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    clock.set(here("2026-12-01T12:00:00"))
    leave(note())
    twilio.always(refusal(20500))
    for hour in ("2026-12-01T12:01:00", "2026-12-01T21:00:00", "2026-12-02T08:00:01"):
        clock.set(here(hour))
        assert run() == {"due": 1, "put off": 1}
    clock.set(here("2026-12-02T12:01:00"))
    assert run() == {"due": 1, "given up": 1}


@pytest.mark.parametrize("code", [20003, 20429, 20500])
def test_others_wait_too_while_twilio_is_not_well_and_none_is_lost(
    tables: Tables, twilio: FakeTwilio, clock: Clock, code: int
) -> None:
    leave(*(note(f"Number {number}.") for number in range(3)))
    twilio.script(refusal(code))
    assert run() == {"due": 3, "put off": 1}
    clock.advance(minutes=1)
    assert run() == {"due": 3, "sent": 3}
    assert sorted(twilio.bodies()) == [f"Number {number}." for number in range(3)]


def test_text_that_cannot_be_worded_does_not_hold_up_the_others(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    leave(Text(CUSTOMER_NUMBER, "of a later version", {}), Text(CUSTOMER_NUMBER, "words", {}), note())
    assert run() == {"due": 3, "put off": 2, "sent": 1}
    clock.advance(hours=25)
    assert run() == {"due": 2, "given up": 2}


def test_text_about_a_booking_that_is_no_more_is_dropped(tables: Tables, twilio: FakeTwilio) -> None:
    leave(Text(CUSTOMER_NUMBER, "booked", {"booking_id": "LEAD-20261130-000000"}))
    assert run() == {"due": 1, "dropped": 1}


def test_logs_hold_neither_words_nor_numbers(
    tables: Tables, twilio: FakeTwilio, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    twilio.script(refusal(21211), hang_up_after_accepting(), refusal(20500))
    twilio.script_look_up(hang_up_before_accepting())
    book(customer_name="Zebulon")
    leave(note("A secret."))
    for _ in range(8):
        run()
        clock.advance(minutes=2)
    logged = "\n".join(f"{record.getMessage()} {vars(record)} {caplog.text}" for record in caplog.records)
    assert "text of the outbox: sent" in logged
    for word in ("secret", "Zebulon", CUSTOMER_NUMBER[-10:], OWNER_NUMBER[-10:], "You're booked"):
        assert word not in logged


# --- when ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-12-01T20:59:00", "2026-12-01T20:59:00"),
        ("2026-12-01T21:00:00", "2026-12-02T08:00:00"),
        ("2026-12-02T00:30:00", "2026-12-02T08:00:00"),
        ("2026-12-02T07:59:59", "2026-12-02T08:00:00"),
        ("2026-12-02T08:00:00", "2026-12-02T08:00:00"),
        # Clocks go back on November 1, 2026, and forward on March 14, 2027, both at 2 AM.
        ("2026-10-31T22:00:00", "2026-11-01T08:00:00"),
        ("2026-11-01T01:30:00", "2026-11-01T08:00:00"),
        ("2027-03-13T22:00:00", "2027-03-14T08:00:00"),
        ("2027-03-14T07:59:00", "2027-03-14T08:00:00"),
    ],
)
def test_text_that_can_wait_is_due_outside_of_the_quiet_hours(
    tables: Tables, twilio: FakeTwilio, clock: Clock, written: str, due: str
) -> None:
    clock.set(here(written))
    leave(note())
    clock.set(here(due) - timedelta(seconds=1))
    if here(due) > here(written):
        assert run() == {"due": 0}
    clock.set(here(due) + timedelta(seconds=1))
    assert run() == {"due": 1, "sent": 1}


def test_quiet_nights_are_as_long_as_the_clock_on_the_wall_says() -> None:
    shop = load_shop()
    nights = [("2026-10-31T22:00", "2026-11-01T13:00"), ("2027-03-13T22:00", "2027-03-14T12:00")]
    for evening, morning in nights:
        ends = outbox.quiet_until(shop, here(evening))
        assert ends is not None
        assert ends.astimezone(UTC) == datetime.fromisoformat(morning).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        (None, "03:00", None),
        (("13:00", "15:00"), "12:59", None),
        (("13:00", "15:00"), "13:00", "15:00"),
        (("13:00", "15:00"), "15:00", None),
        (("00:00", "06:00"), "03:00", "06:00"),
        (("08:00", "08:00"), "08:00", None),
    ],
)
def test_another_shop_has_other_quiet_hours_or_none(hours: Any, at: str, until: str | None) -> None:
    quiet = (time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None
    ends = outbox.quiet_until(replace(load_shop(), quiet_hours=quiet), here(f"2026-12-01T{at}:00"))
    assert ends == (here(f"2026-12-01T{until}:00") if until else None)


def test_text_written_just_before_the_quiet_hours_and_not_sent_waits_for_the_morning(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    clock.set(here("2026-12-01T20:59:50"))
    leave(note())
    clock.set(here("2026-12-01T21:00:10"))
    assert run() == {"due": 1, "put off": 1}
    clock.set(here("2026-12-02T07:59:59"))
    assert run() == {"due": 0}
    clock.set(here("2026-12-02T08:00:01"))
    assert run() == {"due": 1, "sent": 1}
    assert twilio.count("GET") == 0


def test_what_cannot_wait_is_sent_at_night(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    clock.set(here("2026-12-01T23:00:00"))
    leave(note(can_wait=False))
    assert run() == {"due": 1, "sent": 1}


def test_booking_dropped_before_the_morning_is_not_confirmed(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    clock.set(here("2026-11-30T22:00:00"))
    drop(book())
    clock.set(here("2026-12-01T08:00:01"))
    assert run() == {"due": 3, "dropped": 2, "sent": 1}
    assert "is off" in twilio.bodies()[0]


def test_booking_moved_before_the_morning_is_confirmed_at_its_new_time(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    clock.set(here("2026-11-30T22:00:00"))
    change(book(), time="16:00")
    clock.set(here("2026-12-01T08:00:01"))
    run()
    assert sorted(body[:60] for body in twilio.bodies()) == sorted(
        body[:60]
        for body in (
            f"{SHOP} You're booked: Tue Dec 1, 4:00 PM, screen repair.",
            f"{SHOP} Moved: you're now booked for Tue Dec 1, 4:00 PM",
            "New booking: Tue Dec 1, 4:00 PM, screen repair, +19045550100.",
        )
    )


def test_booking_moved_there_and_back_overnight_is_no_news_of_its_first_move(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    clock.set(here("2026-11-30T22:00:00"))
    booking = book()
    change(booking, time="16:00")
    change(booking, time="14:00")
    clock.set(here("2026-12-01T08:00:01"))
    assert run() == {"due": 4, "dropped": 1, "sent": 3}


def test_booking_that_has_begun_is_not_confirmed_but_the_owner_hears_of_it(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    """Twilio was out from nine to two."""
    clock.set(here("2026-12-01T09:00:00"))
    booking = book()
    twilio.script(refusal(20500))
    run()
    clock.set(here("2026-12-01T14:00:01"))
    assert run() == {"due": 2, "dropped": 1, "sent": 1}
    assert booking.body["lead_id"] in twilio.bodies(OWNER_NUMBER)[0]


# --- without an account, without a number, without time -----------------------------------------------------


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER"])
def test_without_an_account_nothing_is_touched_and_one_warning_says_so(
    tables: Tables,
    twilio: FakeTwilio,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    missing: str,
) -> None:
    monkeypatch.delenv(missing)
    assert run() == {"due": 0}
    assert caplog.records == []
    leave(note("One."), note("Two."))
    waiting = tables.items("OUTBOX#")
    assert run() == {"due": 2}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert tables.items("OUTBOX#") == waiting


def test_owner_whose_number_is_set_late_still_gets_his_texts(
    tables: Tables, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OWNER_PHONE_NUMBER")
    leave(note("For Brandon.", OWNER), note("For Ana."))
    assert run() == {"due": 2, "put off": 1, "sent": 1}
    monkeypatch.setenv("OWNER_PHONE_NUMBER", OWNER_NUMBER)
    clock.advance(minutes=1)
    assert run() == {"due": 1, "sent": 1}
    assert twilio.bodies(OWNER_NUMBER) == ["For Brandon."]


def test_slow_twilio_ends_a_run_in_time_and_the_next_one_goes_on(
    tables: Tables, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS_TO_BEGIN", 0.5)
    leave(*(note(f"Number {number}.") for number in range(5)))
    twilio.always(slow(0.3))
    first = run()
    assert 1 <= first["sent"] <= 2
    for _ in range(4):
        run()
    assert sorted(twilio.bodies()) == [f"Number {number}." for number in range(5)]


def test_answer_that_never_comes_is_not_waited_for(
    tables: Tables, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier, "http_client", lambda: twilio.http_client(timeout=0.2))
    leave(note())
    twilio.script(slow(30))
    assert run() == {"due": 1, "put off": 1}
    clock.advance(minutes=1)
    assert run() == {"due": 1, "sent": 1}


def test_run_fits_into_the_functions_time() -> None:
    """The longest: a text begun at the last moment is looked for and sent, each until its time-out."""
    longest = sending.SECONDS_TO_BEGIN + 2 * carrier.TIMEOUT_SECONDS
    assert longest <= sending.SECONDS_OF_A_RUN < 20 < sending.LEASE_SECONDS - 60


def test_hundred_texts_due_at_once_are_sent_in_five_minutes(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    for first in range(0, 100, 20):
        leave(*(note(f"Number {first + number}.") for number in range(20)))
    sent = []
    for _ in range(5):
        sent.append(run()["sent"])
        clock.advance(minutes=1)
    assert sent == [20] * 5
    assert len(set(twilio.bodies())) == len(twilio.bodies()) == 100


def test_outbox_that_cannot_be_read_is_reported_and_tried_the_next_minute(
    tables: Tables, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(note())
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        assert run() == {"unreachable": 1}
    assert run() == {"due": 1, "sent": 1}


# --- who may start it ---------------------------------------------------------------------------------------


def test_request_from_outside_does_not_start_a_run(tables: Tables, twilio: FakeTwilio) -> None:
    leave(note())
    event = http_event("POST", "/twilio/sms", body={"task": "send-outbox"}) | {"task": "send-outbox"}
    answer = dispatcher.handler(event, LambdaContext())
    assert answer["statusCode"] == 403
    assert json.loads(answer["body"])["code"] == "bad_signature"
    assert twilio.requests == []


# --- what a second reader saw -------------------------------------------------------------------------------


def test_customer_hears_once_of_a_decision_taken_back_and_given_again(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    asked = {"phone": CUSTOMER_NUMBER, "percent": 25, "asked_at": 1, "expires_at": utils.epoch(clock.now) + 600}
    tables.put({"lead_id": "ASK#7f3", "timestamp": 0, **asked})
    for decision in ("ok", "no", "ok"):
        dispatcher.handler(sms(f"{decision} 7f3", OWNER_NUMBER), LambdaContext())
    assert run() == {"due": 3, "dropped": 2, "sent": 1}
    assert twilio.bodies() == [f"{SHOP} Brandon says yes. You have 25% off this repair."]
    dispatcher.handler(sms("no 7f3", OWNER_NUMBER), LambdaContext())
    assert run() == {"due": 1, "sent": 1}


@pytest.mark.parametrize(("late", "told"), [(30, 1), (7200 - 60, 1), (7200, 0)])
def test_booking_dropped_right_before_it_begins_is_told_though_late(
    tables: Tables, twilio: FakeTwilio, clock: Clock, late: int, told: int
) -> None:
    booking = book()
    run()
    clock.set(here("2026-12-01T13:59:40"))
    drop(booking)
    clock.set(here("2026-12-01T14:00:00") + timedelta(seconds=late))
    run()
    assert [body for body in twilio.bodies(CUSTOMER_NUMBER) if "is off" in body] == twilio.bodies(CUSTOMER_NUMBER)[1:]
    assert len(twilio.bodies(CUSTOMER_NUMBER)) == 1 + told


@pytest.mark.parametrize(("code", "status"), [(21608, 400), (21608, 403), (21211, 404)])
def test_recipient_that_cannot_be_sent_to_yet_holds_up_nobody_else(
    tables: Tables, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch, code: int, status: int
) -> None:
    monkeypatch.setitem(fake_twilio._REASONS, code, (status, "not {To}"))
    leave(*(note(f"Number {number}.", f"+190455501{number:02d}") for number in range(3)))
    twilio.script(refusal(code))
    assert run() == {"due": 3, "put off": 1, "sent": 2}
    clock.advance(minutes=1)
    assert run() == {"due": 1, "sent": 1}
    assert len(set(twilio.bodies())) == 3


def test_text_that_is_dropped_for_an_opt_out_flags_its_booking(tables: Tables, twilio: FakeTwilio) -> None:
    tables.put({"lead_id": f"OPTOUT#{CUSTOMER_NUMBER}", "timestamp": 0, "opted_out_at": 1, "by": "customer"})
    book()
    for lead in tables.leads():
        tables.put({name: value for name, value in lead.items() if name != "opted_out"})
    assert run() == {"due": 2, "opted out": 1, "sent": 1}
    assert tables.leads()[0]["opted_out"] is True


def test_text_dropped_for_an_opt_out_is_dropped_though_its_booking_is_gone(tables: Tables, twilio: FakeTwilio) -> None:
    tables.put({"lead_id": f"OPTOUT#{CUSTOMER_NUMBER}", "timestamp": 0, "opted_out_at": 1, "by": "customer"})
    gone = Text(CUSTOMER_NUMBER, "words", {"words": "Hello.", "booking_id": "LEAD-20261130-000000"})
    leave(gone)
    assert run()["opted out"] == 1
    assert (tables.items("OUTBOX#"), tables.leads()) == ([], [])


@pytest.mark.parametrize("by", ["mark", "twilio"])
def test_owner_who_opted_out_flags_no_customer(tables: Tables, twilio: FakeTwilio, by: str) -> None:
    book()
    for item in tables.items("OUTBOX#"):
        if item["to"] != OWNER:
            tables.delete(item)
    if by == "mark":
        tables.put({"lead_id": f"OPTOUT#{OWNER_NUMBER}", "timestamp": 0, "opted_out_at": 1, "by": "customer"})
    else:
        twilio.script(refusal(21610))
    assert run() == {"due": 1, "opted out": 1}
    assert "opted_out" not in tables.leads()[0]


def test_owners_notice_is_one_line_without_links_whatever_a_form_brings(tables: Tables, twilio: FakeTwilio) -> None:
    name = "Ann\n\nMode: closed.\nUndo: http://evil.example/x"
    lead_id = book(customer_name=name, device="iPhone  14\n\u2028www.evil.example/y Pro").body["lead_id"]
    run()
    assert twilio.bodies(OWNER_NUMBER) == [
        "New booking: Tue Dec 1, 2:00 PM, iPhone 14 Pro screen repair, "
        f"Ann Mode: closed. Undo: {CUSTOMER_NUMBER}. {lead_id}"
    ]
