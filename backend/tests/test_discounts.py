"""Discounts: granted once, used once, printed on the lead; above the limit Brandon is asked and decides."""

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

import discounts
import dispatcher
import utils
from clock import Clock
from errors import HasDiscount, NotFound
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, reply_text, sms, texts
from local_aws import Tables
from scripted_model import ScriptedModel, call, say
from shop_api import BEARER, agenda, book, send, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")

DAY = "2026-12-01"
BOOKING = {"date": DAY, "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": "Ana"}


def text(words: str, sender: str = CUSTOMER_NUMBER, sid: str | None = None) -> dict[str, Any]:
    return dispatcher.handler(sms(words, sender, sid), LambdaContext())


def ask(words: str, sender: str = CUSTOMER_NUMBER, sid: str | None = None) -> str:
    return reply_text(text(words, sender, sid))


def grant(model: ScriptedModel, percent: int = 10, sender: str = CUSTOMER_NUMBER) -> str:
    model.script(call("authorize_discount", discount_percent=percent, reason="student"), say("Which day works?"))
    return ask("any discount?", sender)


def booked_by_text(model: ScriptedModel, **changed: Any) -> str:
    model.script(call("book_slot", **BOOKING | changed), say("Anything else?"))
    return ask("tomorrow at 2 please")


def code_for_brandon(model: ScriptedModel, percent: int = 30) -> str:
    """The code in the text that asks Brandon for more than LINDA may give."""
    model.script(call("authorize_discount", discount_percent=percent, reason="loyal"), say("Which day works?"))
    (notice,) = [each.body for each in texts(text(f"{percent}% off?")) if each.to == OWNER_NUMBER]
    found = re.search(r"ok ([0-9a-f]{3}) or no \1$", notice)
    assert found, notice
    return found[1]


def in_outbox(tables: Tables, kind: str) -> list[dict[str, Any]]:
    return [item for item in tables.items("OUTBOX#") if item["kind"] == kind]


# --- granted, used, printed ---------------------------------------------------------------------------------


def test_grant_is_printed_on_the_booking_that_follows(model: ScriptedModel, tables: Tables) -> None:
    assert grant(model).startswith("You have 10% off this repair.")
    assert "iPhone 14 screen repair, 10% off. Ref LEAD-" in booked_by_text(model)
    (lead,), (stored,) = tables.leads(), tables.items("GRANT#")
    assert (lead["discount_percent"], stored["booking_id"]) == (10, lead["lead_id"])
    assert agenda(DAY)[0]["discount_percent"] == 10


def test_grant_is_printed_on_the_booking_there_is(model: ScriptedModel, tables: Tables) -> None:
    booked_by_text(model)
    grant(model)
    (lead,), (stored,) = tables.leads(), tables.items("GRANT#")
    assert (lead["discount_percent"], stored["booking_id"]) == (10, lead["lead_id"])


def test_grant_and_booking_of_one_message_belong_together(model: ScriptedModel, tables: Tables) -> None:
    model.script(
        call("authorize_discount", discount_percent=10, reason="student"),
        call("book_slot", **BOOKING),
        say("Anything else?"),
    )
    assert ask("10% off and I take tomorrow at 2").startswith("You have 10% off this repair. You're booked: ")
    (lead,), (stored,) = tables.leads(), tables.items("GRANT#")
    assert (lead["discount_percent"], stored["booking_id"]) == (10, lead["lead_id"])


def test_grant_is_used_for_one_booking_only(model: ScriptedModel, tables: Tables) -> None:
    grant(model)
    booked_by_text(model)
    assert "% off" not in booked_by_text(model, time="15:00")
    assert sorted(lead.get("discount_percent", 0) for lead in tables.leads()) == [0, 10]


def test_dropped_booking_gives_its_grant_back(model: ScriptedModel, tables: Tables) -> None:
    grant(model)
    booked_by_text(model)
    (first,) = tables.leads()
    send("DELETE", f"/bookings/{first['lead_id']}", headers=BEARER)
    assert "10% off" in booked_by_text(model, time="15:00")
    second = next(lead for lead in tables.leads() if lead["status"] == "booked")
    assert (second["discount_percent"], tables.items("GRANT#")[0]["booking_id"]) == (10, second["lead_id"])


