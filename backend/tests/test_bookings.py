"""`/availability` and `/bookings`: what is free, what is booked, and who is told what."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import shop
from clock import Clock
from faults import FlakyProxy, Mischief, flaky_proxy
from gateway_events import SHOP_NUMBER
from local_aws import LocalAws, Tables
from shop_api import BEARER, agenda, availability, book, send

pytestmark = pytest.mark.usefixtures("tables", "clock")

TUESDAY = [f"2026-12-01 {hour:02d}:00" for hour in range(9, 17)]


# --- availability -------------------------------------------------------------------------------------------


def test_day_offers_every_hour_from_opening_to_the_last_slot() -> None:
    answer = send("GET", "/availability", query={"date": "2026-12-01"})
    assert {name: answer.body[name] for name in ("timezone", "date", "days")} == {
        "timezone": "America/New_York",
        "date": "2026-12-01",
        "days": 1,
    }
    assert availability("2026-12-01") == TUESDAY
    assert answer.body["slots"][5] == {
        "date": "2026-12-01",
        "time": "14:00",
        "label": "Tue Dec 1, 2:00 PM",
        "start": "2026-12-01T14:00:00-05:00",
    }


def test_today_offers_nothing_inside_the_notice(clock: Clock) -> None:
    assert availability("2026-11-30")[0] == "2026-11-30 11:00"  # it is just before 10:00, and 60 minutes are enough
    clock.set(datetime(2026, 11, 30, 15, 0, 1, tzinfo=UTC))
    assert availability("2026-11-30")[0] == "2026-11-30 12:00"


def test_sunday_the_past_and_days_beyond_the_horizon_are_empty() -> None:
    assert availability("2026-12-06") == []
    assert availability("2019-01-01", 14) == []
    assert availability("2026-12-30") != []  # 30 days ahead
    assert availability("2026-12-31", 14) == []
    assert availability("9999-12-31", 14) == []


def test_days_run_over_the_turn_of_month() -> None:
    slots = availability("2026-11-30", 3)
    assert [slot[:10] for slot in slots if slot.endswith("15:00")] == ["2026-11-30", "2026-12-01", "2026-12-02"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({}, {"date"}),
        ({"date": "tomorrow"}, {"date"}),
        ({"date": "2026-02-30"}, {"date"}),
        ({"date": "2026-12-1"}, {"date"}),
        ({"date": "20261201"}, {"date"}),
        ({"date": "2026-12-01", "days": "0"}, {"days"}),
        ({"date": "2026-12-01", "days": "15"}, {"days"}),
        ({"date": "2026-12-01", "days": "two"}, {"days"}),
        ({"date": "x", "days": "\u0661"}, {"date", "days"}),
        ({"date": "2026-12-01", "day": "2"}, {"day"}),
    ],
)
def test_bad_query_names_its_fields(query: dict[str, str], fields: set[str]) -> None:
    answer = send("GET", "/availability", query=query)
    assert (answer.status, set(answer.body["fields"])) == (400, fields)


@pytest.fixture
def open_on_sundays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shop.json of the test's own."""
    facts = json.loads(shop.SHOP_FILE.read_text(encoding="utf-8"))
    facts["hours"]["sunday"] = ["09:00", "17:00"]
    own_shop_file = tmp_path / "shop.json"
    own_shop_file.write_text(json.dumps(facts), encoding="utf-8")
    monkeypatch.setattr(shop, "SHOP_FILE", own_shop_file)
    shop.load_shop.cache_clear()
    yield
    shop.load_shop.cache_clear()


@pytest.mark.usefixtures("open_on_sundays")
@pytest.mark.parametrize(
    ("sunday", "start", "instant"),
    [
        ("2026-11-01", "2026-11-01T09:00:00-05:00", datetime(2026, 11, 1, 14, tzinfo=UTC)),
        ("2027-03-14", "2027-03-14T09:00:00-04:00", datetime(2027, 3, 14, 13, tzinfo=UTC)),
    ],
)
def test_9_am_on_the_sunday_the_clocks_change_is_its_right_instant(
    sunday: str, start: str, instant: datetime, clock: Clock, tables: Tables
) -> None:
    clock.set(instant - timedelta(days=3))
    assert send("GET", "/availability", query={"date": sunday}).body["slots"][0]["start"] == start
    assert book(date=sunday, time="9:00").body["start"] == start
    (claim,) = tables.items("SLOT#")
    assert datetime.fromtimestamp(claim["timestamp"], UTC) == instant


# --- booking ------------------------------------------------------------------------------------------------


