"""Whole calls, each a list of Twilio's requests and the TwiML answered, as recorded in `calls/`.

A call is played anew and compared byte for byte with its recording. LINDA_RECORD_CALLS=1 records what is played:
read the difference before you commit it. Every document is checked against Twilio's own classes (see twiml_rules).
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from call_record import Recording
from clock import Clock
from fake_twilio import FakeTwilio
from local_aws import Tables
from phone_line import Brandon, Line
from scripted_model import ScriptedModel, call, fault, say
from shop_api import set_state

DIRECTORY = Path(__file__).with_name("calls")
SID = "CA" + "1" * 32

Play = Callable[[Recording, ScriptedModel], None]
CALLS: dict[str, tuple[Play, tuple[Brandon, ...]]] = {}


def recorded(*brandon: Brandon) -> Callable[[Play], Play]:
    """Name a call by its function, and say what Brandon does when his phone rings."""

    def register(play: Play) -> Play:
        CALLS[play.__name__] = (play, brandon)
        return play

    return register


@recorded()
def booking_by_speech(recording: Recording, model: ScriptedModel) -> None:
    details = {"date": "2026-12-01", "time": "14:00", "repair_type": "screen", "device": "iPhone 14"}
    model.script(
        say("iPhone 14 screens start from $79. I have Tue Dec 1, 2:00 PM or Wed Dec 2, 10:00 AM, which one suits you?"),
        call("book_slot", **details, customer_name="Ana"),
        say("Would a screen protector for $15 help?"),
        call("log_upsell", upsell_item="screen_protector", accepted=False),
        say("No problem. Anything else?"),
    )
    line = recording.line
    line.dial()
    line.says("hi my iPhone 14 screen is cracked how much is that")
    line.says("Tuesday at 2 please I'm Ana")
    recording.note("the receipt is on its way while the two still talk")
    recording.send_texts()
    line.says("no just the screen")
    line.says("thank you bye")


@recorded()
def booking_by_keypad_without_a_model(recording: Recording, model: ScriptedModel) -> None:
    model.always(fault("status", 500))
    line = recording.line
    line.dial()
    line.says("do you replace batteries on a pixel 7")
    line.presses("2")
    line.hangs_up()


@recorded()
def hang_up_with_a_hold(recording: Recording, model: ScriptedModel) -> None:
    model.script(say("iPhone 14 screens start from $79. Shall I take Tuesday at 2 PM for you?"))
    line = recording.line
    line.dial()
    line.says("iPhone 14 screen Tuesday at two")
    recording.note("the caller hangs up")
    line.hangs_up()


@recorded()
def yes_with_thanks(recording: Recording, model: ScriptedModel) -> None:
    details = {"date": "2026-12-01", "time": "14:00", "repair_type": "battery", "device": "Pixel 7"}
    model.script(
        say("Pixel 7 batteries start from $49. Tuesday at 2 PM is free, shall I take it?"),
        call("book_slot", **details, customer_name=None),
        say("Anything else?"),
    )
    line = recording.line
    line.dial()
    line.says("my pixel 7 battery is swollen")
    recording.note("not a goodbye: LINDA has just asked")
    line.says("perfect, thank you")
    recording.note("this is one")
    line.says("okay great, thank you")


@recorded("no-answer")
def linda_says_that_she_connects_and_does(recording: Recording, model: ScriptedModel) -> None:
    model.script(say("That's one for Brandon. One moment, let me connect you."))
    line = recording.line
    line.dial()
    line.says("can you solder a microscope")
    line.leaves_message()


@recorded("answers")
def hand_over_answered(recording: Recording, model: ScriptedModel) -> None:
    model.script(say("iPhone 12 batteries start from $49. Which day suits you?"))
    line = recording.line
    line.dial()
    line.says("how much is a battery for an iPhone 12")
    recording.note("Brandon picks up, hears who it is, and presses a key")
    line.says("can I talk to Brandon about that")


@recorded("voicemail box")
def hand_over_to_voicemail(recording: Recording, model: ScriptedModel) -> None:
    line = recording.line
    line.dial()
    recording.note("Brandon's own mailbox picks up, which presses no key")
    line.says("you fixed my back glass last week and it broke again")
    line.leaves_message(23)


@recorded()
def model_down(recording: Recording, model: ScriptedModel) -> None:
    model.always(fault("hang"))
    line = recording.line
    line.dial()
    line.says("charging port on my galaxy s22 is loose")
    line.presses("1")
    line.says("no that's all thanks")


@recorded()
def model_late_but_there(recording: Recording, model: ScriptedModel) -> None:
    details = {"date": "tomorrow", "time": "3pm", "repair_type": "battery", "device": "iPhone 11"}
    model.script(
        call("check_availability", date="tomorrow"),
        fault("hang"),
        call("book_slot", **details, customer_name=None),
        say("See you tomorrow!"),
    )
    line = recording.line
    line.dial()
    recording.note("the model looks up a day and is late with the rest; asked again it goes on from there")
    line.says("battery for an iPhone 11 tomorrow at three")
    line.says("no thanks")


@recorded()
def silence(recording: Recording, model: ScriptedModel) -> None:
    line = recording.line
    line.dial()
    line.keeps_silent()
    line.keeps_silent()


@recorded()
def dropped_before_the_first_word(recording: Recording, model: ScriptedModel) -> None:
    recording.line.dial()
    recording.line.hangs_up()


@recorded()
def spanish(recording: Recording, model: ScriptedModel) -> None:
    details = {"date": "2026-12-01", "time": "14:00", "repair_type": "screen", "device": "iPhone 14"}
    model.script(
        say("La pantalla del iPhone 14 cuesta desde $79. ¿Le sirve el martes a las 2:00 PM?"),
        call("book_slot", **details, customer_name=None),
        say("Perfecto."),
    )
    line = recording.line
    line.dial()
    line.presses("9")
    line.says("se me rompió la pantalla del iPhone 14")
    line.says("sí por favor")
    line.says("gracias adiós")


@recorded("busy")
def misheard_twice_and_brandon_is_busy(recording: Recording, model: ScriptedModel) -> None:
    line = recording.line
    line.dial()
    line.says("uh")
    line.says("garble garble", confidence="0.08")
    recording.note("nothing is said after the tone")
    line.keeps_silent()


@recorded("no-answer")
def brandon_first_then_linda(recording: Recording, model: ScriptedModel) -> None:
    assert set_state(ring_first=True).status == 200
    model.script(say("We close at 5:00 PM today. Which phone is it?"))
    line = recording.line
    line.dial()
    line.says("until when are you open")
    line.says("thanks bye")


@pytest.mark.parametrize("name", CALLS)
def test_call_is_answered_as_recorded(
    name: str,
    tables: Tables,
    clock: Clock,
    model: ScriptedModel,
    twilio: FakeTwilio,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play, brandon = CALLS[name]
    monkeypatch.setenv("REPLY_BUDGET_SECONDS", "2")
    recording = Recording(Line(sid=SID, brandon=brandon), tables, twilio, clock)
    play(recording, model)
    assert recording.line.over
    recording.send_texts()
    path = DIRECTORY / f"{name}.txt"
    if os.environ.get("LINDA_RECORD_CALLS"):
        path.write_text(recording.text(), encoding="utf-8")
    assert recording.text() == path.read_text(encoding="utf-8")


def test_every_recording_is_of_a_call_that_is_played() -> None:
    assert {path.stem for path in DIRECTORY.glob("*.txt")} == set(CALLS)


def test_no_recorded_call_ends_in_nothing() -> None:
    for path in DIRECTORY.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "<Say" in text
        assert "\nlead " in text or "\nkept: " in text or "\ntext to " in text or "accept" in text, path.name
