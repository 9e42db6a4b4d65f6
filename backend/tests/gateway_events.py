"""What API Gateway hands to a function, whole and true (payload format 2.0), and how to read what comes back.

Field by field after AWS's "Lambda proxy integrations for HTTP APIs" and Twilio's webhook reference.
"""

import base64
import json
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "twilio-token-of-tests-0123456789"
ADMIN_TOKEN = "admin-token-of-tests-0123456789abcdefghi"
PUBLIC_BASE_URL = "https://linda.example"
ALLOWED_ORIGIN = "https://emperorlinda.example"
SHOP_NUMBER = "+19045550199"
OWNER_NUMBER = "+19045550111"
CUSTOMER_NUMBER = "+19045550100"

_ROUTES = (
    *("POST /twilio/sms", "POST /twilio/voice", "POST /twilio/status", "ANY /state", "GET /availability"),
    *("ANY /bookings", "ANY /bookings/{lead_id}", "GET /shop", "GET /summary"),
)
_API_ID = "a1b2c3d4e5"
_DOMAIN = f"{_API_ID}.execute-api.us-east-1.amazonaws.com"
_NOWHERE = ("City", "State", "Zip", "Country")


@dataclass(frozen=True)
class Text:
    """One <Message> of TwiML; `to` is None when it goes to the sender."""

    to: str | None
    body: str


@dataclass
class LambdaContext:
    """Stands in for the runtime's context; its time really runs out."""

    limit_ms: int = 15_000
    function_name: str = "linda-tests"
    memory_limit_in_mb: str = "512"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self.limit_ms - int((time.monotonic() - self.started) * 1000))


def http_event(
    method: str,
    path: str,
    *,
    route: str | None = None,
    query: Mapping[str, str] | str | None = None,
    body: object = None,
    headers: Mapping[str, str | None] | None = None,
    source_ip: str = "198.51.100.7",
    stage: str = "$default",
    raw_body: str | bytes | None = None,
    base64: bool = False,
) -> dict[str, Any]:
    """A request as the function gets it.

    `body` is sent as JSON, `raw_body` as it is; a header of None takes a usual one away. A method and
    path that the API has no route for come in as `$default`, unless `route` says otherwise. Bytes that
    are not UTF-8 are always base64, as on AWS.
    """
    content = raw_body if body is None else json.dumps(body)
    raw_query = query if isinstance(query, str) else urlencode(query or {})
    sent_headers = _headers(content, source_ip, headers or {})
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route or _route_key(method, path),
        "rawPath": _raw_path(path, stage),
        "rawQueryString": raw_query,
        "headers": sent_headers,
        "isBase64Encoded": False,
    }
    event["requestContext"] = _request_context(event, method, source_ip, stage)
    if "cookie" in sent_headers:
        event["cookies"] = sent_headers.pop("cookie").split("; ")
    if path.startswith("/bookings/"):
        event["pathParameters"] = {"lead_id": path.removeprefix("/bookings/")}
    if raw_query:
        event["queryStringParameters"] = _joined_query(raw_query)
    if content is not None:
        event["body"], event["isBase64Encoded"] = _encoded(content, as_base64=base64)
    return event


def twilio_event(
    path: str,
    form: Mapping[str, str],
    *,
    token: str | None = None,
    sign: bool = True,
    base_url: str = PUBLIC_BASE_URL,
    query: str = "",
    stage: str = "$default",
    extra_headers: Mapping[str, str | None] | None = None,
) -> dict[str, Any]:
    """A webhook of Twilio, signed for `base_url` + rawPath + ?query; `token` signs with another secret."""
    headers: dict[str, str | None] = {
        "accept": "*/*",
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "i-twilio-idempotency-token": str(uuid.uuid4()),
        "user-agent": "TwilioProxy/1.1",
        "x-home-region": "us1",
    }
    if sign:
        url = base_url + _raw_path(path, stage) + (f"?{query}" if query else "")
        headers["x-twilio-signature"] = signature(url, form, token=token)
    return http_event(
        "POST",
        path,
        query=query,
        raw_body=urlencode(form),
        headers=headers | dict(extra_headers or {}),
        source_ip="54.172.60.10",
        stage=stage,
        base64=True,
    )


def signature(url: str, form: Mapping[str, str], *, token: str | None = None) -> str:
    return str(RequestValidator(AUTH_TOKEN if token is None else token).compute_signature(url, dict(form)))


