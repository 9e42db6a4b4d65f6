"""How calls end: a slot that is kept for ten minutes, a text, Brandon; each once, and never in nothing."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import assistant
import dispatcher
import utils
from checker import violations_of_tables
from clock import Clock
from fake_twilio import FakeTwilio, refusal
from gateway_events import (
    CUSTOMER_NUMBER,
    OWNER_NUMBER,
    SHOP_NUMBER,
    LambdaContext,
    call,
    reply_text,
    sms,
    twilio_event,
)
from history import Rules
from local_aws import LocalAws, Tables
from phone_line import Brandon, Line
from scripted_model import ScriptedModel, fault, say
from scripted_model import call as tool
from shop import load_shop
from shop_api import BEARER, availability, book, send, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")

DAY = "2026-12-01"
OFFER = "Tue Dec 1, 2:00 PM"


def dialled(**options: Any) -> Line:
    line = Line(**options)
    line.dial()
    return line


def call_about(words: str = "iPhone 14 screen Tuesday at two", **options: Any) -> Line:
    """A call in which a slot is named, and then dropped."""
    line = dialled(**options)
    line.says(words)
    line.hangs_up()
    return line


def over(sid: str, sender: str = CUSTOMER_NUMBER, status: str = "completed", **fields: str) -> int:
    """Twilio says that a call is over."""
    form = {"CallSid": sid, "From": sender, "To": SHOP_NUMBER, "CallStatus": status, "Direction": "inbound"} | fields
    return int(dispatcher.handler(twilio_event("/twilio/status", form), LambdaContext())["statusCode"])


def text(words: str, sender: str = CUSTOMER_NUMBER) -> str:
    return reply_text(dispatcher.handler(sms(words, sender), LambdaContext()))


def sent(twilio: FakeTwilio, to: str = CUSTOMER_NUMBER) -> list[str]:
    dispatcher.handler({"task": "send-outbox"}, LambdaContext())
    return [body.removeprefix("EmperorLinda Cell Phone Repairs: ") for body in twilio.bodies(to)]


def told_brandon(twilio: FakeTwilio, clock: Clock) -> list[str]:
    """What Brandon is told of a call, which waits for a voicemail that may still come."""
    clock.advance(minutes=3)
    return [body for body in sent(twilio, OWNER_NUMBER) if "New booking" not in body]


def held(tables: Tables) -> list[str]:
    return [item["lead_id"] for item in tables.items("SLOT#") if item["booking_id"] == "HOLD"]


def wrong(tables: Tables) -> list[str]:
    shop = load_shop()
    minutes = {service.id: service.minutes for service in shop.services}
    rules = Rules(shop.timezone, shop.slot_minutes, minutes, shop.limits.open_bookings_per_phone)
    return violations_of_tables(tables.items(), rules)


# --- a slot that is kept ----------------------------------------------------------------------------------------


def test_a_chosen_slot_is_kept_and_one_digit_takes_it(tables: Tables, twilio: FakeTwilio) -> None:
    call_about()
    assert held(tables) == [f"SLOT#{DAY}"]
    assert sent(twilio) == [
        f"I kept {OFFER} for you (iPhone 14 screen repair). Reply 1 to take it; it is yours until 10:09 AM."
    ]
    assert f"You're booked: {OFFER}, iPhone 14 screen repair." in text("1")
    (lead,) = tables.leads()
    assert (lead["device"], lead["repair_type"], lead["source"]) == ("iPhone 14", "screen", "sms")
    assert lead["notes"] == "iPhone 14 screen Tuesday at 2"
    assert held(tables) == []
    assert wrong(tables) == []


@pytest.mark.parametrize("brandon", ["no-answer", "busy"])
def test_a_chosen_slot_is_kept_when_brandon_was_asked_for_too(
    brandon: Brandon, tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    line = dialled(brandon=[brandon])
    line.says("iPhone 14 screen Tuesday at two")
    line.says("let me talk to Brandon first")
    line.hangs_up()
    assert held(tables) == [f"SLOT#{DAY}"]
    assert any(body.startswith(f"I kept {OFFER}") for body in sent(twilio))
    assert any("asked for you and left no message" in body for body in told_brandon(twilio, clock))


def test_a_chosen_slot_is_kept_for_who_leaves_a_voicemail(tables: Tables, twilio: FakeTwilio) -> None:
    line = dialled(brandon=["no-answer"])
    line.says("iPhone 14 screen Tuesday at two")
    line.says("let me talk to Brandon first")
    line.leaves_message()
    assert held(tables) == [f"SLOT#{DAY}"]
    assert any(body.startswith(f"I kept {OFFER}") for body in sent(twilio))


def test_who_chose_spanish_by_key_is_texted_in_spanish(twilio: FakeTwilio) -> None:
    line = dialled()
    line.presses("9")
    line.keeps_silent()
    line.keeps_silent()
    (body,) = sent(twilio)
    assert "celular" in body


def test_a_failure_that_is_forgotten_is_no_reason_not_to_text(tables: Tables) -> None:
    failed = {"timestamp": 1, "status": "failed", "code": 30006, "expires_at": 1}
    tables.put({"lead_id": f"SENT#{CUSTOMER_NUMBER}", **failed})
    call_about()
    assert held(tables) == [f"SLOT#{DAY}"]


def test_nobody_else_gets_a_slot_that_is_kept(tables: Tables) -> None:
    call_about()
    assert f"{DAY} 14:00" not in availability(DAY)
    answer = book(phone="(904) 555-0133")
    assert (answer.status, answer.body["code"]) == (409, "slot_taken")
    assert f"{OFFER}" not in text("iphone 12 screen tomorrow at 2pm", "+19045550144")


def test_the_caller_himself_sees_it_as_free(model: ScriptedModel) -> None:
    model.script(say("Shall I take Tuesday at 2 PM?"), say("Which phone?"))
    call_about()
    text("hello again")
    assert f"{OFFER} ({DAY} 14:00)" in model.seen_text(1)
    assert book().status == 201


def test_it_ends_by_the_clock_and_not_by_the_sweep(tables: Tables, clock: Clock) -> None:
    call_about()
    clock.advance(minutes=9, seconds=59)
    assert book(phone="(904) 555-0133").status == 409
    clock.advance(seconds=1)
    assert held(tables) == [f"SLOT#{DAY}"]
    assert f"{DAY} 14:00" in availability(DAY)
    assert book(phone="(904) 555-0133").status == 201
    assert "no longer free" in text("1")
    assert wrong(tables) == []


def test_who_answers_late_gets_it_if_it_is_still_free(tables: Tables, clock: Clock) -> None:
    call_about()
    clock.advance(minutes=30)
    assert f"You're booked: {OFFER}" in text("1")
    assert wrong(tables) == []


def test_a_text_that_is_late_does_not_say_kept(twilio: FakeTwilio, clock: Clock) -> None:
    call_about()
    clock.advance(minutes=12)
    assert sent(twilio) == [f"You asked for {OFFER} (iPhone 14 screen repair). Reply 1 to book it if it is still free."]


def test_what_is_kept_can_be_booked_inside_the_notice(tables: Tables, clock: Clock) -> None:
    """At 10:00 a slot at 11:00 may be booked; asked for at 9:59, it may still be at 10:05."""
    call_about("iPhone 14 screen today at 11 AM")
    clock.advance(minutes=5)
    assert "2026-11-30 11:00" not in availability("2026-11-30")
    assert "You're booked: Mon Nov 30, 11:00 AM" in text("1")


def test_the_notice_counts_again_when_nothing_is_kept_any_more(tables: Tables, clock: Clock) -> None:
    call_about("iPhone 14 screen today at 11 AM")
    clock.advance(minutes=11)
    assert "no longer free" in text("1")
    assert tables.leads() == []


def test_the_slot_linda_asks_about_is_the_one_that_is_kept(model: ScriptedModel, twilio: FakeTwilio) -> None:
    model.script(say("2 PM is taken. Shall I take Wednesday at 10 AM?"), say("Would Wednesday, 10 AM suit you?"))
    line = dialled()
    line.says("Tuesday at two")
    line.says("hm let me think")
    line.hangs_up()
    assert "I kept Wed Dec 2, 10:00 AM" in sent(twilio)[0]


def test_a_slot_that_is_turned_down_is_not_kept(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Shall I take Tuesday at 2 PM?"), say("Which day suits you?"))
    line = dialled()
    line.says("iPhone 14 screen")
    line.says("no not that")
    line.hangs_up()
    assert held(tables) == []


@pytest.mark.parametrize(
    "words", ["that doesn't work for me", "Tuesday is bad for me", "I can't do that", "I don't want that", "no puedo"]
)
def test_a_time_that_is_turned_down_in_other_words_is_not_kept(
    words: str, model: ScriptedModel, tables: Tables
) -> None:
    model.script(say("Tuesday at 2 PM is free. Shall I take it?"), say("All right."))
    line = dialled()
    line.says("iPhone 14 screen")
    line.says(words)
    line.hangs_up()
    assert held(tables) == []


def test_a_phone_that_does_not_work_turns_no_time_down(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Tuesday at 2 PM is free. Shall I take it?"))
    line = dialled()
    line.says("my iPhone 14 doesn't work, Tuesday at 2 PM please")
    line.hangs_up()
    assert held(tables) == [f"SLOT#{DAY}"]


def test_no_to_another_question_turns_no_time_down(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Tuesday at 2 PM is free. Have you got a case on it?"), say("OK. And what's your name?"))
    line = dialled()
    line.says("iPhone 14 screen, Tuesday at 2 PM please")
    line.says("No")
    line.hangs_up()
    assert held(tables) == [f"SLOT#{DAY}"]


def test_a_goodbye_that_turns_it_down_keeps_nothing(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Tuesday at 2 PM is free. Shall I take it?"))
    line = dialled()
    line.says("iPhone 14 screen")
    line.says("no, bye")
    assert line.over
    assert "kept" not in line.heard[-1]
    assert held(tables) == []


def test_silence_with_a_slot_chosen_keeps_it_and_says_so(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Shall I take Tuesday at 2 PM?"))
    line = dialled()
    line.says("iPhone 14 screen")
    line.keeps_silent()
    line.keeps_silent()
    assert line.heard[-1] == (
        "I still can't hear you. I've kept Tuesday December 1, two p m for you for ten minutes, and a text is coming "
        "to take it. Goodbye."
    )
    assert held(tables) == [f"SLOT#{DAY}"]
    assert len(tables.items("OUTBOX#")) == 1


def test_what_was_booked_is_not_kept_too(model: ScriptedModel, tables: Tables) -> None:
    details = {"date": DAY, "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": None}
    model.script(tool("book_slot", **details), say("Anything else?"))
    call_about()
    assert held(tables) == []
    assert {item["kind"] for item in tables.items("OUTBOX#")} == {"booked", "new_booking"}


def test_a_slot_that_was_taken_meanwhile_leaves_a_list(tables: Tables, twilio: FakeTwilio) -> None:
    line = dialled()
    line.says("iPhone 14 screen Tuesday at two")
    assert book(phone="(904) 555-0133").status == 201
    line.hangs_up()
    assert held(tables) == []
    assert sent(twilio) == [
        "Thanks for your call. To book, reply with a number, or just tell me what you need:\n"
        "1) Mon Nov 30, 11:00 AM\n2) Mon Nov 30, 12:00 PM\n3) Mon Nov 30, 1:00 PM"
    ]
    assert "You're booked: Mon Nov 30, 12:00 PM, iPhone 14 screen repair." in text("2")


def test_a_number_keeps_one_slot_at_a_time(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    call_about()
    clock.advance(minutes=1)
    call_about("iPhone 14 screen Wednesday at two")
    assert held(tables) == ["SLOT#2026-12-02"]
    assert [words.partition(" for you")[0] for words in sent(twilio)] == ["I kept Wed Dec 2, 2:00 PM"]
    assert "You're booked: Wed Dec 2, 2:00 PM" in text("1")
    assert wrong(tables) == []


@pytest.mark.parametrize("words", ["iPhone 14 screen Tuesday at two", "hi we got cut off"])
def test_who_calls_again_and_is_cut_off_again_has_it_kept_anew(
    words: str, tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    call_about()
    first = sent(twilio)
    clock.advance(minutes=5)
    call_about(words)
    assert held(tables) == [f"SLOT#{DAY}"]
    assert sent(twilio) == [first[0], first[0].replace("10:09", "10:14")]
    clock.advance(minutes=9)
    assert f"You're booked: {OFFER}, iPhone 14 screen repair." in text("1")


def test_a_missed_call_leaves_the_promise_of_the_one_before(tables: Tables, twilio: FakeTwilio) -> None:
    call_about()
    dialled().hangs_up()
    assert [words.partition(" for you")[0] for words in sent(twilio)] == [f"I kept {OFFER}"]
    assert f"You're booked: {OFFER}, iPhone 14 screen repair." in text("1")


def test_what_is_kept_can_be_taken_while_the_next_call_goes_on(tables: Tables) -> None:
    call_about()
    dialled().says("how much is a battery")
    assert f"You're booked: {OFFER}, iPhone 14 screen repair." in text("1")


def test_a_kept_slot_that_was_booked_by_the_next_call_is_not_offered(
    model: ScriptedModel, tables: Tables, twilio: FakeTwilio
) -> None:
    details = {"date": DAY, "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": None}
    model.script(say("Shall I take Tuesday at 2 PM?"), tool("book_slot", **details), say("Anything else?"))
    call_about()
    call_about("yes please, we were cut off")
    assert len(tables.leads()) == 1
    assert [words for words in sent(twilio) if "kept" in words] == []
    assert len(twilio.bodies(CUSTOMER_NUMBER)) == 1


def test_a_kept_slot_that_brandon_blocked_is_not_offered_again(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    call_about()
    clock.advance(minutes=1)
    dispatcher.handler(sms("block tomorrow 2-3", OWNER_NUMBER), LambdaContext())
    call_about("iPhone 14 screen")
    assert OFFER not in sent(twilio)[-1]
    assert "1) Mon Nov 30, " in twilio.bodies(CUSTOMER_NUMBER)[-1]


def test_a_kept_slot_that_was_taken_and_dropped_is_not_kept_anew(tables: Tables, clock: Clock) -> None:
    call_about()
    text("1")
    send("DELETE", f"/bookings/{tables.leads()[0]['lead_id']}", headers=BEARER)
    clock.advance(minutes=1)
    call_about("do you sell cases")
    assert held(tables) == []
    assert [item["kind"] for item in tables.items("OUTBOX#") if item["kind"] == "after_call"] == ["after_call"]


def test_the_list_after_the_second_call_knows_the_repair_of_the_first(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    call_about()
    clock.advance(minutes=1)
    call_about("Tuesday at two is bad for me")
    sent(twilio)
    text("2")
    (lead,) = tables.leads()
    assert (lead["repair_type"], lead["device"]) == ("screen", "iPhone 14")


def test_a_slot_named_with_the_wish_for_a_person_is_kept(tables: Tables, twilio: FakeTwilio) -> None:
    line = dialled(brandon=["no-answer"])
    line.says("iPhone 14 screen Tuesday at two and let me talk to Brandon")
    line.hangs_up()
    assert held(tables) == [f"SLOT#{DAY}"]


def test_brandon_is_told_once_of_a_landline_that_asked_for_him(
    tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    line = dialled(brandon=["no-answer"])
    line.says("iPhone 14 screen Tuesday at two")
    line.says("let me talk to Brandon first")
    line.hangs_up()
    twilio.script(refusal(21614))
    assert len(told_brandon(twilio, clock)) == 1


def test_what_was_forgotten_is_not_told_when_the_text_is_lost(twilio: FakeTwilio, tables: Tables) -> None:
    call_about("my name is Maria Secretlast, iPhone 14 screen Tuesday at two")
    text("forget me")
    twilio.script(refusal(21614))
    assert sent(twilio) == []
    assert "Secretlast" not in str(tables.items())
    assert [body for body in twilio.bodies(OWNER_NUMBER) if "Secretlast" in body] == []


def test_who_was_forgotten_can_have_another_slot_kept(tables: Tables) -> None:
    call_about()
    text("forget me")
    call_about("iPhone 14 screen Wednesday at two")
    assert "SLOT#2026-12-02" in held(tables)


def test_what_the_second_call_turned_down_is_not_kept_anew(
    model: ScriptedModel, tables: Tables, twilio: FakeTwilio, clock: Clock
) -> None:
    model.script(say("Shall I take Tuesday at 2 PM?"), say("Which other day would suit you?"))
    call_about()
    clock.advance(minutes=1)
    call_about("Tuesday at two is bad for me")
    assert [words.partition(":")[0] for words in sent(twilio)][1:] == [
        "Thanks for your call. To book, reply with a number, or just tell me what you need"
    ]
    assert "1) Tue Dec 1, 2:00 PM" in twilio.bodies(CUSTOMER_NUMBER)[-1]


def test_brandons_block_takes_the_place_of_a_hold(tables: Tables) -> None:
    call_about()
    dispatcher.handler(sms("block tomorrow 2-3", OWNER_NUMBER), LambdaContext())
    assert held(tables) == []
    assert "no longer free" in text("1")
    assert wrong(tables) == []


def test_brandons_agenda_shows_no_booking_for_a_hold(tables: Tables) -> None:
    call_about()
    agenda = reply_text(dispatcher.handler(sms("tomorrow", OWNER_NUMBER), LambdaContext()))
    assert agenda.startswith("Tue Dec 1: no bookings, 7 slots free.")


def test_a_mode_that_rules_the_slot_out_keeps_nothing(tables: Tables) -> None:
    line = dialled()
    line.says("iPhone 14 screen Tuesday at two")
    set_state(mode="closed", until="2026-12-02T09:00:00-05:00")
    line.hangs_up()
    assert held(tables) == []


def test_who_has_as_many_bookings_as_allowed_gets_nothing_kept(tables: Tables) -> None:
    for day in ("2026-12-02", "2026-12-03", "2026-12-04"):
        assert book(date=day).status == 201
    call_about()
    assert held(tables) == []


def test_a_kept_slot_survives_the_change_of_clocks(clock: Clock, tables: Tables) -> None:
    clock.set(datetime(2027, 3, 13, 19, 0, tzinfo=UTC))
    call_about("iPhone 14 screen Monday at nine a m")
    (claim,) = [item for item in tables.items("SLOT#") if item["booking_id"] == "HOLD"]
    assert claim["timestamp"] == int(datetime(2027, 3, 15, 13, 0, tzinfo=UTC).timestamp())
    assert "You're booked: Mon Mar 15, 9:00 AM" in text("1")


# --- a text -----------------------------------------------------------------------------------------------------


def test_who_said_something_gets_free_times_for_it(tables: Tables, twilio: FakeTwilio) -> None:
    call_about("how much is a battery for a pixel 7")
    assert "1) Mon Nov 30, 11:00 AM" in sent(twilio)[0]
    text("1")
    (lead,) = tables.leads()
    assert (lead["repair_type"], lead["device"]) == ("battery", "Pixel 7")


def test_who_spoke_spanish_gets_it_in_spanish(twilio: FakeTwilio) -> None:
    call_about("necesito una batería para mi pixel 7 el martes a las dos")
    assert sent(twilio) == [
        "Le tengo mar 1 dic, 2:00 PM para usted (cambio de bateria de Pixel 7). Responda 1 y queda reservada; se la "
        "tengo hasta 10:09 AM."
    ]


@pytest.mark.parametrize("status", ["completed", "no-answer", "busy", "failed", "canceled"])
def test_a_missed_call_gets_one_text_back_once(status: str, twilio: FakeTwilio) -> None:
    for _ in range(3):
        assert over("CA7", status=status) == 200
    assert sent(twilio) == [
        "Sorry we missed your call. I'm LINDA, the automated desk: tell me your phone and what's wrong, and I'll find "
        "you a time."
    ]


def test_a_call_that_is_not_over_gets_none(tables: Tables) -> None:
    for status in ("queued", "ringing", "in-progress", ""):
        assert over("CA7", status=status) == 200
    assert over("CA7", Direction="outbound-dial") == 200
    assert tables.items("OUTBOX#") == []


def test_many_missed_calls_get_one_text_an_hour(twilio: FakeTwilio, clock: Clock) -> None:
    for number in range(5):
        over(f"CA{number}")
    assert len(sent(twilio)) == 1
    clock.advance(minutes=61)
    over("CA9")
    assert len(sent(twilio)) == 2


def test_a_flood_of_forged_callers_ends(tables: Tables, set_shop: Any) -> None:
    set_shop(limits={"texts_after_calls_per_hour": 3})
    for number in range(6):
        over(f"CA{number}", f"+1904555020{number}")
    assert len(tables.items("OUTBOX#")) == 3


@pytest.mark.parametrize(
    "sender", ["anonymous", "+442071838750", "+12125550", "+17185550000", SHOP_NUMBER, OWNER_NUMBER]
)
def test_numbers_that_are_no_customers_get_none(sender: str, tables: Tables) -> None:
    assert over("CA7", sender) == 200
    expected = 1 if sender == "+17185550000" else 0
    assert len(tables.items("OUTBOX#")) == expected


def test_who_opted_out_gets_none(tables: Tables) -> None:
    text("STOP")
    over("CA7")
    assert tables.items("OUTBOX#") == []


def test_who_opted_out_and_said_something_is_brandons(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    text("STOP")
    call_about("how much is a battery for a pixel 7")
    assert sent(twilio) == []
    assert told_brandon(twilio, clock) == [
        f"{CUSTOMER_NUMBER} called and was not texted. Pixel 7 battery replacement. "
        'Last words: "how much is a battery for a pixel 7".'
    ]


def test_a_number_that_failed_before_gets_none(tables: Tables, twilio: FakeTwilio) -> None:
    twilio.script(refusal(21614))
    over("CA7")
    assert sent(twilio) == []
    over("CA8")
    assert tables.items("OUTBOX#") == []


def test_a_landline_that_twilio_tells_of_later_gets_none(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    over("CA7")
    assert len(sent(twilio)) == 1
    lost = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30006", "To": CUSTOMER_NUMBER}
    response = dispatcher.handler(twilio_event("/twilio/status", lost | {"From": SHOP_NUMBER}), LambdaContext())
    assert response["statusCode"] == 200
    call_about("how much is a battery")
    assert sent(twilio, CUSTOMER_NUMBER) == sent(twilio, CUSTOMER_NUMBER)[:1]
    assert "was not texted" in told_brandon(twilio, clock)[0]


def test_what_a_landline_caller_said_is_brandons(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    """Twilio refuses the text at once; before, the caller was told that it comes."""
    call_about()
    twilio.script(refusal(21614))
    assert sent(twilio) == []
    assert sent(twilio, OWNER_NUMBER) == [
        f"{CUSTOMER_NUMBER} called and could not be texted. iPhone 14 screen repair. Last words: "
        '"iPhone 14 screen Tuesday at 2".'
    ]


def test_what_a_caller_said_is_brandons_when_the_text_is_lost_later(twilio: FakeTwilio, tables: Tables) -> None:
    call_about()
    assert len(sent(twilio)) == 1
    (record,) = [item for item in tables.items("SENT#") if item["kind"] == "kept"]
    form = {"MessageSid": record["sid"], "MessageStatus": "undelivered", "ErrorCode": "30006", "To": CUSTOMER_NUMBER}
    for _ in range(2):
        answer = dispatcher.handler(twilio_event("/twilio/status", form), LambdaContext())
        assert answer["statusCode"] in (200, 204)
    told = sent(twilio, OWNER_NUMBER)
    assert [words.partition(".")[0] for words in told] == [f"{CUSTOMER_NUMBER} called and could not be texted"]


def test_a_missed_call_of_a_landline_is_nothing_to_tell(twilio: FakeTwilio, tables: Tables) -> None:
    over("CA7")
    twilio.script(refusal(21614))
    assert sent(twilio) == []
    assert tables.items("OUTBOX#") == []


def test_what_the_sender_had_to_mend_is_not_held_against_the_number(twilio: FakeTwilio, clock: Clock) -> None:
    """Before the registration of the number every text fails with 30034."""
    over("CA7")
    assert len(sent(twilio)) == 1
    form = {"MessageSid": "SM7", "MessageStatus": "undelivered", "ErrorCode": "30034", "To": CUSTOMER_NUMBER}
    dispatcher.handler(twilio_event("/twilio/status", form), LambdaContext())
    clock.advance(hours=2)
    over("CA8")
    assert len(sent(twilio)) == 2


def test_twilio_is_asked_to_tell_what_became_of_a_text(twilio: FakeTwilio) -> None:
    over("CA7")
    sent(twilio)
    assert twilio.requests[0][1]["StatusCallback"] == "https://linda.example/twilio/status"


def test_where_brandon_answers_texts_himself_he_is_told(tables: Tables, twilio: FakeTwilio, clock: Clock) -> None:
    set_state(ai_answers_sms=False)
    call_about("how much is a battery")
    assert sent(twilio) == []
    assert f"{CUSTOMER_NUMBER} called" in told_brandon(twilio, clock)[0]


def test_a_table_that_is_away_is_told_to_twilio(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert over("CA7") == 503


# --- once -------------------------------------------------------------------------------------------------------


def test_a_call_that_ended_in_its_last_step_has_ended(tables: Tables) -> None:
    line = dialled(status_callback=False)
    line.keeps_silent()
    line.keeps_silent()
    before = tables.items()
    over(line.sid)
    over(line.sid)
    assert tables.items() == before


def test_the_last_step_replayed_says_the_same(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Shall I take Tuesday at 2 PM?"))
    line = dialled(status_callback=False)
    line.says("iPhone 14 screen")
    line.keeps_silent()
    line.keeps_silent()
    last = line.exchanges[-1]
    event = call(CUSTOMER_NUMBER, line.sid, last.path_and_query.partition("?")[2], SpeechResult="")
    assert dispatcher.handler(event, LambdaContext())["body"] == last.twiml
    assert len(tables.items("OUTBOX#")) == 1


def test_the_same_id_with_another_number_ends_its_own_call(tables: Tables) -> None:
    line = dialled(status_callback=False)
    line.says("iPhone 14 screen Tuesday at two")
    over(line.sid, "+19045550133")
    assert held(tables) == []
    over(line.sid)
    assert held(tables) == [f"SLOT#{DAY}"]


# --- no call ends in nothing ------------------------------------------------------------------------------------

_SAYINGS = (
    *("how much is an iPhone 14 screen", "Tuesday at two", "yes please", "uh", "no", "thanks bye", "talk to a person"),
    *("hola necesito una pantalla", "it broke again", "1", "two", "garble", "", "for"),
)
_KEYS = ("0", "1", "2", "3", "7", "9", "*", "#")
_BRANDONS: tuple[Brandon, ...] = ("answers", "voicemail box", "busy", "no-answer", "failed", "caller hangs up")


def _model_step(chance: random.Random) -> Any:
    details = {"date": DAY, "time": f"{chance.randint(9, 16)}:00", "repair_type": "screen", "device": None}
    return chance.choice(
        [
            say("Shall I take Tuesday at 2 PM?"),
            say("Which phone is it? What happened?"),
            tool("book_slot", **details, customer_name=None),
            tool("ask_brandon", question="Do you fix toasters?"),
            fault("status", 500),
            fault("garbage"),
        ]
    )


def _wander(line: Line, chance: random.Random) -> None:
    """A caller who does anything that a caller can do, until the call is over."""
    for _ in range(20):
        if line.over:
            return
        if chance.random() < 0.12:
            line.hangs_up()
        elif line.open == "record":
            chance.choice([line.leaves_message, line.keeps_silent])()
        elif chance.random() < 0.15:
            line.keeps_silent()
        else:
            _answer(line, chance)
    if not line.over:
        line.hangs_up()


def _answer(line: Line, chance: random.Random) -> None:
    speech_only = 'input="speech"' in line.exchanges[-1].twiml
    if chance.random() < 0.3 and not speech_only:
        line.presses(chance.choice(_KEYS))
    elif said := chance.choice(_SAYINGS):
        line.says(said, confidence=chance.choice(["0.9", "0.0", "0.15"]))
    else:
        line.keeps_silent()


@pytest.mark.parametrize("seed", range(40))
def test_no_call_ends_without_words_or_in_nothing(
    seed: int, tables: Tables, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    if chance.random() < 0.2:
        monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    if chance.random() < 0.3:
        set_state(ai_answers_calls=chance.random() < 0.5, ring_first=True)
    model.always(lambda _request: _model_step(chance))
    line = Line(brandon=[chance.choice(_BRANDONS) for _ in range(20)])
    line.dial()
    _wander(line, chance)
    assert line.over
    assert all(heard.strip() for heard in line.heard)
    assert line.heard
    left = [*tables.leads(), *held(tables), *tables.items("OUTBOX#")]
    assert left or line.bridged, line.exchanges
    assert wrong(tables) == []


def test_texts_after_calls_are_forgotten_with_the_rest(tables: Tables) -> None:
    call_about("iPhone 14 screen Tuesday at two please hurry")
    text("forget me")
    for kind in ("TURN#", "CALL#", "MESSAGE#", "SLOT#"):
        assert "hurry" not in str(tables.items(kind))


def test_what_is_kept_of_calls_expires(tables: Tables, clock: Clock) -> None:
    call_about()
    now = utils.epoch(clock.now)
    month = int(timedelta(days=30).total_seconds())
    for item in (*tables.items("CALL#"), *tables.items("HELD#"), *tables.items("CALLED#")):
        assert now < item["expires_at"] <= now + month


# --- what is kept, and what is not ------------------------------------------------------------------------------


def test_a_slot_that_is_refused_by_name_is_not_kept(tables: Tables) -> None:
    call_about("no Tuesday at two does not work for me")
    assert held(tables) == []


def test_a_time_that_linda_only_mentions_is_not_kept(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("We open Tuesday at 9 AM."))
    line = dialled()
    line.says("and when do you open")
    line.hangs_up()
    assert held(tables) == []


def test_what_is_kept_is_booked_by_the_model_too(model: ScriptedModel, clock: Clock) -> None:
    """The notice counts from when it was kept, however the customer says yes."""
    details = {"date": "2026-11-30", "time": "11:00", "repair_type": "screen", "device": None, "customer_name": None}
    model.script(say("Shall I take today at 11 AM?"), tool("book_slot", **details), say("Anything else?"))
    call_about("iPhone 14 screen today")
    clock.advance(minutes=5)
    assert "You're booked: Mon Nov 30, 11:00 AM" in text("sounds good, take it")


def test_a_spanish_weekday_is_not_read_as_march(tables: Tables, clock: Clock, model: ScriptedModel) -> None:
    clock.set(datetime(2027, 2, 22, 15, 0, tzinfo=UTC))
    model.script(say("¿Le sirve mar 23 feb, 2:00 PM?"))
    call_about("necesito una pantalla para mi iPhone 14")
    assert held(tables) == ["SLOT#2027-02-23"]


# --- a turn that is under way when the call ends ----------------------------------------------------------------


def hang_up_during(line: Line, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller says something and hangs up while LINDA thinks: the callback comes before the turn is stored."""
    real = assistant.reply

    def reply(*arguments: Any, **options: Any) -> Any:
        answer = real(*arguments, **options)
        over(line.sid)
        return answer

    monkeypatch.setattr(assistant, "reply", reply)
    line.says(words)
    monkeypatch.setattr(assistant, "reply", real)


