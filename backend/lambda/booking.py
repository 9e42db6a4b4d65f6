"""Bookings: one slot holds one booking, whatever arrives at the same time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import grants
import seats
from booking_request import BookingRequest
from errors import NotFound, SlotTaken, StoreUnavailable, TransactionRefused
from grants import Grant
from leads import MOST_PHOTOS, Lead, claim_action, claim_item, find_lead, index_item, lead_item
from seats import Quota
from shop import Shop
from slots import is_open_for_booking, span_of
from utils import FREE, Action, Item, Pending, Store, all_results, epoch, has_expired, put_action

MAX_ATTEMPTS = 16


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


def open_leads(store: Store, shop: Shop, phone: str, now: datetime) -> list[Lead]:
    """The open bookings of a phone in order of time."""
    taken = seats.begin_read_open(store, phone).result()
    ids = [seat["booking_id"] for seat in taken if not has_expired(seat, now)]
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
    everything = (seats.phone_quota(shop, request.phone, request.slot), *quotas)
    taken = tuple(store.query(quota.partition) for quota in everything)
    return SeatReads(everything, taken, grants.begin_read(store, request.phone, now))


def book(
    store: Store,
    shop: Shop,
    request: BookingRequest,
    now: datetime,
    blocked_until: datetime | None,
    *,
    reads: SeatReads | None = None,
    riders: Sequence[Rider] = (),
) -> Booked:
    """Book one slot, in one conditional transaction over its claim, the lead, the seats and the riders.

    A slot that the repair does not fit into before the shop closes is SlotTaken too; parse_request says why.
    Raises SlotTaken, TooManyBookings, StoreUnavailable, OutcomeUnknown, or a rider's own error. The same phone
    asking for the slot that it already holds gets the booking it has.
    """
    reads = reads or begin_read_seats(store, shop, request, now)
    lead_second = epoch(now)
    for attempt in range(MAX_ATTEMPTS):
        taken = all_results(reads.taken)
        if own := _own_booking(store, shop, request, seats.booking_at(taken[0], request.slot)):
            return own
        fits = span_of(shop, request.slot, request.repair_type)
        if not fits or not is_open_for_booking(shop, request.slot, request.asked_at or now, blocked_until):
            raise SlotTaken
        numbers = [seats.free_seat(quota, those, now) for quota, those in zip(reads.quotas, taken, strict=True)]
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
    numbers: Sequence[int]
    grant: Grant | None
    riders: Sequence[Rider]
    now: datetime

    def actions(self) -> list[Action]:
        table, lead = self.store.leads_table, self.lead
        claims = [claim_item(lead, starts_at, self.shop.timezone) for starts_at in lead.claimed]
        taken = zip(self.quotas, self.numbers, strict=True)
        return [
            # Closes the overwritten lead: two bookings in one second cannot have one id.
            put_action(table, lead_item(lead), FREE),
            # Closes the double booking: of all who want a slot, one finds it unclaimed.
            *(claim_action(self.store, claim, self.now) for claim in claims),
            # Closes the limits under load: two bookings cannot take one seat.
            *(seats.take_action(self.store, quota, number, lead, self.now) for quota, number in taken),
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
