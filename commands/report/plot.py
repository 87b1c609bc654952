"""A chart as it lies in a drawing, whatever draws it: its grid, its labels and its lines, each in its colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from commands.chart import Chart, number

WIDE, HIGH = 720, 240  # of the drawing, in its own units, from the upper left
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 8, 26  # around the plot
LINES = 4  # horizontal lines above the lowest
LABELS = 8  # below, at most
COLORS = ("#1264a3", "#e07a1f", "#2a8f6a", "#8d5bb5", "#c0392b", "#8a8d91")
_ROUND = (1, 2, 5, 10)  # what the lines are apart, times a power of ten


@dataclass(frozen=True)
class Mark:
    """A word beside the drawing, and how far down or to the right that is which it stands for."""

    at: float
    text: str


Spots = tuple[tuple[float, float], ...]  # one after the other, from left to right


@dataclass(frozen=True)
class Line:
    """A series: the spots that it goes through, in parts where it has gaps; one spot alone is a dot."""

    name: str
    color: str
    runs: tuple[Spots, ...]


@dataclass(frozen=True)
class Plot:
    """All of it: horizontal lines with their numbers, labels along the lowest, and the series."""

    grid: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    lines: tuple[Line, ...]


def plot(chart: Chart) -> Plot:
    """Where everything is."""
    step = _step(max((value for each in chart.series for value in each.measured), default=0.0))
    most = step * LINES
    grid = (Mark(_y(at * step, most), number(at * step)) for at in range(LINES + 1))
    lines = (
        Line(each.name, color, tuple(_runs(each.values, most)))
        for each, color in zip(chart.series, COLORS, strict=False)
    )
    return Plot(tuple(grid), tuple(_labels(chart.labels)), tuple(lines))


def _step(highest: float) -> float:
    """The distance of the lines, so that they reach the highest value."""
    if highest <= 0:
        return 1 / LINES
    least = highest / LINES
    power = 10.0 ** math.floor(math.log10(least))
    return next(each * power for each in _ROUND if each * power >= least * (1 - 1e-9))


def _labels(labels: Sequence[str]) -> Iterator[Mark]:
    every = math.ceil(len(labels) / LABELS)
    for at, label in list(enumerate(labels))[::every]:
        yield Mark(_x(at, len(labels)), label)


def _runs(values: Sequence[float | None], most: float) -> Iterator[Spots]:
    for is_measured, run in groupby(enumerate(values), lambda each: each[1] is not None):
        if is_measured:
            yield tuple((_x(at, len(values)), _y(value or 0.0, most)) for at, value in run)


def _x(at: int, count: int) -> float:
    return LEFT + (WIDE - LEFT - RIGHT) * (at + 0.5) / count


def _y(value: float, most: float) -> float:
    return TOP + (HIGH - TOP - BOTTOM) * (1 - value / most)
