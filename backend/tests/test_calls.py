"""Calls: greeting, turns, languages, a model that is late, and what a caller can say that nobody expects."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest

import dispatcher
import phone_call
from clock import Clock
from errors import StoreUnavailable
from fake_twilio import FakeTwilio
from faults import black_hole, flaky_proxy
from gateway_events import (
    CUSTOMER_NUMBER,
    OWNER_NUMBER,
    LambdaContext,
    call,
    reply_text,
    sms,
    spoken_text,
    twilio_event,
    twiml,
)
from local_aws import LocalAws, Tables
from phone_line import Line
from scripted_model import ScriptedModel, fault, say, slow
from scripted_model import call as tool
from shop_api import book, set_state
from twiml_rules import faults_of_twiml

pytestmark = pytest.mark.usefixtures("tables", "clock")

SCREEN = {"date": "2026-12-01", "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": None}


def ring(query: str = "", sid: str = "CA1", sender: str = CUSTOMER_NUMBER, **fields: str) -> dict[str, Any]:
    """One webhook of a call, as it comes from Twilio."""
    response = dispatcher.handler(call(sender, sid, query, **fields), LambdaContext())
    assert faults_of_twiml(response["body"], "voice", must_act=True) == []
    return response


def follow(response: dict[str, Any], sid: str = "CA1", **fields: str) -> dict[str, Any]:
    """What comes back when Twilio calls the action of the answer's first verb that has one."""
    action = next(verb.get("action") for verb in twiml(response) if verb.get("action"))
    return ring(urlsplit(str(action)).query, sid, **fields)


def dialled(**options: Any) -> Line:
    line = Line(**options)
    line.dial()
    return line


def text(words: str) -> str:
    return reply_text(dispatcher.handler(sms(words), LambdaContext()))


# --- the greeting -----------------------------------------------------------------------------------------------


def test_greeting_says_who_speaks_and_listens_for_speech_and_keys() -> None:
    response = ring()
    assert "EmperorLinda Cell Phone Repairs" in spoken_text(response)
    assert "LINDA, the automated assistant" in spoken_text(response)
    listening = twiml(response).find("Gather")
    assert listening is not None
    assert (listening.get("input"), listening.get("bargeIn")) == ("speech dtmf", "true")
    assert listening.get("actionOnEmptyResult") == "true"
    assert str(listening.get("speechTimeout")).isdigit()
    hints = str(listening.get("hints")).split(", ")
    assert {"iPhone", "Galaxy", "charging port", "pantalla", "phone case", "Brandon"} <= set(hints)


def test_greeting_knows_the_mode_and_its_end() -> None:
    set_state(mode="driving", until="2026-11-30T12:30:00-05:00", greeting="We're next to the \u201cpier\u201d.")
    said = spoken_text(ring())
    assert 'We\'re next to the "pier". Brandon is on the road until twelve thirty p m. How can I help' in said


def test_greeting_of_any_characters_is_spoken() -> None:
    set_state(greeting="Hi\u0000\u000b there & <welcome>")
    assert "there & <welcome>" in spoken_text(ring())


def test_who_writes_spanish_is_greeted_in_spanish() -> None:
    text("Hola, ¿arreglan pantallas?")
    line = dialled()
    assert line.heard == [
        "Gracias por llamar a EmperorLinda Cell Phone Repairs, soy LINDA, la asistente automática. "
        "¿En qué le puedo ayudar con su celular?",
        "For English, press nine.",
    ]
    assert line.voices == [("Polly.Lupe-Neural", "es-US"), ("Polly.Joanna-Neural", "en-US")]
    line.presses("9")
    assert line.heard[-1] == "Sure, in English. How can I help you?"


@pytest.mark.parametrize("words", ["español por favor", "do you speak Spanish", "Spanish"])
def test_caller_asks_for_spanish(words: str) -> None:
    line = dialled()
    line.says(words)
    assert line.heard[-1] == "Claro, en español. ¿En qué le puedo ayudar?"


