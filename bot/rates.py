"""How fast lines may come: a bucket of tokens for each person, and one for all together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.bounds import Rates

MOST = 1000  # buckets that are kept; beyond, those that are full again are forgotten
EVERYBODY = ""


@dataclass
class _Bucket:
    """Tokens that were left at a moment, seconds of the clock; they come back at a rate, until it is full."""

    tokens: float
    at: float
    rate: float
    burst: int

    def left(self, now: float) -> float:
        """Tokens that are in it now."""
        return min(float(self.burst), self.tokens + (now - self.at) * self.rate)

    def wait(self, now: float) -> float:
        """Seconds until there is one; 0 where there is."""
        return max(0.0, (1 - self.left(now)) / self.rate)


class Pace:
    """The buckets of everybody; clock gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        self._buckets: dict[tuple[str, bool], _Bucket] = {}

    def wait(self, person: str, rates: Rates, *, changes: bool) -> float:
        """Seconds until this person may send such a line; 0 where it may come now, and is counted."""
        rate, all_rate = (rates.changes, rates.all_changes) if changes else (rates.reads, rates.all_reads)
        with self._turn:
            now = self._clock()
            own = self._bucket((person, changes), rate, rates.burst, now)
            everybody = self._bucket((EVERYBODY, changes), all_rate, rates.all_burst, now)
            waiting = max(own.wait(now), everybody.wait(now))
            if not waiting:
                own.tokens -= 1
                everybody.tokens -= 1
            self._forget(now)
            return waiting

    def _bucket(self, key: tuple[str, bool], rate: float, burst: int, now: float) -> _Bucket:
        """The bucket as it is now, by the rates that the policy has now."""
        found = self._buckets.get(key)
        tokens = float(burst) if found is None else min(float(burst), found.left(now))
        found = self._buckets[key] = _Bucket(tokens, now, rate, burst)
        return found

    def _forget(self, now: float) -> None:
        if len(self._buckets) > MOST:
            self._buckets = {key: each for key, each in self._buckets.items() if each.left(now) < each.burst}
