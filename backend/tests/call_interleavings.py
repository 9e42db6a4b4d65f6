"""For each condition that guards a call the moment at which it alone keeps the book right (see interleavings)."""

from functools import partial
from typing import Any

import calls
import dispatcher
import holds
from conditions import Condition
from gateway_events import OWNER_NUMBER, SHOP_NUMBER, LambdaContext, call, sms, twilio_event
from interleavings import BY_THE_CLOCK, HELD, Scenario, playing_model, unless
from scene import ANA, BEN, Scene
from scripted_model import fault


def _step(query: str, phone: str = ANA, sid: str = "CA1", **fields: str) -> Any:
    return dispatcher.handler(call(phone, sid, query, **fields), LambdaContext())


def _over(phone: str = ANA, sid: str = "CA1") -> Any:
    form = {"CallSid": sid, "From": phone, "To": SHOP_NUMBER, "CallStatus": "completed", "Direction": "inbound"}
    return dispatcher.handler(twilio_event("/twilio/status", form), LambdaContext())


def _texts(scene: Scene) -> int:
    return len(scene.tables.items("OUTBOX#"))


def call_that_ends_in_two_callbacks_at_once(scene: Scene) -> list[str]:
    scene.ours(lambda: _step("step=turn&n=1", SpeechResult="how much is a battery"))
    scene.meanwhile(_over, _over)
    return unless(_texts(scene) == 1, "the caller would be texted twice")


def voicemail_that_is_told_twice(scene: Scene) -> list[str]:
    fields = {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "9"}
    for _ in range(2):
        scene.ours(lambda: _step("step=recorded", **fields))
    return unless(_texts(scene) == 1, "Brandon would be told twice")


def two_calls_of_one_number_that_keep_a_slot_each(scene: Scene) -> list[str]:
    for sid, day in (("CA1", "Tuesday"), ("CA2", "Wednesday")):
        said = f"iPhone 14 screen {day} at two"
        scene.ours(partial(_step, "step=turn&n=1", sid=sid, SpeechResult=said))
    scene.meanwhile(_over, lambda: _over(sid="CA2"))
    held = [item for item in scene.tables.items("SLOT#") if item["booking_id"] == "HOLD"]
    return unless(len(held) == 1, f"one number keeps {len(held)} slots")


def two_calls_at_once_while_a_slot_is_kept(scene: Scene) -> list[str]:
    _kept_on_tuesday(scene)
    for sid in ("CA1", "CA2"):
        scene.ours(partial(_step, "step=turn&n=1", sid=sid, SpeechResult="we were cut off"))
    scene.meanwhile(lambda: _over(sid="CA1"), lambda: _over(sid="CA2"))
    kept = [item for item in scene.tables.items("OUTBOX#") if item["kind"] == "kept"]
    return unless(len(kept) == 2, "one slot would be kept, and told, by each of two calls")


def slot_given_up_that_was_booked_meanwhile(scene: Scene) -> list[str]:
    _kept_on_tuesday(scene)
    scene.ours(partial(_step, "step=turn&n=1", SpeechResult="rather Wednesday at three"))
    scene.meanwhile(_over, lambda: scene.text("1"))
    return [*scene.wrong(), *unless(len(scene.tables.leads()) == 1, "the kept slot was not booked")]


def _kept_on_tuesday(scene: Scene) -> None:
    scene.ours(partial(_step, "step=turn&n=1", sid="CA0", SpeechResult="iPhone 14 screen Tuesday at two"))
    scene.ours(partial(_over, sid="CA0"))
    scene.clock.advance(minutes=1)


def lost_text_that_is_told_with_each_callback(scene: Scene) -> list[str]:
    scene.ours(lambda: _step("step=turn&n=1", SpeechResult="how much is a battery"))
    sent = {"lead_id": f"SENT#{ANA}", "timestamp": 1, "kind": "after_call", "sid": "SM1", "call_sid": "CA1"}
    scene.tables.put({**sent, "status": "sent", "expires_at": 4_000_000_000})
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30006", "To": ANA}
    for _ in range(2):
        scene.ours(lambda: dispatcher.handler(twilio_event("/twilio/status", form), LambdaContext()))
    return unless(_texts(scene) == 1, "Brandon would be told twice")


def missed_calls_of_one_number_in_an_hour(scene: Scene) -> list[str]:
    for number in range(3):
        scene.ours(partial(_over, sid=f"CA{number}"))
    return unless(_texts(scene) == 1, "a forged number would be texted with each call")


def missed_calls_of_many_numbers_in_an_hour(scene: Scene) -> list[str]:
    scene.limit(texts_after_calls_per_hour=1)
    for phone in (ANA, BEN):
        scene.ours(partial(_over, phone))
    return unless(_texts(scene) == 1, "forged numbers would be texted without end")


def pins_guessed_at(scene: Scene) -> list[str]:
    """Five wrong ones, and then the right one, which by then is wrong too."""
    scene.monkeypatch.setenv("OWNER_PIN", "048213")
    for guess in range(5):
        scene.ours(partial(_step, "step=pin", OWNER_NUMBER, Digits=f"{guess:06d}"))
    said = scene.ours(lambda: _step("step=pin", OWNER_NUMBER, Digits="048213"))["body"]
    return unless("Today" not in said, "a PIN can be guessed at without end")


def late_turn_left_to_the_next_try_after_it_was_forgotten(scene: Scene) -> list[str]:
    """Its lease runs out before it leaves its progress; by then the caller has asked to be forgotten."""
    scene.monkeypatch.setenv("REPLY_BUDGET_SECONDS", "2")

    def forgotten() -> None:
        scene.clock.advance(minutes=1)
        dispatcher.handler(sms("forget me", ANA), LambdaContext())

    with playing_model(scene) as model:
        model.always(fault("hang"))
        scene.meanwhile(lambda: _step("step=turn&n=1", SpeechResult="my secret wish"), forgotten)
    scene.monkeypatch.setenv("REPLY_BUDGET_SECONDS", "10")
    return unless("secret wish" not in str(scene.tables.items()), "words that were forgotten are back")


SCENARIOS: dict[Condition, Scenario] = {
    Condition("transact Update", "CALL#", calls.NOT_ENDED, "ended"): call_that_ends_in_two_callbacks_at_once,
    Condition("transact Update", "CALL#", calls.NOT_RECORDED, "recorded"): voicemail_that_is_told_twice,
    Condition("transact Update", "CALL#", calls.TEXT_NOT_LOST, "text_lost"): lost_text_that_is_told_with_each_callback,
    Condition("transact Put", "HELD#", BY_THE_CLOCK): two_calls_of_one_number_that_keep_a_slot_each,
    Condition(
        "transact Put", "HELD#", f"{BY_THE_CLOCK} OR #expires_at = :before"
    ): two_calls_at_once_while_a_slot_is_kept,
    Condition("transact Delete", "SLOT#", holds.STILL_HELD): slot_given_up_that_was_booked_meanwhile,
    Condition("transact Put", "CALLED#", BY_THE_CLOCK): missed_calls_of_one_number_in_an_hour,
    Condition(
        "transact Update", "CALLED#", "attribute_not_exists(#texts) OR #texts < :most", "expires_at"
    ): missed_calls_of_many_numbers_in_an_hour,
    Condition("Update", "PIN#", "attribute_not_exists(#tries) OR #tries < :most", "expires_at"): pins_guessed_at,
    Condition("transact Update", "MESSAGE#", HELD, "progress"): late_turn_left_to_the_next_try_after_it_was_forgotten,
}
