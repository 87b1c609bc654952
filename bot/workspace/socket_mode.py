"""Socket Mode: single-use tickets, envelopes to any one connection, refresh and loss on demand."""

import asyncio
import contextlib
import json
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.workspace.delivery import ACK_SECONDS, Delivery
from bot.workspace.people import APP
from bot.workspace.state import State

CONNECTIONS = 10  # an app's most; Slack
CONNECTION_SECONDS = 3_600  # approximate_connection_time in the hello frame
ABORT = "slashdock.abort"  # the ASGI extension that server.py adds
CLOSE = None


@dataclass(eq=False)
class Link:
    """One open connection; `unacked` are the deliveries that it still owes."""

    loop: asyncio.AbstractEventLoop
    abort: Callable[[], None] | None
    outbox: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    unacked: dict[str, Delivery] = field(default_factory=dict)

    def send(self, frame: Mapping[str, Any] | None) -> None:
        """Put a frame on its way, from any thread; None closes the connection."""
        text = None if frame is None else json.dumps(frame)
        self.loop.call_soon_threadsafe(self.outbox.put_nowait, text)


class SocketMode:
    """All connections of the one app; `acknowledged` is told of each delivery's first answer."""

    def __init__(self, state: State, acknowledged: Callable[[Delivery], None]) -> None:
        self.state = state
        self.acknowledged = acknowledged
        self.base_url = ""
        self.links: list[Link] = []
        self.methods = {"apps.connections.open": self.open}
        self._tickets: set[str] = set()
        self._waiting: deque[tuple[float, Delivery]] = deque()
        self._turn = 0

    def open(self, _args: Mapping[str, Any]) -> dict[str, Any]:
        """apps.connections.open: an address that works once."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        address = self.base_url.replace("http", "ws", 1)
        return {"url": f"{address}/link/?ticket={ticket}&app_id={APP}"}

    def deliver(self, delivery: Delivery) -> None:
        """Send to one connection, in turn; without any it waits for the next one."""
        with self.state.changed:
            if not self.links:
                self._waiting.append((self.state.clock(), delivery))
                return
            self._turn += 1
            self._send(self.links[self._turn % len(self.links)], delivery)

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to come back: a `disconnect` frame, then the end."""
        for link in tuple(self.links):
            link.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}})
            if reason != "warning":
                link.send(CLOSE)

    def drop(self, count: int | None = None) -> None:
        """Cut connections as a lost network does, without a word (None: all of them)."""
        for link in tuple(self.links)[:count]:
            if link.abort is None:
                raise RuntimeError("only a workspace that serves itself can cut its connections")
            link.loop.call_soon_threadsafe(link.abort)

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one connection until it ends; what it did not acknowledge goes to another."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(code=4001)
            return
        self._tickets.remove(ticket)
        await websocket.accept()
        link = Link(asyncio.get_running_loop(), websocket.scope.get("extensions", {}).get(ABORT))
        if len(self.links) >= CONNECTIONS:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await websocket.close()
            return
        await self._serve(websocket, link)

    async def _serve(self, websocket: WebSocket, link: Link) -> None:
        await websocket.send_json(self._hello())
        self._join(link)
        sender = asyncio.create_task(_forward(link, websocket))
        try:
            while True:
                self._received(link, json.loads(await websocket.receive_text()))
        except (WebSocketDisconnect, RuntimeError, ValueError):
            pass  # the peer has gone or talks nonsense, or we closed it ourselves
        finally:
            sender.cancel()
            self._leave(link)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.links) + 1,
            "connection_info": {"app_id": APP},
            "debug_info": {"host": "local", "approximate_connection_time": CONNECTION_SECONDS},
        }

    def _join(self, link: Link) -> None:
        with self.state.changed:
            self.links.append(link)
            held, self._waiting = self._waiting, deque()
            for since, delivery in held:
                fresh = self.state.clock() - since <= ACK_SECONDS
                if delivery.kind == "events_api" or fresh:
                    self._send(link, delivery)
            self.state.touch()

    def _leave(self, link: Link) -> None:
        with self.state.changed:
            self.links.remove(link)
            for delivery in link.unacked.values():
                self.deliver(delivery)
            self.state.touch()

    def _send(self, link: Link, delivery: Delivery) -> None:
        frame: dict[str, Any] = {
            "envelope_id": delivery.id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            reason = "timeout" if delivery.attempts else ""
            frame |= {"retry_attempt": delivery.attempts, "retry_reason": reason}
        link.unacked[delivery.id] = delivery
        delivery.sent()
        link.send(frame)

    def _received(self, link: Link, frame: Mapping[str, Any]) -> None:
        delivery = link.unacked.pop(str(frame.get("envelope_id")), None)
        if delivery is None:
            return
        first = not delivery.acked
        delivery.acknowledged(frame.get("payload"))
        if first:
            self.acknowledged(delivery)


async def _forward(link: Link, websocket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (text := await link.outbox.get()) is not CLOSE:
            await websocket.send_text(text)
        await websocket.close()
