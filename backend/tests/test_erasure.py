"""A customer who asks to be forgotten: what is gone, what stays, and what is said when something may be left."""

import json
from typing import Any

import pytest

import conversation
import dispatcher
import utils
from adopt_leads import index_leads
from clock import MONDAY_MORNING, Clock
from erasure import Erased, is_request, words
from errors import StoreUnavailable
from faults import flaky_proxy
from gateway_events import CUSTOMER_NUMBER, LambdaContext, reply_text, sms, texts
from local_aws import LocalAws, Tables
from scripted_model import ScriptedModel, call, say
from shop import load_shop
from shop_api import BEARER, agenda, availability, book, send, set_state
from slots import Slot
from test_texts import GSM_7

pytestmark = pytest.mark.usefixtures("tables", "clock")

NAME, NOTES, PHOTO = "Zebulon", "the blue gate by the fountain", "https://api.twilio.com/2010-04-01/Media/ME77"
REASON = "a student of the violin"
SECRETS = (NAME, "fountain", "ME77", "violin", "xylophone")


def ask(said: str, sid: str | None = None, **form: Any) -> str:
    return reply_text(dispatcher.handler(sms(said, CUSTOMER_NUMBER, sid, **form), LambdaContext()))


def everything(tables: Tables) -> str:
    """All items of both tables."""
    return json.dumps([tables.items(), tables.state()], default=str)


def left(tables: Tables) -> list[str]:
    """The secrets that still stand somewhere."""
    stored = everything(tables)
    return [secret for secret in SECRETS if secret in stored]


def a_customer(model: ScriptedModel) -> None:
    """Books by page and by text, sends a photo, gets a discount, asks for another, opts out."""
    book(phone=CUSTOMER_NUMBER, time="09:00", customer_name=NAME, notes=NOTES)
    arguments = {"date": "2026-12-01", "time": "14:00", "repair_type": "screen", "device": "iPhone 14"}
    model.script(call("book_slot", **arguments, customer_name=NAME), say("See you then."))
    ask("iPhone 14 fell off my xylophone, tomorrow at 2")
    model.script(call("authorize_discount", discount_percent=10, reason=REASON), say("Anything else?"))
    ask(f"I'm {NAME}, a student of the violin, can I have a discount?")
    model.script(say("I have your photo for Brandon."))
    ask("", NumMedia="1", MediaUrl0=PHOTO, MediaContentType0="image/jpeg")
    ask("STOP")


def test_nothing_that_was_said_or_sent_is_left(tables: Tables, model: ScriptedModel) -> None:
    a_customer(model)
    assert left(tables) == list(SECRETS)
    messages = {item["lead_id"] for item in tables.items("MESSAGE#")}
    reply = ask("Please forget me!", sid="SMforget")
    assert left(tables) == []
    assert tables.items("TURN#") == tables.items("PHOTOS#") == []
    assert reply.startswith("Done: our texts, your name, notes and photos are deleted.")

    assert {item["lead_id"] for item in tables.items("MESSAGE#")} == messages | {f"MESSAGE#{CUSTOMER_NUMBER}#SMforget"}
    assert [item["percent"] for item in tables.items("GRANT#")] == [10]
    assert [item["lead_id"] for item in tables.items("OPTOUT#")] == [f"OPTOUT#{CUSTOMER_NUMBER}"]
    booked = [(entry["time"], entry["phone"], entry["repair_type"]) for entry in agenda("2026-12-01")]
    assert booked == [("09:00", CUSTOMER_NUMBER, "screen"), ("14:00", CUSTOMER_NUMBER, "screen")]
    assert {"2026-12-01 09:00", "2026-12-01 14:00"} & set(availability("2026-12-01")) == set()


def test_what_is_kept_is_said_in_two_segments(tables: Tables, model: ScriptedModel) -> None:
    a_customer(model)
    reply = ask("forget me")
    for part in (
        "Tue Dec 1, 9:00 AM; Tue Dec 1, 2:00 PM",
        "DROP",
        "number",
        "time",
        "discounts",
        "opt-outs",
        "35 days",
    ):
        assert part in reply
    assert len(reply) <= 320
    assert set(reply) <= GSM_7
    assert "could not" not in reply


@pytest.mark.parametrize("complete", [True, False])
def test_words_fit_with_as_many_bookings_as_a_number_can_have(complete: bool) -> None:
    shop = load_shop()
    slots = [Slot(shop.local(MONDAY_MORNING).replace(hour=hour, minute=0)) for hour in (10, 11, 12)]
    said = words(shop, Erased(complete), slots)
    assert len(said) <= 320
    assert "12:00 PM" in said
    assert ("35 days" in said) is complete
    assert ("could not" in said) is not complete


