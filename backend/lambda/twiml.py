"""The Twilio edge: signature, form to inbound message, words to TwiML of texts (calls: voice_twiml). No REST client."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from errors import BadSignature
from http_api import Request
from utils import Settings

MAX_WORDS = 1600
MAX_FIELDS = 500
MAX_PHOTOS = 10
MAX_URL_LENGTH = 500
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
# What Twilio gives as From when a caller's number is hidden: ANONYMOUS, RESTRICTED, BLOCKED ... on a keypad.
HIDDEN = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
# Twilio's default opt-out words, when they are the whole text: it answers them itself.
STOP_WORDS = {"stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"}
START_WORDS = {"start", "unstop", "yes"}
HELP_WORDS = {"help", "info"}


@dataclass(frozen=True)
class Form:
    """The fields of a signed form. Twilio's validator reads it like a multi-dict."""

    fields: Mapping[str, list[str]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def getlist(self, name: str) -> list[str]:
        return self.fields[name]

    def get(self, name: str) -> str:
        """The first value of a field, without the space around it; "" when it is not there."""
        return next(iter(self.fields.get(name, [])), "").strip()


def verified_form(request: Request, settings: Settings) -> Form:
    """The form of a request that Twilio signed. Raises BadSignature; without a configured secret, always.

    Signed was the URL that Twilio was given: PUBLIC_BASE_URL, else this API's own host, with path and query.
    """
    signature = request.headers.get("x-twilio-signature", "")
    if not signature or not settings.twilio_auth_token:
        raise BadSignature
    base = settings.public_base_url or f"https://{request.domain_name}"
    url = base + request.raw_path + (f"?{request.raw_query}" if request.raw_query else "")
    try:
        body = (request.body or b"").decode("utf-8")
        form = Form(parse_qs(body, keep_blank_values=True, max_num_fields=MAX_FIELDS))
        valid = RequestValidator(settings.twilio_auth_token).validate(url, form, signature)
    except ValueError as wrong:  # not UTF-8, too many fields, a host that is none
        raise BadSignature from wrong
    if not valid:
        raise BadSignature
    return form


def sender(form: Form, settings: Settings) -> str:
    """The customer's number as E.164, or "" when it is none that can be answered: a short code, our own, hidden."""
    phone = form.get("From")
    not_customers = {settings.twilio_phone_number, form.get("To")} | HIDDEN
    return phone if _E164.fullmatch(phone) and phone not in not_customers else ""


def call_sid(form: Form, field: str = "CallSid") -> str:
    """The id of the call that a webhook belongs to; "" when it has none of the form that Twilio's have."""
    sid = form.get(field)
    return sid if _SID.fullmatch(sid) else ""


def words(form: Form) -> str:
    """What a text says, at most 1,600 characters."""
    return "".join(each for each in form.get("Body") if each.isprintable() or each == "\n")[:MAX_WORDS]


def photos(form: Form) -> tuple[str, ...]:
    """The addresses of the pictures and other files that came with a text, at most ten. Nothing is downloaded."""
    sent = [form.get(f"MediaUrl{number}") for number in range(MAX_PHOTOS)]
    return tuple(url for url in sent if url.startswith("https://") and len(url) <= MAX_URL_LENGTH)


def media_count(form: Form) -> int:
    count = form.get("NumMedia")
    return int(count) if count.isascii() and count.isdigit() and len(count) < 3 else 0


def is_opt_out(text: str) -> bool:
    """Whether Twilio has taken this text as an opt-out."""
    return text.strip().lower() in STOP_WORDS


def is_opt_in(text: str) -> bool:
    """Whether Twilio takes this text, from a number that opted out, as an opt-in."""
    return text.strip().lower() in START_WORDS


def is_help(text: str) -> bool:
    """Whether Twilio answers this text with its own word on how to opt out."""
    return text.strip().lower() in HELP_WORDS


# --- answers ------------------------------------------------------------------------------------------------


def messages(reply: str = "", notices: Sequence[str] = (), owner: str | None = None) -> str:
    """TwiML that answers the customer and, by way of `to`, tells the owner. Nothing to say is `<Response/>`."""
    response = MessagingResponse()
    if reply:
        response.message(reply)
    for notice in notices if owner else ():
        response.message(notice, to=owner)
    return str(response).replace("<Response />", "<Response/>")
