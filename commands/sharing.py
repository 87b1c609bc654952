"""Reads of an engine that are under way: whoever asks the same meanwhile is given the same answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from docker.errors import APIError


@dataclass(eq=False)
class _Flight:
    over: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: BaseException | None = None


class Sharing:
    """Those of one engine. For any thread.

    Nobody is given what was asked for before the last change that went through here was answered: who changed something
    and looks then, sees it.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight] = {}
        self._lock = threading.Lock()

    def get(self, what: Hashable, ask: Callable[[], Any]) -> Any:
        """The answer, which nobody may alter; what the engine refuses one it refuses all who asked the same."""
        with self._lock:
            flight = self._flights.get(what)
            ours = flight is None
            if flight is None:
                flight = self._flights[what] = _Flight()
        if ours:
            return self._asked(what, flight, ask)
        flight.over.wait()
        if flight.error is None:
            return flight.answer
        if isinstance(flight.error, APIError):
            raise flight.error
        return ask()  # another's connection broke, or another's time was over

    def changed(self) -> None:
        """Something was changed: what was asked for before is given to nobody else."""
        with self._lock:
            self._flights.clear()

    def _asked(self, what: Hashable, flight: _Flight, ask: Callable[[], Any]) -> Any:
        try:
            flight.answer = ask()
        except BaseException as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                if self._flights.get(what) is flight:
                    del self._flights[what]
            flight.over.set()
        return flight.answer
