"""What LINDA must answer once she is deployed: requests to her functions, and a verdict on each answer.

    proof.py events DIRECTORY                a CHECK.event for each check: lines of function, TAB, check, TAB, title
    proof.py judge DIRECTORY CHECK           the verdict on CHECK.answer and the invocation's CHECK.call
    proof.py url URL DIRECTORY --seconds N   all of it over HTTP: lines of ok or failed, TAB, title, TAB, why

`judge` exits with 0 for a right answer, 1 for one that may get right, 2 for one that will not. `url` asks for up to N
seconds until the answer is right. Both ways leave the key of the text in DIRECTORY/text.key, so that its entry in the
table can be looked for.

The text is a STOP word from a number that nobody has: it books nothing and reaches no model. Secrets come from the
environment (TWILIO_AUTH_TOKEN, ADMIN_API_TOKEN, PUBLIC_BASE_URL) and stay in files of 0600.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from trust import https_context

# Twilio's own numbers for tests: no telephone has them. The second where the first is set as LINDA's own.
_SENDERS = ("+15005550006", "+15005550008")
# Where LINDA's own number is not set. It only must not be the sender.
_RECIPIENT = "+15005550009"
_INVOKED_AS = "linda.invalid"
_TIMEOUT_SECONDS = 29
_PAUSE_SECONDS = 2.0


@dataclass(frozen=True)
class Answer:
    """What came back, from the gateway or from a function itself."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True)
