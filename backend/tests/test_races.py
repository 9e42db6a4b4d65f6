"""Races between processes that share nothing but the tables: the scheduler's and the dispatcher's at once."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clock import open_day
from gateway_events import http_event, reply_text, sms
from local_aws import Tables
from processes import Processes, Request
from scripted_model import ScriptedModel, call, say

pytestmark = pytest.mark.slow


def post(phone: str, date: str, time: str, source_ip: str) -> Request:
    body = {"phone": phone, "date": date, "time": time, "repair_type": "screen"}
    return Request("scheduler", http_event("POST", "/bookings", body=body, source_ip=source_ip))


def numbers(count: int, first: int = 5000) -> list[str]:
    return [f"+1904555{first + n}" for n in range(count)]


def test_sixteen_callers_for_one_slot_from_both_functions_have_one_winner(
    tables: Tables, model: ScriptedModel, processes: Processes
) -> None:
    """Eight pages and eight texts; half of the texts by the list, half through the model."""
    date = open_day().isoformat()
    model.always(lambda request: _book_once(request, date))
    pages = [post(phone, date, "14:00", f"198.51.100.{n}") for n, phone in enumerate(numbers(8))]
    customers = numbers(8, first=6000)
    for phone in customers[:4]:
        tables.put(_turn_with_list(phone, date))
    by_list = [Request("dispatcher", sms("1", phone)) for phone in customers[:4]]
    by_model = [Request("dispatcher", sms("2pm please", phone)) for phone in customers[4:]]
    # All the time there is: sixteen at once on a busy machine are slow, and who runs out of it hears something else.
    environment = tables.environment() | model.environment() | {"REPLY_BUDGET_SECONDS": "14"}
    answers = processes.all_at_once([*pages, *by_list, *by_model], environment)

    (lead,) = tables.leads()
    assert (lead["appointment_date"], lead["appointment_time"]) == (date, "14:00")
    told_yes = [phone for phone, yes in zip(_phones(pages) + customers, _yes(answers), strict=True) if yes]
    assert told_yes == [lead["phone"]]
    for answer in answers[:8]:
        body = json.loads(answer["body"])
        if answer["statusCode"] != 201:
            assert (answer["statusCode"], body["code"], len(body["alternatives"])) == (409, "slot_taken", 3)
    losers = [reply_text(answer) for answer in answers[8:] if "You're booked" not in reply_text(answer)]
    assert [words for words in losers if "taken" not in words and "no longer free" not in words] == []


def _phones(requests: Sequence[Request]) -> list[str]:
    return [json.loads(request.event["body"])["phone"] for request in requests]


def _yes(answers: Sequence[dict[str, Any]]) -> list[bool]:
    pages = [answer["statusCode"] == 201 for answer in answers[:8]]
    return pages + ["You're booked" in reply_text(answer) for answer in answers[8:]]


def _book_once(request: dict[str, Any], date: str) -> Any:
    outputs = [item["output"] for item in request["input"] if item.get("type") == "function_call_output"]
    if not outputs:
        return call("book_slot", date=date, time="14:00", repair_type="screen", device=None, customer_name=None)
    return say("Anything else?" if json.loads(outputs[0])["ok"] else "2 PM was just taken. Would 3 PM work?")


def _turn_with_list(phone: str, date: str) -> dict[str, Any]:
    start = datetime.fromisoformat(f"{date}T14:00").replace(tzinfo=ZoneInfo("America/New_York"))
    offer = {"starts": [int(start.timestamp())], "repair_type": "screen", "device": "", "first_words": "hi"}
    now = datetime.now(UTC).timestamp()
    return {
        "lead_id": f"TURN#{phone}",
        "timestamp": int(now * 1_000_000),
        "said": "hi",
        "answered": "1) 2 PM",
        "offer": offer,
        "expires_at": int(now) + 3600,
    }


def test_twenty_bookings_of_different_slots_at_once_are_twenty_leads(tables: Tables, processes: Processes) -> None:
    days = [open_day(2).isoformat(), open_day(4).isoformat(), open_day(6).isoformat(), open_day(9).isoformat()]
    assert len(set(days)) == 4
    slots = [(day, f"{hour}:00") for day in days for hour in range(9, 14)]
    requests = [
        post(phone, day, time, f"203.0.113.{n}")
        for n, (phone, (day, time)) in enumerate(zip(numbers(20), slots, strict=True))
    ]
    answers = processes.all_at_once(requests, tables.environment())
    assert [answer["statusCode"] for answer in answers] == [201] * 20
    ids = {json.loads(answer["body"])["lead_id"] for answer in answers}
    assert ids == {lead["lead_id"] for lead in tables.leads()}
    assert len(ids) == 20


def test_one_number_cannot_pass_its_limit_by_asking_at_once(tables: Tables, processes: Processes) -> None:
    date = open_day().isoformat()
    requests = [post("+19045557000", date, f"{hour}:00", f"203.0.113.{hour}") for hour in range(9, 17)]
    answers = processes.all_at_once(requests, tables.environment())
    assert sorted(answer["statusCode"] for answer in answers) == [201] * 3 + [429] * 5
    assert len(tables.leads()) == 3
