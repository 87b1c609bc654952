"""The threads in which sessions live: what is written in any other one is not even read."""

from __future__ import annotations

import threading

Thread = tuple[str, str]  # the channel, and the time of the message above it


class Threads:
    """Each with the number of its stream."""

    def __init__(self) -> None:
        self._open: dict[Thread, int] = {}
        self._lock = threading.Lock()

    def open(self, thread: Thread, number: int) -> None:
        """What is written there goes to this one from now on."""
        with self._lock:
            self._open[thread] = number

    def close(self, thread: Thread) -> None:
        """And from now on to none."""
        with self._lock:
            self._open.pop(thread, None)

    def number(self, thread: Thread) -> int | None:
        """Whose it is; None where no session lives there."""
        with self._lock:
            return self._open.get(thread)
