"""What is written for the eye, as a voice reads it; and what a recognizer hears, as it is meant."""

from datetime import UTC, datetime

import pytest

import call_words
import person_wanted
import time_chosen
from clock import MONDAY_MORNING
from shop import load_shop
from speech import few, spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Tue Dec 1, 2:00 PM", "Tuesday December 1, two p m"),
        ("Ref LEAD-20261122-123342. Bye.", "Bye."),
        (
            "You're booked: Mon Nov 30, 11:05 AM. Ref LEAD-20261122-123342.",
            "You're booked: Monday November 30, eleven oh five a m.",
        ),
        ("from $79 iPhone / $89 Samsung.", "from 79 dollars iPhone, 89 dollars Samsung."),
        ("We're open Mon-Sat 9:00 AM-5:00 PM.", "We're open Monday to Saturday nine a m to five p m."),
        ("15% off", "15 percent off"),
        ("At 2 p.m. Tuesday or 10:45am. Which?", "At two p m Tuesday or ten forty five a m. Which?"),
        ("It ends at 5 p.m. Then we close.", "It ends at five p m. Then we close."),
        ("until 12:00 PM, not 12:00 AM", "until noon, not midnight"),
        ("It costs $1,250.50.", "It costs 1,250.50 dollars."),
        ("Tuesday at 14:00 or 16:30.", "Tuesday at two p m or four thirty p m."),
        ("Tues. Dec. 1 or Thurs at 9 AM.", "Tuesday December 1 or Thursday at nine a m."),
        ("An iPhone screen is $79 - 45 minutes.", "An iPhone screen is 79 dollars - 45 minutes."),
        ("A screen takes 45 min, $80-$100.", "A screen takes 45 minutes, 80 dollars to 100 dollars."),
        ("I sat. Then the sun sets.", "I sat. Then the sun sets."),
        ("Maybe in May; Mark, sunny days, marble", "Maybe in May; Mark, sunny days, marble"),
    ],
)
def test_english(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("mar 1 dic, 2:00 PM", "martes 1 de diciembre a las dos de la tarde"),
        ("mie 2 dic, 1:15 PM", "miércoles 2 de diciembre a la una y cuarto de la tarde"),
        ("sab 5 dic, 9:30 AM", "sábado 5 de diciembre a las nueve y media de la mañana"),
        ("el martes a las 2:40 p.m. está libre", "el martes a las dos y 40 de la tarde está libre"),
        (
            "Abrimos lun-sab 9:00 AM-5:00 PM.",
            "Abrimos de lunes a sábado, de las nueve de la mañana a las cinco de la tarde.",
        ),
        ("desde $79 iPhone / $89 Samsung.", "desde 79 dólares iPhone o 89 dólares Samsung."),
        ("Cambio de bateria en 30 dias, 15%", "Cambio de batería en 30 días, 15 por ciento"),
        ("hasta 12:00 PM", "hasta las doce del mediodía"),
        ("a las 9 abre", "a las 9 abre"),
    ],
)
def test_spanish(written: str, said: str) -> None:
    assert spoken(written, "es") == said


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("One.", "One."),
        ("One. Two.", "One. Two."),
        ("One. Two. Three.", "One. Two."),
        ("One. Two. Three?", "One. Three?"),
        ("One? Two. Three! Four?", "One? Four?"),
        ("", ""),
    ],
)
def test_at_most_two_sentences_and_the_question(text: str, kept: str) -> None:
    assert few(text) == kept


@pytest.mark.parametrize(
    ("words", "slot"),
    [
        ("tuesday at two", "2026-12-01 14:00"),
        ("Tuesday at 2 is open, shall I take it?", "2026-12-01 14:00"),
        ("tomorrow at two o'clock", "2026-12-01 14:00"),
        ("tomorrow 2 p.m. please", "2026-12-01 14:00"),
        ("december first at nine a m", None),
        ("December 1st at nine a m", "2026-12-01 09:00"),
        ("mañana a las dos de la tarde", "2026-12-01 14:00"),
        ("el jueves a las diez de la mañana", "2026-12-03 10:00"),
        ("today at noon", "2026-11-30 12:00"),
        ("two phones tomorrow", None),
        ("at two", None),
        ("tuesday at eight at night", None),
        ("sunday at 2 pm", None),
        ("tuesday at 2 or wednesday at 3", None),
        ("I have Tue Dec 1, 2:00 PM or Wed Dec 2, 10:00 AM", None),
        ("in april at 2 pm on the 40th", None),
    ],
)
def test_the_one_slot_that_is_named(words: str, slot: str | None) -> None:
    found = time_chosen.slot_named(load_shop(), words, MONDAY_MORNING)
    assert (f"{found.date} {found.time}" if found else None) == slot


