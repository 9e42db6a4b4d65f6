"""Calls that end at Brandon: rung with a whisper, voicemail, a message by speech, and his own call."""

from typing import Any

import pytest

import dispatcher
from clock import Clock
from fake_twilio import FakeTwilio
from gateway_events import (
    CUSTOMER_NUMBER,
    OWNER_NUMBER,
    SHOP_NUMBER,
    LambdaContext,
    call,
    spoken_text,
    twilio_event,
)
from local_aws import Tables
from owner_line import GUESSED_AT
from phone_line import Brandon, Line
from scripted_model import ScriptedModel, say
from shop_api import book, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")


def dialled(*brandon: Brandon, **options: Any) -> Line:
    line = Line(brandon=brandon, **options)
    line.dial()
    return line


def sent(twilio: FakeTwilio, to: str, clock: Clock | None = None) -> list[str]:
    """What was texted; with a clock, after the minutes that a missed call waits for a voicemail."""
    if clock:
        clock.advance(minutes=3)
    dispatcher.handler({"task": "send-outbox"}, LambdaContext())
    return twilio.bodies(to)


# --- who is put through -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        *("let me talk to Brandon", "I want a person", "operator", "can I speak to a human?", "is Brandon there"),
        *("Brandon please", "quiero hablar con una persona", "put me through to the owner", "talk to a person"),
        *("Brandon", "get me a person", "páseme con el dueño", "está Brandon", "is anybody there", "a person"),
        *("transfer me please", "can you transfer me", "put Brandon on", "put Brandon on the phone", "I want Brandon"),
        *("call Brandon", "get Brandon on the line", "customer service", "I don't want to talk to a robot"),
        *("talk to a man", "hablar con un humano", "un ser humano", "una persona real", "pásame a Brandon"),
    ],
)
def test_caller_who_wants_a_person_is_put_through(words: str) -> None:
    line = dialled("answers")
    line.says(words)
    assert line.bridged
    assert line.over
    assert "who asked for you" in line.whispered[0]


@pytest.mark.parametrize(
    "words",
    [
        *("someone sat on my phone", "Brandon fixed my battery last week", "my phone broke", "it's the owner's phone"),
        *("my microphone is broken people can't hear me", "my screen is cracked someone stepped on it"),
        *("is it ok if someone else drops it off", "is there someone who can fix it today", "my name is Brandon"),
        *("when I call people they can't hear me", "la pantalla está rota alguien la pisó", "hi this is Brandon"),
        *("lo que pasa es que alguien se sentó en el celular", "this is for my son he broke the screen"),
        *("they lost the charger", "I put it in rice and it's still not working", "my name is Sue"),
        *("I charged it all night and it still doesn't work", "my phone is so mad slow", "my screen is cracked again"),
        *("I can't hear people when I'm talking to someone", "I can't talk to anyone because the mic is broken"),
        *("can you help me my phone fell in water and it's still not working", "estoy enojada con mi hijo"),
        *("another shop did a terrible job can you fix it", "customer service at Apple said it costs 200"),
        "should I call Brandon when I get there",
        *("my lawyer's phone has a cracked screen", "my daughter is so upset her iPad broke", "I'm an attorney"),
        *("do you refund the diagnostic", "I'm really disappointed in Apple", "I need a person to come to my house"),
        *(
            "do I need an operator code",
            "my operator is T-Mobile",
            "scam likely keeps calling me",
            "hey man my screen broke",
            "can you call me back later",
            "I want to transfer data",
        ),
    ],
)
def test_caller_who_only_mentions_one_is_not(words: str) -> None:
    line = dialled()
    line.says(words)
    assert line.open == "gather"


@pytest.mark.parametrize(
    "words",
    [
        *("I have a complaint", "you broke my phone", "it stopped working again", "I want my money back"),
        *("tengo una queja", "you did a bad job", "the screen you put in came off", "terrible service"),
        *("your repair failed", "I'm really disappointed with you", "I will call my lawyer", "I want a refund"),
    ],
)
def test_a_complaint_is_brandons(words: str) -> None:
    line = dialled("answers")
    line.says(words)
    assert line.bridged
    assert "with a complaint" in line.whispered[0]


