"""A chart as Slack draws it, within its limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.slack import room
from bot.slack.characters import cut, visible
from bot.slack.elements import Json, one_line
from commands.chart import Chart, Series
from commands.reply import Part

CHARTS = 2  # Slack, of a message
SERIES = 6  # Slack, of a chart
POINTS = 20  # Slack, of a series
LABEL_LIMIT = 20  # characters; Slack, of a label and of the name of a series
TITLE_LIMIT = 50  # characters; Slack, of a title
_DIGITS = 4  # of a number, which is told whole elsewhere


def block(chart: Chart) -> Json | None:
    """The block that draws it; None where there is nothing to draw, or more than Slack takes.

    Slack draws no gaps: the label is left out where one would be, or the series, so that the most numbers stay.
    """
    drawn, kept = _without_gaps(chart)
    if not 0 < len(kept) <= POINTS or not 0 < len(drawn) <= SERIES:
        return None
    labels, names = list(_distinct(chart.labels[at] for at in kept)), list(_distinct(each.name for each in drawn))
    series = [
        _series(name, labels, [each.values[at] or 0.0 for at in kept]) for name, each in zip(names, drawn, strict=True)
    ]
    plotted = {"type": chart.shape, "series": series, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": cut(one_line(chart.heading), TITLE_LIMIT), "chart": plotted}


def fitting(parts: Iterable[Part]) -> dict[Chart, Json]:
    """Those of a reply that a message has room for, each with its block."""
    found: dict[Chart, Json] = {}
    left = room.CHARTS
    for chart in (part for part in parts if isinstance(part, Chart)):
        drawn = block(chart)
        if drawn is not None and len(found) < CHARTS and room.size(drawn) <= left:
            found[chart] = drawn
            left -= room.size(drawn)
    return found


def _without_gaps(chart: Chart) -> tuple[Sequence[Series], Sequence[int]]:
    """Series, and the places of labels, with a number everywhere: those that are measured most, as many as pays."""
    measured = sorted((each for each in chart.series if each.measured), key=lambda each: -len(each.measured))
    best: tuple[Sequence[Series], Sequence[int]] = ((), ())
    for count in range(1, len(measured) + 1):
        some = measured[:count]
        kept = [at for at in range(len(chart.labels)) if all(each.values[at] is not None for each in some)]
        if count * len(kept) >= len(best[0]) * len(best[1]):
            best = ([each for each in chart.series if each in some], kept)
    return best


def _series(name: str, labels: Iterable[str], values: Iterable[float]) -> Json:
    rounded = (float(f"{value:.{_DIGITS}g}") for value in values)
    points = [{"label": label, "value": value} for label, value in zip(labels, rounded, strict=True)]
    return {"name": name, "data": points}


def _distinct(texts: Iterable[str]) -> Iterator[str]:
    """The texts so short that Slack takes them, each another one: two that are cut to the same get numbers."""
    taken: set[str] = set()
    for text in texts:
        whole = one_line(visible(text)[0]) or "-"
        short, count = cut(whole, LABEL_LIMIT), 1
        while short in taken:
            count += 1
            short = f"{cut(whole, LABEL_LIMIT - len(str(count)) - 1)} {count}"
        taken.add(short)
        yield short