def test_booking_can_be_dropped_afterwards(tables: Tables, model: ScriptedModel) -> None:
    a_customer(model)
    ask("forget me")
    ask("DROP")
    assert "Dropped: your booking for Tue Dec 1, 9:00 AM is off" in ask("1")
    assert [lead["status"] for lead in tables.leads()].count("dropped") == 1


def test_message_that_was_answered_before_is_not_answered_anew(tables: Tables) -> None:
    assert ask("my xylophone", sid="SM1") != ""
    ask("forget me")
    before = (tables.items("MESSAGE#"), tables.items("TURN#"))
    assert ask("my xylophone", sid="SM1") == ""
    assert (tables.items("MESSAGE#"), tables.items("TURN#")) == before


def test_request_again_gets_the_same_answer_and_a_new_one_works_too(tables: Tables) -> None:
    first = ask("forget me", sid="SM1")
    assert ask("forget me", sid="SM1") == first
    assert ask("forget me", sid="SM2") == first
    assert tables.items("TURN#") == []


def test_name_on_a_dropped_booking_is_found_through_the_index(tables: Tables) -> None:
    lead_id = book(phone=CUSTOMER_NUMBER, customer_name=NAME, notes=NOTES).body["lead_id"]
    send("DELETE", f"/bookings/{lead_id}", headers=BEARER)
    assert tables.items("OPEN#") == []
    ask("forget me")
    assert left(tables) == []


def test_first_answer_that_is_kept_for_a_repeat_is_emptied_too(tables: Tables) -> None:
    asked = {"phone": CUSTOMER_NUMBER, "customer_name": NAME, "notes": NOTES, "headers": {"idempotency-key": "K"}}
    first = book(**asked).body
    assert first["customer_name"] == NAME
    ask("forget me")
    assert left(tables) == []
    assert book(**asked).body == first | {"customer_name": "", "notes": ""}
    assert len(tables.leads()) == 1


def test_turn_names_its_message(tables: Tables) -> None:
    ask("hi", sid="SM1")
    assert [turn["message_id"] for turn in tables.items("TURN#")] == ["SM1"]


def test_arrivals_are_kept_as_long_as_the_messages_they_lead_to(tables: Tables) -> None:
    ask("hi", sid="SM1")
    (arrived,), (message,) = tables.items("ARRIVALS#"), tables.items("MESSAGE#")
    assert arrived["expires_at"] >= message["expires_at"]


def test_other_customers_are_not_forgotten(tables: Tables) -> None:
    book(phone="904-555-0101", time="10:00", customer_name=NAME, notes=NOTES)
    dispatcher.handler(sms("xylophone", "+19045550101"), LambdaContext())
    before = [item for item in tables.items() if "0101" in str(item)]
    ask("forget me")
    assert [item for item in tables.items() if "0101" in str(item)] == before


