"""A webhook as Twilio sends it, signed, to LINDA on the local AWS; and where that is, as run_local.sh wrote it down."""

import http.client
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

# API Gateway's own limit.
_TIMEOUT_SECONDS = 30


class NoAnswer(Exception):
    """The webhook was not answered as Twilio needs it; the text says how."""


@dataclass(frozen=True)
class Session:
    """A running local AWS with LINDA on it."""

    api_url: str
    twilio_auth_token: str
    phone_number: str
    owner_number: str
    endpoint_url: str
    lead_table: str

    @classmethod
    def load(cls, path: Path) -> "Session":
        return cls(**json.loads(path.read_text()))


def post(session: Session, path: str, form: Mapping[str, str]) -> ElementTree.Element:
    """Post a form to a path, its query included, and answer the TwiML. Raises NoAnswer."""
    api = urlsplit(session.api_url)
    # Not every resolver knows *.localhost, so the name goes into the Host header alone.
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", path, urlencode(form), _headers(session, api.netloc, path, form))
        answer = connection.getresponse()
        body = answer.read()
    except OSError as error:
        raise NoAnswer(f"the local AWS does not answer: {error}") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise NoAnswer(f"HTTP {answer.status}: {body[:500].decode(errors='replace')}")
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - it is our own function's
    except ElementTree.ParseError as error:
        raise NoAnswer(f"the answer is not TwiML: {body[:500].decode(errors='replace')}") from error


def _headers(session: Session, host: str, path: str, form: Mapping[str, str]) -> dict[str, str]:
    """The signature is over the URL that the dispatcher puts together: https and the gateway's name, no port."""
    url = f"https://{host.partition(':')[0]}{path}"
    return {
        "Host": host,
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "X-Twilio-Signature": RequestValidator(session.twilio_auth_token).compute_signature(url, form),
    }
