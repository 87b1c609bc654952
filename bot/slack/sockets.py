"""Socket Mode over two connections: while one is cut or refreshed, the other one hears."""

from __future__ import annotations

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack import connection as slack
from bot.slack.connection import Connection, quiet

CONNECTIONS = 2  # Slack allows ten
PING = 1  # seconds; the SDK gives a connection up after more than four of them without a pong
DEAF = 10  # seconds without a pong after which a connection does not count as one
WORKERS = 8  # threads a connection; each holds a payload for the millisecond until it is acknowledged


class Sockets:
    """Joins Slack, and joins again whenever a connection is lost."""

    def __init__(self, connection: Connection, app: App) -> None:
        self._connection = connection
        self._app = app
        self._handlers: list[SocketModeHandler] = []

    def start(self) -> None:
        """Open the connections; raises CannotConnect where Slack does not let us in."""
        for _ in range(CONNECTIONS):
            handler = self._handler()
            self._handlers.append(handler)
            try:
                handler.client.connect()
            except SlackApiError as error:
                self.stop()
                raise slack.app_token_refused(error) from error
            except (OSError, SlackClientError) as error:
                self.stop()
                raise slack.unreached(error, self._connection.access.api_url) from error

    def stop(self) -> None:
        """Close them all, side by side: each waits for its own last frame."""
        with ThreadPoolExecutor(CONNECTIONS) as closing:
            list(closing.map(_end, self._handlers))
        self._handlers.clear()

    def healthy(self) -> str | None:
        """None while Slack hears us on one connection at least; else what is wrong."""
        if any(_hears(handler) for handler in self._handlers):
            return None
        return "Slack is not connected: no WebSocket answers; slashdock keeps trying"

    def _handler(self) -> SocketModeHandler:
        handler = SocketModeHandler(
            self._app,
            self._connection.access.app_token,
            logger=quiet,
            web_client=self._connection.web_client(self._connection.access.bot_token),
            ping_interval=PING,
            concurrency=WORKERS,
        )
        if self._connection.direct:
            handler.client.proxy = None
        return handler


def _end(handler: SocketModeHandler) -> None:
    """Close without waiting for what the SDK waits for: the next frame, and the next look at its queue."""
    client = handler.client
    client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
    client.closed = True
    client.message_queue.put(None)
    session = client.current_session
    if session is not None and session.sock is not None:
        with contextlib.suppress(OSError):
            session.sock.shutdown(socket.SHUT_RDWR)
    client.close()


def _hears(handler: SocketModeHandler) -> bool:
    session = handler.client.current_session
    if session is None or not session.is_active():
        return False
    return session.last_ping_pong_time is None or time.time() - session.last_ping_pong_time < DEAF
