"""Connections whose request is not all there yet: few, and not for long, for anybody can open them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 100  # connections; a request of Slack's is there within milliseconds
WHOLE = 10.0  # seconds for a head and its body; Slack waits three for the answer

CLOSE = (b"connection", b"close")


class Arrival(H11Protocol):
    """One request a connection. Where too many have not arrived, the one that was opened first makes room."""

    since = 0.0  # of the loop's clock
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begin to wait for it."""
        super().connection_made(transport)
        self.since = self.loop.time()
        self._late = self.loop.call_later(WHOLE, self._end)
        waiting = list(self._waiting())
        if len(waiting) > MOST:
            min(waiting, key=lambda each: each.since).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """As uvicorn does, and the answer says that it is the last one."""
        super().handle_events()
        if self.cycle is not None and CLOSE not in self.cycle.default_headers:
            self.cycle.default_headers = [*self.cycle.default_headers, CLOSE]

    @property
    def waits(self) -> bool:
        """Whether some of its request is missing; what became a WebSocket has arrived."""
        has_all = self.cycle is not None and not self.cycle.more_body
        return not (has_all or self.transport.is_closing() or self.transport.get_protocol() is not self)

    def _waiting(self) -> Iterator[Arrival]:
        connections: Any = self.connections  # of WebSockets, too
        return (each for each in connections if isinstance(each, Arrival) and each.waits)

    def _end(self) -> None:
        if self.waits:
            self.transport.abort()