def test_words_in_a_message_without_a_turn_are_deleted(
    tables: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something went wrong while it was answered: its answer hands the words to the owner, and no turn tells of it."""

    def failing(*_arguments: object) -> str:
        raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr("menu.without_model", failing)
        assert "can't reach" in ask("my xylophone")
    assert tables.items("TURN#") == []
    assert left(tables) == ["xylophone"]
    clock.advance(minutes=40)
    ask("forget me")
    assert left(tables) == []


def test_message_whose_owner_died_is_closed(tables: Tables, clock: Clock) -> None:
    receipt = {"kind": "booking", "notice": f"New booking: {NAME}"}
    dead = {"owner_id": "dead", "lease_until": int(MONDAY_MORNING.timestamp() * 1000), "receipts": [receipt]}
    tables.put({"lead_id": f"MESSAGE#{CUSTOMER_NUMBER}#SM1", "timestamp": 0, **dead})
    window = int(MONDAY_MORNING.timestamp()) // 600 * 600
    arrived = {"arrivals": {f"{window}000000#SM1"}}
    tables.put({"lead_id": f"ARRIVALS#sms#{CUSTOMER_NUMBER}", "timestamp": window - 600, **arrived})
    clock.advance(minutes=1)
    assert ask("forget me").startswith("Done")
    assert left(tables) == []
    assert ask("what I said", sid="SM1") == ""


def test_message_that_is_being_answered_makes_it_unfinished(tables: Tables) -> None:
    store = utils.Store(utils.load_settings(), utils.Deadline(10))
    key = conversation.message_key(CUSTOMER_NUMBER, "SM1")
    conversation.begin_count_arrival(store, CUSTOMER_NUMBER, "sms", "SM1", MONDAY_MORNING, 20).result()
    held = conversation.begin_claim(store, key, "one", MONDAY_MORNING, 10).result()
    reply = ask("forget me")
    assert "not delete everything" in reply
    assert "FORGET ME again" in reply
    assert isinstance(held, conversation.Held)
    conversation.finish(store, held, CUSTOMER_NUMBER, "<x/>", conversation.Turn("xylophone", "ok", MONDAY_MORNING))
    assert ask("forget me").startswith("Done")
    assert left(tables) == []


def a_long_past(tables: Tables, turns: int = 230) -> None:
    """More turns than one transaction can delete, a lead that is over, a lead from before the index, messages."""
    lead = {"phone": CUSTOMER_NUMBER, "customer_name": NAME, "notes": NOTES, "photos": [PHOTO], "repair_type": "screen"}
    lead |= {"appointment_date": "2026-11-10", "appointment_time": "10:00", "status": "completed"}
    with tables.batch_writer() as batch:
        for number in range(turns):
            turn = {"said": "xylophone", "answered": "ok", "message_id": f"SM{number}"}
            batch.put_item({"lead_id": f"TURN#{CUSTOMER_NUMBER}", "timestamp": 1795000000000000 + number, **turn})
        for number in range(0, turns, 50):
            answered = {"owner_id": "x", "lease_until": 1, "answer": f"<x>{NAME}</x>", "receipts": [{"notice": NOTES}]}
            batch.put_item({"lead_id": f"MESSAGE#{CUSTOMER_NUMBER}#SM{number}", "timestamp": 0, **answered})
        batch.put_item({"lead_id": "LEAD-20261101-120000", "timestamp": 1793534400, **lead})
        batch.put_item(
            {"lead_id": f"LEADS#{CUSTOMER_NUMBER}", "timestamp": 1793534400, "booking_id": "LEAD-20261101-120000"}
        )
        batch.put_item({"lead_id": "LEAD-20261102-120000", "timestamp": 1793620800, **lead, "status": "booked"})
        seat = {"booking_id": "LEAD-20261102-120000", "expires_at": 1, "starts_at": 1}
        batch.put_item({"lead_id": f"OPEN#{CUSTOMER_NUMBER}", "timestamp": 1, **seat})
        batch.put_item(
            {"lead_id": f"GRANT#{CUSTOMER_NUMBER}", "timestamp": 0, "percent": 5, "reason": REASON, "expires_at": 1}
        )
        batch.put_item({"lead_id": f"ASKING#{CUSTOMER_NUMBER}", "timestamp": 0, "code": "7f3", "expires_at": 1})
        asked = {"phone": CUSTOMER_NUMBER, "percent": 30, "reason": REASON, "expires_at": 1}
        batch.put_item({"lead_id": "ASK#7f3", "timestamp": 0, **asked})


def test_all_turns_are_deleted_and_leads_of_every_age(tables: Tables) -> None:
    a_long_past(tables)
    assert left(tables) == list(SECRETS)
    assert ask("forget me").startswith("Done")
    assert left(tables) == []
    assert tables.items("TURN#") == []
    leads = tables.leads()
    assert [(lead["customer_name"], lead["notes"], "photos" in lead) for lead in leads] == [("", "", False)] * 2
    assert [lead["appointment_date"] for lead in leads] == ["2026-11-10"] * 2
    assert len(tables.items("MESSAGE#")) == 5 + 1
    assert [(item["percent"], item["reason"]) for item in tables.items("ASK#")] == [(30, "")]


def test_killed_at_any_call_it_says_so_and_a_repeat_finishes(
    local_aws: LocalAws, tables: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfinished = []
    with flaky_proxy(local_aws.endpoint_url) as proxy:
        for lasts in range(22):
            clock.advance(minutes=11)
            a_long_past(tables, turns=3)
            calls = iter(range(1000))
            proxy.rule = lambda name, request, calls=calls, lasts=lasts: (  # type: ignore[misc]
                "drop_before" if _erases(name, request) and next(calls) >= lasts else None
            )
            monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint_url)
            reply = ask("forget me")
            monkeypatch.setenv("AWS_ENDPOINT_URL", local_aws.endpoint_url)
            assert reply.startswith("Done") or "not delete everything" in reply
            assert not (reply.startswith("Done") and left(tables))
            unfinished.append(not reply.startswith("Done"))
            assert ask("forget me").startswith("Done")
            assert left(tables) == []
    assert sum(unfinished) > 5
    assert not unfinished[-1]


def _erases(name: str, request: dict[str, Any]) -> bool:
    """A write of the erasure, and not the storing of the answer."""
    update = request.get("UpdateExpression", "")
    deletes = any("Delete" in action for action in request.get("TransactItems", []))
    return deletes or (name == "UpdateItem" and ("REMOVE" in update or "reason" in update))


def test_time_that_runs_out_is_told(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    a_long_past(tables, turns=3)
    with monkeypatch.context() as patched:
        patched.setattr("erasure.RESERVED_SECONDS", 100.0)
        patched.setattr("erasure.RESERVED_SHARE", 1.0)
        reply = ask("forget me", sid="SM900")
    assert "not delete everything" in reply
    assert ask("forget me", sid="SM900") == reply, "the answer was stored"
    assert left(tables) == list(SECRETS)


def test_leads_from_before_the_index_are_found_once_they_are_listed(tables: Tables) -> None:
    over = {"appointment_date": "2026-11-02", "appointment_time": "10:00", "status": "completed"}
    tables.put({"lead_id": "LEAD-20261101-120000", "timestamp": 7, "phone": "(904) 555-0100", "notes": NOTES, **over})
    tables.put({"lead_id": "LEAD-20261101-120001", "timestamp": 7, "phone": "904.555.0100", "notes": "", **over})
    tables.put({"lead_id": "LEAD-20261101-120002", "timestamp": 8, "customer_name": NAME, **over})
    store = utils.Store(utils.load_settings(), utils.Deadline(30))
    assert index_leads(store, MONDAY_MORNING) == 2
    assert index_leads(store, MONDAY_MORNING) is None
    ask("forget me")
    assert [lead.get("notes") for lead in tables.leads()][:2] == ["", ""]
    assert left(tables) == [NAME], "of no number: nobody can ask for it"


def test_it_is_answered_while_the_owner_answers_himself(tables: Tables) -> None:
    set_state(ai_answers_sms=False)
    ask("xylophone")
    assert ask("forget me").startswith("Done")
    assert left(tables) == []


def test_flood_of_requests_ends(tables: Tables) -> None:
    replies = [ask("forget me") for _ in range(22)]
    assert [bool(reply) for reply in replies] == [True] * 21 + [False]
    assert [len(texts(dispatcher.handler(sms("forget me"), LambdaContext())))] == [0]


@pytest.mark.parametrize(
    "said",
    [
        *("forget me", "Forget me.", "FORGET ME!!", "please forget me", "Hi Linda, please forget me. Thank you!"),
        *("delete my data", "Delete all my data please", "erase me", "remove my data", "delete my information"),
        *("Can you delete my personal information?", "could you please erase my data from your system", "delete me"),
        *("I want you to forget me", "I'd like you to delete my data", "forget everything about me", "forget about me"),
        *("delete everything you have on me", "delete all of my records", "please delete everything about me now"),
        *("I want to be forgotten", "I want my data deleted", "remove me from your database", "forget my data"),
        *("olvídame", "Olvidame por favor", "borra mis datos", "Por favor, borre mis datos.", "elimina mi información"),
        *("borra todo sobre mí", "bórrame", "olvídate de mí", "Hola, quiero que borres mis datos personales, gracias"),
        *("forget me \U0001f64f", "forget\u200b me", "\uff46orget me"),
    ],
)
def test_request_in_many_words(said: str) -> None:
    assert is_request(said)


@pytest.mark.parametrize(
    "said",
    [
        *("forget it", "I forgot my passcode", "forget me not", "don't forget me", "did you forget me?", "forget"),
        *("you forgot me", "delete my booking", "drop my appointment", "can you erase my phone", "remove my screen"),
        *("delete my photos from my phone", "can you delete my apps?", "wipe my data", "do you delete my data?", ""),
        *("I want to delete my data before the repair", "will my data be deleted?", "does the repair erase my data"),
        *(
            "forget me if you can't do it by 5",
            "olvidé mi clave",
            "olvida",
            "borra mi cita",
            "olvídalo",
            "borra los datos",
            "clear my history",
        ),
        *("please " * 30 + "forget me", "recover my data", "can you save my data", "my data", "me", "delete"),
    ],
)
def test_what_is_no_request(said: str) -> None:
    assert not is_request(said)
