"""Text LINDA on the local AWS, as a customer would: a signed webhook like Twilio's for each text.

Prints both sides of the conversation and the lead that is stored for this number. Where the local AWS is, and the
token that signs, stand in the session file that run_local.sh writes.
"""

import argparse
import http.client
import json
import sys
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
from boto3.dynamodb.conditions import Attr
from botocore.config import Config
from twilio.request_validator import RequestValidator

_PATH = "/twilio/sms"
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


@dataclass(frozen=True)
class Answer:
    """One text of LINDA's, to the customer or (Brandon, say) to somebody else."""

    to: str
    body: str


def send_text(session: Session, sender: str, recipient: str, text: str) -> list[Answer]:
    """Send one text and return what LINDA texts then; nothing is an answer too. Raises NoAnswer."""
    form = _twilio_form(sender, recipient, text)
    api = urlsplit(session.api_url)
    # Not every resolver knows *.localhost, so the name goes into the Host header alone.
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", _PATH, urlencode(form), _headers(session, api.netloc, form))
        answer = connection.getresponse()
        body = answer.read()
    except OSError as error:
        raise NoAnswer(f"the local AWS does not answer: {error}") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise NoAnswer(f"HTTP {answer.status}: {body[:500].decode(errors='replace')}")
    return [Answer(to or sender, text) for to, text in _messages(body)]


def stored_lead(session: Session, phone: str) -> dict[str, Any] | None:
    """The newest lead of this number. A scan: no request path may do that, a look at a local table may."""
    database: Any = boto3.resource(
        "dynamodb",
        endpoint_url=session.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local AWS takes any
        config=Config(proxies={}),
    )
    search: dict[str, Any] = {"FilterExpression": Attr("lead_id").begins_with("LEAD-") & Attr("phone").eq(phone)}
    leads: list[dict[str, Any]] = []
    while True:
        page = database.Table(session.lead_table).scan(ConsistentRead=True, **search)
        leads += page["Items"]
        if "LastEvaluatedKey" not in page:
            return max(leads, key=lambda lead: lead["created_at"], default=None)
        search["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _twilio_form(sender: str, recipient: str, text: str) -> dict[str, str]:
    message_sid = f"SM{uuid.uuid4().hex}"
    return {
        "MessageSid": message_sid,
        "SmsMessageSid": message_sid,
        "AccountSid": f"AC{'0' * 32}",
        "From": sender,
        "To": recipient,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": "2010-04-01",
    }


def _headers(session: Session, host: str, form: Mapping[str, str]) -> dict[str, str]:
    """The signature is over the URL that the dispatcher puts together: https and the gateway's name, no port."""
    url = f"https://{host.partition(':')[0]}{_PATH}"
    return {
        "Host": host,
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "X-Twilio-Signature": RequestValidator(session.twilio_auth_token).compute_signature(url, form),
    }


def _messages(twiml: bytes) -> list[tuple[str | None, str]]:
    try:
        response = ElementTree.fromstring(twiml)  # noqa: S314 - it is our own function's
    except ElementTree.ParseError as error:
        raise NoAnswer(f"the answer is not TwiML: {twiml[:500].decode(errors='replace')}") from error
    return [(message.get("to"), "".join(message.itertext())) for message in response.iter("Message")]


def _show(speaker: str, text: str) -> None:
    first, *more = text.splitlines() or [""]
    width = max(len("+19045550123:"), len(speaker) + 1)
    print(f"{speaker + ':':<{width}} {first}", *(f"{'':<{width}} {line}" for line in more), sep="\n", flush=True)


def _show_lead(lead: Mapping[str, Any] | None, table: str) -> None:
    if lead is None:
        print(f"\nNo lead is stored for this number in {table}.")
        return
    print(f"\nThe lead stored in {table}:")
    for name, value in sorted(lead.items()):
        print(f"  {name:<18}{value}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--session", required=True, type=Path, help="the file that run_local.sh names")
    said: dict[str, Any] = {"action": "append", "dest": "said"}
    parser.add_argument("--text", **said, type=_customer, help="what the customer texts; again for the next one")
    parser.add_argument("--brandon", **said, type=_brandon, help="what Brandon texts, in between")
    parser.add_argument("--from", dest="sender", default="+19045550123", help="the customer's number")
    parser.add_argument("--to", dest="recipient", help="LINDA's number (default: the session's)")
    options = parser.parse_args()
    if not options.said:
        parser.error("what is to be texted? --text or --brandon")
    return options


def _customer(text: str) -> tuple[bool, str]:
    return False, text


def _brandon(text: str) -> tuple[bool, str]:
    return True, text


def _exchange(session: Session, sender: str, recipient: str, text: str) -> None:
    """One text, and what LINDA says to whom."""
    names = {session.owner_number: "Brandon"}
    _show(names.get(sender, sender), text)
    answers = send_text(session, sender, recipient, text)
    for answer in answers:
        _show("LINDA" if answer.to == sender else f"LINDA to {names.get(answer.to, answer.to)}", answer.body)
    if not answers:
        _show("LINDA", "(no answer)")


def main() -> int:
    options = _options()
    session = Session.load(options.session)
    try:
        for is_brandon, text in options.said:
            sender = session.owner_number if is_brandon else options.sender
            _exchange(session, sender, options.recipient or session.phone_number, text)
    except NoAnswer as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    _show_lead(stored_lead(session, options.sender), session.lead_table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
