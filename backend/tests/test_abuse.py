"""A flood of web bookings and keys sent again: what is promised to everybody else still holds."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import dispatcher
import scheduler
from clock import Clock, open_day
from gateway_events import LambdaContext, http_event, reply_text, sms
from local_aws import Tables
from processes import Processes, Request
from shop_api import Answer, availability, book

pytestmark = pytest.mark.slow

ADDRESSES = tuple(f"203.0.113.{number}" for number in range(10))
POSTS = 1000
# Two weeks without their Sundays: 96 slots.
DAYS = tuple(f"2026-12-{day:02}" for day in range(1, 15) if day not in (6, 13))
ON_THE_HOUR = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
PAST_THE_HALF = datetime(2026, 11, 30, 15, 40, tzinfo=UTC)


# --- a thousand posts in an hour ----------------------------------------------------------------------------


def flood(clock: Clock, posts: int = POSTS, seconds: float = 3600) -> list[tuple[str, Answer]]:
    """Posts from ten addresses, half of them from the first, for numbers and slots at random; each with its address."""
    dice, answers = random.Random(clock.now.timestamp()), []
    for number in range(posts):
        address = ADDRESSES[number // 2 % len(ADDRESSES)] if number % 2 else ADDRESSES[0]
        answers.append((address, one_post(dice, address)))
        clock.advance(seconds=seconds / posts)
    return answers


def one_post(dice: random.Random, address: str) -> Answer:
    phone = f"+1{dice.randint(200, 999)}{dice.randint(200, 999)}{dice.randint(0, 9999):04}"
    time = f"{dice.randint(9, 16)}:00"
    return book(phone=phone, date=dice.choice(DAYS), time=time, source_ip=address)


def booked(answers: Sequence[tuple[str, Answer]]) -> Counter[str]:
    """How many bookings each address got."""
    return Counter(address for address, answer in answers if answer.status == 201)


@pytest.mark.parametrize("begins", [ON_THE_HOUR, PAST_THE_HALF], ids=["on the hour", "across the hour"])
def test_thousand_posts_in_an_hour_leave_the_calendar_to_texts_and_tell_brandon_once(
    begins: datetime, tables: Tables, clock: Clock
) -> None:
    clock.set(begins)
    answers = flood(clock)

    got = booked(answers)
    assert sum(got.values()) == len(tables.leads()) == 30
    assert max(got.values()) == 5
    assert {answer.status for _address, answer in answers} <= {201, 409, 429}
    assert all("text" in answer.body["error"] for _address, answer in answers if answer.status == 429)
    texts = Counter((text["to"] == "owner", text["kind"]) for text in tables.items("OUTBOX#"))
    assert texts == {(True, "words"): 1, (True, "new_booking"): 30, (False, "booked"): 30}
    assert len(availability(DAYS[0], 14)) == 96 - 30
    assert "You're booked" in book_by_text()


def book_by_text() -> str:
    """What a customer hears who is texted the list of free times and takes its first line."""
    assert "1) " in reply_text(dispatcher.handler(sms("Do you fix iPhone 14 screens?"), LambdaContext()))
    return reply_text(dispatcher.handler(sms("1"), LambdaContext()))


def test_limits_of_the_web_last_an_hour_and_are_over_then(tables: Tables, clock: Clock) -> None:
    clock.set(ON_THE_HOUR)
    first = booked(flood(clock, 150, seconds=60))
    clock.set(ON_THE_HOUR + timedelta(minutes=59))
    assert booked(flood(clock, 10, seconds=30)) == {}
    clock.set(ON_THE_HOUR + timedelta(minutes=61))
    second = booked(flood(clock, 150, seconds=60))
    assert [sum(got.values()) for got in (first, second)] == [30, 30]
    assert [max(got.values()) for got in (first, second)] == [5, 5]
    assert len(tables.leads()) == 60


# --- a key sent again ---------------------------------------------------------------------------------------


def keyed_post(**fields: str) -> Request:
    """A booking under one key, for a process of its own; so its day is one seen from the real clock."""
    body = {"phone": "+19045550100", "date": open_day().isoformat(), "time": "14:00", "repair_type": "screen"}
    event = http_event("POST", "/bookings", body=body | fields, headers={"idempotency-key": "a-key"})
    return Request("scheduler", event)


OtherProcess = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def in_another_process(processes: Processes, tables: Tables) -> OtherProcess:
    """The answer to a post under the key, with other fields where they are given."""

    def post(**fields: str) -> tuple[int, dict[str, Any]]:
        answer = processes.answer(keyed_post(**fields), tables.environment())
        return answer["statusCode"], json.loads(answer["body"])

    return post


def in_this_process() -> tuple[int, dict[str, Any]]:
    answer = scheduler.handler(dict(keyed_post().event), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def test_key_sent_from_eight_processes_at_once_books_once_and_answers_all_alike(
    tables: Tables, processes: Processes
) -> None:
    answers = processes.all_at_once([keyed_post()] * 8, tables.environment())
    assert {(answer["statusCode"], answer["body"]) for answer in answers} == {(201, answers[0]["body"])}
    assert len(tables.leads()) == 1


def test_key_with_another_body_is_refused_by_another_process(tables: Tables, in_another_process: OtherProcess) -> None:
    assert in_another_process()[0] == 201
    status, body = in_another_process(time="15:00")
    assert (status, body["code"]) == (409, "idempotency_mismatch")
    assert len(tables.leads()) == 1


def test_another_process_honours_a_key_for_a_day(
    tables: Tables, clock: Clock, in_another_process: OtherProcess
) -> None:
    clock.set(datetime.now(UTC) - timedelta(hours=23, minutes=55))
    first = in_this_process()
    assert first[0] == 201
    assert in_another_process() == first
    assert len(tables.leads()) == 1


def test_another_process_forgets_a_key_after_a_day(
    tables: Tables, clock: Clock, in_another_process: OtherProcess
) -> None:
    """The request is a new one then: this phone holds the slot already, which is another answer."""
    clock.set(datetime.now(UTC) - timedelta(hours=24, minutes=1))
    first = in_this_process()
    assert first[0] == 201
    status, body = in_another_process()
    assert (status, body["lead_id"]) == (200, first[1]["lead_id"])
    assert in_another_process(time="15:00")[1]["code"] == "idempotency_mismatch"  # it counts anew