def test_booking_is_answered_and_stored_whole(tables: Tables) -> None:
    answer = book(time="2:00 PM", device="iPhone 14", customer_name="Ana", notes="back door")
    assert answer.status == 201
    lead_id = answer.body["lead_id"]
    assert lead_id == "LEAD-20261130-145959"
    assert answer.body == {
        "date": "2026-12-01",
        "time": "14:00",
        "label": "Tue Dec 1, 2:00 PM",
        "start": "2026-12-01T14:00:00-05:00",
        "lead_id": lead_id,
        "status": "booked",
        "phone": "+19045550100",
        "repair_type": "screen",
        "device": "iPhone 14",
        "customer_name": "Ana",
        "notes": "back door",
        "source": "web",
        "message": f"Booked: Tue Dec 1, 2:00 PM. Your booking number is {lead_id}. A text will confirm it, "
        "unless you opted out of our texts. To move or drop it, text MOVE or DROP to (904) 555-0199.",
    }
    (lead,) = tables.leads()
    assert lead == {
        "lead_id": lead_id,
        "timestamp": 1796050799,
        "phone": "+19045550100",
        "customer_name": "Ana",
        "device": "iPhone 14",
        "repair_type": "screen",
        "appointment_date": "2026-12-01",
        "appointment_time": "14:00",
        "notes": "back door",
        "status": "booked",
        "source": "web",
        "created_at": 1796050799,
        "claimed": [1796151600],
    }
    assert availability("2026-12-01") == [slot for slot in TUESDAY if not slot.endswith("14:00")]


@pytest.mark.parametrize("time", ["14:00", "2:00 PM", "2pm", "2 PM", "2:00pm", "02:00 PM", "2 p.m.", " 14:00 "])
def test_time_is_read_in_its_usual_forms(time: str) -> None:
    assert book(time=time).body["time"] == "14:00"


@pytest.mark.parametrize(
    "phone",
    ["9045550100", "904-555-0100", "(904) 555-0100", "+1 904 555 0100", "1.904.555.0100", "tel:+1-904-555-0100"],
)
def test_phone_is_stored_as_e164(phone: str) -> None:
    assert book(phone=phone).body["phone"] == "+19045550100"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"phone": "abc"}, {"phone"}),
        ({"phone": "555-0100"}, {"phone"}),
        ({"phone": "+44 20 7946 0958"}, {"phone"}),
        ({"phone": "1045550100"}, {"phone"}),
        ({"phone": 9045550100}, {"phone"}),
        ({"phone": "\u0669\u0660\u0664\u0665\u0665\u0665\u0660\u0661\u0660\u0660"}, {"phone"}),
        ({"phone": ...}, {"phone"}),
        ({"date": "2019-06-03"}, {"date"}),
        ({"date": "2026-11-29"}, {"date"}),
        ({"date": "2026-12-06"}, {"date"}),
        ({"date": "2027-06-01"}, {"date"}),
        ({"date": None}, {"date"}),
        ({"time": "25:99"}, {"time"}),
        ({"time": "13:00 PM"}, {"time"}),
        ({"time": "14:30"}, {"time"}),
        ({"time": "17:00"}, {"time"}),
        ({"time": "08:00"}, {"time"}),
        ({"time": 14}, {"time"}),
        ({"time": ""}, {"time"}),
        ({"repair_type": "time machine"}, {"repair_type"}),
        ({"repair_type": ["screen"]}, {"repair_type"}),
        ({"device": "x" * 101}, {"device"}),
        ({"customer_name": 7}, {"customer_name"}),
        ({"notes": "\ud800"}, {"notes"}),
        ({"lead_id": "LEAD-20260101-000000"}, {"lead_id"}),
        ({"source": "sms"}, {"source"}),
        ({"date": "2019-06-03", "time": "25:99", "phone": "abc", "x": 1}, {"date", "time", "phone", "x"}),
    ],
)
def test_bad_field_is_named_and_nothing_is_stored(fields: dict[str, Any], named: set[str], tables: Tables) -> None:
    answer = book(**fields)
    assert (answer.status, answer.body["code"], set(answer.body["fields"])) == (400, "invalid_request", named)
    assert tables.items() == []


def test_taken_slot_offers_the_nearest_free_ones(tables: Tables) -> None:
    book()
    answer = book(phone="904-555-0101")
    assert (answer.status, answer.body["code"]) == (409, "slot_taken")
    assert [slot["time"] for slot in answer.body["alternatives"]] == ["12:00", "13:00", "15:00"]
    assert len(tables.leads()) == 1


