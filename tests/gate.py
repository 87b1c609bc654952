"""A proxy before an engine at which one kind of requests can be stopped, so that a moment can be chosen."""

from __future__ import annotations

import threading

from eventually import LIMIT
from proxy import Proxy


class Gate(Proxy):
    """A request with the text `shut` in it never reaches the engine; reached tells that one has come."""

    def __init__(self, engine: str, hold: str = "") -> None:
        super().__init__(engine, hold=hold, together=2)
        self.shut = ""
        self.reached = threading.Event()
        self._ended = threading.Event()

    def note(self, request: str) -> None:
        """Keep it here, if it is one of those, until the gate is done with."""
        super().note(request)
        if self.shut and self.shut in request:
            self.reached.set()
            self._ended.wait(LIMIT)
            raise ConnectionAbortedError

    def leave(self) -> None:
        """Stop nothing any more; what was stopped is lost."""
        self.shut = ""
        self._ended.set()
