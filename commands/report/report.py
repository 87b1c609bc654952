"""A report as data, wherever it will be read: sentences, rows and charts under a few headings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from commands.chart import Chart

HOUR, DAY = 3_600, 86_400  # seconds
DAILY = "daily"  # the kind that is meant where none is named
POINTS = 16  # of a chart, at most; Slack draws 20
_STEPS = (900, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)
_DAILY_STEP = DAY  # seconds from which on a point is a whole day


@dataclass(frozen=True)
class Kind:
    """What a report of this name covers: so many seconds before now."""

    name: str
    seconds: int
    summary: str


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(DAILY, DAY, "The last day, in points of two hours"),
        Kind("weekly", 7 * DAY, "The last week, in points of twelve hours"),
    )
}


@dataclass(frozen=True)
class Period:
    """What a report is about: from since until until, in epoch seconds, in spans of step seconds.

    name is that of its kind, empty where somebody chose the time.
    """

    name: str
    since: int
    until: int
    step: int

    @classmethod
    def of(cls, name: str, since: float, until: float) -> Period:
        """The spans are so long that there are few; the first begins at a round time, a day before since at most."""
        step = next((each for each in _STEPS if (until - since) / each < POINTS), _STEPS[-1])
        whole = min(step, DAY)
        return cls(name, int(since) // whole * whole, math.ceil(until), step)

    def label(self, at: int) -> str:
        """What a chart calls the span that begins then, in UTC, and no other one."""
        told = "%d %b" if self.step >= _DAILY_STEP else "%a %d %Hh" if self.until - self.since > 2 * DAY else "%a %H:%M"
        return f"{datetime.fromtimestamp(at, UTC):{told}}"


@dataclass(frozen=True)
class Section:
    """What is said under one heading; rows are under the header, the most important first."""

    title: str
    words: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Report:
    """All of it, and the one sentence that says most."""

    host: str
    period: Period
    headline: str
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """What it is, of which engine, and from when to when."""
        since, until = map(moment, (self.period.since, self.period.until))
        return f"{f'{self.period.name} report'.strip().capitalize()} of {self.host}, {since} to {until} UTC"


def moment(at: float) -> str:
    """A minute in UTC, without the name of the zone."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def many(count: int, one: str, several: str = "") -> str:
    """So many things in words: "1 image", "2 images"."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
