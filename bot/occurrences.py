"""When a cron expression comes due in a time zone: each local time once, also where the clocks change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from bot import cron

_INSTANT = dt.timedelta(microseconds=1)
_DAY = 86_400.0  # seconds; clocks were never put forward by more


class Occurrences:
    """The moments of a cron expression in an IANA time zone; raises ValueError with a sentence.

    A local time that comes twice in autumn counts the first time; one that is left out in spring counts as much
    later as the clocks were put forward. APScheduler's own reckoning fires twice in autumn: it is asked in UTC.
    """

    def __init__(self, expression: str, zone: str) -> None:
        self._zone = cron.timezone(zone)
        self._trigger = cron.trigger(expression, "UTC")

    def after(self, moment: float) -> float | None:
        """The first one later than a moment, both in epoch seconds; None where there is none."""
        return min(self._next(moment), default=None)

    def _next(self, moment: float) -> Iterator[float]:
        """That one, and those of later walls that come before it, as it is of a wall that was left out."""
        wall, end = self._start(moment), dt.datetime.max.replace(tzinfo=dt.UTC)
        while (wall := self._trigger.get_next_fire_time(None, wall + _INSTANT)) is not None and wall < end:
            found = float(wall.replace(tzinfo=self._zone).timestamp())
            if found > moment:
                yield found
                end = min(end, self._wall(found))

    def _start(self, moment: float) -> dt.datetime:
        """The wall of a moment, or as clocks showed it that were put forward within the day: those walls may be due."""
        before = self._wall(moment - _DAY) + dt.timedelta(seconds=_DAY)
        return min(before, self._wall(moment))

    def _wall(self, moment: float) -> dt.datetime:
        """What clocks show at a moment, as if it were in UTC."""
        return dt.datetime.fromtimestamp(moment, self._zone).replace(tzinfo=dt.UTC, fold=0)

    def until(self, moment: float, end: float) -> Iterator[float]:
        """Those later than a moment and no later than the end, in their order."""
        found = self.after(moment)
        while found is not None and found <= end:
            yield found
            found = self.after(found)

    def following(self, moment: float, count: int) -> tuple[float, ...]:
        """The first so many later than a moment."""
        found: list[float] = []
        while len(found) < count and (due := self.after(found[-1] if found else moment)) is not None:
            found.append(due)
        return tuple(found)
