"""A proxy before an engine that can be shut: what goes through it is cut off then, and nothing more is let in."""

from __future__ import annotations

import socket
import threading

from proxy import Proxy, _end


class Door(Proxy):
    """Open at first; an engine behind a shut one is as one that is down."""

    def __init__(self, engine: str) -> None:
        super().__init__(engine)
        self._shut = threading.Event()
        self._through: list[socket.socket] = []

    def shut(self) -> None:
        """Cut off what goes through, in the middle of whatever it was."""
        self._shut.set()
        for each in self._through:
            _end(each)
        self._through.clear()

    def open(self) -> None:
        """Let everything through again."""
        self._shut.clear()

    def _asked(
        self, client: socket.socket, engine: socket.socket, losing: threading.Event, holding: threading.Event
    ) -> None:
        if self._shut.is_set():
            _end(engine)
            client.close()
            return
        self._through += [client, engine]
        super()._asked(client, engine, losing, holding)