def test_slot_inside_the_notice_is_real_but_not_free() -> None:
    answer = book(date="2026-11-30", time="10:00")
    assert (answer.status, answer.body["code"]) == (409, "slot_taken")
    assert answer.body["alternatives"][0]["label"] == "Mon Nov 30, 11:00 AM"


def test_same_phone_gets_its_own_booking_back_and_learns_nothing(tables: Tables) -> None:
    first = book(customer_name="Ana", device="iPhone 14", notes="gate code 1234")
    again = book(phone="+1 (904) 555-0100", time="2pm")
    assert (again.status, again.body["lead_id"]) == (200, first.body["lead_id"])
    assert (again.body["customer_name"], again.body["device"], again.body["notes"]) == ("", "", "")
    assert again.body["repair_type"] == "screen"
    assert len(tables.leads()) == 1


def test_number_has_at_most_three_open_bookings(tables: Tables) -> None:
    for hour in (9, 10, 11):
        assert book(time=f"{hour}:00").status == 201
    answer = book(time="12:00")
    assert (answer.status, answer.body["code"]) == (429, "too_many_bookings")
    assert "text or call" in answer.body["error"]
    assert book(time="9:00").status == 200
    assert len(tables.leads()) == 3


def test_past_booking_does_not_count_as_open(clock: Clock) -> None:
    for hour in (9, 10, 11):
        book(time=f"{hour}:00")
    clock.set(datetime(2026, 12, 1, 14, 30, tzinfo=UTC))  # 9:30 AM, the first has begun
    assert book(time="15:00").status == 201
    assert book(time="16:00").status == 429


def test_one_address_books_five_times_an_hour(clock: Clock) -> None:
    statuses = [book(phone=f"904-555-01{n:02d}", date=f"2026-12-{n + 1:02d}").status for n in range(5)]
    assert statuses == [201] * 5
    assert book(phone="904-555-0150", time="9:00").status == 429
    assert book(phone="904-555-0150", time="9:00", source_ip="198.51.100.8").status == 201
    clock.advance(minutes=59)
    assert book(phone="904-555-0151", time="10:00").status == 429
    clock.advance(minutes=1, seconds=1)
    assert book(phone="904-555-0151", time="10:00").status == 201


def test_ipv6_customer_is_one_address() -> None:
    statuses = [
        book(phone=f"904-555-01{n:02d}", date=f"2026-12-{n + 1:02d}", source_ip=f"2001:db8:1:2::{n}").status
        for n in range(5)
    ]
    assert statuses == [201] * 5
    assert book(phone="904-555-0150", time="9:00", source_ip="2001:db8:1:2:ffff::1").status == 429


def test_thirty_web_bookings_an_hour_in_all_and_brandon_is_alerted_once(tables: Tables) -> None:
    def post(number: int) -> int:
        day = ["01", "02", "03", "04", "05"][number // 8]
        return book(
            phone=f"904-555-{2000 + number}",
            date=f"2026-12-{day}",
            time=f"{9 + number % 8}:00",
            source_ip=f"198.51.100.{number}",
        ).status

    statuses = [post(number) for number in range(33)]
    assert statuses == [201] * 30 + [429] * 3
    assert len([text for text in tables.items("OUTBOX#") if text["kind"] == "words"]) == 1


# --- idempotency --------------------------------------------------------------------------------------------


def test_repeated_key_answers_the_first_answer_and_books_nothing(tables: Tables) -> None:
    headers = {"idempotency-key": "a-key"}
    first = book(headers=headers, customer_name="Ana")
    items = len(tables.items())
    again = book(headers=headers, customer_name="Ana")
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert len(tables.items()) == items


def test_key_with_another_body_is_refused() -> None:
    headers = {"idempotency-key": "a-key"}
    book(headers=headers)
    answer = book(headers=headers, time="15:00")
    assert (answer.status, answer.body["code"]) == (409, "idempotency_mismatch")


def test_key_is_free_again_after_a_day(clock: Clock) -> None:
    headers = {"idempotency-key": "a-key"}
    book(headers=headers)
    clock.advance(hours=24, seconds=1)
    assert book(headers=headers, date="2026-12-02").status == 201


def test_key_remembers_a_slot_that_was_taken(tables: Tables) -> None:
    book(phone="904-555-0101")
    headers = {"idempotency-key": "a-key"}
    first = book(headers=headers)
    assert (first.status, book(headers=headers).body) == (409, first.body)


def test_corrected_request_may_keep_its_key() -> None:
    headers = {"idempotency-key": "a-key"}
    assert book(headers=headers, time="25:99").status == 400
    assert book(headers=headers).status == 201


def test_repeat_after_the_slot_began_still_gets_the_first_answer(clock: Clock) -> None:
    headers = {"idempotency-key": "a-key"}
    first = book(headers=headers, date="2026-11-30", time="16:00")
    clock.advance(hours=22)
    assert book(headers=headers, date="2026-11-30", time="16:00").body == first.body


def test_overlong_key_is_a_bad_field() -> None:
    answer = book(headers={"idempotency-key": "x" * 256})
    assert (answer.status, list(answer.body["fields"])) == (400, ["Idempotency-Key"])


def test_one_key_sent_many_times_at_once_books_once(tables: Tables) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: book(headers={"idempotency-key": "k"}), range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["lead_id"] for answer in answers}) == 1
    assert len(tables.leads()) == 1


