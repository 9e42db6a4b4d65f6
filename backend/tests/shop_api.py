"""The JSON routes as a page would use them: a call in, status and body out."""

import json
from dataclasses import dataclass
from typing import Any

import scheduler
import state_manager
from gateway_events import ADMIN_TOKEN, LambdaContext, http_event

BEARER = {"authorization": f"Bearer {ADMIN_TOKEN}"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


def send(method: str, path: str, **event: Any) -> Answer:
    """Call the function that owns the path. Header names come back in lower case."""
    handler = state_manager.handler if path == "/state" else scheduler.handler
    response = handler(http_event(method, path, **event), LambdaContext())
    headers = {name.lower(): value for name, value in response["headers"].items()}
    body = json.loads(response["body"]) if response["body"] else None
    return Answer(response["statusCode"], body, headers)


def availability(date: str, days: int = 1) -> list[str]:
    """The free starts, as "2026-12-01 14:00"."""
    answer = send("GET", "/availability", query={"date": date, "days": str(days)})
    assert answer.status == 200, answer
    return [f"{slot['date']} {slot['time']}" for slot in answer.body["slots"]]


def book(**fields: Any) -> Answer:
    """Post a booking; what is not given is a screen at 2 PM on Tuesday, December 1."""
    headers = fields.pop("headers", None)
    source_ip = fields.pop("source_ip", "198.51.100.7")
    usual = {"phone": "(904) 555-0100", "date": "2026-12-01", "time": "14:00", "repair_type": "screen"}
    body = {name: value for name, value in (usual | fields).items() if value is not ...}
    return send("POST", "/bookings", body=body, headers=headers, source_ip=source_ip)


def set_state(**fields: Any) -> Answer:
    """Post changes of the state as the admin."""
    headers = BEARER | fields.pop("headers", {})
    return send("POST", "/state", body=fields, headers=headers)


def get_state() -> dict[str, Any]:
    answer = send("GET", "/state", headers=BEARER)
    assert answer.status == 200, answer
    return dict(answer.body)


def agenda(date: str) -> list[dict[str, Any]]:
    answer = send("GET", "/bookings", query={"date": date}, headers=BEARER)
    assert answer.status == 200, answer
    return list(answer.body["bookings"])