def test_caller_who_speaks_spanish_is_answered_in_spanish(model: ScriptedModel) -> None:
    model.script(say("Desde $79. ¿Qué día le sirve?"))
    line = dialled()
    line.says("hola cuánto cuesta la pantalla de un iPhone 14")
    assert line.voices[-1] == ("Polly.Lupe-Neural", "es-US")
    assert "phone call in Spanish" in model.seen_text(0)


# --- turns ------------------------------------------------------------------------------------------------------


def test_caller_books_by_speech_and_gets_it_in_writing(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Tuesday at 2 is free. Shall I take it?"), tool("book_slot", **SCREEN), say("Bye!"))
    line = dialled()
    line.says("My iPhone 14 screen is cracked")
    assert line.heard[-1] == "Tuesday at 2 is free. Shall I take it?"
    line.says("Yes, please")
    (lead,) = tables.leads()
    assert (lead["phone"], lead["source"]) == (CUSTOMER_NUMBER, "voice")
    assert line.heard[-1].startswith(
        "You're booked: Tuesday December 1, two p m, iPhone 14 screen repair, and the details are coming by text."
    )
    waiting = {item["to"]: item for item in tables.items("OUTBOX#")}
    assert set(waiting) == {CUSTOMER_NUMBER, "owner"}
    assert waiting[CUSTOMER_NUMBER]["facts"] == {"booking_id": lead["lead_id"], "language": "en"}
    assert waiting[CUSTOMER_NUMBER]["can_wait"] is False


def test_no_text_is_promised_to_who_wants_none(model: ScriptedModel) -> None:
    dispatcher.handler(sms("STOP"), LambdaContext())
    model.script(tool("book_slot", **SCREEN), say("Anything else?"))
    line = dialled()
    line.says("iPhone 14 screen tomorrow at two")
    assert line.heard[-1] == "You're booked: Tuesday December 1, two p m, iPhone 14 screen repair. Anything else?"


def test_no_text_is_promised_without_an_account(model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "")
    model.script(tool("book_slot", **SCREEN), say("Anything else?"))
    line = dialled()
    line.says("iPhone 14 screen tomorrow at two")
    assert "text" not in line.heard[-1]


def test_caller_books_by_key_without_a_model(tables: Tables) -> None:
    line = dialled()
    line.says("battery for a pixel 7")
    assert line.heard[-1] == (
        "Pixel 7 battery replacement: from 49 dollars. Press or say 1 for Monday November 30, eleven a m, 2 for noon, "
        "3 for one p m, or 0 for Brandon."
    )
    line.presses("2")
    assert "You're booked" in line.heard[-1]
    assert tables.leads()[0]["appointment_time"] == "12:00"


@pytest.mark.parametrize("words", ["two", "number two", "the second one", "dos", "option 2", "2."])
def test_a_line_is_taken_by_saying_its_number(words: str, tables: Tables) -> None:
    line = dialled()
    line.says("battery for a pixel 7")
    line.says(words)
    assert tables.leads()[0]["appointment_time"] == "12:00"


def test_a_key_does_not_take_a_line_of_a_list_that_was_texted(tables: Tables) -> None:
    assert "1) Mon Nov 30" in text("do you fix pixel screens?")
    line = dialled()
    line.presses("1")
    assert tables.leads() == []
    assert "Press or say 1" in line.heard[-1]


def test_a_list_that_was_spoken_can_be_answered_by_text(tables: Tables) -> None:
    line = dialled(status_callback=False)
    line.says("battery for a pixel 7")
    line.hangs_up()
    assert "You're booked: Mon Nov 30, 1:00 PM, Pixel 7 battery replacement." in text("3")


def test_a_key_pressed_while_speaking_counts(tables: Tables) -> None:
    line = dialled()
    line.says("battery")
    line.says_and_presses("uh let me see", "3", confidence="0.1")
    assert tables.leads()[0]["appointment_time"] == "13:00"


def test_step_replayed_is_answered_with_the_same_bytes_and_books_once(tables: Tables) -> None:
    second = follow(ring(), SpeechResult="battery")
    first_time = follow(second, Digits="1")
    assert follow(second, Digits="1") == first_time
    assert len(tables.leads()) == 1


def test_call_and_texts_of_one_number_are_one_conversation(model: ScriptedModel) -> None:
    model.script(say("Which model is it?"), say("Got it."))
    line = dialled()
    line.says("my phone fell in the pool")
    text("it's an iPhone 12")
    assert "fell in the pool" in model.seen_text(1)


def test_a_turn_is_at_most_two_sentences_and_keeps_the_question(model: ScriptedModel) -> None:
    model.script(say("Screens start from $79. We're open Mon-Sat 9:00 AM-5:00 PM. It takes an hour. Which day suits?"))
    line = dialled()
    line.says("how much is a screen")
    assert line.heard[-1] == "Screens start from 79 dollars. Which day suits?"


def test_bookings_are_not_read_out_on_caller_id_alone(model: ScriptedModel) -> None:
    book()
    model.script(tool("find_booking"), say("Please text MOVE to see it."))
    line = dialled()
    line.says("when is my appointment")
    assert "Dec" not in line.heard[-1]
    assert model.tool_outputs(1)[0]["ok"] is False
    assert "2:00 PM" not in model.seen_text(0).split("Next free times")[0]


def test_turns_of_a_call_do_not_use_up_a_numbers_texts() -> None:
    line = dialled()
    for _ in range(10):
        line.says("battery")
    for number in range(20):
        assert "That is a lot" not in text(f"text {number}")


def test_a_call_without_end_ends_with_a_text(tables: Tables) -> None:
    line = dialled()
    for _ in range(12):
        line.says("tell me more")
    assert line.over
    assert line.heard[-1].endswith("goodbye.")
    assert [item["kind"] for item in tables.items("OUTBOX#")] == ["after_call"]


# --- silence, noise, goodbye ------------------------------------------------------------------------------------


def test_silence_is_asked_once_more_then_texted_and_ended(tables: Tables) -> None:
    line = dialled()
    line.keeps_silent()
    assert line.heard[-1] == "Sorry, I didn't hear anything. What can I help you with?"
    line.keeps_silent()
    assert line.over
    assert line.heard[-1] == "I still can't hear you. I'm sending you a text, so that you can write to me. Goodbye."
    assert [(item["to"], item["kind"]) for item in tables.items("OUTBOX#")] == [(CUSTOMER_NUMBER, "after_call")]


def test_who_speaks_after_a_silence_is_asked_again_after_the_next(model: ScriptedModel) -> None:
    model.script(say("Which phone?"))
    line = dialled()
    line.keeps_silent()
    line.says("my screen broke")
    line.keeps_silent()
    assert not line.over


@pytest.mark.parametrize(
    ("words", "confidence"), [("uh", "0.9"), ("um, hmm", "0.9"), ("book a slot", "0.1"), ("...", "")]
)
def test_what_is_not_understood_is_asked_once_more_and_does_nothing(
    words: str, confidence: str, model: ScriptedModel
) -> None:
    line = dialled(brandon=["no-answer"])
    line.says(words, confidence)
    assert line.heard[-1] == "Sorry, I didn't get that. Could you say it again?"
    line.says(words, confidence)
    assert "ringing Brandon" in line.heard[-2]
    assert model.requests == []


def test_confidence_that_is_not_told_is_no_reason_to_ask_again(model: ScriptedModel) -> None:
    model.script(say("Which phone?"), say("Which day?"))
    line = dialled()
    line.says("my screen broke", confidence="0.0")
    assert line.heard[-1] == "Which phone?"
    line.says("iPhone 14", confidence="nonsense")
    assert line.heard[-1] == "Which day?"


@pytest.mark.parametrize("words", ["No thanks", "that's all, thank you", "bye", "goodbye", "gracias", "thanks bye bye"])
def test_farewell_ends_the_call(words: str) -> None:
    line = dialled()
    line.says(words)
    assert line.over


@pytest.mark.parametrize("words", ["Thanks, two PM please", "thank you book the screen", "gracias a las tres"])
def test_thanks_with_a_wish_is_no_farewell(words: str) -> None:
    line = dialled()
    line.says(words)
    assert line.open == "gather"


# --- a model that is late ---------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the time a caller has, so that a late model is late sooner."""
    monkeypatch.setenv("REPLY_BUDGET_SECONDS", "2")


@pytest.mark.usefixtures("impatient")
def test_a_late_model_is_waited_for_and_goes_on_from_what_it_had(model: ScriptedModel, tables: Tables) -> None:
    model.script(tool("check_availability", date="2026-12-01"), fault("hang"), say("Tuesday at 2 PM is open."))
    line = dialled()
    line.says("what is open on Tuesday")
    assert line.heard[-2:] == ["One moment, please.", "Tuesday at two p m is open."]
    assert model.tool_outputs(2) == model.tool_outputs(1)
    assert "what is open on Tuesday" in model.seen_text(2)
    (message,) = [item for item in tables.items("MESSAGE#") if item["lead_id"].endswith("#1")]
    assert "progress" not in message


@pytest.mark.usefixtures("impatient")
def test_what_was_done_before_the_model_was_late_is_told_at_once_and_not_done_again(
    model: ScriptedModel, tables: Tables
) -> None:
    model.script(tool("book_slot", **SCREEN), fault("hang"))
    line = dialled()
    line.says("iPhone 14 screen tomorrow at two")
    assert "You're booked" in line.heard[-1]
    assert "One moment" not in " ".join(line.heard)
    assert len(tables.leads()) == 1


@pytest.mark.usefixtures("impatient")
def test_a_deed_without_words_is_told_when_the_turn_comes_back(model: ScriptedModel, tables: Tables) -> None:
    accepted = tool("log_upsell", upsell_item="phone_case", accepted=False)
    model.script(accepted, fault("hang"), tool("book_slot", **SCREEN), say("Anything else?"))
    line = dialled()
    line.says("iPhone 14 screen tomorrow at two, no case")
    assert line.heard[-2] == "One moment, please."
    assert "You're booked" in line.heard[-1]
    assert len(tables.items("UPSELL#")) == 1


@pytest.mark.usefixtures("impatient")
def test_a_model_that_never_answers_leaves_the_keypad_after_one_more_try(model: ScriptedModel) -> None:
    model.always(fault("hang"))
    line = dialled()
    line.says("iPhone 14 screen")
    assert line.heard[-2] == "One moment, please."
    assert "Press or say 1" in line.heard[-1]


def test_a_caller_never_waits_longer_than_four_seconds(model: ScriptedModel) -> None:
    model.always(slow(9.0, say("Here I am.")))
    began = time.monotonic()
    ring("step=turn&n=1", SpeechResult="iPhone 14 screen")
    assert time.monotonic() - began < 4.0


@pytest.mark.usefixtures("impatient")
def test_the_first_webhook_replayed_after_one_moment_goes_on_like_the_redirect(
    model: ScriptedModel, tables: Tables
) -> None:
    model.script(fault("hang"), tool("book_slot", **SCREEN), say("Anything else?"))
    first = ring("step=turn&n=1", SpeechResult="iPhone 14 screen tomorrow at two")
    assert "One moment" in spoken_text(first)
    again = ring("step=turn&n=1", SpeechResult="iPhone 14 screen tomorrow at two")
    assert "You're booked" in spoken_text(again)
    assert ring("step=again&n=1&again=1") == again
    assert len(tables.leads()) == 1


def test_a_turn_that_comes_back_without_words_is_asked_again() -> None:
    assert "say it again" in spoken_text(ring("step=again&n=4&again=1"))


@pytest.mark.parametrize("kind", ["html", "empty_object", "status"])
def test_model_that_fails_leaves_the_keypad_at_once(kind: Any, model: ScriptedModel) -> None:
    model.always(fault(kind, 500) if kind == "status" else fault(kind))
    assert "Press or say 1" in spoken_text(follow(ring(), SpeechResult="iPhone 14 screen"))


# --- without the tables -----------------------------------------------------------------------------------------


def test_a_call_is_greeted_without_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert "How can I help" in spoken_text(ring())


def test_a_caller_gets_brandon_when_the_tables_are_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        began = time.monotonic()
        response = ring("step=turn&n=1", SpeechResult="hello")
        assert time.monotonic() - began < 4.0
    assert "can't reach the appointment book" in spoken_text(response)
    assert twiml(response).find("Dial/Number") is not None


def test_a_caller_is_told_so_when_there_is_no_brandon_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        response = ring("step=turn&n=1", SpeechResult="hello")
    assert "can't book or check anything" in spoken_text(response)
    assert [verb.tag for verb in twiml(response)] == ["Say", "Hangup"]


@pytest.mark.parametrize("step", ["rang", "recorded", "unrecorded", "message", "whisper", "accept", "again&n=2"])
def test_every_step_has_words_when_the_tables_are_away(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "9", "SpeechResult": "call me back"}
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        began = time.monotonic()
        response = ring(f"step={step}", **fields)
        assert time.monotonic() - began < 4.5
    assert spoken_text(response)
    assert "will get your message" not in spoken_text(response)
    assert "written that down" not in spoken_text(response)


def test_an_answer_lost_on_the_way_books_once(
    tables: Tables, local_aws: LocalAws, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The booking is stored and its answer is lost: the SDK's own repeat finds it by its token."""
    model.script(tool("book_slot", **SCREEN), say("Anything else?"))
    lost: list[str] = []

    def rule(name: str, request: dict[str, Any]) -> Any:
        writes_lead = any("LEAD-" in str(action) for action in request.get("TransactItems", []))
        if name == "TransactWriteItems" and writes_lead and not lost:
            lost.append(name)
            return "drop_after"
        return None

    with flaky_proxy(str(local_aws.environment()["AWS_ENDPOINT_URL"]), rule) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint_url)
        line = dialled(status_callback=False)
        line.says("iPhone 14 screen tomorrow at two")
    assert lost
    assert "You're booked" in line.heard[-1]
    assert len(tables.leads()) == 1


# --- what nobody expects ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        *("step=nonsense", "step=turn&n=-1", "step=turn&n=99999&silent=x", "n=3", "step=rang", "step=recorded"),
        *("step=message", "step=unrecorded", "step=accept", "step=whisper", "step=pin", "step=today", "step=again"),
        *("step=turn&step=rang", "step=turn&n=1&lang=xx&why=%3Cb%3E", "step=rang&why=first", "step=%00"),
    ],
)
@pytest.mark.parametrize(
    "fields",
    [
        *({}, {"SpeechResult": ""}, {"SpeechResult": "uh"}, {"SpeechResult": "a " * 1000}, {"Digits": "*"}),
        *({"Digits": "123456789012345678901234567890"}, {"SpeechResult": "你好，我的手机坏了"}, {"Digits": "#"}),
        {"SpeechResult": "\U0001f600 <b>&amp;</b> \u0000", "Confidence": "-1"},
    ],
)
def test_no_step_ends_without_words(query: str, fields: dict[str, str]) -> None:
    assert spoken_text(ring(query, **fields))


