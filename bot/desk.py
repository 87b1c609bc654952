"""The desk takes requests from Slack: the receipt is committed at once, a worker of the engine does the rest."""

from __future__ import annotations

from collections.abc import Callable

from bot.pipeline import Pipeline
from bot.request import Outcome, Request
from bot.store import Store
from bot.workers import Pool
from commands.reply import Button

Answer = Callable[[Outcome], None]


class Desk:
    """One pool of workers an engine, and what the buttons stand for."""

    def __init__(self, pipeline: Pipeline, store: Store) -> None:
        self._pipeline = pipeline
        self._store = store
        self._pools = {name: Pool(name) for name in pipeline.hosts.names()}

    def take(self, request: Request, answer: Answer) -> Outcome | None:
        """None where it was taken and `answer` is called later from a worker; else the Outcome to tell at once."""
        received = self._pipeline.receive(request)
        if isinstance(received, Outcome):
            return received
        if self._pools[received.host].put(lambda: answer(self._pipeline.finish(received))):
            return None
        return self._pipeline.turn_away(received)

    def remember(self, button: Button, host: str) -> str:
        """An opaque id for what a button stands for."""
        return self._store.remember(button.line, host, button.label)

    def recall(self, button: str) -> tuple[str, str] | None:
        """The line and the host behind an opaque id; None where there is none."""
        return self._store.recall(button)

    def close(self, limit: float = 5) -> None:
        """Let what is under way end, for at most so many seconds a thread."""
        for pool in self._pools.values():
            pool.close(limit)