# --- faults -------------------------------------------------------------------------------------------------


@pytest.fixture
def proxy(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Any:
    with flaky_proxy(local_aws.endpoint_url) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        yield running


def test_answer_lost_after_the_commit_is_still_one_booking(proxy: FlakyProxy, tables: Tables) -> None:
    lost: Iterator[Mischief] = iter(["drop_after"])
    proxy.rule = lambda name, _request: next(lost, None) if name == "TransactWriteItems" else None
    answer = book()
    assert answer.status == 201
    assert [lead["lead_id"] for lead in tables.leads()] == [answer.body["lead_id"]]


def test_second_booking_of_a_second_is_tried_again_under_another_id_without_another_look(proxy: FlakyProxy) -> None:
    first = book(time="9:00")
    proxy.log.clear()
    second = book(time="10:00", phone="904-555-0102")
    assert (first.status, second.status) == (201, 201)
    assert first.body["lead_id"] != second.body["lead_id"]
    assert Counter(proxy.operations()) == {"Query": 3, "GetItem": 2, "TransactWriteItems": 2}


def test_conflict_and_throttling_are_tried_again(proxy: FlakyProxy) -> None:
    troubles: Iterator[Mischief] = iter(["conflict", "throttle"])
    proxy.rule = lambda name, _request: next(troubles, None) if name == "TransactWriteItems" else None
    assert book().status == 201


def test_write_of_unknown_outcome_is_not_denied_and_a_repeat_finds_it(proxy: FlakyProxy, tables: Tables) -> None:
    proxy.rule = lambda name, _request: "drop_after" if name == "TransactWriteItems" else None
    answer = book()
    assert (answer.status, answer.body["code"]) == (503, "unavailable")
    assert "not known" in answer.body["error"]
    proxy.rule = lambda _name, _request: None
    again = book()
    assert (again.status, again.body["lead_id"]) == (200, tables.leads()[0]["lead_id"])


# --- agenda -------------------------------------------------------------------------------------------------


def test_agenda_lists_the_day_in_order_of_time() -> None:
    book(time="16:00", phone="904-555-0101", customer_name="Zoe")
    book(time="9:00", customer_name="Ana")
    book(date="2026-12-02", phone="904-555-0102")
    assert [(entry["time"], entry["customer_name"]) for entry in agenda("2026-12-01")] == [
        ("09:00", "Ana"),
        ("16:00", "Zoe"),
    ]
    assert agenda("2026-12-03") == []


def test_agenda_of_several_days_is_one_list() -> None:
    book(date="2026-12-02", phone="904-555-0102")
    book(date="2026-12-29", phone="904-555-0103")
    book()
    answer = send("GET", "/bookings", query={"date": "2026-12-01", "days": "28"}, headers=BEARER)
    assert [entry["date"] for entry in answer.body["bookings"]] == ["2026-12-01", "2026-12-02"]
    answer = send("GET", "/bookings", query={"date": "2026-12-01", "days": "31"}, headers=BEARER)
    assert len(answer.body["bookings"]) == 3
    for days in ("0", "32", "x"):
        answer = send("GET", "/bookings", query={"date": "2026-12-01", "days": days}, headers=BEARER)
        assert answer.body["fields"] == {"days": "must be a whole number from 1 to 31"}


def test_agenda_is_the_admins_alone() -> None:
    assert send("GET", "/bookings", query={"date": "2026-12-01"}).status == 401
    assert send("GET", "/bookings", headers=BEARER).body["fields"] == {"date": "is required"}


def test_the_shops_own_number_is_no_customers(tables: Tables) -> None:
    answer = book(phone=SHOP_NUMBER)
    assert (answer.status, list(answer.body["fields"])) == (400, ["phone"])
    assert tables.leads() == []
