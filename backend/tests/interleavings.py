"""For each condition of the product the moment at which it alone keeps the book right.

A scenario brings that moment about, the same each time: mostly one request is held right before it sends the
condition, until another is done. It answers what is wrong afterwards: nothing, as long as the condition is there.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import blocks
import carrier
import conversation
import dispatcher
import erasure
import errors
import fake_twilio
import leads
import sending
import utils
from adopt_leads import adopt, index_leads
from clock import MONDAY_MORNING
from conditions import Condition
from conversation import Turn
from fake_twilio import FakeTwilio
from gateway_events import OWNER_NUMBER, LambdaContext, sms
from scene import ANA, BEN, DAY, Scene
from scripted_model import ScriptedModel, call, say
from shop_api import BEARER, Answer, book, send, set_state

Scenario = Callable[[Scene], list[str]]


def unless(true: object, complaint: str) -> list[str]:
    return [] if true else [complaint]


# --- bookings -----------------------------------------------------------------------------------------------


def two_bookings_in_one_second(scene: Scene) -> list[str]:
    scene.book(ANA, "14:00")
    scene.book(BEN, "15:00")
    return [*scene.wrong(), *unless(len(scene.tables.leads()) == 2, "a booking was written over")]


def two_customers_for_one_slot(scene: Scene) -> list[str]:
    answers = [scene.book(ANA).status, scene.book(BEN).status]
    return [*scene.wrong(), *unless(answers == [201, 409], f"both were told {answers}")]


def one_phone_past_its_limit(scene: Scene) -> list[str]:
    """By page and by text, so that the limits of the web, which pick a seat at random, have no say."""
    scene.limit(open_bookings_per_phone=1)
    scene.text("hi")
    answer = scene.second_later(lambda: book(phone=ANA, date=DAY, time="14:00"), lambda: scene.text("2"))
    return [*scene.wrong(), *unless(answer.status == 429, f"the second booking was told {answer.status}")]


def one_address_past_its_limit(scene: Scene) -> list[str]:
    scene.limit(web_bookings_per_hour_per_address=1, web_bookings_per_hour=1)
    answer = scene.second_later(lambda: book(phone=ANA, date=DAY, time="14:00"), lambda: scene.book(BEN, "15:00"))
    return [*scene.wrong(), *unless(answer.status == 429, f"the second booking was told {answer.status}")]


def same_key_at_once_and_a_drop(scene: Scene) -> list[str]:
    """The twin books, the owner drops it, then the first one's transaction arrives: the slot is free again."""

    def twin() -> None:
        first.append(scene.book(key="K"))
        scene.drop(first[0].body["lead_id"])

    first: list[Answer] = []
    ask = {"phone": ANA, "date": DAY, "time": "14:00", "headers": {"idempotency-key": "K"}}
    answer = scene.meanwhile(lambda: book(**ask), twin)
    same = answer.body == first[0].body
    return [*scene.wrong(), *unless(same and len(scene.tables.leads()) == 1, "one key, two bookings")]


def same_key_refused_and_booked(scene: Scene) -> list[str]:
    """Refused because the slot was taken; before that is recorded the slot is dropped and the twin books it."""
    other = scene.book(BEN, "15:00").body["lead_id"]
    first: list[Answer] = []

    def twin() -> None:
        scene.drop(other)
        first.append(scene.book(time="15:00", key="K2"))

    ask = {"phone": ANA, "date": DAY, "time": "15:00", "headers": {"idempotency-key": "K2"}}
    answers = [scene.meanwhile(lambda: book(**ask), twin), scene.book(time="15:00", key="K2")]
    return [*scene.wrong(), *unless(all(each.body == first[0].body for each in answers), "one key, two answers")]


def same_key_twice(scene: Scene) -> list[str]:
    """The record rides with a booking, or stands alone: it is guarded in both places."""
    return [*same_key_at_once_and_a_drop(scene), *same_key_refused_and_booked(scene)]


# --- changes ------------------------------------------------------------------------------------------------


def notes_while_it_is_dropped(scene: Scene) -> list[str]:
    lead_id = scene.book().body["lead_id"]
    ask = {"body": {"notes": "call first"}, "headers": BEARER}
    scene.meanwhile(lambda: send("PATCH", f"/bookings/{lead_id}", **ask), lambda: scene.drop(lead_id))
    return [*scene.wrong(), *unless(scene.lead(lead_id)["status"] == "dropped", "a dropped booking is back")]


