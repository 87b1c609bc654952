"""What a benchmark found: values of ours, those of its rivals in the same run, and the bounds that they are held to."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

HUNDRED = 100


@dataclass(frozen=True)
class Values:
    """Several values of the same thing, in the figure's unit."""

    each: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.each)

    @property
    def p99(self) -> float:
        """The 99th percentile; of few values the greatest."""
        return sorted(self.each)[min(len(self.each) * 99 // HUNDRED, len(self.each) - 1)]

    @property
    def most(self) -> float:
        """The greatest."""
        return max(self.each)


class Bound(Protocol):
    """What a figure is held to."""

    def __str__(self) -> str:
        """In words, such as `median at most 2 ms`."""

    def holds(self, figure: Figure) -> bool:
        """Whether it is met."""


@dataclass(frozen=True)
class AtMost:
    """A limit in the figure's unit; of is one of Values' properties."""

    limit: float
    unit: str
    of: str = "median"

    def __str__(self) -> str:
        """Such as `p99 at most 50 ms`."""
        return f"{self.of} at most {self.limit:g} {self.unit}"

    def holds(self, figure: Figure) -> bool:
        """Whether ours is not above it."""
        return bool(getattr(figure.ours, self.of) <= self.limit)


@dataclass(frozen=True)
class AtLeast:
    """A rate that is to be reached."""

    limit: float
    unit: str

    def __str__(self) -> str:
        """Such as `at least 100 /s`."""
        return f"at least {self.limit:g} {self.unit}"

    def holds(self, figure: Figure) -> bool:
        """Whether the median is not below it."""
        return figure.ours.median >= self.limit


@dataclass(frozen=True)
class Times:
    """At most so many times a rival's median, and so much of the unit on top."""

    factor: float
    rival: str
    plus: float = 0.0
    unit: str = "ms"

    def __str__(self) -> str:
        """Such as `at most 1.3 x raw + 8 ms`."""
        return f"at most {self.factor:g} x {self.rival}{f' + {self.plus:g} {self.unit}' if self.plus else ''}"

    def holds(self, figure: Figure) -> bool:
        """Whether ours is not above that; a rival that is not installed here says nothing."""
        rival = figure.rivals.get(self.rival)
        return rival is None or figure.ours.median <= self.factor * rival.median + self.plus


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    part: str  # of the benchmark, such as `lists`
    what: str
    unit: str
    ours: Values
    rivals: Mapping[str, Values] = field(default_factory=dict)
    bounds: Sequence[Bound] = ()
    way: str = ""  # the way it went, and the limits in force
    size: int = 0  # where it stands on a curve, and then `what` is the curve's name
    why: str = ""  # what stands in the way where a bound is not met, and what was tried

    @property
    def is_met(self) -> bool:
        """Whether every bound is."""
        return all(each.holds(self) for each in self.bounds)


@dataclass(frozen=True)
class Scale:
    """How much is measured: all of it, or little enough for a minute and a half."""

    is_quick: bool

    def of(self, whole: int, quick: int) -> int:
        """The number that applies."""
        return quick if self.is_quick else whole


def interleaved(runs: int, ways: Mapping[str, Callable[[], object]], rest: float = 0.0) -> dict[str, Values]:
    """Milliseconds of each way, run by turns so that what the machine does besides befalls them alike.

    rest are seconds before each turn.
    """
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        time.sleep(rest)
        for name, run in ways.items():
            found[name].append(timed(run))
    return {name: Values(each) for name, each in found.items()}


def timed(run: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000