@pytest.mark.parametrize("sid", ["", "CA 1#2", "x" * 3000, "CA1\u0000"])
def test_a_call_id_that_is_none_is_answered_all_the_same(sid: str) -> None:
    response = ring("step=turn&n=1", sid=sid, SpeechResult="battery for a pixel 7")
    assert "Press or say 1" in spoken_text(response)


def test_a_call_id_that_comes_with_another_number_is_another_call(tables: Tables) -> None:
    mine = follow(ring(), SpeechResult="battery")
    theirs = ring("step=turn&n=1", sender="+19045550122", SpeechResult="screen")
    assert spoken_text(theirs) != spoken_text(mine)
    follow(mine, Digits="1")
    other = ring("step=turn&n=2", sender="+19045550122", Digits="1")
    assert "no longer free" in spoken_text(other)
    assert [lead["phone"] for lead in tables.leads()] == [CUSTOMER_NUMBER]


def test_nothing_said_is_kept_that_should_not_be(tables: Tables) -> None:
    line = dialled()
    line.says("my card is 4242 4242 4242 4242 and my passcode is 123456")
    assert "4242 4242" not in str(tables.items())
    assert "123456" not in str(tables.items())


def test_a_webhook_that_twilio_did_not_sign_is_refused() -> None:
    for path in ("/twilio/voice", "/twilio/status"):
        event = twilio_event(path, {"CallSid": "CA1", "From": CUSTOMER_NUMBER}, sign=False)
        assert dispatcher.handler(event, LambdaContext())["statusCode"] == 403