def lead_is_dropped_under_a_new_claim(scene: Scene) -> list[str]:
    """A lead has lost its claim, and its slot has been booked since: the claim is not its to free."""
    old = scene.old_lead("14:00", "14:00")
    scene.book(ANA, "14:00")
    scene.drop(old)
    return [each for each in scene.wrong() if old not in each]


def lead_is_moved_under_a_new_claim(scene: Scene) -> list[str]:
    """The same with a repair of two slots that moves by one: the slot they share is not its to keep."""
    services = [{"id": "screen", "name": "screen", "words": [], "minutes": 120}]
    services.append({"id": "other", "name": "repair", "words": [], "minutes": 60})
    scene.shop = scene.set_shop(services=services)
    old = scene.old_lead("14:00", "14:00", "15:00")
    at_two, at_three = scene.lead(old)["claimed"]
    its_own = {"lead_id": f"SLOT#{DAY}", "timestamp": at_three, "booking_id": old, "phone": BEN, "starts_at": at_two}
    scene.tables.put(its_own)
    scene.book(ANA, "14:00", repair_type="other")
    scene.change(old, time="13:00")
    return [each for each in scene.wrong() if old not in each]


def old_lead_is_settled_while_it_is_adopted(scene: Scene) -> list[str]:
    """It is given its claims as it was read; the owner's word that came in between is not written over."""
    old = scene.old_lead("14:00")
    store = utils.Store(utils.load_settings(), utils.Deadline(30))
    scene.meanwhile(
        lambda: adopt(store, scene.shop, MONDAY_MORNING), lambda: scene.change(old, status="no_show", notes="waited")
    )
    return unless(scene.lead(old)["status"] == "no_show", "a settled lead is open again")


def _begins_while_held(scene: Scene, **change: Any) -> list[str]:
    """A booking begins while it is changed: its seat is free by the clock, and a new booking sits down on it."""
    scene.limit(open_bookings_per_phone=1)
    lead_id = scene.book(time="14:00").body["lead_id"]
    scene.clock.set(MONDAY_MORNING + timedelta(days=1, hours=3, minutes=59))

    def begins() -> None:
        scene.clock.advance(minutes=5)
        made.append(scene.book(time="16:00"))

    made: list[Answer] = []
    ask = {"body": change, "headers": BEARER}
    scene.meanwhile(lambda: send("PATCH", f"/bookings/{lead_id}", **ask), begins)
    seats = [seat["booking_id"] for seat in scene.tables.items("OPEN#")]
    return unless(made[0].body["lead_id"] in seats, f"the new booking has lost its seat: {seats}")


def seat_of_a_begun_booking_is_not_freed_twice(scene: Scene) -> list[str]:
    return _begins_while_held(scene, status="completed")


def seat_of_a_begun_booking_does_not_move(scene: Scene) -> list[str]:
    return _begins_while_held(scene, time="15:00")


# --- blocked slots --------------------------------------------------------------------------------------------


def _brandon(words: str) -> Any:
    return dispatcher.handler(sms(words, OWNER_NUMBER), LambdaContext())


def blocked_booking_is_dropped_while_it_is_unblocked(scene: Scene) -> list[str]:
    """Its slot would become a block, but Brandon is told that the day is open."""
    lead_id = scene.book().body["lead_id"]
    scene.text("closed tomorrow", OWNER_NUMBER)
    drop = {"headers": BEARER}
    scene.meanwhile(
        lambda: send("DELETE", f"/bookings/{lead_id}", **drop), lambda: scene.text("open tomorrow", OWNER_NUMBER)
    )
    return [*scene.wrong(), *unless(not scene.tables.items("SLOT#"), "a slot is blocked on a day that is open")]


def booked_while_it_is_blocked(scene: Scene) -> list[str]:
    scene.meanwhile(lambda: _brandon("block tomorrow 2-3"), scene.book)
    return scene.wrong()


def booking_is_dropped_while_it_is_marked(scene: Scene) -> list[str]:
    lead_id = scene.book().body["lead_id"]
    scene.meanwhile(lambda: _brandon("closed tomorrow"), lambda: scene.drop(lead_id))
    claims = scene.tables.items("SLOT#")
    return unless(len(claims) == 8 and all("booking_id" in each for each in claims), "a mark without a claim")


