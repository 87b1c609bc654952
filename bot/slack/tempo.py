"""How often messages are painted anew: as often as Slack takes it, less what all else needs to change of messages."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0  # seconds
TAKEN = 50  # changes of messages a minute; Slack, chat.update
KEPT = 5  # of those, what is kept for all that is not painted again and again
LAST = 3  # of those, what is never used for painting, whatever went before
LATELY = 10.0  # seconds by which it is reckoned how many others there are
PACE = 1.2  # seconds between two paintings at least
FRESH = 20  # paintings a minute that may come at that pace


class Tempo:
    """Hears of every change of a message, and of those that were paintings; seconds is a clock that only goes on."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._changes: deque[float] = deque()
        self._paintings: deque[float] = deque()
        self._lock = threading.Lock()

    def changes(self) -> None:
        """A message is changed now."""
        with self._lock:
            self._changes.append(self._seconds())

    def painted(self) -> None:
        """The change was a painting."""
        with self._lock:
            self._paintings.append(self._seconds())

    def rest(self) -> float:
        """Seconds from one painting to the next."""
        with self._lock:
            now = self._forget()
            others = self._others(now)
            fresh = len(self._paintings) < FRESH and others <= KEPT
            return max(PACE if fresh else MINUTE / max(1.0, TAKEN - max(KEPT, others)), self._full(now))

    def wait(self) -> float:
        """Seconds until anything may be painted at all; 0 where it may now."""
        with self._lock:
            return self._full(self._forget())

    def _others(self, now: float) -> float:
        """Changes a minute that are no paintings: of the last minute, or as of the last moments where that is more."""
        lately = _since(self._changes, now - LATELY) - _since(self._paintings, now - LATELY)
        return max(0, len(self._changes) - len(self._paintings), lately * MINUTE / LATELY)

    def _full(self, now: float) -> float:
        """Seconds until painting leaves the others their room."""
        over = len(self._changes) - int(TAKEN - max(LAST, self._others(now) / 3))
        return self._changes[over] + MINUTE - now if over >= 0 else 0.0

    def _forget(self) -> float:
        now = self._seconds()
        for times in (self._changes, self._paintings):
            while times and times[0] <= now - MINUTE:
                times.popleft()
        return now


def _since(times: deque[float], start: float) -> int:
    return sum(at > start for at in times)
