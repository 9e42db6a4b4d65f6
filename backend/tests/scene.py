"""A shop at a standing clock, in which one request can be held right before it sends a condition."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

import dispatcher
from checker import violations_of_tables
from clock import Clock
from conditions import Condition, Wire
from gateway_events import LambdaContext, sms
from history import Rules
from local_aws import Tables
from shop import Shop
from shop_api import BEARER, Answer, book, send
from slots import slots_on

DAY = "2026-12-01"
ANA, BEN = "+19045550201", "+19045550202"


@dataclass
class Scene:
    """A shop at a standing clock, and the condition that matters in it."""

    tables: Tables
    wire: Wire
    clock: Clock
    monkeypatch: pytest.MonkeyPatch
    set_shop: Callable[..., Shop]
    condition: Condition
    shop: Shop

    # --- what is asked ---

    def meanwhile(self, ask: Callable[[], Any], deed: Callable[[], object]) -> Any:
        """Ask, and do the other thing right before the condition is sent."""
        with self.wire.carry(self.wire.meanwhile(self.condition, lambda: self.ours(deed))):
            return ask()

    def second_later(self, ask: Callable[[], Any], deed: Callable[[], object]) -> Any:
        """The same with the deed in another second, so that two bookings do not meet over their ids."""

        def later() -> None:
            self.clock.advance(seconds=1)
            deed()

        return self.meanwhile(ask, later)

    def ours(self, ask: Callable[[], Any]) -> Any:
        """Ask without anything in between."""
        with self.wire.carry():
            return ask()

    def book(self, phone: str = ANA, time: str = "14:00", key: str = "", **fields: Any) -> Answer:
        headers = {"idempotency-key": key} if key else {}
        answer: Answer = self.ours(lambda: book(phone=phone, date=DAY, time=time, headers=headers, **fields))
        return answer

    def change(self, lead_id: str, **fields: Any) -> Answer:
        answer: Answer = self.ours(lambda: send("PATCH", f"/bookings/{lead_id}", body=fields, headers=BEARER))
        return answer

    def drop(self, lead_id: str) -> Answer:
        answer: Answer = self.ours(lambda: send("DELETE", f"/bookings/{lead_id}", headers=BEARER))
        return answer

    def text(self, words: str, phone: str = ANA, sid: str | None = None) -> str:
        return str(self.ours(lambda: dispatcher.handler(sms(words, phone, sid), LambdaContext()))["body"])

    # --- what is found ---

    def wrong(self) -> list[str]:
        """What is wrong in the tables."""
        return violations_of_tables(self.tables.items(), self.rules())

    def rules(self) -> Rules:
        shop = self.shop
        minutes = {service.id: service.minutes for service in shop.services}
        return Rules(shop.timezone, shop.slot_minutes, minutes, shop.limits.open_bookings_per_phone)

    def limit(self, **limits: int) -> None:
        self.shop = self.set_shop(limits=limits)

    def lead(self, lead_id: str) -> dict[str, Any]:
        return next(lead for lead in self.tables.leads() if lead["lead_id"] == lead_id)

    def old_lead(self, time: str, *claimed: str) -> str:
        """A lead as an earlier phase of the project wrote it: without a claim and without a seat.

        One with `claimed` (times of the same day) says that it holds these slots, but its claims are lost.
        """
        lead_id = "LEAD-20261101-120000"
        when = {"appointment_date": DAY, "appointment_time": time, "status": "booked"}
        key = {"lead_id": lead_id, "timestamp": 1793534400}
        starts = [slot.starts_at for slot in slots_on(self.shop, date.fromisoformat(DAY)) if slot.time in claimed]
        lost = {"claimed": starts} if starts else {}
        self.tables.put({**key, **when, **lost, "phone": BEN, "repair_type": "screen", "created_at": 1793534400})
        return lead_id
