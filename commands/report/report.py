"""A report as data, wherever it will be read: sentences, rows and charts under a few headings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

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

    name is that of its kind, empty where somebody chose the time; zone is the one in which times are told.
    """

    name: str
    since: int
    until: int
    step: int
    zone: tzinfo = UTC

    @classmethod
    def of(cls, name: str, since: float, until: float, zone: tzinfo = UTC) -> Period:
        """The spans are so long that there are few; the first begins at a round time, a day before since at most."""
        step = next((each for each in _STEPS if (until - since) / each < POINTS), _STEPS[-1])
        whole = min(step, DAY)
        return cls(name, int(since) // whole * whole, math.ceil(until), step, zone)

    @property
    def spans(self) -> range:
        """When each of them begins."""
        return range(self.since, self.until, self.step)

    def begin(self, at: int) -> int:
        """When the span begins in which this is."""
        return self.since + (at - self.since) // self.step * self.step

    def label(self, at: int) -> str:
        """What a chart calls the span that begins then, and no other one; one of days by where most of the first is."""
        if self.step >= _DAILY_STEP:
            return f"{self._local(at + DAY / 2):%d %b}"
        begins = self._local(at)
        is_long = self.until - self.since > 2 * DAY
        told = f"{begins:%a %d %H:%M}".replace(":00", "h") if is_long else f"{begins:%a %H:%M}"
        return f"{told} {begins:%Z}" if begins.fold else told

    def moment(self, at: float) -> str:
        """A minute, without the name of the zone."""
        return f"{self._local(at):%Y-%m-%d %H:%M}"

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone)


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
    """All of it, and the one sentence that says most; choice is the filter by which containers are in it."""

    host: str
    period: Period
    headline: str
    sections: tuple[Section, ...]
    choice: str = ""

    @property
    def title(self) -> str:
        """What it is, of which engine and which containers of it, and from when to when."""
        since, until = map(self.period.moment, (self.period.since, self.period.until))
        what = f"{self.period.name} report".strip().capitalize()
        where = f"{self.host} ({self.choice})" if self.choice else self.host
        return f"{what} of {where}, {since} to {until} {self.period.zone}"


def many(count: int, one: str, several: str = "") -> str:
    """So many things in words: "1 image", "2 images"."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
