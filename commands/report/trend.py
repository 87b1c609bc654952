"""Where a row of numbers is heading: a straight line by least squares, where they lie near enough to one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from commands.report.report import DAY

LEAST = 24  # points that a line is drawn through
SPAN = DAY  # seconds that they cover, at least
FIT = 0.7  # part of what the numbers differ by that the line explains, from which on it is told


@dataclass(frozen=True)
class Trend:
    """A line: how much more there is each day, and how well it fits, from 0 to 1."""

    daily: float
    fit: float

    def days_until(self, now: float, then: float) -> float | None:
        """In how many days it gets there from here; None where it goes the other way."""
        left = (then - now) / self.daily if self.daily else -1.0
        return left if left >= 0 else None


def trend(points: Sequence[tuple[float, float]]) -> Trend | None:
    """The line through points, each a time in epoch seconds and a number; None where they deserve none."""
    if len(points) < LEAST or points[-1][0] - points[0][0] < SPAN:
        return None
    times, values = [(at - points[0][0]) / DAY for at, _ in points], [value for _, value in points]
    if len(set(values)) == 1:
        return Trend(0.0, 1.0)
    fit = statistics.correlation(times, values) ** 2
    return Trend(statistics.linear_regression(times, values).slope, fit) if fit >= FIT else None
