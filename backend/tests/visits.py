"""A page, a dashboard and a customer who visit LINDA, and what each of their requests may cost in calls of DynamoDB."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import dispatcher
import utils
from clock import Clock
from faults import flaky_proxy
from gateway_events import LambdaContext, reply_text, sms
from local_aws import LocalAws
from scripted_model import Answer, ScriptedModel, call, say
from shop_api import BEARER, agenda, availability, book, send

DAY = "2026-12-01"
# The text by which what a booking takes is told: everything is said at once.
REFERENCE = "iPhone 14 screen, tomorrow 2pm, I'm Ana"


@dataclass(frozen=True)
class Step:
    """One request of a visit, the most calls of DynamoDB it may make, and the most of them one after the other."""

    name: str
    calls: int
    in_sequence: int
    ask: Callable[["Visit"], object]


@dataclass
class Visit:
    """A page, a dashboard and a customer, one request after the other."""

    clock: Clock
    model: ScriptedModel
    lead_id: str = ""

    def take(self, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
        """One request, a minute after the last; calls it began and did not wait for have ended too."""
        self.clock.advance(minutes=1)
        with ThreadPoolExecutor(32) as pool, monkeypatch.context() as patched:
            patched.setattr(utils, "_POOL", pool)
            step.ask(self)

    def text(self, words: str) -> str:
        return reply_text(dispatcher.handler(sms(words), LambdaContext()))

    def see_a_day(self) -> None:
        assert len(availability(DAY)) == 8

    def see_two_weeks(self) -> None:
        assert len(availability(DAY, 14)) == 96

    def book_by_page(self) -> None:
        answer = book(phone="(904) 555-0177", time="09:00", device="iPhone 14", customer_name="Ana", notes="back door")
        assert answer.status == 201, answer
        self.lead_id = answer.body["lead_id"]

    def read_agenda(self) -> None:
        assert [booking["lead_id"] for booking in agenda(DAY)] == [self.lead_id]

    def move(self) -> None:
        answer = send("PATCH", f"/bookings/{self.lead_id}", body={"time": "10:00"}, headers=BEARER)
        assert (answer.status, answer.body["time"]) == (200, "10:00"), answer

    def drop(self) -> None:
        answer = send("DELETE", f"/bookings/{self.lead_id}", headers=BEARER)
        assert (answer.status, answer.body["status"]) == (200, "dropped"), answer

    def text_without_a_tool(self) -> None:
        self.model.script(say("Which device is it?"))
        assert self.text("Do you fix screens?") == "Which device is it?"

    def text_that_books(self) -> None:
        self.model.script(*answers_to_reference(DAY))
        assert "You're booked: Tue Dec 1, 2:00 PM" in self.text(REFERENCE)


def answers_to_reference(day: str) -> tuple[Answer, Answer]:
    """What the model says to it, if it does as it is told: it books, then asks."""
    wanted = {"date": day, "time": "14:00", "repair_type": "screen", "device": "iPhone 14", "customer_name": "Ana"}
    return call("book_slot", **wanted), say("Anything else?")


STEPS = (
    Step("availability, 1 day", 2, 1, Visit.see_a_day),
    Step("availability, 14 days", 15, 1, Visit.see_two_weeks),
    Step("booking from the web", 6, 2, Visit.book_by_page),
    Step("agenda of a day", 2, 2, Visit.read_agenda),
    Step("move", 3, 3, Visit.move),
    Step("drop", 3, 3, Visit.drop),
    Step("text without a tool", 12, 2, Visit.text_without_a_tool),
    Step("text that books", 13, 3, Visit.text_that_books),
)


# --- what they cost -----------------------------------------------------------------------------------------


@contextmanager
def depth_of_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The depth of each call: one more than the deepest call whose result was read before it was sent."""
    submit, result = utils.Store._submit, utils.Pending.result
    read: list[int] = [0]
    depths: list[int] = []

    def submitted(store: utils.Store, call: Callable[[], Any]) -> Any:
        future: Any = submit(store, call)
        future.depth = max(read) + 1
        depths.append(future.depth)
        return future

    def resulted(pending: utils.Pending[Any]) -> Any:
        try:
            return result(pending)
        finally:
            read.append(pending._future.depth)  # type: ignore[attr-defined]

    with monkeypatch.context() as patched:
        patched.setattr(utils.Store, "_submit", submitted)
        patched.setattr(utils.Pending, "result", resulted)
        yield depths


def depths_of(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many calls of each step, by its name, wait for one another."""
    deepest = {}
    for step in STEPS:
        with depth_of_calls(monkeypatch) as depths:
            visit.take(step, monkeypatch)
        deepest[step.name] = max(depths)
    return deepest


def calls_of(visit: Visit, aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The operations of each step, by its name, as they came in at the tables."""
    calls = {}
    with flaky_proxy(aws.endpoint_url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint_url)
        for step in STEPS:
            proxy.log.clear()
            visit.take(step, monkeypatch)
            calls[step.name] = proxy.operations()
    return calls
