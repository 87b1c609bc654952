"""Pictures of time against size: SVG, both axes by powers of ten."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.results import spelt

LINE = 14  # pixels from one name to the next
COLOURS = ("#1d6b52", "#b3541e", "#3b5b92", "#7a4988", "#666666")
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 360, 70, 46, 20, 120


def curve(what: str, points: Sequence[Mapping[str, Any]]) -> str:
    """A picture of time against size, both by powers of ten; a line for us and for each rival."""
    lines = dict(_lines(points))
    sizes = [size for held in lines.values() for size, _ in held]
    times = [time for held in lines.values() for _, time in held]
    across = _Scale(min(sizes), max(sizes), LEFT, WIDTH - RIGHT)
    up = _Scale(10 ** math.floor(math.log10(min(times))), 10 ** math.ceil(math.log10(max(times))), HEIGHT - BOTTOM, TOP)
    drawn = [*_grid(sorted(set(sizes)), up, across, points[0]["unit"])]
    ends = {name: up.at(max(held)[1]) for name, held in lines.items()}
    for at, (name, held) in enumerate(lines.items()):
        colour = COLOURS[at % len(COLOURS)]
        way = " ".join(f"{across.at(size):.1f},{up.at(time):.1f}" for size, time in sorted(held))
        drawn.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{3 if not at else 1.5}"/>')
        label = f'x="{WIDTH - RIGHT + 8}" y="{_apart(ends)[name] + 4:.1f}" fill="{colour}"'
        drawn.append(f"<text {label}>{name}</text>")
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    title = f'<title>{what}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    return "\n".join([head, title, *drawn, "</svg>"]) + "\n"


def _apart(ends: Mapping[str, float]) -> dict[str, float]:
    """Where the names stand: beside the ends of their lines, and none over another."""
    found: dict[str, float] = {}
    for name, end in sorted(ends.items(), key=lambda each: each[1]):
        found[name] = max(end, max(found.values(), default=-math.inf) + LINE)
    return found


def _lines(points: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    yield "slashdock", [(each["size"], each["ours"]["median"]) for each in points]
    names = dict.fromkeys(name for each in points for name in each["rivals"] if not name.startswith("of "))
    for name in names:
        yield name, [(each["size"], each["rivals"][name]["median"]) for each in points if name in each["rivals"]]


class _Scale:
    """Where on the picture a value stands, by its logarithm."""

    def __init__(self, least: float, most: float, begin: float, end: float) -> None:
        self.least, self.most = least, most
        self._begin, self._end = begin, end

    def at(self, value: float) -> float:
        """The place."""
        share = math.log(value / self.least) / math.log(self.most / self.least) if self.most > self.least else 0.0
        return self._begin + share * (self._end - self._begin)


def _grid(sizes: Sequence[float], up: _Scale, across: _Scale, unit: str) -> Iterator[str]:
    value = up.least
    while value <= up.most * 1.001:
        y = up.at(value)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444444">{spelt(value)} {unit}</text>'
        value *= 10
    for size in sizes:
        x = across.at(size)
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#444444">{size:,}</text>'
