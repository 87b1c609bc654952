"""HTTP mode: Slack's requests to /slack/events and anybody's question to /healthz, on uvicorn."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from slack_bolt import App, BoltRequest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.slack import body as bodies
from bot.slack.arrivals import MOST, Arrival
from bot.slack.connection import CannotConnect
from bot.slack.signature import STAMP, Signature

EVENTS = "/slack/events"
HEALTH = "/healthz"
BODY_LIMIT = 1_000_000  # bytes; Slack's largest payloads are below 100 kB
STOP = 5  # seconds for the requests that are under way

State = Callable[[], str | None]

log = logging.getLogger(__name__)


def application(app: App, signature: Signature, state: State) -> Starlette:
    """The ASGI application; state says what is wrong, or None."""

    async def events(request: Request) -> Response:
        may_be = signature.may_be(request.headers)
        try:
            body = await _body(request, BODY_LIMIT if may_be else bodies.SSL_CHECK_LIMIT)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        if body is None:
            return PlainTextResponse("too large\n", 413) if may_be else _unsigned()
        return await run_in_threadpool(_answer, app, signature, body, request)

    return Starlette(routes=[Route(EVENTS, events, methods=["POST"]), health_route(state)])


def health_route(state: State) -> Route:
    """/healthz: 200 where state gives None, else 503 with its sentence."""

    async def health(_: Request) -> Response:
        wrong = await run_in_threadpool(state)
        return PlainTextResponse("ok\n") if wrong is None else PlainTextResponse(f"{wrong}\n", 503)

    return Route(HEALTH, health)


async def _body(request: Request, limit: int) -> bytes | None:
    """The whole body; None where it is longer than this, and then no more of it is kept than that."""
    body, length = bytearray(), 0
    async for chunk in request.stream():
        length += len(chunk)
        body += chunk[: limit - len(body)]
        if length > BODY_LIMIT:
            return None
    return bytes(body) if length <= limit else None


def _unsigned() -> Response:
    return PlainTextResponse("invalid request\n", 401)


def _answer(app: App, signature: Signature, body: bytes, request: Request) -> Response:
    """Nothing of a body is read, or logged, before it is known to be Slack's own."""
    if bodies.ssl_check(body):
        return Response()
    if not signature.made(request.headers, body):
        return _unsigned()
    try:
        return _dispatch(app, bodies.read(body, request.headers.get("content-type", "")), request.headers[STAMP])
    except bodies.Malformed as fault:
        log.warning("a signed request was refused: %s", fault)
        return PlainTextResponse("malformed request\n", 400)


def _dispatch(app: App, body: dict[str, Any], stamp: str) -> Response:
    """Bolt takes a body that was read already only as one of Socket Mode; it makes no other difference."""
    answer = app.dispatch(BoltRequest(body=body, headers={STAMP: stamp}, mode="socket_mode"))
    return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())


class Server:
    """The application on an address of its own, in a thread."""

    def __init__(self, application: Starlette, bind: str, port: int) -> None:
        self._bind, self._port = bind, port
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                lifespan="off",
                log_config=None,  # its lines go where all go, their secrets masked
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP,
                http=Arrival,
                backlog=MOST,
            )
        )
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port, once it listens."""
        return self._port

    def start(self) -> None:
        """Listen; requests are taken from now on. Raises CannotConnect where it cannot."""
        try:
            listening = socket.create_server((self._bind, self._port))
        except (OSError, UnicodeError) as error:
            raise CannotConnect(_cannot_listen(self._bind, self._port, error)) from error
        # Every connection inherits it; asyncio sets it only where a socket's protocol is told, as ours is not.
        # Without it an acknowledgement on a kept connection waits 40 ms for Slack's own.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._port = listening.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the requests under way end, and end."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(2 * STOP)

    def healthy(self) -> str | None:
        """None while it serves."""
        alive = self._thread is not None and self._thread.is_alive()
        return None if alive else "the HTTP server has ended"


def _cannot_listen(bind: str, port: int, error: OSError | UnicodeError) -> str:
    """What to say, and which of the two settings to change."""
    number = error.errno or 0 if isinstance(error, OSError) else -1
    if number < 0 or number == errno.EADDRNOTAVAIL:  # the name server's numbers are below zero
        return (
            f"Cannot listen on SLASHDOCK_BIND {bind!r}: it is no IPv4 address of this machine."
            " Set it to one that is, such as 127.0.0.1, or to 0.0.0.0 for all of them."
        )
    told = f"Cannot listen on {bind}, SLASHDOCK_PORT {port}: {os.strerror(number)}."
    if number == errno.EACCES:
        return f"{told} Ports below 1024 are for root alone: set SLASHDOCK_PORT to a higher one."
    return f"{told} Set SLASHDOCK_PORT to a free port."
