"""A chart as SVG that stands by itself: no scripts, no fonts, nothing to fetch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from commands.chart import Chart
from commands.report.plot import HIGH, LEFT, RIGHT, WIDE, Line, Mark, plot
from commands.secrets import mask_text


def svg(chart: Chart) -> str:
    """The drawing of lines, with the words of the chart for whoever cannot see it."""
    drawn = plot(chart)
    parts = [*_grid(drawn.grid), *_labels(drawn.labels), *_lines(drawn.lines)]
    words = escape(mask_text(chart.words()), quote=True)
    return f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{words}">{"".join(parts)}</svg>'


def legend(chart: Chart) -> str:
    """Which colour is whose."""
    items = (
        f'<li><svg viewBox="0 0 10 10" width="10" height="10"><rect width="10" height="10" fill="{each.color}"/></svg>'
        f" {escape(mask_text(each.name))}</li>"
        for each in plot(chart).lines
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


def _grid(grid: Iterable[Mark]) -> Iterator[str]:
    for each in grid:
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{each.at:.1f}" y2="{each.at:.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{each.at + 4:.1f}" text-anchor="end">{each.text}</text>'


def _labels(labels: Iterable[Mark]) -> Iterator[str]:
    for each in labels:
        yield f'<text x="{each.at:.1f}" y="{HIGH - 8}" text-anchor="middle">{escape(each.text)}</text>'


def _lines(lines: Iterable[Line]) -> Iterator[str]:
    for each in lines:
        for spots in each.runs:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
            yield f'<polyline points="{points}" fill="none" stroke="{each.color}" stroke-width="2"/>'
            if len(spots) == 1:
                yield f'<circle cx="{spots[0][0]:.1f}" cy="{spots[0][1]:.1f}" r="3" fill="{each.color}"/>'