def test_key_0_rings_brandon() -> None:
    line = dialled("answers")
    line.presses("0")
    assert line.bridged


def test_switched_off_linda_rings_brandon_at_once() -> None:
    set_state(ai_answers_calls=False)
    line = dialled("answers")
    assert line.bridged
    assert "LINDA" not in line.heard[0]


@pytest.mark.parametrize("sender", ["anonymous", "+266696687", ""])
def test_hidden_number_is_put_through(sender: str) -> None:
    line = dialled("answers", sender=sender)
    assert line.bridged
    assert "can't see your number" in line.heard[0]


def test_two_failures_to_understand_are_brandons() -> None:
    line = dialled("answers")
    line.says("uh")
    line.says("hm")
    assert line.bridged
    assert "whom I could not understand" in line.whispered[0]


def test_the_owners_name_alone_is_an_answer_to_a_question_for_a_name(model: ScriptedModel) -> None:
    model.script(say("Sure. What's your name?"), say("Thanks. Which day suits you?"))
    line = dialled()
    line.says("iPhone 14 screen")
    line.says("Brandon")
    assert line.heard[-1] == "Thanks. Which day suits you?"


# --- ringing first ----------------------------------------------------------------------------------------------


def test_brandon_at_work_who_wants_that_is_rung_first() -> None:
    set_state(ring_first=True)
    line = dialled("answers")
    assert line.bridged
    assert line.heard[0] == "Thanks for calling EmperorLinda Cell Phone Repairs. One moment, I'm ringing Brandon."


def test_linda_answers_what_brandon_does_not(model: ScriptedModel) -> None:
    set_state(ring_first=True)
    model.script(say("Which phone is it?"))
    line = dialled("no-answer")
    line.says("my screen broke")
    assert line.heard[-1] == "Which phone is it?"


@pytest.mark.parametrize("mode", ["gym", "driving", "onsite", "break", "closed"])
def test_brandon_is_not_rung_first_in_any_other_mode(mode: str) -> None:
    set_state(ring_first=True, mode=mode)
    assert dialled().open == "gather"


# --- whisper and connection -------------------------------------------------------------------------------------


def test_brandon_hears_who_calls_and_what_linda_understood(model: ScriptedModel) -> None:
    model.script(say("Screens start from $79. Which day suits you?"))
    line = dialled("answers")
    line.says("how much is an iPhone 14 screen")
    line.says("let me talk to Brandon")
    assert line.whispered[0] == (
        "This is LINDA with a call from 9 0 4, 5 5 5, 0 1 0 0, who asked for you. iPhone 14 screen repair. "
        'Last words: "let me talk to Brandon". Press any key to take it.'
    )


@pytest.mark.parametrize("does", ["answers without pressing", "voicemail box"])
def test_a_mailbox_that_picks_up_is_not_brandon(does: Brandon, twilio: FakeTwilio) -> None:
    line = dialled(does)
    line.says("operator")
    assert not line.bridged
    assert line.open == "record"


def test_call_that_brandon_took_leaves_nothing_more(tables: Tables) -> None:
    line = dialled("answers")
    line.says("operator")
    assert line.over
    assert tables.items("OUTBOX#") == []


def test_call_that_was_dropped_while_it_rang_is_told_to_brandon(twilio: FakeTwilio, clock: Clock) -> None:
    line = dialled("caller hangs up")
    line.says("I want my money back for the iPhone 12 screen")
    assert sent(twilio, OWNER_NUMBER, clock) == [
        f"{CUSTOMER_NUMBER} called with a complaint and left no message. iPhone 12 screen repair. "
        'Last words: "I want my money back for the iPhone 12 screen".'
    ]
    assert sent(twilio, CUSTOMER_NUMBER) == []


