"""Twilio's messages: one is sent, or looked for. The only importer of twilio.rest.

What can come back of a text is an id, or one of three errors: it is refused for good, it was not sent, or nobody
knows. Anything that is not an answer of Twilio's own is the last.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any

from utils import Settings

TIMEOUT_SECONDS = 5.0
MOST_MESSAGES_LOOKED_AT = 100
TRIAL_PREFIX = "Sent from your Twilio trial account - "

OPTED_OUT = 21610
# Refusals that say nothing about this text but that the account or its number is not right: the operator's to put
# right, and then the text is sent. https://www.twilio.com/docs/api/errors
_OURS_TO_PUT_RIGHT = {21212, 21603, 21606, 21608, 21611, 21659, 21660, 21661}
# Refusals that name the recipient: 21608 is one that a trial account has not verified yet. The others can be sent to.
_THE_RECIPIENTS = {21211, 21214, 21217, 21219, 21265, 21266, 21408, 21608, 21610, 21612, 21614, 21635}

# The SDK logs the address of each request, with the number in it.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class Refused(Exception):
    """Twilio will not send this text to this number, now or later."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class NotSent(Exception):
    """Twilio did not take the text, and may later; `status` is its answer's."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(status, code)
        self.status, self.code = status, code

    @property
    def is_the_recipients(self) -> bool:
        """Whether this recipient alone was refused, and not what the account sends."""
        return self.code in _THE_RECIPIENTS


class Unknown(Exception):
    """Twilio's answer is missing: the text may have been sent. The cause is chained."""


def http_client() -> Any:
    """What the SDK speaks HTTP with. Imported here because that takes a fifth of a second.

    A new one each run: a function that slept for a minute would wake up with connections that are closed.
    """
    from twilio.http.http_client import TwilioHttpClient

    return TwilioHttpClient(timeout=TIMEOUT_SECONDS)


class Carrier:
    """The messages of the shop's account, from the shop's number."""

    def __init__(self, settings: Settings) -> None:
        from twilio.rest import Client

        client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http_client())
        self._messages, self._from = client.messages, settings.twilio_phone_number
        # Where the address is known, Twilio tells there what became of a text (see status).
        self._tells = (
            {"status_callback": f"{settings.public_base_url}/twilio/status"} if settings.public_base_url else {}
        )

    def send(self, number: str, words: str) -> str:
        """Send, and answer the message's id. Raises Refused, NotSent, Unknown."""
        try:
            message = self._messages.create(to=number, from_=self._from, body=words, **self._tells)
        except Exception as error:
            raise _outcome(error) from error
        return str(message.sid)

    def find(self, number: str, digests: Collection[str], since: datetime) -> str | None:
        """The id of a message to this number, made since then, whose words have one of these digests.

        Not narrowed by DateSent, which a message has only once it has left Twilio's queue. Raises Unknown.
        """
        most = MOST_MESSAGES_LOOKED_AT
        try:
            found = self._messages.list(to=number, from_=self._from, limit=most, page_size=most)
        except Exception as error:
            raise Unknown from error
        for message in found:
            body = (message.body or "").removeprefix(TRIAL_PREFIX)
            recent = message.date_created is None or message.date_created >= since
            if recent and digest(body) in digests:
                return str(message.sid)
        return None


def digest(words: str) -> str:
    """What is kept of words that were sent, to know them again."""
    return hashlib.sha256(words.encode()).hexdigest()


def _outcome(error: Exception) -> Exception:
    """What a failure of the SDK means for the text; anything that is no answer of Twilio's leaves it open."""
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    if not isinstance(status, int) or status >= 500 or status < 400:
        return Unknown()
    known = code if isinstance(code, int) else status
    if status == 400 and known not in _OURS_TO_PUT_RIGHT:
        return Refused(known)
    return Refused(known) if known == OPTED_OUT else NotSent(status, known)
