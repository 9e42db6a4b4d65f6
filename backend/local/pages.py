"""Serves the pages of backend/web on 127.0.0.1, and helps phone.html: it signs texts and looks what came of them.

pages.py --session FILE --port PORT     until it is ended; run_local.sh starts it
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
from botocore.config import Config

from segments import size_of
from text_linda import send_text
from webhook import NoAnswer, Session

BACKEND = Path(__file__).parent.parent
WEB = BACKEND / "web"
_MODES = {"onsite": "On site"}
STATE_TABLE = "Brandon_State_Log"
LOGS = "/aws/lambda/linda-dispatcher"
MOST_BYTES = 16 * 1024
CUSTOMERS = {"Ana": "+19045550123", "Ben": "+19045550133", "Eve": "+19045550166"}
_FUNCTION = re.compile(r"function (\w+): (\w+)")


class Desk:
    """What phone.html may ask for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def people(self) -> dict[str, str]:
        return {**CUSTOMERS, "Brandon": self.session.owner_number}

    def begin(self) -> dict[str, Any]:
        people = [{"name": name, "number": number} for name, number in self.people().items()]
        return {"people": people, "mode": self.mode()}

    def text(self, sender: str, body: str) -> dict[str, Any]:
        """Text LINDA as this number. Answers what she texts, what she wrote and which functions were called."""
        before, began = self._items(), int(time.time() * 1000)
        answers = send_text(self.session, sender, self.session.phone_number, body)
        names = {number: name for name, number in self.people().items()}
        return {
            "sent": asdict(size_of(body)),
            "answers": [
                {"to": answer.to, "name": names.get(answer.to, answer.to), "body": answer.body}
                | asdict(size_of(answer.body))
                for answer in answers
            ],
            "mode": self.mode(),
            "functions": self._functions(began),
            "items": list(_changes(before, self._items())),
        }

    def mode(self) -> str:
        """What Brandon is doing now, in words; a mode that has ended is over."""
        table = self._database.Table(STATE_TABLE)
        state = table.get_item(Key={"state_id": "CURRENT"}, ConsistentRead=True).get("Item", {})
        mode, until = str(state.get("mode", "work")), state.get("until")
        zone = ZoneInfo(json.loads((BACKEND / "lambda" / "shop.json").read_text(encoding="utf-8"))["timezone"])
        ends = datetime.fromisoformat(until).astimezone(zone) if until and mode != "work" else None
        if ends and ends <= datetime.now(zone):
            return "Work"
        return _MODES.get(mode, mode.capitalize()) + (f" until {ends:%a %b} {ends.day}, {_clock(ends)}" if ends else "")

    def _items(self) -> dict[str, dict[str, Any]]:
        """The whole table: no request path may do that, a look at a local one may."""
        table = self._database.Table(self.session.lead_table)
        found: list[dict[str, Any]] = []
        start: dict[str, Any] = {}
        while True:
            page = table.scan(ConsistentRead=True, **start)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return {f"{item['lead_id']} {item['timestamp']}": item for item in found}
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _functions(self, since_ms: int) -> list[str]:
        events = self._logs.filter_log_events(logGroupName=LOGS, startTime=since_ms).get("events", [])
        found = [match for event in events for match in _FUNCTION.findall(event["message"])]
        return [f"{name}: {outcome}" for name, outcome in found]

    @cached_property
    def _database(self) -> Any:
        return boto3.resource("dynamodb", **self._local())

    @cached_property
    def _logs(self) -> Any:
        return boto3.client("logs", **self._local())

    def _local(self) -> dict[str, Any]:
        return {
            "endpoint_url": self.session.endpoint_url,
            "region_name": "us-east-1",
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
            "config": Config(proxies={}),
        }


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M %p}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
    for key in sorted({*before, *after}):
        if before.get(key) == after.get(key):
            continue
        change = "new" if key not in before else "gone" if key not in after else "changed"
        yield {"change": change, "key": key, "item": after.get(key, before.get(key))}


class Handler(SimpleHTTPRequestHandler):
    """The pages as they lie there, with the API's address put in, and two routes of its own."""

    desk: Desk

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, directory=str(WEB), **options)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/local/session":
            self._answer(HTTPStatus.OK, self.desk.begin())
        elif path in ("/", "/book.html", "/cockpit.html", "/phone.html"):
            self._page(WEB / (path.lstrip("/") or "book.html"))
        else:
            super().do_GET()

    def do_POST(self) -> None:
        """Only for our own page: another site's script may not text from here."""
        port = self.connection.getsockname()[1]
        ours = {f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")}
        if self.path != "/local/text" or self.headers.get("Origin") not in ours:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "There is nothing at this address."})
            return
        try:
            asked = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length", "0")), MOST_BYTES)))
            self._answer(HTTPStatus.OK, self.desk.text(str(asked["from"]), str(asked["body"])))
        except (ValueError, KeyError, TypeError):
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "That is no text."})
        except NoAnswer as problem:
            self._answer(HTTPStatus.BAD_GATEWAY, {"error": str(problem)})

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Silent: the terminal belongs to whoever reads the addresses there."""

    def _page(self, path: Path) -> None:
        page, session = path.read_text(encoding="utf-8"), self.desk.session
        for name, value in (("linda-api", session.api_url), ("linda-phone", session.phone_number)):
            page = page.replace(f'name="{name}" content=""', f'name="{name}" content="{value}"')
        self._send(HTTPStatus.OK, page.encode(), "text/html; charset=utf-8")

    def _answer(self, status: HTTPStatus, body: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(body, default=_jsonable).encode(), "application/json")

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _jsonable(value: object) -> Any:
    """DynamoDB's numbers and sets."""
    return sorted(value) if isinstance(value, set) else int(value)  # type: ignore[call-overload]


def serve(session: Session, port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 that is ready; `serve_forever` runs it."""
    handler = type("_Handler", (Handler,), {"desk": Desk(session)})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--session", required=True, type=Path)
    parser.add_argument("--port", required=True, type=int)
    options = parser.parse_args()
    serve(Session.load(options.session), options.port).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
