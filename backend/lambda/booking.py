"""Bookings: one slot holds one booking, whatever arrives at the same time.

Beside the lead and its claim (see leads), in the lead table:

    OPEN#<phone>          timestamp = 1, 2, 3     a seat: one open booking of that number
    WEB#<address>, WEB#   timestamp = 1, 2, ...   a seat: one web booking of the last hour
    VOICE#                timestamp = 1, 2, ...   a seat: one booking by voice of the last hour

A limit of n is n seats. A booking takes a free seat by condition, and a seat is free again by the clock once its
`expires_at` has passed, so that a limit holds under any race and never needs a count to be put right.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import grants
from errors import (
    InvalidRequest,
    NotFound,
    SlotTaken,
    StoreUnavailable,
    TooManyBookings,
    TransactionRefused,
)
from grants import Grant
from leads import (
    MOST_PHOTOS,
    Lead,
    claim_action,
    claim_item,
    claims_of,
    find_lead,
    index_item,
    lead_item,
    taken_starts,
)
from shop import Shop
from slots import (
    Slot,
    bookable_slots_on,
    free_slots,
    is_open_for_booking,
    nearest,
    parse_date,
    parse_time,
    slot_at,
    span,
)
from utils import FREE, FREE_BY_THE_CLOCK, Action, Item, Pending, Store, all_results, epoch, plain_text, put_action

MAX_ATTEMPTS = 16
MAX_DAYS = 14
ALTERNATIVES = 3
HOUR_SECONDS = 3600
_PHONE = re.compile(r"(?:\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})")
_TEXT_LENGTHS = {"device": 100, "customer_name": 100, "notes": 500}
_REQUIRED = ("phone", "date", "time", "repair_type")


@dataclass(frozen=True)
class BookingRequest:
    """What somebody asks for. `phone` is E.164, `repair_type` a service id, `source` is web, sms or voice.

    `asked_at` is when a slot that is kept for this customer was asked for: the notice counts from then. None is now.
    """

    phone: str
    slot: Slot
    repair_type: str
    source: str
    device: str = ""
    customer_name: str = ""
    notes: str = ""
    photos: tuple[str, ...] = ()
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Booked:
    """The booking that now holds the slot. `already` when the same phone held it before this request."""

    lead: Lead
    already: bool = False


@dataclass(frozen=True)
class Rider:
    """A write that belongs into the booking's own transaction: made from the lead, with the error of its refusal.

    `copy` is the `lead_id` of what it writes if that repeats the customer's own words, so that they can be found again.
    """

    action: Callable[[Lead], Action]
    refused: Callable[[Item | None], Exception]
    copy: str = ""


@dataclass(frozen=True)
class Quota:
    """A limit as seats: at most `seats` bookings at a time in `partition`, each until `until` (epoch seconds)."""

    limit: str
    partition: str
    seats: int
    until: int


# --- what a request says ------------------------------------------------------------------------------------


def normalized_phone(text: object) -> str:
    """A US or Canadian number in any usual form, as E.164. Raises ValueError with a sentence for its sender.

    Source of the rule: the North American Numbering Plan; area code and exchange start with 2 to 9.
    """
    digits = re.sub(r"[\s().\u2010-\u2015/-]+", "", text) if isinstance(text, str) else ""
    match = _PHONE.fullmatch(digits.removeprefix("tel:"))
    if not match:
        raise ValueError("must be a US or Canadian phone number with area code, such as (904) 555-0100")
    return f"+1{match[1]}"


def is_domestic(phone: str) -> bool:
    """Whether a number is one of the US or Canada: a text to any other may cost dollars, and is none of a customer."""
    try:
        return normalized_phone(phone) == phone
    except ValueError:
        return False


def parse_request(
    shop: Shop, body: Mapping[str, Any], source: str, now: datetime, *, phone: str | None = None
) -> BookingRequest:
    """The request of CONTRACT 4. Raises InvalidRequest that names every bad, missing or unknown field.

    With `phone`, the sender is known (E.164) and not a field of the body.
    """
    required = _REQUIRED if phone is None else _REQUIRED[1:]
    wrong = {name: "is required" for name in required if body.get(name) in (None, "")}
    wrong |= {name: "is not a field of a booking" for name in body if name not in (*required, *_TEXT_LENGTHS)}
    parsers: dict[str, Callable[[object], Any]] = {
        "phone": normalized_phone if phone is None else lambda _value: phone,
        "date": parse_date,
        "time": parse_time,
        "repair_type": lambda value: _service_id(shop, value),
    }
    parsers |= {name: partial(_text, longest=length) for name, length in _TEXT_LENGTHS.items()}
    parsed: dict[str, Any] = {}
    for name, parse in parsers.items():
        if name in wrong or body.get(name) is None:
            continue
        try:
            parsed[name] = parse(body[name])
        except ValueError as problem:
            wrong[name] = str(problem)
    if "date" in parsed:
        try:
            slots = bookable_slots_on(shop, parsed["date"], now)
            parsed |= {"slot": slot_at(slots, parsed["time"])} if "time" in parsed else {}
        except InvalidRequest as problem:
            wrong |= problem.fields
    if "slot" in parsed and "repair_type" in parsed and not span_of(shop, parsed["slot"], parsed["repair_type"]):
        wrong["time"] = "that repair would not be done before the shop closes"
    if wrong:
        raise InvalidRequest(wrong)
    texts = {name: parsed.get(name, "") for name in _TEXT_LENGTHS}
    return BookingRequest(phone or parsed["phone"], parsed["slot"], parsed["repair_type"], source, **texts)


def span_of(shop: Shop, slot: Slot, repair_type: str) -> tuple[Slot, ...]:
    """The slots that a repair takes from this one on; () when the shop closes before it is done."""
    return span(shop, slot, shop.minutes_of(repair_type))


def _text(value: object, longest: int) -> str:
    """A text of the customer's, without secrets that nobody should keep."""
    from privacy import masked_secrets  # not before somebody books

    return masked_secrets(plain_text(value, longest))[:longest]


