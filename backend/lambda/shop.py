"""The facts of this shop, read once from shop.json. No rule, no storage: another shop edits only that file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SHOP_FILE = Path(__file__).with_name("shop.json")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Service:
    """One kind of repair. `from_usd` maps a brand ("" = any) to the least it costs; `fixed_usd` is the whole price.

    `name_es` is its name in Spanish, or "".
    """

    id: str
    name: str
    words: tuple[str, ...]
    from_usd: Mapping[str, int]
    fixed_usd: int | None
    minutes: int
    name_es: str = ""

    def called(self, language: str) -> str:
        """Its name in the customer's language, "en" or "es"."""
        return (self.name_es if language == "es" else "") or self.name


@dataclass(frozen=True)
class Accessory:
    """What is sold beside a repair, and its price."""

    id: str
    name: str
    usd: int
    name_es: str = ""

    def called(self, language: str) -> str:
        """Its name in the customer's language, "en" or "es"."""
        return (self.name_es if language == "es" else "") or self.name


@dataclass(frozen=True)
class Limits:
    """How many are let in before somebody else's turn comes."""

    open_bookings_per_phone: int
    web_bookings_per_hour_per_address: int
    web_bookings_per_hour: int
    texts_per_ten_minutes: int
    texts_after_calls_per_hour: int
    voice_bookings_per_hour: int


@dataclass(frozen=True)
class Shop:
    """Everything that is true of this shop and not of software. `hours` has one entry a weekday, Monday first.

    In the quiet hours, from the first time to the second, no text is sent that can wait.
    """

    name: str
    city: str
    timezone: ZoneInfo
    assistant: str
    owner: str
    hours: tuple[tuple[time, time] | None, ...]
    quiet_hours: tuple[time, time] | None
    slot_minutes: int
    minimum_notice_minutes: int
    booking_horizon_days: int
    closed_dates: frozenset[date]
    services: tuple[Service, ...]
    devices: tuple[str, ...]
    onsite_visit_usd: int
    accessories: tuple[Accessory, ...]
    warranty_days: int
    limits: Limits

    def local(self, moment: datetime) -> datetime:
        """An aware moment on the shop's own clock."""
        return moment.astimezone(self.timezone)

    def service(self, service_id: str) -> Service | None:
        return next((service for service in self.services if service.id == service_id), None)

    def minutes_of(self, service_id: str) -> int:
        """How long a repair takes; 1, which is one slot, for a service that shop.json does not have (any more)."""
        service = self.service(service_id)
        return service.minutes if service else 1

    def service_named_in(self, text: str) -> Service | None:
        """The service that a customer's words mean: the one whose longest word or phrase they contain."""
        words = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        found = [
            (len(phrase), service)
            for service in self.services
            for phrase in service.words
            if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", words)
        ]
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def device_named_in(self, text: str) -> str:
        """The device that a customer's words name, such as "iPhone 14 Pro", or ""."""
        names = "|".join(re.escape(name) for name in self.devices)
        model = r"galaxy|note|z|fold|flip|fe|se|air|mini|pro|max|plus|ultra|xr|xs|x|[a-z]?\d{1,3}[a-z]{0,2}"
        match = re.search(rf"(?<!\w)(?:{names})(?!\w)(?:\s+(?:{model})){{0,4}}(?!\w)", text, re.IGNORECASE)
        if not match:
            return ""
        return " ".join(self._spelled(word) for word in match.group().split())

    def _spelled(self, word: str) -> str:
        known = {name.lower(): name for name in self.devices} | {
            "se": "SE",
            "xr": "XR",
            "xs": "XS",
            "fe": "FE",
        }
        return known.get(word.lower(), word.upper() if len(word) < 2 or word[-1].isdigit() else word.capitalize())


@lru_cache(maxsize=1)
def load_shop() -> Shop:
    """The shop of shop.json. Raises ValueError or KeyError when the file is not a shop: better at start than later."""
    facts = json.loads(SHOP_FILE.read_text(encoding="utf-8"))
    return Shop(
        name=facts["name"],
        city=facts["city"],
        timezone=ZoneInfo(facts["timezone"]),
        assistant=facts["assistant"],
        owner=facts["owner"],
        hours=tuple(_opening(facts["hours"][day]) for day in WEEKDAYS),
        quiet_hours=_opening(facts["quiet_hours"]),
        slot_minutes=int(facts["slot_minutes"]),
        minimum_notice_minutes=int(facts["minimum_notice_minutes"]),
        booking_horizon_days=int(facts["booking_horizon_days"]),
        closed_dates=frozenset(date.fromisoformat(day) for day in facts["closed_dates"]),
        services=tuple(_service(entry) for entry in facts["services"]),
        devices=tuple(facts["devices"]),
        onsite_visit_usd=int(facts["onsite_visit_usd"]),
        accessories=tuple(Accessory(**entry) for entry in facts["accessories"]),
        warranty_days=int(facts["warranty_days"]),
        limits=Limits(**facts["limits"]),
    )


def _opening(hours: list[str] | None) -> tuple[time, time] | None:
    return (time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None


def _service(entry: dict[str, Any]) -> Service:
    return Service(
        id=entry["id"],
        name=entry["name"],
        words=tuple(word.lower() for word in entry["words"]),
        from_usd=dict(entry.get("from_usd", {})),
        fixed_usd=entry.get("fixed_usd"),
        minutes=int(entry["minutes"]),
        name_es=entry.get("name_es", ""),
    )
