"""When something is due: by a cron expression, again and again after so many seconds, or once."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import ClassVar

from bot import cron
from bot.occurrences import Occurrences

COUNTED = 1_000  # moments that are counted one by one; of more it is told that there are more
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))  # seconds
_DAY = 86_400.0  # seconds


@dataclass(frozen=True)
class Cron:
    """The moments of five cron fields in an IANA time zone; raises ValueError with a sentence."""

    expression: str
    zone: str
    flows: ClassVar[bool] = False  # whether it is measured by a clock that only goes on

    def __post_init__(self) -> None:
        """See that the fields and the zone can be read."""
        _occurrences(self.expression, self.zone)

    def after(self, moment: float) -> float | None:
        """The first one later than a moment, both in epoch seconds; None where there is none."""
        return _occurrences(self.expression, self.zone).after(moment)

    def __str__(self) -> str:
        return f"{self.expression} ({self.zone})"


@dataclass(frozen=True)
class Every:
    """Every so many seconds from a moment on, which is no run itself; both are whole.

    It is measured by a clock that only goes on, so that one which is put back stops nothing; zone is for whoever reads.
    """

    seconds: int
    since: int
    zone: str
    flows: ClassVar[bool] = True

    @property
    def expression(self) -> str:
        """Both numbers in one word."""
        return f"{self.seconds}+{self.since}"

    def after(self, moment: float) -> float:
        """The first one later than a moment."""
        return self.since + self.seconds * max(1, math.floor((moment - self.since) / self.seconds) + 1)

    def __str__(self) -> str:
        return f"every {span(self.seconds)}"


@dataclass(frozen=True)
class Once:
    """One moment by the clock of a time zone: 2026-12-01 18:00:00, or with its offset: 2026-12-01 18:00:00+01:00.

    Without an offset one that there is twice is the first of the two, and one that is left out where clocks are put
    forward is as much later; raises ValueError with a sentence.
    """

    expression: str
    zone: str
    flows: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """See that the moment and the zone can be read."""
        self.after(0)

    @classmethod
    def at(cls, moment: float, zone: str) -> Once:
        """The one in epoch seconds, at the next full second."""
        return cls(_wall(math.ceil(moment), zone).isoformat(" "), zone)

    def after(self, moment: float) -> float | None:
        """The moment, where it is later than another; None where it is not."""
        wall = dt.datetime.fromisoformat(self.expression)
        found = wall.replace(tzinfo=wall.tzinfo or cron.timezone(self.zone)).timestamp()
        return found if found > moment else None

    def __str__(self) -> str:
        wall = _wall(self.after(0) or 0, self.zone).strftime("%Y-%m-%d %H:%M:%S")
        return f"once at {wall.removesuffix(':00')} ({self.zone})"


Due = Cron | Every | Once


def kind(due: Due) -> str:
    """The word for its kind, by which it is read again."""
    return type(due).__name__.lower()


@functools.lru_cache(maxsize=1_000)
def read(kind_: str, expression: str, zone: str) -> Due:
    """What was written down so."""
    if kind_ == "every":
        seconds, _, since = expression.partition("+")
        return Every(int(seconds), int(since), zone)
    return Cron(expression, zone) if kind_ == "cron" else Once(expression, zone)


def ahead(due: Due, moment: float, count: int) -> tuple[float, ...]:
    """The first so many later than a moment."""
    return tuple(islice(_from(due, moment), count))


@dataclass(frozen=True)
class Passed:
    """Moments that have come: the first, the last, and how many they are, COUNTED + 1 where they are more."""

    first: float
    last: float
    count: int


def passed(due: Due, moment: float, end: float, known: Container[float] = ()) -> Passed | None:
    """Those later than a moment and no later than the end, without those that are known; None where there are none."""
    found = list(islice(_between(due, moment, end, known), COUNTED + 1))
    if not found:
        return None
    return Passed(found[0], found[-1] if len(found) <= COUNTED else _last(due, found[-1], end, known), len(found))


def _last(due: Due, moment: float, end: float, known: Container[float]) -> float:
    """The last one no later than the end, looked for in longer and longer times before it; at least the moment."""
    days = 1.0
    while end - days * _DAY > moment:
        found = list(_between(due, end - days * _DAY, end, known))
        if found:
            return found[-1]
        days *= 4
    return [moment, *_between(due, moment, end, known)][-1]


def _between(due: Due, moment: float, end: float, known: Container[float]) -> Iterator[float]:
    return (found for found in takewhile(lambda found: found <= end, _from(due, moment)) if found not in known)


def _from(due: Due, moment: float) -> Iterator[float]:
    found = due.after(moment)
    while found is not None:
        yield found
        found = due.after(found)


def missed(passed: Passed, ahead: float) -> str:
    """When the runs were due that were missed; ahead are the seconds by which the machine's clock is before theirs."""
    if passed.count == 1:
        return f"the run of {stamp(passed.last + ahead)}"
    count = f"more than {COUNTED}" if passed.count > COUNTED else str(passed.count)
    return f"{count} runs from {stamp(passed.first + ahead)} to {stamp(passed.last + ahead)}"


def stamp(at: float) -> str:
    """A moment as it is written in the record."""
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def span(seconds: int) -> str:
    """A length of time as people write it: 90 minutes are 1h30m."""
    told, left = "", seconds
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        told += f"{count}{unit}" if count else ""
    return told


@functools.lru_cache(maxsize=1_000)
def _occurrences(expression: str, zone: str) -> Occurrences:
    return Occurrences(expression, zone)


def _wall(moment: float, zone: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(moment, cron.timezone(zone))
