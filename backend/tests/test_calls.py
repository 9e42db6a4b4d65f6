"""Calls: greeting, turns, silence, Brandon's phone, voicemail. Depth is for later; what is here is real."""

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlsplit

import pytest

import dispatcher
from faults import black_hole
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, call, sms, spoken_text, texts, twiml
from local_aws import Tables
from scripted_model import ScriptedModel, fault, say
from scripted_model import call as tool
from shop_api import book, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")


def ring(query: str = "", sid: str = "CA1", sender: str = CUSTOMER_NUMBER, **fields: str) -> dict[str, Any]:
    return dispatcher.handler(call(sender, sid, query, **fields), LambdaContext())


def follow(response: dict[str, Any], sid: str = "CA1", sender: str = CUSTOMER_NUMBER, **fields: str) -> dict[str, Any]:
    """What comes back when Twilio calls the action of the answer's first verb that has one."""
    action = next(verb.get("action") for verb in twiml(response) if verb.get("action"))
    return ring(urlsplit(str(action)).query, sid, sender, **fields)


def verbs(response: dict[str, Any]) -> list[str]:
    return [verb.tag for verb in twiml(response)]


def gather(response: dict[str, Any]) -> ET.Element:
    found = twiml(response).find("Gather")
    assert found is not None, response["body"]
    return found


def test_greeting_says_who_speaks_and_listens_for_speech_and_keys() -> None:
    response = ring()
    assert "EmperorLinda Cell Phone Repairs" in spoken_text(response)
    assert "automated assistant" in spoken_text(response)
    listening = gather(response)
    assert listening.get("input") == "speech dtmf"
    assert listening.get("actionOnEmptyResult") == "true"
    assert str(listening.get("speechTimeout")).isdigit()
    assert "iPhone" in str(listening.get("hints"))


def test_greeting_knows_the_mode() -> None:
    set_state(mode="driving", until="2026-11-30T12:00:00-05:00")
    assert "Brandon is on the road until 12:00 PM" in spoken_text(ring())


def test_caller_books_by_speech_and_gets_it_in_writing(model: ScriptedModel, tables: Tables) -> None:
    booking = {"date": "2026-12-01", "time": "14:00", "repair_type": "screen", "device": "iPhone 14"}
    model.script(
        say("Tuesday at 2 is free. Shall I take it?"), tool("book_slot", **booking, customer_name="Ana"), say("Bye!")
    )
    second = follow(ring(), SpeechResult="My iPhone 14 screen is cracked", Confidence="0.9")
    assert spoken_text(second) == "Tuesday at 2 is free. Shall I take it?"
    third = follow(second, SpeechResult="Yes, please")
    (lead,) = tables.leads()
    assert (lead["phone"], lead["source"]) == (CUSTOMER_NUMBER, "voice")
    assert "You're booked: Tuesday December 1, 2 p m, iPhone 14 screen repair." in spoken_text(third)
    assert {text.to for text in texts(third)} == {CUSTOMER_NUMBER, OWNER_NUMBER}
    assert any(lead["lead_id"] in text.body for text in texts(third))


def test_caller_books_by_key_without_a_model(tables: Tables) -> None:
    second = follow(ring(), SpeechResult="battery for a pixel 7")
    assert "Press or say 1 for Monday November 30, 11 a m" in spoken_text(second)
    assert "You're booked" in spoken_text(follow(second, Digits="2"))
    assert tables.leads()[0]["appointment_time"] == "12:00"


def test_step_replayed_is_answered_with_the_same_bytes_and_books_once(tables: Tables) -> None:
    second = follow(ring(), SpeechResult="battery")
    first_time = follow(second, Digits="1")
    assert follow(second, Digits="1") == first_time
    assert len(tables.leads()) == 1


def test_call_and_texts_of_one_number_are_one_conversation(model: ScriptedModel) -> None:
    model.script(say("Which model is it?"), say("Got it."))
    follow(ring(), SpeechResult="my phone fell in the pool")
    dispatcher.handler(sms("it's an iPhone 12"), LambdaContext())
    assert "fell in the pool" in model.seen_text(1)


def test_silence_is_asked_once_more_then_texted_and_ended() -> None:
    second = follow(ring())
    assert "didn't hear" in spoken_text(second)
    third = follow(second)
    assert verbs(third)[-1] == "Hangup"
    assert [text.to for text in texts(third)] == [CUSTOMER_NUMBER]
    assert "sending you a text" in spoken_text(third)