def test_the_shops_own_number_and_brandons_get_no_texts(tables: Tables, clock: Clock) -> None:
    for sender in (OWNER_NUMBER, "+19045550199"):
        line = dialled(sender=sender, brandon=["no-answer"]) if sender != OWNER_NUMBER else dialled(sender=sender)
        if line.open == "gather":
            line.hangs_up()
    assert [item["to"] for item in tables.items("OUTBOX#") if item["to"] != "owner"] == []


# --- a caller's number can be forged ----------------------------------------------------------------------------


def test_what_was_texted_is_not_told_to_who_calls_from_that_number(model: ScriptedModel) -> None:
    """Of the texts the model is told what they were about, and nothing else."""
    model.script(
        say("Which day suits you?"), tool("book_slot", **SCREEN), say("Anything else?"), say("Which day suits you?")
    )
    text("I'm Ana Smith of 5 Elm Street, my iPhone 14 screen is cracked")
    text("tomorrow at 2")
    line = dialled()
    line.says("what is my name and when is my appointment")
    seen = str(model.requests[3]["input"])
    assert "By text this number asked about: iPhone 14 screen repair." in seen
    assert not [word for word in ("Ana", "Elm", "LEAD-", "You're booked") if word in seen]


def test_a_discount_is_not_told_to_who_calls_from_that_number(model: ScriptedModel) -> None:
    model.script(tool("authorize_discount", discount_percent=10, reason="asks"), say("Anything else?"), say("Hello."))
    text("a discount?")
    line = dialled()
    line.says("hello there")
    assert "off already" not in model.seen_text(2)
    assert "10%" not in model.seen_text(2)


