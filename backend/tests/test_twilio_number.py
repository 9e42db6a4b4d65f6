"""Twilio's number: shown before it is set, set as Twilio's own SDK would, put back; against a stand-in on loopback."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

import twilio_number
from gateway_events import ACCOUNT_SID, AUTH_TOKEN, OWNER_NUMBER, SHOP_NUMBER
from operators import Operator

NUMBER_SID, SERVICE_SID = "PN" + "1" * 32, "MG" + "2" * 32
API = "https://api.linda.example"
OLD = {"sms_url": "https://old.example/sms", "sms_method": "GET", "voice_url": "https://old.example/voice"}


@dataclass
class Console:
    """What the account holds, and the forms that were posted to it."""

    number: dict[str, Any]
    account_type: str = "Full"
    in_service: bool = True
    campaigns: list[str] = field(default_factory=lambda: ["VERIFIED"])
    verifications: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, query: dict[str, str], form: dict[str, str] | None) -> dict[str, Any]:
        account = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
        if form is not None:
            assert path == f"{account}/IncomingPhoneNumbers/{NUMBER_SID}.json"
            self.forms.append(form)
            names = twilio_number._FIELDS | twilio_number._OUTRANKING
            self.number.update({name: form[sent] for name, sent in names.items() if sent in form})
            return self.number
        numbers = [self.number] if query.get("PhoneNumber") == self.number["phone_number"] else []
        answers: dict[str, dict[str, Any]] = {
            f"{account}/IncomingPhoneNumbers.json": {"incoming_phone_numbers": numbers},
            f"{account}.json": {"type": self.account_type},
            "/v1/Services": {"services": [{"sid": SERVICE_SID, "use_inbound_webhook_on_number": True}]},
            f"/v1/Services/{SERVICE_SID}/PhoneNumbers": {
                "phone_numbers": [{"sid": NUMBER_SID}] if self.in_service else []
            },
            f"/v1/Services/{SERVICE_SID}/Compliance/Usa2p": {
                "compliance": [{"campaign_status": status} for status in self.campaigns]
            },
            "/v1/Tollfree/Verifications": {"verifications": [{"status": status} for status in self.verifications]},
        }
        return answers[path]


@pytest.fixture
def console() -> Iterator[Console]:
    number = {"sid": NUMBER_SID, "phone_number": SHOP_NUMBER, "capabilities": {"sms": True, "voice": True}, **OLD}
    console = Console(number)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(console.answer(parts.path, dict(parse_qsl(parts.query)), None))

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(console.answer(self.path, {}, dict(parse_qsl(content, keep_blank_values=True))))

        def _answer(self, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(200 if self.headers["Authorization"].startswith("Basic ") else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    console.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield console
    server.shutdown()
    server.server_close()


def _settings(console: Console, **settings: str) -> dict[str, str]:
    account = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_API_URL": console.url, "PUBLIC_BASE_URL": API}
    return account | {"OWNER_PHONE_NUMBER": OWNER_NUMBER, "NO_PROXY": "127.0.0.1"} | settings


def test_number_is_shown_first_set_after_yes_and_put_back(console: Console, operator: Operator) -> None:
    before = dict(console.number)
    shown = operator.deploy("--twilio", "--dry-run", settings=_settings(console))
    assert (shown.code, console.forms) == (0, []), shown.err
    assert f"sms_url: https://old.example/sms\n    -> {API}/twilio/sms" in shown.err
    assert "it may text in the US" in shown.err
    refused = operator.deploy("--twilio", settings=_settings(console), typed="no\n")
    assert (refused.code, console.forms) == (1, [])
    done = operator.deploy("--twilio", settings=_settings(console), typed="yes\n")
    assert done.code == 0, done.err
    assert console.number["voice_url"] == f"{API}/twilio/voice"
    assert console.number["status_callback"] == f"{API}/twilio/status"
    backup = Path(re.findall(r"kept in (.*)$", done.out, re.MULTILINE)[0])
    assert backup.stat().st_mode & 0o077 == 0
    back = operator.deploy("--twilio-restore", str(backup), settings=_settings(console))
    backup.unlink()
    assert back.code == 0, back.err
    assert {name: console.number[name] for name in OLD} == {name: before[name] for name in OLD}
    assert console.number["sms_fallback_url"] == console.number["status_callback"] == ""
    assert not [secret for secret in (AUTH_TOKEN,) if secret in shown.err + done.out + done.err + back.out]


def test_odd_settings_reach_no_number(console: Console, operator: Operator) -> None:
    odd = {"PUBLIC_BASE_URL": f"{API}/", "OWNER_PHONE_NUMBER": "(904) 555-0111", "TWILIO_ACCOUNT_SID": "AC1"}
    for action in (["--twilio"], ["--twilio-restore", str(operator.home / "aws")]):
        run = operator.deploy(*action, settings=_settings(console, **odd), typed="yes\n")
        assert (run.code, console.forms) == (1, [])
        for name in odd:
            assert re.search(rf"^error: {name} must be", run.err, re.MULTILINE), run.err


def test_fallbacks_are_twiml_at_twilio_that_needs_no_server_of_ours() -> None:
    fields = twilio_number.wanted(API, {"OWNER_PHONE_NUMBER": OWNER_NUMBER})
    for name, verb in (("sms_fallback_url", "Message"), ("voice_fallback_url", "Dial")):
        address, _, twiml = fields[name].partition("?Twiml=")
        assert address == "https://twimlets.com/echo"
        response = ElementTree.fromstring(unquote(twiml))
        assert response.tag == "Response"
        found = response.find(verb)
        assert found is not None
        assert OWNER_NUMBER in (found.text or "")
    bins = {"TWILIO_SMS_FALLBACK_URL": "https://handler.twilio.com/twiml/EH1"}
    assert twilio_number.wanted(API, bins)["sms_fallback_url"] == "https://handler.twilio.com/twiml/EH1"
    with pytest.raises(twilio_number.Refused, match="stands in for"):
        twilio_number.wanted(API, {"TWILIO_VOICE_FALLBACK_URL": f"{API}/fallback"})


def test_a_trunk_that_takes_the_calls_is_told(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(console, monkeypatch)
    console.number["trunk_sid"] = "TK0123"
    (obstacle,) = twilio_number.obstacles(console.number)
    assert "calls go to the trunk TK0123 and to no URL" in obstacle


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"account_type": "Trial"}, "the account is a trial"),
        ({"in_service": False}, "in no messaging service"),
        ({"campaigns": ["IN_PROGRESS"]}, r"not verified \(found: IN_PROGRESS\)"),
        ({"campaigns": []}, r"not verified \(found: none\)"),
    ],
)
def test_what_stands_in_the_way_of_texting_is_told(
    console: Console, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], told: str
) -> None:
    _use(console, monkeypatch)
    assert list(twilio_number.obstacles(console.number)) == []
    for name, value in change.items():
        setattr(console, name, value)
    (obstacle,) = twilio_number.obstacles(console.number)
    assert re.search(told, obstacle)


def test_toll_free_number_needs_its_verification(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(console, monkeypatch)
    console.number["phone_number"] = "+18885550123"
    console.verifications = ["PENDING_REVIEW"]
    (obstacle,) = twilio_number.obstacles(console.number)
    assert "toll-free number is not verified (found: PENDING_REVIEW)" in obstacle
    console.verifications.append("TWILIO_APPROVED")
    assert list(twilio_number.obstacles(console.number)) == []


def test_number_is_shown_to_who_may_not_look_at_messaging(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _use(console, monkeypatch)
    ask = twilio_number._ask

    def refusing(host: str, path: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        if host == "messaging":
            raise twilio_number.Refused("Twilio refused with 403: no")
        return ask(host, path, form)

    monkeypatch.setattr(twilio_number, "_ask", refusing)
    twilio_number.show(API)
    shown = capsys.readouterr().out
    assert "cannot be seen here: Twilio refused with 403: no" in shown
    assert "\n  it may text in the US" not in shown
    assert f"-> {API}/twilio/sms" in shown


def _use(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_PHONE_NUMBER": SHOP_NUMBER, **_settings(console)}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


class Recorder(TwilioHttpClient):  # type: ignore[misc]
    """In the place of HTTP below Twilio's own SDK."""

    sent: tuple[str, str, dict[str, str]]

    def request(self, method: str, url: str, *_: Any, data: Any = None, **__: Any) -> Response:
        self.sent = (method, url, dict(data))
        return Response(200, json.dumps({"sid": NUMBER_SID}))


def test_form_is_the_one_that_the_sdk_of_twilio_sends(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(console, monkeypatch)
    fields = twilio_number.wanted(API, {})
    twilio_number._update(console.number, fields)
    recorder = Recorder()
    sdk = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=recorder)
    sdk.api.v2010.account.incoming_phone_numbers(NUMBER_SID).update(**fields)
    method, url, data = recorder.sent
    assert (method, urlsplit(url).path) == (
        "POST",
        f"/2010-04-01/Accounts/{ACCOUNT_SID}/IncomingPhoneNumbers/{NUMBER_SID}.json",
    )
    assert console.forms == [data]
