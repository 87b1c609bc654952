"""Workers: a bounded pool of threads for each engine, so that a hung one fills only its own."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.tracing import carried

THREADS = 64  # of an engine's lines; a thread is started when none is idle
BACKLOG = 64  # requests that wait for a thread; the next one is told that the engine is busy

log = logging.getLogger(__name__)


_here = threading.local()


@contextmanager
def aside() -> Iterator[None]:
    """While this lasts, the worker that does it counts as none of its pool's: another one takes its place."""
    pool: Pool | None = getattr(_here, "pool", None)
    if pool is None:
        yield
        return
    pool.lend(1)
    try:
        yield
    finally:
        pool.lend(-1)


class Pool:
    """Threads that are started as they are needed, up to a bound; they end with the process, whatever they wait for."""

    def __init__(self, name: str, threads: int = THREADS, backlog: int = BACKLOG) -> None:
        self._name = name
        self._most, self._backlog = threads, backlog
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._pending = 0  # jobs that are queued or running
        self._aside = 0  # threads that are at something that does not count

    def put(self, job: Callable[[], None], waits: str = "") -> bool:
        """Queue the job; False where too many wait already. waits: the step of its trace, if any, that it waits in."""
        with self._lock:
            if self._pending >= self._most + self._backlog:
                return False
            self._pending += 1
            if self._pending > len(self._threads) - self._aside < self._most:
                thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._queue.put(carried(job, waits))
        return True

    def lend(self, threads: int) -> None:
        """So many threads more do not count, or fewer."""
        with self._lock:
            self._aside += threads
            self._pending -= threads

    def close(self, deadline: float) -> None:
        """Let the queued jobs end, until that moment of the monotonic clock."""
        with self._lock:
            threads = tuple(self._threads)
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        _here.pool = self
        while (job := self._queue.get()) is not None:
            try:
                job()
            except Exception:  # a bug of ours must not take the thread with it
                log.exception("a job of %s failed", self._name)
            finally:
                with self._lock:
                    self._pending -= 1