def booking_is_dropped_while_its_mark_is_taken_off(scene: Scene) -> list[str]:
    lead_id = scene.book().body["lead_id"]
    scene.text("closed tomorrow", OWNER_NUMBER)
    scene.meanwhile(lambda: _brandon("open tomorrow"), lambda: scene.drop(lead_id))
    return unless(not scene.tables.items("SLOT#"), "a slot is blocked on a day that is open")


def unblocked_twice_and_booked_between(scene: Scene) -> list[str]:
    scene.text("closed tomorrow", OWNER_NUMBER)

    def other_phone_and_a_customer() -> None:
        scene.text("open tomorrow", OWNER_NUMBER)
        scene.book()

    scene.meanwhile(lambda: _brandon("open tomorrow"), other_phone_and_a_customer)
    return [*scene.wrong(), *unless(len(scene.tables.items("SLOT#")) == 1, "a booking has lost its claim")]


# --- messages -----------------------------------------------------------------------------------------------


def same_text_again(scene: Scene) -> list[str]:
    scene.text("hi")
    first = scene.text("1", sid="SM1")
    stored = scene.tables.items("MESSAGE#")
    scene.monkeypatch.setenv("REPLY_BUDGET_SECONDS", "1")
    same, untouched = scene.text("1", sid="SM1") == first, scene.tables.items("MESSAGE#") == stored
    return [*scene.wrong(), *unless(same and untouched, "a message was answered again")]


def late_owner_books(scene: Scene) -> list[str]:
    """Its lease runs out before it books; the next owner books, the shop drops it; then the late one would book."""
    scene.text("hi")

    def overtaken() -> None:
        scene.clock.advance(minutes=1)
        scene.text("2", sid="SM1")
        scene.drop(scene.tables.leads()[0]["lead_id"])

    scene.meanwhile(lambda: dispatcher.handler(sms("2", ANA, "SM1"), LambdaContext()), overtaken)
    return [*scene.wrong(), *unless(len(scene.tables.leads()) == 1, "the late owner booked again")]


def late_owner_answers(scene: Scene) -> list[str]:
    """Its lease runs out before it stores its list; the next owner's list is another one."""
    second: list[str] = []

    def overtaken() -> None:
        scene.clock.advance(minutes=1)
        free = scene.text("hi", BEN)
        scene.text("2", BEN)
        second.append(scene.text("hi", sid="SM1"))
        assert free != second[0]

    scene.meanwhile(lambda: dispatcher.handler(sms("hi", ANA, "SM1"), LambdaContext()), overtaken)
    same = scene.text("hi", sid="SM1") == second[0]
    return unless(
        same and len(scene.tables.items(f"TURN#{ANA}")) == 1, "the late owner's answer replaced the one given"
    )


def two_turns_in_one_microsecond(scene: Scene) -> list[str]:
    at = MONDAY_MORNING

    def both() -> None:
        store = utils.Store(utils.load_settings(), utils.Deadline(10))
        for owner in ("one", "two"):
            key = conversation.message_key(ANA, owner)
            held = conversation.begin_claim(store, key, owner, at, 10).result()
            assert isinstance(held, conversation.Held)
            conversation.finish(store, held, ANA, "<x/>", Turn(owner, "ok", at))

    scene.ours(both)
    return unless(len(scene.tables.items("TURN#")) == 2, "a turn was written over")


def flood_of_texts(scene: Scene) -> list[str]:
    scene.monkeypatch.setattr(conversation, "MAX_COUNTED", 2)
    for _ in range(3):
        scene.text("hi")
    return unless(all(len(each["arrivals"]) <= 2 for each in scene.tables.items("ARRIVALS#")), "arrivals pile up")


# --- forgetting -----------------------------------------------------------------------------------------------


def text_being_answered_while_forgotten(scene: Scene) -> list[str]:
    """A text is being answered when the customer asks to be forgotten: its answer is still stored and given."""

    def begin() -> conversation.Held:
        store = utils.Store(utils.load_settings(), utils.Deadline(10))
        key = conversation.message_key(ANA, "SM1")
        conversation.begin_count_arrival(store, ANA, "sms", "SM1", MONDAY_MORNING, 20).result()
        held = conversation.begin_claim(store, key, "one", MONDAY_MORNING, 10).result()
        assert isinstance(held, conversation.Held)
        return held

    held = scene.ours(begin)
    scene.text("forget me")
    store = utils.Store(utils.load_settings(), utils.Deadline(10))
    try:
        scene.ours(lambda: conversation.finish(store, held, ANA, "<x/>", None))
    except errors.Fenced:
        return ["a message was taken from its owner"]
    return []


