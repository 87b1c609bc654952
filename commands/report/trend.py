"""Where a row of numbers is heading: a straight line by least squares, where they lie near enough to one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from commands.report.report import DAY

LEAST = 24  # points that a line is drawn through
SPAN = DAY  # seconds that they cover, at least
LEAST_OF_HALF = 8  # points in each half of that time
PACE = 0.5  # part of the line's slope that each half of it has by itself, at least: one step is no trend
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


def trend(points: Sequence[tuple[float, float]], steady: float = 0.0) -> Trend | None:
    """The line through points, each a time in epoch seconds and a number; None where they deserve none.

    Those that differ by no more than steady for each day are level.
    """
    if len(points) < LEAST or points[-1][0] - points[0][0] < SPAN:
        return None
    days = [((at - points[0][0]) / DAY, value) for at, value in points]
    values = [value for _, value in days]
    if max(values) - min(values) <= steady * days[-1][0]:
        return Trend(0.0, 1.0)
    line = _line(days)
    middle = days[-1][0] / 2
    halves = ([each for each in days if each[0] < middle], [each for each in days if each[0] >= middle])
    if line.fit < FIT or min(map(len, halves)) < LEAST_OF_HALF:
        return None
    return line if all(_line(half).daily / line.daily >= PACE for half in halves) else None


def _line(points: Sequence[tuple[float, float]]) -> Trend:
    """The line itself, without a question."""
    times, values = zip(*points, strict=True)
    if len(set(values)) == 1:
        return Trend(0.0, 1.0)
    return Trend(statistics.linear_regression(times, values).slope, statistics.correlation(times, values) ** 2)
