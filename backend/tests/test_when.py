"""What people mean by a day and a time."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from when import Contradiction, day_in, time_in

MONDAY = date(2026, 11, 30)
NINE, FIVE = time(9), time(17)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("today", MONDAY),
        ("tomorrow at 2", date(2026, 12, 1)),
        ("the day after tomorrow", date(2026, 12, 2)),
        ("mañana", date(2026, 12, 1)),
        ("pasado mañana", date(2026, 12, 2)),
        ("Monday", MONDAY),
        ("tues", date(2026, 12, 1)),
        ("this Friday", date(2026, 12, 4)),
        ("next Friday", date(2026, 12, 11)),
        ("next Monday", date(2026, 12, 7)),
        ("el viernes", date(2026, 12, 4)),
        ("Dec 1", date(2026, 12, 1)),
        ("Dec. 1st", date(2026, 12, 1)),
        ("December 1, 2027", date(2027, 12, 1)),
        ("1 December", date(2026, 12, 1)),
        ("the 3rd of December", date(2026, 12, 3)),
        ("12/1", date(2026, 12, 1)),
        ("12/1/26", date(2026, 12, 1)),
        ("Tuesday, Dec 1", date(2026, 12, 1)),
        ("Nov 29", date(2027, 11, 29)),
        ("Feb 29", date(2028, 2, 29)),
        ("tuesday 12/1 2pm", date(2026, 12, 1)),
        ("iPhone 14 screen", None),
        ("my screen may be broken", None),
        ("", None),
    ],
)
def test_words_name_a_day(words: str, day: date | None) -> None:
    assert day_in(words, MONDAY) == day


@pytest.mark.parametrize("words", ["Monday Dec 1", "friday 12/1", "tomorrow, Friday", "2026-12-01 (Wednesday)"])
def test_weekday_that_contradicts_its_date_is_asked_about(words: str) -> None:
    with pytest.raises(Contradiction, match="December 1 is a Tuesday, not a"):
        day_in(words, MONDAY)


@pytest.mark.parametrize("words", ["Feb 30", "13/45", "2026-02-30", "June 31 2027"])
def test_day_that_does_not_exist_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"day|date"):
        day_in(words, MONDAY)


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(0, 6))
def test_weekday_is_the_next_one_today_included(today: date, weekday: int) -> None:
    day = day_in(WEEKDAYS[weekday], today)
    assert day is not None
    assert day.weekday() == weekday
    assert today <= day < today + timedelta(days=7)


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(0, 6))
def test_next_weekday_is_in_the_next_calendar_week(today: date, weekday: int) -> None:
    day = day_in(f"next {WEEKDAYS[weekday]}", today)
    assert day is not None
    assert (day.weekday(), day.isocalendar().week) == (weekday, (today + timedelta(days=7)).isocalendar().week)


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(0, 364))
def test_day_and_month_are_the_next_such_day_and_its_weekday_agrees(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    if (day.month, day.day) != (2, 29):
        assert day_in(f"{day:%B} {day.day}", today) == day
        assert day_in(f"{day:%a}, {day:%b} {day.day}", today) == day


@given(st.text(max_size=40), st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_any_words_are_a_day_none_or_a_value_error(words: str, today: date) -> None:
    try:
        assert day_in(words, today) is None or isinstance(day_in(words, today), date)
    except ValueError as refused:
        assert str(refused)  # noqa: PT017 - any text is fine input, and both outcomes are


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("2pm", time(14)),
        ("at 2:00 PM please", time(14)),
        ("14:00", time(14)),
        ("tomorrow 9 a.m.", time(9)),
        ("at 2", time(14)),
        ("around 9", time(9)),
        ("at 5", None),
        ("noon", time(12)),
        ("a las 3", time(15)),
        ("at 12", time(12)),
        ("iPhone 14", None),
        ("Dec 1", None),
    ],
)
def test_words_name_a_time_inside_the_hours(words: str, at: time | None) -> None:
    assert time_in(words, NINE, FIVE) == at