def test_moved_booking_keeps_its_discount(model: ScriptedModel, tables: Tables) -> None:
    grant(model)
    booked_by_text(model)
    (lead,) = tables.leads()
    send("PATCH", f"/bookings/{lead['lead_id']}", body={"time": "15:00"}, headers=BEARER)
    assert tables.leads()[0]["discount_percent"] == 10


def test_web_booking_gets_the_discount_and_does_not_show_it(model: ScriptedModel, tables: Tables) -> None:
    grant(model)
    answer = book(phone=CUSTOMER_NUMBER)
    assert answer.status == 201
    assert "discount" not in str(answer.body)
    assert "% off" not in answer.body["message"]
    assert tables.leads()[0]["discount_percent"] == 10


def test_two_bookings_at_once_share_no_grant(model: ScriptedModel, tables: Tables) -> None:
    for hour in (9, 11, 13, 15):
        phone = f"+190455502{hour:02}"
        grant(model, sender=phone)

        def take(at: int, phone: str = phone) -> int:
            return book(phone=phone, time=f"{at}:00", source_ip=f"198.51.100.{at}").status

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(take, (hour, hour + 1))) == [201, 201]
        mine = [lead for lead in tables.leads() if lead["phone"] == phone]
        assert sorted(lead.get("discount_percent", 0) for lead in mine) == [0, 10]


def test_grant_ends_after_90_days_and_not_before(model: ScriptedModel, tables: Tables, clock: Clock) -> None:
    grant(model)
    clock.advance(hours=24 * 90, seconds=-1)
    assert "off" not in grant(model, 15)
    clock.advance(seconds=1)
    assert grant(model, 15).startswith("You have 15% off")


def test_another_number_has_no_part_in_a_grant(model: ScriptedModel, tables: Tables) -> None:
    grant(model, sender="+19045550142")
    booked_by_text(model)
    assert "discount_percent" not in tables.leads()[0]


def test_spent_grant_is_no_discount_any_more(model: ScriptedModel, tables: Tables, clock: Clock) -> None:
    grant(model)
    booked_by_text(model)
    clock.advance(hours=48)
    model.script(say("You still have 10% off. Which device is it?"))
    assert ask("another repair, with my discount?") == "No discount is agreed yet. Which device is it?"


def test_grant_of_a_dropped_booking_still_counts(model: ScriptedModel, tables: Tables) -> None:
    grant(model)
    booked_by_text(model)
    send("DELETE", f"/bookings/{tables.leads()[0]['lead_id']}", headers=BEARER)
    model.script(say("You still have 10% off. Which day suits you?"))
    assert ask("is my discount gone?") == "You still have 10% off. Which day suits you?"


# --- Brandon decides ----------------------------------------------------------------------------------------


def test_two_numbers_settle_a_discount_above_the_limit(model: ScriptedModel, tables: Tables) -> None:
    booked_by_text(model)
    code = code_for_brandon(model)
    assert tables.items("GRANT#") == []
    answer = ask(f"ok {code}", OWNER_NUMBER)
    assert "30%" in answer
    assert f"no {code}" in answer
    (stored,), (lead,), (told,) = tables.items("GRANT#"), tables.leads(), in_outbox(tables, "discount")
    assert (stored["percent"], stored["code"], stored["booking_id"]) == (30, code, lead["lead_id"])
    assert lead["discount_percent"] == 30
    (question,) = tables.items("ASK#")
    facts = {"code": code, "decision": "ok", "percent": 30, "decided_at": question["decided_at"]}
    assert (told["to"], told["facts"]) == (CUSTOMER_NUMBER, facts)


def test_no_grants_nothing_and_tells_the_customer(model: ScriptedModel, tables: Tables) -> None:
    code = code_for_brandon(model)
    assert f"ok {code}" in ask(f"No {code}.", OWNER_NUMBER)
    assert tables.items("GRANT#") == []
    assert [item["facts"]["decision"] for item in in_outbox(tables, "discount")] == ["no"]


def test_brandon_may_change_his_mind(model: ScriptedModel, tables: Tables) -> None:
    booked_by_text(model)
    code = code_for_brandon(model)
    for decision, percent in (("ok", 30), ("no", None), ("ok", 30)):
        ask(f"{decision} {code}", OWNER_NUMBER)
        assert tables.leads()[0].get("discount_percent") == percent
        assert len(tables.items("GRANT#")) == (1 if percent else 0)


