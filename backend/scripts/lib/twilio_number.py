"""Twilio's side of a deployment: where the number's texts and calls go, and whether it may text in the US.

    twilio_number.py show URL             what the number has and would get; what stands in the way of texting
    twilio_number.py set URL BACKUP       write what it has to BACKUP (0600), then give it the URLs below URL
    twilio_number.py restore BACKUP       give it back what BACKUP says

Settings come from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, and as they are there
OWNER_PHONE_NUMBER, TWILIO_SMS_FALLBACK_URL, TWILIO_VOICE_FALLBACK_URL. TWILIO_API_URL stands for Twilio in tests.
"""

import base64
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.sax.saxutils import escape

from trust import https_context

_TIMEOUT_SECONDS = 15
# The fields of a number that are ours to set, as Twilio's answers name them, and as its requests do.
_FIELDS = {
    "sms_url": "SmsUrl",
    "sms_method": "SmsMethod",
    "sms_fallback_url": "SmsFallbackUrl",
    "sms_fallback_method": "SmsFallbackMethod",
    "voice_url": "VoiceUrl",
    "voice_method": "VoiceMethod",
    "voice_fallback_url": "VoiceFallbackUrl",
    "voice_fallback_method": "VoiceFallbackMethod",
    "status_callback": "StatusCallback",
    "status_callback_method": "StatusCallbackMethod",
}
# An application at the number outranks its URLs and is taken away. So does a trunk, which is only told of.
_OUTRANKING = {"sms_application_sid": "SmsApplicationSid", "voice_application_sid": "VoiceApplicationSid"}
# Answers with the TwiML in its own address: static, at Twilio, and none of our servers.
_ECHO = "https://twimlets.com/echo?Twiml="
_TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)")


class Refused(Exception):
    """Twilio, or what was found there, says no; the text says what to do."""


# --- what the number gets -----------------------------------------------------------------------------------


