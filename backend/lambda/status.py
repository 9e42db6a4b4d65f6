"""What Twilio tells afterwards: a call is over, or a text did not arrive. Nobody waits for an answer."""

from __future__ import annotations

from dataclasses import replace

import call_end
import sending
import twiml
from call_steps import call_of
from shop import Shop
from twiml import Form
from utils import Settings, logger, utc_now

CALL_IS_OVER = {"completed", "busy", "failed", "no-answer", "canceled"}
TEXT_IS_LOST = {"undelivered", "failed"}


def note(form: Form, settings: Settings, shop: Shop) -> None:
    """End a call that is over, or note a number that could not be texted. Raises StoreUnavailable.

    A leg on which the owner was rung is no call of its own.
    """
    now = utc_now()
    if form.get("MessageStatus") in TEXT_IS_LOST:
        code = form.get("ErrorCode")
        known = int(code) if code.isdecimal() and len(code) < 7 else 0
        call_sid = sending.note_failure(settings, form.get("To"), form.get("MessageSid"), known, now)
        if call_sid:
            call_end.tell_of_lost_text(settings, shop, form.get("To"), call_sid, now)
        return
    caller = call_of(form, settings, shop, "", "")
    if form.get("CallStatus") in CALL_IS_OVER and form.get("Direction") in ("", "inbound") and twiml.call_sid(form):
        ended = call_end.settle(replace(caller, step=replace(caller.step, name="")), now)
        logger.info("a call is over", extra={"outcome": ended.outcome})