def _service_id(shop: Shop, value: object) -> str:
    if not isinstance(value, str) or shop.service(value) is None:
        raise ValueError(f"must be one of {', '.join(service.id for service in shop.services)}")
    return value


# --- what is free -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calendar:
    """The claims of some days, on their way, as a customer sees them. One query a day, side by side."""

    shop: Shop
    days: tuple[date, ...]
    claims: tuple[Pending[list[Item]], ...]
    phone: str = ""

    def free(self, now: datetime, blocked_until: datetime | None, minutes: int = 1) -> list[Slot]:
        """The slots at which a repair of so many minutes can begin. Raises StoreUnavailable, never a free calendar."""
        claims = (claim for claims in all_results(self.claims) for claim in claims)
        taken = taken_starts(claims, now, self.phone)
        return free_slots(self.shop, self.days, taken, now, blocked_until, minutes)


def begin_read_calendar(store: Store, shop: Shop, first: date, days: int, now: datetime, phone: str = "") -> Calendar:
    """Start reading the claims of `days` days from `first`, those only that can be booked at all.

    What is kept for the customer with this `phone` (E.164) is free for him.
    """
    today = shop.local(now).date()
    horizon = (today + timedelta(days=shop.booking_horizon_days)).toordinal()
    span = range(max(first.toordinal(), today.toordinal()), min(first.toordinal() + days - 1, horizon) + 1)
    dates = tuple(date.fromordinal(day) for day in span)
    return Calendar(shop, dates, tuple(store.query(claims_of(day)) for day in dates), phone)


def next_free(
    store: Store,
    shop: Shop,
    count: int,
    now: datetime,
    blocked_until: datetime | None,
    minutes: int = 1,
    first: date | None = None,
    phone: str = "",
) -> list[Slot]:
    """The next free slots, looked for week by week from the `first` day, else today, up to the horizon."""
    found: list[Slot] = []
    day, last = first or shop.local(now).date(), shop.booking_horizon_days
    for offset in range(0, last + 1, 7):
        calendar = begin_read_calendar(store, shop, day + timedelta(days=offset), 7, now, phone)
        found += calendar.free(now, blocked_until, minutes)
        if len(found) >= count:
            break
    return found[:count]


def alternatives(
    store: Store, shop: Shop, wanted: Slot, repair_type: str, now: datetime, blocked_until: datetime | None
) -> list[Slot]:
    """The nearest slots to one that is not free, at which the repair can begin."""
    minutes = shop.minutes_of(repair_type)
    first = wanted.start.date() - timedelta(days=3)
    around = begin_read_calendar(store, shop, first, 7, now).free(now, blocked_until, minutes)
    if len(around) < ALTERNATIVES:
        around = next_free(store, shop, ALTERNATIVES, now, blocked_until, minutes) + around
    return nearest(dict.fromkeys(around), wanted, ALTERNATIVES)


# --- booking ------------------------------------------------------------------------------------------------


def phone_quota(shop: Shop, phone: str, slot: Slot) -> Quota:
    """At most so many open bookings a phone; one that has begun is not open any more."""
    limit = "open_bookings_per_phone"
    return Quota(limit, f"OPEN#{phone}", shop.limits.open_bookings_per_phone, slot.starts_at)


