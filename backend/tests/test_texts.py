"""Texts to LINDA, through the handler: the menu without a model, the model with its functions, memory, silence."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import booking
import dispatcher
from clock import Clock
from gateway_events import (
    CUSTOMER_NUMBER,
    OWNER_NUMBER,
    SHOP_NUMBER,
    LambdaContext,
    Text,
    reply_text,
    sms,
    texts,
    twilio_event,
    twiml,
)
from local_aws import Tables
from scripted_model import ScriptedModel, call, fault, raw_call, say
from shop_api import book, set_state

pytestmark = pytest.mark.usefixtures("tables", "clock")

GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def text(words: str, sender: str = CUSTOMER_NUMBER, sid: str | None = None, **form: Any) -> dict[str, Any]:
    return dispatcher.handler(sms(words, sender, sid, **form), LambdaContext())


def ask(words: str, **options: Any) -> str:
    return reply_text(text(words, **options))


def lines(reply: str) -> list[str]:
    """The lines of a numbered list, without their numbers."""
    return [line.partition(") ")[2] for line in reply.splitlines() if line[:1].isdigit()]


# --- without a model ----------------------------------------------------------------------------------------


def test_newcomer_without_a_key_books_with_two_texts(tables: Tables) -> None:
    reply = ask("Do you fix iPhone 14 screens?")
    assert "LINDA" in reply
    assert "from $79" in reply
    assert lines(reply)[:2] == ["Mon Nov 30, 11:00 AM", "Mon Nov 30, 12:00 PM"]
    confirmed = ask("2")
    (lead,) = tables.leads()
    assert confirmed == (
        f"You're booked: Mon Nov 30, 12:00 PM, iPhone 14 screen repair. Ref {lead['lead_id']}. "
        "To change it, text MOVE or DROP."
    )
    assert (lead["appointment_time"], lead["repair_type"], lead["device"]) == ("12:00", "screen", "iPhone 14")
    assert (lead["notes"], lead["phone"], lead["source"]) == ("Do you fix iPhone 14 screens?", CUSTOMER_NUMBER, "sms")


def test_owner_is_told_of_a_booking_in_the_same_answer() -> None:
    ask("battery for my pixel 7")
    notices = [each for each in texts(text("1")) if each.to]
    assert [each.to for each in notices] == [OWNER_NUMBER]
    assert "Mon Nov 30, 11:00 AM" in notices[0].body
    assert CUSTOMER_NUMBER in notices[0].body


@pytest.mark.parametrize("number", ["1", " 1 ", "1.", "1)", "#1", "(1)", "01"])
def test_bare_number_is_a_line_of_the_list(number: str, tables: Tables) -> None:
    ask("hi")
    ask(number)
    assert tables.leads()[0]["appointment_time"] == "11:00"


def test_number_books_the_line_as_it_was_offered(tables: Tables) -> None:
    offered = lines(ask("hi"))
    book(date="2026-11-30", time="11:00", phone="904-555-0101")  # line 1 goes to somebody else
    assert offered[1] == "Mon Nov 30, 12:00 PM"
    assert "12:00 PM" in ask("2")
    assert {lead["appointment_time"] for lead in tables.leads()} == {"11:00", "12:00"}


def test_line_taken_meanwhile_brings_a_new_list_that_books(tables: Tables) -> None:
    ask("samsung s22 screen")
    book(date="2026-11-30", time="11:00", phone="904-555-0101")
    reply = ask("1")
    assert "Mon Nov 30, 11:00 AM is no longer free" in reply
    assert lines(reply)[0] == "Mon Nov 30, 12:00 PM"
    ask("1")
    mine = next(lead for lead in tables.leads() if lead["phone"] == CUSTOMER_NUMBER)
    assert (mine["appointment_time"], mine["repair_type"], mine["notes"]) == ("12:00", "screen", "samsung s22 screen")


def taken_right_before(monkeypatch: pytest.MonkeyPatch, time: str) -> None:
    """Somebody else books this slot between our look at the calendar and our booking."""
    whole = booking.book

    def late(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(booking, "book", whole)
        assert book(date="2026-11-30", time=time, phone="904-555-0101").status == 201
        return whole(*arguments, **options)

    monkeypatch.setattr(booking, "book", late)


def test_a_slot_lost_at_the_last_moment_is_not_offered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ask("samsung s22 screen")
    taken_right_before(monkeypatch, "11:00")
    reply = ask("1")
    assert "Mon Nov 30, 11:00 AM is no longer free" in reply
    assert lines(reply)[0] == "Mon Nov 30, 12:00 PM"


def test_a_slot_the_model_lost_is_not_offered_when_it_fails(
    model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    details = {"date": "2026-11-30", "time": "11:00", "repair_type": "screen", "device": None, "customer_name": None}
    model.script(call("book_slot", **details), fault("status", 500))
    taken_right_before(monkeypatch, "11:00")
    assert lines(ask("11am please"))[0] == "Mon Nov 30, 12:00 PM"


def test_what_was_said_before_an_outage_goes_on_the_lead(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("I'm sorry to hear that. Which day suits you?"), fault("status", 500))
    ask("Hi, my Pixel 7 battery is swollen, I'm Ann")
    assert lines(ask("tomorrow"))[0] == "Tue Dec 1, 9:00 AM"
    assert "Pixel 7 battery replacement" in ask("1")
    (lead,) = tables.leads()
    assert (lead["repair_type"], lead["device"]) == ("battery", "Pixel 7")
    assert lead["notes"] == "Hi, my Pixel 7 battery is swollen, I'm Ann"


def test_what_was_said_before_an_outage_counts_beside_an_earlier_booking(
    model: ScriptedModel, tables: Tables, clock: Clock
) -> None:
    book(date="2026-12-04", phone=CUSTOMER_NUMBER)
    clock.advance(minutes=5)
    model.script(say("From $49. Which day suits you?"), fault("status", 500))
    ask("how much is a battery for a pixel 7")
    ask("can I come tomorrow")
    assert "Pixel 7 battery replacement" in ask("1")


def test_what_was_booked_already_is_not_carried_into_the_next_list(model: ScriptedModel, tables: Tables) -> None:
    model.always(fault("status", 500))
    ask("my Pixel 7 battery is swollen")
    ask("1")
    ask("and one for my wife's phone")
    ask("1")
    assert sorted(lead["device"] for lead in tables.leads()) == ["", "Pixel 7"]


def test_number_off_the_list_is_asked_about() -> None:
    first = ask("hi")
    reply = ask("9")
    assert "from 1 to 5" in reply
    assert lines(reply) == lines(first)
    assert "You're booked" in ask("5")


def test_number_after_the_booking_books_nothing_more(tables: Tables) -> None:
    ask("hi")
    ask("1")
    ask("1")
    assert len(tables.leads()) == 1


def test_list_says_what_the_mode_does() -> None:
    set_state(mode="gym", until="2026-11-30T15:00:00-05:00")
    reply = ask("hi")
    assert "Brandon is at the gym until 3:00 PM." in reply
    assert lines(reply)[0] == "Mon Nov 30, 3:00 PM"


def test_own_greeting_opens_the_first_reply_only() -> None:
    set_state(greeting="Hey, Brandon's shop!")
    assert ask("hi").startswith("Hey, Brandon's shop!")
    assert "Hey" not in ask("and now?")


def test_longest_greeting_never_costs_the_list() -> None:
    set_state(greeting="Welcome to the best shop of all. " * 15)
    reply = ask("iPhone 14 Pro Max back glass")
    assert len(reply) <= 320
    assert len(lines(reply)) == 5


def test_number_with_three_open_bookings_is_told_which_they_are() -> None:
    for hour in (9, 10, 11):
        book(time=f"{hour}:00")
    reply = ask("hi")
    assert "You're booked for Tue Dec 1, 9:00 AM; Tue Dec 1, 10:00 AM; Tue Dec 1, 11:00 AM." in reply
    assert "as many as it can have" in ask("1")


def test_full_calendar_passes_the_words_on() -> None:
    set_state(mode="closed", until="2027-02-01T00:00:00-05:00")
    answered = texts(text("my phone is broken"))
    assert "no free time" in answered[0].body
    assert answered[1].to == OWNER_NUMBER
    assert "my phone is broken" in answered[1].body


# --- with the model -----------------------------------------------------------------------------------------


def test_model_books_through_the_real_sdk_for_the_sender_only(model: ScriptedModel, tables: Tables) -> None:
    model.script(
        call("check_availability", date="2026-12-01"),
        call(
            "book_slot",
            date="2026-12-01",
            time="14:00",
            repair_type="screen",
            device="iPhone 14",
            customer_name="Ana",
            phone="+15005550006",
            status="completed",
        ),
        say("See you then! Would you like a screen protector for $15?"),
    )
    reply = ask("iPhone 14 screen tomorrow 2pm, I'm Ana. Book it for +1 500 555 0006")
    (lead,) = tables.leads()
    assert (lead["phone"], lead["customer_name"], lead["status"]) == (CUSTOMER_NUMBER, "Ana", "booked")
    assert reply == (
        f"You're booked: Tue Dec 1, 2:00 PM, iPhone 14 screen repair. Ref {lead['lead_id']}. "
        "To change it, text MOVE or DROP. Would you like a screen protector for $15?"
    )
    (found,) = model.tool_outputs(1)
    assert found["ok"] is True
    assert [slot["time"] for slot in found["slots"]][-2:] == ["15:00", "16:00"]


def test_state_is_in_the_prompt(model: ScriptedModel) -> None:
    set_state(mode="gym", until="2026-11-30T15:00:00-05:00", notes="Leg day", bulletin="New iPads in stock")
    model.script(say("He is at the gym until 3 PM. Which device is it?"))
    ask("Is he there?")
    seen = model.seen_text(0)
    for words in ("gym", "2026-11-30T15:00:00-05:00", "Leg day", "New iPads in stock", "Mon Nov 30, 3:00 PM"):
        assert words in seen
    assert "Mon Nov 30, 11:00 AM" not in seen


def test_long_part_of_the_prompt_is_the_same_bytes_for_everybody(model: ScriptedModel, clock: Clock) -> None:
    model.script(say("Hello!"), say("Hello again!"))
    ask("hi")
    set_state(mode="gym", notes="x")
    clock.advance(days=3)
    ask("hi", sender="+19045550177")
    stable = [json.dumps([request["instructions"], request["tools"]]) for request in model.requests]
    assert stable[0] == stable[1]


def test_conversation_is_remembered_for_twenty_turns_and_thirty_days(model: ScriptedModel, clock: Clock) -> None:
    model.always(say("Tell me more."))
    for number in range(22):
        ask(f"message number {number}.")
        clock.advance(minutes=5)
    seen = model.seen_text(21)
    assert "message number 0." not in seen
    assert all(f"message number {number}." in seen for number in range(1, 22))
    clock.advance(days=31)
    ask("hello again")
    assert "message number" not in model.seen_text(22)


def test_numbers_do_not_see_each_others_words(model: ScriptedModel) -> None:
    model.script(say("Sure."), say("Hello."))
    ask("my secret is 42")
    ask("hi", sender="+19045550177")
    assert "secret" not in model.seen_text(1)


def test_bare_number_books_the_list_even_when_the_model_is_back(model: ScriptedModel, tables: Tables) -> None:
    model.script(fault("status", 500))
    ask("iphone 12 battery")
    assert "You're booked" in ask("1")
    assert len(model.requests) == 1
    assert tables.leads()[0]["repair_type"] == "battery"


def test_bare_number_is_the_models_when_the_list_is_not_the_last_message(model: ScriptedModel, tables: Tables) -> None:
    model.script(fault("status", 500), say("How many screens are broken?"), say("One, then. Which day suits you?"))
    ask("hello")
    ask("actually, wait")
    ask("1")
    assert tables.leads() == []


def test_model_cannot_book_twice_with_one_message(model: ScriptedModel, tables: Tables) -> None:
    def booking(hour: int) -> Any:
        return call(
            "book_slot", date="2026-12-01", time=f"{hour}:00", repair_type="other", device=None, customer_name=None
        )

    model.script(booking(9), booking(10), booking(11), booking(12), say("Done."))
    ask("book everything")
    assert [lead["appointment_time"] for lead in tables.leads()] == ["09:00"]


def test_taken_slot_is_told_to_the_model_with_alternatives(model: ScriptedModel) -> None:
    book(phone="904-555-0101")
    arguments = {"date": "2026-12-01", "repair_type": "screen", "device": None, "customer_name": None}
    model.script(call("book_slot", time="14:00", **arguments), say("2 PM is taken. Would 3 PM work?"))
    assert ask("2pm tomorrow") == "2 PM is taken. Would 3 PM work?"
    (output,) = model.tool_outputs(1)
    assert (output["ok"], output["error"]) == (False, "slot_taken")
    assert [slot["time"] for slot in output["alternatives"]] == ["12:00", "13:00", "15:00"]


@pytest.mark.parametrize(
    "step",
    [
        call("book_slot", date="soon", time="14:00", repair_type="screen", device=None, customer_name=None),
        call("book_slot", date="2026-12-01", time="25:99", repair_type="screen", device=None, customer_name=None),
        call("book_slot", date="2026-12-01", time="14:00", repair_type="magic", device=5, customer_name=None),
        call("book_slot"),
        call("check_availability", date=None),
        call("authorize_discount", discount_percent="lots", reason="x"),
        call("authorize_discount", discount_percent=True, reason=None),
        call("log_upsell", upsell_item="a boat", accepted=True),
        call("log_upsell", upsell_item="phone_case", accepted="perhaps"),
        call("launch_rocket", target="moon"),
        raw_call("book_slot", "{not json"),
        raw_call("book_slot", "[1, 2]"),
        raw_call("check_availability", "[" * 5000),
    ],
)
def test_nonsense_from_the_model_is_answered_and_does_nothing(step: Any, model: ScriptedModel, tables: Tables) -> None:
    model.script(step, say("Which day would you like?"))
    assert ask("hm") == "Which day would you like?"
    (output,) = model.tool_outputs(1)
    assert output["ok"] is False
    assert {item["lead_id"].split("#")[0] for item in tables.items()} == {"ARRIVALS", "MESSAGE", "TURN"}


def test_discount_inside_the_limit_is_granted_stored_and_said_by_code(model: ScriptedModel, tables: Tables) -> None:
    model.script(
        call("authorize_discount", discount_percent=10, reason="student"), say("Good news! Which day suits you?")
    )
    assert ask("any student discount?") == "You have 10% off this repair. Good news! Which day suits you?"
    (grant,) = tables.items("GRANT#")
    assert (grant["percent"], grant["reason"]) == (10, "student")


def test_discount_is_granted_once_a_customer(model: ScriptedModel, tables: Tables, clock: Clock) -> None:
    grant = call("authorize_discount", discount_percent=10, reason="x")
    model.script(grant, say("Great."), grant, say("Only one, sorry."), grant, say("Fine."))
    ask("discount?")
    clock.advance(days=89)
    assert "10% off" not in ask("another?")
    clock.advance(days=2)
    assert "10% off" in ask("and now?")
    assert len(tables.items("GRANT#")) == 1


def test_discount_above_the_limit_asks_the_owner_and_promises_nothing(model: ScriptedModel, tables: Tables) -> None:
    model.script(
        call("authorize_discount", discount_percent=40, reason="loyal"),
        say("You got 40% off! Which day works for you?"),
    )
    answered = texts(text("40% off please"))
    assert "40%" not in answered[0].body
    assert (
        answered[0].body == "I've asked Brandon about that discount. His answer comes by text. Which day works for you?"
    )
    assert answered[1].to == OWNER_NUMBER
    assert "40%" in answered[1].body
    assert tables.items("GRANT#") == []


def test_upsell_is_stored(model: ScriptedModel, tables: Tables) -> None:
    model.script(call("log_upsell", upsell_item="screen protector", accepted=True), say("Anything else?"))
    assert ask("yes, the protector") == "I've noted a screen protector ($15) for you. Anything else?"
    (upsell,) = tables.items("UPSELL#")
    assert (upsell["item"], upsell["accepted"], upsell["phone"]) == ("screen_protector", True, CUSTOMER_NUMBER)


def test_accessory_noted_twice_in_one_answer_counts_once(model: ScriptedModel, tables: Tables) -> None:
    noted = call("log_upsell", upsell_item="screen_protector", accepted=True)
    model.script(noted, noted, say("Anything else?"))
    assert ask("yes, the protector") == "I've noted a screen protector ($15) for you. Anything else?"
    assert len(tables.items("UPSELL#")) == 1


@pytest.mark.parametrize(
    "lie",
    [
        "You're booked for tomorrow at 2 PM!",
        "All set, see you Tuesday.",
        "I've scheduled you for 2:00 PM.",
        "Your appointment is confirmed.",
        "I moved it to 3 PM.",
        "Done, I cancelled it.",
        "You get 30% off.",
        "I told Brandon about it.",
        "It costs $45 in all.",
        "Tu cita está confirmada.",
        "I've got you down for 2.",
    ],
)
def test_claim_without_a_receipt_does_not_leave_the_house(lie: str, model: ScriptedModel) -> None:
    model.script(say(f"{lie} Which device is it?"))
    reply = ask("ok")
    assert lie not in reply
    assert "Which device is it?" in reply


@pytest.mark.parametrize(
    "honest",
    [
        "2 PM is already booked. Would 3 PM work?",
        "Nothing is booked yet. Which day suits you?",
        "Would you like me to get you booked for 2 PM?",
        "Screens start from $79 for iPhone. When can you come by?",
        "The diagnostic is $39 for water damage.",
        "Can I get you scheduled for tomorrow?",
        "I can't give a discount myself, but I can ask Brandon.",
        "An on-site visit is $20 more, so a screen would be $99.",
    ],
)
def test_honest_words_pass_unchanged(honest: str, model: ScriptedModel) -> None:
    model.script(say(honest))
    assert ask("hm") == honest


def test_claim_of_nothing_but_a_deed_becomes_the_state_of_things(model: ScriptedModel) -> None:
    model.script(say("You're booked for 2 PM!"))
    reply = ask("ok")
    assert "Nothing is booked yet. Reply with a number to book:" in reply
    assert len(lines(reply)) == 5
    book(time="9:00")
    model.script(say("You're booked for 2 PM!"))
    assert ask("am I?") == "You're booked for Tue Dec 1, 9:00 AM."


def test_nobody_is_asked_for_a_word_that_twilio_takes(model: ScriptedModel) -> None:
    model.script(say("2 PM is free. Reply YES to take it, or text CANCEL."))
    assert ask("2pm?") == "2 PM is free."


def test_reply_is_plain_and_at_most_two_segments(model: ScriptedModel) -> None:
    model.script(say("“Sure” — we’re here… \U0001f600 " + "Which screen is it, and what happened to it? " * 20))
    reply = ask("hi")
    assert set(reply) <= GSM_7
    assert len(reply) <= 320
    assert reply.endswith("?")


def test_spanish_keeps_its_letters(model: ScriptedModel) -> None:
    model.script(say("¿Qué día le conviene, señora Muñoz?"))
    assert ask("hola") == "¿Qué día le conviene, señora Muñoz?"


# --- what is no conversation --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["STOP", "stop", " Cancel ", "END", "Unsubscribe", "quit", "STOPALL", "revoke", "optout"]
)
def test_stop_words_are_met_with_silence(words: str, tables: Tables) -> None:
    assert texts(text(words)) == []
    assert tables.items("TURN#") == []


def test_stop_from_a_customer_with_a_booking_is_told_to_brandon() -> None:
    book()
    (notice,) = texts(text("STOP"))
    assert notice.to == OWNER_NUMBER
    assert "Tue Dec 1, 2:00 PM" in notice.body


def test_sentence_with_a_stop_word_is_a_sentence() -> None:
    assert ask("please cancel my plans, I need a new screen") != ""


@pytest.mark.parametrize(
    "form",
    [
        {"From": None},
        {"From": ""},
        {"From": "72727"},
        {"From": "AMAZON"},
        {"From": "whatsapp:+19045550100"},
        {"From": SHOP_NUMBER},
        {"From": "+19045550123", "To": "+19045550123"},
        {"From": "anonymous"},
    ],
)
def test_form_that_cannot_be_used_gets_an_empty_answer(form: dict[str, Any], tables: Tables) -> None:
    assert list(twiml(text("hi", **form))) == []
    assert tables.items() == []


def test_form_with_nothing_but_a_signature_gets_an_empty_answer() -> None:
    assert list(twiml(dispatcher.handler(twilio_event("/twilio/sms", {}), LambdaContext()))) == []


@pytest.mark.parametrize("form", [{}, {"NumMedia": "1"}, {"Body": None}])
def test_empty_text_and_a_photo_without_an_address_are_messages(
    form: dict[str, str | None], model: ScriptedModel
) -> None:
    model.script(say("What happened to your phone?"))
    assert ask("", **form) == "What happened to your phone?"


def test_text_without_a_message_sid_is_answered() -> None:
    assert "LINDA" in ask("hi", MessageSid=None, SmsSid=None, SmsMessageSid=None)


def test_longest_text_is_taken() -> None:
    assert "LINDA" in ask("\N{CJK UNIFIED IDEOGRAPH-4E00}" * 1600)


def test_more_than_twenty_texts_in_ten_minutes_end_the_conversation(model: ScriptedModel, clock: Clock) -> None:
    model.always(say("And then?"))
    replies = []
    for number in range(24):
        replies.append(ask(f"again {number}"))
        clock.advance(seconds=10)
    assert replies[:20] == ["And then?"] * 20
    assert "ten minutes" in replies[20]
    assert replies[21:] == ["", "", ""]
    assert len(model.requests) == 20
    clock.advance(minutes=10)
    assert ask("me again") == "And then?"


def test_flood_of_one_number_is_not_the_others() -> None:
    for number in range(22):
        text(f"flood {number}")
    assert "LINDA" in ask("hi", sender="+19045550177")


def test_switched_off_linda_is_silent_and_passes_the_words_on(model: ScriptedModel, tables: Tables) -> None:
    set_state(ai_answers_sms=False)
    answered = texts(text("is Brandon there?"))
    assert answered == [Text(OWNER_NUMBER, f"{CUSTOMER_NUMBER} wrote: is Brandon there?")]
    set_state(ai_answers_sms=True)
    model.script(say("He is."))
    ask("hello?")
    assert "is Brandon there?" in model.seen_text(0)
    assert len(tables.items("TURN#")) == 2


def test_own_number_is_not_passed_on_to_itself() -> None:
    set_state(ai_answers_sms=False)
    assert [each.to for each in texts(text("test", sender=OWNER_NUMBER))] == [None]


@pytest.fixture
def night(clock: Clock) -> Clock:
    clock.set(datetime(2026, 12, 6, 4, 59, tzinfo=UTC))  # 11:59 PM on Saturday
    return clock


def test_list_of_saturday_night_begins_on_monday(night: Clock) -> None:
    assert lines(ask("hi"))[0] == "Mon Dec 7, 9:00 AM"


def test_device_of_many_words_still_gets_its_booking_said(tables: Tables) -> None:
    ask("iphone 14" + " pro max" * 60)
    assert "You're booked" in ask("1")
    assert len(tables.leads()[0]["device"]) <= 100


def test_line_that_fell_inside_the_notice_is_not_called_taken(clock: Clock) -> None:
    ask("hi")
    clock.advance(minutes=30)
    reply = ask("1")
    assert "Mon Nov 30, 11:00 AM is no longer free" in reply
    assert lines(reply)[0] == "Mon Nov 30, 12:00 PM"


def test_discount_granted_before_may_be_spoken_of(model: ScriptedModel) -> None:
    honest = "With your 10% off the screen is from $71.10. Which day suits you?"
    model.script(call("authorize_discount", discount_percent=10, reason="x"), say("Which day?"), say(honest))
    ask("discount?")
    assert ask("so how much?") == honest
    assert "10% off already" in model.seen_text(2)


def test_nobody_is_asked_when_there_is_nobody_to_ask(model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    model.script(call("authorize_discount", discount_percent=40, reason="x"), say("Which day suits you?"))
    ask("40% off?")
    assert "asked" not in model.tool_outputs(1)[0]


def test_owner_is_asked_once_however_often_the_model_does(model: ScriptedModel) -> None:
    asks = [call("authorize_discount", discount_percent=40, reason="x")] * 3
    model.script(*asks, say("Which day suits you?"))
    assert len(texts(text("40% off?"))) == 2


def test_switched_off_linda_stays_silent_in_a_flood_and_tells_brandon_of_it_once(tables: Tables) -> None:
    set_state(ai_answers_sms=False)
    told = [[each.to for each in texts(text(f"hello {number}"))] for number in range(24)]
    assert told == [[OWNER_NUMBER]] * 21 + [[]] * 3
    assert len(tables.items("TURN#")) == 24


def test_photo_is_remembered(model: ScriptedModel) -> None:
    model.script(say("Which model is it?"), say("Thanks."))
    ask("", NumMedia="1")
    ask("iPhone 12")
    assert "(sent 1 photo without words)" in model.seen_text(1)


@pytest.mark.parametrize("number", ["1\ufe0f\u20e3", "\uff11"])
def test_number_of_another_keyboard_is_a_number(number: str, tables: Tables) -> None:
    ask("hi")
    ask(number)
    assert tables.leads()[0]["appointment_time"] == "11:00"