def forgotten_lead_that_is_gone(scene: Scene) -> list[str]:
    """The operator took a lead out of the table by hand; the index still names it."""
    scene.book()
    scene.tables.delete(scene.tables.leads()[0])
    scene.text("forget me")
    return unless(scene.tables.leads() == [], "a lead was made out of nothing")


def forgotten_without_a_grant(scene: Scene) -> list[str]:
    scene.text("forget me")
    return unless(scene.tables.items("GRANT#") == [], "a grant was made out of nothing")


def forgotten_with_a_code_that_is_another_customers_by_now(scene: Scene) -> list[str]:
    scene.tables.put({"lead_id": f"ASKING#{ANA}", "timestamp": 0, "code": "7f3", "expires_at": 1})
    scene.tables.put({"lead_id": "ASK#7f3", "timestamp": 0, "phone": BEN, "reason": "ten phones", "expires_at": 1})
    scene.text("forget me")
    return unless(scene.tables.items("ASK#")[0]["reason"] == "ten phones", "another customer's question was emptied")


def first_answer_replaced_while_forgotten(scene: Scene) -> list[str]:
    """The day of a key is over and another request has it, right before the first one's answer is emptied."""
    scene.book(key="K", customer_name="Ana")

    def a_day_later() -> None:
        scene.clock.advance(hours=25)
        second.append(scene.book(BEN, "15:00", key="K"))

    second: list[Answer] = []
    scene.meanwhile(lambda: dispatcher.handler(sms("forget me", ANA), LambdaContext()), a_day_later)
    same = scene.book(BEN, "15:00", key="K").body == second[0].body
    return unless(same, "another customer's answer was written over")


def two_old_leads_in_one_place_of_the_index(scene: Scene) -> list[str]:
    for lead_id in ("LEAD-20261101-120000", "LEAD-20261101-120001"):
        scene.tables.put({"lead_id": lead_id, "timestamp": 1, "phone": ANA})
    store = utils.Store(utils.load_settings(), utils.Deadline(30))
    left_out = scene.ours(lambda: index_leads(store, MONDAY_MORNING))
    return unless(left_out == 1, "a lead was pushed out of the index and nobody told")


# --- discounts, accessories, the owner's texts, the state ---------------------------------------------------


@contextmanager
def playing_model(scene: Scene) -> Iterator[ScriptedModel]:
    scripted = ScriptedModel().start()
    for name, value in scripted.environment().items():
        scene.monkeypatch.setenv(name, value)
    try:
        yield scripted
    finally:
        for name in scripted.environment():
            scene.monkeypatch.delenv(name)
        scripted.close()


def second_discount(scene: Scene) -> list[str]:
    with playing_model(scene) as model:
        for percent in (10, 15):
            model.script(call("authorize_discount", discount_percent=percent, reason="asks"), say("Anything else?"))
            scene.text("a discount?")
    return unless([each["percent"] for each in scene.tables.items("GRANT#")] == [10], "a second discount was granted")


def _granted(scene: Scene, percent: int = 10) -> None:
    with playing_model(scene) as model:
        model.script(call("authorize_discount", discount_percent=percent, reason="asks"), say("Anything else?"))
        scene.text("a discount?")


def _two_bookings_with_one_grant(scene: Scene) -> list[str]:
    """With so many seats that the two do not meet over one of those."""
    many = 10_000
    scene.limit(open_bookings_per_phone=many, web_bookings_per_hour_per_address=many, web_bookings_per_hour=many)
    scene.clock.advance(seconds=10)
    ask = {"phone": ANA, "date": DAY, "time": "14:00"}
    scene.second_later(lambda: book(**ask), lambda: scene.book(ANA, "15:00"))
    printed = [lead for lead in scene.tables.leads() if lead["status"] == "booked" and "discount_percent" in lead]
    return unless(len(printed) == 1, "one discount lies on two bookings")


