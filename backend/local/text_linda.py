"""Text or call LINDA on the local AWS, as a customer would: a signed webhook like Twilio's for each text and each turn.

Prints both sides of the conversation and the lead that is stored for this number. Where the local AWS is, and the
token that signs, stand in the session file that run_local.sh writes.
"""

import argparse
import itertools
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr
from botocore.config import Config

from telephone import Call
from webhook import NoAnswer, Session, post


@dataclass(frozen=True)
class Answer:
    """One text of LINDA's, to the customer or (Brandon, say) to somebody else."""

    to: str
    body: str


def send_text(session: Session, sender: str, recipient: str, text: str) -> list[Answer]:
    """Send one text and return what LINDA texts then; nothing is an answer too. Raises NoAnswer."""
    twiml = post(session, "/twilio/sms", _twilio_form(sender, recipient, text))
    messages = [(message.get("to"), "".join(message.itertext())) for message in twiml.iter("Message")]
    return [Answer(to or sender, words) for to, words in messages]


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
    parser.add_argument("--text", **said, type=_said("text"), help="what the customer texts; again for the next one")
    parser.add_argument("--brandon", **said, type=_said("brandon"), help="what Brandon texts, in between")
    parser.add_argument("--call", **said, type=_said("call"), help="what a caller says, or the key he presses, in turn")
    parser.add_argument("--from", dest="sender", default="+19045550123", help="the customer's number")
    parser.add_argument("--to", dest="recipient", help="LINDA's number (default: the session's)")
    options = parser.parse_args()
    if not options.said:
        parser.error("what is to be said? --text, --call or --brandon")
    return options


def _said(kind: str) -> Callable[[str], tuple[str, str]]:
    """Words with who says them how, so that the order of the options is kept."""
    return lambda words: (kind, words)


def _exchange(session: Session, sender: str, recipient: str, text: str) -> None:
    """One text, and what LINDA says to whom."""
    names = {session.owner_number: "Brandon"}
    _show(names.get(sender, sender), text)
    answers = send_text(session, sender, recipient, text)
    for answer in answers:
        _show("LINDA" if answer.to == sender else f"LINDA to {names.get(answer.to, answer.to)}", answer.body)
    if not answers:
        _show("LINDA", "(no answer)")


def _on_the_phone(session: Session, sender: str, recipient: str, said: list[str]) -> None:
    """One call: what LINDA says, and what the caller says or presses."""
    names = {session.owner_number: "Brandon"}
    call = Call(session, sender, recipient)
    for heard in call.dial():
        _show("LINDA", heard)
    for words in said:
        if call.over:
            break
        _show(names.get(sender, sender), f"(presses {words})" if words.isdigit() else words)
        for heard in call.say(words):
            _show("LINDA", heard)
    if not call.over:
        _show(names.get(sender, sender), "(hangs up)")
        call.hang_up()


def main() -> int:
    options = _options()
    session = Session.load(options.session)
    recipient = options.recipient or session.phone_number
    try:
        for kind, entries in itertools.groupby(options.said, key=lambda entry: entry[0]):
            said = [words for _kind, words in entries]
            if kind == "call":
                _on_the_phone(session, options.sender, recipient, said)
            for words in said if kind != "call" else ():
                _exchange(session, session.owner_number if kind == "brandon" else options.sender, recipient, words)
    except NoAnswer as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    _show_lead(stored_lead(session, options.sender), session.lead_table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
