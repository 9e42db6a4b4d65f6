"""Many threads that book, move, drop and repeat over few slots and few customers while their calls are spoiled.

Everything that is chosen comes from one seed; what the threads make of it does not.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import dispatcher
import errors
import http_api
import scheduler
from conditions import Wire
from gateway_events import LambdaContext, http_event, reply_text, sms
from history import DROPPED, Deed, History, Operation, Result, Rules, as_json, deeds_told
from local_aws import Tables
from mischief import Crash, Faults
from shop_api import BEARER

THREADS = 8
LEASE_SECONDS = 2.0
CUSTOMERS = tuple(f"+190455502{n:02d}" for n in range(5))
_SERVICES = ("screen", "screen", "other", "back_glass")
_OPENINGS = ("hi", "hi", "hi", "back glass", "MOVE", "MOVE", "DROP")
_UNKNOWN_TEXTS = ("can't see yet", "One moment please", "can't reach the appointment book")
_REFUSED_TEXTS = ("no longer free", "as many as it can have", "already off", "no open booking", "no free time")


# --- what is sent -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sending:
    """One request as it is sent, once or again: the event, and what the history keeps of it."""

    kind: str
    request: str
    event: Mapping[str, Any]
    phone: str = ""
    key: str = ""
    wanted: Deed | None = None
    repeats: int = 0


@dataclass(frozen=True)
class Place:
    """Where a run takes place: the slots that are fought for and the shop's rules. `starts` by label."""

    starts: Mapping[str, int]
    slots: tuple[Mapping[str, str], ...]
    rules: Rules


def a_post(random: Random, number: int, place: Place) -> Sending:
    slot, phone = random.choice(place.slots), random.choice(CUSTOMERS)
    request, key = f"op-{number}", f"key-{number}" if random.random() < 0.6 else ""
    fields = {"phone": phone, "date": slot["date"], "time": slot["time"], "repair_type": random.choice(_SERVICES)}
    headers = {"idempotency-key": key} if key else {}
    source_ip = f"198.51.{number // 250 % 250}.{number % 250}"
    body = fields | {"device": request}
    event = http_event("POST", "/bookings", body=body, headers=headers, source_ip=source_ip)
    return Sending("book", request, event, phone, key, Deed("book", "", place.starts[slot["label"]]))


def a_change(random: Random, number: int, place: Place, lead_id: str) -> Sending:
    path, slot = f"/bookings/{lead_id}", random.choice(place.slots)
    kind = random.choice(("move", "move", "drop", "drop", "note"))
    wanted, body, method = None, {"notes": f"note {number}"}, "PATCH"
    if kind == "move":
        wanted = Deed("move", lead_id, place.starts[slot["label"]])
        body = {"date": slot["date"], "time": slot["time"]}
    elif kind == "drop":
        wanted = Deed("drop", lead_id, DROPPED)
        body, method = ({"status": "dropped"}, "PATCH") if random.random() < 0.5 else ({}, "DELETE")
    event = http_event(method, path, body=body or None, headers=BEARER)
    return Sending(kind, f"{kind}-{number}", event, wanted=wanted)


def a_look(random: Random, number: int, place: Place) -> Sending:
    date = random.choice(place.slots)["date"]
    if random.random() < 0.5:
        return Sending("free", f"free-{number}", http_event("GET", "/availability", query={"date": date}))
    return Sending("agenda", f"agenda-{number}", http_event("GET", "/bookings", query={"date": date}, headers=BEARER))


def a_text(random: Random, number: int, phone: str, *, listed: bool) -> Sending:
    """Words that ask for a list, or mostly, once there is one, the number of a line."""
    words = str(random.randint(1, 4)) if random.random() < (0.85 if listed else 0.1) else random.choice(_OPENINGS)
    sid = f"SM{number}"
    return Sending("text", f"MESSAGE#{phone}#{sid}", sms(words, phone, sid), phone)


# --- what comes back ----------------------------------------------------------------------------------------


def read_answer(operation: Operation, response: Mapping[str, Any], place: Place) -> None:
    """Fill in what the answer says of the operation."""
    operation.body = response["body"]
    if operation.text:
        _read_text(operation, reply_text(response), place)
    else:
        _read_json(operation, response["statusCode"], as_json(response["body"]), place)


def _read_text(operation: Operation, words: str, place: Place) -> None:
    operation.deeds = deeds_told(words, place.starts)
    if operation.deeds:
        operation.result, operation.said = "ok", operation.deeds[0].kind
    elif any(part in words for part in _UNKNOWN_TEXTS):
        operation.said = "not known"
    elif "went wrong" in words:
        operation.said = f"broken: {words}"
    else:
        refused = any(part in words for part in _REFUSED_TEXTS)
        operation.result, operation.said = ("refused", "refused") if refused else ("ok", "list")


def _read_json(operation: Operation, status: int, body: dict[str, Any], place: Place) -> None:
    results: dict[int, Result] = {200: "ok", 201: "ok", 503: "refused"}
    operation.result = results.get(status, "refused")
    operation.said = f"{status} {body.get('code', '')}".strip()
    if status >= 500 and status != 503:
        operation.said = f"broken: {operation.said}"
    if body.get("error") == http_api.ERRORS[errors.OutcomeUnknown][2]:
        operation.result, operation.said = "unknown", "503 not known"
    if operation.result == "ok" and operation.kind == "agenda":
        operation.deeds = tuple(_seen(lead, place) for lead in body["bookings"])
    elif operation.result == "ok" and operation.kind != "free":
        operation.said = {200: "200 already", 201: "201 booked"}[status] if operation.kind == "book" else "200"
        seen = _seen(body, place)
        done = status == 201 or operation.kind in {"move", "drop"}
        operation.deeds = (Deed(operation.kind, seen.lead_id, seen.start) if done else seen,)  # type: ignore[arg-type]


