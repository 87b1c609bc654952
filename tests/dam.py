"""A proxy before an engine that lets so much through in each direction, and the rest once it is opened."""

from __future__ import annotations

import socket
import threading
from typing import Any

from eventually import LIMIT
from proxy import Proxy


class Dam(Proxy):
    """Of each connection `most` bytes go through each way, until open()."""

    def __init__(self, engine: str, most: int) -> None:
        super().__init__(engine)
        self._most = most
        self._opened = threading.Event()

    def open(self) -> None:
        """Let all through."""
        self._opened.set()

    def _asked(self, client: socket.socket, engine: Any, losing: threading.Event, holding: threading.Event) -> None:
        super()._asked(client, _Dammed(engine, self._most, self._opened), losing, holding)  # type: ignore[arg-type]

    def _answered(self, engine: Any, client: Any, losing: threading.Event, holding: threading.Event) -> None:
        super()._answered(engine, _Dammed(client, self._most, self._opened), losing, holding)  # type: ignore[arg-type]


class _Dammed:
    """A socket that sends no more than so much, until it is opened."""

    def __init__(self, through: socket.socket, left: int, opened: threading.Event) -> None:
        self._through = through
        self._left = left
        self._opened = opened

    def sendall(self, data: bytes) -> None:
        """Send it, as soon as it may."""
        self._left -= len(data)
        if self._left < 0:
            self._opened.wait(LIMIT)
        self._through.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._through, name)