def web_quotas(shop: Shop, address: str, now: datetime) -> tuple[Quota, Quota]:
    """At most so many web bookings an hour from one source address, and so many in all."""
    until = epoch(now) + HOUR_SECONDS
    mine, all_web = shop.limits.web_bookings_per_hour_per_address, shop.limits.web_bookings_per_hour
    return (
        Quota("web_bookings_per_hour_per_address", f"WEB#{address}", mine, until),
        Quota("web_bookings_per_hour", "WEB#", all_web, until),
    )


def voice_quota(shop: Shop, now: datetime) -> Quota:
    """At most so many bookings an hour by voice, from all numbers: a caller's number can be forged."""
    return Quota("voice_bookings_per_hour", "VOICE#", shop.limits.voice_bookings_per_hour, epoch(now) + HOUR_SECONDS)


def begin_read_open(store: Store, phone: str) -> Pending[list[Item]]:
    """The seats of a phone: which of its bookings are open. For `open_slots` and `book`."""
    return store.query(f"OPEN#{phone}")


def open_slots(shop: Shop, seats: Iterable[Item], now: datetime) -> list[Slot]:
    """The slots that a phone's open bookings hold, in order."""
    starts = sorted(int(seat["expires_at"]) for seat in seats if int(seat["expires_at"]) > epoch(now))
    return [Slot(datetime.fromtimestamp(start, shop.timezone)) for start in starts]


def open_leads(store: Store, shop: Shop, phone: str, now: datetime) -> list[Lead]:
    """The open bookings of a phone in order of time."""
    seats = begin_read_open(store, phone).result()
    ids = [seat["booking_id"] for seat in seats if int(seat["expires_at"]) > epoch(now)]
    found = [_lead_if_any(store, shop, lead_id) for lead_id in ids]
    mine = [lead for lead in found if lead and lead.phone == phone and lead.status == "booked"]
    return sorted(mine, key=lambda lead: lead.slot.starts_at)


def _lead_if_any(store: Store, shop: Shop, lead_id: str) -> Lead | None:
    """A lead that somebody may have deleted by hand."""
    with suppress(NotFound):
        return find_lead(store, shop, lead_id)
    return None


@dataclass(frozen=True)
class SeatReads:
    """What a booking looks at first, on its way: its limits, the seats taken in each, and the customer's discount."""

    quotas: tuple[Quota, ...]
    taken: tuple[Pending[list[Item]], ...]
    grant: Pending[Grant | None]


def begin_read_seats(
    store: Store, shop: Shop, request: BookingRequest, now: datetime, quotas: Sequence[Quota] = ()
) -> SeatReads:
    """Start reading what `book` looks at first: the phone's own limit, these, and its discount."""
    everything = (phone_quota(shop, request.phone, request.slot), *quotas)
    taken = tuple(store.query(quota.partition) for quota in everything)
    return SeatReads(everything, taken, grants.begin_read(store, request.phone, now))


def book(
    store: Store,
    shop: Shop,
    request: BookingRequest,
    now: datetime,
    blocked_until: datetime | None,
    *,
    seats: SeatReads | None = None,
    riders: Sequence[Rider] = (),
) -> Booked:
    """Book one slot, in one conditional transaction over its claim, the lead, the seats and the riders.

    A slot that the repair does not fit into before the shop closes is SlotTaken too; parse_request says why.
    Raises SlotTaken, TooManyBookings, StoreUnavailable, OutcomeUnknown, or a rider's own error. The same phone
    asking for the slot that it already holds gets the booking it has.
    """
    reads = seats or begin_read_seats(store, shop, request, now)
    lead_second = epoch(now)
    for attempt in range(MAX_ATTEMPTS):
        taken = all_results(reads.taken)
        if own := _own_booking(store, shop, request, _seat_of(taken[0], request.slot)):
            return own
        fits = span_of(shop, request.slot, request.repair_type)
        if not fits or not is_open_for_booking(shop, request.slot, request.asked_at or now, blocked_until):
            raise SlotTaken
        numbers = [_free_seat(quota, seats, now) for quota, seats in zip(reads.quotas, taken, strict=True)]
        grant = usable(store, shop, reads.grant.result())
        lead = _new_lead(shop, request, lead_second, now, grant)
        attempted = _Attempt(store, shop, lead, reads.quotas, numbers, grant, riders, now)
        try:
            store.transact(attempted.actions())
        except TransactionRefused as refused:
            if own := _own_booking(store, shop, request, attempted.judge(refused)):
                return own
            if any(refused.refusals[1:]):  # else only the id was taken, and what was read still stands
                reads = begin_read_seats(store, shop, request, now, reads.quotas[1:])
        else:
            return Booked(lead)
        lead_second = epoch(now) + _nearby(attempt)
    raise StoreUnavailable


def _own_booking(store: Store, shop: Shop, request: BookingRequest, lead_id: str | None) -> Booked | None:
    """The booking that this phone holds at this slot, unless it was dropped or moved since that was read."""
    lead = _lead_if_any(store, shop, lead_id) if lead_id else None
    if lead and lead.status == "booked" and lead.slot.starts_at == request.slot.starts_at:
        return Booked(lead, already=True)
    return None


