"""For each condition of the product the moment at which it alone keeps the book right.

A scenario brings that moment about, the same each time: mostly one request is held right before it sends the
condition, until another is done. It answers what is wrong afterwards: nothing, as long as the condition is there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from adopt_leads import adopt

import conversation
import dispatcher
import utils
from clock import MONDAY_MORNING
from conditions import Condition
from conversation import Turn
from gateway_events import LambdaContext, sms
from scene import ANA, BEN, DAY, Scene
from scripted_model import ScriptedModel, call, say
from shop_api import BEARER, Answer, book, send, set_state

Scenario = Callable[[Scene], list[str]]


def _unless(true: object, complaint: str) -> list[str]:
    return [] if true else [complaint]


# --- bookings -----------------------------------------------------------------------------------------------


def two_bookings_in_one_second(scene: Scene) -> list[str]:
    scene.book(ANA, "14:00")
    scene.book(BEN, "15:00")
    return [*scene.wrong(), *_unless(len(scene.tables.leads()) == 2, "a booking was written over")]


def two_customers_for_one_slot(scene: Scene) -> list[str]:
    answers = [scene.book(ANA).status, scene.book(BEN).status]
    return [*scene.wrong(), *_unless(answers == [201, 409], f"both were told {answers}")]


def one_phone_past_its_limit(scene: Scene) -> list[str]:
    """By page and by text, so that the limits of the web, which pick a seat at random, have no say."""
    scene.limit(open_bookings_per_phone=1)
    scene.text("hi")
    answer = scene.second_later(lambda: book(phone=ANA, date=DAY, time="14:00"), lambda: scene.text("2"))
    return [*scene.wrong(), *_unless(answer.status == 429, f"the second booking was told {answer.status}")]


def one_address_past_its_limit(scene: Scene) -> list[str]:
    scene.limit(web_bookings_per_hour_per_address=1, web_bookings_per_hour=1)
    answer = scene.second_later(lambda: book(phone=ANA, date=DAY, time="14:00"), lambda: scene.book(BEN, "15:00"))
    return [*scene.wrong(), *_unless(answer.status == 429, f"the second booking was told {answer.status}")]


def same_key_at_once_and_a_drop(scene: Scene) -> list[str]:
    """The twin books, the owner drops it, then the first one's transaction arrives: the slot is free again."""

    def twin() -> None:
        first.append(scene.book(key="K"))
        scene.drop(first[0].body["lead_id"])

    first: list[Answer] = []
    ask = {"phone": ANA, "date": DAY, "time": "14:00", "headers": {"idempotency-key": "K"}}
    answer = scene.meanwhile(lambda: book(**ask), twin)
    same = answer.body == first[0].body
    return [*scene.wrong(), *_unless(same and len(scene.tables.leads()) == 1, "one key, two bookings")]


def same_key_refused_and_booked(scene: Scene) -> list[str]:
    """Refused because the slot was taken; before that is recorded the slot is dropped and the twin books it."""
    other = scene.book(BEN).body["lead_id"]
    first: list[Answer] = []

    def twin() -> None:
        scene.drop(other)
        first.append(scene.book(key="K"))

    ask = {"phone": ANA, "date": DAY, "time": "14:00", "headers": {"idempotency-key": "K"}}
    answers = [scene.meanwhile(lambda: book(**ask), twin), scene.book(key="K")]
    return [*scene.wrong(), *_unless(all(each.body == first[0].body for each in answers), "one key, two answers")]


# --- changes ------------------------------------------------------------------------------------------------


def notes_while_it_is_dropped(scene: Scene) -> list[str]:
    lead_id = scene.book().body["lead_id"]
    ask = {"body": {"notes": "call first"}, "headers": BEARER}
    scene.meanwhile(lambda: send("PATCH", f"/bookings/{lead_id}", **ask), lambda: scene.drop(lead_id))
    return [*scene.wrong(), *_unless(scene.lead(lead_id)["status"] == "dropped", "a dropped booking is back")]


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
    return _unless(scene.lead(old)["status"] == "no_show", "a settled lead is open again")


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
    return _unless(made[0].body["lead_id"] in seats, f"the new booking has lost its seat: {seats}")