def test_the_slot_a_number_has_is_confirmed_in_the_callers_own_words(
    model: ScriptedModel, tables: Tables, twilio: FakeTwilio
) -> None:
    assert book(device="iPhone 12 mini", repair_type="battery", customer_name="Ana").status == 201
    model.script(tool("book_slot", **(SCREEN | {"device": None})), say("Anything else?"))
    line = dialled()
    line.says("book me tomorrow at two")
    assert line.heard[-1] == (
        "You're booked: Tuesday December 1, two p m, screen repair, and the details are coming by text. Anything else?"
    )
    assert len(tables.leads()) == 1
    dispatcher.handler({"task": "send-outbox"}, LambdaContext())
    assert len([body for body in twilio.bodies(CUSTOMER_NUMBER) if "battery replacement" in body]) == 2


def test_a_caller_who_is_booked_is_not_told_that_nothing_is(model: ScriptedModel) -> None:
    book()
    model.script(say("You're booked for Tuesday at 2 PM."))
    line = dialled()
    line.says("when is my appointment")
    assert "I can't tell bookings on a call: text MOVE to see yours." in line.heard[-1]
    assert "Nothing is booked" not in line.heard[-1]


def test_a_foreign_number_is_booked_and_not_texted(tables: Tables) -> None:
    line = dialled(sender="+442071838750")
    line.says("battery for a pixel 7")
    line.presses("1")
    assert "text" not in line.heard[-1]
    assert [item["to"] for item in tables.items("OUTBOX#")] == ["owner"]


