"""Whoever waits long is told that it goes on: one thread keeps all promises to say so."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

DELAY = 3.0  # seconds until whoever waits is told that it goes on

log = logging.getLogger(__name__)

Call = Callable[[], None]


@dataclass(eq=False)
class _Promise:
    due: float
    call: Call


class Patience:
    """Calls what was promised when the delay is over, unless it was taken back before."""

    def __init__(self, delay: float = DELAY) -> None:
        self._delay = delay
        self._promises: deque[_Promise] = deque()  # all wait equally long, so the first is the first that is due
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._keep, name="patience", daemon=True)

    def start(self) -> None:
        """Begin to keep promises."""
        self._thread.start()

    def stop(self) -> None:
        """Forget what is left."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def promise(self, call: Call) -> Call:
        """Have it called when the delay is over; what is returned takes that back."""
        promise = _Promise(time.monotonic() + self._delay, call)
        with self._changed:
            self._promises.append(promise)
            self._changed.notify()
        return lambda: self._take_back(promise)

    def _take_back(self, promise: _Promise) -> None:
        with self._changed:
            if promise in self._promises:
                self._promises.remove(promise)

    def _keep(self) -> None:
        """Keep what is due, with the lock held: whoever takes a promise back meanwhile waits until it was kept."""
        with self._changed:
            while not self._ended:
                wait = self._promises[0].due - time.monotonic() if self._promises else None
                if wait is not None and wait <= 0:
                    self._call(self._promises.popleft())
                else:
                    self._changed.wait(wait)

    @staticmethod
    def _call(promise: _Promise) -> None:
        try:
            promise.call()
        except Exception:  # one that fails must not end the thread that keeps the others
            log.exception("a promise was not kept")
