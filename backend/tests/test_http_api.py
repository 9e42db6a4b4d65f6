"""The JSON edge: bad input, wrong addresses, CORS, and what an outage looks like."""

import json

import pytest

import dispatcher
import scheduler
from faults import black_hole
from gateway_events import ALLOWED_ORIGIN, LambdaContext, http_event, sms
from local_aws import Tables
from shop_api import BEARER, availability, book, send

pytestmark = pytest.mark.usefixtures("tables", "clock")

NOT_JSON = [
    "",
    "not json",
    "{",
    "[" * 16000,
    '{"a":' * 3000,
    '{"notes": NaN}',
    '{"x": -Infinity}',
    '{"a": ' + "1" * 5000 + "}",
    b"\xff\xfe{}",
    "\ufeff{}",
]


@pytest.mark.parametrize(("path", "raw"), [(path, raw) for path in ("/state", "/bookings") for raw in NOT_JSON])
def test_what_is_not_json_is_refused(path: str, raw: str | bytes, tables: Tables) -> None:
    answer = send("POST", path, raw_body=raw, headers=BEARER)
    assert (answer.status, answer.body["code"]) == (400, "invalid_json")
    assert tables.items() == []


@pytest.mark.parametrize("path", ["/state", "/bookings"])
@pytest.mark.parametrize("raw", ["[]", "[1]", '"text"', "7", "null", "true"])
def test_json_that_is_no_object_is_refused(path: str, raw: str) -> None:
    answer = send("POST", path, raw_body=raw, headers=BEARER)
    assert (answer.status, answer.body["code"], list(answer.body["fields"])) == (400, "invalid_request", ["body"])


@pytest.mark.parametrize("path", ["/state", "/bookings"])
@pytest.mark.parametrize("size", [16 * 1024 + 1, 1_000_000])
@pytest.mark.parametrize("base64", [True, False])
def test_body_over_16_kib_is_refused(path: str, size: int, base64: bool) -> None:
    answer = send("POST", path, raw_body="x" * size, headers=BEARER, base64=base64)
    assert (answer.status, answer.body["code"]) == (413, "too_large")


def test_body_of_exactly_16_kib_is_read() -> None:
    padding = 16 * 1024 - len('{"notes": ""}')
    answer = send("POST", "/state", raw_body=f'{{"notes": "{"x" * padding}"}}', headers=BEARER)
    assert (answer.status, list(answer.body["fields"])) == (400, ["notes"])


def test_broken_base64_is_no_json() -> None:
    event = http_event("POST", "/bookings", raw_body="%%%") | {"isBase64Encoded": True}
    response = scheduler.handler(event, LambdaContext())
    assert (response["statusCode"], json.loads(response["body"])["code"]) == (400, "invalid_json")