def seat_of_a_begun_booking_is_not_freed_twice(scene: Scene) -> list[str]:
    return _begins_while_held(scene, status="completed")


def seat_of_a_begun_booking_does_not_move(scene: Scene) -> list[str]:
    return _begins_while_held(scene, time="15:00")


# --- messages -----------------------------------------------------------------------------------------------


def same_text_again(scene: Scene) -> list[str]:
    scene.text("hi")
    first = scene.text("1", sid="SM1")
    stored = scene.tables.items("MESSAGE#")
    scene.monkeypatch.setenv("REPLY_BUDGET_SECONDS", "1")
    same, untouched = scene.text("1", sid="SM1") == first, scene.tables.items("MESSAGE#") == stored
    return [*scene.wrong(), *_unless(same and untouched, "a message was answered again")]


def late_owner_books(scene: Scene) -> list[str]:
    """Its lease runs out before it books; the next owner books, the shop drops it; then the late one would book."""
    scene.text("hi")

    def overtaken() -> None:
        scene.clock.advance(minutes=1)
        scene.text("2", sid="SM1")
        scene.drop(scene.tables.leads()[0]["lead_id"])

    scene.meanwhile(lambda: dispatcher.handler(sms("2", ANA, "SM1"), LambdaContext()), overtaken)
    return [*scene.wrong(), *_unless(len(scene.tables.leads()) == 1, "the late owner booked again")]


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
    return _unless(
        same and len(scene.tables.items(f"TURN#{ANA}")) == 1, "the late owner's answer replaced the one given"
    )


def two_turns_in_one_microsecond(scene: Scene) -> list[str]:
    at = MONDAY_MORNING

    def both() -> None:
        store = utils.Store(utils.load_settings(), utils.Deadline(10))
        for owner in ("one", "two"):
            key = conversation.message_key(ANA, owner)
            held = conversation.claim_result(conversation.begin_claim(store, key, owner, at, 10), key, owner)
            assert isinstance(held, conversation.Held)
            conversation.finish(store, held, ANA, "<x/>", Turn(owner, "ok", at))

    scene.ours(both)
    return _unless(len(scene.tables.items("TURN#")) == 2, "a turn was written over")


def flood_of_texts(scene: Scene) -> list[str]:
    scene.monkeypatch.setattr(conversation, "MAX_COUNTED", 2)
    for _ in range(3):
        scene.text("hi")
    return _unless(all(len(each["arrivals"]) <= 2 for each in scene.tables.items("ARRIVALS#")), "arrivals pile up")


# --- discounts, accessories, the owner's texts, the state ---------------------------------------------------


@contextmanager
def _model(scene: Scene) -> Iterator[ScriptedModel]:
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
    with _model(scene) as model:
        for percent in (10, 15):
            model.script(call("authorize_discount", discount_percent=percent, reason="asks"), say("Anything else?"))
            scene.text("a discount?")
    return _unless([each["percent"] for each in scene.tables.items("GRANT#")] == [10], "a second discount was granted")


def two_accessories_in_one_microsecond(scene: Scene) -> list[str]:
    instant = MONDAY_MORNING
    scene.monkeypatch.setattr("reception.utc_now", lambda: instant)
    with _model(scene) as model:
        for phone in (ANA, BEN):
            model.script(call("log_upsell", upsell_item="phone_case", accepted=True), say("Anything else?"))
            scene.text("a case too", phone)
    return _unless([each["phone"] for each in scene.tables.items("UPSELL#")] == [ANA], "an accessory was written over")