def discount_while_a_booking_is_under_way(scene: Scene) -> list[str]:
    code = _code(scene)
    ask = {"phone": ANA, "date": DAY, "time": "14:00"}
    scene.second_later(lambda: book(**ask), lambda: scene.text(f"ok {code}", OWNER_NUMBER))
    return unless(scene.tables.leads()[0].get("discount_percent") == 40, "a discount was passed over")


def copies_of_a_lead_that_is_gone(scene: Scene) -> list[str]:
    """The same booking under a second key, while an operator's hand takes the lead and its entry away."""
    scene.book()
    (entry,) = scene.tables.items("LEADS#")
    ask = {"phone": ANA, "date": DAY, "time": "14:00", "headers": {"idempotency-key": "K"}}
    scene.meanwhile(lambda: book(**ask), lambda: scene.tables.delete(entry))
    return unless(not scene.tables.items("LEADS#"), "an entry was made out of nothing")


def two_bookings_with_one_grant(scene: Scene) -> list[str]:
    _granted(scene)
    return _two_bookings_with_one_grant(scene)


def two_bookings_with_one_grant_given_back(scene: Scene) -> list[str]:
    _granted(scene)
    scene.drop(scene.book(ANA, "12:00").body["lead_id"])
    return _two_bookings_with_one_grant(scene)


def discount_for_a_booking_that_is_dropped(scene: Scene) -> list[str]:
    lead_id = scene.book().body["lead_id"]
    with playing_model(scene) as model:
        model.script(call("authorize_discount", discount_percent=10, reason="asks"), say("Anything else?"))
        scene.meanwhile(lambda: dispatcher.handler(sms("less?", ANA), LambdaContext()), lambda: scene.drop(lead_id))
    return unless("discount_percent" not in scene.lead(lead_id), "a discount is printed on a dropped booking")


def photo_for_a_booking_that_is_dropped(scene: Scene) -> list[str]:
    lead_id = scene.book().body["lead_id"]
    photo = sms("", ANA, NumMedia="1", MediaUrl0="https://api.twilio.com/photo")
    scene.meanwhile(lambda: dispatcher.handler(photo, LambdaContext()), lambda: scene.drop(lead_id))
    return unless("photos" not in scene.lead(lead_id), "a photo was put on a dropped booking")


def _asked(scene: Scene, phone: str = ANA) -> None:
    with playing_model(scene) as model:
        model.script(call("authorize_discount", discount_percent=40, reason="asks"), say("Anything else?"))
        scene.text("40% off?", phone)


def _code(scene: Scene) -> str:
    _asked(scene)
    return str(scene.tables.items("ASK#")[0]["lead_id"]).removeprefix("ASK#")


def one_customer_asks_twice(scene: Scene) -> list[str]:
    _asked(scene)
    _asked(scene)
    return unless(len(scene.tables.items("ASK#")) == 1, "Brandon was asked twice")


def two_customers_under_one_code(scene: Scene) -> list[str]:
    codes = iter(["aaaa", "aaaa", "bbbb"])
    scene.monkeypatch.setattr(secrets, "token_hex", lambda _bytes: next(codes))
    _asked(scene, ANA)
    _asked(scene, BEN)
    return unless(len(scene.tables.items("ASK#")) == 2, "one code stands for two customers")


def two_decisions_at_once(scene: Scene) -> list[str]:
    code = _code(scene)
    no = sms(f"no {code}", OWNER_NUMBER)
    scene.meanwhile(lambda: dispatcher.handler(no, LambdaContext()), lambda: scene.text(f"ok {code}", OWNER_NUMBER))
    decisions = [each["decision"] for each in scene.tables.items("ASK#")]
    return unless(decisions == ["no"] and not scene.tables.items("GRANT#"), "Brandon said no, the discount stands")


def same_second_thought_twice(scene: Scene) -> list[str]:
    code = _code(scene)
    scene.text(f"ok {code}", OWNER_NUMBER)
    scene.tables.delete(scene.tables.items("GRANT#")[0])
    no = sms(f"no {code}", OWNER_NUMBER)
    scene.meanwhile(lambda: dispatcher.handler(no, LambdaContext()), lambda: scene.text(f"no {code}", OWNER_NUMBER))
    told = [each for each in scene.tables.items("OUTBOX#") if each["facts"].get("decision") == "no"]
    return unless(len(told) == 1, "the customer would be told twice")


