"""The threads in which sessions live: what is written in any other one is not even read."""

from __future__ import annotations

import threading
from collections.abc import Callable

Thread = tuple[str, str]  # the channel, and the time of the message above it


class Threads:
    """Each with the number of its stream."""

    def __init__(self, opens: Callable[[str, str], None], opened: Callable[[str, str], bool]) -> None:
        """Opens is told of each, and opened knows them all, also those of an earlier process."""
        self._opens = opens
        self._opened = opened
        self._open: dict[Thread, int] = {}
        self._lock = threading.Lock()

    def open(self, thread: Thread, number: int) -> None:
        """What is written there goes to this one from now on."""
        self._opens(*thread)
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

    def has(self, thread: Thread) -> bool:
        """Whether one lives there, or did."""
        return self.number(thread) is not None or self._opened(*thread)
