"""A server of one's own for a workspace, on loopback, in a thread."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bot.workspace.socket_mode import ABORT

START_SECONDS = 10
LOOPBACK = "127.0.0.1"


class CuttableProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol that also lets the application cut the TCP connection."""

    def handle_connect(self, event: Any) -> None:
        """Hand the cut over with the connection's scope."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][ABORT] = self.transport.abort  # type: ignore[assignment]


class _Server(uvicorn.Server):
    """uvicorn that ends at once: pages listen for ever, so nobody waits for them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        while not self._stopping.is_set():
            await self.on_tick(0)  # has answers say what time it is
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        for each in sockets or []:
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one. What is answered on kept connections is sent at once."""
    listening = socket.create_server((LOOPBACK, port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


@contextlib.contextmanager
def serve(app: ASGIApp, listening: socket.socket) -> Iterator[None]:
    """Serve until the block is left."""
    config = uvicorn.Config(
        app,
        ws=CuttableProtocol,
        log_config=None,  # its lines go where all go, their secrets masked
        log_level="warning",
        lifespan="off",
        access_log=False,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="workspace", daemon=True)
    thread.start()
    if not server.ready.wait(START_SECONDS):
        raise TimeoutError("the workspace's server did not start")
    try:
        yield
    finally:
        server.stop()
        thread.join()
