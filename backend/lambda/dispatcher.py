"""Lambda handler for Twilio's webhooks: `POST /twilio/sms`, `POST /twilio/voice` and `POST /twilio/status`.

A signed text or step of a call is answered with 200 and TwiML whatever happens: Twilio delivers no body of any other
status. To what it only tells, nothing is answered, and an outage is a 503 that Twilio's log shows.

The rooms of texts are loaded at once, those of calls and of the schedule when the first one comes: most cold starts
are for a text.
"""

from __future__ import annotations

from typing import Any

import cold_start
import text_message
import twiml
from http_api import Request, Response, Routes, serve
from shop import load_shop
from utils import Settings, load_settings, logger, utc_now

# What a caller hears when a call goes wrong in a way that nothing else has words for.
_GOODBYE = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Sorry, something went wrong. Please send us a text at this '
    "number. Goodbye.</Say><Hangup/></Response>"
)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Verify the signature, then answer; only a request that Twilio did not sign sees anything but TwiML.

    An event with a `task` is the schedule's: the gateway makes none, whatever it is sent, and has a `requestContext`.
    """
    settings = load_settings()
    if event.get("task") == "send-outbox" and "requestContext" not in event:
        import sending

        return dict(sending.send_due(settings, load_shop(), utc_now()))
    routes: Routes = {
        "/twilio/sms": {"POST": lambda request: _text(request, settings)},
        "/twilio/voice": {"POST": lambda request: _call(request, settings)},
        "/twilio/status": {"POST": lambda request: _status(request, settings)},
    }
    return serve(event, settings, routes)


def _text(request: Request, settings: Settings) -> Response:
    form = twiml.verified_form(request, settings)
    return _twiml(text_message.answer(form, settings, load_shop()))


def _call(request: Request, settings: Settings) -> Response:
    form = twiml.verified_form(request, settings)
    try:
        import phone_call

        return _twiml(phone_call.answer(request, form, settings, load_shop()))
    except Exception:  # noqa: BLE001 - logged; a caller must hear something
        logger.exception("a call could not be answered")
        return _twiml(_GOODBYE)


def _status(request: Request, settings: Settings) -> Response:
    form = twiml.verified_form(request, settings)
    import status

    status.note(form, settings, load_shop())
    return _twiml(twiml.messages())


def _twiml(document: str) -> Response:
    return Response(200, headers={"Content-Type": "text/xml; charset=utf-8"}, text=document)


def _prepare() -> None:
    load_shop()
    text_message.prepare(load_settings())


cold_start.finish(_prepare)