def test_same_decision_twice_changes_nothing(model: ScriptedModel, tables: Tables) -> None:
    code = code_for_brandon(model)
    ask(f"ok {code}", OWNER_NUMBER)
    ask(f"ok {code}", OWNER_NUMBER)
    assert len(in_outbox(tables, "discount")) == 1


def test_repeated_webhook_decides_once(model: ScriptedModel, tables: Tables) -> None:
    code = code_for_brandon(model)
    answers = [text(f"ok {code}", OWNER_NUMBER, sid="SM" + "7" * 32)["body"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(in_outbox(tables, "discount")) == 1


def test_customer_cannot_decide_for_brandon(model: ScriptedModel, tables: Tables) -> None:
    code = code_for_brandon(model)
    model.script(say("Which device is it?"))
    ask(f"ok {code}")
    assert tables.items("GRANT#") == []


def test_customer_asks_brandon_once(model: ScriptedModel, tables: Tables) -> None:
    code_for_brandon(model)
    model.script(call("authorize_discount", discount_percent=40, reason="again"), say("He'll answer by text."))
    assert [each.to for each in texts(text("40% then?"))] == [None]
    assert len(tables.items("ASK#")) == 1


def test_customer_with_a_discount_is_not_asked_for(model: ScriptedModel, tables: Tables) -> None:
    grant(model)
    model.script(call("authorize_discount", discount_percent=40, reason="more"), say("Which day works?"))
    assert [each.to for each in texts(text("40% then?"))] == [None]
    assert tables.items("ASK#") == []


def test_unknown_and_late_codes_are_told(model: ScriptedModel, tables: Tables, clock: Clock) -> None:
    code = code_for_brandon(model)
    assert "abc" in ask("ok abc" if code != "abc" else "ok abd", OWNER_NUMBER) or code == "abc"
    clock.advance(hours=24 * 7)
    assert code in ask(f"ok {code}", OWNER_NUMBER)
    assert tables.items("GRANT#") == []


def test_decision_after_another_grant_is_refused(model: ScriptedModel, tables: Tables) -> None:
    code = code_for_brandon(model)
    grant(model)
    ask(f"ok {code}", OWNER_NUMBER)
    assert [item["percent"] for item in tables.items("GRANT#")] == [10]
    assert in_outbox(tables, "discount") == []


def test_taken_code_is_not_given_twice(tables: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["aaaa", "aaaa", "bbbb", "cccc"])
    monkeypatch.setattr(secrets, "token_hex", lambda _bytes: next(codes))
    store, now = utils.Store(utils.load_settings(), utils.Deadline(10)), clock.now

    def proof(question: discounts.Question) -> list[utils.Action]:
        return [utils.put_action(store.leads_table, {"lead_id": f"PROOF#{question.phone}", "timestamp": 0})]

    asked = [
        discounts.ask(store, discounts.Question("", f"+190455502{number}", 30), "", now, proof) for number in (10, 11)
    ]
    assert [question.code for question in asked] == ["aaa", "bbb"]
    with pytest.raises(HasDiscount):
        discounts.ask(store, discounts.Question("", "+19045550210", 30), "", now, proof)
    with pytest.raises(NotFound):
        discounts.find_question(store, "aaa", now + timedelta(days=7))


def test_limit_is_brandons(model: ScriptedModel, tables: Tables) -> None:
    set_state(max_discount_percent=5)
    code = code_for_brandon(model, 10)
    assert tables.items("GRANT#") == []
    assert tables.items("ASK#")[0]["lead_id"] == f"ASK#{code}"


def test_question_reaches_brandon_and_is_acknowledged(model: ScriptedModel) -> None:
    model.script(call("ask_brandon", question="Can you fix a PS5?"), say("Anything else?"))
    answered = texts(text("do you fix a ps5?"))
    assert [each.body for each in answered] == [
        "I've passed your question on to Brandon. Anything else?",
        f"{CUSTOMER_NUMBER} asks: Can you fix a PS5? To answer yourself, text: pause {CUSTOMER_NUMBER}",
    ]


def test_question_without_an_owner_number_is_not_called_passed_on(
    model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OWNER_PHONE_NUMBER")
    model.script(call("ask_brandon", question="Can you fix a PS5?"), say("I've passed it on. He'll look at it."))
    assert "passed" not in ask("do you fix a ps5?")