# --- voicemail --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("does", ["no-answer", "busy", "failed"])
def test_nobody_there_leads_to_voicemail_with_the_disclosure_first(does: Brandon, twilio: FakeTwilio) -> None:
    set_state(ai_answers_calls=False)
    line = dialled(does)
    assert line.open == "record"
    assert "it will be recorded" in line.heard[-1]
    line.leaves_message(7, ends_with="#")
    assert line.over
    assert line.heard[-1] == "Thank you, Brandon will get your message. Goodbye."
    (told,) = sent(twilio, OWNER_NUMBER)
    assert told.startswith(f"Voicemail from {CUSTOMER_NUMBER}, 7 s: https://api.twilio.com/")


def test_voicemail_that_cannot_be_texted_is_not_promised(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_ACCOUNT_SID", raising=False)
    set_state(ai_answers_calls=False)
    line = dialled("busy")
    line.leaves_message(ends_with="#")
    assert "If nobody calls you back today" in line.heard[-1]


def test_messages_of_calls_without_a_name_are_all_kept(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OWNER_PHONE_NUMBER")
    for words in ("my door code changed", "it is broken again"):
        event = call(CUSTOMER_NUMBER, "?", "step=message", SpeechResult=words)
        assert "written that down" in spoken_text(dispatcher.handler(event, LambdaContext()))
    assert len(tables.items("OUTBOX#")) == 2


def test_who_left_a_voicemail_gets_no_missed_call_text(twilio: FakeTwilio, clock: Clock) -> None:
    """Twilio may say that the call is over before it says that there is a recording."""
    set_state(ai_answers_calls=False)
    sid = "CA" + "7" * 32
    dispatcher.handler(call(CUSTOMER_NUMBER, sid, "step=rang&why=off", DialCallStatus="no-answer"), LambdaContext())
    form = {
        "CallSid": sid,
        "From": CUSTOMER_NUMBER,
        "To": SHOP_NUMBER,
        "CallStatus": "completed",
        "Direction": "inbound",
    }
    dispatcher.handler(twilio_event("/twilio/status", form), LambdaContext())
    assert sent(twilio, CUSTOMER_NUMBER) == []
    recording = {"RecordingUrl": "https://api.twilio.com/x/RE1", "RecordingDuration": "9"}
    dispatcher.handler(call(CUSTOMER_NUMBER, sid, "step=recorded&why=off", **recording), LambdaContext())
    clock.advance(minutes=5)
    assert sent(twilio, CUSTOMER_NUMBER) == []
    assert any("Voicemail from" in body for body in sent(twilio, OWNER_NUMBER))


def test_voicemail_replayed_is_told_once(tables: Tables) -> None:
    fields = {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "9"}
    answers = {
        spoken_text(dispatcher.handler(call(CUSTOMER_NUMBER, "CA1", "step=recorded", **fields), LambdaContext()))
        for _ in range(3)
    }
    assert answers == {"Thank you, Brandon will get your message. Goodbye."}
    assert len(tables.items("OUTBOX#")) == 1


def test_silence_after_the_tone_is_told_to_brandon_too(twilio: FakeTwilio, clock: Clock) -> None:
    line = dialled("no-answer")
    line.says("operator")
    line.keeps_silent()
    assert line.heard[-1] == "I didn't hear a message. I'm letting Brandon know that you called. Goodbye."
    (told,) = sent(twilio, OWNER_NUMBER, clock)
    assert told.startswith(f"{CUSTOMER_NUMBER} asked for you and left no message.")


def test_voicemail_that_is_told_after_the_call_is_over_is_told_alone(twilio: FakeTwilio, clock: Clock) -> None:
    """Who hangs up to end his message is over for Twilio before the recording is there."""
    line = dialled("no-answer", status_callback=False)
    line.says("operator")
    over = {"CallSid": line.sid, "From": CUSTOMER_NUMBER, "To": SHOP_NUMBER, "CallStatus": "completed"}
    dispatcher.handler(twilio_event("/twilio/status", over | {"Direction": "inbound"}), LambdaContext())
    line.leaves_message(7)
    (told,) = sent(twilio, OWNER_NUMBER, clock)
    assert told.startswith(f"Voicemail from {CUSTOMER_NUMBER}, 7 s: ")


def test_second_mishearing_is_told_to_brandon_when_he_is_not_reached(twilio: FakeTwilio, clock: Clock) -> None:
    line = dialled("caller hangs up")
    line.says("uh")
    line.says("hm")
    assert sent(twilio, OWNER_NUMBER, clock) == [
        f"{CUSTOMER_NUMBER} called, could not be understood and left no message."
    ]


def test_hidden_number_can_leave_a_voicemail(twilio: FakeTwilio) -> None:
    line = dialled("no-answer", sender="anonymous")
    line.leaves_message()
    assert sent(twilio, OWNER_NUMBER)[0].startswith("Voicemail from a hidden number, 23 s: https://")


# --- without a phone to ring ------------------------------------------------------------------------------------


def test_without_brandons_number_a_message_is_taken_by_speech(
    tables: Tables, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for a number as long as it is kept."""
    monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    line = dialled()
    line.says("let me talk to Brandon")
    assert line.open == "gather"
    assert "tell me your message" in line.heard[-1]
    line.says("please call me back about my iPad, card 4242 4242 4242 4242")
    assert line.heard[-1] == "Thank you, I've written that down for Brandon. Goodbye."
    for _day in range(5):
        clock.advance(hours=24)
        sent(twilio, OWNER_NUMBER)
    monkeypatch.setenv("OWNER_PHONE_NUMBER", OWNER_NUMBER)
    clock.advance(hours=1)
    (told,) = sent(twilio, OWNER_NUMBER)
    assert told.startswith(f'Message from {CUSTOMER_NUMBER}, by phone: "please call me back about my iPad')
    assert "4242 4242" not in told


def test_a_message_that_is_not_said_leaves_the_caller_a_text(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    line = dialled()
    line.says("let me talk to Brandon")
    line.keeps_silent()
    assert line.over
    assert [item["to"] for item in tables.items("OUTBOX#")] == [CUSTOMER_NUMBER]


def test_brandon_who_asks_for_himself_is_not_rung() -> None:
    line = dialled(sender=OWNER_NUMBER)
    line.says("let me talk to Brandon")
    assert "tell me your message" in line.heard[-1]


def test_without_linda_and_without_brandons_number_the_shop_still_says_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    set_state(ai_answers_calls=False)
    line = dialled()
    assert line.heard[0].startswith("Thanks for calling EmperorLinda Cell Phone Repairs, this is LINDA, the automated")
    assert "tell me your message" in line.heard[0]


# --- his own call -----------------------------------------------------------------------------------------------

PIN = "048213"


@pytest.fixture
def pin(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OWNER_PIN", PIN)
    return PIN


def test_right_pin_reads_out_today_and_again(pin: str) -> None:
    book(date="2026-11-30", time="13:00", device="iPhone 14", customer_name="Ana")
    book(date="2026-11-30", time="15:00", repair_type="battery", phone="(904) 555-0133")
    set_state(mode="gym", until="2026-11-30T12:00:00-05:00")
    line = dialled(sender=OWNER_NUMBER)
    assert "Enter your PIN" in line.heard[0]
    line.presses(f"{pin}#")
    assert line.heard[-1] == (
        "Today, Monday November 30: 2 bookings. one p m, iPhone 14 screen repair, Ana. three p m, battery replacement. "
        "Mode: gym until noon. Press any key to hear it again."
    )
    line.presses("1")
    assert line.heard[-1] == line.heard[-2]
    line.keeps_silent()
    assert line.over


def test_wrong_pin_reads_out_nothing(pin: str) -> None:
    book(date="2026-11-30", time="13:00", customer_name="Ana")
    line = dialled(sender=OWNER_NUMBER)
    line.presses("048214#")
    assert line.over
    assert "Ana" not in " ".join(line.heard)
    assert "not right" in line.heard[-1]


def test_after_five_tries_in_an_hour_the_right_pin_is_wrong_too_and_brandon_is_told(
    pin: str, clock: Clock, twilio: FakeTwilio
) -> None:
    for guess in range(5):
        line = dialled(sender=OWNER_NUMBER)
        line.presses(f"{guess:06d}#")
    for _ in range(2):
        line = dialled(sender=OWNER_NUMBER)
        line.presses(f"{pin}#")
        assert "not right" in line.heard[-1]
    assert [body for body in sent(twilio, OWNER_NUMBER) if "wrong PINs" in body] == [GUESSED_AT]
    clock.advance(hours=1)
    line = dialled(sender=OWNER_NUMBER)
    line.presses(f"{pin}#")
    assert "Today" in line.heard[-1]


def test_brandon_hears_of_guessing_that_stays_below_the_limit(pin: str, twilio: FakeTwilio) -> None:
    for guess in range(3):
        dialled(sender=OWNER_NUMBER).presses(f"{guess:06d}#")
    assert [body for body in sent(twilio, OWNER_NUMBER) if "wrong PINs" in body] == [GUESSED_AT]


def test_after_ten_wrong_ones_in_a_day_none_is_right(pin: str, clock: Clock) -> None:
    for guess in range(10):
        dialled(sender=OWNER_NUMBER).presses(f"{guess:06d}#")
        clock.advance(minutes=31)
    line = dialled(sender=OWNER_NUMBER)
    line.presses(f"{pin}#")
    assert "not right" in line.heard[-1]
    clock.advance(days=1)
    line = dialled(sender=OWNER_NUMBER)
    line.presses(f"{pin}#")
    assert "Today" in line.heard[-1]


def test_the_right_pin_does_not_use_up_tries(pin: str) -> None:
    for _ in range(7):
        line = dialled(sender=OWNER_NUMBER)
        line.presses(f"{pin}#")
        assert "Today" in line.heard[-1]


def test_brandon_who_keys_in_nothing_hears_what_everybody_hears(pin: str) -> None:
    line = dialled(sender=OWNER_NUMBER)
    line.keeps_silent()
    assert "How can I help" in line.heard[-2]


@pytest.mark.parametrize("setting", ["", "123", "12a4", "1234567890123"])
def test_without_a_pin_nobody_gets_in(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_PIN", setting)
    book(date="2026-11-30", time="13:00", customer_name="Ana")
    assert "PIN" not in dialled(sender=OWNER_NUMBER).heard[0]
    for query in ("step=pin", "step=today"):
        for digits in (setting or "0", "1"):
            event = call(OWNER_NUMBER, "CA9", query, Digits=digits)
            assert "Ana" not in spoken_text(dispatcher.handler(event, LambdaContext()))


def test_the_read_out_is_repeated_only_on_the_call_on_which_the_pin_was(pin: str) -> None:
    book(date="2026-11-30", time="13:00", customer_name="Ana")
    line = dialled(sender=OWNER_NUMBER)
    line.presses(f"{pin}#")
    assert "Ana" in line.heard[-1]
    for sid in ("CA" + "9" * 32, "?"):
        event = call(OWNER_NUMBER, sid, "step=today", Digits="1")
        assert "Ana" not in spoken_text(dispatcher.handler(event, LambdaContext()))


def test_another_number_gets_no_chance_to_try(pin: str) -> None:
    book(date="2026-11-30", time="13:00", customer_name="Ana")
    for query in ("step=pin", "step=today"):
        event = call(CUSTOMER_NUMBER, "CA9", query, Digits=pin)
        assert "Ana" not in spoken_text(dispatcher.handler(event, LambdaContext()))