@pytest.mark.parametrize("words", ["let me talk to Brandon", "I want a person", "operator", "can I speak to a human?"])
def test_caller_who_wants_brandon_is_put_through(words: str) -> None:
    response = follow(ring(), SpeechResult=words)
    dial = twiml(response).find("Dial")
    assert dial is not None
    assert (dial.text, dial.get("timeout")) == (OWNER_NUMBER, "20")


def test_key_0_rings_brandon() -> None:
    assert "Dial" in verbs(follow(ring(), Digits="0"))


def test_switched_off_linda_rings_brandon_at_once() -> None:
    set_state(ai_answers_calls=False)
    assert "Dial" in verbs(ring())


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_nobody_there_leads_to_voicemail_with_the_disclosure_first(status: str) -> None:
    set_state(ai_answers_calls=False)
    response = follow(ring(), DialCallStatus=status)
    assert verbs(response)[:2] == ["Say", "Record"]
    assert "recorded" in spoken_text(response)
    recorded = follow(response, RecordingUrl="https://api.twilio.example/rec/RE1", RecordingDuration="7")
    assert [text.to for text in texts(recorded)] == [OWNER_NUMBER]
    assert "https://api.twilio.example/rec/RE1" in texts(recorded)[0].body


def test_answered_call_ends_politely() -> None:
    set_state(ai_answers_calls=False)
    assert verbs(follow(ring(), DialCallStatus="completed")) == ["Say", "Hangup"]


def test_without_brandons_number_there_is_voicemail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    assert "Record" in verbs(follow(ring(), SpeechResult="let me talk to Brandon"))


@pytest.mark.parametrize("sender", ["anonymous", "+266696687", ""])
def test_hidden_number_is_put_through(sender: str) -> None:
    response = ring(sender=sender)
    assert spoken_text(response)
    assert verbs(response) == ["Say", "Dial"]


@pytest.mark.parametrize("words", ["No thanks", "that's all, thank you", "bye", "goodbye", "gracias"])
def test_farewell_ends_the_call(words: str) -> None:
    assert verbs(follow(ring(), SpeechResult=words)) == ["Say", "Hangup"]


@pytest.mark.parametrize("kind", ["hang", "html", "empty_object", "status"])
def test_model_that_fails_leaves_the_keypad(kind: Any, model: ScriptedModel) -> None:
    model.always(fault(kind, 500) if kind == "status" else fault(kind))
    assert "Press or say 1" in spoken_text(follow(ring(), SpeechResult="iPhone 14 screen"))


def test_database_down_still_answers_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert "How can I help" in spoken_text(ring())
        assert "can't reach the appointment book" in spoken_text(ring("step=turn&n=1&silent=0", SpeechResult="hello"))


@pytest.mark.parametrize(
    "query", ["step=nonsense", "step=turn&n=-1", "step=turn&n=99999&silent=x", "n=3", "step=rang", "step=recorded"]
)
@pytest.mark.parametrize("fields", [{}, {"SpeechResult": "uh"}, {"SpeechResult": "a " * 1000}, {"Digits": "*"}])
def test_no_step_ends_without_words(query: str, fields: dict[str, str]) -> None:
    assert spoken_text(ring(query, **fields))


def test_words_are_spoken_not_spelled(model: ScriptedModel) -> None:
    model.script(say("Screens start from $79. Is Tue Dec 1, 2:30 PM fine?"))
    spoken = spoken_text(follow(ring(), SpeechResult="how much is a screen"))
    assert spoken == "Screens start from 79 dollars. Is Tuesday December 1, 2:30 p m fine?"


@pytest.mark.parametrize("words", ["Thanks, two PM please", "thank you book the screen", "gracias a las tres"])
def test_thanks_with_a_wish_is_no_farewell(words: str) -> None:
    assert "Gather" in verbs(follow(ring(), SpeechResult=words))


def test_greeting_of_any_characters_is_spoken() -> None:
    set_state(greeting="Hi\u0000\u000b there & <welcome>")
    assert "there & <welcome>" in spoken_text(ring())


def test_bookings_are_not_read_out_on_caller_id_alone() -> None:
    book()
    assert "Dec" not in spoken_text(follow(ring(), SpeechResult="when is my appointment"))


def test_turns_of_a_call_do_not_use_up_a_numbers_texts() -> None:
    answer = ring()
    for _ in range(11):
        answer = follow(answer, SpeechResult="hm")
    for number in range(20):
        assert "That is a lot" not in dispatcher.handler(sms(f"text {number}"), LambdaContext())["body"]