def two_alerts_in_one_hour(scene: Scene) -> list[str]:
    scene.limit(web_bookings_per_hour=0)
    scene.book()
    scene.clock.advance(minutes=30)
    scene.book()
    return _unless(len(scene.tables.items("OUTBOX#")) == 1, "the owner would be told twice")


def _state_from_two_pages(scene: Scene, version: int) -> list[str]:
    for _ in range(version):
        scene.ours(lambda: set_state(location="shop"))
    header = {"if-match": f'"{version}"'}

    def write() -> int:
        return set_state(notes="mine", headers=header).status

    answers = [scene.ours(write), scene.ours(write)]
    return _unless(answers == [200, 412], f"two pages that read version {version} were told {answers}")


def state_from_two_pages(scene: Scene) -> list[str]:
    return _state_from_two_pages(scene, 1)


def first_state_from_two_pages(scene: Scene) -> list[str]:
    return _state_from_two_pages(scene, 0)


# --- the list -----------------------------------------------------------------------------------------------

FREE, BY_THE_CLOCK = utils.FREE, utils.FREE_BY_THE_CLOCK
OURS = "#booking_id = :booking_id"
AS_READ = "#status = :status AND (#claimed = :claimed OR attribute_not_exists(#claimed))"
CLAIM = "attribute_not_exists(#answer) AND (attribute_not_exists(#owner_id) OR #lease_until < :now_ms)"
HELD = "#owner_id = :owner_id AND attribute_not_exists(#answer)"
FEW = "attribute_not_exists(#arrivals) OR size(#arrivals) < :most"
VERSION = "#version = :expected"

SCENARIOS: dict[Condition, Scenario] = {
    Condition("transact Put", "LEAD-", FREE): two_bookings_in_one_second,
    Condition("transact Put", "SLOT#", FREE): two_customers_for_one_slot,
    Condition("transact Put", "OPEN#", BY_THE_CLOCK): one_phone_past_its_limit,
    Condition("transact Put", "WEB#", BY_THE_CLOCK): one_address_past_its_limit,
    Condition("transact Put", "IDEMPOTENCY#", BY_THE_CLOCK): same_key_at_once_and_a_drop,
    Condition("Put", "IDEMPOTENCY#", BY_THE_CLOCK): same_key_refused_and_booked,
    Condition("transact Update", "LEAD-", AS_READ, "status"): notes_while_it_is_dropped,
    Condition("transact Delete", "SLOT#", OURS): lead_is_dropped_under_a_new_claim,
    Condition("transact Put", "SLOT#", OURS): lead_is_moved_under_a_new_claim,
    Condition("transact Put", "LEAD-", "attribute_not_exists(#claimed)"): old_lead_is_settled_while_it_is_adopted,
    Condition("transact Delete", "OPEN#", OURS): seat_of_a_begun_booking_is_not_freed_twice,
    Condition("transact Put", "OPEN#", OURS): seat_of_a_begun_booking_does_not_move,
    Condition("Update", "MESSAGE#", CLAIM, "owner_id"): same_text_again,
    Condition("transact Update", "MESSAGE#", HELD, "receipts"): late_owner_books,
    Condition("transact Update", "MESSAGE#", HELD, "answer"): late_owner_answers,
    Condition("transact Put", "TURN#", FREE): two_turns_in_one_microsecond,
    Condition("Update", "ARRIVALS#", FEW, "arrivals"): flood_of_texts,
    Condition("transact Put", "GRANT#", BY_THE_CLOCK): second_discount,
    Condition("transact Put", "UPSELL#", FREE): two_accessories_in_one_microsecond,
    Condition("transact Put", "ALERTED#", BY_THE_CLOCK): two_alerts_in_one_hour,
    Condition("Update", "CURRENT", VERSION, "updated_at"): state_from_two_pages,
    Condition(
        "Update", "CURRENT", f"(attribute_not_exists(#version) OR {VERSION})", "updated_at"
    ): first_state_from_two_pages,
}
