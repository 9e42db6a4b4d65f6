"""A clock that tests set. Every handler reads the time from one place, `utils.utc_now`."""

import sys
from datetime import UTC, date, datetime, timedelta

import pytest

# Rooms that are loaded when they are first needed: not while a test has set the clock, which they would keep.
import owner  # noqa: F401
import phone_call  # noqa: F401
import sending  # noqa: F401
import status  # noqa: F401
import utils

# A Monday, one second before 10:00 AM in the shop.
MONDAY_MORNING = datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        # Two readings are never the same instant, as on a real clock.
        self.now += timedelta(microseconds=1)
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now.astimezone(UTC)

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def install(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Put the clock in the place of `utc_now` in every module of the product that reads it."""
    real = utils.utc_now
    for module in list(sys.modules.values()):
        if getattr(module, "utc_now", None) is real:
            monkeypatch.setattr(module, "utc_now", clock)


def open_day(days_ahead: int = 2) -> date:
    """A day, seen from the real clock, on which the shop is open; for tests that run in other processes."""
    day = (datetime.now(UTC) + timedelta(days=days_ahead)).date()
    return day + timedelta(days=1) if day.weekday() == 6 else day
