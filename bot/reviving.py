"""What an end of slashdock broke off and is to go on is begun again, as soon as engine and Slack answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial

from bot.lasting import Kept

TICK = 5.0  # seconds between two tries

log = logging.getLogger(__name__)

Over = Callable[[bool], None]  # hears that it has ended; False where it could not be begun yet


class Reviving:
    """begin only takes a line, and is False where there is no room for it now; it is tried until it has ended."""

    def __init__(self, left: Iterable[Kept], begin: Callable[[Kept, Over], bool]) -> None:
        self._left = {each.number: each for each in left}
        self._begin = begin
        self._begun: set[int] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="reviving", daemon=True)

    def start(self) -> None:
        """Begin them."""
        self._thread.start()

    def close(self) -> None:
        """Begin no more."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _loop(self) -> None:
        while waiting := self._waiting():
            for kept in waiting:
                try:
                    self._try(kept)
                except Exception:  # a bug of ours in one must not hold the others up
                    log.exception("number %s does not go on", kept.number)
            if self._stopped.wait(TICK):
                return

    def _waiting(self) -> list[Kept]:
        with self._lock:
            return [each for number, each in self._left.items() if number not in self._begun] if self._left else []

    def _try(self, kept: Kept) -> None:
        with self._lock:
            self._begun.add(kept.number)
        if not self._begin(kept, partial(self._over, kept.number)):
            self._over(kept.number, False)

    def _over(self, number: int, done: bool) -> None:
        with self._lock:
            self._begun.discard(number)
            if done:
                self._left.pop(number, None)