def test_base64_body_is_read() -> None:
    answer = send("POST", "/state", raw_body='{"mode": "gym"}', base64=True, headers=BEARER)
    assert answer.body["mode"] == "gym"


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/state"), ("DELETE", "/bookings"), ("HEAD", "/bookings")])
def test_unknown_method_is_told_which_are_allowed(method: str, path: str) -> None:
    answer = send(method, path, route=f"ANY {path}", headers=BEARER)
    assert (answer.status, answer.body["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]
    assert "OPTIONS" in answer.headers["allow"]


def test_unknown_path_is_not_found() -> None:
    assert send("GET", "/nothing").body["code"] == "not_found"


def test_named_stage_changes_nothing() -> None:
    assert send("GET", "/state", headers=BEARER, stage="prod").status == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/availability"), ("POST", "/bookings"), ("GET", "/state")])
def test_allowed_origin_gets_itself_back_even_with_an_error(method: str, path: str) -> None:
    answer = send(method, path, headers={"origin": ALLOWED_ORIGIN})
    assert answer.status >= 400
    assert answer.headers["access-control-allow-origin"] == ALLOWED_ORIGIN
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", ALLOWED_ORIGIN + ".evil.example", "*"])
def test_any_other_origin_gets_none(origin: str | None) -> None:
    assert "access-control-allow-origin" not in send("GET", "/availability", headers={"origin": origin}).headers


@pytest.mark.parametrize("path", ["/state", "/bookings"])
def test_preflight_needs_no_token(path: str) -> None:
    answer = send("OPTIONS", path, headers={"origin": ALLOWED_ORIGIN})
    assert (answer.status, answer.body) == (204, None)
    assert answer.headers["access-control-allow-origin"] == ALLOWED_ORIGIN
    assert "POST" in answer.headers["access-control-allow-methods"]
    for header in ("authorization", "content-type", "idempotency-key", "if-match"):
        assert header in answer.headers["access-control-allow-headers"]


def test_outage_is_503_and_never_a_free_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        for answer in (
            send("GET", "/availability", query={"date": "2026-12-01"}),
            book(),
            send("GET", "/state", headers=BEARER),
            send("POST", "/state", body={"mode": "gym"}, headers=BEARER),
            send("GET", "/bookings", query={"date": "2026-12-01"}, headers=BEARER),
        ):
            assert (answer.status, answer.body["code"]) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0


def test_missing_table_is_an_outage_and_tells_nothing_of_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPAIRS_LEAD_LOG_TABLE", "no-such-table")
    answer = book()
    assert answer.status == 503
    assert "no-such-table" not in json.dumps(answer.body)


def test_bug_is_500_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("booking_request.parse_request", broken)
    answer = book()
    assert (answer.status, answer.body["code"]) == (500, "internal")
    assert "secret" not in json.dumps(answer.body)


def test_concurrent_requests_of_one_process_do_not_mix() -> None:
    assert len(availability("2026-12-01")) == 8


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {}},
        {"headers": {"x-twilio-signature": ""}},
        {"headers": {"x-twilio-signature": "AAAA"}},
        {"headers": {"x-twilio-signature": "\u00e4\u20ac"}},
        {"rawPath": "/twilio/sms/"},
        {"rawQueryString": "a=1"},
        {"body": ""},
    ],
)
@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/voice"])
def test_wrong_signature_is_403_and_stores_nothing(change: dict[str, object], path: str, tables: Tables) -> None:
    event = sms("hello") | {"routeKey": f"POST {path}"} | change
    response = dispatcher.handler(event, LambdaContext())
    assert (response["statusCode"], json.loads(response["body"])["code"]) == (403, "bad_signature")
    assert tables.items() == []


def test_unset_auth_token_refuses_every_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "")
    assert dispatcher.handler(sms("hello"), LambdaContext())["statusCode"] == 403


def test_the_method_and_the_path_are_known_without_the_gateways_help() -> None:
    """From the route key, or from a path that begins with the stage's name."""
    body = json.dumps({"phone": "904-555-0100", "date": "2026-12-01", "time": "14:00", "repair_type": "screen"})
    minimal = {"version": "2.0", "routeKey": "POST /bookings", "rawPath": "/bookings", "headers": {}, "body": body}
    made = scheduler.handler(minimal, None)
    assert made["statusCode"] == 201
    lead_id = json.loads(made["body"])["lead_id"]
    for change in ({"routeKey": "$default"}, {"routeKey": None}):
        event = http_event("GET", f"/bookings/{lead_id}", headers=BEARER) | change
        event |= {"rawPath": f"/prod/bookings/{lead_id}", "pathParameters": None}
        event["requestContext"]["stage"] = "prod"
        assert scheduler.handler(event, LambdaContext())["statusCode"] == 200
    signed = sms("hello")
    del signed["requestContext"]["http"]
    assert dispatcher.handler(signed, LambdaContext())["statusCode"] == 200


def test_an_origin_written_with_a_slash_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", f"{ALLOWED_ORIGIN}/")
    answer = send("GET", "/availability", query={"date": "2026-12-01"}, headers={"origin": ALLOWED_ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ALLOWED_ORIGIN