def wanted(url: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The fields for a deployment at this URL. Raises Refused for a fallback that falls with it."""
    fields = {
        "sms_url": f"{url}/twilio/sms",
        "sms_fallback_url": settings.get("TWILIO_SMS_FALLBACK_URL") or _echo(_sms_fallback(settings)),
        "voice_url": f"{url}/twilio/voice",
        "voice_fallback_url": settings.get("TWILIO_VOICE_FALLBACK_URL") or _echo(_voice_fallback(settings)),
        "status_callback": f"{url}/twilio/status",
    }
    for name in ("sms_fallback_url", "voice_fallback_url"):
        if urlsplit(fields[name]).hostname == urlsplit(url).hostname:
            raise Refused(f"{name} is on the API that it stands in for: name another (a TwiML Bin of Twilio's)")
    methods = {"sms_method": "POST", "voice_method": "POST", "status_callback_method": "POST"}
    return fields | methods | {"sms_fallback_method": "GET", "voice_fallback_method": "GET"}


def _sms_fallback(settings: Mapping[str, str]) -> str:
    call = settings.get("OWNER_PHONE_NUMBER")
    rest = f" or call {call}" if call else ""
    return f"<Message>Sorry, our text line has a problem right now. Please text again later{rest}.</Message>"


def _voice_fallback(settings: Mapping[str, str]) -> str:
    owner = settings.get("OWNER_PHONE_NUMBER")
    if owner:
        return f"<Say>One moment please.</Say><Dial timeout='20'>{escape(owner)}</Dial>"
    return "<Say>Sorry, we cannot take your call right now. Please send us a text.</Say>"


def _echo(verbs: str) -> str:
    return _ECHO + quote(f"<Response>{verbs}</Response>", safe="")


# --- Twilio -------------------------------------------------------------------------------------------------


def _ask(host: str, path: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One request to Twilio; a form makes it a POST. Raises Refused with Twilio's own words."""
    base = os.environ.get("TWILIO_API_URL") or f"https://{host}.twilio.com"
    data = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(base + path, data)  # noqa: S310 - Twilio's own
    secret = f"{os.environ['TWILIO_ACCOUNT_SID']}:{os.environ['TWILIO_AUTH_TOKEN']}".encode()
    request.add_header("Authorization", f"Basic {base64.b64encode(secret).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS, context=https_context()) as answer:  # noqa: S310 - Twilio's own
            return dict(json.loads(answer.read()))
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise Refused(_why(refusal.code, refusal.read())) from refusal
    except OSError as error:
        raise Refused(f"Twilio does not answer: {error}") from error


def _why(status: int, body: bytes) -> str:
    if status == 401:
        return "Twilio does not accept TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN: see Account info in its console"
    try:
        return f"Twilio refused with {status}: {json.loads(body).get('message', '')}"
    except ValueError:
        return f"Twilio refused with {status}"


def _account() -> str:
    return f"/2010-04-01/Accounts/{os.environ['TWILIO_ACCOUNT_SID']}"


def find_number() -> dict[str, Any]:
    """The account's number. Raises Refused when it is not the account's."""
    number = os.environ["TWILIO_PHONE_NUMBER"]
    query = urlencode({"PhoneNumber": number})
    found = _ask("api", f"{_account()}/IncomingPhoneNumbers.json?{query}")["incoming_phone_numbers"]
    for each in found:
        if each["phone_number"] == number:
            return dict(each)
    raise Refused(
        f"the account has no number {number}: look at TWILIO_PHONE_NUMBER, or at Active numbers in its console"
    )


def obstacles(number: Mapping[str, Any]) -> Iterator[str]:
    """What stands between the number and a text in the US, each with what to do.

    Raises Refused where Twilio does not let that be looked at.
    """
    if _ask("api", f"{_account()}.json").get("type") == "Trial":
        yield "the account is a trial: it texts verified numbers only. Upgrade it before the first customer"
    if not number.get("capabilities", {}).get("sms"):
        yield "the number cannot text: buy one with SMS"
    if number.get("trunk_sid"):
        yield f"calls go to the trunk {number['trunk_sid']} and to no URL: take the number out (Elastic SIP Trunking)"
    if _TOLL_FREE.match(str(number["phone_number"])):
        yield from _toll_free_obstacles(str(number["sid"]))
    else:
        yield from _long_code_obstacles(str(number["sid"]))


def _toll_free_obstacles(sid: str) -> Iterator[str]:
    answer = _ask("messaging", f"/v1/Tollfree/Verifications?{urlencode({'TollfreePhoneNumberSid': sid})}")
    statuses = [str(each.get("status")) for each in answer.get("verifications", [])]
    if "TWILIO_APPROVED" not in statuses:
        found = ", ".join(statuses) or "none"
        yield f"the toll-free number is not verified (found: {found}): Messaging > Regulatory compliance > Toll-free"


def _long_code_obstacles(sid: str) -> Iterator[str]:
    """A long code texts by way of a messaging service with a verified A2P 10DLC campaign."""
    service = _service_of(sid)
    if service is None:
        yield (
            "the number is in no messaging service, so in no A2P 10DLC campaign, and US carriers drop its texts: "
            "Messaging > Regulatory compliance > A2P 10DLC"
        )
        return
    answer = _ask("messaging", f"/v1/Services/{service['sid']}/Compliance/Usa2p")
    statuses = [str(each.get("campaign_status")) for each in answer.get("compliance", [])]
    if "VERIFIED" not in statuses:
        found = ", ".join(statuses) or "none"
        yield f"the A2P 10DLC campaign of {service['sid']} is not verified (found: {found}): US carriers drop texts"
    if not service.get("use_inbound_webhook_on_number"):
        yield (
            f"the messaging service {service['sid']} decides where texts go, not the number: "
            "its Integration page, 'Defer to sender's webhook'"
        )


def _service_of(sid: str) -> dict[str, Any] | None:
    for service in _ask("messaging", "/v1/Services?PageSize=100").get("services", []):
        numbers = _ask("messaging", f"/v1/Services/{service['sid']}/PhoneNumbers?PageSize=400")
        if any(number.get("sid") == sid for number in numbers.get("phone_numbers", [])):
            return dict(service)
    return None


# --- commands -----------------------------------------------------------------------------------------------


def show(url: str) -> None:
    number = find_number()
    print(f"number {number['phone_number']} ({number['sid']})")
    for line in _may_it_text(number):
        print(f"  {line}")
    for name, value in _changes(number, wanted(url, os.environ)).items():
        print(f"  {name}: {number.get(name) or '(nothing)'}\n    -> {value or '(nothing)'}")


def _may_it_text(number: Mapping[str, Any]) -> Iterator[str]:
    """What is known of it: a key that may not look at everything can set the URLs all the same."""
    found = False
    try:
        for obstacle in obstacles(number):
            found = True
            yield f"attention: {obstacle}"
    except Refused as refused:
        yield f"attention: whether it may text in the US cannot be seen here: {refused}"
    else:
        if not found:
            yield "it may text in the US"


def _changes(number: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
    outranking = {name: "" for name in _OUTRANKING if number.get(name)}
    return {name: value for name, value in fields.items() if (number.get(name) or "") != value} | outranking


def set_urls(url: str, backup: Path) -> None:
    number, fields = find_number(), wanted(url, os.environ)
    if not _changes(number, fields):
        print("the number has these URLs already: nothing to do")
        return
    kept = {name: number.get(name) or "" for name in (*_FIELDS, *_OUTRANKING)}
    backup.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"phone_number": number["phone_number"], "fields": kept}, file, indent=1)
    print(f"what the number had is kept in {backup}")
    _update(number, fields | dict.fromkeys(_OUTRANKING, ""))


def restore(backup: Path) -> None:
    kept, number = json.loads(backup.read_text()), find_number()
    if kept["phone_number"] != number["phone_number"]:
        raise Refused(f"{backup} is of {kept['phone_number']}, and TWILIO_PHONE_NUMBER is {number['phone_number']}")
    _update(number, kept["fields"])


def _update(number: Mapping[str, Any], fields: Mapping[str, str]) -> None:
    """Set the fields and look that they are: an answer of 200 alone is no proof."""
    names = _FIELDS | _OUTRANKING
    form = {names[name]: value for name, value in fields.items() if value or not name.endswith("_method")}
    answer = _ask("api", f"{_account()}/IncomingPhoneNumbers/{number['sid']}.json", form)
    differs = [name for name, value in fields.items() if names[name] in form and (answer.get(name) or "") != value]
    if differs:
        raise Refused(
            f"Twilio took the request and did not set {', '.join(differs)}: look at the number in its console"
        )
    print(f"{number['phone_number']}: done")


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["show", url]:
                show(url)
            case ["set", url, backup]:
                set_urls(url, Path(backup))
            case ["restore", backup]:
                restore(Path(backup))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