def grant_is_withdrawn_under_a_new_one(scene: Scene) -> list[str]:
    code = _code(scene)
    scene.text(f"ok {code}", OWNER_NUMBER)
    (grant,) = scene.tables.items("GRANT#")
    no = sms(f"no {code}", OWNER_NUMBER)
    scene.meanwhile(lambda: dispatcher.handler(no, LambdaContext()), lambda: scene.tables.put(grant | {"code": "new"}))
    return unless([each["code"] for each in scene.tables.items("GRANT#")] == ["new"], "a new discount was withdrawn")


def stop_word_for_a_lead_that_is_gone(scene: Scene) -> list[str]:
    scene.book()
    (lead,) = scene.tables.leads()
    scene.meanwhile(lambda: dispatcher.handler(sms("STOP", ANA), LambdaContext()), lambda: scene.tables.delete(lead))
    marked = len(scene.tables.items("OPTOUT#")) == 1
    return unless(marked and not scene.tables.leads(), "a flag made a lead out of nothing")


def start_word_for_a_lead_that_is_gone(scene: Scene) -> list[str]:
    scene.book()
    scene.text("STOP")
    (lead,) = scene.tables.leads()
    scene.meanwhile(lambda: dispatcher.handler(sms("START", ANA), LambdaContext()), lambda: scene.tables.delete(lead))
    return unless(not scene.tables.leads(), "a flag taken off made a lead out of nothing")


def two_accessories_in_one_microsecond(scene: Scene) -> list[str]:
    instant = MONDAY_MORNING
    scene.monkeypatch.setattr("reception.utc_now", lambda: instant)
    with playing_model(scene) as model:
        for phone in (ANA, BEN):
            model.script(call("log_upsell", upsell_item="phone_case", accepted=True), say("Anything else?"))
            scene.text("a case too", phone)
    return unless([each["phone"] for each in scene.tables.items("UPSELL#")] == [ANA], "an accessory was written over")


def two_alerts_in_one_hour(scene: Scene) -> list[str]:
    scene.limit(web_bookings_per_hour=0)
    scene.book()
    scene.clock.advance(minutes=30)
    scene.book()
    return unless(len(scene.tables.items("OUTBOX#")) == 1, "the owner would be told twice")


def _state_from_two_pages(scene: Scene, version: int) -> list[str]:
    for _ in range(version):
        scene.ours(lambda: set_state(location="shop"))
    header = {"if-match": f'"{version}"'}

    def write() -> int:
        return set_state(notes="mine", headers=header).status

    answers = [scene.ours(write), scene.ours(write)]
    return unless(answers == [200, 412], f"two pages that read version {version} were told {answers}")


def state_from_two_pages(scene: Scene) -> list[str]:
    return _state_from_two_pages(scene, 1)


def first_state_from_two_pages(scene: Scene) -> list[str]:
    return _state_from_two_pages(scene, 0)


def _undo_is_true(scene: Scene, version: int) -> list[str]:
    """The dashboard sets another mode while Brandon's text is at it: the undo in the answer restores that one."""
    for _ in range(version):
        scene.ours(lambda: set_state(location="shop"))
    answer = scene.meanwhile(lambda: _brandon("gym"), lambda: set_state(mode="driving"))
    return unless("Undo: driving" in answer["body"], f"the undo restores what was not there: {answer['body']}")


def mode_by_text_and_by_dashboard(scene: Scene) -> list[str]:
    return _undo_is_true(scene, 1)


def first_mode_by_text_and_by_dashboard(scene: Scene) -> list[str]:
    return _undo_is_true(scene, 0)


# --- texts that are sent ------------------------------------------------------------------------------------


@contextmanager
def _twilio(scene: Scene) -> Iterator[FakeTwilio]:
    twilio = FakeTwilio(now=lambda: scene.clock.now).start()
    scene.monkeypatch.setattr(carrier, "http_client", twilio.http_client)
    scene.book()
    try:
        yield twilio
    finally:
        twilio.close()


def _send_due() -> None:
    dispatcher.handler({"task": "send-outbox"}, LambdaContext())


