"""`/state`: what Brandon is doing, and what it does to the calendar."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from clock import Clock
from gateway_events import ADMIN_TOKEN
from local_aws import Tables
from shop_api import BEARER, availability, book, get_state, send, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")

DEFAULTS = {
    "state_id": "CURRENT",
    "mode": "work",
    "location": "shop",
    "notes": "",
    "bulletin": "",
    "until": None,
    "ai_answers_sms": True,
    "ai_answers_calls": True,
    "auto_upsell": True,
    "max_discount_percent": 15,
    "greeting": "",
    "effective_mode": "work",
    "version": 0,
    "updated_at": 0,
}


def test_state_that_was_never_written_is_the_defaults() -> None:
    assert get_state() == DEFAULTS


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {ADMIN_TOKEN}",
        f"Bearer {ADMIN_TOKEN}x",
        ADMIN_TOKEN,
        "Bearer \u00e4\u20ac",
    ],
)
def test_only_the_admin_token_opens_the_state(method: str, authorization: str | None, tables: Tables) -> None:
    answer = send(method, "/state", body={"mode": "gym"}, headers={"authorization": authorization})
    assert (answer.status, answer.body["code"]) == (401, "unauthorized")
    assert tables.state() is None


def test_unset_admin_token_refuses_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_API_TOKEN", "")
    assert send("GET", "/state", headers={"authorization": "Bearer "}).status == 401


def test_write_changes_the_fields_sent_and_keeps_the_rest() -> None:
    first = set_state(mode="GYM", notes="Leg day")
    assert (first.body["mode"], first.body["notes"], first.body["version"]) == ("gym", "Leg day", 1)
    second = send("PUT", "/state", body={"location": "gym on Beach Blvd"}, headers=BEARER)
    assert second.body | {"conflicts": None, "updated_at": None} == first.body | {
        "location": "gym on Beach Blvd",
        "version": 2,
        "conflicts": None,
        "updated_at": None,
    }


def test_whole_state_can_be_sent_back() -> None:
    written = set_state(mode="driving", until="2026-11-30T12:00:00-05:00").body
    again = set_state(**written)
    assert (again.status, again.body["until"]) == (200, "2026-11-30T12:00:00-05:00")


def test_delete_resets_and_counts_as_a_write() -> None:
    set_state(mode="gym", notes="x", max_discount_percent=40)
    answer = send("DELETE", "/state", headers=BEARER)
    assert answer.body | {"updated_at": 0} == DEFAULTS | {"version": 2, "conflicts": []}


def test_mode_without_until_clears_it() -> None:
    set_state(mode="gym", until="2026-11-30T12:00:00-05:00")
    assert set_state(mode="driving").body["until"] is None
    set_state(mode="gym", until="2026-11-30T12:00:00-05:00")
    assert set_state(notes="still here").body["until"] == "2026-11-30T12:00:00-05:00"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), "2026-12-01T00:00:00-05:00"),
        # 11:30 PM on the eve of the change back: midnight is still in summer time.
        (datetime(2026, 11, 1, 3, 30, tzinfo=UTC), "2026-11-01T00:00:00-04:00"),
        # On the day itself, which has 25 hours, the next midnight is in winter time.
        (datetime(2026, 11, 1, 4, 30, tzinfo=UTC), "2026-11-02T00:00:00-05:00"),
        (datetime(2027, 3, 14, 6, 30, tzinfo=UTC), "2027-03-15T00:00:00-04:00"),
    ],
)
def test_closed_lasts_to_the_shops_next_midnight(clock: Clock, now: datetime, until: str) -> None:
    clock.set(now)
    assert set_state(mode="closed").body["until"] == until


def test_mode_ends_by_itself(clock: Clock) -> None:
    set_state(mode="gym", until="2026-11-30T12:00:00-05:00")
    assert get_state()["effective_mode"] == "gym"
    clock.set(datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    assert (get_state()["mode"], get_state()["effective_mode"]) == ("gym", "work")


def test_past_until_is_accepted_and_has_no_effect() -> None:
    before = availability("2026-11-30")
    answer = set_state(mode="gym", until="2020-01-01T00:00:00Z")
    assert (answer.status, answer.body["effective_mode"]) == (200, "work")
    assert availability("2026-11-30") == before


def test_mode_removes_the_slots_before_its_end_and_a_reset_brings_them_back() -> None:
    free = availability("2026-11-30", 2)
    assert free[:2] == ["2026-11-30 11:00", "2026-11-30 12:00"]
    set_state(mode="gym", until="2026-11-30T15:00:00-05:00")
    assert availability("2026-11-30", 2) == [slot for slot in free if slot >= "2026-11-30 15:00"]
    send("DELETE", "/state", headers=BEARER)
    assert availability("2026-11-30", 2) == free


def test_mode_without_an_end_removes_no_slot() -> None:
    free = availability("2026-11-30")
    set_state(mode="gym")
    assert availability("2026-11-30") == free


def test_slot_ruled_out_by_the_mode_cannot_be_booked() -> None:
    set_state(mode="onsite", until="2026-12-01T15:00:00-05:00")
    answer = book(time="14:00")
    assert (answer.status, answer.body["code"]) == (409, "slot_taken")
    assert answer.body["alternatives"][0]["time"] == "15:00"


def test_new_mode_names_the_bookings_it_runs_into() -> None:
    held = book(time="14:00").body
    book(time="16:00", phone="904-555-0101")
    answer = set_state(mode="gym", until="2026-12-01T16:00:00-05:00")
    assert [conflict["lead_id"] for conflict in answer.body["conflicts"]] == [held["lead_id"]]
    assert set_state(mode="gym").body["conflicts"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mode", "surfing"),
        ("mode", None),
        ("mode", 7),
        ("location", None),
        ("location", "x" * 501),
        ("notes", ["x"]),
        ("bulletin", "\ud800"),
        ("until", "tomorrow"),
        ("until", "2026-12-01T15:00:00"),
        ("until", 1780000000),
        ("until", "0001-01-01T00:00:00+14:00"),
        ("until", "9999-12-31T23:59:59-14:00"),
        ("until", ""),
        ("ai_answers_sms", "true"),
        ("ai_answers_calls", 1),
        ("auto_upsell", None),
        ("max_discount_percent", 51),
        ("max_discount_percent", -1),
        ("max_discount_percent", 10.5),
        ("max_discount_percent", True),
        ("max_discount_percent", "10"),
        ("greeting", {"x": 1}),
        ("colour", "blue"),
    ],
)
def test_bad_field_is_named_and_nothing_is_stored(field: str, value: object, tables: Tables) -> None:
    answer = send("POST", "/state", body={"notes": "kept out", field: value}, headers=BEARER)
    assert (answer.status, answer.body["code"]) == (400, "invalid_request")
    assert list(answer.body["fields"]) == [field]
    assert tables.state() is None


def test_every_bad_field_is_named_at_once() -> None:
    answer = set_state(mode="surfing", until="x", colour=1)
    assert set(answer.body["fields"]) == {"mode", "until", "colour"}


@pytest.mark.parametrize("version", ["1", '"1"', 'W/"1"'])
def test_current_if_match_is_taken(version: str) -> None:
    set_state(mode="gym")
    assert set_state(notes="x", headers={"if-match": version}).body["version"] == 2


@pytest.mark.parametrize("version", ["0", '"2"', "abc", "", "\u0661"])
def test_stale_if_match_changes_nothing(version: str) -> None:
    set_state(mode="gym")
    for method in ("PUT", "DELETE"):
        answer = send(method, "/state", body={"mode": "break"}, headers=BEARER | {"if-match": version})
        assert (answer.status, answer.body["code"]) == (412, "stale")
    assert (get_state()["mode"], get_state()["version"]) == ("gym", 1)


def test_first_write_may_expect_version_0() -> None:
    assert set_state(mode="gym", headers={"if-match": '"0"'}).status == 200
    assert set_state(mode="work", headers={"if-match": '"0"'}).status == 412


def test_of_two_pages_that_read_the_same_version_one_writes() -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: set_state(notes=str(n), headers={"if-match": "0"}).status, range(8)))
    assert sorted(answers) == [200] + [412] * 7


def test_concurrent_writes_of_different_fields_all_land() -> None:
    fields = [{"notes": "n"}, {"location": "l"}, {"bulletin": "b"}, {"greeting": "g"}, {"auto_upsell": False}] * 3
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda changes: set_state(**changes), fields))
    state = get_state()
    assert [state[name] for name in ("notes", "location", "bulletin", "greeting")] == list("nlbg")
    assert (state["auto_upsell"], state["version"]) == (False, 15)


def test_state_of_an_earlier_phase_is_read(tables: Tables) -> None:
    tables.put_state({"status": "GYM", "location": "beach", "speed": Decimal("1.5"), "max_discount_percent": 99})
    state = get_state()
    assert (state["mode"], state["location"], state["version"]) == ("gym", "beach", 0)
    assert state["max_discount_percent"] == 15
    assert set_state(notes="x", headers={"if-match": "0"}).body["version"] == 1


def test_answer_carries_its_version_as_etag() -> None:
    assert set_state(mode="gym").headers["etag"] == '"1"'
    assert send("GET", "/state", headers=BEARER).headers["etag"] == '"1"'


def test_state_of_an_earlier_phase_is_read_as_far_as_it_makes_sense(tables: Tables) -> None:
    tables.put_state(
        {
            "mode": "Gym",
            "max_discount_percent": Decimal("7.5"),
            "ai_answers_sms": "false",
            "notes": "x" * 600,
            "version": Decimal("2.5"),
        }
    )
    state = get_state()
    assert (state["mode"], state["max_discount_percent"], state["ai_answers_sms"]) == ("gym", 7, False)
    assert (len(state["notes"]), state["version"]) == (500, 2)


def test_any_version_is_matched_by_a_star() -> None:
    assert set_state(mode="gym", headers={"if-match": "*"}).status == 200


def test_a_shop_that_an_earlier_phase_left_closed_is_closed_today(tables: Tables) -> None:
    tables.put_state({"mode": "closed"})
    assert availability("2026-11-30") == []
    assert len(availability("2026-12-01")) == 8


def test_a_closed_shop_whose_end_is_taken_away_is_closed_today() -> None:
    set_state(mode="closed")
    assert set_state(until=None).body["effective_mode"] == "closed"
    assert availability("2026-11-30") == []
