"""A proxy before an engine that can be shut: what goes through it is cut off then, and nothing more is let in."""

from __future__ import annotations

import socket
import threading

from proxy import Proxy, _end


class Door(Proxy):
    """Open at first; an engine behind a shut one is as one that is down.

    Once a request has come that has the text `last` in it, it lets nobody else in.
    """

    def __init__(self, engine: str, last: str = "") -> None:
        super().__init__(engine)
        self._last = last
        self._shut = threading.Event()
        self._through: list[socket.socket] = []
        self._lock = threading.Lock()

    def shut(self) -> None:
        """Cut off what goes through, in the middle of whatever it was."""
        with self._lock:
            self._shut.set()
            for each in self._through:
                _end(each)
            self._through.clear()

    def open(self) -> None:
        """Let everything through again."""
        self._shut.clear()

    def note(self, request: str) -> None:
        """Keep a request, which may be the last that is let in."""
        super().note(request)
        if self._last and self._last in request:
            self._last = ""
            self._shut.set()

    def _asked(
        self, client: socket.socket, engine: socket.socket, losing: threading.Event, holding: threading.Event
    ) -> None:
        with self._lock:
            if self._shut.is_set():
                _end(engine)
                client.close()
                return
            self._through += [client, engine]
        super()._asked(client, engine, losing, holding)