def two_senders_at_once(scene: Scene) -> list[str]:
    """One has read the outbox when another claims a text; it goes on while that one's request is on its way."""
    on_its_way, go_on = threading.Event(), threading.Event()

    def held() -> None:
        on_its_way.set()
        go_on.wait(5)

    with _twilio(scene) as twilio, ThreadPoolExecutor(1) as pool:
        twilio.script(fake_twilio.meanwhile(held))

        def other() -> None:
            pool.submit(lambda: scene.ours(_send_due))
            on_its_way.wait(5)

        scene.meanwhile(_send_due, other)
        go_on.set()
        pool.shutdown()
        return unless(len(set(twilio.bodies())) == len(twilio.bodies()) == 2, "somebody got a text twice")


def late_sender_puts_its_text_off(scene: Scene) -> list[str]:
    """Its lease runs out before Twilio tells it to come again later; by then another one has sent the text."""

    def overtaken() -> None:
        scene.clock.advance(minutes=2)
        scene.ours(_send_due)

    with _twilio(scene) as twilio:
        twilio.script(fake_twilio.meanwhile(overtaken, code=20429))
        scene.ours(_send_due)
        scene.clock.advance(minutes=10)
        scene.ours(_send_due)
        return unless(len(set(twilio.bodies())) == len(twilio.bodies()) == 2, "somebody got a text twice")


# --- the list -----------------------------------------------------------------------------------------------

FREE, BY_THE_CLOCK = utils.FREE, utils.FREE_BY_THE_CLOCK
OURS = "#booking_id = :booking_id"
OURS_UNBLOCKED = "#booking_id = :booking_id AND attribute_not_exists(#blocked)"
OURS_BLOCKED = "#booking_id = :booking_id AND attribute_exists(#blocked)"
AS_READ = "#status = :status AND (#claimed = :claimed OR attribute_not_exists(#claimed))"
CLAIM = (
    "attribute_not_exists(#answer) AND (attribute_not_exists(#owner_id) OR #lease_until < :now_ms)"
    " AND (attribute_not_exists(#expires_at) OR #expires_at > :now)"
)
HELD = "#owner_id = :owner_id AND attribute_not_exists(#answer)"
FEW = "attribute_not_exists(#arrivals) OR size(#arrivals) < :most"
VERSION = "#version = :expected"
EXISTS = "attribute_exists(#lead_id)"
UNUSED = "attribute_exists(#lead_id) AND attribute_not_exists(#booking_id)"
NONE_WAITS = "attribute_not_exists(#lead_id) OR #expires_at <= :now OR attribute_exists(#booking_id)"
FEW_COPIES = "attribute_exists(#lead_id) AND (attribute_not_exists(#copies) OR size(#copies) < :most)"
UNDECIDED = "attribute_exists(#phone) AND attribute_not_exists(#decision)"
UNPRINTED = "#status = :booked AND attribute_not_exists(#discount_percent)"
ROOM_FOR_PHOTOS = "#status = :booked AND (attribute_not_exists(#photos) OR size(#photos) < :most)"