class Check:
    """A request, and what must come of it. `judge` answers what is wrong, or "" when nothing is."""

    function: str
    name: str
    title: str
    method: str
    path: str
    judge: Callable[[Answer], str]
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    route: str = ""

    def event(self) -> dict[str, Any]:
        """The request as the gateway hands it over."""
        return {
            "version": "2.0",
            "routeKey": self.route,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": dict(self.headers),
            "requestContext": {
                "domainName": _INVOKED_AS,
                "stage": "$default",
                "routeKey": self.route,
                "requestId": "proof",
                "http": {"method": self.method, "path": self.path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            },
            "body": base64.b64encode(self.body.encode()).decode(),
            "isBase64Encoded": True,
        }


def checks(base: str, message_sid: str, settings: Mapping[str, str]) -> list[Check]:
    """All of them. `base` is the scheme and host that Twilio is taken to have called."""
    form = {
        "MessageSid": message_sid,
        "AccountSid": settings.get("TWILIO_ACCOUNT_SID") or f"AC{'0' * 32}",
        "From": _sender(settings),
        "To": settings.get("TWILIO_PHONE_NUMBER") or _RECIPIENT,
        "Body": "STOP",
        "NumMedia": "0",
    }
    url = f"{base}/twilio/sms"
    token = settings.get("TWILIO_AUTH_TOKEN", "")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    bearer = {"authorization": f"Bearer {settings.get('ADMIN_API_TOKEN', '')}"}
    return [
        _text("signed_text", "a signed text is answered", form, _signature(url, form, token), _judge_silence),
        _text("forged_text", "a text with a wrong signature is refused", form, _signature(url, form, "x"), _forged),
        Check(
            "scheduler",
            "availability",
            "the free slots are told",
            "GET",
            "/availability",
            _judge_slots,
            query=f"date={tomorrow}",
            route="GET /availability",
        ),
        _state("state_with_token", "the state is told with the token", bearer, _judge_state),
        _state("state_without_token", "the state is not told without the token", {}, _refused(401, "unauthorized")),
    ]


def _sender(settings: Mapping[str, str]) -> str:
    ours = {settings.get("TWILIO_PHONE_NUMBER"), settings.get("OWNER_PHONE_NUMBER")}
    return next(number for number in (*_SENDERS, _RECIPIENT) if number not in ours)


def _text(name: str, title: str, form: Mapping[str, str], signature: str, judge: Callable[[Answer], str]) -> Check:
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    route, body = "POST /twilio/sms", urlencode(form)
    return Check("dispatcher", name, title, "POST", "/twilio/sms", judge, headers=headers, body=body, route=route)


def _state(name: str, title: str, headers: Mapping[str, str], judge: Callable[[Answer], str]) -> Check:
    return Check("state_manager", name, title, "GET", "/state", judge, headers=headers, route="ANY /state")


def _signature(url: str, form: Mapping[str, str], token: str) -> str:
    """As Twilio signs: the URL and the sorted fields, by HMAC-SHA1."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


# --- verdicts -----------------------------------------------------------------------------------------------


def _judge_silence(answer: Answer) -> str:
    if answer.status == 403:
        return "the signature was refused: is the deployed TWILIO_AUTH_TOKEN or PUBLIC_BASE_URL another than here?"
    if answer.status != 200:
        return _found(answer)
    words = answer.body.replace('<?xml version="1.0" encoding="UTF-8"?>', "").strip()
    if "xml" not in answer.content_type or words not in ("<Response />", "<Response/>", "<Response></Response>"):
        return f"a STOP word must be met with an empty <Response/>; {_found(answer)}"
    return ""


def _judge_slots(answer: Answer) -> str:
    return "" if answer.status == 200 and isinstance(_json(answer).get("slots"), list) else _found(answer)


def _judge_state(answer: Answer) -> str:
    if answer.status == 401:
        return "the token was refused: does the deployed ADMIN_API_TOKEN differ from the one here?"
    return "" if answer.status == 200 and _json(answer).get("state_id") == "CURRENT" else _found(answer)


def _refused(status: int, code: str) -> Callable[[Answer], str]:
    def judge(answer: Answer) -> str:
        refused = answer.status == status and _json(answer).get("code") == code
        return "" if refused else f"must be refused with {status} {code}; {_found(answer)}"

    return judge


_forged = _refused(403, "bad_signature")


def _json(answer: Answer) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _found(answer: Answer) -> str:
    """What came instead: the error's own words, never a whole body, which may hold somebody's data."""
    body = _json(answer)
    words = body.get("code") or body.get("message") or answer.content_type or "nothing"
    return f"found {answer.status} ({str(words)[:120]})"


# --- a function, invoked ------------------------------------------------------------------------------------


def write_events(directory: Path, settings: Mapping[str, str]) -> None:
    message_sid = _new_sid(directory, settings)
    base = settings.get("PUBLIC_BASE_URL", "").rstrip("/") or f"https://{_INVOKED_AS}"
    for check in checks(base, message_sid, settings):
        _write_private(directory / f"{check.name}.event", json.dumps(check.event()))
        print(f"{check.function}\t{check.name}\t{check.title}")


def judge(directory: Path, name: str) -> int:
    """Print what is wrong with the answer to an invocation."""
    (check,) = [check for check in checks("", "", {}) if check.name == name]
    call = json.loads((directory / f"{name}.call").read_text() or "{}")
    content = (directory / f"{name}.answer").read_text()
    if call.get("FunctionError"):
        print(f"the function failed: {_error_of_function(content)}")
        return 2
    wrong = check.judge(answer_of_function(content))
    print(wrong)
    return 1 if wrong else 0


def _error_of_function(content: str) -> str:
    try:
        error = json.loads(content)
        return f"{error.get('errorType', 'error')}: {error.get('errorMessage', '')}"[:300]
    except (ValueError, AttributeError):
        return content[:300]


def answer_of_function(content: str) -> Answer:
    try:
        answer = json.loads(content)
        headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
        body = answer.get("body") or ""
        body = base64.b64decode(body).decode() if answer.get("isBase64Encoded") else body
        return Answer(int(answer["statusCode"]), headers.get("content-type", ""), body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Answer(0, "no HTTP answer", "")


# --- the same over HTTP -------------------------------------------------------------------------------------


def ask_public(url: str, directory: Path, seconds: float, settings: Mapping[str, str]) -> None:
    parts = urlsplit(url)
    base = settings.get("PUBLIC_BASE_URL", "").rstrip("/") or f"https://{parts.hostname}"
    for check in checks(base, _new_sid(directory, settings), settings):
        wrong = _ask_until_right(url, check, seconds)
        print(f"{'failed' if wrong else 'ok'}\t{check.title}\t{wrong}", flush=True)


def _ask_until_right(url: str, check: Check, seconds: float) -> str:
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            wrong = check.judge(_ask(url, check))
        except (OSError, http.client.HTTPException) as error:
            wrong = f"no answer ({type(error).__name__}: {error})"
        if not wrong or time.monotonic() + _PAUSE_SECONDS > give_up_at:
            return wrong
        time.sleep(_PAUSE_SECONDS)


def _ask(url: str, check: Check) -> Answer:
    """One request. Not every resolver knows *.localhost, the local AWS's names, and no proxy does."""
    target = url.rstrip("/") + check.path + (f"?{check.query}" if check.query else "")
    parts = urlsplit(target)
    headers = dict(check.headers)
    proxies: dict[str, str] | None = None
    if (parts.hostname or "").endswith(".localhost"):
        target, proxies = parts._replace(netloc=f"127.0.0.1:{parts.port or 80}").geturl(), {}
        headers["host"] = parts.netloc
    secure = urllib.request.HTTPSHandler(context=https_context())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies), secure)
    data = check.body.encode() or None
    request = urllib.request.Request(target, data, headers, method=check.method)  # noqa: S310 - the API's own URL
    try:
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
            return _answer(response.status, response)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _answer(refusal.code, refusal)


def _answer(status: int, response: Any) -> Answer:
    return Answer(status, response.headers.get("content-type", ""), response.read().decode("utf-8", "replace"))


# --- files --------------------------------------------------------------------------------------------------


def _new_sid(directory: Path, settings: Mapping[str, str]) -> str:
    """A new message's id; the key under which the dispatcher stores it is left for whoever looks."""
    message_sid = f"SM{uuid.uuid4().hex}"
    key = {"lead_id": {"S": f"MESSAGE#{_sender(settings)}#{message_sid}"}, "timestamp": {"N": "0"}}
    _write_private(directory / "text.key", json.dumps(key))
    return message_sid


def _write_private(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    events = commands.add_parser("events")
    events.add_argument("directory", type=Path)
    verdict = commands.add_parser("judge")
    verdict.add_argument("directory", type=Path)
    verdict.add_argument("check")
    public = commands.add_parser("url")
    public.add_argument("url")
    public.add_argument("directory", type=Path)
    public.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    if options.command == "events":
        write_events(options.directory, os.environ)
    elif options.command == "judge":
        return judge(options.directory, options.check)
    else:
        ask_public(options.url, options.directory, options.seconds, os.environ)
    return 0


if __name__ == "__main__":
    sys.exit(main())
