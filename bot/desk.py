"""The desk takes requests from Slack: the receipt is committed at once, a worker of the engine does the rest."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from bot.pipeline import Pipeline, Received
from bot.request import Outcome, Request
from bot.store import Store, Unwritable
from bot.workers import Pool
from commands.reply import Button

PER_PERSON = 60  # requests that one person may have under way at an engine, so that nobody takes all of its workers
TOO_MANY = f"You have {PER_PERSON} lines under way already. Nothing was done; wait until some of them are answered."

Answer = Callable[[Outcome], None]


class Desk:
    """One pool of workers an engine, and what the buttons stand for."""

    def __init__(self, pipeline: Pipeline, store: Store) -> None:
        self._pipeline = pipeline
        self._store = store
        self._pools = {name: Pool(name) for name in pipeline.hosts.names()}
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()  # requests of each person that are queued or running

    def take(self, request: Request, answer: Answer) -> Outcome | None:
        """None where it was taken and `answer` is called later from a worker; else the Outcome to tell at once."""
        received = self._pipeline.receive(request)
        if isinstance(received, Outcome):
            return received
        if not self._count(request.actor.id):
            return self._pipeline.turn_away(received, TOO_MANY)
        if self._pools[received.host].put(lambda: self._work(received, answer)):
            return None
        self._uncount(request.actor.id)
        return self._pipeline.turn_away(received)

    def remember(self, button: Button, host: str) -> str:
        """An opaque id for what a button stands for; empty where it cannot be written down."""
        try:
            return self._store.remember(button.line, host, button.label)
        except Unwritable:
            return ""

    def recall(self, button: str) -> tuple[str, str] | None:
        """The line and the host behind an opaque id; None where there is none, or it cannot be read."""
        try:
            return self._store.recall(button)
        except Unwritable:
            return None

    def close(self, limit: float = 5) -> None:
        """Let what is under way end, for at most so many seconds in all."""
        deadline = time.monotonic() + limit
        for pool in self._pools.values():
            pool.close(deadline)

    def _work(self, received: Received, answer: Answer) -> None:
        try:
            outcome = self._pipeline.finish(received)
        finally:
            self._uncount(received.request.actor.id)
        answer(outcome)

    def _count(self, person: str) -> bool:
        """Count one more; False where this person has too many under way."""
        with self._lock:
            if self._waiting[person] >= PER_PERSON:
                return False
            self._waiting[person] += 1
        return True

    def _uncount(self, person: str) -> None:
        with self._lock:
            self._waiting[person] -= 1
            if not self._waiting[person]:
                del self._waiting[person]
