"""Samples by the clock: each minute every engine is looked at, by itself, so that one that hangs delays nobody."""

from __future__ import annotations

import logging
import threading
import time

from bot.clock import Clock
from bot.glance import Glance
from bot.hosts import Hosts
from bot.metrics import Metrics
from bot.sights import Sights
from bot.thinning import MINUTE

END = 2.0  # seconds that an end waits for looks

log = logging.getLogger(__name__)


class Sampler:
    """A thread of its own, which only begins looks; a minute begins once, however the clock is put."""

    def __init__(self, hosts: Hosts, metrics: Metrics, sights: Sights, clock: Clock) -> None:
        self._clock = clock
        self._glances = [Glance(host, metrics, sights) for name in hosts.names() if (host := hosts.get(name))]
        self._minute = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="sampler", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more; what is under way ends, or is left behind."""
        self._ended.set()
        deadline = time.monotonic() + END
        if self._thread.is_alive():
            self._thread.join(END)
        for glance in self._glances:
            glance.close(deadline)

    def tick(self) -> float:
        """Begin what is due; the seconds until the next minute."""
        now = self._clock.now()
        minute = int(now) // MINUTE * MINUTE
        if minute != self._minute:
            self._minute = minute
            for glance in self._glances:
                glance.begin(minute)
        return minute + MINUTE - now

    def _loop(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            try:
                pause = self.tick()
            except Exception:  # a bug of ours in one minute must not end all others
                log.exception("the sampler failed")
                pause = MINUTE
