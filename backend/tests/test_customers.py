"""The rest of a real phone: photos, STOP and START, HELP, and a customer that Brandon answers himself."""

from datetime import timedelta
from typing import Any

import pytest

import customers
import dispatcher
import utils
from clock import Clock
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, Text, reply_text, sms, texts
from local_aws import Tables
from scripted_model import ScriptedModel, call, fault, say
from shop_api import agenda, book

pytestmark = pytest.mark.usefixtures("tables", "clock")

DAY = "2026-12-01"
BOOKING = {"date": DAY, "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": "Ana"}
PHOTO = "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME"


def text(words: str, sender: str = CUSTOMER_NUMBER, sid: str | None = None, photos: int = 0) -> dict[str, Any]:
    media = {f"MediaUrl{number}": f"{PHOTO}{number}" for number in range(photos)}
    types = {f"MediaContentType{number}": "image/jpeg" for number in range(photos)}
    form = {"NumMedia": str(photos)} | media | types
    return dispatcher.handler(sms(words, sender, sid, **form), LambdaContext())


def ask(words: str, **options: Any) -> str:
    return reply_text(text(words, **options))


def to_owner(answer: dict[str, Any]) -> list[str]:
    return [each.body for each in texts(answer) if each.to == OWNER_NUMBER]


# --- photos -------------------------------------------------------------------------------------------------


def test_photo_without_words_is_kept_for_brandon_and_answered(model: ScriptedModel) -> None:
    model.script(say("Which model is it?"))
    assert ask("", photos=1) == "I have your photo for Brandon. Which model is it?"


def test_photos_are_acknowledged_without_a_model_beside_the_whole_list() -> None:
    reply = ask("iPhone 14 screen", photos=2)
    assert "I have your photos for Brandon." in reply
    assert "5) " in reply