def test_a_slot_named_on_the_day_the_clocks_change() -> None:
    now = datetime(2027, 3, 13, 19, 0, tzinfo=UTC)
    found = time_chosen.slot_named(load_shop(), "monday at nine a m", now)
    assert found is not None
    assert found.start.isoformat() == "2027-03-15T09:00:00-04:00"


@pytest.mark.parametrize("words", ["", "   ", ".", "uh", "um um um", "Hmm?", "*"])
def test_noise_is_not_understood(words: str) -> None:
    assert not call_words.is_understood(words, "0.9")


@pytest.mark.parametrize("words", ["no", "yes", "2", "0", "si", "uh the screen"])
def test_a_word_is_understood(words: str) -> None:
    assert call_words.is_understood(words, "0.9")


TAKE_IT = "Tuesday at 2 PM is free. Shall I take it?"


@pytest.mark.parametrize(
    "words",
    [
        *("no", "no not that", "nope", "that doesn't work for me", "Tuesday doesn't work", "Tuesday is bad for me"),
        *("I can't do that", "I can't make it", "we can't come Tuesday", "I don't want that", "that's too early"),
        *("sorry, that won't work", "no puedo", "no puedo el martes", "el martes no me sirve", "ese día no puedo"),
    ],
)
def test_words_that_turn_a_time_down(words: str) -> None:
    assert time_chosen.turns_down_a_time(load_shop(), words, TAKE_IT, MONDAY_MORNING)


@pytest.mark.parametrize(
    "words",
    [
        *("I have an iPhone 14 that doesn't work, Tuesday at two please", "the home button, that doesn't work"),
        *("I can't make calls on it", "it just can't come on", "I can't do FaceTime", "no problem, Tuesday at two"),
        *(
            "can I come Tuesday at two if that's not too late",
            "I don't want it to get worse",
            "I don't like it cracked",
        ),
        *("la pantalla no me sirve, el martes a las dos", "no puedo llamar a nadie", "yes", "okay"),
    ],
)
def test_words_about_the_phone_turn_no_time_down(words: str) -> None:
    assert not time_chosen.turns_down_a_time(load_shop(), words, TAKE_IT, MONDAY_MORNING)


@pytest.mark.parametrize(
    "asked",
    [
        *("Tuesday at 2 PM is open. Want me to add a screen protector for $15?", "Have you got a case on it?"),
        *("Would you like that with a new case for $25?", "Shall I note that the back is cracked?"),
        *("What is your name?", "¿Le parece si anoto su nombre?"),
    ],
)
def test_no_to_another_question_turns_no_time_down(asked: str) -> None:
    assert not time_chosen.turns_down_a_time(load_shop(), "no thanks", asked, MONDAY_MORNING)


@pytest.mark.parametrize(
    ("answer", "asks"),
    [
        ("Which other day would suit you?", True),
        ("What time works?", True),
        ("When can you come?", True),
        ("¿Qué día le conviene?", True),
        ("Which day, is Tuesday at 2 PM good?", False),
        ("What day did you drop it?", False),
        ("When do you need it back?", False),
        ("¿Cuándo se cayó?", False),
    ],
)
def test_a_question_for_another_time(answer: str, asks: bool) -> None:
    assert time_chosen.asks_for_another_time(load_shop(), answer, MONDAY_MORNING) is asks


@pytest.mark.parametrize(
    "answer",
    [
        *("I'll put you down for Tuesday at 2 PM. Shall I book it?", "Please hold down the power button."),
        *("We'll get Brandon to look at it on Tuesday.", "No need to call Brandon, I have the times here."),
        *("Brandon will call you back once the part is in.", "The app will connect you to Find My."),
        *(
            "I'm getting Brandon's schedule.",
            "Just hold both buttons.",
            "We put you first.",
            "Press 0 to call Brandon.",
        ),
    ],
)
def test_ordinary_answers_put_nobody_through(answer: str) -> None:
    assert not person_wanted.is_put_through(answer, "Brandon")


@pytest.mark.parametrize(
    "answer",
    [
        *("Hold on, please.", "I'm transferring your call to Brandon.", "Le paso a Brandon.", "Lo transfiero."),
        *("I'm putting you through now.", "I'll call you right back.", "Please hold."),
    ],
)
def test_answers_that_put_somebody_through(answer: str) -> None:
    assert person_wanted.is_put_through(answer, "Brandon")
