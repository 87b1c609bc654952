"""Whether this process stood still, as on a machine that slept: what is read next may be as old as that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

BEAT = 0.5  # seconds between two beats
STILL = 5.0  # seconds without one after which it stood still, rather than had much to do
GRACE = 5.0  # seconds after that in which what is read may have lain there


def awake() -> float:
    """Seconds that go on while the machine sleeps, and that nobody puts back."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Pulse:
    """A thread that notices when it was not run; now is in seconds."""

    def __init__(self, now: Callable[[], float] = awake) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._last = now()
        self._still, self._until = 0.0, float("-inf")  # since when it stood still, and until when that matters
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def waited(self) -> float:
        """The seconds for which what is read now may have waited for us; 0 where we were awake."""
        with self._lock:
            now = self.now()
            if now - self._last > STILL:
                self._still, self._until = self._last, now + GRACE
            self._last = now
            return now - self._still if now < self._until else 0.0

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            self.waited()