def test_photos_of_the_conversation_lie_on_the_booking(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Which model is it?"), call("book_slot", **BOOKING), say("Anything else?"))
    ask("", photos=2)
    ask("iPhone 14, tomorrow at 2", photos=1)
    assert tables.leads()[0]["photos"] == [f"{PHOTO}0", f"{PHOTO}1", f"{PHOTO}0"]
    assert agenda(DAY)[0]["photos"][1] == f"{PHOTO}1"


def test_photo_of_last_week_belongs_to_no_new_booking(tables: Tables, clock: Clock) -> None:
    ask("", photos=1)
    clock.advance(hours=24 * 7 + 1)
    ask("iPhone 14 screen")
    ask("1")
    assert "photos" not in tables.leads()[0]


def test_photo_for_an_open_booking_lies_on_it_at_once_and_brandon_is_told(model: ScriptedModel, tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    model.script(say("Thanks, that helps."))
    answer = text("here it is", photos=1)
    assert reply_text(answer) == "I have your photo for Brandon. Thanks, that helps."
    assert tables.leads()[0]["photos"] == [f"{PHOTO}0"]
    assert to_owner(answer) == [
        f"1 photo for Tue Dec 1, 2:00 PM, screen repair, {CUSTOMER_NUMBER}. {tables.leads()[0]['lead_id']}"
    ]


def test_repeated_photo_is_kept_once(model: ScriptedModel, tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    model.script(say("Thanks, that helps."))
    answers = [text("", photos=1, sid="MM" + "1" * 32)["body"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert tables.leads()[0]["photos"] == [f"{PHOTO}0"]


def test_photo_is_answered_when_the_model_is_down(model: ScriptedModel, tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    model.script(fault("status", 500))
    reply = ask("", photos=1)
    assert "I have your photo for Brandon." in reply
    assert "Reply with a number" in reply


def test_booking_holds_twenty_photos_and_the_rest_is_with_the_conversation(
    model: ScriptedModel, tables: Tables
) -> None:
    book(phone=CUSTOMER_NUMBER)
    for _ in range(3):
        model.script(say("Thanks."))
        assert "I have your photos" in ask("", photos=10)
    assert len(tables.leads()[0]["photos"]) == 20
    assert sum(len(turn["photos"]) for turn in tables.items("TURN#")) == 30


def test_address_that_is_none_is_not_kept(model: ScriptedModel, tables: Tables) -> None:
    model.script(say("Which model is it?"))
    form = {"NumMedia": "2", "MediaUrl0": "javascript:alert(1)", "MediaUrl1": "https://x/" + "a" * 500}
    assert reply_text(dispatcher.handler(sms("", **form), LambdaContext())) == "Which model is it?"
    assert "photos" not in tables.items("TURN#")[0]


def test_photos_that_a_booking_has_no_room_for_are_told_to_brandon(model: ScriptedModel) -> None:
    book(phone=CUSTOMER_NUMBER)
    model.script(say("Thanks."), say("Thanks."), say("Thanks."))
    told = [to_owner(text("", photos=10)) for _ in range(3)]
    assert told[2][0].startswith(f"10 photos from {CUSTOMER_NUMBER} that the booking has no room for: Tue Dec 1")


# --- STOP, START, HELP --------------------------------------------------------------------------------------


def test_stop_word_marks_the_number_flags_the_booking_and_tells_brandon(tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    assert texts(text("STOP")) == [
        Text(OWNER_NUMBER, f"{CUSTOMER_NUMBER} opted out of texts and has a booking: Tue Dec 1, 2:00 PM")
    ]
    assert tables.items("OPTOUT#")[0]["lead_id"] == f"OPTOUT#{CUSTOMER_NUMBER}"
    assert tables.leads()[0]["opted_out"] is True
    assert agenda(DAY)[0]["opted_out"] is True


def test_repeated_stop_word_gets_the_same_answer(tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    assert len({text("STOP", sid="SM" + "2" * 32)["body"] for _ in range(2)}) == 1


@pytest.mark.parametrize("word", ["START", "Unstop", "YES"])
def test_start_word_undoes_a_stop_word(word: str, tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    text("STOP")
    assert "LINDA" in ask(word)
    assert tables.items("OPTOUT#") == []
    assert "opted_out" not in tables.leads()[0]


def test_start_word_counts_while_brandon_answers_himself(tables: Tables, clock: Clock) -> None:
    book(phone=CUSTOMER_NUMBER)
    text("STOP")
    pause(clock)
    text("START")
    assert (tables.items("OPTOUT#"), tables.leads()[0].get("opted_out")) == ([], None)


def test_brandon_may_opt_in_again(tables: Tables) -> None:
    """CANCEL is soon typed for undo, and Twilio takes it as an opt-out."""
    assert texts(text("cancel", sender=OWNER_NUMBER)) == []
    assert len(tables.items("OPTOUT#")) == 1
    text("START", sender=OWNER_NUMBER)
    assert tables.items("OPTOUT#") == []


def test_brandon_is_told_of_an_opt_out_once(tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    assert [len(to_owner(text("STOP"))) for _ in range(3)] == [1, 0, 0]


def test_stop_word_is_kept_although_a_lead_was_deleted_by_hand(tables: Tables) -> None:
    book(phone=CUSTOMER_NUMBER)
    tables.delete(tables.leads()[0])
    assert texts(text("STOP")) == []
    assert len(tables.items("OPTOUT#")) == 1


def test_yes_of_a_number_that_never_opted_out_is_just_a_word(model: ScriptedModel) -> None:
    model.script(say("Great. Which day works for you?"))
    assert ask("YES") == "Great. Which day works for you?"


@pytest.mark.parametrize("word", ["HELP", "info", " Help "])
def test_help_says_who_this_is_and_what_can_be_done(word: str) -> None:
    reply = ask(word)
    assert reply.startswith("This is LINDA, the automated desk of EmperorLinda Cell Phone Repairs, Jacksonville, FL.")
    assert "MOVE or DROP" in reply
    assert "STOP" not in reply


def test_number_after_help_books_nothing_unseen(tables: Tables) -> None:
    """HELP's answer is LINDA's last message: the list before it is not open any more."""
    ask("iPhone 14 screen")
    ask("HELP")
    assert "1) " in ask("2")
    assert tables.leads() == []


# --- Brandon takes over -------------------------------------------------------------------------------------


def pause(clock: Clock) -> None:
    store = utils.Store(utils.load_settings(), utils.Deadline(5))
    store.transact([customers.pause_action(store, CUSTOMER_NUMBER, clock.now + customers.PAUSE, clock.now)])


def test_paused_customer_is_brandons_for_two_hours(clock: Clock) -> None:
    pause(clock)
    assert texts(text("are you there?", photos=1)) == [
        Text(OWNER_NUMBER, f"{CUSTOMER_NUMBER} wrote: are you there? (+1 photo)"),
        Text(OWNER_NUMBER, f"{PHOTO}0"),
    ]
    clock.advance(hours=2, seconds=1)
    assert "Reply with a number" in ask("hello?")


def test_whole_of_a_long_text_is_passed_on(clock: Clock) -> None:
    pause(clock)
    words = "word " * 319 + "last"
    passed = to_owner(text(words))
    assert "".join(passed).endswith("last")
    assert all(len(each) <= 1600 for each in passed)


def test_what_was_done_for_a_message_is_told_although_the_customer_was_paused_since(
    tables: Tables, clock: Clock
) -> None:
    """Booked, then dead before the answer was stored, then paused; the repeat takes the message over."""
    ask("iPhone 14 screen")
    sid = "SM" + "3" * 32
    text("1", sid=sid)
    (message,) = [item for item in tables.items("MESSAGE#") if item["lead_id"].endswith(sid)]
    tables.put({name: value for name, value in message.items() if name != "answer"} | {"lease_until": 0})
    pause(clock)
    repeated = text("1", sid=sid)
    assert reply_text(repeated).startswith("You're booked: ")
    assert to_owner(repeated)[0].startswith("New booking: ")


def test_pause_of_one_customer_is_no_pause_of_another(clock: Clock) -> None:
    pause(clock)
    assert "LINDA" in ask("hi", sender="+19045550142")


def test_resumed_customer_is_lindas_again(clock: Clock) -> None:
    pause(clock)
    store = utils.Store(utils.load_settings(), utils.Deadline(5))
    store.transact([customers.resume_action(store, CUSTOMER_NUMBER)])
    assert "LINDA" in ask("hi")


def test_stop_word_of_a_paused_customer_is_not_passed_on(clock: Clock, tables: Tables) -> None:
    pause(clock)
    assert texts(text("stop")) == []
    assert len(tables.items("OPTOUT#")) == 1


def test_what_is_expired_is_not_so_any_more(clock: Clock, tables: Tables) -> None:
    pause(clock)
    store = utils.Store(utils.load_settings(), utils.Deadline(5))
    later = clock.now + customers.PAUSE + timedelta(seconds=1)
    assert customers.begin_read(store, CUSTOMER_NUMBER, later).result() == customers.Customer()
