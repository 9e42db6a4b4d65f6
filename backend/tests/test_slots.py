"""The rules of time, with the shop of shop.json and with shops that open when clocks change."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import InvalidRequest
from shop import Shop, load_shop
from slots import Slot, bookable_slots_on, free_slots, nearest, parse_time, slot_at, slots_on

ALWAYS_OPEN = replace(load_shop(), hours=((time(0), time(23, 59)),) * 7)
ON_SUNDAYS = replace(load_shop(), hours=((time(9), time(17)),) * 7)


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        (date(2026, 10, 31), datetime(2026, 10, 31, 13, tzinfo=UTC)),  # summer time
        (date(2026, 11, 1), datetime(2026, 11, 1, 14, tzinfo=UTC)),  # the clocks went back at 2 AM
        (date(2027, 3, 13), datetime(2027, 3, 13, 14, tzinfo=UTC)),
        (date(2027, 3, 14), datetime(2027, 3, 14, 13, tzinfo=UTC)),  # the clocks went forward at 2 AM
    ],
)
def test_9_am_stays_9_am_when_the_clocks_change(day: date, starts: datetime) -> None:
    first = slots_on(ON_SUNDAYS, day)[0]
    assert (first.time, first.start.astimezone(UTC)) == ("09:00", starts)


def test_hour_that_does_not_exist_is_no_slot() -> None:
    times = [slot.time for slot in slots_on(ALWAYS_OPEN, date(2027, 3, 14))]
    assert times[:4] == ["00:00", "01:00", "03:00", "04:00"]


def test_hour_that_comes_twice_is_one_slot() -> None:
    slots = slots_on(ALWAYS_OPEN, date(2026, 11, 1))
    assert [slot.time for slot in slots[:4]] == ["00:00", "01:00", "02:00", "03:00"]
    assert len({slot.starts_at for slot in slots}) == len(slots)


@given(st.dates(date(2026, 1, 1), date(2032, 12, 31)))
def test_slots_of_any_day_are_in_order_and_inside_the_hours(day: date) -> None:
    shop = load_shop()
    slots = slots_on(shop, day)
    assert [slot.starts_at for slot in slots] == sorted({slot.starts_at for slot in slots})
    assert len(slots) == (0 if day.weekday() == 6 else 8)
    for slot in slots:
        assert slot.start.date() == day
        assert time(9) <= slot.start.time() <= time(16)
        assert datetime.fromtimestamp(slot.starts_at, shop.timezone) == slot.start


@given(
    st.integers(1_767_225_600, 1_861_833_600).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.one_of(st.none(), st.integers(-48, 48 * 30)),
)
def test_free_slots_keep_notice_horizon_and_mode(now: datetime, blocked_hours: int | None) -> None:
    shop = load_shop()
    blocked_until = None if blocked_hours is None else now + timedelta(hours=blocked_hours)
    today = shop.local(now).date()
    days = [today + timedelta(days=offset) for offset in range(-2, 40)]
    for slot in free_slots(shop, days, set(), now, blocked_until):
        starts = datetime.fromtimestamp(slot.starts_at, UTC)
        assert starts - now >= timedelta(minutes=60)
        assert slot.start.date() <= today + timedelta(days=30)
        assert blocked_until is None or starts >= blocked_until


def test_closed_date_has_no_slot() -> None:
    shop = replace(load_shop(), closed_dates=frozenset({date(2026, 12, 25)}))
    assert slots_on(shop, date(2026, 12, 25)) == ()
    with pytest.raises(InvalidRequest) as refused:
        bookable_slots_on(shop, date(2026, 12, 25), datetime(2026, 12, 20, tzinfo=UTC))
    assert list(refused.value.fields) == ["date"]


def test_last_slot_ends_when_the_shop_closes() -> None:
    shop = replace(load_shop(), slot_minutes=90)
    assert [slot.time for slot in slots_on(shop, date(2026, 12, 1))] == ["09:00", "10:30", "12:00", "13:30", "15:00"]


def test_29_february_and_the_turn_of_the_year_are_days() -> None:
    assert len(slots_on(ON_SUNDAYS, date(2028, 2, 29))) == 8
    new_year = slots_on(ON_SUNDAYS, date(2027, 1, 1))[0]
    assert new_year.label == "Fri Jan 1, 9:00 AM"


def test_today_is_the_shops_today() -> None:
    shop = load_shop()
    late_on_monday = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)  # 11:30 PM on November 30 in the shop
    assert bookable_slots_on(shop, date(2026, 11, 30), late_on_monday)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_is_read_in_both_forms(hour: int, minute: int) -> None:
    at = time(hour, minute)
    assert parse_time(f"{hour:02d}:{minute:02d}") == at
    assert parse_time(f"{hour % 12 or 12}:{minute:02d} {'am' if hour < 12 else 'pm'}") == at


@given(st.text(max_size=12))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(parse_time(text), time)


def test_slot_at_names_the_time() -> None:
    slots = slots_on(load_shop(), date(2026, 12, 1))
    assert slot_at(slots, time(14)).time == "14:00"
    with pytest.raises(InvalidRequest) as refused:
        slot_at(slots, time(14, 30))
    assert list(refused.value.fields) == ["time"]


def test_nearest_slots_come_in_order_of_time() -> None:
    slots = list(slots_on(load_shop(), date(2026, 12, 1)))
    wanted = slots.pop(5)
    assert [slot.time for slot in nearest(slots, wanted, 3)] == ["12:00", "13:00", "15:00"]


def shop_in(zone: str) -> Shop:
    return replace(load_shop(), timezone=ZoneInfo(zone))


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"])
def test_another_shop_has_its_own_zone(zone: str) -> None:
    slot: Slot = slots_on(shop_in(zone), date(2026, 12, 1))[0]
    assert slot.start.isoformat().startswith("2026-12-01T09:00:00")
    assert slot.start.tzinfo == ZoneInfo(zone)
