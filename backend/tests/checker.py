"""What must be true of a history of operations and of the tables it leaves, in the manner of Jepsen.

Nothing here asks the product: the rules are written a second time, from CONTRACT, so that an error in the product's
own cannot hide in the check.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal

from history import DROPPED, Deed, History, Operation, Rules

Items = Sequence[Mapping[str, Any]]
# The claims of a slot that the owner keeps for himself, and of one that is kept for a caller: no booking's.
NO_BOOKING = ("BLOCK", "HOLD")


# --- the tables at rest -------------------------------------------------------------------------------------


def violations_of_tables(items: Items, rules: Rules) -> list[str]:
    """Leads, claims and seats agree, and nothing belongs to nobody."""
    leads = {item["lead_id"]: item for item in items if item["lead_id"].startswith("LEAD-")}
    live = {lead_id: lead for lead_id, lead in leads.items() if lead["status"] == "booked"}
    claims = {int(item["timestamp"]): item for item in items if item["lead_id"].startswith("SLOT#")}
    return [
        *_claims(claims, leads, rules),
        *_holders(claims, live, rules),
        *_seats(items, live, rules),
        *_web_seats(items, leads),
    ]


def _claims(claims: Mapping[int, Any], leads: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    for start, claim in claims.items():
        lead = leads.get(claim["booking_id"])
        if claim["booking_id"] in NO_BOOKING:
            continue
        if lead is None or start not in lead.get("claimed", ()):
            yield f"orphan claim: {claim['lead_id']} {start} names {claim['booking_id']}, which does not list it"
        elif lead["status"] == "dropped":
            yield f"claim of a dropped lead: {claim['lead_id']} {start}"
        elif (claim["phone"], claim["starts_at"]) != (lead["phone"], rules.start_of(lead)):
            yield f"claim {claim['lead_id']} {start} tells another phone or start than {claim['booking_id']}"


def _holders(claims: Mapping[int, Any], live: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    holders: dict[int, str] = {}
    for lead_id, lead in live.items():
        start = rules.start_of(lead)
        if list(lead.get("claimed", ())) != rules.taken_by(lead["repair_type"], start):
            yield f"{lead_id} lists {lead.get('claimed')}, not the slots of a {lead['repair_type']} at {start}"
        for each in rules.taken_by(lead["repair_type"], start):
            if each in holders:
                yield f"double booking: {lead_id} and {holders[each]} both hold {each}"
            holders[each] = lead_id
            if claims.get(each, {}).get("booking_id") != lead_id:
                yield f"lost claim: {lead_id} is booked, its slot {each} is not claimed for it"


def _seats(items: Items, live: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    seats = [item for item in items if item["lead_id"].startswith("OPEN#")]
    held = Counter(seat["booking_id"] for seat in seats)
    for seat in seats:
        lead = live.get(seat["booking_id"])
        if lead is None or seat["lead_id"] != f"OPEN#{lead['phone']}":
            yield f"orphan seat: {seat['lead_id']} {seat['timestamp']} names {seat['booking_id']}"
        elif seat["starts_at"] != rules.start_of(lead) or seat["expires_at"] != seat["starts_at"]:
            yield f"seat {seat['lead_id']} {seat['timestamp']} tells another time than {seat['booking_id']}"
        if not 1 <= seat["timestamp"] <= rules.seats:
            yield f"no such seat: {seat['lead_id']} {seat['timestamp']}"
    for lead_id in live:
        if held[lead_id] != 1:
            yield f"{lead_id} is open and has {held[lead_id]} seats"
    for phone, count in Counter(lead["phone"] for lead in live.values()).items():
        if count > rules.seats:
            yield f"over the limit: {phone} has {count} open bookings"


def _web_seats(items: Items, leads: Mapping[str, Any]) -> Iterator[str]:
    seats = Counter(item["booking_id"] for item in items if item["lead_id"].startswith("WEB#"))
    for lead_id, lead in leads.items():
        expected = 2 if lead.get("source") == "web" else 0
        if seats.pop(lead_id, 0) != expected:
            yield f"{lead_id} came by {lead.get('source')} and is not counted as it should be among the web bookings"
    yield from (f"orphan web seat: names {lead_id}" for lead_id in seats)


def violations_of_snapshot(items: Items, minutes: Mapping[str, str], rules: Rules) -> list[str]:
    """Claims and seats, read at one instant while everything runs: each open booking has all its slots and no other.

    `minutes` is the service of each lead, known at the end. Shows a move that leaves a customer none or two.
    """
    claimed: dict[str, set[int]] = defaultdict(set)
    seated: dict[str, list[int]] = defaultdict(list)
    for item in items:
        if item["booking_id"] in NO_BOOKING:
            continue
        if item["lead_id"].startswith("SLOT#"):
            claimed[item["booking_id"]].add(int(item["timestamp"]))
        else:
            seated[item["booking_id"]].append(int(item["starts_at"]))
    found = []
    for lead_id in {*claimed, *seated}:
        expected = [set(rules.taken_by(minutes.get(lead_id, "other"), start)) for start in seated[lead_id]]
        if expected != [claimed[lead_id]]:
            found.append(f"at one instant {lead_id} had seats for {seated[lead_id]} and slots {claimed[lead_id]}")
    return found


# --- the history against the tables -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Write:
    value: int
    invoked: float
    completed: float


def violations_of_history(history: History, items: Items, rules: Rules) -> list[str]:
    leads = {item["lead_id"]: item for item in items if item["lead_id"].startswith("LEAD-")}
    messages = {item["lead_id"]: item for item in items if item["lead_id"].startswith("MESSAGE#")}
    history = History([_with_sights(each, messages) for each in history.operations])
    attempts = history.attempts()
    found = [
        *(f"{each.request}: {each.said}" for each in history.operations if each.said.startswith("broken")),
        *_leads_come_from_requests(attempts, leads, messages),
        *_repeats_get_the_same(attempts, messages),
    ]
    for lead_id in sorted({*leads, *(deed.lead_id for each in history.operations for deed in each.deeds)}):
        if lead_id in leads:
            found += _lead_explained(lead_id, leads[lead_id], history, messages, rules)
        else:
            found.append(f"lost: {lead_id} was told to somebody and is not in the table")
    return found


def _with_sights(operation: Operation, messages: Mapping[str, Any]) -> Operation:
    """A text that tells of a deed without a receipt tells of what was so already: a sight, no deed of its own."""
    if not operation.text:
        return operation
    own = {(deed.kind, deed.lead_id) for deed in _receipts(messages.get(operation.request, {}))}
    deeds = [deed if (deed.kind, deed.lead_id) in own else replace(deed, kind="see") for deed in operation.deeds]
    return replace(operation, deeds=tuple(deeds))


def _receipts(message: Mapping[str, Any]) -> list[Deed]:
    kinds: dict[str, Literal["book", "move", "drop"]] = {"booking": "book", "move": "move", "drop": "drop"}
    return [
        Deed(kinds[receipt["kind"]], receipt["lead_id"], DROPPED if receipt["kind"] == "drop" else receipt["starts_at"])
        for receipt in message.get("receipts", ())
    ]


def _leads_come_from_requests(
    attempts: Mapping[str, list[Operation]], leads: Mapping[str, Any], messages: Mapping[str, Any]
) -> Iterator[str]:
    """Every lead was asked for, by a request that was not refused, and no request made two."""
    made: dict[str, list[str]] = defaultdict(list)
    for lead_id, lead in leads.items():
        if lead["source"] == "web":
            made[lead["device"]].append(lead_id)
    for key, message in messages.items():
        made[key] += [deed.lead_id for deed in _receipts(message) if deed.kind == "book"]
        if len(message.get("receipts", ())) > 1:
            yield f"{key} did more than one thing: {message['receipts']}"
    owned = Counter(lead_id for lead_ids in made.values() for lead_id in lead_ids)
    yield from (f"{lead_id} was booked by {owned[lead_id]} requests" for lead_id in leads if owned[lead_id] != 1)
    yield from (f"a receipt names {lead_id}, which is not there" for lead_id in owned if lead_id not in leads)
    for request, lead_ids in made.items():
        tried = attempts.get(request, [])
        possible = sum(1 for each in tried if each.result != "refused")
        if len(lead_ids) > (min(possible, 1) if tried and tried[0].once else possible):
            yield f"{request} left {lead_ids}, its answers: {[(each.result, each.said) for each in tried]}"
    for request, tried in attempts.items():
        if messages.get(request, {}).get("receipts") and any(
            not each.deeds and each.result != "unknown" for each in tried
        ):
            yield f"{request} did {messages[request]['receipts']} and denied it: {[each.said for each in tried]}"
        told = {deed.lead_id for each in tried for deed in each.deeds if deed.kind == "book"}
        yield from (
            f"{request} was told {lead_id}, which another request booked" for lead_id in told - set(made[request])
        )


def _repeats_get_the_same(attempts: Mapping[str, list[Operation]], messages: Mapping[str, Any]) -> Iterator[str]:
    """One request, one answer: the same bytes from the moment it is stored, the same deed before that."""
    for request, tried in attempts.items():
        if not tried[0].once:
            continue
        if len({(deed.kind, deed.lead_id) for each in tried for deed in each.deeds if deed.kind != "see"}) > 1:
            yield f"{request} was told different deeds: {[each.deeds for each in tried]}"
        answers = [each for each in tried if each.said in _STORED or (each.text and each.result != "unknown")]
        if tried[0].text:
            stored = messages.get(request, {}).get("answer")
            since = min((each.completed for each in answers if each.body == stored), default=inf)
            answers = [each for each in answers if each.invoked > since or each.body == stored]
        if len({each.body for each in answers}) > 1:
            yield f"{request} got different answers: {sorted({each.body for each in answers})}"


# Answers of POST /bookings that are kept under the request's Idempotency-Key.
_STORED = {"201 booked", "200 already", "409 slot_taken"}


def _lead_explained(
    lead_id: str, lead: Mapping[str, Any], history: History, messages: Mapping[str, Any], rules: Rules
) -> Iterator[str]:
    """Where the lead was seen, and where it is now, is where the last one that could have put it had put it."""
    writes = list(_writes(lead_id, lead, history.attempts(), messages))
    dropped = lead["status"] == "dropped"
    seen = list(_sights(lead_id, history.attempts()))
    for invoked, completed, value in [*seen, (inf, inf, DROPPED if dropped else rules.start_of(lead))]:
        if not _possible(value, invoked, completed, writes):
            when = "at the end" if invoked == inf else f"between {invoked:.3f} and {completed:.3f}"
            yield f"{lead_id} was {value} {when}, which nothing explains: {writes}"


def _sights(lead_id: str, attempts: Mapping[str, list[Operation]]) -> Iterator[tuple[float, float, int]]:
    """Where answers say that a lead was, without having put it there. A repeat tells what the first one saw."""
    for tried in attempts.values():
        for each in tried:
            since = tried[0].invoked if each.once else each.invoked
            yield from (
                (since, each.completed, deed.start)
                for deed in each.deeds
                if deed.lead_id == lead_id and deed.kind == "see"
            )


def _writes(
    lead_id: str, lead: Mapping[str, Any], attempts: Mapping[str, list[Operation]], messages: Mapping[str, Any]
) -> Iterator[_Write]:
    """What may have been written to a lead, and when; without an end where nobody was told that it was done."""
    for request, tried in attempts.items():
        told = [(each, deed) for each in tried for deed in each.deeds if deed.lead_id == lead_id and deed.kind != "see"]
        if told and tried[0].once:
            yield _Write(told[0][1].start, tried[0].invoked, min(each.completed for each, _deed in told))
            continue
        for each, deed in told:
            yield _Write(deed.start, each.invoked, each.completed)
        for each in tried:
            if each.result == "unknown" and not each.deeds:
                maybe = [*_receipts(messages.get(request, {})), *([each.wanted] if each.wanted else [])]
                mine = lead["device"] == request
                yield from (_Write(d.start, each.invoked, inf) for d in maybe if d.lead_id == lead_id or mine)


def _possible(value: int, invoked: float, completed: float, writes: Iterable[_Write]) -> bool:
    """Whether a register written like this can hold the value at some instant between the two."""

    def overwritten(write: _Write) -> bool:
        return any(
            other.value != value and write.completed < other.invoked and other.completed < invoked for other in writes
        )

    return any(each.value == value and each.invoked <= completed and not overwritten(each) for each in writes)