@dataclass(frozen=True)
class _Attempt:
    """One transaction and what its refusal means. Order of actions: lead, claims, seats, index, discount, riders."""

    store: Store
    shop: Shop
    lead: Lead
    quotas: Sequence[Quota]
    seats: Sequence[int]
    grant: Grant | None
    riders: Sequence[Rider]
    now: datetime

    def actions(self) -> list[Action]:
        table, lead = self.store.leads_table, self.lead
        claims = [claim_item(lead, starts_at, self.shop.timezone) for starts_at in lead.claimed]
        seats = [
            {
                "lead_id": quota.partition,
                "timestamp": number,
                "expires_at": quota.until,
                "booking_id": lead.lead_id,
                "starts_at": lead.slot.starts_at,
            }
            for quota, number in zip(self.quotas, self.seats, strict=True)
        ]
        return [
            # Closes the overwritten lead: two bookings in one second cannot have one id.
            put_action(table, lead_item(lead), FREE),
            # Closes the double booking: of all who want a slot, one finds it unclaimed.
            *(claim_action(self.store, claim, self.now) for claim in claims),
            # Closes the limits under load: two bookings cannot take one seat.
            *(put_action(table, seat, FREE_BY_THE_CLOCK, {"now": epoch(self.now)}) for seat in seats),
            put_action(table, index_item(lead, [rider.copy for rider in self.riders if rider.copy])),
            self._grant(),
            *(rider.action(lead) for rider in self.riders),
        ]

    def _grant(self) -> Action:
        """The discount is printed with the booking; one that was granted since it was looked for is not passed over."""
        if self.grant:
            return grants.use(self.store, self.lead.phone, self.grant, self.lead.lead_id)
        return grants.none_waits(self.store, self.lead.phone, self.now)

    def judge(self, refused: TransactionRefused) -> str | None:
        """Raise what the refusal means for the caller; the lead id when this phone holds the slot; None to retry."""
        claimed = len(self.lead.claimed)
        _lead, *rest = refused.refusals
        for rider, refusal in zip(self.riders, rest[len(rest) - len(self.riders) :], strict=True):
            if refusal is not None:
                raise rider.refused(refusal.item)
        claim = next((refusal for refusal in rest[:claimed] if refusal is not None), None)
        return self._holder(claim.item or {}) if claim else None

    def _holder(self, claim: Item) -> str:
        mine = claim.get("phone") == self.lead.phone and claim.get("starts_at") == self.lead.slot.starts_at
        if not mine:
            raise SlotTaken
        return str(claim["booking_id"])


def _seat_of(seats: Iterable[Item], slot: Slot) -> str | None:
    return next((seat["booking_id"] for seat in seats if seat.get("starts_at") == slot.starts_at), None)


def _free_seat(quota: Quota, taken: Iterable[Item], now: datetime) -> int:
    """A free seat, at random, so that many at once seldom reach for the same one."""
    occupied = {int(seat["timestamp"]) for seat in taken if int(seat["expires_at"]) > epoch(now)}
    free = [number for number in range(1, quota.seats + 1) if number not in occupied]
    if not free or len(occupied) >= quota.seats:
        raise TooManyBookings(quota.limit)
    return random.choice(free)  # noqa: S311 - spreads load, guards nothing


def _nearby(attempt: int) -> int:
    """Seconds to move an id whose second is taken, further afield with each attempt."""
    reach = 60 * (attempt + 1)
    return random.choice((-1, 1)) * random.randint(1, reach)  # noqa: S311 - spreads load, guards nothing


def usable(store: Store, shop: Shop, grant: Grant | None) -> Grant | None:
    """The customer's discount, if it is printed on no lead, or on one that was dropped or is no more."""
    lead = _lead_if_any(store, shop, grant.booking_id) if grant and grant.booking_id else None
    return None if lead and lead.status != "dropped" else grant


def _new_lead(shop: Shop, request: BookingRequest, lead_second: int, now: datetime, grant: Grant | None) -> Lead:
    return Lead(
        lead_id=f"LEAD-{datetime.fromtimestamp(lead_second, UTC):%Y%m%d-%H%M%S}",
        slot=request.slot,
        phone=request.phone,
        repair_type=request.repair_type,
        device=request.device,
        customer_name=request.customer_name,
        notes=request.notes,
        source=request.source,
        status="booked",
        created_at=epoch(now),
        claimed=tuple(slot.starts_at for slot in span_of(shop, request.slot, request.repair_type)),
        discount_percent=grant.percent if grant else 0,
        photos=request.photos[:MOST_PHOTOS],
    )
