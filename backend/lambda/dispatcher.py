"""Lambda handler for Twilio's webhooks, `POST /twilio/sms` and `POST /twilio/voice`.

A signed request is answered with 200 and TwiML whatever happens: Twilio delivers no body of any other status.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import assistant
import phone_call
import twiml
from conversation import Held
from desk import Desk, Inbound, Reply
from http_api import Request, Response, Routes, serve
from reception import Reception
from shop import load_shop
from utils import Settings, load_settings, logger

TOO_MANY_TEXTS = "That is a lot of texts at once, so I'll pause here. Please text me again in ten minutes."


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Verify the signature, then answer; only a request that Twilio did not sign sees anything but TwiML."""
    settings = load_settings()
    routes: Routes = {
        "/twilio/sms": {"POST": lambda request: _text(request, settings)},
        "/twilio/voice": {"POST": lambda request: _call(request, settings)},
    }
    return serve(event, settings, routes)


def _text(request: Request, settings: Settings) -> Response:
    form = twiml.verified_form(request, settings)
    phone = twiml.sender(form, settings)
    if not phone:
        return _twiml(twiml.messages())
    message_id = form.get("MessageSid") or form.get("SmsSid") or uuid.uuid4().hex
    inbound = Inbound(phone, message_id, twiml.words(form), twiml.media_count(form))

    def render(reply: Reply) -> str:
        return twiml.messages(reply.words, reply.notices, settings.owner_phone_number)

    budget = settings.reply_budget_seconds
    reception = Reception(settings, load_shop(), budget, _reply_to_text, render, partial(_without_book, settings))
    return _twiml(reception.answer(inbound))


def _call(request: Request, settings: Settings) -> Response:
    form = twiml.verified_form(request, settings)
    try:
        return _twiml(phone_call.answer(request, form, settings, load_shop()))
    except Exception:  # noqa: BLE001 - logged; a caller must hear something
        logger.exception("a call could not be answered")
        return _twiml(twiml.goodbye("Sorry, something went wrong. Please send us a text at this number. Goodbye."))


def _without_book(settings: Settings, inbound: Inbound) -> Reply:
    if twiml.is_opt_out(inbound.words):
        return Reply("")
    return assistant.without_book(load_shop(), inbound, tells_owner=bool(settings.owner_phone_number))


def _reply_to_text(desk: Desk, held: Held) -> Reply:
    """Opt-outs and floods are met with silence, the owner's wish to answer himself too; else the assistant replies."""
    inbound, arrivals = desk.inbound, desk.pending_arrivals.result()
    if twiml.is_opt_out(inbound.words):
        held_slots = "; ".join(slot.label for slot in desk.own())
        notices = (f"{inbound.phone} opted out of texts and has a booking: {held_slots}",) if held_slots else ()
        return Reply("", notices, remembered=False)
    if not desk.state().ai_answers_sms:
        return assistant.passed_on(desk)
    if arrivals.over_limit:
        return Reply(TOO_MANY_TEXTS if arrivals.first_over_limit else "", remembered=False)
    return assistant.reply(desk, held)


def _twiml(document: str) -> Response:
    return Response(200, headers={"Content-Type": "text/xml; charset=utf-8"}, text=document)
