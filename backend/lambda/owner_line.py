"""The owner's own call: today's bookings read out, after a PIN by keypad, because a caller's number can be forged.

PIN#, PIN#day   timestamp = hour, day   tries of that hour and day (epoch seconds) that were wrong; after the fifth
                                        in an hour and the tenth in a day none is right
"""

from __future__ import annotations

import hmac
from datetime import date, datetime

import calls
import leads
import outbox
import owner_agenda
import shop_state
import speech
import voice_twiml
from call_steps import Caller
from errors import ConditionFailed, StoreUnavailable
from leads import Lead
from receipts import repair_words
from slots import clock
from utils import Store, epoch, logger, utc_now
from wording import ENGLISH, one_line, shortened

GUESSED_AT = (
    "Somebody who calls from your number keys in wrong PINs. After five in an hour, or ten in a day, today's list is "
    "closed by phone."
)
NOT_REACHED = "I can't reach the book right now. Please try again in a minute. Goodbye."
HOUR_SECONDS, DAY_SECONDS = 3600, 86_400
# The item of a window, its length in seconds, and how many wrong tries it has.
WINDOWS = (("PIN#", HOUR_SECONDS, 5), ("PIN#day", DAY_SECONDS, 10))
WRONG_BEFORE_ALERT = 3
LONGEST_NAME = 30
MOST_READ_OUT = 20


def is_owner(caller: Caller) -> bool:
    """Whether the call comes from the owner's number and there is a PIN to prove that it is him."""
    owner, pin = caller.settings.owner_phone_number, caller.settings.owner_pin
    return bool(owner and pin and caller.phone == owner)


def greet(caller: Caller) -> str:
    words = (
        f"Hi {caller.shop.owner}. Enter your PIN and the pound key for today, or stay on the line for the front desk."
    )
    return voice_twiml.keys(words, caller.to("pin"))


def check_pin(caller: Caller) -> str | None:
    """Today's bookings for the right PIN; None when nothing was keyed in, for the greeting that everybody gets."""
    keyed = caller.form.get("Digits")
    if not keyed or not is_owner(caller):
        return None
    try:
        if not _is_right(caller, keyed):
            logger.warning("a wrong PIN, or one too many in this hour")
            return caller.end("That PIN is not right, or there were too many tries. Please use the dashboard. Goodbye.")
        store = caller.store()
        store.transact([calls.note_action(store, caller.phone, caller.call_sid, utc_now(), {"proved": True})])
        return today(caller)
    except StoreUnavailable:
        return caller.end(NOT_REACHED)


def today(caller: Caller) -> str:
    """The day's bookings, and again at the press of a key. Raises StoreUnavailable."""
    if not is_owner(caller):
        return caller.end(caller.say("goodbye"))
    store, now, shop = caller.store(), utc_now(), caller.shop
    day = shop.local(now).date()
    state = shop_state.begin_read(store)
    booked = [lead for lead in leads.agenda(store, shop, day, day) if lead.status == "booked"]
    mode = owner_agenda.mode_words(shop, state.result(), now)
    words = " ".join(
        [_heading(day, booked), *(_line(caller, lead) for lead in booked[:MOST_READ_OUT]), f"Mode: {mode}."]
    )
    said = speech.spoken(f"{words} Press any key to hear it again.", ENGLISH)
    return voice_twiml.keys(said, caller.to("today"), one=True)


def again(caller: Caller) -> str:
    """The day once more, if a key was pressed on the call on which the PIN was."""
    if not caller.form.get("Digits"):
        return caller.end("Goodbye.")
    try:
        if not calls.begin_read(caller.store(), caller.phone, caller.call_sid).result().proved:
            return caller.end("Goodbye.")
        return today(caller)
    except StoreUnavailable:
        return caller.end(NOT_REACHED)


def _is_right(caller: Caller, keyed: str) -> bool:
    """Whether the PIN is right and there was a try left; the try is taken before anything is compared."""
    store, now = caller.store(), utc_now()
    try:
        tries = [_counted(store, now, *window) for window in WINDOWS]
    except ConditionFailed:
        outbox.alert_owner_once_an_hour(store, caller.shop, "pin", GUESSED_AT, now)
        return False
    right = hmac.compare_digest(keyed.encode(), (caller.settings.owner_pin or "").encode())
    if right:
        for partition, seconds, _most in WINDOWS:
            store.update(
                store.leads_table, _key(partition, seconds, now), "ADD #tries :one", None, {"one": -1}
            ).result()
    elif tries[0] >= WRONG_BEFORE_ALERT:
        outbox.alert_owner_once_an_hour(store, caller.shop, "pin", GUESSED_AT, now)
    return right


def _counted(store: Store, now: datetime, partition: str, seconds: int, most: int) -> int:
    """Take one try of a window; how many are taken by then. Raises ConditionFailed when there is none left."""
    values = {"one": 1, "most": most, "expires_at": epoch(now) + 2 * seconds}
    update = "SET #expires_at = :expires_at ADD #tries :one"
    # Closes the guessing: of many tries at once those that are left are taken; the others are wrong whatever they are.
    condition = "attribute_not_exists(#tries) OR #tries < :most"
    counted = store.update(store.leads_table, _key(partition, seconds, now), update, condition, values).result()
    return int(counted["tries"])


def _key(partition: str, seconds: int, now: datetime) -> dict[str, object]:
    return {"lead_id": partition, "timestamp": epoch(now) // seconds * seconds}


def _heading(day: date, booked: list[Lead]) -> str:
    count = f"{len(booked)} booking{'' if len(booked) == 1 else 's'}" if booked else "no bookings"
    return f"Today, {day:%A %B} {day.day}: {count}."


def _line(caller: Caller, lead: Lead) -> str:
    """One booking as it is read out, whatever the customer wrote in it."""
    what = shortened(one_line(repair_words(caller.shop, lead.repair_type, lead.device)), 2 * LONGEST_NAME)
    who = shortened(one_line(lead.customer_name), LONGEST_NAME)
    return f"{', '.join(filter(None, (clock(lead.slot.start), what, who)))}."