SCENARIOS: dict[Condition, Scenario] = {
    Condition("Update", "OUTBOX#", sending.CLAIM, "owner_id"): two_senders_at_once,
    Condition("transact Delete", "OUTBOX#", sending.OURS): late_sender_puts_its_text_off,
    Condition(
        "Update",
        "MESSAGE#",
        erasure._OVER,
        "answer",
    ): text_being_answered_while_forgotten,
    Condition("Update", "LEAD-", "attribute_exists(#lead_id)", "customer_name"): forgotten_lead_that_is_gone,
    Condition("Update", "IDEMPOTENCY#", "#body = :before", "body"): first_answer_replaced_while_forgotten,
    Condition("Update", "GRANT#", "attribute_exists(#lead_id)", "reason"): forgotten_without_a_grant,
    Condition("Update", "ASK#", "#phone = :phone", "reason"): forgotten_with_a_code_that_is_another_customers_by_now,
    Condition(
        "Put", "LEADS#", "attribute_not_exists(lead_id) OR booking_id = :booking_id"
    ): two_old_leads_in_one_place_of_the_index,
    Condition("transact Put", "LEAD-", FREE): two_bookings_in_one_second,
    Condition("transact Put", "SLOT#", leads.CLAIMABLE): two_customers_for_one_slot,
    Condition("transact Put", "SLOT#", blocks.FREE_OR_KEPT): booked_while_it_is_blocked,
    Condition("transact Put", "OPEN#", BY_THE_CLOCK): one_phone_past_its_limit,
    Condition("transact Put", "WEB#", BY_THE_CLOCK): one_address_past_its_limit,
    Condition("transact Put", "IDEMPOTENCY#", BY_THE_CLOCK): same_key_twice,
    Condition("transact Update", "LEAD-", AS_READ, "status"): notes_while_it_is_dropped,
    Condition("transact Delete", "SLOT#", OURS_UNBLOCKED): lead_is_dropped_under_a_new_claim,
    Condition("transact Update", "SLOT#", OURS, "starts_at"): lead_is_moved_under_a_new_claim,
    Condition("transact Put", "SLOT#", OURS_BLOCKED): blocked_booking_is_dropped_while_it_is_unblocked,
    Condition("transact Update", "SLOT#", OURS_UNBLOCKED, "blocked"): booking_is_dropped_while_it_is_marked,
    Condition("transact Update", "SLOT#", OURS_BLOCKED): booking_is_dropped_while_its_mark_is_taken_off,
    Condition("transact Delete", "SLOT#", OURS): unblocked_twice_and_booked_between,
    Condition("transact Put", "LEAD-", "attribute_not_exists(#claimed)"): old_lead_is_settled_while_it_is_adopted,
    Condition("transact Delete", "OPEN#", OURS): seat_of_a_begun_booking_is_not_freed_twice,
    Condition("transact Put", "OPEN#", OURS): seat_of_a_begun_booking_does_not_move,
    Condition("Update", "MESSAGE#", CLAIM, "owner_id"): same_text_again,
    Condition("transact Update", "MESSAGE#", HELD, "receipts"): late_owner_books,
    Condition("transact Update", "MESSAGE#", HELD, "answer"): late_owner_answers,
    Condition("transact Put", "TURN#", FREE): two_turns_in_one_microsecond,
    Condition("Update", "ARRIVALS#", FEW, "arrivals"): flood_of_texts,
    Condition("transact Put", "GRANT#", BY_THE_CLOCK): second_discount,
    Condition("transact Update", "GRANT#", UNUSED, "booking_id"): two_bookings_with_one_grant,
    Condition(
        "transact Update", "GRANT#", "#booking_id = :before", "booking_id"
    ): two_bookings_with_one_grant_given_back,
    Condition("transact ConditionCheck", "GRANT#", NONE_WAITS): discount_while_a_booking_is_under_way,
    Condition("transact Update", "LEADS#", FEW_COPIES, "copies"): copies_of_a_lead_that_is_gone,
    Condition("transact Delete", "GRANT#", "#code = :code"): grant_is_withdrawn_under_a_new_one,
    Condition("transact Put", "ASKING#", BY_THE_CLOCK): one_customer_asks_twice,
    Condition("transact Put", "ASK#", BY_THE_CLOCK): two_customers_under_one_code,
    Condition("transact Update", "ASK#", UNDECIDED, "decision"): two_decisions_at_once,
    Condition("transact Update", "ASK#", "#decision = :before", "decision"): same_second_thought_twice,
    Condition("transact Update", "LEAD-", UNPRINTED, "discount_percent"): discount_for_a_booking_that_is_dropped,
    Condition("transact Update", "LEAD-", ROOM_FOR_PHOTOS, "photos"): photo_for_a_booking_that_is_dropped,
    Condition("transact Update", "LEAD-", EXISTS, "opted_out"): stop_word_for_a_lead_that_is_gone,
    Condition("transact Update", "LEAD-", EXISTS): start_word_for_a_lead_that_is_gone,
    Condition("transact Put", "UPSELL#", FREE): two_accessories_in_one_microsecond,
    Condition("transact Put", "ALERTED#", BY_THE_CLOCK): two_alerts_in_one_hour,
    Condition("Update", "CURRENT", VERSION, "updated_at"): state_from_two_pages,
    Condition(
        "Update", "CURRENT", f"(attribute_not_exists(#version) OR {VERSION})", "updated_at"
    ): first_state_from_two_pages,
    Condition("transact Update", "CURRENT", VERSION, "updated_at"): mode_by_text_and_by_dashboard,
    Condition(
        "transact Update", "CURRENT", f"(attribute_not_exists(#version) OR {VERSION})", "updated_at"
    ): first_mode_by_text_and_by_dashboard,
}