def _seen(lead: Mapping[str, Any], place: Place) -> Deed:
    start = DROPPED if lead["status"] == "dropped" else place.starts[lead["label"]]
    return Deed("see", lead["lead_id"], start)


# --- the run ------------------------------------------------------------------------------------------------


@dataclass
class Workload:
    """One run over one pair of tables."""

    tables: Tables
    wire: Wire
    place: Place
    seed: str
    faults: Faults
    history: History = field(default_factory=History)
    snapshots: list[list[dict[str, Any]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _due: list[tuple[float, int, Sending]] = field(default_factory=list)
    _order: Callable[[], int] = field(default_factory=lambda: itertools.count().__next__)
    _lead_ids: list[str] = field(default_factory=list)
    _said: dict[str, str] = field(default_factory=dict)

    def run(self, operations: int) -> None:
        """So many operations, then quiet: what is still open is repeated, without faults, until it has its answer."""
        numbers, done = iter(range(operations)), threading.Event()
        with ThreadPoolExecutor(THREADS + 1) as pool:
            watching = pool.submit(self._watch, done)
            working = [pool.submit(self._work, numbers) for _ in range(THREADS)]
            for each in working:
                each.result()
            done.set()
            watching.result()
        self._settle()

    def _work(self, numbers: Any) -> None:
        while True:
            with self._lock:
                number = next(numbers, None)
            if number is None:
                return
            random = Random(f"{self.seed} {number}")
            self._send(self._due_now() or self._new(random, number), random, self.faults)

    def _new(self, random: Random, number: int) -> Sending:
        kind = random.random()
        with self._lock:
            lead_ids = self._lead_ids[-8:]
        if kind < 0.45:
            phone = random.choice(CUSTOMERS)
            return a_text(random, number, phone, listed=self._said.get(phone) in {"list", "refused"})
        if kind < 0.68 or not lead_ids:
            return a_post(random, number, self.place)
        if kind < 0.92:
            return a_change(random, number, self.place, random.choice(lead_ids))
        return a_look(random, number, self.place)

    def _send(self, sending: Sending, random: Random, faults: Faults) -> Operation:
        operation = Operation(
            sending.request, sending.kind, sending.phone, time.monotonic(), sending.key, sending.wanted
        )
        with self._lock:
            self.history.operations.append(operation)
        if faults.rate and random.random() < 0.08:  # the same again, at once
            self._later(sending, 0)
        spoiler = faults.of_request(random)
        handler = dispatcher.handler if operation.text else scheduler.handler
        response = None
        with self.wire.carry(spoiler), suppress(Crash):
            response = handler(dict(sending.event), LambdaContext())
        if response is None or spoiler.crashed:
            operation.said = "crashed"
        else:
            read_answer(operation, response, self.place)
            operation.completed = time.monotonic()
        self._follow_up(sending, operation, random)
        return operation

    def _follow_up(self, sending: Sending, operation: Operation, random: Random) -> None:
        with self._lock:
            self._said |= {operation.phone: operation.said} if operation.text else {}
            new = {deed.lead_id for deed in operation.deeds} - set(self._lead_ids)
            self._lead_ids += sorted(new)
        if operation.result == "unknown" or random.random() < 0.06:  # the same again, later
            self._later(sending, LEASE_SECONDS + 0.2 if operation.text else random.uniform(0, 0.5))

    def _later(self, sending: Sending, seconds: float) -> None:
        with self._lock:
            heapq.heappush(self._due, (time.monotonic() + seconds, self._order(), sending))

    def _due_now(self) -> Sending | None:
        with self._lock:
            if self._due and self._due[0][0] <= time.monotonic():
                return heapq.heappop(self._due)[2]
            return None

    def _settle(self) -> None:
        time.sleep(LEASE_SECONDS + 0.1)
        quiet, random = Faults(0), Random(self.seed)
        waiting = {sending.request: sending for _due, _order, sending in self._due}
        for sending in waiting.values():
            self._send(sending, random, quiet)
        self._due.clear()

    def _watch(self, done: threading.Event) -> None:
        """All claims and seats at one instant, again and again."""
        keys = [
            {"lead_id": f"SLOT#{slot['date']}", "timestamp": self.place.starts[slot["label"]]}
            for slot in self.place.slots
        ]
        keys += [{"lead_id": f"OPEN#{c}", "timestamp": n + 1} for c in CUSTOMERS for n in range(self.place.rules.seats)]
        client, table = self.tables.client, self.tables.repairs_lead_log
        wanted = [{"Get": {"TableName": table, "Key": key}} for key in keys]
        while not done.wait(0.1):
            with suppress(client.exceptions.TransactionCanceledException):
                answers = client.transact_get_items(TransactItems=wanted)["Responses"]
                self.snapshots.append([dict(answer["Item"]) for answer in answers if answer.get("Item")])