def test_a_landline_that_failed_before_is_promised_no_text(tables: Tables) -> None:
    tables.put({"lead_id": f"SENT#{CUSTOMER_NUMBER}", "timestamp": 1, "status": "failed", "code": 30006})
    line = dialled()
    line.says("battery for a pixel 7")
    line.presses("1")
    assert "text" not in line.heard[-1]


def test_forged_callers_do_not_fill_the_calendar(tables: Tables, set_shop: Any) -> None:
    set_shop(limits={"voice_bookings_per_hour": 2})
    calls = [dialled(sender=f"+1904555020{number}", status_callback=False) for number in range(4)]
    for line in calls:
        line.says("battery for a pixel 7")
        line.presses("1")
    assert len(tables.leads()) == 2
    assert calls[-1].heard[-1] == "I can't book any more by phone this hour. Please text me at this number."


# --- what a recognizer makes of it ------------------------------------------------------------------------------


def test_a_number_that_may_be_an_hour_is_asked_for_by_key(tables: Tables) -> None:
    """The third line is one o'clock."""
    line = dialled()
    line.says("battery for a pixel 7")
    line.says("One.")
    assert tables.leads() == []
    assert line.heard[-1].startswith(
        "Please press the key of the time you want, or say first, second or third. Press or say"
    )
    line.presses("1")
    assert tables.leads()[0]["appointment_time"] == "11:00"