def sms_form(body: str, sender: str = CUSTOMER_NUMBER, sid: str | None = None, **extra: str | None) -> dict[str, str]:
    """The fields of an incoming text; an `extra` of None takes one away (`From=None`)."""
    message_sid = sid or "SM" + uuid.uuid4().hex
    fields: dict[str, str | None] = {
        "ToCountry": "US",
        "ToState": "FL",
        "ToCity": "",
        "ToZip": "",
        "SmsMessageSid": message_sid,
        "NumMedia": "0",
        **{f"From{part}": "US" if part == "Country" else "" for part in _NOWHERE},
        "SmsSid": message_sid,
        "SmsStatus": "received",
        "Body": body,
        "To": SHOP_NUMBER,
        "NumSegments": "1",
        "MessageSid": message_sid,
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    return _without_none(fields | extra)


def sms(body: str, sender: str = CUSTOMER_NUMBER, sid: str | None = None, **extra: str | None) -> dict[str, Any]:
    """A signed text; each call is a new message unless `sid` repeats one."""
    return twilio_event("/twilio/sms", sms_form(body, sender, sid, **extra))


def call_form(sender: str = CUSTOMER_NUMBER, call_sid: str | None = None, **fields: str | None) -> dict[str, str]:
    """The fields of a voice webhook; a turn adds `SpeechResult` and `Confidence`, or `Digits`."""
    usual: dict[str, str | None] = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid or "CA" + uuid.uuid4().hex,
        "CallStatus": "in-progress" if fields else "ringing",
        "Called": SHOP_NUMBER,
        "Caller": sender,
        "Direction": "inbound",
        "From": sender,
        "To": SHOP_NUMBER,
        **{f"From{part}": "US" if part == "Country" else "" for part in _NOWHERE},
        **{f"To{part}": "US" if part == "Country" else "" for part in _NOWHERE},
    }
    return _without_none(usual | fields)


def call(
    sender: str = CUSTOMER_NUMBER, call_sid: str | None = None, query: str = "", **fields: str | None
) -> dict[str, Any]:
    """A signed voice webhook; `query` is the raw query string of the action URL that Twilio was given."""
    return twilio_event("/twilio/voice", call_form(sender, call_sid, **fields), query=query)


def twiml(response: Mapping[str, Any]) -> ET.Element:
    """The document Twilio would act on; fails on an answer that Twilio would not take."""
    assert response["statusCode"] == 200, response
    assert not response.get("isBase64Encoded"), response
    headers = {name.lower(): value for name, value in response["headers"].items()}
    assert headers["content-type"].split(";")[0] in {"text/xml", "application/xml"}, headers
    document = ET.fromstring(response["body"].encode())
    assert document.tag == "Response", response["body"]
    return document


def texts(response: Mapping[str, Any]) -> list[Text]:
    return [
        Text(to=message.get("to"), body=_message_body(message))
        for message in twiml(response).iter()
        if message.tag in {"Message", "Sms"}
    ]


def reply_text(response: Mapping[str, Any]) -> str:
    """The words to the customer: "" when LINDA stays silent; more than one reply is a failure."""
    replies = [text.body for text in texts(response) if text.to is None]
    assert len(replies) <= 1, replies
    return replies[0] if replies else ""


def spoken_text(response: Mapping[str, Any]) -> str:
    """What a caller hears, all <Say> of the answer in order."""
    return " ".join("".join(say.itertext()) for say in twiml(response).iter("Say"))


def _route_key(method: str, path: str) -> str:
    pattern = "/bookings/{lead_id}" if path.startswith("/bookings/") else path
    wanted = {f"{method} {pattern}", f"ANY {pattern}"}
    return next((route for route in _ROUTES if route in wanted), "$default")


def _raw_path(path: str, stage: str) -> str:
    return path if stage == "$default" else f"/{stage}{path}"


def _headers(content: str | bytes | None, source_ip: str, given: Mapping[str, str | None]) -> dict[str, str]:
    headers: dict[str, str | None] = {
        "accept": "*/*",
        "accept-encoding": "gzip, deflate",
        "content-length": "0" if content is None else str(len(_as_bytes(content))),
        "host": _DOMAIN,
        "user-agent": "linda-tests/1.0",
        "x-amzn-trace-id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}",
        "x-forwarded-for": source_ip,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    if content is not None:
        headers["content-type"] = "application/json"
    return _without_none(headers | {name.lower(): value for name, value in given.items()})


def _request_context(event: dict[str, Any], method: str, source_ip: str, stage: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "accountId": "000000000000",
        "apiId": _API_ID,
        "domainName": event["headers"].get("host", _DOMAIN),
        "domainPrefix": _API_ID,
        "http": {
            "method": method,
            "path": event["rawPath"],
            "protocol": "HTTP/1.1",
            "sourceIp": source_ip,
            "userAgent": event["headers"].get("user-agent", ""),
        },
        "requestId": uuid.uuid4().hex[:15] + "=",
        "routeKey": event["routeKey"],
        "stage": stage,
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }


def _joined_query(raw_query: str) -> dict[str, str]:
    """The gateway joins repeated parameters with a comma."""
    joined: dict[str, str] = {}
    for name, value in parse_qsl(raw_query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _encoded(content: str | bytes, *, as_base64: bool) -> tuple[str, bool]:
    if not as_base64:
        try:
            return (content if isinstance(content, str) else content.decode()), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(_as_bytes(content)).decode(), True


def _as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")


def _message_body(message: ET.Element) -> str:
    body = message.find("Body")
    return "".join((message if body is None else body).itertext())


def _without_none(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
