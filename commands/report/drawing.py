"""A chart as SVG that stands by itself: no scripts, no fonts, nothing to fetch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from commands.chart import Chart, Series, number
from commands.secrets import mask_text

WIDE, HIGH = 720, 240  # of the drawing, in its own units
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 8, 26  # around the plot
LINES = 4  # horizontal lines above the lowest
LABELS = 8  # below, at most
COLORS = ("#1264a3", "#e07a1f", "#2a8f6a", "#8d5bb5", "#c0392b", "#8a8d91")
_ROUND = (1, 2, 5, 10)  # what the lines are apart, times a power of ten


def svg(chart: Chart) -> str:
    """The drawing of lines, with the words of the chart for whoever cannot see it."""
    step = _step(max((value for each in chart.series for value in each.measured), default=0.0))
    parts = [*_grid(step), *_labels(chart.labels), *_lines(chart.series, step * LINES)]
    words = escape(mask_text(chart.words()), quote=True)
    return f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{words}">{"".join(parts)}</svg>'


def legend(chart: Chart) -> str:
    """Which colour is whose."""
    items = (
        f'<li><svg viewBox="0 0 10 10" width="10" height="10"><rect width="10" height="10" fill="{color}"/></svg>'
        f" {escape(mask_text(each.name))}</li>"
        for each, color in zip(chart.series, COLORS, strict=False)
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


def _step(highest: float) -> float:
    """The distance of the lines, so that they reach the highest value."""
    if highest <= 0:
        return 1 / LINES
    least = highest / LINES
    power = 10.0 ** math.floor(math.log10(least))
    return next(each * power for each in _ROUND if each * power >= least * (1 - 1e-9))


def _grid(step: float) -> Iterator[str]:
    for at in range(LINES + 1):
        y = _y(at * step, step * LINES)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number(at * step)}</text>'


def _labels(labels: Sequence[str]) -> Iterator[str]:
    every = math.ceil(len(labels) / LABELS)
    for at, label in list(enumerate(labels))[::every]:
        yield f'<text x="{_x(at, len(labels)):.1f}" y="{HIGH - 8}" text-anchor="middle">{escape(label)}</text>'


def _lines(series: Sequence[Series], most: float) -> Iterator[str]:
    for each, color in zip(series, COLORS, strict=False):
        for spots in _runs(each.values, most):
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
            yield f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>'
            if len(spots) == 1:
                yield f'<circle cx="{spots[0][0]:.1f}" cy="{spots[0][1]:.1f}" r="3" fill="{color}"/>'


def _runs(values: Sequence[float | None], most: float) -> Iterator[list[tuple[float, float]]]:
    """The points of a line, in parts where it has gaps."""
    for is_measured, run in groupby(enumerate(values), lambda each: each[1] is not None):
        if is_measured:
            yield [(_x(at, len(values)), _y(value or 0.0, most)) for at, value in run]


def _x(at: int, count: int) -> float:
    return LEFT + (WIDE - LEFT - RIGHT) * (at + 0.5) / count


def _y(value: float, most: float) -> float:
    return TOP + (HIGH - TOP - BOTTOM) * (1 - value / most)