@pytest.mark.parametrize("words", ["tomorrow at 13 pm", "tomorrow at 14:30 pm", "tomorrow at 0 am", "tomorrow 2:75pm"])
def test_a_time_that_is_none_is_answered_with_the_times_there_are(words: str) -> None:
    line = dialled()
    line.says(f"iPhone 14 screen {words}")
    assert "1 for" in line.heard[-1]


def test_a_booking_is_told_when_the_table_fails_right_after_it(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object) -> Any:
        raise StoreUnavailable

    line = dialled()
    line.says("iPhone 14 screen")
    monkeypatch.setattr("call_end.begin_read_sent", away)
    line.presses("1")
    assert "You're booked" in line.heard[-1]
    assert "text" not in line.heard[-1]
    assert len(tables.leads()) == 1


def test_a_key_that_takes_a_line_counts_in_the_last_turn_too(tables: Tables) -> None:
    line = dialled()
    for _ in range(phone_call.MAX_TURNS - 1):
        line.says("battery for a pixel 7")
    line.presses("1")
    assert "You're booked" in line.heard[-1]
    assert len(tables.leads()) == 1


def test_times_in_words_are_found_without_a_model() -> None:
    line = dialled()
    line.says("battery for a pixel 7 tomorrow at two")
    assert "1 for Tuesday December 1, two p m" in line.heard[-1]


@pytest.mark.parametrize("words", ["9", "nine"])
def test_a_nine_that_is_said_is_no_wish_for_spanish(words: str) -> None:
    line = dialled()
    line.says(words)
    assert line.voices[-1][1] == "en-US"


@pytest.mark.parametrize(
    "words", ["no", "nope", "no I'm good", "okay bye", "that's all", "perfect thank you", "I'm good"]
)
def test_nothing_else_ends_a_call_after_a_booking(words: str) -> None:
    line = dialled()
    line.says("battery for a pixel 7")
    line.presses("1")
    line.says(words)
    assert line.over
    assert line.heard[-1] == "Thank you for calling EmperorLinda Cell Phone Repairs. Goodbye."


@pytest.mark.parametrize("words", ["no", "that's it", "nothing"])
def test_the_same_words_in_the_middle_of_a_call_do_not(words: str, model: ScriptedModel) -> None:
    model.script(say("Is it an iPhone 14?"), say("Which one is it?"))
    line = dialled()
    line.says("my screen is broken")
    line.says(words)
    assert not line.over


def test_a_full_calendar_is_told_to_brandon_once_a_call(tables: Tables) -> None:
    set_state(mode="closed", until="2027-03-01T00:00:00-05:00")
    line = dialled(status_callback=False)
    for _ in range(4):
        line.says("battery for a pixel 7")
    assert len(tables.items("OUTBOX#")) == 1


@pytest.mark.parametrize("words", ["Perfect, thank you", "Great, thanks!", "okay thank you", "no thanks"])
def test_thanks_to_an_open_question_is_an_answer_and_no_goodbye(words: str, model: ScriptedModel) -> None:
    model.script(say("Tuesday at 2 PM is free. Shall I take it?"), say("All right."))
    line = dialled()
    line.says("My iPhone 14 screen is cracked")
    line.says(words)
    assert line.open == "gather"
    assert words in model.seen_text(1)


