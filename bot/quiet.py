"""Hours in which nobody wants to hear of what can wait."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot import cron

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_HELD = (
    "In the quiet hours of {}, {}, nothing of it is begun: such a run waits until they end, and is skipped where that"
    " is too late for it. --quiet-ok has it run in them."
)


@dataclass(frozen=True)
class Quiet:
    """[quiet] of a policy: from when to when, by the clock of a zone, as minutes of the day; no hosts means all."""

    hours: tuple[tuple[int, int], ...] = ()
    zone: str = "UTC"
    hosts: frozenset[str] = frozenset()

    def told(self, host: str, now: float) -> str:
        """The hours within which a moment is on a host, as they are written; empty where it is in none."""
        if self.hosts and host not in self.hosts:
            return ""
        wall = dt.datetime.fromtimestamp(now, cron.timezone(self.zone))
        at = wall.hour * 60 + wall.minute
        found = next((each for each in self.hours if _within(at, *each)), None)
        return "" if found is None else f"{_clock(found[0])}-{_clock(found[1])} ({self.zone})"

    def remarks(self, host: str, moments: Iterable[float]) -> tuple[str, ...]:
        """What is to be known of what is due there at one of these moments; nothing where none is within the hours."""
        found = {self.told(host, each) for each in moments} - {""}
        return (_HELD.format(host, ", ".join(sorted(found))),) if found else ()


def hours(word: str) -> tuple[int, int] | None:
    """Hours such as 22:00-07:00 as minutes of the day; None where it is none."""
    found = _HOURS.fullmatch(word)
    if found is None:
        return None
    first, last = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return (first, last) if first != last else None


def _within(at: int, first: int, last: int) -> bool:
    """Whether it is in between, over midnight where the end comes before the beginning."""
    return first <= at < last if first < last else at >= first or at < last


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
