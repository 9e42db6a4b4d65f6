"""What pages show: the shop's public facts, and the owner's week at a glance."""

import json
from pathlib import Path

import pytest

import dispatcher
import shop as shop_facts
from clock import Clock
from gateway_events import ADMIN_TOKEN, CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, sms
from local_aws import Tables
from scripted_model import ScriptedModel, call, fault, say
from shop_api import BEARER, book, send, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")


def test_shop_tells_the_facts_of_shop_json_and_nothing_else() -> None:
    answer = send("GET", "/shop")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    facts = json.loads(Path(shop_facts.__file__).with_name("shop.json").read_text(encoding="utf-8"))
    body = answer.body
    assert (body["name"], body["city"], body["timezone"]) == (facts["name"], facts["city"], facts["timezone"])
    assert [service["id"] for service in body["services"]] == [service["id"] for service in facts["services"]]
    assert {service["id"]: service["price"] for service in body["services"]} == {
        "screen": "from $79 iPhone / $89 Samsung",
        "battery": "from $49",
        "charging_port": "from $59",
        "back_glass": "from $69",
        "water_damage": "$39",
        "diagnostic": "free",
        "other": "price after a look",
    }
    assert body["hours"][0] == {"weekday": "monday", "opens": "09:00", "closes": "17:00"}
    assert body["hours_words"] == "Mon-Sat 9:00 AM-5:00 PM"
    assert body["phone"] == "+19045550199"
    assert OWNER_NUMBER not in json.dumps(body)
    assert ADMIN_TOKEN not in json.dumps(body)


def test_shop_needs_no_token_and_takes_no_parameter() -> None:
    assert send("GET", "/shop", query={"secret": "1"}).body["fields"] == {
        "secret": "is not a parameter of this address"
    }
    assert send("POST", "/shop").status == 405


def test_the_owner_sees_times_that_his_mode_and_the_notice_keep_from_others() -> None:
    def times(**headers: str) -> list[str]:
        answer = send("GET", "/availability", query={"date": "2026-11-30"}, headers=headers)
        assert answer.status == 200, answer
        return [slot["time"] for slot in answer.body["slots"]]

    assert book(date="2026-11-30", time="13:00").status == 201
    assert times(**BEARER) == ["10:00", "11:00", "12:00", "14:00", "15:00", "16:00"]
    assert set_state(mode="closed").status == 200
    assert times(**BEARER) == ["10:00", "11:00", "12:00", "14:00", "15:00", "16:00"]
    for headers in ({}, {"authorization": "Bearer of-nobody"}):
        assert times(**headers) == []


def test_summary_is_the_owners_alone() -> None:
    assert send("GET", "/summary").status == 401


def test_summary_counts_a_week(model: ScriptedModel, tables: Tables, clock: Clock) -> None:
    assert book().status == 201
    assert book(time="15:00", phone="(904) 555-0133").status == 201
    dropped = book(time="16:00", phone="(904) 555-0144").body["lead_id"]
    assert send("DELETE", f"/bookings/{dropped}", headers=BEARER).status == 200
    model.script(
        call("log_upsell", upsell_item="phone_case", accepted=True),
        say("Anything else?"),
        call("authorize_discount", discount_percent=10, reason="asks"),
        say("Anything else?"),
        fault("status", 500),
        fault("garbage"),
    )
    for number, words in enumerate(("a case too", "a discount?", "hello", "hello again")):
        dispatcher.handler(sms(words, f"+1904555010{number}"), LambdaContext())
    dispatcher.handler(sms("DROP", CUSTOMER_NUMBER), LambdaContext())
    answer = send("GET", "/summary", headers=BEARER)
    assert answer.status == 200
    days = {day["date"]: day for day in answer.body["days"]}
    assert list(days) == [f"2026-{day}" for day in ("11-30", "12-01", "12-02", "12-03", "12-04", "12-05", "12-06")]
    assert days["2026-12-01"]["bookings"] == 2
    monday = {"bookings": 0, "upsells_offered": 1, "upsells_accepted": 1, "discounts": 1, "without_model": 2}
    assert days["2026-11-30"] == {"date": "2026-11-30", **monday}
    assert answer.body["totals"] == monday | {"bookings": 2}


def test_summary_of_another_week() -> None:
    answer = send("GET", "/summary", query={"date": "2026-12-07", "days": "2"}, headers=BEARER)
    assert [day["date"] for day in answer.body["days"]] == ["2026-12-07", "2026-12-08"]
    refused = send("GET", "/summary", query={"date": "soon", "days": "99"}, headers=BEARER)
    assert (refused.status, set(refused.body["fields"])) == (400, {"date", "days"})


def test_a_discount_that_is_refused_is_not_counted(model: ScriptedModel) -> None:
    for _ in range(2):
        model.script(call("authorize_discount", discount_percent=10, reason="asks"), say("Anything else?"))
        dispatcher.handler(sms("a discount?"), LambdaContext())
    assert send("GET", "/summary", headers=BEARER).body["totals"]["discounts"] == 1