@pytest.mark.parametrize("words", ["bye", "thanks, bye", "no thanks, that's all"])
def test_a_goodbye_is_one_whatever_was_asked(words: str, model: ScriptedModel) -> None:
    model.script(say("Tuesday at 2 PM is free. Shall I take it?"))
    line = dialled()
    line.says("My iPhone 14 screen is cracked")
    line.says(words)
    assert line.over


@pytest.mark.parametrize(
    "words",
    [
        *("OK, I'm transferring you to Brandon now.", "One moment, let me connect you with Brandon."),
        *("Hold on, I'm getting Brandon for you.", "Let me get Brandon on the line.", "Stay on the line for Brandon."),
        *("Let me check with Brandon and call you back.", "Espere en la línea, por favor."),
    ],
)
def test_who_is_told_that_he_is_put_through_is(words: str, model: ScriptedModel) -> None:
    model.script(say(words))
    line = dialled(brandon=["answers"])
    line.says("is my warranty still good")
    assert line.bridged


@pytest.mark.parametrize(
    "words",
    [
        *("I can't transfer calls, but you can press 0 for Brandon.", "Shall I get Brandon for you?"),
        *("If you like I can connect you with Brandon.", "Which phone is it?", "Press 0 to call Brandon."),
    ],
)
def test_an_offer_to_put_somebody_through_waits_for_an_answer(words: str, model: ScriptedModel) -> None:
    model.script(say(words))
    line = dialled()
    line.says("is my warranty still good")
    assert line.open == "gather"


def test_a_list_whose_keys_count_is_always_read_out(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("We're at 123 Main Street."))
    line = dialled()
    line.says("where are you")
    assert "Press or say 1" in line.heard[-1]
    assert line.heard[-1].startswith("We're in Jacksonville")


def test_brandons_own_greeting_is_said_once(model: ScriptedModel) -> None:
    set_state(greeting="Happy holidays!")
    model.script(say("Which phone?"))
    line = dialled()
    assert "Happy holidays!" in line.heard[0]
    line.says("my screen broke")
    assert "Happy holidays" not in model.seen_text(0)


def test_a_discount_of_this_call_stays_true_on_it(model: ScriptedModel) -> None:
    model.script(
        *(tool("authorize_discount", discount_percent=10, reason="price"), say("Shall I book you in?")),
        say("With your 10% off, Tuesday at 2 PM or 3 PM?"),
    )
    line = dialled()
    line.says("that is too expensive for a battery")
    line.says("which times are there")
    assert "10 percent off" in line.heard[-1]
    assert "No discount" not in line.heard[-1]


def test_a_discount_of_a_text_is_neither_told_nor_denied_on_a_call(model: ScriptedModel) -> None:
    model.script(
        *(tool("authorize_discount", discount_percent=10, reason="price"), say("Shall I book you in?")),
        say("You have 10% off. Which day?"),
    )
    text("that is too expensive")
    line = dialled()
    line.says("and what about my discount")
    assert "10 percent" not in line.heard[-1]
    assert "No discount" not in line.heard[-1]
    assert "I can't tell discounts on a call" in line.heard[-1]


def test_closed_for_today_is_not_heard_as_closed_tomorrow() -> None:
    set_state(mode="closed")
    assert "The shop is closed for the rest of the day." in dialled().heard[0]
    set_state(mode="closed", until="2026-12-03T00:00:00-05:00")
    assert "The shop is closed through Wednesday, December 2." in dialled().heard[0]


@pytest.mark.parametrize("words", ["the first one", "I'll take the first one", "1st"])
def test_a_line_named_by_its_place_is_no_hour(words: str, tables: Tables) -> None:
    """The third line is one o'clock."""
    line = dialled()
    line.says("battery for a pixel 7")
    line.says(words)
    assert [lead["appointment_time"] for lead in tables.leads()] == ["11:00"]
