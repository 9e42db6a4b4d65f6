"""Medians, quartiles, percentiles, and ratios of what was measured in turns."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Spread:
    """The middle half of some measurements."""

    low: float
    median: float
    high: float
    count: int

    def words(self, digits: int = 0) -> str:
        """Such as "312 (305-330)"."""
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}-{self.high:,.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles. Raises ValueError of nothing."""
    if not values:
        raise ValueError("nothing was measured")
    low, median, high = [values[0]] * 3 if len(values) == 1 else statistics.quantiles(values, n=4, method="inclusive")
    return Spread(low, median, high, len(values))


def paired(of: Sequence[float], to: Sequence[float]) -> Spread:
    """The ratios of two variants that were measured in turns, round by round: what slowed both at once is not in it."""
    return spread([each / other for each, other in zip(of, to, strict=True)])


Number = TypeVar("Number", int, float)


def percentile(values: Sequence[Number], percent: int) -> Number:
    """By the nearest rank: one of the values."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def in_turn(variants: Sequence[T], number: int) -> list[T]:
    """All of them, for a round: every round begins with another one."""
    first = number % len(variants)
    return [*variants[first:], *variants[:first]]
