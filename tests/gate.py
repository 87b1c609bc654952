"""A proxy before an engine at which some requests are stopped, so that a moment can be chosen."""

from __future__ import annotations

import threading

from eventually import LIMIT
from proxy import Proxy

MANY = 99  # more than will ever be held back


class Gate(Proxy):
    """A request with one of the texts of `shut` in it never reaches the engine; those with `hold` are not answered."""

    def __init__(self, engine: str, hold: str) -> None:
        super().__init__(engine, hold=hold, together=MANY)
        self.shut: set[str] = set()
        self.stopped: list[str] = []
        self._ended = threading.Event()

    def note(self, request: str) -> None:
        """Keep it here, if it is one of those, until the gate is done with."""
        super().note(request)
        if any(text in request for text in self.shut):
            self.stopped.append(request)
            self._ended.wait(LIMIT)
            raise ConnectionAbortedError

    def leave(self) -> None:
        """Stop nothing any more; what was stopped is lost."""
        self.shut = set()
        self._ended.set()