def test_a_late_turn_does_not_take_away_the_list_of_the_text(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = dialled(status_callback=False)
    line.says("iPhone 14 screen Tuesday at two")
    hang_up_during(line, "hm let me think", monkeypatch)
    assert "I kept" in sent(twilio)[0]
    assert f"You're booked: {OFFER}" in text("1")


@pytest.mark.parametrize("chosen", ["Tuesday at two", "some day"])
def test_a_booking_under_way_is_not_followed_by_an_offer_to_book(
    chosen: str, model: ScriptedModel, tables: Tables, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    details = {"date": DAY, "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": None}
    model.script(say("Which day suits you?"), tool("book_slot", **details), say("Anything else?"))
    line = dialled(status_callback=False)
    line.says(f"iPhone 14 screen {chosen}")
    hang_up_during(line, "yes please", monkeypatch)
    (only,) = sent(twilio)
    assert only.startswith(f"You're booked: {OFFER}")
    assert wrong(tables) == []


def test_who_hangs_up_at_one_moment_has_spoken(
    model: ScriptedModel, tables: Tables, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLY_BUDGET_SECONDS", "2")
    model.always(fault("hang"))
    event = call(CUSTOMER_NUMBER, "CA5", "step=turn&n=1", SpeechResult="iPhone 14 screen Tuesday at two")
    assert "One moment" in dispatcher.handler(event, LambdaContext())["body"]
    over("CA5")
    assert held(tables) == [f"SLOT#{DAY}"]
    assert "I kept" in sent(twilio)[0]


def test_what_was_said_at_one_moment_is_told_to_brandon(
    model: ScriptedModel, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLY_BUDGET_SECONDS", "2")
    set_state(ai_answers_sms=False)
    model.always(fault("hang"))
    event = call(CUSTOMER_NUMBER, "CA5", "step=turn&n=1", SpeechResult="do you fix toasters")
    dispatcher.handler(event, LambdaContext())
    over("CA5")
    assert told_brandon(twilio, clock) == [
        f'{CUSTOMER_NUMBER} called and was not texted. Last words: "do you fix toasters".'
    ]


def test_one_number_gets_three_texts_an_hour_however_much_is_said(tables: Tables) -> None:
    for _ in range(6):
        call_about("how much is a battery")
    assert len([item for item in tables.items("OUTBOX#") if item["to"] == CUSTOMER_NUMBER]) == 3


def test_a_call_that_brandon_did_not_take_gets_a_text_back(tables: Tables) -> None:
    set_state(ai_answers_calls=False)
    line = dialled(brandon=["caller hangs up"])
    assert line.over
    assert [(item["to"], item["kind"]) for item in tables.items("OUTBOX#")] == [(CUSTOMER_NUMBER, "after_call")]
