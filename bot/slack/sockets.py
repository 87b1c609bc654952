"""Socket Mode over two connections: while one is cut or refreshed, the other one hears."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Iterable

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection as Session
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack import body as bodies
from bot.slack import connection as slack
from bot.slack.connection import Connection, sdk

CONNECTIONS = 2  # Slack allows ten
PING = 1  # seconds between two pings
LOOK = 0.5  # seconds between two looks at the connections
SILENCE = 4  # seconds without a pong after which a connection is lost
STOP = 2.0  # seconds that an end waits for the threads of the connections
WORKERS = 8  # threads a connection; each holds a payload for the millisecond until it is acknowledged

log = logging.getLogger(__name__)


class Sockets:
    """Joins Slack, and joins again whenever a connection is lost.

    The SDK notices a cut connection only after five pings, and reads from it in a busy loop until then, so we look
    ourselves.
    """

    def __init__(self, connection: Connection, app: App) -> None:
        self._connection = connection
        self._app = app
        self._clients: list[SocketModeClient] = []
        self._ending = threading.Event()
        self._watch = threading.Thread(target=self._look_after, name="slack-watch", daemon=True)

    def start(self) -> None:
        """Open the connections; raises CannotConnect where Slack does not let us in."""
        try:
            for _ in range(CONNECTIONS):
                self._clients.append(self._client())
                self._clients[-1].connect()
        except SlackApiError as error:
            self.stop()
            raise slack.app_token_refused(error) from error
        except (OSError, SlackClientError) as error:
            self.stop()
            raise slack.unreached(error, self._connection.access.api_url) from error
        self._watch.start()

    def stop(self) -> None:
        """Close them all, side by side; what waits for a Slack that hangs is left behind."""
        self._ending.set()
        _join([self._watch])
        closing = [threading.Thread(target=_end, args=(client,), daemon=True) for client in self._clients]
        for each in closing:
            each.start()
        _join(closing)
        self._clients.clear()

    def healthy(self) -> str | None:
        """None while Slack hears us on one connection at least; else what is wrong."""
        if any(_hears(client.current_session) for client in self._clients):
            return None
        return "Slack is not connected: no WebSocket answers; slashdock keeps trying"

    def _client(self) -> SocketModeClient:
        handler = _Handler(
            self._app,
            self._connection.access.app_token,
            logger=sdk,
            web_client=self._connection.web_client(self._connection.access.bot_token),
            ping_interval=PING,
            concurrency=WORKERS,
        )
        if self._connection.direct:
            handler.client.proxy = None
        return handler.client

    def _look_after(self) -> None:
        told = None
        while not self._ending.wait(LOOK):
            for client in tuple(self._clients):
                session = client.current_session
                if self._ending.is_set():
                    return
                if session is not None and session.is_active() and not _hears(session):
                    log.warning("a connection to Slack was lost")
                    _renew(client, session)
                    if self._ending.is_set():  # it took so long that nobody waits for it
                        _end(client)
            if (wrong := self.healthy()) != told:
                log.warning(wrong or "Slack is connected again")
                told = wrong


class _Handler(SocketModeHandler):
    """Hands to Bolt what it can read."""

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # as Bolt's own
        """Have one envelope read and acknowledged; one that is not as Slack makes them is told in a line."""
        try:
            bodies.check(req.payload)
        except bodies.Malformed as fault:
            log.warning("an envelope was refused: %s", fault)
        else:
            super().handle(client, req)


def _hears(session: Session | None) -> bool:
    """Whether the other end of a connection is still there, as far as can be told."""
    sock = None if session is None else session.sock
    if session is None or sock is None or _ended(sock):
        return False
    return session.last_ping_pong_time is None or time.time() - session.last_ping_pong_time < SILENCE


def _ended(sock: socket.socket) -> bool:
    """Whether the other end has closed, seen beneath TLS and without taking anything from the stream or waiting."""
    look = select.poll()
    try:
        look.register(sock, select.POLLIN)
        readable = bool(look.poll(0))
        return readable and socket.socket.recv(sock, 1, socket.MSG_PEEK) == b""
    except TimeoutError:
        return False  # somebody else has read it in between
    except (OSError, ValueError):
        return True  # reset, or closed just now


def _renew(client: SocketModeClient, session: Session) -> None:
    """Put a new connection in the place of a lost one; where that fails the SDK tries again every second."""
    _shut(client, session)
    try:
        session.disconnect()
        client.connect_to_new_endpoint()
    except Exception as error:  # noqa: BLE001 - the SDK trips over an answer in pieces; the watch goes on
        log.warning("Slack cannot be joined again yet: %s", error)


def _join(threads: Iterable[threading.Thread]) -> None:
    deadline = time.monotonic() + STOP
    for each in threads:
        if each.is_alive():
            each.join(max(0.0, deadline - time.monotonic()))


def _end(client: SocketModeClient) -> None:
    """Close without waiting for what the SDK waits for: the next frame, and the next look at its queue."""
    client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
    client.closed = True
    client.message_queue.put(None)
    _shut(client, client.current_session)
    for close in (client.close, client.disconnect):  # the second what was being opened meanwhile
        with contextlib.suppress(AttributeError):  # the SDK trips over another thread that closes the same one
            close()


def _shut(client: SocketModeClient, session: Session | None) -> None:
    """Wake whoever reads from a connection, and let them know that it is over."""
    client.current_session_state.terminated = True
    sock = None if session is None else session.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
