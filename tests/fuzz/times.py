"""When: crons, points in time and durations are read, or refused with a sentence."""

from __future__ import annotations

import math
from itertools import pairwise

from bot.occurrences import Occurrences
from commands import timestamps
from commands.creation import durations
from fuzz.target import must, text

NOW = 1_700_000_000.0  # epoch seconds
ZONE = "Europe/Berlin"


def check(case: bytes) -> None:
    """One text, read as each of the three."""
    written = text(case)
    for read in (_cron, _moment, durations.nanoseconds):
        try:
            read(written)
        except ValueError as refused:
            must(str(refused), "a refusal says why")
            must(not isinstance(refused, UnicodeError), "in a sentence of its own")


def words() -> tuple[str, ...]:
    """What times are made of."""
    return ("*/5", "0 3 * * ", "sun", "mon-fri", "jan", "1-5/2", "last", "2024-02-29", "T", "Z", "+01:00", ".5", "1h")


def _cron(written: str) -> None:
    found = Occurrences(written, ZONE).following(NOW, 4)
    must(all(first < second for first, second in pairwise((NOW, *found))), "each later than the one before")


def _moment(written: str) -> None:
    must(math.isfinite(timestamps.epoch(written, NOW)), "a point in time")
